"""Application security groups, which private endpoints may be in.

Source: azure-powershell recording ``TestPrivateEndpointApplicationSecurityGroup.json`` (the group's document and operation);
Microsoft Learn "Configure an application security group with a private endpoint" (same region; the right to join).
"""

from __future__ import annotations

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, Response, fold, location
from . import addresses, operations

GROUP = "Microsoft.Network/applicationSecurityGroups"
FIELD = "applicationSecurityGroups"
_JOIN = f"{GROUP}/joinIpConfiguration/action"


class ApplicationSecurityGroups:
    """The routes of application security groups."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def routes(self) -> list[Route]:
        """GET, lists, PUT, PATCH of tags, DELETE."""
        path, store = f"{operations.GROUP_PATH}/{FIELD}", self._arm.store
        subscription = "/subscriptions/{subscription}/providers/" + GROUP
        return [
            Route(
                "GET",
                subscription,
                lambda call: operations.listed(store.below(operations.subscription(call.id), GROUP)),
            ),
            Route("GET", path, lambda call: operations.listed(store.below(operations.group_of(call), GROUP))),
            Route("GET", path + "/{security_group}", lambda call: operations.shown(store.get(call.id).document)),
            Route("PUT", path + "/{security_group}", self._put),
            Route("PATCH", path + "/{security_group}", self._patch),
            Route("DELETE", path + "/{security_group}", self._delete),
        ]

    def _put(self, call: Call) -> Response:
        arm, region = self._arm, location(call.body["location"])
        current = arm.store.find(call.id)
        if current is None:
            operations.check_name(call["security_group"])
        else:
            operations.refuse_while_running(call, current.id, region)
            operations.refuse_other_location(current, region)
        group_id = current.id if current else call.id
        document: JSON = {
            "name": group_id.rsplit("/", 1)[-1],
            "id": group_id,
            "etag": arm.etag(),
            "type": GROUP,
            "location": region,
            "properties": {"provisioningState": "Updating"},
        }
        if call.body.get("tags") is not None:
            document["tags"] = call.body["tags"]
        group = arm.store.put(Resource(group_id, document))

        def settle(state: str) -> None:
            group.properties["provisioningState"] = state
            group.document["etag"] = arm.etag()

        operation = operations.start(
            arm,
            "application_security_group.create",
            group.id,
            lambda: settle("Succeeded"),
            lambda: settle("Failed"),
        )
        return operations.accepted(call, operation, region, group, new=current is None, notified=True)

    def _patch(self, call: Call) -> Response:
        group = self._arm.store.get(call.id)
        if "tags" in call.body:
            group.document["tags"] = call.body["tags"] or {}
            group.document["etag"] = self._arm.etag()
        return operations.shown(group.document)

    def _delete(self, call: Call) -> Response:
        return operations.delete(call, "application_security_group", self._refuse_in_use)

    def _refuse_in_use(self, group: Resource) -> None:
        """One that an endpoint is in stays; code and text follow those of a subnet in use and are unverified."""
        for endpoint in self._arm.store.below("", addresses.ENDPOINT):
            if fold(group.id) in (fold(each["id"]) for each in endpoint.properties.get(FIELD) or []):
                raise operations.invalid(
                    f"Application security group {group.name} is in use by {endpoint.id} and cannot be deleted.",
                    "InUseApplicationSecurityGroupCannotBeDeleted",
                )


def chosen(call: Call, region: str) -> list[JSON]:
    """The groups that an endpoint's body names: they exist in its region, and the caller may join them."""
    ids = [str(each.get("id")) for each in (call.body.get("properties") or {}).get(FIELD) or []]
    for group_id in ids:
        operations.require_join(call, f"{addresses.ENDPOINT}/write", _JOIN, group_id)
        group = call.arm.store.find(group_id)
        if group is None or group.document["type"] != GROUP or group.document["location"] != region:
            raise operations.invalid_reference(group_id, call.id)
    return [{"id": group_id} for group_id in ids]


def show(endpoint: Resource, groups: list[JSON]) -> None:
    """Write the groups of an endpoint; there is no list when it is in none."""
    endpoint.properties.pop(FIELD, None)
    if groups:
        endpoint.properties[FIELD] = groups
