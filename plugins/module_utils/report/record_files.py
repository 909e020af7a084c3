"""The names of endpoints as files for whoever runs the DNS servers, each in the language of its server.

What is no host name or no address is written into none of them (:mod:`..dns.host_names`), and the report names it.
"""

from __future__ import annotations

import re
import typing as t

from ..dns.host_names import host_name, publishable
from ..dns.servers import texts
from ..dns.servers.answers import in_its_zone, spelled
from ..dns.servers.texts import MARK
from ..dns.servers.wanted import Wanted

# By the end of a file's name: whom it is for. The longest ending that fits counts.
USES = {
    ".hosts": "hosts file of a single server, for tests",
    ".ps1.txt": "Windows DNS server, lines for PowerShell",
    ".zone": "BIND, records of the zone",
    ".unbound.conf": "Unbound, the names answered by the server itself",
    ".dnsmasq.conf": "dnsmasq, the names answered by the server itself",
    "_forwarders.bind.conf": "BIND, forwarders; the suffixes that are not validated are in the file beside it",
    "_forwarders.bind.options.conf": "BIND, to be included inside the block options",
    "_forwarders.unbound.conf": "Unbound, forwarders",
    "_forwarders.dnsmasq.conf": "dnsmasq, forwarders",
    "_forwarders.ps1.txt": "Windows DNS server, conditional forwarders for PowerShell",
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
        texts.powershell_record(row["zone"], row["record_name"], address, time_to_live)
        for row in names
        if row.get("zone")
        for address in row.get("ip_addresses") or []
    ]
    return "\r\n".join([f"# {MARK}", *lines, ""])


def use_of(name: str) -> str:
    """Whom a file is for, by its name; empty for one that is not ours."""
    ending = max((ending for ending in USES if name.endswith(ending)), key=len, default="")
    return USES.get(ending, "")


def files(names: t.Iterable[t.Mapping[str, t.Any]], time_to_live: int) -> tuple[dict[str, str], list[str]]:
    """All files by name, a set for each endpoint because answers differ from network to network.

    And a sentence for each name, zone or address that was written into none of them.
    """
    good, bad = publishable(names)
    made: dict[str, str] = {}
    bad += [
        f"{row['fqdn']} has the zone {row['zone']!r}, which is no DNS zone name: its record is in no zone's file."
        for row in good
        if row.get("zone") and not host_name(row["zone"])
    ]
    placed = [in_its_zone(row) for row in good]
    for endpoint in sorted({row["endpoint"] for row in placed}):
        mine = [row for row in placed if row["endpoint"] == endpoint]
        # Also the name of a file, so nothing in it may lead out of the directory.
        title = re.sub(r"[^A-Za-z0-9_.-]", "_", endpoint)
        made[f"{title}.hosts"] = hosts(mine)
        made[f"{title}.ps1.txt"] = powershell(mine, time_to_live)
        for zone in sorted({row["zone"] for row in mine if row["zone"]}):
            made[f"{title}.{zone}.zone"] = bind_zone(zone, mine, time_to_live)
        answered = Wanted(answers=spelled(mine), time_to_live=time_to_live)
        made[f"{title}.unbound.conf"] = texts.unbound(answered)
        made[f"{title}.dnsmasq.conf"] = texts.dnsmasq(answered)
    return made, bad


def forwarder_files(wanted: Wanted) -> dict[str, str]:
    """Files, by name, that have a DNS server forward the zones of ``wanted``; none when it forwards nothing.

    No resource of Azure has a name that begins with an underscore, so they are mistaken for no endpoint's.
    """
    if not wanted.zones:
        return {}
    return {
        "_forwarders.bind.conf": texts.bind_zones(wanted, str),
        "_forwarders.bind.options.conf": texts.bind_options(wanted),
        "_forwarders.unbound.conf": texts.unbound(wanted),
        "_forwarders.dnsmasq.conf": texts.dnsmasq(wanted),
        "_forwarders.ps1.txt": "\r\n".join([f"# {MARK}", *texts.powershell_forwarders(wanted), ""]),
    }
