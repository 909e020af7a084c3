"""Ids of what a world file names: resource groups and resources given by name or by id."""

from __future__ import annotations

import contextlib
import typing as t

from ...wire import JSON, ArmError
from ...world import SUBSCRIPTION, WorldError


def group_id(world: JSON, item: JSON) -> str:
    """The id of the resource group an item is in; without ``subscription_id`` the world's first subscription counts."""
    first = (world.get("subscriptions") or [{"id": SUBSCRIPTION}])[0]["id"]
    return f"/subscriptions/{item.get('subscription_id') or first}/resourceGroups/{item['resource_group']}"


def resolve(world: JSON, section: str, resource_type: str, name: str) -> str:
    """The id of a resource given by id, or by a name that is unique in its section. Raises ``WorldError``."""
    if name.startswith("/"):
        return name
    found = [item for item in world.get(section) or [] if str(item["name"]).lower() == name.lower()]
    if len(found) != 1:
        raise WorldError(f"{section}: '{name}' names {len(found)} resources; write the id")
    return f"{group_id(world, found[0])}/providers/{resource_type}/{found[0]['name']}"


@contextlib.contextmanager
def refused_as_world_error(what: str) -> t.Iterator[None]:
    """What a client would be refused is, in a world file, an error of the file."""
    try:
        yield
    except ArmError as error:
        raise WorldError(f"{what}: {error}") from error
