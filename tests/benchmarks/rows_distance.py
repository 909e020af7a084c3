"""Sequences as far from Azure as an operator is, and many vaults of one identity that Azure throttles."""

from __future__ import annotations

import typing as t
from pathlib import Path

from .commands import Run
from .results import Budget, Figure, Row
from .rows_fleet import FORKS, MANY
from .rows_sequences import Sequence, measurable
from .rows_tasks import Sides

#: Seconds that each answer takes longer; a new connection takes 0.06 s more.
ANSWER, LATENCY = 0.15, "distance:0.15,0.06"
#: An unchanged run may wait for so many answers, one after the other.
IN_A_ROW = 12
#: What Azure Resource Manager gives one identity in a subscription: requests at once, and those that come back a second.
#: https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
BUCKETS = {"reads": (250, 25), "writes": (200, 10), "deletes": (200, 10)}
REFUSED_PERCENT = 5.0
#: The buckets alone take five minutes for a hundred vaults; a machine that does something else besides takes longer.
THROTTLED_SECONDS = 3600.0


def distance(directory: Path, sides: Sides, rounds: int, notes: list[str]) -> t.Iterator[Row]:
    """For each sequence its first and its unchanged run, in seconds and in answers waited for in a row."""
    for sequence in measurable(directory, sides, notes):
        near, far = ([sequence.first(latency)[0] for _round in range(rounds)] for latency in ("instant", LATENCY))
        yield from _rows(f"sequence {sequence.name}, first run", near, far)
        near, far = (sequence.again([sequence.host], rounds, FORKS, latency) for latency in ("instant", LATENCY))
        yield from _rows(f"sequence {sequence.name}, nothing to change", near, far, IN_A_ROW)


def in_a_row(requests: t.Iterable[t.Mapping[str, t.Any]], answer: float = ANSWER) -> int:
    """The longest chain of requests that each came when the one before had been answered.

    From the emulator's log, so the machine's load does not count; a request that came earlier may have been waited for
    as well.
    """
    chain, free = 0, float("-inf")
    for moment in sorted(float(entry["at"]) for entry in requests):
        if moment >= free:
            chain, free = chain + 1, moment + answer
    return chain


def _rows(what: str, near: list[Run], far: list[Run], most: int | None = None) -> t.Iterator[Row]:
    """``most`` is the budget of answers in a row."""
    here, there = (Figure.of([run.seconds for run in runs]) for runs in (near, far))
    waited = (there.median - here.median) / ANSWER
    chains = Figure.of([in_a_row(run.entries) for run in far])
    budgets = () if most is None else (Budget(most, waited, "answers in a row"),)
    yield Row(f"{what}, at Azure's distance", "s", there, notes=(f"{here.text()} s at no distance",))
    yield Row(f"{what}, answers waited for in a row", "answers", Figure.of([waited]), budgets=budgets, notes=(
        f"{chains.text()} by the log of {far[0].requests} requests",
    ))  # fmt: skip


def throttled(directory: Path, sides: Sides, notes: list[str]) -> t.Iterator[Row]:
    """The first run of a hundred vaults at Azure's distance, throttled as Azure throttles one identity. One run: minutes."""
    sequence = next((one for one in measurable(directory, sides, notes) if one.name == "backup"), None)
    if sequence is not None:
        yield from throttled_fleet(sequence, MANY)


def throttled_fleet(sequence: Sequence, vaults: int) -> t.Iterator[Row]:
    """Seconds beside those that the buckets take whoever asks, and how many requests were refused."""
    hosts = [f"vault-{number:03}" for number in range(1, vaults + 1)]
    run, _figures, requests = sequence.of_many(hosts, LATENCY, FORKS, longest=THROTTLED_SECONDS, throttling="azure")
    counted = [entry for entry in requests if entry["path"].lower().startswith("/subscriptions/")]
    refused = [entry for entry in counted if entry["status"] == 429]
    floors = {kind: _floor(kind, len([entry for entry in counted if _kind(entry) == kind])) for kind in BUCKETS}
    share = 100 * len(refused) / len(counted)
    least = max(floors, key=lambda kind: floors[kind])
    what = f"sequence {sequence.name}, first run of {vaults} vaults by one identity, throttled"
    yield Row(
        what, "s", Figure.of([run.seconds]),
        notes=(f"the bucket of {least} alone takes {floors[least]:.0f} s, {len(counted)} requests, {FORKS} forks",),
    )  # fmt: skip
    yield Row(
        f"{what}: refused", "%", Figure.of([share]), budgets=(Budget(REFUSED_PERCENT, share, "refused"),),
        notes=(f"{len(refused)} of {len(counted)} requests",),
    )  # fmt: skip


def _kind(entry: t.Mapping[str, t.Any]) -> str:
    return {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(str(entry["method"]), "writes")


def _floor(kind: str, requests: int) -> float:
    size, refill = BUCKETS[kind]
    return max(0.0, (requests - size) / refill)
