"""Virtual machines, as far as their place matters: region and networks. Read only."""

from __future__ import annotations

from ..azure.client import Azure
from ..ids import parse_id, unique_ids
from ..wire import JSON, get_path
from .endpoint_names import NETWORK_API_VERSION

TYPE = "Microsoft.Compute/virtualMachines"
API_VERSION = "2024-07-01"
#: Which networks a machine is in: the machine names its interfaces, an interface its subnet.
READ = (f"{TYPE}/read", "Microsoft.Network/networkInterfaces/read")


def read_machine(azure: Azure, machine_id: str) -> JSON | None:
    """A virtual machine, or None."""
    return azure.find(machine_id, API_VERSION)


def networks_of_machine(azure: Azure, machine: JSON) -> list[str]:
    """The ids of the virtual networks a machine has an interface in; an interface that is gone counts for none."""
    interfaces = get_path(machine, "properties.networkProfile.networkInterfaces") or []
    found = [azure.find(str(one["id"]), NETWORK_API_VERSION) for one in interfaces if one.get("id")]
    subnets = [
        get_path(configuration, "properties.subnet.id")
        for interface in found
        for configuration in get_path(interface, "properties.ipConfigurations") or []
    ]
    return unique_ids(parse_id(str(subnet)).ancestor() for subnet in subnets if subnet)
