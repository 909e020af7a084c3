"""Which private DNS zones an endpoint's names belong in, and under which record name.

Public sources: https://learn.microsoft.com/azure/private-link/private-endpoint-dns (zones by service and cloud);
https://learn.microsoft.com/azure/backup/private-endpoints (record names of Azure Backup).
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..azure.clouds import CLOUDS, Cloud
from ..errors import InputError, Refusal
from ..ids import region as fold_region
from ..resources.targets import STORAGE_TARGET, VAULT_TARGET
from .geo_codes import GEO_CODES, cloud_elsewhere

LABEL = "privatelink."
ZONE = re.compile(r"^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)+$")
BACKUP = ("azurebackup", "azurebackup_secondary")
SITE_RECOVERY = "azuresiterecovery"
VAULT_SUB_RESOURCES = VAULT_TARGET.sub_resources
PARTITIONED_STORAGE = re.compile(r"^([^.]+\.z\d+)\.(blob|queue|table|file|dfs|web)\.storage\.azure\.net$")

# Zones that depend on nothing but the cloud.
CLOUD_ZONES: dict[str, dict[str, str]] = {
    "vault": {
        "AzureCloud": "privatelink.vaultcore.azure.net",
        "AzureUSGovernment": "privatelink.vaultcore.usgovcloudapi.net",
        "AzureChinaCloud": "privatelink.vaultcore.azure.cn",
    },
    "default": {
        "AzureCloud": "privatelink.prod.migration.windowsazure.com",
        "AzureUSGovernment": "privatelink.prod.migration.windowsazure.us",
    },
}
#: The zone of key vaults is not their public suffix with the label in front.
KEY_VAULT_NAMES = {
    zone: zone.removeprefix(LABEL).replace("vaultcore.", "vault.", 1) for zone in CLOUD_ZONES["vault"].values()
}


class UnknownZones(Refusal):
    """Nobody knows the zones: they would be guessed."""


class Contradiction(Refusal):
    """What the operator gave is not what Azure says."""


@dataclass(frozen=True)
class Choice:
    """The zones of one sub-resource, and where they come from.

    ``source`` is ``capabilities``, ``zone_names``, ``geo_code``, ``private_link_resources``, ``geo_code_table`` or
    ``cloud``; ``provisional`` says that a single public list knows the geo code.
    """

    zones: tuple[str, ...]
    source: str
    provisional: bool = False


def choose_zones(
    sub_resource: str,
    location: str,
    cloud: Cloud,
    *,
    capabilities: t.Sequence[str] = (),
    zone_names: t.Sequence[str] = (),
    geo_code: str = "",
    private_link_resources: t.Sequence[str] = (),
    override: bool = False,
) -> Choice:
    """The zones a private endpoint of ``sub_resource`` needs for a vault in ``location``.

    Order of trust: the capabilities API, what the operator gave (``zone_names``, or ``geo_code`` for Azure Backup), the
    vault's private link resources, the tables of this collection. What the operator gave is refused when the API says
    otherwise, unless ``override`` puts the operator first. Raises :class:`Refusal` when nothing but a guess is left.
    """
    refuse_other_cloud(location, cloud)
    given, source = _given(sub_resource, cloud, zone_names, geo_code)
    asked = service_zones(sub_resource, capabilities)
    if given and asked and set(given) != set(asked) and not override:
        raise Contradiction(
            f"{source} gives {', '.join(given)} as the zones of {sub_resource}, but Azure's capabilities API for "
            f"{location} names {', '.join(asked)}; names in another zone would not be found. This task wrote nothing.",
            remedy=f"Leave {source} out, or set override to true if you know better than the API.",
        )
    if given and (override or not asked):
        return Choice(given, source)
    if asked:
        return Choice(asked, "capabilities")
    reported = service_zones(sub_resource, private_link_resources)
    return Choice(reported, "private_link_resources") if reported else known_zones(sub_resource, location, cloud)


def known_zones(sub_resource: str, location: str, cloud: Cloud) -> Choice:
    """The zones by this collection's own tables. Raises :class:`Refusal` when they do not know."""
    folded = sub_resource.lower()
    if folded in STORAGE_TARGET.sub_resources and cloud.storage_suffix:
        return Choice((f"{LABEL}{folded}.{cloud.storage_suffix}",), "cloud")
    if cloud.name in CLOUD_ZONES.get(folded, {}):
        return Choice((CLOUD_ZONES[folded][cloud.name],), "cloud")
    if folded == SITE_RECOVERY and cloud.site_recovery_suffix:
        return Choice((LABEL + cloud.site_recovery_suffix,), "cloud")
    entry = GEO_CODES.get(fold_region(location))
    # The names of a secondary endpoint belong to the paired region, which no public table names.
    if folded == "azurebackup" and cloud.backup_suffix and cloud.storage_suffix and entry:
        return Choice(backup_zones(entry.code, cloud), "geo_code_table", entry.provisional)
    raise UnknownZones(
        f"The private DNS zones of {sub_resource} in region {location} of {cloud.name} are not known: the capabilities "
        "API gave no answer, no public list has them, and they are not guessed.",
        remedy=f"Give them in zone_names ({{{sub_resource}: [..]}}), or name the vault so that it can be asked.",
    )


