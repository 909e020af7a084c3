"""Random half-made worlds: check equals run, the second run changes nothing, what is said holds, nobody else is touched.

``HALF_MADE_WORLDS`` and ``STORMS`` say how many a role; ``HALF_MADE_FIRST`` is the first seed.
"""

from __future__ import annotations

import os
import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures import dpm_server

from .half_made import World

WORLDS = int(os.environ.get("HALF_MADE_WORLDS", "75"))
STORMS = int(os.environ.get("STORMS", "15"))
#: Asked for by number, each world is played to its end; else verify and drift, or the teardown, follow in every second.
TO_THE_END = "HALF_MADE_WORLDS" in os.environ
FIRST = int(os.environ.get("HALF_MADE_FIRST", "0"))
ROLES = ["backup", "backup_v1", "dpm_mabs", "site_recovery"]
PARTS = {"backup_v1": 5, "dpm_mabs": 5}
Make = t.Callable[[str, int], World]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """A world of a role, or of a role and a variant, whose modules find its servers."""

    def made(role: str, seed: int) -> World:
        world = World(role, seed, tmp_path)
        monkeypatch.setattr(dpm_server, "ask_stand_in", world.site.ask)
        return world

    return made


def cause(failure: str) -> str:
    """Why a run ended, without how many checks it had made by then."""
    return re.sub(r"^Stop: \d+ of \d+ checks failed:", "", failure)


def each(count: int) -> t.Callable[[t.Any], t.Any]:
    """So many seeds of each role; of those whose worlds grow through many runs a part, unless a number was asked for."""
    seeds = {role: count if TO_THE_END else count // PARTS.get(role, 1) for role in ROLES}
    return pytest.mark.parametrize(
        ("role", "seed"), [(role, FIRST + seed) for role in ROLES for seed in range(seeds[role])]
    )


@each(WORLDS)
def test_a_half_made_world(role: str, seed: int, make: Make) -> None:
    world = make(role, seed)
    if seed % 3 == 0:
        # Drift of what is half made: what stops it stops its check mode too.
        drift = [world.play("drift", check_mode=mode) for mode in (True, False)]
        assert bool(drift[0].failure) is bool(drift[1].failure), (world.story, [one.failure for one in drift])
        assert drift[1].failure or set(drift[0].changes) == set(drift[1].changes), world.story
    check = world.play(check_mode=True)
    assert world.cloud.writes() == [], world.story
    run = world.play()
    said = [cause(check.failure), cause(run.failure)]
    assert said[0] == said[1], (world.story, said)
    if run.failure:
        # Two things in these worlds stop a run, and check mode: whose cure they name is taken literally.
        world.open_to_azure()
        world.mend_zone_groups(run.failure)
        check = world.play(check_mode=True)
        run = world.play()
        assert (check.failure, run.failure) == ("", ""), world.story
    assert foreseeable(world, check.changes) == foreseeable(world, run.changes), (
        world.story, set(check.changes) ^ set(run.changes),
    )  # fmt: skip
    assert world.unready() == []
    world.grown(run)
    again = world.play()
    assert (again.failure, dict(again.changes), world.cloud.writes()) == ("", {}, []), world.story
    if TO_THE_END or seed % 2:
        for entry in ("verify", "drift"):
            after = world.play(entry)
            assert (after.failure, world.cloud.writes()) == ("", []), (entry, world.story)
    assert world.untouched(), world.story
    if TO_THE_END or not seed % 2:
        torn_down(world)


def foreseeable(world: World, changes: t.Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """What check mode can say. Which endpoints of storage a classic vault makes with the approval, and whether it takes the
    records of these back, is Azure's; with it whether their zones are empty.
    """
    rests = ("of the vault's storage endpoints", "privateDnsZones", "zones and links")
    return {one for one in changes if world.kind != "backup_v1" or not any(part in one[0] for part in rests)}


def torn_down(world: World) -> None:
    """The teardown of a world: as check mode foresees it, with what is left of ours named; nobody else's is touched."""
    confirm = {f"{world.setting.role}_teardown_confirm": world.vault}
    predicted = world.play("teardown", check_mode=True, **confirm)
    assert world.cloud.writes() == []
    removed = world.play("teardown", **confirm)
    assert predicted.failure == removed.failure, world.story
    if removed.failure:
        assert "replicates 1 machine(s): vm01" in removed.failure and world.cloud.writes() == []
        world.cloud.event("items_removed", vault=world.vault, purge=True)
        predicted = world.play("teardown", check_mode=True, **confirm)
        removed = world.play("teardown", **confirm)
        assert removed.failure == "", world.story
    assert foreseeable(world, predicted.changes) == foreseeable(world, removed.changes), world.story
    for what in ("removed", "kept"):
        foreseen, found = (
            foreseeable(world, [(row["id"], "") for row in played.report[what]]) for played in (predicted, removed)
        )
        assert foreseen == found, (what, world.story, foreseen ^ found)
    # What stays of ours is named, with its reason and what would free it.
    kept = {row["id"].lower(): row for row in removed.report["kept"]}
    assert world.left_of_ours() <= set(kept), world.story
    assert all(row["reason"] and row["remedy"] for row in kept.values())
    assert world.untouched(), world.story


@each(STORMS)
def test_a_storm_never_ends_with_a_false_ok(role: str, seed: int, make: Make) -> None:
    world = make(role, seed)
    world.storm()
    run = world.play()
    world.calm()
    if not run.failure:
        assert world.unready() == [], world.story
        world.grown(run)
        verified = world.play("verify")
        assert not verified.failure, (world.story, verified.failure)
    assert world.untouched(), world.story
    after = world.play()
    if not after.failure:
        assert world.unready() == [], world.story
        world.grown(after)
        assert dict(world.play().changes) == {}, world.story
