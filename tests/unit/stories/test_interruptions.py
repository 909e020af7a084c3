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
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.pipeline import is_write

from .conftest import Tell
from .settings import SETTINGS
from .support import DISTURBANCES, SIGN_IN, Kill, Killed, comparable, exactly, fault, killed_again_and_again, state

JSON = dict[str, t.Any]
#: The cases of one table, spread over tests so that workers can share them.
PARTS = 4
#: How many requests lie between two disturbed ones of a run that has several.
EVERY = 7
#: How many writes lie from one disturbed one to the next.
APART = 4
#: The status of a refused read, and whether it is the last of its kind that is refused.
Way = tuple[int, bool]
FIRST, LAST = (403, False), (500, True)
CHAINS = {"backup, records": "instant", "backup, classic": "instant", "site_recovery": "realistic"}
PASSING = ("throttled", "unavailable", "lost")
#: What each role does with one of each, for tests that play it once for every request.
SHORT = ("backup, endpoint", "site_recovery")


@dataclass(frozen=True)
class Undisturbed:
    """What a run does when nothing comes between: the end state, its changes and its requests."""

    state: JSON
    changes: tuple[tuple[str, str], ...]
    requests: tuple[tuple[str, str], ...]

    @property
    def writes(self) -> list[int]:
        """Which of the requests are writes, counted from one."""
        return [number for number, request in enumerate(self.requests, 1) if writes(*request)]


@functools.cache
def undisturbed(name: str, latency: str = "instant") -> Undisturbed:
    """The run a disturbed one is compared with."""
    setting = SETTINGS[name]
    cloud = setting.cloud(latency)
    with TemporaryDirectory() as directory:
        played = setting.sequence(cloud, Path(directory)).play()
    assert not played.failure, played.failure
    requests = tuple((entry["method"], entry["path"]) for entry in cloud.arm.log)
    return Undisturbed(state(cloud), tuple(played.changes), requests)


def named(method: str, path: str) -> tuple[str, str]:
    """A request without what Azure makes up."""
    return method, re.sub(r"(?<=/operationStatus/).*", "<operation>", comparable(path))


def pattern(path: str) -> str:
    """What matches a path whatever Azure makes up in it."""
    text = exactly(comparable(path))
    for placeholder, drawn in (
        ("<guid>", "[0-9a-f-]{36}"),
        ("<number>", r"\d+"),
        ("<letters>", "[a-z]{6}"),
        ("<nn>", r"\d\d"),
    ):
        text = text.replace(placeholder, drawn)
    return text


def writes(method: str, path: str) -> bool:
    return is_write(method, path) and not SIGN_IN.search(path)


def reads(method: str, path: str) -> bool:
    return not is_write(method, path) and not SIGN_IN.search(path)


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_after_any_write_and_started_again(part: int, tell: Tell) -> None:
    setting, goal = SETTINGS["backup"], undisturbed("backup", "realistic")
    assert len(goal.writes) > 15
    for number in range(part + 1, len(goal.writes) + 1, PARTS):
        cloud = setting.cloud("realistic")
        sequence = tell(cloud, setting.desired, setting.role)
        with Kill(cloud, number) as kill, pytest.raises(Killed):
            sequence.play()
        again = sequence.play()
        assert not again.failure, (kill.last, again.failure)
        assert state(cloud) == goal.state, kill.last


@pytest.mark.parametrize("name", CHAINS)
def test_killed_after_every_write_of_its_own_and_started_again(name: str, tell: Tell) -> None:
    """Each run goes one write further than the one before it, until there is nothing left to do."""
    setting, goal = SETTINGS[name], undisturbed(name, CHAINS[name])
    assert len(goal.writes) > 15
    cloud = setting.cloud(CHAINS[name])
    sequence = tell(cloud, setting.desired, setting.role)
    last, killed = killed_again_and_again(cloud, sequence.play, 3 * len(goal.writes))
    assert not last.failure, (killed, last.failure)
    assert len(killed) >= len(goal.writes)
    assert state(cloud) == goal.state, killed


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        *(("backup, endpoint", (kind,)) for kind in PASSING),
        ("backup, classic", PASSING),
        ("site_recovery", PASSING),
    ],
)
def test_each_request_may_be_disturbed(name: str, kinds: tuple[str, ...], tell: Tell) -> None:
    """Every seventh request of a run, then every seventh from the next one on: seven runs, and each had its turn."""
    setting, goal, struck = SETTINGS[name], undisturbed(name), Counter[tuple[str, str]]()
    for first in range(1, EVERY + 1):
        cloud = setting.cloud()
        # A fault does not count the requests that one before it strikes, nor does the plan count their repetition.
        for nth in range(first, len(goal.requests) + 1, EVERY):
            fault(cloud, DISTURBANCES[kinds[nth % len(kinds)]], nth=nth, path="")
        played = tell(cloud, setting.desired, setting.role).play()
        here = [named(entry["method"], entry["path"]) for entry in cloud.arm.log if "fault" in entry]
        assert not played.failure, (here, played.failure)
        assert tuple(played.changes) == goal.changes, here
        assert state(cloud) == goal.state, here
        struck.update(here)
    assert Counter(named(*request) for request in goal.requests) - struck == Counter()


