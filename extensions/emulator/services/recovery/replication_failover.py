"""Failing one replicated machine over to the other region, committing that, and replicating it back.

Sources: azure-cli-extensions recording ``test_siterecovery_A2A_selfcreated_scenarios.yaml`` (2022-08-01: bodies, 202 with both
headers, the item in the other container after ``switchprotection``); azure-rest-api-specs ``recoveryservicessiterecovery`` for the
rest. What Azure answers to a failover at the wrong moment is unverified. Test failovers and those of recovery plans are not there.
"""

from __future__ import annotations

import typing as t

from ...arm import Call, Route
from ...operations import Operation
from ...store import Resource
from ...wire import JSON, Response, not_found
from . import replication_item_documents as items
from . import replication_items
from . import replication_records as replication
from .documents import VAULT, find_vault
from .history import attempted
from .replication_operations import accepted, log
from .settings import refusal

_CONTAINER = f"{VAULT}/replicationFabrics/{{fabric}}/{replication.CONTAINERS}/{{container}}"
_ITEM = f"{_CONTAINER}/{replication.ITEMS}/{{item}}"


def routes() -> list[Route]:
    """The actions on an item, and that of a container which turns the direction around."""
    return [
        Route("POST", f"{_ITEM}/unplannedFailover", _fail_over),
        Route("POST", f"{_ITEM}/failoverCommit", _commit),
        Route("POST", f"{_CONTAINER}/switchprotection", _switch),
    ]


def _fail_over(call: Call) -> Response:
    return _step(call, "UnplannedFailover", "failed_over", "replication.failover")


def _commit(call: Call) -> Response:
    return _step(call, "Commit", "committed", "replication.commit")


def _step(call: Call, operation_name: str, stage: str, kind: str) -> Response:
    """One step of a failover, which the item must allow now; the machine runs on the recovery side from then on."""
    vault = find_vault(call)
    item_id = call.id.rpartition("/")[0]
    item = _item(vault, item_id)
    _must_allow(call, item, operation_name)

    def done(operation: Operation) -> None:
        item["properties"]["activeLocation"] = "Recovery"
        items.enter(call.arm, item, stage)
        log(call, vault)

    return accepted(call, vault, kind, done, item_id)


def _switch(call: Call) -> Response:
    """Replicate a machine back from where it runs now. Its item moves into the other container."""
    vault, given = find_vault(call), t.cast(JSON, call.body.get("properties") or {})
    details = given.get("providerSpecificDetails") or {}
    container_id = call.id.rpartition("/")[0]
    item = _item(vault, f"{container_id}/{replication.ITEMS}/{given.get('replicationProtectedItemName') or ''}")
    _must_allow(call, item, "ReverseReplicate")
    shown = item["properties"]
    source = replication.find_record(vault, "replication_containers", shown["recoveryContainerId"])
    if source is None:
        raise not_found(shown["recoveryContainerId"])
    before = shown["providerSpecificDetails"]
    machine = (
        f"{before['recoveryAzureResourceGroupId']}/providers/Microsoft.Compute/virtualMachines/{shown['friendlyName']}"
    )
    request = {**details, "fabricObjectId": machine}
    policy, target = replication_items.checked(call, vault, source, request, str(details.get("policyId") or ""))
    attempted(call.arm, vault, "replication")

    def made() -> JSON:
        replication.remove_record(vault, item)
        turned = replication.add_item(
            call.arm, vault, item["name"], shown["friendlyName"], source, target, policy, request
        )
        kept = ("initialPrimaryFabricLocation", "initialRecoveryFabricLocation", "multiVmGroupId")
        now = turned["properties"]["providerSpecificDetails"]
        now.update({name: before[name] for name in kept})
        for disk in now["protectedManagedDisks"]:
            original = f"{disk['recoveryResourceGroupId']}/providers/Microsoft.Compute/disks/{disk['diskName']}"
            disk["recoveryOrignalTargetDiskId"] = original
        return turned

    done = replication_items.enabling(call, vault, request, made)
    return accepted(call, vault, "replication.reprotect", done, item["id"])


def _item(vault: Resource, item_id: str) -> JSON:
    found = replication.find_record(vault, "replication_protected_items", item_id)
    if found is None:
        raise not_found(item_id)
    return found


def _must_allow(call: Call, item: JSON, operation: str) -> None:
    shown = item["properties"]
    if operation not in shown["allowedOperations"]:
        raise refusal(
            call.arm,
            "replication_state",
            f"'{operation}' is not possible for '{item['name']}', which is {shown['protectionState']}.",
        )
