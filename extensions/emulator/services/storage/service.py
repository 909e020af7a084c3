"""Microsoft.Storage and Microsoft.ClassicStorage: accounts and their side of private endpoints."""

from __future__ import annotations

import typing as t

from ...arm import Arm, Route
from ...wire import JSON
from ..platform.world_ids import group_id, refused_as_world_error
from . import accounts, blob_service, classic, connections
from .documents import ACCOUNT_TYPE
from .target import StorageTarget


class Storage:
    """The provider of storage accounts."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self.target = StorageTarget(arm)

    def routes(self) -> t.Iterable[Route]:
        """Every route of both providers."""
        parts = (accounts, blob_service, connections, classic)
        return [route for part in parts for route in part.routes()]

    def load(self, world: JSON) -> None:
        """Make the accounts of the world file; ``network_acls`` is written as Azure writes it."""
        for entry in world.get("storage_accounts") or []:
            with refused_as_world_error(f"storage account {entry['name']}"):
                self._load(world, entry)
        for entry in world.get("classic_storage_accounts") or []:
            classic.load(self._arm, world, entry)

    def _load(self, world: JSON, entry: JSON) -> None:
        given = {"networkAcls": entry.get("network_acls"), "publicNetworkAccess": entry.get("public_network_access")}
        given["allowSharedKeyAccess"] = entry.get("allow_shared_key_access")
        account = accounts.create(
            self._arm,
            f"{group_id(world, entry)}/providers/{ACCOUNT_TYPE}/{entry['name']}",
            {
                "location": entry.get("location", "westeurope"),
                "kind": entry.get("kind", "StorageV2"),
                "sku": {"name": entry.get("sku", "Standard_LRS")},
                "tags": entry.get("tags") or {},
                "properties": given,
            },
        )
        account.properties["provisioningState"] = "Succeeded"
        blob_service.keep_deleted(account, int(entry.get("blob_soft_delete_days") or 0))
