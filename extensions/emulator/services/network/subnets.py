"""Subnets: their documents, their rules and the requests on a single one."""

from __future__ import annotations

import ipaddress
import typing as t

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, ArmError, Response, parent, parent_not_found
from . import addresses, operations
from .settings import setting

SUBNET = "Microsoft.Network/virtualNetworks/subnets"
_POLICIES = ("Enabled", "Disabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled")
_READ_ONLY = ("ipConfigurations", "privateEndpoints", "provisioningState", "purpose", "ipamPoolPrefixAllocations")
_ADDRESS_POOLS_SINCE = "2024-01-01"


def default_policies(arm: Arm, api_version: str) -> str:
    """The value of ``privateEndpointNetworkPolicies`` when the client sends none.

    ``Enabled`` is recorded at 2020-11-01 and ``Disabled`` at 2022-01-01 (azure-cli, 23 subnets made from 2023 to 2024); the turning
    point between them is unverified and the world's setting ``network_policies_disabled_since``.
    """
    turning_point = str(setting(arm, "network_policies_disabled_since"))
    return "Enabled" if api_version < turning_point else "Disabled"


def subnet_in(document: JSON, api_version: str) -> JSON:
    """A subnet's document in an api-version: azure-cli ``test_network_subnet_default_outbound_access.yaml`` for 2024-01-01."""
    if api_version < _ADDRESS_POOLS_SINCE:
        return document
    return {**document, "properties": {"ipamPoolPrefixAllocations": [], **document["properties"]}}


def network_document(arm: Arm, network: Resource) -> None:
    """Show a network's subnets, in the order of their creation, in its own document."""
    network.properties["subnets"] = [subnet.document for subnet in arm.store.below(network.id, SUBNET)]


def store_subnet(arm: Arm, network: Resource, name: str, sent: JSON, api_version: str, state: str) -> Resource:
    """Make or replace a subnet from what a client sent: a PUT replaces the whole subnet."""
    subnet_id = f"{network.id}/subnets/{name}"
    current = arm.store.find(subnet_id)
    properties = {key: value for key, value in sent.items() if key not in _READ_ONLY and value is not None}
    properties.setdefault("delegations", [])
    properties.setdefault("privateEndpointNetworkPolicies", default_policies(arm, api_version))
    properties.setdefault("privateLinkServiceNetworkPolicies", "Enabled")
    properties["provisioningState"] = state
    stored_id = current.id if current else subnet_id
    document: JSON = {"name": name, "id": stored_id, "etag": arm.etag(), "properties": properties, "type": SUBNET}
    stored = arm.store.put(Resource(stored_id, document))
    addresses.show_attachments(arm, stored.id)
    network_document(arm, network)
    return stored


def check_subnet(arm: Arm, network: Resource, name: str, sent: JSON, others: t.Mapping[str, JSON]) -> None:
    """Refuse a subnet whose range or policies do not fit the network and its other subnets.

    The code names are those Azure is known for; the wording of the messages is unverified.
    """
    given = sent.get("addressPrefixes") or ([sent["addressPrefix"]] if sent.get("addressPrefix") else [])
    if not given:
        raise operations.invalid(f"Subnet '{name}' needs an address prefix.", "NoAddressPrefixProvided")
    space = [_range(item) for item in network.properties["addressSpace"]["addressPrefixes"]]
    for range_ in [_range(item) for item in given]:
        if not any(range_.version == whole.version and range_.subnet_of(whole) for whole in space):  # type: ignore[arg-type]
            raise operations.invalid(
                f"Subnet '{name}' is not valid because its IP address range is outside the IP address range of virtual "
                f"network '{network.name}'.",
                "NetcfgSubnetRangeOutsideVnet",
            )
        for other, properties in others.items():
            theirs = properties.get("addressPrefixes") or [properties.get("addressPrefix")]
            if other.lower() != name.lower() and any(range_.overlaps(_range(item)) for item in theirs):
                raise operations.invalid(
                    f"Subnet '{name}' is not valid because its IP address range overlaps with that of an existing "
                    f"subnet in virtual network '{network.name}'.",
                    "NetcfgSubnetRangesOverlap",
                )
    policy = sent.get("privateEndpointNetworkPolicies")
    if policy is not None and policy not in _POLICIES:
        raise operations.invalid(
            f"Value '{policy}' of privateEndpointNetworkPolicies is not one of {', '.join(_POLICIES)}."
        )


