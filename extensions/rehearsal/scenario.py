"""A scenario as its folder describes it: role, world, variables, and the runs in order with what each must come to."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

JSON = dict[str, t.Any]
FOLDER = Path(__file__).resolve().parent / "scenarios"
EXPECTATIONS = (
    *("changed", "unchanged", "predicted", "as_predicted", "unchanged_unless_records", "refused", "failed"),
    # Of an operator's own runs: in their world everything may be there already.
    *("anything", "if_predicted"),
)
#: Before a teardown, what is protected is removed.
EMPTIED: JSON = {"event": "items_removed", "purge": True}


@dataclass(frozen=True)
class Run:
    """One run of a scenario.

    ``overlay`` names a file of variables laid over the usual ones; ``faults`` are put in force before the run and taken away after
    it; ``expect`` is the promise; ``says`` a text that the
    failure or refusal must contain; ``outcome`` what must be there afterwards (see :mod:`rehearsal.outcomes`).
    """

    name: str
    playbook: str
    expect: str
    overlay: str = ""
    check: bool = False
    says: str = ""
    variables: JSON = field(default_factory=dict)
    events: tuple[JSON, ...] = ()
    faults: tuple[JSON, ...] = ()
    outcome: JSON = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """A scenario of a role. ``vault`` names the variable with the vault that events happen to; so do the others.

    ``dns`` has real DNS servers started beside the local Azure: ``kinds`` of them, what they ask in general
    (``general_forwarder``) and what they are to forward to (``target``), each by the name of the virtual network whose resolver
    it is. ``more_variables`` and ``more_world`` are what a variant lays over the scenario's files, key by key.
    ``local_servers`` has stand-ins for backup servers (``servers.yml``) ask the resolver of a ``network``; the
    ``variable`` of the role names their program.
    """

    name: str
    folder: Path
    vault: str
    report_directory: str
    dns_mode: str
    dns_servers: str
    runs: tuple[Run, ...]
    role: str
    dns: JSON = field(default_factory=dict)
    local_servers: JSON = field(default_factory=dict)
    more_variables: JSON = field(default_factory=dict)
    more_world: JSON = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """How every variable of the role begins."""
        return f"{self.role}_"

    @property
    def playbook(self) -> str:
        """The playbook of the sequence."""
        return self.runs[0].playbook

    def own_runs(self, *, check: bool = False, teardown: bool = False, refused: bool = False) -> tuple[Run, ...]:
        """The runs for an operator's own variables: a check first, then what it predicted, again, and the drift.

        Other variables than theirs would mean nothing; their first run is the change that the check predicts, if it
        predicts one. Nothing of the scenario's own variables is left in them, nor a region that its events name.
        ``check`` leaves only the check; ``teardown`` ends with one; ``refused`` says how check and run must end.
        """
        first = Run("check", self.playbook, "refused" if refused else "anything", check=True)
        if check:
            return (first,)
        converge = Run("converge", self.playbook, "refused" if refused else "if_predicted")
        if refused:
            return (first, converge)
        drifts = [
            replace(run, overlay="", variables={}, outcome={}, events=tuple(_anywhere(event) for event in run.events))
            for run in self.runs
            if run.events and run.playbook == "drift"
        ]
        again = Run("again", self.playbook, "unchanged")
        return (first, converge, again, *drifts, *(self._teardown() if teardown else ()))

    def _teardown(self) -> tuple[Run, ...]:
        confirmed = {f"{self.prefix}teardown_confirm": f"{{{{ {self.vault} }}}}"}
        return (
            Run("teardown-check", "teardown", "anything", check=True, variables=confirmed, events=(EMPTIED,)),
            Run("teardown", "teardown", "if_predicted", variables=confirmed),
            Run("teardown-again", "teardown", "unchanged", variables=confirmed),
        )

    @property
    def world(self) -> Path:
        """The world file."""
        return self.folder / "world.yml"

    @property
    def variables(self) -> Path:
        """The usual variables."""
        return self.folder / "variables.yml"


def _anywhere(event: JSON) -> JSON:
    """An event without a region of the scenario's own world."""
    return {key: value for key, value in event.items() if key != "source_location"}


def names() -> list[str]:
    """All scenarios there are."""
    return sorted(path.parent.name for path in FOLDER.glob("*/scenario.yml"))


def of_roles() -> list[Scenario]:
    """The scenario of each role: the one of its name, which an operator's own variables are played in."""
    return [scenario for scenario in map(load, names()) if scenario.name == scenario.role]


def variants() -> list[str]:
    """All variants there are: scenarios that differ from the one before the dot by a few variables or parts of the world."""
    found = []
    for path in sorted(FOLDER.glob("*/variants.yml")):
        found += [f"{path.parent.name}.{name}" for name in yaml.safe_load(path.read_text())]
    return found


def load(name: str) -> Scenario:
    """A scenario or variant by name. Exits with a message that lists them when there is none."""
    base, _dot, variant = name.partition(".")
    folder = FOLDER / base
    if not (folder / "scenario.yml").is_file() or (variant and name not in variants()):
        raise SystemExit(f"There is no scenario {name!r}; there are: {', '.join([*names(), *variants()])}.")
    document = yaml.safe_load((folder / "scenario.yml").read_text())
    own = yaml.safe_load((folder / "variants.yml").read_text())[variant] if variant else {}
    document.update({"role": document.get("role", base), **({"runs": own["runs"]} if own else {})})
    runs = tuple(
        Run(**{**row, **{key: tuple(row.get(key) or ()) for key in ("events", "faults")}}) for row in document["runs"]
    )
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
        document["role"],
        document.get("dns") or {},
        document.get("local_servers") or {},
        own.get("variables") or {},
        own.get("world") or {},
    )
