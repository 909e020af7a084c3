"""The gates of private endpoints: how many, under which names, beside which others."""

from __future__ import annotations

import typing as t

from ...ids import same_id, unique_ids
from ...resources.endpoint_connections import FINAL, endpoint_of, of_group
from ...resources.endpoints import MANUAL, connection_of, first_connection, target_of
from ...resources.vaults import connections
from ...wire import JSON, get_path
from ..desired import Endpoint
from ..gate import Gate, ok, refused, warning
from ..inspection import Inspection

ENDPOINTS_PER_NETWORK = (
    1000  # https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits
)
RENAME = "Choose another sequence.endpoints.name"


def quota(inspection: Inspection) -> t.Iterator[Gate]:
    """As many endpoints of a group on one target as Azure documents, a thousand in one network."""
    target = inspection.desired.sequence.target
    existing = [item for item in connections(inspection.vault) if of_group(item, inspection.desired.sub_resource)]
    new = [endpoint for endpoint in inspection.desired.endpoints if not _connected(existing, endpoint)]
    most = target.most_endpoints or len(existing) + len(new)
    if new and len(existing) + len(new) > most:
        yield refused(
            "quota", inspection.desired.vault_id,
            f"{inspection.desired.vault_id} has {len(existing)} private endpoints for "
            f"{inspection.desired.sub_resource} and {len(new)} more are wanted; "
            f"Azure allows {most}.",
            f"Remove endpoints that are no longer needed, or use another {target.word} (sequence.vault.name).",
        )  # fmt: skip
    else:
        yield ok(
            "quota",
            inspection.desired.vault_id,
            f"{len(existing)}{f' of {most}' if target.most_endpoints else ''} endpoints exist, {len(new)} more are wanted.",
        )
    others = len(connections(inspection.vault)) - len(existing)
    if target.most_endpoints and new and len(existing) + len(new) <= most < len(existing) + len(new) + others:
        yield warning(
            "quota", inspection.desired.vault_id,
            f"{inspection.desired.vault_id} would have {len(existing) + len(new) + others} private endpoints in all. Azure documents "
            f"{most} for a vault; whether those of other sub-resources count is not documented.",
            "Remove endpoints that are no longer needed, if Azure refuses the new ones.",
        )  # fmt: skip
    absent = [
        endpoint.network for endpoint in inspection.desired.all_endpoints if inspection.endpoint(endpoint.id) is None
    ]
    for network in unique_ids(absent):
        held, more = endpoints_in(inspection.network(network)), sum(same_id(network, other) for other in absent)
        if held + more > ENDPOINTS_PER_NETWORK:
            yield refused(
                "quota", network,
                f"{network} holds {held} private endpoints and {more} more are wanted; Azure allows {ENDPOINTS_PER_NETWORK}.",
                "Use another virtual network, or remove endpoints that are no longer needed.",
            )  # fmt: skip


def endpoint_names(inspection: Inspection) -> t.Iterator[Gate]:
    """No other endpoint of the same name is attached to the vault, and an existing one is the wanted one."""
    for endpoint in inspection.desired.endpoints:
        problem = _taken(inspection, endpoint) or another(inspection, endpoint)
        if problem:
            yield refused("endpoint_name", endpoint.id, *problem)
        else:
            yield ok("endpoint_name", endpoint.id, f"The name {endpoint.name} is free or already ours.")


def _taken(inspection: Inspection, endpoint: Endpoint) -> tuple[str, str] | None:
    """What is wrong and what to do when another endpoint of the vault has the name."""
    names = [endpoint_of(item) for item in connections(inspection.vault)]
    for other in names:
        if other.rsplit("/", 1)[-1].lower() == endpoint.name.lower() and not same_id(other, endpoint.id):
            return (
                f"The {endpoint.kind.word} already has an endpoint named {endpoint.name}: {other}.",
                f"{RENAME}: endpoints of one {endpoint.kind.word} must not share a name.",
            )
    return None


def another(inspection: Inspection, endpoint: Endpoint) -> tuple[str, str] | None:
    """What is wrong and what to do when the endpoint exists, but is not the wanted one and cannot become it."""
    existing = inspection.endpoint(endpoint.id)
    if existing is None:
        return None
    subnet, groups = get_path(existing, "properties.subnet.id"), first_connection(existing).get("groupIds") or []
    status = connection_of(existing)["status"]
    if not same_id(target_of(existing), endpoint.target):
        return f"{endpoint.id} exists and leads to {target_of(existing)}.", f"{RENAME}."
    if not same_id(subnet, endpoint.subnet):
        return (
            f"{endpoint.id} exists in subnet {subnet}, wanted is {endpoint.subnet}.",
            f"An endpoint cannot be moved. {RENAME} for the new one.",
        )
    if endpoint.sub_resource.lower() not in [str(group).lower() for group in groups]:
        return (
            f"{endpoint.id} exists for {', '.join(groups)}, wanted is {endpoint.sub_resource}.",
            f"What an endpoint is for cannot be changed. {RENAME} for the new one.",
        )
    if endpoint.manual and not get_path(existing, f"properties.{MANUAL}"):
        return (
            f"{endpoint.id} exists with automatic approval, wanted is manual, which Azure cannot change.",
            "Leave sequence.endpoints.manual out, or choose another sequence.endpoints.name for the new endpoint.",
        )
    if status in FINAL:
        return (
            f"The connection of {endpoint.id} is {status}, which is final.",
            "Delete the private endpoint, then run again: it is made anew.",
        )
    return None


def endpoints_in(network: JSON | None) -> int:
    """How many private endpoints a virtual network holds, as its subnets show."""
    items = get_path(network, "properties.subnets") or []
    return sum(len(get_path(subnet, "properties.privateEndpoints") or []) for subnet in items)


def _connected(existing: list[JSON], endpoint: Endpoint) -> bool:
    return any(same_id(endpoint_of(item), endpoint.id) for item in existing)
