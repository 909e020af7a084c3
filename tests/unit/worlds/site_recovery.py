"""A world for Site Recovery: source machines in West Europe, recovery in North Europe, accounts of every kind."""

from __future__ import annotations

import copy
import typing as t

from ..conftest import GROUPS, Cloud

JSON = dict[str, t.Any]
VAULT = f"{GROUPS}/rg-recovery/providers/Microsoft.RecoveryServices/vaults/vault-recovery"
NETWORKS = f"{GROUPS}/rg-network/providers/Microsoft.Network/virtualNetworks"
SOURCE, RECOVERY, SPOKE = (f"{NETWORKS}/vnet-{name}" for name in ("source", "recovery", "spoke"))
SOURCE_SUBNET, RECOVERY_SUBNET = f"{SOURCE}/subnets/endpoints", f"{RECOVERY}/subnets/endpoints"
ENDPOINTS = f"{GROUPS}/rg-recovery/providers/Microsoft.Network/privateEndpoints"
SOURCE_ENDPOINT, RECOVERY_ENDPOINT = f"{ENDPOINTS}/pe-source", f"{ENDPOINTS}/pe-recovery"
ACCOUNTS = f"{GROUPS}/rg-network/providers/Microsoft.Storage/storageAccounts"
CACHE, TARGET, OLD_KIND = f"{ACCOUNTS}/cachewest", f"{ACCOUNTS}/cachenorth", f"{ACCOUNTS}/oldkind"
CLASSIC = f"{GROUPS}/rg-network/providers/Microsoft.ClassicStorage/storageAccounts/classicwest"
ZONE, BLOB = "privatelink.siterecovery.windowsazure.com", "privatelink.blob.core.windows.net"
SOURCE_ZONES, RECOVERY_ZONES = (
    f"{GROUPS}/rg-dns-{side}/providers/Microsoft.Network/privateDnsZones" for side in ("source", "recovery")
)
MACHINE = f"{GROUPS}/rg-network/providers/Microsoft.Compute/virtualMachines/vm01"

SOURCE_WISH: JSON = {
    "name": "pe-source",
    "side": "source",
    "subnet": SOURCE_SUBNET,
    "dns_zone_resource_group": "rg-dns-source",
}
RECOVERY_WISH: JSON = {
    "name": "pe-recovery",
    "side": "recovery",
    "subnet": RECOVERY_SUBNET,
    "dns_zone_resource_group": "rg-dns-recovery",
}
HUB_WISH: JSON = {"name": "pe-hub", "side": "shared", "subnet": SOURCE_SUBNET}
#: What preflight and verification are asked.
WANTED: JSON = {
    "name": "site_recovery",
    "vault": {"name": "vault-recovery", "resource_group": "rg-recovery", "location": "northeurope"},
    "endpoints": [SOURCE_WISH, RECOVERY_WISH],
    "dns_mode": "per_endpoint",
    "enforce": False,
}
#: The vault as a run would have made it an hour ago.
FRESH_VAULT: JSON = {
    "name": "vault-recovery",
    "resource_group": "rg-recovery",
    "location": "northeurope",
    "identity": "SystemAssigned",
    "created_days_ago": 0.04,
}


def network(name: str, location: str, prefix: str, **subnets: str) -> JSON:
    """A network with a subnet for endpoints and others."""
    return {
        "name": name,
        "resource_group": "rg-network",
        "location": location,
        "address_prefixes": [f"{prefix}.0.0/16"],
        "subnets": [
            {"name": label, "address_prefix": f"{prefix}.{rest}", "private_endpoint_network_policies": "Disabled"}
            for label, rest in {"endpoints": "1.0/24", **subnets}.items()
        ],
    }


