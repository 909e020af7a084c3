"""The ``private_dns_zone_group`` module."""

from __future__ import annotations

import typing as t
from functools import partial

from ..azure.client import Azure
from ..dns.private_dns import a_records, zone_name, zone_of
from ..dns.record_overwrites import Overwrite, overwrites, records_to_be
from ..dns.zone_choice import zone_and_record
from ..dns.zone_groups import (
    GROUP,
    configs_of,
    groups_of,
    in_the_way,
    missing_names,
    plan_group,
    record_sets,
    shown_configs,
    zone_id_of,
)
from ..engine.parts import Part, joined, rows_of
from ..engine.plan import Plan, etag_of
from ..engine.resource import ENDED, Kind, Read, changed_by_others, latest, refuse_failed, settled
from ..engine.runner import Task, outcome
from ..engine.work import Work
from ..errors import AzureError, InputError, NotFound, Refusal, WaitTimeout
from ..ids import fold_id, parse_id, refuse_name, same_id, unique_ids
from ..resources.endpoint_names import ENDPOINT_TYPE, NETWORK_API_VERSION, PublishedName, read_names
from ..resources.endpoints import connection_of, names_of, target_of
from ..resources.targets import TARGETS
from ..wire import JSON, provisioning

# One group an endpoint, five zones a group: https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration
MOST_ZONES = 5


SECOND_GROUP = "morethanoneprivatednszonegroupperprivateendpointnotallowed"
# Azure writes the records right after the group; a name that has not come by then does not come.
RECORDS_WITHIN = 300.0
ENDPOINT = Kind(ENDPOINT_TYPE, NETWORK_API_VERSION, {})


class Wanted(t.NamedTuple):
    """A group that is wanted: its endpoint, its own id and its zones."""

    endpoint_id: str
    group_id: str
    zones: list[str]


def manage_zone_group(task: Task) -> JSON:
    """Serve the ``private_dns_zone_group`` module."""
    wanted = [_wanted(row, task.options["state"]) for row in rows_of(task.options, "groups")]
    several = task.options.get("groups") is not None
    if task.options["state"] == "absent":
        if several:
            raise InputError("groups are made, not removed: name one private_endpoint with state absent.")
        return _remove(task, wanted[0].endpoint_id, wanted[0].group_id)
    if not several:
        return _present(task, wanted)[0]
    pending = {fold_id(endpoint) for endpoint in task.options.get("pending") or []}
    results = _present(task, [one for one in wanted if fold_id(one.endpoint_id) not in pending])
    lost = [item for result in results for item in result["overwritten"]]
    return {**joined("groups", results), "overwritten": lost}


def _wanted(row: JSON, state: str) -> Wanted:
    endpoint_id = parse_id(row["private_endpoint"], ENDPOINT_TYPE, option="private_endpoint").text
    refuse_name(f"{ENDPOINT_TYPE}/privateDnsZoneGroups", row["name"])
    return Wanted(endpoint_id, f"{endpoint_id}/privateDnsZoneGroups/{row['name']}", _zones(row, state))


