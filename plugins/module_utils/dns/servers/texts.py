"""The desired state of a server in the syntax of each program: pure text. Names and addresses are checked before they get here.

Manuals: https://bind9.readthedocs.io (statements ``zone``, ``validate-except``), https://unbound.docs.nlnetlabs.nl,
https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html, resolved.conf(5),
https://learn.microsoft.com/powershell/module/dnsserver.
"""

from __future__ import annotations

import hashlib
import re
import typing as t

from ..host_names import Published
from .wanted import DNS_PORT, Target, Wanted

MARK = "managed by privatelink.recovery"
#: A file name may have 255 bytes, and ours carry more than the name.
_LONGEST_IN_A_FILE_NAME = 150
_SERIAL = re.compile(r"^@\tIN\tSOA\t\S+ \S+ \((\d+) ", re.MULTILINE)
# Windows PowerShell takes typographic quotation marks for plain ones: about_Quoting_Rules.
_QUOTES = re.compile("(['\u2018\u2019\u201a\u201b])")


def header(comment: str) -> str:
    """The first lines of every file of ours."""
    return f"{comment} {MARK}\n{comment} This file is overwritten as a whole. Its inverse is the role's entry point teardown.\n"


def bind_zones(wanted: Wanted, zone_file: t.Callable[[str], str]) -> str:
    """BIND: a forward zone for each suffix and a zone for each name it answers itself.

    A name of its own (and not its suffix) is the zone, so that every other name of that suffix goes on being resolved.
    """
    return header("//") + _lines(_bind_zones(wanted, zone_file))


def bind_options(wanted: Wanted) -> str:
    """BIND: the forwarded suffixes that are not validated, for the block ``options``.

    Azure's resolver gives no signatures for its private answers: with validation their chain of trust is broken
    (https://github.com/Azure/azure-quickstart-templates/issues/5239).
    """
    return header("//") + _lines(_bind_exceptions(wanted))


def bind_view(wanted: Wanted, zone_file: t.Callable[[str], str], exceptions: t.Iterable[str] = ()) -> str:
    """BIND: what one view includes, its exceptions from validation among it.

    ``exceptions`` are the server's own ones: the list of a view stands in place of the server's, not beside it.
    """
    return header("//") + _lines([*_bind_exceptions(wanted, exceptions), *_bind_zones(wanted, zone_file)])


def bind_zone(answer: Published, time_to_live: int, before: str | None) -> str:
    """BIND: the zone of one name. The serial number goes up by one when anything else differs from ``before``."""
    found = _SERIAL.search(before or "")
    serial = int(found[1]) if found else 1
    same = _bind_zone(answer, time_to_live, serial)
    if before is None or before == same:
        return same
    return _bind_zone(answer, time_to_live, serial % 0xFFFFFFFF + 1)


def zone_file_name(name: str, view: str = "") -> str:
    """The file name of a name's zone, in a view where there are any, short enough for every file system."""
    if len(name) > _LONGEST_IN_A_FILE_NAME:
        name = f"{name[:_LONGEST_IN_A_FILE_NAME]}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    return f"privatelink-recovery.{f'view-{view}.' if view else ''}{name}.zone"


def unbound(wanted: Wanted) -> str:
    """Unbound: forward zones, and for these suffixes only no validation and private addresses let through.

    The owner of an answer is the ``privatelink`` name, so that form counts for ``private-domain`` as well.
    """
    lines = ["server:"] if wanted else []
    for zone in wanted.zones:
        lines += [f'    domain-insecure: "{zone}."', f'    private-domain: "{zone}."']
    for answer in wanted.answers:
        lines += [
            f'    local-data: "{answer.name}. {wanted.time_to_live} IN A {address}"' for address in answer.addresses
        ]
    for zone in wanted.zones:
        lines += ["forward-zone:", f'    name: "{zone}."', "    forward-first: no"]
        lines += [f"    forward-addr: {target.address}@{target.port}" for target in wanted.targets]
    return header("#") + _lines(lines)


