"""The worlds that are measured, and the tasks that find nothing to change in them."""

from __future__ import annotations

import typing as t

JSON = dict[str, t.Any]

SUBSCRIPTION = "22222222-2222-4222-8222-222222222222"
IDENTITY = "55555555-5555-4555-8555-555555555555"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
BACKUP = f"{GROUPS}/rg-backup"
SUBNET = f"{GROUPS}/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-app/subnets/endpoints"
ZONES = f"{GROUPS}/rg-dns/providers/Microsoft.Network/privateDnsZones"
BACKUP_ZONES = (
    "privatelink.we.backup.windowsazure.com",
    "privatelink.blob.core.windows.net",
    "privatelink.queue.core.windows.net",
)
RECORDS_ZONE = "privatelink.siterecovery.windowsazure.com"
# Seven names of a Site Recovery endpoint, in two networks: the work azure.azcollection needs a task each for.
RECORDS = {f"name-{number:02}": f"10.1.9.{number}" for number in range(1, 15)}
TIME_TO_LIVE = 3600

#: The modules whose no-op task is measured, each under the name both collections' tables share.
TASKS = ("vault", "private_endpoint", "private_dns_zone_group", "role_assignment")


def networks() -> list[JSON]:
    """One network, with room for the endpoints of a hundred vaults."""
    subnet = {"name": "endpoints", "address_prefix": "10.1.0.0/18", "private_endpoint_network_policies": "Disabled"}
    return [
        {
            "name": "vnet-app",
            "resource_group": "rg-network",
            "location": "westeurope",
            "address_prefixes": ["10.1.0.0/16"],
            "subnets": [subnet],
        }
    ]


def world(vaults: t.Sequence[str] = ("vault-backup",)) -> JSON:
    """A world in which everything the tasks below ask for exists, for each of the vaults."""
    groups = [{"name": name, "location": "westeurope"} for name in ("rg-backup", "rg-network", "rg-dns")]
    records = [
        {"name": name, "ip_addresses": [address], "time_to_live": TIME_TO_LIVE} for name, address in RECORDS.items()
    ]
    return {
        "resource_groups": groups,
        "virtual_networks": networks(),
        "private_dns_zones": [
            *({"name": zone, "resource_group": "rg-dns"} for zone in BACKUP_ZONES),
            {"name": RECORDS_ZONE, "resource_group": "rg-dns", "records": records},
        ],
        "vaults": [
            {"name": name, "resource_group": "rg-backup", "location": "westeurope", "identity": "SystemAssigned"}
            for name in vaults
        ],
        "private_endpoints": [_endpoint(name) for name in vaults],
        "role_assignments": [
            {"scope": BACKUP, "role": "Contributor", "principal_id": IDENTITY, "principal_type": "ServicePrincipal"}
        ],
    }


def _endpoint(vault: str) -> JSON:
    return {
        "name": f"pe-{vault}",
        "resource_group": "rg-backup",
        "location": "westeurope",
        "virtual_network": "vnet-app",
        "subnet": "endpoints",
        "target": f"{BACKUP}/providers/Microsoft.RecoveryServices/vaults/{vault}",
        "group_id": "AzureBackup",
        "zone_group": {"name": "default", "zones": [f"{ZONES}/{zone}" for zone in BACKUP_ZONES]},
    }


def ours(vault: str = "vault-backup") -> dict[str, JSON]:
    """Our tasks by name; ``vault`` may be a template."""
    prefix = "privatelink.recovery."
    endpoint = f"{BACKUP}/providers/Microsoft.Network/privateEndpoints/pe-{vault}"
    tables: dict[str, JSON] = {
        "vault": {"resource_group": "rg-backup", "name": vault, "location": "westeurope"},
        "private_endpoint": {
            "resource_group": "rg-backup",
            "name": f"pe-{vault}",
            "subnet": SUBNET,
            "target": f"{BACKUP}/providers/Microsoft.RecoveryServices/vaults/{vault}",
            "sub_resource": "AzureBackup",
        },
        "private_dns_zone_group": {
            "private_endpoint": endpoint,
            "zones": [f"{ZONES}/{zone}" for zone in BACKUP_ZONES],
        },
        "role_assignment": {
            "assignments": [{"scope": BACKUP, "role": CONTRIBUTOR, "principal_id": IDENTITY}],
        },
        "private_dns_records": {
            "zones": [f"{ZONES}/{RECORDS_ZONE}"],
            "owner": "benchmark",
            "time_to_live": TIME_TO_LIVE,
            "names": [
                {"fqdn": f"{name}.{RECORDS_ZONE}", "ip_addresses": [address]} for name, address in RECORDS.items()
            ],
        },
    }
    return {name: {"name": name, f"{prefix}{name}": options} for name, options in tables.items()}


def peer() -> dict[str, JSON]:
    """The tasks of azure.azcollection that ask for the same."""
    target = f"{BACKUP}/providers/Microsoft.RecoveryServices/vaults/vault-backup"
    modules: dict[str, tuple[str, JSON]] = {
        "vault": (
            "recoveryservicesvault",
            {"resource_group": "rg-backup", "name": "vault-backup", "location": "westeurope"},
        ),
        "private_endpoint": (
            "privateendpoint",
            {
                "resource_group": "rg-backup",
                "name": "pe-vault-backup",
                "subnet": {"id": SUBNET},
                "private_link_service_connections": [
                    {"name": "pe-vault-backup", "private_link_service_id": target, "group_ids": ["AzureBackup"]}
                ],
            },
        ),
        "private_dns_zone_group": (
            "privateendpointdnszonegroup",
            {
                "resource_group": "rg-backup",
                "private_endpoint": "pe-vault-backup",
                "name": "default",
                "private_dns_zone_configs": [
                    {"name": zone.replace(".", "-"), "private_dns_zone_id": f"{ZONES}/{zone}"} for zone in BACKUP_ZONES
                ],
            },
        ),
        "role_assignment": (
            "roleassignment",
            {
                "scope": BACKUP,
                "assignee_object_id": IDENTITY,
                "role_definition_id": f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization"
                f"/roleDefinitions/{CONTRIBUTOR}",
            },
        ),
    }
    return {
        name: {"name": name, f"azure.azcollection.azure_rm_{module}": options}
        for name, (module, options) in modules.items()
    }


def peer_records() -> list[JSON]:
    """A task for each record."""
    return [
        {
            "name": name,
            "azure.azcollection.azure_rm_privatednsrecordset": {
                "resource_group": "rg-dns",
                "zone_name": RECORDS_ZONE,
                "relative_name": name,
                "record_type": "A",
                "time_to_live": TIME_TO_LIVE,
                "records": [{"entry": address}],
            },
        }
        for name, address in RECORDS.items()
    ]
