"""Custom roles."""

from __future__ import annotations

import typing as t

from ..engine.plan import Plan
from ..engine.resource import Kind
from ..engine.runner import Task, outcome
from ..engine.spec import Option, a_set
from ..errors import InputError, NotFound, Refusal
from ..ids import assignment_name, fold_id, parse_id, trailing_guid, unique_ids
from ..resources.roles import (
    API_VERSION,
    ASSIGNMENT_TYPE,
    DEFINITION_TYPE,
    definition_name,
    find_definition,
)
from ..wire import JSON, get_path

PERMISSIONS = "properties.permissions.0"

OPTIONS: dict[str, Option] = {
    "role_name": Option(required=True, to="properties.roleName"),
    "description": Option(to="properties.description"),
    "actions": Option(type="list", elements="str", to=f"{PERMISSIONS}.actions", fold=a_set),
    "not_actions": Option(type="list", elements="str", to=f"{PERMISSIONS}.notActions", fold=a_set),
    "data_actions": Option(type="list", elements="str", to=f"{PERMISSIONS}.dataActions", fold=a_set),
    "not_data_actions": Option(type="list", elements="str", to=f"{PERMISSIONS}.notDataActions", fold=a_set),
    "assignable_scopes": Option(
        type="list",
        elements="str",
        to="properties.assignableScopes",
        fold=lambda value: sorted({fold_id(item) for item in value or []}),
    ),
}

DEFINITION = Kind(
    DEFINITION_TYPE,
    API_VERSION,
    OPTIONS,
    read_only=(
        "id",
        "name",
        "type",
        "properties.createdOn",
        "properties.updatedOn",
        "properties.createdBy",
        "properties.updatedBy",
    ),
    creating={
        "properties": {
            "type": "CustomRole",
            "description": "",
            "permissions": [{"actions": [], "notActions": [], "dataActions": [], "notDataActions": []}],
        }
    },
)


def manage_role_definition(task: Task) -> JSON:
    """Serve the ``role_definition`` module."""
    scope = _scope(task)
    current = find_definition(task.azure, scope, task.options["role_name"])
    if current is not None and str(get_path(current, "properties.type") or "").lower() == "builtinrole":
        raise Refusal(
            f"{task.options['role_name']} is a role built into Azure; it is neither changed nor deleted.",
            remedy="Choose another role_name.",
        )
    name = str(current["name"]) if current else definition_name(scope, task.options["role_name"])
    resource_id = f"{scope}/providers/{DEFINITION_TYPE}/{name}"
    if task.options["state"] == "absent":
        return _remove(task, resource_id, current)
    plan = DEFINITION.plan(resource_id, current, _desired(task.options, scope, current))
    document = current
    if plan.changed and not task.check_mode:
        document = DEFINITION.apply(task.azure, plan)
    return outcome(plan, document)


def _scope(task: Task) -> str:
    scope = task.options.get("scope") or f"/subscriptions/{task.subscription_id}"
    for item in task.options.get("assignable_scopes") or []:
        parse_id(item, option="assignable_scopes")
    return parse_id(scope, option="scope").text


def _desired(options: t.Mapping[str, t.Any], scope: str, current: JSON | None) -> JSON:
    desired = dict(options)
    if current is not None:
        # Azure keeps role names without regard to case; a change of case alone is none.
        desired["role_name"] = get_path(current, "properties.roleName")
        return desired
    if not desired.get("actions") and not desired.get("data_actions"):
        raise InputError(
            f"Role {desired['role_name']} does not exist yet and cannot be made without actions or data_actions."
        )
    desired["assignable_scopes"] = desired.get("assignable_scopes") or [scope]
    return desired


def _remove(task: Task, resource_id: str, current: JSON | None) -> JSON:
    plan: Plan = DEFINITION.plan(resource_id, current, {}, absent=True)
    if current is not None:
        if task.options["only_made_here"] and str(current["name"]).lower() != _own_name(task):
            return outcome(DEFINITION.plan(resource_id, current, {}), current)
        held = _assignments_of(task, current)
        if held and task.options["keep_assigned"]:
            return outcome(DEFINITION.plan(resource_id, current, {}), current)
        if held:
            raise Refusal(
                f"Role {task.options['role_name']} is assigned and is not deleted: {', '.join(held)}.",
                remedy="Remove the assignments first.",
            )
        if not task.check_mode:
            DEFINITION.apply(task.azure, plan)
    return outcome(plan, None)


def _made_here(assignment: JSON, principal: str, guid: str) -> bool:
    """Whether an assignment to a principal has a name that ``role_assignment`` gives it: an earlier task takes it back."""
    scope, held = (str(get_path(assignment, f"properties.{name}") or "") for name in ("scope", "principalId"))
    names = [assignment_name(scope, held, guid, attempt) for attempt in range(2)]
    return bool(principal) and held.lower() == principal.lower() and trailing_guid(str(assignment["id"])) in names


def _own_name(task: Task) -> str:
    """The GUID that this module gives a role of that name made at that scope."""
    return definition_name(_scope(task), task.options["role_name"])


def _assignments_of(task: Task, definition: JSON) -> list[str]:
    """Assignments of the role anywhere it can be assigned, below its scopes included."""
    guid, leaving = str(definition["name"]).lower(), task.options.get("taken_back_from") or ""
    found: list[str] = []
    for scope in get_path(definition, "properties.assignableScopes") or []:
        if not scope.lower().startswith("/subscriptions/"):
            continue
        try:
            listed = task.azure.list(f"{scope}/providers/{ASSIGNMENT_TYPE}", API_VERSION)
        except NotFound:
            continue
        found += [
            str(item["id"])
            for item in listed
            if trailing_guid(str(get_path(item, "properties.roleDefinitionId") or "")) == guid
            and not (task.check_mode and _made_here(item, leaving, guid))
        ]
    return unique_ids(found)
