"""``assessmentProjects``: PUT and PATCH are long operations, DELETE is not, and the name of a deleted one stays taken.

Sources: azure-rest-api-specs ``migrate`` TypeSpec ``asmprojectroutes.tsp`` with the examples of 2023-04-01-preview and 2024-03-03-preview;
README of janegilring/azure-migrate-private-endpoint-bicep (``DataPreconditionFailed`` for the name of a deleted project).
"""

from __future__ import annotations

import copy

from ... import long_operation
from ...arm import Arm, Call, Route
from ...operations import Operation
from ...store import Resource
from ...wire import JSON, ArmError, Response, fold, location
from .documents import (
    ASSESSMENT_PROJECT,
    GROUP_PATH,
    SUBSCRIPTION_PATH,
    connections,
    endpoint_id,
    etag,
    geo_code,
    zone,
)
from .settings import setting

_PROJECTS = GROUP_PATH + ASSESSMENT_PROJECT
_PROJECT = _PROJECTS + "/{project}"
_DIALECT = long_operation.Dialect("operationStatuses", "operationResults", named=True)
_STATUS = "/subscriptions/{subscription}/providers/Microsoft.Migrate/locations/{location}/operationStatuses/{operation}"
_LAID = ("assessmentSolutionId", "customerStorageAccountArmId", "publicNetworkAccess", "projectStatus")
_DELETED = "Emulator.Migrate/deletedAssessmentProjects"
_DAY = 86400


def routes() -> list[Route]:
    """The routes of assessment projects."""
    return [
        Route("GET", SUBSCRIPTION_PATH + ASSESSMENT_PROJECT, _list),
        Route("GET", _PROJECTS, _list),
        Route("PUT", _PROJECT, _put),
        Route("GET", _PROJECT, lambda call: Response(200, call.arm.store.get(call.id).document)),
        Route("PATCH", _PROJECT, _patch),
        Route("DELETE", _PROJECT, _delete),
        Route("GET", _STATUS, lambda call: long_operation.poll(call, call["operation"], _DIALECT), ""),
    ]


def create(arm: Arm, resource_id: str, body: JSON, geo: str = "") -> Resource:
    """Store a new assessment project, still Accepted."""
    guid, region = arm.guid(), location(body["location"])
    host = f"{guid}.{geo_code(arm, region, geo)}.asm.{zone(arm)}"
    document: JSON = {
        "id": resource_id,
        "name": resource_id.rsplit("/", 1)[-1],
        "type": ASSESSMENT_PROJECT,
        "eTag": etag(arm),
        "location": region,
        "tags": {},
        "properties": {
            "projectStatus": "Active",
            "publicNetworkAccess": "Enabled",
            "serviceEndpoint": f"https://{host}/",
            "privateEndpointConnections": [],
            "createdTimestamp": arm.clock.iso(),
            "numberOfGroups": 0,
            "numberOfMachines": 0,
            "provisioningState": "Accepted",
        },
    }
    project = Resource(resource_id, document, {"host": host, "private": True})
    _lay(project, body)
    return arm.store.put(project)


def deleted(arm: Arm, resource_id: str) -> None:
    """Take the name of an assessment project that was deleted."""
    key = resource_id.replace(ASSESSMENT_PROJECT, _DELETED)
    arm.store.put(
        Resource(
            key, {"id": key}, {"until": arm.clock.now() + int(setting(arm, "assessment_project_deleted_days")) * _DAY}
        )
    )


def refuse_taken(arm: Arm, resource_id: str) -> None:
    """Refuse the name of an assessment project that is still in soft deletion."""
    wanted = fold(resource_id).rsplit("/", 1)[-1]
    for gone in arm.store.below("/", _DELETED):
        if gone.name.lower() == wanted and arm.clock.now() < gone.hidden["until"]:
            raise ArmError(
                int(setting(arm, "assessment_project_deleted_status")),
                "DataPreconditionFailed",
                f"A data precondition of assessment project '{gone.name}' failed.",
            )


def _lay(project: Resource, body: JSON) -> None:
    given = body.get("properties") or {}
    for name in _LAID:
        if given.get(name) is not None:
            project.properties[name] = given[name]
    if body.get("tags") is not None:
        project.document["tags"] = dict(body["tags"])


def _put(call: Call) -> Response:
    arm = call.arm
    existing = arm.store.find(call.id)
    if existing is not None:
        _lay(existing, call.body)
        return Response(200, existing.document)
    refuse_taken(arm, call.id)
    project = create(arm, call.id, call.body)
    first = copy.deepcopy(project.document)
    operation = arm.operations.start(
        arm.guid(),
        "assessment_project.create",
        project.id,
        lambda: project.properties.update(provisioningState="Succeeded"),
        lambda: arm.store.remove(project.id),
    )
    return Response(201, first, _headers(call, operation, project))


def _patch(call: Call) -> Response:
    arm, project = call.arm, call.arm.store.get(call.id)
    operation = arm.operations.start(
        arm.guid(), "assessment_project.update", project.id, lambda: _lay(project, call.body)
    )
    return Response(202, None, _headers(call, operation, project))


def _headers(call: Call, operation: Operation, project: Resource) -> dict[str, str]:
    scope = (
        f"/subscriptions/{call['subscription']}/providers/Microsoft.Migrate/locations/{project.document['location']}"
    )
    return long_operation.headers(call, operation, _DIALECT, scope, location=False)


def _delete(call: Call) -> Response:
    """At once; the name stays taken."""
    arm, project = call.arm, call.arm.store.find(call.id)
    if project is None:
        return Response(204)
    left = [endpoint_id(connection) for connection in connections(arm, project)]
    arm.store.remove(project.id)
    deleted(arm, project.id)
    for each in left:
        if arm.private_link.endpoints is not None:
            arm.private_link.endpoints.set_state(each, "Disconnected", "The assessment project was deleted.")
    return Response(200)


def _list(call: Call) -> Response:
    scope = f"/subscriptions/{call['subscription']}"
    if "group" in call.parameters:
        scope += f"/resourceGroups/{call['group']}"
    return Response(200, {"value": [each.document for each in call.arm.store.below(scope, ASSESSMENT_PROJECT)]})
