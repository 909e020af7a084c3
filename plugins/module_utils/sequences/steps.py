"""What the steps of a role take as it is: bodies, tags and lists, so that no YAML computes them."""

from __future__ import annotations

import typing as t

from ..dns.private_dns import MARK
from ..ids import parse_id, same_id
from ..resources.endpoints import target_of
from ..wire import JSON, get_path
from .grants import custom_roles
from .inspection import Inspection
from .marks import mark_tags
from .rows import ApprovalRow, EndpointRow, PlanRows, StepRows, StorageEndpointRow, WantedEndpoint, ZoneGroupRow


def removed(teardown: t.Mapping[str, t.Any]) -> list[str]:
    """What a teardown removes or changes beyond endpoints, connections and records, each when it is asked for."""
    asked = [name for name in ("zones", "roles", "trusted_services", "target") if teardown.get(name)]
    return asked + (["public_access"] if teardown.get("public_network_access") == "Enabled" else [])


def beside(inspection: Inspection, endpoint_id: str) -> list[StorageEndpointRow]:
    """The storage endpoints that go with one of ours: made for it by the vault's identity, in its own subnet."""
    endpoint = next((one for one in inspection.desired.endpoints if same_id(one.id, endpoint_id)), None)
    found = inspection.beside(endpoint) if endpoint else []
    return [
        {
            "id": item["id"],
            "name": item["name"],
            "resource_group": parse_id(item["id"]).resource_group,
            "subscription_id": parse_id(item["id"]).subscription_id,
            "target": target_of(item),
        }
        for item in found
        if endpoint and same_id(str(get_path(item, "properties.subnet.id") or ""), endpoint.subnet)
    ]


def taken(inspection: Inspection, plan: PlanRows) -> StepRows:
    """What steps take beside the rest of the plan; an empty value is passed on as ``omit``.

    ``identity`` is the vault's, never switched off. ``access_first`` and ``access_last`` are what public network access is
    set to before there are endpoints and once everything is proved. ``notes_private``: a teardown first has to write the
    mark, for without endpoints a vault in use looks as if it never had any. ``to_disconnect`` has endpoints that are gone
    already, too: a teardown that was interrupted there has left their connections.
    """
    desired, endpoints = inspection.desired, plan["all_endpoints"]
    to_remove = [row for row in endpoints if row["exists"] and row["ours"]]
    roles = [*(plan["storage_roles"] if desired.storage_roles else []), *desired.role_assignments, *plan["grants"]]
    on_vault = {row["id"] for row in plan["endpoints"]}
    kept: JSON = {} if plan["vault_exists"] else {"type": "None"}
    return {
        "identity": {"type": "SystemAssigned"} if desired.identity else kept,
        "access_first": "Disabled" if desired.denial.at_once else "",
        "access_last": "Disabled" if plan["denied"] else "",
        "mark_tags": mark_tags(inspection),
        "ownership_tags": dict(MARK),
        "creates_endpoints": not all(row["exists"] for row in plan["endpoints"]),
        "removes": list(desired.removes),
        "to_remove": to_remove,
        "endpoints_removed": [row["id"] for row in (endpoints if desired.mode.writes_records else to_remove)],
        "storage_to_remove": [row for endpoint in to_remove for row in beside(inspection, endpoint["id"])],
        "to_disconnect": [row for row in endpoints if row["ours"] or not row["exists"]],
        "definitions_to_remove": [
            {"role_name": role.name, "subscription_id": parse_id(scopes[0]).subscription_id}
            for role, scopes in custom_roles(desired)
            if "roles" in desired.removes
        ],
        "roles_to_remove": roles if "roles" in desired.removes and plan["principal_id"] else [],
        "notes_private": plan["vault_exists"]
        and not plan["marked"]
        and any(row["id"] in on_vault for row in to_remove),
    }


def to_make(row: EndpointRow) -> WantedEndpoint:
    """An endpoint as the module ``private_endpoint`` takes it."""
    return {
        "subscription_id": row["subscription_id"],
        "resource_group": row["resource_group"],
        "name": row["name"],
        "location": row["location"] or None,
        "subnet": row["subnet"],
        "target": row["target"],
        "sub_resource": row["sub_resource"],
        "manual": row["manual"],
        "request_message": row["request_message"],
        "tags": row["tags"],
    }


def to_approve(row: EndpointRow) -> ApprovalRow:
    """An endpoint's connection as the module ``private_endpoint_connection`` takes it."""
    return {"target": row["target"], "private_endpoint": row["id"], "manual": bool(row["manual"])}


def zone_group(row: EndpointRow) -> ZoneGroupRow:
    """An endpoint's zone group as the module ``private_dns_zone_group`` takes it."""
    return {"private_endpoint": row["id"], "zones": row["zone_ids"]}
