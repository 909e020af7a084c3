"""Microsoft.Network without DNS: virtual networks, interfaces, private endpoints and their zone groups."""

from __future__ import annotations

from ...arm import Arm, Route
from ...wire import JSON
from ..platform.world_ids import refused_as_world_error
from . import endpoint_types, gateways, operations
from .interfaces import Interfaces
from .private_endpoints import PrivateEndpoints
from .publication import Publication
from .security_groups import ApplicationSecurityGroups, NetworkSecurityGroups
from .subnets import Subnets
from .virtual_networks import VirtualNetworks
from .world import NetworkWorld
from .zone_groups import ZoneGroups


class Network:
    """The service. It is the endpoint side of ``arm.private_link`` from the moment it is made."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self._networks, self._subnets, self._interfaces = VirtualNetworks(arm), Subnets(arm), Interfaces(arm)
        self._zone_groups = ZoneGroups(arm)
        self._security_groups = ApplicationSecurityGroups(arm), NetworkSecurityGroups(arm)
        self._publication = Publication(arm, self._interfaces, self._zone_groups)
        self._endpoints = PrivateEndpoints(arm, self._interfaces, self._zone_groups, self._publication)
        arm.private_link.endpoints = self._publication
        arm.private_link.maker = self._endpoints

    def routes(self) -> list[Route]:
        """All routes of the service."""
        parts = (
            self._networks,
            self._subnets,
            self._interfaces,
            self._endpoints,
            self._zone_groups,
            *self._security_groups,
        )
        found = operations.routes() + gateways.routes(self._arm) + endpoint_types.routes()
        return found + [route for part in parts for route in part.routes()]

    def load(self, world: JSON) -> None:
        """Networks at once; endpoints when every service has loaded, because they lead to vaults and zones."""
        reader = NetworkWorld(
            self._arm, self._networks, self._interfaces, self._endpoints, self._zone_groups, self._publication
        )
        for item in world.get("virtual_networks") or []:
            with refused_as_world_error(f"virtual network {item['name']}"):
                reader.load_network(world, item)

        def load_endpoints() -> None:
            for item in world.get("private_endpoints") or []:
                with refused_as_world_error(f"private endpoint {item['name']}"):
                    reader.load_endpoint(world, item)

        self._arm.scheduler.after(0, load_endpoints)
