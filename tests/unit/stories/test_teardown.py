"""Teardown removes what the sequence made, in the safe order, and nothing else."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.management_locks import (
    ManagementLocks,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.zones import link_name
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_records import MODULE as RECORDS

from ..conftest import BACKUP_ZONES, ENDPOINT, NETWORK, VAULT, Cloud
from ..worlds.backup import endpoint
from .conftest import Tell
from .sequence import Sequence
from .settings import SETTINGS
from .support import (
    ENDPOINT_WISH,
    HUB_ENDPOINT_WISH,
    HUB_NETWORK,
    WHOLE_WISH,
    Kill,
    Killed,
    forbid,
    killed_again_and_again,
    state,
)

JSON = dict[str, t.Any]
MakeCloud = t.Callable[..., Cloud]
CONFIRMED: JSON = {"backup_teardown_confirm": "vault-backup"}
MODES = ("zone_group", "records")


@pytest.mark.parametrize("confirmation", ["", "vault", "VAULT-BACKUP"])
def test_the_vaults_name_must_be_given_again(confirmation: str, cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud)
    assert not sequence.play().failure
    cloud.mark()
    refused = sequence.play("teardown", backup_teardown_confirm=confirmation)
    assert "backup_teardown_confirm" in refused.failure and "Nothing was written" in refused.failure
    assert cloud.requests() == []


@pytest.mark.parametrize("latency", ["instant", "realistic"])
@pytest.mark.parametrize("dns_mode", MODES)
def test_everything_of_ours_goes_in_the_safe_order(
    dns_mode: str, latency: str, make_cloud: MakeCloud, tell: Tell
) -> None:
    cloud = make_cloud(latency)
    before = set(state(cloud))
    sequence = tell(cloud, {**WHOLE_WISH, "backup_dns_mode": dns_mode})
    assert not sequence.play().failure
    cloud.mark()
    predicted = sequence.play("teardown", check_mode=True, **CONFIRMED)
    assert (predicted.failure, cloud.writes()) == ("", [])
    done = sequence.play("teardown", **CONFIRMED)
    assert not done.failure
    assert set(done.changes) - set(predicted.changes) <= {
        # Whether the vault still shows a connection after its endpoint went cannot be foreseen.
        ("Remove what is left of the connections on the vault", name)
        for name in ("pe-backup", "pe-hub")
    }
    assert set(predicted.changes) <= set(done.changes)
    gone = {row["id"] for row in done.report["removed"] if "/privateEndpointConnections/" not in row["id"]}
    assert {row["id"] for row in predicted.report["removed"]} == gone
    assert predicted.report["kept"] == done.report["kept"] == []
    order = cloud.writes()
    rejected = [
        number
        for number, write in enumerate(order)
        if write.startswith("PUT") and "/privateEndpointConnections/" in write
    ]
    deleted = [number for number, write in enumerate(order) if write.startswith("DELETE")]
    assert len(rejected) == 2 and rejected < deleted
    left = set(state(cloud)) - before
    assert {one for one in left if "/roleAssignments/" not in one} == {VAULT}
    vault = cloud.document(VAULT)
    assert vault["properties"]["publicNetworkAccess"] == "Disabled"
    assert vault["identity"]["type"] == "SystemAssigned"
    cloud.mark()
    again = sequence.play("teardown", **CONFIRMED)
    assert (again.failure, again.changes, cloud.writes()) == ("", {}, [])
    assert again.report["result"] == "unchanged"


def test_public_access_comes_back_when_that_is_asked_for(cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud)
    assert not sequence.play().failure
    assert not sequence.play("teardown", backup_teardown_public_network_access="Enabled", **CONFIRMED).failure
    assert cloud.document(VAULT)["properties"]["publicNetworkAccess"] == "Enabled"


def test_a_torn_down_vault_may_become_private_again(cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud)
    first = sequence.play()
    assert not first.failure
    goal = state(cloud)
    cloud.event("machine_registered", vault="vault-backup", machine="sql01")
    cloud.event("items_removed", vault="vault-backup", purge=True)
    assert not sequence.play("teardown", **CONFIRMED).failure
    assert not sequence.play().failure
    assert set(state(cloud)) >= {one for one in goal if "<guid>" not in one}


@pytest.mark.parametrize("dns_mode", MODES)
def test_what_others_made_stays(dns_mode: str, make_cloud: MakeCloud, tell: Tell) -> None:
    """An endpoint of the same vault, records, links and zones that carry no mark of ours."""
    zones = [{"name": zone.rsplit("/", 1)[-1], "resource_group": "rg-dns-hub"} for zone in BACKUP_ZONES]
    zones[0]["records"] = [{"name": "theirs", "ip_addresses": ["10.9.9.9"]}]  # type: ignore[assignment]
    zones[1]["virtual_network_links"] = [{"name": "theirs", "virtual_network": HUB_NETWORK}]  # type: ignore[assignment]
    theirs = endpoint("pe-theirs", resource_group="rg-network", subnet="endpoints")
    cloud = make_cloud(
        vaults=[
            {"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope", "created_days_ago": 1}
        ],
        private_endpoints=[theirs],
        private_dns_zones=copy.deepcopy(zones),
    )
    sequence = tell(cloud, backup_dns_mode=dns_mode, backup_endpoints=[HUB_ENDPOINT_WISH])
    before = state(cloud)
    assert not sequence.play().failure
    done = sequence.play("teardown", **CONFIRMED)
    assert not done.failure
    after = state(cloud)
    assert set(after) == set(before)
    changed = {one for one in after if after[one] != before[one]}
    assert changed <= {VAULT}, {one: (before[one], after[one]) for one in changed}
    assert len(cloud.document(VAULT)["properties"]["privateEndpointConnections"]) == 1


def test_a_zone_of_ours_that_serves_others_stays_and_is_named(cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud, backup_dns_mode="records")
    assert not sequence.play().failure
    theirs: JSON = {"zones": [BACKUP_ZONES[1]], "owner": "another team"}
    name: JSON = {"fqdn": "theirs.blob.core.windows.net", "ip_addresses": ["10.1.1.99"]}
    assert cloud.run(RECORDS, **theirs, names=[name])["changed"]
    kept = [sequence.play("teardown", check_mode=mode, **CONFIRMED).report["kept"] for mode in (True, False)]
    assert kept[0] == kept[1]
    # Their name resolves through the zone's link, so that stays with it; and so do the zones that are needed with it.
    rows = {one["id"]: one for one in kept[0]}
    links = {f"{zone}/virtualNetworkLinks/{link_name(NETWORK)}" for zone in BACKUP_ZONES}
    assert set(rows) == {*BACKUP_ZONES, *links} and all(map(cloud.exists, rows))
    beside = "privatelink.blob.core.windows.net beside it serves others, whose next names may belong here"
    for zone in BACKUP_ZONES:
        reason = "it holds 1 record sets" if zone == BACKUP_ZONES[1] else beside
        assert (rows[zone]["kind"], rows[zone]["reason"]) == ("private DNS zone", reason)
        assert "once they are removed, run the teardown again" in rows[zone]["remedy"]
    reported = (sequence.directory / "report" / "latest" / "report.md").read_text()
    assert "## Left on purpose" in reported and "it holds 1 record sets" in reported
    # What frees it, taken literally.
    assert cloud.run(RECORDS, **theirs, names=[name], state="absent")["changed"]
    freed = sequence.play("teardown", **CONFIRMED)
    assert (freed.failure, freed.report["kept"], cloud.exists(BACKUP_ZONES[1])) == ("", [], False)


@pytest.mark.parametrize("mode", ["zone_group", "records"])
def test_the_names_of_another_vault_in_the_same_zones_still_resolve(mode: str, cloud: Cloud, tell: Tell) -> None:
    second: JSON = {"backup_vault_name": "vault-second", "backup_endpoints": [{**ENDPOINT_WISH, "name": "pe-second"}]}
    sequence, other = tell(cloud, backup_dns_mode=mode), tell(cloud, backup_dns_mode=mode, **second)
    assert not sequence.play().failure and not other.play().failure
    needed = {*BACKUP_ZONES, *(f"{zone}/virtualNetworkLinks/{link_name(NETWORK)}" for zone in BACKUP_ZONES)}
    foreseen, done = (sequence.play("teardown", check_mode=check, **CONFIRMED) for check in (True, False))
    assert done.failure == "" and all(map(cloud.exists, needed))
    for played in (foreseen, done):
        assert {row["id"] for row in played.report["kept"]} == needed
        assert not needed & {row["id"] for row in played.report["removed"]}
    # Also the zones in which the other vault has no name yet: its servers bring some.
    cloud.mark()
    assert other.play("verify").failure == "" and other.play().failure == "" and cloud.writes() == []


def test_an_endpoint_of_the_same_name_that_is_not_ours_stays(make_cloud: MakeCloud, tell: Tell) -> None:
    cloud = make_cloud(
        vaults=[
            {"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope", "created_days_ago": 1}
        ],
        private_endpoints=[endpoint("pe-backup", virtual_network="vnet-app")],
    )
    before = state(cloud)
    cloud.mark()
    done = tell(cloud).play("teardown", **CONFIRMED)
    assert not done.failure
    assert cloud.writes() == []
    assert any("not made by this and is left" in text for text in done.warnings)
    assert state(cloud) == before


@pytest.mark.parametrize("name", ["backup, endpoint", "backup, endpoint, records", "site_recovery, records"])
def test_killed_after_every_write_and_taken_up_again(name: str, tell: Tell) -> None:
    setting = SETTINGS[name]
    confirmed = {f"{setting.role}_teardown_confirm": setting.desired[f"{setting.role}_vault_name"]}

    def converged() -> tuple[Cloud, Sequence]:
        cloud = setting.cloud("realistic")
        sequence = tell(cloud, setting.desired, setting.role)
        assert not sequence.play().failure
        cloud.mark()
        return cloud, sequence

    cloud, sequence = converged()
    assert not sequence.play("teardown", **confirmed).failure
    goal, count = state(cloud), len(cloud.writes())
    assert count > 8
    cloud, sequence = converged()
    last, killed = killed_again_and_again(cloud, lambda: sequence.play("teardown", **confirmed), 3 * count)
    assert not last.failure, (killed, last.failure)
    assert state(cloud) == goal
    assert len(cloud.writes()) >= count


def test_what_may_not_be_removed_is_told_before_the_first_rejection(cloud: Cloud, tell: Tell) -> None:
    """A rejection is final: who may not delete what follows must not begin."""
    sequence = tell(cloud)
    assert not sequence.play().failure
    forbid(cloud, "Microsoft.Network/privateEndpoints/delete", "Microsoft.Network/privateDnsZones/delete")
    cloud.mark()
    refused = sequence.play("teardown", **CONFIRMED)
    assert (
        "[permissions] The signed-in identity (object id 44444444-4444-4444-8444-444444444444) may not do "
        "Microsoft.Network/privateEndpoints/delete" in refused.failure
    )
    assert "Microsoft.Network/privateDnsZones/delete" in refused.failure
    assert (refused.report["result"], cloud.writes()) == ("refused", [])


@pytest.mark.parametrize(
    ("access", "words"), [("unchanged", "nobody reaches the vault then"), ("Enabled", "another way")]
)
def test_who_loses_the_vault_is_named(access: str, words: str, cloud: Cloud, tell: Tell) -> None:
    sequence = tell(cloud)
    assert not sequence.play().failure
    cloud.event("machine_registered", vault="vault-backup", machine="sql01", backup_management_type="AzureWorkload")
    done = sequence.play("teardown", backup_teardown_public_network_access=access, **CONFIRMED)
    assert not done.failure
    (gate,) = [gate for gate in done.report["gates"] if gate["name"] == "in_use"]
    assert gate["verdict"] == "warning" and "sql01" in gate["message"] and words in gate["message"]
    assert any("[in_use]" in text for text in done.warnings)


def test_the_mark_is_written_while_it_can_be_known(cloud: Cloud, tell: Tell) -> None:
    """Somebody took the tag away: without it a vault in use and without endpoints could never be private again."""
    sequence = tell(cloud)
    assert not sequence.play().failure
    cloud.event("machine_registered", vault="vault-backup", machine="sql01")
    cloud.document(VAULT)["tags"] = {}
    assert not sequence.play("teardown", **CONFIRMED).failure
    assert cloud.document(VAULT)["tags"] == {"privatelink-born-azurebackup": "true"}
    assert not sequence.play().failure


def test_a_connection_whose_endpoint_is_gone_goes_too(make_cloud: MakeCloud, tell: Tell) -> None:
    """A teardown that was killed after it had deleted the endpoint knows by nothing that the connection was ours."""

    def converged() -> tuple[Cloud, Sequence]:
        cloud = make_cloud(settings={"connection_outlives_endpoint": True})
        sequence = tell(cloud)
        assert not sequence.play().failure
        cloud.mark()
        return cloud, sequence

    cloud, sequence = converged()
    assert not sequence.play("teardown", **CONFIRMED).failure
    deleting = cloud.writes().index(f"DELETE {ENDPOINT}") + 1
    cloud, sequence = converged()
    with Kill(cloud, deleting), pytest.raises(Killed):
        sequence.play("teardown", **CONFIRMED)
    assert not cloud.exists(ENDPOINT)
    assert len(cloud.document(VAULT)["properties"]["privateEndpointConnections"]) == 1
    assert not sequence.play("teardown", **CONFIRMED).failure
    assert not cloud.document(VAULT)["properties"].get("privateEndpointConnections")


def the_link(cloud: Cloud) -> str:
    """A link the run has made."""
    return next(str(one.id) for one in cloud.arm.store.all() if "/virtualnetworklinks/" in str(one.id).lower())


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (lambda cloud: VAULT, "pe-backup cannot be removed"),
        (lambda cloud: ENDPOINT, "pe-backup cannot be removed"),
        (lambda cloud: BACKUP_ZONES[1], f"{BACKUP_ZONES[1]} cannot be removed"),
        (the_link, "cannot be removed: "),
    ],
    ids=["vault", "endpoint", "zone", "link"],
)
def test_a_lock_is_told_before_anything_is_removed(
    where: t.Callable[[Cloud], str], words: str, cloud: Cloud, tell: Tell
) -> None:
    sequence = tell(cloud)
    assert not sequence.play().failure
    locked = where(cloud)
    cloud.arm.service(ManagementLocks).load({"locks": [{"scope": locked, "level": "CanNotDelete", "name": "keep"}]})
    cloud.mark()
    refused = sequence.play("teardown", **CONFIRMED)
    assert "has the lock keep" in refused.failure and words in refused.failure
    assert cloud.writes() == []
    cloud.arm.store.remove(f"{locked}/providers/Microsoft.Authorization/locks/keep")
    assert not sequence.play("teardown", **CONFIRMED).failure
