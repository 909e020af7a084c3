"""The little of OData that the platform's lists understand: comparisons joined by ``and``."""

from __future__ import annotations

import re
import typing as t

# A moment may stand without quotes: azure-cli asks the activity log so (``command_modules/monitor/custom.py``).
_COMPARISON = re.compile(r"([\w/]+)\s+(eq|ge|gt|le|lt)\s+(?:'((?:[^']|'')*)'|(\d[\w:.+-]*))", re.IGNORECASE)


class Comparison(t.NamedTuple):
    """``name operator 'value'``; name and operator in lower case."""

    name: str
    operator: str
    value: str


def comparisons(text: str) -> list[Comparison]:
    """Every comparison of a ``$filter``."""
    return [
        Comparison(name.lower(), operator.lower(), quoted.replace("''", "'") or bare)
        for name, operator, quoted, bare in _COMPARISON.findall(text)
    ]


def equal(text: str, name: str) -> str | None:
    """The value that ``name`` must equal, or ``None`` when the filter does not say."""
    wanted = (one.value for one in comparisons(text) if one.operator == "eq" and one.name == name.lower())
    return next(wanted, None)
