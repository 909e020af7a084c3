"""What Azure refuses about a vault: changes of its properties, and deleting it."""

from __future__ import annotations

import typing as t

from ...arm import Arm
from ...store import Resource
from ...wire import JSON, ArmError
from .documents import connections
from .history import records
from .settings import refusal, setting

_BACKUP_LISTS = ("protected_items", "soft_deleted_items")


def check_properties(arm: Arm, vault: Resource, wanted: JSON) -> None:
    """Refuse properties that exclude one another or can no longer be changed.

    ``wanted`` is the vault's ``properties`` as they would become; a request that changes none, one about tags, is not judged.
    Source: Microsoft Learn "Create and use private endpoints (v2 experience) for Azure Backup" (public access and cross
    region restore) and "Create and configure a Recovery Services vault" (redundancy).
    """
    if wanted == vault.properties:
        return
    redundancy = wanted.get("redundancySettings") or {}
    restore_elsewhere = redundancy.get("crossRegionRestore") == "Enabled"
    if restore_elsewhere and wanted.get("publicNetworkAccess") == "Disabled":
        raise refusal(
            arm,
            "public_access_with_cross_region_restore",
            "Denying public network access is not supported for a vault with Cross Region Restore enabled.",
        )
    current = vault.properties.get("redundancySettings") or {}
    field = "standardTierStorageRedundancy"
    if restore_elsewhere and redundancy.get(field, "GeoRedundant") != "GeoRedundant":
        raise refusal(arm, "redundancy_locked", "Cross Region Restore is available for geo-redundant vaults only.")
    if redundancy.get(field) != current.get(field) and any(records(vault, kind) for kind in _BACKUP_LISTS):
        raise refusal(
            arm, "redundancy_locked", "The storage redundancy cannot be changed after backup has been configured."
        )
    switched_off = current.get("crossRegionRestore") == "Enabled" and not restore_elsewhere
    if switched_off and setting(arm, "cross_region_restore_final"):
        raise refusal(arm, "redundancy_locked", "Cross Region Restore cannot be disabled once it has been enabled.")


def check_delete(arm: Arm, vault: Resource) -> None:
    """Refuse to delete a vault that is not empty.

    Source: MicrosoftDocs/azure-docs issue 42016 and azure-powershell issue 9291 (containers); "Delete a Recovery
    Services vault" on Microsoft Learn (soft-deleted items). What Azure answers when private endpoints are left is not
    documented: the setting ``vault_delete_with_endpoints`` decides.
    """
    if records(vault, "soft_deleted_items"):
        raise ArmError(
            400,
            "ServiceResourceNotEmptyWithBackendMessage",
            "Recovery Services vault cannot be deleted as there are backup items still present in soft delete state. "
            "Visit the following link for the steps to permanently delete soft deleted items: "
            "https://aka.ms/undeletesoftdeleteditems.",
        )
    present = _registered(vault)
    if present:
        raise ArmError(
            400,
            "ServiceResourceNotEmptyWithContainerDetails",
            f"Vault cannot be deleted as there are existing resources within the vault. : {', '.join(present)}\n"
            "Unregister all containers from the vault and then retry to delete vault. "
            "For instructions, see https://aka.ms/AB-AA4ecq5",
            extra={"target": None, "details": None, "innerError": None},
        )
    if connections(arm, vault) and setting(arm, "vault_delete_with_endpoints") == "refused":
        raise refusal(arm, "vault_has_endpoints", "The vault cannot be deleted as it has private endpoint connections.")


def _registered(vault: Resource) -> list[str]:
    kinds = ("containers", "engines", "protected_items", "fabrics", "providers", "replication_protected_items")
    names: list[str] = []
    for kind in kinds:
        for document in records(vault, kind):
            properties = document.get("properties", {})
            shown = document["name"] if kind == "fabrics" else properties.get("friendlyName") or document["name"]
            names.append(t.cast(str, shown))
    return list(dict.fromkeys(names))