def _present(task: Task, wanted: list[Wanted]) -> list[JSON]:
    """The result of each. All are judged before the first is written, so that what is refused leaves nothing behind."""
    azure = task.azure
    found = azure.together(
        partial(settled, azure, ENDPOINT, one.endpoint_id, check_mode=task.check_mode) for one in wanted
    )
    endpoints = [_ready_endpoint(task, one.endpoint_id, endpoint) for one, endpoint in zip(wanted, found)]
    asked = azure.ahead(
        [
            *(partial(groups_of, azure, one.endpoint_id) for one in wanted),
            *(partial(names_of, azure, one.endpoint_id, endpoint) for one, endpoint in zip(wanted, endpoints)),
        ]
    )
    parts, names = list[Part](), list[list[PublishedName]]()
    for one, of_endpoint, of_names in zip(wanted, asked, asked[len(wanted) :]):
        current = _existing(task, one, of_endpoint())
        resource_id = str(current["id"]) if current else one.group_id
        parts.append(Part(GROUP, resource_id, plan_group(resource_id, current, one.zones), current))
        names.append(of_names())
        _refuse_homeless(names[-1], one.zones)
    changing = [place for place, part in enumerate(parts) if part.plan.changed]
    zones = unique_ids(zone for place in changing for zone in wanted[place].zones)
    being_written = [] if task.check_mode else [(GROUP, parts[place].plan) for place in changing]
    of_zones, of_groups = azure.ahead([partial(read_zone_records, task, zones), partial(latest, azure, being_written)])
    records = of_zones()
    lost: dict[int, list[Overwrite]] = {}
    for place in changing:
        own = {zone: records[zone] for zone in wanted[place].zones if zone in records}
        lost[place] = refuse_overwrites(task, overwrites(endpoints[place] or {}, names[place], own))
        # Of two that are made here the later one must not take the records of the earlier.
        for zone, record in records_to_be(endpoints[place] or {}, names[place], own):
            records[zone].append(record)
    if not task.check_mode:
        _write(task, wanted, parts, names, of_groups())
    return [_result(part.plan, part.document, lost.get(place, [])) for place, part in enumerate(parts)]


def _write(
    task: Task, wanted: list[Wanted], parts: list[Part], names: list[list[PublishedName]], reads: list[Read]
) -> None:
    """One is followed to its end; several are begun one after the other and then waited for."""
    wait, work = task.options["wait"], Work()
    follow = wait and len(parts) == 1
    writing = [(one, part) for one, part in zip(wanted, parts) if part.plan.changed]
    made = work.do(
        (part.words, partial(_put, task, one, part.plan, read, follow)) for (one, part), read in zip(writing, reads)
    )
    for (_one, part), (plan, document) in zip(writing, made):
        part.plan, part.document, part.resource_id = plan, document, plan.resource_id
    if not wait:
        return
    waiting = [
        place
        for place, part in enumerate(parts)
        if not _complete(part.document, missing_names(names[place], part.document))
    ]
    verifying = task.azure.ahead(
        [partial(task.azure.get, parts[place].resource_id, NETWORK_API_VERSION) for place in waiting]
    )
    for place, verify in zip(waiting, verifying):
        part = parts[place]
        verified = partial(
            _verified, task.azure, part.resource_id, wanted[place].endpoint_id, part.document, names[place], verify
        )
        part.document = verified() if follow else work.attempt(verified)


def _put(task: Task, wanted: Wanted, plan: Plan, read: Read, wait: bool) -> tuple[Plan, JSON]:
    """Write a group that is still as it was judged. Its PUT takes no condition, as far as public sources say
    (https://learn.microsoft.com/rest/api/virtualnetwork/private-dns-zone-groups/create-or-update)."""

    def judge(now: JSON) -> Plan:
        judged = plan_group(plan.resource_id, now, wanted.zones)
        if judged.changed and judged.before != plan.before:
            raise changed_by_others(plan.resource_id)
        return judged

    try:
        written, document = GROUP.apply_latest(task.azure, plan, read, judge, wait=wait)
        return written, document or {}
    except AzureError as error:
        # Since the groups were read somebody made one, most likely Azure Policy, which makes them a while after endpoints.
        if error.code.lower() != SECOND_GROUP:
            raise
        other = _existing(task, wanted, groups_of(task.azure, wanted.endpoint_id))
        if other is None:
            raise
        return plan_group(str(other["id"]), other, wanted.zones), other


def _zones(row: JSON, state: str) -> list[str]:
    zones = unique_ids(zone_of(zone).text for zone in row.get("zones") or [])
    if state == "absent":
        return zones
    if not 1 <= len(zones) <= MOST_ZONES:
        raise InputError(f"zones must have 1 to {MOST_ZONES} private DNS zones, it has {len(zones)}.")
    names = [zone_name(zone) for zone in zones]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"zones has several zones named {', '.join(twice)}; a group writes each name into one zone.")
    return zones


