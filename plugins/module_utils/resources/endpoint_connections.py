"""Private endpoint connections on the target's side: approve, reject, disconnect, remove."""

from __future__ import annotations

from ..engine.plan import Plan
from ..errors import Refusal
from ..ids import same_id
from ..wire import JSON, get_path

STATUS = {"approved": "Approved", "rejected": "Rejected", "disconnected": "Disconnected"}
# https://learn.microsoft.com/azure/private-link/private-endpoint-overview: a disconnected endpoint must be created anew.
FINAL = ("Rejected", "Disconnected")


def decide(
    found: JSON | None,
    wanted: str,
    target_id: str,
    endpoint_id: str,
    description: str,
    *,
    rejected_comes_back: bool = False,
) -> Plan:
    """What to do with the target's connection of an endpoint; ``found`` is None when it shows none.

    Approved stays, Pending may be approved or rejected, Rejected and Disconnected are final for the endpoint; a target
    that ``rejected_comes_back`` of takes back a rejection.
    """
    resource_id = str((found or {}).get("id") or f"{target_id}/privateEndpointConnections of {endpoint_id}")
    status = status_of(found)
    before = {"status": status} if found else {}
    if wanted == "absent":
        return Plan("delete", resource_id, before, {}) if found else Plan("none", resource_id)
    if found is None:
        return Plan("none", resource_id)
    if status == STATUS[wanted]:
        return Plan("none", resource_id, before, before)
    if wanted == "approved" and status in FINAL and not (rejected_comes_back and status == "Rejected"):
        raise Refusal(
            f"The connection of {endpoint_id} to {target_id} is {status}, which is final; this task wrote nothing.",
            remedy="Delete the private endpoint and create it again, then approve the new connection.",
        )
    state: JSON = {"status": STATUS[wanted]}
    if description:
        state["description"] = description
    body = {"properties": {"privateEndpoint": {"id": endpoint_id}, "privateLinkServiceConnectionState": state}}
    return Plan("update", resource_id, before, {"status": STATUS[wanted]}, body, ("state",))


def status_of(connection: JSON | None) -> str:
    """The connection's status; ``Absent`` when there is none."""
    if connection is None:
        return "Absent"
    return str(get_path(connection, "properties.privateLinkServiceConnectionState.status") or "Unknown")


def endpoint_of(connection: JSON) -> str:
    """The id of the private endpoint a connection on a target is of; empty when the target does not say."""
    return str(get_path(connection, "properties.privateEndpoint.id") or "")


def of_group(item: JSON, sub_resource: str) -> bool:
    """Whether a vault's connection is of a sub-resource."""
    return sub_resource.lower() in [str(value).lower() for value in get_path(item, "properties.groupIds") or []]


def connection_to(document: JSON | None, endpoint_id: str) -> JSON | None:
    """The target's connection of an endpoint, matched by id: names are not to be relied on."""
    items = get_path(document, "properties.privateEndpointConnections") or []
    return next((item for item in items if same_id(endpoint_of(item), endpoint_id)), None)
