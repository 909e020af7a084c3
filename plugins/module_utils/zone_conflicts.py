"""Which zones would collide: links to two zones of one name, and records of two endpoints in one zone."""

from __future__ import annotations

import typing as t

from .gates import Gate, refused, warning
from .ids import fold_id, parse_id, same_id
from .inspection import EndpointWish, Inspection
from .inventory import read_names
from .private_dns_zones import overlapping
from .vaults import connections
from .wire import get_path
from .zone_groups import groups_of
from .zone_groups import zones_of as zones_of_group


def conflicts(look: Inspection) -> t.Iterator[Gate]:
    """A closed (or accepted) gate for each collision; nothing when there is none."""
    yield from links(look)
    yield from storage_links(look)
    yield from planned_links(look)
    yield from shared_zones(look)
    yield from foreign_zones(look)


def links(look: Inspection) -> t.Iterator[Gate]:
    """A network can be linked to only one zone of a given name.

    Azure's own refusal: *A virtual network cannot be linked to multiple zones with overlapping namespaces*.
    """
    for endpoint in look.wish.endpoints:
        for subscription in _zone_subscriptions(look, endpoint):
            existing = look.existing_zones(subscription)
            for conflict in overlapping(look.zone_ids(endpoint), endpoint.virtual_networks, existing):
                yield refused(
                    "zones", conflict.virtual_network,
                    f"{conflict.virtual_network} is already linked to {conflict.existing_zone}; "
                    f"it cannot also be linked to {conflict.planned_zone}.",
                    "Use the existing zone (set the zones' resource group to its own), or unlink the network from it first.",
                )  # fmt: skip


def storage_links(look: Inspection) -> t.Iterator[Gate]:
    """The same for the blob zones of storage endpoints."""
    for endpoint in look.storage_endpoints:
        existing = look.existing_zones(parse_id(endpoint.zone_id).subscription_id)
        for conflict in overlapping([endpoint.zone_id], endpoint.virtual_networks, existing):
            yield refused(
                "zones", conflict.virtual_network,
                f"{conflict.virtual_network} is already linked to {conflict.existing_zone}; "
                f"it cannot also be linked to {conflict.planned_zone}.",
                "Use the existing zone (storage_accounts.endpoint.dns_zone_resource_group), or unlink the network first.",
            )  # fmt: skip


def planned_links(look: Inspection) -> t.Iterator[Gate]:
    """The same among the links this run would make: a network of both sides can have the zone of one side only."""
    first: dict[tuple[str, str], str] = {}
    told: set[str] = set()
    for zone, networks in look.planned_zones:
        for network in networks:
            other = first.setdefault((fold_id(network), parse_id(zone).name.lower()), zone)
            if not same_id(other, zone) and fold_id(network) not in told:
                told.add(fold_id(network))
                yield refused(
                    "zones", network,
                    f"{network} would be linked to both {other} and {zone}; a network can be linked to one zone of a name only.",
                    "Name the network for one side only (virtual_networks of the endpoint), or give both endpoints of that "
                    "network the same resource group for their zones.",
                )  # fmt: skip


def shared_zones(look: Inspection) -> t.Iterator[Gate]:
    """Two planned endpoints of one vault publish the same names: in one zone the second overwrites the first."""
    planned = look.wish.endpoints
    for position, first in enumerate(planned):
        for second in planned[position + 1 :]:
            if same_id(first.zone_group_id, second.zone_group_id):
                names = [name["fqdn"] for name in look.names(first.id)]
                yield _overwrite(look, look.zone_ids(first)[0], second.id, first.id, names)


def foreign_zones(look: Inspection) -> t.Iterator[Gate]:
    """Endpoints the vault already has, of the same group, that use a planned zone."""
    mine = {fold_id(endpoint.id) for endpoint in look.wish.endpoints}
    for item in connections(look.vault):
        other = str(get_path(item, "properties.privateEndpoint.id") or "")
        groups = [str(value).lower() for value in get_path(item, "properties.groupIds") or []]
        if not other or fold_id(other) in mine or look.wish.sub_resource.lower() not in groups:
            continue
        used = zones_of(look, other)
        for endpoint in look.wish.endpoints:
            shared = [zone for zone in look.zone_ids(endpoint) if fold_id(zone) in used]
            if shared:
                names = [name["fqdn"] for name in read_names(look.azure, other)]
                yield _overwrite(look, shared[0], endpoint.id, other, names)


def zones_of(look: Inspection, endpoint_id: str) -> set[str]:
    """The folded ids of the zones an endpoint's zone groups write to; empty when it cannot be found."""
    groups = groups_of(look.azure, parse_id(endpoint_id).text)
    return {zone for group in groups for zone in zones_of_group(group)}


def _overwrite(look: Inspection, zone: str, endpoint: str, other: str, names: list[str]) -> Gate:
    lost = f" The records that would be lost: {', '.join(names)}." if names else ""
    message = (
        f"{endpoint} and {other} lead to the same vault and would write the same names into {zone}, "
        f"one over the other.{lost}"
    )
    if look.wish.accept_zone_overwrite:
        return warning("zones", zone, message + " Accepted by accept_zone_overwrite.")
    return refused(
        "zones",
        zone,
        message,
        "Give each endpoint zones of its own (dns_zone_resource_group), or accept it by name (accept_zone_overwrite).",
        names,
    )


def _zone_subscriptions(look: Inspection, endpoint: EndpointWish) -> list[str]:
    return list(dict.fromkeys([parse_id(endpoint.zone_group_id).subscription_id, endpoint.subscription_id]))
