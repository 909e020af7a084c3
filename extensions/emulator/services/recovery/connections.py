"""``vaults/privateEndpointConnections``: approve, reject, disconnect and remove from the vault's side.

Sources: azure-rest-api-specs ``recoveryservicesbackup`` (PUT answers 200 or 201 with ``Azure-AsyncOperation``; examples
``PutPrivateEndpointConnection.json`` and ``DeletePrivateEndpointConnection.json``).
"""

from __future__ import annotations

import copy

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, ArmError, Response
from ..platform.connection_states import is_status, may_become
from . import classic, names, operations
from .documents import (
    VAULT,
    connection_status,
    connections,
    endpoint_id,
    find_vault,
    show_connections,
)
from .history import forget_experience
from .settings import refusal, setting

# Templates of 2020-02-02 to 2022-10-01 on Microsoft Learn have ``actionRequired``, an export of 2023-06-01 ``actionsRequired``.
_SPELT_WITH_S = "2023-01-01"
_CONNECTION = f"{VAULT}/privateEndpointConnections/{{connection}}"


def routes() -> list[Route]:
    """The routes of connections. The list is in older api-versions only, azure-cli asks for it with 2021-07-01."""
    return [
        Route("GET", f"{VAULT}/privateEndpointConnections", _list),
        Route("GET", _CONNECTION, _get),
        Route("PUT", _CONNECTION, _put),
        Route("DELETE", _CONNECTION, _delete),
    ]


def _list(call: Call) -> Response:
    vault = find_vault(call)
    return Response(200, {"value": [_document(call, connection) for connection in connections(call.arm, vault)]})


def _document(call: Call, connection: Resource) -> JSON:
    """The connection in the request's api-version: older ones spell one property without an s, which the vault never does."""
    document = copy.deepcopy(connection.document)
    if call.request.api_version < _SPELT_WITH_S:
        state = document["properties"]["privateLinkServiceConnectionState"]
        state["actionRequired"] = state.pop("actionsRequired")
    return document


def _get(call: Call) -> Response:
    find_vault(call)
    return Response(200, _document(call, call.arm.store.get(call.id)))


def _put(call: Call) -> Response:
    """Set the status. The answer already shows it, ``provisioningState`` Pending until the endpoint knows."""
    arm, vault = call.arm, find_vault(call)
    connection = arm.store.get(call.id)
    state = (call.body.get("properties") or {}).get("privateLinkServiceConnectionState") or {}
    wanted, before = state.get("status"), connection_status(connection)
    if not is_status(wanted):
        raise ArmError(400, "InvalidRequestContent", f"'{wanted}' is not a status of a private endpoint connection.")
    description = state.get("description") or "None"
    if wanted == before:
        _show(arm, vault, connection, wanted, description, connection.properties["provisioningState"])
        return Response(200, _document(call, connection))
    _check_change(arm, before, wanted)
    old = copy.deepcopy(connection.document)
    _show(arm, vault, connection, wanted, description, "Pending")

    def done() -> None:
        _show(arm, vault, connection, wanted, description, _ends_as(arm, wanted))
        tell_endpoint(arm, connection, wanted, description)
        if wanted == "Approved":
            names.after_approval(arm, vault)
            classic.complete(arm, vault)

    def failed() -> None:
        connection.document = old
        show_connections(arm, vault)

    operation = operations.start(arm, "connection.update", connection.id, done, failed)
    status = int(setting(arm, "connection_put_status"))
    headers = operations.connection_headers(call, operation, location=status == 202)
    return Response(status, _document(call, connection), headers)


def _check_change(arm: Arm, before: str, wanted: str) -> None:
    if not may_become(before, wanted, rejected_can_be_approved=bool(setting(arm, "rejected_can_be_approved"))):
        raise refusal(arm, "connection_state", f"A connection that is {before} cannot become {wanted}.")


def _show(arm: Arm, vault: Resource, connection: Resource, status: str, description: str, provisioning: str) -> None:
    if arm.store.find(connection.id) is not connection:
        return
    connection.properties["provisioningState"] = provisioning
    connection.properties["privateLinkServiceConnectionState"] = {
        "status": status,
        "description": description,
        "actionsRequired": "None",
    }
    show_connections(arm, vault)


def _delete(call: Call) -> Response:
    arm, vault = call.arm, find_vault(call)
    connection = arm.store.find(call.id)
    if connection is None:
        return Response(204)
    connection.properties["provisioningState"] = "Deleting"

    def done() -> None:
        arm.store.remove(connection.id)
        forget_experience(vault, connections(arm, vault))
        show_connections(arm, vault)
        tell_endpoint(arm, connection, "Disconnected", "The connection was deleted by the owner of the vault.")

    def failed() -> None:
        connection.properties["provisioningState"] = "Failed"

    operation = operations.start(arm, "connection.delete", connection.id, done, failed, result_status=204)
    return Response(202, None, operations.connection_headers(call, operation))


def tell_endpoint(arm: Arm, connection: Resource, status: str, description: str) -> None:
    """Let the endpoint show what its connection has become."""
    if arm.private_link.endpoints is not None:
        arm.private_link.endpoints.set_state(endpoint_id(connection), status, description)


def _ends_as(arm: Arm, wanted: str) -> str:
    return str(setting(arm, "rejected_connections_end_as")) if wanted == "Rejected" else "Succeeded"
