"""The records of endpoints as files for whoever runs the DNS servers: hosts lines, a BIND zone file, PowerShell lines."""

from __future__ import annotations

import re
import typing as t

from ..dns.zone_choice import zone_and_record
from ..wire import JSON

MARK = "managed by privatelink.recovery"
# By the end of a file's name: whom it is for.
USES = {
    ".hosts": "hosts file of a single server, for tests",
    ".ps1.txt": "Windows DNS server, lines for PowerShell",
    ".zone": "BIND, records of the zone",
}


def hosts(names: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    """Lines of a hosts file: address, FQDN, and the name in its zone where Azure shows another.

    For tests and single servers only: it does not follow changes, and it knows no aliases, so both names stand there.
    """
    lines = []
    for row in names:
        in_zone = f"{row['record_name']}.{row['zone']}" if row.get("zone") else row["fqdn"]
        spellings = " ".join(dict.fromkeys([str(row["fqdn"]), in_zone]))
        lines += [f"{address} {spellings}" for address in row.get("ip_addresses") or []]
    return "\n".join([f"# begin {MARK}", *lines, f"# end {MARK}", ""])


def bind_zone(zone: str, names: t.Iterable[t.Mapping[str, t.Any]], time_to_live: int) -> str:
    """The A records of one zone in the form of a BIND master file, to be included after the zone's own SOA and NS."""
    lines = [
        f"{row['record_name']}\t{time_to_live}\tIN\tA\t{address}"
        for row in names
        if row.get("zone") == zone
        for address in row.get("ip_addresses") or []
    ]
    return "\n".join([f"; {MARK}", f"$ORIGIN {zone}.", *lines, ""])


def powershell(names: t.Iterable[t.Mapping[str, t.Any]], time_to_live: int) -> str:
    """``Add-DnsServerResourceRecordA`` lines for a Windows DNS server."""
    lines = [
        f"Add-DnsServerResourceRecordA -ZoneName '{row['zone']}' -Name '{row['record_name']}' "
        f"-IPv4Address '{address}' -TimeToLive ([TimeSpan]::FromSeconds({time_to_live}))"
        for row in names
        if row.get("zone")
        for address in row.get("ip_addresses") or []
    ]
    return "\r\n".join([f"# {MARK}", *lines, ""])


def use_of(name: str) -> str:
    """Whom a file is for, by its name; empty for one that is not ours."""
    return next((use for ending, use in USES.items() if name.endswith(ending)), "")


def files(names: t.Sequence[t.Mapping[str, t.Any]], time_to_live: int) -> dict[str, str]:
    """All files by name, a set for each endpoint: the answers differ from network to network."""
    made: dict[str, str] = {}
    placed = [in_its_zone(row) for row in names]
    for endpoint in sorted({row["endpoint"] for row in placed}):
        mine = [row for row in placed if row["endpoint"] == endpoint]
        # Also the name of a file, so nothing in it may lead out of the directory.
        title = re.sub(r"[^\w.-]", "_", endpoint)
        made[f"{title}.hosts"] = hosts(mine)
        made[f"{title}.ps1.txt"] = powershell(mine, time_to_live)
        for zone in sorted({row["zone"] for row in mine if row["zone"]}):
            made[f"{title}.{zone}.zone"] = bind_zone(zone, mine, time_to_live)
    return made


def in_its_zone(row: t.Mapping[str, t.Any]) -> JSON:
    """A row with ``endpoint``, ``zone`` and ``record_name``; a name that is not of its zone has no zone."""
    zone = str(row.get("zone") or "")
    place = zone_and_record(row["fqdn"], [zone]) if zone else None
    return {
        **row,
        "endpoint": str(row.get("endpoint") or "endpoint"),
        "zone": zone if place else "",
        "record_name": place[1] if place else "",
    }
