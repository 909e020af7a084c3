"""Who can be asked in a network whether an endpoint's names resolve there: its DNS servers, and machines of it."""

from __future__ import annotations

import typing as t

from ..ids import same_id
from .desired import Desired, Endpoint
from .rows import ConsumerQuestion, JudgedName, NameQuestion, Server

DNS_PORT = 53


class Askers(t.NamedTuple):
    """Servers as ``{dns_server, dns_port}``, and inventory hosts."""

    servers: tuple[Server, ...]
    consumers: tuple[str, ...]


def askers(desired: Desired, endpoint: Endpoint, network: str) -> Askers:
    """Who answers for a network that is to resolve an endpoint's names.

    What an endpoint names itself speaks for its own network; ``dns_servers`` for the network of its row. An endpoint that
    names nobody is proved by what the endpoint of the target in the same network names.
    """
    rows = [row for row in desired.dns_servers if same_id(row["virtual_network"], network)]
    own = endpoint.row if same_id(endpoint.network, network) else {}
    beside = [one.row for one in desired.endpoints if same_id(one.network, network)]
    given = [_server(row["address"], row.get("port")) for row in rows if row.get("address")]
    servers = _named(own) or given or [server for row in beside for server in _named(row)]
    consumers = [*(own.get("consumers") or ()), *(host for row in rows for host in row.get("consumers") or ())]
    if not consumers:
        consumers = [host for row in beside for host in row.get("consumers") or ()]
    return Askers(tuple(servers), tuple(dict.fromkeys(consumers)))


def first_server(desired: Desired, endpoint: Endpoint) -> Server:
    """The DNS server of an endpoint's own network; an empty one when there is none."""
    servers = askers(desired, endpoint, endpoint.network).servers
    return servers[0] if servers else _server("", None)


def questions(desired: Desired, endpoint: Endpoint, fqdn: str, addresses: t.Sequence[str]) -> list[NameQuestion]:
    """What to ask of a name: each DNS server of each network that is to resolve it."""
    found: list[NameQuestion] = []
    for network in endpoint.virtual_networks:
        for server in askers(desired, endpoint, network).servers:
            row: NameQuestion = {"fqdn": fqdn, "ip_addresses": list(addresses), **server}
            found += [] if row in found else [row]
    return found


def consumers_of(desired: Desired, endpoint: Endpoint) -> list[str]:
    """The inventory hosts that are to resolve an endpoint's names, each once."""
    hosts = (host for network in endpoint.virtual_networks for host in askers(desired, endpoint, network).consumers)
    return list(dict.fromkeys(hosts))


def consumer_questions(desired: Desired, names: t.Sequence[JudgedName]) -> list[ConsumerQuestion]:
    """What each consumer is to resolve: the names of each endpoint that it is to use."""
    return [
        {
            "consumer": host,
            "endpoint": endpoint.name,
            "names": [name for name in names if name["endpoint"] == endpoint.name],
        }
        for endpoint in desired.all_endpoints
        for host in consumers_of(desired, endpoint)
    ]


def _named(row: t.Mapping[str, t.Any]) -> list[Server]:
    return [_server(row["dns_server"], row.get("dns_port"))] if row.get("dns_server") else []


def _server(address: str, port: int | None) -> Server:
    return {"dns_server": address, "dns_port": port or DNS_PORT}
