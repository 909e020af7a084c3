"""Which private addresses of a subnet are taken, and which come next."""

from __future__ import annotations

import ipaddress
import typing as t

from ...arm import Arm
from ...store import Resource
from ...wire import JSON, fold

INTERFACE = "Microsoft.Network/networkInterfaces"
ENDPOINT = "Microsoft.Network/privateEndpoints"

#: Azure keeps the first four addresses and the last one of each subnet (Microsoft Learn "Virtual network FAQ").
RESERVED_FIRST, RESERVED_LAST = 4, 1


def prefixes(subnet: Resource) -> list[str]:
    """The subnet's prefixes: clients send ``addressPrefix`` or ``addressPrefixes``."""
    properties = subnet.properties
    return list(properties.get("addressPrefixes") or [properties["addressPrefix"]])


def usable(subnet: Resource) -> t.Iterator[str]:
    """Every address a resource may take, in the order in which Azure hands them out."""
    for prefix in prefixes(subnet):
        network = ipaddress.ip_network(prefix)
        last = network.num_addresses - RESERVED_LAST
        for offset in range(RESERVED_FIRST, last):
            yield str(network[offset])


def is_usable(subnet: Resource, address: str) -> bool:
    """Whether a resource may take the address, if nobody has it."""
    try:
        wanted = ipaddress.ip_address(address)
    except ValueError:
        return False
    for prefix in prefixes(subnet):
        network = ipaddress.ip_network(prefix)
        if wanted in network:
            return RESERVED_FIRST <= int(wanted) - int(network.network_address) < network.num_addresses - RESERVED_LAST
    return False


def size(subnet: Resource) -> int:
    """How many addresses resources may take."""
    reserved = RESERVED_FIRST + RESERVED_LAST
    return sum(max(0, ipaddress.ip_network(prefix).num_addresses - reserved) for prefix in prefixes(subnet))


def configurations(arm: Arm, subnet_id: str) -> list[JSON]:
    """The IP configurations of all network interfaces in the subnet."""
    wanted = fold(subnet_id)
    return [
        configuration
        for interface in arm.store.below("", INTERFACE)
        for configuration in interface.properties["ipConfigurations"]
        if fold(configuration["properties"]["subnet"]["id"]) == wanted
    ]


def taken(arm: Arm, subnet_id: str) -> set[str]:
    """The addresses in use."""
    return {item["properties"]["privateIPAddress"] for item in configurations(arm, subnet_id)}


def free(arm: Arm, subnet: Resource) -> t.Iterator[str]:
    """The addresses nobody has, lowest first."""
    used = taken(arm, subnet.id)
    return (address for address in usable(subnet) if address not in used)


def show_attachments(arm: Arm, subnet_id: str) -> None:
    """Write ``ipConfigurations`` and ``privateEndpoints`` of a subnet anew.

    Both are absent, not empty, when nothing is attached (azure-cli recording
    ``test_network_private_endpoint_private_dns_zone_group.yaml``).
    """
    subnet = arm.store.find(subnet_id)
    if subnet is None:
        return
    wanted = fold(subnet_id)
    endpoints = [item for item in arm.store.below("", ENDPOINT) if fold(item.properties["subnet"]["id"]) == wanted]
    attached = {
        "ipConfigurations": [{"id": item["id"]} for item in configurations(arm, subnet_id)],
        "privateEndpoints": [{"id": endpoint.id} for endpoint in endpoints],
    }
    for name, items in attached.items():
        if items:
            subnet.properties[name] = items
        else:
            subnet.properties.pop(name, None)
