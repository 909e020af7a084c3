"""Whether the signed-in identity may do what a run will do, with patience for grants that are still spreading."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

from ...azure.client import Azure
from ...errors import AzureError, NotFound, WaitTimeout
from ...resources.roles import API_VERSION, ASSIGNMENT_TYPE, granted, missing_actions
from ...wire import JSON, get_path, parse_time
from ..gate import Gate, ok, refused
from ..inspection import Inspection

# https://learn.microsoft.com/azure/role-based-access-control/troubleshooting: changes can take up to ten minutes.
SPREADING = timedelta(minutes=10)
MINUTES = "ten"


class Needed(dict[str, list[str]]):
    """Actions that are needed, by scope, each once and in the order in which they were wanted."""

    def want(self, scope: str, *actions: str) -> None:
        """Add actions at a scope; without any, the scope is looked at all the same."""
        here = self.setdefault(scope, [])
        here += [action for action in actions if action not in here]


class Grant(t.NamedTuple):
    """A role assignment that is still spreading: its role, where it was made, and how many seconds ago."""

    role: str
    scope: str
    age: float


def missing_permissions(inspection: Inspection, needed: t.Mapping[str, t.Sequence[str]]) -> t.Iterator[Gate]:
    """One gate for each scope. Waits while grants of the last ten minutes that give all that is missing are spreading; never in
    check mode, nor when some of it will never come.
    """
    who = _who(inspection)
    missing: dict[str, list[str]] = {}
    for scope, actions in needed.items():
        try:
            missing[scope] = missing_actions(inspection.granted(scope), actions)
        except NotFound:
            continue  # the gate of what is missing there speaks of it
    for scope, grant in _on_their_way(inspection, missing).items():
        why = f"{who} may not do {', '.join(missing[scope])} at {scope} yet"
        missing[scope] = _wait(inspection, scope, needed[scope], why, grant)
        if missing[scope]:
            break  # patience is lost once, not for each scope
        inspection.memory.forget_failures()
    for scope, actions in missing.items():
        if actions:
            yield refused(
                "permissions", scope, f"{who} may not do {', '.join(actions)} at {scope}.",
                f"Grant it {inspection.desired.sequence.roles} at that scope or above; a fresh grant can take {MINUTES} minutes to spread.",
                actions,
            )  # fmt: skip
        else:
            yield ok("permissions", scope, f"{len(needed[scope])} action(s) granted at {scope}.")


def _on_their_way(inspection: Inspection, missing: t.Mapping[str, t.Sequence[str]]) -> dict[str, Grant]:
    """By scope, the grant to wait for; nothing when something is missing that no young grant gives."""
    if inspection.check_mode:
        return {}
    found: dict[str, Grant] = {}
    for scope, actions in missing.items():
        grant = _on_its_way(inspection, scope, actions) if actions else None
        if grant:
            found[scope] = grant
        elif actions:
            return {}
    return found


def _who(inspection: Inspection) -> str:
    principal = inspection.connection.object_id()
    return f"The signed-in identity{f' (object id {principal})' if principal else ''}"


def _missing(azure: Azure, scope: str, actions: t.Sequence[str]) -> list[str]:
    return missing_actions(granted(azure, scope), actions)


def _wait(inspection: Inspection, scope: str, actions: t.Sequence[str], why: str, grant: Grant) -> list[str]:
    limit = min(float(inspection.desired.permission_timeout), SPREADING.total_seconds() - grant.age)
    try:
        inspection.azure.until(
            f"a recent role assignment to spread to {scope} ({why}; {grant.role} was granted at {grant.scope} {grant.age:.0f} s ago, "
            f"and can take {MINUTES} minutes)",
            lambda: not _missing(inspection.azure, scope, actions),
            timeout=limit,
        )
    except WaitTimeout:
        return _missing(inspection.azure, scope, actions)
    return []


def _on_its_way(inspection: Inspection, scope: str, missing: t.Sequence[str]) -> Grant | None:
    """The youngest of the grants of the last ten minutes, at or above the scope, that together give what is missing.

    None when there is none, and when that cannot be read: what may never come is not waited for.
    """
    principal = inspection.connection.object_id()
    if not principal or inspection.desired.permission_timeout <= 0:
        return None
    found: list[Grant] = []
    rows: list[JSON] = []
    try:
        # https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest
        assignments = inspection.azure.list(
            f"{scope}/providers/{ASSIGNMENT_TYPE}",
            API_VERSION,
            **{"$filter": f"atScope() and assignedTo('{principal}')"},
        )
        for item in assignments:
            moment = parse_time(str(get_path(item, "properties.createdOn") or ""))
            age = (datetime.now(timezone.utc) - moment).total_seconds() if moment else None
            if age is None or age >= SPREADING.total_seconds():
                continue
            role = inspection.azure.find(str(get_path(item, "properties.roleDefinitionId")), API_VERSION)
            rows += get_path(role, "properties.permissions") or []
            name, where = get_path(role, "properties.roleName"), get_path(item, "properties.scope")
            found.append(Grant(str(name or "a role"), str(where or scope), max(age, 0.0)))
    except AzureError:
        return None
    return min(found, key=lambda grant: grant.age) if found and not missing_actions(rows, missing) else None
