"""Microsoft.Authorization/roleAssignments.

Sources: azure-rest-api-specs ``specification/authorization/.../2022-04-01/examples`` (201 on create; DELETE answers 200
with the assignment, or 204); Microsoft Learn "Troubleshoot Azure RBAC" and "Assign Azure roles using the REST API";
azure-cli ``command_modules/role/custom.py`` (what it waits for after creating a principal).
"""

from __future__ import annotations

import re
import typing as t

from ... import odata, permission
from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, ArmError, Response
from .role_definitions import RoleDefinitions, does_not_exist

_TYPE = "Microsoft.Authorization/roleAssignments"
DAY = 86400.0
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ASSIGNED_TO = re.compile(r"assignedTo\('([^']*)'\)", re.IGNORECASE)
_CHANGEABLE = ("description", "condition", "conditionVersion")


class RoleAssignments:
    """Assignments, stored below their scope, so that they vanish with it."""

    def __init__(self, arm: Arm, definitions: RoleDefinitions) -> None:
        self._arm, self._definitions = arm, definitions
        self._announced: dict[str, tuple[str, float]] = {}

    def routes(self) -> t.Iterable[Route]:
        """List, get, put and delete at any scope."""
        for prefix in ("", "/{+scope}"):
            base = f"{prefix}/providers/{_TYPE}"
            yield Route("GET", base, self._list)
            yield Route("GET", f"{base}/{{name}}", self._get)
            yield Route("PUT", f"{base}/{{name}}", self._put)
            yield Route("DELETE", f"{base}/{{name}}", self._delete)

    def all(self) -> list[Resource]:
        """Every assignment; ``hidden["counts_from"]`` says when it takes effect."""
        return self._arm.store.below("", _TYPE)

    def announce(self, object_id: str, kind: str) -> None:
        """Remember a principal and since when it exists."""
        born = self._arm.clock.now() if self._arm.log else float("-inf")
        self._announced[object_id.lower()] = (kind, born)

    def grant(self, scope: str, role: str, principal_id: str, kind: str, *, days_ago: float | None = None) -> None:
        """An assignment of the world, made so many days ago. Raises ``ValueError`` when it names a role nobody knows.

        When the world does not say when, it was made a day ago, or just now where ``world_roles_delay`` is to be seen.
        """
        definition = self._definitions.find(role)
        if definition is None:
            raise ValueError(f"role {role!r} is not known")
        given: JSON = {"principalId": principal_id, "principalType": kind}
        self._announced.setdefault(principal_id.lower(), (kind, float("-inf")))
        delay = float(self._arm.settings.get("world_roles_delay", 0))
        made_ago = DAY * (days_ago if days_ago is not None else 0.0 if delay else 1.0)
        self._make(scope.strip("/"), self._arm.guid(), definition, given, delay, made_ago)

    def _make(
        self, scope: str, name: str, definition: JSON, given: JSON, delay: float, made_ago: float = 0.0
    ) -> Resource:
        made = self._arm.clock.now() - made_ago
        now = self._arm.clock.iso(made)
        at = "" if self._arm.settings.get("role_definition_ids") == "tenant" else scope
        announced = self._announced.get(given["principalId"].lower(), ("ServicePrincipal", 0.0))
        kind = given.get("principalType") or announced[0]
        top = f"/{scope}" if scope else ""
        properties: JSON = {
            "roleDefinitionId": self._definitions.id_at(definition, at),
            "principalId": given["principalId"],
            "principalType": kind,
            "scope": top or "/",
            **{name: given.get(name) for name in _CHANGEABLE},
            "createdOn": now,
            "updatedOn": now,
            "createdBy": None,
            "updatedBy": None,
            "delegatedManagedIdentityResourceId": given.get("delegatedManagedIdentityResourceId"),
        }
        resource_id = f"{top}/providers/{_TYPE}/{name}"
        document: JSON = {"id": resource_id, "type": _TYPE, "name": name, "properties": properties}
        counts_from = made + delay if delay > 0 else float("-inf")
        return self._arm.store.put(Resource(resource_id, document, {"counts_from": counts_from}))

    def _list(self, call: Call) -> Response:
        scope, condition = call.parameters.get("scope", ""), call.request.query.get("$filter", "")
        assigned = _ASSIGNED_TO.search(condition)
        principal = assigned.group(1) if assigned else odata.equal(condition, "principalId")
        return Response(
            200,
            {
                "value": [
                    one.document
                    for one in self.all()
                    if permission.listed(scope, one.properties["scope"], condition)
                    and (principal is None or one.properties["principalId"].lower() == principal.lower())
                ]
            },
        )

    def _get(self, call: Call) -> Response:
        found = self._arm.store.find(call.id)
        if found is None:
            raise ArmError(404, "RoleAssignmentNotFound", f"The role assignment '{call['name']}' is not found.")
        return Response(200, found.document)

    def _put(self, call: Call) -> Response:
        scope, name, given = _scope(call), call["name"], call.body.get("properties") or {}
        if not _GUID.fullmatch(name):
            text = f"The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID."
            raise ArmError(400, "InvalidRoleAssignmentId", text)
        if not given.get("roleDefinitionId") or not _GUID.fullmatch(str(given.get("principalId"))):
            raise ArmError(400, "BadRequestFormat", "The request was incorrectly formatted.")
        definition = self._definitions.find(given["roleDefinitionId"])
        if definition is None:
            raise does_not_exist(given["roleDefinitionId"].rsplit("/", 1)[-1])
        self._check_assignable(definition, scope)
        stored = next((one for one in self.all() if one.name.lower() == name.lower()), None)
        if stored is not None:
            return self._update(stored, scope, definition, given)
        if any(_triple(one) == _wanted(scope, definition, given) for one in self.all()):
            raise ArmError(409, "RoleAssignmentExists", "The role assignment already exists.")
        self._check_principal(given)
        delay = float(self._arm.settings.get("role_assignment_delay", 0))
        made = self._make(scope, name, definition, given, delay)
        made.properties["createdBy"] = made.properties["updatedBy"] = call.caller["object_id"]
        return _as_put(made)

    def _update(self, stored: Resource, scope: str, definition: JSON, given: JSON) -> Response:
        if _triple(stored) != _wanted(scope, definition, given):
            raise ArmError(
                409,
                "RoleAssignmentUpdateNotPermitted",
                "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
            )
        stored.properties.update({name: given[name] for name in _CHANGEABLE if name in given})
        stored.properties["updatedOn"] = self._arm.clock.iso()
        return _as_put(stored)

    def _check_assignable(self, definition: JSON, scope: str) -> None:
        """Refuse to assign a custom role outside its ``assignableScopes``.

        Source of the rule: Microsoft Learn "Understand Azure role definitions" (AssignableScopes: where a role can be
        assigned). How Azure words it is not documented; see ``unassignable_role_code`` in ``world.SETTINGS``.
        """
        if not any(permission.within(scope, each) for each in definition["properties"]["assignableScopes"]):
            error = does_not_exist(str(definition["name"]))
            error.code = str(self._arm.settings["unassignable_role_code"])
            raise error

    def _check_principal(self, given: JSON) -> None:
        """``PrincipalNotFound`` for a principal nobody knows, and while a new identity has not spread.

        A given ``principalType`` is believed; see ``principal_*`` among the settings for new identities.
        """
        settings, object_id = self._arm.settings, given["principalId"]
        delay = float(settings.get("principal_replication_delay", 0))
        skipped = bool(given.get("principalType")) and not settings.get("principal_not_found_always", True)
        unknown = object_id.lower() not in self._announced
        born = self._announced.get(object_id.lower(), ("", float("inf")))[1]
        spreading = delay > 0 and not skipped and self._arm.clock.now() - born < delay
        if spreading or (unknown and not given.get("principalType")):
            raise ArmError(
                400,
                "PrincipalNotFound",
                f"Principal {object_id.replace('-', '')} does not exist in the directory "
                f"{self._arm.world['tenant_id']}. Check that you have the correct principal ID. If you are creating "
                "this principal and then immediately assigning a role, this error might be related to a replication "
                "delay. In this case, set the role assignment principalType property to a value, such as "
                "ServicePrincipal, User, or Group. "
                "See https://aka.ms/docs-principaltype",
            )

    def _delete(self, call: Call) -> Response:
        stored = self._arm.store.find(call.id)
        if stored is None:
            return Response(204)
        self._arm.store.remove(stored.id)
        return Response(200, stored.document)


def _as_put(assignment: Resource) -> Response:
    """What a PUT answers, new or not: azure-cli recording ``test_role_assignment_create_update.yaml``. Who made it is in GET only."""
    properties = {**assignment.properties, "createdBy": None}
    return Response(201, {**assignment.document, "properties": properties})


def _scope(call: Call) -> str:
    return call.id.strip("/").rpartition("providers/")[0].strip("/")


def _triple(one: Resource) -> tuple[str, str, str]:
    properties = one.properties
    return _wanted(properties["scope"], {"name": properties["roleDefinitionId"].rsplit("/", 1)[-1]}, properties)


def _wanted(scope: str, definition: JSON, given: JSON) -> tuple[str, str, str]:
    return scope.strip("/").lower(), str(definition["name"]).lower(), str(given["principalId"]).lower()
