"""Private DNS zones.

Source: azure-cli recordings of the privatedns command module, and
``test_network_private_endpoint_private_dns_zone_group.yaml`` for the document and the limits in it.
"""

from __future__ import annotations

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, ArmError, Response
from ..platform.resource_tags import kept_by_dns
from . import operations as network_operations
from . import private_dns_operations as operations
from .operations import GROUP_PATH
from .private_dns_operations import LINK, ZONE, ZONE_PATH, Messages

#: The SOA record of every private zone (Azure Verified Modules ``network/private-dns-zone``; exported zones agree).
SOA: JSON = {
    "host": "azureprivatedns.net",
    "email": "azureprivatedns-host.microsoft.com",
    "serialNumber": 1,
    "refreshTime": 3600,
    "retryTime": 300,
    "expireTime": 2419200,
    "minimumTtl": 10,
}
_SOA_TIME_TO_LIVE = 3600


class Zones:
    """The routes of zones."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def routes(self) -> list[Route]:
        """GET, lists, PUT, PATCH of tags, DELETE."""
        store = self._arm.store
        subscription = "/subscriptions/{subscription}/providers/" + ZONE
        listed = network_operations.listed
        return [
            Route(
                "GET", subscription, lambda call: listed(store.below(network_operations.subscription(call.id), ZONE))
            ),
            Route(
                "GET",
                GROUP_PATH + "/privateDnsZones",
                lambda call: listed(store.below(network_operations.group_of(call), ZONE)),
            ),
            Route("GET", ZONE_PATH, lambda call: operations.shown(store.get(call.id))),
            Route("PUT", ZONE_PATH, self._put),
            Route("PATCH", ZONE_PATH, self._patch),
            Route("DELETE", ZONE_PATH, self._delete),
        ]

    def create(self, zone_id: str, tags: JSON | None) -> Resource:
        """Store a zone with its SOA record, or give the existing one other tags and a new etag."""
        zone = self._arm.store.find(zone_id)
        if zone is None:
            zone = self._arm.store.put(Resource(zone_id, _document(zone_id)))
            soa_id = f"{zone_id}/SOA/@"
            self._arm.store.put(
                Resource(
                    soa_id,
                    {
                        "id": soa_id,
                        "name": "@",
                        "type": f"{ZONE}/SOA",
                        "etag": self._arm.guid(),
                        "properties": {
                            "fqdn": f"{zone.name}.",
                            "ttl": _SOA_TIME_TO_LIVE,
                            "soaRecord": dict(SOA),
                            "isAutoRegistered": False,
                        },
                    },
                )
            )
        zone.document.pop("tags", None)
        if tags:
            zone.document["tags"] = tags
        zone.document["etag"] = self._arm.guid()
        return zone

    def _put(self, call: Call) -> Response:
        if "." not in call["zone"].strip("."):
            raise operations.bad_request(f"The zone name '{call['zone']}' is invalid: it needs two labels or more.")
        error = operations.unmet(call, self._arm.store.find(call.id), Messages.of_zone(call["zone"]))
        return self._laid(call, "private_dns_zone.create", call.id, call.body.get("tags"), error)

    def _patch(self, call: Call) -> Response:
        zone = self._arm.store.get(call.id)
        tags = call.body.get("tags", zone.document.get("tags"))
        error = operations.unmet(call, zone, Messages.of_zone(zone.name))
        return self._laid(call, "private_dns_zone.update", zone.id, tags, error)

    def _laid(self, call: Call, kind: str, zone_id: str, tags: JSON | None, error: JSON | None) -> Response:
        kept = kept_by_dns(tags)

        def done() -> None:
            self.create(zone_id, kept)

        return operations.accepted(call, kind, "UpsertPrivateDnsZone", zone_id, done, error=error)

    def _delete(self, call: Call) -> Response:
        """A zone with links stays. The code is in public retry lists; its pairing with this text is unverified."""
        zone = self._arm.store.find(call.id)
        if zone is None:
            return Response(204)
        if self._arm.store.below(zone.id, LINK):
            raise ArmError(409, "CannotDeleteResource", "Can not delete resource before nested resources are deleted.")

        def done() -> None:
            self._arm.store.remove(zone.id)

        error = operations.unmet(call, zone, Messages.of_zone(zone.name))
        return operations.accepted(call, "private_dns_zone.delete", "DeletePrivateDnsZone", zone.id, done, error=error)


def _document(zone_id: str) -> JSON:
    return {
        "id": zone_id,
        "name": zone_id.rsplit("/", 1)[-1],
        "type": ZONE,
        "etag": "",
        "location": "global",
        "properties": {
            "maxNumberOfRecordSets": 25000,
            "maxNumberOfVirtualNetworkLinks": 1000,
            "maxNumberOfVirtualNetworkLinksWithRegistration": 100,
            "numberOfRecordSets": 1,
            "numberOfVirtualNetworkLinks": 0,
            "numberOfVirtualNetworkLinksWithRegistration": 0,
            "provisioningState": "Succeeded",
        },
    }
