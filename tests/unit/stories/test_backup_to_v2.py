"""A vault goes over from classic endpoints to v2 ones: marked, emptied, made anew, and resumed wherever it was interrupted."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint import MODULE as PRIVATE_ENDPOINT

from ..conftest import GROUPS, SUBNET, VAULT, WORLD, Cloud
from .conftest import Tell
from .sequence import Played, Sequence
from .support import DESIRED, ENDPOINT_WISH, HUB_ENDPOINT_WISH, forbid, killed_again_and_again, state
from .to_v2 import CLASSIC, CONFIRMED, MACHINE, OURS, endpoints, experience, outlook, used

JSON = dict[str, t.Any]


@pytest.mark.parametrize(
    "settings", [{}, {"classic_zone_search": "own_groups"}, {"classic_children_outlive_endpoint": False}]
)
def test_a_vault_in_use_goes_over(settings: JSON, tell: Tell) -> None:
    cloud, sequence = used(tell, **settings)
    assert len(endpoints(cloud)) == 4
    cloud.mark()
    foreseen = sequence.play("to_v2", check_mode=True, **CONFIRMED)
    assert cloud.writes() == []
    done = sequence.play("to_v2", **CONFIRMED)
    assert not done.failure, done.failure
    order = [write.split(" ")[1] for write in cloud.writes()]
    # The mark comes first of all, before anything that cannot be taken back.
    assert order[0].startswith(VAULT) and "/privateEndpointConnections/" not in order[0]
    assert endpoints(cloud) == ["pe-backup"]
    assert experience(cloud) == "v2"
    assert cloud.document(VAULT)["tags"]["privatelink-born-azurebackup"] == "true"
    assert cloud.document(VAULT)["properties"]["privateEndpointStateForBackup"] == "Enabled"
    assert done.report["ready_to_protect"] is True
    assert len(done.report["names"]) == 11
    assert not cloud.arm.store.below("", "Microsoft.Authorization/roleDefinitions")
    # A check foresees each step up to where v2 endpoints are made, and of these what is made: the classic ones are still there.
    assert not foreseen.failure and len(foreseen.changes) > 10
    assert "Not compared step by step" in foreseen.said[-1]
    reported = [task for task in done.changes if "what is left of the connections" not in task[0]]
    assert [*foreseen.changes] == reported[: len(foreseen.changes)]
    assert [foreseen.changes[task] for task in reported[: len(foreseen.changes) - 1]] == [
        done.changes[task] for task in reported[: len(foreseen.changes) - 1]
    ]
    cloud.mark()
    again = sequence.play("to_v2", **CONFIRMED)
    assert not again.failure and again.changes == {}
    assert cloud.writes() == []
    assert not sequence.play("verify").failure


@pytest.mark.parametrize("dns_mode", ["zone_group", "records"])
def test_all_of_it_is_foreseen_before_the_first_write(dns_mode: str, tell: Tell) -> None:
    """What goes, what is made and what stays are those of the run itself; nothing is written to find out."""
    cloud, _sequence = used(tell)
    sequence = tell(cloud, CLASSIC, backup_dns_mode=dns_mode)
    there = {one.id.lower() for one in cloud.arm.store.below("", "Microsoft.Network/privateEndpoints")}
    cloud.mark()
    foreseen = outlook(sequence.play("to_v2", check_mode=True, **CONFIRMED))
    assert cloud.writes() == []
    done = sequence.play("to_v2", **CONFIRMED)
    assert not done.failure and outlook(done) == foreseen
    made = OURS.lower()
    assert {one for action, kind, one in foreseen if (action, kind) == ("remove", "private endpoint")} == there
    assert ("create", "private endpoint", made) in foreseen and ("change", "vault", VAULT.lower()) in foreseen
    groups = {
        one.id.lower() for one in cloud.arm.store.below("", "Microsoft.Network/privateEndpoints/privateDnsZoneGroups")
    }
    assert {one for action, kind, one in foreseen if (action, kind) == ("create", "zone group")} == groups
    assert {kind for action, kind, _one in foreseen if action == "create"} == (
        {"private endpoint", "zone group"} if groups else {"private endpoint"}
    )
    assert {kind for action, kind, _one in foreseen if action == "leave"} == {
        "private DNS zone",
        "virtual network link",
    }


TIGHT, NEARLY_FULL = (SUBNET.replace("/endpoints", f"/{name}") for name in ("tight", "nearly-full"))


def test_the_addresses_of_what_goes_count_as_free(tell: Tell) -> None:
    """Beside the classic endpoints ten addresses are free, and a v2 one needs eleven."""
    in_it = {**CLASSIC, "backup_endpoints": [{**CLASSIC["backup_endpoints"][0], "subnet": NEARLY_FULL}]}
    cloud, sequence = used(tell, in_it)
    done = sequence.play("to_v2", **CONFIRMED)
    assert not done.failure, done.failure
    assert endpoints(cloud) == ["pe-backup"]


@pytest.mark.parametrize("where", ["no room", "a right"])
def test_no_classic_endpoint_goes_before_the_way_is_free_for_what_comes(where: str, tell: Tell) -> None:
    cloud, sequence = used(tell)
    says = "11 are needed"
    if where == "no room":
        elsewhere = {**CLASSIC["backup_endpoints"][0], "subnet": TIGHT}
        sequence = tell(cloud, {**CLASSIC, "backup_endpoints": [elsewhere]})
    else:
        says = "Microsoft.Network/privateEndpoints/write"
        forbid(cloud, says)
    cloud.mark()
    for check_mode in (True, False):
        refused = sequence.play("to_v2", check_mode=check_mode, **CONFIRMED)
        assert "Without the classic endpoints" in refused.failure and says in refused.failure
    assert cloud.writes() == [] and len(endpoints(cloud)) >= 4


AFTERWARDS = "Without the classic endpoints: "


def test_the_gates_of_what_comes_are_those_of_v2(tell: Tell) -> None:
    """What only classic endpoints need is not asked of them: no roles of the vault's identity, and no right to give any."""
    cloud, sequence = used(tell)
    forbid(cloud, "Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleDefinitions/write")
    cloud.mark()
    checked = sequence.play("to_v2", check_mode=True, **CONFIRMED)
    assert not checked.failure and cloud.writes() == []
    (gates,) = [one["gates"] for one in checked.of("preflight") if "switch" in one["plan"]]
    asked = {one["name"]: one["message"] for one in gates if one["message"].startswith(AFTERWARDS)}
    assert asked["experience"] == f"{AFTERWARDS}No classic (v1) endpoints are in the way."
    assert "grants" not in asked and {"permissions", "subnet", "quota", "endpoint_name", "zones"} <= {*asked}
    # Those of a classic vault do ask for it.
    classic = tell(cloud, CLASSIC, backup_experience="v1").play("preflight")
    assert "grants" in {one["name"] for one in classic.report["gates"]}
    done = sequence.play("to_v2", **CONFIRMED)
    assert not done.failure and experience(cloud) == "v2"


