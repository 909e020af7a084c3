"""Which names a server would have to know, from the rows of a report or of the operator."""

from __future__ import annotations

import typing as t

from ...errors import InputError
from ...wire import JSON
from ..forward_zones import covering
from ..host_names import Published, host_name
from ..zone_choice import zone_and_record

Row = t.Mapping[str, t.Any]


def in_its_zone(row: Row) -> JSON:
    """A row with ``endpoint``, ``zone`` and ``record_name``; a name that is not of its zone has no zone."""
    zone = host_name(row.get("zone"))
    place = zone_and_record(row["fqdn"], [zone]) if zone else None
    return {
        **row,
        "endpoint": str(row.get("endpoint") or "endpoint"),
        "zone": zone if place else "",
        "record_name": place[1] if place else "",
    }


def spelled(rows: t.Iterable[Row], zones: t.Collection[str] = ()) -> tuple[Published, ...]:
    """The names as they are asked for, and as they are called in their zone where that is another name.

    ``rows`` are those of :func:`in_its_zone`. A server that answers a name itself knows no alias that leads to the other.
    With ``zones``, which are all that a server can be given records in, only the spellings inside them; then raises
    :class:`InputError` for a name that has none. The public spelling leads there by the public alias.
    """
    spellings: dict[str, dict[str, None]] = {}
    for row in rows:
        in_zone = f"{row['record_name']}.{row['zone']}" if row["zone"] else row["fqdn"]
        names = [name for name in dict.fromkeys([row["fqdn"], in_zone]) if not zones or covering(name, zones)]
        if not names:
            raise InputError(
                f"names: {row['fqdn']} is in none of the zones {', '.join(zones)}; add its zone to update_zones (role variable "
                "dns_servers_update_zones), or leave the name out."
            )
        for name in names:
            spellings.setdefault(name, {}).update(dict.fromkeys(row.get("ip_addresses") or []))
    return tuple(Published(name, tuple(addresses)) for name, addresses in spellings.items() if addresses)


def of_endpoints(rows: t.Iterable[Row], endpoints: t.Collection[str], *, alone: bool = True) -> list[Row]:
    """The rows of these endpoints, all rows when none is named.

    Raises :class:`InputError` for an endpoint that has no row, and for a name that two endpoints publish with other
    addresses: one server, or one view of it, has one answer, and which of them is the operator's to say. Rows that are not
    ``alone`` are parted among views later, where that is looked for.
    """
    listed = list(rows)
    unknown = sorted(set(endpoints) - {str(row.get("endpoint") or "") for row in listed})
    if unknown:
        known = ", ".join(sorted({str(row.get("endpoint") or "") for row in listed} - {""})) or "none"
        raise InputError(f"endpoints: {', '.join(unknown)} has no name; endpoints with names: {known}.")
    kept = [row for row in listed if not endpoints or row.get("endpoint") in endpoints]
    publishers: dict[str, dict[str, set[str]]] = {}
    for row in kept if alone else []:
        addresses = publishers.setdefault(host_name(row.get("fqdn")), {})
        addresses.setdefault(str(row.get("endpoint") or ""), set()).update(map(str, row.get("ip_addresses") or []))
    for name, by_endpoint in publishers.items():
        if len({frozenset(addresses) for addresses in by_endpoint.values()}) > 1:
            raise InputError(
                f"{name} has different addresses at {' and '.join(sorted(by_endpoint))}, and nothing says which one this server answers. "
                "Nothing was written.",
                remedy="List in endpoints (role variable dns_servers_endpoints) the one that this server's clients reach, in a variable of "
                "that host; or, for a BIND server with views, in views (dns_servers_views) which view answers which.",
            )
    return kept
