"""The records of endpoints as files for whoever runs the DNS servers: hosts lines, a BIND zone file, PowerShell lines."""

from __future__ import annotations

import typing as t

from .wire import JSON

MARK = "managed by privatelink.recovery"


def hosts(names: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    """Lines of a hosts file: address, space, FQDN. For tests and single servers only: it does not follow changes."""
    lines = [f"{address} {row['fqdn']}" for row in names for address in row.get("ip_addresses") or []]
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


def files(names: t.Sequence[t.Mapping[str, t.Any]], time_to_live: int) -> dict[str, str]:
    """All files by name, a set for each endpoint: the answers differ from network to network."""
    made: dict[str, str] = {}
    for endpoint in sorted({str(row.get("endpoint") or "endpoint") for row in names}):
        mine: list[JSON] = [dict(row) for row in names if str(row.get("endpoint") or "endpoint") == endpoint]
        made[f"{endpoint}.hosts"] = hosts(mine)
        made[f"{endpoint}.ps1.txt"] = powershell(mine, time_to_live)
        for zone in sorted({row["zone"] for row in mine if row.get("zone")}):
            made[f"{endpoint}.{zone}.zone"] = bind_zone(zone, mine, time_to_live)
    return made
