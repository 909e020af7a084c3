"""The ``private_dns_records`` module: A records made equal to what endpoints publish."""

from __future__ import annotations

import ipaddress
import typing as t
from collections import Counter
from functools import partial

from ..dns.private_dns import API_VERSION, a_records, zone_name, zone_of
from ..dns.record_decisions import (
    ACTIONS,
    Name,
    RecordPlan,
    Rules,
    decide,
    decide_again,
    decide_removal,
    default_owner,
    record_body,
    stands,
)
from ..engine.runner import Task
from ..engine.work import Work
from ..errors import Conflict, InputError, NotFound, Refusal
from ..ids import parse_id, unique_ids
from ..resources.classic_endpoints import storage_endpoints
from ..resources.endpoint_connections import FINAL
from ..resources.endpoint_names import ENDPOINT_TYPE, NETWORK_API_VERSION, PublishedName, read_names
from ..resources.endpoints import connection_of
from ..wire import JSON, provisioning

LONGEST_TIME_TO_LIVE = 2**31 - 1
PRECONDITION_FAILED = 412
#: Whether the storage endpoints beside those that are named are asked for their names, and those that are named themselves.
ASKED: dict[str, tuple[bool, bool]] = {"ignore": (True, False), "also": (True, True), "only": (False, True)}
STORAGE_ENDPOINTS = tuple(ASKED)
# How often a record that somebody else goes on changing is judged.
ATTEMPTS = 4


def manage_records(task: Task) -> JSON:
    """Serve the ``private_dns_records`` module. Each zone is read with one list request."""
    zones, endpoints, explicit, rules = _check_options(task)
    absent = task.options["state"] == "absent"
    own, beside = ASKED[task.options["storage_endpoints"]]
    asked = task.azure.ahead(
        [
            *(partial(a_records, task.azure, zone) for zone in zones),
            *(partial(read_names, task.azure, endpoint) for endpoint in (endpoints if own and not absent else [])),
            *(partial(_beside, task, endpoint) for endpoint in (endpoints if beside and not absent else [])),
        ]
    )
    existing = {zone: _records(task, zone, records) for zone, records in zip(zones, asked)}
    unread: list[str] = []
    if absent:
        plans = decide_removal(_to_remove(task.options, explicit), zones, existing, rules.owner)
    else:
        published, unread = _published(task, dict(zip(endpoints, asked[len(zones) :])) if own else {})
        storage, unready = _of_storage(task, asked[len(zones) + (len(endpoints) if own else 0) :])
        plans = decide([*(explicit or []), *published, *storage], zones, existing, rules)
        if unread or unready:
            plans = [plan for plan in plans if plan.action not in ("orphan", "remove")]
    left = [plan.id for plan in plans if plan.action == "orphan"]
    if left:
        task.warn(
            f"{rules.owner} wrote {len(left)} records that are not wanted any more; they were left: {', '.join(left)}. "
            "Set remove_orphans: true to have them removed."
        )
    writing = [plan for plan in plans if plan.writes]
    if writing and not task.check_mode:
        deeds = [(f"{plan.action} {plan.id}", partial(_write, task, plan, rules)) for plan in writing]
        written = dict(zip((plan.id for plan in writing), Work().do(deeds)))
        plans = [written.get(plan.id, plan) for plan in plans]
        writing = [plan for plan in plans if plan.writes]
    counts = Counter(plan.action for plan in plans)
    return {
        "changed": bool(writing or unread),
        "diff": [plan.diff() for plan in writing],
        "records": [plan.as_dict() for plan in plans],
        "counts": {action: counts[action] for action in ACTIONS},
        "drift": any(plan.action not in ("none", "foreign") for plan in plans),
        "owner": rules.owner,
    }


def _check_options(task: Task) -> tuple[list[str], list[str], list[Name] | None, Rules]:
    """Zones, endpoints, explicit names and rules, judged before any request."""
    options = task.options
    zones = unique_ids(zone_of(zone).text for zone in options["zones"])
    if not zones:
        raise InputError("zones is empty: name at least one private DNS zone.")
    names = [zone_name(zone) for zone in zones]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"zones has several zones named {', '.join(twice)}; use one task for each.")
    endpoints = unique_ids(
        parse_id(text, ENDPOINT_TYPE, option="private_endpoints").text
        for text in options.get("private_endpoints") or []
    )
    explicit = None if options.get("names") is None else [_checked(name) for name in options["names"]]
    owner = str(options.get("owner") or "").strip() or (default_owner(endpoints) if endpoints else "")
    if not owner:
        raise InputError(
            "owner is needed when names are given without private_endpoints: it distinguishes this task's records from others.",
            remedy="Use a text that stays the same from run to run, such as the name of the private endpoint.",
        )
    time_to_live = options["time_to_live"]
    if not 1 <= time_to_live <= LONGEST_TIME_TO_LIVE:
        raise InputError(f"time_to_live must be 1 to {LONGEST_TIME_TO_LIVE} seconds, got {time_to_live}.")
    rules = Rules(owner, time_to_live, bool(options["remove_orphans"]), bool(options["accept_overwrite"]))
    return zones, endpoints, explicit, rules


