"""``Microsoft.RecoveryServices/vaults``: PUT, GET, PATCH, DELETE and the lists.

Sources: as named in ``recovery_operations``; azure-rest-api-specs ``recoveryservices`` for the statuses.
"""

from __future__ import annotations

import copy
import re
import typing as t
from dataclasses import replace

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, ArmError, Response, location
from . import deleted_vaults, identity, operations
from .documents import (
    STATE_FIELDS,
    VAULT,
    VAULT_TYPE,
    VAULTS,
    connections,
    encrypt,
    endpoint_id,
    etag,
    find_vault,
    judge_security,
    new_vault,
    show_connections,
    vault_id,
)
from .rules import check_delete, check_properties
from .settings import setting
from .versions import first_answer, known, listed, shown

_NAME = re.compile(r"[a-z][a-z0-9-]{1,49}", re.ASCII | re.IGNORECASE)
_IDENTITY_AT_ONCE_SINCE = "2024-04-01"
_READ_ONLY = {
    "provisioningState",
    "privateEndpointConnections",
    *STATE_FIELDS.values(),
    "backupStorageVersion",
    "secureScore",
    "bcdrSecurityLevel",
    "moveState",
    "moveDetails",
    "upgradeDetails",
}


def routes() -> list[Route]:
    """The routes of vaults."""
    return [
        Route("GET", "/subscriptions/{subscription}/providers/Microsoft.RecoveryServices/vaults", _list),
        Route("GET", VAULTS, _list_group),
        Route("PUT", VAULT, _put),
        Route("GET", VAULT, _get),
        Route("PATCH", VAULT, _patch),
        Route("DELETE", VAULT, _delete),
    ]


def _get(call: Call) -> Response:
    return Response(200, shown(find_vault(call), call.request.api_version))


def _body(call: Call) -> JSON:
    """The request's body, without the properties that its api-version does not know: they are ignored."""
    return {**call.body, "properties": known(call.body.get("properties") or {}, call.request.api_version)}


def _put(call: Call) -> Response:
    existing = call.arm.store.find(vault_id(call))
    return _replace(call, existing) if existing else _create(call)


def _create(call: Call) -> Response:
    arm, body = call.arm, _body(call)
    # Microsoft's list of naming rules; in which words the provider refuses is unverified.
    if not _NAME.fullmatch(call["vault"]):
        raise ArmError(400, "InvalidResourceName", f"The vault name '{call['vault']}' is invalid.")
    vault = new_vault(arm, vault_id(call), body["location"])
    check_properties(arm, vault, _merged(vault.properties, body.get("properties")))
    _lay(arm, vault, body, replace=True)
    lost = identity.forget_at_creation(vault)
    arm.store.put(vault)
    if operations.is_synchronous(call):
        vault.properties["provisioningState"] = "Succeeded"
        return Response(201, first_answer(vault, body["properties"], call.request.api_version))
    operation = operations.start(
        arm, "vault.create", vault.id, lambda: _settle(arm, vault, "Succeeded"), lambda: _settle(arm, vault, "Failed")
    )
    answer = copy.deepcopy(first_answer(vault, body["properties"], call.request.api_version))
    followed = replace(operation, id=arm.guid()) if lost else operation
    return Response(201, answer, operations.vault_headers(call, followed, location=False))


def _replace(call: Call, vault: Resource) -> Response:
    arm, body = call.arm, _body(call)
    wanted = body["location"]
    if location(wanted) != vault.document["location"]:
        raise ArmError(
            409,
            "InvalidResourceLocation",
            f"The resource '{vault.name}' already exists in location '{vault.document['location']}' in resource group "
            f"'{call['group']}'. A resource with the same name cannot be created in location '{location(wanted)}'. "
            "Please select a new resource name.",
        )
    identity.check_put(vault, body)
    check_properties(arm, vault, _merged(vault.properties, body.get("properties")))
    before = copy.deepcopy(vault.document)
    _lay(arm, vault, body, replace=True)
    if operations.is_synchronous(call):
        return Response(200, shown(vault, call.request.api_version))
    vault.properties["provisioningState"] = "Provisioning"

    def restore() -> None:
        vault.document = before
        show_connections(arm, vault)

    operation = operations.start(arm, "vault.update", vault.id, lambda: _settle(arm, vault, "Succeeded"), restore)
    answer = copy.deepcopy(shown(vault, call.request.api_version))
    return Response(200, answer, operations.vault_headers(call, operation, location=False))


