"""Which zones would collide: links to two zones of one name, zone groups of others, and records of two endpoints in one zone."""

from __future__ import annotations

import typing as t

from ...dns.private_dns import ZONE, addresses, zone_name
from ...dns.zone_choice import zone_and_record
from ...dns.zone_groups import default_group, in_the_way
from ...dns.zones import overlapping
from ...errors import Forbidden, NotFound
from ...ids import fold_id, parse_id, same_id
from ...resources.endpoint_connections import endpoint_of
from ...resources.roles import actions
from ...wire import get_path
from ..desired import Endpoint
from ..gate import Gate, refused, warning
from ..inspection import Inspection, zones_of


def conflicts(inspection: Inspection) -> t.Iterator[Gate]:
    """A closed (or accepted) gate for each collision; nothing when there is none."""
    yield from links(inspection)
    yield from planned_links(inspection)
    yield from foreign_groups(inspection)
    yield from shared_zones(inspection)
    yield from foreign_records(inspection)


def links(inspection: Inspection) -> t.Iterator[Gate]:
    """A network can be linked to only one zone of a given name, wherever that zone is.

    Azure's own refusal: *A virtual network cannot be linked to multiple zones with overlapping namespaces*.
    """
    reported: set[str] = set()
    for endpoint in inspection.desired.all_endpoints:
        for subscription in zone_subscriptions(endpoint):
            try:
                existing = inspection.existing_zones(subscription)
            except Forbidden as error:
                if subscription in zone_subscriptions(endpoint, own=True):
                    raise
                if subscription not in reported:
                    reported.add(subscription)
                    yield warning(
                        "zones", f"/subscriptions/{subscription}",
                        f"The zones of subscription {subscription} cannot be read ({error.code}), so a network there may be "
                        "linked to a zone of the same name already; Azure would refuse the second link.",
                        f"Have its owner look, or grant {actions(ZONE, 'read')[0]} there.",
                    )  # fmt: skip
                continue
            for conflict in overlapping(inspection.zone_ids(endpoint), endpoint.virtual_networks, existing):
                yield refused(
                    "zones", conflict.virtual_network,
                    f"{conflict.virtual_network} is already linked to {conflict.existing_zone}; "
                    f"it cannot also be linked to {conflict.planned_zone}.",
                    "Use the existing zone (name its resource group in sequence.endpoints.dns_zone_resource_group), or unlink the network "
                    "from it first.",
                )  # fmt: skip


def planned_links(inspection: Inspection) -> t.Iterator[Gate]:
    """The same among the links this run would make: a network of both sides can have the zone of one side only."""
    first: dict[tuple[str, str], str] = {}
    reported: set[str] = set()
    for zone, networks in inspection.planned_zones:
        for network in networks:
            other = first.setdefault((fold_id(network), parse_id(zone).name.lower()), zone)
            if not same_id(other, zone) and fold_id(network) not in reported:
                reported.add(fold_id(network))
                yield refused(
                    "zones", network,
                    f"{network} would be linked to both {other} and {zone}; a network can be linked to one zone of a name only.",
                    "Name the network for one side only (sequence.endpoints.virtual_networks), or give both endpoints of that network the "
                    "same sequence.endpoints.dns_zone_resource_group.",
                )  # fmt: skip


def foreign_groups(inspection: Inspection) -> t.Iterator[Gate]:
    """A planned endpoint that exists has somebody else's zone group, and can have no second one."""
    for endpoint in inspection.desired.all_endpoints if inspection.desired.mode.makes_groups else ():
        if inspection.endpoint(endpoint.id) is None:
            continue
        wanted = default_group(endpoint.id)
        for group in inspection.zone_groups(endpoint.id):
            refusal = in_the_way(group, endpoint.id, wanted, inspection.zone_ids(endpoint))
            if refusal:
                yield refused("zones", endpoint.id, refusal.message, refusal.remedy)