def _to_remove(options: JSON, explicit: list[Name] | None) -> list[Name] | None:
    """The names whose records are to go; None for all of the owner's. A list that was given empty names none."""
    endpoints = options.get("private_endpoints")
    if endpoints:
        return None
    return [] if explicit is None and endpoints is not None else explicit


def _checked(name: JSON) -> Name:
    addresses = [str(address).strip() for address in name["ip_addresses"]]
    for address in addresses:
        try:
            ipaddress.IPv4Address(address)
        except ValueError as error:
            raise InputError(f"names: {address!r} of {name['fqdn']} is not an IPv4 address.") from error
    if not addresses:
        raise InputError(f"names: {name['fqdn']} has no addresses.")
    return Name(fqdn=str(name["fqdn"]), ip_addresses=addresses)


def _records(task: Task, zone: str, records: t.Callable[[], list[JSON]]) -> list[JSON]:
    """The A records of a zone. A missing one has none to remove; in check mode an earlier task may yet make it."""
    try:
        return records()
    except NotFound as error:
        if task.options["state"] == "absent":
            return []
        if not task.check_mode:
            raise Refusal(
                f"The zone {zone} does not exist; this task wrote nothing.",
                remedy="Create it with privatelink.recovery.private_dns_zone first.",
            ) from error
        task.warn(f"The zone {zone} does not exist yet; the real run refuses unless an earlier task creates it.")
        return []


def _published(
    task: Task, endpoints: t.Mapping[str, t.Callable[[], list[PublishedName]]]
) -> tuple[list[Name], list[str]]:
    """What the endpoints publish, and in check mode the endpoints that an earlier task would still have to create."""
    names: list[Name] = []
    unread: list[str] = []
    for endpoint, read in endpoints.items():
        try:
            found = read()
        except NotFound as error:
            if not task.check_mode:
                raise Refusal(
                    f"{endpoint} does not exist; this task wrote nothing.", remedy="Create the private endpoint first."
                ) from error
            task.warn(f"{endpoint} does not exist yet; the records it will need cannot be shown.")
            unread.append(endpoint)
            continue
        if not found and task.check_mode and _may_publish(task.azure.find(endpoint, NETWORK_API_VERSION)):
            task.warn(
                f"{endpoint} publishes no names yet, and the records it will need cannot be shown; the real run refuses "
                "unless its connection is approved before."
            )
            unread.append(endpoint)
            continue
        if not found:
            raise Refusal(
                f"{endpoint} publishes no names; this task wrote nothing.",
                remedy="Approve its connection first, then run again once Azure shows its names.",
            )
        names += [Name(fqdn=name["fqdn"], ip_addresses=name["ip_addresses"]) for name in found]
    return names, unread


def _may_publish(endpoint: JSON | None) -> bool:
    """Whether an endpoint without names may have some once earlier tasks have written it anew or approved it."""
    status = connection_of(endpoint)["status"]
    return status not in FINAL and (status, provisioning(endpoint)) != ("Approved", "succeeded")


def _beside(task: Task, endpoint: str) -> list[JSON]:
    """The storage endpoints that a vault's identity has made beside an endpoint, whether it exists or not."""
    place = parse_id(endpoint)
    group = f"{place.group_id}/providers/{ENDPOINT_TYPE}"
    try:
        return storage_endpoints(place.name, task.azure.list(group, NETWORK_API_VERSION))
    except NotFound:
        return []  # in check mode even the group may be missing yet


def _of_storage(task: Task, found: t.Iterable[t.Callable[[], list[JSON]]]) -> tuple[list[Name], list[str]]:
    """What the storage endpoints publish, and those that publish nothing yet."""
    documents = [document for read in found for document in read()]
    reads = [partial(read_names, task.azure, document["id"], document) for document in documents]
    names: list[Name] = []
    unready: list[str] = []
    for document, published in zip(documents, task.azure.together(reads)):
        names += [Name(fqdn=name["fqdn"], ip_addresses=name["ip_addresses"]) for name in published]
        if not published:
            unready.append(document["id"])
            task.warn(f"{document['id']} publishes no names yet; its records follow with the next run or drift.")
    return names, unready


def _write(task: Task, plan: RecordPlan, rules: Rules) -> RecordPlan:
    """Do what a plan says and return what was done in the end.

    A write rests on the record set that was read (https://learn.microsoft.com/azure/dns/dns-zones-records#etags): when
    somebody has changed it since, it is read again and judged anew.
    """
    for _attempt in range(ATTEMPTS):
        try:
            if plan.action == "remove":
                task.azure.delete(plan.id, API_VERSION, match=plan.etag)
            elif plan.writes:
                body = record_body(plan.ip_addresses, rules)
                task.azure.put(plan.id, API_VERSION, body, new=plan.action == "add", match=plan.etag)
            return plan
        except Conflict as error:
            changed, now = error, task.azure.find(plan.id, API_VERSION)
            # A write whose answer was lost is sent again, and then meets itself.
            if plan.action != "remove" and stands(now, plan.ip_addresses, rules):
                return plan
            if error.status != PRECONDITION_FAILED:
                raise
            plan = decide_again(plan, now, rules)
    raise changed
