"""The storage firewall's exception for trusted Microsoft services, without touching anything else of the firewall."""

from __future__ import annotations

import copy
from functools import partial

from ..engine.plan import Plan
from ..engine.runner import Task
from ..engine.work import Work
from ..errors import Refusal
from ..ids import parse_id
from ..resources.storage_accounts import API_VERSION, TYPE, by_perimeter
from ..resources.storage_decisions import bypass_set, bypass_text, with_trusted_services
from ..wire import JSON, get_path
from .storage_account_info import account_ids

# An account that never had a firewall: https://learn.microsoft.com/rest/api/storagerp/storage-accounts/create
# (NetworkRuleSet). The service replaces the object as a whole, so a complete one is sent.
NO_RULES: JSON = {"defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []}


def manage_access(task: Task) -> JSON:
    """Serve the ``storage_account_access`` module."""
    ids = account_ids(task)
    for account_id in ids:
        parse_id(account_id, TYPE, option="ids")
    wanted = task.options["state"] == "present"
    documents = task.azure.together(partial(task.azure.find, account_id, API_VERSION) for account_id in ids)
    found = dict(zip(ids, documents))
    plans = [decide(account_id, document, wanted=wanted) for account_id, document in found.items()]
    for account_id, document in found.items():
        _warn(task, account_id, document, wanted)
    writing = [plan for plan in plans if plan.changed]
    if not task.check_mode:
        answers = Work().do(
            (f"change the firewall of {plan.resource_id}", partial(_apply, task, plan)) for plan in writing
        )
        found.update(zip((plan.resource_id for plan in writing), answers))
    rows = [_row(plan, found[plan.resource_id]) for plan in plans]
    return {"changed": bool(writing), "diff": _diff(plans), "storage_accounts": rows}


def decide(account_id: str, document: JSON | None, *, wanted: bool) -> Plan:
    """What to do with one account's firewall; ``document`` is None when the account does not exist.

    Only the exception for trusted services is added or taken away. Raises :class:`Refusal` when an account that should
    have it does not exist.
    """
    if document is None:
        if not wanted:
            return Plan("none", account_id)
        raise Refusal(
            f"{account_id} does not exist, so it cannot let trusted Microsoft services in; this task wrote nothing.",
            remedy="Create the storage account first.",
        )
    current = get_path(document, "properties.networkAcls")
    before = bypass_set(get_path(current, "bypass"))
    after = with_trusted_services(before, wanted=wanted)
    shown = {"bypass": sorted(before)}
    if after == before:
        return Plan("none", account_id, shown, shown)
    rules = {**NO_RULES, **_writable(current or {}), "bypass": bypass_text(after)}
    body = {"properties": {"networkAcls": rules}}
    return Plan("update", account_id, shown, {"bypass": sorted(after)}, body, ("state",))


def _writable(rules: JSON) -> JSON:
    """The rules as they can be sent back: the state of a network rule is Azure's own."""
    clean = copy.deepcopy(rules)
    for rule in clean.get("virtualNetworkRules") or []:
        rule.pop("state", None)
    return clean


def _apply(task: Task, plan: Plan) -> JSON | None:
    """Write an account's rules as they are by now, with the one exception changed.

    Azure takes no condition here, so what somebody changed since the accounts were read is read again right before.
    """
    now = task.azure.find(plan.resource_id, API_VERSION)
    latest = decide(plan.resource_id, now, wanted=task.options["state"] == "present")
    if not latest.changed:
        return now
    answer: JSON = task.azure.patch(plan.resource_id, API_VERSION, latest.body, wait=task.options["wait"])
    return answer


def _warn(task: Task, account_id: str, document: JSON | None, wanted: bool) -> None:
    if wanted and by_perimeter(document):
        task.warn(
            f"{account_id} is secured by a network security perimeter, which ignores the exception for trusted services."
        )


def _row(plan: Plan, document: JSON | None) -> JSON:
    return {
        "id": plan.resource_id,
        "changed": plan.changed,
        "bypass": plan.after.get("bypass", []),
        "default_action": str(get_path(document, "properties.networkAcls.defaultAction") or ""),
    }


def _diff(plans: list[Plan]) -> JSON:
    if len(plans) == 1:
        return plans[0].diff()
    return {
        "before_header": "storage firewalls (before)",
        "after_header": "storage firewalls (after)",
        "before": {plan.resource_id: plan.before for plan in plans},
        "after": {plan.resource_id: plan.after for plan in plans},
    }
