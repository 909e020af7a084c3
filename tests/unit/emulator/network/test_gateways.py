"""Gateways and peerings of the world file, as networks and subnets show them."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.extensions.emulator.world import WorldError
from ansible_collections.privatelink.recovery.tests.unit.emulator.client import SUBSCRIPTION_ID, Azure

GROUP = f"{SUBSCRIPTION_ID}/resourceGroups/rg-network"
NETWORKS = f"{GROUP}/providers/Microsoft.Network/virtualNetworks"
GATEWAY = f"{GROUP}/providers/Microsoft.Network/virtualNetworkGateways/gw"


def world(**hub: object) -> JSON:
    """A hub with a gateway and a spoke that uses it."""
    networks: list[JSON] = [
        {
            "name": "hub",
            "address_prefixes": ["10.0.0.0/16"],
            "gateway": "gw",
            "subnets": [{"name": "GatewaySubnet", "address_prefix": "10.0.0.0/27"}],
            **hub,
        },
        {
            "name": "spoke",
            "address_prefixes": ["10.1.0.0/16"],
            "peerings": [{"virtual_network": "hub", "use_remote_gateways": True}],
        },
    ]
    place = {"resource_group": "rg-network", "location": "westeurope"}
    return {
        "resource_groups": [{"name": "rg-network", "location": "westeurope"}],
        "virtual_networks": [{**place, **network} for network in networks],
    }


@pytest.mark.parametrize("kind", ["ExpressRoute", "Vpn"])
def test_a_gateway_is_shown_by_its_subnet_and_by_itself(kind: str) -> None:
    azure = Azure(world(gateway_type=kind), api="2024-05-01")
    shown = azure.get(f"{NETWORKS}/hub")["properties"]["subnets"][0]["properties"]["ipConfigurations"]
    assert shown == [{"id": f"{GATEWAY}/ipConfigurations/default"}]
    document = azure.get(GATEWAY)
    assert document["properties"]["gatewayType"] == kind
    assert (
        document["properties"]["ipConfigurations"][0]["properties"]["subnet"]["id"]
        == f"{NETWORKS}/hub/subnets/GatewaySubnet"
    )
    assert azure.get(GATEWAY.rsplit("/", 1)[0])["value"] == [document]


def test_a_peering_is_shown_by_its_network_and_survives_a_write() -> None:
    azure = Azure(world(), api="2024-05-01")
    spoke = azure.get(f"{NETWORKS}/spoke")
    (peering,) = spoke["properties"]["virtualNetworkPeerings"]
    assert peering["properties"]["remoteVirtualNetwork"] == {"id": f"{NETWORKS}/hub"}
    assert (peering["properties"]["peeringState"], peering["properties"]["useRemoteGateways"]) == ("Connected", True)
    azure.settled("PUT", f"{NETWORKS}/spoke", {"location": "westeurope", "properties": spoke["properties"]})
    assert azure.get(f"{NETWORKS}/spoke")["properties"]["virtualNetworkPeerings"] == [peering]


def test_a_gateway_needs_its_subnet() -> None:
    with pytest.raises(WorldError, match="needs a subnet called GatewaySubnet"):
        Azure(world(subnets=[]))
