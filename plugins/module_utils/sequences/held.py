"""Whether the vault's identity has a role at a scope."""

from __future__ import annotations

import typing as t

from ..ids import GUID, parse_id
from ..resources.roles import matching, stated_guid
from .inspection import Inspection


def holds(inspection: Inspection, row: t.Mapping[str, t.Any]) -> bool:
    """Whether the identity was given the ``role`` of a row at exactly its ``scope``; a custom role is looked up by its name."""
    scope, guid = row["scope"], stated_guid(row["role"])
    if not GUID.match(guid):
        subscription = parse_id(scope).subscription_id
        known = inspection.role_definition(
            f"/subscriptions/{subscription}" if subscription else scope, row["role"].strip()
        )
        guid = str((known or {}).get("name") or "")
    return bool(guid) and matching(inspection.assignments(scope), inspection.principal, guid) is not None
