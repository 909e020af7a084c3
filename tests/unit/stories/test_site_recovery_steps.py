"""Each step of the Site Recovery sequence: what stops it before anything is written, by what its success is known, what
running it again does, and how it is undone.
"""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.vault_contents import replicated_items
from ansible_collections.privatelink.recovery.plugins.modules.vault import MODULE as VAULT_MODULE

from ..conftest import Cloud
from ..worlds.site_recovery import (
    CACHE,
    FRESH_VAULT,
    MACHINE,
    OLD_KIND,
    RECOVERY,
    RECOVERY_ENDPOINT,
    RECOVERY_SUBNET,
    RECOVERY_ZONES,
    SOURCE,
    SOURCE_ENDPOINT,
    SOURCE_SUBNET,
    SOURCE_WISH,
    SOURCE_ZONES,
    SPOKE,
    VAULT,
    WORLD,
    ZONE,
    both,
    cache_account,
    endpoint,
    overlapping,
    tight,
    zone,
)
from .conftest import Tell
from .sequence import Played, Sequence
from .settings import PROTECTED, Setting
from .settings import RECOVERY as DESIRED
from .support import UNREGISTERED, fault, state

JSON = dict[str, t.Any]
pytestmark = pytest.mark.xdist_group("steps of site recovery")
CACHE_ENDPOINT = SOURCE_ENDPOINT.replace("pe-source", "pe-cache")
SIDES = {
    SOURCE_ENDPOINT: (SOURCE_SUBNET, SOURCE_ZONES, "10.1.1."),
    RECOVERY_ENDPOINT: (RECOVERY_SUBNET, RECOVERY_ZONES, "10.2.1."),
}
FIREWALL: JSON = {
    "bypass": "Logging",
    "defaultAction": "Deny",
    "ipRules": [{"value": "203.0.113.7", "action": "Allow"}],
    "virtualNetworkRules": [],
}
ACCOUNTS = [{**WORLD["storage_accounts"][0], "network_acls": FIREWALL}, *WORLD["storage_accounts"][1:]]
CONFIRMED = {"site_recovery_teardown_confirm": "vault-recovery"}


def endpoints(source: JSON | None = None, recovery: JSON | None = None) -> JSON:
    """Both endpoints, changed."""
    return {"site_recovery_endpoints": both(source, recovery)}


def cache(account: str = CACHE, **more: t.Any) -> JSON:
    """One account, with an endpoint."""
    return {"site_recovery_storage_accounts": [cache_account(account, **more)]}


class Stop(t.NamedTuple):
    """What stands in the way of a step: the gate that closes, other variables, another world, words of the message."""

    step: str
    gate: str
    desired: JSON
    world: JSON
    words: str


TIGHT = {"subnet": f"{SOURCE}/subnets/tight"}
STOPS: dict[str, Stop] = {
    "too few addresses": Stop("networks", "subnet", endpoints(TIGHT), tight(8), "8 free"),
    "one too few with a cache": Stop(
        "networks", "subnet",
        {**endpoints(TIGHT), **cache(**TIGHT)}, tight(9), "9 free addresses, 10 are needed",
    ),
    "recovery network absent": Stop(
        "networks", "subnet", endpoints(recovery={"subnet": f"{RECOVERY}x/subnets/endpoints"}), {}, "does not exist"
    ),
    "spoke that cannot be peered": Stop(
        "networks", "virtual_network", endpoints({"virtual_networks": [SPOKE]}),
        overlapping("vnet-spoke", "10.1.0.0/20"), "overlap in 10.1.0.0/20",
    ),
    "vault used before": Stop(
        "vault", "freshness", {}, {"vaults": [{**FRESH_VAULT, "history": {"fabrics": ["westeurope"]}}]}, "in use"
    ),
    "provider not registered": Stop("vault", "provider", {}, {"subscriptions": [UNREGISTERED]}, "NotRegistered"),
    "one side only": Stop("endpoints", "sides", {"site_recovery_endpoints": [SOURCE_WISH]}, {}, "stuck"),
    "name taken": Stop(
        "endpoints", "endpoint_name", {},
        {"vaults": [FRESH_VAULT], "private_endpoints": [endpoint("pe-source", "spoke", resource_group="rg-network")]},
        "already has an endpoint named pe-source",
    ),
    "other region": Stop("endpoints", "region", endpoints(recovery={"location": "westeurope"}), {}, "northeurope"),
    "endpoint in another subnet": Stop(
        "endpoints", "endpoint_name", {},
        {"vaults": [FRESH_VAULT], "private_endpoints": [endpoint("pe-source", "source", subnet="tight")]}, "cannot be moved",
    ),
    "network linked elsewhere": Stop(
        "DNS", "zones", {}, {"private_dns_zones": [zone(ZONE, "recovery", SOURCE)]}, "already linked"
    ),
    "two endpoints in one zone": Stop(
        "DNS", "zones", endpoints(recovery={"dns_zone_resource_group": "rg-dns-source"}), {}, "one over the other"
    ),
    "connection rejected before": Stop(
        "approval", "endpoint_name", {},
        {"vaults": [FRESH_VAULT], "private_endpoints": [endpoint("pe-source", status="Rejected")]}, "is final",
    ),
    "cache of an old kind": Stop("cache endpoint", "storage", cache(OLD_KIND), {}, "StorageV2"),
    "account absent": Stop("storage roles", "storage", cache(CACHE + "x"), {}, "does not exist"),
}  # fmt: skip


