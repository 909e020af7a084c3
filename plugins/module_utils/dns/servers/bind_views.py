"""The views of a BIND configuration: where each ends, what it includes, and which zones of the operator's it has.

Manual: https://bind9.readthedocs.io/en/latest/reference.html (statement ``view``). Where there are views, every zone is in one.
"""

from __future__ import annotations

import glob
import typing as t
from dataclasses import dataclass, field

from .blocks import tokens
from .held import Held, Read, bind_answers

_MOST_FILES = 500


@dataclass(frozen=True)
class View:
    """A view: ``end`` is the place, in the text of ``file``, of the brace that closes it; ``read`` are the files it includes."""

    name: str
    file: str
    end: int
    read: frozenset[str] = frozenset()


@dataclass
class Configuration:
    """What was found: views by name, in their order, and every zone with the view it is in (none: outside of all).

    ``exceptions`` are the names of ``validate-except`` in the block ``options``: a view that has such a list has no other.
    """

    views: dict[str, View] = field(default_factory=dict)
    zones: list[Held] = field(default_factory=list)
    exceptions: list[str] = field(default_factory=list)


def read_configuration(main: str, read: Read) -> Configuration:
    """Read a configuration from its main file on, following what it includes. A file that is not there has nothing."""
    found, read_files = Configuration(), 0
    waiting: list[tuple[str, str]] = [(main, "")]
    seen: set[tuple[str, str]] = set()
    inside: dict[str, set[str]] = {}
    while waiting and read_files < _MOST_FILES:
        path, view = waiting.pop(0)
        text = None if (path, view) in seen else read(path)
        seen.add((path, view))
        if text is None:
            continue
        read_files += 1
        inside.setdefault(view, set()).add(path)
        waiting += _read_text(found, path, text, view)
    found.views = {
        name: View(name, one.file, one.end, frozenset(inside.get(name, set()))) for name, one in found.views.items()
    }
    return found


def _read_text(found: Configuration, path: str, text: str, view: str) -> list[tuple[str, str]]:
    """Note the views and zones of one file; the files that it includes, each with the view that it does so in."""
    included: list[tuple[str, str]] = []
    heads: list[list[str]] = []
    words: list[str] = []
    kind = "unknown"
    for word, place in tokens(text):
        if word == "{":
            heads.append([part.strip('"') for part in words] or [""])
            kind = "unknown" if heads[-1][0] == "zone" else kind
            words = []
        elif word == "}":
            head = heads.pop() if heads else [""]
            around = _view_around(heads, view)
            if head[0] == "view" and len(head) > 1 and not heads:
                found.views.setdefault(head[1], View(head[1], path, place))
            elif head[0] == "zone" and len(head) > 1:
                found.zones.append(Held(head[1], kind, path, bind_answers(kind), around))
            words = []
        elif word == ";":
            plain = [part.strip('"') for part in words]
            if plain[:1] == ["include"] and len(plain) > 1:
                paths = sorted(glob.glob(plain[1])) if glob.has_magic(plain[1]) else [plain[1]]
                included += [(one, _view_around(heads, view)) for one in paths]
            elif [head[0] for head in heads] == ["options", "validate-except"]:
                found.exceptions += plain
            elif plain[:1] == ["type"] and len(plain) > 1 and heads and heads[-1][0] == "zone":
                kind = plain[1]
            words = []
        else:
            words.append(word)
    return included


def _view_around(heads: t.Sequence[t.Sequence[str]], view: str) -> str:
    return next((head[1] for head in heads if head[0] == "view" and len(head) > 1), view)
