"""What Microsoft's articles say beside the steps, as rows of a report: the checklist of Azure Backup, order and prices."""

from __future__ import annotations

import typing as t

from ..wire import JSON
from .sections import Row

PRIVATE_LINK = (
    "A private endpoint is billed by the hour and by the data it carries, private DNS by zones and queries.",
    "https://azure.microsoft.com/pricing/details/private-link/",
)
PAGE_BLOBS = (
    "A storage account that is to have a private endpoint is of the kind general purpose v2; its page blobs and data transfer are "
    "priced differently from those of older kinds.",
    "https://azure.microsoft.com/pricing/details/storage/page-blobs/",
)
FIREWALL_TAGS = (
    "Traffic to an endpoint goes to the addresses of the firewall sheet. The FQDN tags of Azure Firewall, such as AzureBackup, open "
    "the public addresses of a service and are not needed for it; sign-in takes the service tag AzureActiveDirectory.",
    "https://learn.microsoft.com/azure/firewall/fqdn-tags",
)
ROLES_FIRST = (
    "The article gives the vault's identity its storage roles after the endpoints; here it gets them right after the vault is made, "
    "because a role assignment takes up to ten minutes to spread and nothing before replication needs it.",
    "https://learn.microsoft.com/azure/site-recovery/azure-to-azure-how-to-enable-replication-private-endpoints",
)
#: By scenario.
NOTES: dict[str, tuple[tuple[str, str], ...]] = {
    "backup": (FIREWALL_TAGS, PRIVATE_LINK),
    "dpm_mabs": (FIREWALL_TAGS, PRIVATE_LINK),
    "site_recovery": (ROLES_FIRST, FIREWALL_TAGS, PRIVATE_LINK, PAGE_BLOBS),
}


def notes_of(scenario: str) -> list[JSON]:
    """What is worth knowing beside the run: ``note`` and ``source``."""
    return [{"note": note, "source": source} for note, source in NOTES.get(scenario, ())]


def _of_kind(rows: t.Iterable[Row], kind: str) -> list[Row]:
    return [row for row in rows if row.get("kind") == kind]


def _vault(report: Row) -> bool | None:
    return bool(_of_kind(report["resources"], "vault")) or None


def _identity(report: Row) -> bool | None:
    found = _of_kind(report["resources"], "vault")
    return bool(found[0].get("object_id")) if found else None


def _permissions(report: Row) -> bool | None:
    verdicts = {gate.get("verdict") for gate in report["gates"] if gate.get("name") == "roles"}
    return verdicts <= {"ok", "warning"} if verdicts else None


def _endpoint(report: Row) -> bool | None:
    return bool(_of_kind(report["resources"], "private endpoint")) if report["resources"] else None


def _approved(report: Row) -> bool | None:
    found = _of_kind(report["resources"], "private endpoint")
    return all(row.get("connection") == "Approved" for row in found) if found else None


#: The five items of https://learn.microsoft.com/azure/backup/private-endpoints, by scenario; None: not looked at.
CHECKLISTS: dict[str, tuple[tuple[str, t.Callable[[Row], bool | None], str], ...]] = {
    "backup": (
        ("A new vault was created", _vault, "resource vault; gate freshness"),
        ("Its system-assigned identity is on", _identity, "object id of the vault's identity"),
        ("The identity has its permissions", _permissions, "check roles; without role assignments there is nothing to look at"),
        ("A private endpoint was created", _endpoint, "resource private endpoint"),
        ("The private endpoint is approved", _approved, "its connection, on both sides"),
    ),
}  # fmt: skip


def prerequisites_of(report: Row) -> list[JSON]:
    """Microsoft's checklist before a vault is used: ``item``, whether it is ``met`` (None: not looked at), and where seen."""
    return [
        {"item": item, "met": met(report), "seen": seen}
        for item, met, seen in CHECKLISTS.get(str(report["scenario"]), ())
    ]
