"""What is given to the identity of a classic vault: whether its custom roles are, or can become, what they should be."""

from __future__ import annotations

import typing as t

from ...resources.custom_roles import CustomRole
from ...resources.roles import missing_actions
from ...wire import JSON, get_path
from ..gate import Gate, ok, refused, warning
from ..grants import custom_roles, finds_zones, grants_of
from ..inspection import Inspection


def grants(inspection: Inspection) -> t.Iterator[Gate]:
    """The roles of the vault's identity can be given: custom ones are there as the article has them, or are made.

    One of that name that somebody else made is never changed.
    """
    desired = inspection.desired
    if not desired.classic:
        return
    for role, subscriptions in custom_roles(desired):
        found = {scope: inspection.role_definition(scope, role.name) for scope in subscriptions}
        yield from _judged(role, {scope: one for scope, one in found.items() if one}, subscriptions)
    for endpoint in desired.endpoints:
        if desired.mode.makes_zones and not finds_zones(desired, endpoint):
            yield warning(
                "grants", endpoint.zone_group_id,
                f"The zones of {endpoint.name} are in another subscription, where a classic vault writes no records; its identity is given "
                "nothing there.", "Run drift after the first registration and after the first backup: it writes the records of storage.",
            )  # fmt: skip
    yield ok("grants", desired.vault_id, f"The vault's identity is given {len(grants_of(desired))} roles.")


def _judged(role: CustomRole, found: t.Mapping[str, JSON], subscriptions: t.Sequence[str]) -> t.Iterator[Gate]:
    """Whether a custom role can be given in all of its subscriptions; ``found`` are the definitions that can be."""
    for scope, definition in found.items():
        rows = get_path(definition, "properties.permissions") or []
        held = [action for row in rows for action in row.get("actions") or []]
        lacking = missing_actions(rows, role.actions)
        if lacking:
            yield refused(
                "grants", str(definition["id"]), f"The role {role.name} at {scope} does not allow {', '.join(lacking)}; somebody else made "
                "it otherwise.", "Have its owner add that, or set sequence.grants: contributor.", lacking,
            )  # fmt: skip
        elif {action.lower() for action in held} - {action.lower() for action in role.actions}:
            yield warning(
                "grants", str(definition["id"]), f"The role {role.name} at {scope} allows more than {', '.join(role.actions)}: "
                f"{', '.join(held)}.", "Take out of it what is not needed, where nobody else needs it.",
            )  # fmt: skip
    missing = [scope for scope in subscriptions if scope not in found]
    if found and missing:
        yield refused(
            "grants", missing[0], f"The role {role.name} cannot be given in {', '.join(missing)}: it is not among its assignable scopes.",
            f"Add the subscription to the role's assignable scopes (privatelink.recovery.role_definition, role_name: {role.name}).",
        )  # fmt: skip
