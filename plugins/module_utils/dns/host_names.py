"""Which texts are host names and addresses: the one rule for everything that is written into a file or a query.

A name that came from somewhere else could otherwise carry a quote or a line break into a configuration, a hosts file or
a PowerShell script. Labels as in RFC 1123 section 2.1, with the underscore of RFC 2181 section 11.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from dataclasses import dataclass

from ..errors import InputError
from ..wire import JSON

LONGEST_NAME = 253
LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


def host_name(text: t.Any) -> str:
    """The name in lower case without its final dot; empty when it is no fully qualified host name."""
    name = text if isinstance(text, str) else ""
    name = name[:-1].lower() if name.endswith(".") else name.lower()
    labels = name.split(".")
    if len(name) > LONGEST_NAME or len(labels) < 2 or not all(LABEL.fullmatch(label) for label in labels):
        return ""
    # Four numbers are an address to every program that reads one of our files.
    return "" if labels[-1].isdecimal() else name


def ipv4_address(text: t.Any) -> str:
    """The IPv4 address; empty when it is none."""
    try:
        return str(ipaddress.IPv4Address(str(text)))
    except ValueError:
        return ""


def ip_address(text: t.Any) -> str:
    """The IPv4 or IPv6 address, without a zone; empty when it is none."""
    try:
        found = ipaddress.ip_address(str(text))
    except ValueError:
        return ""
    return "" if getattr(found, "scope_id", None) else str(found)


@dataclass(frozen=True)
class Published:
    """A name and the addresses it is to have, both fit to be written anywhere."""

    name: str
    addresses: tuple[str, ...]


def publishable(rows: t.Iterable[t.Mapping[str, t.Any]]) -> tuple[list[JSON], list[str]]:
    """The rows (``fqdn``, ``ip_addresses``, any others) that may be written, and a sentence for each that may not.

    A row keeps its other keys. A name loses the addresses that are none, and is left out when it has none left that it
    could be written with; a row without addresses stays, because there is nothing to write of it.
    """
    good: list[JSON] = []
    bad: list[str] = []
    for row in rows:
        name, given = host_name(row.get("fqdn")), list(row.get("ip_addresses") or [])
        if not name:
            bad.append(f"{row.get('fqdn')!r} is no host name and was written nowhere.")
            continue
        addresses = [address for text in given if (address := ipv4_address(text))]
        wrong = [text for text in given if not ipv4_address(text)]
        bad += [f"{name} has {text!r}, which is no IPv4 address and was written nowhere." for text in wrong]
        if addresses or not given:
            good.append({**row, "fqdn": name, "ip_addresses": addresses})
    return good, bad


def published(rows: t.Iterable[t.Mapping[str, t.Any]], option: str) -> list[Published]:
    """Names with their addresses, rows of one name merged, in the order they come.

    Raises :class:`InputError`, with every row that cannot be meant, for ``option``.
    """
    listed = list(rows)
    good, bad = publishable(listed)
    bad += [f"{row['fqdn']} has no address." for row in good if not row["ip_addresses"]]
    if bad:
        raise InputError(f"{option}: {' '.join(bad)}")
    merged: dict[str, dict[str, None]] = {}
    for row in good:
        merged.setdefault(row["fqdn"], {}).update(dict.fromkeys(row["ip_addresses"]))
    return [Published(name, tuple(addresses)) for name, addresses in merged.items()]
