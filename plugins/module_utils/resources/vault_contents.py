"""What a vault holds: protected items, containers, engines and replicated machines."""

from __future__ import annotations

import typing as t
from functools import partial

from ..azure.client import Azure
from ..errors import NotFound
from ..ids import same_id
from ..wire import JSON, get_path

BACKUP_API_VERSION = "2025-02-01"
SITE_RECOVERY_API_VERSION = "2025-08-01"
VAULT_API_VERSION = "2024-04-01"


CONTAINER_KINDS = ("AzureIaasVM", "AzureWorkload", "AzureStorage", "MAB", "DPM", "AzureBackupServer")


# What a vault holds when it is used: (evidence, collection below the vault, api-version, filter).
LISTS: tuple[tuple[str, str, str, str], ...] = (
    ("backup item", "backupProtectedItems", BACKUP_API_VERSION, ""),
    *(
        (f"{kind} container", "backupProtectionContainers", BACKUP_API_VERSION, f"backupManagementType eq '{kind}'")
        for kind in CONTAINER_KINDS
    ),
    ("backup management server", "backupEngines", BACKUP_API_VERSION, ""),
    ("replication fabric", "replicationFabrics", SITE_RECOVERY_API_VERSION, ""),
    ("replicated item", "replicationProtectedItems", SITE_RECOVERY_API_VERSION, ""),
    ("migrated item", "replicationMigrationItems", SITE_RECOVERY_API_VERSION, ""),
)


USAGES = ("usages", "replicationUsages")
# Counters that say something was protected or registered; storage in use says so too.
COUNTERS = (
    "protecteditemcount", "mabcontainerscount", "iaasvmprotecteditemcount", "mabprotecteditemcount",
    "dpmprotecteditemcount", "azurebackupserverprotecteditemcount", "registeredserverscount", "recoveryplancount",
    "managedinstances", "grsstorageusage", "lrsstorageusage", "zrsstorageusage", "inprogressjobscount", "failedjobscount",
    # Those of jobsSummary, which Site Recovery counts in an object of its own.
    "failedjobs", "suspendedjobs", "inprogressjobs",
)  # fmt: skip


def contents(azure: Azure, resource_id: str) -> list[str]:
    """What a vault that exists holds now, soft-deleted items included, as readable phrases; empty when nothing."""
    return gather(azure, resource_id, LISTS)


def counters(azure: Azure, resource_id: str) -> list[str]:
    """Usage counters of the vault that are not zero."""
    found = []
    asked = azure.together(
        [partial(_items, azure, resource_id, collection, VAULT_API_VERSION, "") for collection in USAGES]
    )
    for items in asked:
        for item in items:
            named = {str(get_path(item, "name.value") or ""): item.get("currentValue")}
            values = named if "name" in item else {**item, **(item.get("jobsSummary") or {})}
            found += [
                f"{name} is {value}"
                for name, value in values.items()
                if name.lower() in COUNTERS and isinstance(value, (int, float)) and value > 0
            ]
    return found


def listed(phrases: t.Sequence[str], most: int = 5) -> str:
    """The first few phrases of a list."""
    shown = ", ".join(phrases[:most])
    return f"{shown} and {len(phrases) - most} more" if len(phrases) > most else shown


def gather(azure: Azure, resource_id: str, lists: t.Iterable[tuple[str, str, str, str]]) -> list[str]:
    rows, found = list(lists), []
    asked = azure.together([partial(_items, azure, resource_id, *row[1:]) for row in rows])
    for (what, *_question), items in zip(rows, asked):
        for item in items:
            properties = item.get("properties") or {}
            name = properties.get("friendlyName") or item.get("name") or "unnamed"
            deleted = " (soft-deleted)" if properties.get("isScheduledForDeferredDelete") else ""
            detail = (
                f" {properties['operation']} {properties.get('status', '')}".rstrip()
                if properties.get("operation")
                else ""
            )
            found.append(f"{what} {name}{detail}{deleted}")
    return found


def _items(azure: Azure, resource_id: str, collection: str, api_version: str, restriction: str) -> list[JSON]:
    """A list of a vault that exists. A collection that Azure does not find is empty only while the vault is there."""
    try:
        return azure.list(
            f"{resource_id}/{collection}", api_version, **({"$filter": restriction} if restriction else {})
        )
    except NotFound:
        azure.get(resource_id, VAULT_API_VERSION)
        return []


def replicated_items(azure: Azure, vault_id: str) -> list[JSON]:
    """The machines that Site Recovery replicates with a vault, as Azure shows them."""
    return azure.list(f"{vault_id}/replicationProtectedItems", SITE_RECOVERY_API_VERSION)


def item_of(items: t.Iterable[JSON], machine: str) -> JSON | None:
    """The replicated item of a machine, by the machine's id."""
    keys = ("properties.providerSpecificDetails.fabricObjectId", "properties.protectableItemId")
    return next((item for item in items if any(same_id(get_path(item, key), machine) for key in keys)), None)


def read_fabric(azure: Azure, vault_id: str, name: str) -> JSON | None:
    """A replication fabric of a vault, such as a Hyper-V site; None when Azure says it does not exist."""
    return azure.find(f"{vault_id}/replicationFabrics/{name}", SITE_RECOVERY_API_VERSION)


def channel_integrity_key(azure: Azure, vault_id: str) -> str:
    """The key with which Site Recovery's components check each other, a secret; empty when the vault has none.

    https://learn.microsoft.com/rest/api/recoveryservices/vault-extended-info/get
    """
    found = azure.find(f"{vault_id}/extendedInformation/vaultExtendedInfo", VAULT_API_VERSION)
    return str(get_path(found, "properties.integrityKey") or "")
