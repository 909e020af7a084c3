"""Microsoft.Resources/tags: the tags of one resource, merged, replaced or taken away without the rest of it.

Source: Microsoft Learn, REST reference "Tags - Update At Scope" and "Tags - Create Or Update At Scope" (2021-04-01): 200 with
the tags the resource has then; at most 50; names are compared without regard to case ("Use tags to organize your Azure
resources"). That a name keeps its spelling, and that a resource without an entry answers an empty object, is unverified.
"""

from __future__ import annotations

import typing as t

from ...arm import Arm, Call, Route
from ...wire import JSON, ArmError, Response
from .resource_tags import refuse_tags

TYPE = "Microsoft.Resources/tags"
_OPERATIONS = ("Merge", "Replace", "Delete")


class TagsAtScope:
    """The one object ``default`` below any resource; nothing is stored besides that resource's own tags."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def routes(self) -> t.Iterable[Route]:
        """Get, put and patch at any resource."""
        base = f"/{{+scope}}/providers/{TYPE}/default"
        yield Route("GET", base, lambda call: self._answer(call, self._arm.store.get(f"/{call['scope']}").document))
        yield Route("PUT", base, self._put)
        yield Route("PATCH", base, self._patch)

    def load(self, world: JSON) -> None:
        """Resources bring their tags themselves."""

    def _put(self, call: Call) -> Response:
        return self._write(call, lambda _tags, given: given)

    def _patch(self, call: Call) -> Response:
        operation = str(call.body.get("operation") or "")
        if operation not in _OPERATIONS:
            raise ArmError(400, "InvalidRequestContent", f"The operation must be one of {', '.join(_OPERATIONS)}.")
        return self._write(
            call, {"Merge": _merged, "Replace": lambda _tags, given: given, "Delete": _without}[operation]
        )

    def _write(self, call: Call, change: t.Callable[[JSON, JSON], JSON]) -> Response:
        resource = self._arm.store.get(f"/{call['scope']}")
        tags = change(dict(resource.document.get("tags") or {}), (call.body.get("properties") or {}).get("tags") or {})
        refuse_tags(tags)
        resource.document["tags"] = tags
        if "etag" in resource.document:
            resource.document["etag"] = self._arm.etag()
        return self._answer(call, resource.document)

    def _answer(self, call: Call, document: JSON) -> Response:
        tags = document.get("tags") or {}
        return Response(200, {"id": call.id, "name": "default", "type": TYPE, "properties": {"tags": tags}})


def _merged(tags: JSON, given: JSON) -> JSON:
    spelled = {name.lower(): name for name in tags}
    return {**tags, **{spelled.get(name.lower(), name): value for name, value in given.items()}}


def _without(tags: JSON, given: JSON) -> JSON:
    going = {name.lower(): value for name, value in given.items()}
    return {name: value for name, value in tags.items() if going.get(name.lower(), object()) not in (value, "")}
