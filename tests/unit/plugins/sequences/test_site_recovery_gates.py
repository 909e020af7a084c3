"""Every gate of the Site Recovery sequence, open and closed, and nothing ever written."""

from __future__ import annotations

import copy
import json
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import Request
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.site_recovery import SITE_RECOVERY
from ansible_collections.privatelink.recovery.plugins.modules.preflight import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint import MODULE as ENDPOINT
from ansible_collections.privatelink.recovery.plugins.modules.role_definition import MODULE as DEFINITION
from ansible_collections.privatelink.recovery.plugins.modules.subnet_capacity import MODULE as SUBNETS
from ansible_collections.privatelink.recovery.plugins.modules.vault_freshness import MODULE as FRESHNESS

from ...conftest import GROUPS, SUBSCRIPTION
from ...stories.support import fault
from ...worlds import site_recovery as world
from ...worlds.site_recovery import (
    BLOB,
    CACHE,
    CLASSIC,
    ENDPOINTS,
    FRESH_VAULT,
    HUB_WISH,
    OLD_KIND,
    RECOVERY,
    RECOVERY_ENDPOINT,
    RECOVERY_SUBNET,
    RECOVERY_WISH,
    RECOVERY_ZONES,
    SOURCE,
    SOURCE_ENDPOINT,
    SOURCE_SUBNET,
    SOURCE_WISH,
    SOURCE_ZONES,
    SPOKE,
    TARGET,
    VAULT,
    WANTED,
    ZONE,
    endpoint,
    make,
    overlapping,
    private_world,
    tight,
    zone,
)

JSON = dict[str, t.Any]


class Case(t.NamedTuple):
    """Options in a world: which gates close (none: all open), and what is said."""

    gates: set[str]
    desired: JSON
    world: JSON = {}
    words: tuple[str, ...] = ()


def one_endpoint(**more: t.Any) -> JSON:
    return {"endpoints": [{**HUB_WISH, **more}]}


def both(source: JSON | None = None, recovery: JSON | None = None) -> JSON:
    """Both endpoints, changed."""
    return {"endpoints": world.both(source, recovery)}


def cache(account: str = CACHE, **more: t.Any) -> JSON:
    """One account, with an endpoint."""
    return {"storage_accounts": [world.cache_account(account, **more)]}


def machine(source: str = "West Europe", **more: str) -> JSON:
    """One machine to be replicated."""
    row = {
        "id": world.MACHINE,
        "disks": [f"{GROUPS}/rg-network/providers/Microsoft.Compute/disks/vm01-os"],
        "recovery_resource_group_id": f"{GROUPS}/rg-recovery",
        "cache_storage_account_id": CACHE,
    }
    cache = more.get("cache_storage_account_id", CACHE)
    accounts = [{"id": cache, "use": "cache"}] if cache in (CACHE, TARGET) else []
    return {"protected_machines": [{**row, **more}], "source_location": source, "storage_accounts": accounts}


def role(name: str, scope: str = f"{GROUPS}/rg-network") -> JSON:
    """One role to be given."""
    return {"role_assignments": [{"scope": scope, "role": name}]}


TIGHT = f"{SOURCE}/subnets/tight"
HYBRID = {"variant": "hybrid", "dns_mode": "zone_group", **one_endpoint(subnet=TIGHT)}
SHARED = {"dns_mode": "shared", "dns_zones": {"resource_group": "rg-dns-source"}}
IN_ONE_ZONE = both(recovery={"dns_zone_resource_group": "rg-dns-source"})
OLD_ENDPOINT = endpoint("pe-old", "spoke", zone_group={"name": "default", "zones": [f"{SOURCE_ZONES}/{ZONE}"]})
OLD_ENDPOINT_WORLD = {"vaults": [FRESH_VAULT], "private_dns_zones": [zone()], "private_endpoints": [OLD_ENDPOINT]}

REPLICATING = {
    **FRESH_VAULT,
    "tags": {"privatelink-born-azuresiterecovery": "true"},
    "history": {"replication_protected_items": [world.MACHINE], "endpoints": ["AzureSiteRecovery"]},
}


def named(name: str) -> JSON:
    """Another machine than the one that is named."""
    (machine,) = world.WORLD["virtual_machines"]
    return {"virtual_machines": [{**machine, "name": name}]}


def in_network(name: str) -> JSON:
    """The machine in another network."""
    (machine,) = world.WORLD["virtual_machines"]
    return {"virtual_machines": [{**machine, "virtual_network": name, "subnet": "endpoints"}]}


SPOKE_SOURCE = {
    "name": "pe-spoke",
    "subnet": f"{SPOKE}/subnets/endpoints",
    "side": "source",
    "dns_zone_resource_group": "rg-dns-spoke",
}
SHUT = world.of_account(CACHE, network_acls={"bypass": "Logging", "defaultAction": "Deny"})

