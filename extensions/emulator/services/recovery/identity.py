"""The managed identity of a vault: what a write asks for and what a GET then shows."""

from __future__ import annotations

import re
import typing as t

from ...arm import Arm
from ...store import Resource
from ...wire import JSON, ArmError
from ...world import TENANT

_KINDS = {"none": "None", "systemassigned": "SystemAssigned", "userassigned": "UserAssigned"}


def kinds(identity: JSON | None) -> set[str]:
    """The kinds in an ``identity``: a subset of SystemAssigned and UserAssigned, in whatever case they were written.

    Source: azure-cli recording ``test_backup_identity.yaml`` (lower case accepted, kinds joined with a comma).
    """
    words = [word.strip().lower() for word in str((identity or {}).get("type") or "None").split(",")]
    unknown = [word for word in words if word not in _KINDS]
    if unknown or ("none" in words and len(words) > 1):
        raise ArmError(400, "InvalidIdentityType", f"The identity type '{(identity or {}).get('type')}' is not valid.")
    return {_KINDS[word] for word in words} - {"None"}


def check_put(vault: Resource, body: JSON) -> None:
    """Refuse a PUT that leaves out the identity of a vault that has one.

    Source: Azure/terraform-azurerm-avm-res-recoveryservices-vault, which quotes the code and works around it.
    """
    if body.get("identity") is None and kinds(vault.document.get("identity")):
        raise ArmError(
            400,
            "ManagedIdentityDetailsNotPresent",
            "Managed Identity details once set needs to present in subsequent PUT Request for the vault",
        )


def apply(arm: Arm, vault: Resource, wanted: JSON | None) -> None:
    """Give the vault the identity a body asks for; an absent or null identity changes nothing.

    Switching the system identity off is obeyed, as Azure obeys it: the next one is another principal, and every grant
    made to the old one is lost.
    """
    if wanted is None:
        return
    current: JSON = vault.document.get("identity") or {}
    chosen = kinds(wanted)
    if not chosen:
        vault.document["identity"] = {"type": "None"}
        return
    identity: JSON = {"tenantId": tenant(arm)}
    if "SystemAssigned" in chosen:
        identity["principalId"] = current.get("principalId") or _new_principal(arm)
    if "UserAssigned" in chosen:
        identity["userAssignedIdentities"] = _user_assigned(arm, current, wanted)
    identity["type"] = ", ".join(sorted(chosen))
    vault.document["identity"] = identity


def forget_at_creation(vault: Resource) -> bool:
    """What becomes of user-assigned identities that a new vault is made with, and whether its operation cannot be found.

    With both kinds the vault ends without any identity (Azure/azure-rest-api-specs#27851, Azure/bicep#9662); with
    user-assigned ones alone the operation answers 404 (Azure/azure-rest-api-specs#27869). Both were reported of
    2022-10-01; whether newer versions do better is unverified.
    """
    chosen = kinds(vault.document.get("identity"))
    if chosen == {"SystemAssigned", "UserAssigned"}:
        vault.document["identity"] = {"type": "None"}
    return chosen == {"UserAssigned"}


def tenant(arm: Arm) -> str:
    """The tenant of this world."""
    return t.cast(str, arm.world.get("tenant_id", TENANT))


def announce(arm: Arm, vault: Resource, object_id: str) -> None:
    """Have the vault's system identity, which is switched on next, be this principal: a world gives it roles by its id."""
    from ..platform.authorization import Authorization

    vault.document["identity"] = {"principalId": object_id}
    arm.service(Authorization).announce_principal(object_id, "ServicePrincipal")


def _new_principal(arm: Arm) -> str:
    from ..platform.authorization import Authorization

    object_id = arm.guid()
    arm.service(Authorization).announce_principal(object_id, "ServicePrincipal")
    return object_id


def _user_assigned(arm: Arm, current: JSON, wanted: JSON) -> JSON:
    """User identities given are added, those given as null are taken away, the others stay."""
    known: JSON = dict(current.get("userAssignedIdentities") or {})
    for identity_id, value in (wanted.get("userAssignedIdentities") or {}).items():
        # Azure writes this one kind of id with a lower-case `resourcegroups` (test_backup_identity.yaml).
        key = re.sub("/resourceGroups/", "/resourcegroups/", identity_id, flags=re.IGNORECASE)
        if value is None:
            known.pop(key, None)
        else:
            known.setdefault(key, {"clientId": arm.guid(), "principalId": arm.guid()})
    return known
