"""``Microsoft.KeyVault/vaults``: PUT, GET, PATCH, DELETE and the lists, all synchronous.

Sources: azure-cli recordings ``test_keyvault_public_network_access.yaml`` (200 for a new vault too, ``RegisteringDns`` in the
first answer) and ``test_keyvault_softdelete.yaml`` (DELETE, deleted vaults, recovery); azure-rest-api-specs ``keyvault.json``
(``Vaults_CheckNameAvailability``, ``Vaults_UpdateAccessPolicy``).
"""

from __future__ import annotations

import copy

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, ArmError, Response, fold, location
from . import deleted
from .documents import (
    VAULT,
    VAULT_TYPE,
    VAULTS,
    check_name,
    check_new,
    connections,
    endpoint_id,
    find_vault,
    lay,
    new_vault,
    registered,
    vault_id,
)

_SCOPE = "/subscriptions/{subscription}/providers/Microsoft.KeyVault"
_PROVIDER = f"{_SCOPE}/vaults"


def routes() -> list[Route]:
    """The routes of vaults."""
    return [
        Route("POST", f"{_SCOPE}/checkNameAvailability", _check_name, "Microsoft.KeyVault/checkNameAvailability/read"),
        Route("GET", _PROVIDER, _list),
        Route("GET", VAULTS, _list),
        Route("PUT", VAULT, _put),
        Route("GET", VAULT, lambda call: Response(200, find_vault(call).document)),
        Route("PATCH", VAULT, _patch),
        Route("DELETE", VAULT, _delete),
        Route("PUT", f"{VAULT}/accessPolicies/{{kind}}", _policies),
    ]


def create(arm: Arm, resource_id: str, body: JSON) -> Resource:
    """Store a new vault. Raises what Azure refuses."""
    check_name(arm, resource_id.rsplit("/", 1)[-1])
    deleted.refuse_taken(arm, resource_id.rsplit("/", 1)[-1])
    return arm.store.put(new_vault(arm, resource_id, body))


def _put(call: Call) -> Response:
    arm, body = call.arm, call.body
    existing = arm.store.find(vault_id(call))
    if existing is not None:
        return _change(call, existing)
    if str((body.get("properties") or {}).get("createMode") or "").lower() == "recover":
        return Response(200, deleted.recover(call).document)
    check_new(body.get("properties") or {})
    vault = create(arm, vault_id(call), body)
    first = copy.deepcopy(vault.document)
    arm.scheduler.after(arm.seconds("key_vault.create"), lambda: registered(vault))
    return Response(200, first)


def _patch(call: Call) -> Response:
    return _change(call, find_vault(call))


def _change(call: Call, vault: Resource) -> Response:
    wanted = call.body.get("location")
    if wanted and location(wanted) != vault.document["location"]:
        raise ArmError(
            409,
            "InvalidResourceLocation",
            f"The resource '{vault.name}' already exists in location '{vault.document['location']}' in resource group "
            f"'{call['group']}'. A resource with the same name cannot be created in location '{location(wanted)}'. Please "
            "select a new resource name.",
        )
    lay(call.arm, vault, call.body)
    return Response(200, vault.document)


def _delete(call: Call) -> Response:
    """At once; the vault stays recoverable, and endpoints that led to it stay behind, disconnected."""
    arm, vault = call.arm, call.arm.store.find(vault_id(call))
    if vault is None:
        return Response(204)
    left = [endpoint_id(connection) for connection in connections(arm, vault)]
    deleted.remember(arm, vault)
    arm.store.remove(vault.id)
    for each in left:
        if arm.private_link.endpoints is not None:
            arm.private_link.endpoints.set_state(each, "Disconnected", "The key vault was deleted.")
    return Response(200)


def _check_name(call: Call) -> Response:
    """Whether a name is free; that of a deleted vault is not."""
    name = str(call.body.get("name") or "")
    try:
        check_name(call.arm, name)
        deleted.refuse_taken(call.arm, name)
    except ArmError as error:
        reason = "AccountNameInvalid" if error.status == 400 else "AlreadyExists"
        return Response(200, {"nameAvailable": False, "reason": reason, "message": error.message})
    return Response(200, {"nameAvailable": True})


def _policies(call: Call) -> Response:
    """Add access policies, take some away, or put others in their place; all else of the vault stays."""
    vault, kind = find_vault(call), call["kind"].lower()
    given: list[JSON] = list((call.body.get("properties") or {}).get("accessPolicies") or [])
    if kind not in ("add", "remove", "replace"):
        raise ArmError(400, "BadRequest", f"'{call['kind']}' is not a kind of change of access policies.")
    named = {fold(str(policy.get("objectId"))) for policy in given}
    kept = [policy for policy in vault.properties["accessPolicies"] if fold(str(policy["objectId"])) not in named]
    vault.properties["accessPolicies"] = given if kind == "replace" else kept + (given if kind == "add" else [])
    document: JSON = {
        "id": f"{vault.id}/accessPolicies/",
        "type": f"{VAULT_TYPE}/accessPolicies",
        "location": vault.document["location"],
        "properties": {"accessPolicies": vault.properties["accessPolicies"]},
    }
    return Response(200, document)


def _list(call: Call) -> Response:
    scope = f"/subscriptions/{call['subscription']}"
    if "group" in call.parameters:
        scope += f"/resourceGroups/{call['group']}"
    return Response(200, {"value": [vault.document for vault in call.arm.store.below(scope, VAULT_TYPE)]})
