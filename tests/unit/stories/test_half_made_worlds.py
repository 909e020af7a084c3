"""Random half-made worlds: check equals run, the second run changes nothing, what is said holds, nobody else is touched.

``HALF_MADE_WORLDS`` and ``STORMS`` say how many a role; ``HALF_MADE_FIRST`` is the first seed.
"""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from .half_made import World

WORLDS = int(os.environ.get("HALF_MADE_WORLDS", "10"))
STORMS = int(os.environ.get("STORMS", "5"))
FIRST = int(os.environ.get("HALF_MADE_FIRST", "0"))
#: A connection whose endpoint does not exist yet cannot be looked at, so its approval is in no check.
UNFORESEEN = {"Approve what is pending"}
ROLES = ["backup", "site_recovery"]
CONFIRM = {
    "backup": {"backup_teardown_confirm": "vault-backup"},
    "site_recovery": {"site_recovery_teardown_confirm": "vault-recovery"},
}


#: Known to be wrong, and not mended yet: what is not foreseen, by role and seed.
PENDING = (
    "check mode stops at records of an endpoint that publishes no names yet, where the run approves it and goes on"
)
LOST = (
    "the run does not bring back a record that somebody deleted from under a zone group, and check mode does not say so"
)
OPEN = {("backup", 4): PENDING, ("backup", 7): PENDING, ("site_recovery", 8): LOST, ("site_recovery", 9): LOST}


def known(role: str, seed: int) -> t.Any:
    """A world, marked when it is known to fail; one that no longer does fails the test run."""
    marks = [pytest.mark.xfail(strict=True, reason=OPEN[role, seed])] if (role, seed) in OPEN else []
    return pytest.param(role, seed, marks=marks)


def each(count: int) -> t.Callable[[t.Any], t.Any]:
    """So many seeds of each role."""
    return pytest.mark.parametrize(("role", "seed"), [(role, FIRST + seed) for role in ROLES for seed in range(count)])


@pytest.mark.parametrize(("role", "seed"), [known(role, FIRST + seed) for role in ROLES for seed in range(WORLDS)])
def test_a_half_made_world(role: str, seed: int, tmp_path: Path) -> None:
    world = World(role, seed, tmp_path)
    check = world.play(check_mode=True)
    assert world.cloud.writes() == [], world.story
    run = world.play()
    # In none of these worlds is anything that must stop a run.
    assert (check.failure, run.failure) == ("", ""), world.story
    foreseen, happened = set(check.changes), {key for key in run.changes if key[0] not in UNFORESEEN}
    assert {key for key in foreseen if key[0] not in UNFORESEEN} == happened, (world.story, foreseen ^ happened)
    assert world.unready() == []
    again = world.play()
    assert (again.failure, dict(again.changes), world.cloud.writes()) == ("", {}, []), world.story
    for entry in ("verify", "drift"):
        after = world.play(entry)
        assert (after.failure, world.cloud.writes()) == ("", []), (entry, world.story)
    assert world.untouched(), world.story
    predicted = world.play("teardown", check_mode=True, **CONFIRM[role])
    assert world.cloud.writes() == []
    removed = world.play("teardown", **CONFIRM[role])
    assert (removed.failure, set(predicted.changes)) == ("", set(removed.changes)), world.story
    assert world.untouched(), world.story


@each(STORMS)
def test_a_storm_never_ends_with_a_false_ok(role: str, seed: int, tmp_path: Path) -> None:
    world = World(role, seed, tmp_path)
    world.storm()
    run = world.play()
    world.calm()
    if not run.failure:
        assert world.unready() == [], world.story
        verified = world.play("verify")
        assert not verified.failure, (world.story, verified.failure)
    assert world.untouched(), world.story
    after = world.play()
    if not after.failure:
        assert world.unready() == [] and dict(world.play().changes) == {}, world.story
