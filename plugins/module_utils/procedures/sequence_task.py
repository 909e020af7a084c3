"""What ``preflight`` and ``verification`` have in common: a sequence as their options describe it, and what Azure has of it."""

from __future__ import annotations

from ..engine.runner import Task
from ..sequences.catalog import SEQUENCES
from ..sequences.desired import resolve
from ..sequences.inspection import Inspection


def inspection_of(task: Task) -> Inspection:
    """The inspection of a task's sequence. Raises :class:`~.errors.InputError` before any request.

    The vault's own subscription, where it is named, leaves the connection's unasked.
    """
    described = {**task.options["sequence"], "removes": task.options.get("removes") or []}
    desired = resolve(
        described,
        SEQUENCES[described["name"]],
        described["vault"].get("subscription_id") or task.subscription_id,
    )
    return Inspection(task.connection, desired, check_mode=task.check_mode, warn=task.warn)
