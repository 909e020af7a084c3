"""The ``key_vault_info`` module."""

from __future__ import annotations

from ..engine.runner import Task
from ..errors import InputError
from ..ids import build_id, group_id, parse_id, unique_ids
from ..resources.key_vaults import TYPE, list_key_vaults, read_key_vault
from ..wire import JSON


def list_vaults(task: Task) -> JSON:
    """Serve the ``key_vault_info`` module: vaults by id, one of a group, those of a group, or those of the subscription."""
    options = task.options
    group, name = options.get("resource_group"), options.get("name")
    if name and not group:
        raise InputError("name needs resource_group; or give the vault's id in ids.")
    if options.get("ids") is None and not name:
        scope = group_id(task.subscription_id, group) if group else f"/subscriptions/{task.subscription_id}"
        found = list_key_vaults(task.azure, scope)
        return {"changed": False, "key_vaults": [vault.described() for vault in found], "missing": []}
    if name:
        ids = [build_id(task.subscription_id, str(group), TYPE, name)]
    else:
        ids = unique_ids(parse_id(text, TYPE, option="ids").text for text in options["ids"])
    looked_up = {vault_id: read_key_vault(task.azure, vault_id) for vault_id in ids}
    return {
        "changed": False,
        "key_vaults": [vault.described() for vault in looked_up.values() if vault],
        "missing": [vault_id for vault_id, vault in looked_up.items() if vault is None],
    }