@pytest.mark.parametrize("name", STOPS)
def test_what_stands_in_the_way_is_told_before_anything_is_written(name: str, tell: Tell) -> None:
    stop = STOPS[name]
    cloud = Setting("site_recovery", DESIRED, {**WORLD, **stop.world}).cloud()
    played = tell(cloud, {**DESIRED, **stop.desired}, "site_recovery").play()
    assert played.report["result"] == "refused", played.failure
    assert stop.words in played.failure
    closed = {gate["name"] for gate in played.report["gates"] if gate["verdict"] in ("refused", "unknown")}
    assert stop.gate in closed
    assert cloud.writes() == []


def test_an_account_that_cannot_be_read_stops_everything(tell: Tell) -> None:
    cloud = Setting("site_recovery", DESIRED, WORLD).cloud()
    fault(cloud, {"status": 403, "code": "AuthorizationFailed"}, times=0, method="GET", path=f"^{CACHE}$")
    played = tell(cloud, DESIRED, "site_recovery").play()
    assert CACHE in played.failure and "403" in played.failure
    assert cloud.writes() == []


def test_the_identity_is_never_switched_off() -> None:
    cloud = Cloud({**WORLD, "vaults": [FRESH_VAULT]})
    place = {"resource_group": "rg-recovery", "name": "vault-recovery", "location": "northeurope"}
    refused = cloud.run(VAULT_MODULE, **place, identity={"type": "None"})
    assert refused["failed"] and "identity" in refused["msg"]
    assert cloud.writes() == []


def test_no_machine_is_protected_while_a_connection_waits(tell: Tell) -> None:
    cloud = Setting("site_recovery", DESIRED, WORLD).cloud()
    pending = endpoints({"manual": True}, {"manual": True})
    played = tell(cloud, {**DESIRED, **PROTECTED, **pending, "site_recovery_approve": False}, "site_recovery").play()
    assert not [write for write in cloud.writes() if "replication" in write.lower()], played.failure
    assert cloud.document(VAULT)["properties"]["publicNetworkAccess"] == "Enabled"
    assert "approve-connections" in {row["id"] for row in played.report["manual_steps"]}


@dataclass(frozen=True)
class Moment:
    """A run: what it said, what it wrote, what there was after it, and which machines were replicated."""

    played: Played
    writes: list[str]
    state: dict[str, JSON]
    machines: list[JSON]

    def reports(self, endpoint_id: str) -> list[JSON]:
        """The report's rows about the names of an endpoint."""
        name = endpoint_id.rsplit("/", 1)[-1]
        return [row for row in self.played.report["names"] if row["endpoint"] == name]


@dataclass(frozen=True)
class Life:
    """A vault from the first run to the teardown. ``before`` is what there was at first."""

    before: dict[str, JSON]
    first: Moment
    again: Moment
    protected: Moment
    replicating: Moment
    refused: Moment
    undone: Moment


