"""Microsoft.Authorization: who may do what, and the check of it.

Sources: azure-rest-api-specs ``specification/authorization/.../2022-04-01``; Microsoft Learn "Troubleshoot Azure RBAC"
(spread of assignments, ``PrincipalNotFound``, ``RoleAssignmentUpdateNotPermitted``).
"""

from __future__ import annotations

import typing as t

from ... import permission
from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, ArmError, Response
from .role_assignments import RoleAssignments
from .role_definitions import RoleDefinitions


class Authorization:
    """Role definitions, role assignments, effective permissions and the check before each request."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self._forbidden: list[str] = []
        self.definitions = RoleDefinitions(arm)
        self.assignments = RoleAssignments(arm, self.definitions)

    def routes(self) -> t.Iterable[Route]:
        """Role definitions, role assignments and permissions at any scope."""
        yield from self.definitions.routes()
        yield from self.assignments.routes()
        for prefix in ("", "/{+scope}"):
            yield Route("GET", f"{prefix}/providers/Microsoft.Authorization/permissions", self._permissions, action="")

    def load(self, world: JSON) -> None:
        """Make the world's assignments; those made less than ``world_roles_delay`` ago do not count yet."""
        for principal in world["principals"]:
            self.announce_principal(principal["object_id"], "ServicePrincipal")
            for role in principal["roles"]:
                self.assignments.grant(
                    role["scope"],
                    role["role"],
                    principal["object_id"],
                    "ServicePrincipal",
                    days_ago=role.get("granted_days_ago"),
                )
        for one in world["role_assignments"]:
            kind = one.get("principal_type", "ServicePrincipal")
            self.assignments.grant(one["scope"], one["role"], one["principal_id"], kind)

    def announce_principal(self, object_id: str, kind: str = "ServicePrincipal") -> None:
        """An identity was born. Microsoft.Authorization knows it after ``principal_replication_delay``.

        What is announced before the first request belongs to the world and has long been known.
        """
        self.assignments.announce(object_id, kind)

    def forbid(self, *actions: str) -> None:
        """Take actions (or patterns of them) away from everybody, whatever their roles say."""
        self._forbidden += actions

    def allowed(self, principal_object_id: str, action: str, scope: str, *, data: bool = False) -> bool:
        """Whether a principal has a permission on a scope, by the assignments that count by now.

        ``data`` asks for a data action: Azure keeps the two apart, and ``*`` among the actions grants none of them.
        """
        allow, deny = ("dataActions", "notDataActions") if data else ("actions", "notActions")
        return any(
            any(permission.covers(pattern, action) for pattern in granted.get(allow) or ())
            and not any(permission.covers(pattern, action) for pattern in granted.get(deny) or ())
            for granted in self._granted(principal_object_id, scope)
        )

    def require(self, call: Call, action: str, scope: str) -> None:
        """Raise 403 ``AuthorizationFailed`` unless the caller has the permission."""
        if not self.allowed(call.caller["object_id"], action, scope):
            raise ArmError(
                403,
                "AuthorizationFailed",
                f"{_client(call)} does not have authorization to perform action '{action}' over scope '{scope}' or the "
                "scope is invalid. If access was recently granted, please refresh your credentials.",
            )

    def require_linked(
        self,
        call: Call,
        primary_action: str,
        primary_scope: str,
        linked_action: str,
        linked_scope: str,
        shown_action: str = "",
    ) -> None:
        """Raise 403 ``LinkedAuthorizationFailed`` unless the caller has the permission on the linked resource too.

        ``shown_action`` is what the text calls the linked action where that is not its own name.
        """
        if not self.allowed(call.caller["object_id"], linked_action, linked_scope):
            raise ArmError(
                403,
                "LinkedAuthorizationFailed",
                f"{_client(call)} has permission to perform action '{primary_action}' on scope '{primary_scope}'; "
                f"however, it does not have permission to perform action '{shown_action or linked_action}' on the linked scope(s) "
                f"'{linked_scope}' or the linked scope(s) are invalid.",
            )

    def visible(self, principal_object_id: str, scope: str) -> bool:
        """Whether a principal may read anything at, above or below a scope; lists leave the rest out."""
        return any(
            permission.within(scope, assigned) or permission.within(assigned, scope)
            for assigned in (one.properties["scope"] for one in self._counting(principal_object_id))
        )

    def check(self, call: Call, route: Route) -> Response | None:
        if route.action != "":
            action = route.action or permission.action_of(call.request.method, call.id)
            self.require(call, action, permission.scope_of(call.id))
        return None

    def _counting(self, object_id: str) -> list[Resource]:
        return [
            one
            for one in self.assignments.all()
            if one.properties["principalId"].lower() == object_id.lower()
            and one.hidden["counts_from"] <= self._arm.clock.now()
        ]

    def _granted(self, object_id: str, scope: str) -> t.Iterator[JSON]:
        for one in self._counting(object_id):
            definition = self.definitions.find(one.properties["roleDefinitionId"])
            if definition is not None and permission.within(scope, one.properties["scope"]):
                for row in definition["properties"]["permissions"]:
                    yield (
                        {**row, "notActions": [*(row.get("notActions") or []), *self._forbidden]}
                        if self._forbidden
                        else row
                    )

    def _permissions(self, call: Call) -> Response:
        granted = self._granted(call.caller["object_id"], call.parameters.get("scope", ""))
        return Response(200, {"value": list(granted)})


def _client(call: Call) -> str:
    return f"The client '{call.caller['client_id']}' with object id '{call.caller['object_id']}'"
