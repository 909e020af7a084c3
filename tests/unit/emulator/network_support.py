"""A client and a target for the tests of Microsoft.Network and private DNS."""

from __future__ import annotations

import typing as t

from ansible_collections.privatelink.recovery.extensions.emulator import world as worlds
from ansible_collections.privatelink.recovery.extensions.emulator.arm import Arm, Part, Route
from ansible_collections.privatelink.recovery.extensions.emulator.build import PARTS
from ansible_collections.privatelink.recovery.extensions.emulator.private_link import Name
from ansible_collections.privatelink.recovery.extensions.emulator.store import Resource
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON, ArmError
from ansible_collections.privatelink.recovery.tests.unit.emulator import client

SUBSCRIPTION = f"/subscriptions/{worlds.SUBSCRIPTION}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
PROVIDER = f"{GROUP}/providers/Microsoft.Network"
NETWORK = f"{PROVIDER}/virtualNetworks/vnet"
SUBNET = f"{NETWORK}/subnets/endpoints"
ENDPOINT = f"{PROVIDER}/privateEndpoints/pe"
TARGET = f"{GROUP}/providers/Microsoft.Test/things/thing"
ZONE_NAME = "privatelink.blob.core.windows.net"
ZONE = f"{PROVIDER}/privateDnsZones/{ZONE_NAME}"
API = "2024-05-01"
READER = "55555555-5555-4555-8555-555555555555"


class Things:
    """A target type that publishes ``fqdns`` and does as it is told."""

    def __init__(self, arm: Arm) -> None:
        self.arm = arm
        self.fqdns = ["thing.blob.core.windows.net"]
        self.connected: list[JSON] = []
        self.failure = ""
        arm.private_link.targets["microsoft.test/things"] = self

    def routes(self) -> list[Route]:
        return []

    def load(self, world: JSON) -> None:
        self.arm.store.put(Resource(TARGET, {"id": TARGET}))

    def check(self, target_id: str, group_id: str, endpoint_id: str) -> None:
        if group_id == "unknown":
            raise ArmError(400, "GroupUnknown", "No such group.")

    def connect(self, target_id: str, group_id: str, endpoint: Resource, *, approved: bool, message: str) -> None:
        self.connected.append({"endpoint": endpoint.id, "approved": approved, "message": message})
        if self.failure and self.arm.private_link.endpoints:
            self.arm.private_link.endpoints.fail(endpoint.id, self.failure, "no")

    def names(self, target_id: str, group_id: str, endpoint: Resource) -> list[Name]:
        return [Name(fqdn, group_id, f"member{number}") for number, fqdn in enumerate(self.fqdns)]

    def disconnect(self, target_id: str, endpoint_id: str) -> None:
        self.connected = [item for item in self.connected if item["endpoint"] != endpoint_id]


class Azure(client.Azure):
    """An emulator with one network, one zone linked to it and a target beside those of Azure."""

    def __init__(self, latency: dict[str, float] | None = None, **world: t.Any) -> None:
        operator = {"object_id": worlds.OBJECT, "roles": [{"role": "Owner", "scope": SUBSCRIPTION}]}
        reader = {"object_id": READER, "client_id": READER, "roles": [{"role": "Reader", "scope": SUBSCRIPTION}]}
        described = {
            "principals": [operator, reader],
            "resource_groups": [{"name": "rg"}],
            "virtual_networks": [network()],
            "private_dns_zones": [zone()],
            **world,
        }
        super().__init__(described, latency, parts=(*PARTS, Part((Things,))), api=API, now=1_700_000_000.0)
        self.things: Things = self.arm.service(Things)


def network(name: str = "vnet", number: int = 1, **subnet: t.Any) -> JSON:
    """A network of the world with one subnet."""
    described = {"name": "endpoints", "address_prefix": f"10.{number}.1.0/24", **subnet}
    return {
        "name": name,
        "resource_group": "rg",
        "location": "westeurope",
        "address_prefixes": [f"10.{number}.0.0/16"],
        "subnets": [described],
    }


def zone(name: str = ZONE_NAME, linked: str = "vnet", **link: t.Any) -> JSON:
    """A zone of the world, linked to a network unless ``linked`` is empty."""
    links = [{"name": f"to-{linked}", "virtual_network": linked, **link}] if linked else []
    return {"name": name, "resource_group": "rg", "virtual_network_links": links}


def endpoint(*, manual: bool = False, **changes: t.Any) -> JSON:
    """The body of an endpoint's PUT; ``changes`` replace single facts."""
    facts: JSON = {"location": "West Europe", "subnet": SUBNET, "target": TARGET, "group_ids": ["blob"], **changes}
    connection: JSON = {"privateLinkServiceId": facts["target"], "groupIds": facts["group_ids"]}
    if "message" in facts:
        connection["requestMessage"] = facts["message"]
    kind = "manualPrivateLinkServiceConnections" if manual else "privateLinkServiceConnections"
    properties: JSON = {"subnet": {"id": facts["subnet"]}, kind: [{"name": "conn1", "properties": connection}]}
    properties.update(facts.get("properties", {}))
    return {"location": facts["location"], "properties": properties}


def zone_group(*zones: str, first: int = 0) -> JSON:
    """The body of a zone group's PUT; its configurations are numbered."""
    configs = [
        {"name": f"c{number}", "properties": {"privateDnsZoneId": one}} for number, one in enumerate(zones, first)
    ]
    return {"properties": {"privateDnsZoneConfigs": configs}}