def everything(cloud: Cloud) -> dict[str, JSON]:
    """Every resource as it is now."""
    cloud.arm.scheduler.settle()
    return {resource.id: copy.deepcopy(resource.document) for resource in cloud.arm.store.all()}


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """Played once: first run, again, with a machine to protect, drift, teardown too early, teardown."""
    vault = {**FRESH_VAULT, "identity": "None", "created_days_ago": 0.04}
    setting = Setting("site_recovery", DESIRED, {**WORLD, "vaults": [vault], "storage_accounts": ACCOUNTS})
    cloud = setting.cloud()
    before = everything(cloud)
    sequence = setting.sequence(cloud, tmp_path_factory.mktemp("life"))

    def moment(entry: str = "main", **variables: t.Any) -> Moment:
        cloud.mark()
        played = sequence.play(entry, **variables)
        items = replicated_items(cloud.connection.azure, VAULT)
        return Moment(played, cloud.writes(), everything(cloud), items)

    first, again, protected, replicating = moment(), moment(), moment(**PROTECTED), moment("drift")
    refused = moment("teardown", **CONFIRMED)
    cloud.event("items_removed", vault="vault-recovery", purge=True)
    return Life(before, first, again, protected, replicating, refused, moment("teardown", **CONFIRMED))


def test_networks_are_read_and_never_written(life: Life) -> None:
    for endpoint_id, (subnet, _zones, _prefix) in SIDES.items():
        assert life.first.state[endpoint_id]["properties"]["subnet"]["id"] == subnet
    gates = {gate["name"]: gate["verdict"] for gate in life.first.played.report["gates"]}
    assert gates["subnet"] == gates["virtual_network"] == "ok"
    every = [*life.first.writes, *life.again.writes, *life.undone.writes]
    assert not [write for write in every if "/virtualNetworks/" in write]
    for network in (SOURCE, RECOVERY):
        held = [
            subnet["properties"].get("privateEndpoints")
            for subnet in life.undone.state[network]["properties"]["subnets"]
        ]
        assert not any(held)


def test_the_vault_is_made_once_and_stays(life: Life, tell: Tell) -> None:
    made = Setting("site_recovery", DESIRED, WORLD).cloud()
    played = tell(made, DESIRED, "site_recovery").play()
    (vault, *_later) = played.of("vault")
    assert vault["changed"] and vault["state"]["provisioning_state"] == "Succeeded"
    assert vault["state"]["private_endpoint_state_for_site_recovery"] == "None"
    made.mark()
    patched = tell(made, {**DESIRED, "site_recovery_vault_tags": {"owner": "recovery"}}, "site_recovery").play()
    assert not patched.failure and made.writes() == [f"PATCH {VAULT}/providers/Microsoft.Resources/tags/default"]
    assert VAULT in life.undone.state


def test_the_identity_is_on_before_the_endpoints_and_stays(life: Life) -> None:
    assert life.before[VAULT]["identity"]["type"] == "None"
    order = [write for write in life.first.writes if write == f"PATCH {VAULT}" or "/privateEndpoints/" in write]
    assert order[0] == f"PATCH {VAULT}"
    for moment in (life.first, life.again, life.undone):
        assert moment.state[VAULT]["identity"]["type"] == "SystemAssigned"
        assert moment.state[VAULT]["identity"]["principalId"]
    # Its object id is handed over: whoever grants roles by hand needs it.
    for moment in (life.first, life.again):
        (row,) = [row for row in moment.played.report["resources"] if row["kind"] == "vault"]
        assert row["object_id"] == moment.state[VAULT]["identity"]["principalId"]


def test_each_side_has_an_endpoint_with_five_names(life: Life) -> None:
    assert life.first.state[VAULT]["properties"]["privateEndpointStateForSiteRecovery"] == "Enabled"
    for endpoint_id, (_subnet, _zones, prefix) in SIDES.items():
        rows = life.first.reports(endpoint_id)
        assert len(rows) == 5
        assert all(address.startswith(prefix) for row in rows for address in row["ip_addresses"])
        assert endpoint_id not in life.undone.state
    assert not life.undone.state[VAULT]["properties"].get("privateEndpointConnections")
    assert life.again.writes == []


