"""Whether the endpoints of replication accounts come into the project's network, or one that is connected with it. Only reads.

https://learn.microsoft.com/azure/migrate/migrate-servers-to-azure-using-private-link: the same network as the project's endpoint, or one
connected to it.
"""

from __future__ import annotations

import typing as t

from ...azure.client import Azure
from ...ids import fold_id, parse_id, unique_ids
from ...resources import migrate_projects as migrate
from ...resources.endpoint_names import NETWORK_API_VERSION
from ...resources.subnets import capacity
from ...wire import JSON, get_path
from ..gate import Gate, ok, refused, warning

GATE = "endpoint_network"
WHERE = (
    "Set subnet of its entry, or migrate_subnet, to a subnet of the project's network or of one that is peered with it."
)


def account_networks(azure: Azure, accounts: t.Iterable[JSON], subnet: str, home: str) -> t.Iterator[Gate]:
    """A gate for each subnet that endpoints of ``accounts`` (``id``, ``endpoint``, ``subnet``) come into.

    ``subnet`` is that of accounts which name none, ``home`` the subnet of the project's own endpoints; empty when it is not known.
    """
    wanted = [str(row.get("subnet") or subnet or home) for row in accounts if row["endpoint"]]
    if "" in wanted:
        yield refused(
            GATE, "", "No subnet is named for the endpoints of the accounts, and the project names none.", WHERE
        )
    for subnet_id in unique_ids(filter(None, wanted)):
        yield _of_subnet(azure, subnet_id, home)


def _of_subnet(azure: Azure, subnet_id: str, home: str) -> Gate:
    network_id = parse_id(subnet_id, migrate.SUBNET_TYPE, option="subnet").ancestor()
    network = azure.find(network_id, NETWORK_API_VERSION)
    found = capacity(subnet_id, network, azure.list(f"{network_id}/usages", NETWORK_API_VERSION)) if network else None
    if found is None:
        return refused(GATE, subnet_id, f"{subnet_id} does not exist.", "Create network and subnet first.")
    if not home:
        said = f"{subnet_id}: the project does not say which network is its own, so whether the two are connected was not looked at."
        return warning(GATE, subnet_id, said, "Look for the network of the project's endpoint.")
    own = parse_id(home, migrate.SUBNET_TYPE, option="subnet").ancestor()
    if fold_id(own) == fold_id(network_id):
        return ok(GATE, subnet_id, f"{subnet_id} is in the project's network.")
    state = _peering(network, own)
    if state == "Connected":
        return ok(GATE, subnet_id, f"{network_id} is peered with the project's network {own}.")
    if state:
        said = f"The peering of {network_id} with the project's network {own} is {state}."
        return refused(GATE, subnet_id, said, "Complete the peering from both sides.")
    said = f"{network_id} is neither the project's network {own} nor peered with it."
    return refused(GATE, subnet_id, said, WHERE)


def _peering(network: JSON | None, other: str) -> str:
    """The state of the peering with another network; empty without one."""
    for item in get_path(network, "properties.virtualNetworkPeerings") or []:
        if fold_id(str(get_path(item, "properties.remoteVirtualNetwork.id") or "")) == fold_id(other):
            return str(get_path(item, "properties.peeringState") or "")
    return ""
