"""The little of OData that the platform's lists understand: comparisons joined by ``and``."""

from __future__ import annotations

import re
import typing as t

_COMPARISON = re.compile(r"([\w/]+)\s+(eq|ge|gt|le|lt)\s+'((?:[^']|'')*)'", re.IGNORECASE)


class Comparison(t.NamedTuple):
    """``name operator 'value'``; name and operator in lower case."""

    name: str
    operator: str
    value: str


def comparisons(text: str) -> list[Comparison]:
    """Every comparison of a ``$filter``."""
    return [
        Comparison(name.lower(), operator.lower(), value.replace("''", "'"))
        for name, operator, value in _COMPARISON.findall(text)
    ]


def equal(text: str, name: str) -> str | None:
    """The value that ``name`` must equal, or ``None`` when the filter does not say."""
    wanted = (one.value for one in comparisons(text) if one.operator == "eq" and one.name == name.lower())
    return next(wanted, None)
