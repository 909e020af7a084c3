"""Whether the signed-in identity may do what a run will do, with patience for grants that are still spreading."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

from ...azure.client import Azure
from ...errors import AzureError, NotFound, WaitTimeout
from ...resources.roles import API_VERSION, ASSIGNMENT_TYPE, granted, missing_actions
from ...wire import get_path, parse_time
from ..gate import Gate, ok, refused
from ..inspection import Inspection

# https://learn.microsoft.com/azure/role-based-access-control/troubleshooting: changes can take up to ten minutes.
SPREADING = timedelta(minutes=10)


class Needed(dict[str, list[str]]):
    """Actions that are needed, by scope, each once and in the order in which they were wanted."""

    def want(self, scope: str, *actions: str) -> None:
        """Add actions at a scope; without any, the scope is looked at all the same."""
        here = self.setdefault(scope, [])
        here += [action for action in actions if action not in here]


def missing_permissions(inspection: Inspection, needed: t.Mapping[str, t.Sequence[str]]) -> t.Iterator[Gate]:
    """One gate for each scope. Waits while a grant made in the last ten minutes is spreading, but for one scope in vain only."""
    patient = True
    for scope, actions in needed.items():
        try:
            missing = missing_actions(inspection.granted(scope), actions)
        except NotFound:
            continue  # the gate of what is missing there speaks of it
        if missing and patient and _recently_granted(inspection, scope):
            missing = _wait(inspection, scope, actions)
            patient = not missing
            if patient:
                inspection.memory.forget_failures()
        if missing:
            yield refused(
                "permissions", scope, f"The signed-in identity may not do {', '.join(missing)} at {scope}.",
                "Grant a role that holds these actions at that scope; a fresh grant can take ten minutes to spread.", missing,
            )  # fmt: skip
        else:
            yield ok("permissions", scope, f"{len(actions)} action(s) granted at {scope}.")


def _missing(azure: Azure, scope: str, actions: t.Sequence[str]) -> list[str]:
    return missing_actions(granted(azure, scope), actions)


def _wait(inspection: Inspection, scope: str, actions: t.Sequence[str]) -> list[str]:
    try:
        inspection.azure.until(
            f"a recent role assignment to spread to {scope}",
            lambda: not _missing(inspection.azure, scope, actions),
            timeout=inspection.desired.permission_timeout,
        )
    except WaitTimeout:
        return _missing(inspection.azure, scope, actions)
    return []


def _recently_granted(inspection: Inspection, scope: str) -> bool:
    """Whether the identity was given any role at or above the scope in the last ten minutes."""
    principal = inspection.connection.object_id()
    if not principal or inspection.desired.permission_timeout <= 0:
        return False
    try:
        assignments = inspection.azure.list(
            f"{scope}/providers/{ASSIGNMENT_TYPE}",
            API_VERSION,
            **{"$filter": f"principalId eq '{principal}'"},
        )
    except AzureError:
        # Who may not read assignments may still be waiting for one: patience costs time, not safety.
        return True
    moments = [parse_time(str(get_path(item, "properties.createdOn") or "")) for item in assignments]
    newest = max((moment for moment in moments if moment), default=None)
    return newest is not None and datetime.now(timezone.utc) - newest < SPREADING
