"""An Azure in which the role ``migrate`` is to make a project, in each way in which its key vault and account come to be."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ..conftest import Cloud
from ..worlds.migrate import MAKE, none_there, to_be_made, world_with
from .sequence import Sequence

JSON = dict[str, t.Any]
#: Of the three ways in which a key vault and a storage account come to be part of it.
WAYS: dict[str, JSON] = {
    "made, with roles": {},
    "made, with access policies": {"migrate_key_vault_uses_roles": False},
    "there before": {},
}


def made(directory: Path, way: str = "made, with roles") -> tuple[Cloud, Sequence]:
    """An Azure in which the project is to be made, and the role for it."""
    cloud = Cloud(world_with(to_be_made, *([] if way == "there before" else [none_there])))
    return cloud, Sequence(cloud, directory, "migrate", **MAKE, **WAYS[way])
