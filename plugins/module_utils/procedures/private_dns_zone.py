"""The ``private_dns_zone`` module: zones and links of a whole list, started together and then waited for."""

from __future__ import annotations

import typing as t
from functools import partial
from itertools import repeat

from ..azure.client import Azure
from ..dns.private_dns import MANAGED_BY, NETWORK, ZONE, a_records, zone_name
from ..dns.record_decisions import belongs, default_owner
from ..dns.zone_decisions import (
    PRIVATE_LINK,
    DesiredLinks,
    Removal,
    ZoneState,
    link_to,
    plan_links,
    plan_purge,
    plan_removals,
    plan_zone,
)
from ..dns.zone_groups import groups_of, record_sets
from ..dns.zones import LINK_KIND, ZONE_KIND, link_name, links_if_there, network_of, overlapping, read_zones
from ..engine.plan import Plan, etag_of
from ..engine.resource import ENDED, Kind, Read, refuse_failed, settled
from ..engine.runner import Task
from ..engine.work import Work
from ..errors import AzureError, InputError, OperationFailed, Refusal, WaitTimeout
from ..ids import build_id, fold_id, parse_id, same_id, unique_ids
from ..wire import JSON, facts, get_path, provisioning

# Azure/azure-aks-docs#212, MicrosoftDocs/azure-docs#53153.
OVERLAP = "cannot be linked to multiple zones with overlapping namespaces"
# A zone shows itself only once its creation has succeeded; one that has not come by then is asked for again.
APPEARS_WITHIN = 180.0
_LINKS = "/virtualNetworkLinks/"


def manage_zones(task: Task) -> JSON:
    """Serve the ``private_dns_zone`` module."""
    zone_ids = _zone_ids(task)
    desired = _desired(task, zone_ids)
    states: list[ZoneState] = task.azure.together(partial(_read, task, zone) for zone in zone_ids)
    if task.options["state"] == "absent":
        return _remove(task, states, desired)
    zone_plans = [plan_zone(state, desired.tags) for state in states]
    # Before the first write, so that what is refused leaves nothing behind.
    link_plans, purge = _decide_links(task, states, desired)
    if not task.check_mode:
        work = Work()
        states, zone_plans = _make_zones(task, work, states, zone_plans, needed=any(desired.networks.values()))
        # Once more: somebody may have made a zone, and links to it, since it was read.
        link_plans, purge = work.attempt(lambda: _decide_links(task, states, desired))
        _make_links(task, work, states, link_plans, desired)
        _delete(task, work, LINK_KIND, purge.plans, wait=task.options["wait"])
        if work.done:
            states = work.attempt(lambda: task.azure.together(partial(_read_again, task, zone) for zone in zone_ids))
    plans = [*zone_plans, *link_plans, *purge.plans]
    return _result(plans, states, purge.left, desired)


def _decide_links(task: Task, states: t.Sequence[ZoneState], desired: DesiredLinks) -> tuple[list[Plan], Removal]:
    """The links to make, and those to remove. Raises :class:`Refusal` for one that cannot be made."""
    plans = [plan for state in states for plan in plan_links(state, desired)]
    purge = Removal()
    for state in states if task.options["purge_links"] else ():
        removal = plan_purge(state, desired.networks_of(state.id))
        purge.plans += removal.plans
        purge.left += removal.left
    return plans, purge


def _zone_ids(task: Task) -> list[str]:
    rows = task.options["zones"]
    if not rows:
        raise InputError("zones is empty: name at least one zone.")
    return unique_ids(_zone_id(task, row) for row in rows)


def _zone_id(task: Task, row: JSON) -> str:
    subscription = row.get("subscription_id") or task.subscription_id
    return build_id(subscription, row["resource_group"], ZONE, row["name"].lower())


