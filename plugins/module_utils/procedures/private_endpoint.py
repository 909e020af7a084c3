"""The ``private_endpoint`` and ``private_endpoint_info`` modules."""

from __future__ import annotations

import typing as t
from functools import partial

from ..azure.client import Azure
from ..engine.parts import Part, joined, rows_of
from ..engine.plan import Plan
from ..engine.resource import ENDED, latest, refuse_failed, settled
from ..engine.runner import Task, outcome
from ..engine.tags import carries, texts
from ..engine.work import Work
from ..errors import InputError, Refusal
from ..ids import build_id, group_id, parse_id, same_id, unique_ids
from ..resources.endpoint_names import ENDPOINT_TYPE, NETWORK_API_VERSION
from ..resources.endpoints import (
    AUTOMATIC,
    MANUAL,
    SUBNET_TYPE,
    check_request_message,
    connection_of,
    first_connection,
    kind_for,
    names_of,
    network_of,
    plan_endpoint,
    target_of,
)
from ..resources.targets import TARGETS
from ..wire import JSON, facts, get_path, provisioning


def manage_endpoint(task: Task) -> JSON:
    """Serve the ``private_endpoint`` module."""
    rows = rows_of(task.options, "endpoints")
    several, absent = task.options.get("endpoints") is not None, task.options["state"] == "absent"
    if several and absent:
        raise InputError("endpoints are made, not removed: name one endpoint with state absent.")
    ids = [_id(task, row) for row in rows]
    if len(unique_ids(ids)) != len(ids):
        raise InputError("endpoints has one endpoint twice.")
    for resource_id, row in zip(ids, rows if not absent else ()):
        check_desired(row, parse_id(resource_id).subscription_id)
    impatient = task.check_mode or not task.options["wait"]
    found = task.azure.together(
        partial(settled, task.azure, kind_for(AUTOMATIC), resource_id, check_mode=impatient) for resource_id in ids
    )
    if absent:
        return _remove(task, ids[0], found[0])
    # All are planned before the first is written, so that what is refused leaves nothing behind.
    parts = [_planned(task, *one) for one in zip(ids, rows, found)]
    if not task.check_mode:
        _make(task, [(part, row) for part, row in zip(parts, rows) if part.plan.changed])
    # One that Azure is still making has no names yet.
    names = task.azure.together(
        partial(names_of, task.azure, part.resource_id, part.document if _over(part.document) else None)
        for part in parts
    )
    results = [
        outcome(part.plan, part.document, names=published, connection=_connection(part))
        for part, published in zip(parts, names)
    ]
    if not several:
        return results[0]
    return {
        **joined("endpoints", results),
        "ready": task.check_mode or all(provisioning(part.document) == "succeeded" for part in parts),
        "pending": [result["id"] for result in results if result["connection"]["status"] == "Pending"],
    }


def _id(task: Task, row: JSON) -> str:
    subscription = row.get("subscription_id") or task.subscription_id
    return build_id(subscription, row["resource_group"], ENDPOINT_TYPE, row["name"])


def _planned(task: Task, resource_id: str, row: JSON, current: JSON | None) -> Part:
    if current is None and not row.get("location"):
        network = task.azure.get(network_of(row["subnet"]), NETWORK_API_VERSION)
        row = {**row, "location": network["location"]}
    kind, plan = plan_endpoint(resource_id, current, row)
    return Part(kind, resource_id, plan, current)


def _make(task: Task, changing: list[tuple[Part, JSON]]) -> None:
    """One is followed to its end; several are begun one after the other, as one target wants it, and then waited for.

    No public source says that Azure compares an endpoint's etag: the parameters of its PUT have no ``If-Match``
    (https://learn.microsoft.com/rest/api/virtualnetwork/private-endpoints/create-or-update).
    """
    wait, work = task.options["wait"], Work()
    follow = wait and len(changing) == 1
    reads = latest(task.azure, [(part.kind, part.plan) for part, _row in changing])
    made = work.do(
        (part.words, partial(part.kind.apply_latest, task.azure, part.plan, read, _judge(part, row), wait=follow))
        for (part, row), read in zip(changing, reads)
    )
    for (part, _row), (plan, document) in zip(changing, made):
        part.plan, part.document = plan, document
        if wait and not follow:
            part.document = work.attempt(partial(part.kind.settle, task.azure, part.resource_id))
        if follow:
            refuse_failed(part.document or {}, part.resource_id)
        elif wait:
            work.attempt(partial(refuse_failed, part.document or {}, part.resource_id))


