"""Azure-to-Azure replication of one machine: fabrics, containers, policy, mapping and the protected item.

What exists is used as it is and never changed; what is missing is created in the order in which each needs the other.
https://learn.microsoft.com/azure/site-recovery/azure-to-azure-powershell names the objects and their order.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import InputError
from ..ids import parse_id, with_digest
from ..wire import JSON, get_path
from .vaults import TYPE as VAULT

_FABRICS = f"{VAULT}/replicationFabrics"
_CONTAINERS = f"{_FABRICS}/replicationProtectionContainers"
#: What switching on replication writes: https://learn.microsoft.com/azure/role-based-access-control/permissions/management-and-governance
REPLICATE = (
    f"{_FABRICS}/write",
    f"{_CONTAINERS}/write",
    f"{VAULT}/replicationPolicies/write",
    f"{_CONTAINERS}/replicationProtectionContainerMappings/write",
    f"{_CONTAINERS}/replicationProtectedItems/write",
)


@dataclass(frozen=True)
class Part:
    """One object replication needs: its id and the body that creates it."""

    what: str
    id: str
    body: JSON


def check_machine(options: t.Mapping[str, t.Any], where: str = "") -> str:
    """The id of a machine. Raises :class:`InputError` when what describes it is of the wrong kind.

    ``options`` has ``machine``, ``disks``, ``recovery_resource_group_id`` and ``cache_storage_account``; ``where`` stands
    before their names in what is said.
    """
    machine = parse_id(options["machine"], "Microsoft.Compute/virtualMachines", option=f"{where}machine").text
    parse_id(
        options["cache_storage_account"], "Microsoft.Storage/storageAccounts", option=f"{where}cache_storage_account"
    )
    group = parse_id(options["recovery_resource_group_id"], option=f"{where}recovery_resource_group_id")
    if group.kind or not group.resource_group:
        raise InputError(f"{where}recovery_resource_group_id must be the id of a resource group, got {group.text}")
    if not options["disks"]:
        raise InputError(f"{where}disks of {machine} is empty: replication needs the machine's managed disks.")
    for disk in options["disks"]:
        parse_id(disk, "Microsoft.Compute/disks", option=f"{where}disks")
    return machine


def item_name(items: t.Iterable[JSON], machine: str) -> str:
    """The name for a machine's item: the machine's own, unless an item of another machine is called that."""
    name = parse_id(machine).name
    taken = {str(item.get("name")).lower() for item in items}
    return with_digest(name, machine) if name.lower() in taken else name


def trouble(item: JSON) -> str:
    """What is wrong with a replicated item, as text; empty when nothing is.

    States and health as https://learn.microsoft.com/rest/api/site-recovery/replication-protected-items/get shows them.
    """
    state = str(get_path(item, "properties.protectionState") or "")
    health = str(get_path(item, "properties.replicationHealth") or "")
    if state.lower().endswith("failed"):
        return f"its protection state is {state}"
    return f"its replication health is {health}" if health.lower() == "critical" else ""


def parts(vault_id: str, machine: str, source: str, recovery: str, options: t.Mapping[str, t.Any]) -> list[Part]:
    """Everything the replication of one machine needs, in order; names follow from regions and ``name``, the item's."""
    fabrics = {
        where: f"{vault_id}/replicationFabrics/{options['fabric_prefix']}-{where}" for where in (source, recovery)
    }
    containers = {
        where: f"{fabric}/replicationProtectionContainers/{options['fabric_prefix']}-{where}-container"
        for where, fabric in fabrics.items()
    }
    policy = f"{vault_id}/replicationPolicies/{options['policy']}"
    made = [
        Part(
            f"fabric of {where}",
            fabric,
            {"properties": {"customDetails": {"instanceType": "Azure", "location": where}}},
        )
        for where, fabric in fabrics.items()
    ]
    made += [
        Part(f"container of {where}", container, {"properties": {"providerSpecificInput": [{"instanceType": "A2A"}]}})
        for where, container in containers.items()
    ]
    made.append(
        Part(
            "replication policy",
            policy,
            {
                "properties": {
                    "providerSpecificInput": {
                        "instanceType": "A2A",
                        "multiVmSyncStatus": "Enable",
                        "crashConsistentFrequencyInMinutes": 5,
                        "appConsistentFrequencyInMinutes": options["application_consistent_minutes"],
                        "recoveryPointHistory": options["recovery_point_minutes"],
                    }
                }
            },
        )
    )
    for origin, target in ((source, recovery), (recovery, source)):
        made.append(
            Part(
                f"mapping from {origin} to {target}",
                f"{containers[origin]}/replicationProtectionContainerMappings/{origin}-to-{target}",
                {
                    "properties": {
                        "policyId": policy,
                        "targetProtectionContainerId": containers[target],
                        # Jobs of an Automation account cannot reach a vault behind private endpoints.
                        "providerSpecificInput": {"instanceType": "A2A", "agentAutoUpdateStatus": "Disabled"},
                    }
                },
            )
        )
    disks = [
        {
            "diskId": disk,
            "primaryStagingAzureStorageAccountId": options["cache_storage_account"],
            "recoveryResourceGroupId": options["recovery_resource_group_id"],
        }
        for disk in options["disks"]
    ]
    made.append(
        Part(
            f"replication of {parse_id(machine).name}",
            f"{containers[source]}/replicationProtectedItems/{options['name']}",
            {
                "properties": {
                    "policyId": policy,
                    "providerSpecificDetails": {
                        "instanceType": "A2A",
                        "fabricObjectId": machine,
                        "recoveryContainerId": containers[recovery],
                        "recoveryResourceGroupId": options["recovery_resource_group_id"],
                        "vmManagedDisks": disks,
                    },
                }
            },
        )
    )
    return made
