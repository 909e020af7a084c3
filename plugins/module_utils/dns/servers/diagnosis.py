"""What is wrong when a server does not answer a name as it should, and which fix that suggests."""

from __future__ import annotations

import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ...wire import JSON
from ..host_names import Published
from ..query import Lookup, lookup
from ..resolution import is_private
from .wanted import Target

MOST_AT_ONCE = 16
#: A client asks again after some seconds: what takes longer than this is a fault to come.
SLOW = 2.0
SECONDS = 5.0


@dataclass(frozen=True)
class Asked:
    """A server, how messages call it, the targets it forwards to, and the address of this host that it is asked from."""

    label: str
    address: str
    port: int
    targets: tuple[Target, ...] = ()
    source: str = ""

    @property
    def words(self) -> str:
        """For messages."""
        place = f"{self.address} port {self.port}" + (f", asked from {self.source}" if self.source else "")
        return f"{self.label} ({place})" if self.label else place


def examine(server: Asked, names: t.Sequence[Published]) -> list[JSON]:
    """A row for each name: what was answered, whether that is right, in which time, and if not what to do."""
    with ThreadPoolExecutor(max_workers=MOST_AT_ONCE) as pool:
        return list(pool.map(lambda name: _examine_one(server, name), names))


def _examine_one(server: Asked, name: Published) -> JSON:
    began = time.monotonic()
    found = lookup(name.name, server.address, server.port, SECONDS, server.source)
    seconds = round(time.monotonic() - began, 2)
    resolved = set(found.addresses) == set(name.addresses)
    message = ""
    if not resolved:
        targets = [(target, lookup(name.name, target.address, target.port, SECONDS)) for target in server.targets]
        message = explain(server, name, found, targets)
    elif seconds > SLOW:
        message = f"{server.words} answers {name.name} rightly, but after {seconds} s: look for a target that does not answer."
    return {
        "server": server.label or server.address,
        "fqdn": name.name,
        "ip_addresses": list(name.addresses),
        "answers": list(found.addresses),
        "failure": found.failure,
        "resolved": resolved,
        "seconds": seconds,
        "message": message,
    }


def explain(server: Asked, name: Published, found: Lookup, targets: t.Sequence[tuple[Target, Lookup]] = ()) -> str:
    """Which server, which name, what it answered, which fix: pure."""
    answered = ", ".join(found.addresses) or found.failure
    expected = ", ".join(name.addresses)
    return f"{server.words} answers {name.name} with {answered}, expected {expected}: {_fix(name, found, targets)}."


def _fix(name: Published, found: Lookup, targets: t.Sequence[tuple[Target, Lookup]]) -> str:
    silent = found.failure.startswith("no answer")
    right = [target for target, answer in targets if set(answer.addresses) == set(name.addresses)]
    if right:
        return f"its target {right[0].address} answers rightly; " + _own_fault(found, silent=silent)
    if targets:
        target, answer = targets[0]
        if answer.addresses:
            kind = "" if all(is_private(text) for text in answer.addresses) else "public "
            return (
                f"its target {target.address} has the {kind}address {', '.join(answer.addresses)} itself; link the private DNS zone to the "
                "target's network, or repair the record there"
            )
        if answer.failure in ("NXDOMAIN", "no address (NODATA)"):
            return (
                f"its target {target.address} knows no such name either ({answer.failure}); link the private DNS zone to the target's "
                "network, or add the record there"
            )
        return (
            f"its target {target.address} gives no answer either ({answer.failure}); check that it runs and is reached, and that it "
            "does not forward this name back to this server, which would be a loop"
        )
    if silent:
        return "check that it runs, and that this host may ask it"
    return "run the role dns_servers on it again; where it forwards, look at its target"


def _own_fault(found: Lookup, *, silent: bool) -> str:
    if silent:
        return "this server itself gives no answer: check that it runs, and that this host may ask it"
    if found.failure == "SERVFAIL":
        return (
            "this server may validate a name that has no signatures (DNSSEC): its suffix must be among the exceptions"
        )
    if found.failure == "no address (NODATA)":
        return "this server strips private addresses (rebind protection): its suffix must be among the exceptions"
    if found.failure == "NXDOMAIN":
        return "this server has a zone of its own around the name, or a missing name in its cache, which some minutes or a flush cure"
    wait = "" if found.time_to_live is None else f", which lives for {found.time_to_live} s more"
    return f"this server has an old answer in its cache{wait}, or a zone, record or policy of its own: flush its cache and look there"
