"""Virtual network gateways: what leads from a network to the outside. They are made by the world file and only read.

Source: azure-rest-api-specs ``specification/network/resource-manager/Microsoft.Network`` (``VirtualNetworkGateway``).
"""

from __future__ import annotations

from ...arm import Arm, Route
from ...store import Resource
from ...wire import JSON, location
from . import operations

GATEWAY = "Microsoft.Network/virtualNetworkGateways"


def routes(arm: Arm) -> list[Route]:
    """GET of one gateway and of those of a resource group."""
    path = f"{operations.GROUP_PATH}/virtualNetworkGateways"
    return [
        Route("GET", path, lambda call: operations.listed(arm.store.below(operations.group_of(call), GATEWAY))),
        Route("GET", path + "/{gateway}", lambda call: operations.shown(arm.store.get(call.id).document)),
    ]


def gateway(arm: Arm, gateway_id: str, subnet_id: str, item: JSON) -> Resource:
    """The gateway a network of the world file has (``gateway_type``: ExpressRoute unless it says Vpn)."""
    kind = item.get("gateway_type", "ExpressRoute")
    document: JSON = {
        "name": gateway_id.rsplit("/", 1)[-1],
        "id": gateway_id,
        "etag": arm.etag(),
        "type": GATEWAY,
        "location": location(item["location"]),
        "properties": {
            "provisioningState": "Succeeded",
            "gatewayType": kind,
            "vpnType": "RouteBased",
            "ipConfigurations": [
                {
                    "name": "default",
                    "id": f"{gateway_id}/ipConfigurations/default",
                    "properties": {"provisioningState": "Succeeded", "subnet": {"id": subnet_id}},
                }
            ],
        },
    }
    return arm.store.put(Resource(gateway_id, document))
