"""What the steps of a role take as it is: bodies, tags and lists, so that no YAML computes them."""

from __future__ import annotations

import typing as t

from ..dns.private_dns import MARK
from ..wire import JSON
from .inspection import Inspection


def removed(teardown: t.Mapping[str, t.Any]) -> list[str]:
    """What a teardown removes or changes beyond endpoints, connections and records, each when it is asked for."""
    asked = [name for name in ("zones", "roles", "trusted_services") if teardown.get(name)]
    return asked + (["public_access"] if teardown.get("public_network_access") == "Enabled" else [])


def taken(inspection: Inspection, plan: JSON) -> JSON:
    """What steps take beside the rest of the plan; an empty value is passed on as ``omit``.

    ``identity`` is the vault's, never switched off. ``access_first`` and ``access_last`` are what public network access is
    set to before there are endpoints and once everything is proved. ``notes_private``: a teardown first has to write the
    mark, for without endpoints a vault in use looks as if it never had any. ``to_disconnect`` has endpoints that are gone
    already, too: a teardown that was interrupted there has left their connections.
    """
    desired, endpoints = inspection.desired, plan["all_endpoints"]
    to_remove = [row for row in endpoints if row["exists"] and row["ours"]]
    roles = [*(plan["storage_roles"] if desired.storage_roles else []), *desired.role_assignments]
    on_vault = {row["id"] for row in plan["endpoints"]}
    kept: JSON = {} if plan["vault_exists"] else {"type": "None"}
    return {
        "identity": {"type": "SystemAssigned"} if desired.identity else kept,
        "access_first": "Disabled" if desired.denial.at_once else "",
        "access_last": "Disabled" if plan["denied"] else "",
        "mark_tags": {plan["mark"]: "true"},
        "ownership_tags": dict(MARK),
        "creates_endpoints": not all(row["exists"] for row in plan["endpoints"]),
        "removes": list(desired.removes),
        "to_remove": to_remove,
        "to_disconnect": [row for row in endpoints if row["ours"] or not row["exists"]],
        "roles_to_remove": roles if "roles" in desired.removes and plan["principal_id"] else [],
        "notes_private": plan["vault_exists"]
        and not plan["marked"]
        and any(row["id"] in on_vault for row in to_remove),
    }
