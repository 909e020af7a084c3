"""What Azure refuses about a private endpoint that a client asks for.

Source: Microsoft Learn "What is a private endpoint?" (region and subscription of the network, approval); each refusal
names its own.
"""

from __future__ import annotations

import typing as t

from ...arm import Arm, Call
from ...private_link import Name
from ...store import Resource, type_of
from ...wire import fold, parent
from . import addresses, operations
from . import endpoint_request as requests
from .endpoint_request import EndpointRequest
from .settings import policies_refused, setting

_WRITE = addresses.ENDPOINT + "/write"
_JOIN = "Microsoft.Network/virtualNetworks/subnets/join/action"
_APPROVE = "PrivateEndpointConnectionsApproval/action"


def require_links(call: Call, wanted: EndpointRequest) -> bool:
    """Refuse (403) a caller who may write but not join the subnet, or not connect; whether the connection is approved at once.

    A manual connection needs no right on the target and waits for its owner. An automatic one needs the approval action
    there, and the refusal names that action without its provider: MicrosoftDocs/azure-docs#96892,
    Azure/azure-sdk-for-go#14306.
    """
    operations.require_join(call, _WRITE, _JOIN, wanted.subnet_id)
    if wanted.kind == requests.MANUAL:
        return False
    action = f"{type_of(wanted.target_id)}/{_APPROVE}"
    if setting(call.arm, "approval_right_missing") == "refuse":
        operations.require_join(call, _WRITE, action, wanted.target_id, shown_action=_APPROVE)
    return operations.may(call, action, wanted.target_id)


def check_subnet(call: Call, wanted: EndpointRequest) -> None:
    """Refuse a subnet that does not exist, is not ready, is elsewhere or does not take endpoints."""
    arm = call.arm
    subnet = arm.store.find(wanted.subnet_id)
    if subnet is None:
        raise operations.invalid_reference(wanted.subnet_id, call.id)
    network = arm.store.get(parent(subnet.id))
    same_subscription = fold(operations.subscription(network.id)) == fold(operations.subscription(call.id))
    if not same_subscription or network.document["location"] != wanted.location:
        raise operations.invalid_reference(network.id, call.id)
    if subnet.properties["provisioningState"] != "Succeeded":
        raise operations.not_provisioned(subnet.id, subnet.properties["provisioningState"])
    if policies_refused(arm) and subnet.properties["privateEndpointNetworkPolicies"] == "Enabled":
        raise operations.invalid(
            f"Private endpoint {call.id} cannot be created in a subnet {subnet.id} since it has private endpoint "
            "network policies enabled.",
            "PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled",
        )
    _check_limit(arm, network)


def _check_limit(arm: Arm, network: Resource) -> None:
    """1,000 a network (Microsoft Learn "Azure subscription and service limits"); the code is unverified."""
    most = int(setting(arm, "private_endpoints_per_virtual_network"))
    prefix = fold(network.id) + "/"
    endpoints = arm.store.below("", addresses.ENDPOINT)
    if sum(fold(item.properties["subnet"]["id"]).startswith(prefix) for item in endpoints) >= most:
        raise operations.invalid(
            f"Virtual network {network.id} already has {most} private endpoints.", "PrivateEndpointLimitReached"
        )


def check_room(arm: Arm, subnet: Resource, names: t.Sequence[Name], fixed: t.Mapping[str, str]) -> None:
    """Refuse a subnet without room (AKS troubleshooting page "SubnetIsFull") or a chosen address it cannot give."""
    taken = addresses.taken(arm, subnet.id)
    for address in fixed.values():
        if address in taken or not addresses.is_usable(subnet, address):
            raise operations.invalid(
                f"Private static IP address {address} is not available in subnet {subnet.id}.",
                "PrivateIPAddressNotAvailable",
            )
    if addresses.size(subnet) - len(taken) < max(1, len(names)):
        raise operations.invalid(
            f"Subnet {subnet.id} with address prefix {addresses.prefixes(subnet)[0]} is already full.",
            "SubnetIsFull",
        )
