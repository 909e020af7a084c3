"""Do the names of private endpoints lead to their private addresses, seen from the machine that uses them?"""

from __future__ import annotations

import ipaddress
import socket
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ..errors import InputError, RecoveryError
from ..wire import JSON
from .host_names import host_name
from .query import Lookup, lookup, system_lookup

PAUSE = 5.0
MOST_AT_ONCE = 16
# RFC 1918 and RFC 6598, the ranges https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq names.
PRIVATE = tuple(
    ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
FLUSH = "flush the client's cache (ipconfig /flushdns, resolvectl flush-caches)"


class NamesUnresolved(RecoveryError):
    """Some names do not lead where they should. ``rows`` are all of them, good ones included."""

    def __init__(self, rows: list[JSON]) -> None:
        self.rows = rows
        bad = [row for row in rows if not is_good(row)]
        super().__init__(f"{len(bad)} of {len(rows)} names are not right: " + " ".join(row["message"] for row in bad))

    def facts(self) -> dict[str, t.Any]:
        """The rows, so that a rescue or a report has them."""
        return {**super().facts(), "names": self.rows, "resolved": False}


@dataclass(frozen=True)
class Resolver:
    """Who is asked: a DNS server, or (empty) the machine's own resolver."""

    address: str = ""
    port: int = 53

    @property
    def words(self) -> str:
        """Who answers, for messages."""
        return f"{self.address} port {self.port}" if self.address else "the system's resolver"

    def look_up(self, name: str) -> Lookup:
        """Ask for a name."""
        return lookup(name, self.address, self.port) if self.address else system_lookup(name)


@dataclass(frozen=True)
class Asked:
    """One name to look up, the addresses it should have (empty: any private one) and who is asked."""

    fqdn: str
    addresses: tuple[str, ...]
    server: Resolver = Resolver()


@dataclass(frozen=True)
class Reach:
    """How addresses are reached from here. ``port`` None: that is not tried."""

    port: int | None
    timeout: float


def is_good(row: JSON) -> bool:
    """Whether a row is as it should be: the right addresses, and reached where that was asked for."""
    return bool(row["resolved"]) and row["connected"] is not False


def asked_names(names: t.Iterable[t.Mapping[str, t.Any]], server: Resolver = Resolver()) -> list[Asked]:
    """The names of the option, rows of the same name and server merged. ``server`` is asked where a row names none.

    Raises :class:`InputError` for what is no name or address.
    """
    merged: dict[tuple[str, Resolver], set[str]] = {}
    for row in names:
        fqdn = host_name(str(row.get("fqdn") or "").strip())
        if not fqdn:
            raise InputError(f"names: fqdn {row.get('fqdn')!r} is not a fully qualified DNS name.")
        addresses = merged.setdefault((fqdn, _server_of(row, server)), set())
        for text in row.get("ip_addresses") or []:
            try:
                addresses.add(str(ipaddress.IPv4Address(str(text))))
            except ValueError as error:
                raise InputError(f"names: {fqdn} has ip_addresses with {text!r}, which is no IPv4 address.") from error
    return [Asked(fqdn, tuple(sorted(addresses)), asked) for (fqdn, asked), addresses in merged.items()]


def judge(asked: Asked, found: Lookup) -> JSON:
    """Compare what was answered with what was expected: pure.

    A name is resolved when the answers are exactly the expected addresses; with none expected, when all are private.
    """
    answers = set(found.addresses)
    private = bool(answers) and all(is_private(text) or text in asked.addresses for text in answers)
    resolved = answers == set(asked.addresses) if asked.addresses else private
    return {
        "fqdn": asked.fqdn,
        "ip_addresses": list(asked.addresses),
        "answers": list(found.addresses),
        "canonical_name": list(found.chain),
        "resolved": resolved,
        "private": private,
        "connected": None,
        "dns_server": asked.server.address,
        "message": "" if resolved else _message(asked, found, private=private),
    }


def is_private(address: str) -> bool:
    """Whether an address is one that virtual networks use for themselves."""
    parsed = ipaddress.ip_address(address)
    return any(parsed in network for network in PRIVATE)


def _message(asked: Asked, found: Lookup, *, private: bool) -> str:
    server, expected = asked.server.words, ", ".join(asked.addresses) or "a private address"
    if not found.addresses:
        return (
            f"{asked.fqdn} has no address at {server} ({found.failure}), expected {expected}: add the record to its "
            "private DNS zone, link the zone to the network of the resolver, or forward the name to one that has it; "
            f"then {FLUSH}, which may keep the missing name for some minutes."
        )
    answers, wait = ", ".join(found.addresses), _patience(found.time_to_live)
    if not private:
        public = any(ipaddress.ip_address(text).is_global for text in found.addresses)
        kind = "a public address" if public else "no address of a private network"
        return (
            f"{asked.fqdn}: {server} answered {answers}, {kind}, expected {expected}: link the private DNS "
            "zone to the network of the resolver, or make the forwarder of this name point at a resolver "
            f"in that network; then {FLUSH}{wait}."
        )
    return (
        f"{asked.fqdn}: {server} answered {answers}, expected {expected}: repair the record in the private DNS zone, "
        f"or look for a second zone or hosts entry of that name; then {FLUSH}{wait}."
    )


def _patience(time_to_live: int | None) -> str:
    return "" if time_to_live is None else f" or wait {time_to_live} s for the old answer to expire"


def _server_of(row: t.Mapping[str, t.Any], default: Resolver) -> Resolver:
    if not row.get("dns_server"):
        return default
    # A template makes a text of a number.
    given = row.get("dns_port")
    port = str(Resolver.port if given in (None, "") else given)
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise InputError(f"names: dns_port {port} is not a port.")
    return Resolver(server_address(row["dns_server"], "names: dns_server"), int(port))


def server_address(text: t.Any, option: str) -> str:
    """The address of a DNS server, empty when none was given. Raises :class:`InputError` for anything else."""
    server = str(text or "")
    if server:
        try:
            ipaddress.ip_address(server)
        except ValueError as error:
            raise InputError(f"{option} {server!r} is not an IP address.") from error
    return server


def examine(asked: t.Sequence[Asked], reach: Reach) -> list[JSON]:
    with ThreadPoolExecutor(max_workers=MOST_AT_ONCE) as pool:
        return list(pool.map(lambda item: _examine_one(item, reach), asked))


def _examine_one(asked: Asked, reach: Reach) -> JSON:
    row = judge(asked, asked.server.look_up(asked.fqdn))
    if reach.port is not None and row["resolved"]:
        failures = [words for text in row["answers"] if (words := _connect(text, reach))]
        row["connected"] = not failures
        row["message"] = " ".join(failures) and f"{asked.fqdn} resolves but is not reached: {' '.join(failures)}"
    return row


def _connect(address: str, reach: Reach) -> str:
    """Why TCP does not reach an address; empty when it does."""
    try:
        with socket.create_connection((address, reach.port or 0), reach.timeout):
            return ""
    except OSError as error:
        return (
            f"{address} port {reach.port}: {error.strerror or error}; check the route to the subnet, its network "
            "security group and firewalls on the way."
        )
