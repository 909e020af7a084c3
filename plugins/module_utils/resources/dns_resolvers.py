"""Azure DNS Private Resolver: documents of resolvers and endpoints, and which subnets can take them.

Sources: https://learn.microsoft.com/azure/templates/microsoft.network/dnsresolvers,
https://learn.microsoft.com/azure/dns/dns-private-resolver-overview (virtual network and subnet restrictions),
https://learn.microsoft.com/rest/api/dnsresolver/dns-resolvers/create-or-update (``If-Match`` and ``If-None-Match``).
"""

from __future__ import annotations

import ipaddress

from ..engine.resource import Kind
from ..engine.spec import Option, a_region, an_id
from ..engine.tags import tags
from ..ids import fold_id, parse_id
from ..wire import JSON, get_path

RESOLVER = "Microsoft.Network/dnsResolvers"
INBOUND, OUTBOUND = f"{RESOLVER}/inboundEndpoints", f"{RESOLVER}/outboundEndpoints"
SUBNET = "Microsoft.Network/virtualNetworks/subnets"
API_VERSION = "2022-07-01"
LARGEST, SMALLEST = 24, 28
_READ_ONLY = (
    "id",
    "name",
    "type",
    "etag",
    "systemData",
    "properties.provisioningState",
    "properties.resourceGuid",
    "properties.dnsResolverState",
)
_LOCATION = Option(to="location", fold=a_region, immutable=True)
RESOLVER_KIND = Kind(
    RESOLVER,
    API_VERSION,
    {
        "location": _LOCATION,
        "virtual_network": Option(to="properties.virtualNetwork.id", fold=an_id, immutable=True),
        "tags": tags("tags"),
    },
    read_only=_READ_ONLY,
    if_none_match=True,
    if_match=True,
    recreate="A resolver stays in its network: name another resolver, or delete this one and its endpoints first.",
)
_CONFIGURATION = "properties.ipConfigurations.0"
INBOUND_KIND = Kind(
    INBOUND,
    API_VERSION,
    {
        "location": _LOCATION,
        "subnet": Option(to=f"{_CONFIGURATION}.subnet.id", fold=an_id, immutable=True),
        "private_ip_address": Option(to=f"{_CONFIGURATION}.privateIpAddress", immutable=True),
    },
    read_only=_READ_ONLY,
    if_none_match=True,
    if_match=True,
    recreate="Servers forward to the address it has: make another endpoint, let them forward there, then delete this one.",
)
OUTBOUND_KIND = Kind(
    OUTBOUND,
    API_VERSION,
    {"location": _LOCATION, "subnet": Option(to="properties.subnet.id", fold=an_id, immutable=True)},
    read_only=_READ_ONLY,
    if_none_match=True,
    if_match=True,
    recreate="Name another endpoint, or delete this one first.",
)


def address_of(endpoint: JSON | None) -> str:
    """The address at which an inbound endpoint answers; empty when it has none yet."""
    return str(get_path(endpoint, f"{_CONFIGURATION}.privateIpAddress") or "")


def unfit(subnet_id: str, network_id: str, network: JSON, endpoint_id: str) -> str:
    """Why a subnet cannot take an endpoint, as a sentence with the remedy; empty when it can."""
    if fold_id(parse_id(subnet_id, SUBNET, option="subnet").ancestor()) != fold_id(network_id):
        return f"{subnet_id} is not in the resolver's network {network_id}; name a subnet of that network."
    subnets = get_path(network, "properties.subnets") or []
    subnet = next((item for item in subnets if fold_id(item.get("id")) == fold_id(subnet_id)), None)
    if subnet is None:
        return f"{subnet_id} does not exist; make it, between /{LARGEST} and /{SMALLEST}, delegated to {RESOLVER}."
    properties = subnet.get("properties") or {}
    prefixes = properties.get("addressPrefixes") or [properties.get("addressPrefix") or ""]
    sizes = [ipaddress.ip_network(prefix).prefixlen for prefix in prefixes if prefix]
    if not sizes or any(not LARGEST <= size <= SMALLEST for size in sizes):
        return (
            f"{subnet_id} is {', '.join(prefixes)}; a resolver's endpoint needs a subnet between /{LARGEST} and /{SMALLEST}. "
            "Name or make another one."
        )
    services = {
        str(get_path(item, "properties.serviceName") or "").lower() for item in properties.get("delegations") or []
    }
    if RESOLVER.lower() not in services:
        return (
            f"{subnet_id} is not delegated to {RESOLVER}. Delegate it: az network vnet subnet update --ids {subnet_id} "
            f"--delegations {RESOLVER}"
        )
    others = [
        str(item.get("id") or "")
        for item in properties.get("ipConfigurations") or []
        if not fold_id(item.get("id")).startswith(fold_id(endpoint_id))
    ]
    if others:
        return f"{subnet_id} is in use by {others[0]}; each endpoint of a resolver needs a subnet of its own."
    return ""
