"""Every resource the emulated Azure holds, as the JSON that a GET answers."""

from __future__ import annotations

import typing as t

from .wire import JSON, fold, not_found


class Resource:
    """One resource: its id as first written, the document a GET gives and ``hidden`` facts no answer shows.

    ``created`` are emulated seconds, set when it is first stored.
    """

    def __init__(self, resource_id: str, document: JSON, hidden: JSON | None = None) -> None:
        self.created: float | None = None
        self.id = resource_id
        self.document = document
        self.hidden: JSON = hidden or {}

    @property
    def properties(self) -> JSON:
        """The document's ``properties``, made when missing."""
        return t.cast(JSON, self.document.setdefault("properties", {}))

    @property
    def name(self) -> str:
        """The last segment of the id."""
        return self.id.rsplit("/", 1)[-1]


class Store:
    """Resources by id. Ids are compared without regard to case; order of creation is kept."""

    def __init__(self, now: t.Callable[[], float] = float) -> None:
        self._now = now
        self._resources: dict[str, Resource] = {}
        self._by_type: dict[str, dict[str, Resource]] = {}

    def find(self, resource_id: str) -> Resource | None:
        """The resource, or ``None``."""
        return self._resources.get(fold(resource_id))

    def get(self, resource_id: str) -> Resource:
        """The resource. Raises 404 as Azure words it."""
        found = self.find(resource_id)
        if found is None:
            raise not_found(resource_id)
        return found

    def put(self, resource: Resource) -> Resource:
        """Store under its id, in place of what was there; what replaces a resource keeps its date of birth."""
        if resource.created is None:
            before = self._resources.get(fold(resource.id))
            resource.created = before.created if before else self._now()
        key = fold(resource.id)
        self._resources[key] = resource
        self._by_type.setdefault(type_of(key), {})[key] = resource
        return resource

    def remove(self, resource_id: str) -> None:
        """Forget the resource and everything below it."""
        key = fold(resource_id)
        for candidate in [k for k in self._resources if k == key or k.startswith(key + "/")]:
            del self._resources[candidate]
            del self._by_type[type_of(candidate)][candidate]

    def below(self, scope: str, resource_type: str = "") -> list[Resource]:
        """All resources under a scope (any depth), of one type (``Microsoft.Network/virtualNetworks``) when given.

        A type matches exactly: children such as ``.../subnets`` have a type of their own.
        """
        prefix = "/" if scope in ("", "/") else fold(scope) + "/"
        candidates = self._by_type.get(resource_type.lower(), {}) if resource_type else self._resources
        return [resource for key, resource in candidates.items() if key.startswith(prefix)]

    def all(self) -> list[Resource]:
        """Every resource in order of creation."""
        return list(self._resources.values())


def type_of(resource_id: str) -> str:
    """The lower-case type of an id: provider and type segments, or that of a group or subscription."""
    parts = fold(resource_id).strip("/").split("/")
    if "providers" in parts[:-1]:
        start = len(parts) - 1 - parts[::-1].index("providers")
        return "/".join([parts[start + 1], *parts[start + 2 :: 2]])
    return {2: "microsoft.resources/subscriptions", 4: "microsoft.resources/subscriptions/resourcegroups"}.get(
        len(parts), ""
    )
