"""``migrateProjects``: PUT, GET, PATCH, DELETE, lists and the registration of tools.

Sources: azure-powershell recordings ``Get-AzMigrateProject.Recording.json``, ``Register-AzMigrateProjectTool.Recording.json`` and
``Remove-AzMigrateProject.Recording.json``; Azure/bicep-types-az ``microsoft.migrate`` 2020-05-01 (public access and connections,
which 2018-09-01-preview does not show).
"""

from __future__ import annotations

import copy

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, ArmError, Response, location
from ..recovery import identity
from .documents import (
    GROUP_PATH,
    PROJECT,
    SUBSCRIPTION_PATH,
    check_name,
    connections,
    endpoint_id,
    etag,
    geo_code,
    zone,
)

_PROJECTS = GROUP_PATH + PROJECT
_PROJECT = _PROJECTS + "/{project}"
_PRIVATE_SINCE = "2020-05-01"
_PRIVATE_FIELDS = ("publicNetworkAccess", "privateEndpointConnections")
_SUMMARIES = {
    "servers": "Servers",
    "databases": "Databases",
    "webApplications": "WebApplications",
    "desktopVirtualization": "DesktopVirtualization",
}


def routes() -> list[Route]:
    """The routes of projects."""
    return [
        Route("GET", SUBSCRIPTION_PATH + PROJECT, _list),
        Route("GET", _PROJECTS, _list),
        Route("PUT", _PROJECT, _put),
        Route("GET", _PROJECT, lambda call: _answer(call, 200, call.arm.store.get(call.id))),
        Route("PATCH", _PROJECT, _patch),
        Route("DELETE", _PROJECT, _delete),
        Route("POST", _PROJECT + "/registerTool", _register_tool),
    ]


def create(arm: Arm, resource_id: str, body: JSON, *, private: bool, geo: str = "") -> Resource:
    """Store a new project. ``private``: its connectivity method, which never changes afterwards."""
    check_name(arm, resource_id.rsplit("/", 1)[-1])
    guid, region = arm.guid(), location(body["location"])
    suffix = zone(arm) if private else zone(arm).removeprefix("privatelink.")
    own_host = f"{guid}-isv.{geo_code(arm, region, geo)}.hub.{suffix}"
    document: JSON = {
        "id": resource_id,
        "name": resource_id.rsplit("/", 1)[-1],
        "type": PROJECT,
        "etag": etag(arm),
        "location": region,
        "tags": {},
        "properties": {
            "registeredTools": [],
            "serviceEndpoint": f"https://{own_host}/resources/{guid}",
            "summary": {key: _summary(name) for key, name in _SUMMARIES.items()},
            "lastSummaryRefreshedTime": arm.clock.iso(),
            "refreshSummaryState": "Completed",
            "publicNetworkAccess": "Enabled",
            "privateEndpointConnections": [],
            "provisioningState": "Succeeded",
        },
    }
    project = Resource(resource_id, document, {"private": private, "host": own_host})
    _lay(arm, project, body)
    return arm.store.put(project)


def _summary(name: str) -> JSON:
    return {"instanceType": name, "refreshSummaryState": "Completed", "extendedSummary": {}}


def _lay(arm: Arm, project: Resource, body: JSON) -> None:
    given = body.get("properties") or {}
    for name in ("publicNetworkAccess", "utilityStorageAccountId"):
        if given.get(name) is not None:
            project.properties[name] = given[name]
    if given.get("registeredTools") is not None:
        project.properties["registeredTools"] = list(given["registeredTools"])
    if body.get("tags") is not None:
        project.document["tags"] = dict(body["tags"])
    identity.apply(arm, project, body.get("identity"))
    project.document["etag"] = etag(arm)


def _answer(call: Call, status: int, project: Resource) -> Response:
    """The project in the request's api-version, its etag in the header as well."""
    document = copy.deepcopy(project.document)
    if call.request.api_version < _PRIVATE_SINCE:
        for name in _PRIVATE_FIELDS:
            document["properties"].pop(name, None)
    return Response(status, document, {"ETag": document["etag"]})


def _put(call: Call) -> Response:
    arm, body = call.arm, call.body
    existing = arm.store.find(call.id)
    if existing is None:
        return _answer(call, 201, create(arm, call.id, body, private=call.request.api_version >= _PRIVATE_SINCE))
    if location(body.get("location") or "") != existing.document["location"]:
        raise ArmError(
            409,
            "InvalidResourceLocation",
            f"The resource '{existing.name}' already exists in location '{existing.document['location']}' in resource group "
            f"'{call['group']}'. A resource with the same name cannot be created in location "
            f"'{location(body.get('location') or '')}'. Please select a new resource name.",
        )
    _lay(arm, existing, body)
    return _answer(call, 200, existing)


def _patch(call: Call) -> Response:
    project = call.arm.store.get(call.id)
    _lay(call.arm, project, call.body)
    return _answer(call, 200, project)


def _delete(call: Call) -> Response:
    """At once: 200 without a body; endpoints that led to it stay behind, disconnected."""
    arm, project = call.arm, call.arm.store.find(call.id)
    if project is None:
        return Response(204)
    left = [endpoint_id(connection) for connection in connections(arm, project)]
    arm.store.remove(project.id)
    for each in left:
        if arm.private_link.endpoints is not None:
            arm.private_link.endpoints.set_state(each, "Disconnected", "The project was deleted.")
    return Response(200)


def _list(call: Call) -> Response:
    scope = f"/subscriptions/{call['subscription']}"
    if "group" in call.parameters:
        scope += f"/resourceGroups/{call['group']}"
    found = [_answer(call, 200, project).document for project in call.arm.store.below(scope, PROJECT)]
    return Response(200, {"value": found})


def _register_tool(call: Call) -> Response:
    """Synchronous, and idempotent."""
    project = call.arm.store.get(call.id.rsplit("/", 1)[0])
    tool = str(call.body.get("tool") or "")
    if tool not in project.properties["registeredTools"]:
        project.properties["registeredTools"].append(tool)
    return Response(200, {"isRegistered": True})