CASES: dict[str, Case] = {
    # Both sides are known.
    "recovery side missing": Case({"sides"}, {"endpoints": [SOURCE_WISH]}, words=("planned are: source", "stuck")),
    "source side missing": Case({"sides"}, {"endpoints": [RECOVERY_WISH]}, words=("planned are: recovery",)),
    "sides not named": Case({"sides"}, both({"side": None}, {"side": None}), words=("planned are: unnamed, unnamed",)),
    "source twice": Case({"sides"}, both(recovery={"side": "source"}), words=("source, source",)),
    "two source networks": Case(set(), {"endpoints": [*both()["endpoints"], SPOKE_SOURCE]}),
    "two source networks, one in the recovery region": Case(
        {"sides"}, {"endpoints": [*both()["endpoints"], SPOKE_SOURCE]},
        world.moved("vnet-spoke", "northeurope"), (f"{SPOKE} of the source side", "are both in northeurope"),
    ),
    "machines and two recovery regions": Case(
        {"sides"}, {**machine(), "endpoints": [*both()["endpoints"], {**SPOKE_SOURCE, "side": "recovery"}]},
        world.moved("vnet-spoke", "francecentral"), ("in several regions: northeurope, francecentral",),
    ),
    "same network twice": Case(
        {"sides", "zones"}, both(recovery={"subnet": TIGHT}), words=(f"both in {SOURCE}", "only.", RECOVERY_ZONES)
    ),
    "one endpoint in a hub": Case(set(), {**SHARED, **one_endpoint()}),
    "two endpoints in a hub": Case(
        {"sides", "dns_mode", "zones"}, {**SHARED, "endpoints": [HUB_WISH, {**RECOVERY_WISH, "dns_zone_resource_group": None}]},
        words=("2 endpoints are planned where one serves all", "2 endpoints are planned and 0 more exist"),
    ),
    "two endpoints in a hub, which nobody can accept": Case(
        {"sides", "dns_mode", "zones"},
        {**SHARED, "endpoints": [HUB_WISH, {**RECOVERY_WISH, "dns_zone_resource_group": None}], "accept_zone_overwrite": True},
    ),
    "one endpoint, hub not named": Case({"sides"}, one_endpoint(), words=("planned are: shared",)),
    "one endpoint serving all, own records": Case(set(), {"dns_mode": "records", **one_endpoint()}),
    "one endpoint serving all, own DNS servers": Case(set(), {"dns_mode": "custom", **one_endpoint()}),
    "hybrid": Case(set(), {"variant": "hybrid", "dns_mode": "zone_group", **one_endpoint()}),
    "hybrid with two": Case(set(), {"variant": "hybrid"}),
    # Networks that are to resolve the names.
    "network to link absent": Case({"virtual_network"}, both({"virtual_networks": [f"{SPOKE}x"]}), words=(f"{SPOKE}x does not exist",)),
    "network to link cannot be peered": Case(
        {"virtual_network"}, both({"virtual_networks": [SPOKE]}), overlapping("vnet-spoke", "10.1.128.0/17"),
        (f"{SPOKE} is to resolve the names of endpoint pe-source", f"{SOURCE} overlap in 10.1.128.0/17"),
    ),
    "network to link cannot be peered, records are another's": Case(
        set(), {"dns_mode": "custom", **both({"virtual_networks": [SPOKE]})}, overlapping("vnet-spoke", "10.1.128.0/17")
    ),
    "machines keep their addresses": Case(set(), {}, overlapping("vnet-recovery", "10.0.0.0/8")),
    # Addresses.
    "nine addresses": Case(set(), both({"subnet": TIGHT}), tight(9)),
    "eight addresses": Case({"subnet"}, both({"subnet": TIGHT}), tight(8), ("8 free addresses, 9 are needed",)),
    "nine addresses with a cache endpoint": Case(
        {"subnet"}, {**both({"subnet": TIGHT}), **cache(subnet=TIGHT)}, tight(9), ("9 free addresses, 10 are needed",)
    ),
    "ten addresses with a cache endpoint": Case(set(), {**both({"subnet": TIGHT}), **cache(subnet=TIGHT)}, tight(10)),
    "no address for a cache endpoint elsewhere": Case(
        {"subnet"}, cache(subnet=TIGHT), tight(0), ("0 free addresses, 1 are needed",)
    ),
    "no subnet for a cache endpoint": Case(
        {"subnet"}, cache(subnet=f"{SOURCE}/subnets/nowhere"), words=("nowhere does not exist",)
    ),
    "hybrid with five addresses": Case(set(), HYBRID, tight(5)),
    "hybrid with four addresses": Case({"subnet"}, HYBRID, tight(4), ("4 free addresses, 5 are needed",)),
    "hybrid with a cache endpoint": Case(
        {"subnet"}, {**HYBRID, **cache(subnet=TIGHT)}, tight(5), ("5 free addresses, 6 are needed",)
    ),
    # Regions: each endpoint is where its network is; the vault is where it is.
    "vault in the source region": Case(
        {"sides"}, {"vault": {**WANTED["vault"], "location": "westeurope"}}, words=("it cannot protect machines there",)
    ),
    "recovery side in the source region": Case(
        {"sides"}, both(recovery={"subnet": f"{SPOKE}/subnets/endpoints"}), words=("are both in westeurope",)
    ),
    "endpoint outside its network's region": Case(
        {"region"}, both(recovery={"location": "westeurope"}), words=("pe-recovery is wanted in westeurope", "northeurope")
    ),
    "vault elsewhere than wanted": Case(
        {"region"}, {}, {"vaults": [{**FRESH_VAULT, "location": "francecentral"}]}, ("is in francecentral, wanted is northeurope",)
    ),
    # Zones.
    "two endpoints in one zone": Case(
        {"zones"}, IN_ONE_ZONE, words=(SOURCE_ENDPOINT, RECOVERY_ENDPOINT, f"{SOURCE_ZONES}/{ZONE}", "one over the other"),
    ),
    "two endpoints in one zone, which nobody can accept": Case({"zones"}, {**IN_ONE_ZONE, "accept_zone_overwrite": True}),
    "a hub beside an endpoint that exists": Case(
        {"dns_mode", "zones"}, {**SHARED, **one_endpoint()}, OLD_ENDPOINT_WORLD,
        (f"{ENDPOINTS}/pe-hub", f"{ENDPOINTS}/pe-old", f"{SOURCE_ZONES}/{ZONE}", "records that would be lost: ", "1 more exist"),
    ),
    "a hub beside an endpoint that exists, accepted": Case(
        set(), {**SHARED, **one_endpoint(), "accept_zone_overwrite": True}, OLD_ENDPOINT_WORLD
    ),
    "zone of an endpoint that exists": Case(
        {"zones"}, {}, OLD_ENDPOINT_WORLD, (SOURCE_ENDPOINT, f"{ENDPOINTS}/pe-old", "records that would be lost: "),
    ),
    "source network linked to another zone": Case(
        {"zones"}, {}, {"private_dns_zones": [zone(ZONE, "recovery", SOURCE)]}, (SOURCE, "already linked", f"{RECOVERY_ZONES}/{ZONE}"),
    ),
    "one network for both sides": Case(
        {"zones"}, {"dns_zones": {"virtual_networks": [SPOKE]}}, words=(f"{SPOKE} would be linked to both",)
    ),
    "a network for each side": Case(set(), both({"virtual_networks": [SPOKE]})),
    "blob zone of the cache linked elsewhere": Case(
        {"zones"}, cache(), {"private_dns_zones": [zone(BLOB, "recovery", SOURCE)]}, (SOURCE, f"{SOURCE_ZONES}/{BLOB}"),
    ),
    "blob zone of the cache is that one": Case(
        set(), cache(dns_zone_resource_group="rg-dns-recovery"), {"private_dns_zones": [zone(BLOB, "recovery", SOURCE)]}
    ),
    "two blob zones for one network": Case(
        {"zones"},
        {"storage_accounts": [*cache()["storage_accounts"], *cache(TARGET, name="pe-target", dns_zone_resource_group="rg-dns-recovery")["storage_accounts"]]},
        words=(f"{SOURCE} would be linked to both", BLOB),
    ),
    "blob zone where no group is": Case(
        {"resource_group"}, cache(dns_zone_resource_group="rg-nowhere"), words=("rg-nowhere does not exist",)
    ),
    # Storage accounts.
    "cache with endpoint": Case(set(), cache()),
    "account absent": Case({"storage"}, cache(CACHE + "x"), words=(f"{CACHE}x does not exist",)),
    "account of an old kind": Case({"storage"}, cache(OLD_KIND), words=("must be upgraded to StorageV2",)),
    "account of an old kind without endpoint": Case(set(), {"storage_accounts": [{"id": OLD_KIND}]}),
    "classic account with endpoint": Case({"storage"}, cache(CLASSIC), words=("classic storage account has no private endpoints",)),
    "classic account without endpoint": Case(set(), {"storage_accounts": [{"id": CLASSIC}]}),
    "endpoint of another account": Case(
        {"storage"}, cache(), {"private_endpoints": [endpoint("pe-cache", target=TARGET, group_id="blob")]}, ("leads to", TARGET),
    ),
    "account behind a read-only lock": Case(
        {"locks"}, {"storage_accounts": [{"id": CACHE}], "trusted_services": True},
        {
            **world.of_account(CACHE, network_acls={"defaultAction": "Deny", "bypass": "None"}),
            "locks": [{"scope": CACHE, "level": "ReadOnly", "name": "frozen"}],
        },
        ("cachewest cannot be written: the lock frozen",),
    ),
    # Replication and roles.
    "machine": Case(set(), machine()),
    "machine in the vault's region": Case(
        {"machines"},
        {**machine("France Central"), "vault": {**WANTED["vault"], "location": "francecentral"}},
        words=("the vault's own region",),
    ),
    "machine in the region it fails over to": Case(
        {"machines"},
        {**machine("northeurope"), "vault": {**WANTED["vault"], "location": "francecentral"}},
        words=("the region of the recovery side's network",),
    ),
    "no group to fail over to": Case(
        {"machines"}, machine(recovery_resource_group_id=f"{GROUPS}/rg-none"), words=("rg-none, where vm01 fails over to",)
    ),
    "no cache for a machine": Case({"machines"}, machine(cache_storage_account_id=CACHE + "x"), words=("the cache of vm01",)),
    "cache with soft delete": Case(
        {"machines"}, machine(), world.of_account(CACHE, blob_soft_delete_days=7), ("keeps deleted blobs", "Switch off soft delete"),
    ),
    "cache with soft delete of a machine that is replicated": Case(
        set(), machine(), {**world.of_account(CACHE, blob_soft_delete_days=7), **private_world(), "vaults": [REPLICATING]},
    ),
    "machine that is not there": Case(
        {"machines"}, machine(), named("vm02"), ("vm01 does not exist", "protected_machines"),
    ),
    "machine of another region": Case(
        {"machines"}, machine(), in_network("vnet-recovery"), ("vm01 is in northeurope", "source_location"),
    ),
    "cache behind a firewall": Case(
        {"machines"}, machine(), SHUT, ("does not let trusted Microsoft services through", "trusted_services: true"),
    ),
    "cache behind a firewall that the run opens": Case(set(), {**machine(), "trusted_services": True}, SHUT),
    "cache that the sequence does not name": Case(
        {"machines"}, {**machine(), "storage_accounts": []}, words=("is not among the storage accounts",)
    ),
    "cache in another region": Case(set(), machine(cache_storage_account_id=TARGET)),
    "role": Case(set(), role("Storage Blob Data Contributor")),
    "role that is not known": Case({"roles"}, role("Storage Poet"), words=("No role named Storage Poet is known",)),
    "role where no group is": Case({"resource_group"}, role("Reader", f"{GROUPS}/rg-none"), words=("rg-none does not exist",)),
    # The vault.
    "fresh": Case(set(), {}, {"vaults": [FRESH_VAULT]}),
    "older than the activity log": Case(
        {"freshness"}, {}, {"vaults": [{**FRESH_VAULT, "created_days_ago": 400}]}, ("attest",)
    ),
    "older, attested": Case(
        set(), {"freshness_attested": True}, {"vaults": [{**FRESH_VAULT, "created_days_ago": 400}]}
    ),
    "twelve endpoints": Case(
        {"quota"}, {}, {"vaults": [FRESH_VAULT], "private_endpoints": [endpoint(f"pe{n}", "spoke") for n in range(11)]},
        ("11 private endpoints for AzureSiteRecovery and 2 more are wanted", "12"),
    ),
    "twelve endpoints of Backup": Case(
        set(), {},
        {"vaults": [FRESH_VAULT], "private_endpoints": [endpoint(f"pe{n}", "spoke", group_id="AzureBackup") for n in range(12)]},
    ),
    "name taken on the vault": Case(
        {"endpoint_name"}, {}, {"vaults": [FRESH_VAULT], "private_endpoints": [endpoint("pe-source", "spoke", resource_group="rg-network")]},
        ("already has an endpoint named pe-source",),
    ),
    "everything exists": Case(set(), cache(), private_world()),
    "cross-region restore": Case({"cross_region_restore"}, {"cross_region_restore": "Enabled"}, words=("cross-region restore",)),
    "region of another cloud": Case(
        {"cloud", "zone_names"},
        {"vault": {**WANTED["vault"], "location": "usgovvirginia"}},
        words=("AzureUSGovernment",),
    ),
    # Somebody else's zones are not judged, and none are planned.
    "policy in one group": Case(set(), {"dns_mode": "policy", **IN_ONE_ZONE}),
    "custom beside linked zones": Case(
        set(), {"dns_mode": "custom"}, {"private_dns_zones": [zone(ZONE, "recovery", SOURCE)]}
    ),
}  # fmt: skip


