"""Microsoft.OffAzure: sites of appliances and the master sites that private endpoints lead to.

Sources: azure-cli-extensions recording ``test_offazure_Scenario.yaml`` (sites: 201 with the final document, lists, 404 codes of the
provider's own, DELETE 200); azure-powershell recording ``Get-AzMigrateSite.Recording.json`` (a registered site); azure-rest-api-specs
``offazure`` TypeSpec 2024-12-01-preview (master sites: PUT is a long operation with ``Location``, DELETE is not).
"""

from __future__ import annotations

import copy
import functools
import typing as t

from ... import long_operation
from ...arm import Arm, Call, Route
from ...operations import Operation
from ...store import Resource
from ...wire import JSON, ArmError, Response, location, parent
from .documents import (
    GROUP_PATH,
    MASTER_SITE,
    SITES,
    SUBSCRIPTION_PATH,
    check_name,
    connections,
    endpoint_id,
    etag,
    geo_code,
    listed,
    zone,
)

_MASTER = f"{GROUP_PATH}{MASTER_SITE}/{{site}}"
_DIALECT = long_operation.Dialect("", "operationResults")
_RESULT = "/subscriptions/{subscription}/providers/Microsoft.OffAzure/locations/{location}/operationResults/{operation}"
_LAID = ("allowMultipleSites", "customerStorageAccountArmId", "publicNetworkAccess", "sites")
_SITE_LAID = (
    "applianceName",
    "discoverySolutionId",
    "masterSiteId",
    "servicePrincipalIdentityDetails",
    "discoveryScenario",
)
#: Child of a site -> the code and sentence of a missing one; status 400 is a vCenter's alone.
_CHILDREN = {
    "clusters": (404, "ClusterNotFound", "Hyper-V cluster name '{}' cannot be found."),
    "hosts": (404, "HostNotFound", "Host name '{}' cannot be found."),
    "machines": (404, "MachineNotFound", "Machine name '{}' cannot be found."),
    "runAsAccounts": (404, "RunAsAccountNotFound", "Run as account name '{}' cannot be found."),
    "vCenters": (400, "InvalidVCenterName", "VCenter name '{}' is invalid."),
}


def routes() -> list[Route]:
    """The routes of master sites, sites and their (always empty) lists."""
    found = [
        Route("GET", SUBSCRIPTION_PATH + MASTER_SITE, functools.partial(_list, kind=MASTER_SITE)),
        Route("GET", GROUP_PATH + MASTER_SITE, functools.partial(_list, kind=MASTER_SITE)),
        Route("PUT", _MASTER, _put_master),
        Route("GET", _MASTER, _get),
        Route("PATCH", _MASTER, _put_master),
        Route("DELETE", _MASTER, _delete),
        Route(
            "GET",
            _RESULT,
            lambda call: long_operation.result(call, call["operation"], functools.partial(_document, call)),
            "",
        ),
    ]
    for kind in SITES.values():
        one = f"{GROUP_PATH}{kind}/{{site}}"
        found += [
            Route("GET", SUBSCRIPTION_PATH + kind, functools.partial(_list, kind=kind)),
            Route("GET", GROUP_PATH + kind, functools.partial(_list, kind=kind)),
            Route("PUT", one, functools.partial(_put_site, kind=kind)),
            Route("GET", one, _get),
            Route("DELETE", one, _delete),
        ]
        for child in _CHILDREN:
            found.append(Route("GET", f"{one}/{child}", _children))
            found.append(Route("GET", f"{one}/{child}/{{child}}", functools.partial(_child, kind=child)))
    return found


def create_master(arm: Arm, resource_id: str, body: JSON, geo: str = "") -> Resource:
    """Store a new master site, still Accepted."""
    check_name(arm, resource_id.rsplit("/", 1)[-1])
    region = location(body["location"])
    host = f"{arm.guid().replace('-', '')}-agent.{geo_code(arm, region, geo)}.disc.{zone(arm)}"
    document: JSON = {
        "id": resource_id,
        "name": resource_id.rsplit("/", 1)[-1],
        "type": MASTER_SITE,
        "etag": etag(arm),
        "location": region,
        "properties": {
            "allowMultipleSites": False,
            "sites": [],
            "publicNetworkAccess": "Enabled",
            "privateEndpointConnections": [],
            "provisioningState": "Accepted",
        },
    }
    site = Resource(resource_id, document, {"host": host, "private": True})
    _lay(arm, site, body, _LAID)
    return arm.store.put(site)


