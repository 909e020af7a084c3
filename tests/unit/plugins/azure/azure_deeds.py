"""One request of every method through the door that sends it, for the tests of what lies between."""

from __future__ import annotations

import typing as t

from ansible_collections.privatelink.recovery.plugins.module_utils.azure.client import Azure

from ...conftest import GROUPS, NETWORK, SUBNET, SUBSCRIPTION, VAULT, ZONES, Cloud

JSON = dict[str, t.Any]
VAULT_VERSION, NETWORK_VERSION, DNS_VERSION = "2024-04-01", "2024-05-01", "2024-06-01"
ZONE = f"{ZONES}/privatelink.blob.core.windows.net"
NEW_VAULT = {"location": "westeurope", "sku": {"name": "RS0", "tier": "Standard"}, "properties": {}}
PROVIDER = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Storage"


def fault(cloud: Cloud, match: JSON, nth: t.Any = 1, times: int = 1, **action: t.Any) -> None:
    """Something goes wrong with the n-th matching request."""
    service = next(one for one in cloud.arm.services if hasattr(one, "faults"))
    service.faults.add({"match": match, "nth": nth, "times": times, "action": action})


def azure(cloud: Cloud, check_mode: bool = False, **options: t.Any) -> Azure:
    """An open way to the emulator."""
    return cloud.task(check_mode, **options).azure


# One request of every method through the door that sends it: (door and method, path it matches, what is asked).
DEEDS: dict[str, tuple[JSON, t.Callable[[Azure], t.Any]]] = {
    "arm GET": ({"method": "GET", "path": "/vaults/vault-backup$"}, lambda azure: azure.get(VAULT, VAULT_VERSION)),
    "arm PUT": (
        {"method": "PUT", "path": "/vaults/vault-new$"},
        lambda azure: azure.put(f"{VAULT[:-6]}new", VAULT_VERSION, NEW_VAULT),
    ),
    "arm PATCH": (
        {"method": "PATCH", "path": "/vaults/"},
        lambda azure: azure.patch(VAULT, VAULT_VERSION, {"tags": {"a": "1"}}),
    ),
    "arm DELETE": ({"method": "DELETE", "path": "/vaults/"}, lambda azure: azure.delete(VAULT, VAULT_VERSION)),
    "arm POST": (
        {"method": "POST", "path": "/register$"},
        lambda azure: azure.post(f"{PROVIDER}/register", "2021-04-01"),
    ),
    "arm LIST": (
        {"method": "GET", "path": "/vaults$"},
        lambda azure: azure.list(f"{GROUPS}/rg-backup/providers/Microsoft.RecoveryServices/vaults", VAULT_VERSION),
    ),
    "network GET": ({"method": "GET", "path": "/virtualNetworks/"}, lambda azure: azure.get(NETWORK, NETWORK_VERSION)),
    "network PUT": (
        {"method": "PUT", "path": "/subnets/"},
        lambda azure: azure.put(f"{SUBNET}2", NETWORK_VERSION, {"properties": {"addressPrefix": "10.1.9.0/24"}}),
    ),
    "network DELETE": (
        {"method": "DELETE", "path": "/subnets/"},
        lambda azure: azure.delete(SUBNET, NETWORK_VERSION),
    ),
    "dns PUT": (
        {"method": "PUT", "path": "/A/www"},
        lambda azure: azure.put(
            f"{ZONE}/A/www", DNS_VERSION, {"properties": {"ttl": 10, "aRecords": [{"ipv4Address": "10.1.1.9"}]}}
        ),
    ),
    "sign-in POST": ({"method": "POST", "path": "/oauth2/"}, lambda azure: azure.get(VAULT, VAULT_VERSION)),
    "sign-in GET": ({"method": "GET", "path": "/.well-known/"}, lambda azure: azure.get(VAULT, VAULT_VERSION)),
}

# A vault and a zone to read, change and delete.
STOCK: JSON = {
    "vaults": [{"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"}],
    "private_dns_zones": [{"name": "privatelink.blob.core.windows.net", "resource_group": "rg-dns"}],
}