def backup_zones(geo_code: str, cloud: Cloud) -> tuple[str, ...]:
    """The three zones of Azure Backup for a geo code."""
    return (
        f"{LABEL}{geo_code.lower()}.{cloud.backup_suffix}",
        f"{LABEL}blob.{cloud.storage_suffix}",
        f"{LABEL}queue.{cloud.storage_suffix}",
    )


def service_zones(sub_resource: str, names: t.Iterable[str]) -> tuple[str, ...]:
    """Zones as Azure names them, made usable.

    Site Recovery has one zone without a region (https://learn.microsoft.com/azure/private-link/private-endpoint-dns):
    a regional one, as old answers of privateLinkResources have, becomes that one, and storage zones beside it are left
    out because a Site Recovery endpoint has no names in them.
    """
    zones = [fold_name(name) for name in names]
    if sub_resource.lower() == SITE_RECOVERY:
        zones = [one_zone(zone) for zone in zones if "siterecovery" in zone.split(".")]
    return tuple(dict.fromkeys(zones))


def one_zone(zone: str) -> str:
    """A Site Recovery zone without a geo code."""
    labels = fold_name(zone).split(".")
    return LABEL + ".".join(labels[labels.index("siterecovery") :])


def refuse_other_cloud(location: str, cloud: Cloud) -> None:
    """Raise :class:`Refusal` when a region is known to be in another cloud than the connection."""
    elsewhere = cloud_elsewhere(location, cloud.name)
    if elsewhere:
        raise Refusal(
            f"Wrong cloud: region {location} is in {elsewhere}, the connection is to {cloud.name}.",
            remedy="Correct location or cloud_environment.",
        )


def geo_code_of(zones: t.Iterable[str]) -> str:
    """The geo code that a Backup zone among ``zones`` carries; empty when there is none."""
    for zone in zones:
        found = re.match(r"^privatelink\.([a-z0-9]+)\.backup\.", zone)
        if found:
            return found.group(1)
    return ""


def zone_and_record(fqdn: str, zones: t.Iterable[str]) -> tuple[str, str] | None:
    """The zone a name belongs in and its record name there; None when no zone takes it.

    An endpoint may show its names with or without the ``privatelink`` label; the record belongs in the privatelink zone
    either way (https://learn.microsoft.com/azure/backup/private-endpoints). An exact suffix goes before one without the
    label, and the longest zone wins.

    Names of partitioned storage (``account.z12.blob.storage.azure.net``) go into the zone they end with when the caller
    lists one (``privatelink.blob.storage.azure.net``), else into the cloud's blob zone under the labels as shown
    (``account.z12``): MicrosoftDocs/azure-docs issue 82513 gives that zone as the target of their public alias.
    """
    name = fold_name(fqdn)
    ordered = sorted((fold_name(zone) for zone in zones), key=len, reverse=True)
    suffixes = [(zone, zone) for zone in ordered]
    suffixes += [(zone, zone[len(LABEL) :]) for zone in ordered if zone.startswith(LABEL)]
    suffixes += [(zone, KEY_VAULT_NAMES[zone]) for zone in ordered if zone in KEY_VAULT_NAMES]
    for zone, suffix in suffixes:
        if name.endswith("." + suffix):
            return zone, name[: -len(suffix) - 1]
    partitioned = PARTITIONED_STORAGE.match(name)
    if partitioned:
        account, service = partitioned.groups()
        for zone in ordered:
            if zone in {f"{LABEL}{service}.{cloud.storage_suffix}" for cloud in CLOUDS.values()}:
                return zone, account
    return None


def fold_name(name: str) -> str:
    """A DNS name in lower case without the trailing dot."""
    return name.strip().rstrip(".").lower()


def check_zone_names(sub_resource: str, names: t.Iterable[str]) -> tuple[str, ...]:
    """The operator's zones, folded. Raises :class:`InputError` for what cannot be one.

    A Site Recovery zone with a geo code is refused here: documents of 2021 print one, and Microsoft took it back
    (MicrosoftDocs/azure-docs issue 80990).
    """
    zones = tuple(dict.fromkeys(fold_name(name) for name in names))
    for zone in zones:
        if not ZONE.match(zone):
            raise InputError(f"zone_names: {zone!r} for {sub_resource} is not a DNS zone name.")
        if sub_resource.lower() == SITE_RECOVERY and "siterecovery" in zone.split(".") and zone != one_zone(zone):
            raise InputError(
                f"zone_names: {zone} has a region in it; Site Recovery has one zone for all regions, {one_zone(zone)}."
            )
    return zones


def _given(sub_resource: str, cloud: Cloud, zone_names: t.Sequence[str], geo_code: str) -> tuple[tuple[str, ...], str]:
    if zone_names:
        return check_zone_names(sub_resource, zone_names), "zone_names"
    if geo_code and sub_resource.lower() in BACKUP and cloud.backup_suffix:
        return backup_zones(geo_code, cloud), "geo_code"
    return (), ""
