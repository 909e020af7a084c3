"""Private DNS zones and their links to virtual networks: tables, readings, and which links Azure refuses."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import partial

from ..azure.client import Azure
from ..engine.resource import Kind
from ..engine.spec import Option, an_id
from ..engine.tags import dns_tags
from ..errors import NotFound
from ..ids import fold_id, parse_id, same_id, unique_ids, with_digest
from ..wire import JSON, get_path
from .private_dns import API_VERSION, LINK, NETWORK, ZONE, zone_name


def _policy(value: t.Any) -> t.Any:
    """A link that shows no resolution policy has the default one."""
    return str(value or "Default").lower()


# The mark is one of theirs.
TAGS = dns_tags("tags", own=1)
ZONE_KIND = Kind(
    ZONE,
    API_VERSION,
    {"tags": TAGS},
    read_only=("id", "name", "type", "etag", "systemData", "properties"),
    creating={"location": "global"},
    if_none_match=True,
    if_match=True,
)
LINK_KIND = Kind(
    LINK,
    API_VERSION,
    {
        "virtual_network": Option(to="properties.virtualNetwork.id", fold=an_id, immutable=True),
        "registration_enabled": Option(type="bool", to="properties.registrationEnabled", default=False),
        "resolution_policy": Option(
            to="properties.resolutionPolicy", fold=_policy, choices=("Default", "NxDomainRedirect")
        ),
        "tags": TAGS,
    },
    read_only=(
        "id",
        "name",
        "type",
        "etag",
        "systemData",
        "properties.provisioningState",
        "properties.virtualNetworkLinkState",
    ),
    creating={"location": "global"},
    if_none_match=True,
    if_match=True,
)


@dataclass(frozen=True)
class Conflict:
    """A link Azure would refuse: ``virtual_network`` is linked to ``existing_zone``, which has the name of
    ``planned_zone``.

    ``link_id`` is the existing link; empty when both zones are only planned.
    """

    virtual_network: str
    planned_zone: str
    existing_zone: str
    link_id: str = ""


def links_of(azure: Azure, zone_id: str) -> list[JSON]:
    """The virtual network links of a zone as wire JSON. Raises NotFound when the zone is absent."""
    return azure.list(f"{zone_id}/virtualNetworkLinks", API_VERSION)


def links_if_there(azure: Azure, zone_id: str) -> list[JSON] | None:
    """The links of a zone that was seen; None when somebody has removed it since."""
    try:
        return links_of(azure, zone_id)
    except NotFound:
        return None


def network_of(link: JSON) -> str:
    """The id of the virtual network of a link."""
    return str(get_path(link, "properties.virtualNetwork.id") or "")


def read_zones(azure: Azure, subscription_id: str, names: t.Iterable[str]) -> list[JSON]:
    """All zones of these names that the identity can see in a subscription.

    Each is ``{id, document, links}``, the latter two as wire JSON. One list request for the subscription and one for
    each zone found; one that is removed meanwhile is left out.
    """
    zones = with_names(zones_of_subscription(azure, subscription_id), names)
    links = azure.together([partial(links_if_there, azure, zone["id"]) for zone in zones])
    found = [(zone, linked) for zone, linked in zip(zones, links) if linked is not None]
    return [{"id": str(zone["id"]), "document": zone, "links": linked} for zone, linked in found]


def zones_of_subscription(azure: Azure, subscription_id: str) -> list[JSON]:
    """All zones that the identity can see in a subscription, as wire JSON."""
    return azure.list(f"/subscriptions/{subscription_id}/providers/{ZONE}", API_VERSION)


def with_names(zones: t.Iterable[JSON], names: t.Iterable[str]) -> list[JSON]:
    """The zones that have one of the names."""
    wanted = {name.strip().rstrip(".").lower() for name in names}
    return [zone for zone in zones if zone_name(zone["id"]) in wanted]


def overlapping(
    planned_zones: t.Iterable[str], planned_networks: t.Iterable[str], existing: t.Iterable[JSON]
) -> list[Conflict]:
    """The planned links Azure would refuse, of every planned zone with every planned network.

    ``existing`` is what :func:`read_zones` gives. A virtual network can be linked to one zone of a name only
    (Azure/azure-aks-docs#212, MicrosoftDocs/azure-docs#53153).
    """
    zones, networks, known = unique_ids(planned_zones), unique_ids(planned_networks), list(existing)
    found: list[Conflict] = []
    for position, planned in enumerate(zones):
        for other in known:
            if zone_name(other["id"]) != zone_name(planned) or same_id(other["id"], planned):
                continue
            linked = {fold_id(network_of(link)): str(link.get("id") or "") for link in other["links"]}
            found += [
                Conflict(network, planned, str(other["id"]), linked[fold_id(network)])
                for network in networks
                if fold_id(network) in linked
            ]
        twins = [other for other in zones[:position] if zone_name(other) == zone_name(planned)]
        found += [Conflict(network, planned, other) for other in twins for network in networks]
    return found


def link_name(network_id: str) -> str:
    """The name a link gets by default: the network's name and a digest of its id, as names may repeat elsewhere."""
    network = parse_id(network_id, NETWORK, option="virtual_networks")
    return with_digest(network.name, network_id)
