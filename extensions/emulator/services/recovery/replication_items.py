"""Enabling replication of one machine: what the request must say, and what comes of it.

Source: azure-rest-api-specs ``recoveryservicessiterecovery`` (``A2AEnableProtectionInput``). A failure shows as a failed
operation, as hashicorp/terraform-provider-azurerm issue 21912 describes it.
"""

from __future__ import annotations

import typing as t

from ...arm import Arm, Call
from ...operations import Operation
from ...store import Resource
from ...wire import JSON, ArmError
from . import names, replication_access
from . import replication_item_documents as items
from . import replication_records as replication
from .events import UNREACHABLE, WRITE_REPLICATION, reaches, record_outcome
from .history import SITE_RECOVERY, records
from .settings import refusal

_DISKS = ("vmManagedDisks", "vmDisks")


def protect(call: Call, vault: Resource, container: JSON) -> t.Callable[[Operation], None]:
    """What the operation of a protected item does in the end. Raises 400 for a request that names too little."""
    given = t.cast(JSON, call.body.get("properties") or {})
    details = given.get("providerSpecificDetails") or {}
    policy, target = checked(call, vault, container, details, str(given.get("policyId") or ""))
    name, machine = call["item"], str(details.get("fabricObjectId") or call["item"]).rsplit("/", 1)[-1]
    return enabling(
        call,
        vault,
        details,
        lambda: replication.add_item(call.arm, vault, name, machine, container, target, policy, details),
    )


def checked(call: Call, vault: Resource, container: JSON, details: JSON, policy_id: str) -> tuple[JSON, JSON]:
    """The policy and the recovery container of a request to replicate from a container. Raises 400 when it names too little."""
    arm = call.arm
    policy = replication.find_record(vault, "replication_policies", policy_id)
    target = replication.find_record(vault, "replication_containers", str(details.get("recoveryContainerId") or ""))
    if details.get("instanceType") != replication.AZURE_TO_AZURE or policy is None or target is None:
        raise refusal(
            arm, "replication_request", "A protected item needs A2A details, a known policy and a recovery container."
        )
    disks = [disk for kind in _DISKS for disk in details.get(kind) or []]
    if not disks or not all(disk.get("primaryStagingAzureStorageAccountId") for disk in disks):
        raise refusal(arm, "replication_request", "Every disk needs a primaryStagingAzureStorageAccountId.")
    _check_mapping(arm, vault, container, target, policy)
    return policy, target


def enabling(call: Call, vault: Resource, details: JSON, made: t.Callable[[], JSON]) -> t.Callable[[Operation], None]:
    """What an operation that begins to replicate does in the end: ``made`` makes the item, unless the vault reaches too little."""
    arm = call.arm

    def done(operation: Operation) -> None:
        try:
            _check(arm, vault, details)
        except ArmError as error:
            operation.status, operation.error = "Failed", {"code": error.code, "message": error.message}
            record_outcome(arm, vault, WRITE_REPLICATION, error.message)
            return
        item = made()
        # The result of the operation is the item, wherever it is now.
        operation.resource_id = item["id"]
        network = details.get("recoveryAzureNetworkId") or _mapped_network(vault, item)
        _replicate(arm, vault, item, network, operation.due)
        container = replication.find_record(vault, "replication_containers", item["id"].rsplit("/", 2)[0])
        if container is not None:
            names.after_replication(arm, vault, replication.region_of(vault, container))
        record_outcome(arm, vault, WRITE_REPLICATION)

    return done


def _mapped_network(vault: Resource, item: JSON) -> str | None:
    """The network that the fabrics' network mapping names. Which one of several counts follows from the machine, which is not here."""
    source = item["id"].partition(f"/{replication.CONTAINERS}/")[0]
    mapped = replication.below(vault, "network_mappings", source)
    return str(mapped[0]["properties"]["recoveryNetworkId"]) if mapped else None


def _replicate(arm: Arm, vault: Resource, item: JSON, network: str | None, since: float) -> None:
    """From ``since`` on Azure copies the machine's disks and takes the first recovery point."""

    def later(seconds: float, stage: str) -> None:
        def enter() -> None:
            if any(item is each for each in records(vault, "replication_protected_items")):
                items.enter(arm, item, stage, network)

        # Counted from the end of the operation: nobody may have asked for a while.
        wait = since + seconds - arm.clock.now()
        if wait > 0:
            arm.scheduler.after(wait, enter)
        else:
            enter()

    first, point = arm.seconds("replication.initial"), arm.seconds("replication.point")
    later(first, "waiting")
    later(first + point, "protected")


def _check(arm: Arm, vault: Resource, details: JSON) -> None:
    if not reaches(arm, vault, SITE_RECOVERY):
        raise refusal(arm, "replication_unreachable", UNREACHABLE)
    replication_access.check(arm, vault, replication_access.accounts(arm, details))


def _check_mapping(arm: Arm, vault: Resource, source: JSON, target: JSON, policy: JSON) -> None:
    mapped = [
        each["properties"]["targetProtectionContainerId"] == target["id"]
        and each["properties"]["policyId"] == policy["id"]
        for each in replication.below(vault, "replication_mappings", source["id"])
    ]
    if not any(mapped):
        raise refusal(
            arm, "replication_request", f"'{source['name']}' is not mapped to '{target['name']}' by that policy."
        )
