"""Resource providers, their types and api-versions, and regions, as far as recovery work meets them.

Source: azure-rest-api-specs (folders of api-versions below each provider); Microsoft Learn "List of Azure regions".
"""

from __future__ import annotations

import typing as t

from . import geo_codes

#: Providers that every subscription has without registering.
ALWAYS_REGISTERED = ("Microsoft.Authorization", "Microsoft.Resources", "Microsoft.Insights", "Microsoft.Management")

_NETWORK = ("2026-03-01", "2026-01-01", "2025-07-01", "2024-07-01", "2024-03-01", "2023-09-01", "2020-11-01")
_PRIVATE_DNS = ("2024-06-01", "2020-06-01", "2018-09-01")
_VAULTS = ("2026-11-01", "2026-07-01", "2026-02-01", "2025-08-01", "2024-04-01", "2021-03-01", "2020-02-02")
_STORAGE = ("2026-09-01", "2025-08-01", "2023-05-01", "2021-02-01")
_MIGRATE = ("2020-05-01", "2018-09-01-preview")

TYPES: dict[str, dict[str, tuple[str, ...]]] = {
    "Microsoft.Network": {
        "virtualNetworks": _NETWORK,
        "virtualNetworks/subnets": _NETWORK,
        "privateEndpoints": _NETWORK,
        "privateEndpoints/privateDnsZoneGroups": _NETWORK,
        "networkInterfaces": _NETWORK,
        "privateDnsZones": _PRIVATE_DNS,
        "privateDnsZones/virtualNetworkLinks": _PRIVATE_DNS,
        "privateDnsZones/A": _PRIVATE_DNS,
    },
    "Microsoft.RecoveryServices": {"vaults": _VAULTS, "locations": _VAULTS},
    "Microsoft.Storage": {"storageAccounts": _STORAGE},
    "Microsoft.ClassicStorage": {"storageAccounts": ("2016-11-01", "2016-04-01", "2015-12-01")},
    "Microsoft.Migrate": {"migrateProjects": _MIGRATE, "assessmentProjects": ("2023-04-01-preview", "2020-05-01")},
    "Microsoft.OffAzure": {"masterSites": ("2024-12-01-preview", "2020-07-07")},
    "Microsoft.KeyVault": {"vaults": ("2023-07-01", "2022-07-01")},
    "Microsoft.ManagedIdentity": {"userAssignedIdentities": ("2023-01-31", "2018-11-30")},
    "Microsoft.Compute": {"virtualMachines": ("2024-07-01", "2023-09-01")},
    "Microsoft.Authorization": {
        "roleAssignments": ("2022-04-01", "2020-04-01-preview"),
        "roleDefinitions": ("2022-05-01-preview", "2022-04-01"),
        "permissions": ("2022-04-01", "2015-07-01"),
    },
    "Microsoft.Resources": {"resourceGroups": ("2025-04-01", "2024-11-01", "2022-09-01", "2021-04-01")},
    "Microsoft.Insights": {"eventtypes": ("2015-04-01",)},
}


def newest_version(resource_type: str) -> str:
    """The newest api-version of a type, or an empty string when it is not known."""
    namespace, _slash, kind = resource_type.lower().partition("/")
    known = (
        {name.lower(): rows for name, rows in types.items()} for own, types in TYPES.items() if own.lower() == namespace
    )
    return next((rows[kind][0] for rows in known if kind in rows), "")


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
