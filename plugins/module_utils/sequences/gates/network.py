"""The gates of virtual networks and subnets, the same for every sequence."""

from __future__ import annotations

import ipaddress
import itertools
import typing as t

from ...ids import fold_id, region, same_id, unique_ids
from ...resources.subnets import delegated, policies_refused, shortage
from ...resources.vaults import VAULT
from ...wire import JSON, get_path
from ..desired import Endpoint
from ..gate import Gate, ok, refused, warning
from ..inspection import Inspection


def subnets(inspection: Inspection) -> t.Iterator[Gate]:
    """Each subnet exists, is large enough for all endpoints planned in it, and its network policies are accepted."""
    planned: dict[str, list[Endpoint]] = {}
    for endpoint in inspection.desired.all_endpoints:
        planned.setdefault(fold_id(endpoint.subnet), []).append(endpoint)
    for endpoints in planned.values():
        found = inspection.capacity(endpoints[0])
        subject = endpoints[0].subnet
        if found is None:
            yield refused(
                "subnet", subject, f"{subject} does not exist.", "Create the virtual network and subnet first."
            )
            continue
        absent = [endpoint for endpoint in endpoints if inspection.endpoint(endpoint.id) is None]
        needs = [inspection.desired.need(endpoint) for endpoint in absent]
        sources = list(dict.fromkeys(need.source for need in needs))
        policies = policies_refused(found, inspection.desired.accepted_network_policies) if absent else ""
        if policies:
            yield refused(
                "network_policies", subject, f"{policies}.",
                "Set privateEndpointNetworkPolicies of the subnet to Disabled, or accept the value, "
                f"accepted_network_policies: [{', '.join(sorted({*inspection.desired.accepted_network_policies, found.policies}))}].",
            )  # fmt: skip
        if absent and delegated(found):
            yield warning("subnet", subject, f"{delegated(found)}.", "Use a subnet that is not delegated.")
        missing, advised = shortage(found, sum(need.required for need in needs)), sum(need.advised for need in needs)
        if missing:
            yield refused(
                "subnet",
                subject,
                f"{missing} ({'; '.join(sources)}).",
                "Choose a larger sequence.endpoints.subnet, or free addresses.",
            )
        elif found.free < advised:
            yield warning(
                "subnet", subject,
                f"{subject} has {found.free} free addresses; {advised} are advised because the need grows.",
            )  # fmt: skip
        elif not policies:
            yield ok("subnet", subject, f"{subject} has {found.free} free addresses.")


def regions(inspection: Inspection) -> t.Iterator[Gate]:
    """An existing vault is where it is wanted; an endpoint is in the region of its network, and for Backup in the vault's."""
    if inspection.vault is not None and inspection.desired.location not in ("", inspection.location):
        yield refused(
            "region", inspection.desired.vault_id, f"{inspection.desired.vault_id} is in {inspection.location}, "
            f"wanted is {inspection.desired.location}.",
            f"{VAULT.recreate} Or correct sequence.vault.location.",
        )  # fmt: skip
    for endpoint in inspection.desired.endpoints:
        network = inspection.network(endpoint.network)
        if network is None:
            continue
        there = region(network.get("location"))
        wanted = endpoint.location or there
        if wanted != there:
            yield refused(
                "region", endpoint.id, f"Endpoint {endpoint.name} is wanted in {wanted}, but its virtual network is in {there}.",
                "Leave sequence.endpoints.location out, or choose a sequence.endpoints.subnet in that region.",
            )  # fmt: skip
        elif (
            inspection.location
            and there != inspection.location
            and inspection.desired.sequence.one_region
            and inspection.zones_known  # else the vault's region is what is wrong, and another gate says so
        ):
            yield refused(
                "region", endpoint.id,
                f"Endpoint {endpoint.name} would be in {there}, the {endpoint.kind.word} is in {inspection.location}; "
                "Azure Backup wants both in one region.",
                "Choose a sequence.endpoints.subnet of a virtual network in the vault's region.",
            )  # fmt: skip
        else:
            yield ok("region", endpoint.id, f"Endpoint {endpoint.name} and its network are in {there}.")