def dnsmasq(wanted: Wanted) -> str:
    """dnsmasq: servers for suffixes, private answers let through for these only.

    It validates no answer of a server that is named for a suffix (``check_servers`` in its ``network.c``), so nothing
    has to be said about signatures. Targets are asked in their order as far as dnsmasq does: it prefers who answers.
    """
    lines = [f"server=/{zone}/{target.address}#{target.port}" for zone in wanted.zones for target in wanted.targets]
    lines += [f"rebind-domain-ok=/{zone}/" for zone in wanted.zones]
    lines += [
        f"host-record={answer.name},{address},{wanted.time_to_live}"
        for answer in wanted.answers
        for address in answer.addresses
    ]
    return header("#") + _lines(lines)


def resolved(wanted: Wanted) -> str:
    """systemd-resolved: servers that are asked for these suffixes (route-only domains)."""
    servers = " ".join(_resolved_target(target) for target in wanted.targets)
    domains = " ".join(f"~{zone}" for zone in wanted.zones)
    return header("#") + _lines(["[Resolve]", f"DNS={servers}", f"Domains={domains}"] if wanted.zones else [])


def hosts(answers: t.Iterable[Published]) -> list[str]:
    """Lines of a hosts file in the form ``<private ip><space><FQDN>``."""
    return [f"{address} {answer.name}" for answer in answers for address in answer.addresses]


def quoted(text: str) -> str:
    """A text as PowerShell takes it literally: in single quotes, with each kind of single quote doubled."""
    return "'" + _QUOTES.sub(r"\1\1", text) + "'"


def powershell_forwarders(wanted: Wanted) -> list[str]:
    """``Add-DnsServerConditionalForwarderZone`` lines for a Windows DNS server. It forwards to port 53 only."""
    servers = ", ".join(quoted(target.address) for target in wanted.targets)
    return [
        f"Add-DnsServerConditionalForwarderZone -Name {quoted(zone)} -MasterServers @({servers})"
        for zone in wanted.zones
    ]


def powershell_record(zone: str, name: str, address: str, time_to_live: int) -> str:
    """An ``Add-DnsServerResourceRecordA`` line for a Windows DNS server."""
    return (
        f"Add-DnsServerResourceRecordA -ZoneName {quoted(zone)} -Name {quoted(name)} -IPv4Address {quoted(address)} "
        f"-TimeToLive ([TimeSpan]::FromSeconds({time_to_live:d}))"
    )


def _bind_zones(wanted: Wanted, zone_file: t.Callable[[str], str]) -> list[str]:
    targets = " ".join(_bind_target(target) for target in wanted.targets)
    forwarded = [
        f'zone "{zone}" {{ type forward; forward only; forwarders {{ {targets} }}; }};' for zone in wanted.zones
    ]
    return forwarded + [
        f'zone "{answer.name}" {{ type primary; check-names ignore; file "{zone_file(answer.name)}"; }};'
        for answer in wanted.answers
    ]


def _bind_exceptions(wanted: Wanted, others: t.Iterable[str] = ()) -> list[str]:
    zones = " ".join(f'"{zone}";' for zone in dict.fromkeys([*wanted.zones, *others]))
    return [f"validate-except {{ {zones} }};"] if wanted.zones else []


def _bind_zone(answer: Published, time_to_live: int, serial: int) -> str:
    # The name itself is the name server: nobody is asked for it, and BIND wants one with an address.
    lines = [
        f"$TTL {time_to_live}",
        f"@\tIN\tSOA\t@ hostmaster ({serial} 3600 600 604800 {time_to_live})",
        "@\tIN\tNS\t@",
        *(f"@\tIN\tA\t{address}" for address in answer.addresses),
    ]
    return header(";") + _lines(lines)


def _bind_target(target: Target) -> str:
    return f"{target.address};" if target.port == DNS_PORT else f"{target.address} port {target.port};"


def _resolved_target(target: Target) -> str:
    address = f"[{target.address}]" if ":" in target.address and target.port != DNS_PORT else target.address
    return address if target.port == DNS_PORT else f"{address}:{target.port}"


def _lines(lines: t.Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
