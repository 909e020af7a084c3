"""Whether a vault with private endpoints may use the storage accounts that a replication goes through.

Sources: Microsoft Learn "Replicate machines with private endpoints" (which roles on which accounts, trusted services);
hashicorp/terraform-provider-azurerm issue 21912 (``HvrManagedIdentityPermissionMissing``);
MicrosoftLearning/AZ-304-Microsoft-Azure-Architect-Design issue 106 (28177: soft delete). How Azure finds out, and
everything else it says, is unverified.
"""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from ...arm import Arm
from ...store import Resource, type_of
from ...wire import JSON, ArmError
from ..platform.authorization import Authorization
from ..storage.blob_service import keeps_deleted
from ..storage.classic import CLASSIC_TYPE
from ..storage.documents import ACCOUNT_TYPE
from ..storage.rules import trusts_azure
from . import identity as recovery_identity
from .documents import connections
from .history import SITE_RECOVERY
from .settings import refusal, setting

_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"


class Needed(t.NamedTuple):
    """What an identity must be allowed on an account."""

    actions: tuple[str, ...]
    data_actions: tuple[str, ...] = ()


#: By tier, or ``Classic``: what only the roles of the documentation grant together.
_NEEDED = {
    "Standard": Needed(("Microsoft.Storage/storageAccounts/write",), (f"{_BLOBS}/write",)),
    "Premium": Needed(("Microsoft.Storage/storageAccounts/write",), (f"{_BLOBS}/manageOwnership/action",)),
    "Classic": Needed((f"{CLASSIC_TYPE}/write", f"{CLASSIC_TYPE}/listkeys/action")),
}


def accounts(arm: Arm, details: JSON) -> list[str]:
    """The ids of the accounts that enabling protection names: of managed disks the cache, of others all three."""
    found = [disk.get("primaryStagingAzureStorageAccountId") for disk in details.get("vmManagedDisks") or []]
    for disk in details.get("vmDisks") or []:
        found += [disk.get("primaryStagingAzureStorageAccountId"), disk.get("recoveryAzureStorageAccountId")]
        name = (urlsplit(disk.get("diskUri") or "").hostname or "").partition(".")[0]
        found += [account.id for account in arm.store.below("/", ACCOUNT_TYPE) if account.name == name]
    return list(dict.fromkeys(each for each in found if each))


def check(arm: Arm, vault: Resource, account_ids: t.Iterable[str]) -> None:
    """Raise what the operation then fails with: an account that is missing, closed or not granted to the vault."""
    for account_id in account_ids:
        account = arm.store.find(account_id)
        if account is None:
            raise refusal(arm, "replication_account", f"The storage account '{account_id}' was not found.")
        if type_of(account.id) == ACCOUNT_TYPE.lower() and not trusts_azure(account):
            raise refusal(
                arm,
                "replication_account",
                f"The storage account '{account.id}' does not allow trusted Microsoft services to access it.",
            )
        if type_of(account.id) == ACCOUNT_TYPE.lower() and keeps_deleted(account):
            raise refusal(
                arm,
                "replication_soft_delete",
                f"Soft delete is enabled for the storage account '{account.name}' provided.",
            )
        if _needs_roles(arm, vault) and not _granted(arm, vault, account):
            raise missing_permission(arm, account.id)


def missing_permission(arm: Arm, account_id: str) -> ArmError:
    """The vault's identity is off, or lacks a role on an account."""
    return refusal(
        arm,
        "replication_identity",
        f"The managed identity of the vault does not have the required permissions on the storage account "
        f"'{account_id}'.",
    )


def _needs_roles(arm: Arm, vault: Resource) -> bool:
    """Only a vault with private endpoints works with its own identity; ``always`` asks it of every vault."""
    when = setting(arm, "replication_storage_roles")
    private = any(SITE_RECOVERY in each.properties["groupIds"] for each in connections(arm, vault))
    return when == "always" or (when == "with_endpoints" and private)


def _granted(arm: Arm, vault: Resource, account: Resource) -> bool:
    identity = vault.document.get("identity") or {}
    if "SystemAssigned" not in recovery_identity.kinds(identity):
        return False
    tier = "Classic" if type_of(account.id) == CLASSIC_TYPE.lower() else account.document["sku"]["tier"]
    needed, authorization = _NEEDED[tier], arm.service(Authorization)
    principal = identity["principalId"]
    return all(authorization.allowed(principal, action, account.id) for action in needed.actions) and all(
        authorization.allowed(principal, action, account.id, data=True) for action in needed.data_actions
    )
