"""The pace of one task: it slows down before Azure refuses a request, and all of it when Azure did."""

from __future__ import annotations

import json
import threading
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.pace import LIMITS, Pace, kind_of

READS = "x-ms-ratelimit-remaining-subscription-reads"
OF_PROVIDER = "x-ms-ratelimit-remaining-subscription-resource-requests"
PATIENCE = 20


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now, self.slept, self.reported = 1000.0, list[float](), list[str]()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def pace(self, most: int = 8) -> Pace:
        return Pace(most, lambda: self.now, self.sleep, self.reported.append)


def ask(pace: Pace, status: int = 200, kind: str = "reads", wait: float = 0.0, **headers: int) -> None:
    """One request and its answer."""
    pace.begin(kind)
    pace.end(kind, status, {name.replace("_", "-"): str(value) for name, value in headers.items()}, wait)


def left(number: int, header: str = READS) -> dict[str, int]:
    return {header.replace("-", "_"): number}


def test_without_a_word_of_azure_nobody_waits() -> None:
    time = Time()
    pace = time.pace()
    for number in range(300):
        ask(pace, **(left(11999) if number % 2 else {}))
    assert time.slept == []
    assert pace.width == 8


@pytest.mark.parametrize(
    ("number", "width", "gap"), [(250, 8, 0), (125, 8, 0), (100, 6, 0.8), (62, 3, 2.016), (10, 1, 3.68), (0, 1, 4)]
)
def test_the_fewer_are_left_the_slower_and_narrower(number: int, width: int, gap: float) -> None:
    time = Time()
    pace = time.pace()
    ask(pace, **left(number))
    assert pace.width == width
    ask(pace, **left(number))
    ask(pace, **left(number))
    assert time.slept == ([pytest.approx(gap)] * 2 if gap else [])
    ask(pace, **left(250))
    ask(pace)
    assert len(time.slept) == (3 if gap else 0)


@pytest.mark.parametrize(
    "header",
    [
        READS,
        READS.upper(),
        "x-ms-ratelimit-remaining-subscription-global-reads",
        "x-ms-ratelimit-remaining-tenant-reads",
        "x-ms-ratelimit-remaining-tenant-global-reads",
    ],
)
def test_the_least_of_all_that_is_left_counts(header: str) -> None:
    time = Time()
    pace = time.pace()
    pace.begin("reads")
    pace.end("reads", 200, {header: "0", "x-ms-ratelimit-remaining-subscription-writes": "1", "Other": "0"})
    assert pace.width == 1
    ask(pace)
    assert time.slept == [4.0]


def test_what_a_provider_counts_itself_narrows_and_does_not_slow() -> None:
    """Its numbers mean another bucket: nine deletions of vaults, 500 reads of records (recordings of azure-cli)."""
    time = Time()
    pace = time.pace()
    ask(pace, **left(30, OF_PROVIDER))
    assert pace.width == 1
    for _time in range(3):
        ask(pace, kind="writes", **left(9, OF_PROVIDER))
    assert time.slept == []


def test_reads_do_not_wait_for_writes() -> None:
    time = Time()
    pace = time.pace()
    ask(pace, kind="writes", **left(0, "x-ms-ratelimit-remaining-subscription-writes"))
    ask(pace)
    ask(pace)
    ask(pace, kind="deletes")
    assert time.slept == []
    ask(pace, kind="writes")
    assert time.slept == [10.0]
    assert pace.width == 8


def test_after_a_refusal_nobody_asks_before_the_longest_time_that_was_named() -> None:
    time = Time()
    pace = time.pace()
    for _request in range(3):
        pace.begin("reads")
    for wait in (7.0, 30.0, 3.0):
        pace.end("reads", 429, {}, wait)
    assert pace.width == 1
    ask(pace)
    assert time.slept == [30.0]
    assert time.reported == ["Azure limits how often this identity may ask: going on in 30 s"]
    ask(pace)
    assert time.slept == [30.0]


def test_a_refusal_halves_and_good_answers_let_in_one_more() -> None:
    pace = Time().pace()
    ask(pace, 429)
    assert pace.width == 4
    ask(pace, 429)
    assert pace.width == 2
    widths = []
    for _answer in range(30):
        ask(pace)
        widths.append(pace.width)
    assert widths[:5] == [2, 3, 3, 3, 4]
    assert max(widths) == 8


def test_who_sleeps_when_a_longer_time_is_named_sleeps_on() -> None:
    time = Time()
    pace = time.pace()
    pace.begin("writes")
    ask(pace, 429, wait=5)

    def sleep(seconds: float) -> None:
        if not time.slept:
            pace.end("writes", 429, {}, 60)
        time.sleep(seconds)

    pace._sleep = sleep
    ask(pace)
    assert time.slept == [5, 55]