def _desired(task: Task, zone_ids: t.Sequence[str]) -> DesiredLinks:
    options = task.options
    given = options.get("virtual_networks")
    shared = None if given is None else tuple(unique_ids(given))
    own = _own_networks(task)
    every = [shared or (), *own.values()]
    for network in (network for several in every for network in several):
        parse_id(network, NETWORK, option="virtual_networks")
    if options.get("link_name") and any(len(several) > 1 for several in every):
        raise InputError("link_name names one link of a zone, but virtual_networks has several; leave link_name out.")
    if any(str(key).lower() == MANAGED_BY for key in options.get("tags") or {}):
        raise InputError(f"tags: {MANAGED_BY} is set by the module itself; it marks what the module may delete.")
    public = [zone_name(zone) for zone in zone_ids if not zone_name(zone).startswith(PRIVATE_LINK)]
    if options.get("resolution_policy") == "NxDomainRedirect" and public:
        raise InputError(
            f"resolution_policy NxDomainRedirect is for privatelink zones only, not for {', '.join(public)}."
        )
    return DesiredLinks(
        {fold_id(zone): shared for zone in zone_ids} | own,
        bool(options.get("registration_enabled")),
        options.get("resolution_policy"),
        options.get("link_name"),
        options.get("tags"),
    )


def _own_networks(task: Task) -> dict[str, tuple[str, ...]]:
    """The networks of zones that name some of their own, by the zone's folded id."""
    own: dict[str, tuple[str, ...]] = {}
    for row in task.options["zones"]:
        if row.get("virtual_networks") is not None:
            zone = fold_id(_zone_id(task, row))
            own[zone] = tuple(unique_ids([*own.get(zone, ()), *row["virtual_networks"]]))
    return own


def _read(task: Task, zone_id: str) -> ZoneState:
    document = settled(task.azure, ZONE_KIND, zone_id, check_mode=task.check_mode)
    links = links_if_there(task.azure, zone_id) if document else None
    return ZoneState.read(zone_id, document, links)


def _read_again(task: Task, zone_id: str) -> ZoneState:
    """A zone that was there, side by side with its links; nobody's work on it is waited for."""
    reads: list[partial[t.Any]] = [partial(each, task.azure, zone_id) for each in (ZONE_KIND.read, links_if_there)]
    document, links = task.azure.together(reads)
    return ZoneState.read(zone_id, document, links)


def _make_zones(
    task: Task, work: Work, states: list[ZoneState], plans: list[Plan], *, needed: bool
) -> tuple[list[ZoneState], list[Plan]]:
    """Start what is missing, then wait for it: always when links are to follow, since a link needs its zone."""
    work.do(
        # Only a creation shows by itself when it is over; an update is followed.
        (_deed("zone", plan), partial(ZONE_KIND.apply, task.azure, plan, wait=plan.action != "create"))
        for plan in plans
        if plan.changed
    )

    def settle(position: int, first: Read) -> None:
        plan = plans[position]
        if not _is_ours(_settle(task.azure, ZONE_KIND, plan, first), ZONE_KIND, plan):
            states[position] = _read(task, plan.resource_id)
            plans[position] = plan_zone(states[position], task.options.get("tags"))
            _take(task, work, ZONE_KIND, "zone", plan, plans[position])

    if needed or task.options["wait"]:
        waiting = [position for position, plan in enumerate(plans) if plan.changed]
        work.settle(map(partial, repeat(settle), waiting, _read_ahead(task.azure, ZONE_KIND, plans, waiting)))
    return states, plans


def _make_links(task: Task, work: Work, states: list[ZoneState], plans: list[Plan], desired: DesiredLinks) -> None:
    """Start what is missing or different, then wait for it; ``plans`` says afterwards what was done."""
    work.do([(_deed("link", plan), partial(_start_link, task, plan)) for plan in plans if plan.changed])
    if not task.options["wait"]:
        return

    def settle(position: int, first: Read) -> None:
        plan = plans[position]
        if not _is_ours(_settle_link(task, plan, first), LINK_KIND, plan):
            state = _read(task, plan.resource_id.rsplit(_LINKS, 1)[0])
            network = str(get_path(plan.body, "properties.virtualNetwork.id"))
            plans[position] = dict(zip(desired.networks_of(state.id), plan_links(state, desired)))[network]
            _take(task, work, LINK_KIND, "link", plan, plans[position])

    existing = [
        link for state in states for network in desired.networks_of(state.id) if (link := link_to(state, network))
    ]
    busy = {str(link["id"]) for link in existing if provisioning(link) not in ("succeeded", "")}
    waiting = [position for position, plan in enumerate(plans) if plan.changed or plan.resource_id in busy]
    work.settle(map(partial, repeat(settle), waiting, _read_ahead(task.azure, LINK_KIND, plans, waiting)))