def networks(inspection: Inspection) -> t.Iterator[Gate]:
    """Every network that is to resolve an endpoint's names exists, and its addresses let it be joined to the endpoint's.

    https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview: networks whose address spaces
    overlap cannot be peered, so a linked one would get addresses that it can never reach. Source and recovery network may
    overlap, as they do when machines keep their addresses; then nothing may have to reach both at once.
    """
    # Who links the networks to zones of others is not asked here.
    linking = inspection.desired.all_endpoints if inspection.desired.mode.makes_zones else []
    linked = unique_ids(network for endpoint in linking for network in endpoint.virtual_networks)
    absent = [network for network in linked if inspection.network(network) is None]
    for network in absent:
        yield refused(
            "virtual_network",
            network,
            f"{network} does not exist.",
            "Create the network first, or take it off sequence.endpoints.virtual_networks or dns_zones.virtual_networks.",
        )
    refusals = list(_unreachable(inspection, linking))
    yield from refusals
    for one, other in itertools.combinations(
        unique_ids(endpoint.network for endpoint in inspection.desired.endpoints), 2
    ):
        shared = _overlap(inspection.network(one), inspection.network(other))
        if shared:
            yield warning(
                "virtual_network", one, f"The address spaces of {one} and {other} overlap in {shared}.",
                "They can never be peered with each other, nor both with one hub: make sure that nothing has to reach both.",
            )  # fmt: skip
    if not absent and not refusals:
        yield ok(
            "virtual_network", inspection.desired.vault_id, f"{len(linked)} virtual network(s) exist and can be joined."
        )


def paths(inspection: Inspection) -> t.Iterator[Gate]:
    """Each network that is to use an endpoint has a path to its network, as far as Azure shows one.

    https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview: a peering is not transitive. Over a
    network that both are peered with (a hub with a firewall, or a virtual hub, which a network shows as a peering too) there
    may be a path, and so there may over gateways, which a network does not show: what is missing is a warning.
    """
    found, lacking = 0, False
    for endpoint in inspection.desired.all_endpoints:
        for network in endpoint.virtual_networks:
            if same_id(network, endpoint.network):
                continue
            found += 1
            state = _peering(inspection, endpoint.network, network)
            if state != "Connected":
                lacking = True
                what = f"the peering between them is {state}" if state else "no peering or common hub joins them"
                yield warning(
                    "peering", network,
                    f"{network} is to use endpoint {endpoint.name} in {endpoint.network}, but {what}.",
                    "Peer the two networks from both sides, unless another path (a gateway, a virtual WAN) joins them.",
                )  # fmt: skip
    if not lacking:
        words = (
            f"{found} network(s) have a path to the endpoint they use."
            if found
            else "Only networks of endpoints use them."
        )
        yield ok("peering", inspection.desired.vault_id, words)


def _peering(inspection: Inspection, one: str, other: str) -> str:
    """How two networks are joined: the worse state of their peering's two sides, ``Connected`` over a common hub, or nothing."""
    here, there = peerings(inspection.network(one)), peerings(inspection.network(other))
    if fold_id(other) in here or fold_id(one) in there:
        sides = [here.get(fold_id(other), "missing on one side"), there.get(fold_id(one), "missing on one side")]
        return next((state for state in sides if state != "Connected"), "Connected")
    hubs = {hub for hub, state in here.items() if state == "Connected" and there.get(hub) == "Connected"}
    return "Connected" if hubs else ""


def peerings(network: JSON | None) -> dict[str, str]:
    """The state of each peering of a virtual network, by the folded id of the network on the other side."""
    found = get_path(network, "properties.virtualNetworkPeerings") or []
    return {
        fold_id(str(get_path(one, "properties.remoteVirtualNetwork.id"))): str(
            get_path(one, "properties.peeringState") or ""
        )
        for one in found
    }


def _unreachable(inspection: Inspection, endpoints: t.Iterable[Endpoint]) -> t.Iterator[Gate]:
    """Networks that would resolve an endpoint's names without ever reaching it."""
    for endpoint in endpoints:
        for network in endpoint.virtual_networks:
            shared = _overlap(inspection.network(endpoint.network), inspection.network(network))
            if shared and not same_id(network, endpoint.network):
                yield refused(
                    "virtual_network", network,
                    f"{network} is to resolve the names of endpoint {endpoint.name}, but its address space and that of "
                    f"{endpoint.network} overlap in {shared}: the two cannot be peered, so it would never reach the endpoint.",
                    "Give that network an endpoint of its own, or another address space.",
                )  # fmt: skip


def _overlap(one: JSON | None, other: JSON | None) -> str:
    """The first range that two networks have in common, or nothing."""
    pairs = itertools.product(_ranges(one), _ranges(other))
    # Two ranges that overlap lie one within the other.
    shared = [max(pair, key=lambda found: found.prefixlen) for pair in pairs if pair[0].overlaps(pair[1])]
    return str(shared[0]) if shared else ""


def _ranges(network: JSON | None) -> list[ipaddress.IPv4Network]:
    found = get_path(network, "properties.addressSpace.addressPrefixes") or []
    return [ipaddress.IPv4Network(prefix, strict=False) for prefix in found if ":" not in prefix]
