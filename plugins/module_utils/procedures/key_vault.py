"""The ``key_vault`` module."""

from __future__ import annotations

import copy
from dataclasses import replace
from functools import partial

from ..engine.plan import Plan
from ..engine.resource import settled
from ..engine.runner import Task, outcome
from ..engine.work import Deed, Work
from ..errors import Refusal
from ..ids import build_id
from ..resources import firewalls
from ..resources import key_vault_rules as rules
from ..resources.key_vaults import API_VERSION, TYPE
from ..wire import JSON, facts, get_path, set_path
from . import owned_resource


def manage_key_vault(task: Task) -> JSON:
    """Serve the module. A deleted vault of the name is reported before anything is written; nothing is ever purged."""
    options = task.options
    rules.check_name(options["name"])
    resource_id = build_id(task.subscription_id, options["resource_group"], TYPE, options["name"])
    read = partial(settled, task.azure, rules.KIND, resource_id, check_mode=task.check_mode)
    current = owned_resource.if_registered(task, rules.PROVIDER, read, None)
    if options["state"] == "absent":
        lost = "its secrets can be brought back only while it is kept as a deleted vault, and its name stays taken until then."
        return owned_resource.remove(task, rules.KIND, resource_id, current, lost, added_policies=[])
    if owned_resource.kept(task, current):
        return outcome(rules.KIND.plan(resource_id, current, {}), current, left="", added_policies=[])
    if current is None:
        refuse_deleted(task, options["name"])
    tenant = _tenant(task, current)
    plan = rules.KIND.plan(resource_id, current, _values(task, current, tenant))
    policies = rules.lacking(current, options["access_policies"] or [], tenant)
    return _done(task, plan, current, policies)


def refuse_deleted(task: Task, name: str) -> None:
    """Raise :class:`Refusal` when a deleted vault of the subscription keeps the name, with what to type."""
    ask = partial(rules.deleted_vault, task.azure, task.subscription_id, name)
    gone = owned_resource.if_registered(task, rules.PROVIDER, ask, None)
    if gone is not None:
        said, remedy = rules.how_to_free(gone)
        raise Refusal(f"{said} This task wrote nothing.", remedy=remedy)


def _tenant(task: Task, current: JSON | None) -> str:
    """The tenant of the vault, or of the subscription it is made in."""
    held = str(get_path(current, "properties.tenantId") or "")
    return held or rules.tenant_of(task.azure, task.subscription_id)


def _values(task: Task, current: JSON | None, tenant: str) -> JSON:
    """The values to want. Access policies go with a new vault; those of an existing one are added one by one."""
    values = owned_resource.wanted(task, current)
    values["rules"] = firewalls.rules_wanted(current, task.options["network_acls"])
    if current is None:
        rows = [rules.policy(row, tenant) for row in task.options["access_policies"] or []]
        values.update(tenant=tenant, policies=rows)
    protected = bool(get_path(current, "properties.enablePurgeProtection"))
    if values["purge_protection"] is False:
        if protected:
            raise Refusal(
                f"{task.options['name']} has purge protection, which Azure never takes back. This task wrote nothing.",
                remedy="Leave purge_protection out, or set it to true.",
            )
        # Azure refuses the word false even where it is off.
        values["purge_protection"] = None
    return values


def _done(task: Task, plan: Plan, current: JSON | None, policies: list[JSON]) -> JSON:
    """Make or change the vault and add what its policies lack. Azure adds them beside those that are there by then."""
    deeds: list[Deed] = []
    if plan.changed:
        deeds.append((f"{plan.action} {plan.resource_id}", partial(_apply, task, plan)))
    if current is not None and policies:
        body = {"properties": {"accessPolicies": policies}}
        path = f"{plan.resource_id}/accessPolicies/add"
        deeds.append(("add access policies", partial(task.azure.put, path, API_VERSION, body)))
    document = current
    if deeds and not task.check_mode:
        Work().do(deeds)
        document = rules.KIND.read(task.azure, plan.resource_id)
    added = [str(row["objectId"]) for row in policies]
    result = outcome(replace(plan, after=copy.deepcopy(plan.after)), document, left="", added_policies=added)
    if added:
        result["changed"] = True
        if current is not None:
            shown = get_path(current, "properties.accessPolicies") or []
            names = {str(item.get("objectId")).lower() for item in policies}
            rest = [item for item in shown if str(item.get("objectId")).lower() not in names]
            set_path(result["diff"]["after"], "properties.accessPolicies", [*rest, *policies])
    result["state"] = facts(document)
    return result


def _apply(task: Task, plan: Plan) -> JSON | None:
    """Write the vault, and wait until the public name of a new one is registered."""
    answer = rules.KIND.apply(task.azure, plan)
    return rules.KIND.settle(task.azure, plan.resource_id) if plan.action == "create" else answer
