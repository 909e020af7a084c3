"""What zones, links and records of Azure private DNS have in common."""

from __future__ import annotations

import typing as t

from ..azure.client import Azure
from ..engine.tags import carries
from ..ids import ResourceId, fold_id, parse_id
from ..wire import JSON, get_path

API_VERSION = "2024-06-01"
ZONE = "Microsoft.Network/privateDnsZones"
LINK = ZONE + "/virtualNetworkLinks"
RECORD = ZONE + "/A"
NETWORK = "Microsoft.Network/virtualNetworks"

# The mark on what this collection made: a tag of zones and links, metadata of records. Only what carries it is deleted.
MANAGED_BY = "managed-by"
COLLECTION = "privatelink.recovery"
MARK = {MANAGED_BY: COLLECTION}


def ours(marks: t.Mapping[str, t.Any] | None) -> bool:
    """Whether tags or metadata carry the mark."""
    return carries(marks, MARK)


def zone_of(zone_id: str, option: str = "zones") -> ResourceId:
    """Parse the id of a private DNS zone."""
    return parse_id(zone_id, ZONE, option=option)


def zone_name(zone_id: str) -> str:
    """The name of a zone in lower case, without asking for a valid id."""
    return fold_id(zone_id).rsplit("/", 1)[-1]


def a_records(azure: Azure, zone_id: str) -> list[JSON]:
    """All A record sets of a zone, in one list request a page. Raises NotFound when the zone is absent."""
    return azure.list(f"{zone_id}/A", API_VERSION)


def addresses(record: JSON | None) -> list[str]:
    """The addresses of an A record set, sorted."""
    found = get_path(record, "properties.aRecords") or []
    return sorted(str(item.get("ipv4Address")) for item in found)


def metadata(record: JSON | None) -> dict[str, str]:
    """The metadata of a record set."""
    return dict(get_path(record, "properties.metadata") or {})
