"""``Microsoft.ClassicStorage/storageAccounts``: classic accounts can be read, nothing else.

Source: Microsoft Learn "Migrate classic storage accounts to Azure Resource Manager" (none can be created any more); the
document follows the type's public template reference, its values are unverified.
"""

from __future__ import annotations

from ...arm import Arm, Call, Route
from ...clouds import CLOUDS
from ...store import Resource
from ...wire import JSON, Response, location
from ..platform.world_ids import group_id

CLASSIC_TYPE = "Microsoft.ClassicStorage/storageAccounts"
_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers/" + CLASSIC_TYPE
_SERVICES = ("blob", "queue", "table", "file")


def routes() -> list[Route]:
    """Reading one and listing all."""
    return [
        Route("GET", "/subscriptions/{subscription}/providers/" + CLASSIC_TYPE, _list),
        Route("GET", _GROUP, _list),
        Route("GET", _GROUP + "/{account}", lambda call: Response(200, call.arm.store.get(call.id).document)),
    ]


def load(arm: Arm, world: JSON, entry: JSON) -> None:
    """One classic account of the world; ``account_type`` is its redundancy (``Standard-LRS``)."""
    region, name = location(entry.get("location", "westeurope")), entry["name"]
    suffix = CLOUDS[world.get("cloud", "AzureCloud")].storage_suffix
    resource_id = f"{group_id(world, entry)}/providers/{CLASSIC_TYPE}/{name}"
    arm.store.put(
        Resource(
            resource_id,
            {
                "id": resource_id,
                "name": name,
                "type": CLASSIC_TYPE,
                "location": region,
                "properties": {
                    "provisioningState": "Succeeded",
                    "status": "Created",
                    "endpoints": [f"https://{name}.{service}.{suffix}/" for service in _SERVICES],
                    "accountType": entry.get("account_type", "Standard-LRS"),
                    "geoPrimaryRegion": region,
                    "statusOfPrimaryRegion": "Available",
                    "creationTime": arm.clock.iso(),
                },
            },
        )
    )


def _list(call: Call) -> Response:
    scope = f"/subscriptions/{call['subscription']}"
    if "group" in call.parameters:
        scope += f"/resourceGroups/{call['group']}"
    return Response(200, {"value": [account.document for account in call.arm.store.below(scope, CLASSIC_TYPE)]})