WORLD: JSON = {
    "resource_groups": [
        {"name": "rg-recovery", "location": "northeurope"},
        {"name": "rg-network", "location": "westeurope"},
        {"name": "rg-dns-source", "location": "westeurope"},
        {"name": "rg-dns-spoke", "location": "westeurope"},
        {"name": "rg-dns-recovery", "location": "northeurope"},
    ],
    "virtual_networks": [
        # /28: eleven addresses, of which a test leaves nine, or eight; likewise /28 and five for a bypass network.
        network("vnet-source", "westeurope", "10.1", tight="2.0/28", machines="3.0/24"),
        network("vnet-recovery", "northeurope", "10.2"),
        network("vnet-spoke", "westeurope", "10.3"),
    ],
    "virtual_machines": [
        {"name": "vm01", "resource_group": "rg-network", "virtual_network": "vnet-source", "subnet": "machines"}
    ],
    "storage_accounts": [
        {"name": "cachewest", "resource_group": "rg-network", "location": "westeurope"},
        {"name": "cachenorth", "resource_group": "rg-network", "location": "northeurope", "sku": "Premium_LRS"},
        {"name": "oldkind", "resource_group": "rg-network", "location": "westeurope", "kind": "Storage"},
    ],
    "classic_storage_accounts": [{"name": "classicwest", "resource_group": "rg-network"}],
}


def tight(free: int) -> JSON:
    """The networks with so many free addresses in the small subnet of the source network."""
    return _networks("vnet-source", lambda network: network["subnets"][1].update(addresses_in_use=11 - free))


def overlapping(name: str, prefix: str) -> JSON:
    """The networks with one more address range of one of them."""
    return _networks(name, lambda network: network["address_prefixes"].append(prefix))


def _networks(name: str, change: t.Callable[[JSON], None]) -> JSON:
    networks = copy.deepcopy(WORLD["virtual_networks"])
    change(next(network for network in networks if network["name"] == name))
    return {"virtual_networks": networks}


def changed(name: str, **more: t.Any) -> JSON:
    """The networks with one of them changed."""
    return _networks(name, lambda network: network.update(more))


def moved(name: str, location: str) -> JSON:
    """The networks with one of them in another region."""
    return changed(name, location=location)


def of_account(account: str, **more: t.Any) -> JSON:
    """The accounts with one of them changed."""
    accounts = [
        {**entry, **more} if entry["name"] == account.rsplit("/", 1)[-1] else entry
        for entry in WORLD["storage_accounts"]
    ]
    return {"storage_accounts": accounts}


def both(source: JSON | None = None, recovery: JSON | None = None) -> list[JSON]:
    """Both endpoints, changed; a None takes something away."""
    desired_states = ({**SOURCE_WISH, **(source or {})}, {**RECOVERY_WISH, **(recovery or {})})
    return [{key: value for key, value in desired.items() if value is not None} for desired in desired_states]


def cache_account(account: str = CACHE, **more: t.Any) -> JSON:
    """A cache account, with an endpoint in the source network unless told otherwise."""
    return {"id": account, "use": "cache", "endpoint": {"name": "pe-cache", "subnet": SOURCE_SUBNET, **more}}


def endpoint(name: str, side: str = "source", **more: t.Any) -> JSON:
    """An endpoint of the vault for a world file."""
    return {
        "name": name, "resource_group": "rg-recovery", "virtual_network": f"vnet-{side}", "subnet": "endpoints",
        "target": VAULT, "group_id": "AzureSiteRecovery",
        "location": "northeurope" if side == "recovery" else "westeurope", **more,
    }  # fmt: skip


def zone(name: str = ZONE, side: str = "source", *linked: str) -> JSON:
    """A zone for a world file, linked to networks."""
    links = [{"name": f"link{number}", "virtual_network": network} for number, network in enumerate(linked)]
    return {"name": name, "resource_group": f"rg-dns-{side}", "virtual_network_links": links}


def make(latency: str = "instant", **world: t.Any) -> Cloud:
    """An emulated Azure with the world, others laid over it."""
    return Cloud({**WORLD, **world}, latency)


def private_world(*, links: bool = True) -> JSON:
    """The world after a run: the vault, both endpoints with their zone groups, zones and links."""
    return {
        "vaults": [FRESH_VAULT],
        "private_dns_zones": [
            zone(ZONE, "source", *([SOURCE] if links else [])),
            zone(ZONE, "recovery", *([RECOVERY] if links else [])),
        ],
        "private_endpoints": [
            endpoint(f"pe-{side}", side, zone_group={"name": "default", "zones": [f"{zones}/{ZONE}"]})
            for side, zones in (("source", SOURCE_ZONES), ("recovery", RECOVERY_ZONES))
        ],
    }


def site_recovery_cloud(**more: t.Any) -> Cloud:
    """Azure after a Site Recovery run."""
    return make(**{**private_world(), **more})
