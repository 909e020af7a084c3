"""Things that happen to a vault: registrations, backups, replication, attempts that fail, and their removal.

Each event leaves what Azure would show (records in the lists, jobs, activity) and refreshes the vault's endpoints.
Sources: MicrosoftDocs/azure-docs ``articles/backup/private-endpoints.md`` (when which names appear); Microsoft Learn's
pages on private endpoints for DPM and MABS (an account per data source, 80 data sources) and "Replicate machines with
private endpoints" (two more names after replication is enabled).
"""

from __future__ import annotations

import typing as t

from ...arm import Arm
from ...store import Resource
from ...wire import JSON, ArmError, location
from . import classic, names
from . import records as recovery_records
from . import replication_records as replication
from .documents import STATE_FIELDS, connection_status, connections, endpoint_id, etag, vault_named
from .history import SITE_RECOVERY, attempted, records
from .rules import check_properties
from .settings import setting

_REMOVED = (
    "containers",
    "engines",
    "fabrics",
    "providers",
    "replication_protected_items",
    "migration_items",
    "replication_containers",
    "replication_mappings",
    "network_mappings",
    "recovery_plans",
)
UNREACHABLE = "The vault denies public network access and has no approved private endpoint for this."
_WRITE_ITEM = "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/write"
_DELETE_ITEM = "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/delete"
WRITE_REPLICATION = "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/replicationProtectedItems/write"


class VaultEvents:
    """The events of Recovery Services, registered by name with the emulator.

    Every event takes ``vault`` (id or name) and answers with the vault's id, whether it ``succeeded`` and why not.
    """

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        arm.events.update(
            {
                "machine_registered": self.machine_registered,
                "first_backup": self.first_backup,
                "data_source_added": self.data_source_added,
                "replication_enabled": self.replication_enabled,
                "protection_attempted": self.protection_attempted,
                "vault_used_elsewhere": self.vault_used_elsewhere,
                "items_removed": self.items_removed,
                "cross_region_restore_enabled": self.cross_region_restore_enabled,
            }
        )

    def machine_registered(self, payload: JSON) -> JSON:
        """A server or workload registers (``machine``, ``backup_management_type``: MAB unless given)."""
        vault, kind = self._vault(payload), recovery_records.management_type(payload)
        machine = _text(payload, "machine")
        attempted(self._arm, vault, "backup")
        operation = recovery_records.registration(kind)
        if not reaches(self._arm, vault, "AzureBackup"):
            return self._failed(vault, "Register", machine, operation, UNREACHABLE)
        names.after_registration(self._arm, vault)
        if lacking := classic.complete(self._arm, vault):
            return self._failed(vault, "Register", machine, operation, _no_storage(lacking))
        recovery_records.add_container(vault, machine, kind)
        return self._succeeded(vault, "Register", machine, operation)

    def first_backup(self, payload: JSON) -> JSON:
        """The first backup of an item runs (``machine``, ``item``, ``backup_management_type``)."""
        return self._protect(payload, names.after_first_backup)

    def data_source_added(self, payload: JSON) -> JSON:
        """DPM or MABS protects one more ``item`` of ``machine`` online; each has a storage account of its own."""
        vault = self._vault(payload)
        servers = [item for item in records(vault, "protected_items") if recovery_records.is_server_item(item)]
        limit = int(setting(self._arm, "data_sources_per_vault"))
        if connections(self._arm, vault) and len(servers) >= limit:
            message = f"A vault with private endpoints protects at most {limit} data sources of DPM and MABS."
            return self._failed(vault, "ConfigureBackup", _text(payload, "machine"), _WRITE_ITEM, message)
        return self._protect({"backup_management_type": "DPM", **payload}, names.after_data_source)

    def replication_enabled(self, payload: JSON) -> JSON:
        """Replication of ``machine`` from ``source_location`` is enabled."""
        vault, machine = self._vault(payload), _text(payload, "machine")
        attempted(self._arm, vault, "replication")
        if not reaches(self._arm, vault, SITE_RECOVERY):
            return self._outcome(vault, WRITE_REPLICATION, UNREACHABLE)
        source = location(_text(payload, "source_location"))
        names.after_replication(self._arm, vault, source)
        replication.add_replication(self._arm, vault, machine, source)
        return self._outcome(vault, WRITE_REPLICATION)

    def protection_attempted(self, payload: JSON) -> JSON:
        """Someone tried to protect an item and failed (``protection``: backup or replication).

        With ``visible: false`` no list and no log shows it; the vault is unusable for private endpoints all the same.
        """
        vault, protection = self._vault(payload), _protection(payload)
        attempted(self._arm, vault, protection)
        message = "The item could not be protected."
        if not payload.get("visible", True):
            return {"vault": vault.id, "succeeded": False, "message": message}
        if protection == "replication":
            return self._outcome(vault, WRITE_REPLICATION, message)
        return self._failed(vault, "ConfigureBackup", _text(payload, "machine"), _WRITE_ITEM, message)

    def vault_used_elsewhere(self, payload: JSON) -> JSON:
        """Someone protected an item, then removed every trace but the activity log's."""
        vault, protection = self._vault(payload), _protection(payload)
        attempted(self._arm, vault, protection)
        return self._outcome(vault, WRITE_REPLICATION if protection == "replication" else _WRITE_ITEM)

    def items_removed(self, payload: JSON) -> JSON:
        """Everything protected is removed, everything registered too; ``purge`` leaves no soft-deleted item."""
        vault = self._vault(payload)
        state = vault.properties["securitySettings"]["softDeleteSettings"].get("softDeleteState")
        if state != "Disabled" and not payload.get("purge"):
            for document in records(vault, "protected_items"):
                document["properties"].update(recovery_records.soft_deleted(self._arm))
                records(vault, "soft_deleted_items").append(document)
        if payload.get("purge"):
            records(vault, "soft_deleted_items").clear()
        for kind in ("protected_items", *_REMOVED):
            records(vault, kind).clear()
        return self._outcome(vault, _DELETE_ITEM)

    def cross_region_restore_enabled(self, payload: JSON) -> JSON:
        """Someone switches Cross Region Restore on."""
        vault = self._vault(payload)
        redundancy = {**vault.properties["redundancySettings"], "crossRegionRestore": "Enabled"}
        check_properties(self._arm, vault, {**vault.properties, "redundancySettings": redundancy})
        vault.properties["redundancySettings"] = redundancy
        vault.document["etag"] = etag(self._arm)
        return self._outcome(vault, "Microsoft.RecoveryServices/vaults/backupstorageconfig/write")

    def _protect(self, payload: JSON, then: t.Callable[[Arm, Resource], None]) -> JSON:
        vault, machine = self._vault(payload), _text(payload, "machine")
        attempted(self._arm, vault, "backup")
        if not reaches(self._arm, vault, "AzureBackup"):
            return self._failed(vault, "Backup", machine, _WRITE_ITEM, UNREACHABLE)
        kind = recovery_records.management_type(payload)
        then(self._arm, vault)
        if lacking := classic.complete(self._arm, vault):
            return self._failed(vault, "Backup", machine, _WRITE_ITEM, _no_storage(lacking))
        recovery_records.add_protected_item(vault, machine, _text(payload, "item"), kind)
        return self._succeeded(vault, "Backup", machine, _WRITE_ITEM)

    def _vault(self, payload: JSON) -> Resource:
        return vault_named(self._arm, _text(payload, "vault"))

    def _succeeded(self, vault: Resource, job: str, machine: str, operation: str) -> JSON:
        recovery_records.add_job(self._arm, vault, job, machine, "Completed")
        return self._outcome(vault, operation)

    def _failed(self, vault: Resource, job: str, machine: str, operation: str, message: str) -> JSON:
        recovery_records.add_job(self._arm, vault, job, machine, "Failed")
        return self._outcome(vault, operation, message)

    def _outcome(self, vault: Resource, operation: str, message: str = "") -> JSON:
        return record_outcome(self._arm, vault, operation, message)


