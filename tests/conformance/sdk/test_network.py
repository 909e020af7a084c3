"""azure-mgmt-network: virtual networks and subnets."""

from __future__ import annotations

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.network.models import AddressSpace, Subnet, VirtualNetwork

from ..evidence import GROUPS, Evidence
from .clients import Clients

GROUP = "rg-network"
ENDPOINTS = {"name": "endpoints", "address_prefix": "10.2.1.0/24"}


def test_a_network_from_beginning_to_end(clients: Clients, evidence: Evidence) -> None:
    networks, subnets = clients.network.virtual_networks, clients.network.subnets
    wanted = VirtualNetwork(
        location="West Europe",
        address_space=AddressSpace(address_prefixes=["10.2.0.0/16"]),
        subnets=[Subnet(**ENDPOINTS)],
    )
    creation = networks.begin_create_or_update(GROUP, "vnet-story", wanted)
    assert creation.status() == "InProgress"
    made = clients.fits(creation.result())
    assert (made.location, made.address_space.address_prefixes) == ("westeurope", ["10.2.0.0/16"])
    assert [(one.name, one.private_endpoint_network_policies) for one in made.subnets] == [("endpoints", "Disabled")]

    policed = Subnet(address_prefix="10.2.2.0/24", private_endpoint_network_policies="Enabled")
    added = clients.fits(subnets.begin_create_or_update(GROUP, "vnet-story", "policed", policed).result())
    assert (added.provisioning_state, added.private_endpoint_network_policies) == ("Succeeded", "Enabled")
    listed = clients.fits(list(subnets.list(GROUP, "vnet-story")))
    assert [one.name for one in listed] == ["endpoints", "policed"]
    assert clients.fits(subnets.get(GROUP, "vnet-story", "policed")).address_prefix == "10.2.2.0/24"
    assert "vnet-story" in [one.name for one in clients.fits(list(networks.list(GROUP)))]
    tagged = clients.fits(networks.update_tags(GROUP, "vnet-story", {"tags": {"a": "b"}}))
    assert (tagged.tags, len(tagged.subnets)) == ({"a": "b"}, 2)

    usages = clients.fits(list(networks.list_usage(GROUP, "vnet-story")))
    assert [(one.current_value, one.unit) for one in usages] == [(0, "Count"), (0, "Count")]
    free = clients.fits(networks.check_ip_address_availability(GROUP, "vnet-story", ip_address="10.2.1.4"))
    assert free.available is True

    subnets.begin_delete(GROUP, "vnet-story", "policed").wait()
    with pytest.raises(ResourceNotFoundError):
        subnets.get(GROUP, "vnet-story", "policed")
    networks.begin_delete(GROUP, "vnet-story").wait()
    assert evidence.document(f"{GROUPS}/{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-story") is None


def test_subnets_that_cannot_be(clients: Clients) -> None:
    outside = Subnet(address_prefix="10.9.0.0/24")
    with pytest.raises(HttpResponseError) as caught:
        clients.network.subnets.begin_create_or_update(GROUP, "vnet-app", "outside", outside)
    assert (caught.value.status_code, caught.value.error.code) == (400, "NetcfgSubnetRangeOutsideVnet")
    with pytest.raises(ResourceNotFoundError) as missing:
        clients.network.virtual_networks.get(GROUP, "vnet-none")
    assert missing.value.error.code == "ResourceNotFound"


def test_an_application_security_group_from_beginning_to_end(clients: Clients, evidence: Evidence) -> None:
    groups = clients.network.application_security_groups
    made = clients.fits(groups.begin_create_or_update(GROUP, "asg-story", {"location": "West Europe"}).result())
    assert (made.location, made.provisioning_state) == ("westeurope", "Succeeded")
    assert clients.fits(groups.update_tags(GROUP, "asg-story", {"tags": {"a": "b"}})).tags == {"a": "b"}
    assert [one.name for one in clients.fits(list(groups.list(GROUP)))] == ["asg-story"]
    assert "asg-story" in [one.name for one in clients.fits(list(groups.list_all()))]
    groups.begin_delete(GROUP, "asg-story").wait()
    assert evidence.document(made.id) is None
