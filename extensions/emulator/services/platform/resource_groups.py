"""Resource groups and the lists of what is in them. A group shows the tags it was sent, and none when none were sent.

Sources: azure-rest-api-specs ``specification/resources/resource-manager/Microsoft.Resources/resources``; azure-cli
recording ``test_backup_identity.yaml`` and azure-powershell's ``TestZoneRemoveEtagMismatch.json`` (the group's document);
Microsoft Learn "Resolve resource not found errors".
"""

from __future__ import annotations

import re
import typing as t

from ... import long_operation, odata
from ...arm import Arm, Call, Route
from ...store import Resource, type_of
from ...wire import JSON, ArmError, Response, fold, location, not_found
from . import resource_group_deletion as deletion
from .authorization import Authorization
from .request_checks import regions, required_location
from .resource_group_deletion import is_top_level

_GROUPS = "/subscriptions/{subscription}/resourceGroups"
_GROUP = _GROUPS + "/{group}"
_TYPE = "Microsoft.Resources/subscriptions/resourceGroups"
_INSIDE = re.compile(r"(/subscriptions/[^/]+/resourceGroups/[^/]+)/", re.IGNORECASE)
#: Scope: the subscription's id. Deleting a resource group answers with ``Location`` alone.
_DIALECT = long_operation.Dialect("", "operationresults")
_SHOWN = ("id", "name", "type", "location", "kind", "sku", "identity", "tags")


