"""Where only an answer proves a name: records and links in Azure say nothing of what a network's own DNS servers answer."""

from __future__ import annotations

import typing as t

from ...wire import JSON, get_path
from ..desired import Endpoint
from ..gate import Gate, ok, warning
from ..inspection import Inspection

#: Azure's own resolver, which goes by the linked zones: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
AZURE_DNS = "168.63.129.16"


def own_dns_servers(network: JSON | None) -> list[str]:
    """The DNS servers a virtual network gives its machines in place of Azure's; none when it uses Azure's."""
    servers = get_path(network, "properties.dhcpOptions.dnsServers") or []
    return [str(server) for server in servers if server != AZURE_DNS]


def unproven(inspection: Inspection) -> dict[str, str]:
    """The endpoints whose names nobody is asked for though only an answer proves them: name, and why, as text.

    An endpoint with a DNS server or consumers is asked for.
    """
    found: dict[str, str] = {}
    for endpoint in inspection.desired.endpoints:
        if not (inspection.dns_server(endpoint)["dns_server"] or endpoint.row.get("consumers")):
            why = _why(inspection, endpoint)
            if why:
                found[endpoint.name] = why
    return found


def resolution(inspection: Inspection) -> t.Iterator[Gate]:
    """Each server and consumer that can prove the names is asked; without one nothing final follows, so this refuses nothing."""
    missing = unproven(inspection)
    for name, why in missing.items():
        yield warning(
            "resolution", inspection.desired.vault_id,
            f"Nobody is asked whether the names of {name} resolve, and {why}. Without an answer public network access is not "
            "denied and the vault is not called ready.",
            "Give the endpoint a sequence.endpoints.dns_server or consumers, or its network a DNS server (dns_servers).",
        )  # fmt: skip
    if not missing:
        yield ok(
            "resolution", inspection.desired.vault_id, "Every name is proved by Azure's own records or by an answer."
        )


def _why(inspection: Inspection, endpoint: Endpoint) -> str:
    if not inspection.desired.mode.azure_shows_records:
        return f"with dns_mode {inspection.desired.dns_mode} Azure shows no records of them"
    for network in endpoint.virtual_networks:
        servers = own_dns_servers(inspection.network(network))
        if servers:
            return f"{network} has DNS servers of its own ({', '.join(servers)})"
    return ""
