"""Figures about a run: how many requests, how many writes, how long the unavoidable waiting was."""

from __future__ import annotations

import re
import typing as t

from .operations import Operation
from .wire import JSON

# POST requests that change nothing: they only ask.
_QUESTIONS = re.compile(
    r"/oauth2/(v2\.0/)?token$|/getByIds$|/capabilities$|/checkNameAvailability$|/permissions$|/checkAccess$"
    r"|/list\w*$|/backupValidateFeatures$|/backupStatus$|/backupPreValidateProtection$",
    re.IGNORECASE,
)


def is_write(method: str, path: str) -> bool:
    """Whether a request changes something."""
    if path.lower().startswith("/emulator") or method in ("GET", "HEAD", "OPTIONS"):
        return False
    return not (method == "POST" and _QUESTIONS.search(path.rstrip("/")))


def writes(entries: t.Iterable[JSON]) -> list[str]:
    """The entries of the request log that changed something, as ``METHOD path``."""
    return [f"{entry['method']} {entry['path']}" for entry in entries if is_write(entry["method"], entry["path"])]


def figures(entries: t.Sequence[JSON], operations: t.Sequence[Operation], now: float) -> JSON:
    """Counts over request log entries and the longest chain of the operations given.

    Two operations depend on each other when one started at or after the end of the other. The longest chain is the
    greatest sum of durations along such a sequence: the waiting no client can avoid while keeping its order of writes.
    An operation that still runs counts up to now.
    """
    return {
        "requests": len(entries),
        "writes": sum(is_write(entry["method"], entry["path"]) for entry in entries),
        "faulted": sum("fault" in entry for entry in entries),
        "operations": len(operations),
        "longest_chain_seconds": longest_chain(operations, now),
    }


def longest_chain(operations: t.Sequence[Operation], now: float) -> float:
    """Seconds of the longest chain, see :func:`figures`."""
    spans = sorted((one.started, one.finished if one.finished is not None else now) for one in operations)
    ends: list[tuple[float, float]] = []
    for start, finish in spans:
        before = max((total for ended, total in ends if ended <= start), default=0.0)
        ends.append((finish, before + finish - start))
    return round(max((total for _kind, total in ends), default=0.0), 3)
