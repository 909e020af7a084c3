"""What Azure takes of a key vault that is made or changed: the table, names, access policies, and names of deleted ones.

Public sources: https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/create-or-update;
https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview (7 to 90 days, set once; a deleted vault keeps its name; purge
protection is never taken back); azure-cli recordings ``test_keyvault_public_network_access.yaml`` and ``test_keyvault_softdelete.yaml``.
"""

from __future__ import annotations

import re
import typing as t

from ..azure.client import Azure
from ..engine.resource import Kind
from ..engine.spec import Option, a_region, caseless
from ..engine.tags import tags
from ..errors import InputError
from ..wire import JSON, get_path
from . import firewalls
from .key_vaults import API_VERSION, TYPE

PROVIDER = "Microsoft.KeyVault"
SUBSCRIPTION_API_VERSION = "2022-12-01"
NAME = re.compile(r"[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]")
NAME_RULE = "3 to 24 letters, digits and hyphens, a letter first, no hyphen last and no two in a row"
LEAST_DAYS, MOST_DAYS = 7, 90
#: What an access policy can be given for, and under which option.
PERMISSIONS = ("secrets", "keys", "certificates")

OPTIONS = {
    "location": Option(to="location", fold=a_region, immutable=True),
    "sku": Option(to="properties.sku.name", fold=caseless, choices=("standard", "premium")),
    "rbac_authorization": Option(type="bool", to="properties.enableRbacAuthorization"),
    "soft_delete_retention_days": Option(
        type="int", to="properties.softDeleteRetentionInDays", immutable=True, least=LEAST_DAYS, most=MOST_DAYS
    ),
    "purge_protection": Option(type="bool", to="properties.enablePurgeProtection"),
    "public_network_access": Option(
        to="properties.publicNetworkAccess", fold=caseless, choices=("Enabled", "Disabled")
    ),
    "tags": tags("tags"),
}
ROWS = {
    **OPTIONS,
    "rules": Option(type="dict", to="properties.networkAcls", fold=firewalls.folded),
    # Given to a new vault only.
    "tenant": Option(to="properties.tenantId"),
    "policies": Option(type="list", to="properties.accessPolicies"),
}
KIND = Kind(
    TYPE,
    API_VERSION,
    ROWS,
    update="PATCH",
    creating={"properties": {"sku": {"family": "A", "name": "standard"}, "accessPolicies": []}},
    recreate="Neither region nor retention of a key vault can be changed, and the name of a deleted one stays taken until it is purged.",
)


def check_name(name: str) -> None:
    """Raise :class:`InputError` for a name Azure does not take."""
    if not NAME.fullmatch(name):
        raise InputError(f"{name!r} is not a valid name for a key vault: {NAME_RULE}.")


def tenant_of(azure: Azure, subscription: str) -> str:
    """The tenant that a subscription trusts, whose identities a new vault knows."""
    return str(azure.get(f"/subscriptions/{subscription}", SUBSCRIPTION_API_VERSION)["tenantId"])


def policy(row: JSON, tenant: str) -> JSON:
    """An access policy as Azure has it."""
    given = {name: list(row[name]) for name in PERMISSIONS if row.get(name)}
    return {"tenantId": tenant, "objectId": row["object_id"], "permissions": given}


def lacking(current: JSON | None, rows: t.Iterable[JSON], tenant: str) -> list[JSON]:
    """The policies to add: those whose identity does not have all that is wanted; what it has besides stays with it."""
    there = {str(item.get("objectId")).lower(): item for item in get_path(current, "properties.accessPolicies") or []}
    found = []
    for row in rows:
        wanted = policy(row, tenant)
        has = get_path(there.get(str(row["object_id"]).lower()), "permissions") or {}
        words = {name: {str(word).lower() for word in has.get(name) or []} for name in has}
        if all(
            "all" in words.get(name, ()) or {*map(str.lower, texts)} <= words.get(name, set())
            for name, texts in wanted["permissions"].items()
        ):
            continue
        merged = {
            name: sorted({*words.get(name, ()), *map(str.lower, wanted["permissions"].get(name, ()))})
            for name in {**words, **wanted["permissions"]}
        }
        found.append({**wanted, "permissions": merged})
    return found


def deleted_vault(azure: Azure, subscription: str, name: str) -> JSON | None:
    """The deleted vault of the subscription that keeps a name, or None."""
    found = azure.list(f"/subscriptions/{subscription}/providers/{PROVIDER}/deletedVaults", API_VERSION)
    return next((row for row in found if str(row.get("name")).lower() == name.lower()), None)


def how_to_free(gone: JSON) -> tuple[str, str]:
    """What a deleted vault is, and what to type."""
    name, region = str(gone.get("name")), str(get_path(gone, "properties.location") or "")
    until = str(get_path(gone, "properties.scheduledPurgeDate") or "the end of its retention")
    said = f"A key vault {name} was deleted in {region} and keeps that name until {until}."
    back = f"Bring it back: az keyvault recover --name {name} --location {region}."
    if get_path(gone, "properties.purgeProtectionEnabled"):
        return (
            said,
            f"{back} It has purge protection, so until then nothing else frees the name; or choose another name.",
        )
    purge = f"az keyvault purge --name {name} --location {region}"
    return said, f"{back} Or free the name for good, with all that was in it: {purge}. Or choose another name."