def closed(result: JSON) -> set[str]:
    assert not result.get("failed"), result
    return {gate["name"] for gate in result["gates"] if gate["verdict"] in ("refused", "unknown")}


@pytest.mark.parametrize("name", CASES)
def test_gates(name: str) -> None:
    case = CASES[name]
    cloud = make(**case.world)
    result = cloud.run(MODULE, **{**WANTED, **case.desired})
    assert closed(result) == case.gates, result["message"]
    assert result["passed"] is not bool(case.gates)
    for words in case.words:
        assert words in result["message"]
    enforced = cloud.run(MODULE, **{**WANTED, **case.desired, "enforce": True})
    assert bool(enforced.get("failed")) is bool(case.gates)
    assert cloud.writes() == []


def test_every_gate_was_closed_once() -> None:
    """But for the three that only ever warn, and one that is in ``test_gates_ahead``."""
    tried = set().union(*(case.gates for case in CASES.values()))
    assert {row.name for row in SITE_RECOVERY.gates} - tried == {"encryption", "peering", "resolution", "other_users"}


@pytest.mark.parametrize(("there", "reported"), [(10, False), (11, True), (12, True)])
def test_more_than_twelve_endpoints_in_all_is_a_warning(there: int, reported: bool) -> None:
    """Azure counts those of a sub-resource; whether all of them count is not documented."""
    made = [endpoint(f"pe{number}", "spoke", group_id="AzureBackup") for number in range(there)]
    result = make(vaults=[FRESH_VAULT], private_endpoints=made).run(MODULE, **WANTED)
    warned = [gate for gate in result["gates"] if gate["name"] == "quota" and gate["verdict"] == "warning"]
    assert closed(result) == set()
    assert [f"would have {there + 2} private endpoints in all" in gate["message"] for gate in warned] == [
        True
    ] * reported


