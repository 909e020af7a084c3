"""A run may be killed anywhere and any request may be disturbed: the end is the same. What cannot be read stops it."""

from __future__ import annotations

import functools
import re
import typing as t
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.pipeline import is_write

from ..conftest import Cloud
from .conftest import Tell
from .sequence import Sequence
from .support import (
    DISTURBANCES,
    ENDPOINT_WISH,
    SIGN_IN,
    UNREGISTERED,
    WHOLE_WISH,
    WISH,
    Kill,
    Killed,
    comparable,
    exactly,
    fault,
    state,
)

JSON = dict[str, t.Any]
MakeCloud = t.Callable[..., Cloud]
#: One endpoint that waits for approval, so that every kind of request comes at least once.
SHORT_WISH: JSON = {**WISH, "backup_endpoints": [{**ENDPOINT_WISH, "manual": True}]}
#: The cases of one table, spread over tests so that workers can share them.
PARTS = 8
#: How many requests lie between two disturbed ones of a run that has several.
EVERY = 7
KILLS = {"zone_group": "realistic", "records": "instant"}


@dataclass(frozen=True)
class Undisturbed:
    """What a run does when nothing comes between: the end state, its changes, its requests and its writes."""

    state: JSON
    changes: tuple[tuple[str, str], ...]
    requests: tuple[tuple[str, str], ...]
    writes: int

    def numbers(self, part: int, chosen: t.Callable[[str, str], bool]) -> list[int]:
        """The numbers, from 1, of the chosen requests that a part takes."""
        found = [number for number, request in enumerate(self.requests, 1) if chosen(*request)]
        return found[part::PARTS]


@functools.cache
def undisturbed(wish: str, dns_mode: str, latency: str) -> Undisturbed:
    """The run a disturbed one is compared with."""
    cloud = make(wish, latency)
    with TemporaryDirectory() as directory:
        played = Sequence(cloud, Path(directory), **wanted(wish, dns_mode)).play()
    assert not played.failure, played.failure
    requests = tuple((entry["method"], entry["path"]) for entry in cloud.arm.log)
    return Undisturbed(state(cloud), tuple(played.changes), requests, len(cloud.writes()))


def wanted(wish: str, dns_mode: str) -> JSON:
    return {**(WHOLE_WISH if wish == "whole" else SHORT_WISH), "backup_dns_mode": dns_mode}


def make(wish: str, latency: str) -> Cloud:
    from ..conftest import WORLD

    return Cloud({**WORLD, "subscriptions": [UNREGISTERED]} if wish == "whole" else None, latency)


def named(method: str, path: str) -> tuple[str, str]:
    """A request without what Azure makes up."""
    return method, re.sub(r"(?<=/operationStatus/).*", "<operation>", comparable(path))


def writes(method: str, path: str) -> bool:
    return is_write(method, path) and not SIGN_IN.search(path)


def reads(method: str, path: str) -> bool:
    return not is_write(method, path) and not SIGN_IN.search(path)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("dns_mode", KILLS)
def test_killed_after_any_write_and_started_again(dns_mode: str, part: int, tell: Tell) -> None:
    latency = KILLS[dns_mode]
    goal = undisturbed("whole", dns_mode, latency)
    assert goal.writes > 20
    for number in range(part + 1, goal.writes + 1, PARTS):
        cloud = make("whole", latency)
        sequence = tell(cloud, wanted("whole", dns_mode))
        with Kill(cloud, number) as kill, pytest.raises(Killed):
            sequence.play()
        again = sequence.play()
        assert not again.failure, (kill.last, again.failure)
        assert state(cloud) == goal.state, kill.last


@pytest.mark.parametrize("kind", ["throttled", "unavailable", "lost"])
def test_each_request_may_be_disturbed(kind: str, tell: Tell) -> None:
    """Every seventh request of a run, then every seventh from the next one on: seven runs, and each had its turn."""
    goal, struck = undisturbed("short", "zone_group", "instant"), Counter[tuple[str, str]]()
    for first in range(1, EVERY + 1):
        cloud = make("short", "instant")
        # A fault does not count the requests that one before it strikes, nor does the plan count their repetition.
        for nth in range(first, len(goal.requests) + 1, EVERY):
            fault(cloud, DISTURBANCES[kind], nth=nth, path="")
        played = tell(cloud, SHORT_WISH).play()
        here = [named(entry["method"], entry["path"]) for entry in cloud.arm.log if "fault" in entry]
        assert not played.failure, (here, played.failure)
        assert tuple(played.changes) == goal.changes, here
        assert state(cloud) == goal.state, here
        struck.update(here)
    assert Counter(named(*request) for request in goal.requests) - struck == Counter()


@pytest.mark.parametrize("kind", DISTURBANCES)
@pytest.mark.parametrize("dns_mode", ["zone_group", "records"])
def test_one_disturbed_write_makes_no_difference(dns_mode: str, kind: str, tell: Tell) -> None:
    goal = undisturbed("short", dns_mode, "instant")
    numbers = [n for n, request in enumerate(goal.requests, 1) if writes(*request)]
    for number in numbers if dns_mode == "zone_group" else [n for n in numbers if "/A/" in goal.requests[n - 1][1]]:
        disturb(tell, (dns_mode, "instant"), kind, number)


@pytest.mark.parametrize("kind", ["throttled", "unanswered"])
def test_one_disturbed_write_that_takes_its_time_makes_no_difference(kind: str, tell: Tell) -> None:
    goal = undisturbed("short", "zone_group", "realistic")
    numbers = [n for n, request in enumerate(goal.requests, 1) if writes(*request)]
    assert len(numbers) > 10
    for number in numbers:
        disturb(tell, ("zone_group", "realistic"), kind, number)


def disturb(tell: Tell, way: tuple[str, str], kind: str, number: int) -> None:
    """Run with the n-th request disturbed, and compare with the undisturbed run."""
    (dns_mode, latency), goal = way, undisturbed("short", *way)
    cloud, request = make("short", latency), goal.requests[number - 1]
    struck = fault(cloud, DISTURBANCES[kind], nth=number, path="")
    played = tell(cloud, wanted("short", dns_mode)).play()
    assert struck.applied == 1, request
    assert not played.failure, (request, played.failure)
    assert tuple(played.changes) == goal.changes, request
    assert state(cloud) == goal.state, request


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("status", [403, 500])
def test_a_read_that_is_refused_ends_the_run(status: int, part: int, tell: Tell) -> None:
    goal = undisturbed("short", "zone_group", "instant")
    for number in goal.numbers(part, reads):
        method, path = goal.requests[number - 1]
        earlier = goal.requests[: number - 1].count((method, path))
        cloud = make("short", "instant")
        struck = fault(
            cloud, {"status": status, "code": "Refused"}, nth=earlier + 1, times=0, method=method, path=exactly(path)
        )
        played = tell(cloud, SHORT_WISH, backup_permission_timeout=0).play()
        assert struck.applied, path
        assert played.failure, f"{method} {path} answered {status} and the run went on"
        first = next(n for n, entry in enumerate(cloud.arm.log) if "fault" in entry)
        assert [e["path"] for e in cloud.arm.log[first:] if writes(e["method"], e["path"])] == [], path
