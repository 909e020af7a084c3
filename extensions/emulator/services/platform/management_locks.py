"""Microsoft.Authorization/locks, and what they forbid.

Sources: azure-rest-api-specs ``specification/resources/.../2016-09-01/locks.json``; Microsoft Learn "Lock your resources
to protect your infrastructure" (levels, inheritance, that a POST counts as a change); the help of ``Get-AzResourceLock``
(a list shows locks at, above and below its scope, with ``atScope()`` none below); MicrosoftDocs/azure-docs#110791 and
Azure/terraform-azurerm-lz-vending#496 (the refusal's words, seen for deletions; for other changes they are inferred).
"""

from __future__ import annotations

import typing as t

from ...arm import Arm, Call, Route
from ...permission import listed, within
from ...store import Resource
from ...wire import JSON, ArmError, Response
from ...world import WorldError

TYPE = "Microsoft.Authorization/locks"
_LEVELS = ("CanNotDelete", "ReadOnly", "NotSpecified")
_CHANGES = ("PUT", "PATCH", "POST", "DELETE")


class ManagementLocks:
    """Locks, stored below what they lock, and one check."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def routes(self) -> t.Iterable[Route]:
        """List, get, put and delete at any scope."""
        base = f"/{{+scope}}/providers/{TYPE}"
        yield Route("GET", base, self._list)
        yield Route("GET", f"{base}/{{name}}", lambda call: Response(200, self._arm.store.get(call.id).document))
        yield Route("PUT", f"{base}/{{name}}", self._put)
        yield Route("DELETE", f"{base}/{{name}}", self._delete)

    def load(self, world: JSON) -> None:
        """Make the locks of the world: ``scope`` (an id), ``level`` and ``name``."""
        for entry in world.get("locks") or []:
            scope, level = entry["scope"], entry["level"]
            if not scope.startswith("/subscriptions/"):
                raise WorldError(f"lock {entry}: scope must be a subscription or an id in one")
            self._make(f"{scope}/providers/{TYPE}/{entry.get('name', 'lock')}", {"level": level})

    def refuse_deletion(self, resource_id: str) -> None:
        """Raise what Azure says when something that is locked would be deleted along with another resource."""
        self._refuse(resource_id, deleting=True)

    def check(self, call: Call, _route: Route) -> Response | None:
        path = call.request.path
        if call.request.method in _CHANGES and f"/providers/{TYPE}/".lower() not in path.lower():
            self._refuse(path.rstrip("/"), deleting=call.request.method == "DELETE")
        return None

    def _refuse(self, path: str, *, deleting: bool) -> None:
        locked = [
            scope
            for lock in self._all()
            for scope in [_scope(lock)]
            if (within(path, scope) and (deleting or lock.properties["level"] == "ReadOnly"))
            or (deleting and within(scope, path))
        ]
        if locked:
            names = ",".join(f"'{scope}'" for scope in locked)
            raise ArmError(
                409,
                "ScopeLocked",
                f"The scope '{path}' cannot perform {'delete' if deleting else 'write'} operation because following "
                f"scope(s) are locked: {names}. Please remove the lock and try again.",
            )

    def _all(self) -> list[Resource]:
        return self._arm.store.below("", TYPE)

    def _list(self, call: Call) -> Response:
        scope, condition = call["scope"], call.request.query.get("$filter", "")
        found = [lock.document for lock in self._all() if listed(scope, _scope(lock), condition)]
        return Response(200, {"value": found})

    def _put(self, call: Call) -> Response:
        given: JSON = call.body.get("properties") or {}
        if given.get("level") not in _LEVELS:
            raise ArmError(400, "InvalidLockLevel", f"The lock level must be one of {', '.join(_LEVELS)}.")
        new = self._arm.store.find(call.id) is None
        return Response(201 if new else 200, self._make(call.id, given).document)

    def _make(self, resource_id: str, properties: JSON) -> Resource:
        name = resource_id.rsplit("/", 1)[-1]
        document = {"properties": dict(properties), "id": resource_id, "type": TYPE, "name": name}
        return self._arm.store.put(Resource(resource_id, document))

    def _delete(self, call: Call) -> Response:
        if self._arm.store.find(call.id) is None:
            return Response(204)
        self._arm.store.remove(call.id)
        return Response(200)


def _scope(lock: Resource) -> str:
    return lock.id.rsplit("/providers/", 1)[0]
