"""Preparing a replication may be killed after any write and refused any read; what somebody changes is predicted and mended."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.pipeline import is_write
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.storage_accounts import API_VERSION

from ..conftest import SIGN_IN, Cloud
from ..worlds import migrate as worlds
from ..worlds.migrate import world_with
from .sequence import Sequence
from .support import exactly, fault, killed_again_and_again, state

JSON = dict[str, t.Any]
pytestmark = pytest.mark.xdist_group("migrate replication")
CACHE = worlds.STORAGE.replace("lsa1234usa", "cache")
PREMIUM = worlds.STORAGE.replace("lsa1234usa", "premium")
REPLICATE: JSON = {
    "migrate_project_name": "contoso",
    "migrate_resource_group": worlds.GROUP,
    "migrate_source": "HyperV",
    "migrate_subnet": worlds.SUBNET,
    "migrate_replication_accounts": [{"id": PREMIUM, "purpose": "replication"}, {"id": CACHE, "purpose": "cache"}],
    "migrate_role_settle_seconds": 0,
}


def chosen(world: JSON) -> None:
    """Two accounts with a closed firewall, to which nothing leads yet: premium for replication, standard for the cache."""
    closed = {"network_acls": {"defaultAction": "Deny", "bypass": "None"}}
    world["storage_accounts"] += [
        {"name": "cache", **worlds.PLACE, **closed},
        {"name": "premium", **worlds.PLACE, **closed, "sku": "Premium_LRS"},
    ]


def prepared(directory: Path) -> tuple[Cloud, Sequence]:
    """An Azure with a healthy project and the accounts, and the role for them."""
    cloud = Cloud(world_with(chosen))
    accounts = [
        {"purpose": "replication", "endpoint": True, "subnet": "", **row}
        for row in REPLICATE["migrate_replication_accounts"]
    ]
    return cloud, Sequence(cloud, directory, "migrate", **{**REPLICATE, "migrate_replication_accounts": accounts})


@functools.cache
def undisturbed() -> tuple[JSON, tuple[tuple[str, str], ...]]:
    """The end state of a run, and its requests."""
    with TemporaryDirectory() as directory:
        cloud, sequence = prepared(Path(directory))
        played = sequence.play("replication")
    assert not played.failure, played.failure
    requests = [(entry["method"], entry["path"]) for entry in cloud.arm.log if not SIGN_IN.search(entry["path"])]
    return state(cloud), tuple(requests)


def test_a_run_changes_what_its_check_mode_says_and_a_second_one_nothing(tmp_path: Path) -> None:
    cloud, sequence = prepared(tmp_path)
    cloud.mark()
    predicted = sequence.play("replication", check_mode=True)
    assert not predicted.failure and cloud.writes() == []
    done = sequence.play("replication")
    assert not done.failure, done.failure
    assert set(predicted.changes) == set(done.changes)
    documents = {resource.id.lower(): resource.document for resource in cloud.arm.store.all()}
    for account in (CACHE, PREMIUM):
        assert "AzureServices" in documents[account.lower()]["properties"]["networkAcls"]["bypass"]
        assert documents[account.lower()]["properties"]["privateEndpointConnections"]
    roles = [
        one["properties"] for key, one in documents.items() if "/roleassignments/" in key and "/storageaccounts/" in key
    ]
    by_account = {
        account: sorted(
            row["roleDefinitionId"].rsplit("/", 1)[-1] for row in roles if row["scope"].lower() == account.lower()
        )
        for account in (CACHE, PREMIUM)
    }
    contributor, data_contributor, data_owner = (
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    )
    assert by_account == {CACHE: sorted([contributor, data_contributor]), PREMIUM: sorted([contributor, data_owner])}
    cloud.mark()
    again = sequence.play("replication")
    assert not again.failure and again.changes == {} and cloud.writes() == []


def test_a_run_that_is_killed_after_each_write_ends_the_same(tmp_path: Path) -> None:
    goal, requests = undisturbed()
    writes = [one for one in requests if is_write(*one)]
    cloud, sequence = prepared(tmp_path)
    played, killed = killed_again_and_again(cloud, functools.partial(sequence.play, "replication"), 3 * len(writes))
    assert not played.failure, played.failure
    assert len(killed) >= len(writes) > 8
    assert state(cloud) == goal


def test_a_read_that_is_refused_is_said_and_the_run_goes_on_from_there(tmp_path: Path) -> None:
    goal, requests = undisturbed()
    for number, (method, path) in enumerate(sorted({one for one in requests if not is_write(*one)})[::2]):
        directory = tmp_path / str(number)
        directory.mkdir()
        cloud, sequence = prepared(directory)
        struck = fault(cloud, {"status": 500, "code": "Refused"}, times=0, method=method, path=exactly(path))
        played = sequence.play("replication")
        assert struck.applied and played.failure, f"{path} answered 500 and the run went on"
        struck.times = struck.applied
        resumed = sequence.play("replication")
        assert not resumed.failure, (path, resumed.failure)
        assert set(state(cloud)) == set(goal), path


def close_account(cloud: Cloud) -> None:
    """Somebody has an account's firewall let nobody through."""
    body = {"properties": {"networkAcls": {"bypass": "None", "defaultAction": "Deny"}}}
    cloud.connection.azure.patch(CACHE, API_VERSION, body)


def take_roles(cloud: Cloud) -> None:
    """Somebody takes the vault's roles on an account away."""
    for resource in list(cloud.arm.store.all()):
        if resource.id.lower().startswith(PREMIUM.lower()) and "/roleassignments/" in resource.id.lower():
            cloud.arm.store.remove(resource.id)


@pytest.mark.parametrize("deed", [close_account, take_roles])
def test_what_somebody_changed_is_predicted_and_mended(deed: t.Callable[[Cloud], None], tmp_path: Path) -> None:
    cloud, sequence = prepared(tmp_path)
    assert not sequence.play("replication").failure
    before = state(cloud)
    deed(cloud)
    assert state(cloud) != before
    predicted, mended = sequence.play("replication", check_mode=True), sequence.play("replication")
    assert (predicted.failure, mended.failure) == ("", "")
    assert mended.changes and set(predicted.changes) == set(mended.changes)
    assert state(cloud) == before
