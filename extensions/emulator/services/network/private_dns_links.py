"""Links between private DNS zones and virtual networks.

Source: azure-cli recording ``test_DeleteLink_LinkExists_ExpectLinkDeleted.yaml`` (the etag has quotes of its own, unlike a
zone's); the text about overlapping namespaces from MicrosoftDocs/azure-aks-docs#212 and MicrosoftDocs/azure-docs#53153.
"""

from __future__ import annotations

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, Response, fold, parent, parent_not_found
from ..platform.resource_tags import kept_by_dns
from . import operations as network_operations
from . import private_dns_operations as operations
from .private_dns_operations import LINK, ZONE_PATH, Messages
from .settings import setting

_JOIN = "Microsoft.Network/virtualNetworks/join/action"
_UPSERT = "UpsertVirtualNetworkLink"
_RESOLUTION_POLICY_SINCE = "2024-06-01"
_POLICIES = ("Default", "NxDomainRedirect")


class Links:
    """The routes of links."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def routes(self) -> list[Route]:
        """GET, list, PUT, PATCH, DELETE."""
        path = ZONE_PATH + "/virtualNetworkLinks"
        return [
            Route("GET", path, self._list),
            Route("GET", path + "/{link}", lambda call: _shown(call, self._arm.store.get(call.id))),
            Route("PUT", path + "/{link}", self._put),
            Route("PATCH", path + "/{link}", self._patch),
            Route("DELETE", path + "/{link}", self._delete),
        ]

    def create(self, zone: Resource, name: str, body: JSON, state: str = "Succeeded") -> Resource:
        """Store a link (in place of what was there) and count it in its zone."""
        sent = body.get("properties") or {}
        link_id = f"{zone.id}/virtualNetworkLinks/{name}"
        current = self._arm.store.find(link_id)
        properties: JSON = {
            "provisioningState": state,
            "registrationEnabled": bool(sent.get("registrationEnabled")),
            "virtualNetwork": current.properties["virtualNetwork"] if current else {"id": sent["virtualNetwork"]["id"]},
            "virtualNetworkLinkState": "Completed" if state == "Succeeded" else "InProgress",
        }
        if zone.name.lower().startswith("privatelink."):
            before = current.properties.get("resolutionPolicy") if current else None
            properties["resolutionPolicy"] = sent.get("resolutionPolicy") or before or "Default"
        document: JSON = {
            "id": link_id,
            "name": name,
            "type": LINK,
            "etag": f'"{self._arm.guid()}"',
            "location": "global",
            "properties": properties,
        }
        kept = kept_by_dns(body.get("tags"))
        if kept:
            document["tags"] = kept
        link = self._arm.store.put(Resource(link_id, document))
        self._count(zone)
        return link

    def check_overlap(self, zone: Resource, network_id: str) -> None:
        """Refuse a second zone of the same name on one network.

        Whether a zone and its subdomain may both be linked is unverified: they may, unless the world's setting
        ``overlapping_zones_refused`` is true.
        """
        nested = bool(setting(self._arm, "overlapping_zones_refused"))
        for link in self._arm.store.below("", LINK):
            other_id = parent(link.id)
            other = other_id.rsplit("/", 1)[-1]
            same_network = fold(link.properties["virtualNetwork"]["id"]) == fold(network_id)
            if same_network and fold(other_id) != fold(zone.id) and _overlap(zone.name, other, nested):
                raise operations.bad_request(
                    "A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to "
                    f"link virtual network with '{zone.name}' and '{other}' zones."
                )

    def _count(self, zone: Resource) -> None:
        links = self._arm.store.below(zone.id, LINK)
        zone.properties["numberOfVirtualNetworkLinks"] = len(links)
        registering = [link for link in links if link.properties["registrationEnabled"]]
        zone.properties["numberOfVirtualNetworkLinksWithRegistration"] = len(registering)

    def _zone(self, call: Call, zone_id: str, action: str) -> Resource:
        zone = self._arm.store.find(zone_id)
        if zone is None:
            raise parent_not_found("privateDnsZones/virtualNetworkLinks", zone_id, action)
        return zone

    def _list(self, call: Call) -> Response:
        zone = self._zone(call, parent(call.id + "/x"), "read")
        return Response(200, {"value": [_document(call, link) for link in self._arm.store.below(zone.id, LINK)]})

    def _put(self, call: Call) -> Response:
        zone = self._zone(call, parent(call.id), "write")
        current = self._arm.store.find(call.id)
        sent = call.body.get("properties") or {}
        network_id = (sent.get("virtualNetwork") or {}).get("id") or ""
        network_operations.require_join(call, LINK + "/write", _JOIN, network_id)
        name = current.name if current else call["link"]
        error = operations.unmet(call, current, Messages.of_link(name, zone.name))
        if error is not None:
            return self._refused(call, error)
        self._check(call, zone, current, sent, network_id)
        return self._laid(call, "virtual_network_link.create", zone, name, call.body)

    def _refused(self, call: Call, error: JSON) -> Response:
        """An operation that leaves the link as it is."""
        return operations.accepted(call, "virtual_network_link.update", _UPSERT, call.id, lambda: None, error=error)

    def _laid(self, call: Call, kind: str, zone: Resource, name: str, body: JSON) -> Response:
        operations.refuse_queued(call, _UPSERT, f"{zone.id}/virtualNetworkLinks/{name}")
        link = self.create(zone, name, body, "InProgress")

        def done() -> None:
            link.properties.update(provisioningState="Succeeded")
            # Machines are registered after the operation has ended (test_PatchLink_DisableRegistration_ExpectRegistrationDisabled).
            registers = link.properties["registrationEnabled"]
            later = self._arm.seconds("virtual_network_link.register") if registers else 0.0
            self._arm.scheduler.after(later, lambda: link.properties.update(virtualNetworkLinkState="Completed"))

        def failed() -> None:
            link.properties.update(provisioningState="Failed")

        return operations.accepted(call, kind, _UPSERT, link.id, done, failed)

    def _check(self, call: Call, zone: Resource, current: Resource | None, sent: JSON, network_id: str) -> None:
        """The wording of these refusals is unverified, that of the overlap is not."""
        if current is not None and fold(current.properties["virtualNetwork"]["id"]) != fold(network_id):
            raise operations.bad_request(f"The virtual network of link '{current.name}' cannot be changed.")
        if current is None and self._arm.store.find(network_id) is None:
            raise operations.bad_request(f"The virtual network '{network_id}' could not be found.")
        policy = sent.get("resolutionPolicy")
        if policy is not None and policy not in _POLICIES:
            raise operations.bad_request(f"The resolution policy '{policy}' is not one of {', '.join(_POLICIES)}.")
        if policy == "NxDomainRedirect" and not zone.name.lower().startswith("privatelink."):
            raise operations.bad_request("The resolution policy NxDomainRedirect is for privatelink zones only.")
        self.check_overlap(zone, network_id)

    def _patch(self, call: Call) -> Response:
        link = self._arm.store.get(call.id)
        zone = self._zone(call, parent(link.id), "write")
        error = operations.unmet(call, link, Messages.of_link(link.name, zone.name))
        if error is not None:
            return self._refused(call, error)
        sent = {**link.properties, **(call.body.get("properties") or {})}
        self._check(call, zone, link, sent, sent["virtualNetwork"]["id"])
        tags = call.body.get("tags", link.document.get("tags"))
        body = {"properties": sent, "tags": tags}
        return self._laid(call, "virtual_network_link.update", zone, link.name, body)

    def _delete(self, call: Call) -> Response:
        link = self._arm.store.find(call.id)
        if link is None:
            return Response(204)
        error = operations.unmet(call, link, Messages.of_link(link.name, parent(link.id).rsplit("/", 1)[-1]))

        def done() -> None:
            zone = self._arm.store.find(parent(link.id))
            self._arm.store.remove(link.id)
            if zone is not None:
                self._count(zone)

        return operations.accepted(
            call, "virtual_network_link.delete", "DeleteVirtualNetworkLink", link.id, done, error=error
        )


def _overlap(one: str, other: str, nested: bool) -> bool:
    first, second = one.lower(), other.lower()
    return first == second or (nested and (first.endswith("." + second) or second.endswith("." + first)))


def _document(call: Call, link: Resource) -> JSON:
    """``resolutionPolicy`` came with 2024-06-01; older versions do not show it."""
    if call.request.api_version >= _RESOLUTION_POLICY_SINCE:
        return link.document
    older = {key: value for key, value in link.properties.items() if key != "resolutionPolicy"}
    return {**link.document, "properties": older}


def _shown(call: Call, link: Resource) -> Response:
    return Response(200, _document(call, link), {"ETag": str(link.document["etag"])})