def reaches(arm: Arm, vault: Resource, group: str) -> bool:
    """Whether a client can reach the service: publicly, or through an approved endpoint of the group."""
    return vault.properties["publicNetworkAccess"] == "Enabled" or any(
        connection_status(each) == "Approved" and group in each.properties["groupIds"]
        for each in connections(arm, vault)
    )


def record_outcome(arm: Arm, vault: Resource, operation: str, message: str = "") -> JSON:
    """Write the activity log, refresh the endpoints and say what came of it; a message says why it failed."""
    recovery_records.log(arm, vault, operation, "Failed" if message else "Succeeded", arm.clock.now())
    if arm.private_link.endpoints is not None:
        for connection in connections(arm, vault):
            arm.private_link.endpoints.refresh(endpoint_id(connection))
    published = {
        group: [name.fqdn for name in names.published(arm, vault, group)]
        for group in STATE_FIELDS
        if any(group in each.properties["groupIds"] for each in connections(arm, vault))
    }
    return {"vault": vault.id, "succeeded": not message, "message": message, "names": published}


def _no_storage(lacking: t.Sequence[str]) -> str:
    """Why a machine finds no way to the vault's storage. Azure answers with the code, not with what the identity lacks."""
    return (
        f"UserErrorVMInternetConnectivityIssue: the vault could not make its storage endpoints ({', '.join(lacking)})."
    )


def _text(payload: JSON, name: str) -> str:
    """A text of the payload. Raises 400 when a needed one is missing; machines and items have default names."""
    value = payload.get(name, {"machine": "machine-1", "item": "item-1"}.get(name))
    if not value:
        raise ArmError(400, "InvalidEvent", f"The event needs '{name}'.")
    return str(value)


def _protection(payload: JSON) -> str:
    protection = str(payload.get("protection", "backup"))
    if protection not in ("backup", "replication"):
        raise ArmError(400, "InvalidEvent", f"'{protection}' is neither backup nor replication.")
    return protection
