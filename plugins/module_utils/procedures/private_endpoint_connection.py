"""The ``private_endpoint_connection`` module."""

from __future__ import annotations

import typing as t
from functools import partial

from ..azure.client import Azure
from ..engine.plan import Plan
from ..engine.runner import Task
from ..errors import AzureError, InputError, Refusal, WaitTimeout
from ..ids import parse_id
from ..resources.endpoint_connections import STATUS, connection_to, decide, status_of
from ..resources.endpoint_names import ENDPOINT_TYPE, NETWORK_API_VERSION
from ..resources.endpoints import connection_of
from ..resources.targets import TARGETS, Target
from ..wire import JSON, facts, get_path

Read = t.Callable[[], "JSON | None"]


def manage_connection(task: Task) -> JSON:
    """Serve the ``private_endpoint_connection`` module."""
    target_id, endpoint_id, target = _named(task)
    wanted = task.options["state"]
    find: Read = partial(_find, task.azure, target_id, endpoint_id, target)
    endpoint: Read = partial(task.azure.find, endpoint_id, NETWORK_API_VERSION)
    if wanted == "approved":
        find, endpoint = _both_ends(task.azure, target_id, endpoint_id, target)
    found = find()
    if found is None and wanted != "absent":
        found = _appear(task, target_id, endpoint_id, target, STATUS[wanted], endpoint())
    plan = decide(
        found,
        wanted,
        target_id,
        endpoint_id,
        task.options.get("description") or "",
        rejected_comes_back=target.rejected_comes_back,
    )
    document = found
    if plan.changed and not task.check_mode:
        document = _apply(task, plan, target, endpoint_id)
    elif found is not None and wanted == "approved" and task.options["wait"] and not task.check_mode:
        document = _both_sides(task, target_id, endpoint_id, target, STATUS[wanted], (lambda: found, endpoint))
    return {
        "changed": plan.changed,
        "diff": plan.diff(),
        "id": plan.resource_id,
        # A key vault shows its connections without names, as the last part of their ids.
        "name": (document or {}).get("name") or str((document or {}).get("id") or "").rsplit("/", 1)[-1],
        "status": status_of(document),
        "state": facts(document),
    }


def _named(task: Task) -> tuple[str, str, Target]:
    target_id = parse_id(task.options["target"], option="target")
    endpoint_id = parse_id(task.options["private_endpoint"], ENDPOINT_TYPE, option="private_endpoint")
    target = TARGETS.get(target_id.type)
    if target is None:
        raise InputError(f"target is a {target_id.kind}; this module knows {', '.join(sorted(TARGETS))}.")
    return target_id.text, endpoint_id.text, target


def _both_ends(azure: Azure, target_id: str, endpoint_id: str, target: Target) -> list[Read]:
    """The target's connection and the endpoint, asked for at once."""
    reads: list[Read] = [
        partial(_find, azure, target_id, endpoint_id, target),
        partial(azure.find, endpoint_id, NETWORK_API_VERSION),
    ]
    return azure.ahead(reads)


def _find(azure: Azure, target_id: str, endpoint_id: str, target: Target) -> JSON | None:
    return connection_to(azure.find(target_id, target.api_version), endpoint_id)


def _appear(
    task: Task, target_id: str, endpoint_id: str, target: Target, status: str, endpoint: JSON | None
) -> JSON | None:
    """The target's copy lags behind the endpoint: wait for it when the endpoint exists.

    Check mode goes by what the endpoint says; of a ``manual`` one that is still to be made, it says that it waits for
    approval. Without waiting nothing can be done yet, unless it says what is wanted.
    """
    if endpoint is None:
        if task.check_mode and task.options["manual"] and status == STATUS["approved"]:
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
    find = partial(_find, task.azure, target_id, endpoint_id, target)
    return t.cast(JSON, task.azure.until(f"{name} to show the connection", find))


def _as_expected(endpoint_id: str, status: str) -> JSON:
    """The target's connection as far as its endpoint shows it: all but its name."""
    state = {"status": status}
    return {"properties": {"privateEndpoint": {"id": endpoint_id}, "privateLinkServiceConnectionState": state}}


def _apply(task: Task, plan: Plan, target: Target, endpoint_id: str) -> JSON | None:
    target_id = task.options["target"]
    if plan.action == "delete":
        task.azure.delete(plan.resource_id, target.connection_api_version, wait=task.options["wait"])
        if task.options["wait"]:
            task.azure.until(
                "the connection to be gone", lambda: _find(task.azure, target_id, endpoint_id, target) is None
            )
        return None
    try:
        task.azure.put(plan.resource_id, target.connection_api_version, plan.body, wait=task.options["wait"])
    except AzureError as error:
        # Storage refuses to approve what is approved (Azure/azure-rest-api-specs#30308): a repeated request, then, whose
        # first answer was lost.
        if error.status != 400 or status_of(_find(task.azure, target_id, endpoint_id, target)) != plan.after["status"]:
            raise
    if not task.options["wait"]:
        return _find(task.azure, target_id, endpoint_id, target)
    return _both_sides(task, target_id, endpoint_id, target, plan.after["status"])


def _both_sides(
    task: Task,
    target_id: str,
    endpoint_id: str,
    target: Target,
    status: str,
    just_read: tuple[Read, Read] | None = None,
) -> JSON:
    """Wait until target and endpoint agree; either copy can lag behind the other. ``just_read`` are those of either."""
    fresh = [just_read] if just_read else []

    def agreed() -> JSON | None:
        of_target, of_endpoint = fresh.pop() if fresh else _both_ends(task.azure, target_id, endpoint_id, target)
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