def addresses(moment: Moment, zone_id: str) -> dict[str, list[str]]:
    """The addresses of a zone's records, by name."""
    return {
        one.rsplit("/", 1)[-1]: [item["ipv4Address"] for item in document["properties"]["aRecords"]]
        for one, document in moment.state.items()
        if one.lower().startswith(f"{zone_id}/a/".lower())
    }


def test_every_name_is_in_the_zone_of_its_side(life: Life) -> None:
    for endpoint_id, (_subnet, zones, _prefix) in SIDES.items():
        found = addresses(life.first, f"{zones}/{ZONE}")
        wanted = {row["fqdn"].split(".")[0]: row["ip_addresses"] for row in life.first.reports(endpoint_id)}
        assert {name.split(".")[0]: value for name, value in found.items()} == wanted
    assert not [one for one in life.undone.state if "/privateDnsZones/" in one]


def test_connections_are_approved_on_both_sides_and_rejected_first(tell: Tell) -> None:
    cloud = Setting("site_recovery", DESIRED, WORLD).cloud()
    pending = {**DESIRED, **endpoints({"manual": True}, {"manual": True})}
    played = tell(cloud, pending, "site_recovery").play()
    assert not played.failure
    approvals = [
        write for write in cloud.writes() if write.startswith("PUT") and "/privateEndpointConnections/" in write
    ]
    assert len(approvals) == 2
    shown = cloud.document(VAULT)["properties"]["privateEndpointConnections"]
    states = [item["properties"]["privateLinkServiceConnectionState"]["status"] for item in shown]
    for endpoint_id in SIDES:
        (own,) = cloud.document(endpoint_id)["properties"]["manualPrivateLinkServiceConnections"]
        states.append(own["properties"]["privateLinkServiceConnectionState"]["status"])
    assert states == ["Approved"] * 4
    cloud.mark()
    again = tell(cloud, pending, "site_recovery").play()
    assert (again.failure, cloud.writes()) == ("", [])
    assert not tell(cloud, pending, "site_recovery").play("teardown", **CONFIRMED).failure
    order = cloud.writes()
    rejected = [
        number
        for number, write in enumerate(order)
        if "/privateEndpointConnections/" in write and write.startswith("PUT")
    ]
    deleted = [number for number, write in enumerate(order) if write.startswith("DELETE")]
    assert len(rejected) == 3 and max(rejected) < min(deleted)


def test_the_cache_account_is_reached_privately(life: Life) -> None:
    (row,) = life.first.reports(CACHE_ENDPOINT)
    assert row["fqdn"].startswith("cachewest") and row["ip_addresses"][0].startswith("10.1.1.")
    (connection,) = life.first.state[CACHE]["properties"]["privateEndpointConnections"]
    assert connection["properties"]["privateLinkServiceConnectionState"]["status"] == "Approved"
    assert CACHE_ENDPOINT in life.again.state and CACHE_ENDPOINT not in life.undone.state
    assert not life.undone.state[CACHE]["properties"].get("privateEndpointConnections")


def roles(moment: Moment) -> set[str]:
    return {one for one in moment.state if one.startswith(f"{CACHE}/") and "/roleAssignments/" in one}


def test_the_identity_gets_its_roles_and_gives_them_back(life: Life) -> None:
    assert len(roles(life.first)) == 2
    assert {life.first.state[one]["properties"]["principalType"] for one in roles(life.first)} == {"ServicePrincipal"}
    assert roles(life.again) == roles(life.first)
    assert roles(life.undone) == set()


def test_roles_somebody_else_gave_stay(tell: Tell) -> None:
    cloud = Setting("site_recovery", DESIRED, {**WORLD, "vaults": [FRESH_VAULT]}).cloud()
    principal = cloud.document(VAULT)["identity"]["principalId"]
    contributor = "/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"
    theirs = f"{CACHE}/providers/Microsoft.Authorization/roleAssignments/77777777-7777-4777-8777-777777777777"
    cloud.connection.azure.put(
        theirs, "2022-04-01", {"properties": {"roleDefinitionId": contributor, "principalId": principal, "principalType": "ServicePrincipal"}}
    )  # fmt: skip
    sequence = tell(cloud, DESIRED, "site_recovery")
    assert not sequence.play().failure
    assert not sequence.play("teardown", **CONFIRMED).failure
    left = [one.id for one in cloud.arm.store.below(CACHE) if "/roleAssignments/" in one.id]
    assert left == [theirs]


