"""A client and a target for the tests of Microsoft.Network and private DNS."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.privatelink.recovery.extensions.emulator import in_process
from ansible_collections.privatelink.recovery.extensions.emulator import world as worlds
from ansible_collections.privatelink.recovery.extensions.emulator.arm import Arm, Route
from ansible_collections.privatelink.recovery.extensions.emulator.build import SERVICES
from ansible_collections.privatelink.recovery.extensions.emulator.clock import Clock
from ansible_collections.privatelink.recovery.extensions.emulator.private_link import Name
from ansible_collections.privatelink.recovery.extensions.emulator.store import Resource
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON, ArmError, Request, Response

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


class Azure:
    """An emulator with one network, one zone linked to it and a client that is signed in."""

    def __init__(self, latency: dict[str, float] | None = None, **world: t.Any) -> None:
        operator = {"object_id": worlds.OBJECT, "roles": [{"role": "Owner", "scope": SUBSCRIPTION}]}
        reader = {"object_id": READER, "client_id": READER, "roles": [{"role": "Reader", "scope": SUBSCRIPTION}]}
        self.clock = Clock(lambda: 1_700_000_000.0)
        described = {
            "principals": [operator, reader],
            "resource_groups": [{"name": "rg"}],
            "virtual_networks": [network()],
            "private_dns_zones": [zone()],
            **world,
        }
        self.arm = Arm((*SERVICES, Things), self.clock, worlds.complete(described), latency)
        self.things: Things = self.arm.service(Things)

    def send(
        self,
        method: str,
        path: str,
        body: JSON | None = None,
        *,
        api: str = API,
        caller: str = "",
        headers: dict[str, str] | None = None,
    ) -> Response:
        """One request; ``path`` may be an absolute URL that is followed verbatim."""
        url = path if path.startswith("https:") else f"{in_process.BASE_URL}{path}"
        if "api-version=" not in url:
            url += ("&" if "?" in url else "?") + f"api-version={api}"
        kind = {} if body is None else {"Content-Type": "application/json"}
        sent = {"Authorization": f"Bearer {in_process.token(self.arm, caller)}", **kind, **(headers or {})}
        content = b"" if body is None else json.dumps(body).encode()
        response = self.arm.answer(Request.parse(method, url, sent, content))
        # What went over the wire stays as it was, whatever happens to the resource afterwards.
        response.document = json.loads(response.body() or b"null")
        return response

    def get(self, path: str, api: str = API) -> JSON:
        """The document at a path, which must exist."""
        response = self.send("GET", path, api=api)
        assert response.status == 200, response.document
        return t.cast(JSON, response.document)

    def settled(self, method: str, path: str, body: JSON | None = None, **options: t.Any) -> JSON:
        """Do a write to its end and return the resource, or nothing after a DELETE."""
        response = self.send(method, path, body, **options)
        assert response.status in (200, 201, 202), response.document
        status = self.send("GET", response.headers["Azure-AsyncOperation"])
        assert status.document == {"status": "Succeeded"}
        return {} if method == "DELETE" else self.get(path)

    def refused(self, method: str, path: str, body: JSON | None = None, **options: t.Any) -> tuple[int, str, str]:
        """Status, code and message of a refusal."""
        response = self.send(method, path, body, **options)
        error = response.document.get("error", response.document)
        return response.status, error["code"], error["message"]


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