def _ready_endpoint(task: Task, endpoint_id: str, endpoint: JSON | None) -> JSON | None:
    """The endpoint, Succeeded and Approved. In check mode, what an earlier task may yet bring about is a warning."""
    if endpoint is None or provisioning(endpoint) not in ENDED:
        what = "does not exist yet" if endpoint is None else "is not ready yet"
        if not task.check_mode:
            raise Refusal(
                f"{endpoint_id} {what}; a zone group belongs to an endpoint.",
                remedy="Create the private endpoint first.",
            )
        task.warn(f"{endpoint_id} {what}; its names, and records they would replace, could not be checked.")
        return None
    refuse_failed(endpoint, endpoint_id)
    status = connection_of(endpoint)["status"]
    target = TARGETS.get(parse_id(target_of(endpoint)).type) if target_of(endpoint) else None
    comes_back = status == "Rejected" and target is not None and target.rejected_comes_back
    if task.check_mode and (status == "Pending" or comes_back):
        task.warn(f"The connection of {endpoint_id} is {status}; the real run refuses until it is approved.")
    elif status != "Approved":
        raise Refusal(
            f"The connection of {endpoint_id} is {status}, not Approved: it publishes no names. This task wrote nothing.",
            remedy="Approve it with privatelink.recovery.private_endpoint_connection first.",
        )
    return endpoint


def _existing(task: Task, wanted: Wanted, groups: t.Iterable[JSON]) -> JSON | None:
    """The group to work on, of those of the endpoint: the one of that name, or another's that has the wanted zones already."""
    for group in groups:
        if same_id(group["id"], wanted.group_id):
            if provisioning(group) in ENDED or task.check_mode:
                return group
            return GROUP.settle(task.azure, wanted.group_id)
        if refusal := in_the_way(group, *wanted):
            raise refusal
        task.warn(f"{wanted.endpoint_id} has these zones in the group {group['name']}, which is left as it is.")
        return group
    return None


def _refuse_homeless(names: t.Sequence[PublishedName], zones: t.Sequence[str]) -> None:
    zone_names = [zone_name(zone) for zone in zones]
    homeless = [name["fqdn"] for name in names if zone_and_record(name["fqdn"], zone_names) is None]
    if homeless:
        raise Refusal(
            f"None of the zones {', '.join(zone_names)} takes {', '.join(homeless)}; Azure would leave them out without "
            "a word. This task wrote nothing.",
            remedy="Add the zones these names belong in (privatelink.recovery.required_dns_zones names them).",
        )


def _complete(group: JSON | None, missing: t.Sequence[str]) -> bool:
    return not missing and provisioning(group) in ENDED


def _verified(
    azure: Azure,
    group_id: str,
    endpoint_id: str,
    group: JSON | None,
    names: t.Sequence[PublishedName],
    first: t.Callable[[], JSON],
) -> JSON:
    """The group once it shows a record set for every name the endpoint publishes. Raises when one does not come.

    ``first`` reads it the first time; names that have come since ``names`` were read are looked for from then on.
    """
    latest, missing, reads = group or {}, list[str](), [first]

    def complete() -> bool:
        nonlocal latest, missing
        known = names if reads else read_names(azure, endpoint_id)
        latest = reads.pop()() if reads else azure.get(group_id, NETWORK_API_VERSION)
        refuse_failed(latest, group_id)
        missing = missing_names(known, latest)
        return _complete(latest, missing)

    try:
        azure.until(f"the records of {group_id}", complete, timeout=min(azure.timeout, RECORDS_WITHIN))
    except WaitTimeout as error:
        zones = ", ".join(zone_id_of(config) for config in configs_of(latest))
        raise WaitTimeout(
            f"{group_id} is {provisioning(latest) or 'there'}, but Azure has written no record for "
            f"{', '.join(missing) or 'its names'} into {zones or 'its zones'} and reports no error.",
            remedy="Check that the zones are those of the names, then run again.",
        ) from error
    return latest


