"""Recovery Services vaults: the table, and the rules that must hold whatever the operator asks for."""

from __future__ import annotations

import typing as t

from ..azure.client import Azure
from ..engine.plan import Plan
from ..engine.resource import Kind
from ..engine.spec import Option, a_region, caseless
from ..engine.tags import tags
from ..errors import InputError, Refusal
from ..ids import fold_id, group_id, parse_id
from ..wire import JSON, get_path

TYPE = "Microsoft.RecoveryServices/vaults"
API_VERSION = "2024-04-01"
RESOURCE_GROUP_API_VERSION = "2021-04-01"

OPTIONS: dict[str, Option] = {
    "location": Option(to="location", fold=a_region, immutable=True),
    "tags": tags("tags"),
    "public_network_access": Option(
        to="properties.publicNetworkAccess", fold=caseless, choices=("Enabled", "Disabled")
    ),
    "storage_redundancy": Option(
        to="properties.redundancySettings.standardTierStorageRedundancy",
        fold=caseless,
        choices=("LocallyRedundant", "ZoneRedundant", "GeoRedundant"),
    ),
    "cross_region_restore": Option(
        to="properties.redundancySettings.crossRegionRestore", fold=caseless, choices=("Enabled", "Disabled")
    ),
}


USER_IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"


def identity_key(value: t.Any) -> t.Any:
    types = sorted(part.strip().lower() for part in str((value or {}).get("type") or "None").split(","))
    users = (value or {}).get("userAssignedIdentities") or {}
    return types, sorted(key.lower() for key, detail in users.items() if detail is not None)


IDENTITY_ROW = {"identity": Option(type="dict", to="identity", fold=identity_key)}

VAULT = Kind(
    TYPE,
    API_VERSION,
    {**OPTIONS, **IDENTITY_ROW},
    update="PATCH",
    creating={"sku": {"name": "RS0", "tier": "Standard"}, "properties": {}, "identity": {"type": "SystemAssigned"}},
    recreate="A vault cannot be moved: create one under another name in the wanted region and protect the items anew there.",
)


def read_vault(azure: Azure, resource_id: str) -> JSON | None:
    """The vault, or None when Azure says it does not exist."""
    return VAULT.read(azure, resource_id)


def connections(document: JSON | None) -> list[JSON]:
    """The private endpoint connections the vault shows, each with id, name and properties."""
    return list(get_path(document, "properties.privateEndpointConnections") or [])


def denied(document: JSON | None) -> bool:
    """Whether a vault denies public network access."""
    return str(get_path(document, "properties.publicNetworkAccess") or "").lower() == "disabled"


def cross_region_restore(document: JSON | None) -> bool:
    """Whether cross-region restore is on."""
    return str(get_path(document, "properties.redundancySettings.crossRegionRestore") or "").lower() == "enabled"


def group_location(azure: Azure, subscription_id: str, resource_group: str) -> str:
    """The region of a resource group, the default for what is created in it."""
    return str(azure.get(group_id(subscription_id, resource_group), RESOURCE_GROUP_API_VERSION)["location"])


