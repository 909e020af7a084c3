"""Private DNS: zones, their links to virtual networks and their record sets."""

from __future__ import annotations

from ...arm import Arm, Route
from ...wire import JSON
from ..platform.world_ids import group_id, refused_as_world_error, resolve
from . import private_dns_operations as operations
from .private_dns_links import Links
from .private_dns_operations import ZONE
from .private_dns_records import Records
from .private_dns_zones import Zones


class PrivateDns:
    """The service."""

    def __init__(self, arm: Arm) -> None:
        self._zones, self._links, self.records = Zones(arm), Links(arm), Records(arm)

    def routes(self) -> list[Route]:
        """All routes of the service."""
        return operations.routes() + [
            route for part in (self._zones, self._links, self.records) for route in part.routes()
        ]

    def load(self, world: JSON) -> None:
        """Make the world's ``private_dns_zones`` with links and A records."""
        for item in world.get("private_dns_zones") or []:
            with refused_as_world_error(f"private DNS zone {item['name']}"):
                self._load_zone(world, item)

    def _load_zone(self, world: JSON, item: JSON) -> None:
        zone = self._zones.create(f"{group_id(world, item)}/providers/{ZONE}/{item['name']}", item.get("tags"))
        for link in item.get("virtual_network_links") or []:
            network = resolve(world, "virtual_networks", "Microsoft.Network/virtualNetworks", link["virtual_network"])
            self._links.check_overlap(zone, network)
            self._links.create(
                zone,
                link["name"],
                {
                    "properties": {
                        "virtualNetwork": {"id": network},
                        "resolutionPolicy": link.get("resolution_policy"),
                    }
                },
            )
        for record in item.get("records") or []:
            self.records.publish(
                zone.id,
                record["name"],
                record["ip_addresses"],
                record.get("time_to_live", 300),
                record.get("metadata") or {},
            )
