"""An emulator with the recovery services and a stand-in for the endpoint side, for the tests beside it."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.privatelink.recovery.extensions.emulator.arm import Arm, Route, Service
from ansible_collections.privatelink.recovery.extensions.emulator.clock import Clock
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.activity_log import ActivityLog
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.authorization import Authorization
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.request_checks import (
    RequestContents,
)
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.resource_groups import (
    ResourceGroups,
)
from ansible_collections.privatelink.recovery.extensions.emulator.services.recovery.service import RecoveryServices
from ansible_collections.privatelink.recovery.extensions.emulator.store import Resource
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON, Request, Response
from ansible_collections.privatelink.recovery.extensions.emulator.world import complete

SUBSCRIPTION = "/subscriptions/22222222-2222-4222-8222-222222222222"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-backup"
VAULTS = f"{GROUP}/providers/Microsoft.RecoveryServices/vaults"
VAULT = f"{VAULTS}/vault"
VERSION = "2024-04-01"
START = 1_700_000_000.0


class FakeEndpoints:
    """The endpoint side: it remembers what it was told."""

    def __init__(self, arm: Arm) -> None:
        self.states: list[tuple[str, str, str]] = []
        self.refreshed: list[str] = []
        self.failed: list[tuple[str, str]] = []
        arm.private_link.endpoints = self

    def routes(self) -> t.Iterable[Route]:
        return []

    def load(self, world: JSON) -> None:
        pass

    def set_state(self, endpoint_id: str, status: str, description: str) -> None:
        self.states.append((endpoint_id, status, description))

    def refresh(self, endpoint_id: str) -> None:
        self.refreshed.append(endpoint_id)

    def fail(self, endpoint_id: str, code: str, message: str) -> None:
        self.failed.append((endpoint_id, code))


class Azure:
    """An emulator without sign-in, and short ways of asking it."""

    def __init__(self, world: JSON | None = None, latency: t.Mapping[str, float] | None = None) -> None:
        given = {"resource_groups": [{"name": "rg-backup"}], **(world or {})}
        services: list[t.Callable[[Arm], Service]] = [
            Authorization,
            ActivityLog,
            ResourceGroups,
            RequestContents,
            RecoveryServices,
            FakeEndpoints,
        ]
        self.clock = Clock(lambda: START)
        self.arm = Arm(services, self.clock, complete(given), latency)
        # Who may do what is another test's subject; that group and location must exist stays.
        self.arm.before[:] = [self.arm.service(ResourceGroups)._check, self.arm.service(RequestContents)._check]
        self.endpoints: FakeEndpoints = self.arm.service(FakeEndpoints)
        self.target = self.arm.service(RecoveryServices).target

    def ask(self, method: str, path: str, body: t.Any = None, version: str = VERSION, query: str = "") -> Response:
        url = path if path.startswith("https://") else f"https://127.0.0.1:1{path}?api-version={version}{query}"
        content, kind = (b"", {}) if body is None else (json.dumps(body).encode(), {"Content-Type": "application/json"})
        response = self.arm.answer(Request.parse(method, url, kind, content))
        return Response(response.status, json.loads(response.body() or b"null"), response.headers)

    def get(self, path: str = VAULT, query: str = "", version: str = VERSION) -> JSON:
        response = self.ask("GET", path, None, version, query)
        assert response.status == 200, response
        return t.cast(JSON, response.document)

    def properties(self) -> JSON:
        return t.cast(JSON, self.get()["properties"])

    def create(self, body: JSON | None = None) -> JSON:
        given = {"location": "westeurope", "sku": {"name": "RS0", "tier": "Standard"}, "properties": {}, **(body or {})}
        assert self.ask("PUT", VAULT, given).status == 201
        return self.get()

    def event(self, name: str, **payload: t.Any) -> JSON:
        self.arm.scheduler.settle()
        return self.arm.events[name]({"vault": "vault", **payload})

    def endpoint(self, name: str = "pe", group: str = "AzureBackup", approved: bool = True) -> Resource:
        """Do what Microsoft.Network does for a new endpoint on the vault, as far as the vault notices."""
        endpoint_id = f"{SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/privateEndpoints/{name}"
        self.arm.scheduler.settle()
        self.target.check(VAULT, group, endpoint_id)
        connection = {"name": name, "properties": {"privateLinkServiceId": VAULT, "groupIds": [group]}}
        document = {"id": endpoint_id, "properties": {"privateLinkServiceConnections": [connection]}}
        endpoint = self.arm.store.put(Resource(endpoint_id, document))
        self.target.connect(VAULT, group, endpoint, approved=approved, message="" if approved else "please")
        return endpoint

    def names(self, endpoint: Resource, group: str = "AzureBackup") -> list[str]:
        return [name.fqdn for name in self.target.names(VAULT, group, endpoint)]

    def connection(self, name: str = "pe") -> str:
        """The id of the connection of an endpoint, read from the vault as every client must."""
        listed = self.properties()["privateEndpointConnections"]
        return t.cast(str, next(each["id"] for each in listed if each["name"].startswith(f"{name}.")))
