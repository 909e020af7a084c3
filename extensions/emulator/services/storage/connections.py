"""``storageAccounts/privateEndpointConnections`` and ``privateLinkResources``, both synchronous.

Sources: azure-cli recording ``test_network_private_endpoint_private_dns_zone_group.yaml`` (link resources; connections
named ``{account}.{guid}`` whose state spells ``actionRequired`` without an s); azure-rest-api-specs ``privatelinks.json``
(PUT and DELETE answer at once).
"""

from __future__ import annotations

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import ArmError, Response
from ..platform.connection_states import is_status, may_become
from .documents import (
    ACCOUNT,
    connections,
    endpoint_id,
    find_account,
    services,
    show_connections,
    zone,
)
from .settings import refusal, setting

_CONNECTION = f"{ACCOUNT}/privateEndpointConnections/{{connection}}"


def routes() -> list[Route]:
    """The routes of connections and link resources."""
    return [
        Route("GET", f"{ACCOUNT}/privateLinkResources", _link_resources),
        Route("GET", f"{ACCOUNT}/privateEndpointConnections", _list),
        Route("GET", _CONNECTION, _get),
        Route("PUT", _CONNECTION, _put),
        Route("DELETE", _CONNECTION, _delete),
    ]


def _link_resources(call: Call) -> Response:
    account = find_account(call)
    resources = [
        {
            "id": f"{account.id}/privateLinkResources/{service}",
            "name": service,
            "type": "Microsoft.Storage/storageAccounts/privateLinkResources",
            "properties": {
                "groupId": service,
                "requiredMembers": [service],
                "requiredZoneNames": [zone(call.arm, service)],
            },
        }
        for service in services(account)
    ]
    return Response(200, {"value": resources})


def _list(call: Call) -> Response:
    account = find_account(call)
    return Response(200, {"value": [connection.document for connection in connections(call.arm, account)]})


def _get(call: Call) -> Response:
    find_account(call)
    return Response(200, call.arm.store.get(call.id).document)


def _put(call: Call) -> Response:
    arm, account = call.arm, find_account(call)
    connection = arm.store.get(call.id)
    state = (call.body.get("properties") or {}).get("privateLinkServiceConnectionState") or {}
    wanted, shown = state.get("status"), connection.properties["privateLinkServiceConnectionState"]
    if not is_status(wanted):
        raise ArmError(400, "InvalidRequestContent", f"'{wanted}' is not a status of a private endpoint connection.")
    rejected = shown["status"] == "Rejected" and wanted == "Approved"
    again = bool(setting(arm, "storage_rejected_can_be_approved"))
    if wanted == shown["status"] or (rejected and not again):
        # Azure/azure-rest-api-specs#30308; a rejected one: azure-cli ``test_storage_account_private_endpoint.yaml``
        raise ArmError(
            400,
            "InvalidValuesForRequestParameters",
            "Values for request parameters are invalid: privateLinkServiceConnectionState.status.",
        )
    if not may_become(shown["status"], wanted, rejected_can_be_approved=again):
        raise refusal(arm, "connection_state", f"A connection that is {shown['status']} cannot become {wanted}.")
    shown.update(status=wanted, description=state.get("description") or "")
    show_connections(arm, account)
    _tell_endpoint(arm, connection, wanted, shown["description"])
    return Response(200, connection.document)


def _delete(call: Call) -> Response:
    arm, account = call.arm, find_account(call)
    connection = arm.store.find(call.id)
    if connection is None:
        return Response(204)
    arm.store.remove(connection.id)
    show_connections(arm, account)
    _tell_endpoint(arm, connection, "Disconnected", "The connection was deleted by the owner of the storage account.")
    return Response(200)


def _tell_endpoint(arm: Arm, connection: Resource, status: str, description: str) -> None:
    if arm.private_link.endpoints is not None:
        arm.private_link.endpoints.set_state(endpoint_id(connection), status, description)
