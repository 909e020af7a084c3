"""Site Recovery's own writes, as far as replication between Azure regions needs them.

Sources: azure-rest-api-specs ``recoveryservicessiterecovery`` (paths and bodies; PUT and DELETE are long operations, as
is POST ``remove``); azure-cli-extensions recording ``test_siterecovery_vault_scenarios.yaml`` (202 without a body, both
headers with ``/Subscriptions/`` in capitals, the body of a poll); a public lab script for the order.
"""

from __future__ import annotations

import typing as t

from ...arm import Call, Route
from ...operations import Operation
from ...store import Resource
from ...wire import JSON, ArmError, Response, fold, not_found, parent
from . import replication_records as replication
from .documents import VAULT, check_region, find_vault
from .history import attempted, records
from .replication_items import protect
from .replication_operations import accepted, log
from .settings import refusal

FABRIC = f"{VAULT}/replicationFabrics/{{fabric}}"
CONTAINER = f"{FABRIC}/{replication.CONTAINERS}/{{container}}"
#: Pattern of one resource -> its kind of record.
_RESOURCES: dict[str, str] = {
    FABRIC: "fabrics",
    f"{VAULT}/replicationPolicies/{{policy}}": "replication_policies",
    CONTAINER: "replication_containers",
    f"{CONTAINER}/{replication.MAPPINGS}/{{mapping}}": "replication_mappings",
    f"{CONTAINER}/{replication.ITEMS}/{{item}}": "replication_protected_items",
    f"{FABRIC}/{replication.NETWORKS}/{{network}}/{replication.NETWORK_MAPPINGS}/{{mapping}}": "network_mappings",
    f"{VAULT}/replicationRecoveryPlans/{{plan}}": "recovery_plans",
}
#: What has no POST ``remove`` of its own.
_DELETED_ONLY = ("replication_policies", "network_mappings", "recovery_plans")


def routes() -> list[Route]:
    """The routes of what is written; lists of a whole vault are among those of ``recovery_lists``."""
    found = [Route("PATCH", f"{VAULT}/replicationPolicies/{{policy}}", _change_policy)]
    for pattern, kind in _RESOURCES.items():
        found += [
            Route("GET", pattern, _handler(_get, kind)),
            Route("PUT", pattern, _handler(_put, kind)),
        ]
        if kind != "replication_containers":
            found.append(Route("DELETE", pattern, _handler(_remove, kind)))
        if kind not in _DELETED_ONLY:
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
    container = _parent_of(vault, call.id)
    found = replication.below(vault, kind, call.id.rpartition("/")[0])
    if kind == "replication_mappings":
        # Those to the container as well, as recorded (A2A, request 97).
        there = records(vault, kind)
        target = fold(container["id"])
        found += [each for each in there if fold(each["properties"]["targetProtectionContainerId"]) == target]
    return Response(200, {"value": found, "nextLink": None})


def _put(call: Call, kind: str) -> Response:
    """Accept a new resource; what exists already stays as it is (unverified for everything but policies)."""
    vault = find_vault(call)
    known = replication.find_record(vault, kind, call.id)
    if known is not None:
        return accepted(call, vault, "replication.write", lambda operation: None)
    if kind == "replication_protected_items":
        enable = protect(call, vault, _parent_of(vault, parent(call.id)))
        attempted(call.arm, vault, "replication")
        return accepted(call, vault, "replication.enable", enable)
    made = {
        "fabrics": _new_fabric,
        "replication_policies": _new_policy,
        "replication_containers": _new_container,
        "replication_mappings": _new_mapping,
        "network_mappings": _new_network_mapping,
        "recovery_plans": _new_plan,
    }[kind](call, vault)

    def done(operation: Operation) -> None:
        made()
        log(call, vault)

    return accepted(call, vault, "replication.write", done)


