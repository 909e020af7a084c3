"""The plan of a sequence: ids and states that its steps follow."""

from __future__ import annotations

from ..dns.modes import owns_zones
from ..dns.private_dns import ours
from ..ids import fold_id, parse_id, unique_ids
from ..resources.storage_accounts import is_classic
from ..resources.storage_decisions import accounts_needing_roles
from ..wire import JSON, get_path
from .desired import EndpointWish, StorageEndpoint
from .gates.proof import unproven
from .inspection import Inspection


def plan(look: Inspection, *, proving: bool) -> JSON:
    """What the steps of a sequence need: ids, zones with the networks to link, endpoints in order.

    ``proving`` also tells whose names nobody proves, for which the networks are looked at.
    """
    vault = parse_id(look.wish.vault_id)
    endpoints = [_endpoint(look, endpoint, look.wish.sub_resource) for endpoint in look.wish.endpoints]
    storage = [_endpoint(look, endpoint, "blob") for endpoint in look.storage_endpoints]
    nobody_asks = unproven(look) if proving else {}
    wanted = look.wish.public_network_access
    return {
        "vault_id": look.wish.vault_id,
        "vault_exists": look.vault is not None,
        "subscription_id": vault.subscription_id,
        "principal_id": str(get_path(look.vault, "identity.principalId") or ""),
        "location": look.location,
        "recovery_location": look.recovery_location if proving else "",
        "zone_names": look.zone_names,
        "writer": look.wish.writer,
        "zones": zones(look) if owns_zones(look.wish.writer) else [],
        "storage_roles": storage_roles(look),
        "trusted_accounts": [account["id"] for account in look.wish.storage_accounts if not is_classic(account["id"])],
        "endpoints": endpoints,
        "all_endpoints": [*endpoints, *storage],
        "mark": look.mark,
        "marked": look.marked,
        "unproven": list(nobody_asks),
        "denied": wanted == "before_endpoint" or (wanted == "after_verify" and not nobody_asks),
        "denial_waits": wanted == "after_verify" and bool(nobody_asks),
    }


def zones(look: Inspection) -> list[JSON]:
    """The zones of all endpoints, each once, with the networks that are to resolve its names."""
    wanted = look.planned_zones
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


def storage_roles(look: Inspection) -> list[JSON]:
    """The roles the vault's identity needs, account by account: ``{scope, role}``; accounts that are absent have none."""
    accounts = look.wish.storage_accounts
    if not accounts:
        return []
    named = {
        use: [account["id"] for account in accounts if account["use"] == use] for use in ("cache", "source", "target")
    }
    needed = accounts_needing_roles(look.wish.options["disk_model"], **named)
    found = [(scope, look.storage_account(scope)) for scope in needed]
    return [{"scope": scope, "role": role} for scope, account in found if account for role in account.roles_needed]


def _endpoint(look: Inspection, endpoint: EndpointWish | StorageEndpoint, sub_resource: str) -> JSON:
    """What the steps need of one endpoint, whatever it leads to; what was not asked for is None."""
    place, found, asked = parse_id(endpoint.id), look.endpoint(endpoint.id), endpoint.asked
    return {
        "id": endpoint.id,
        "name": endpoint.name,
        "resource_group": place.resource_group,
        "subscription_id": place.subscription_id,
        "subnet": endpoint.subnet,
        "target": look.target_of(endpoint),
        "sub_resource": sub_resource,
        "zone_ids": look.zone_ids(endpoint) if owns_zones(look.wish.writer) else [],
        "virtual_networks": list(endpoint.virtual_networks),
        "exists": found is not None,
        "ours": ours((found or {}).get("tags")),
        **{name: asked.get(name) for name in ("tags", "consumers", "side")},
        **{name: asked.get(name) or None for name in ("manual", "request_message")},
        **look.dns_server(endpoint),
    }