def create_site(arm: Arm, resource_id: str, kind: str, body: JSON) -> Resource:
    """Store a new site of an appliance."""
    region = location(body["location"])
    document: JSON = {
        "id": resource_id,
        "name": resource_id.rsplit("/", 1)[-1],
        "type": kind,
        "etag": etag(arm),
        "location": region,
        "properties": {
            "masterSiteId": None,
            "servicePrincipalIdentityDetails": None,
            "agentDetails": {
                "id": f"{arm.guid()}-agent",
                "version": None,
                "lastHeartBeatUtc": None,
                "keyVaultUri": None,
                "keyVaultId": None,
            },
            "serviceEndpoint": f"https://discoverysrv.{geo_code(arm, region)}.{zone(arm).removeprefix('privatelink.')}/",
            "applianceName": None,
            "discoverySolutionId": None,
            "provisioningState": "Succeeded",
        },
    }
    site = Resource(resource_id, document)
    _lay(arm, site, body, _SITE_LAID)
    return arm.store.put(site)


def _lay(arm: Arm, site: Resource, body: JSON, names: t.Iterable[str]) -> None:
    given = body.get("properties") or {}
    for name in names:
        if given.get(name) is not None:
            site.properties[name] = given[name]
    if isinstance(given.get("agentDetails"), dict):
        site.properties["agentDetails"].update(given["agentDetails"])
    site.document["etag"] = etag(arm)


def _get(call: Call) -> Response:
    site = call.arm.store.get(call.id)
    return Response(200, site.document, {"ETag": site.document["etag"]})


def _put_master(call: Call) -> Response:
    arm = call.arm
    existing = arm.store.find(call.id)
    if existing is None and call.request.method == "PATCH":
        arm.store.get(call.id)
    if existing is not None:
        _lay(arm, existing, call.body, _LAID)
        return Response(200, existing.document)
    site = create_master(arm, call.id, call.body)
    first = copy.deepcopy(site.document)
    operation = arm.operations.start(
        arm.guid(),
        "master_site.create",
        site.id,
        lambda: site.properties.update(provisioningState="Succeeded"),
        lambda: arm.store.remove(site.id),
    )
    scope = f"/subscriptions/{call['subscription']}/providers/Microsoft.OffAzure/locations/{site.document['location']}"
    return Response(201, first, long_operation.headers(call, operation, _DIALECT, scope))


def _put_site(call: Call, kind: str) -> Response:
    arm = call.arm
    existing = arm.store.find(call.id)
    if existing is not None:
        _lay(arm, existing, call.body, _SITE_LAID)
        return Response(200, existing.document, {"ETag": existing.document["etag"]})
    site = create_site(arm, call.id, kind, call.body)
    return Response(201, site.document, {"ETag": site.document["etag"]})


def _delete(call: Call) -> Response:
    """At once: 200 without a body."""
    arm, site = call.arm, call.arm.store.find(call.id)
    if site is None:
        return Response(204)
    left = [endpoint_id(connection) for connection in connections(arm, site)]
    arm.store.remove(site.id)
    for each in left:
        if arm.private_link.endpoints is not None:
            arm.private_link.endpoints.set_state(each, "Disconnected", "The site was deleted.")
    return Response(200)


def _document(call: Call, operation: Operation) -> t.Any:
    found = call.arm.store.find(operation.resource_id)
    return found.document if found else None


def _list(call: Call, kind: str) -> Response:
    scope = f"/subscriptions/{call['subscription']}"
    if "group" in call.parameters:
        scope += f"/resourceGroups/{call['group']}"
    return Response(200, listed(each.document for each in call.arm.store.below(scope, kind)))


def _children(call: Call) -> Response:
    call.arm.store.get(parent(call.id + "/x"))
    return Response(200, listed([]))


def _child(call: Call, kind: str) -> Response:
    status, code, sentence = _CHILDREN[kind]
    call.arm.store.get(parent(call.id))
    raise ArmError(status, code, sentence.format(call["child"]))
