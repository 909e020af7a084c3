"""What the forms of a report for people have in common: its parts in order, and values as text."""

from __future__ import annotations

import typing as t

from ..texts import visible

Row = t.Mapping[str, t.Any]
#: Columns as heading and key.
Columns = t.Sequence[tuple[str, str]]


class Section(t.NamedTuple):
    """A table under its title."""

    title: str
    columns: Columns
    rows: t.Sequence[Row]


class Words(t.NamedTuple):
    """A report for people, in the order it is read.

    ``result`` is the word of the result, ``sentence`` the verdict, ``good`` what it means (None: neither), ``reasons`` why
    the run stopped, ``duties`` what a person must do, ``about`` what the report is about, ``closing`` what was kept back
    (empty: nothing).
    """

    title: str
    result: str
    sentence: str
    good: bool | None
    reasons: t.Sequence[str]
    duties: Section
    about: Section
    sections: t.Sequence[Section]
    closing: str


def plain(value: t.Any) -> str:
    """A value as text, with nothing hidden in it, not escaped for any form yet; no space at the ends of its lines."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{plain(key)}: {plain(item)}" for key, item in value.items())
    return "\n".join(line.strip() for line in visible(str(value).strip()).split("\n"))


def used(section: Section) -> Columns:
    """The columns of a section that have a value in any of its rows."""
    return [(heading, key) for heading, key in section.columns if any(plain(row.get(key)) for row in section.rows)]


def columns_of(rows: t.Iterable[Row]) -> Columns:
    """All keys of the rows in the order they first come, as columns."""
    keys = dict.fromkeys(str(key) for row in rows for key in row)
    return [(key.replace("_", " ").capitalize(), key) for key in keys]


def pairs(values: t.Mapping[str, t.Any]) -> list[Row]:
    """The values of a dictionary as rows of ``key`` and ``value``."""
    return [{"key": key.replace("_", " "), "value": value} for key, value in values.items()]
