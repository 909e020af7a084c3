"""The names a vault's private endpoints publish, and the zones they belong to.

Sources: MicrosoftDocs/azure-docs ``articles/backup/private-endpoints.md`` (Backup's members and storage names),
Microsoft Learn "Azure Private Endpoint private DNS zone values" (zones), azure-rest-api-specs
``ListPrivateLinkResources.json`` (members), adstuart/azure-privatelink-multiregion-siterecovery-asr (Site Recovery's
five names and the two after replication). The two first names of Backup are those of a deployed vault's export.
"""

from __future__ import annotations

import string
import typing as t

from ...arm import Arm
from ...clouds import CLOUDS
from ...private_link import Name
from ...store import Resource
from ...wire import JSON
from .documents import check_region
from .history import BACKUP, SITE_RECOVERY, is_classic
from .settings import setting

BACKUP_RESOURCE_MEMBERS = ("fab1", "rec2", "prot1", "ecs1", "tel1", "wbcm1", "fc1", "id1")
SITE_RECOVERY_RESOURCE_MEMBERS = ("rcm1", "prot2", "tel1", "srs1", "prot2b", "id1")
# The Chinese suffix is inferred from public hosts.
_SUFFIXES = {
    "AzureCloud": "windowsazure.com",
    "AzureUSGovernment": "windowsazure.us",
    "AzureChinaCloud": "windowsazure.cn",
}


class Label(t.NamedTuple):
    """One published name: ``kind`` is backup, blob, queue or site_recovery, ``label`` its first part."""

    kind: str
    label: str
    member: str
    geo: str


def zone(arm: Arm, kind: str, geo: str = "") -> str:
    """The private DNS zone of a kind of name."""
    cloud = arm.world.get("cloud", "AzureCloud")
    if kind == "backup":
        return f"privatelink.{geo}.backup.{_SUFFIXES[cloud]}"
    if kind == "site_recovery":
        return f"privatelink.siterecovery.{_SUFFIXES[cloud]}"
    return f"privatelink.{kind}.{CLOUDS[cloud].storage_suffix}"


def published(arm: Arm, vault: Resource, group: str) -> list[Name]:
    """The names of one group now. Names only ever come last, so that addresses once taken stay."""
    labels = _labels(arm, vault, group)
    if group == BACKUP and is_classic(arm, vault):
        # Those of storage accounts are on endpoints of their own.
        labels = [label for label in labels if label.kind == "backup"]
    return [Name(fqdn_of(arm, label, group), group, label.member) for label in labels]


def storage_labels(arm: Arm, vault: Resource) -> list[Label]:
    """The names of the storage accounts that Backup has allocated to a vault, in the order in which they came."""
    return [label for label in _labels(arm, vault, BACKUP) if label.kind != "backup"]


def fqdn_of(arm: Arm, label: Label, group: str = BACKUP) -> str:
    """A name as an endpoint of the group shows it."""
    own_zone = zone(arm, label.kind, label.geo)
    public = "storage_names_public" if label.kind in ("blob", "queue") else "names_without_privatelink"
    suffix = own_zone.removeprefix("privatelink.") if setting(arm, public) else own_zone
    if label.kind == "site_recovery":
        return f"{label.label}.{label.geo}.{suffix}"
    secondary = setting(arm, "secondary_geo_code")
    if label.kind == "backup" and group == "AzureBackup_secondary" and secondary:
        suffix = suffix.replace(f"{label.geo}.backup", f"{secondary}.backup")
    return f"{label.label}.{suffix}"


def _labels(arm: Arm, vault: Resource, group: str) -> list[Label]:
    family = "site_recovery" if group == SITE_RECOVERY else "backup"
    if family not in vault.hidden["names"]:
        vault.hidden["names"][family] = []
        classic = family == "backup" and is_classic(arm, vault)
        at_creation = setting(arm, "backup_members" if classic else f"{family}_names_at_creation")
        _add_members(arm, vault, family, at_creation, _home(arm, vault))
    return t.cast(list[Label], vault.hidden["names"][family])


def _home(arm: Arm, vault: Resource) -> str:
    return check_region(arm, vault.document["location"])