def test_a_cache_far_from_its_machine_is_a_warning() -> None:
    result = make().run(MODULE, **{**WANTED, **machine(cache_storage_account_id=TARGET)})
    (reported,) = [gate for gate in result["gates"] if gate["name"] == "machines"]
    assert reported["verdict"] == "warning"
    assert f"{TARGET}, the cache of vm01, is in northeurope and the machine in westeurope." in reported["message"]


def test_a_source_network_in_another_region_than_its_machines_is_a_warning() -> None:
    result = make(**world.moved("vnet-spoke", "francecentral"), **in_network("vnet-spoke")).run(
        MODULE, **{**WANTED, **machine("France Central", cache_storage_account_id=TARGET)}
    )
    reported = [gate["message"] for gate in result["gates"] if gate["name"] == "machines"]
    assert "The machines are in francecentral, and" in reported[0] and closed(result) == set()


@pytest.mark.parametrize(
    ("desired", "location"),
    [({}, "northeurope"), ({"dns_mode": "shared", **one_endpoint()}, "francecentral")],
    ids=["of its network", "of the vault, in a hub"],
)
def test_where_machines_fail_over_to(desired: JSON, location: str) -> None:
    elsewhere = {**WANTED, "vault": {**WANTED["vault"], "location": "francecentral"}}
    assert make().run(MODULE, **{**elsewhere, **desired})["plan"]["recovery_location"] == location


def test_a_cache_endpoint_away_from_the_machines_is_a_warning() -> None:
    for subnet, reported in ((f"{SPOKE}/subnets/endpoints", True), (SOURCE_SUBNET, False), (RECOVERY_SUBNET, False)):
        gates = make().run(MODULE, **{**WANTED, **cache(subnet=subnet)})["gates"]
        assert any("through a peering only" in gate["message"] for gate in gates) is reported


