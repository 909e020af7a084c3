"""``vaults/privateEndpointConnections`` and ``privateLinkResources`` of key vaults.

Sources: azure-cli recordings ``test_keyvault_private_endpoint_connection.yaml`` (PUT: 200 with ``Azure-AsyncOperation``, the new
status at once, ``Updating`` for about 65 seconds, a rejection taken back; after a change an ``etag`` of 32 digits) and
``test_private_endpoint_connection_keyvault.yaml`` (DELETE: 202 with ``Location`` alone).
"""

from __future__ import annotations

import copy

from ... import long_operation
from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, ArmError, Response
from ..platform.connection_states import is_status, may_become
from .documents import GROUP_ID, VAULT, connections, endpoint_id, find_vault, show_connections, zone
from .settings import refusal, setting

_CONNECTION = f"{VAULT}/privateEndpointConnections/{{connection}}"
# The path of the status URL is not recorded; clients follow it as it is.
_DIALECT = long_operation.Dialect("operationStatuses", "operationResults")
_STATUS = (
    "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/operationStatuses/{operation}"
)


def routes() -> list[Route]:
    """The routes of connections and link resources."""
    return [
        Route("GET", f"{VAULT}/privateLinkResources", _link_resources),
        Route("GET", f"{VAULT}/privateEndpointConnections", _list),
        Route("GET", _CONNECTION, _get),
        Route("PUT", _CONNECTION, _put),
        Route("DELETE", _CONNECTION, _delete),
        Route("GET", _STATUS, lambda call: long_operation.poll(call, call["operation"], _DIALECT), ""),
    ]


def _link_resources(call: Call) -> Response:
    vault = find_vault(call)
    resource: JSON = {
        "id": f"{vault.id}/privateLinkResources/{GROUP_ID}",
        "name": GROUP_ID,
        "type": "Microsoft.KeyVault/vaults/privateLinkResources",
        "properties": {"groupId": GROUP_ID, "requiredMembers": ["default"], "requiredZoneNames": [zone(call.arm)]},
    }
    return Response(200, {"value": [resource]})


def _list(call: Call) -> Response:
    vault = find_vault(call)
    return Response(200, {"value": [connection.document for connection in connections(call.arm, vault)]})


def _get(call: Call) -> Response:
    find_vault(call)
    return Response(200, call.arm.store.get(call.id).document)


def _put(call: Call) -> Response:
    """Set the status; the endpoint knows when the operation is over."""
    arm, vault = call.arm, find_vault(call)
    connection = arm.store.get(call.id)
    state = (call.body.get("properties") or {}).get("privateLinkServiceConnectionState") or {}
    wanted, shown = state.get("status"), connection.properties["privateLinkServiceConnectionState"]
    if not is_status(wanted):
        raise ArmError(400, "InvalidRequestContent", f"'{wanted}' is not a status of a private endpoint connection.")
    again = bool(setting(arm, "key_vault_rejected_can_be_approved"))
    if wanted != shown["status"] and not may_become(shown["status"], wanted, rejected_can_be_approved=again):
        raise refusal(arm, "connection_state", f"A connection that is {shown['status']} cannot become {wanted}.")
    before = copy.deepcopy(connection.document)
    description = state.get("description") or ""
    shown.update(status=wanted, **({"description": description} if description else {}))
    connection.properties["provisioningState"] = "Updating"
    show_connections(arm, vault)

    def done() -> None:
        connection.properties["provisioningState"] = "Succeeded"
        connection.document["etag"] = arm.guid().replace("-", "")
        show_connections(arm, vault)
        _tell_endpoint(arm, connection, wanted, description)

    def failed() -> None:
        connection.document.clear()
        connection.document.update(before)
        show_connections(arm, vault)

    operation = arm.operations.start(arm.guid(), "key_vault.connection", connection.id, done, failed)
    headers = long_operation.headers(call, operation, _DIALECT, _scope(call, vault), location=False)
    return Response(200, copy.deepcopy(connection.document), headers)


def _delete(call: Call) -> Response:
    arm, vault = call.arm, find_vault(call)
    connection = arm.store.find(call.id)
    if connection is None:
        return Response(204)
    connection.properties["provisioningState"] = "Deleting"

    def done() -> None:
        arm.store.remove(connection.id)
        show_connections(arm, vault)
        _tell_endpoint(arm, connection, "Disconnected", "The connection was deleted by the owner of the key vault.")

    operation = arm.operations.start(arm.guid(), "key_vault.connection", connection.id, done)
    headers = long_operation.headers(call, operation, _DIALECT, _scope(call, vault), status=False)
    return Response(202, None, headers)


def _scope(call: Call, vault: Resource) -> str:
    region = vault.document["location"]
    return f"/subscriptions/{call['subscription']}/providers/Microsoft.KeyVault/locations/{region}"


def _tell_endpoint(arm: Arm, connection: Resource, status: str, description: str) -> None:
    if arm.private_link.endpoints is not None:
        arm.private_link.endpoints.set_state(endpoint_id(connection), status, description)
