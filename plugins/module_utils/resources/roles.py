"""Azure roles: the built-in ones by name, what an identity may do, and finding a role definition."""

from __future__ import annotations

import functools
import re
import typing as t
import uuid

from ..azure.client import Azure
from ..errors import InputError, NotFound
from ..ids import ASSIGNMENT_NAMESPACE, GUID, fold_id, parse_id, trailing_guid
from ..wire import JSON, get_path

AUTHORIZATION = "Microsoft.Authorization"
DEFINITION_TYPE = f"{AUTHORIZATION}/roleDefinitions"
ASSIGNMENT_TYPE = f"{AUTHORIZATION}/roleAssignments"
ASSIGN = f"{ASSIGNMENT_TYPE}/write"
API_VERSION = "2022-04-01"

# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles; the GUIDs are the same in every cloud.
BUILT_IN: dict[str, str] = {
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    "Network Contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
    "Private DNS Zone Contributor": "b12aa53e-6015-4669-85d0-8515ebb3ae7f",
    "Storage Account Contributor": "17d1049b-9a84-46fb-8f53-869881c3d3ab",
    "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Storage Blob Data Owner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "Classic Storage Account Contributor": "86e8f5dc-a6e9-4c67-9d15-de283e8eac25",
    "Classic Storage Account Key Operator Service Role": "985d6b00-f706-48f5-a6fe-d0ca12fb668d",
    "Backup Contributor": "5e467623-bb1f-42f4-a55d-6e525e11384b",
    "Backup Operator": "00c29273-979b-4161-815c-10b084fb9324",
    "Backup Reader": "a795c7a0-d4a2-40c1-ae25-d81f01202912",
    "Site Recovery Contributor": "6670b86e-a3f7-4917-ac9b-5d6ab1be4567",
    "Site Recovery Operator": "494ae006-db33-4328-bf46-533a6560a3ca",
    "Site Recovery Reader": "dbaa88c4-0c30-4179-9fb3-46319faa6149",
    "Key Vault Secrets Officer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "Key Vault Crypto Officer": "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",
    "Key Vault Certificates Officer": "a4417e6f-fecd-4de8-b567-7b0420556985",
}
_BY_NAME = {name.lower(): guid for name, guid in BUILT_IN.items()}


def actions(kind: str, *verbs: str) -> tuple[str, ...]:
    """The actions on a resource type: ``actions("Microsoft.Network/privateEndpoints", "read", "write")``.

    https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations
    """
    return tuple(f"{kind}/{verb}" for verb in verbs)


def granted(azure: Azure, scope: str) -> list[JSON]:
    """What the signed-in identity may do at a scope: rows of actions, not-actions and the same for data.

    https://learn.microsoft.com/rest/api/authorization/permissions: one row for each role that counts there.
    """
    return azure.list(f"{scope.rstrip('/')}/providers/{AUTHORIZATION}/permissions", API_VERSION)


def missing_actions(permissions: t.Iterable[JSON], wanted: t.Iterable[str], *, data: bool = False) -> list[str]:
    """Those of ``wanted`` that no row grants, in order.

    A row grants an action when one of its ``actions`` covers it and none of its own ``notActions`` does; what one row
    excludes another may still grant (https://learn.microsoft.com/azure/role-based-access-control/role-definitions).
    ``*`` spans segments and case does not matter. ``data`` looks at the data actions instead.
    """
    allow, deny = ("dataActions", "notDataActions") if data else ("actions", "notActions")
    rows = list(permissions)
    return [
        action
        for action in wanted
        if not any(_covered(row.get(allow), action) and not _covered(row.get(deny), action) for row in rows)
    ]


def stated_guid(role: str) -> str:
    """The GUID of a role given as GUID, definition id or built-in name; empty for the name of a custom role.

    Raises :class:`InputError` for an id that is not one of a role definition.
    """
    text = role.strip()
    if GUID.match(text):
        return text.lower()
    if "/" in text:
        if not GUID.match(trailing_guid(text)) or f"/{DEFINITION_TYPE}/".lower() not in text.lower():
            raise InputError(f"role {role!r} is not the id of a role definition.")
        return trailing_guid(text)
    return _BY_NAME.get(text.lower(), "")


def find_definition(azure: Azure, scope: str, role_name: str) -> JSON | None:
    """The role definition of that name that can be used at a scope; None when there is none."""
    wanted = role_name.replace("'", "''")
    found = azure.list(f"{scope}/providers/{DEFINITION_TYPE}", API_VERSION, **{"$filter": f"roleName eq '{wanted}'"})
    named = [item for item in found if str(get_path(item, "properties.roleName") or "").lower() == role_name.lower()]
    return named[0] if named else None


#: What to do about a role that is not known.
UNKNOWN_ROLE = "Correct the name, give its GUID, or make it with privatelink.recovery.role_definition first."


def role_to_come(scope: str, role: str) -> str:
    """What check mode says of a custom role that is not known."""
    return f"No role named {role} exists yet at {scope}; the real run refuses unless an earlier task makes it."


def definition_id(scope: str, guid: str) -> str:
    """The full id of a role definition as seen from the subscription of ``scope``."""
    return f"/subscriptions/{parse_id(scope, option='scope').subscription_id}/providers/{DEFINITION_TYPE}/{guid}"


def definition_name(scope: str, role_name: str) -> str:
    """The deterministic GUID of a role definition: the same scope and role name always give the same."""
    return str(uuid.uuid5(ASSIGNMENT_NAMESPACE, f"role definition|{fold_id(scope)}|{role_name.lower()}"))


def assignments_at(azure: Azure, scope: str, principal_id: str = "") -> list[JSON]:
    """The role assignments made at exactly this scope, of one principal when given; empty when the scope is absent.

    The service also answers those above and below (https://learn.microsoft.com/rest/api/authorization/role-assignments/list-for-scope).
    """
    query = {"$filter": f"principalId eq '{principal_id}'"} if principal_id else {}
    try:
        found = azure.list(f"{scope}/providers/{ASSIGNMENT_TYPE}", API_VERSION, **query)
    except NotFound:
        return []
    return [item for item in found if fold_id(get_path(item, "properties.scope")) == fold_id(scope)]


def _covered(patterns: t.Iterable[str] | None, action: str) -> bool:
    return any(_expression(pattern.lower()).fullmatch(action.lower()) for pattern in patterns or ())


@functools.cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")))


def matching(assignments: t.Iterable[JSON], principal_id: str, guid: str) -> JSON | None:
    """The assignment of a role (by the last part of its id) to a principal among those of one scope."""
    for item in assignments:
        same_role = trailing_guid(str(get_path(item, "properties.roleDefinitionId") or "")) == guid.lower()
        if same_role and str(get_path(item, "properties.principalId") or "").lower() == principal_id.lower():
            return item
    return None