def test_an_address_for_a_later_cache_endpoint_is_advised() -> None:
    desired = {**WANTED, **both({"subnet": TIGHT})}
    for free, reported in ((9, True), (10, False)):
        gates = make(**tight(free)).run(MODULE, **desired)["gates"]
        assert any("10 are advised" in gate["message"] for gate in gates) is reported


def test_the_zone_of_a_storage_endpoint_in_a_network_of_its_own() -> None:
    zones = {"resource_group": "rg-dns-recovery", "virtual_networks": [SOURCE]}
    plan = make().run(MODULE, **{**WANTED, "dns_zones": zones, **cache(subnet=f"{SPOKE}/subnets/endpoints")})["plan"]
    (blob,) = [row for row in plan["zones"] if row["name"] == BLOB]
    assert (blob["resource_group"], blob["virtual_networks"]) == ("rg-dns-recovery", [SPOKE, SOURCE])


def test_the_zone_of_the_migration_service_for_the_modernized_appliance() -> None:
    plan = make().run(MODULE, **{**WANTED, **HYBRID, "extra_sub_resources": ["default"]})["plan"]
    assert plan["zone_names"] == [ZONE, "privatelink.prod.migration.windowsazure.com"]


def test_a_policy_may_not_see_endpoints_with_manual_approval() -> None:
    desired = {**WANTED, "dns_mode": "policy", **both({"manual": True})}
    (reported,) = [gate for gate in make().run(MODULE, **desired)["gates"] if gate["name"] == "dns_mode"]
    assert (reported["verdict"], "pe-source:" in reported["message"]) == ("warning", True)


def test_a_cache_whose_keys_cannot_be_used_is_a_warning() -> None:
    cloud = make(**world.of_account(CACHE, allow_shared_key_access=False))
    (reported,) = [gate for gate in cloud.run(MODULE, **{**WANTED, **machine()})["gates"] if gate["name"] == "machines"]
    assert reported["verdict"] == "warning" and "does not let its keys be used" in reported["message"]


def test_a_cache_whose_blob_service_cannot_be_read_is_not_taken_for_a_good_one() -> None:
    cloud = make()
    fault(cloud, {"status": 403, "code": "AuthorizationFailed"}, times=0, nth="every", path="/blobServices/")
    result = cloud.run(MODULE, **{**WANTED, **machine(), "enforce": True})
    assert result.get("failed")
    assert [gate["name"] for gate in result["gates"] if gate["verdict"] == "unknown"] == ["machines"]
    assert "/blobServices/default" in result["msg"]
    assert cloud.writes() == []


def test_a_role_may_be_made_before_the_run() -> None:
    """A custom one is found by its name; in check mode an earlier task may be about to make it."""
    cloud, desired = make(), {**WANTED, **role("Storage Poet")}
    (foreseen,) = [gate for gate in cloud.run(MODULE, check_mode=True, **desired)["gates"] if gate["name"] == "roles"]
    assert foreseen["verdict"] == "warning"
    cloud.run(DEFINITION, role_name="Storage Poet", actions=["Microsoft.Storage/*/read"])
    assert closed(cloud.run(MODULE, **desired)) == set()


def test_the_records_that_would_be_lost_are_those_of_the_first_endpoint() -> None:
    cloud = make(
        vaults=[FRESH_VAULT],
        private_dns_zones=[zone()],
        private_endpoints=[endpoint("pe-source", zone_group={"name": "default", "zones": [f"{SOURCE_ZONES}/{ZONE}"]})],
    )
    result = cloud.run(MODULE, **{**WANTED, **IN_ONE_ZONE})
    (gate,) = [gate for gate in result["gates"] if gate["verdict"] == "refused"]
    assert len(gate["evidence"]) == 5
    assert all(name in gate["message"] and name.endswith(f".{ZONE}") for name in gate["evidence"])


HISTORIES: dict[str, JSON] = {
    "fabric": {"fabrics": ["westeurope"]},
    "replicated item": {"replication_protected_items": ["vm01"]},
    "backup item": {"protected_items": ["sql01"]},
    "failed job": {"jobs": [{"operation": "ConfigureBackup", "status": "Failed"}]},
    "attempt in the log": {
        "activity": [
            {
                "operation_name": "Microsoft.RecoveryServices/vaults/replicationFabrics/write",
                "status": "Failed",
                "days_ago": 0.01,
            }
        ]
    },
}


@pytest.mark.parametrize("kind", HISTORIES)
def test_a_used_vault_is_refused_whatever_is_attested(kind: str) -> None:
    cloud = make(vaults=[{**FRESH_VAULT, "history": HISTORIES[kind]}])
    for more in ({}, {"freshness_attested": True}):
        result = cloud.run(MODULE, **WANTED, **more)
        assert closed(result) == {"freshness"}, result["message"]
        assert "never use private endpoints" in result["message"]
    assert cloud.writes() == []


PER_GROUP = [
    # What the vault has, what is asked for, and whether it may.
    ({"private_endpoints": [endpoint("pe-old", "spoke")]}, "AzureSiteRecovery", "private"),
    ({"private_endpoints": [endpoint("pe-old", "spoke")]}, "AzureBackup", "used"),
    ({"private_endpoints": [endpoint("pe-old", "spoke", group_id="AzureBackup")]}, "AzureSiteRecovery", "used"),
    ({"tags": {"privatelink-born-azuresiterecovery": "true"}}, "AzureSiteRecovery", "private"),
    ({"tags": {"privatelink-born-azurebackup": "true"}}, "AzureSiteRecovery", "used"),
]


