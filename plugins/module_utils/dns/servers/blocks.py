"""Our lines in a file of the operator's: put in, and taken out so that the file is byte for byte what it was."""

from __future__ import annotations

import re
import typing as t

from .texts import MARK

_NO_END = " (the line before had no end)"


def with_block(text: str, comment: str, lines: t.Sequence[str]) -> str:
    """``text`` with our lines between two marks: where the marks are already, else at its end. No lines: no block."""
    bare = without_block(text, comment)
    if not lines:
        return bare
    found = _block(comment).search(text)
    if found:
        head, tail, note = text[: found.start()], text[found.end() :], found["note"] or ""
        head += "\n" if note else ""
    else:
        note = _NO_END if text and not text.endswith("\n") else ""
        head, tail = text + ("\n" if note else ""), ""
    return (
        f"{head}{comment} begin {MARK}{note}\n"
        + "".join(f"{line}\n" for line in lines)
        + f"{comment} end {MARK}\n{tail}"
    )


def without_block(text: str, comment: str) -> str:
    """``text`` without our block, and without the end of line that was added before it."""
    return _block(comment).sub("", text)


def _block(comment: str) -> re.Pattern[str]:
    mark, begin = re.escape(MARK), re.escape(comment)
    note = re.escape(_NO_END)
    return re.compile(
        rf"(?:\n(?={begin} begin {mark}{note}\n)|(?<![^\n])(?={begin} begin {mark}\n))"
        rf"{begin} begin {mark}(?P<note>{note})?\n(?:.*\n)*?{begin} end {mark}\n"
    )


def with_option_line(text: str, line: str) -> str | None:
    """A BIND configuration with one more line at the end of its block ``options``; None when it has no such block.

    BIND takes some statements nowhere else, so this line has to stand inside the operator's block.
    """
    bare = without_option_line(text)
    closing = _end_of_options(bare)
    if closing is None:
        return None
    return with_lines_at(bare, [(closing, line)])


def with_lines_at(text: str, lines: t.Iterable[tuple[int, str]]) -> str:
    """A BIND configuration with marked lines at these places of it, those of closing braces."""
    for place, line in sorted(lines, reverse=True):
        text = f"{text[:place]}/* begin {MARK} */ {line} /* end {MARK} */\n{text[place:]}"
    return text


def without_option_line(text: str) -> str:
    """The inverse of :func:`with_option_line` and :func:`with_lines_at`."""
    mark = re.escape(MARK)
    return re.sub(rf"/\* begin {mark} \*/[^\n]*/\* end {mark} \*/\n", "", text)


_TOKEN = re.compile(r'//[^\n]*|#[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|[{};]|[^\s{};"/#]+|/', re.DOTALL)


def tokens(text: str) -> t.Iterator[tuple[str, int]]:
    """The words, texts in quotes, braces and semicolons of a BIND configuration, with their places; no comments."""
    for found in _TOKEN.finditer(text):
        word = found[0]
        if not word.startswith(("//", "#", "/*")):
            yield word, found.start()


def _end_of_options(text: str) -> int | None:
    """Where the closing brace of the outermost block ``options`` is."""
    depth, words, inside = 0, list[str](), False
    for word, place in tokens(text):
        if word == "{":
            inside = inside or (depth == 0 and words == ["options"])
            depth, words = depth + 1, []
        elif word == "}":
            depth, words = depth - 1, []
            if inside and depth == 0:
                return place
        else:
            words = [] if word == ";" else [*words, word]
    return None
