"""The document of a replicated machine, from the moment its protection is enabled until it is protected, and after a failover.

Source: azure-cli-extensions recording ``test_siterecovery_A2A_selfcreated_scenarios.yaml`` (2022-08-01): every member, the states between
enabling and ``Protected``, what another direction changes. What a machine is (system, size, disks) belongs to no service here, so it is
that of the recording's machine; what Azure measures (heartbeats, amounts of data, recovery point objective) is a likely value.
The recording does not read an item between its failover and reprotection: the two states there are those that public runbooks for ``az
site-recovery protected-item`` observe, their texts and operations are unverified.
"""

from __future__ import annotations

import typing as t
import uuid

from ...arm import Arm
from ...wire import JSON

#: Stage -> protection state, its text, state of each disk, what may be done.
STAGES: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "replicating": (
        "InitialReplicationInProgress",
        "Initial replication is in progress",
        "Unavailable",
        ("DisableProtection",),
    ),
    "waiting": (
        "InitialReplicationRecoveryCompletionPending",
        "Waiting for first recovery point",
        "InitialReplicationPending",
        ("DisableProtection",),
    ),
    "protected": ("Protected", "Protected", "Protected", ("UnplannedFailover", "DisableProtection", "TestFailover")),
    "failed_over": (
        "UnplannedFailoverCommitPendingStatesBegin",
        "Unplanned failover finished",
        "Protected",
        ("Commit", "DisableProtection"),
    ),
    "committed": (
        "UnplannedFailoverCommitted",
        "Unplanned failover committed",
        "Protected",
        ("ReverseReplicate", "DisableProtection"),
    ),
}
_DISK_BYTES = 127 * 2**30 + 2 * 2**20
_NEVER = "9999-12-31T23:59:59.9999999"
_NULLS = (
    "recoveryBootDiagStorageAccountId",
    "recoveryCloudService",
    "recoveryAvailabilitySet",
    "selectedRecoveryAzureNetworkId",
    "selectedTfoAzureNetworkId",
    "monitoringPercentageCompletion",
    "monitoringJobType",
    "lastHeartbeat",
    "recoveryFabricObjectId",
    "lifecycleId",
    "testFailoverRecoveryFabricObjectId",
    "rpoInSeconds",
    "lastRpoCalculatedTime",
    "rtoInSeconds",
    "primaryAvailabilityZone",
    "recoveryAvailabilityZone",
    "primaryExtendedLocation",
    "recoveryExtendedLocation",
    "recoveryProximityPlacementGroupId",
    "recoveryVirtualMachineScaleSetId",
    "recoveryCapacityReservationGroupId",
    "initialPrimaryExtendedLocation",
    "initialRecoveryExtendedLocation",
    "unprotectedDisks",
)
_DISK_NULLS = (
    "recoveryTargetDiskId",
    "recoveryOrignalTargetDiskId",  # spelt so by Azure
    "recoveryDiskEncryptionSetId",
    "primaryDiskEncryptionSetId",
    "monitoringPercentageCompletion",
    "monitoringJobType",
    "secretIdentifier",
    "dekKeyVaultArmId",
    "keyIdentifier",
    "kekKeyVaultArmId",
)


class Side(t.NamedTuple):
    """One end of a replication: its fabric and container, as Site Recovery shows them, and the fabric's region."""

    fabric: JSON
    container: JSON
    region: str


def properties(arm: Arm, vault_id: str, machine: str, source: Side, target: Side, policy: JSON, details: JSON) -> JSON:
    """The properties of a new item, which replicates for the first time. ``details``: the provider's part of the request."""
    return {
        "friendlyName": machine,
        "protectedItemType": "",
        "protectableItemId": None,
        "testFailoverState": "None",
        "testFailoverStateDescription": "None",
        "switchProviderState": "None",
        "switchProviderStateDescription": None,
        "replicationHealth": "Normal",
        "failoverHealth": "Normal",
        "healthErrors": [],
        "activeLocation": "Primary",
        "policyId": policy["id"],
        "policyFriendlyName": policy["name"],
        "currentScenario": {
            "scenarioName": "None",
            "jobId": f"{vault_id}/replicationJobs/None",
            "startTime": "1753-01-01T01:01:01Z",
        },
        "failoverRecoveryPointId": None,
        **_direction(source, target),
        "eventCorrelationId": arm.guid(),
        "providerSpecificDetails": _details(arm, machine, source, target, details),
    }