def _judge(part: Part, row: JSON) -> t.Callable[[JSON], Plan]:
    """The plan for an endpoint as somebody else has left it: all that they added stays."""
    return lambda now: plan_endpoint(part.resource_id, now, row)[1]


def _over(document: JSON | None) -> bool:
    return provisioning(document) in ENDED


def _connection(part: Part) -> JSON:
    connection = connection_of(part.document)
    if part.document is None and get_path(part.plan.body, f"properties.{MANUAL}"):
        connection["status"] = "Pending"
    return connection


def list_endpoints(task: Task) -> JSON:
    """Serve the ``private_endpoint_info`` module."""
    options = task.options
    group, name, target = options.get("resource_group"), options.get("name"), options.get("target")
    if name and not group:
        raise InputError("name needs resource_group: endpoint names are unique within a resource group only.")
    if target:
        parse_id(target, option="target")
    if name:
        resource_id = build_id(task.subscription_id, str(group), ENDPOINT_TYPE, name)
        document = task.azure.find(resource_id, NETWORK_API_VERSION)
        found = [document] if document else []
    else:
        scope = group_id(task.subscription_id, group) if group else f"/subscriptions/{task.subscription_id}"
        found = task.azure.list(f"{scope}/providers/{ENDPOINT_TYPE}", NETWORK_API_VERSION)
    chosen = [document for document in found if not target or same_id(target_of(document), target)]
    described = task.azure.together(partial(describe, task.azure, document) for document in chosen)
    return {"changed": False, "private_endpoints": described}


def describe(azure: Azure, document: JSON) -> JSON:
    """An endpoint as results show it: its facts, its names and its connection."""
    return {
        **facts(document),
        "names": names_of(azure, document["id"], document),
        "connection": connection_of(document),
        "target": target_of(document),
        "sub_resource": (first_connection(document).get("groupIds") or [""])[0],
    }


def check_desired(options: JSON, subscription_id: str) -> None:
    """Refuse, before any request, what can never work."""
    for needed in ("subnet", "target", "sub_resource"):
        if not options.get(needed):
            raise InputError(f"state present needs {needed}.")
    subnet = parse_id(options["subnet"], SUBNET_TYPE, option="subnet")
    target = parse_id(options["target"], option="target")
    if target.type == "microsoft.dataprotection/backupvaults":
        raise InputError(
            f"target is a Backup vault (Microsoft.DataProtection), which has no private endpoints of this kind: {target.text}.",
            remedy="Name a Recovery Services vault (Microsoft.RecoveryServices/vaults).",
        )
    known = TARGETS.get(target.type)
    if known is None:
        raise InputError(f"target is a {target.kind}; this module knows {', '.join(sorted(TARGETS))}.")
    if options["sub_resource"] not in known.sub_resources:
        raise InputError(
            f"sub_resource {options['sub_resource']!r} is none of a {target.kind}: {', '.join(known.sub_resources)}."
        )
    if subnet.subscription_id.lower() != subscription_id.lower():
        raise InputError(
            f"the endpoint would be in subscription {subscription_id}, its subnet is in {subnet.subscription_id}; "
            "Azure wants an endpoint in the subscription of its virtual network.",
            remedy="Set subscription_id of this task to that of the subnet.",
        )
    check_request_message(options.get("request_message"), "request_message")


def _remove(task: Task, resource_id: str, current: JSON | None) -> JSON:
    kind = kind_for(MANUAL if get_path(current, f"properties.{MANUAL}") else AUTOMATIC)
    marks = texts(task.options.get("ownership_tags"))
    if current is not None and not carries(current.get("tags"), marks):
        reason = f"{resource_id} does not carry the tags {marks}: it was not made by this and is left."
        task.warn(reason)
        left = kind.plan(resource_id, current, {})
        return outcome(left, current, names=[], connection=connection_of(current), left=reason)
    expected = task.options.get("target")
    if current is not None and expected and not same_id(target_of(current), expected):
        raise Refusal(
            f"{resource_id} leads to {target_of(current)}, not to {expected}; it is not deleted.",
            remedy="Correct target, or leave it out to delete the endpoint whatever it leads to.",
        )
    plan = kind.plan(resource_id, current, {}, absent=True)
    if plan.changed and not task.check_mode:
        kind.apply(task.azure, plan, wait=task.options["wait"])
    return outcome(plan, None, names=[], connection={})