def identity_body(wanted: JSON | None, current: JSON | None, resource_id: str) -> JSON:
    """The identity as wire JSON under ``identity``; empty when it is to stay as it is.

    https://learn.microsoft.com/azure/backup/private-endpoints: once enabled, the managed identity must not be disabled,
    even temporarily.
    """
    if wanted is None:
        return {}
    have = identity_key((current or {}).get("identity"))[0]
    types = {part.strip().lower() for part in wanted["type"].split(",")}
    if "systemassigned" in have and "systemassigned" not in types:
        raise Refusal(
            f"{resource_id} has its system-assigned identity on, and identity type {wanted['type']!r} would switch it off; "
            "that breaks private endpoints for good and is never done. This task wrote nothing.",
            remedy="Ask for SystemAssigned, or for 'SystemAssigned, UserAssigned' to add identities.",
        )
    users = wanted.get("user_assigned_identities") or {}
    asked, append = users.get("id") or [], users.get("append", True)
    if asked and "userassigned" not in types:
        raise InputError(
            f"identity.user_assigned_identities names identities, but identity.type is {wanted['type']}.",
            remedy="Ask for UserAssigned, or for 'SystemAssigned, UserAssigned'.",
        )
    if "userassigned" in have and append:
        types.add("userassigned")
    made: JSON = {"type": wanted["type"] if "userassigned" not in types else identity_type(types)}
    if "userassigned" in types:
        made["userAssignedIdentities"] = _user_identities(asked, current, append)
        if not any(detail is not None for detail in made["userAssignedIdentities"].values()):
            raise InputError(f"identity.type is {made['type']}, but identity.user_assigned_identities names none.")
    if identity_key(made) == (["none"], []):
        return {"identity": {"type": "None"}} if current is None else {}
    return {"identity": made}


def _user_identities(asked: t.Sequence[str], current: JSON | None, append: bool) -> JSON:
    """The user-assigned identities to send: an empty object for each to be there, null for each to be taken away."""
    there = {fold_id(key): key for key in get_path(current, "identity.userAssignedIdentities") or {}}
    wanted = {
        fold_id(parse_id(text, USER_IDENTITY, option="identity.user_assigned_identities.id").text): text
        for text in asked
    }
    return {
        **{there.get(folded, text): {} for folded, text in wanted.items()},
        **{key: {} if append else None for folded, key in there.items() if folded not in wanted},
    }


def identity_type(types: t.Collection[str]) -> str:
    """The kinds of identity as Azure spells them together."""
    both = {"systemassigned", "userassigned"} <= set(types)
    return "SystemAssigned, UserAssigned" if both else "UserAssigned"


def cross_region_conflict(plan: Plan, current: JSON | None) -> Refusal | None:
    """What does not go with cross-region restore: public access denied, storage in one region only, or to have it no more.

    The refusal shared by the module and the gate, or None. A vault that is like that already is no business of a plan
    that changes neither. https://learn.microsoft.com/azure/backup/backup-create-recovery-services-vault: only
    geo-redundant vaults have it; https://learn.microsoft.com/azure/backup/backup-azure-private-endpoints-configure-manage:
    public access cannot be denied on a vault that has it.
    """
    after, changes = plan.after, set(plan.options)
    redundancy = str(get_path(after, "properties.redundancySettings.standardTierStorageRedundancy") or "GeoRedundant")
    concerned = changes & {"storage_redundancy", "cross_region_restore"}
    if concerned and cross_region_restore(after) and redundancy.lower() != "georedundant":
        return Refusal(
            f"{plan.resource_id}: cross-region restore needs GeoRedundant storage, not {redundancy}; this task wrote nothing.",
            remedy="Set storage_redundancy: GeoRedundant, or leave cross_region_restore out.",
        )
    wants_private = str(get_path(after, "properties.publicNetworkAccess") or "").lower() == "disabled"
    if changes & {"public_network_access", "cross_region_restore"} and wants_private and cross_region_restore(after):
        return Refusal(
            f"{plan.resource_id}: public network access cannot be Disabled while cross-region restore is Enabled; this task "
            "wrote nothing.",
            remedy="Cross-region restore cannot be switched off once on: use another vault, or leave public access Enabled.",
        )
    if cross_region_restore(current) and not cross_region_restore(after):
        return Refusal(
            f"{plan.resource_id}: cross-region restore cannot be switched off once it is on; this task wrote nothing.",
            remedy="Leave cross_region_restore out, or use another vault.",
        )
    return None


def vault_detail(state: t.Mapping[str, t.Any]) -> str:
    """Identity and public network access of a vault, as results show it, as text."""
    identity = (state.get("identity") or {}).get("type") or "None"
    return f"identity {identity}, public network access {state.get('public_network_access') or 'Enabled'}"
