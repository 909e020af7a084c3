"""The long operations of Site Recovery: 202 without a body, both headers, and how they are watched.

Sources: azure-cli-extensions recordings ``test_siterecovery_vault_scenarios.yaml`` and ``test_siterecovery_A2A_selfcreated_scenarios.yaml``
(2022-08-01): paths with ``/Subscriptions/`` in capitals, every member of a poll's body always there.
"""

from __future__ import annotations

import typing as t

from ... import long_operation, permission
from ...arm import Call, Route
from ...operations import Operation
from ...store import Resource
from ...wire import JSON, Response
from . import records as recovery_records
from . import replication_records as replication
from .documents import VAULT, find_vault

_DIALECT = long_operation.Dialect(
    "replicationOperationStatus", "operationresults", repeats_status=False, named=True, timed=True
)
_READ = "Microsoft.RecoveryServices/vaults/read"


def routes() -> list[Route]:
    """The URLs that operations are watched through."""
    return [
        Route("GET", f"{VAULT}/replicationOperationStatus/{{operation}}", _poll, _READ),
        Route("GET", f"{VAULT}/{{+resource}}/operationresults/{{operation}}", _result, _READ),
    ]


def accepted(
    call: Call,
    vault: Resource,
    kind: str,
    done: t.Callable[[Operation], None],
    resource_id: str = "",
    result_status: int = 200,
) -> Response:
    """Start the operation and answer 202 without a body. ``resource_id``: what it works on, the request's path unless given."""
    arm = call.arm
    resource_id = resource_id or call.id
    operation = arm.operations.start(
        arm.guid(), kind, resource_id, lambda: done(operation), result_status=result_status
    )
    spelt = "/Subscriptions" + resource_id[len("/subscriptions") :]
    scope = "/".join(spelt.split("/")[: len(vault.id.split("/"))])
    return Response(
        202,
        None,
        {
            **long_operation.headers(call, operation, _DIALECT, scope, location=False),
            **long_operation.headers(call, operation, _DIALECT, spelt, status=False),
        },
    )


def log(call: Call, vault: Resource) -> None:
    """Write into the vault's activity log that what was asked for is done."""
    action = permission.action_of(call.request.method, call.id)
    recovery_records.log(call.arm, vault, action, "Succeeded", call.arm.clock.now())


def _poll(call: Call) -> Response:
    response = long_operation.poll(call, call["operation"], _DIALECT)
    reported: JSON = response.document
    response.document = {
        "error": reported.get("error"),
        "id": None,
        "name": reported["name"],
        "properties": None,
        "status": reported["status"],
        "startTime": reported["startTime"],
        "endTime": reported.get("endTime"),
        "percentComplete": None,
    }
    return response


def _result(call: Call) -> Response:
    vault = find_vault(call)

    def document(operation: Operation) -> JSON | None:
        found = (replication.find_record(vault, kind, operation.resource_id) for kind in replication.KINDS)
        return next((each for each in found if each is not None), None)

    return long_operation.result(call, call["operation"], document)