def _add_members(arm: Arm, vault: Resource, family: str, members: t.Iterable[str], geo: str) -> None:
    """Add the names of service members, each once."""
    known = vault.hidden["names"][family]
    infix, prefix = ("asr", "siteRecovery") if family == "site_recovery" else ("ab", "backup")
    for member in members:
        text = f"{vault.hidden['number']}-{infix}-{setting(arm, 'pod')}-{member}"
        label = Label(family, text, f"{prefix}-{member}", geo)
        if label not in known:
            known.append(label)


def _add_storage(arm: Arm, vault: Resource, member: str, kinds: t.Iterable[str]) -> None:
    """Add the names of one more storage account that Backup allocates to the vault."""
    known = _labels(arm, vault, BACKUP)
    letters = vault.hidden.setdefault("letters", "".join(arm.random.choices(string.ascii_lowercase, k=6)))
    taken = {label.label for label in known}
    number = arm.random.randrange(10, 100)
    while (account := f"{letters}{setting(arm, 'pod')}{member}{number}") in taken:
        number += 1
    known.extend(Label(kind, account, f"backup-{account}-{kind}", "") for kind in kinds)


def after_approval(arm: Arm, vault: Resource) -> None:
    """A classic endpoint was approved: by the article of 2020 its storage endpoints come at once, by that of 2023 later."""
    if is_classic(arm, vault) and setting(arm, "classic_storage_endpoints") == "approval":
        after_registration(arm, vault)


def after_registration(arm: Arm, vault: Resource) -> None:
    """The first server was registered: the other members and the communication storage account appear."""
    known = _labels(arm, vault, BACKUP)
    if any(label.kind == "queue" for label in known):
        return
    _add_members(arm, vault, "backup", setting(arm, "backup_members"), _home(arm, vault))
    _add_storage(arm, vault, "ecs1", ("blob", "queue"))


def after_first_backup(arm: Arm, vault: Resource) -> None:
    """The first backup ran: the protection storage account appears."""
    if not any("prot1" in label.member for label in _labels(arm, vault, BACKUP) if label.kind == "blob"):
        _add_storage(arm, vault, "prot1", ("blob",))


def after_data_source(arm: Arm, vault: Resource) -> None:
    """DPM or MABS protects one more data source online: each has a blob account of its own."""
    _add_storage(arm, vault, "prot1", ("blob",))


def after_replication(arm: Arm, vault: Resource, source_region: str) -> None:
    """Replication was enabled: two names of the other region appear."""
    _labels(arm, vault, SITE_RECOVERY)
    members = setting(arm, "site_recovery_names_after_replication")
    _add_members(arm, vault, "site_recovery", members, check_region(arm, source_region))


def required_zones(arm: Arm, region: str, group: str) -> list[str]:
    """The zones the capabilities API names for a group in a region."""
    if group == SITE_RECOVERY:
        return [zone(arm, "site_recovery")]
    return [zone(arm, "backup", check_region(arm, region)), zone(arm, "queue"), zone(arm, "blob")]


def link_resources(arm: Arm, vault: Resource, base_url: str) -> list[JSON]:
    """The vault's private link resources, with absolute URLs for ids."""
    geo = _home(arm, vault)
    storage = [zone(arm, "queue"), zone(arm, "blob")]
    site_recovery = zone(arm, "site_recovery")
    if setting(arm, "site_recovery_zone_regional"):
        site_recovery = site_recovery.replace("privatelink.", f"privatelink.{geo}.", 1)
    table = (
        ("backupResource", "AzureBackup", "backup", BACKUP_RESOURCE_MEMBERS, [zone(arm, "backup", geo), *storage]),
        (
            "siteRecoveryResource",
            SITE_RECOVERY,
            "siteRecovery",
            SITE_RECOVERY_RESOURCE_MEMBERS,
            [site_recovery, *storage],
        ),
    )
    return [
        {
            "id": f"{base_url}{vault.id}/privateLinkResources/{name}",
            "name": name,
            "type": "Microsoft.RecoveryServices/vaults/privateLinkResources",
            "properties": {
                "groupId": group,
                "requiredMembers": [f"{prefix}-{member}" for member in members],
                "requiredZoneNames": zones,
            },
        }
        for name, group, prefix, members, zones in table
    ]
