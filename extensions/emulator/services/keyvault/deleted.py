"""Deleted key vaults: their list, recovery by PUT and purge.

Sources: azure-cli recording ``test_keyvault_softdelete.yaml``; Microsoft Learn "Azure Key Vault soft-delete overview" (the
name of a deleted vault is taken).
"""

from __future__ import annotations

import copy
from datetime import datetime, timezone

from ... import long_operation
from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, ArmError, Response, location
from .documents import vault_id

DELETED_TYPE = "Microsoft.KeyVault/locations/deletedVaults"
_PROVIDER = "/subscriptions/{subscription}/providers/Microsoft.KeyVault"
_DELETED = _PROVIDER + "/locations/{location}/deletedVaults/{vault}"
_DIALECT = long_operation.Dialect("", "operationResults")
_DAY = 86400


def routes() -> list[Route]:
    """The routes of deleted vaults."""
    return [
        Route("GET", f"{_PROVIDER}/deletedVaults", _list),
        Route("GET", _DELETED, lambda call: Response(200, _find(call).document)),
        Route("POST", f"{_DELETED}/purge", _purge),
        Route(
            "GET",
            f"{_PROVIDER}/locations/{{location}}/operationResults/{{operation}}",
            lambda call: long_operation.result(call, call["operation"]),
            "",
        ),
    ]


def refuse_taken(arm: Arm, name: str) -> None:
    """Refuse the name of a deleted vault."""
    if any(gone.name.lower() == name.lower() for gone in arm.store.below("/", DELETED_TYPE)):
        raise ArmError(
            409,
            "ConflictError",
            "A vault with the same name already exists in deleted state. You need to either recover or purge existing key "
            "vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.",
        )


def remember(arm: Arm, vault: Resource) -> None:
    """A vault was deleted: list it, with what it takes to bring it back."""
    subscription = vault.id.strip("/").split("/")[1]
    region = location(vault.document["location"])
    now = arm.clock.now()
    purge = now + int(vault.properties["softDeleteRetentionInDays"]) * _DAY
    resource_id = (
        f"/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{region}/deletedVaults/{vault.name}"
    )
    properties: JSON = {
        "vaultId": vault.id,
        "location": region,
        "tags": vault.document.get("tags") or {},
        "deletionDate": _iso(now),
        "scheduledPurgeDate": _iso(purge),
    }
    if vault.properties.get("enablePurgeProtection"):
        properties["purgeProtectionEnabled"] = True
    document = {
        "id": resource_id,
        "name": vault.name,
        "type": "Microsoft.KeyVault/deletedVaults",
        "properties": properties,
    }
    arm.store.put(Resource(resource_id, document, {"vault": copy.deepcopy(vault.document)}))


def recover(call: Call) -> Resource:
    """Bring a vault back, without the private endpoint connections it had."""
    gone = next(
        (each for each in call.arm.store.below("/", DELETED_TYPE) if each.name.lower() == call["vault"].lower()), None
    )
    if gone is None:
        raise ArmError(404, "DeletedVaultNotFound", f"The deleted vault '{call['vault']}' could not be found.")
    document: JSON = {**gone.hidden["vault"], "id": vault_id(call)}
    document["properties"].pop("privateEndpointConnections", None)
    call.arm.store.remove(gone.id)
    return call.arm.store.put(Resource(document["id"], document))


def _find(call: Call) -> Resource:
    found = call.arm.store.find(call.id)
    if found is None:
        raise ArmError(404, "DeletedVaultNotFound", f"The deleted vault '{call['vault']}' could not be found.")
    return found


def _list(call: Call) -> Response:
    scope = f"/subscriptions/{call['subscription']}"
    return Response(200, {"value": [gone.document for gone in call.arm.store.below(scope, DELETED_TYPE)]})


def _purge(call: Call) -> Response:
    arm = call.arm
    gone = arm.store.get(call.id.rsplit("/", 1)[0])
    if gone.properties.get("purgeProtectionEnabled"):
        raise ArmError(403, "ForbiddenByPolicy", f"The vault '{gone.name}' has purge protection and cannot be purged.")
    operation = arm.operations.start(arm.guid(), "key_vault.purge", gone.id, lambda: arm.store.remove(gone.id))
    scope = f"/subscriptions/{call['subscription']}/providers/Microsoft.KeyVault/locations/{call['location']}"
    return Response(202, None, long_operation.headers(call, operation, _DIALECT, scope))


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
