"""Measured figures, their budgets, and the three ways they are shown."""

from __future__ import annotations

import json
import statistics
import typing as t
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """Least, median and greatest of several measurements."""

    minimum: float
    median: float
    maximum: float
    count: int

    @classmethod
    def of(cls, values: t.Sequence[float]) -> Figure:
        """The figure of these values."""
        return cls(min(values), statistics.median(values), max(values), len(values))

    def text(self) -> str:
        """Median, and the range when there is one."""
        if self.count == 1 or self.minimum == self.maximum:
            return _short(self.median)
        return f"{_short(self.median)} ({_short(self.minimum)}-{_short(self.maximum)})"


@dataclass(frozen=True)
class Budget:
    """A limit the design sets and what was reached. ``least``: the value must not be lower, otherwise not higher."""

    limit: float
    value: float
    what: str
    least: bool = False

    @property
    def met(self) -> bool:
        """Whether the limit is kept."""
        return self.value >= self.limit if self.least else self.value <= self.limit

    def text(self) -> str:
        """The limit, and the value when it is broken."""
        sign = ">=" if self.least else "<="
        kept = "" if self.met else f" MISSED: {_short(self.value)}"
        return f"{self.what} {sign} {_short(self.limit)}{kept}"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    unit: str
    ours: Figure
    peer: Figure | None = None
    budgets: tuple[Budget, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ratio(self) -> float | None:
        """How many times as much the peer takes."""
        return self.peer.median / self.ours.median if self.peer and self.ours.median > 0 else None

    @property
    def verdict(self) -> str:
        """``pass``, ``FAIL``, or ``-`` where there is no budget."""
        if not self.budgets:
            return "-"
        return "pass" if all(budget.met for budget in self.budgets) else "FAIL"


@dataclass
class Report:
    """All rows with where they were measured."""

    facts: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def met(self) -> bool:
        """Whether every budget is kept."""
        return all(row.verdict != "FAIL" for row in self.rows)

    def markdown(self) -> str:
        """The page for people."""
        lines = ["# Benchmark of privatelink.recovery", "", *(f"- {name}: {text}" for name, text in self.facts.items())]
        lines += ["", "Whole commands; median (least-greatest).", ""]
        lines += ["| what | unit | ours | azure.azcollection | ratio | budget | |", "|---|---|---|---|---|---|---|"]
        lines += [f"| {' | '.join(_cells(row))} |" for row in self.rows]
        notes = [f"{row.name}: {note}" for row in self.rows for note in row.notes] + self.notes
        return "\n".join([*lines, "", *(f"- {note}" for note in notes), ""])

    def table(self) -> str:
        """The rows in columns."""
        rows = [["what", "unit", "ours", "azcollection", "ratio", "budget", ""], *map(_cells, self.rows)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)

    def write(self, directory: Path) -> None:
        """Write ``bench.json`` and ``bench.md``."""
        directory.mkdir(parents=True, exist_ok=True)
        rows = [
            {
                **asdict(row),
                "budgets": [{**asdict(budget), "met": budget.met} for budget in row.budgets],
                "ratio": row.ratio,
                "verdict": row.verdict,
            }
            for row in self.rows
        ]
        document = {"facts": self.facts, "rows": rows, "notes": self.notes, "met": self.met}
        (directory / "bench.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        (directory / "bench.md").write_text(self.markdown(), encoding="utf-8")


def _cells(row: Row) -> list[str]:
    ratio = f"{row.ratio:.1f} x" if row.ratio is not None else "-"
    budgets = "; ".join(budget.text() for budget in row.budgets) or "-"
    return [row.name, row.unit, row.ours.text(), row.peer.text() if row.peer else "-", ratio, budgets, row.verdict]


def _short(value: float) -> str:
    return f"{value:.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.3g}"