def _read_ahead(azure: Azure, kind: Kind, plans: t.Sequence[Plan], waiting: t.Iterable[int]) -> list[Read]:
    """What was started together is asked for together, the first time; it is waited for one by one."""
    return azure.ahead([partial(kind.read, azure, plans[position].resource_id) for position in waiting])


def _deed(what: str, plan: Plan) -> str:
    return f"{plan.action} {what} {plan.resource_id}"


def _is_ours(document: JSON, kind: Kind, plan: Plan) -> bool:
    return plan.action != "create" or kind.fulfils(document, plan)


def _take(task: Task, work: Work, kind: Kind, what: str, plan: Plan, now: Plan) -> None:
    """Someone made it since it was read: it is theirs, and only what is still missing is written."""
    work.done.remove(_deed(what, plan))
    if now.changed:
        kind.apply(task.azure, now)
        work.done.append(_deed(what, now))


def _start_link(task: Task, plan: Plan) -> None:
    try:
        # Only a creation shows by itself when it is over; an update is followed.
        LINK_KIND.apply(task.azure, plan, wait=plan.action != "create")
    except AzureError as error:
        raise _explained(task.azure, error, plan) from error


def _settle_link(task: Task, plan: Plan, first: Read) -> JSON:
    try:
        return _settle(task.azure, LINK_KIND, plan, first)
    except OperationFailed as error:
        raise _explained(task.azure, error, plan) from error


def _explained(azure: Azure, error: AzureError, plan: Plan) -> AzureError | Refusal:
    """The refusal of an overlapping link with both zones named, when that is what it is; the error itself otherwise."""
    if OVERLAP not in error.answer:
        return error
    zone_id = plan.resource_id.rsplit(_LINKS, 1)[0]
    network = str(get_path(plan.body, "properties.virtualNetwork.id"))
    subscriptions = {parse_id(text).subscription_id.lower(): "" for text in (zone_id, network)}
    known = [zone for subscription in subscriptions for zone in _seen(azure, subscription, zone_name(zone_id))]
    conflicts = overlapping([zone_id], [network], known)
    other = (
        conflicts[0].existing_zone
        if conflicts
        else f"another zone named {zone_name(zone_id)} that this identity cannot see"
    )
    return Refusal(
        f"{network} cannot be linked to {zone_id}, because it is linked to {other} already and a virtual network can "
        f"be linked to one zone of a name only. Azure said: {error.answer}",
        remedy="Use the zone the network is linked to, or remove that link once nobody needs it, then run again.",
    )


def _seen(azure: Azure, subscription_id: str, name: str) -> list[JSON]:
    try:
        return read_zones(azure, subscription_id, [name])
    except AzureError:
        return []  # Only the wording of an error depends on it.


def _settle(azure: Azure, kind: Kind, plan: Plan, first: Read) -> JSON:
    """Wait until what was started is ready, and answer it. What is created appears only a while after ``first``."""
    reads = [first]
    appears_within = min(azure.timeout, APPEARS_WITHIN) if plan.action == "create" else azure.timeout
    what = f"{kind.type} {plan.resource_id.rsplit('/', 1)[-1]}"
    try:
        document = azure.until(
            what, lambda: reads.pop()() if reads else kind.read(azure, plan.resource_id), timeout=appears_within
        )
    except WaitTimeout:
        if azure.timeout <= appears_within:
            raise
        # Followed to its end, the creation says why it fails.
        document = azure.put(plan.resource_id, kind.api_version, plan.body)
    if provisioning(document) not in ENDED:
        document = kind.settle(azure, plan.resource_id) or {}
    refuse_failed(document, plan.resource_id)
    return t.cast(JSON, document)


