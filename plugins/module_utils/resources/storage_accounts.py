"""Storage accounts: finding them, and what a run needs to know of each. Their keys are never asked for."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..azure.client import Azure
from ..errors import AzureError, InputError
from ..ids import parse_id
from ..wire import JSON, facts, get_path
from .storage_decisions import (
    EndpointSupport,
    bypass_set,
    endpoint_support,
    storage_roles,
    tier_of_sku,
    trusts_azure,
)

TYPE = "Microsoft.Storage/storageAccounts"
API_VERSION = "2023-05-01"
CLASSIC_TYPE = "Microsoft.ClassicStorage/storageAccounts"
CLASSIC_API_VERSION = "2016-11-01"
CLASSIC = "classic"
BLOB = "blob"
Answer = t.TypeVar("Answer")
API_VERSIONS = {TYPE.lower(): API_VERSION, CLASSIC_TYPE.lower(): CLASSIC_API_VERSION}
# A subscription that never had classic accounts does not know their provider:
# https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-register-resource-provider
_NOT_REGISTERED = ("missingsubscriptionregistration", "invalidresourcenamespace", "noregisteredproviderfound")


def is_classic(account_id: str) -> bool:
    """Whether an id is that of an account of the classic model, which has no firewall of this kind."""
    return parse_id(account_id).type == CLASSIC_TYPE.lower()


def by_perimeter(document: JSON | None) -> bool:
    """Whether a network security perimeter decides who reaches an account, and its firewall's exceptions do not count.

    https://learn.microsoft.com/azure/storage/common/storage-network-security-perimeter
    """
    return str(get_path(document, "properties.publicNetworkAccess") or "").lower() == "securedbyperimeter"


@dataclass(frozen=True)
class Account:
    """A storage account as Azure answers it, in either deployment model."""

    document: JSON

    @property
    def id(self) -> str:
        """The account's id."""
        return str(self.document["id"])

    @property
    def is_classic(self) -> bool:
        """Whether the account is of the classic deployment model."""
        return is_classic(self.id)

    @property
    def kind(self) -> str:
        """Azure's kind (``StorageV2``), or ``classic``."""
        return CLASSIC if self.is_classic else str(self.document.get("kind") or "")

    @property
    def sku(self) -> str:
        """The SKU's name; a classic account's type (``Standard-LRS``)."""
        return str(get_path(self.document, "sku.name") or get_path(self.document, "properties.accountType") or "")

    @property
    def tier(self) -> str:
        """``Standard`` or ``Premium``."""
        return str(get_path(self.document, "sku.tier") or tier_of_sku(self.sku))

    @property
    def network_acls(self) -> JSON:
        """The firewall as Azure answers it; empty for a classic account."""
        return get_path(self.document, "properties.networkAcls") or {}

    @property
    def trusted_services(self) -> bool:
        """Whether the firewall has the exception for trusted Microsoft services."""
        return trusts_azure(self.network_acls.get("bypass"))

    @property
    def roles_needed(self) -> list[str]:
        """The roles a vault's identity needs on the account. Raises :class:`InputError` when its tier is not known."""
        return storage_roles(self.kind, self.tier, self.is_classic)

    @property
    def endpoint_support(self) -> EndpointSupport:
        """Whether replication can use a private endpoint to the account, and why not."""
        return endpoint_support(self.kind, self.is_classic)

    @property
    def supports_private_endpoint(self) -> bool:
        """The verdict of :attr:`endpoint_support`."""
        return self.endpoint_support.supported

    @property
    def reason(self) -> str:
        """The reason of :attr:`endpoint_support`; empty when it is supported."""
        return self.endpoint_support.reason

    def described(self) -> JSON:
        """The account as results show it. Which roles it needs may not be known: that is a reason, not an error, here."""
        rules, reasons = self.network_acls, [self.reason]
        try:
            roles = self.roles_needed
        except InputError as error:
            roles, reasons = [], [*reasons, error.message.rstrip(".")]
        return {
            "id": self.id,
            "name": parse_id(self.id).name,
            "location": str(self.document.get("location") or ""),
            "kind": self.kind,
            "sku": self.sku,
            "tier": self.tier,
            "is_classic": self.is_classic,
            "network_acls": {**facts(rules), "bypass": sorted(bypass_set(rules.get("bypass")))} if rules else {},
            "public_network_access": str(get_path(self.document, "properties.publicNetworkAccess") or ""),
            "trusted_services": self.trusted_services,
            "supports_private_endpoint": self.supports_private_endpoint,
            "reason": "; ".join(filter(None, reasons)),
            "roles_needed": roles,
            "state": facts(self.document),
        }


def read_account(azure: Azure, account_id: str) -> Account | None:
    """The account of an id of either model, or None when it does not exist."""
    version = API_VERSIONS[parse_id(account_id).type]
    found = unless_unregistered(version, lambda: azure.find(account_id, version), None)
    return Account(found) if found else None


def keeps_deleted_blobs(azure: Azure, account: Account) -> bool:
    """Whether soft delete for blobs is on, as it is by default for accounts made in the portal; one request.

    https://learn.microsoft.com/azure/storage/blobs/soft-delete-blob-overview
    """
    if account.is_classic:
        return False
    service = azure.find(f"{account.id}/blobServices/default", API_VERSION)
    return bool(get_path(service, "properties.deleteRetentionPolicy.enabled"))


def unless_unregistered(version: str, ask: t.Callable[[], Answer], nothing: Answer) -> Answer:
    """Ask, taking a provider of classic accounts that is not registered for there being none."""
    try:
        return ask()
    except AzureError as error:
        if version != CLASSIC_API_VERSION or error.code.lower() not in _NOT_REGISTERED:
            raise
        return nothing
