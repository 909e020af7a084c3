"""``migrateProjects/solutions``: what each tool keeps about a project.

Sources: azure-powershell recording ``Get-AzMigrateSolution.Recording.json``; public exports of private projects (the four solutions of a
new project, ``privateEndpointDetails`` as a text of JSON).
"""

from __future__ import annotations

import copy

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, ArmError, Response, parent
from .documents import GROUP_PATH, PROJECT, SOLUTION, etag

#: Name -> goal, purpose, tool and status, as a new project has them.
NEW = {
    "Servers-Discovery-ServerDiscovery": ("Servers", "Discovery", "ServerDiscovery", "Inactive"),
    "Servers-Assessment-ServerAssessment": ("Servers", "Assessment", "ServerAssessment", "Active"),
    "Servers-Migration-ServerMigration": ("Servers", "Migration", "ServerMigration", "Active"),
    "Servers-Migration-ServerMigration_DataReplication": (
        "Servers",
        "Migration",
        "ServerMigration_DataReplication",
        "Inactive",
    ),
}
_SOLUTIONS = f"{GROUP_PATH}{PROJECT}/{{project}}/Solutions"
_LAID = ("goal", "purpose", "tool", "status")


def routes() -> list[Route]:
    """The routes of solutions."""
    one = _SOLUTIONS + "/{solution}"
    return [
        Route("GET", _SOLUTIONS, _list),
        Route("PUT", one, _put),
        Route("GET", one, lambda call: Response(200, call.arm.store.get(call.id).document)),
        Route("PATCH", one, _put),
        Route("DELETE", one, _delete),
    ]


def create(arm: Arm, project_id: str, name: str, body: JSON) -> Resource:
    """Store a solution, over what was there."""
    resource_id = f"{project_id}/Solutions/{name}"
    given = body.get("properties") or {}
    found = arm.store.find(resource_id)
    if found is None:
        found = Resource(
            resource_id,
            {
                "id": resource_id,
                "name": name,
                "type": SOLUTION,
                "etag": etag(arm),
                "properties": {
                    "cleanupState": "None",
                    "summary": {
                        "instanceType": "Servers",
                        "discoveredCount": 0,
                        "assessedCount": 0,
                        "replicatingCount": 0,
                    },
                    "details": {"groupCount": 0, "assessmentCount": 0, "extendedDetails": {}},
                },
            },
        )
        arm.store.put(found)
    for key in _LAID:
        if given.get(key) is not None:
            found.properties[key] = given[key]
    extended = (given.get("details") or {}).get("extendedDetails")
    if extended is not None:
        found.properties["details"]["extendedDetails"] = copy.deepcopy(extended)
    found.document["etag"] = etag(arm)
    return found


def new_solutions(arm: Arm, project_id: str) -> None:
    """The four solutions that the portal makes with a project."""
    for name, values in NEW.items():
        create(arm, project_id, name, {"properties": dict(zip(_LAID, values))})


def _put(call: Call) -> Response:
    arm = call.arm
    if arm.store.find(parent(call.id)) is None:
        raise ArmError(
            404,
            "ParentResourceNotFound",
            f"Failed to perform 'write' on resource(s) of type 'migrateprojects/solutions', because the parent resource "
            f"'{parent(call.id)}' could not be found.",
        )
    extended = ((call.body.get("properties") or {}).get("details") or {}).get("extendedDetails") or {}
    if not all(isinstance(value, str) for value in extended.values()):
        raise ArmError(400, "InvalidRequestContent", "extendedDetails takes texts only.")
    new = arm.store.find(call.id) is None
    return Response(201 if new else 200, create(arm, parent(call.id), call["solution"], call.body).document)


def _delete(call: Call) -> Response:
    found = call.arm.store.find(call.id)
    if found is None:
        return Response(204)
    call.arm.store.remove(found.id)
    return Response(200)


def _list(call: Call) -> Response:
    project = call.arm.store.get(parent(call.id + "/x"))
    return Response(200, {"value": [each.document for each in call.arm.store.below(project.id, SOLUTION)]})
