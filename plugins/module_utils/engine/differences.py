"""What a task changes, as text, for runs without --diff."""

from __future__ import annotations

import typing as t

from ..wire import JSON

_AFTER = " (after)"


def differences(diff: t.Any) -> list[JSON]:
    """A diff, or a list of them, as ``{resource, changes}``: the id and what is made, removed or changed there.

    ``changes`` are words, one for each value.
    """
    found = []
    for one in diff if isinstance(diff, list) else [diff]:
        changes = _changes(one) if isinstance(one, dict) else []
        if changes:
            found.append({"resource": str(one.get("after_header") or "").removesuffix(_AFTER), "changes": changes})
    return found


def _changes(diff: t.Mapping[str, t.Any]) -> list[str]:
    before, after = (leaves(diff.get(side)) for side in ("before", "after"))
    if not before and after:
        return ["created"]
    if before and not after:
        return ["deleted"]
    return [
        f"{key}: {before.get(key, 'not set')} to {after.get(key, 'not set')}"
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    ]


def leaves(value: t.Any, path: str = "") -> dict[str, str]:
    """The innermost values of a document by dotted path."""
    if isinstance(value, dict):
        found: dict[str, str] = {}
        for key, item in value.items():
            found.update(leaves(item, f"{path}.{key}" if path else str(key)))
        return found
    if isinstance(value, list):
        return {path: ", ".join(str(item) for item in value)} if value else {}
    return {path: str(value)} if value not in (None, "") else {}
