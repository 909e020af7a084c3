"""How each documented command is run, or why it is not: the table ``commands.yml``, and whether it fits the documentation."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from .collecting import Shown

JSON = dict[str, t.Any]
TABLE = Path(__file__).with_name("commands.yml")


@dataclass(frozen=True)
class Step:
    """One run of a documented command or playbook, and what must come of it.

    ``pages`` narrows it to what these pages show, where one command is run in several stories. ``replaced`` is what of its text
    means something else here: places and names of an example. ``arguments`` are given besides. Afterwards the exit code is
    ``code``, each of ``shows`` is in the output, each of ``makes`` is there (a pattern of paths), and the local Azure was
    written to as ``writes`` says, if it says anything. ``needs`` are programs without which it is left out.
    """

    name: str
    playbook: bool = False
    pages: tuple[str, ...] = ()
    options: bool = False
    replaced: JSON = field(default_factory=dict)
    arguments: str = ""
    events: tuple[JSON, ...] = ()
    code: int = 0
    shows: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    writes: bool | None = None
    needs: tuple[str, ...] = ()

    def covers(self, shown: Shown) -> bool:
        """Whether this is a run of what a page shows."""
        return shown.name == self.name and (not self.pages or shown.page in self.pages)


@dataclass(frozen=True)
class Story:
    """Steps that belong together, in their order, in one folder; beside a local Azure when ``world`` names what is in it.

    ``more_world`` is laid over it. ``files`` are written first; ``dns`` are real DNS servers, as a scenario of the rehearsal has them.
    """

    name: str
    steps: tuple[Step, ...]
    world: str = ""
    more_world: JSON = field(default_factory=dict)
    files: JSON = field(default_factory=dict)
    environment: JSON = field(default_factory=dict)
    dns: JSON = field(default_factory=dict)


@dataclass(frozen=True)
class Left:
    """Commands that are not run here, and why; with ``dry`` make says what it would run."""

    names: tuple[str, ...]
    because: str
    dry: bool = False


@dataclass(frozen=True)
class Table:
    """What is run and what is not."""

    stories: tuple[Story, ...]
    left: tuple[Left, ...]

    def steps(self) -> list[Step]:
        """The steps of all stories."""
        return [step for story in self.stories for step in story.steps]


def load(path: Path = TABLE) -> Table:
    """The table of a file. Raises ``TypeError`` for a key it does not know, ``KeyError`` for one that is missing."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Table(
        tuple(_story(row) for row in content["stories"]),
        tuple(Left(**_tuples(row)) for row in content["not_run"]),
    )


def _story(row: JSON) -> Story:
    return Story(**{**row, "steps": tuple(_step(one) for one in row["steps"])})


def _step(row: JSON) -> Step:
    given = dict(row)
    playbook = "playbook" in given
    name = given.pop("playbook" if playbook else "command")
    return Step(name=name, playbook=playbook, **_tuples(given))


def _tuples(row: JSON) -> JSON:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def misfits(shown: t.Sequence[Shown], table: Table, playbooks: t.Iterable[str]) -> list[str]:
    """What of the documentation the table does not know, what of the table no page shows, and entry points nobody runs.

    ``playbooks`` are the names of the collection's own playbooks: each is run by at least one documented command.
    """
    steps, left = table.steps(), {name for row in table.left for name in row.names}
    found = [
        f"commands.yml has no row for what {one.place} shows: {one.name}"
        for one in shown
        if one.name not in left and not any(step.covers(one) for step in steps)
    ]
    found += [
        f"commands.yml has a row that no page shows: {step.name}{f' (in {page})' if page else ''}"
        for step in steps
        for page in step.pages or ("",)
        if not any(step.covers(one) and page in ("", one.page) for one in shown)
    ]
    known = {one.name for one in shown}
    found += [f"commands.yml has a row that no page shows: {name}" for name in sorted(left - known)]
    run = {
        match[1] for step in steps if (match := re.match(r".*ansible-playbook privatelink\.recovery\.(\w+)", step.name))
    }
    found += [f"No documented command that is run plays playbooks/{name}.yml" for name in sorted(set(playbooks) - run)]
    return list(dict.fromkeys(found))
