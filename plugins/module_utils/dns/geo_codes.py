"""Geo codes: the short region names in the DNS zones of Azure Backup and in the record names of Site Recovery.

A region's geo code is not derived from its name, so it is data. The sources, none of which disagrees with another:

* MicrosoftDocs/azure-docs ``articles/backup/scripts/geo-code-list.md`` and the same page of docs.azure.cn
* Azure/terraform-azurerm-caf-enterprise-scale ``locals.geo_codes.tf.json``
* Azure/ALZ-Bicep ``privateDnsZones.bicep``
* Azure/terraform-azurerm-avm-ptn-network-private-link-private-dns-zones ``locals.tf``
* Azure/bicep-registry-modules ``avm/ptn/network/private-link-private-dns-zones``
* Azure/terraform-azurerm-avm-utl-regions ``locals.geo.codes.tf.json``
* Azure/missionlz ``locations.json``

``provisional`` marks a region that only Azure/terraform-azurerm-avm-utl-regions lists. The table is a fallback: what
the capabilities API of Microsoft.RecoveryServices or an endpoint's own names say is stronger.
"""

from __future__ import annotations

import difflib
import typing as t

from ..azure.clouds import CLOUDS
from ..ids import region


class GeoCode(t.NamedTuple):
    """The geo code of a region, the cloud it belongs to and whether only one source knows it."""

    code: str
    cloud: str
    provisional: bool