def _new_fabric(call: Call, vault: Resource) -> t.Callable[[], t.Any]:
    """A fabric is where protection begins: a vault that has had one is no longer new."""
    details = _properties(call).get("customDetails") or {}
    if details.get("instanceType") != "Azure" or not details.get("location"):
        raise refusal(call.arm, "replication_request", "A fabric needs customDetails of Azure with a location.")
    check_region(call.arm, details["location"])
    attempted(call.arm, vault, "replication")
    return lambda: replication.add_fabric(vault, call["fabric"], details["location"])


def _new_policy(call: Call, vault: Resource) -> t.Callable[[], t.Any]:
    details = _provider_input(call, _properties(call).get("providerSpecificInput"), replication.POLICY_PROVIDERS)
    return lambda: replication.add_policy(vault, call["policy"], details)


def _change_policy(call: Call) -> Response:
    """Another number of what a policy says; its provider stays."""
    vault = find_vault(call)
    policy = _record(vault, "replication_policies", call.id)
    shown = policy["properties"]["providerSpecificDetails"]
    details = _properties(call).get("replicationProviderSettings") or {}
    if details.get("instanceType") != shown["instanceType"]:
        raise refusal(call.arm, "replication_request", f"'{policy['name']}' is a policy of {shown['instanceType']}.")

    def done(operation: Operation) -> None:
        shown.update(replication.policy_details(details))
        log(call, vault)

    return accepted(call, vault, "replication.write", done)


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


def _new_network_mapping(call: Call, vault: Resource) -> t.Callable[[], t.Any]:
    given = _properties(call)
    source = _parent_of(vault, call.id)
    target = _record(vault, "fabrics", f"{vault.id}/replicationFabrics/{given.get('recoveryFabricName') or ''}")
    networks = (given.get("fabricSpecificDetails") or {}).get("primaryNetworkId"), given.get("recoveryNetworkId")
    for network in networks:
        if not network or call.arm.store.find(network) is None:
            raise refusal(call.arm, "replication_request", f"The virtual network '{network}' was not found.")
    return lambda: replication.add_network_mapping(
        vault, source, call["network"], call["mapping"], target, (str(networks[0]), str(networks[1]))
    )


def _new_plan(call: Call, vault: Resource) -> t.Callable[[], t.Any]:
    given = _properties(call)
    source, target = (
        _record(vault, "fabrics", str(given.get(name) or "/")) for name in ("primaryFabricId", "recoveryFabricId")
    )
    for group in given.get("groups") or []:
        for item in group.get("replicationProtectedItems") or []:
            _record(vault, "replication_protected_items", str(item.get("id") or "/"))
    return lambda: replication.add_plan(vault, call["plan"], source, target, given)


def _remove(call: Call, kind: str) -> Response:
    """Remove a resource. POST ``remove`` refuses while something depends on it, DELETE takes along what is below."""
    vault, forced = find_vault(call), call.request.method == "DELETE"
    resource_id = call.id if forced else call.id.rpartition("/")[0]
    document = replication.find_record(vault, kind, resource_id)
    if document is None:
        if kind == "replication_protected_items" and forced:
            raise _no_such_item(call)
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
        log(call, vault)

    duration = "replication.disable" if kind == "replication_protected_items" else "replication.remove"
    return accepted(call, vault, duration, done, resource_id, result_status=204)


def _no_such_item(call: Call) -> ArmError:
    text = f"Specified resource with name '{call['item']}' does not exist."
    detail = {
        "code": "ArmResourceDoesNotExist",
        "message": text,
        "possibleCauses": "Ensure correct resource name was specified.",
        "recommendedAction": "Verify ARM resource name details.",
        "clientRequestId": call.request.headers.get("x-ms-client-request-id"),
        "activityId": call.arm.guid(),
    }
    return ArmError(404, "NotFound", text, details=[detail])


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


def _provider_input(call: Call, details: JSON | None, known: tuple[str, ...] = (replication.AZURE_TO_AZURE,)) -> JSON:
    """The provider's part of a body. Of what replicates, only that between Azure regions is known."""
    kind = (details or {}).get("instanceType")
    if kind not in known:
        raise refusal(call.arm, "replication_request", f"'{kind}' is not one of {', '.join(known)}.")
    return t.cast(JSON, details)