@pytest.mark.parametrize("name", [*SHORT, "backup, endpoint, records", "backup, classic"])
def test_a_write_whose_answer_is_lost_makes_no_difference(name: str, tell: Tell) -> None:
    """Those of the record sets where the role writes them, all others otherwise."""
    goal = undisturbed(name)
    numbers = [n for n in goal.writes if "records" not in name or "/A/" in goal.requests[n - 1][1]]
    assert numbers
    for first in range(APART):
        disturb(tell, name, "instant", "unanswered", numbers[first::APART])


@pytest.mark.parametrize("kind", ["throttled", "unanswered"])
def test_a_disturbed_write_that_takes_its_time_makes_no_difference(kind: str, tell: Tell) -> None:
    goal = undisturbed("backup, endpoint", "realistic")
    assert len(goal.writes) > 10
    for first in range(APART):
        disturb(tell, "backup, endpoint", "realistic", kind, goal.writes[first::APART])


def disturb(tell: Tell, name: str, latency: str, kind: str, numbers: t.Sequence[int]) -> None:
    """Run with these requests disturbed, and compare with the undisturbed run."""
    setting, goal = SETTINGS[name], undisturbed(name, latency)
    cloud, requests = setting.cloud(latency), [goal.requests[number - 1] for number in numbers]
    alike = [named(*request) for request in goal.requests]
    faults = [
        # The same request may come again in a run: it is the one of its kind that stands there.
        fault(cloud, DISTURBANCES[kind], nth=alike[:number].count(alike[number - 1]), method=method, path=pattern(path))
        for number, (method, path) in zip(numbers, requests)
    ]
    played = tell(cloud, setting.desired, setting.role).play()
    assert not played.failure, (requests, played.failure)
    assert [struck.applied for struck in faults] == [1] * len(requests), requests
    assert tuple(played.changes) == goal.changes, requests
    assert state(cloud) == goal.state, requests


WHERE_A_MACHINE_IS = r"/virtualMachines/vm01$|/networkInterfaces/vm01-nic$"


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("backup, endpoint", (FIRST,)),
        ("backup, endpoint", (LAST,)),
        ("backup, classic", (FIRST, LAST)),
        ("site_recovery", (FIRST, LAST)),
    ],
)
def test_a_read_that_is_refused_ends_the_run(name: str, ways: tuple[Way, ...], part: int, tell: Tell) -> None:
    """Each is refused from its first time on, or only the last time it is made. Nothing is written after it, but what
    other items of the same loop ask for: Ansible ends a loop before it ends the run."""
    setting, requests = SETTINGS[name], undisturbed(name).requests
    distinct = sorted({request for request in requests if reads(*request)})
    for index, (method, path) in enumerate(distinct[part::PARTS]):
        status, last = ways[index % len(ways)]
        nth = requests.count((method, path)) if last else 1
        cloud = setting.cloud()
        struck = fault(
            cloud, {"status": status, "code": "Refused"}, nth=nth, times=0, method=method, path=exactly(path)
        )
        played = tell(cloud, setting.desired, setting.role, **{f"{setting.role}_permission_timeout": 0}).play()
        assert struck.applied, path
        if status == 403 and re.search(WHERE_A_MACHINE_IS, path):
            # Not being allowed to know is a warning of its gate.
            assert not played.failure and any("Where vm01 is could not be read" in text for text in played.warnings)
            continue
        assert played.failure, f"{method} {path} answered {status} and the run went on"
        first = next(n for n, entry in enumerate(cloud.arm.log) if "fault" in entry)
        before = [deed for deed in played.deeds if deed.began <= first]
        after = played.deeds[len(before) :]
        end = after[0].began if after else len(cloud.arm.log)
        assert [e["path"] for e in cloud.arm.log[first:end] if writes(e["method"], e["path"])] == [], path
        assert {deed.task for deed in after if deed.module != "report"} <= {before[-1].task}, path
