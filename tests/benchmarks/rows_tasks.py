"""One more task in a play, and fourteen records, with nothing to change."""

from __future__ import annotations

import typing as t
from pathlib import Path

from . import world
from .commands import Commands, Run, Side
from .results import Budget, Figure, Row

LONG_PLAY = 21
# A task of the peer takes seconds, so that fewer of them give as steady a difference.
PEER_LONG_PLAY = 4
TASK_SECONDS, TASK_RATIO = 0.06, 20.0
RECORDS_SECONDS, RECORDS_REQUESTS = 1.0, 4
#: The task that shows what ansible-core alone takes.
FLOOR: world.JSON = {"name": "Floor", "ansible.builtin.debug": {"msg": "floor"}}


class Sides(t.NamedTuple):
    """Ours, ours through the peer's proxy, and the peer where it is installed."""

    ours: Side
    proxied: Side
    peer: Side | None


Job = tuple[Side, Path]


def alternate(commands: Commands, jobs: dict[str, Job], rounds: int) -> dict[str, list[Run]]:
    """Run each job in turn, round after round, so that the machine's moods hit all alike; the first round is warm-up."""
    taken: dict[str, list[Run]] = {name: [] for name in jobs}
    for number in range(rounds + 1):
        for name, (side, play) in jobs.items():
            run = commands.unchanged(side, play)
            if number:
                taken[name].append(run)
    return taken


def floor(commands: Commands, sides: Sides, rounds: int) -> t.Iterator[Row]:
    """What ansible-core itself takes on this machine, by which the other rows can be judged."""
    tasks = [FLOOR] * LONG_PLAY
    plays = {"1": commands.play("floor-1", tasks[:1]), "n": commands.play(f"floor-{LONG_PLAY}", tasks)}
    jobs: dict[str, Job] = {
        f"{side.name} {count}": (side, play)
        for side in (sides.ours, sides.peer)
        if side
        for count, play in plays.items()
    }
    runs = alternate(commands, jobs, rounds)
    single = {name: Figure.of([run.seconds for run in taken]) for name, taken in runs.items()}
    yield Row("ansible-core alone: a play with one debug task", "s", single["ours 1"], single.get("peer 1"))
    other = _difference(runs, "peer", LONG_PLAY) if sides.peer else None
    yield Row("ansible-core alone: one more debug task", "s", _difference(runs, "ours", LONG_PLAY), other)


def one_more_task(commands: Commands, sides: Sides, rounds: int) -> t.Iterator[Row]:
    """A row for each module: a long play less a play with one task, by the number of tasks between them."""
    ours, peer = world.ours(), world.peer()
    for module in world.TASKS:
        single = commands.play(f"ours-{module}-1", [ours[module]])
        long = commands.play(f"ours-{module}-{LONG_PLAY}", [ours[module]] * LONG_PLAY)
        jobs: dict[str, Job] = {
            "ours 1": (sides.ours, single),
            "ours n": (sides.ours, long),
            "proxied 1": (sides.proxied, single),
            "proxied n": (sides.proxied, long),
        }
        if sides.peer:
            tasks = [peer[module]] * PEER_LONG_PLAY
            jobs["peer 1"] = (sides.peer, commands.play(f"peer-{module}-1", tasks[:1]))
            jobs["peer n"] = (sides.peer, commands.play(f"peer-{module}-{PEER_LONG_PLAY}", tasks))
        runs = alternate(commands, jobs, rounds)
        mine = _difference(runs, "ours", LONG_PLAY)
        other = _difference(runs, "peer", PEER_LONG_PLAY) if sides.peer else None
        budgets = [Budget(TASK_SECONDS, mine.median, "ours")]
        if other:
            budgets.append(Budget(TASK_RATIO, other.median / mine.median, "ratio", least=True))
        proxied = _difference(runs, "proxied", LONG_PLAY)
        note = f"{_cost(runs, 'ours', LONG_PLAY)} a task of ours"
        if other:
            note += f", {_cost(runs, 'peer', PEER_LONG_PLAY)} a task of the peer's"
        yield Row(f"one more no-op task, {module}", "s", mine, other, tuple(budgets), (note,))
        yield Row(f"  the same through the peer's proxy, {module}", "s", proxied, other)


def _difference(runs: dict[str, list[Run]], side: str, tasks: int) -> Figure:
    pairs = zip(runs[f"{side} 1"], runs[f"{side} n"])
    return Figure.of([(many.seconds - one.seconds) / (tasks - 1) for one, many in pairs])


def _cost(runs: dict[str, list[Run]], side: str, tasks: int) -> str:
    """Requests and processor seconds a task: what does not depend on who else uses the machine."""
    pairs = list(zip(runs[f"{side} 1"], runs[f"{side} n"]))
    requests = (pairs[0][1].requests - pairs[0][0].requests) / (tasks - 1)
    processor = Figure.of([(many.processor_seconds - one.processor_seconds) / (tasks - 1) for one, many in pairs])
    return f"{requests:g} requests and {processor.median:.3f} CPU s"


def records(commands: Commands, sides: Sides, rounds: int) -> t.Iterator[Row]:
    """Fourteen records: one task of ours, fourteen of the peer's."""
    play = commands.play("ours-records", [world.ours()["private_dns_records"]])
    jobs: dict[str, Job] = {
        "ours": (sides.ours, play),
        "proxied": (sides.proxied, play),
        "floor": (sides.ours, commands.play("floor-records", [FLOOR])),
    }
    if sides.peer:
        jobs["peer"] = (sides.peer, commands.play("peer-records", world.peer_records()))
    runs = alternate(commands, jobs, rounds)
    seconds = {name: Figure.of([run.seconds for run in taken]) for name, taken in runs.items()}
    requests = {name: Figure.of([run.requests for run in taken]) for name, taken in runs.items()}
    name, other = "14 DNS records, nothing to change", seconds.get("peer")
    yield Row(name, "s", seconds["ours"], other, (Budget(RECORDS_SECONDS, seconds["ours"].median, "ours"),))
    beyond = [run.seconds - alone.seconds for run, alone in zip(runs["ours"], runs["floor"])]
    yield Row("  of these, beyond ansible-core's play with one debug task", "s", Figure.of(beyond))
    yield Row("  the same through the peer's proxy", "s", seconds["proxied"], other)
    limit = Budget(RECORDS_REQUESTS, requests["ours"].maximum, "ours")
    yield Row(f"{name}, with sign-in and metadata", "requests", requests["ours"], requests.get("peer"), (limit,))
