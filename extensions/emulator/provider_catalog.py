"""Resource providers, their types and api-versions, and regions, as far as recovery work meets them.

Sources: the folders of api-versions in Azure/bicep-types-az, the list of Microsoft.Network that azure-powershell's
``TestUpdateLinkWithEtagMismatchThrow.json`` recorded, and that of Azure Resource Manager in public transcripts of its error;
Microsoft Learn "List of Azure regions".
"""

from __future__ import annotations

import csv
import functools
import typing as t
from pathlib import Path

from . import geo_codes
from .wire import location

#: Providers that every subscription has without registering.
ALWAYS_REGISTERED = ("Microsoft.Authorization", "Microsoft.Resources", "Microsoft.Insights", "Microsoft.Management")


@functools.cache
def _families() -> dict[str, tuple[str, ...]]:
    """The api-versions of ``data/api_versions.csv``, newest first, by family."""
    found: dict[str, list[str]] = {}
    with (Path(__file__).parent / "data" / "api_versions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["family"], []).append(row["api_version"])
    return {family: tuple(listed) for family, listed in found.items()}


_NETWORK, _PRIVATE_DNS, _VAULTS, _STORAGE, _RESOURCES = (
    _families()[family] for family in ("network", "private_dns", "vaults", "storage", "resources")
)
# Azure/bicep-types-az ``microsoft.migrate``, ``microsoft.offazure`` and ``microsoft.keyvault``.
_MIGRATE = ("2023-01-01", "2020-06-01-preview", "2020-05-01", "2018-09-01-preview")
_ASSESSMENT = ("2024-03-03-preview", "2023-04-01-preview", "2023-03-15", "2020-05-01", "2019-10-01")
_OFFAZURE = ("2024-12-01-preview", "2023-10-01-preview", "2023-06-06", "2020-07-07", "2020-01-01")
# Azure/bicep-types-az ``generated/dnsresolver/microsoft.network``.
_DNS_RESOLVER = ("2025-05-01", "2023-07-01-preview", "2022-07-01", "2020-04-01-preview")
_KEY_VAULT = ("2024-11-01", "2023-07-01", "2023-02-01", "2022-07-01", "2021-10-01", "2019-09-01")

TYPES: dict[str, dict[str, tuple[str, ...]]] = {
    "Microsoft.Network": {
        "virtualNetworks": _NETWORK,
        "virtualNetworks/subnets": _NETWORK,
        "privateEndpoints": _NETWORK,
        "privateEndpoints/privateDnsZoneGroups": _NETWORK,
        "networkInterfaces": _NETWORK,
        "applicationSecurityGroups": _NETWORK,
        "networkSecurityGroups": _NETWORK,
        "privateDnsZones": _PRIVATE_DNS,
        "privateDnsZones/virtualNetworkLinks": _PRIVATE_DNS,
        "privateDnsZones/A": _PRIVATE_DNS,
        "dnsResolvers": _DNS_RESOLVER,
        "dnsResolvers/inboundEndpoints": _DNS_RESOLVER,
        "dnsResolvers/outboundEndpoints": _DNS_RESOLVER,
        "dnsForwardingRulesets": _DNS_RESOLVER,
        "dnsForwardingRulesets/forwardingRules": _DNS_RESOLVER,
        "dnsForwardingRulesets/virtualNetworkLinks": _DNS_RESOLVER,
    },
    "Microsoft.RecoveryServices": {"vaults": _VAULTS, "locations": _VAULTS},
    "Microsoft.Storage": {"storageAccounts": _STORAGE},
    "Microsoft.ClassicStorage": {"storageAccounts": ("2016-11-01", "2016-04-01", "2015-12-01")},
    "Microsoft.Migrate": {
        "migrateProjects": _MIGRATE,
        "migrateProjects/solutions": _MIGRATE,
        "assessmentProjects": _ASSESSMENT,
    },
    "Microsoft.OffAzure": dict.fromkeys(("masterSites", "vmwareSites", "hypervSites", "serverSites"), _OFFAZURE),
    "Microsoft.KeyVault": {"vaults": _KEY_VAULT, "deletedVaults": _KEY_VAULT, "locations/deletedVaults": _KEY_VAULT},
    "Microsoft.ManagedIdentity": {"userAssignedIdentities": ("2023-01-31", "2018-11-30")},
    "Microsoft.Compute": {"virtualMachines": ("2024-07-01", "2023-09-01")},
    "Microsoft.Authorization": {
        "roleAssignments": ("2022-04-01", "2020-04-01-preview"),
        "roleDefinitions": ("2022-05-01-preview", "2022-04-01"),
        "permissions": ("2022-04-01", "2015-07-01"),
        "policyAssignments": ("2023-04-01", "2022-06-01", "2021-06-01"),
    },
    "Microsoft.Resources": {"resourceGroups": _RESOURCES, "tags": _RESOURCES},
    # azure-cli recording ``test_provider_registration.yaml``: one that no sequence here needs.
    "Microsoft.ClassicInfrastructureMigrate": {"classicInfrastructureResources": ("2015-06-15",)},
    "Microsoft.Insights": {"eventtypes": ("2015-04-01",)},
}


#: Types that stand in a group and have a location, by their lower-case name.
TRACKED: dict[str, str] = {
    kind.lower(): kind
    for kind in (
        "Microsoft.Network/virtualNetworks",
        "Microsoft.Network/privateEndpoints",
        "Microsoft.Network/applicationSecurityGroups",
        "Microsoft.Network/networkSecurityGroups",
        "Microsoft.Network/privateDnsZones",
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        "Microsoft.Network/dnsResolvers",
        "Microsoft.Network/dnsResolvers/inboundEndpoints",
        "Microsoft.Network/dnsResolvers/outboundEndpoints",
        "Microsoft.Network/dnsForwardingRulesets",
        "Microsoft.RecoveryServices/vaults",
        "Microsoft.Storage/storageAccounts",
        "Microsoft.KeyVault/vaults",
        "Microsoft.Migrate/migrateProjects",
        "Microsoft.Migrate/assessmentProjects",
        "Microsoft.OffAzure/masterSites",
        "Microsoft.OffAzure/vmwareSites",
        "Microsoft.OffAzure/hypervSites",
        "Microsoft.OffAzure/serverSites",
    )
}
#: Those of them that are in no region.
GLOBAL = ("Microsoft.Network/privateDnsZones", "Microsoft.Network/privateDnsZones/virtualNetworkLinks")
#: Azure Resource Manager's own versions are listed under this type.
GROUP_TYPE = "microsoft.resources/resourcegroups"


@functools.cache
def versions(resource_type: str) -> tuple[str, ...]:
    """The api-versions of a type, newest first, or nothing when it is not known."""
    namespace, _slash, kind = resource_type.lower().partition("/")
    types = {own.lower(): rows for own, rows in TYPES.items()}.get(namespace, {})
    return {name.lower(): rows for name, rows in types.items()}.get(kind, ())


def newest_version(resource_type: str) -> str:
    """The newest api-version of a type that is no preview, or an empty string when it is not known."""
    return next((version for version in versions(resource_type) if not version.endswith("preview")), "")


def spelt(resource_type: str) -> str:
    """A type without its namespace, in Azure's spelling where it is known."""
    namespace, _slash, kind = resource_type.partition("/")
    types = {own.lower(): rows for own, rows in TYPES.items()}.get(namespace.lower(), {})
    return next((name for name in types if name.lower() == kind.lower()), kind)


class Region(t.NamedTuple):
    """A region. ``pair`` is the name of its pair, where failover and backup copies go."""

    name: str
    display_name: str
    geography: str
    pair: str


_REGIONS = (
    Region("eastus", "East US", "US", "westus"),
    Region("eastus2", "East US 2", "US", "centralus"),
    Region("centralus", "Central US", "US", "eastus2"),
    Region("northcentralus", "North Central US", "US", "southcentralus"),
    Region("southcentralus", "South Central US", "US", "northcentralus"),
    Region("westus", "West US", "US", "eastus"),
    Region("westus2", "West US 2", "US", "westcentralus"),
    Region("westcentralus", "West Central US", "US", "westus2"),
    Region("northeurope", "North Europe", "Europe", "westeurope"),
    Region("westeurope", "West Europe", "Europe", "northeurope"),
    Region("uksouth", "UK South", "UK", "ukwest"),
    Region("ukwest", "UK West", "UK", "uksouth"),
    Region("francecentral", "France Central", "Europe", "francesouth"),
    Region("francesouth", "France South", "Europe", "francecentral"),
    Region("germanywestcentral", "Germany West Central", "Europe", "germanynorth"),
    Region("germanynorth", "Germany North", "Europe", "germanywestcentral"),
    Region("switzerlandnorth", "Switzerland North", "Europe", "switzerlandwest"),
    Region("switzerlandwest", "Switzerland West", "Europe", "switzerlandnorth"),
    Region("japaneast", "Japan East", "Asia Pacific", "japanwest"),
    Region("japanwest", "Japan West", "Asia Pacific", "japaneast"),
    Region("southeastasia", "Southeast Asia", "Asia Pacific", "eastasia"),
    Region("eastasia", "East Asia", "Asia Pacific", "southeastasia"),
    Region("australiaeast", "Australia East", "Asia Pacific", "australiasoutheast"),
    Region("australiasoutheast", "Australia Southeast", "Asia Pacific", "australiaeast"),
    Region("usgovvirginia", "USGov Virginia", "USGov", "usgovtexas"),
    Region("usgovtexas", "USGov Texas", "USGov", "usgovvirginia"),
    Region("chinaeast2", "China East 2", "China", "chinanorth2"),
    Region("chinanorth2", "China North 2", "China", "chinaeast2"),
)


def regions(cloud: str) -> list[Region]:
    """The regions of a cloud, as far as they are described here. It knows none of another cloud."""
    return [region for region in _REGIONS if geo_codes.regions()[region.name].cloud == cloud]


def display_name(region: str) -> str:
    """A region as Azure speaks of it, or the given name where it is not described here."""
    return next((one.display_name for one in _REGIONS if one.name == location(region)), region)
