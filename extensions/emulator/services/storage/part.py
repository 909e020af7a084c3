"""What Microsoft.Storage and Microsoft.ClassicStorage bring to the local Azure."""

from __future__ import annotations

from ...arm import Part
from ...shapes import CONNECTION, Shape
from ...world_schema import ACCESS, PLACED, Keys, Many
from .service import Storage
from .settings import DEFAULTS

WORLD = Keys(
    {
        "storage_accounts": Many(
            Keys(
                {
                    **PLACED,
                    "location": "text",
                    "kind": "text",
                    "sku": "text",
                    "network_acls": "mapping",
                    "public_network_access": (*ACCESS, "SecuredByPerimeter"),
                    "allow_shared_key_access": "flag",
                    "blob_soft_delete_days": "number",
                    "tags": "mapping",
                }
            )
        ),
        "classic_storage_accounts": Many(Keys({**PLACED, "location": "text", "account_type": "text"})),
    }
)

_RULE_ACTION: dict[str, Shape] = {"action": "text"}
BODIES: dict[str, Shape] = {
    "microsoft.storage/storageaccounts": {
        **dict.fromkeys(("publicNetworkAccess", "accessTier", "minimumTlsVersion"), "text"),
        **dict.fromkeys(("allowSharedKeyAccess", "allowBlobPublicAccess", "supportsHttpsTrafficOnly"), "flag"),
        "networkAcls": {
            "defaultAction": "text",
            "bypass": "text",
            "ipRules": [{"value!": "text", **_RULE_ACTION}],
            "virtualNetworkRules": [{"id!": "text", **_RULE_ACTION}],
            "resourceAccessRules": ["object"],
        },
        "encryption": "object",
    },
    "microsoft.storage/storageaccounts/blobservices": {
        "deleteRetentionPolicy": {"enabled": "flag", "days": "number"},
    },
    "microsoft.storage/storageaccounts/privateendpointconnections": CONNECTION,
}

PART = Part(
    services=(Storage,),
    # azure-cli recording ``test_network_private_endpoint_private_dns_zone_group.yaml``.
    seconds={"storage_account.create": 17},
    ask_again={"storage_account.": 17},
    settings=DEFAULTS,
    world=WORLD,
    bodies=BODIES,
)
