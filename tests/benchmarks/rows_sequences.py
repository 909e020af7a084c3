"""Whole sequences by role: a run with nothing to change, a first run against its longest chain of operations, a fleet.

A sequence is measured when ``sequences/NAME.yml`` says in which world and with which variables, and its role exists.
"""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess

from .commands import JSON, Commands, Run, Side
from .description import Description, described
from .results import Budget, Figure, Row
from .rows_fleet import FORKS, MANY, PROCESSOR_SECONDS
from .rows_tasks import Sides

_ROLES = Path(__file__).resolve().parents[2] / "roles"
SEQUENCES = ("backup", "backup_v1", "site_recovery", "dpm_mabs", "migrate")
#: The design sets a limit for Site Recovery, the longest of the sequences; the others are held to the same.
UNCHANGED_SECONDS, CHAIN_RATIO = 4.0, 1.15
#: A first run that takes longer hangs.
FIRST_SECONDS = 900.0


class Sequence:
    """One sequence, played against emulators of its own."""

    def __init__(self, directory: Path, name: str, side: Side) -> None:
        self.name, self._directory, self._side = name, directory, side
        self._description = Description(name)
        self.role, self.host = self._description.role, self._description.host

    def first(self, latency: str) -> tuple[Run, JSON]:
        """The first run in the world before, and the emulator's figures about it."""
        run, figures, _requests = self.of_many([self.host], latency, 5)
        return run, figures

    def of_many(
        self, hosts: t.Sequence[str], latency: str, forks: int, *, longest: float = FIRST_SECONDS, **settings: t.Any
    ) -> tuple[Run, JSON, list[JSON]]:
        """The first run of these vaults, the emulator's figures about it, and the requests. It may take ``longest`` seconds."""
        described = self._description.world(hosts)
        if settings:
            described["settings"] = {**self._description.settings, **settings}
        with EmulatorProcess(self._directory / "emulator", described, latency) as emulated:
            commands = Commands(self._directory / "first", emulated)
            play = self._play(commands, emulated, hosts)
            run, _counts, requests = commands.run(self._at(emulated), play, forks=forks, longest=longest)
            return run, emulated.ask("report"), requests

    def again(self, hosts: t.Sequence[str], rounds: int, forks: int, latency: str = "instant") -> list[Run]:
        """Runs that find nothing to do, after one that did everything, the warm-up; ``hosts`` are the vaults."""
        with EmulatorProcess(self._directory / "emulator", self._description.world(hosts), latency) as emulated:
            commands = Commands(self._directory / f"again-{len(hosts)}", emulated)
            side, play = self._at(emulated), self._play(commands, emulated, hosts)
            commands.run(side, play, forks=forks)
            return [commands.unchanged(side, play, forks=forks) for _round in range(rounds + 1)][1:]

    def _play(self, commands: Commands, emulated: EmulatorProcess, hosts: t.Sequence[str]) -> Path:
        task = {"name": self.role, "ansible.builtin.import_role": {"name": f"privatelink.recovery.{self.role}"}}
        variables = {"dns": emulated.ready["dns"], **self._description.variables}
        return commands.play(self.role, [task], hosts, **variables)

    def _at(self, emulated: EmulatorProcess) -> Side:
        leading = {"AZURE_CLOUD_ENVIRONMENT": emulated.base_url, "REQUESTS_CA_BUNDLE": emulated.ready["ca_file"]}
        return dataclasses.replace(self._side, environment={**self._side.environment, **leading})


def measurable(directory: Path, sides: Sides, notes: list[str]) -> t.Iterator[Sequence]:
    """Every sequence that can be measured; the others are noted."""
    for name in SEQUENCES:
        if name not in described() or not (_ROLES / Description(name).role / "tasks/main.yml").is_file():
            notes.append(f"Sequence {name}: not measured, there is no role or no benchmarks/sequences/{name}.yml.")
            continue
        yield Sequence(directory / name, name, sides.ours)


def sequences(directory: Path, sides: Sides, rounds: int, notes: list[str]) -> t.Iterator[Row]:
    """Rows of every sequence that can be measured."""
    for sequence in measurable(directory, sides, notes):
        yield from _unchanged(sequence, rounds)
        yield from _fleet(sequence)
        yield from _first_run(sequence)


def _unchanged(sequence: Sequence, rounds: int) -> t.Iterator[Row]:
    runs = sequence.again([sequence.host], rounds, FORKS)
    seconds = Figure.of([run.seconds for run in runs])
    limit = Budget(UNCHANGED_SECONDS, seconds.median, "ours")
    yield Row(f"sequence {sequence.name}, nothing to change", "s", seconds, budgets=(limit,))
    yield Row(f"sequence {sequence.name}, nothing to change", "requests", Figure.of([run.requests for run in runs]))


def _fleet(sequence: Sequence) -> t.Iterator[Row]:
    """One run: a hundred vaults are sample enough."""
    (run,) = sequence.again([f"vault-{number:03}" for number in range(1, MANY + 1)], 1, FORKS)
    processor = Figure.of([run.processor_seconds / MANY])
    yield Row(
        f"sequence {sequence.name}, {MANY} vaults, {FORKS} forks, nothing to change", "CPU s/vault", processor,
        budgets=(Budget(PROCESSOR_SECONDS, processor.median, "ours"),),
        notes=(f"{run.requests / MANY:g} requests a vault, {run.seconds:.0f} s in all",),
    )  # fmt: skip


def _first_run(sequence: Sequence) -> t.Iterator[Row]:
    """One run at the pace of Azure: minutes, nearly all of them waiting, so that one is enough."""
    run, figures = sequence.first("realistic")
    chain = float(figures["longest_chain_seconds"])
    yield Row(
        f"sequence {sequence.name}, first run at Azure's pace", "s", Figure.of([run.seconds]),
        budgets=(Budget(CHAIN_RATIO, run.seconds / chain, "time / longest chain"),),
        notes=(f"longest chain {chain:.0f} s, {figures['operations']} operations, {figures['requests']} requests",),
    )  # fmt: skip
