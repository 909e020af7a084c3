"""What has happened to a vault: the things its lists show, and whether protection was ever attempted.

Sources: Microsoft Learn "Create and use private endpoints for Azure Backup" (a vault in which protection was attempted,
even without success, cannot take private endpoints) and "Replicate machines with private endpoints" (Site Recovery).
"""

from __future__ import annotations

import typing as t

from ...arm import Arm
from ...store import Resource
from ...wire import JSON
from .documents import STATE_FIELDS, connection_status
from .settings import setting

BACKUP = "AzureBackup"
SITE_RECOVERY = "AzureSiteRecovery"
#: The two experiences of Backup's private endpoints.
CLASSIC, CURRENT = "v1", "v2"
#: Kind of record -> the list below a vault that shows it and the rest of its documents' type.
KINDS: dict[str, tuple[str, str]] = {
    "protected_items": ("backupProtectedItems", "backupFabrics/protectionContainers/protectedItems"),
    "soft_deleted_items": ("backupProtectedItems", "backupFabrics/protectionContainers/protectedItems"),
    "containers": ("backupProtectionContainers", "backupFabrics/protectionContainers"),
    "engines": ("backupEngines", "backupEngines"),
    "jobs": ("backupJobs", "backupJobs"),
    "fabrics": ("replicationFabrics", "replicationFabrics"),
    "replication_protected_items": (
        "replicationProtectedItems",
        "replicationFabrics/replicationProtectionContainers/replicationProtectedItems",
    ),
    "migration_items": (
        "replicationMigrationItems",
        "replicationFabrics/replicationProtectionContainers/replicationMigrationItems",
    ),
    "providers": ("replicationRecoveryServicesProviders", "replicationFabrics/replicationRecoveryServicesProviders"),
    "replication_policies": ("replicationPolicies", "replicationPolicies"),
    "replication_containers": ("replicationProtectionContainers", "replicationFabrics/replicationProtectionContainers"),
    "replication_mappings": (
        "replicationProtectionContainerMappings",
        "replicationFabrics/replicationProtectionContainers/replicationProtectionContainerMappings",
    ),
    "network_mappings": (
        "replicationNetworkMappings",
        "replicationFabrics/replicationNetworks/replicationNetworkMappings",
    ),
    "recovery_plans": ("replicationRecoveryPlans", "replicationRecoveryPlans"),
    "alert_settings": ("replicationAlertSettings", "replicationAlertSettings"),
    "replication_jobs": ("replicationJobs", "replicationJobs"),
}
#: Records that exist only because protection was attempted, and whether they belong to Backup or Site Recovery.
EVIDENCE = {
    **dict.fromkeys(("protected_items", "soft_deleted_items", "containers", "engines", "jobs"), "backup"),
    **dict.fromkeys(("fabrics", "replication_protected_items", "migration_items", "providers"), "replication"),
}


def records(vault: Resource, kind: str) -> list[JSON]:
    """The documents of one kind, in order; the list may be appended to."""
    return t.cast(list[JSON], vault.hidden["records"].setdefault(kind, []))


def add(vault: Resource, kind: str, name: str, properties: JSON, parent: str = "") -> JSON:
    """Add a record of a kind and return its document; ``parent`` stands before its name in the id."""
    segment, suffix = KINDS[kind]
    document: JSON = {
        "id": f"{vault.id}/{parent or segment}/{name}",
        "name": name,
        "type": f"Microsoft.RecoveryServices/vaults/{suffix}",
        "properties": properties,
    }
    records(vault, kind).append(document)
    return document


def attempted(arm: Arm, vault: Resource, protection: str) -> None:
    """Protection (``backup`` or ``replication``) was attempted now: for good, whatever becomes of it."""
    vault.hidden["attempts"].setdefault(protection, arm.clock.now())


def has_endpoint(arm: Arm, vault: Resource, group: str) -> None:
    """An endpoint of the group was connected: from now on the vault may take more of them."""
    vault.hidden["endpoints"].setdefault(group, arm.clock.now())


def is_used(arm: Arm, vault: Resource, group: str) -> bool:
    """Whether the vault can never take an endpoint of this group any more.

    Backup's two groups count as one. A vault that had an endpoint of the group while it was fresh may take others at
    any time, also after the first was deleted.
    """
    family = [name for name in STATE_FIELDS if STATE_FIELDS[name] == STATE_FIELDS[group]]
    if any(name in vault.hidden["endpoints"] for name in family):
        return False
    if setting(arm, "used_vault_scope") == "vault":
        return bool(vault.hidden["attempts"])
    return ("replication" if group == SITE_RECOVERY else "backup") in vault.hidden["attempts"]


def is_classic(arm: Arm, vault: Resource) -> bool:
    """Whether Backup's endpoints of a vault are of the classic experience.

    No property of a vault shows it. Which one a vault without endpoints gets is the setting ``backup_experience``; it keeps that
    while it has endpoints for Backup (Microsoft Learn "Create and use private endpoints (v2 experience)": the
    classic ones must all be deleted before others can be made).
    """
    return bool(vault.hidden.get("experience", setting(arm, "backup_experience")) == CLASSIC)


def keep_experience(arm: Arm, vault: Resource) -> None:
    """An endpoint for Backup was connected: the experience stays until the last one is gone."""
    vault.hidden.setdefault("experience", setting(arm, "backup_experience"))


def forget_experience(vault: Resource, connections: t.Iterable[Resource]) -> None:
    """Connections went away: without one for Backup the vault is open to either experience."""
    left = [connection_status(each) for each in connections if BACKUP in each.properties["groupIds"]]
    if all(status == "Disconnected" for status in left):
        vault.hidden.pop("experience", None)