def test_the_firewall_keeps_everything_and_gets_one_exception(life: Life) -> None:
    for moment in (life.first, life.again, life.undone):
        rules = moment.state[CACHE]["properties"]["networkAcls"]
        assert {part.strip() for part in rules["bypass"].split(",")} == {"AzureServices", "Logging"}
        assert [rule["value"] for rule in rules["ipRules"]] == ["203.0.113.7"]
        assert rules["defaultAction"] == "Deny"


def test_the_exception_goes_when_that_is_asked_for(tell: Tell) -> None:
    cloud = Setting("site_recovery", DESIRED, {**WORLD, "storage_accounts": ACCOUNTS}).cloud()
    before = copy.deepcopy(cloud.document(CACHE)["properties"]["networkAcls"])
    sequence = tell(cloud, DESIRED, "site_recovery")
    assert not sequence.play().failure
    gone = sequence.play("teardown", site_recovery_teardown_trusted_services=True, **CONFIRMED)
    assert not gone.failure
    assert cloud.document(CACHE)["properties"]["networkAcls"] == before


def test_a_protected_machine_keeps_its_endpoints(life: Life) -> None:
    (item,) = life.protected.machines
    assert item["properties"]["protectionState"] == "Protected"
    assert item["properties"]["providerSpecificDetails"]["fabricObjectId"] == MACHINE.lower()
    assert "vm01" in life.refused.played.failure and "Disable replication" in life.refused.played.failure
    assert life.first.machines == life.undone.machines == []
    assert life.refused.writes == [] and life.refused.played.report["result"] == "refused"


def test_seven_names_once_replication_is_on(life: Life) -> None:
    for endpoint_id, (_subnet, zones, _prefix) in SIDES.items():
        assert len(life.replicating.reports(endpoint_id)) == 7
        assert len(addresses(life.replicating, f"{zones}/{ZONE}")) == 7
    assert life.replicating.writes == []


def test_records_of_ours_are_added_repaired_and_removed(tell: Tell) -> None:
    cloud = Setting("site_recovery", DESIRED, WORLD).cloud()
    sequence: Sequence = tell(cloud, {**DESIRED, "site_recovery_dns_mode": "records"}, "site_recovery")
    assert not sequence.play().failure
    cloud.event("replication_enabled", vault="vault-recovery", machine="vm01", source_location="westeurope")
    cloud.mark()
    drift = sequence.play("drift")
    assert not drift.failure
    assert len(cloud.writes()) == 4 and all("/A/" in write for write in cloud.writes())
    records = [one for one in cloud.arm.store.below(f"{SOURCE_ZONES}/{ZONE}") if one.document["type"].endswith("/A")]
    assert len(records) == 7
    cloud.connection.azure.delete(records[0].id, "2024-06-01")
    cloud.mark()
    assert not sequence.play("drift").failure
    assert [write.split("/A/")[-1] for write in cloud.writes()] == [records[0].id.split("/A/")[-1]]
    cloud.mark()
    assert not sequence.play("drift").failure and cloud.writes() == []
    cloud.event("items_removed", vault="vault-recovery", purge=True)
    assert not sequence.play("teardown", **CONFIRMED).failure
    assert not [one for one in state(cloud) if "/privateDnsZones/" in one]


def test_five_names_while_replication_is_on_are_an_alarm(tell: Tell) -> None:
    setting = Setting("site_recovery", DESIRED, {**WORLD, "settings": {"site_recovery_names_after_replication": []}})
    cloud = setting.cloud()
    sequence = tell(cloud, DESIRED, "site_recovery")
    assert not sequence.play().failure
    cloud.event("replication_enabled", vault="vault-recovery", machine="vm01", source_location="westeurope")
    cloud.mark()
    drift = sequence.play("drift")
    assert "at least 7 are expected while replication is on" in drift.failure
    assert cloud.writes() == []
