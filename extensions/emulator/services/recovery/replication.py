"""Site Recovery's own writes, as far as replication between Azure regions needs them.

Sources: azure-rest-api-specs ``recoveryservicessiterecovery`` (paths and bodies; PUT and DELETE are long operations, as
is POST ``remove``); azure-cli-extensions recording ``test_siterecovery_vault_scenarios.yaml`` (202 without a body, both
headers with ``/Subscriptions/`` in capitals, the body of a poll); a public lab script for the order.
"""

from __future__ import annotations

import typing as t

from ... import long_operation, permission
from ...arm import Arm, Call, Route
from ...operations import Operation
from ...store import Resource
from ...wire import JSON, ArmError, Response, fold, not_found, parent
from . import records as recovery_records
from . import replication_records as replication
from .documents import VAULT, check_region, find_vault
from .history import attempted, records
from .replication_items import protect
from .settings import refusal

_DIALECT = long_operation.Dialect(
    "replicationOperationStatus", "operationresults", repeats_status=False, named=True, timed=True
)
_READ = "Microsoft.RecoveryServices/vaults/read"
FABRIC = f"{VAULT}/replicationFabrics/{{fabric}}"
CONTAINER = f"{FABRIC}/{replication.CONTAINERS}/{{container}}"
#: Pattern of one resource -> its kind of record.
_RESOURCES: dict[str, str] = {
    FABRIC: "fabrics",
    f"{VAULT}/replicationPolicies/{{policy}}": "replication_policies",
    CONTAINER: "replication_containers",
    f"{CONTAINER}/{replication.MAPPINGS}/{{mapping}}": "replication_mappings",
    f"{CONTAINER}/{replication.ITEMS}/{{item}}": "replication_protected_items",
}


def routes() -> list[Route]:
    """The routes of what is written; lists of a whole vault are among those of ``recovery_lists``."""
    found = [
        Route("GET", f"{VAULT}/replicationOperationStatus/{{operation}}", _poll, _READ),
        Route("GET", f"{VAULT}/{{+resource}}/operationresults/{{operation}}", _result, _READ),
    ]
    for pattern, kind in _RESOURCES.items():
        found += [
            Route("GET", pattern, _handler(_get, kind)),
            Route("PUT", pattern, _handler(_put, kind)),
        ]
        if kind != "replication_containers":
            found.append(Route("DELETE", pattern, _handler(_remove, kind)))
        if kind != "replication_policies":
            found.append(Route("POST", f"{pattern}/remove", _handler(_remove, kind)))
        if pattern.startswith(FABRIC + "/"):
            found.append(Route("GET", pattern.rpartition("/")[0], _handler(_list, kind)))
    return found


def _handler(handle: t.Callable[[Call, str], Response], kind: str) -> t.Callable[[Call], Response]:
    return lambda call: handle(call, kind)


def _get(call: Call, kind: str) -> Response:
    return Response(200, _record(find_vault(call), kind, call.id))


def _list(call: Call, kind: str) -> Response:
    vault = find_vault(call)
    _parent_of(vault, call.id)
    return Response(200, {"value": replication.below(vault, kind, call.id.rpartition("/")[0]), "nextLink": None})


def _put(call: Call, kind: str) -> Response:
    """Accept a new resource; what exists already stays as it is (unverified for everything but policies)."""
    vault = find_vault(call)
    known = replication.find_record(vault, kind, call.id)
    if known is not None:
        return _accepted(call, vault, "replication.write", lambda operation: None)
    if kind == "replication_protected_items":
        enable = protect(call, vault, _parent_of(vault, parent(call.id)))
        attempted(call.arm, vault, "replication")
        return _accepted(call, vault, "replication.enable", enable)
    made = {
        "fabrics": _new_fabric,
        "replication_policies": _new_policy,
        "replication_containers": _new_container,
        "replication_mappings": _new_mapping,
    }[kind](call, vault)

    def done(operation: Operation) -> None:
        made()
        _log(call, vault)

    return _accepted(call, vault, "replication.write", done)


