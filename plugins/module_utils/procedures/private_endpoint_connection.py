"""The ``private_endpoint_connection`` module."""

from __future__ import annotations

import typing as t
from functools import partial

from ..azure.client import Azure
from ..engine.parts import joined, rows_of
from ..engine.plan import Plan
from ..engine.resource import Read
from ..engine.runner import Task
from ..engine.work import Work
from ..errors import AzureError, InputError, Refusal, WaitTimeout
from ..ids import fold_id, parse_id
from ..resources.endpoint_connections import STATUS, connection_to, decide, status_of
from ..resources.endpoint_names import ENDPOINT_TYPE, NETWORK_API_VERSION
from ..resources.endpoints import connection_of
from ..resources.targets import TARGETS, Target
from ..wire import JSON, facts, get_path


class Ends(t.NamedTuple):
    """What a connection leads from and to."""

    target_id: str
    endpoint_id: str
    target: Target
    manual: bool


def manage_connection(task: Task) -> JSON:
    """Serve the ``private_endpoint_connection`` module."""
    wanted = task.options["state"]
    ends = [_named(row) for row in rows_of(task.options, "connections")]
    reads = _both_ends(task.azure, ends) if wanted == "approved" else [_reads(task.azure, one) for one in ends]
    # All are judged before the first is written, so that what is refused leaves nothing behind.
    decided = [_decided(task, one, STATUS.get(wanted, ""), *found) for one, found in zip(ends, reads)]
    work = Work()
    results = [
        _done(task, work, one, plan, found, endpoint)
        for one, (found, plan), (_of_target, endpoint) in zip(ends, decided, reads)
    ]
    return results[0] if task.options.get("connections") is None else joined("connections", results)


def _decided(task: Task, ends: Ends, status: str, of_target: Read, of_endpoint: Read) -> tuple[JSON | None, Plan]:
    found, wanted = of_target(), task.options["state"]
    if found is None and wanted != "absent":
        found = _appear(task, ends, status, of_endpoint())
    return found, decide(
        found,
        wanted,
        ends.target_id,
        ends.endpoint_id,
        task.options.get("description") or "",
        rejected_comes_back=ends.target.rejected_comes_back,
    )


def _done(task: Task, work: Work, ends: Ends, plan: Plan, found: JSON | None, endpoint: Read) -> JSON:
    document = found
    if plan.changed and not task.check_mode:
        (document,) = work.do([(f"{plan.action} {plan.resource_id}", partial(_apply, task, plan, ends))])
    elif found is not None and task.options["state"] == "approved" and task.options["wait"] and not task.check_mode:
        document = work.attempt(partial(_both_sides, task, ends, STATUS["approved"], (lambda: found, endpoint)))
    return {
        "changed": plan.changed,
        "diff": plan.diff(),
        "id": plan.resource_id,
        # A key vault shows its connections without names, as the last part of their ids.
        "name": (document or {}).get("name") or str((document or {}).get("id") or "").rsplit("/", 1)[-1],
        "status": status_of(document),
        "state": facts(document),
    }


def _named(row: JSON) -> Ends:
    target_id = parse_id(row["target"], option="target")
    endpoint_id = parse_id(row["private_endpoint"], ENDPOINT_TYPE, option="private_endpoint")
    target = TARGETS.get(target_id.type)
    if target is None:
        raise InputError(f"target is a {target_id.kind}; this module knows {', '.join(sorted(TARGETS))}.")
    return Ends(target_id.text, endpoint_id.text, target, bool(row.get("manual")))


def _reads(azure: Azure, ends: Ends) -> tuple[Read, Read]:
    """Of the target's connection and of the endpoint."""
    return partial(_find, azure, ends), partial(azure.find, ends.endpoint_id, NETWORK_API_VERSION)


def _both_ends(azure: Azure, ends: t.Sequence[Ends]) -> list[tuple[Read, Read]]:
    """The targets' connections and the endpoints, asked for at once, and each target once."""
    targets = {fold_id(one.target_id): one for one in ends}
    documents = [partial(azure.find, one.target_id, one.target.api_version) for one in targets.values()]
    endpoints = [partial(azure.find, one.endpoint_id, NETWORK_API_VERSION) for one in ends]
    asked: list[Read] = azure.ahead([*documents, *endpoints])
    of_target = dict(zip(targets, asked))
    return [
        (partial(_connection, of_target[fold_id(one.target_id)], one.endpoint_id), endpoint)
        for one, endpoint in zip(ends, asked[len(targets) :])
    ]


