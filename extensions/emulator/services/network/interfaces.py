"""Network interfaces: made by private endpoints, read-only for everyone else.

Source: azure-cli recording ``test_network_private_endpoint_private_dns_zone_group.yaml`` (names of interface and
configurations, first address ``.4``); azure-rest-api-specs ``specification/network/.../networkInterface.json``
(``privateLinkConnectionProperties``).
"""

from __future__ import annotations

import typing as t

from ...arm import Arm, Call, Route
from ...private_link import Name
from ...store import Resource
from ...wire import JSON, Response, location
from ...world import WorldError
from . import addresses, operations


class Interfaces:
    """The interfaces and the addresses they hold."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def routes(self) -> list[Route]:
        """GET, lists and the DELETE that is refused while an endpoint holds the interface."""
        subscription = "/subscriptions/{subscription}/providers/" + addresses.INTERFACE
        group = operations.GROUP_PATH + "/networkInterfaces"
        store, kind = self._arm.store, addresses.INTERFACE
        return [
            Route(
                "GET", subscription, lambda call: operations.listed(store.below(operations.subscription(call.id), kind))
            ),
            Route("GET", group, lambda call: operations.listed(store.below(operations.group_of(call), kind))),
            Route("GET", group + "/{interface}", lambda call: operations.shown(store.get(call.id).document)),
            Route("DELETE", group + "/{interface}", self._delete),
        ]

    def create(self, interface_id: str, region: str, endpoint_id: str = "") -> Resource:
        """A new interface without addresses, bound to an endpoint when one is named."""
        properties: JSON = {
            "provisioningState": "Succeeded",
            "resourceGuid": self._arm.guid(),
            "ipConfigurations": [],
            "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
            "enableAcceleratedNetworking": False,
            "enableIPForwarding": False,
            "hostedWorkloads": [],
            "tapConfigurations": [],
            "nicType": "Standard",
        }
        if endpoint_id:
            properties["privateEndpoint"] = {"id": endpoint_id}
        document = {
            "name": interface_id.rsplit("/", 1)[-1],
            "id": interface_id,
            "etag": self._arm.etag(),
            "type": addresses.INTERFACE,
            "location": location(region),
            "properties": properties,
        }
        return self._arm.store.put(Resource(interface_id, document))

    def hold(self, interface: Resource, subnet: Resource, names: t.Sequence[Name], fixed: t.Mapping[str, str]) -> None:
        """Give each name one address, in order; a name that is gone gives its address back.

        ``fixed`` maps members to the addresses the client chose. When the subnet is full the remaining names stay
        without an address, unpublished, and get one at the next call after space appears: how Azure behaves when an
        endpoint grows in a full subnet is unverified.
        """
        held: dict[str, JSON] = {_fqdn(item): item for item in interface.properties["ipConfigurations"]}
        wanted = {name.fqdn: name for name in names}
        kept = [item for fqdn, item in held.items() if fqdn in wanted]
        interface.properties["ipConfigurations"] = kept
        chosen = set(fixed.values())
        dynamic = (address for address in addresses.free(self._arm, subnet) if address not in chosen)
        for name in wanted.values():
            if name.fqdn in held:
                continue
            address = fixed.get(name.member) or next(dynamic, None)
            if address is None:
                break
            kept.append(self._configuration(interface, subnet, name, address, name.member in fixed, primary=not kept))
        interface.document["etag"] = self._arm.etag()
        addresses.show_attachments(self._arm, subnet.id)

    def occupy(self, interface: Resource, subnet: Resource, count: int) -> None:
        """Take ``count`` addresses for machines that were there before. Raises ``WorldError`` when they do not fit."""
        items: list[JSON] = interface.properties["ipConfigurations"]
        free = addresses.free(self._arm, subnet)
        items += [
            self._plain(interface, subnet, f"ipconfig{number + 1}", address, primary=number == 0)
            for number, address in zip(range(count), free)
        ]
        if len(items) < count:
            raise WorldError(f"{subnet.id} has no room for {count} addresses in use")
        addresses.show_attachments(self._arm, subnet.id)

    def release(self, interface_id: str) -> None:
        """Remove an interface and give its addresses back."""
        interface = self._arm.store.find(interface_id)
        if interface is None:
            return
        subnets = {item["properties"]["subnet"]["id"] for item in interface.properties["ipConfigurations"]}
        self._arm.store.remove(interface.id)
        for subnet_id in subnets:
            addresses.show_attachments(self._arm, subnet_id)

    def published(self, interface: Resource) -> list[JSON]:
        """The names on an interface as ``customDnsConfigs`` shows them."""
        return [
            {"fqdn": _fqdn(item), "ipAddresses": [item["properties"]["privateIPAddress"]]}
            for item in interface.properties["ipConfigurations"]
        ]

    def _configuration(
        self, interface: Resource, subnet: Resource, name: Name, address: str, fixed: bool, *, primary: bool
    ) -> JSON:
        item = self._plain(interface, subnet, f"privateEndpointIpConfig.{self._arm.guid()}", address, primary=primary)
        item["properties"]["privateIPAllocationMethod"] = "Static" if fixed else "Dynamic"
        item["properties"]["privateLinkConnectionProperties"] = {
            "groupId": name.group_id,
            "requiredMemberName": name.member,
            "fqdns": [name.fqdn],
        }
        return item

    def _plain(self, interface: Resource, subnet: Resource, name: str, address: str, *, primary: bool) -> JSON:
        return {
            "name": name,
            "id": f"{interface.id}/ipConfigurations/{name}",
            "etag": interface.document["etag"],
            "type": addresses.INTERFACE + "/ipConfigurations",
            "properties": {
                "provisioningState": "Succeeded",
                "privateIPAddress": address,
                "privateIPAllocationMethod": "Dynamic",
                "subnet": {"id": subnet.id},
                "primary": primary,
                "privateIPAddressVersion": "IPv4",
            },
        }

    def _delete(self, call: Call) -> Response:
        """An endpoint's interface lives and dies with it.

        Code and text, grammar included, are what operators and Microsoft's documentation quote from failed deletions.
        """
        interface = self._arm.store.find(call.id)
        if interface is None:
            return Response(204)
        endpoint_id = (interface.properties.get("privateEndpoint") or {}).get("id", "")
        if endpoint_id and self._arm.store.find(endpoint_id):
            raise operations.invalid(
                f"Network interface {interface.id} cannot be deleted because it is currently in use with an private "
                f"endpoint ({endpoint_id}).",
                "NicInUseWithPrivateEndpoint",
            )
        region = str(interface.document["location"])
        operation = operations.start(
            self._arm, "network_interface.delete", interface.id, lambda: self.release(interface.id)
        )
        return operations.accepted(call, operation, region, None)


def _fqdn(configuration: JSON) -> str:
    linked = configuration["properties"].get("privateLinkConnectionProperties") or {"fqdns": [""]}
    return str(linked["fqdns"][0])
