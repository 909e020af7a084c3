"""``table.yml``: which text of the collection is replaced by what, and which tests fail for it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

JSON = dict[str, t.Any]
HERE = Path(__file__).parent
#: The test that plays a scenario of the rehearsal in its own process.
SCENARIOS = "tests/unit/stories/test_scenarios.py::test_a_scenario_keeps_its_promises"
_REHEARSAL = "rehearsal:"
_CHANGE = {"file", "replace", "by"}


@dataclass(frozen=True)
class Fails:
    """A test that must fail. ``test`` is pytest's id of it, without parameters: any of its cases; ``says`` stands in the failure."""

    shown_by: str
    test: str
    says: str = ""

    @property
    def named(self) -> str:
        """The entry of ``shown_by``, with the case that was chosen."""
        return self.shown_by if self.says else self.test


@dataclass(frozen=True)
class Change:
    """One replacement in one file, by its path in the collection."""

    file: str
    replace: str
    by: str

    def mutated(self, text: str) -> str:
        """The text of the file without the deed. ValueError when what is replaced is not there exactly once."""
        if self.replace == self.by or not self.replace:
            raise ValueError(f"nothing is replaced in {self.file}")
        found = text.count(self.replace)
        if found != 1:
            raise ValueError(f"{self.file} has {found} times, not once: {self.replace}")
        return text.replace(self.replace, self.by)


@dataclass(frozen=True)
class Row:
    """A deed, and how it is taken out. ``name`` is the id of a requirement, or one of its own; ``reason``: why there is no deed."""

    name: str
    deed: str
    changes: tuple[Change, ...] = ()
    fails: tuple[Fails, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Table:
    """``ids`` are the requirements that must have a row, of which every test in ``shown_by`` fails for one of their rows."""

    ids: tuple[str, ...]
    rows: tuple[Row, ...]

    def of(self, names: t.Collection[str]) -> list[Row]:
        """The rows with these ids or names, all without any. ValueError for a name without a row."""
        unknown = sorted({*names} - {row.name for row in self.rows})
        if unknown:
            raise ValueError(f"There is no row for {', '.join(unknown)} in {HERE.name}/table.yml.")
        return [row for row in self.rows if not names or row.name in names]


def read(path: Path = HERE / "table.yml") -> Table:
    """The table. ValueError for a row with a key that is unknown or missing."""
    written: JSON = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Table(tuple(written["ids"]), tuple(_row(one) for one in written["rows"]))


def _row(written: JSON) -> Row:
    name = str(written.get("id") or written.get("name") or "")
    changes = [written, *(written.get("also") or ())]
    wanted = {"reason"} if "reason" in written else {*_CHANGE, "fails", *(("also",) if "also" in written else ())}
    wanted |= {"deed", "id" if "id" in written else "name"}
    keys = [({*written}, wanted), *(({*one}, _CHANGE) for one in changes[1:])]
    differing = sorted(key for found, needed in keys for key in found ^ needed)
    if not name or differing:
        raise ValueError(f"{name or written}: keys that are unknown or missing: {', '.join(differing)}")
    if "reason" in written:
        return Row(name, str(written["deed"]), reason=str(written["reason"]))
    fails = tuple(fails_of(one) for one in written["fails"])
    if not fails:
        raise ValueError(f"{name}: no test fails")
    return Row(
        name, str(written["deed"]), tuple(Change(one["file"], one["replace"], one["by"]) for one in changes), fails
    )


def fails_of(shown_by: str) -> Fails:
    """The test behind an entry of ``shown_by``; a rehearsal's run is played in the test's process, and named in its failure."""
    if shown_by.startswith(_REHEARSAL):
        scenario, _slash, run = shown_by.removeprefix(_REHEARSAL).partition("/")
        return Fails(shown_by, f"{SCENARIOS}[{scenario}]", f"'{run}: ")
    return Fails(shown_by.partition("[")[0], shown_by)
