"""The documents of what Backup protects in a vault, written alike for events and for the world file's histories.

Sources: azure-rest-api-specs ``recoveryservicesbackup`` (types ProtectedItem, ProtectionContainer, BackupEngineBase,
Job). Site Recovery's documents are in ``recovery_replication_records``.
"""

from __future__ import annotations

import typing as t

from ...arm import Arm
from ...store import Resource
from ...wire import JSON, ArmError
from .history import add, records


class Management(t.NamedTuple):
    """What belongs to one backup management type: container type and name prefix, item type, workload, engine type.

    ``reported`` are the properties that not every type of item has.
    """

    container: str
    prefix: str
    item: str
    workload: str
    engine: str = ""
    reported: tuple[str, ...] = ("protectionStatus", "lastBackupStatus")


MANAGEMENT: dict[str, Management] = {
    "AzureIaasVM": Management(
        "Microsoft.Compute/virtualMachines",
        "IaasVMContainer;iaasvmcontainerv2",
        "Microsoft.Compute/virtualMachines",
        "VM",
    ),
    "AzureWorkload": Management(
        "VMAppContainer", "VMAppContainer;Compute", "AzureVmWorkloadSQLDatabase", "SQLDataBase"
    ),
    "AzureStorage": Management(
        "StorageContainer", "StorageContainer;Storage", "AzureFileShareProtectedItem", "AzureFileShare"
    ),
    "MAB": Management("Windows", "Windows", "MabFileFolderProtectedItem", "FileFolder", reported=("lastBackupStatus",)),
    "DPM": Management("DPMContainer", "DPMContainer", "DPMProtectedItem", "SQLDB", "DpmBackupEngine", reported=()),
    "AzureBackupServer": Management(
        "AzureBackupServerContainer",
        "AzureBackupServerContainer",
        "DPMProtectedItem",
        "SQLDB",
        "AzureBackupServerEngine",
        reported=(),
    ),
}
_ITEM_STATES = {"protectionStatus": "Healthy", "lastBackupStatus": "Completed"}


def management_type(source: JSON) -> str:
    """The backup management type of an event or history entry, MAB unless given. Raises 400 for an unknown one."""
    wanted = str(source.get("backup_management_type", "MAB"))
    for name in MANAGEMENT:
        if name.lower() == wanted.lower():
            return name
    raise ArmError(400, "InvalidEvent", f"'{wanted}' is not one of {', '.join(MANAGEMENT)}.")


def registration(kind: str) -> str:
    """The operation that a registration leaves in the activity log."""
    if kind in ("MAB", "DPM", "AzureBackupServer"):
        return "Microsoft.RecoveryServices/vaults/registeredIdentities/write"
    return "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/write"


def add_container(vault: Resource, machine: str, kind: str) -> None:
    """Register a machine: its container and, for DPM and MABS, its backup engine."""
    facts = MANAGEMENT[kind]
    name = f"{facts.prefix};{machine}"
    if any(document["name"] == name for document in records(vault, "containers")):
        return
    add(
        vault,
        "containers",
        name,
        {
            "friendlyName": machine,
            "backupManagementType": kind,
            "registrationStatus": "Registered",
            "healthStatus": "Healthy",
            "containerType": facts.container,
        },
        "backupFabrics/Azure/protectionContainers",
    )
    if facts.engine:
        add_engine(vault, machine, kind)


def add_engine(vault: Resource, machine: str, kind: str) -> None:
    """Register a backup management server."""
    add(
        vault,
        "engines",
        machine,
        {
            "friendlyName": machine,
            "backupManagementType": kind,
            "registrationStatus": "Registered",
            "backupEngineType": MANAGEMENT[kind].engine or "DpmBackupEngine",
            "canReRegister": True,
        },
    )


def add_protected_item(vault: Resource, machine: str, item: str, kind: str) -> JSON:
    """Protect an item of a machine, which is registered with it."""
    facts = MANAGEMENT[kind]
    add_container(vault, machine, kind)
    container = f"{facts.prefix};{machine}"
    # The storage generation is settled with the first item; which one is the newer vaults' is inferred.
    vault.properties["backupStorageVersion"] = "V2"
    return add(
        vault,
        "protected_items",
        f"{facts.workload};{item}",
        {
            "friendlyName": item,
            "protectedItemType": facts.item,
            "backupManagementType": kind,
            "workloadType": facts.workload,
            "containerName": container,
            "protectionState": "Protected",
            **{name: _ITEM_STATES[name] for name in facts.reported},
            "isScheduledForDeferredDelete": False,
        },
        f"backupFabrics/Azure/protectionContainers/{container}/protectedItems",
    )


def is_server_item(document: JSON) -> bool:
    """Whether a protected item is a data source of DPM or MABS."""
    return document["properties"]["backupManagementType"] in ("DPM", "AzureBackupServer")


def soft_deleted(arm: Arm) -> JSON:
    """What soft deletion changes on a protected item."""
    return {
        "protectionState": "ProtectionStopped",
        "isScheduledForDeferredDelete": True,
        "deferredDeleteTimeInUTC": arm.clock.iso(),
    }


def add_job(arm: Arm, vault: Resource, operation: str, machine: str, status: str, kind: str = "AzureWorkload") -> None:
    """A backup job that has ended."""
    now = arm.clock.iso()
    add(
        vault,
        "jobs",
        arm.guid(),
        {
            "jobType": f"{kind}Job",
            "operation": operation,
            "status": status,
            "entityFriendlyName": machine,
            "backupManagementType": kind,
            "startTime": now,
            "endTime": now,
        },
    )


def log(arm: Arm, vault: Resource, operation: str, status: str, when: float) -> None:
    """Write the activity log of the vault; what is older than 90 days it does not show."""
    from ..platform.activity_log import ActivityLog

    arm.service(ActivityLog).record(vault.id, operation, status, when)
