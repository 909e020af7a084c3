"""An Azure in which the role ``migrate`` is to make a project, in each way in which its key vault and account come to be."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ..conftest import SUBSCRIPTION, Cloud
from ..worlds import migrate as worlds
from ..worlds.migrate import world_with
from .sequence import Sequence

JSON = dict[str, t.Any]
MAKE: JSON = {
    "migrate_project_name": "contoso",
    "migrate_resource_group": worlds.GROUP,
    "migrate_project_create": True,
    "migrate_subnet": worlds.SUBNET,
    "migrate_key_vault": worlds.KEY_VAULT,
    "migrate_storage_account": worlds.STORAGE,
    "migrate_source": "HyperV",
}


#: Of the three ways in which a key vault and a storage account come to be part of it.
WAYS: dict[str, JSON] = {
    "made, with roles": {},
    "made, with access policies": {"migrate_key_vault_uses_roles": False},
    "there before": {},
}


def to_be_made(world: JSON) -> None:
    """Nothing of it is there, and its providers are not registered."""
    for section in (
        "migrate_projects",
        "assessment_projects",
        "master_sites",
        "migrate_sites",
        "private_endpoints",
        "vaults",
        "key_vaults",
        "storage_accounts",
    ):
        world[section] = []
    world.update(private_dns_zones=[], role_assignments=[])
    providers = dict.fromkeys(("Microsoft.Migrate", "Microsoft.KeyVault"), "NotRegistered")
    world["subscriptions"] = [{"id": SUBSCRIPTION, "providers": providers}]


def made(directory: Path, way: str = "made, with roles") -> tuple[Cloud, Sequence]:
    """An Azure in which the project is to be made, and the role for it."""

    def there_before(world: JSON) -> None:
        healthy = worlds.healthy()
        world.update(key_vaults=healthy["key_vaults"], storage_accounts=healthy["storage_accounts"])
        world["subscriptions"][0]["providers"].pop("Microsoft.KeyVault")

    cloud = Cloud(world_with(to_be_made, *([there_before] if way == "there before" else [])))
    return cloud, Sequence(cloud, directory, "migrate", **MAKE, **WAYS[way])
