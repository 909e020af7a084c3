"""Resolvers and their endpoints.

Source: Azure/bicep-types-az ``generated/dnsresolver/microsoft.network/2022-07-01`` (bodies and documents); Microsoft Learn
"What is Azure DNS Private Resolver", sections on virtual network and subnet restrictions: one resolver for a network, in its
region; a subnet of its own between /28 and /24 for each endpoint, delegated to ``Microsoft.Network/dnsResolvers``. The codes and
texts of the refusals, and where an operation is watched, are unverified: they follow those of other network resources.
"""

from __future__ import annotations

import ipaddress
import typing as t

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, Response, fold, location, parent
from ...world import WorldError
from ..network import addresses, operations
from ..platform.world_ids import group_id, refused_as_world_error, resolve
from .documents import conditional, keep, lay

RESOLVER = "Microsoft.Network/dnsResolvers"
INBOUND, OUTBOUND = f"{RESOLVER}/inboundEndpoints", f"{RESOLVER}/outboundEndpoints"
NETWORK = "Microsoft.Network/virtualNetworks"
_JOIN = f"{NETWORK}/subnets/join/action"
LARGEST, SMALLEST = 24, 28


class DnsResolvers:
    """The service."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def load(self, world: JSON) -> None:
        """Make the resolvers of the world file, each with its endpoints."""
        for entry in world.get("dns_resolvers") or []:
            with refused_as_world_error(f"DNS resolver {entry['name']}"):
                self._load(world, entry)

    def _load(self, world: JSON, entry: JSON) -> None:
        network = self._arm.store.find(resolve(world, "virtual_networks", NETWORK, entry["virtual_network"]))
        if network is None:
            raise WorldError(f"DNS resolver {entry['name']}: no virtual network {entry['virtual_network']}")
        resource_id = f"{group_id(world, entry)}/providers/{RESOLVER}/{entry['name']}"
        region = network.document["location"]
        properties = {"virtualNetwork": {"id": network.id}, "dnsResolverState": "Connected"}
        keep(self._arm, resource_id, RESOLVER, region, properties)
        for kind, key in ((INBOUND, "inbound_endpoints"), (OUTBOUND, "outbound_endpoints")):
            for row in entry.get(key) or []:
                subnet = self._arm.store.get(f"{network.id}/subnets/{row['subnet']}")
                below: JSON = {"subnet": {"id": subnet.id}}
                if kind == INBOUND:
                    address = next(addresses.free(self._arm, subnet))
                    below = {
                        "ipConfigurations": [
                            {**below, "privateIpAddress": address, "privateIpAllocationMethod": "Dynamic"}
                        ]
                    }
                keep(self._arm, f"{resource_id}/{kind.rsplit('/', 1)[-1]}/{row['name']}", kind, region, below)

    def routes(self) -> list[Route]:
        """GET, lists, PUT, DELETE of resolvers and both kinds of endpoints."""
        store, path = self._arm.store, operations.GROUP_PATH + "/dnsResolvers"
        subscription = "/subscriptions/{subscription}/providers/" + RESOLVER
        one = path + "/{resolver}"
        found = [
            Route(
                "GET",
                subscription,
                lambda call: operations.listed(store.below(operations.subscription(call.id), RESOLVER)),
            ),
            Route("GET", path, lambda call: operations.listed(store.below(operations.group_of(call), RESOLVER))),
            Route("GET", one, lambda call: operations.shown(store.get(call.id).document)),
            Route("PUT", one, self._put_resolver),
            Route("DELETE", one, lambda call: operations.delete(call, "dns_resolver", self._refuse_in_use)),
        ]
        for kind in (INBOUND, OUTBOUND):
            below = f"{one}/{kind.rsplit('/', 1)[-1]}"
            found += [
                Route("GET", below, self._list(kind)),
                Route("GET", below + "/{endpoint}", lambda call: operations.shown(store.get(call.id).document)),
                Route("PUT", below + "/{endpoint}", self._putter(kind)),
                Route(
                    "DELETE",
                    below + "/{endpoint}",
                    lambda call: operations.delete(call, "dns_resolver_endpoint", lambda _one: None),
                ),
            ]
        return conditional(self._arm, found)

    def network_of(self, endpoint: Resource) -> str:
        """The network whose names an endpoint of a resolver knows."""
        return str(self._arm.store.get(parent(endpoint.id)).properties["virtualNetwork"]["id"])

    def _list(self, kind: str) -> t.Callable[[Call], Response]:
        return lambda call: operations.listed(self._arm.store.below(parent(call.id + "/x"), kind))

    def _put_resolver(self, call: Call) -> Response:
        region = location(call.body["location"])
        network_id = str(call.body["properties"]["virtualNetwork"]["id"])
        network = self._arm.store.find(network_id)
        if network is None or network.document["location"] != region:
            raise operations.invalid_reference(network_id, call.id)
        for other in self._arm.store.below("", RESOLVER):
            if fold(other.properties["virtualNetwork"]["id"]) == fold(network_id) and fold(other.id) != fold(call.id):
                raise operations.invalid(
                    f"Virtual network {network_id} is used by {other.id} already.", "VirtualNetworkInUse"
                )
        properties = {"virtualNetwork": {"id": network.id}, "dnsResolverState": "Connected"}
        return lay(self._arm, call, RESOLVER, "dns_resolver.create", region, properties)

    def _putter(self, kind: str) -> t.Callable[[Call], Response]:
        def put(call: Call) -> Response:
            resolver = self._arm.store.get(parent(call.id))
            region = location(call.body["location"])
            if resolver.document["location"] != region:
                raise operations.invalid("The endpoint must be in the region of its resolver.", "InvalidLocation")
            sent = call.body["properties"]
            if kind == OUTBOUND:
                subnet = self._subnet(call, resolver, str(sent["subnet"]["id"]))
                return lay(self._arm, call, kind, "dns_resolver_endpoint.create", region, {"subnet": {"id": subnet.id}})
            if len(sent["ipConfigurations"]) != 1:
                raise operations.invalid("An inbound endpoint has exactly one IP configuration.")
            (asked,) = sent["ipConfigurations"]
            subnet = self._subnet(call, resolver, str(asked["subnet"]["id"]))
            shown = {
                "subnet": {"id": subnet.id},
                "privateIpAddress": self._address(call, subnet, asked),
                "privateIpAllocationMethod": asked.get("privateIpAllocationMethod") or "Dynamic",
            }
            return lay(self._arm, call, kind, "dns_resolver_endpoint.create", region, {"ipConfigurations": [shown]})

        return put

    def _subnet(self, call: Call, resolver: Resource, subnet_id: str) -> Resource:
        operations.require_join(call, f"{INBOUND}/write", _JOIN, subnet_id)
        subnet = self._arm.store.find(subnet_id)
        if subnet is None or fold(parent(subnet.id)) != fold(resolver.properties["virtualNetwork"]["id"]):
            raise operations.invalid_reference(subnet_id, call.id)
        services = [
            (item.get("properties") or {}).get("serviceName") for item in subnet.properties.get("delegations") or []
        ]
        if RESOLVER not in services:
            raise operations.invalid(f"Subnet {subnet_id} is not delegated to {RESOLVER}.", "SubnetNotDelegated")
        if not all(
            LARGEST <= ipaddress.ip_network(prefix).prefixlen <= SMALLEST for prefix in addresses.prefixes(subnet)
        ):
            raise operations.invalid(
                f"Subnet {subnet_id} must be between /{LARGEST} and /{SMALLEST}.", "InvalidSubnetSize"
            )
        for other in (*self._arm.store.below("", INBOUND), *self._arm.store.below("", OUTBOUND)):
            if fold(other.id) != fold(call.id) and fold(subnet_of(other)) == fold(subnet_id):
                raise operations.invalid(f"Subnet {subnet_id} is used by {other.id} already.", "SubnetInUse")
        return subnet

    def _address(self, call: Call, subnet: Resource, asked: JSON) -> str:
        current = self._arm.store.find(call.id)
        before = current.properties["ipConfigurations"][0]["privateIpAddress"] if current else ""
        wanted = str(asked.get("privateIpAddress") or "")
        if asked.get("privateIpAllocationMethod") == "Static":
            if not addresses.is_usable(subnet, wanted):
                raise operations.invalid(
                    f"Address {wanted} is not one of subnet {subnet.id}.", "PrivateIPAddressNotInSubnet"
                )
            return wanted
        return str(before or next(addresses.free(self._arm, subnet)))

    def _refuse_in_use(self, resolver: Resource) -> None:
        if self._arm.store.below(resolver.id, INBOUND) or self._arm.store.below(resolver.id, OUTBOUND):
            raise operations.invalid(
                f"DNS resolver {resolver.name} has endpoints and cannot be deleted.", "CannotDeleteResource"
            )


def subnet_of(endpoint: Resource) -> str:
    """The subnet of an endpoint of either kind."""
    found = endpoint.properties.get("subnet") or endpoint.properties["ipConfigurations"][0]["subnet"]
    return str(found["id"])
