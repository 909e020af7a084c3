"""The ``private_dns_zone_group`` module."""

from __future__ import annotations

import typing as t
from functools import partial

from ..azure.client import Azure
from ..dns.private_dns import a_records, zone_name, zone_of
from ..dns.record_overwrites import Overwrite, overwrites
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
from ..engine.plan import Plan
from ..engine.resource import ENDED, Kind, refuse_failed, settled
from ..engine.runner import Task, outcome
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


def manage_zone_group(task: Task) -> JSON:
    """Serve the ``private_dns_zone_group`` module."""
    endpoint_id = parse_id(task.options["private_endpoint"], ENDPOINT_TYPE, option="private_endpoint").text
    name, zones = task.options["name"], _zones(task)
    refuse_name(f"{ENDPOINT_TYPE}/privateDnsZoneGroups", name)
    group_id = f"{endpoint_id}/privateDnsZoneGroups/{name}"
    if task.options["state"] == "absent":
        return _remove(task, endpoint_id, group_id)
    endpoint = _ready_endpoint(task, endpoint_id)
    groups, published = task.azure.ahead(
        [partial(groups_of, task.azure, endpoint_id), partial(names_of, task.azure, endpoint_id, endpoint)]
    )
    current = _existing(task, endpoint_id, group_id, zones, groups())
    plan = plan_group(str(current["id"]) if current else group_id, current, zones)
    names: list[PublishedName] = published()
    _refuse_homeless(names, zones)
    overwritten: list[Overwrite] = []
    if plan.changed:
        records = read_zone_records(task, zones)
        overwritten = refuse_overwrites(task, overwrites(endpoint or {}, names, records))
    document = current
    if plan.changed and not task.check_mode:
        plan, document = _put(task, endpoint_id, plan, zones)
    if task.options["wait"] and not task.check_mode:
        document = _verified(task.azure, plan.resource_id, endpoint_id, document, names)
    return _result(plan, document, overwritten)


def _put(task: Task, endpoint_id: str, plan: Plan, zones: t.Sequence[str]) -> tuple[Plan, JSON]:
    try:
        return plan, task.azure.put(plan.resource_id, NETWORK_API_VERSION, plan.body, wait=task.options["wait"])
    except AzureError as error:
        # Since the groups were read somebody made one, most likely Azure Policy, which makes them a while after endpoints.
        if error.code.lower() != SECOND_GROUP:
            raise
        other = _existing(task, endpoint_id, plan.resource_id, zones, groups_of(task.azure, endpoint_id))
        if other is None:
            raise
        return plan_group(str(other["id"]), other, zones), other


def _zones(task: Task) -> list[str]:
    zones = unique_ids(zone_of(zone).text for zone in task.options.get("zones") or [])
    if task.options["state"] == "absent":
        return zones
    if not 1 <= len(zones) <= MOST_ZONES:
        raise InputError(f"zones must have 1 to {MOST_ZONES} private DNS zones, it has {len(zones)}.")
    names = [zone_name(zone) for zone in zones]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"zones has several zones named {', '.join(twice)}; a group writes each name into one zone.")
    return zones


def _ready_endpoint(task: Task, endpoint_id: str) -> JSON | None:
    """The endpoint, Succeeded and Approved. In check mode, what an earlier task may yet bring about is a warning."""
    endpoint = settled(task.azure, ENDPOINT, endpoint_id, check_mode=task.check_mode)
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


def _existing(
    task: Task, endpoint_id: str, group_id: str, zones: t.Sequence[str], groups: t.Iterable[JSON]
) -> JSON | None:
    """The group to work on, of those of the endpoint: the one of that name, or another's that has the wanted zones already."""
    for group in groups:
        if same_id(group["id"], group_id):
            if provisioning(group) in ENDED or task.check_mode:
                return group
            return GROUP.settle(task.azure, group_id)
        if refusal := in_the_way(group, endpoint_id, group_id, zones):
            raise refusal
        task.warn(f"{endpoint_id} has these zones in the group {group['name']}, which is left as it is.")
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


def _verified(
    azure: Azure, group_id: str, endpoint_id: str, group: JSON | None, names: t.Sequence[PublishedName]
) -> JSON:
    """The group once it shows a record set for every name the endpoint publishes. Raises when one does not come."""
    latest, missing = group or {}, missing_names(names, group)

    def ready() -> bool:
        return not missing and provisioning(latest) in ENDED

    def complete() -> bool:
        nonlocal latest, missing
        if not ready():
            latest = azure.get(group_id, NETWORK_API_VERSION)
            refuse_failed(latest, group_id)
            missing = missing_names(read_names(azure, endpoint_id), latest)
        return ready()

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
    plan = Plan("delete", str(current["id"]), shown_configs(configs_of(current)))
    if not task.check_mode:
        task.azure.delete(plan.resource_id, NETWORK_API_VERSION, wait=task.options["wait"])
    return _result(plan, None, taken)


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
    for zone in zones:
        try:
            found[zone] = a_records(task.azure, zone)
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
