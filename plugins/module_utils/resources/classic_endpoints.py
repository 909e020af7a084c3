"""Backup's classic (v1) experience: the endpoints that a vault's identity makes beside the vault's own, and how to tell it.

https://learn.microsoft.com/azure/backup/private-endpoints-overview: they are called ``<endpoint>_ecs..._blob``,
``<endpoint>_ecs..._queue`` and ``<endpoint>_prot..._blob`` and stand in the resource group of the vault's endpoint. In the
current (v2) experience the vault's one endpoint publishes the names of storage itself. No property of a vault tells them apart.
"""

from __future__ import annotations

import re
import typing as t

from ..wire import JSON
from .endpoint_names import PublishedName

_CHILD = re.compile(r"(?:ecs|prot)\w*_(?:blob|queue)$", re.IGNORECASE)
_STORAGE = re.compile(r"\.(blob|queue)\.", re.IGNORECASE)
#: The tag of a vault that says which experience its endpoints were asked for in, since Azure shows it only once storage is used.
EXPERIENCE_TAG = "privatelink-backup-experience"
#: Its values: classic endpoints, classic ones that are being removed for current ones, none but current ones.
CLASSIC, LEAVING, CURRENT = "v1", "v1-to-v2", "v2"


def is_storage_endpoint(name: str) -> bool:
    """Whether an endpoint has the name of one that a vault's identity made."""
    return bool(re.search(f"_{_CHILD.pattern}", name, re.IGNORECASE))


def storage_endpoints(name: str, documents: t.Iterable[JSON]) -> list[JSON]:
    """Those of a resource group's endpoints that a vault's identity made beside the endpoint ``name``, by name."""
    beside, named = f"{name.lower()}_", {str(item.get("name") or "").lower(): item for item in documents}
    return [
        named[other]
        for other in sorted(named)
        if other.startswith(beside) and _CHILD.fullmatch(other.removeprefix(beside))
    ]


def publishes_storage(names: t.Iterable[PublishedName]) -> bool:
    """Whether names of storage are among those of a vault's own endpoint, which only the current experience has."""
    return any(_STORAGE.search(name["fqdn"]) for name in names)
