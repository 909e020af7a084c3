"""Whether key vault and storage account of a new project can be made, or are what they have to be. Only reads.

Names of both are unique across Azure, and a deleted key vault keeps its name:
https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview.
"""

from __future__ import annotations

from functools import partial

from ...azure.client import Azure
from ...dns.private_dns import ours
from ...errors import InputError
from ...ids import ResourceId, parse_id
from ...resources import key_vault_rules, storage_account_rules
from ...resources.key_vaults import API_VERSION as KEY_VAULT_API_VERSION
from ...resources.key_vaults import TYPE as KEY_VAULT
from ...resources.providers import registered
from ...resources.storage_accounts import API_VERSION as STORAGE_API_VERSION
from ...resources.storage_accounts import TYPE as STORAGE
from ...resources.storage_accounts import Account
from ...wire import JSON
from ..gate import Gate, ok, refused
from ..inspection import Inspection


def named_resources(inspection: Inspection) -> list[Gate]:
    """Those that a project gets which the run makes, asked side by side; the portal makes its own."""
    kinds = {KEY_VAULT.lower(): key_vault_gate, STORAGE.lower(): storage_gate}
    made = inspection.desired.storage_endpoints if inspection.desired.endpoints else ()
    targets = [parse_id(endpoint.target) for endpoint in made]
    asked = [partial(kinds[target.type], inspection, target) for target in targets if target.type in kinds]
    return list(inspection.azure.together(asked))


def left_alone(inspection: Inspection) -> bool:
    """Whether all of them are there and none was made here, so that no step has anything to do with them."""
    found = [current(inspection, parse_id(endpoint.target)) for endpoint in inspection.desired.storage_endpoints]
    return all(document is not None and not ours(document.get("tags")) for document in found)


def current(inspection: Inspection, resource: ResourceId) -> JSON | None:
    """The resource as Azure has it, or None."""
    return inspection.led_to(resource.text)


def key_vault_gate(inspection: Inspection, vault: ResourceId) -> Gate:
    """The vault is there and stays as it is, or its name is free."""
    try:
        key_vault_rules.check_name(vault.name)
    except InputError as error:
        return refused("backing", vault.text, error.message, "Correct migrate_key_vault.")
    azure, there = inspection.azure, current(inspection, vault)
    if there is not None:
        return ok("backing", vault.text, f"The key vault {vault.name} is there; it is left as it is.")
    subscription = vault.subscription_id
    gone = registered(lambda: key_vault_rules.deleted_vault(azure, subscription, vault.name), None)
    if gone is not None:
        said, remedy = key_vault_rules.how_to_free(gone)
        return refused("backing", vault.text, said, remedy)
    return _free(azure, vault, key_vault_rules.PROVIDER, KEY_VAULT_API_VERSION)


def storage_gate(inspection: Inspection, account: ResourceId) -> Gate:
    """The account is there and of the right kind, or its name is free."""
    try:
        storage_account_rules.check_name(account.name)
    except InputError as error:
        return refused("backing", account.text, error.message, "Correct migrate_storage_account.")
    there = current(inspection, account)
    if there is None:
        return _free(inspection.azure, account, storage_account_rules.PROVIDER, STORAGE_API_VERSION)
    found = Account(there)
    if found.kind != "StorageV2":
        return refused(
            "backing", account.text, f"{account.name} is of kind {found.kind}; private endpoints need general-purpose v2.",
            "Name another account in migrate_storage_account; one that does not exist is made.",
        )  # fmt: skip
    return ok("backing", account.text, f"The storage account {account.name} is there; it is left as it is.")


def _free(azure: Azure, resource: ResourceId, provider: str, version: str) -> Gate:
    """Whether nobody in Azure has the name, other subscriptions and tenants included."""
    path = f"/subscriptions/{resource.subscription_id}/providers/{provider}/checkNameAvailability"
    nothing: JSON = {}
    answer = registered(lambda: azure.post(path, version, {"name": resource.name, "type": resource.type}), nothing)
    if answer.get("nameAvailable") is False:
        return refused(
            "backing", resource.text, f"The name {resource.name} is not free: {answer.get('message')}",
            "Choose another name; it is unique across Azure, and others may have it, or have deleted it lately.",
        )  # fmt: skip
    return ok("backing", resource.text, f"{resource.name} does not exist yet, and its name is free.")