def test_a_clock_that_stands_still_is_no_endless_wait() -> None:
    slept: list[float] = []
    pace = Pace(2, lambda: 100.0, slept.append)
    ask(pace, 429, wait=9)
    ask(pace)
    assert slept == [9.0]


class Notes:
    """What the tasks of a machine have noted."""

    def __init__(self) -> None:
        self.state: t.Any = None
        self.written = 0

    def put(self, state: t.Any) -> None:
        self.state, self.written = json.loads(json.dumps(state)), self.written + 1


def test_the_next_task_begins_where_the_last_one_was() -> None:
    time, notes = Time(), Notes()
    first = Pace(8, lambda: time.now, time.sleep, note=notes.put)
    ask(first, **left(25))
    second = Pace(8, lambda: time.now, time.sleep, known=notes.state)
    assert second.width == 1
    ask(second)
    assert time.slept == [pytest.approx(3.2)]
    time.now += 100
    third = Pace(8, lambda: time.now, time.sleep, known=notes.state)
    assert third.width == 8
    ask(third)
    assert len(time.slept) == 1


def test_the_next_task_waits_as_long_as_azure_said() -> None:
    time, notes = Time(), Notes()
    ask(Pace(8, lambda: time.now, time.sleep, note=notes.put), 429, wait=20)
    time.now += 5
    ask(Pace(8, lambda: time.now, time.sleep, time.reported.append, known=notes.state))
    assert time.slept == [15.0]
    # A note from before the machine was started again holds nobody back for long.
    time.now = 0.0
    ask(Pace(8, lambda: time.now, time.sleep, known=notes.state))
    assert time.slept[1:] == [300.0]


def test_only_what_matters_is_noted_and_not_at_each_answer() -> None:
    time, notes = Time(), Notes()
    pace = Pace(8, lambda: time.now, lambda _seconds: None, note=notes.put)
    for number in (11999, 250, 125):
        ask(pace, **left(number))
    assert notes.written == 0
    for _answer in range(10):
        ask(pace, **left(100))
    assert notes.written == 1
    time.now += 1
    ask(pace, **left(100))
    assert notes.written == 2


@pytest.mark.parametrize("known", [None, [], {}, {"left": {}}, {"held": None}])
def test_without_a_note_nobody_waits(known: t.Any) -> None:
    time = Time()
    ask(Pace(8, lambda: time.now, time.sleep, known=known))
    assert time.slept == []


def test_no_more_than_the_width_are_on_their_way() -> None:
    time = Time()
    pace = time.pace(2)
    pace.begin("reads")
    pace.begin("reads")
    third = threading.Thread(target=pace.begin, args=("reads",), daemon=True)
    third.start()
    assert pace._under_way == 2
    pace.end("reads", 200)
    third.join(PATIENCE)
    assert not third.is_alive()
    pace.end("reads")
    pace.end("reads")
    assert pace._under_way == 0


@pytest.mark.parametrize(
    ("method", "writes", "kind"),
    [("GET", False, "reads"), ("POST", False, "reads"), ("POST", True, "writes"), ("DELETE", True, "deletes")],
)
def test_buckets(method: str, writes: bool, kind: str) -> None:
    assert kind_of(method, writes) == kind
    assert kind in LIMITS


def fleet(tasks: int, seconds: float, work: float) -> tuple[int, int]:
    """Tasks of one principal that ask for so long, ``work`` seconds between two requests; how many were refused of all."""
    now, bucket, filled = 0.0, 250.0, 0.0
    paces = [Pace(1, lambda: now, lambda _seconds: None) for _task in range(tasks)]
    due = [(number * work / tasks, number) for number in range(tasks)]
    asked = refused = 0
    while due:
        due.sort()
        now, number = due.pop(0)
        if now > seconds:
            break
        bucket, filled = min(250.0, bucket + (now - filled) * 25), now
        pace = paces[number]
        asked += 1
        if bucket < 1:
            refused += 1
            ask(pace, 429, wait=1.0)
        else:
            bucket -= 1
            ask(pace, **left(int(bucket)))
        start = max(now + work, pace._last["reads"] + pace._gap["reads"], pace._held)
        due.append((start, number))
    return refused, asked


@pytest.mark.parametrize("tasks", [1, 5, 20, 50])
@pytest.mark.parametrize("work", [0.02, 0.2])
def test_a_fleet_is_hardly_refused_and_hardly_idle(tasks: int, work: float) -> None:
    refused, asked = fleet(tasks, 200.0, work)
    most = min(250 + 25 * 200, tasks * 200 / work)
    assert refused < asked / 20
    assert asked > 0.9 * most


def test_the_fleet_would_be_refused_without_a_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pace, "_look", lambda *_arguments: None)
    refused, asked = fleet(20, 200.0, 0.02)
    assert refused > asked / 20
