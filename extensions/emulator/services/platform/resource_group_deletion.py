"""The job that deletes a resource group: what a provider refuses to delete stays, and the job fails.

Sources: Microsoft Learn "Azure Resource Manager resource group and resource deletion"; Azure/azure-powershell#4804 (a vault
holds its group); Azure/bicep-registry-modules#1607 (``ResourceGroupDeletionBlocked`` in full); azure-powershell recording
``TestZoneRemoveEtagMismatch.json`` (the job's id, and 200 in the end).
"""

from __future__ import annotations

import base64
import json

from ... import permission, provider_catalog
from ...arm import Call
from ...operations import Operation
from ...store import Resource, type_of
from ...wire import ArmError, Request

_LINK = "microsoft.network/privatednszones/virtualnetworklinks"
# Endpoints and links hold on to other resources, so they are the first to go.
_FIRST = ("microsoft.network/privateendpoints", _LINK)


def start(call: Call, group: Resource) -> Operation:
    """Begin to delete everything in a group, and the group when nothing is left.

    What is still held by something else in the group is tried again when that is gone.
    """
    arm = call.arm
    group.properties["provisioningState"] = "Deleting"
    _delete_all(call, group)

    def done() -> float | None:
        refused = _delete_all(call, group)
        due = [
            other.due
            for other in arm.operations.all()
            if other is not operation
            and other.status == "InProgress"
            and permission.within(other.resource_id, group.id)
        ]
        if due:
            return max(due) - operation.due
        if refused:
            group.properties["provisioningState"] = "Succeeded"
            blocked = _blocked(arm.guid(), group, refused)
            operation.status, operation.error = "Failed", blocked.response().document["error"]
        else:
            arm.store.remove(group.id)
        return None

    def failed() -> None:
        group.properties["provisioningState"] = "Succeeded"

    operation = arm.operations.start(_job_id(arm.guid(), group), "resource_group.delete", group.id, done, failed)
    return operation


def is_top_level(resource_id: str) -> bool:
    """Whether a resource stands directly in its group; assignments and locks do not."""
    lowered = resource_id.lower().strip("/").split("/")
    return (
        len(lowered) == 8
        and lowered[2] == "resourcegroups"
        and lowered[4] == "providers"
        and lowered[5] != "microsoft.authorization"
    )


def _job_id(number: str, group: Resource) -> str:
    """The job and its region; the GUID keeps apart the jobs of groups that had the same name one after the other."""
    region = str(group.document["location"])
    job = {"jobId": f"RESOURCEGROUPDELETIONJOB-{group.name}-{region}-{number}".upper(), "jobLocation": region}
    return base64.urlsafe_b64encode(json.dumps(job).encode()).decode().rstrip("=")


def _delete_all(call: Call, group: Resource) -> dict[str, ArmError]:
    """Let each resource's own provider delete it, so that what it has elsewhere goes too. Answers what refuses, and why."""
    refused = {}
    for resource in sorted(call.arm.store.below(group.id), key=_order):
        deleted_alone = is_top_level(resource.id) or type_of(resource.id) == _LINK
        if not deleted_alone or call.arm.operations.running_on(resource.id) is not None:
            continue
        try:
            _delete(call, resource)
        except ArmError as error:
            refused[resource.id] = error
    return refused


def _order(resource: Resource) -> int:
    kind = type_of(resource.id)
    return _FIRST.index(kind) if kind in _FIRST else len(_FIRST)


def _delete(call: Call, resource: Resource) -> None:
    found = call.arm.handler("DELETE", resource.id)
    if found is None:
        call.arm.store.remove(resource.id)
        return
    handle, parameters = found
    query = {"api-version": provider_catalog.newest_version(type_of(resource.id)) or call.request.api_version}
    request = Request("DELETE", resource.id, query, base_url=call.request.base_url)
    handle(Call(call.arm, request, parameters, call.caller))


def _blocked(tracking: str, group: Resource, refused: dict[str, ArmError]) -> ArmError:
    names = ",".join(resource_id.partition("/providers/")[2] for resource_id in refused)
    return ArmError(
        409,
        "ResourceGroupDeletionBlocked",
        f"Deletion of resource group '{group.name}' failed as resources with identifiers '{names}' could not be deleted. The "
        f"provisioning state of the resource group will be rolled back. The tracking Id is '{tracking}'. Please check audit "
        "logs for more details.",
        details=[
            {"target": resource_id, "message": json.dumps(error.response().document)}
            for resource_id, error in refused.items()
        ],
    )
