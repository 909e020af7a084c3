"""The gates of servers outside Azure that back up through an endpoint: their way to it, and how much they may protect.

https://learn.microsoft.com/azure/backup/private-endpoint-configure-vault-backup-server (considerations): at most 80 data sources on a
vault with private endpoints, an address for each, and ExpressRoute private peering for the traffic.
"""

from __future__ import annotations

import typing as t
from functools import partial

from ...ids import fold_id, parse_id, same_id, unique_ids
from ...resources.endpoint_names import NETWORK_API_VERSION
from ...resources.vault_contents import BACKUP_API_VERSION
from ...wire import JSON, get_path
from ..gate import Gate, ok, refused, warning
from ..inspection import Inspection
from ..memory import Question

DATA_SOURCES_PER_VAULT = 80
SERVER_KINDS = ("DPM", "AzureBackupServer")
ATTESTED, AZURE, EXPRESS_ROUTE, VPN = ROUTES = ("attested", "azure", "express_route", "vpn")
GATEWAY_TYPES = {"express_route": "ExpressRoute", "vpn": "Vpn"}
GATEWAY_SUBNET = "gatewaysubnet"


def protected(inspection: Inspection) -> list[JSON]:
    """The data sources of DPM and MABS that the vault holds, of all servers."""

    def read() -> list[JSON]:
        if inspection.vault is None:
            return []
        items = inspection.azure.list(f"{inspection.desired.vault_id}/backupProtectedItems", BACKUP_API_VERSION)
        return [item for item in items if get_path(item, "properties.backupManagementType") in SERVER_KINDS]

    return t.cast("list[JSON]", inspection.once("data sources", read))


def _of_others(inspection: Inspection) -> list[JSON]:
    """Those of servers that this run does not name."""
    ours = {spelling for name in inspection.desired.servers for spelling in _spellings(name)}
    return [
        item
        for item in protected(inspection)
        if not ours & _spellings(str(get_path(item, "properties.containerName") or "").rsplit(";", 1)[-1])
    ]


def _spellings(name: str) -> set[str]:
    return {name.lower(), name.lower().split(".", maxsplit=1)[0]}


def data_sources(inspection: Inspection) -> t.Iterator[Gate]:
    """The data sources that are wanted and those of other servers together are not more than a vault takes."""
    wanted, subject = inspection.desired.data_sources, inspection.desired.vault_id
    others, there = len(_of_others(inspection)), len(protected(inspection))
    total = max(wanted, there - others) + others
    reported = f"{total} data source(s) of DPM and MABS, {others} of them of servers that are not named here"
    if total > DATA_SOURCES_PER_VAULT:
        yield refused(
            "data_sources", subject,
            f"{reported}; a vault with private endpoints takes {DATA_SOURCES_PER_VAULT}.",
            "Correct data_sources, use another vault for the rest, or remove data sources that are no longer needed.",
        )  # fmt: skip
    elif wanted < there - others:
        yield warning(
            "data_sources", subject, f"{there - others} data sources are protected, {wanted} were declared.",
            "Give the number there will be in data_sources: each takes an address of the endpoint's subnet.",
        )  # fmt: skip
    else:
        yield ok("data_sources", subject, f"{reported}, of at most {DATA_SOURCES_PER_VAULT}.")


def private_route(inspection: Inspection) -> t.Iterator[Gate]:
    """There is a private way from the servers to each endpoint: a gateway in its network, or in one it is peered with.

    A way that cannot be read there (Virtual WAN, an appliance) is accepted when the operator says so.
    """
    wanted = inspection.desired.private_route
    for network_id in unique_ids(endpoint.network for endpoint in inspection.desired.endpoints):
        if wanted in (AZURE, ATTESTED):
            way = "The servers are in Azure" if wanted == AZURE else "The operator knows the way of the servers"
            yield ok(
                "private_route", network_id, f"{way}; whether they reach the endpoint is tried before they register."
            )
            continue
        found = _gateways(inspection, network_id)
        kinds = sorted({kind for _gateway, kind in found})
        if GATEWAY_TYPES[wanted] in kinds:
            names = ", ".join(gateway.rsplit("/", 1)[-1] for gateway, kind in found if kind == GATEWAY_TYPES[wanted])
            yield ok(
                "private_route", network_id, f"{network_id} is reached through {GATEWAY_TYPES[wanted]} gateway {names}."
            )
        else:
            has = (
                f"has gateways of type {', '.join(kinds)} only" if kinds else "has no gateway, nor has a peered network"
            )
            yield refused(
                "private_route", network_id,
                f"{network_id} {has}: there is no {GATEWAY_TYPES[wanted]} way from the servers to the endpoint.",
                "Backup traffic to a private endpoint needs ExpressRoute private peering. For a way that cannot be read here set "
                "private_route: attested; for a VPN gateway it is vpn, for servers in Azure it is azure.",
            )  # fmt: skip


