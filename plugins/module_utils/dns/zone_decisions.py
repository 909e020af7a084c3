"""Decisions about zones and links: what to write and what to leave to its owner. Pure data, no requests."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..engine.plan import Plan
from ..engine.resource import wanted_tags
from ..engine.tags import laid_over
from ..errors import Refusal
from ..ids import fold_id, same_id
from ..wire import JSON, get_path
from .private_dns import COLLECTION, MANAGED_BY, MARK, ours, zone_name
from .zones import LINK_KIND, ZONE_KIND, link_name, network_of

PRIVATE_LINK = "privatelink."


@dataclass(frozen=True)
class ZoneState:
    """A zone as it is: ``document`` is None when it does not exist."""

    id: str
    document: JSON | None
    links: tuple[JSON, ...] = ()

    @classmethod
    def read(cls, zone_id: str, document: JSON | None, links: t.Sequence[JSON] | None) -> ZoneState:
        """The state that was read; ``links`` is None when the zone was gone by the time they were asked for."""
        return cls(zone_id, None if links is None else document, tuple(links or ()))


@dataclass(frozen=True)
class DesiredLinks:
    """How every link should be. ``name`` empty: the deterministic one.

    ``networks`` are by the folded id of a zone; None means that none were given, which is not the same as giving none.
    """

    networks: t.Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    registration_enabled: bool = False
    resolution_policy: str | None = None
    name: str | None = None
    tags: t.Mapping[str, t.Any] | None = None

    def networks_of(self, zone_id: str) -> tuple[str, ...]:
        """The networks that a zone is to be linked to."""
        return self.given(zone_id) or ()

    def given(self, zone_id: str) -> tuple[str, ...] | None:
        """The networks that were given for a zone; None when none were."""
        return self.networks.get(fold_id(zone_id))


@dataclass
class Removal:
    """What to delete, and what stays with the reason why."""

    plans: list[Plan] = field(default_factory=list)
    left: list[JSON] = field(default_factory=list)

    def leave(self, resource_id: str, reason: str, remedy: str) -> None:
        """Note something that stays, and what would free it."""
        self.left.append({"id": resource_id, "reason": reason, "remedy": remedy})


def marked_tags(current: JSON | None, tags: t.Mapping[str, t.Any] | None) -> dict[str, str] | None:
    """The tags to want: with our mark on what we make, added on what carries it; None (as they are) for what does not."""
    if current is None:
        return laid_over(tags, MARK)
    return wanted_tags(current, tags, append=True) if ours(current.get("tags")) else None


def plan_zone(state: ZoneState, tags: t.Mapping[str, t.Any] | None) -> Plan:
    """Make a zone exist."""
    return ZONE_KIND.plan(state.id, state.document, {"tags": marked_tags(state.document, tags)})


def link_to(state: ZoneState, network: str) -> JSON | None:
    """The link of a zone to a virtual network, whatever its name."""
    return next((link for link in state.links if same_id(network_of(link), network)), None)


def plan_links(state: ZoneState, desired: DesiredLinks) -> list[Plan]:
    """Make a zone linked to every wanted network. Raises :class:`Refusal` when a wanted name links another network."""
    return [_plan_link(state, desired, network) for network in desired.networks_of(state.id)]


def _plan_link(state: ZoneState, desired: DesiredLinks, network: str) -> Plan:
    current = link_to(state, network)
    name = desired.name or link_name(network)
    if current is None:
        taken = next((link for link in state.links if str(link.get("name")).lower() == name.lower()), None)
        if taken is not None:
            raise Refusal(
                f"{state.id} has a link named {name} already, to {network_of(taken)}; a link cannot be moved to "
                f"{network} and nothing was written to it.",
                remedy="Give another link_name, or leave link_name out.",
            )
    # https://learn.microsoft.com/azure/dns/private-dns-fallback: the policy belongs to privatelink zones only.
    policy = desired.resolution_policy if zone_name(state.id).startswith(PRIVATE_LINK) else None
    values = {
        "virtual_network": network,
        "registration_enabled": desired.registration_enabled,
        "resolution_policy": policy,
        "tags": marked_tags(current, desired.tags),
    }
    link_id = str(current["id"]) if current else f"{state.id}/virtualNetworkLinks/{name}"
    return LINK_KIND.plan(link_id, current, values)


def plan_purge(state: ZoneState, networks: t.Sequence[str]) -> Removal:
    """Remove our links to other networks than the wanted ones; the links of others stay."""
    wanted = {fold_id(network) for network in networks}
    return _remove_links([link for link in state.links if fold_id(network_of(link)) not in wanted])


_IN_USE = (
    "They serve an endpoint somebody else made, or are somebody's own: once they are removed, run the teardown again."
)

_LINK_IN_USE = "Once the record sets of its zone are removed, run the teardown again."


def plan_removals(
    states: t.Sequence[ZoneState], desired: DesiredLinks, going: t.Mapping[str, int]
) -> list[tuple[Removal, Removal]]:
    """What to do with the links of each zone and with the zone, see :func:`plan_removal`; ``going`` is by the zone's id.

    Zones of one resource group serve the same endpoints, and some of their names come later: an empty one stays beside
    one that serves others.
    """
    serving = {
        _group(state.id): zone_name(state.id) for state in states if _serves_others(state, going.get(state.id, 0))
    }
    return [
        plan_removal(state, desired.given(state.id), going.get(state.id, 0), serving.get(_group(state.id), ""))
        for state in states
    ]


def _group(zone_id: str) -> str:
    return fold_id(zone_id.split("/providers/", 1)[0])


def _serves_others(state: ZoneState, going: int) -> bool:
    """Whether a zone of ours holds, or may hold, records beside the SOA and the ``going`` ones that are removed."""
    records = get_path(state.document, "properties.numberOfRecordSets")
    mine = state.document is not None and ours(state.document.get("tags"))
    return mine and (not isinstance(records, int) or records - going > 1)


def plan_removal(
    state: ZoneState, networks: t.Sequence[str] | None, going: int = 0, beside: str = ""
) -> tuple[Removal, Removal]:
    """Remove our links to ``networks`` (None: all of ours), and the zone when it is ours and then empty.

    ``going`` records will have been removed by then. An empty list removes nothing. Where the zone is ours and
    stays for the records in it, its links stay too: names of somebody else resolve through them. So do an empty zone and
    its links when ``beside``, the name of a zone that is needed together with it, serves others. Answers what to do
    with links and what to do with the zone; the links go first.
    """
    zone = Removal()
    if state.document is None:
        return Removal(), zone
    if networks is not None and not networks:
        zone.leave(
            state.id,
            "virtual_networks was given empty, so it is not to be taken from any network",
            "Leave virtual_networks out to remove every link made here.",
        )
        return Removal(), zone
    records = get_path(state.document, "properties.numberOfRecordSets")
    if _serves_others(state, going):
        held = f"it holds {records - 1 if isinstance(records, int) else 'an unknown number of'} record sets"
        zone.leave(state.id, held, _IN_USE)
        return _keep_links(state.links), zone
    if beside and ours(state.document.get("tags")):
        zone.leave(state.id, f"{beside} beside it serves others, whose next names may belong here", _IN_USE)
        return _keep_links(state.links), zone
    wanted = None if networks is None else {fold_id(network) for network in networks}
    links = _remove_links([link for link in state.links if wanted is None or fold_id(network_of(link)) in wanted])
    gone = {fold_id(plan.resource_id) for plan in links.plans}
    staying = [str(link["id"]).rsplit("/", 1)[-1] for link in state.links if fold_id(link["id"]) not in gone]
    if not ours(state.document.get("tags")):
        zone.leave(
            state.id,
            f"it carries no tag {MANAGED_BY}: {COLLECTION}, so it was not made by this collection",
            "Nothing is to be done: it is its owner's.",
        )
    elif staying:
        zone.leave(
            state.id,
            f"it is still linked: {', '.join(staying)}",
            "Have whoever made these links remove them once nobody resolves names through them, then run the teardown again.",
        )
    else:
        zone.plans.append(ZONE_KIND.plan(state.id, state.document, {}, absent=True))
    return links, zone


def _keep_links(links: t.Iterable[JSON]) -> Removal:
    """Leave the links of a zone that stays: ours with what frees them, others' as ever."""
    theirs = _remove_links(links)
    kept = Removal(left=theirs.left)
    for plan in theirs.plans:
        kept.leave(plan.resource_id, "its zone stays, and names of others resolve through it", _LINK_IN_USE)
    return kept


def _remove_links(links: t.Iterable[JSON]) -> Removal:
    removal = Removal()
    for link in links:
        if ours(link.get("tags")):
            removal.plans.append(LINK_KIND.plan(str(link["id"]), link, {}, absent=True))
        else:
            removal.leave(
                str(link["id"]),
                f"it carries no tag {MANAGED_BY}: {COLLECTION}, so someone else made it",
                "Nothing is to be done: it is its owner's.",
            )
    return removal