def _range(prefix: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(prefix)
    except ValueError:
        raise operations.invalid(
            f"The address prefix {prefix} has an invalid format.", "InvalidAddressPrefixFormat"
        ) from None


def refuse_in_use(arm: Arm, subnet: Resource) -> None:
    """Refuse (400) to remove a subnet that still holds something."""
    attached = subnet.properties.get("ipConfigurations") or subnet.properties.get("privateEndpoints")
    if attached:
        raise operations.invalid(
            f"Subnet {subnet.name} is in use by {attached[0]['id']} and cannot be deleted. In order to delete "
            "the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.",
            "InUseSubnetCannotBeDeleted",
        )


class Subnets:
    """The routes of single subnets."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def routes(self) -> list[Route]:
        """GET, list, PUT, DELETE."""
        path = operations.GROUP_PATH + "/virtualNetworks/{network}/subnets"
        return [
            Route("GET", path, self._list),
            Route("GET", path + "/{subnet}", lambda call: _shown(call, self._arm.store.get(call.id))),
            Route("PUT", path + "/{subnet}", self._put),
            Route("DELETE", path + "/{subnet}", self._delete),
        ]

    def _list(self, call: Call) -> Response:
        subnets = self._arm.store.below(self._network(call, "read", parent(call.id + "/x")).id, SUBNET)
        return Response(200, {"value": [subnet_in(each.document, call.request.api_version) for each in subnets]})

    def _network(self, call: Call, action: str, network_id: str) -> Resource:
        network = self._arm.store.find(network_id)
        if network is None:
            raise parent_not_found("virtualNetworks/subnets", network_id, action)
        return network

    def _put(self, call: Call) -> Response:
        arm = self._arm
        network = self._network(call, "write", parent(call.id))
        region = str(network.document["location"])
        operations.refuse_while_running(call, network.id, region)
        sent = call.body.get("properties") or {}
        others = {item.name: item.properties for item in arm.store.below(network.id, SUBNET)}
        check_subnet(arm, network, call["subnet"], sent, others)
        current = arm.store.find(call.id)
        if current is not None:
            _refuse_moved(current, sent)
        before = dict(current.properties) if current else None
        subnet = store_subnet(
            arm, network, current.name if current else call["subnet"], sent, call.request.api_version, "Updating"
        )
        if before == {**subnet.properties, "provisioningState": "Succeeded"}:
            subnet.properties["provisioningState"] = "Succeeded"  # test_network_private_endpoint_asg.yaml

        def done() -> None:
            settle(arm, subnet.id)
            network.document["etag"] = arm.etag()

        operation = operations.start(arm, "subnet.update", subnet.id, done, lambda: settle(arm, subnet.id, "Failed"))
        response = operations.accepted(call, operation, region, subnet, new=current is None, notified=True)
        response.document = subnet_in(subnet.document, call.request.api_version)
        return response

    def _delete(self, call: Call) -> Response:
        arm = self._arm
        subnet = arm.store.find(call.id)
        if subnet is None:
            return Response(204)
        network = arm.store.get(parent(subnet.id))
        region = str(network.document["location"])
        operations.refuse_while_running(call, network.id, region)
        refuse_in_use(arm, subnet)

        def done() -> None:
            arm.store.remove(subnet.id)
            network_document(arm, network)

        operation = operations.start(arm, "subnet.delete", subnet.id, done)
        return operations.accepted(call, operation, region, None, notified=True)


def _shown(call: Call, subnet: Resource) -> Response:
    return operations.shown(subnet_in(subnet.document, call.request.api_version))


def _refuse_moved(current: Resource, sent: JSON) -> None:
    given = [str(item) for item in sent.get("addressPrefixes") or [sent.get("addressPrefix")]]
    if current.properties.get("ipConfigurations") and sorted(given) != sorted(addresses.prefixes(current)):
        raise ArmError(
            400,
            "InUsePrefixCannotBeDeleted",
            f"IpPrefix {addresses.prefixes(current)[0]} on Subnet {current.name} has active allocations and cannot be "
            "deleted.",
            details=[],
        )


def settle(arm: Arm, subnet_id: str, state: str = "Succeeded") -> None:
    """End a subnet's update, unless the subnet is gone by now."""
    subnet = arm.store.find(subnet_id)
    if subnet is not None:
        subnet.properties["provisioningState"] = state
        subnet.document["etag"] = arm.etag()
