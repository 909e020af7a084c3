"""Policy assignments, read-only: what a world says is assigned. Nothing is enforced by them here.

Source: azure-rest-api-specs ``resources/resource-manager/Microsoft.Authorization/policy`` (list for a resource group: those of the
scopes above it count too).
"""

from __future__ import annotations

import typing as t

from ... import permission
from ...arm import Arm, Call, Route
from ...wire import JSON, Response

_TYPE = "Microsoft.Authorization/policyAssignments"
_SUBSCRIPTION = "/subscriptions/{subscription}"


class PolicyAssignments:
    """The lists of a subscription and of a resource group."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self._rows: list[JSON] = []

    def routes(self) -> t.Iterable[Route]:
        """Both lists."""
        tail = f"/providers/{_TYPE}"
        return (
            Route("GET", _SUBSCRIPTION + tail, self._list),
            Route("GET", _SUBSCRIPTION + "/resourceGroups/{group}" + tail, self._list),
        )

    def load(self, world: JSON) -> None:
        """Take the assignments of the world."""
        for entry in world.get("policy_assignments") or []:
            scope = entry["scope"].rstrip("/")
            properties: JSON = {
                "displayName": entry.get("display_name") or entry["name"],
                "scope": scope,
                "enforcementMode": entry.get("enforcement_mode", "Default"),
            }
            if entry.get("effect"):
                properties["parameters"] = {"effect": {"value": entry["effect"]}}
            resource_id = f"{scope}/providers/{_TYPE}/{entry['name']}"
            self._rows.append({"id": resource_id, "name": entry["name"], "type": _TYPE, "properties": properties})

    def _list(self, call: Call) -> Response:
        scope = call.id[: call.id.lower().rindex("/providers/")]
        found = [row for row in self._rows if permission.within(scope, row["properties"]["scope"])]
        return Response(200, {"value": found})
