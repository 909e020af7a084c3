"""The ``migrate_project`` and ``migrate_project_info`` modules."""

from __future__ import annotations

import re
from functools import partial

from ..engine.plan import Plan
from ..engine.resource import settled, wanted_tags
from ..engine.runner import Task, outcome
from ..engine.tags import carries, laid_over, texts
from ..engine.work import Deed, Work
from ..errors import InputError, NotFound, Refusal
from ..ids import build_id, group_id, parse_id
from ..resources import migrate_projects as migrate
from ..resources.endpoint_connections import endpoint_of, status_of
from ..resources.vaults import group_location
from ..wire import JSON, facts, get_path
from . import owned_resource


def manage_project(task: Task) -> JSON:
    """Serve the ``migrate_project`` module."""
    options = task.options
    resource_id = project_id(task)
    if options.get("subnet"):
        parse_id(options["subnet"], migrate.SUBNET_TYPE, option="subnet")
    read = partial(settled, task.azure, migrate.KIND, resource_id, check_mode=task.check_mode)
    current = owned_resource.if_registered(task, migrate.PROVIDERS[0], read, None)
    solutions = _solutions(task, resource_id) if current is not None else []
    if options["state"] == "absent":
        return _remove(task, resource_id, current, solutions)
    marks = texts(options.get("ownership_tags"))
    ours = current is not None and bool(marks) and carries(current.get("tags"), marks)
    if current is not None and not migrate.is_private(current, solutions) and not ours:
        raise Refusal(
            f"{resource_id} exists with the public endpoint method, or nothing shows that it was made for private endpoints; "
            "Azure cannot change the connectivity method of a project. This task wrote nothing.",
            remedy="Choose another name, or delete the public project yourself if nothing needs it.",
        )
    plan = migrate.KIND.plan(resource_id, current, _wanted(task, current))
    missing = _missing_solutions(options, solutions)
    deeds: list[Deed] = []
    answer: list[JSON | None] = [current]
    if plan.changed:
        deeds.append((f"{plan.action} {resource_id}", lambda: answer.append(migrate.KIND.apply(task.azure, plan))))
    location = str((current or plan.body).get("location") or "")
    for name in missing:
        body = migrate.solution_body(name, options.get("subnet") or "", location, options["skip_zones"])
        put = partial(task.azure.put, f"{resource_id}/solutions/{name}", migrate.SOLUTION_API_VERSION, body)
        deeds.append((f"add the solution {name}", put))
    if not task.check_mode:
        Work().do(deeds)
    result = outcome(plan, answer[-1], solutions=list(migrate.SOLUTIONS), added_solutions=missing)
    result["changed"] = plan.changed or bool(missing)
    if missing:
        result["diff"]["before"] = {**result["diff"]["before"], "solutions": _names(solutions)}
        result["diff"]["after"] = {**result["diff"]["after"], "solutions": sorted({*_names(solutions), *missing})}
    return result


def list_projects(task: Task) -> JSON:
    """Serve the ``migrate_project_info`` module: one project with its solutions, those of a group, or of the subscription."""
    group, name = task.options.get("resource_group"), task.options.get("name")
    if name and not group:
        raise InputError("name needs resource_group: names of projects are unique within a resource group only.")
    if name:
        document = task.azure.find(project_id(task), migrate.API_VERSION)
        found = [document] if document else []
    else:
        scope = group_id(task.subscription_id, group) if group else f"/subscriptions/{task.subscription_id}"
        try:
            found = task.azure.list(f"{scope}/providers/{migrate.PROJECT}", migrate.API_VERSION)
        except NotFound:
            found = []
    return {"changed": False, "migrate_projects": [_described(task, document) for document in found]}


def project_id(task: Task) -> str:
    """The id of the project a task names. Raises :class:`InputError` for a name Azure does not take."""
    name, (pattern, words) = task.options["name"], migrate.NAME
    if not re.fullmatch(pattern, name or ""):
        raise InputError(f"{name!r} is not a valid name for a project: {words}.")
    return build_id(task.subscription_id, task.options["resource_group"], migrate.PROJECT, name)


def _described(task: Task, document: JSON) -> JSON:
    solutions = _solutions(task, str(document["id"]))
    return {
        **facts(document),
        "connectivity": "private" if migrate.is_private(document, solutions) else "public",
        "subnet": migrate.wanted_subnet(solutions),
        "connections": [
            {"private_endpoint": endpoint_of(item), "status": status_of(item)} for item in migrate.connections(document)
        ],
        "solutions": [
            {
                "name": str(item.get("name")),
                "tool": str(get_path(item, "properties.tool") or ""),
                "status": str(get_path(item, "properties.status") or ""),
                "extended_details": dict(get_path(item, "properties.details.extendedDetails") or {}),
            }
            for item in solutions
        ],
    }


def _solutions(task: Task, resource_id: str) -> list[JSON]:
    found: list[JSON] = task.azure.list(f"{resource_id}/solutions", migrate.SOLUTION_API_VERSION)
    return found


def _names(solutions: list[JSON]) -> list[str]:
    return sorted(str(item.get("name")) for item in solutions)


def _missing_solutions(options: JSON, solutions: list[JSON]) -> list[str]:
    """The solutions to add, where solutions are wanted."""
    there = {str(item.get("name")).lower() for item in solutions}
    missing = [name for name in migrate.SOLUTIONS if name.lower() not in there]
    # A solution that is there is the tools' own: it is never written again.
    return missing if options["solutions"] else []


def _wanted(task: Task, current: JSON | None) -> JSON:
    options = task.options
    desired = dict(options)
    if current is None:
        desired["location"] = options.get("location") or group_location(
            task.azure, task.subscription_id, options["resource_group"]
        )
    tags = wanted_tags(current, options.get("tags"), options["append_tags"])
    if current is None:
        tags = laid_over({migrate.PROJECT_TAG: options["name"], **texts(options.get("ownership_tags"))}, tags or {})
    return {**desired, "tags": tags, "identity_type": _identity(options, current)}


def _identity(options: JSON, current: JSON | None) -> str | None:
    """The system-assigned identity, which the appliance needs; one that is there is never switched off."""
    held = str(get_path(current, "identity.type") or "").lower()
    return None if not options["identity"] or "systemassigned" in held else "SystemAssigned"


def _remove(task: Task, resource_id: str, current: JSON | None, solutions: list[JSON]) -> JSON:
    if current is not None:
        owned_resource.refuse_unconfirmed(
            task, resource_id, "its assessments and the progress of its migrations go with it."
        )
        held = [f"the endpoint {endpoint_of(item)}" for item in migrate.connections(current)]
        vault = migrate.extended(solutions, migrate.MIGRATION).get("vaultId")
        held += [f"the vault {vault}, whose replications would be left without their project"] if vault else []
        if held:
            raise Refusal(
                f"{resource_id} is still used and is not deleted: {', '.join(held)}.",
                remedy="Remove its private endpoints (teardown does) and stop its replications first.",
            )
    plan: Plan = migrate.KIND.plan(resource_id, current, {}, absent=True)
    if plan.changed and not task.check_mode:
        migrate.KIND.apply(task.azure, plan)
    return outcome(plan, None, solutions=[], added_solutions=[])
