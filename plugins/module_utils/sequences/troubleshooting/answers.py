"""What the appliance's host says of the names: resolution, 443 and its proxy, judged beside what Azure shows."""

from __future__ import annotations

import fnmatch
import typing as t
from collections import defaultdict

from ...dns.zone_choice import fold_name
from ...wire import JSON
from .faults import Fault

#: What else gets between an appliance and its endpoints; printed where a name is right and not reached.
OTHER_CAUSES = (
    "a firewall (Azure Firewall in the network, or one on the appliance itself)",
    "network peering: which DNS servers are used, and how traffic is routed",
    "a gateway with NAT, for traffic and for DNS questions",
    "a proxy that the appliance sends the names to",
)
#: Microsoft's own guide, for where the answers are right and something still fails.
GUIDE = "https://learn.microsoft.com/azure/private-link/troubleshoot-private-endpoint-connectivity"
_RANK = ("no_answer", "public_answer", "stale_answer", "no_route")


def judge_answers(rows: t.Iterable[JSON], known: t.Iterable[Fault], host: str = "the appliance's host") -> list[Fault]:
    """The faults of resolution and reach, names of one kind together. Names that a known fault spoils are left out.

    ``rows`` are those of the name_resolution module, asked on the host.
    """
    covered = {name for fault in known for name in fault.covers}
    kinds: dict[str, list[JSON]] = defaultdict(list)
    for row in rows:
        kind = kind_of(row)
        if kind and fold_name(str(row["fqdn"])) not in covered:
            kinds[kind].append(row)
    return [_fault(kind, kinds[kind], host) for kind in _RANK if kinds[kind]]


def kind_of(row: JSON) -> str:
    """What is wrong with one row; empty when nothing is."""
    if not row.get("answers"):
        return "no_answer"
    if not row.get("resolved"):
        return "stale_answer" if row.get("private") else "public_answer"
    return "no_route" if row.get("connected") is False else ""


def judge_proxy(
    proxy: t.Mapping[str, t.Any] | None, names: t.Iterable[str], host: str = "the appliance's host"
) -> list[Fault]:
    """Names that the host's proxy gets although their endpoints are private.

    ``proxy`` has the ``address`` (empty: none) and the ``bypass`` list with ``*`` for any text, as WinHTTP and the appliance's
    configuration manager write them.
    """
    if not proxy or not proxy.get("address"):
        return []
    patterns = [str(text).strip().lower() for text in proxy.get("bypass") or []]
    caught = [name for name in names if not any(_bypassed(fold_name(name), pattern) for pattern in patterns)]
    if not caught:
        return []
    return [
        Fault(
            "proxy_in_the_way", "blocked", ", ".join(caught),
            f"{host} sends {len(caught)} private names to the proxy {proxy['address']}: {', '.join(caught)}.",
            "Add them to the bypass list in the appliance's configuration manager (Set up proxy) and choose Save.",
            tuple(caught),
        )
    ]  # fmt: skip


def _bypassed(name: str, pattern: str) -> bool:
    return bool(pattern) and (fnmatch.fnmatchcase(name, pattern) or name.endswith("." + pattern.lstrip("*.")))


def _fault(kind: str, rows: list[JSON], host: str) -> Fault:
    names = [str(row["fqdn"]) for row in rows]
    listed, wanted = ", ".join(names), [f"{row['fqdn']} {', '.join(row['ip_addresses'])}" for row in rows]
    if kind == "no_answer":
        message = f"{host} gets no address for {listed}."
        remedy = (
            "Forward these names from its DNS server to one in the virtual network (a DNS forwarder or a Private Resolver's inbound "
            "endpoint), which asks 168.63.129.16."
        )
    elif kind == "public_answer":
        message = f"{host} gets public addresses: {', '.join(_told(row) for row in rows)}."
        remedy = "Make its DNS server forward the public suffix of these names to a resolver in the virtual network, then flush its cache."
    elif kind == "stale_answer":
        message = f"{host} still gets other addresses: {', '.join(_told(row) for row in rows)}; the records in Azure are right."
        remedy = "Flush its DNS cache (ipconfig /flushdns), look for an entry in its hosts file, or wait until the old answer expires."
    else:
        message = f"{host} resolves {listed} rightly and gets no connection to port 443: {' '.join(_reason(row) for row in rows)}"
        remedy = f"Look for {'; '.join(OTHER_CAUSES)}. Step by step: {GUIDE}."
    return Fault(kind, "blocked", listed, message, remedy, tuple(wanted))


def _told(row: JSON) -> str:
    return f"{row['fqdn']} {', '.join(row['answers'])} (expected {', '.join(row['ip_addresses'])})"


def _reason(row: JSON) -> str:
    return str(row.get("message") or "").partition("not reached: ")[2]


def hosts_lines(names: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    """Lines of a hosts file for the names, for testing only: addresses change when an endpoint is made anew.

    https://learn.microsoft.com/azure/migrate/troubleshoot-network-connectivity recommends this for tests alone.
    """
    return [f"{address} {fold_name(str(row['fqdn']))}" for row in names for address in row["ip_addresses"]]