def shared_zones(inspection: Inspection) -> t.Iterator[Gate]:
    """Two planned endpoints of one vault publish the same names: in one zone the second overwrites the first.

    Nobody can accept that: whichever is written last, the other is never right.
    """
    planned = inspection.desired.endpoints
    for position, first in enumerate(planned):
        for second in planned[position + 1 :]:
            if same_id(first.zone_group_id, second.zone_group_id):
                names = [name["fqdn"] for name in inspection.names(first.id)]
                yield refused(
                    "zones", inspection.zone_ids(first)[0], _collision(inspection.zone_ids(first)[0], second.id, first.id, names),
                    "Give each endpoint zones of its own (sequence.endpoints.dns_zone_resource_group), or plan one endpoint only.", names,
                )  # fmt: skip


def foreign_records(inspection: Inspection) -> t.Iterator[Gate]:
    """Endpoints that are not planned here but lead to the same target, of the same group, and have names in a planned zone."""
    mine = {fold_id(endpoint.id) for endpoint in inspection.desired.all_endpoints}
    for endpoint in inspection.desired.all_endpoints:
        wanted = endpoint.sub_resource.lower()
        for item in inspection.connections_to(endpoint.target):
            other = endpoint_of(item)
            groups = [str(value).lower() for value in get_path(item, "properties.groupIds") or [wanted]]
            if other and fold_id(other) not in mine and wanted in groups:
                yield from _against(inspection, endpoint, other)


def _against(inspection: Inspection, endpoint: Endpoint, other: str) -> t.Iterator[Gate]:
    """Whether a planned endpoint would take the records of another one, which may be anybody's."""
    try:
        names = [name["fqdn"] for name in inspection.names(other)]
        zone = _shared(inspection, endpoint, other)
    except NotFound:
        return
    except Forbidden as error:
        unseen = (
            f"{other} leads to the same target and cannot be read ({error.code}): whether it writes its names into the zones "
            f"of {endpoint.id} is not known."
        )
        if inspection.desired.accept_zone_overwrite:
            yield warning("zones", other, f"{unseen} Accepted by accept_zone_overwrite.")
        else:
            yield Gate(
                "zones", "unknown", other, unseen,
                "Grant the reading of that endpoint, or, knowing that it has zones of its own, set accept_zone_overwrite: true.",
            )  # fmt: skip
        return
    if zone:
        yield _overwrite(inspection, zone, endpoint.id, other, names)


def _shared(inspection: Inspection, endpoint: Endpoint, other: str) -> str:
    """A zone of a planned endpoint that another endpoint writes to, by its zone groups or by records somebody wrote for it."""
    used = zones_of(inspection, other)
    by_name = {zone_name(zone): zone for zone in inspection.zone_ids(endpoint)}
    for zone in by_name.values():
        if fold_id(zone) in used:
            return zone
    for name in inspection.names(other):
        place = zone_and_record(name["fqdn"], by_name)
        zone = by_name[place[0]] if place else ""
        for record in inspection.records(zone) if place and zone and inspection.zone(zone) is not None else ():
            if (
                place
                and str(record.get("name")).lower() == place[1]
                and addresses(record) == sorted(name["ip_addresses"])
            ):
                return zone
    return ""


def _collision(zone: str, endpoint: str, other: str, names: list[str]) -> str:
    lost = f" The records that would be lost: {', '.join(names)}." if names else ""
    return (
        f"{endpoint} and {other} lead to the same target and would write the same names into {zone}, "
        f"one over the other.{lost}"
    )


def _overwrite(inspection: Inspection, zone: str, endpoint: str, other: str, names: list[str]) -> Gate:
    message = _collision(zone, endpoint, other, names)
    if inspection.desired.accept_zone_overwrite:
        return warning("zones", zone, message + " Accepted by accept_zone_overwrite.")
    return refused(
        "zones",
        zone,
        message,
        f"Give each endpoint zones of its own (sequence.endpoints.dns_zone_resource_group); or, if {other} is no longer needed, set "
        "accept_zone_overwrite: true.",
        names,
    )


def zone_subscriptions(endpoint: Endpoint, *, own: bool = False) -> list[str]:
    """Where zones of a name may be that a network of the endpoint is linked to: its ``own``, and those of linked networks."""
    ids = [endpoint.zone_group_id, endpoint.id, *(() if own else endpoint.virtual_networks)]
    return list(dict.fromkeys(parse_id(text).subscription_id.lower() for text in ids))