@pytest.mark.parametrize(("has", "group", "state"), PER_GROUP)
def test_endpoints_of_one_service_do_not_open_the_vault_for_the_other(has: JSON, group: str, state: str) -> None:
    vault = {**FRESH_VAULT, "tags": has.get("tags"), "history": {"replication_protected_items": ["vm01"]}}
    cloud = make(vaults=[vault], private_endpoints=has.get("private_endpoints", []))
    assert cloud.run(FRESHNESS, vault=VAULT, sub_resource=group, enforce=False)["freshness"] == state
    if group == "AzureSiteRecovery":
        assert closed(cloud.run(MODULE, **WANTED)) == (set() if state == "private" else {"freshness"})


@pytest.mark.parametrize("mode", ["policy", "custom"])
def test_a_plan_with_somebody_elses_zones_makes_none(mode: str) -> None:
    cloud = make()
    plan = cloud.run(MODULE, **{**WANTED, **cache(), "dns_mode": mode})["plan"]
    assert plan["writer"] == mode
    assert plan["zones"] == []
    assert [item["zone_ids"] for item in plan["all_endpoints"]] == [[], [], []]
    assert plan["zone_names"] == [ZONE]


@pytest.mark.parametrize(
    ("desired", "waits"),
    [
        ({}, False),
        ({"dns_mode": "policy"}, False),
        ({"dns_mode": "custom"}, True),
        ({"dns_mode": "custom", "public_network_access": "before_endpoint"}, False),
        ({"dns_mode": "custom", **both({"consumers": ["sql01"]})}, True),
        ({"dns_mode": "custom", **both({"consumers": ["sql01"]}, {"dns_server": "10.2.0.4"})}, False),
    ],
)
def test_denying_waits_for_somebody_who_can_prove_the_names(desired: JSON, waits: bool) -> None:
    assert make().run(MODULE, **{**WANTED, **desired})["plan"]["denial_waits"] is waits


OWN_DNS = world.changed("vnet-spoke", dns_servers=["10.3.0.4"])
SPOKE_LINKED = both({"virtual_networks": [SPOKE], "dns_server": "10.1.0.4"})


def server_of(network: str, **more: t.Any) -> JSON:
    return {"dns_servers": [{"virtual_network": network, **more}]}