def _connection(target: Read, endpoint_id: str) -> JSON | None:
    return connection_to(target(), endpoint_id)


def _find(azure: Azure, ends: Ends) -> JSON | None:
    return connection_to(azure.find(ends.target_id, ends.target.api_version), ends.endpoint_id)


def _appear(task: Task, ends: Ends, status: str, endpoint: JSON | None) -> JSON | None:
    """The target's copy lags behind the endpoint: wait for it when the endpoint exists.

    Check mode goes by what the endpoint says; of a ``manual`` one that is still to be made, it says that it waits for
    approval. Without waiting nothing can be done yet, unless it says what is wanted.
    """
    target_id, endpoint_id = ends.target_id, ends.endpoint_id
    if endpoint is None:
        if task.check_mode and ends.manual and status == STATUS["approved"]:
            return _as_expected(endpoint_id, "Pending")
        if task.check_mode:
            task.warn(f"{endpoint_id} does not exist yet; its connection cannot be judged in check mode.")
            return None
        raise Refusal(
            f"{endpoint_id} does not exist, so {target_id} has no connection of it.", remedy="Create it first."
        )
    name, expected = target_id.rsplit("/", 1)[-1], _as_expected(endpoint_id, connection_of(endpoint)["status"])
    if task.check_mode or (not task.options["wait"] and status_of(expected) == status):
        return expected
    if not task.options["wait"]:
        raise WaitTimeout(
            f"{name} does not show the connection of {endpoint_id} yet, so it cannot be {status}; this task wrote nothing.",
            remedy="Run again after a while, or let the task wait.",
        )
    return t.cast(JSON, task.azure.until(f"{name} to show the connection", partial(_find, task.azure, ends)))


def _as_expected(endpoint_id: str, status: str) -> JSON:
    """The target's connection as far as its endpoint shows it: all but its name."""
    state = {"status": status}
    return {"properties": {"privateEndpoint": {"id": endpoint_id}, "privateLinkServiceConnectionState": state}}


def _apply(task: Task, plan: Plan, ends: Ends) -> JSON | None:
    version = ends.target.connection_api_version
    if plan.action == "delete":
        task.azure.delete(plan.resource_id, version, wait=task.options["wait"])
        if task.options["wait"]:
            task.azure.until("the connection to be gone", lambda: _find(task.azure, ends) is None)
        return None
    try:
        task.azure.put(plan.resource_id, version, plan.body, wait=task.options["wait"])
    except AzureError as error:
        # Storage refuses to approve what is approved (Azure/azure-rest-api-specs#30308): a repeated request, then, whose
        # first answer was lost.
        if error.status != 400 or status_of(_find(task.azure, ends)) != plan.after["status"]:
            raise
    if not task.options["wait"]:
        return _find(task.azure, ends)
    return _both_sides(task, ends, plan.after["status"])


def _both_sides(task: Task, ends: Ends, status: str, just_read: tuple[Read, Read] | None = None) -> JSON:
    """Wait until target and endpoint agree; either copy can lag behind the other. ``just_read`` are those of either."""
    fresh = [just_read] if just_read else []

    def agreed() -> JSON | None:
        of_target, of_endpoint = fresh.pop() if fresh else _both_ends(task.azure, [ends])[0]
        found = of_target()
        if found is None or status_of(found) != status:
            return None
        if str(get_path(found, "properties.provisioningState") or "Succeeded").lower() in ("updating", "deleting"):
            return None
        endpoint = of_endpoint()
        if endpoint is None:
            return found if status != "Approved" else None
        settled = str(get_path(endpoint, "properties.provisioningState") or "").lower() == "succeeded"
        return found if connection_of(endpoint)["status"] == status and settled else None

    return t.cast(JSON, task.azure.until(f"the connection to be {status} on both sides", agreed))
