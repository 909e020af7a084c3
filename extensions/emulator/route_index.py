"""Which routes a path can match, found without trying them all: that would be a third of what an answer costs."""

from __future__ import annotations

import re
import typing as t

Row = t.TypeVar("Row")
_NAME = re.compile(r"\{\+?\w+\}")


class RouteIndex(t.Generic[Row]):
    """Rows by the pattern of their route, asked for by path; they keep their order.

    A pattern whose names are single segments is found by its depth and the words at its fixed places, in any case. One with a
    ``{+name}`` is tried on every path that contains its longest fixed part.
    """

    def __init__(self, rows: t.Iterable[tuple[str, Row]]) -> None:
        #: depth -> places of the fixed words -> these words -> rows with their numbers
        self._fixed: dict[int, dict[tuple[int, ...], dict[tuple[str, ...], list[tuple[int, Row]]]]] = {}
        self._spanning: list[tuple[str, int, Row]] = []
        for number, (pattern, row) in enumerate(rows):
            lowered = pattern.lower()
            if "{+" in lowered:
                self._spanning.append((max(_NAME.split(lowered), key=len), number, row))
                continue
            words = lowered.rstrip("/").split("/")
            places = tuple(place for place, word in enumerate(words) if "{" not in word)
            key = tuple(words[place] for place in places)
            self._fixed.setdefault(len(words), {}).setdefault(places, {}).setdefault(key, []).append((number, row))

    def candidates(self, path: str) -> list[Row]:
        """The rows that a path can match, in their order; whether it does is for their own expression to say."""
        lowered = path.rstrip("/").lower()
        words = lowered.split("/")
        found = [
            numbered
            for places, rows in self._fixed.get(len(words), {}).items()
            for numbered in rows.get(tuple([words[place] for place in places]), ())
        ]
        # With the slash that a fixed part may end with.
        found += [(number, row) for part, number, row in self._spanning if part in lowered + "/"]
        found.sort(key=_number)
        return [row for _number_, row in found]


def _number(numbered: tuple[int, t.Any]) -> int:
    return numbered[0]
