"""``locations/deletedVaults``: what is shown of a deleted vault, and how it is restored.

Sources: azure-cli recording ``test_vault_soft_delete_basic.yaml`` (names, documents, the two headers of ``undelete``, an empty
vault whose ``purgeAt`` is the moment of its deletion and that comes back all the same); azure-rest-api-specs
``DeletedVaults.tsp``. How long one is listed is unverified: the setting ``deleted_vault_days``.
"""

from __future__ import annotations

from ... import long_operation
from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, ArmError, Response
from . import operations
from .documents import VAULT_TYPE, show_connections
from .settings import refusal, setting

_TYPE = "Microsoft.RecoveryServices/locations/deletedVaults"
_LIST = "/subscriptions/{subscription}/providers/Microsoft.RecoveryServices/locations/{location}/deletedVaults"
_ONE = _LIST + "/{name}"
_DIALECT = long_operation.Dialect("operations", "operations", named=True, timed=True)
_DAY = 86400.0


def routes() -> list[Route]:
    """The list of a region, one of it, ``undelete`` and its poll."""
    read = f"{_TYPE}/read"
    return [
        Route("GET", _LIST, _list, read),
        Route("GET", _ONE, _get, read),
        Route("POST", _ONE + "/undelete", _undelete),
        Route("GET", _ONE + "/operations/{operation}", _poll, read),
    ]


def remember(arm: Arm, vault: Resource) -> None:
    """List a vault that was deleted now, for as long as Azure does."""
    _subscriptions, subscription, _groups, group, *_rest = vault.id.strip("/").split("/")
    region, now = vault.document["location"], arm.clock.iso()
    name = f"{group}_{arm.guid()}"
    document: JSON = {
        "id": _LIST.format(subscription=subscription, location=region) + f"/{name}",
        "name": name,
        "type": _TYPE,
        "location": region,
        "properties": {"vaultId": vault.id, "vaultDeletionTime": now, "purgeAt": now},
    }
    arm.store.put(Resource(document["id"], document, {"vault": vault}))
    arm.scheduler.after(float(setting(arm, "deleted_vault_days")) * _DAY, lambda: arm.store.remove(document["id"]))


def _list(call: Call) -> Response:
    return Response(200, {"value": [each.document for each in call.arm.store.below(call.id.rpartition("/")[0], _TYPE)]})


def _get(call: Call) -> Response:
    return Response(200, call.arm.store.get(call.id).document)


def _undelete(call: Call) -> Response:
    """Bring the vault back into the group that the body names, as it was but without its private endpoints."""
    arm, deleted = call.arm, call.arm.store.get(call.id.rpartition("/")[0])
    group = str((call.body.get("properties") or {}).get("recoveryResourceGroupId") or "")
    if arm.store.find(group) is None:
        raise ArmError(400, "InvalidRequestContent", "The recoveryResourceGroupId must be the id of a resource group.")
    before: Resource = deleted.hidden["vault"]
    vault_id = f"/{group.strip('/')}/providers/{VAULT_TYPE}/{before.name}"
    if arm.store.find(vault_id) is not None:
        raise refusal(arm, "undeleted_vault_exists", f"The vault '{vault_id}' exists.", 409)

    def done() -> None:
        vault = Resource(vault_id, {**before.document, "id": vault_id}, before.hidden)
        show_connections(arm, arm.store.put(vault))
        arm.store.remove(deleted.id)

    operation = operations.start(arm, "vault.undelete", deleted.id, done)
    return Response(202, None, long_operation.headers(call, operation, _DIALECT, deleted.id))


def _poll(call: Call) -> Response:
    return long_operation.poll(call, call["operation"], _DIALECT)
