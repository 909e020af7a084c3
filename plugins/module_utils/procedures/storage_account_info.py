"""The ``storage_account_info`` module."""

from __future__ import annotations

from functools import partial

from ..azure.client import Azure
from ..engine.runner import Task
from ..errors import InputError, NotFound
from ..ids import build_id, group_id, parse_id, unique_ids
from ..resources.storage_accounts import API_VERSIONS, CLASSIC_TYPE, TYPE, Account, read_account, unless_unregistered
from ..wire import JSON


def list_accounts(task: Task) -> JSON:
    """Serve the ``storage_account_info`` module."""
    group, name = task.options.get("resource_group"), task.options.get("name")
    if name and not group:
        raise InputError("name needs resource_group; or give the account's id in ids.")
    missing: list[str] = []
    if task.options.get("ids") is not None:
        ids = account_ids(task)
        looked_up = task.azure.together(partial(read_account, task.azure, account_id) for account_id in ids)
        found = [account for account in looked_up if account]
        missing = [account_id for account_id, account in zip(ids, looked_up) if account is None]
    elif name:
        found = _named(task)
        missing = [] if found else account_ids(task)
    else:
        found = _all(task)
    return {"changed": False, "storage_accounts": [account.described() for account in found], "missing": missing}


def account_ids(task: Task) -> list[str]:
    """The accounts a task names by ``ids`` (given empty: none), or by ``resource_group`` and ``name``; each once."""
    options = task.options
    if options.get("ids") is None:
        return [build_id(task.subscription_id, options["resource_group"], TYPE, options["name"])]
    parsed = [parse_id(text, option="ids") for text in options["ids"]]
    for one in parsed:
        if one.type not in API_VERSIONS:
            raise InputError(f"ids must name storage accounts ({TYPE}), not a {one.kind}: {one.text}.")
    return unique_ids(one.text for one in parsed)


def _named(task: Task) -> list[Account]:
    """The account of a name, which a classic one can have as well."""
    group, name = task.options["resource_group"], task.options["name"]
    ids = [build_id(task.subscription_id, group, kind, name) for kind in (TYPE, CLASSIC_TYPE)]
    for account_id in ids:
        if account := read_account(task.azure, account_id):
            return [account]
    return []


def _all(task: Task) -> list[Account]:
    group = task.options.get("resource_group")
    scope = group_id(task.subscription_id, group) if group else f"/subscriptions/{task.subscription_id}"
    listed = task.azure.together(partial(_listed, task.azure, scope, kind) for kind in (TYPE, CLASSIC_TYPE))
    return [Account(document) for documents in listed for document in documents]


def _listed(azure: Azure, scope: str, kind: str) -> list[JSON]:
    version = API_VERSIONS[kind.lower()]
    try:
        return unless_unregistered(version, lambda: azure.list(f"{scope}/providers/{kind}", version), [])
    except NotFound:
        return []
