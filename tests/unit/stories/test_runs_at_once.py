"""Two runs at once, on one vault or on two that share zones: what ends well holds, and one more run mends the rest.

``INTERLEAVINGS`` says how many orders of their requests each pair is played in; ``INTERLEAVINGS_FIRST`` is the first seed.
"""

from __future__ import annotations

import functools
import os
import re
import typing as t
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ..conftest import Cloud
from .sequence import Played, Sequence
from .settings import SETTINGS, Setting
from .support import DESIRED, ENDPOINT_WISH, state
from .turns import Turns

JSON = dict[str, t.Any]
ORDERS = int(os.environ.get("INTERLEAVINGS", "4"))
FIRST = int(os.environ.get("INTERLEAVINGS_FIRST", "0"))
NAMES = ["backup, endpoint", "backup, endpoint, records", "site_recovery"]
#: What goes on beside a run: its entry point, and whether it is check mode.
BESIDE = {"run": ("main", False), "drift": ("drift", False), "check": ("main", True), "verify": ("verify", False)}
#: Another vault whose endpoint is in the same subnet and whose names are in the same zones.
SECOND: JSON = {
    **DESIRED,
    "backup_vault_name": "vault-second",
    "backup_endpoints": [{**ENDPOINT_WISH, "name": "pe-second"}],
}
RECORD = re.compile(r"/privateDnsZones/[^/]+/A/[^/]+$")
orders = pytest.mark.parametrize("seed", range(FIRST, FIRST + ORDERS))


@functools.cache
def alone(name: str) -> JSON:
    """What a run that nothing disturbs leaves."""
    setting = SETTINGS[name]
    cloud = setting.cloud()
    with TemporaryDirectory() as directory:
        played = setting.sequence(cloud, Path(directory)).play()
    assert not played.failure, played.failure
    return state(cloud)


def interleaved(turns: Turns) -> bool:
    """Whether the runs did take turns."""
    changes = sum(one != other for one, other in zip(turns.order, turns.order[1:]))
    return changes > 10


def unverified(sequence: Sequence, played: Played) -> str:
    """What verification finds wrong although a run ended well."""
    return "" if played.failure else sequence.play("verify").failure


@orders
@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("name", NAMES)
def test_a_run_beside_another_on_one_vault(name: str, beside: str, seed: int, tmp_path: Path) -> None:
    setting: Setting = SETTINGS[name]
    # Where what is begun takes its time, Azure refuses each run while it is busy with what the other has asked for.
    cloud = setting.cloud("realistic" if beside == "run" else "instant")
    ours, other = (setting.sequence(cloud, tmp_path / one) for one in ("ours", "other"))
    if beside in ("drift", "verify"):
        # Both are for what was set up before: somebody takes networks off zones, which the run mends meanwhile.
        assert ours.play().failure == ""
        for one in [one.id for one in cloud.arm.store.all() if "/virtualnetworklinks/" in one.id.lower()]:
            cloud.arm.store.remove(one)
    turns = Turns(cloud, f"{name} {beside} {seed}")
    played = turns.play(ours=(ours, "main", False), other=(other, *BESIDE[beside]))
    assert interleaved(turns)
    if beside == "run":
        # Both want the same: neither is stopped by what the other has done, or is doing.
        assert [one.failure for one in played.values()] == ["", ""]
    if beside in ("check", "verify"):
        assert turns.wrote["other"] == []
        # Who only reads stands in nobody's way.
        assert played["ours"].failure == ""
    assert unverified(ours, played["ours"]) == ""
    mended = ours.play()
    assert (mended.failure, set(state(cloud))) == ("", set(alone(name))), [one.failure for one in played.values()]
    cloud.mark()
    again = other.play()
    assert (again.failure, dict(again.changes), cloud.writes()) == ("", {}, [])
    assert other.play("verify").failure == ""


@orders
@pytest.mark.parametrize("mode", ["zone_group", "records"])
def test_two_vaults_that_share_zones(mode: str, seed: int, cloud: Cloud, tmp_path: Path) -> None:
    first, second = (
        Sequence(cloud, tmp_path / one["backup_vault_name"], **one, backup_dns_mode=mode) for one in (DESIRED, SECOND)
    )
    turns = Turns(cloud, f"{mode} {seed}")
    played = turns.play(first=(first, "main", False), second=(second, "main", False))
    assert interleaved(turns)
    assert [unverified(sequence, played[one]) for one, sequence in (("first", first), ("second", second))] == ["", ""]
    for sequence in (first, second):
        assert sequence.play().failure == ""
    cloud.mark()
    for sequence in (first, second):
        again = sequence.play()
        assert (again.failure, dict(again.changes), sequence.play("verify").failure) == ("", {}, "")
    assert cloud.writes() == []


@orders
def test_two_endpoints_of_one_vault_never_take_each_others_records(seed: int, cloud: Cloud, tmp_path: Path) -> None:
    """Both begin before the gates of the other can see it: one is refused by the names that are there by then."""
    other = {**DESIRED, "backup_endpoints": SECOND["backup_endpoints"]}
    first, second = (
        Sequence(cloud, tmp_path / name, **one, backup_dns_mode="records")
        for name, one in (("first", DESIRED), ("second", other))
    )
    turns = Turns(cloud, f"one zone {seed}")
    played = turns.play(first=(first, "main", False), second=(second, "main", False))
    assert interleaved(turns)
    failures = [one.failure for one in played.values() if one.failure]
    assert failures and all("Records that this task did not write have other addresses" in one for one in failures)
    written = [
        one["path"]
        for one in cloud.requests()
        if one["method"] == "PUT" and RECORD.search(one["path"]) and one["status"] < 300
    ]
    assert written and len(written) == len(set(written))
    assert [unverified(sequence, played[one]) for one, sequence in (("first", first), ("second", second))] == ["", ""]
