"""Whether a subnet can take private endpoints: free addresses, network policies, region."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass, replace

from ..ids import fold_id
from ..wire import JSON, get_path

# https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq: the first four addresses and the last.
RESERVED = 5


@dataclass(frozen=True)
class Need:
    """Addresses one endpoint takes: fewer than ``required`` is refused, fewer than ``advised`` warned of."""

    required: int
    advised: int
    source: str

    def grown(self, more: int) -> Need:
        """The need with so many addresses on top."""
        return Need(self.required + more, self.advised + more, self.source)


NEEDS = {
    # Ten names at first; the first registration and the first backup bring another:
    # https://learn.microsoft.com/azure/backup/private-endpoints, Before you start.
    "AzureBackup": Need(11, 25, "Azure Backup private endpoints: 11 addresses, up to 25 in some regions"),
    "AzureBackup_v1": Need(11, 25, "Azure Backup private endpoints (classic): 11 addresses, up to 25 in some regions"),
    "AzureBackup_secondary": Need(10, 25, "Azure Backup cross-region restore: as AzureBackup"),
    # And one for the endpoint of a cache account, in the recovery network not before reprotection.
    "AzureSiteRecovery": Need(9, 10, "Site Recovery, Azure to Azure: at least nine addresses in each subnet"),
    "AzureSiteRecovery_hybrid": Need(5, 5, "Site Recovery, on-premises to Azure: five addresses in the bypass network"),
    "blob": Need(1, 1, "One address for a storage endpoint"),
    "vault": Need(1, 1, "One address for the endpoint of a key vault"),
}


@dataclass(frozen=True)
class Capacity:
    """What a subnet has. ``free`` counts addresses; ``policies`` is Azure's word for endpoint network policies,
    ``delegations`` are the services the subnet is given to.
    """

    subnet_id: str
    location: str
    prefixes: tuple[str, ...]
    usable: int
    used: int
    policies: str
    delegations: tuple[str, ...] = ()

    @property
    def free(self) -> int:
        """Addresses nobody holds."""
        return max(0, self.usable - self.used)

    def without(self, addresses: int) -> Capacity:
        """The same when so many addresses have become free."""
        return replace(self, used=max(0, self.used - addresses))


def capacity(subnet_id: str, network: JSON, usages: t.Sequence[JSON]) -> Capacity | None:
    """Judge a subnet from its network's document and usages; None when the network has no such subnet.

    Whether the ``limit`` of a usage leaves Azure's five reserved addresses out is not documented, so the smaller of
    ``limit`` and *prefix size - 5* counts.
    """
    key = fold_id(subnet_id)
    subnet = next(
        (item for item in get_path(network, "properties.subnets") or [] if fold_id(item.get("id")) == key), None
    )
    if subnet is None:
        return None
    properties = subnet.get("properties") or {}
    # Either may be missing, both from a subnet that was given no addresses (yet): it has none to give.
    single = properties.get("addressPrefix")
    prefixes = tuple(properties.get("addressPrefixes") or ([single] if single else []))
    nets = [ipaddress.ip_network(prefix) for prefix in prefixes]
    usable = sum(net.num_addresses - RESERVED for net in nets if net.version == 4)
    usage = next((item for item in usages if fold_id(item.get("id")) == key), {})
    limit = usage.get("limit")
    if isinstance(limit, (int, float)) and limit > 0:
        usable = min(usable, int(limit))
    used = int(usage.get("currentValue") or len(properties.get("ipConfigurations") or []))
    policies = str(properties.get("privateEndpointNetworkPolicies") or "Disabled")
    services = (get_path(item, "properties.serviceName") for item in properties.get("delegations") or [])
    return Capacity(
        subnet_id, str(network.get("location") or ""), prefixes, usable, used, policies, tuple(filter(None, services))
    )


def shortage(found: Capacity, required: int) -> str:
    """A sentence when the subnet is too small, else an empty string."""
    if found.free >= required:
        return ""
    prefixes = ", ".join(found.prefixes) or "without an address prefix"
    return (
        f"{found.subnet_id} ({prefixes}) has {found.free} free addresses, {required} are needed "
        f"({found.used} of {found.usable} are in use)"
    )


def policies_refused(found: Capacity, accepted: t.Collection[str]) -> str:
    """A sentence when the subnet's network policies are not among the accepted ones, else an empty string."""
    if found.policies in accepted:
        return ""
    return f"{found.subnet_id} has private endpoint network policies {found.policies}; accepted is {' or '.join(sorted(accepted))}"


def delegated(found: Capacity) -> str:
    """A sentence when the subnet is given to a service, else an empty string.

    The portal refuses endpoints in it, Azure took them all the same when they came first
    (MicrosoftDocs/azure-docs#47048): doubtful, not impossible.
    """
    if not found.delegations:
        return ""
    return (
        f"{found.subnet_id} is delegated to {', '.join(found.delegations)}; Azure may refuse private endpoints in it, as its "
        "portal does"
    )
