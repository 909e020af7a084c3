"""The plan of a sequence: ids and states that its steps follow."""

from __future__ import annotations

from ..dns.private_dns import ours
from ..ids import fold_id, parse_id, region, unique_ids
from ..resources.storage_accounts import is_classic
from ..resources.storage_decisions import accounts_needing_roles
from ..wire import get_path
from .desired import Endpoint
from .gates.access import required_actions
from .gates.proof import unproven
from .grants import as_rows, custom_roles, grants_of
from .inspection import Inspection
from .proving import consumers_of, first_server
from .rows import EndpointRow, PlanRows, RoleDefinitionRow, RoleRow, ZoneRow


def plan(inspection: Inspection, *, proving: bool) -> PlanRows:
    """What the steps of a sequence need: ids, zones with the networks to link, endpoints in order.

    ``proving`` also says whose names nobody proves, for which the networks are looked at.
    """
    vault = parse_id(inspection.desired.vault_id)
    endpoints = [_endpoint(inspection, endpoint, proving) for endpoint in inspection.desired.endpoints]
    storage = [_endpoint(inspection, endpoint, proving) for endpoint in inspection.desired.storage_endpoints]
    nobody_asks = unproven(inspection) if proving else {}
    denial = inspection.desired.denial
    return {
        "vault_id": inspection.desired.vault_id,
        "vault_exists": inspection.vault is not None,
        "subscription_id": vault.subscription_id,
        "principal_id": str(get_path(inspection.vault, "identity.principalId") or ""),
        "location": inspection.location,
        "recovery_location": inspection.recovery_location if proving else "",
        "zone_names": inspection.zone_names,
        "writer": inspection.desired.mode.writer,
        "zones": zones(inspection) if inspection.desired.mode.makes_zones else [],
        "storage_roles": storage_roles(inspection),
        "grants": as_rows(grants_of(inspection.desired)),
        "role_definitions": role_definitions(inspection) if proving else [],
        "records_of_storage": inspection.desired.mode.of_storage if inspection.desired.classic else "ignore",
        "trusted_accounts": [
            account["id"]
            for account in inspection.desired.storage_accounts
            if inspection.desired.sequence.needs_accounts and not is_classic(account["id"])
        ],
        "endpoints": endpoints,
        "all_endpoints": [*endpoints, *storage],
        "mark": inspection.mark,
        "marked": inspection.marked,
        "unproven": list(nobody_asks),
        "denied": denial.due(nobody_asks),
        "denial_waits": denial.waits(nobody_asks),
        "operator": inspection.connection.object_id() if proving else "",
        "required_actions": [
            {"scope": scope, "actions": list(actions)} for scope, actions in required_actions(inspection).items()
        ]
        if proving
        else [],
    }


def zones(inspection: Inspection) -> list[ZoneRow]:
    """The zones of all endpoints, each once, with the networks that are to resolve its names."""
    wanted = inspection.planned_zones
    networks: dict[str, list[str]] = {}
    for zone, more in wanted:
        networks[fold_id(zone)] = unique_ids([*networks.get(fold_id(zone), ()), *more])
    return [
        {
            "name": zone.name,
            "resource_group": zone.resource_group,
            "subscription_id": zone.subscription_id,
            "virtual_networks": networks[fold_id(zone.text)],
        }
        for zone in map(parse_id, unique_ids(zone for zone, _networks in wanted))
    ]


def storage_roles(inspection: Inspection) -> list[RoleRow]:
    """The roles the vault's identity needs, account by account: ``{scope, role}``; accounts that are absent have none."""
    accounts = inspection.desired.storage_accounts if inspection.desired.sequence.needs_accounts else ()
    if not accounts:
        return []
    named = {
        use: [account["id"] for account in accounts if account["use"] == use] for use in ("cache", "source", "target")
    }
    needed = accounts_needing_roles(inspection.desired.disk_model, **named)
    found = [(scope, inspection.storage_account(scope)) for scope in needed]
    return [{"scope": scope, "role": role} for scope, account in found if account for role in account.roles_needed]


def role_definitions(inspection: Inspection) -> list[RoleDefinitionRow]:
    """The custom roles that are missing, as the module ``role_definition`` takes them."""
    return [
        {
            "subscription_id": parse_id(scopes[0]).subscription_id,
            "role_name": role.name,
            "description": role.description,
            "actions": list(role.actions),
            "assignable_scopes": scopes,
        }
        for role, scopes in custom_roles(inspection.desired)
        if not inspection.role_definition(scopes[0], role.name)
    ]


def _endpoint(inspection: Inspection, endpoint: Endpoint, proving: bool) -> EndpointRow:
    """What the steps need of one endpoint, whatever it leads to; what was not asked for is None."""
    place, found = parse_id(endpoint.id), inspection.endpoint(endpoint.id)
    network = inspection.network(endpoint.network) if proving else None
    return {
        "id": endpoint.id,
        "name": endpoint.name,
        "resource_group": place.resource_group,
        "subscription_id": place.subscription_id,
        "location": endpoint.location or region((network or {}).get("location")),
        "subnet": endpoint.subnet,
        "target": endpoint.target,
        "sub_resource": endpoint.sub_resource,
        "zone_ids": inspection.zone_ids(endpoint) if inspection.desired.mode.makes_zones else [],
        "virtual_networks": list(endpoint.virtual_networks),
        "exists": found is not None,
        "ours": ours((found or {}).get("tags")),
        "tags": endpoint.row.get("tags"),
        "side": endpoint.row.get("side"),
        "consumers": consumers_of(inspection.desired, endpoint),
        "manual": endpoint.row.get("manual") or None,
        "request_message": endpoint.row.get("request_message") or None,
        **first_server(inspection.desired, endpoint),
    }