def _patch(call: Call) -> Response:
    """202 without a body; the change shows when the operation has succeeded.

    Switching identities off, and the system-assigned one on, is done at once since 2024-04-01 (azure-cli
    ``test_backup_identity.yaml``); what is about user-assigned ones takes its time.
    """
    arm, body, vault = call.arm, _body(call), find_vault(call)
    wanted, current = identity.kinds(body.get("identity")), identity.kinds(vault.document.get("identity"))
    check_properties(arm, vault, _merged(vault.properties, body.get("properties")))
    alone = body.get("identity") is not None and not (set(call.body) - {"identity", "location"})
    if (
        alone
        and (not wanted or "UserAssigned" not in wanted | current)
        and call.request.api_version >= _IDENTITY_AT_ONCE_SINCE
    ):
        _lay(arm, vault, body, replace=False)
        return Response(200, shown(vault, call.request.api_version))
    operation = operations.start(arm, "vault.update", vault.id, lambda: _lay(arm, vault, body, replace=False))
    return Response(202, None, operations.vault_headers(call, operation))


def _delete(call: Call) -> Response:
    arm, vault = call.arm, call.arm.store.find(vault_id(call))
    if vault is None:
        return Response(204)
    check_delete(arm, vault)
    if operations.is_synchronous(call):
        _remove(arm, vault)
        return Response(200)
    operation = operations.start(arm, "vault.delete", vault.id, lambda: _remove(arm, vault), result_status=204)
    return Response(202, None, operations.vault_headers(call, operation))


def _list(call: Call) -> Response:
    return _page(call, f"/subscriptions/{call['subscription']}")


def _list_group(call: Call) -> Response:
    return _page(call, f"/subscriptions/{call['subscription']}/resourceGroups/{call['group']}")


def _page(call: Call, scope: str) -> Response:
    """One page; ``$skiptoken`` counts what was already given."""
    vaults = call.arm.store.below(scope, VAULT_TYPE)
    size = int(setting(call.arm, "vault_page_size"))
    token = call.request.query.get("$skiptoken", "0")
    if not token.isdigit():
        raise ArmError(400, "InvalidSkipToken", f"The skip token '{token}' is not valid.")
    start = int(token)
    document: JSON = {"value": [listed(vault, call.request.api_version) for vault in vaults[start : start + size]]}
    if start + size < len(vaults):
        query = f"api-version={call.request.api_version}&$skiptoken={start + size}"
        document["nextLink"] = f"{call.request.base_url}{call.id}?{query}"
    return Response(200, document)


def _lay(arm: Arm, vault: Resource, body: JSON, *, replace: bool) -> None:
    """Lay a body over the vault; properties are merged.

    PUT replaces the tags and PATCH does when it brings some. Who sends none sees none (``test_backup_vault.yaml``).
    """
    properties = _merged(vault.properties, body.get("properties"))
    identity.apply(arm, vault, body.get("identity"))
    encrypt(properties)
    vault.document["properties"] = properties
    judge_security(vault)
    if body.get("sku"):
        vault.document["sku"] = body["sku"]
    if replace:
        vault.document.pop("tags", None)
    if body.get("tags") is not None:
        vault.document["tags"] = body["tags"]
    vault.document["etag"] = etag(arm)


def _merged(current: JSON, wanted: JSON | None) -> JSON:
    """The properties with what a body brings laid over them; null and read-only properties change nothing."""
    result = copy.deepcopy(current)
    for name, value in (wanted or {}).items():
        if name in _READ_ONLY or value is None:
            continue
        result[name] = _merge(result.get(name), value)
        if name == "encryption" and "kekIdentity" in value:
            result[name]["kekIdentity"] = copy.deepcopy(value["kekIdentity"])  # one identity in place of another
    return result


def _merge(current: t.Any, wanted: t.Any) -> t.Any:
    if not isinstance(current, dict) or not isinstance(wanted, dict):
        return wanted
    return {**current, **{name: _merge(current.get(name), value) for name, value in wanted.items()}}


def _settle(arm: Arm, vault: Resource, state: str) -> None:
    vault.properties["provisioningState"] = state
    vault.document["etag"] = etag(arm)


def _remove(arm: Arm, vault: Resource) -> None:
    """Move the vault to those deleted; endpoints that led to it stay behind, disconnected."""
    left = [endpoint_id(connection) for connection in connections(arm, vault)]
    arm.store.remove(vault.id)
    deleted_vaults.remember(arm, vault)
    for each in left:
        if arm.private_link.endpoints is not None:
            arm.private_link.endpoints.set_state(each, "Disconnected", "The vault was deleted.")
