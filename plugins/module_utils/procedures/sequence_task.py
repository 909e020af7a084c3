"""What ``preflight`` and ``verification`` have in common: a sequence as their options describe it, and what Azure has of it."""

from __future__ import annotations

from ..engine.runner import Task
from ..sequences.catalog import SEQUENCES
from ..sequences.desired import resolve
from ..sequences.inspection import Inspection
from ..sequences.steps import removed


def inspection_of(task: Task) -> Inspection:
    """The inspection of a task's sequence. Raises :class:`~.errors.InputError` before any request.

    The vault's own subscription, where it is named, leaves the connection's unasked.
    """
    given = task.options["sequence"]
    described = {**given, "removes": removed(given.get("teardown") or {})}
    named = described["vault"].get("subscription_id")
    desired = resolve(described, SEQUENCES[described["name"]], named or task.subscription_id)
    return Inspection(task.connection, desired, check_mode=task.check_mode, warn=task.warn)