def enter(arm: Arm, document: JSON, stage: str, network: str | None = None) -> None:
    """Show an item in one of ``STAGES``; ``network``: where a protected machine will run."""
    found = document["properties"]
    state, text, disk_state, operations = STAGES[stage]
    found.update(protectionState=state, protectionStateDescription=text, allowedOperations=list(operations))
    details = found["providerSpecificDetails"]
    for disk in details["protectedManagedDisks"]:
        disk["diskState"] = disk_state
        if stage == "protected" and disk["recoveryOrignalTargetDiskId"]:
            disk["recoveryOrignalTargetDiskId"] = ""
    if stage != "protected":
        return
    now = arm.clock.iso()
    details.update(
        vmProtectionState="Protected",
        vmProtectionStateDescription="Protected",
        lifecycleId=details["lifecycleId"] or arm.guid(),
        lastHeartbeat=now,
        lastRpoCalculatedTime=now,
        rpoInSeconds=95,
        selectedRecoveryAzureNetworkId=network,
        agentCertificateExpiryDate=arm.clock.iso(arm.clock.now() + 3 * 365 * 86400),
    )


def _direction(source: Side, target: Side) -> JSON:
    """What follows from where an item replicates from and to."""
    provider = uuid.uuid5(uuid.NAMESPACE_URL, str(source.fabric["id"]).lower())
    return {
        "recoveryServicesProviderId": f"{source.fabric['id']}/replicationRecoveryServicesProviders/{provider}",
        "primaryFabricFriendlyName": source.fabric["properties"]["friendlyName"],
        "primaryFabricProvider": "AzureFabric",
        "recoveryFabricFriendlyName": target.fabric["properties"]["friendlyName"],
        "recoveryFabricId": target.fabric["id"],
        "primaryProtectionContainerFriendlyName": source.container["name"],
        "recoveryProtectionContainerFriendlyName": target.container["name"],
        "recoveryContainerId": target.container["id"],
    }


def _details(arm: Arm, machine: str, source: Side, target: Side, details: JSON) -> JSON:
    group = details.get("recoveryResourceGroupId")
    return {
        "instanceType": "A2A",
        **dict.fromkeys(_NULLS),
        "fabricObjectId": str(details.get("fabricObjectId") or machine).lower(),
        "initialPrimaryZone": "",
        "initialPrimaryFabricLocation": source.region,
        "initialRecoveryZone": "",
        "initialRecoveryFabricLocation": target.region,
        "multiVmGroupId": arm.guid(),
        "multiVmGroupName": "",
        "multiVmGroupCreateOption": "AutoCreated",
        "managementId": arm.guid(),
        "protectedDisks": [dict(disk) for disk in details.get("vmDisks") or []] or None,
        "protectedManagedDisks": [_disk(disk, group) for disk in details.get("vmManagedDisks") or []],
        "primaryFabricLocation": source.region,
        "recoveryFabricLocation": target.region,
        "osType": "Windows",
        "recoveryAzureVMSize": "Standard_DS1_v2",
        "recoveryAzureVMName": machine,
        "recoveryAzureResourceGroupId": group,
        "vmNics": [],
        "vmSyncedConfigDetails": {"tags": {}, "inputEndpoints": []},
        "agentVersion": "9.55.6808.1",
        "agentExpiryDate": _NEVER,
        "isReplicationAgentUpdateRequired": False,
        "isReplicationAgentCertificateUpdateRequired": False,
        "vmProtectionState": "UnprotectedStatesBegin",
        "vmProtectionStateDescription": "Enabling protection",
        "vmEncryptionType": "NotEncrypted",
        "tfoAzureVMName": f"{machine}-test",
        "recoveryAzureGeneration": "V1",
        "autoProtectionOfDataDisk": "Disabled",
    }


def _disk(disk: JSON, group: str | None) -> JSON:
    disk_id = str(disk.get("diskId") or "")
    name = disk_id.rsplit("/", 1)[-1]
    target = disk.get("recoveryResourceGroupId") or group
    kind = disk.get("recoveryReplicaDiskAccountType") or "Premium_LRS"
    return {
        **dict.fromkeys(_DISK_NULLS),
        "diskId": disk_id.lower(),
        "recoveryResourceGroupId": target,
        "recoveryReplicaDiskId": f"{target}/providers/Microsoft.Compute/disks/{name}-ASRReplica",
        "recoveryReplicaDiskAccountType": kind,
        "recoveryTargetDiskAccountType": disk.get("recoveryTargetDiskAccountType") or kind,
        "diskName": name,
        "diskCapacityInBytes": _DISK_BYTES,
        "primaryStagingAzureStorageAccountId": disk.get("primaryStagingAzureStorageAccountId"),
        "diskType": "OperatingSystem",
        "resyncRequired": False,
        "dataPendingInStagingStorageAccountInMB": 0.0,
        "dataPendingAtSourceAgentInMB": 0.0,
        "allowedDiskLevelOperation": [],
        "isDiskEncrypted": False,
        "isDiskKeyEncrypted": False,
        "failoverDiskName": name,
        "tfoDiskName": f"{name}-ASRtest",
    }
