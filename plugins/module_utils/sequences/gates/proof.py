"""Where only an answer proves a name: records and links in Azure say nothing of what a network's own DNS servers answer."""

from __future__ import annotations

import typing as t

from ...wire import JSON, get_path
from ..desired import Endpoint
from ..gate import Gate, ok, warning
from ..inspection import Inspection
from ..proving import askers

#: Azure's own resolver, which goes by the linked zones: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
AZURE_DNS = "168.63.129.16"


def own_dns_servers(network: JSON | None) -> list[str]:
    """The DNS servers a virtual network gives its machines in place of Azure's; none when it uses Azure's."""
    servers = get_path(network, "properties.dhcpOptions.dnsServers") or []
    return [str(server) for server in servers if server != AZURE_DNS]


def unproven(inspection: Inspection) -> dict[str, str]:
    """The endpoints whose names nobody is asked for in a network where only an answer proves them: name, and why, as text.

    Each network that is to resolve the names counts for itself: a server or consumer there is asked for them.
    """
    found = {endpoint.name: _unanswered(inspection, endpoint) for endpoint in inspection.desired.all_endpoints}
    return {name: "; ".join(reasons) for name, reasons in found.items() if reasons}


def resolution(inspection: Inspection) -> t.Iterator[Gate]:
    """Each server and consumer that can prove the names is asked; without one nothing final follows, so this refuses nothing."""
    missing = unproven(inspection)
    held = "public network access is not denied and " if inspection.desired.denial.proof_first else ""
    for name, why in missing.items():
        yield warning(
            "resolution", inspection.desired.vault_id,
            f"Nobody is asked whether the names of {name} resolve where only an answer proves it: {why}. Without an answer "
            f"{held}the vault is not called ready.",
            "Give each of these networks a DNS server or consumers (sequence.dns_servers), or, for the endpoint's own network, the "
            "endpoint a dns_server or consumers.",
        )  # fmt: skip
    if not missing:
        yield ok(
            "resolution", inspection.desired.vault_id, "Every name is proved by Azure's own records or by an answer."
        )


def _unanswered(inspection: Inspection, endpoint: Endpoint) -> list[str]:
    """Why an answer is needed, for each network of an endpoint in which nobody is asked."""
    mode, found = inspection.desired.mode, []
    for network in endpoint.virtual_networks:
        if any(askers(inspection.desired, endpoint, network)):
            continue
        if not mode.azure_shows_records:
            found.append(f"with dns_mode {inspection.desired.dns_mode} Azure shows no records of them for {network}")
            continue
        servers = own_dns_servers(inspection.network(network))
        if servers:
            found.append(f"{network} has DNS servers of its own ({', '.join(servers)})")
    return found
