"""A resource of this provider, written and settled as the others of it are.

Which documents carry a ``resourceGuid``: Azure/bicep-types-az ``generated/dnsresolver/microsoft.network/2022-07-01/types.md``.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, ArmError, Response
from ..network import operations
from ..network.private_dns_operations import Messages, unmet

#: Resources of which Azure shows no ``resourceGuid``.
_WITHOUT_GUID = frozenset(
    f"Microsoft.Network/dnsForwardingRulesets/{kind}" for kind in ("forwardingRules", "virtualNetworkLinks")
)


def keep(arm: Arm, resource_id: str, kind: str, region: str, properties: JSON) -> Resource:
    """Store a resource as it is once nobody works on it. ``region`` is empty for what has none."""
    shown: JSON = {**properties, "provisioningState": "Succeeded"}
    if kind not in _WITHOUT_GUID:
        shown["resourceGuid"] = arm.guid()
    document: JSON = {
        "id": resource_id,
        "name": resource_id.rsplit("/", 1)[-1],
        "type": kind,
        "etag": arm.etag(),
        **({"location": region} if region else {}),
        "properties": shown,
    }
    return arm.store.put(Resource(resource_id, document))


def lay(arm: Arm, call: Call, kind: str, deed: str, region: str, properties: JSON) -> Response:
    """Store what a PUT asks for, ``Updating`` until its operation ends. ``region`` is empty for what has none."""
    current = arm.store.find(call.id)
    if current is not None:
        operations.refuse_while_running(call, current.id, region)
    resource_id = current.id if current else call.id
    resource = keep(arm, resource_id, kind, region, properties)
    resource.properties["provisioningState"] = "Updating"
    if call.body.get("tags") is not None:
        resource.document["tags"] = call.body["tags"]

    def settle(state: str) -> None:
        resource.properties["provisioningState"] = state

    operation = operations.start(arm, deed, resource_id, lambda: settle("Succeeded"), lambda: settle("Failed"))
    return operations.accepted(call, operation, region or "global", resource, new=current is None)


def conditional(arm: Arm, routes: t.Iterable[Route]) -> list[Route]:
    """The routes, with what writes or deletes refused when its ``If-Match`` or ``If-None-Match`` is not met.

    Every PUT and DELETE of this API takes them (https://learn.microsoft.com/rest/api/dnsresolver); code and words of the 412 are
    unverified, and are those of private DNS.
    """

    def checked(route: Route) -> Route:
        def handler(call: Call) -> Response:
            if error := unmet(call, arm.store.find(call.id), Messages.of(call.id.rsplit("/", 1)[-1])):
                raise ArmError(412, error["code"], error["message"])
            return route.handler(call)

        return replace(route, handler=handler) if route.method in ("PUT", "DELETE") else route

    return [checked(route) for route in routes]
