"""Teardown of a project's endpoints: foreseen in check mode, refused before the first write, and only of what was made here."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.management_locks import (
    ManagementLocks,
)

from ..conftest import Cloud
from ..worlds import migrate as worlds
from ..worlds.migrate import MAKE, to_be_made, world_with
from .sequence import Played, Sequence

JSON = dict[str, t.Any]
pytestmark = pytest.mark.xdist_group("migrate teardown")
CACHE = worlds.STORAGE.replace("lsa1234usa", "cache")
CONFIRMED: JSON = {"migrate_teardown_confirm": "contoso"}


def made(directory: Path) -> tuple[Cloud, Sequence]:
    """A project that this collection has made, with its endpoints."""
    cloud = Cloud(world_with(to_be_made))
    role = Sequence(cloud, directory, "migrate", **MAKE)
    first = role.play()
    assert not first.failure, first.failure
    cloud.mark()
    return cloud, role


def ids(cloud: Cloud, part: str) -> list[str]:
    cloud.arm.scheduler.settle()
    return sorted(resource.name for resource in cloud.arm.store.all() if f"/{part}/" in resource.id.lower())


def deleted(played: Played, task: str) -> int:
    """How many items of a task were, or would be, changed."""
    return sum(1 for changed, _item in played.changes if changed.startswith(task))


def test_check_mode_foresees_the_zones_that_become_empty(tmp_path: Path) -> None:
    cloud, role = made(tmp_path)
    foreseen = role.play("teardown", check_mode=True, **CONFIRMED)
    assert not foreseen.failure, foreseen.failure
    assert cloud.writes() == []
    gone = role.play("teardown", **CONFIRMED)
    assert not gone.failure, gone.failure
    for task in ("Delete the endpoints", "Remove the zones"):
        assert deleted(foreseen, task) == deleted(gone, task) > 0, task
    assert ids(cloud, "privateendpoints") == ids(cloud, "privatednszones") == []
    assert ids(cloud, "migrateprojects") != [], "the project is a separate decision"
    cloud.mark()
    again = role.play("teardown", **CONFIRMED)
    assert not again.failure and cloud.writes() == []


def test_what_goes_is_on_the_page_of_the_plan(tmp_path: Path) -> None:
    _cloud, role = made(tmp_path)
    seen = role.play("teardown", check_mode=True, migrate_teardown_project=True, **CONFIRMED).report["plan"]
    assert ("remove", "project", "contoso") in [(row["action"], row["kind"], row["name"]) for row in seen]
    assert [row["name"] for row in seen if (row["action"], row["kind"]) == ("remove", "private endpoint")] == [
        "contoso-pe",
        "lsa1234usa-pe",
        "contoso1234kv-pe",
    ]


def test_a_lock_refuses_before_the_first_write(tmp_path: Path) -> None:
    cloud, role = made(tmp_path)
    lock = {"scope": worlds.PROJECT, "level": "CanNotDelete", "name": "keep"}
    cloud.arm.service(ManagementLocks).load({"locks": [lock]})
    refused = role.play("teardown", **CONFIRMED)
    assert "has the lock keep" in refused.failure
    assert cloud.writes() == []


def portals(world: JSON) -> None:
    """The portal's project, and an endpoint that a replication has made for an account."""
    world["storage_accounts"].append({"name": "cache", **worlds.PLACE})
    world["private_endpoints"].append(
        {
            "name": "cache-pe", **worlds.PLACE, "virtual_network": "vnet-hub", "subnet": "endpoints", "target": CACHE,
            "group_id": "blob",
        }
    )  # fmt: skip


def test_of_the_portals_project_only_our_endpoints_go_wherever_they_are(tmp_path: Path) -> None:
    cloud = Cloud(world_with(portals))
    (ours,) = [
        resource for resource in cloud.arm.store.all() if resource.id.lower() == worlds.endpoint_id("cache-pe").lower()
    ]
    ours.document["tags"] = {"managed-by": "privatelink.recovery"}
    role = Sequence(
        cloud, tmp_path, "migrate", migrate_project_name="contoso", migrate_resource_group=worlds.GROUP,
        migrate_replication_accounts=[{"id": CACHE}],
    )  # fmt: skip
    before = ids(cloud, "privateendpoints")
    gone = role.play("teardown", **CONFIRMED)
    assert not gone.failure, gone.failure
    assert [name for name in before if name not in ids(cloud, "privateendpoints")] == ["cache-pe"]
    in_use = [gate for gate in gone.report["gates"] if gate["name"] == "in_use"]
    assert [(gate["verdict"], "lsa1234site" in gate["message"]) for gate in in_use] == [("warning", True)]
