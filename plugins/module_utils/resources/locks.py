"""Management locks as Azure lists them."""

from __future__ import annotations

import typing as t

from ..azure.client import Azure
from ..errors import NotFound
from ..ids import fold_id
from ..wire import JSON, get_path

LOCKS = "/providers/Microsoft.Authorization/locks"
LOCKS_API_VERSION = "2016-09-01"
READ_LOCKS = "Microsoft.Authorization/locks/read"


class Lock(t.NamedTuple):
    """A lock: the id of what it locks, and with it everything below; ``read_only`` when nothing may change either."""

    name: str
    scope: str
    read_only: bool

    def covers(self, resource_id: str) -> bool:
        """Whether the lock is on a resource, or inherited by it."""
        return f"{fold_id(resource_id)}/".startswith(f"{fold_id(self.scope)}/")


def read_locks(azure: Azure, group: str) -> list[Lock]:
    """Every lock at, above and below a resource group; none while it does not exist."""
    try:
        found: list[JSON] = azure.list(f"{group}{LOCKS}", LOCKS_API_VERSION)
    except NotFound:
        return []
    return [_lock(document) for document in found]


def _lock(document: JSON) -> Lock:
    resource_id = str(document.get("id") or "")
    scope = resource_id[: resource_id.lower().rfind(LOCKS.lower())]
    level = str(get_path(document, "properties.level") or "").lower()
    return Lock(str(document.get("name")), scope, level == "readonly")
