"""A scenario as its folder describes it: world, variables, other wishes, and the runs in order."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

JSON = dict[str, t.Any]
FOLDER = Path(__file__).resolve().parent / "scenarios"
EXPECTATIONS = ("changed", "unchanged", "predicted", "as_predicted", "unchanged_unless_records")


@dataclass(frozen=True)
class Run:
    """One run of a scenario. ``wish`` names a file of variables laid over the usual ones; ``expect`` is the promise."""

    name: str
    playbook: str
    expect: str
    wish: str = ""
    check: bool = False
    variables: JSON = field(default_factory=dict)
    events: tuple[JSON, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """A scenario. ``vault`` is the variable that names the vault events happen to; the others name variables too."""

    name: str
    folder: Path
    vault: str
    report_directory: str
    dns_mode: str
    dns_servers: str
    runs: tuple[Run, ...]

    def own_runs(self) -> tuple[Run, ...]:
        """The runs for an operator's own variables: a check first, then what it predicted, again, and the drift.

        Another wish than theirs would mean nothing; their first run is the change that the check predicts.
        """
        first = self.runs[0]
        drifts = [replace(run, wish="") for run in self.runs if run.events]
        return (
            replace(first, name="check", check=True, expect="predicted"),
            first,
            replace(first, name="again", expect="unchanged"),
            *drifts,
        )

    @property
    def world(self) -> Path:
        """The world file."""
        return self.folder / "world.yml"

    @property
    def variables(self) -> Path:
        """The usual variables."""
        return self.folder / "variables.yml"


def names() -> list[str]:
    """All scenarios there are."""
    return sorted(path.parent.name for path in FOLDER.glob("*/scenario.yml"))


def load(name: str) -> Scenario:
    """A scenario by name. Exits with a message that lists them when there is none."""
    folder = FOLDER / name
    if not (folder / "scenario.yml").is_file():
        raise SystemExit(f"There is no scenario {name!r}; there are: {', '.join(names())}.")
    document = yaml.safe_load((folder / "scenario.yml").read_text())
    runs = tuple(Run(**{**row, "events": tuple(row.get("events") or ())}) for row in document["runs"])
    for run in runs:
        if run.expect not in EXPECTATIONS:
            raise SystemExit(
                f"Scenario {name}, run {run.name}: expect {run.expect!r} is none of {', '.join(EXPECTATIONS)}."
            )
    return Scenario(
        name,
        folder,
        document["vault"],
        document["report_directory"],
        document["dns_mode"],
        document["dns_servers"],
        runs,
    )
