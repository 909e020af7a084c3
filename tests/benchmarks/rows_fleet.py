"""Many vaults from one controller."""

from __future__ import annotations

import typing as t

from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess

from . import world
from .commands import Commands
from .results import Budget, Figure, Row
from .rows_tasks import Sides

FEW, MANY, FORKS = 20, 100, 20
PROCESSOR_SECONDS, GROWTH = 1.5, 1.25


def fleet(commands: Commands, emulated: EmulatorProcess, sides: Sides, rounds: int) -> t.Iterator[Row]:
    """Five tasks for each vault, an inventory host each: processor time and memory."""
    names = [f"vault-{number:03}" for number in range(1, MANY + 1)]
    emulated.reset(world.world(names))
    tasks = list(world.ours("{{ inventory_hostname }}").values())
    few, many = (commands.play(f"fleet-{len(hosts)}", tasks, hosts) for hosts in (names[:FEW], names))
    runs = [commands.unchanged(sides.ours, many, forks=FORKS) for _round in range(rounds + 1)][1:]
    processor = Figure.of([run.processor_seconds / MANY for run in runs])
    yield Row(
        f"{MANY} vaults, {FORKS} forks, {len(tasks)} no-op tasks each", "CPU s/vault", processor,
        budgets=(Budget(PROCESSOR_SECONDS, processor.median, "ours"),),
        notes=(f"{runs[0].requests / MANY:g} requests a vault",),
    )  # fmt: skip
    debug: list[world.JSON] = [{"name": "Floor", "ansible.builtin.debug": {"msg": "floor"}}] * len(tasks)
    floor = commands.unchanged(sides.ours, commands.play("fleet-floor", debug, names), forks=FORKS)
    yield Row(
        f"ansible-core alone: {MANY} hosts, {FORKS} forks, {len(tasks)} debug tasks each", "CPU s/host",
        Figure.of([floor.processor_seconds / MANY]),
    )  # fmt: skip
    yield Row(f"{MANY} vaults, whole command", "s", Figure.of([run.seconds for run in runs]))
    # Looking at memory slows a run down, so it has runs of its own.
    peaks = {
        count: Figure.of([
            commands.unchanged(sides.ours, play, forks=FORKS, measure_memory=True).peak_megabytes for _round in range(3)
        ])
        for count, play in ((FEW, few), (MANY, many))
    }  # fmt: skip
    growth = Budget(GROWTH, peaks[MANY].median / peaks[FEW].median, f"growth {FEW} to {MANY} vaults")
    yield Row(f"peak memory of all processes, {FEW} vaults", "MB", peaks[FEW])
    yield Row(f"peak memory of all processes, {MANY} vaults", "MB", peaks[MANY], budgets=(growth,))