def _delete(task: Task, work: Work, kind: Kind, plans: list[Plan], *, wait: bool) -> None:
    def gone(plan: Plan) -> None:
        def over() -> bool:
            document = kind.read(task.azure, plan.resource_id)
            if document is not None and etag_of(document) != plan.etag and provisioning(document) in ENDED:
                # Azure took the request and then found that it rests on what is no longer so.
                kind.change_anew(task.azure, plan)
                return kind.read(task.azure, plan.resource_id) is None
            return document is None

        task.azure.until(f"{plan.resource_id} to be gone", over)

    work.do((f"delete {plan.resource_id}", partial(kind.apply, task.azure, plan, wait=False)) for plan in plans)
    if wait:
        work.settle(partial(gone, plan) for plan in plans)


def _remove(task: Task, states: list[ZoneState], desired: DesiredLinks) -> JSON:
    going = _going(task, states) if task.check_mode else {}
    removals = plan_removals(states, desired, going)
    links = [plan for of_links, _zone in removals for plan in of_links.plans]
    zones = [plan for _links, of_zone in removals for plan in of_zone.plans]
    left = [item for pair in removals for removal in pair for item in removal.left]
    if not task.check_mode:
        work = Work()
        # A zone that still has links is not deleted by Azure, so its links are waited for whatever wait says.
        _delete(task, work, LINK_KIND, links, wait=task.options["wait"] or bool(zones))
        _delete(task, work, ZONE_KIND, zones, wait=task.options["wait"])
    gone = [plan.resource_id for plan in [*links, *zones]]
    staying = [
        ZoneState(state.id, state.document, tuple(link for link in state.links if not _among(link["id"], gone)))
        for state in states
        if state.document and not _among(state.id, gone)
    ]
    return _result([*links, *zones], staying, left, DesiredLinks())


def _going(task: Task, states: t.Iterable[ZoneState]) -> dict[str, int]:
    """How many records of each zone earlier tasks remove, which in check mode have removed none."""
    endpoints = unique_ids(task.options["endpoints_removed"])
    groups = [group for endpoint in endpoints for group in groups_of(task.azure, endpoint)]
    owners = {default_owner([endpoint]) for endpoint in endpoints}
    written = {
        (fold_id(record["zone_id"]), record["record_name"].lower()) for group in groups for record in record_sets(group)
    }
    found: dict[str, int] = {}
    for state in states if endpoints else ():
        records = a_records(task.azure, state.id) if state.document else []
        found[state.id] = sum(
            (fold_id(state.id), str(record["name"]).lower()) in written
            or any(belongs(record, owner) for owner in owners)
            for record in records
        )
    return found


def _among(resource_id: str, ids: t.Iterable[str]) -> bool:
    return any(same_id(resource_id, other) for other in ids)


def _result(plans: t.Sequence[Plan], states: t.Sequence[ZoneState], left: list[JSON], desired: DesiredLinks) -> JSON:
    """All links that are there, and the wanted ones that are only planned."""
    links: list[JSON] = []
    for state in states:
        networks = desired.networks_of(state.id)
        shown = [(network, link_to(state, network)) for network in networks]
        shown += [(network_of(link), link) for link in state.links if not _among(network_of(link), networks)]
        links += [
            {
                "id": str(link["id"])
                if link
                else f"{state.id}/virtualNetworkLinks/{desired.name or link_name(network)}",
                "zone": state.id,
                "virtual_network": network,
                "state": str(get_path(link, "properties.virtualNetworkLinkState") or "Missing"),
            }
            for network, link in shown
        ]
    return {
        "changed": any(plan.changed for plan in plans),
        "diff": [plan.diff() for plan in plans if plan.changed],
        "zones": [{**facts(state.document), "id": state.id, "name": zone_name(state.id)} for state in states],
        "links": links,
        "left": left,
    }
