"""Policy assignments, as far as they can be in the way of what a run makes. Only read."""

from __future__ import annotations

from ..azure.client import Azure
from ..wire import JSON, get_path

TYPE = "Microsoft.Authorization/policyAssignments"
API_VERSION = "2022-06-01"

#: Modes of an assignment in which it takes effect.
ENFORCED = ("", "default")


def assignments(azure: Azure, scope: str) -> list[JSON]:
    """The assignments that count at a scope, those of the scopes above it included."""
    return azure.list(f"{scope}/providers/{TYPE}", API_VERSION)


def denies_public_access(assignment: JSON) -> bool:
    """Whether an assignment that is enforced denies public network access, by its name or its effect's parameters."""
    properties = assignment.get("properties") or {}
    if str(properties.get("enforcementMode") or "").lower() not in ENFORCED:
        return False
    words = " ".join(str(properties.get(key) or "") for key in ("displayName", "description")).lower()
    effects = [str(get_path(value, "value") or "").lower() for value in (properties.get("parameters") or {}).values()]
    return "public network access" in words and ("deny" in effects or not effects or "deny" in words)
