"""Microsoft.Authorization/roleDefinitions: the built-in ones and custom ones.

Source: azure-rest-api-specs ``specification/authorization/.../2022-04-01`` (shapes and statuses). Codes and wording of
the refusals: Microsoft Learn "Troubleshoot Azure RBAC".
"""

from __future__ import annotations

import re
import typing as t

from ... import odata, role_catalog
from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, ArmError, Response

_TYPE = "Microsoft.Authorization/roleDefinitions"
_SUBSCRIPTION = re.compile(r"/?subscriptions/[^/]+", re.IGNORECASE)


class RoleDefinitions:
    """Role definitions by GUID. Their ids are answered in the form that fits the scope they are asked at."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def routes(self) -> t.Iterable[Route]:
        """List, get, put and delete at any scope."""
        for prefix in ("", "/{+scope}"):
            base = f"{prefix}/providers/{_TYPE}"
            yield Route("GET", base, self._list)
            yield Route("GET", f"{base}/{{name}}", self._get)
            yield Route("PUT", f"{base}/{{name}}", self._put)
            yield Route("DELETE", f"{base}/{{name}}", self._delete)

    def find(self, name: str) -> JSON | None:
        """A definition's document by GUID, by any form of its id, or by role name."""
        wanted = name.rsplit("/", 1)[-1].lower()
        built_in = role_catalog.find(wanted)
        if built_in is not None:
            return built_in
        for document in self._custom():
            if wanted in (document["name"].lower(), document["properties"]["roleName"].lower()):
                return document
        return None

    def id_at(self, document: JSON, scope: str) -> str:
        """The definition's id as it is answered at a scope: below a subscription, with that subscription."""
        match = _SUBSCRIPTION.match(scope)
        prefix = "/" + match.group(0).strip("/") if match else ""
        return f"{prefix}/providers/{_TYPE}/{document['name']}"

    def _custom(self) -> list[JSON]:
        return [resource.document for resource in self._arm.store.below("", _TYPE)]

    def _all(self) -> list[JSON]:
        return [*role_catalog.documents(), *self._custom()]

    def _shown(self, document: JSON, scope: str) -> JSON:
        return {**document, "id": self.id_at(document, scope)}

    def _list(self, call: Call) -> Response:
        scope, condition = call.parameters.get("scope", ""), call.request.query.get("$filter", "")
        name, kind = odata.equal(condition, "roleName"), odata.equal(condition, "type")
        return Response(
            200,
            {
                "value": [
                    self._shown(document, scope)
                    for document in self._all()
                    # Without regard to case: azure-cli recording ``test_role_assignment_create_update.yaml`` asks for 'reader'.
                    if (name is None or name.lower() == document["properties"]["roleName"].lower())
                    and (kind is None or kind.lower() == document["properties"]["type"].lower())
                ]
            },
        )

    def _get(self, call: Call) -> Response:
        return Response(200, self._shown(self._existing(call["name"]), call.parameters.get("scope", "")))

    def _existing(self, name: str) -> JSON:
        document = self.find(name)
        if document is None or document["name"].lower() != name.lower():
            raise does_not_exist(name)
        return document

    def _put(self, call: Call) -> Response:
        given = call.body.get("properties", {})
        name, scope = call["name"], call.parameters.get("scope", "")
        if role_catalog.find(name) is not None:
            raise ArmError(403, "RoleDefinitionIsBuiltIn", f"The built-in role definition '{name}' cannot be changed.")
        if not given.get("roleName") or not given.get("assignableScopes"):
            raise ArmError(400, "InvalidRoleDefinition", "The role definition needs a roleName and assignableScopes.")
        same = self.find(given["roleName"])
        if same is not None and same["name"].lower() != name.lower():
            raise ArmError(
                409,
                "RoleDefinitionWithSameNameExists",
                "A custom role with the same name already exists in this directory. Use a different name: "
                f"'{given['roleName']}'.",
            )
        before = self._arm.store.find(f"/providers/{_TYPE}/{name}")
        born = (
            before.properties if before else {"createdOn": self._arm.clock.iso(), "createdBy": call.caller["object_id"]}
        )
        lists = ("actions", "notActions", "dataActions", "notDataActions")
        document: JSON = {
            "id": f"/providers/{_TYPE}/{name}",
            "type": _TYPE,
            "name": name,
            "properties": {
                "roleName": given["roleName"],
                "type": "CustomRole",
                "description": given.get("description", ""),
                "assignableScopes": given["assignableScopes"],
                "permissions": [{kind: one.get(kind) or [] for kind in lists} for one in given.get("permissions", [])],
                "createdOn": born["createdOn"],
                "updatedOn": self._arm.clock.iso(),
                "createdBy": born["createdBy"],
                "updatedBy": call.caller["object_id"],
            },
        }
        self._arm.store.put(Resource(document["id"], document))
        # Only GET shows who made it, as of assignments (azure-cli ``test_role_definition_scenario.yaml``).
        reported = {**document, "properties": {**document["properties"], "createdBy": None}}
        return Response(201, self._shown(reported, scope))

    def _delete(self, call: Call) -> Response:
        stored = self._arm.store.find(f"/providers/{_TYPE}/{call['name']}")
        if stored is None:
            return Response(204)
        used = self._arm.store.below("", "Microsoft.Authorization/roleAssignments")
        if any(one.properties["roleDefinitionId"].lower().endswith(call["name"].lower()) for one in used):
            raise ArmError(400, "RoleDefinitionHasAssignments", "There are existing role assignments referencing role.")
        self._arm.store.remove(stored.id)
        return Response(200, self._shown(stored.document, call.parameters.get("scope", "")))


def does_not_exist(name: str) -> ArmError:
    """404 for a role definition nobody made."""
    text = f"The specified role definition with ID '{name}' does not exist."
    return ArmError(404, "RoleDefinitionDoesNotExist", text)