GEO_CODES: dict[str, GeoCode] = {
    "australiacentral": GeoCode("acl", "AzureCloud", False),
    "australiacentral2": GeoCode("acl2", "AzureCloud", False),
    "australiaeast": GeoCode("ae", "AzureCloud", False),
    "australiasoutheast": GeoCode("ase", "AzureCloud", False),
    "austriaeast": GeoCode("aue", "AzureCloud", True),
    "belgiumcentral": GeoCode("bec", "AzureCloud", True),
    "brazilsouth": GeoCode("brs", "AzureCloud", False),
    "brazilsoutheast": GeoCode("bse", "AzureCloud", False),
    "canadacentral": GeoCode("cnc", "AzureCloud", False),
    "canadaeast": GeoCode("cne", "AzureCloud", False),
    "centralindia": GeoCode("inc", "AzureCloud", False),
    "centralus": GeoCode("cus", "AzureCloud", False),
    "centraluseuap": GeoCode("ccy", "AzureCloud", False),
    "chilecentral": GeoCode("clc", "AzureCloud", False),
    "denmarkeast": GeoCode("dke", "AzureCloud", True),
    "eastasia": GeoCode("ea", "AzureCloud", False),
    "eastus": GeoCode("eus", "AzureCloud", False),
    "eastus2": GeoCode("eus2", "AzureCloud", False),
    "eastus2euap": GeoCode("ecy", "AzureCloud", False),
    "eastus3": GeoCode("eus3", "AzureCloud", True),
    "francecentral": GeoCode("frc", "AzureCloud", False),
    "francesouth": GeoCode("frs", "AzureCloud", False),
    "germanynorth": GeoCode("gn", "AzureCloud", False),
    "germanywestcentral": GeoCode("gwc", "AzureCloud", False),
    "indiasouthcentral": GeoCode("insc", "AzureCloud", True),
    "indonesiacentral": GeoCode("idc", "AzureCloud", False),
    "israelcentral": GeoCode("ilc", "AzureCloud", False),
    "israelnorthwest": GeoCode("iln", "AzureCloud", True),
    "italynorth": GeoCode("itn", "AzureCloud", False),
    "japaneast": GeoCode("jpe", "AzureCloud", False),
    "japanwest": GeoCode("jpw", "AzureCloud", False),
    "jioindiacentral": GeoCode("jic", "AzureCloud", False),
    "jioindiawest": GeoCode("jiw", "AzureCloud", False),
    "koreacentral": GeoCode("krc", "AzureCloud", False),
    "koreasouth": GeoCode("krs", "AzureCloud", False),
    "malaysiasouth": GeoCode("mys", "AzureCloud", False),
    "malaysiawest": GeoCode("myw", "AzureCloud", False),
    "mexicocentral": GeoCode("mxc", "AzureCloud", False),
    "newzealandnorth": GeoCode("nzn", "AzureCloud", False),
    "northcentralus": GeoCode("ncus", "AzureCloud", False),
    "northeastus5": GeoCode("ne5s", "AzureCloud", True),
    "northeurope": GeoCode("ne", "AzureCloud", False),
    "norwayeast": GeoCode("nwe", "AzureCloud", False),
    "norwaywest": GeoCode("nww", "AzureCloud", False),
    "polandcentral": GeoCode("plc", "AzureCloud", False),
    "qatarcentral": GeoCode("qac", "AzureCloud", False),
    "southafricanorth": GeoCode("san", "AzureCloud", False),
    "southafricawest": GeoCode("saw", "AzureCloud", False),
    "southcentralus": GeoCode("scus", "AzureCloud", False),
    "southcentralus2": GeoCode("usc2", "AzureCloud", True),
    "southeastasia": GeoCode("sea", "AzureCloud", False),
    "southeastus": GeoCode("use", "AzureCloud", True),
    "southeastus3": GeoCode("use3", "AzureCloud", True),
    "southeastus5": GeoCode("use5", "AzureCloud", True),
    "southindia": GeoCode("ins", "AzureCloud", False),
    "southwestus": GeoCode("swus", "AzureCloud", True),
    "spaincentral": GeoCode("spc", "AzureCloud", False),
    "swedencentral": GeoCode("sdc", "AzureCloud", False),
    "swedensouth": GeoCode("sds", "AzureCloud", False),
    "switzerlandnorth": GeoCode("szn", "AzureCloud", False),
    "switzerlandwest": GeoCode("szw", "AzureCloud", False),
    "taiwannorth": GeoCode("twn", "AzureCloud", False),
    "taiwannorthwest": GeoCode("tnw", "AzureCloud", True),
    "uaecentral": GeoCode("uac", "AzureCloud", False),
    "uaenorth": GeoCode("uan", "AzureCloud", False),
    "uksouth": GeoCode("uks", "AzureCloud", False),
    "ukwest": GeoCode("ukw", "AzureCloud", False),
    "westcentralus": GeoCode("wcus", "AzureCloud", False),
    "westeurope": GeoCode("we", "AzureCloud", False),
    "westindia": GeoCode("inw", "AzureCloud", False),
    "westus": GeoCode("wus", "AzureCloud", False),
    "westus2": GeoCode("wus2", "AzureCloud", False),
    "westus3": GeoCode("wus3", "AzureCloud", False),
    "chinaeast": GeoCode("sha", "AzureChinaCloud", False),
    "chinaeast2": GeoCode("sha2", "AzureChinaCloud", False),
    "chinaeast3": GeoCode("sha3", "AzureChinaCloud", False),
    "chinanorth": GeoCode("bjb", "AzureChinaCloud", False),
    "chinanorth2": GeoCode("bjb2", "AzureChinaCloud", False),
    "chinanorth3": GeoCode("bjb3", "AzureChinaCloud", False),
    "germanycentral": GeoCode("gec", "AzureGermanCloud(retired)", False),
    "germanynortheast": GeoCode("gne", "AzureGermanCloud(retired)", False),
    "usdodcentral": GeoCode("udc", "AzureUSGovernment", False),
    "usdodeast": GeoCode("ude", "AzureUSGovernment", False),
    "usgovarizona": GeoCode("uga", "AzureUSGovernment", False),
    "usgoviowa": GeoCode("ugi", "AzureUSGovernment", False),
    "usgovtexas": GeoCode("ugt", "AzureUSGovernment", False),
    "usgovvirginia": GeoCode("ugv", "AzureUSGovernment", False),
    "usnateast": GeoCode("exe", "USNat", False),
    "usnatwest": GeoCode("exw", "USNat", False),
    "usseceast": GeoCode("rxe", "USSec", False),
    "ussecwest": GeoCode("rxw", "USSec", False),
}


def cloud_elsewhere(location: str, cloud: str) -> str:
    """The cloud a region is known to belong to, where that is not ``cloud``; empty for a region or a cloud no list has."""
    known = GEO_CODES.get(region(location))
    return known.cloud if known and cloud in CLOUDS and known.cloud != cloud else ""


def nearest_region(location: str, regions: t.Iterable[str] | None = None) -> str:
    """The one of some regions, or of all in the table, that a name was most likely meant to be; empty when none is near."""
    choice = GEO_CODES if regions is None else regions
    return next(iter(difflib.get_close_matches(region(location), [*choice], 1)), "")
