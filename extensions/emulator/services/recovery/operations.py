"""The long operations of vaults: their ids, headers and poll URLs in each api-version's manner.

Sources: azure-cli recordings ``test_backup_vault.yaml`` and ``test_backup_identity.yaml`` (2021-03-01),
azure-cli-extensions ``test_siterecovery_vault_scenarios.yaml`` (2022-04-01) and azure-powershell
``TestAzureVaultPublicNetworkAccess.json`` (2024-04-01).
"""

from __future__ import annotations

import base64
import typing as t

from ... import long_operation
from ...arm import Arm, Call, Route
from ...operations import Operation
from ...wire import JSON, Response, not_found
from .documents import CONNECTION_TYPE, VAULT, VAULT_TYPE
from .settings import setting
from .versions import shown

_NUMBERS = {"vault.create": 2047, "vault.update": 4095, "vault.delete": 1023}
#: Scope: the vault's id.
_VAULT_DIALECT = long_operation.Dialect("operationStatus", "operationResults", repeats_location=True, named=True)
_CONNECTION_DIALECT = long_operation.Dialect("operationsStatus", "operationResults", named=True, timed=True)
_FIRST_ASYNCHRONOUS = "2022-04-01"
_FIRST_WITHOUT_PERCENTAGE = "2023-02-01"


def is_synchronous(call: Call) -> bool:
    """Whether creating and deleting a vault is done at once in the request's api-version."""
    return call.request.api_version < _FIRST_ASYNCHRONOUS


def start(
    arm: Arm,
    kind: str,
    resource_id: str,
    done: t.Callable[[], None],
    failed: t.Callable[[], None] | None = None,
    result_status: int = 200,
) -> Operation:
    """Start an operation on a vault or a connection; the ids of vault operations are base64 of a number and a GUID."""
    operation_id = arm.guid()
    if kind in _NUMBERS:
        operation_id = base64.b64encode(f"{_NUMBERS[kind]};{operation_id}".encode()).decode()
    return arm.operations.start(operation_id, kind, resource_id, done, failed, result_status)


def vault_headers(call: Call, operation: Operation, *, location: bool = True) -> dict[str, str]:
    """The headers of an accepted write on a vault."""
    return long_operation.headers(call, operation, _VAULT_DIALECT, operation.resource_id, location=location)


def connection_headers(call: Call, operation: Operation, *, location: bool = True) -> dict[str, str]:
    """The headers of an accepted write on a connection.

    Source: azure-rest-api-specs ``recoveryservicesbackup`` examples ``PutPrivateEndpointConnection.json``.
    """
    return long_operation.headers(call, operation, _CONNECTION_DIALECT, operation.resource_id, location=location)


def routes() -> list[Route]:
    """The URLs that vault and connection operations are watched through."""
    connection = f"{VAULT}/privateEndpointConnections/{{connection}}"
    read = "Microsoft.RecoveryServices/vaults/read"
    read_connection = f"{CONNECTION_TYPE}/operationsStatus/read"
    return [
        Route("GET", f"{VAULT}/operationStatus/{{operation}}", _poll_vault, read),
        Route("GET", f"{VAULT}/operationResults/{{operation}}", _result, read),
        Route("GET", f"{connection}/operationsStatus/{{operation}}", _poll_connection, read_connection),
        Route("GET", f"{connection}/operationResults/{{operation}}", _result, read_connection),
    ]


def _poll_vault(call: Call) -> Response:
    response = long_operation.poll(call, call["operation"], _VAULT_DIALECT)
    operation = long_operation.find(call, call["operation"])
    ended = operation.kind == "vault.delete" and operation.status == "Succeeded"
    if ended and setting(call.arm, "vault_deletion_ends") == "not_found":
        raise not_found(operation.resource_id)
    if call.request.api_version < _FIRST_WITHOUT_PERCENTAGE:
        response.document["percentComplete"] = 0.0
    return response


def _poll_connection(call: Call) -> Response:
    return long_operation.poll(call, call["operation"], _CONNECTION_DIALECT)


def _result(call: Call) -> Response:
    return long_operation.result(call, call["operation"], lambda operation: _resource(call, operation))


def _resource(call: Call, operation: Operation) -> JSON | None:
    found = call.arm.store.find(operation.resource_id)
    if found is None:
        return None
    return shown(found, call.request.api_version) if found.document["type"] == VAULT_TYPE else found.document
