"""Which decisions the owner of a target may take on a private endpoint connection.

Source: Microsoft Learn "What is a private endpoint?" (what each status allows; a disconnected endpoint must be created
anew).
"""

from __future__ import annotations

import typing as t

_ALLOWED: dict[str, set[str]] = {
    "Pending": {"Approved", "Rejected", "Disconnected"},
    "Approved": {"Rejected", "Disconnected"},
    "Rejected": {"Disconnected"},
    "Disconnected": set(),
}


def is_status(wanted: object) -> t.TypeGuard[str]:
    """Whether a value is the status of a connection."""
    return wanted in _ALLOWED


def may_become(before: str, wanted: str, *, rejected_can_be_approved: bool) -> bool:
    """Whether a connection may go from one status to another one."""
    return wanted in _ALLOWED[before] or (before == "Rejected" and wanted == "Approved" and rejected_can_be_approved)
