"""Whole sequences by role: a run with nothing to change, and a first run against its longest chain of operations.

A sequence is measured when its role exists and ``sequences/ROLE.yml`` says in which world and with which variables.
"""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import yaml

from .commands import Commands, Side
from .emulated import JSON, Emulated
from .results import Budget, Figure, Row
from .rows_tasks import Sides

_ROLES = Path(__file__).parents[2] / "roles"
_SEQUENCES = Path(__file__).parent / "sequences"
SEQUENCES = ("backup", "site_recovery", "dpm_mabs", "migrate")
#: The design sets a limit for Site Recovery, the longest of the sequences; the others are held to the same.
UNCHANGED_SECONDS, CHAIN_RATIO = 4.0, 1.15


def sequences(directory: Path, sides: Sides, rounds: int, notes: list[str]) -> t.Iterator[Row]:
    """Rows of every sequence that can be measured; the others are noted."""
    for name in SEQUENCES:
        description = _SEQUENCES / f"{name}.yml"
        if not (_ROLES / name / "tasks/main.yml").is_file() or not description.is_file():
            notes.append(f"Sequence {name}: not measured, there is no role or no benchmarks/sequences/{name}.yml.")
            continue
        sequence = yaml.safe_load(description.read_text(encoding="utf-8"))
        yield from _unchanged(directory / name, name, sequence, sides, rounds)
        yield from _first_run(directory / f"{name}-realistic", name, sequence, sides)


def _play(commands: Commands, name: str, sequence: JSON) -> Path:
    role = {"name": f"privatelink.recovery.{name}"}
    return commands.play(name, [{"name": name, "ansible.builtin.include_role": role}], **sequence["variables"])


def _unchanged(directory: Path, name: str, sequence: JSON, sides: Sides, rounds: int) -> t.Iterator[Row]:
    with Emulated(directory / "emulator", sequence["world"]) as emulated:
        commands = Commands(directory, emulated)
        side = _at(sides, emulated)
        play = _play(commands, name, sequence)
        commands.run(side, play)
        runs = [commands.unchanged(side, play) for _ in range(rounds + 1)][1:]
    seconds = Figure.of([run.seconds for run in runs])
    limit = Budget(UNCHANGED_SECONDS, seconds.median, "ours")
    yield Row(f"sequence {name}, nothing to change", "s", seconds, budgets=(limit,))
    yield Row(f"sequence {name}, nothing to change", "requests", Figure.of([run.requests for run in runs]))


def _first_run(directory: Path, name: str, sequence: JSON, sides: Sides) -> t.Iterator[Row]:
    """One run in an empty world at the pace of Azure: minutes, nearly all of them waiting, so that one is enough."""
    with Emulated(directory / "emulator", sequence["world"], "realistic") as emulated:
        commands = Commands(directory, emulated)
        run, _, _ = commands.run(_at(sides, emulated), _play(commands, name, sequence))
        figures = emulated.ask("GET", "/emulator/report")
    chain = float(figures["longest_chain_seconds"])
    yield Row(
        f"sequence {name}, first run at Azure's pace", "s", Figure.of([run.seconds]),
        budgets=(Budget(CHAIN_RATIO, run.seconds / chain, "time / longest chain"),),
        notes=(f"longest chain {chain:.0f} s, {figures['operations']} operations, {figures['requests']} requests",),
    )  # fmt: skip


def _at(sides: Sides, emulated: Emulated) -> Side:
    """Our side, led to another emulator."""
    leading = {"AZURE_CLOUD_ENVIRONMENT": emulated.base_url, "REQUESTS_CA_BUNDLE": emulated.facts["ca_file"]}
    return dataclasses.replace(sides.ours, environment={**sides.ours.environment, **leading})
