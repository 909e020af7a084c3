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
from . import replication_records as replication
from .events import UNREACHABLE, WRITE_REPLICATION, reaches, record_outcome
from .history import SITE_RECOVERY
from .settings import refusal

_DISKS = ("vmManagedDisks", "vmDisks")


def protect(call: Call, vault: Resource, container: JSON) -> t.Callable[[Operation], None]:
    """What the operation of a protected item does in the end. Raises 400 for a request that names too little."""
    arm, given = call.arm, t.cast(JSON, call.body.get("properties") or {})
    details = given.get("providerSpecificDetails") or {}
    policy = replication.find_record(vault, "replication_policies", str(given.get("policyId") or ""))
    target = replication.find_record(vault, "replication_containers", str(details.get("recoveryContainerId") or ""))
    if details.get("instanceType") != replication.AZURE_TO_AZURE or policy is None or target is None:
        raise refusal(
            arm, "replication_request", "A protected item needs A2A details, a known policy and a recovery container."
        )
    disks = [disk for kind in _DISKS for disk in details.get(kind) or []]
    if not disks or not all(disk.get("primaryStagingAzureStorageAccountId") for disk in disks):
        raise refusal(arm, "replication_request", "Every disk needs a primaryStagingAzureStorageAccountId.")
    _check_mapping(arm, vault, container, target, policy)
    name, machine = call["item"], str(details.get("fabricObjectId") or call["item"]).rsplit("/", 1)[-1]

    def done(operation: Operation) -> None:
        try:
            _check(arm, vault, details)
        except ArmError as error:
            operation.status, operation.error = "Failed", {"code": error.code, "message": error.message}
            record_outcome(arm, vault, WRITE_REPLICATION, error.message)
            return
        replication.add_item(vault, container, name, machine, target, policy, _shown(details))
        names.after_replication(arm, vault, replication.region_of(vault, container))
        record_outcome(arm, vault, WRITE_REPLICATION)

    return done


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


def _shown(details: JSON) -> JSON:
    """What a GET then shows of the request."""
    return {
        "fabricObjectId": details.get("fabricObjectId"),
        "recoveryAzureResourceGroupId": details.get("recoveryResourceGroupId"),
        "protectedManagedDisks": [dict(disk) for disk in details.get("vmManagedDisks") or []],
        "protectedDisks": [dict(disk) for disk in details.get("vmDisks") or []],
    }
