"""Azure-to-Azure replication of one machine: fabrics, containers, policy, mapping and the protected item.

What exists is used as it is and never changed; what is missing is created in the order in which each needs the other.
https://learn.microsoft.com/azure/site-recovery/azure-to-azure-powershell names the objects and their order.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import partial

from ..engine.plan import Plan
from ..engine.runner import Task
from ..engine.work import Work
from ..errors import InputError, Refusal
from ..ids import parse_id, region, with_digest
from ..wire import JSON, facts, get_path
from .endpoint_connections import endpoint_of
from .endpoint_names import NETWORK_API_VERSION
from .endpoints import connection_of
from .vault_contents import SITE_RECOVERY_API_VERSION, item_of, replicated_items
from .vaults import TYPE as VAULT_TYPE
from .vaults import connections, read_vault


@dataclass(frozen=True)
class Part:
    """One object replication needs: its id and the body that creates it."""

    what: str
    id: str
    body: JSON


def enable_replication(task: Task) -> JSON:
    """Serve the ``replicated_machine`` module."""
    options = task.options
    vault_id = parse_id(options["vault"], VAULT_TYPE, option="vault").text
    machine = check_machine(options)
    source, recovery = region(options["source_location"]), region(options["recovery_location"])
    if source == recovery:
        raise InputError(f"source_location and recovery_location are both {source}.")
    items = replicated(task, vault_id)
    existing = item_of(items, machine)
    if existing is not None:
        judge(task, existing, machine)
        return {"changed": False, "diff": [], "id": existing["id"], "state": facts(existing), "created": []}
    refuse_without_endpoints(task, vault_id)
    made = parts(vault_id, machine, source, recovery, {**options, "name": item_name(items, machine)})
    missing = [part for part in made if task.azure.find(part.id, SITE_RECOVERY_API_VERSION) is None]
    plans = [Plan("create", part.id, {}, part.body, part.body) for part in missing]
    document: JSON | None = None
    if not task.check_mode:
        waits = {part.id: task.options["wait"] or part is not missing[-1] for part in missing}
        Work().do([(part.what, partial(create, task, part, wait=waits[part.id])) for part in missing])
        document = task.azure.find(made[-1].id, SITE_RECOVERY_API_VERSION)
        if document is not None and task.options["wait"]:
            judge(task, document, machine)
    return {
        "changed": bool(missing),
        "diff": [plan.diff() for plan in plans],
        "id": made[-1].id,
        "state": facts(document),
        "created": [part.what for part in missing],
    }


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


def create(task: Task, part: Part, *, wait: bool) -> None:
    """Create one part. All but the last are to be waited for: the next one needs it."""
    task.context.progress(f"creating the {part.what}")
    task.azure.put(part.id, SITE_RECOVERY_API_VERSION, part.body, wait=wait)


def replicated(task: Task, vault_id: str) -> list[JSON]:
    """The replicated items of the vault, whoever made them."""
    if read_vault(task.azure, vault_id) is None:
        if task.check_mode:
            return []
        raise Refusal(f"{vault_id} does not exist.", remedy="Run the Site Recovery role first.")
    return replicated_items(task.azure, vault_id)


def item_name(items: t.Iterable[JSON], machine: str) -> str:
    """The name for a machine's item: the machine's own, unless an item of another machine is called that."""
    name = parse_id(machine).name
    taken = {str(item.get("name")).lower() for item in items}
    return with_digest(name, machine) if name.lower() in taken else name


def trouble(item: JSON) -> str:
    """What is wrong with a replicated item, in words; empty when nothing is.

    States and health as https://learn.microsoft.com/rest/api/site-recovery/replication-protected-items/get shows them.
    """
    state = str(get_path(item, "properties.protectionState") or "")
    health = str(get_path(item, "properties.replicationHealth") or "")
    if state.lower().endswith("failed"):
        return f"its protection state is {state}"
    return f"its replication health is {health}" if health.lower() == "critical" else ""


def judge(task: Task, item: JSON, machine: str) -> None:
    """Raise Refusal for a machine whose replication could not be switched on; warn of other trouble.

    Such an item stays and looks like any other until somebody removes it.
    """
    state, wrong = str(get_path(item, "properties.protectionState") or "").lower(), trouble(item)
    if state.endswith("failed") and state.startswith(("enabl", "initialreplication")):
        raise Refusal(
            f"{machine} is not protected: {wrong} ({item['id']}).",
            remedy="Look at the vault's Site Recovery jobs, disable replication of the machine, and run again.",
        )
    if wrong:
        task.warn(f"{machine} is replicated, but {wrong} ({item['id']}). Look at the vault's Site Recovery jobs.")


def refuse_without_endpoints(task: Task, vault_id: str) -> None:
    """Protecting first would close the vault to private endpoints for good, so an Approved endpoint must be there.

    What an endpoint itself says counts: the vault's copy may be older. One that is not Approved yet is told as a warning.
    """
    vault = read_vault(task.azure, vault_id)
    if vault is None:
        return
    mine = [
        endpoint_of(item)
        for item in connections(vault)
        if "azuresiterecovery" in [str(group).lower() for group in get_path(item, "properties.groupIds") or []]
    ]
    statuses = {
        endpoint: connection_of(task.azure.find(endpoint, NETWORK_API_VERSION))["status"]
        for endpoint in mine
        if endpoint
    }
    if "Approved" not in statuses.values():
        raise Refusal(
            f"{vault_id} has no Approved private endpoint for AzureSiteRecovery; replication is not switched on.",
            remedy="Create and approve the endpoints first: a vault protected before can never use private endpoints.",
        )
    waiting = [endpoint for endpoint, status in statuses.items() if status == "Pending"]
    if waiting:
        task.warn(
            f"{', '.join(waiting)} is Pending: without it failover and reprotection find no private way on its side."
        )


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