def _new_fabric(call: Call, vault: Resource) -> t.Callable[[], t.Any]:
    """A fabric is where protection begins: a vault that has had one is no longer new."""
    details = _properties(call).get("customDetails") or {}
    if details.get("instanceType") != "Azure" or not details.get("location"):
        raise refusal(call.arm, "replication_request", "A fabric needs customDetails of Azure with a location.")
    check_region(call.arm, details["location"])
    attempted(call.arm, vault, "replication")
    return lambda: replication.add_fabric(vault, call["fabric"], details["location"])


def _new_policy(call: Call, vault: Resource) -> t.Callable[[], t.Any]:
    details = _provider_input(call, _properties(call).get("providerSpecificInput"))
    return lambda: replication.add_policy(vault, call["policy"], details)


def _new_container(call: Call, vault: Resource) -> t.Callable[[], t.Any]:
    for details in _properties(call).get("providerSpecificInput") or []:
        _provider_input(call, details)
    fabric = _parent_of(vault, parent(call.id))
    return lambda: replication.add_container(vault, fabric, call["container"])


def _new_mapping(call: Call, vault: Resource) -> t.Callable[[], t.Any]:
    given = _properties(call)
    source = _parent_of(vault, parent(call.id))
    target = _record(vault, "replication_containers", str(given.get("targetProtectionContainerId") or "/"))
    policy = _record(vault, "replication_policies", str(given.get("policyId") or "/"))
    details = _provider_input(call, given.get("providerSpecificInput"))
    updates = details.get("agentAutoUpdateStatus") or "Disabled"
    return lambda: replication.add_mapping(vault, source, call["mapping"], target, policy, updates)


def _remove(call: Call, kind: str) -> Response:
    """Remove a resource. POST ``remove`` refuses while something depends on it, DELETE takes along what is below."""
    vault, forced = find_vault(call), call.request.method == "DELETE"
    resource_id = call.id if forced else call.id.rpartition("/")[0]
    document = replication.find_record(vault, kind, resource_id)
    if document is None:
        return Response(204)
    users = [
        each["name"]
        for other in replication.KINDS
        for each in records(vault, other)
        if fold(str(each["properties"].get("policyId", ""))) == fold(document["id"])
        or (not forced and each in replication.below(vault, other, document["id"]))
    ]
    if users:
        raise refusal(call.arm, "replication_in_use", f"'{document['name']}' is still used by {', '.join(users)}.")

    def done(operation: Operation) -> None:
        replication.remove_record(vault, document)
        _log(call, vault)

    return _accepted(call, vault, "replication.remove", done, result_status=204)


def _accepted(
    call: Call, vault: Resource, kind: str, done: t.Callable[[Operation], None], result_status: int = 200
) -> Response:
    """Start the operation and answer 202 without a body."""
    arm = call.arm
    resource_id = call.id.removesuffix("/remove")
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


def _parent_of(vault: Resource, resource_id: str) -> JSON:
    """The fabric or container an id is or lies below. Raises 404."""
    parts = resource_id.split("/")
    depth = {"replicationfabrics": "fabrics", replication.CONTAINERS.lower(): "replication_containers"}
    while parts[-2].lower() not in depth:
        parts.pop()
    return _record(vault, depth[parts[-2].lower()], "/".join(parts))


def _record(vault: Resource, kind: str, resource_id: str) -> JSON:
    found = replication.find_record(vault, kind, resource_id)
    if found is None:
        raise (
            not_found(resource_id)
            if "/providers/" in resource_id
            else ArmError(400, "InvalidRequestContent", "The request does not name every resource it needs.")
        )
    return found


def _properties(call: Call) -> JSON:
    return t.cast(JSON, call.body.get("properties") or {})


def _provider_input(call: Call, details: JSON | None) -> JSON:
    """The provider's part of a body; the emulator knows replication between Azure regions only."""
    kind = (details or {}).get("instanceType")
    if kind != replication.AZURE_TO_AZURE:
        raise refusal(call.arm, "replication_request", f"'{kind}' is not {replication.AZURE_TO_AZURE}.")
    return t.cast(JSON, details)


def _log(call: Call, vault: Resource) -> None:
    arm: Arm = call.arm
    action = permission.action_of(call.request.method, call.id)
    recovery_records.log(arm, vault, action, "Succeeded", arm.clock.now())