def _remove(task: Task, endpoint_id: str, group_id: str) -> JSON:
    groups = groups_of(task.azure, endpoint_id)
    current = next((group for group in groups if same_id(group["id"], group_id)), None)
    for group in groups:
        if group is not current:
            task.warn(f"{group['id']} has another name and is left as it is.")
    if current is None:
        return _result(Plan("none", group_id), None, [])
    names: list[PublishedName] = [
        PublishedName(fqdn=record["fqdn"], ip_addresses=record["ip_addresses"], group_id="", member="")
        for record in record_sets(current)
    ]
    endpoint = task.azure.get(endpoint_id, NETWORK_API_VERSION)
    zones = [zone_id_of(config) for config in configs_of(current)]
    # A group takes its record names along, even those another endpoint has taken over (MicrosoftDocs/azure-docs#58044).
    taken = refuse_overwrites(task, overwrites(endpoint, names, read_zone_records(task, zones)), deleting=True)
    plan = Plan("delete", str(current["id"]), shown_configs(configs_of(current)), etag=etag_of(current))
    if not task.check_mode:
        (read,) = latest(task.azure, [(GROUP, plan)])
        GROUP.apply_latest(task.azure, plan, read, partial(_still, plan), wait=task.options["wait"])
    return _result(plan, None, taken)


def _still(plan: Plan, now: JSON) -> Plan:
    """The plan to delete a group whose zones are still those that were looked into."""
    if shown_configs(configs_of(now)) != plan.before:
        raise changed_by_others(plan.resource_id)
    return plan


def _result(plan: Plan, document: JSON | None, overwritten: t.Sequence[Overwrite]) -> JSON:
    written = record_sets(document)
    filled = {fold_id(record["zone_id"]) for record in written}
    return outcome(
        plan,
        document,
        record_sets=written,
        zones_without_records=[
            zone_id_of(config) for config in configs_of(document) if fold_id(zone_id_of(config)) not in filled
        ],
        overwritten=[item.as_dict() for item in overwritten],
    )


def read_zone_records(task: Task, zones: t.Sequence[str]) -> dict[str, list[JSON]]:
    """The A records of each zone. A missing zone is refused; in check mode an earlier task may be about to make it."""
    found: dict[str, list[JSON]] = {}
    for zone, records in zip(zones, task.azure.ahead([partial(a_records, task.azure, zone) for zone in zones])):
        try:
            found[zone] = list(records())
        except NotFound as error:
            if task.options["state"] == "absent":
                continue
            if not task.check_mode:
                raise Refusal(
                    f"The zone {zone} does not exist; this task wrote nothing.",
                    remedy="Create it with privatelink.recovery.private_dns_zone first.",
                ) from error
            task.warn(f"The zone {zone} does not exist yet; the real run refuses unless an earlier task creates it.")
    return found


def refuse_overwrites(task: Task, found: list[Overwrite], *, deleting: bool = False) -> list[Overwrite]:
    """Raise :class:`Refusal` for records of others, unless ``accept_zone_overwrite`` says they may go; then warn."""
    if not found:
        return found
    deed = "delete" if deleting else "overwrite"
    lines = "; ".join(
        f"{item.record_name} in {item.zone_id} has {', '.join(item.ip_addresses) or 'no address'}"
        + ("" if deleting else f", would get {', '.join(item.new_ip_addresses)}")
        + (f" ({item.owner})" if item.owner else "")
        for item in found
    )
    if task.options["accept_zone_overwrite"]:
        task.warn(f"Records of another endpoint: this task may {deed} them, as accept_zone_overwrite says. {lines}.")
        return found
    raise Refusal(
        f"The zone group would {deed} records that lead to another endpoint: {lines}. This task wrote nothing.",
        remedy="Give each endpoint of one target zones of its own (same names, other resource group), linked to its "
        "own virtual networks; or set accept_zone_overwrite: true if the other endpoint is no longer needed.",
    )
