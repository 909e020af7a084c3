"""Virtual machines of the world file, to be read.

Source: azure-rest-api-specs ``specification/compute/.../virtualMachine.json`` (document; the machine names its network
interfaces, an interface its subnet). Making, changing and deleting machines is not served.
"""

from __future__ import annotations

import typing as t

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, Response, location
from ...world import WorldError
from ..network import addresses, operations
from ..network.interfaces import Interfaces
from ..platform.world_ids import group_id, resolve

MACHINE = "Microsoft.Compute/virtualMachines"
NETWORK = "Microsoft.Network/virtualNetworks"
_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers/" + MACHINE


class Machines:
    """The service."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def routes(self) -> t.Iterable[Route]:
        """Get and list."""
        store = self._arm.store
        yield Route("GET", _GROUP, lambda call: operations.listed(store.below(operations.group_of(call), MACHINE)))
        yield Route("GET", _GROUP + "/{machine}", self._show)

    def load(self, world: JSON) -> None:
        """Make the machines of the world file, each with one interface in its subnet."""
        for entry in world.get("virtual_machines") or []:
            network = self._arm.store.find(resolve(world, "virtual_networks", NETWORK, entry["virtual_network"]))
            subnet = self._arm.store.find(f"{network.id}/subnets/{entry['subnet']}") if network else None
            if network is None or subnet is None:
                raise WorldError(
                    f"virtual machine {entry['name']}: no subnet {entry['subnet']} in {entry['virtual_network']}"
                )
            region, interfaces = network.document["location"], Interfaces(self._arm)
            group = group_id(world, entry)
            interface = interfaces.create(f"{group}/providers/{addresses.INTERFACE}/{entry['name']}-nic", region)
            interfaces.occupy(interface, subnet, 1)
            machine_id = f"{group}/providers/{MACHINE}/{entry['name']}"
            interface.properties["virtualMachine"] = {"id": machine_id}
            document = {
                "name": entry["name"],
                "id": machine_id,
                "type": MACHINE,
                "location": location(region),
                "properties": {
                    "vmId": self._arm.guid(),
                    "provisioningState": "Succeeded",
                    "networkProfile": {"networkInterfaces": [{"id": interface.id, "properties": {"primary": True}}]},
                },
            }
            self._arm.store.put(Resource(machine_id, document))

    def _show(self, call: Call) -> Response:
        return Response(200, self._arm.store.get(call.id).document)
