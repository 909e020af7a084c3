"""Which DNS servers a rehearsed run asks: the local Azure's own, wherever the real run would have somebody to ask.

The names of a local Azure are known to its own DNS only: servers and machines of the real networks have never heard of them.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

JSON = dict[str, t.Any]
#: What an endpoint's variables name to have its names asked for.
ASKED = ("dns_server", "dns_port", "consumers")


@dataclass
class Servers:
    """``given`` goes to the role; ``notes`` are sentences on what is not as in the real run, and on what is not asked."""

    given: list[JSON] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def choose(listeners: t.Iterable[JSON], resources: t.Iterable[JSON], asked: t.Sequence[JSON], mode: str) -> Servers:
    """The servers for a role.

    ``listeners`` are the local Azure's, one for each network, ``resources`` its state, ``asked`` what :func:`named` found,
    ``mode`` the DNS mode. A network with DNS servers of its own resolves nothing by itself: it gets a server only where
    the operator named one.
    """
    chosen = Servers()
    if mode == "custom":
        # Nobody enters the records into the local Azure's DNS: nobody there can prove them.
        chosen.notes = [f"{row['what']} is not asked: with dns_mode custom nobody enters records here" for row in asked]
        return chosen
    own = {str(one["id"]).lower(): _servers(one) for one in resources if _servers(one)}
    for listener in listeners:
        network = str(listener["virtual_network"])
        name = network.rsplit("/", 1)[-1]
        here = [row["what"] for row in asked if _same(network, row["network"])]
        servers = own.get(network.lower())
        if here or not servers:
            chosen.given.append(listener)
        if here:
            chosen.notes.append(f"in {name} the local Azure's DNS is asked instead of {', '.join(here)}")
        elif servers:
            chosen.notes.append(
                f"{name} has DNS servers of its own ({', '.join(servers)}) and none was named to be asked: its names are not proved"
            )
    nowhere = [
        row["what"] for row in asked if not any(_same(str(one["virtual_network"]), row["network"]) for one in listeners)
    ]
    chosen.notes += [
        f"{what} is not asked: it is not known which network of the world it stands for" for what in nowhere
    ]
    return chosen


def named(values: JSON, prefix: str) -> list[JSON]:
    """What an operator's variables ask for names: ``what`` as text, and the end of the ``network``'s id."""
    found: list[JSON] = []
    of_accounts = (one.get("endpoint") for one in _rows(values.get(f"{prefix}storage_accounts")))
    for endpoint in [*_rows(values.get(f"{prefix}endpoints")), *_rows(list(of_accounts))]:
        network = _literal(endpoint.get("subnet")).split("/subnets/")[0]
        found += [
            {"what": f"{key} of {endpoint.get('name')}", "network": network} for key in ASKED if endpoint.get(key)
        ]
    for server in _rows(values.get(f"{prefix}dns_servers")):
        network = _literal(server.get("virtual_network"))
        who = server.get("address") or f"consumers {', '.join(map(str, server.get('consumers') or ()))}"
        found.append({"what": f"{who} of {prefix}dns_servers", "network": network})
    return found


def without(values: JSON, prefix: str) -> JSON:
    """The variables without those in endpoints that would be asked; ``{prefix}dns_servers`` is given anew by the run."""
    left = dict(values)
    endpoints, accounts = f"{prefix}endpoints", f"{prefix}storage_accounts"
    if isinstance(values.get(endpoints), list):
        left[endpoints] = [_unasked(one) for one in values[endpoints]]
    if isinstance(values.get(accounts), list):
        left[accounts] = [
            {**one, "endpoint": _unasked(one["endpoint"])} if isinstance(one, dict) and "endpoint" in one else one
            for one in values[accounts]
        ]
    return left


def _unasked(endpoint: t.Any) -> t.Any:
    return (
        {name: value for name, value in endpoint.items() if name not in ASKED}
        if isinstance(endpoint, dict)
        else endpoint
    )


def _rows(value: t.Any) -> list[JSON]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _literal(value: t.Any) -> str:
    """The end of an id that is plain text."""
    return value.rsplit("}}", 1)[-1] if isinstance(value, str) else ""


def _same(network: str, end: str) -> bool:
    return len(end) > 1 and network.lower().endswith(end.lower())


def _servers(resource: JSON) -> list[str]:
    options = (resource.get("properties") or {}).get("dhcpOptions") or {}
    return [str(address) for address in options.get("dnsServers") or []]