def _gateways(inspection: Inspection, network_id: str) -> list[tuple[str, str]]:
    """The gateways a network is reached through, each with its type."""
    found: list[tuple[str, str]] = []
    for reached in [network_id, *_hubs(inspection.network(network_id))]:
        for gateway in _gateways_in(inspection.network(reached)):
            document = _gateway(inspection, gateway)
            if document is not None and not any(same_id(gateway, other) for other, _kind in found):
                found.append((gateway, str(get_path(document, "properties.gatewayType") or "")))
    return found


def _gateway(inspection: Inspection, gateway: str) -> JSON | None:
    return t.cast(
        "JSON | None",
        inspection.once(f"gateway {fold_id(gateway)}", partial(inspection.azure.find, gateway, NETWORK_API_VERSION)),
    )


def protection(inspection: Inspection) -> t.Iterator[Question]:
    """What the vault protects, asked ahead."""
    yield partial(protected, inspection)


def hubs(inspection: Inspection) -> t.Iterator[Question]:
    """The networks whose gateways those of the endpoints use, asked ahead where their gateways matter."""
    for network in _reached(inspection):
        yield partial(inspection.network, network)


def gateways(inspection: Inspection) -> t.Iterator[Question]:
    """The gateways in all of these networks, asked ahead."""
    for gateway in unique_ids(
        one for network in _reached(inspection) for one in _gateways_in(inspection.network(network))
    ):
        yield partial(_gateway, inspection, gateway)


def _reached(inspection: Inspection) -> list[str]:
    """The networks of the endpoints with their hubs; none where the operator answers for the way."""
    if inspection.desired.private_route in (AZURE, ATTESTED):
        return []
    own = unique_ids(endpoint.network for endpoint in inspection.desired.endpoints)
    return unique_ids(reached for network in own for reached in (network, *_hubs(inspection.network(network))))


def _hubs(network: JSON | None) -> list[str]:
    """The networks whose gateways a network uses."""
    return [
        str(get_path(peering, "properties.remoteVirtualNetwork.id"))
        for peering in get_path(network, "properties.virtualNetworkPeerings") or []
        if get_path(peering, "properties.useRemoteGateways")
        and get_path(peering, "properties.peeringState") == "Connected"
    ]


def _gateways_in(network: JSON | None) -> list[str]:
    """The ids of the gateways in a network, as its gateway subnet shows them."""
    for subnet in get_path(network, "properties.subnets") or []:
        if str(subnet.get("name") or "").lower() == GATEWAY_SUBNET:
            configurations = get_path(subnet, "properties.ipConfigurations") or []
            return unique_ids(parse_id(item["id"]).ancestor() for item in configurations)
    return []


def check_data_sources(inspection: Inspection) -> t.Iterator[Gate]:
    """Azure allocates a storage account for each data source: the endpoints publish at least as many blob names."""
    count = len(protected(inspection))
    for endpoint in inspection.desired.endpoints if count else ():
        if inspection.endpoint(endpoint.id) is None:
            continue
        names = [name for name in inspection.names(endpoint.id) if ".blob." in name["fqdn"]]
        reported = f"{endpoint.name} publishes {len(names)} blob name(s) for {count} data source(s) of DPM and MABS"
        if len(names) < count:
            yield warning(
                "data_sources",
                endpoint.id,
                f"{reported}.",
                "Azure adds them after the first online backup: run drift later.",
            )
        else:
            yield ok("data_sources", endpoint.id, f"{reported}.")