def test_who_has_to_register_again_is_listed(tell: Tell) -> None:
    cloud, sequence = used(tell)
    played = sequence.play("to_v2", **CONFIRMED)
    assert not played.failure
    (switch,) = [one["plan"]["switch"] for one in played.of("preflight") if "switch" in one["plan"]]
    assert any("sql01" in one for one in switch["must_register"])
    (gates,) = [one["gates"] for one in played.of("preflight") if "switch" in one["plan"]]
    (gate,) = [one for one in gates if one["name"] == "register_again"]
    assert gate["verdict"] == "warning" and "sql01" in gate["message"]
    assert cloud.event("machine_registered", **MACHINE)["succeeded"]


@pytest.mark.parametrize("desired", [{}, {"backup_to_v2_confirm": "other"}, {**CONFIRMED, "backup_experience": "v1"}])
def test_it_is_guarded(desired: JSON, tell: Tell) -> None:
    cloud, sequence = used(tell)
    cloud.mark()
    played = sequence.play("to_v2", **desired)
    assert "Set backup_to_v2_confirm" in played.failure
    assert cloud.requests() == []


def test_killed_after_every_write_it_ends_the_same(tell: Tell) -> None:
    ends = []
    for killed in (False, True):
        cloud, sequence = used(tell)

        def go(sequence: Sequence = sequence) -> Played:
            return sequence.play("to_v2", **CONFIRMED)

        last, kills = killed_again_and_again(cloud, go, 90) if killed else (go(), ["none"])
        assert not last.failure, (kills, last.failure)
        ends.append(state(cloud))
    assert len(kills) > 15
    assert ends[0] == ends[1]


def test_no_other_run_goes_on_in_between(tell: Tell) -> None:
    cloud, sequence = used(tell)
    cloud.document(VAULT)["tags"]["privatelink-backup-experience"] = "v1-to-v2"
    variables: tuple[JSON, ...] = ({}, {"backup_experience": "v1"})
    for given in variables:
        cloud.mark()
        refused = sequence.play(**given)
        assert "on its way from classic" in refused.failure and "backup_to_v2" in refused.failure
        assert cloud.writes() == []


def test_an_endpoint_of_somebody_else_goes_only_when_it_is_named(tell: Tell) -> None:
    cloud, _sequence = used(tell)
    cloud.arm.settings["backup_experience"] = "v1"
    made = cloud.run(
        PRIVATE_ENDPOINT, name="theirs", resource_group="rg-backup", target=VAULT, sub_resource="AzureBackup",
        subnet=SUBNET.replace("vnet-app", "vnet-hub"),
    )  # fmt: skip
    assert made["changed"], made
    cloud.arm.settings["backup_experience"] = "v2"
    sequence = tell(cloud, CLASSIC)
    cloud.mark()
    refused = sequence.play("to_v2", **CONFIRMED)
    theirs = f"{GROUPS}/rg-backup/providers/Microsoft.Network/privateEndpoints/theirs"
    assert theirs in refused.failure and "backup_to_v2_endpoints" in refused.failure
    assert cloud.writes() == []
    done = sequence.play("to_v2", **CONFIRMED, backup_to_v2_endpoints=[theirs])
    assert not done.failure, done.failure
    assert endpoints(cloud) == ["pe-backup"]


def test_nothing_goes_of_which_nothing_is_known(tell: Tell) -> None:
    """Neither storage endpoints nor names of storage nor a tag: the endpoints may well be v2 ones."""
    cloud = Cloud(WORLD)
    desired = {**DESIRED, "backup_endpoints": [ENDPOINT_WISH, HUB_ENDPOINT_WISH]}
    sequence = tell(cloud, desired)
    assert not sequence.play().failure
    cloud.mark()
    refused = sequence.play("to_v2", **CONFIRMED)
    assert "Nothing shows yet" in refused.failure
    assert cloud.writes() == []
    # With names of storage they are known to be v2 ones, and there is nothing to do.
    assert cloud.event("machine_registered", **MACHINE)["succeeded"]
    assert not sequence.play("drift").failure
    done = sequence.play("to_v2", **CONFIRMED)
    assert not done.failure and done.changes == {}
