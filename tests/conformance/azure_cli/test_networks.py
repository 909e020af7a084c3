"""Virtual networks and subnets."""

from __future__ import annotations

import pytest

from ..evidence import GROUPS, Evidence
from .cli import AzureCli

IN = "--resource-group rg-networks"
NETWORKS = f"{GROUPS}/rg-networks/providers/Microsoft.Network/virtualNetworks"


@pytest.fixture(scope="module", autouse=True)
def group(az: AzureCli) -> None:
    az("group create --name rg-networks --location westeurope")


def test_a_network_from_beginning_to_end(az: AzureCli, evidence: Evidence) -> None:
    subnet = "--subnet-name endpoints --subnet-prefixes 10.2.1.0/24"
    made = az(f"network vnet create {IN} --name vnet-story --address-prefixes 10.2.0.0/16 {subnet}")["newVNet"]
    assert az.sent() == [
        "GET resourcegroups 2024-11-01 200",
        "PUT virtualNetworks 2025-07-01 201",
        "GET operations 2025-07-01 200",
        "GET virtualNetworks 2025-07-01 200",
    ]
    assert (made["location"], made["provisioningState"]) == ("westeurope", "Succeeded")
    assert [one["name"] for one in made["subnets"]] == ["endpoints"]

    of = f"{IN} --vnet-name vnet-story --name endpoints"
    assert az(f"network vnet subnet show {of}")["privateEndpointNetworkPolicies"] == "Disabled"
    assert az.sent() == ["GET subnets 2024-07-01 200"]
    changed = az(f"network vnet subnet update {of} --private-endpoint-network-policies Enabled")
    assert changed["privateEndpointNetworkPolicies"] == "Enabled"
    assert [one["name"] for one in az(f"network vnet list {IN}")] == ["vnet-story"]
    assert az(f"network vnet subnet list-available-ips {of}")[0] == "10.2.1.4"

    az(f"network vnet delete {IN} --name vnet-story")
    assert evidence.document(f"{NETWORKS}/vnet-story") is None
    assert az.refused(f"network vnet show {IN} --name vnet-story") == (3, "ResourceNotFound")