PROOFS: list[tuple[JSON, JSON, list[str]]] = [
    # A server of the endpoint's own network says nothing of a linked one with DNS servers of its own.
    (SPOKE_LINKED, {}, []),
    (SPOKE_LINKED, OWN_DNS, ["pe-source"]),
    ({**both({"virtual_networks": [SPOKE], "consumers": ["sql01"]})}, OWN_DNS, ["pe-source"]),
    ({**SPOKE_LINKED, **server_of(SOURCE, address="10.1.0.4")}, OWN_DNS, ["pe-source"]),
    ({**SPOKE_LINKED, **server_of(SPOKE, address="10.3.0.4")}, OWN_DNS, []),
    ({**SPOKE_LINKED, **server_of(SPOKE, consumers=["web01"])}, OWN_DNS, []),
    # The endpoint of a storage account is proved like the vault's: by its own, or by who answers in its network.
    ({"dns_mode": "custom", **both(*[{"dns_server": "10.1.0.4"}] * 2), **cache()}, {}, []),
    ({"dns_mode": "custom", **both({"consumers": ["a"]}, {"consumers": ["b"]}), **cache()}, {}, []),
    (
        {"dns_mode": "custom", **both(*[{"dns_server": "10.1.0.4"}] * 2), **cache(subnet=f"{SPOKE}/subnets/endpoints")},
        {}, ["pe-cache"],
    ),
    (
        {
            "dns_mode": "custom", **both(*[{"dns_server": "10.1.0.4"}] * 2),
            **cache(subnet=f"{SPOKE}/subnets/endpoints", consumers=["web01"]),
        },
        {}, [],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("desired", "there", "unproven"), PROOFS)
def test_each_network_that_is_to_resolve_the_names_is_proved(desired: JSON, there: JSON, unproven: list[str]) -> None:
    result = make(**there).run(MODULE, **{**WANTED, **desired})
    plan = result["plan"]
    assert (plan["unproven"], plan["denial_waits"]) == (unproven, bool(unproven))
    (reported,) = [gate for gate in result["gates"] if gate["name"] == "resolution"]
    assert reported["verdict"] == ("warning" if unproven else "ok")
    if there and unproven:
        assert f"{SPOKE} has DNS servers of its own (10.3.0.4)" in reported["message"]


def test_a_row_of_servers_that_names_nobody_is_refused() -> None:
    cloud = make()
    refused = cloud.run(MODULE, **{**WANTED, **server_of(SPOKE)})
    assert refused["failed"] and f"names nobody to ask in {SPOKE}" in refused["msg"]
    assert cloud.requests() == []


def test_the_plan_has_a_zone_for_each_side_and_one_for_the_cache() -> None:
    plan = make().run(MODULE, **{**WANTED, **cache()})["plan"]
    assert [(item["resource_group"], item["name"], item["virtual_networks"]) for item in plan["zones"]] == [
        ("rg-dns-source", ZONE, [SOURCE]),
        ("rg-dns-recovery", ZONE, [RECOVERY]),
        ("rg-dns-source", BLOB, [SOURCE]),
    ]
    assert [item["name"] for item in plan["endpoints"]] == ["pe-source", "pe-recovery"]
    assert plan["storage_roles"] == [
        {"scope": CACHE, "role": role} for role in ("Contributor", "Storage Blob Data Contributor")
    ]
    assert plan["trusted_accounts"] == [CACHE]


def test_the_plan_of_a_hub_has_one_zone_linked_to_hub_and_spokes() -> None:
    zones = {"resource_group": "rg-dns-source", "virtual_networks": [RECOVERY, SPOKE]}
    plan = make().run(MODULE, **{**WANTED, "dns_mode": "shared", **one_endpoint(), "dns_zones": zones})["plan"]
    (only,) = plan["zones"]
    assert (only["resource_group"], only["name"]) == ("rg-dns-source", ZONE)
    assert only["virtual_networks"] == [SOURCE, RECOVERY, SPOKE]


ROLES = [
    ("managed", [(CACHE, "cache")], [(CACHE, "Storage Blob Data Contributor")]),
    ("managed", [(TARGET, "cache")], [(TARGET, "Storage Blob Data Owner")]),
    ("managed", [(CACHE, "cache"), (TARGET, "target")], [(CACHE, "Storage Blob Data Contributor")]),
    (
        "unmanaged",
        [(CACHE, "cache"), (OLD_KIND, "source"), (TARGET, "target")],
        [
            (CACHE, "Storage Blob Data Contributor"),
            (OLD_KIND, "Storage Blob Data Contributor"),
            (TARGET, "Storage Blob Data Owner"),
        ],
    ),
    ("managed", [(CLASSIC, "cache")], [(CLASSIC, "Classic Storage Account Key Operator Service Role")]),
]


@pytest.mark.parametrize(("disks", "accounts", "expected"), ROLES)
def test_roles_by_disks_and_tier(disks: str, accounts: list[tuple[str, str]], expected: list[tuple[str, str]]) -> None:
    desired = {"disk_model": disks, "storage_accounts": [{"id": account, "use": use} for account, use in accounts]}
    plan = make().run(MODULE, **{**WANTED, **desired})["plan"]
    pairs = [(row["scope"], row["role"]) for row in plan["storage_roles"]]
    # Beside the role of its kind, each has the contributor of its deployment model.
    contributor = {
        scope: f"{'Classic Storage Account ' if scope == CLASSIC else ''}Contributor" for scope, _role in expected
    }
    assert sorted(pairs) == sorted([*expected, *contributor.items()])


def test_accounts_of_a_hybrid_sequence_get_the_same_roles() -> None:
    desired = {"variant": "hybrid", "dns_mode": "zone_group", **one_endpoint(), "storage_accounts": [{"id": CACHE}]}
    plan = make().run(MODULE, **{**WANTED, **desired})["plan"]
    assert [row["role"] for row in plan["storage_roles"]] == ["Contributor", "Storage Blob Data Contributor"]
    assert plan["trusted_accounts"] == [CACHE]


@pytest.mark.parametrize(
    ("accounts", "warned"), [([], True), ([{"id": CACHE}], True), (cache()["storage_accounts"], False)]
)
def test_without_an_endpoint_of_an_account_the_operator_is_warned(accounts: list[JSON], warned: bool) -> None:
    result = make().run(MODULE, **{**WANTED, "storage_accounts": accounts})
    assert result["passed"]
    assert any("public endpoints" in text for text in result.get("warnings", [])) is warned


def test_unmanaged_disks_without_a_target_account_are_refused() -> None:
    desired = {"disk_model": "unmanaged", "storage_accounts": [{"id": CACHE, "use": "cache"}]}
    cloud = make()
    result = cloud.run(MODULE, **{**WANTED, **desired})
    assert result.get("failed")
    assert "source and target storage account" in result["msg"]
    assert cloud.writes() == []


def test_a_run_again_needs_no_more_addresses() -> None:
    """All that exists has its addresses; a full subnet does not stand in the way of the run that resumes."""
    cloud = make(
        **tight(6),
        vaults=[FRESH_VAULT],
        private_endpoints=[
            endpoint("pe-source", subnet="tight"),
            endpoint("pe-cache", subnet="tight", target=CACHE, group_id="blob"),
        ],
    )
    assert cloud.run(SUBNETS, subnet=TIGHT, addresses=0)["free"] == 0
    desired = {**WANTED, **both({"subnet": TIGHT}), **cache(subnet=TIGHT)}
    result = cloud.run(MODULE, **desired)
    assert closed(result) == set(), result["message"]


def test_an_endpoint_never_asks_for_an_address() -> None:
    """Fixed addresses are not supported: nothing that is sent names one."""
    cloud = make(vaults=[FRESH_VAULT])
    bodies: list[JSON] = []

    def keep(request: Request, entry: JSON, proceed: t.Any) -> t.Any:
        if request.method == "PUT" and "/privateEndpoints/" in request.path:
            bodies.append(json.loads(request.body))
        return proceed(request, entry)

    cloud.arm.around.insert(0, keep)
    for name, subnet in (("pe-source", SOURCE_SUBNET), ("pe-recovery", RECOVERY_SUBNET)):
        done = cloud.run(
            ENDPOINT,
            resource_group="rg-recovery",
            name=name,
            subnet=subnet,
            target=VAULT,
            sub_resource="AzureSiteRecovery",
        )
        assert not done.get("failed"), done
    assert len(bodies) == 2
    assert all("ipConfigurations" not in body["properties"] for body in bodies)
    options = {name.lower() for name in ENDPOINT.options}
    assert not any("ip" in name.split("_") or "address" in name for name in options)


READER: JSON = {
    "name": "reader", "client_id": "33333333-3333-4333-8333-333333333333", "client_secret": "rehearsal-secret",
    "object_id": "44444444-4444-4444-8444-444444444444",
    "roles": [{"role": "Reader", "scope": f"/subscriptions/{SUBSCRIPTION}"}],
}  # fmt: skip


def test_networks_that_overlap_are_warned_of() -> None:
    result = make(**overlapping("vnet-recovery", "10.0.0.0/8")).run(MODULE, **WANTED)
    (warning,) = [
        gate for gate in result["gates"] if gate["name"] == "virtual_network" and gate["verdict"] == "warning"
    ]
    assert f"{SOURCE} and {RECOVERY} overlap in 10.1.0.0/16" in warning["message"]


def test_permissions_of_storage_endpoints_are_asked_for() -> None:
    cloud = make(principals=[READER])
    desired = cache(subnet=f"{SPOKE}/subnets/endpoints", dns_zone_resource_group="rg-dns-source")
    result = cloud.run(MODULE, **{**WANTED, **desired}, permission_timeout=0)
    refusals = [
        gate["message"] for gate in result["gates"] if gate["verdict"] == "refused" and SPOKE in gate["subject"]
    ]
    assert any("subnets/join/action" in message for message in refusals)
    assert cloud.writes() == []


def test_permissions_for_roles_and_firewalls_are_asked_for() -> None:
    cloud = make(principals=[READER])
    asked = {
        "storage_accounts": [{"id": CACHE}, {"id": CLASSIC}],
        "role_assignments": [{"scope": f"{GROUPS}/rg-dns-source", "role": "Reader"}],
    }
    switches = {"storage_roles": True, "trusted_services": True, "permission_timeout": 0}

    def missing(**more: t.Any) -> dict[str, str]:
        result = cloud.run(MODULE, **{**WANTED, **more})
        assert not result.get("failed"), result
        gates = result["gates"]
        return {gate["subject"]: gate["message"] for gate in gates if gate["name"] == "permissions"}

    found = missing(**asked, **switches)
    assert "roleAssignments/write" in found[f"{GROUPS}/rg-dns-source"]
    assert "roleAssignments/write" in found[CACHE] and "storageAccounts/write" in found[CACHE]
    assert "roleAssignments/write" in found[CLASSIC] and "storageAccounts/write" not in found[CLASSIC]
    assert CACHE not in missing(storage_accounts=asked["storage_accounts"], permission_timeout=0)
    pending = both({"manual": True})
    assert any("privateEndpointConnections/write" in text for text in missing(**pending, approve=True).values())
    assert not any("privateEndpointConnections/write" in text for text in missing(**pending).values())
    assert cloud.writes() == []


def joined(*sides: tuple[str, str, str]) -> JSON:
    """The networks with peerings: from, to, state."""
    networks = copy.deepcopy(world.WORLD["virtual_networks"])
    for one, other, state in sides:
        (network,) = [each for each in networks if each["name"] == one]
        network.setdefault("peerings", []).append({"virtual_network": other, "state": state})
    return {"virtual_networks": networks}


BOTH = ("vnet-source", "vnet-spoke", "Connected"), ("vnet-spoke", "vnet-source", "Connected")
PATHS: dict[str, tuple[JSON, str]] = {
    "nothing": ({}, "no peering or common hub joins them"),
    "peered": (joined(*BOTH), ""),
    "one side only": (joined(BOTH[0]), "the peering between them is missing on one side"),
    "not finished": (
        joined(BOTH[0], ("vnet-spoke", "vnet-source", "Initiated")),
        "the peering between them is Initiated",
    ),
    "over a hub": (joined(*((one, "vnet-recovery", "Connected") for one in ("vnet-source", "vnet-spoke"))), ""),
}


@pytest.mark.parametrize("name", PATHS)
def test_a_network_without_a_path_to_its_endpoint_is_warned_of(name: str) -> None:
    there, words = PATHS[name]
    gates = make(**there).run(MODULE, **{**WANTED, **both({"virtual_networks": [SPOKE]})})["gates"]
    (reported,) = [gate for gate in gates if gate["name"] == "peering"]
    assert (reported["verdict"], words in reported["message"]) == ("warning" if words else "ok", True)
    if words:
        assert f"{SPOKE} is to use endpoint pe-source in {SOURCE}, but" in reported["message"]


READING = [
    ({}, {}, ""),
    (
        in_network("vnet-spoke"),
        {},
        f"vm01 is in {SPOKE}, and none of the source side's endpoints is used by that network",
    ),
    (in_network("vnet-spoke"), both({"virtual_networks": [SPOKE]}), ""),
]


@pytest.mark.parametrize(("there", "desired", "words"), READING)
def test_the_network_of_a_machine_is_read(there: JSON, desired: JSON, words: str) -> None:
    reported = [
        gate
        for gate in make(**there).run(MODULE, **{**WANTED, **machine(), **desired})["gates"]
        if gate["name"] == "machines"
    ]
    assert {gate["verdict"] for gate in reported} == ({"ok", "warning"} if words else {"ok"})
    assert not words or words in next(gate["message"] for gate in reported if gate["verdict"] == "warning")


@pytest.mark.parametrize("what", ["virtualMachines", "networkInterfaces/vm01"])
def test_a_machine_that_may_not_be_read_is_a_warning(what: str) -> None:
    cloud = make()
    fault(cloud, {"status": 403, "code": "AuthorizationFailed", "message": "No."}, times=0, nth="every", path=what)
    reported = [gate for gate in cloud.run(MODULE, **{**WANTED, **machine()})["gates"] if gate["name"] == "machines"]
    assert {gate["verdict"] for gate in reported} == {"ok", "warning"}
    (warned,) = [gate for gate in reported if gate["verdict"] == "warning"]
    assert "Where vm01 is could not be read: No." in warned["message"] and "networkInterfaces/read" in warned["remedy"]
