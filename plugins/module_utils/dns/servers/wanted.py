"""What a DNS server is to do, whatever program it is: forward some zones, and answer some names itself."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace

from ...errors import InputError, Refusal
from ...wire import JSON
from ..host_names import Published, host_name, ip_address, published

#: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
AZURE_RESOLVER = "168.63.129.16"
DNS_PORT = 53
#: Names of views that are fit for a file name as well.
VIEW = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Target:
    """A resolver that queries are forwarded to."""

    address: str
    port: int = DNS_PORT


@dataclass(frozen=True)
class Wanted:
    """The desired state of one server: ``zones`` go to ``targets`` in their order; ``answers`` it gives itself.

    Where a server has views, ``views`` are their desired states, each with the ``view`` it is for, and the rest is empty.
    """

    zones: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    answers: tuple[Published, ...] = ()
    time_to_live: int = 60
    view: str = ""
    views: tuple[Wanted, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.zones or self.answers or self.views)

    @property
    def parts(self) -> tuple[Wanted, ...]:
        """The desired states of its views, or its own where it has none."""
        return self.views or (self,)

    @property
    def every_target(self) -> tuple[Target, ...]:
        """The targets of all parts."""
        return tuple(dict.fromkeys(target for part in self.parts for target in part.targets))

    @property
    def every_zone(self) -> tuple[str, ...]:
        """The zones of all parts."""
        return tuple(dict.fromkeys(zone for part in self.parts for zone in part.zones))


def make_wanted(options: t.Mapping[str, t.Any]) -> Wanted:
    """The desired state in the options ``forward_zones``, ``targets``, ``answers``, ``time_to_live`` and ``views``.

    Raises :class:`InputError` for names and addresses that are none, and for zones without a target.
    """
    views = options.get("views") or []
    if views:
        return _make_views(options, views)
    zones = tuple(dict.fromkeys(checked_zones(options.get("forward_zones") or [], "forward_zones")))
    targets = tuple(dict.fromkeys(make_targets(options.get("targets") or [])))
    answers = tuple(published(options.get("answers") or [], "answers"))
    if zones and not targets:
        raise InputError(f"targets is empty, and {', '.join(zones)} would be forwarded to nobody.")
    return Wanted(zones, targets, answers, int(options.get("time_to_live") or 60))


def _make_views(options: t.Mapping[str, t.Any], rows: t.Sequence[JSON]) -> Wanted:
    beside = [key for key in ("forward_zones", "targets", "answers") if options.get(key)]
    if beside:
        raise InputError(f"views: a server with views has all zones in them; leave out {', '.join(beside)}.")
    names = [str(row["name"]) for row in rows]
    wrong = sorted({repr(name) for name in names if not VIEW.fullmatch(name)})
    if wrong:
        raise InputError(f"views: {', '.join(wrong)} is no name of a view: letters, digits, '-', '_', at most 64.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"views: {', '.join(twice)} stands there twice; name all its endpoints in one entry.")
    life = {"time_to_live": options.get("time_to_live")}
    views = tuple(replace(make_wanted({**row, **life, "views": []}), view=str(row["name"])) for row in rows)
    return Wanted(time_to_live=int(options.get("time_to_live") or 60), views=views)


def checked_zones(names: t.Iterable[t.Any], option: str) -> list[str]:
    """Names of zones, folded. Raises :class:`InputError` for what cannot be one."""
    listed = list(names)
    wrong = [repr(name) for name in listed if not host_name(name)]
    if wrong:
        raise InputError(f"{option}: {', '.join(wrong)} is not a DNS zone name.")
    return [host_name(name) for name in listed]


def make_targets(rows: t.Iterable[t.Any]) -> list[Target]:
    """Targets from addresses, or from dictionaries with ``address`` and ``port``."""
    made = []
    for row in rows:
        given: JSON = row if isinstance(row, dict) else {"address": row}
        number = given.get("port")
        address, port = ip_address(given.get("address")), str(DNS_PORT if number in (None, "") else number)
        if not address:
            raise InputError(f"targets: {given.get('address')!r} is not an IP address.")
        if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
            raise InputError(f"targets: {address} has port {port}, which is none.")
        made.append(Target(address, int(port)))
    return made


def refuse_unreachable_resolver(targets: t.Iterable[Target], *, inside_virtual_network: bool) -> None:
    """Raise :class:`Refusal` for Azure's own resolver as the target of a server that is in no virtual network."""
    if not inside_virtual_network and any(target.address == AZURE_RESOLVER for target in targets):
        raise Refusal(
            f"targets names {AZURE_RESOLVER}, Azure's own resolver, which answers only machines inside a virtual network "
            "(https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16); from anywhere else every "
            "forwarded name would time out. Nothing was written.",
            remedy="Name the inbound endpoint of an Azure DNS Private Resolver, or a DNS server inside a network that is linked "
            "to the zones. Set inside_virtual_network to true only if this DNS server itself runs in such a network.",
        )
