"""Virtual networks with their inline subnets, their usage and the check of a single address.

Source: azure-cli recording ``test_network_private_endpoint_private_dns_zone_group.yaml``; azure-rest-api-specs
``specification/network/resource-manager/Microsoft.Network`` (``VirtualNetworkListUsage``,
``VirtualNetworkCheckIPAddressAvailability``).
"""

from __future__ import annotations

import ipaddress
import typing as t

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, Response, location, parent
from . import addresses, operations
from .settings import setting
from .subnets import SUBNET, check_subnet, network_document, refuse_in_use, settle, store_subnet, subnet_in

NETWORK = "Microsoft.Network/virtualNetworks"
_SUGGESTIONS = 5

#: ``enableVmProtection`` is sent by azure-cli and shown by no recording since 2020-11-01.
_LEFT_OUT = ("subnets", "enableVmProtection")


class VirtualNetworks:
    """The routes of virtual networks."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def routes(self) -> list[Route]:
        """Everything but the single subnets."""
        subscription = "/subscriptions/{subscription}/providers/" + NETWORK
        group = operations.GROUP_PATH + "/virtualNetworks"
        store = self._arm.store
        return [
            Route(
                "GET",
                subscription,
                lambda call: _listed(call, store.below(operations.subscription(call.id), NETWORK)),
            ),
            Route("GET", group, lambda call: _listed(call, store.below(operations.group_of(call), NETWORK))),
            Route("GET", group + "/{network}", lambda call: _shown(call, store.get(call.id))),
            Route("PUT", group + "/{network}", self._put),
            Route("PATCH", group + "/{network}", self._patch),
            Route("DELETE", group + "/{network}", self._delete),
            Route("GET", group + "/{network}/usages", self._usages),
            Route("GET", group + "/{network}/CheckIPAddressAvailability", self._check_address),
        ]

    def create(self, network_id: str, body: JSON, api_version: str, state: str = "Succeeded") -> Resource:
        """Store a network, over what was there, with the subnets of ``body``. Raises 400 when they do not fit."""
        arm = self._arm
        sent = body.get("properties") or {}
        current = arm.store.find(network_id)
        prefixes = (sent.get("addressSpace") or {}).get("addressPrefixes") or []
        if not prefixes:
            raise operations.invalid(
                f"Virtual network '{network_id}' needs an address space.", "NoAddressPrefixProvided"
            )
        kept = {key: value for key, value in sent.items() if key not in _LEFT_OUT and value is not None}
        if "dhcpOptions" in kept:
            kept["dhcpOptions"] = {"dnsServers": [], **kept["dhcpOptions"]}
        document: JSON = {
            "name": current.name if current else network_id.rsplit("/", 1)[-1],
            "id": current.id if current else network_id,
            "etag": arm.etag(),
            "type": NETWORK,
            "location": location(body["location"]),
            "properties": {
                **kept,
                "provisioningState": state,
                "subnets": [],
                # Resources of their own in Azure, made here by the world file alone.
                "virtualNetworkPeerings": current.properties["virtualNetworkPeerings"] if current else [],
                "enableDdosProtection": False,
                "resourceGuid": current.properties["resourceGuid"] if current else arm.guid(),
            },
        }
        if body.get("tags") is not None:
            document["tags"] = body["tags"]
        network = Resource(document["id"], document)
        subnets = sent.get("subnets")
        self._check(network, {item["name"]: item.get("properties") or {} for item in subnets or []})
        arm.store.put(network)
        if subnets is not None:
            self._replace_subnets(network, subnets, api_version, state)
        network_document(arm, network)
        return network

    def _check(self, network: Resource, wanted: dict[str, JSON]) -> None:
        for name, properties in wanted.items():
            check_subnet(self._arm, network, name, properties, wanted)
        for subnet in self._arm.store.below(network.id, SUBNET) if wanted else []:
            if subnet.name.lower() not in {name.lower() for name in wanted}:
                refuse_in_use(self._arm, subnet)

    def _replace_subnets(self, network: Resource, subnets: list[JSON], api_version: str, state: str) -> None:
        names = {item["name"].lower() for item in subnets}
        for subnet in self._arm.store.below(network.id, SUBNET):
            if subnet.name.lower() not in names:
                self._arm.store.remove(subnet.id)
        for item in subnets:
            stored = store_subnet(self._arm, network, item["name"], item.get("properties") or {}, api_version, state)
            # One PUT, one version: the recording shows the same etag on the network and on its inline subnets.
            stored.document["etag"] = network.document["etag"]

    def _put(self, call: Call) -> Response:
        """Subnets are replaced when the body has them and kept when it does not (the latter unverified)."""
        arm = self._arm
        current = arm.store.find(call.id)
        region = location(call.body["location"])
        if current is not None:
            operations.refuse_while_running(call, current.id, region)
            operations.refuse_other_location(current, region)
        network = self.create(call.id, {**call.body, "location": region}, call.request.api_version, "Updating")
        operation = operations.start(
            arm,
            "virtual_network.create",
            network.id,
            lambda: self._settle(network, "Succeeded"),
            lambda: self._settle(network, "Failed"),
        )
        response = operations.accepted(call, operation, region, network, new=current is None, notified=True)
        response.document = _in_version(call, network)
        return response

    def _settle(self, network: Resource, state: str) -> None:
        for subnet in self._arm.store.below(network.id, SUBNET):
            settle(self._arm, subnet.id, state)
        network.properties["provisioningState"] = state
        network.document["etag"] = self._arm.etag()
        for subnet in self._arm.store.below(network.id, SUBNET):
            subnet.document["etag"] = network.document["etag"]

    def _patch(self, call: Call) -> Response:
        network = self._arm.store.get(call.id)
        if "tags" in call.body:
            network.document["tags"] = call.body["tags"] or {}
        network.document["etag"] = self._arm.etag()
        return _shown(call, network)

    def _delete(self, call: Call) -> Response:
        return operations.delete(call, "virtual_network", self._refuse_in_use, notified=True)

    def _refuse_in_use(self, network: Resource) -> None:
        for subnet in self._arm.store.below(network.id, SUBNET):
            refuse_in_use(self._arm, subnet)

    def _usages(self, call: Call) -> Response:
        """Whether ``limit`` leaves Azure's five reserved addresses out is unverified, so the world may decide."""
        network = self._arm.store.get(parent(call.id + "/x"))
        reserved = addresses.RESERVED_FIRST + addresses.RESERVED_LAST
        whole = not setting(self._arm, "usages_limit_excludes_reserved")
        return Response(
            200,
            {
                "value": [
                    {
                        "currentValue": len(addresses.configurations(self._arm, subnet.id)),
                        "id": subnet.id,
                        "limit": addresses.size(subnet) + (reserved * len(addresses.prefixes(subnet)) if whole else 0),
                        "name": {"localizedValue": "Subnet size and usage", "value": "SubnetSpace"},
                        "unit": "Count",
                    }
                    for subnet in self._arm.store.below(network.id, SUBNET)
                ]
            },
        )

    def _check_address(self, call: Call) -> Response:
        network = self._arm.store.get(parent(call.id + "/x"))
        try:
            wanted = ipaddress.ip_address(call.request.query.get("ipAddress", ""))
        except ValueError:
            raise operations.invalid(
                "The parameter ipAddress is not an IP address.", "InvalidIPAddressFormat"
            ) from None
        for subnet in self._arm.store.below(network.id, SUBNET):
            if any(wanted in ipaddress.ip_network(prefix) for prefix in addresses.prefixes(subnet)):
                return self._availability(subnet, str(wanted))
        raise operations.invalid(
            f"Private static IP address {wanted} does not belong to the range of subnet prefixes of virtual network "
            f"{network.name}.",
            "PrivateIPAddressNotInAnySubnet",
        )

    def _availability(self, subnet: Resource, wanted: str) -> Response:
        reserved = not addresses.is_usable(subnet, wanted)
        available = not reserved and wanted not in addresses.taken(self._arm, subnet.id)
        document: JSON = {"available": available, "isPlatformReserved": reserved}
        if not available:
            free = addresses.free(self._arm, subnet)
            document["availableIPAddresses"] = [address for address, _number in zip(free, range(_SUGGESTIONS))]
        return Response(200, document)


def _in_version(call: Call, network: Resource) -> JSON:
    """The network's document with its subnets as the request's api-version shows them."""
    subnets = [subnet_in(each, call.request.api_version) for each in network.properties["subnets"]]
    return {**network.document, "properties": {**network.properties, "subnets": subnets}}


def _shown(call: Call, network: Resource) -> Response:
    return operations.shown(_in_version(call, network))


def _listed(call: Call, networks: t.Iterable[Resource]) -> Response:
    return Response(200, {"value": [_in_version(call, network) for network in networks]})
