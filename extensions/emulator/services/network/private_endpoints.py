"""Private endpoints: the requests on them.

Source: azure-cli recording ``test_network_private_endpoint_private_dns_zone_group.yaml``.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...arm import Arm, Call, Route
from ...private_link import Name
from ...store import Resource
from ...wire import JSON, Response, location, parent
from ..platform.management_locks import ManagementLocks
from . import addresses, operations, security_groups
from . import endpoint_request as requests
from . import endpoint_rules as rules
from .endpoint_request import EndpointRequest
from .interfaces import Interfaces
from .publication import AUTO_APPROVED, Publication
from .settings import setting
from .zone_groups import ZoneGroups

_EXPANDED = {"networkinterface": "networkInterfaces", "subnet": "subnet"}


class PrivateEndpoints:
    """The routes of private endpoints."""

    def __init__(self, arm: Arm, interfaces: Interfaces, zone_groups: ZoneGroups, publication: Publication) -> None:
        self._arm, self._interfaces, self._zone_groups, self._publication = arm, interfaces, zone_groups, publication

    def routes(self) -> list[Route]:
        """GET, lists, PUT, PATCH of tags, DELETE."""
        subscription = "/subscriptions/{subscription}/providers/" + addresses.ENDPOINT
        group = operations.GROUP_PATH + "/privateEndpoints"
        store, kind = self._arm.store, addresses.ENDPOINT
        return [
            Route("GET", subscription, lambda call: _listed(call, store.below(operations.subscription(call.id), kind))),
            Route("GET", group, lambda call: _listed(call, store.below(operations.group_of(call), kind))),
            Route("GET", group + "/{endpoint}", self._get),
            Route("PUT", group + "/{endpoint}", self._put),
            Route("PATCH", group + "/{endpoint}", self._patch),
            Route("DELETE", group + "/{endpoint}", self._delete),
        ]

    def create(self, endpoint_id: str, wanted: EndpointRequest, properties: JSON, approved: bool) -> Resource:
        """Store a new endpoint with its interface, still Updating; its known names have their addresses already."""
        guid = self._arm.guid()
        interface_name = wanted.interface_name or f"{endpoint_id.rsplit('/', 1)[-1]}.nic.{guid}"
        interface_id = f"{parent(endpoint_id)}/providers/{addresses.INTERFACE}/{interface_name}"
        document = requests.document(self._arm, endpoint_id, wanted, properties, interface_id, approved)
        endpoint = Resource(endpoint_id, document, {"request": wanted})
        names = self._known_names(endpoint, approved)
        subnet = self._arm.store.get(wanted.subnet_id)
        rules.check_room(self._arm, subnet, names, wanted.fixed)
        self._arm.store.put(endpoint)
        interface = self._interfaces.create(interface_id, wanted.location, endpoint_id)
        self._interfaces.hold(interface, subnet, names, wanted.fixed)
        return endpoint

    def make(
        self,
        endpoint_id: str,
        subnet_id: str,
        region: str,
        target_id: str,
        group_id: str,
        then: t.Callable[[Resource], None],
    ) -> Resource:
        """Make an endpoint for a service that does so by itself; it takes as long as a client's."""
        name = endpoint_id.rsplit("/", 1)[-1]
        wanted = EndpointRequest(region, subnet_id, requests.AUTOMATIC, name, target_id, (group_id,))
        endpoint = self.create(endpoint_id, wanted, {}, True)

        def done() -> None:
            if self._arm.store.find(endpoint_id) is endpoint:
                self._publication.connect(endpoint)
                then(endpoint)

        seconds = self._arm.seconds("private_endpoint.create")
        if seconds:
            self._arm.scheduler.after(seconds, done)
        else:
            done()
        return endpoint

    def _known_names(self, endpoint: Resource, approved: bool) -> list[Name]:
        """The names an approved endpoint begins with; one that awaits approval takes no address yet (unverified)."""
        wanted: EndpointRequest = endpoint.hidden["request"]
        target = self._publication.target(wanted.target_id)
        return target.names(wanted.target_id, wanted.group_id, endpoint) if approved else []

    def _get(self, call: Call) -> Response:
        """``$expand`` puts whole documents in place of the ids of interfaces or subnet."""
        document = self._arm.store.get(call.id).document
        expand = next((value for name, value in call.request.query.items() if name.lower() == "$expand"), "").lower()
        properties = dict(document["properties"])
        for word, name in _EXPANDED.items():
            if word in expand:
                held = properties[name]
                whole = [
                    self._arm.store.get(item["id"]).document for item in (held if isinstance(held, list) else [held])
                ]
                properties[name] = whole if isinstance(held, list) else whole[0]
        return operations.shown(requests.shown_in({**document, "properties": properties}, call.request.api_version))

    def _put(self, call: Call) -> Response:
        current = self._arm.store.find(call.id)
        region = location(call.body["location"])
        wanted = requests.read(call.body, region)
        approved = rules.require_links(call, wanted)
        groups = security_groups.chosen(call, region)
        if current is not None:
            operations.refuse_while_running(call, current.id, region)
            requests.refuse_changes(current, wanted)
            endpoint = self._update(current, wanted, call.body["properties"])
        else:
            operations.check_name(call["endpoint"])
            self._check_target(call, wanted)
            rules.check_subnet(call, wanted)
            endpoint = self.create(call.id, wanted, call.body["properties"], approved)
        self._tag(endpoint, call.body)
        security_groups.show(endpoint, groups)
        return self._start(call, endpoint, new=current is None)

    def _start(self, call: Call, endpoint: Resource, *, new: bool) -> Response:
        def done() -> None:
            if endpoint.hidden.get("connected"):
                state = requests.state_of(endpoint)
                if state["description"] == requests.APPROVING:
                    state["description"] = AUTO_APPROVED
                endpoint.properties["provisioningState"] = "Succeeded"
                endpoint.document["etag"] = self._arm.etag()
            else:
                self._publication.connect(endpoint)

        def failed() -> None:
            error = operation.error or {}
            self._publication.fail(endpoint.id, str(error.get("code", "")), str(error.get("message", "")))

        kind = "private_endpoint.create" if new else "private_endpoint.update"
        operation = operations.start(self._arm, kind, endpoint.id, done, failed)
        endpoint.hidden["operation"] = operation.id
        region = str(endpoint.document["location"])
        response = operations.accepted(call, operation, region, endpoint, new=new, notified=True)
        response.document = requests.shown_in(response.document, call.request.api_version)
        return response

    def _update(self, endpoint: Resource, wanted: EndpointRequest, properties: JSON) -> Resource:
        """Fixed addresses may change; whether names that have one already move to another is unverified: they do not."""
        before: EndpointRequest = endpoint.hidden["request"]
        etag = self._arm.etag()
        if "ipConfigurations" in properties:
            endpoint.hidden["request"] = replace(before, fixed=wanted.fixed)
            endpoint.properties["ipConfigurations"] = requests.fixed_addresses(endpoint.id, etag, properties)
        state = requests.state_of(endpoint)
        if state["status"] == "Approved" and state["description"] == AUTO_APPROVED:
            state["description"] = requests.APPROVING
        endpoint.properties["provisioningState"] = "Updating"
        endpoint.document["etag"] = etag
        return endpoint

    def _tag(self, endpoint: Resource, body: JSON) -> None:
        endpoint.document.pop("tags", None)
        if body.get("tags") is not None:
            endpoint.document["tags"] = body["tags"]

    def _check_target(self, call: Call, wanted: EndpointRequest) -> None:
        self._publication.target(wanted.target_id).check(wanted.target_id, wanted.group_id, call.id)

    def _patch(self, call: Call) -> Response:
        endpoint = self._arm.store.get(call.id)
        if "tags" in call.body:
            self._tag(endpoint, call.body)
        endpoint.document["etag"] = self._arm.etag()
        return operations.shown(requests.shown_in(endpoint.document, call.request.api_version))

    def _delete(self, call: Call) -> Response:
        endpoint = self._arm.store.find(call.id)
        if endpoint is None:
            return Response(204)
        wanted: EndpointRequest = endpoint.hidden["request"]
        # A lock on the target counts as well: MicrosoftDocs/azure-docs#116983.
        self._arm.service(ManagementLocks).refuse_deletion(wanted.target_id)
        region = str(endpoint.document["location"])
        operations.refuse_while_running(call, endpoint.id, region)
        endpoint.properties["provisioningState"] = "Deleting"

        def failed() -> None:
            endpoint.properties["provisioningState"] = "Failed"

        operation = operations.start(
            self._arm, "private_endpoint.delete", endpoint.id, lambda: self.remove(endpoint), failed
        )
        return operations.accepted(call, operation, region, None, notified=True)

    def remove(self, endpoint: Resource) -> None:
        """Take an endpoint away with its records and connection; the interface stays a while longer.

        Source: azure-rest-api-specs#32752 (the interface may outlive the endpoint); how long is the world's setting
        ``network_interface_linger``, in emulated seconds.
        """
        wanted: EndpointRequest = endpoint.hidden["request"]
        interface_id = endpoint.properties["networkInterfaces"][0]["id"]
        self._zone_groups.erase(endpoint)
        self._publication.target(wanted.target_id).disconnect(wanted.target_id, endpoint.id)
        self._arm.store.remove(endpoint.id)
        addresses.show_attachments(self._arm, wanted.subnet_id)
        linger = float(setting(self._arm, "network_interface_linger"))
        if linger > 0:
            self._arm.scheduler.after(linger, lambda: self._interfaces.release(interface_id))
        else:
            self._interfaces.release(interface_id)


def _listed(call: Call, endpoints: list[Resource]) -> Response:
    version = call.request.api_version
    return Response(200, {"value": [requests.shown_in(endpoint.document, version) for endpoint in endpoints]})
