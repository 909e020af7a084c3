"""What Microsoft.KeyVault brings to the local Azure."""

from __future__ import annotations

from ...arm import Part
from ...world_schema import ACCESS, PLACED, Keys, Many
from .service import KeyVault
from .settings import DEFAULTS

WORLD = Keys(
    {
        "key_vaults": Many(
            Keys(
                {
                    **PLACED,
                    "location": "text",
                    "tags": "mapping",
                    "network_acls": "mapping",
                    "public_network_access": ACCESS,
                    "rbac_authorization": "flag",
                    "access_policies": Many(Keys({"object_id!": "guid", "permissions": "mapping"})),
                    "deleted": "flag",
                }
            )
        )
    }
)

#: azure-cli recording ``test_keyvault_private_endpoint_connection.yaml``: a connection is Updating for about 65 seconds; a new vault
#: is Succeeded at the next request, some seconds later.
SECONDS = {"key_vault.create": 5, "key_vault.connection": 65, "key_vault.purge": 30}

PART = Part(services=(KeyVault,), seconds=SECONDS, ask_again={"key_vault.": 10}, settings=DEFAULTS, world=WORLD)
