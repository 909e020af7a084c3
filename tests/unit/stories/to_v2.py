"""A vault with classic endpoints that goes over to v2 ones, and short stories of it: of a role that lacks a step, one fails."""

from __future__ import annotations

import copy
import typing as t

from ..conftest import ENDPOINT, VAULT, WORLD, Cloud
from .conftest import Tell
from .sequence import Played, Sequence
from .support import DESIRED, ENDPOINT_WISH

JSON = dict[str, t.Any]
CLASSIC: JSON = {**DESIRED, "backup_endpoints": [{**ENDPOINT_WISH, "resource_group": "rg-endpoints"}]}
OURS = ENDPOINT.replace("/rg-backup/", "/rg-endpoints/")
MACHINE = {"vault": "vault-backup", "machine": "sql01", "backup_management_type": "AzureWorkload"}
CONFIRMED: JSON = {"backup_to_v2_confirm": "vault-backup"}


def used(tell: Tell, desired: JSON | None = None, **settings: t.Any) -> tuple[Cloud, Sequence]:
    """A vault with classic endpoints through which a server is backed up; from now on Azure makes v2 ones."""
    desired = desired or CLASSIC
    world = copy.deepcopy(WORLD)
    world["resource_groups"].append({"name": "rg-endpoints", "location": "westeurope"})
    world["virtual_networks"][0]["subnets"] += [
        {"name": "tight", "address_prefix": "10.1.4.0/28", "addresses_in_use": 1},
        {"name": "nearly-full", "address_prefix": "10.1.5.0/27", "addresses_in_use": 6},
    ]
    cloud = Cloud({**world, "settings": {"backup_experience": "v1", **settings}})
    made = tell(cloud, desired, backup_experience="v1", backup_settle_seconds=0).play()
    assert not made.failure, made.failure
    for event in ("machine_registered", "first_backup"):
        assert cloud.event(event, **MACHINE)["succeeded"]
    assert not tell(cloud, desired, backup_experience="v1").play("drift").failure
    cloud.arm.settings["backup_experience"] = "v2"
    return cloud, tell(cloud, desired)


def endpoints(cloud: Cloud) -> list[str]:
    cloud.arm.scheduler.settle()
    return [one.name for one in cloud.arm.store.below("", "Microsoft.Network/privateEndpoints")]


def experience(cloud: Cloud) -> str:
    return str(cloud.document(VAULT)["tags"].get("privatelink-backup-experience"))


def outlook(played: Played) -> set[tuple[str, str, str]]:
    """What a run said it was about to do, by the page that came before its first write: action, kind and id."""
    plans = [one["plan"] for one in played.of("preflight") if "switch" in one["plan"]]
    return {(row["action"], row["kind"], row["id"].lower()) for row in plans[0]["outlook"]}


def over(tell: Tell) -> None:
    """Marked first, all that is classic away in the safe order, v2 made; who has to register again is said."""
    cloud, sequence = used(tell)
    cloud.mark()
    done = sequence.play("to_v2", **CONFIRMED)
    assert not done.failure, done.failure
    order = [write.split(" ")[1] for write in cloud.writes()]
    gone = [write.removeprefix("DELETE ") for write in cloud.writes() if write.startswith("DELETE")]
    assert order[0] == f"{VAULT}/providers/Microsoft.Resources/tags/default"
    rejected = [at for at, one in enumerate(order) if "/privateEndpointConnections/" in one]
    assert rejected and rejected[0] < order.index(OURS)
    # The vault manages its storage endpoints to the end: those it made go before ours.
    assert [one.startswith(f"{OURS}_") for one in gone[:4]] == [True, True, True, False]
    assert endpoints(cloud) == ["pe-backup"] and experience(cloud) == "v2"
    assert not cloud.arm.store.below("", "Microsoft.Authorization/roleDefinitions")
    principal = cloud.document(VAULT)["identity"]["principalId"]
    assignments = cloud.arm.store.below("", "Microsoft.Authorization/roleAssignments")
    assert [one.id for one in assignments if one.properties["principalId"] == principal] == []
    assert any("sql01" in text for text in done.said)
    assert any(text.endswith("plan.md") for text in done.said)
    assert done.report["ready_to_protect"] is True
    # A plan and a report of the way there, and both again of the run that makes v2 endpoints.
    assert len(done.of("report")) == 4


def foreseen(tell: Tell) -> None:
    """Check mode ends before the v2 endpoint and says what it has not compared."""
    cloud, sequence = used(tell)
    cloud.mark()
    check = sequence.play("to_v2", check_mode=True, **CONFIRMED)
    assert not check.failure and cloud.writes() == []
    assert "Not compared step by step" in check.said[-1]


def guarded(tell: Tell) -> None:
    """Nothing is asked of Azure before the vault's name was given again."""
    cloud, sequence = used(tell)
    cloud.mark()
    assert "Set backup_to_v2_confirm" in sequence.play("to_v2").failure
    assert cloud.requests() == []


def refused(tell: Tell) -> None:
    """Endpoints of which nothing is known stay, and the report says why."""
    cloud = Cloud(WORLD)
    sequence = tell(cloud, DESIRED)
    assert not sequence.play().failure
    cloud.mark()
    run = sequence.play("to_v2", **CONFIRMED)
    assert "Nothing shows yet" in run.failure and cloud.writes() == []
    assert run.report["result"] == "refused"


def written(tell: Tell) -> None:
    """Records that this collection wrote go with what they lead to."""
    cloud, sequence = used(tell, {**CLASSIC, "backup_dns_mode": "records"})
    cloud.mark()
    assert not sequence.play("to_v2", **CONFIRMED).failure
    order = [write.split(" ")[1] for write in cloud.writes()]
    removed = [at for at, write in enumerate(cloud.writes()) if write.startswith("DELETE") and "/A/" in write]
    assert removed and max(removed) < order.index(OURS)


def outlived(tell: Tell) -> None:
    """A connection that outlives its endpoint is removed from the vault."""
    cloud, sequence = used(tell, connection_outlives_endpoint=True)
    assert not sequence.play("to_v2", **CONFIRMED).failure
    assert len(cloud.document(VAULT)["properties"]["privateEndpointConnections"]) == 1


STORIES: dict[str, t.Callable[[Tell], None]] = {
    story.__name__: story for story in (guarded, refused, foreseen, over, outlived, written)
}
#: By task file: the steps, and the story that fails without them.
SEEN_BY: dict[str, dict[str, str]] = {
    "backup/tasks/to_v2.yml": {
        "Ask for the vault's name again": "guarded",
        "Leave the classic endpoints": "refused",
        "Say what check mode does not compare": "foreseen",
        "Go on with v2 endpoints": "over",
    },
    "backup/tasks/leave_v1.yml": {
        "Begin": "refused",
        "Remove all classic endpoints": "refused",
        "Find out what there is": "refused",
        "Remove what is classic, in the safe order": "over",
        "Hand over the report": "over",
        "Say who has to register again": "over",
        "Report, and stop": "refused",
    },
    "common/tasks/leave_v1.yml": {
        "Note that the vault is on its way": "over",
        "Reject the connections first": "over",
        "Remove the records this collection wrote": "written",
        "Delete the storage endpoints that the vault's identity made": "over",
        "Delete the classic endpoints": "over",
        "Remove what is left of the connections on the vault": "outlived",
        "Take back the roles that were given to the vault's identity here": "over",
        "Remove the custom roles that were made here, where nobody has them": "over",
        "Note that they are gone": "over",
    },
}
