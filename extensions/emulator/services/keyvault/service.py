"""Microsoft.KeyVault: vaults, deleted vaults and their side of private endpoints. Secrets, keys and certificates are not served."""

from __future__ import annotations

import typing as t

from ...arm import Arm, Route
from ...wire import JSON
from ..platform.world_ids import group_id, refused_as_world_error
from . import connections, deleted, vaults
from .documents import VAULT_TYPE, new_vault, registered
from .target import KeyVaultTarget


class KeyVault:
    """The provider of key vaults."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self.target = KeyVaultTarget(arm)

    def routes(self) -> t.Iterable[Route]:
        """Every route of the provider."""
        return [route for part in (vaults, connections, deleted) for route in part.routes()]

    def load(self, world: JSON) -> None:
        """Make the vaults of the world file; one that is ``deleted`` is in soft deletion."""
        for entry in world.get("key_vaults") or []:
            with refused_as_world_error(f"key vault {entry['name']}"):
                self._load(world, entry)

    def _load(self, world: JSON, entry: JSON) -> None:
        resource_id = f"{group_id(world, entry)}/providers/{VAULT_TYPE}/{entry['name']}"
        body = {
            "location": entry.get("location", "westeurope"),
            "tags": entry.get("tags") or {},
            "properties": {
                "networkAcls": entry.get("network_acls"),
                "publicNetworkAccess": entry.get("public_network_access"),
                "enableRbacAuthorization": entry.get("rbac_authorization"),
                "accessPolicies": [self._policy(each) for each in entry.get("access_policies") or []],
            },
        }
        if entry.get("deleted"):
            deleted.remember(self._arm, new_vault(self._arm, resource_id, body))
            return
        registered(vaults.create(self._arm, resource_id, body))

    def _policy(self, entry: JSON) -> JSON:
        permissions = {"secrets": ["get", "list", "set", "delete"], "keys": [], "certificates": []}
        return {
            "tenantId": self._arm.world.get("tenant_id"),
            "objectId": entry["object_id"],
            "permissions": entry.get("permissions") or permissions,
        }
