"""The report as Markdown: for a terminal, a ticket, or a file beside the code."""

from __future__ import annotations

import typing as t

from .sections import Section, Words, plain, used


def as_markdown(words: Words) -> str:
    """A summary, then a table for each thing there is something to say about."""
    parts = [f"# {cell(words.scenario)}: {cell(words.result)}", words.sentence, table(words.about)]
    for section in words.sections:
        parts += [f"## {section.title}", table(section)]
    parts.append(cell(words.closing))
    return "\n\n".join(part for part in parts if part) + "\n"


def table(section: Section) -> str:
    """A Markdown table. Columns without a value in any row are left out."""
    columns = used(section)
    lines = [_line(heading for heading, _key in columns), _line("---" for _column in columns)]
    lines += [_line(cell(row.get(key)) for _heading, key in columns) for row in section.rows]
    return "\n".join(lines)


def cell(value: t.Any) -> str:
    """A value as the text of a table cell: nothing in it can end the cell, start a tag or break the line."""
    text = plain(value).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return text.replace("\n", "<br>")


def _line(cells: t.Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
