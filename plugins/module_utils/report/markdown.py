"""The report as Markdown: for a terminal, a ticket, or a file beside the code."""

from __future__ import annotations

import re
import typing as t

from .sections import Section, Words, plain, used

#: Pages that texts of this collection refer to; any other address in a report is shown, but is no link.
PAGES = ("https://learn.microsoft.com/", "https://azure.microsoft.com/")
# Inline markup of https://github.github.com/gfm/, and dollars, which some readers take for formulas.
_MARKUP = re.compile(r"[\\`*\[\]#~|$]|(?<!\w)_|_(?!\w)")
_ENTITIES = {"&": "&amp;", "<": "&lt;"}
# What readers turn into links and mentions without being asked to: https://github.github.com/gfm/#autolinks-extension-
_LINKED = re.compile(r"://|(?<![\w-])www\.|@", re.IGNORECASE)
# What makes a block of the line it begins: a quotation, a list, a heading's underline, a rule.
_BLOCK = re.compile(r"^([->+=]|\d+[.)])")


def as_markdown(words: Words) -> str:
    """Verdict, reasons and duties, then a table for each thing there is something to say about."""
    parts = [f"# {heading(words.title)}: {heading(words.result)}", paragraph(words.sentence)]
    if words.reasons:
        parts += ["## Why it stopped", "\n".join(f"- {paragraph(reason)}" for reason in words.reasons)]
    for section in (words.duties, words.about, *words.sections):
        if not section.rows:
            continue
        parts += [f"## {heading(section.title)}", table(section)]
    parts.append(paragraph(words.closing))
    return "\n\n".join(part for part in parts if part) + "\n"


def table(section: Section) -> str:
    """A Markdown table. Columns without a value in any row are left out."""
    columns = used(section)
    lines = [_line(cell(title) for title, _key in columns), _line("---" for _column in columns)]
    lines += [_line(cell(row.get(key)) for _title, key in columns) for row in section.rows]
    return "\n".join(lines)


def cell(value: t.Any) -> str:
    """A value as the text of a table cell: nothing in it is markup, ends the cell or breaks the line."""
    return inert(plain(value)).replace("\n", "<br>")


def heading(value: t.Any) -> str:
    """A value as part of a heading, on one line."""
    return inert(" ".join(plain(value).split()))


def paragraph(value: t.Any) -> str:
    """A value as a paragraph of its own, which it cannot leave for a list, a heading or a rule."""
    return _BLOCK.sub(lambda found: f"&#{ord(found[1][0])};{found[1][1:]}", cell(value))


def inert(text: str) -> str:
    """Text in which a reader of Markdown finds no picture, link, heading, tag or emphasis, and shows it as it is."""
    shown = "".join(_ENTITIES.get(character, character) for character in text)
    shown = _MARKUP.sub(lambda found: f"\\{found[0]}", shown)
    return re.sub(r"\S+", lambda found: found[0] if found[0].startswith(PAGES) else _unlinked(found[0]), shown)


def _unlinked(word: str) -> str:
    return _LINKED.sub(lambda found: re.sub(r"[:.@]", lambda sign: f"&#{ord(sign[0])};", found[0]), word)


def _line(cells: t.Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