class ResourceGroups:
    """Groups, the check that a request's group exists, and resource lists."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def routes(self) -> t.Iterable[Route]:
        """Groups, resource lists, existence checks and the poll of a deletion."""
        return (
            Route("GET", _GROUPS, self._list, action=""),
            Route("GET", _GROUP, self._get),
            Route("HEAD", _GROUP, self._exists),
            Route("PUT", _GROUP, self._put),
            Route("PATCH", _GROUP, self._patch),
            Route("DELETE", _GROUP, self._delete),
            Route("GET", _GROUP + "/resources", self._resources, action=""),
            Route("GET", "/subscriptions/{subscription}/resources", self._resources, action=""),
            Route("GET", "/subscriptions/{subscription}/operationresults/{operation}", self._poll, action=""),
            Route("HEAD", _GROUP + "/providers/{+rest}", self._exists),
        )

    def load(self, world: JSON) -> None:
        """Make the world's groups."""
        for one in world["resource_groups"]:
            self._make(f"/subscriptions/{one['subscription_id']}/resourceGroups/{one['name']}", one)

    def _make(self, group_id: str, given: JSON) -> Resource:
        document: JSON = {
            "id": group_id,
            "name": group_id.rsplit("/", 1)[-1],
            "type": "Microsoft.Resources/resourceGroups",
            "location": location(given["location"]),
            "properties": {"provisioningState": "Succeeded"},
        }
        if given.get("tags") is not None:
            document["tags"] = given["tags"]
        if given.get("managedBy"):
            document["managedBy"] = given["managedBy"]
        return self._arm.store.put(Resource(group_id, document))

    def check(self, call: Call, route: Route) -> Response | None:
        match = _INSIDE.match(call.id)
        if match is None:
            return None
        group = self._arm.store.find(match.group(1))
        if group is None:
            raise not_found(match.group(1))
        if group.properties["provisioningState"] == "Deleting" and call.request.method in ("PUT", "PATCH"):
            raise ArmError(
                409,
                "ResourceGroupBeingDeleted",
                f"The resource group '{group.name}' is in deprovisioning state and cannot perform this operation.",
            )
        return None

    def _list(self, call: Call) -> Response:
        groups = self._arm.store.below(f"/subscriptions/{call['subscription']}", _TYPE)
        return Response(200, {"value": [one.document for one in self._readable(call, groups)]})

    def _readable(self, call: Call, resources: list[Resource]) -> list[Resource]:
        """Lists leave out what the caller may not read, and what the filter leaves out."""
        authorization: Authorization = self._arm.service(Authorization)
        caller, condition = call.caller["object_id"], call.request.query.get("$filter", "")
        return [
            one
            for one in resources
            if _matches(one, condition) and authorization.allowed(caller, f"{type_of(one.id)}/read", one.id)
        ]

    def _get(self, call: Call) -> Response:
        return Response(200, self._arm.store.get(call.id).document)

    def _exists(self, call: Call) -> Response:
        return Response(204 if self._arm.store.find(call.id) else 404)

    def _put(self, call: Call) -> Response:
        given, stored = call.body, self._arm.store.find(call.id)
        region, known = required_location(call), regions(self._arm)
        if location(region) not in known:
            raise ArmError(
                400,
                "LocationNotAvailableForResourceGroup",
                f"The provided location '{region}' is not available for resource group. List of available regions is "
                f"'{','.join(known)}'.",
            )
        if stored is None:
            return Response(201, self._make(call.id, given).document)
        if location(given["location"]) != stored.document["location"]:
            raise ArmError(
                409,
                "InvalidResourceGroupLocation",
                f"Invalid resource group location '{given['location']}'. The Resource group already exists in location "
                f"'{stored.document['location']}'.",
            )
        self._refuse_deleting(stored)
        stored.document.pop("tags", None)
        if given.get("tags") is not None:
            stored.document["tags"] = given["tags"]
        return Response(200, stored.document)

    def _patch(self, call: Call) -> Response:
        stored = self._arm.store.get(call.id)
        self._refuse_deleting(stored)
        if "tags" in call.body:
            stored.document["tags"] = call.body["tags"] or {}
        return Response(200, stored.document)

    def _refuse_deleting(self, group: Resource) -> None:
        if group.properties["provisioningState"] == "Deleting":
            raise ArmError(
                409,
                "ResourceGroupBeingDeleted",
                f"The resource group '{group.name}' is in deprovisioning state and cannot perform this operation.",
            )

    def _delete(self, call: Call) -> Response:
        group = self._arm.store.get(call.id)
        running = self._arm.operations.running_on(group.id) or deletion.start(call, group)
        scope = f"/subscriptions/{call['subscription']}"
        return Response(202, None, long_operation.headers(call, running, _DIALECT, scope))

    def _poll(self, call: Call) -> Response:
        return long_operation.result(call, call["operation"])

    def _resources(self, call: Call) -> Response:
        scope = call.id.rpartition("/")[0]
        if "/resourcegroups/" in call.id.lower():
            self._arm.store.get(scope)
        top = [one for one in self._arm.store.below(scope) if is_top_level(one.id)]
        expanded = call.request.query.get("$expand", "")
        shown = []
        for one in self._readable(call, top):
            document = {name: one.document[name] for name in _SHOWN if name in one.document}
            if "provisioningState" in expanded and "provisioningState" in one.properties:
                document["provisioningState"] = one.properties["provisioningState"]
            if "createdTime" in expanded:
                document["createdTime"] = self._arm.clock.iso(one.created)
            if "changedTime" in expanded:
                document["changedTime"] = self._arm.clock.iso(self._changed(one))
            shown.append(document)
        return Response(200, {"value": shown})

    def _changed(self, resource: Resource) -> float:
        """When a resource was last written, or a long operation on it ended."""
        wanted = fold(resource.id)
        written = (
            entry["at"]
            for entry in self._arm.log
            if entry["method"] in ("PUT", "PATCH") and entry.get("status", 500) < 300 and fold(entry["path"]) == wanted
        )
        ended = (one.finished for one in self._arm.operations.all() if one.finished and fold(one.resource_id) == wanted)
        return max([resource.created or 0.0, *written, *ended])


def _matches(resource: Resource, condition: str) -> bool:
    tags = {str(name).lower(): value for name, value in (resource.document.get("tags") or {}).items()}
    parts = resource.id.strip("/").split("/")
    tag_name, tag_value = odata.equal(condition, "tagName"), odata.equal(condition, "tagValue")
    facts: dict[str, str] = {
        "resourcetype": type_of(resource.id),
        "resourcegroup": parts[3],
        "name": resource.name,
        "location": str(resource.document.get("location", "")),
    }
    return (
        all(
            facts[one.name].lower() == one.value.lower()
            for one in odata.comparisons(condition)
            if one.name in facts and one.operator == "eq"
        )
        and (tag_name is None or tag_name.lower() in tags)
        and (tag_value is None or (tag_name is not None and tags.get(tag_name.lower()) == tag_value))
    )
