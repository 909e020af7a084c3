"""The plan of a run on one page, handed over before its first write: how many of what, and their names."""

from __future__ import annotations

import typing as t

from ..sequences.outlook import ACTIONS
from ..wire import JSON
from .markdown import heading, paragraph, table
from .reading import PLAN, place_of
from .sections import Section

WORDS = {
    "create": "create",
    "change": "change",
    "remove": "remove",
    "decide": "decide when its step comes",
    "leave": "leave as it is",
}


def counts(rows: t.Iterable[JSON]) -> dict[str, int]:
    """How many rows there are of each action."""
    found = dict.fromkeys(ACTIONS, 0)
    for row in rows:
        found[row["action"]] += 1
    return found


def summary_of(rows: t.Sequence[JSON]) -> str:
    """The plan in one line: ``3 to create, 1 to change, 2 to leave as they are``."""
    reported = {
        "create": "to create",
        "change": "to change",
        "remove": "to remove",
        "decide": "to decide on the way",
        "leave": "to leave",
    }
    parts = [f"{number} {reported[action]}" for action, number in counts(rows).items() if number]
    return ", ".join(parts) or "nothing to do"


def as_plan(title: str, rows: t.Sequence[JSON], *, check_mode: bool) -> str:
    """The page as Markdown."""
    mode = "Check mode: nothing will be written. " if check_mode else "Nothing has been written yet. "
    parts = [f"# Plan: {heading(title)}", paragraph(f"{mode}{summary_of(rows)[:1].upper()}{summary_of(rows)[1:]}.")]
    for action in ACTIONS:
        mine = [{**place_of(str(row["id"])), **row} for row in rows if row["action"] == action]
        if mine:
            words = WORDS[action]
            parts += [f"## {words[:1].upper()}{words[1:]}: {len(mine)}", table(Section(words, PLAN[1:], mine))]
    return "\n\n".join(parts) + "\n"
