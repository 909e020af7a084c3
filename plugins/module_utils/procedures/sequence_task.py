"""What ``preflight`` and ``verification`` have in common: a sequence as their options describe it, and what Azure has of it."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ..engine.runner import Task
from ..sequences.catalog import SEQUENCES
from ..sequences.desired import ANY_SUBSCRIPTION, Desired, resolve
from ..sequences.gate import Gate
from ..sequences.inspection import Inspection
from ..sequences.role_variables import in_words_of, refuse_unknown
from ..sequences.steps import removed


def desired_of(task: Task, *, connected: bool = True, variant: str = "") -> Desired:
    """A task's sequence, of another ``variant`` where one is named. Raises :class:`~.errors.InputError` before any request.

    The vault's own subscription, where it is named, leaves the connection's unasked; so does ``connected=False``.
    """
    given = task.options["sequence"]
    refuse_unknown(given["role"], given["variables"])
    described = {**given, "removes": removed(given.get("teardown") or {})}
    if not task.options.get("wait_for_grants", True):
        described["permission_timeout"] = 0
    classic = SEQUENCES[described["name"]].classic
    if variant:
        described["variant"] = variant
    elif classic and task.options.get("stage") == "switch":
        # The vault is judged as the classic one it is, whatever is wanted next.
        described |= {"variant": min(classic), "identity": True}
    named = described["vault"].get("subscription_id") or ("" if connected else ANY_SUBSCRIPTION)
    return resolve(described, SEQUENCES[described["name"]], named or task.subscription_id)


def inspection_of(task: Task) -> Inspection:
    """The inspection of a task's sequence. Raises :class:`~.errors.InputError` before any request."""
    return Inspection(task.connection, desired_of(task), check_mode=task.check_mode, warn=task.warn)


def worded(task: Task, gates: t.Iterable[Gate]) -> list[Gate]:
    """Verdicts in the words of whoever gave the options."""
    return [
        replace(
            gate,
            message=in_words_of(task.options, gate.message),
            remedy=in_words_of(task.options, gate.remedy),
        )
        for gate in gates
    ]
