"""A vault goes over from classic endpoints to v2 ones: marked, emptied, made anew, and resumed wherever it was interrupted."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint import MODULE as PRIVATE_ENDPOINT

from ..conftest import ENDPOINT, GROUPS, SUBNET, VAULT, WORLD, Cloud
from .conftest import Tell
from .sequence import Played, Sequence
from .support import DESIRED, ENDPOINT_WISH, HUB_ENDPOINT_WISH, killed_again_and_again, state

JSON = dict[str, t.Any]
CLASSIC: JSON = {**DESIRED, "backup_endpoints": [{**ENDPOINT_WISH, "resource_group": "rg-endpoints"}]}
OURS = ENDPOINT.replace("/rg-backup/", "/rg-endpoints/")
MACHINE = {"vault": "vault-backup", "machine": "sql01", "backup_management_type": "AzureWorkload"}
CONFIRMED: JSON = {"backup_to_v2_confirm": "vault-backup"}


def used(tell: Tell, **settings: t.Any) -> tuple[Cloud, Sequence]:
    """A vault with classic endpoints through which a server is backed up; from now on Azure makes v2 ones."""
    world = copy.deepcopy(WORLD)
    world["resource_groups"].append({"name": "rg-endpoints", "location": "westeurope"})
    cloud = Cloud({**world, "settings": {"backup_experience": "v1", **settings}})
    made = tell(cloud, CLASSIC, backup_experience="v1", backup_settle_seconds=0).play()
    assert not made.failure, made.failure
    for event in ("machine_registered", "first_backup"):
        assert cloud.event(event, **MACHINE)["succeeded"]
    assert not tell(cloud, CLASSIC, backup_experience="v1").play("drift").failure
    cloud.arm.settings["backup_experience"] = "v2"
    return cloud, tell(cloud, CLASSIC)


def endpoints(cloud: Cloud) -> list[str]:
    cloud.arm.scheduler.settle()
    return [one.name for one in cloud.arm.store.below("", "Microsoft.Network/privateEndpoints")]


def experience(cloud: Cloud) -> str:
    return str(cloud.document(VAULT)["tags"].get("privatelink-backup-experience"))


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
    # A check foresees it up to where it would make v2 endpoints: the classic ones are still there.
    assert not foreseen.failure and len(foreseen.changes) > 10
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
