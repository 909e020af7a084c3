"""Making a project may be killed after any write, and any write may be disturbed: running again ends the same."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.pipeline import is_write

from ..conftest import SIGN_IN, SUBSCRIPTION, Cloud
from ..worlds import migrate as worlds
from ..worlds.migrate import world_with
from .sequence import Sequence
from .support import DISTURBANCES, exactly, fault, killed_again_and_again, state

JSON = dict[str, t.Any]
pytestmark = pytest.mark.xdist_group("migrate interruptions")
MAKE: JSON = {
    "migrate_project_name": "contoso",
    "migrate_resource_group": worlds.GROUP,
    "migrate_project_create": True,
    "migrate_subnet": worlds.SUBNET,
    "migrate_key_vault": worlds.KEY_VAULT,
    "migrate_storage_account": worlds.STORAGE,
    "migrate_source": "HyperV",
}


def to_be_made(world: JSON) -> None:
    """Key vault and storage account are there; project and endpoints are not, and the providers are not registered."""
    for section in (
        "migrate_projects",
        "assessment_projects",
        "master_sites",
        "migrate_sites",
        "private_endpoints",
        "vaults",
    ):
        world[section] = []
    world.update(private_dns_zones=[], role_assignments=[])
    world["subscriptions"] = [{"id": SUBSCRIPTION, "providers": {"Microsoft.Migrate": "NotRegistered"}}]


def made(directory: Path) -> tuple[Cloud, Sequence]:
    cloud = Cloud(world_with(to_be_made))
    return cloud, Sequence(cloud, directory, "migrate", **MAKE)


@functools.cache
def undisturbed() -> tuple[JSON, tuple[tuple[str, str], ...]]:
    """The end state of a run, and what it wrote in order."""
    with TemporaryDirectory() as directory:
        cloud, sequence = made(Path(directory))
        played = sequence.play()
    assert not played.failure, played.failure
    writes = [
        (entry["method"], entry["path"])
        for entry in cloud.arm.log
        if is_write(entry["method"], entry["path"]) and not SIGN_IN.search(entry["path"])
    ]
    return state(cloud), tuple(writes)


def test_a_run_that_is_killed_after_each_write_ends_the_same(tmp_path: Path) -> None:
    expected, writes = undisturbed()
    cloud, sequence = made(tmp_path)
    played, killed = killed_again_and_again(cloud, sequence.play, 3 * len(writes))
    assert not played.failure, played.failure
    assert len(killed) >= len(writes) - 2, "nearly every write was the last of a run once"
    assert state(cloud) == expected


@pytest.mark.parametrize("way", DISTURBANCES)
def test_a_disturbed_write_is_made_good(way: str, tmp_path: Path) -> None:
    """One write in four; a run that fails is run again."""
    expected, writes = undisturbed()
    for number in range(list(DISTURBANCES).index(way), len(writes), 4):
        method, path = writes[number]
        directory = tmp_path / str(number)
        directory.mkdir()
        cloud, sequence = made(directory)
        struck = fault(cloud, DISTURBANCES[way], method=method, path=exactly(path))
        played = sequence.play()
        if played.failure:
            played = sequence.play()
        assert not played.failure, (method, path, played.failure)
        assert struck.applied, (method, path)
        assert state(cloud) == expected, (method, path)
