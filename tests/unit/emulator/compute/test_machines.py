"""Virtual machines of the world file: where each is can be read from it, and its interface holds an address."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.extensions.emulator.world import WorldError
from ansible_collections.privatelink.recovery.tests.unit.emulator.client import SUBSCRIPTION_ID, Azure

GROUP = f"{SUBSCRIPTION_ID}/resourceGroups/rg-network"
MACHINES = f"{GROUP}/providers/Microsoft.Compute/virtualMachines"


def world(subnet: str = "machines") -> JSON:
    network = {
        "name": "app", "resource_group": "rg-network", "location": "westeurope", "address_prefixes": ["10.0.0.0/16"],
        "subnets": [{"name": "machines", "address_prefix": "10.0.0.0/28"}],
    }  # fmt: skip
    machine = {"name": "vm01", "resource_group": "rg-network", "virtual_network": "app", "subnet": subnet}
    return {
        "resource_groups": [{"name": "rg-network", "location": "westeurope"}],
        "virtual_networks": [network],
        "virtual_machines": [machine],
    }


def test_a_machine_leads_to_its_subnet() -> None:
    azure = Azure(world(), api="2024-07-01")
    machine = azure.get(f"{MACHINES}/vm01")
    assert (machine["location"], machine["type"]) == ("westeurope", "Microsoft.Compute/virtualMachines")
    assert [one["name"] for one in azure.get(MACHINES)["value"]] == ["vm01"]
    (reference,) = machine["properties"]["networkProfile"]["networkInterfaces"]
    interface = azure.get(reference["id"])
    assert interface["properties"]["virtualMachine"]["id"] == machine["id"]
    (configuration,) = interface["properties"]["ipConfigurations"]
    network = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/app"
    assert configuration["properties"]["subnet"]["id"] == f"{network}/subnets/machines"
    (subnet,) = azure.get(network)["properties"]["subnets"]
    assert len(subnet["properties"]["ipConfigurations"]) == 1
    assert azure.refused("GET", f"{MACHINES}/vm02")[0] == 404


def test_a_machine_without_a_subnet_is_no_world() -> None:
    with pytest.raises(WorldError, match="vm01: no subnet nowhere in app"):
        Azure(world("nowhere"))
