"""Texts of others shown to people: what could steer a terminal or hide in a line becomes visible.

Error messages, names and descriptions come from Azure, from DNS servers and from those who named a resource. They are data:
every message a task ends with and every form of a report for people goes through :func:`visible`.
"""

from __future__ import annotations

import re
import typing as t
import unicodedata

#: Control characters, those without a glyph (direction marks, zero-width ones), lone surrogates, and separators of lines:
#: https://www.unicode.org/reports/tr36/ (Unicode security considerations)
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def hidden(character: str) -> bool:
    """Whether a character shows nothing of itself but may change how others are shown."""
    return unicodedata.category(character) in HIDDEN


def visible(text: str) -> str:
    """The text with each hidden character but the newline as an escape: ``\\x1b``, ``\\u202e``."""
    if text.isprintable():
        return text
    lines = text.replace("\r\n", "\n")
    return "".join(_escaped(one) if one != "\n" and hidden(one) else one for one in lines)


def on_one_line(text: str) -> str:
    """The text as :func:`visible` shows it, without line breaks: no line of a message is another's invention."""
    return visible(re.sub(r"\s*[\r\n]+\s*", " ", text))


def visibly(value: t.Any) -> t.Any:
    """A copy of a document with all its texts visible, keys included."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visibly(key): visibly(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [visibly(item) for item in value]
    return value


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}"
