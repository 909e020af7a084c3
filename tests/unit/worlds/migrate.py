"""Worlds of a private Migrate project: one in which the portal did everything right, and what can be wrong with it."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.privatelink.recovery.extensions.emulator import dns_packet
from ansible_collections.privatelink.recovery.extensions.emulator.dns_resolution import Resolver
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.query import Lookup
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.resolution import Asked, judge
from ansible_collections.privatelink.recovery.plugins.modules.migrate_verification import MODULE as VERIFICATION

from ..conftest import GROUPS, SUBSCRIPTION, Cloud

JSON = dict[str, t.Any]
GROUP = "rg-migrate"
PLACE = {"resource_group": GROUP, "location": "westeurope"}
PROVIDERS = f"{GROUPS}/{GROUP}/providers"
NETWORK = f"{GROUPS}/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-hub"
SUBNET = f"{NETWORK}/subnets/endpoints"
PROJECT = f"{PROVIDERS}/Microsoft.Migrate/MigrateProjects/contoso"
KEY_VAULT = f"{PROVIDERS}/Microsoft.KeyVault/vaults/contoso1234kv"
STORAGE = f"{PROVIDERS}/Microsoft.Storage/storageAccounts/lsa1234usa"
MASTER_SITE = f"{PROVIDERS}/Microsoft.OffAzure/MasterSites/contoso1234mastersite"
ASSESSMENT = f"{PROVIDERS}/Microsoft.Migrate/assessmentProjects/contoso1234project"
VAULT = f"{PROVIDERS}/Microsoft.RecoveryServices/vaults/contoso-MigrateVault-1"
ZONE_NAMES = {
    "migration": "privatelink.prod.migration.windowsazure.com",
    "key_vault": "privatelink.vaultcore.azure.net",
    "blob": "privatelink.blob.core.windows.net",
    "site_recovery": "privatelink.siterecovery.windowsazure.com",
}
ZONES = {key: f"{PROVIDERS}/Microsoft.Network/privateDnsZones/{name}" for key, name in ZONE_NAMES.items()}
IDENTITY = "66666666-6666-4666-8666-666666666666"
APPLIANCE = "77777777-7777-4777-8777-777777777777"
#: Endpoint -> what it leads to, its group and the key of its zone.
ENDPOINTS = {
    "contoso5675pe": (PROJECT, "Default", "migration"),
    "contoso1234projectpe": (ASSESSMENT, "Default", "migration"),
    "contoso1234mastersitepe": (MASTER_SITE, "Default", "migration"),
    "contoso1234kvpe": (KEY_VAULT, "vault", "key_vault"),
    "lsa1234usape": (STORAGE, "blob", "blob"),
    "contosovaultpe": (VAULT, "AzureSiteRecovery", "site_recovery"),
}


#: The variables of a run that makes a project.
MAKE: JSON = {
    "migrate_project_name": "contoso",
    "migrate_resource_group": GROUP,
    "migrate_project_create": True,
    "migrate_subnet": SUBNET,
    "migrate_key_vault": KEY_VAULT,
    "migrate_storage_account": STORAGE,
    "migrate_source": "HyperV",
}


def to_be_made(world: JSON) -> None:
    """Key vault and storage account are there; project and endpoints are not, and the providers are not registered."""
    for section in (
        "migrate_projects",
        "assessment_projects",
        "master_sites",
        "migrate_sites",
        "private_endpoints",
        "vaults",
    ):
        world[section] = []
    world.update(private_dns_zones=[], role_assignments=[])
    providers = {"Microsoft.Migrate": "NotRegistered", "Microsoft.OffAzure": "NotRegistered"}
    world["subscriptions"] = [{"id": SUBSCRIPTION, "providers": providers}]


def none_there(world: JSON) -> None:
    """After :func:`to_be_made`: neither key vault nor storage account is there, and key vaults have no provider yet."""
    world.update(key_vaults=[], storage_accounts=[])
    world["subscriptions"][0]["providers"]["Microsoft.KeyVault"] = "NotRegistered"


def endpoint_id(name: str) -> str:
    """The id of an endpoint of the project."""
    return f"{PROVIDERS}/Microsoft.Network/privateEndpoints/{name}"


def healthy() -> JSON:
    """The portal did everything right: project, generated key, replication vault, six endpoints, four zones."""
    return {
        "resource_groups": [{"name": name, "location": "westeurope"} for name in (GROUP, "rg-network", "rg-dns")],
        "virtual_networks": [
            {
                "name": "vnet-hub",
                "resource_group": "rg-network",
                "location": "westeurope",
                "address_prefixes": ["10.2.0.0/16"],
                "gateway": "er-gateway",
                "peerings": [{"virtual_network": "vnet-spoke"}],
                "subnets": [
                    {"name": "endpoints", "address_prefix": "10.2.1.0/24"},
                    {"name": "GatewaySubnet", "address_prefix": "10.2.255.0/27"},
                ],
            },
            *(
                {
                    "name": name,
                    "resource_group": "rg-network",
                    "location": "westeurope",
                    "address_prefixes": [f"10.{number}.0.0/16"],
                    "subnets": [{"name": "endpoints", "address_prefix": f"10.{number}.1.0/24"}],
                }
                for number, name in ((3, "vnet-spoke"), (4, "vnet-island"))
            ),
        ],
        "private_dns_zones": [
            {
                "name": name,
                "resource_group": GROUP,
                "virtual_network_links": [{"name": "hub", "virtual_network": "vnet-hub"}],
            }
            for name in ZONE_NAMES.values()
        ],
        "migrate_projects": [
            {
                "name": "contoso",
                **PLACE,
                "subnet": SUBNET,
                "principal_id": IDENTITY,
                "solution_details": {"Servers-Migration-ServerMigration": {"vaultId": VAULT}},
            }
        ],
        "assessment_projects": [
            {"name": "contoso1234project", **PLACE, "project": "contoso", "storage_account": "lsa1234usa"}
        ],
        "master_sites": [{"name": "contoso1234mastersite", **PLACE, "storage_account": "lsa1234usa"}],
        "migrate_sites": [
            {
                "name": "lsa1234site",
                **PLACE,
                "kind": "VMware",
                "project": "contoso",
                "master_site": "contoso1234mastersite",
                "key_vault": "contoso1234kv",
                "appliance": "lsa",
                "principal_id": APPLIANCE,
            }
        ],
        "key_vaults": [
            {
                "name": "contoso1234kv",
                **PLACE,
                "public_network_access": "Disabled",
                "access_policies": [{"object_id": APPLIANCE}],
            }
        ],
        "storage_accounts": [{"name": "lsa1234usa", **PLACE}],
        "vaults": [{"name": "contoso-MigrateVault-1", **PLACE, "identity": "SystemAssigned"}],
        "private_endpoints": [
            {
                "name": name,
                **PLACE,
                "virtual_network": "vnet-hub",
                "subnet": "endpoints",
                "target": target,
                "group_id": group,
                "zone_group": {"name": "default", "zones": [ZONES[zone]]},
            }
            for name, (target, group, zone) in ENDPOINTS.items()
        ],
        "role_assignments": [
            {
                "scope": STORAGE,
                "role": "Storage Blob Data Contributor",
                "principal_id": IDENTITY,
                "principal_type": "ServicePrincipal",
            }
        ],
    }


def entry(world: JSON, section: str, name: str) -> JSON:
    """An entry of a world, to be changed in place."""
    found: JSON = next(item for item in world[section] if item["name"] == name)
    return found


def set_endpoint(name: str, **values: t.Any) -> t.Callable[[JSON], None]:
    """A change of one endpoint; None takes a key away."""

    def change(world: JSON) -> None:
        item = entry(world, "private_endpoints", name)
        item.update(values)
        for key in [key for key, value in item.items() if value is None]:
            del item[key]

    return change


def without(section: str, name: str) -> t.Callable[[JSON], None]:
    """A change that takes an entry away."""

    def change(world: JSON) -> None:
        world[section] = [item for item in world[section] if item["name"] != name]

    return change


def zone_records(cloud: Cloud, zone: str) -> dict[str, JSON]:
    """The A records of a zone, by name, as the store holds them."""
    cloud.arm.scheduler.settle()
    found = cloud.arm.store.below(ZONES[zone], "Microsoft.Network/privateDnsZones/A")
    return {resource.name: resource.document for resource in found}


def rewrite(cloud: Cloud, zone: str, addresses: t.Sequence[str]) -> str:
    """Give the first record of a zone other addresses; its name."""
    name, document = sorted(zone_records(cloud, zone).items())[0]
    document["properties"]["aRecords"] = [{"ipv4Address": text} for text in addresses]
    return name


def add_record(cloud: Cloud, zone: str, name: str, address: str) -> None:
    """Write a record that no endpoint publishes."""
    from ansible_collections.privatelink.recovery.extensions.emulator.services.network.private_dns_records import (
        Records,
    )

    cloud.arm.scheduler.settle()
    Records(cloud.arm).publish(ZONES[zone], name, [address], 3600, {})


def erase_record(cloud: Cloud, zone: str) -> str:
    """Take the first record of a zone away; its name."""
    name = sorted(zone_records(cloud, zone))[0]
    cloud.arm.store.remove(f"{ZONES[zone]}/A/{name}")
    return name


def world_with(*changes: t.Callable[[JSON], None]) -> JSON:
    """The healthy world with changes."""
    world = copy.deepcopy(healthy())
    for change in changes:
        change(world)
    return world


def ask_host(
    cloud: Cloud, names: t.Iterable[JSON], network: str = NETWORK, closed: t.Collection[str] = ()
) -> list[JSON]:
    """What a host that asks the DNS of a network says of names; port 443 of the addresses ``closed`` does not answer."""
    resolver = Resolver(cloud.arm, network)
    rows = []
    for name in names:
        answer = resolver.resolve(str(name["fqdn"]).lower(), dns_packet.A)
        found = [".".join(map(str, record.data)) for record in answer.records if record.kind == dns_packet.A]
        row = judge(
            Asked(str(name["fqdn"]), tuple(name["ip_addresses"])),
            Lookup(tuple(sorted(found)), failure="" if found else "NXDOMAIN"),
        )
        if row["resolved"]:
            row["connected"] = not closed & set(found) if isinstance(closed, (set, frozenset)) else True
            if not row["connected"]:
                row["message"] = (
                    f"{name['fqdn']} resolves but is not reached: {found[0]} port 443: timed out; check the route."
                )
        rows.append(row)
    return rows


def verify(cloud: Cloud, *, host: bool = True, **options: t.Any) -> JSON:
    """Verify in two steps as the role does, and show that nothing was written."""
    cloud.mark()
    asked = {"resource_group": GROUP, "name": "contoso", "enforce": False, **options}
    found = cloud.run(VERIFICATION, **asked)
    assert not found.get("failed"), found
    if host:
        found = cloud.run(VERIFICATION, **{"answers": ask_host(cloud, found["names"]), **asked})
        assert not found.get("failed"), found
    assert found["changed"] is False
    assert cloud.writes() == []
    return found


def codes(result: JSON) -> list[str]:
    """The codes of the faults, in order."""
    return [fault["code"] for fault in result["faults"]]
