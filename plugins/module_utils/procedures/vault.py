"""The ``vault`` and ``vault_info`` modules."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from functools import partial

from ..engine.plan import Plan
from ..engine.resource import settled, wanted_tags
from ..engine.runner import Task, outcome
from ..engine.tags import laid_over
from ..engine.work import Work
from ..errors import InputError, NotFound, Refusal
from ..ids import build_id, group_id
from ..resources.resource_tags import changed_tags, merge_tags
from ..resources.vault_contents import contents
from ..resources.vaults import (
    API_VERSION,
    TYPE,
    VAULT,
    connections,
    cross_region_conflict,
    group_location,
    identity_body,
    identity_key,
    read_vault,
)
from ..wire import JSON, facts


def vault_id(task: Task) -> str:
    """The id of the vault a task names by ``resource_group`` and ``name``."""
    return build_id(task.subscription_id, task.options["resource_group"], TYPE, task.options["name"])


def manage_vault(task: Task) -> JSON:
    """Serve the ``vault`` module."""
    resource_id = vault_id(task)
    current = settled(task.azure, VAULT, resource_id, check_mode=task.check_mode)
    if task.options["state"] == "absent":
        return _remove(task, resource_id, current)
    desired = _desired(task, current)
    plan = VAULT.plan(
        resource_id, current, desired, extra=identity_body(task.options.get("identity"), current, resource_id)
    )
    document = current
    if refusal := cross_region_conflict(plan, current):
        raise refusal
    if plan.changed and not task.check_mode:
        document = _apply(task, plan, current)
    return outcome(plan, document)


def _apply(task: Task, plan: Plan, current: JSON | None) -> JSON | None:
    """Do what the plan says. A new vault is given user-assigned identities by a second write.

    Made with both kinds of identity at once it ends without any (Azure/azure-rest-api-specs#27851), and made with
    user-assigned ones only, its operation answers 404 (Azure/azure-rest-api-specs#27869).
    """
    identity = plan.body.get("identity") or {}
    if plan.action == "update" and "tags" in plan.body and task.options["append_tags"]:
        return _update(task, plan, current)
    if plan.action != "create" or not identity.get("userAssignedIdentities"):
        return VAULT.apply(task.azure, plan, wait=task.options["wait"])
    at_first = "SystemAssigned" if "systemassigned" in identity_key(identity)[0] else "None"
    first = replace(plan, body={**plan.body, "identity": {"type": at_first}})
    second = Plan("update", plan.resource_id, body={"identity": identity})
    deeds = [
        (f"create {plan.resource_id}", partial(VAULT.apply, task.azure, first)),
        ("give it its user-assigned identities", partial(VAULT.apply, task.azure, second, wait=task.options["wait"])),
    ]
    return t.cast("JSON | None", Work().do(deeds)[-1])


def _update(task: Task, plan: Plan, current: JSON | None) -> JSON:
    """Change a vault and add tags to it. Azure lays them over those that are there by then; a PATCH of the vault replaces all."""
    added = changed_tags((current or {}).get("tags"), plan.body["tags"])
    rest = replace(plan, body={name: value for name, value in plan.body.items() if name != "tags"})

    def tag() -> JSON:
        tags = merge_tags(task.azure, plan.resource_id, added)
        if tags is None:
            tags = laid_over((read_vault(task.azure, plan.resource_id) or {}).get("tags"), added)
            VAULT.apply(task.azure, replace(plan, body={"tags": tags}), wait=task.options["wait"])
        return {"tags": tags}

    deeds: list[tuple[str, t.Callable[[], JSON | None]]] = [(f"tag {plan.resource_id}", tag)]
    if rest.body:
        apply = partial(VAULT.apply, task.azure, rest, wait=task.options["wait"])
        deeds.append((f"change {plan.resource_id}", apply))
    tags, *changed = Work().do(deeds)
    # Who sends no tags is answered none.
    return {**(current or {}), **(changed[0] if changed and changed[0] else {}), **tags}


def list_vaults(task: Task) -> JSON:
    """Serve the ``vault_info`` module: one vault, those of a group, or those of the subscription."""
    group, name = task.options.get("resource_group"), task.options.get("name")
    if name and not group:
        raise InputError("name needs resource_group: vault names are unique within a resource group only.")
    if name:
        found = [document] if (document := read_vault(task.azure, vault_id(task))) else []
    else:
        scope = group_id(task.subscription_id, group) if group else f"/subscriptions/{task.subscription_id}"
        try:
            found = task.azure.list(f"{scope}/providers/{TYPE}", API_VERSION)
        except NotFound:
            found = []
    return {"changed": False, "vaults": [facts(document) for document in found]}


def _desired(task: Task, current: JSON | None) -> JSON:
    desired = dict(task.options)
    desired["tags"] = wanted_tags(current, desired.get("tags"), desired.get("append_tags", True))
    if current is None and not desired.get("location"):
        desired["location"] = group_location(task.azure, task.subscription_id, desired["resource_group"])
    return desired


def _remove(task: Task, resource_id: str, current: JSON | None) -> JSON:

    if current is not None:
        held = [f"private endpoint connection {item.get('name')}" for item in connections(current)]
        held += contents(task.azure, resource_id)
        if held:
            raise Refusal(
                f"{resource_id} is not empty and is not deleted: it holds {', '.join(held)}.",
                remedy="Stop protection, unregister the servers and remove the private endpoints first.",
            )
    plan = VAULT.plan(resource_id, current, {}, absent=True)
    if plan.changed and not task.check_mode:
        VAULT.apply(task.azure, plan, wait=task.options["wait"])
    return outcome(plan, None)
