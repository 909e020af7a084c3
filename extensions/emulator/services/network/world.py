"""What the world file says about networks and endpoints that exist before the run."""

from __future__ import annotations

import typing as t

from ...arm import Arm
from ...store import Resource, type_of
from ...wire import JSON, fold, location
from ...world import WorldError
from ..platform.world_ids import group_id, resolve
from . import endpoint_request as requests
from .addresses import ENDPOINT, INTERFACE
from .endpoint_request import EndpointRequest
from .gateways import GATEWAY, gateway
from .interfaces import Interfaces
from .private_endpoints import PrivateEndpoints
from .publication import Publication
from .virtual_networks import NETWORK, VirtualNetworks
from .zone_groups import ZoneGroups

_API_VERSION = "2024-07-01"


class NetworkWorld:
    """Reads ``virtual_networks`` and ``private_endpoints``; what does not fit is an error when the world loads."""

    def __init__(
        self,
        arm: Arm,
        networks: VirtualNetworks,
        interfaces: Interfaces,
        endpoints: PrivateEndpoints,
        zone_groups: ZoneGroups,
        publication: Publication,
    ) -> None:
        self._arm, self._networks, self._interfaces = arm, networks, interfaces
        self._endpoints, self._zone_groups, self._publication = endpoints, zone_groups, publication

    def load_network(self, world: JSON, item: JSON) -> None:
        """One virtual network with its subnets and the addresses other machines hold in them."""
        network_id = f"{group_id(world, item)}/providers/{NETWORK}/{item['name']}"
        subnets = [
            {
                "name": subnet["name"],
                "properties": {
                    "addressPrefix": subnet["address_prefix"],
                    "privateEndpointNetworkPolicies": subnet.get("private_endpoint_network_policies", "Disabled"),
                    "delegations": [
                        {"name": service.replace("/", "."), "properties": {"serviceName": service}}
                        for service in subnet.get("delegations", [])
                    ],
                },
            }
            for subnet in item.get("subnets", [])
        ]
        body = {
            "location": item["location"],
            "tags": item.get("tags"),
            "properties": {
                "addressSpace": {"addressPrefixes": item["address_prefixes"]},
                "dhcpOptions": {"dnsServers": item.get("dns_servers", [])},
                "subnets": subnets,
            },
        }
        network = self._networks.create(network_id, body, _API_VERSION)
        network.properties["virtualNetworkPeerings"] = [
            self._peering(world, network_id, each) for each in item.get("peerings") or []
        ]
        if item.get("gateway"):
            self._gateway(group_id(world, item), network, item)
        for subnet in item.get("subnets", []):
            count = int(subnet.get("addresses_in_use", 0))
            if count:
                name = f"{item['name']}-{subnet['name']}-in-use"
                interface = self._interfaces.create(
                    f"{group_id(world, item)}/providers/{INTERFACE}/{name}", item["location"]
                )
                self._interfaces.occupy(interface, self._arm.store.get(f"{network_id}/subnets/{subnet['name']}"), count)

    def _peering(self, world: JSON, network_id: str, item: JSON) -> JSON:
        """A peering as the network's own document shows it (azure-rest-api-specs ``VirtualNetworkPeering``)."""
        remote = resolve(world, "virtual_networks", NETWORK, item["virtual_network"])
        name = f"to-{remote.rsplit('/', 1)[-1]}"
        return {
            "name": name,
            "id": f"{network_id}/virtualNetworkPeerings/{name}",
            "type": f"{NETWORK}/virtualNetworkPeerings",
            "etag": self._arm.etag(),
            "properties": {
                "provisioningState": "Succeeded",
                "peeringState": item.get("state", "Connected"),
                "remoteVirtualNetwork": {"id": remote},
                "allowVirtualNetworkAccess": True,
                "allowForwardedTraffic": False,
                "allowGatewayTransit": False,
                "useRemoteGateways": bool(item.get("use_remote_gateways")),
            },
        }

    def _gateway(self, group: str, network: Resource, item: JSON) -> None:
        """A virtual network gateway, and that the subnet it stands in shows it."""
        subnet = self._arm.store.find(f"{network.id}/subnets/GatewaySubnet")
        if subnet is None:
            raise WorldError(f"{network.id}: a gateway needs a subnet called GatewaySubnet")
        made = gateway(self._arm, f"{group}/providers/{GATEWAY}/{item['gateway']}", subnet.id, item)
        subnet.properties["ipConfigurations"] = [{"id": made.properties["ipConfigurations"][0]["id"]}]

    def load_endpoint(self, world: JSON, item: JSON) -> None:
        """One private endpoint, connected; ``zone_group`` (``{name, zones}``) is what a policy would have attached."""
        endpoint_id = f"{group_id(world, item)}/providers/{ENDPOINT}/{item['name']}"
        network = self._arm.store.find(resolve(world, "virtual_networks", NETWORK, item["virtual_network"]))
        if network is None:
            raise WorldError(f"private endpoint {item['name']}: no virtual network {item['virtual_network']}")
        if self._arm.store.find(f"{network.id}/subnets/{item['subnet']}") is None:
            raise WorldError(f"private endpoint {item['name']}: {network.name} has no subnet {item['subnet']}")
        status = item.get("status", "Approved")
        wanted = EndpointRequest(
            location(item.get("location") or network.document["location"]),
            f"{network.id}/subnets/{item['subnet']}",
            requests.AUTOMATIC if status == "Approved" else requests.MANUAL,
            item["name"],
            item["target"],
            (item.get("group_id", "AzureBackup"),),
        )
        endpoint = self._endpoints.create(endpoint_id, wanted, {}, status == "Approved")
        self._publication.connect(endpoint)
        if status not in ("Approved", "Pending"):
            self._publication.set_state(endpoint.id, status, status)
            self._decided(item["target"], endpoint.id, status)
        if "zone_group" in item:
            self._attach(world, endpoint, item["zone_group"])

    def _decided(self, target_id: str, endpoint_id: str, status: str) -> None:
        """The target's owner took that decision: its connection shows it as well."""
        for connection in self._arm.store.below(target_id, f"{type_of(target_id)}/privateEndpointConnections"):
            if fold(connection.properties["privateEndpoint"]["id"]) == fold(endpoint_id):
                connection.properties["privateLinkServiceConnectionState"]["status"] = status

    def _attach(self, world: JSON, endpoint: Resource, group: JSON) -> None:
        zones = [
            resolve(world, "private_dns_zones", "Microsoft.Network/privateDnsZones", zone)
            for zone in t.cast("list[str]", group["zones"])
        ]
        self._zone_groups.create(
            endpoint, group["name"], {zone.rsplit("/", 1)[-1].replace(".", "-"): zone for zone in zones}
        )
