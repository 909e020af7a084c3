"""The ``storage_account`` module."""

from __future__ import annotations

from functools import partial

from ..engine.resource import settled
from ..engine.runner import Task, outcome
from ..errors import Refusal
from ..ids import build_id
from ..resources import firewalls
from ..resources import storage_account_rules as rules
from ..resources.storage_accounts import API_VERSION, TYPE
from ..wire import JSON
from . import owned_resource


def manage_account(task: Task) -> JSON:
    """Serve the module."""
    options = task.options
    rules.check_name(options["name"])
    resource_id = build_id(task.subscription_id, options["resource_group"], TYPE, options["name"])
    read = partial(settled, task.azure, rules.KIND, resource_id, check_mode=task.check_mode)
    current = owned_resource.if_registered(task, rules.PROVIDER, read, None)
    if options["state"] == "absent":
        lost = "what is stored in it is lost for good."
        return owned_resource.remove(task, rules.KIND, resource_id, current, lost)
    if owned_resource.kept(task, current):
        return outcome(rules.KIND.plan(resource_id, current, {}), current, left="")
    if current is None:
        refuse_taken(task, options["name"])
    values = owned_resource.wanted(task, current)
    values.update(kind="StorageV2", rules=firewalls.rules_wanted(current, options["network_acls"]))
    plan = rules.KIND.plan(resource_id, current, values)
    document = current
    if plan.changed and not task.check_mode:
        document = rules.KIND.apply(task.azure, plan, wait=options["wait"])
    return outcome(plan, document, left="")


def refuse_taken(task: Task, name: str) -> None:
    """Raise :class:`Refusal` when another account of Azure has the name."""
    path = f"/subscriptions/{task.subscription_id}/providers/{rules.PROVIDER}/checkNameAvailability"
    ask = partial(task.azure.post, path, API_VERSION, {"name": name, "type": TYPE})
    answer: JSON = owned_resource.if_registered(task, rules.PROVIDER, ask, {})
    if answer.get("nameAvailable") is False:
        raise Refusal(
            f"The name {name} is not free: {answer.get('message')} This task wrote nothing.",
            remedy="Choose another name; names of storage accounts are unique across Azure.",
        )
