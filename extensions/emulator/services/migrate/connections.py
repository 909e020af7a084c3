"""``privateEndpointConnections`` and ``privateLinkResources`` of projects, assessment projects and master sites.

Source: azure-rest-api-specs ``migrate`` and ``offazure`` (PUT 200, DELETE 200 or 204, all synchronous).
"""

from __future__ import annotations

import functools

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, ArmError, Response, parent
from ..platform.connection_states import is_status, may_become
from .documents import (
    GROUP_ID,
    GROUP_PATH,
    LINKED,
    connection_type,
    connections,
    endpoint_id,
    etag,
    show_connections,
    zone,
)
from .settings import refusal, setting


def routes() -> list[Route]:
    """The routes of connections and link resources."""
    found = []
    for kind in LINKED:
        base = f"{GROUP_PATH}{kind}/{{resource}}"
        one = f"{base}/privateEndpointConnections/{{connection}}"
        found += [
            Route("GET", f"{base}/privateLinkResources", functools.partial(_link_resources, kind=kind)),
            Route("GET", f"{base}/privateEndpointConnections", _list),
            Route("GET", one, lambda call: Response(200, call.arm.store.get(call.id).document)),
            Route("PUT", one, _put),
            Route("DELETE", one, _delete),
        ]
    return found


def record(arm: Arm, resource: Resource, endpoint: Resource, *, approved: bool, message: str) -> None:
    """Store the connection of an endpoint; its name is the endpoint's with a GUID."""
    name = f"{endpoint.name}.{arm.guid()}"
    connection_id = f"{resource.id}/privateEndpointConnections/{name}"
    document: JSON = {
        "id": connection_id,
        "name": name,
        "type": connection_type(str(resource.document["type"])),
        "eTag": etag(arm),
        "properties": {
            "provisioningState": "Succeeded",
            "privateEndpoint": {"id": endpoint.id},
            "privateLinkServiceConnectionState": {
                "status": "Approved" if approved else "Pending",
                "description": "Auto-Approved" if approved else message,
                "actionsRequired": "None",
            },
        },
    }
    arm.store.put(Resource(connection_id, document))
    show_connections(arm, resource)


def _link_resources(call: Call, kind: str) -> Response:
    resource = call.arm.store.get(parent(call.id + "/x"))
    document: JSON = {
        "id": f"{resource.id}/privateLinkResources/{GROUP_ID}",
        "name": GROUP_ID,
        "type": f"{kind}/privateLinkResources",
        "properties": {"groupId": GROUP_ID, "requiredMembers": [GROUP_ID], "requiredZoneNames": [zone(call.arm)]},
    }
    return Response(200, {"value": [document]})


def _list(call: Call) -> Response:
    resource = call.arm.store.get(parent(call.id + "/x"))
    return Response(200, {"value": [each.document for each in connections(call.arm, resource)]})


def _put(call: Call) -> Response:
    arm, resource = call.arm, call.arm.store.get(parent(call.id))
    connection = arm.store.get(call.id)
    state = (call.body.get("properties") or {}).get("privateLinkServiceConnectionState") or {}
    wanted, shown = state.get("status"), connection.properties["privateLinkServiceConnectionState"]
    if not is_status(wanted):
        raise ArmError(400, "InvalidRequestContent", f"'{wanted}' is not a status of a private endpoint connection.")
    again = bool(setting(arm, "migrate_rejected_can_be_approved"))
    if wanted != shown["status"] and not may_become(shown["status"], wanted, rejected_can_be_approved=again):
        raise refusal(arm, "connection_state", f"A connection that is {shown['status']} cannot become {wanted}.")
    shown.update(status=wanted, description=state.get("description") or shown["description"])
    connection.document["eTag"] = etag(arm)
    show_connections(arm, resource)
    tell_endpoint(arm, connection, wanted, shown["description"])
    return Response(200, connection.document)


def _delete(call: Call) -> Response:
    arm, resource = call.arm, call.arm.store.get(parent(call.id))
    connection = arm.store.find(call.id)
    if connection is None:
        return Response(204)
    arm.store.remove(connection.id)
    show_connections(arm, resource)
    tell_endpoint(arm, connection, "Disconnected", "The connection was deleted by the owner of the resource.")
    return Response(200)


def tell_endpoint(arm: Arm, connection: Resource, status: str, description: str) -> None:
    """Let the endpoint show what its connection has become."""
    if arm.private_link.endpoints is not None:
        arm.private_link.endpoints.set_state(endpoint_id(connection), status, description)
