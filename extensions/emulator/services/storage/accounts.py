"""``Microsoft.Storage/storageAccounts``: PUT, GET, PATCH, DELETE, the lists, name checks and keys.

Sources: azure-cli recording ``test_network_private_endpoint_private_dns_zone_group.yaml`` (202 and ``Location`` for a
new account); azure-rest-api-specs ``specification/storage`` (the rest is synchronous).
"""

from __future__ import annotations

import copy
import typing as t

from ... import long_operation
from ...arm import Arm, Call, Route
from ...operations import Operation
from ...store import Resource
from ...wire import JSON, ArmError, Response, location
from .documents import (
    ACCOUNT,
    ACCOUNT_TYPE,
    ACCOUNTS,
    account_id,
    connections,
    encryption,
    endpoint_id,
    find_account,
    new_account,
    show_endpoints,
    tier_of,
)
from .rules import check_kind, check_kind_change, check_name, invalid_name, is_taken, network_rules
from .settings import setting

_PROVIDER = "/subscriptions/{subscription}/providers/Microsoft.Storage"
_DIALECT = long_operation.Dialect("", "asyncoperations")
_READ_ONLY = {
    "provisioningState",
    "privateEndpointConnections",
    "primaryEndpoints",
    "primaryLocation",
    "statusOfPrimary",
    "secondaryEndpoints",
    "secondaryLocation",
    "statusOfSecondary",
    "creationTime",
    "keyCreationTime",
    "networkAcls",
}


def routes() -> list[Route]:
    """The routes of accounts."""
    return [
        Route(
            "POST", f"{_PROVIDER}/checkNameAvailability", _check_name, "Microsoft.Storage/checknameavailability/read"
        ),
        Route("GET", f"{_PROVIDER}/locations/{{location}}/asyncoperations/{{operation}}", _result, ""),
        Route("GET", f"{_PROVIDER}/storageAccounts", _list),
        Route("GET", ACCOUNTS, _list),
        Route("PUT", ACCOUNT, _put),
        Route("GET", ACCOUNT, lambda call: Response(200, find_account(call).document)),
        Route("PATCH", ACCOUNT, _patch),
        Route("DELETE", ACCOUNT, _delete),
        Route("POST", f"{ACCOUNT}/listKeys", _list_keys),
    ]


def create(arm: Arm, resource_id: str, body: JSON) -> Resource:
    """Store a new account, still being created. Raises what Azure refuses."""
    kind, sku = str(body.get("kind")), str((body.get("sku") or {}).get("name"))
    check_name(arm, resource_id.rsplit("/", 1)[-1])
    check_kind(kind, sku)
    account = new_account(arm, resource_id, body["location"], kind, sku)
    _lay(arm, account, body)
    return arm.store.put(account)


def _put(call: Call) -> Response:
    arm, body = call.arm, call.body
    existing = arm.store.find(account_id(call))
    if existing is not None:
        _refuse_other_location(call, existing)
        return _change(call, existing)
    account = create(arm, account_id(call), body)
    if setting(arm, "storage_account_put") == "done":
        account.properties["provisioningState"] = "Succeeded"
        return Response(200, account.document)
    operation = arm.operations.start(
        arm.guid(),
        "storage_account.create",
        account.id,
        lambda: account.properties.update(provisioningState="Succeeded"),
        lambda: arm.store.remove(account.id),
    )
    scope = (
        f"/subscriptions/{call['subscription']}/providers/Microsoft.Storage/locations/{account.document['location']}"
    )
    return Response(202, None, long_operation.headers(call, operation, _DIALECT, scope))


def _patch(call: Call) -> Response:
    return _change(call, find_account(call))


def _change(call: Call, account: Resource) -> Response:
    """Change an account at once: what a body does not name stays, but ``networkAcls`` is replaced as a whole."""
    check_kind_change(call.arm, account, call.body.get("kind") or account.document["kind"])
    _lay(call.arm, account, call.body)
    return Response(200, account.document)


def _lay(arm: Arm, account: Resource, body: JSON) -> None:
    given: JSON = body.get("properties") or {}
    rules = network_rules(arm, given["networkAcls"]) if given.get("networkAcls") else None
    sku = (body.get("sku") or {}).get("name")
    if sku:
        check_kind(account.document["kind"], sku)
        account.document["sku"] = {"name": sku, "tier": tier_of(sku)}
    if body.get("kind"):
        account.document["kind"] = body["kind"]
    if body.get("tags") is not None:
        account.document["tags"] = dict(body["tags"])
    for name, value in given.items():
        if name not in _READ_ONLY and value is not None:
            account.properties[name] = copy.deepcopy(value)
    if given.get("encryption"):
        enabled = account.properties["creationTime"]
        account.properties["encryption"] = encryption(copy.deepcopy(given["encryption"]), enabled)
    if rules is not None:
        account.properties["networkAcls"] = rules
    show_endpoints(arm, account)


def _refuse_other_location(call: Call, account: Resource) -> None:
    wanted = call.body["location"]
    if location(wanted) != account.document["location"]:
        raise ArmError(
            409,
            "InvalidResourceLocation",
            f"The resource '{account.name}' already exists in location '{account.document['location']}' in resource "
            f"group '{call['group']}'. A resource with the same name cannot be created in location "
            f"'{location(wanted)}'. Please select a new resource name.",
        )


def _delete(call: Call) -> Response:
    """At once; endpoints that led to the account stay behind, disconnected."""
    arm, account = call.arm, call.arm.store.find(account_id(call))
    if account is None:
        return Response(204)
    left = [endpoint_id(connection) for connection in connections(arm, account)]
    arm.store.remove(account.id)
    for each in left:
        if arm.private_link.endpoints is not None:
            arm.private_link.endpoints.set_state(each, "Disconnected", "The storage account was deleted.")
    return Response(200)


def _list(call: Call) -> Response:
    scope = f"/subscriptions/{call['subscription']}"
    if "group" in call.parameters:
        scope += f"/resourceGroups/{call['group']}"
    return Response(200, {"value": [account.document for account in call.arm.store.below(scope, ACCOUNT_TYPE)]})


def _check_name(call: Call) -> Response:
    name = str(call.body.get("name") or "")
    if reason := invalid_name(name):
        return Response(200, {"nameAvailable": False, "reason": "AccountNameInvalid", "message": reason})
    if is_taken(call.arm, name):
        message = f"The storage account named {name} is already taken."
        return Response(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": message})
    return Response(200, {"nameAvailable": True})


def _list_keys(call: Call) -> Response:
    """The account's secrets: the only answer that holds them."""
    account = find_account(call)
    created = account.properties["keyCreationTime"]
    keys = [
        {"creationTime": created[name], "keyName": name, "value": value, "permissions": "FULL"}
        for name, value in zip(("key1", "key2"), account.hidden["keys"])
    ]
    return Response(200, {"keys": keys})


def _result(call: Call) -> Response:
    def document(operation: Operation) -> t.Any:
        found = call.arm.store.find(operation.resource_id)
        return found.document if found else None

    return long_operation.result(call, call["operation"], document)
