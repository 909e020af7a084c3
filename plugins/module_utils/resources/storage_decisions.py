"""Decisions about storage accounts that Site Recovery and Azure Migrate replicate through. Pure functions."""

from __future__ import annotations

import typing as t

from ..errors import InputError
from ..ids import unique_ids

STANDARD, PREMIUM = "Standard", "Premium"
GENERAL_PURPOSE_V2 = "StorageV2"
TRUSTED_SERVICES = "AzureServices"
# The order in which Azure's reference names them: https://learn.microsoft.com/rest/api/storagerp/storage-accounts/create
BYPASS_ORDER = ("Logging", "Metrics", TRUSTED_SERVICES)

# https://learn.microsoft.com/azure/site-recovery/azure-to-azure-how-to-enable-replication-private-endpoints: what the
# vault's system-assigned identity needs on an account.
ROLES = {
    STANDARD: ("Contributor", "Storage Blob Data Contributor"),
    PREMIUM: ("Contributor", "Storage Blob Data Owner"),
}
CLASSIC_ROLES = ("Classic Storage Account Contributor", "Classic Storage Account Key Operator Service Role")
# https://learn.microsoft.com/azure/storage/common/storage-account-overview
WITHOUT_BLOBS = ("filestorage",)


class EndpointSupport(t.NamedTuple):
    """Whether an account can be the target of a private endpoint here, and why not."""

    supported: bool
    reason: str


def storage_roles(kind: str, tier: str, classic: bool) -> list[str]:
    """The roles a vault's identity needs on an account, in the order in which they are assigned.

    ``kind`` and ``tier`` are Azure's (``StorageV2``, ``Standard``) and do not matter for a ``classic`` account. An
    account without blobs cannot be replicated through and needs none. Raises :class:`InputError` for another tier.
    """
    if classic:
        return list(CLASSIC_ROLES)
    if kind.lower() in WITHOUT_BLOBS:
        return []
    for known, roles in ROLES.items():
        if tier.lower() == known.lower():
            return list(roles)
    raise InputError(
        f"tier {tier!r} is neither {STANDARD} nor {PREMIUM}; which roles such an account needs is not known."
    )


def accounts_needing_roles(
    disk_model: str,
    cache: t.Iterable[str],
    source: t.Iterable[str] = (),
    target: t.Iterable[str] = (),
) -> list[str]:
    """The ids of the accounts on which the vault's identity needs roles, each once.

    With ``managed`` disks the cache accounts only; with ``unmanaged`` disks the source, cache and target accounts, and
    the target accounts must exist before the roles can be assigned. Raises :class:`InputError` when one is not named.
    Source: the page named above ``ROLES``.
    """
    given = {"cache": list(cache), "source": list(source), "target": list(target)}
    needed = {"managed": ("cache",), "unmanaged": ("source", "cache", "target")}.get(disk_model)
    if needed is None:
        raise InputError(f"disk_model {disk_model!r} is neither managed nor unmanaged.")
    missing = [name for name in needed if not given[name]]
    if missing:
        raise InputError(
            f"{disk_model} disks need the {' and '.join(missing)} storage account to be named.",
            remedy="The account must exist before replication is enabled; create it first."
            if "target" in missing
            else "",
        )
    return unique_ids(account for name in needed for account in given[name])


def endpoint_support(kind: str, classic: bool) -> EndpointSupport:
    """Whether Site Recovery can use a private endpoint to an account of this kind (same page: General Purpose v2 only)."""
    if classic:
        return EndpointSupport(
            False, "a classic storage account has no private endpoints; migrate it to Azure Resource Manager"
        )
    if kind.lower() == GENERAL_PURPOSE_V2.lower():
        return EndpointSupport(True, "")
    if kind.lower() in ("storage", "blobstorage"):
        return EndpointSupport(False, f"kind {kind} must be upgraded to {GENERAL_PURPOSE_V2} first")
    return EndpointSupport(
        False,
        f"kind {kind} is not documented for private endpoints with Site Recovery; use a {GENERAL_PURPOSE_V2} account",
    )


def bypass_set(text: str | None) -> set[str]:
    """A ``bypass`` (``Logging, Metrics, AzureServices``) as a set in Azure's spelling; ``None`` is the empty one."""
    spelling = {word.lower(): word for word in BYPASS_ORDER}
    words = {word.strip() for word in (text or "").split(",") if word.strip()}
    return {spelling.get(word.lower(), word) for word in words if word.lower() != "none"}


def bypass_text(words: t.Collection[str]) -> str:
    """A set as Azure wants a ``bypass`` written; words that are not known here stay, last."""
    known = [word for word in BYPASS_ORDER if word in words]
    return ", ".join([*known, *sorted(set(words) - set(known))]) or "None"


def trusts_azure(text: str | None) -> bool:
    """Whether a ``bypass`` has the exception for trusted Microsoft services."""
    return TRUSTED_SERVICES in bypass_set(text)


def tier_of_sku(name: str) -> str:
    """The tier of a SKU (``Premium_LRS``) or of a classic account's type (``Premium-LRS``)."""
    return name.replace("-", "_").partition("_")[0]


def with_trusted_services(words: t.Collection[str], *, wanted: bool) -> set[str]:
    """The exceptions with or without that for trusted Microsoft services; every other one stays."""
    return {*words, TRUSTED_SERVICES} if wanted else set(words) - {TRUSTED_SERVICES}
