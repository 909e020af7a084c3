"""Making a project may be killed after any write, any request may be disturbed: running again ends the same. What cannot be read stops it."""

from __future__ import annotations

import functools
import json
import re
import typing as t
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.pipeline import is_write
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.key_vaults import (
    API_VERSION as KEY_VAULT_API_VERSION,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.storage_accounts import (
    API_VERSION as STORAGE_API_VERSION,
)
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint_connection import MODULE as CONNECTION

from ..conftest import SIGN_IN, Cloud
from ..worlds import migrate as worlds
from .migrate_made import WAYS, made
from .support import DISTURBANCES, exactly, fault, killed_again_and_again, state

JSON = dict[str, t.Any]
pytestmark = pytest.mark.xdist_group("migrate interruptions")


@dataclass(frozen=True)
class Undisturbed:
    """What a run does when nothing comes between: the end state, its requests, and those of them that write."""

    state: JSON
    requests: tuple[tuple[str, str], ...]
    writes: tuple[tuple[str, str], ...]


@functools.cache
def undisturbed(way: str = "made, with roles") -> Undisturbed:
    """The run a disturbed one is compared with."""
    with TemporaryDirectory() as directory:
        cloud, sequence = made(Path(directory), way)
        played = sequence.play()
    assert not played.failure, played.failure
    requests = [(entry["method"], entry["path"]) for entry in cloud.arm.log if not SIGN_IN.search(entry["path"])]
    return Undisturbed(state(cloud), tuple(requests), tuple(one for one in requests if is_write(*one)))


def let_in(cloud: Cloud) -> dict[str, int]:
    """How many roles, by scope, and access policies the project's identity has."""
    identity = cloud.document(worlds.PROJECT)["identity"]["principalId"]
    found: Counter[str] = Counter()
    for resource in cloud.arm.store.all():
        if resource.properties.get("principalId") == identity and "/roleassignments/" in resource.id.lower():
            found[str(resource.properties["scope"]).lower()] += 1
    policies = cloud.document(worlds.KEY_VAULT)["properties"]["accessPolicies"]
    found["policies"] = sum(row["objectId"] == identity for row in policies)
    return {name: count for name, count in found.items() if count}


@pytest.mark.parametrize("way", WAYS)
def test_a_run_changes_what_its_check_mode_says_and_a_second_one_nothing(way: str, tmp_path: Path) -> None:
    cloud, sequence = made(tmp_path, way)
    cloud.mark()
    predicted = sequence.play(check_mode=True)
    assert not predicted.failure and cloud.writes() == []
    done = sequence.play()
    assert not done.failure, done.failure
    # The identity that a policy names does not exist before the project.
    assert set(done.changes) - set(predicted.changes) <= {("Let it use the key vault by an access policy", "")}
    assert set(predicted.changes) <= set(done.changes)
    assert (
        let_in(cloud)
        == {
            "made, with roles": {worlds.STORAGE.lower(): 1, worlds.KEY_VAULT.lower(): 3},
            "made, with access policies": {worlds.STORAGE.lower(): 1, "policies": 1},
            "there before": {worlds.STORAGE.lower(): 1, "policies": 1},
        }[way]
    )
    cloud.mark()
    again = sequence.play()
    assert not again.failure and again.changes == {} and cloud.writes() == []


@pytest.mark.parametrize("way", WAYS)
def test_a_run_that_is_killed_after_each_write_ends_the_same(way: str, tmp_path: Path) -> None:
    goal = undisturbed(way)
    cloud, sequence = made(tmp_path, way)
    played, killed = killed_again_and_again(cloud, sequence.play, 3 * len(goal.writes))
    assert not played.failure, played.failure
    assert len(killed) >= len(goal.writes), "every write was the last of a run once"
    assert state(cloud) == goal.state


PARTS = 3


@pytest.mark.parametrize("part", range(PARTS))
def test_a_read_that_is_refused_ends_the_run_and_nothing_is_written_after_it(part: int, tmp_path: Path) -> None:
    """Each distinct one, from its first time on; then the run goes on from there and ends the same."""
    goal = undisturbed()
    distinct = sorted({one for one in goal.requests if not is_write(*one)})
    assert len(distinct) > 40
    for number, (method, path) in enumerate(distinct[part::PARTS]):
        directory = tmp_path / str(number)
        directory.mkdir()
        cloud, sequence = made(directory)
        status = (403, 500)[number % 2]
        struck = fault(cloud, {"status": status, "code": "Refused"}, times=0, method=method, path=exactly(path))
        played = sequence.play()
        assert struck.applied, path
        if not played.failure:
            # The gates of what nothing depends on warn; verification says what it did not look at. Neither keeps it silent.
            assert status == 403 and "Refused" in json.dumps(played.report["gates"]), (
                f"{path} answered {status} and nothing says so"
            )
        else:
            written_after(cloud, path)
        struck.times = struck.applied
        resumed = sequence.play()
        assert not resumed.failure, (path, resumed.failure)
        # Endpoints that were made in another order have other addresses.
        assert set(state(cloud)) == set(goal.state), path


def written_after(cloud: Cloud, path: str) -> None:
    """Nothing but other items of the loop that was under way is written once a read was refused."""
    first = next(number for number, entry in enumerate(cloud.arm.log) if "fault" in entry)
    kinds = {
        entry["path"].lower().split("/providers/")[-1].split("/")[1]
        for entry in cloud.arm.log[first:]
        if is_write(entry["method"], entry["path"]) and not SIGN_IN.search(entry["path"])
    }
    assert len(kinds) <= 1, (path, kinds)


def open_key_vault(cloud: Cloud) -> None:
    """Somebody opens the key vault to everybody."""
    rules = {"properties": {"networkAcls": {"defaultAction": "Allow", "bypass": "AzureServices"}}}
    cloud.connection.azure.patch(worlds.KEY_VAULT, KEY_VAULT_API_VERSION, rules)


def let_plain_http_in(cloud: Cloud) -> None:
    """Somebody lets plain HTTP into the account."""
    body = {"properties": {"supportsHttpsTrafficOnly": False}}
    cloud.connection.azure.patch(worlds.STORAGE, STORAGE_API_VERSION, body)


def take_roles(cloud: Cloud) -> None:
    """Somebody takes the identity's roles away."""
    for resource in list(cloud.arm.store.all()):
        if re.search(r"(/vaults/contoso1234kv|/storageAccounts/lsa1234usa)/.*/roleAssignments/", resource.id):
            cloud.arm.store.remove(resource.id)


def take_solution(cloud: Cloud) -> None:
    """Somebody deletes a solution."""
    cloud.arm.store.remove(f"{worlds.PROJECT}/Solutions/Servers-Migration-ServerMigration")


def reject(cloud: Cloud) -> None:
    """Somebody rejects the key vault's connection, which can be taken back."""
    options: JSON = {
        "target": worlds.KEY_VAULT,
        "private_endpoint": worlds.endpoint_id("contoso1234kv-pe"),
        "state": "rejected",
    }
    assert cloud.run(CONNECTION, **options)["changed"]


@pytest.mark.parametrize("deed", [open_key_vault, let_plain_http_in, take_roles, take_solution, reject])
def test_what_somebody_changed_is_predicted_and_mended(deed: t.Callable[[Cloud], None], tmp_path: Path) -> None:
    cloud, sequence = made(tmp_path)
    assert not sequence.play().failure
    before = state(cloud)
    deed(cloud)
    assert state(cloud) != before
    predicted, mended = sequence.play(check_mode=True), sequence.play()
    assert (predicted.failure, mended.failure) == ("", "")
    assert mended.changes and set(predicted.changes) == set(mended.changes)
    assert state(cloud) == before


@pytest.mark.parametrize("deed", [open_key_vault, let_plain_http_in])
def test_what_others_made_stays_as_they_have_it(deed: t.Callable[[Cloud], None], tmp_path: Path) -> None:
    cloud, sequence = made(tmp_path, "there before")
    assert not sequence.play().failure
    deed(cloud)
    changed = state(cloud)
    again = sequence.play()
    assert not again.failure and again.changes == {}
    assert state(cloud) == changed


@pytest.mark.parametrize("way", DISTURBANCES)
def test_a_disturbed_write_is_made_good(way: str, tmp_path: Path) -> None:
    """One write in four; a run that fails is run again."""
    goal = undisturbed()
    for number in range(list(DISTURBANCES).index(way), len(goal.writes), 4):
        method, path = goal.writes[number]
        directory = tmp_path / str(number)
        directory.mkdir()
        cloud, sequence = made(directory)
        struck = fault(cloud, DISTURBANCES[way], method=method, path=exactly(path))
        played = sequence.play()
        if played.failure:
            played = sequence.play()
        assert not played.failure, (method, path, played.failure)
        assert struck.applied, (method, path)
        assert state(cloud) == goal.state, (method, path)
