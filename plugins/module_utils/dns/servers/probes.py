"""Whether a server answers, and whether the resolvers it forwards to do: asked before and after a change."""

from __future__ import annotations

import errno
import ipaddress
import secrets
import socket
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ...errors import Refusal
from ..host_names import Published
from ..query import RESULT_CODES, QueryError, lookup, query
from .wanted import Target, Wanted

MOST_AT_ONCE = 16
SECONDS = 3.0
_PAUSE = 0.2
# With these a resolver has answered: there is such a name, or there is none.
ANSWERED = (0, 3)


@dataclass(frozen=True)
class Silence:
    """A target that gives no usable answer in a zone, and why."""

    target: Target
    zone: str
    why: str

    @property
    def words(self) -> str:
        """For messages."""
        return f"{self.target.address} port {self.target.port} answers {self.zone} with {self.why}"


def new_name(zone: str) -> str:
    """A name nobody has in a cache."""
    return f"privatelink-recovery-{secrets.token_hex(4)}.{zone}"


def silences(wanted: Wanted) -> list[Silence]:
    """Ask each target for a new name of each zone; those that give no usable answer. No name there is an answer."""

    def ask(pair: tuple[Target, str]) -> Silence | None:
        target, zone = pair
        try:
            code, _records = query(new_name(zone), target.address, target.port, SECONDS)
        except QueryError as error:
            return Silence(target, zone, str(error))
        return None if code in ANSWERED else Silence(target, zone, RESULT_CODES.get(code, f"code {code}"))

    pairs = list(
        dict.fromkeys((target, zone) for part in wanted.parts for target in part.targets for zone in part.zones)
    )
    if not pairs:
        return []
    with ThreadPoolExecutor(max_workers=MOST_AT_ONCE) as pool:
        return [found for found in pool.map(ask, pairs) if found]


def refuse_silent(wanted: Wanted, found: t.Sequence[Silence]) -> list[str]:
    """Raise :class:`Refusal` when a zone would be forwarded to nobody who answers; a sentence for each other silence."""
    for part, zone in [(one, name) for one in wanted.parts for name in one.zones]:
        silent = [one for one in found if one.zone == zone and one.target in part.targets]
        if len(silent) == len(part.targets):
            raise Refusal(
                f"No target answers for {zone}: {'; '.join(one.words for one in silent)}. Every name in it would fail "
                "through this server, so nothing was written and it goes on answering as before.",
                remedy="Check the address, the route and the firewalls (UDP and TCP 53) from this server to the target, and that the "
                "target resolves recursively for this server's address.",
            )
    return [f"{one.words}; another target answers, so it is used as the others are." for one in found]


def refuse_own_address(targets: t.Iterable[Target], port: int) -> None:
    """Raise :class:`Refusal` for a target that is this very server."""
    for target in targets:
        if target.port == port and is_own(target.address):
            raise Refusal(
                f"The target {target.address} port {target.port} is this server itself: it would ask itself in a loop. "
                "Nothing was written.",
                remedy="Name the resolver inside the virtual network.",
            )


def is_own(address: str) -> bool:
    """Whether an address is one of this host's."""
    family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError as error:
        return error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL)
    return True


def unexpected_answers(targets: t.Sequence[Target], names: t.Iterable[Published]) -> list[str]:
    """A sentence for each name that the first target knows otherwise than is expected."""
    if not targets:
        return []
    target, reported = targets[0], list[str]()
    for name in names:
        found = lookup(name.name, target.address, target.port, SECONDS)
        if set(found.addresses) != set(name.addresses):
            answers = ", ".join(found.addresses) or found.failure
            reported.append(
                f"The target {target.address} answers {name.name} with {answers}, expected {', '.join(name.addresses)}: the private "
                "DNS zone is not linked to its network, or has no such record yet."
            )
    return reported


def answers(address: str, port: int, within: float = 0.0) -> bool:
    """Whether a server says anything at all, asked again until ``within`` seconds have passed."""
    deadline = time.monotonic() + within
    while True:
        try:
            query(new_name("invalid"), address, port, 1.0)
        except QueryError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE)
        else:
            return True
