"""What Azure Resource Manager itself brings to the local Azure."""

from __future__ import annotations

from ...arm import Part
from ...shapes import Shape
from ...world_schema import Keys, Many
from .access_token import AccessToken
from .activity_log import ActivityLog
from .admin import Admin
from .authorization import Authorization
from .management_locks import ManagementLocks
from .policy_assignments import PolicyAssignments
from .providers import Providers
from .request_checks import ApiVersions, RequestContents
from .resource_groups import ResourceGroups
from .resource_tags import ResourceTags
from .sign_in import SignIn
from .subscriptions import Subscriptions
from .tags_at_scope import TagsAtScope
from .throttling import Throttling

#: All times in emulated seconds unless stated otherwise.
#: ``role_assignment_delay``: until a new assignment counts. ``world_roles_delay``: the same for the world's own.
#: ``principal_replication_delay``: until Microsoft.Authorization knows a new identity; 0 accepts any principal at once.
#: ``principal_not_found_always``: with such a delay, ``PrincipalNotFound`` is answered even when ``principalType`` is
#: sent (azure-cli retries in that case too, so it happens); ``false`` keeps to the error's own text.
#: ``token_lifetime``: real seconds. ``provider_registration_seconds``: Registering -> Registered.
#: ``role_definition_ids``: ``subscription`` or ``tenant``, the form answered in assignments.
#: ``unassignable_role_code``: what assigning a custom role outside its assignable scopes is refused with.
#: ``unknown_api_versions``: ``refuse`` answers those that the catalog does not list with an error, ``accept`` with what they ask.
#: ``throttling``: see ``throttling``; none unless it is ``azure`` or a mapping.
#: ``retry_after``: see ``long_operation.retry_after``. ``geo_codes``, ``public_names``: what the world adds to those of Azure.
SETTINGS = {
    "role_assignment_delay": 0,
    "world_roles_delay": 0,
    "principal_replication_delay": 0,
    "principal_not_found_always": True,
    "token_lifetime": 3600,
    "provider_registration_seconds": 0,
    "role_definition_ids": "subscription",
    "unassignable_role_code": "RoleDefinitionDoesNotExist",
    "unknown_api_versions": "accept",
    "retry_after": None,
    "geo_codes": {},
    "public_names": {},
    "throttling": None,
}

WORLD = Keys(
    {
        "cloud": ("AzureCloud", "AzureUSGovernment", "AzureChinaCloud"),
        "tenant_id": "guid",
        "subscriptions": Many(Keys({"id!": "guid", "name": "text", "providers": "mapping"})),
        "principals": Many(
            Keys(
                {
                    "object_id!": "guid",
                    "name": "text",
                    "client_id": "guid",
                    "client_secret": "text",
                    "roles": Many(Keys({"role!": "text", "scope!": "id", "granted_days_ago": "number"})),
                }
            )
        ),
        "resource_groups": Many(
            Keys({"name!": "text", "location": "text", "subscription_id": "guid", "tags": "mapping"})
        ),
        "locks": Many(Keys({"scope!": "id", "level!": ("CanNotDelete", "ReadOnly"), "name": "text"})),
        "policy_assignments": Many(
            Keys(
                {"scope!": "id", "name!": "text", "display_name": "text", "effect": "text", "enforcement_mode": "text"}
            )
        ),
        "role_assignments": Many(
            Keys({"scope!": "id", "role!": "text", "principal_id!": "guid", "principal_type": "text"})
        ),
        "settings": "mapping",
    }
)

BODIES: dict[str, Shape] = {
    "microsoft.authorization/roleassignments": dict.fromkeys(
        ("roleDefinitionId", "principalId", "principalType", "scope", "description", "condition"), "text"
    ),
    "microsoft.authorization/roledefinitions": {
        "roleName": "text",
        "description": "text",
        "type": "text",
        "permissions": [{key: ["text"] for key in ("actions", "notActions", "dataActions", "notDataActions")}],
        "assignableScopes": ["text"],
    },
    "microsoft.authorization/locks": {"level": "text", "notes": "text"},
}

PART = Part(
    services=(
        Admin,
        SignIn,
        ApiVersions,
        AccessToken,
        Throttling,
        Subscriptions,
        Authorization,
        Providers,
        ResourceGroups,
        ManagementLocks,
        RequestContents,
        ResourceTags,
        TagsAtScope,
        ActivityLog,
        PolicyAssignments,
    ),
    # No recording of a group's deletion is known.
    seconds={"resource_group.delete": 90},
    # azure-powershell's recording ``TestZoneRemoveEtagMismatch.json``.
    ask_again={"resource_group.": 15},
    settings=SETTINGS,
    world=WORLD,
    bodies=BODIES,
)
