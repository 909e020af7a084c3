"""An emulator with the recovery services and a stand-in for the endpoint side, for the tests beside it."""

from __future__ import annotations

import typing as t

from ansible_collections.privatelink.recovery.extensions.emulator.arm import Arm, Part, Route
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.part import PART as PLATFORM
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.request_checks import (
    RequestContents,
)
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.resource_groups import (
    ResourceGroups,
)
from ansible_collections.privatelink.recovery.extensions.emulator.services.recovery.part import PART as RECOVERY
from ansible_collections.privatelink.recovery.extensions.emulator.services.recovery.service import RecoveryServices
from ansible_collections.privatelink.recovery.extensions.emulator.store import Resource
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.tests.unit.emulator import client

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


class Azure(client.Azure):
    """The recovery services of an emulator, with a stand-in for the endpoint side. Everybody may do everything."""

    def __init__(self, world: JSON | None = None, latency: t.Mapping[str, float] | None = None) -> None:
        given = {"resource_groups": [{"name": "rg-backup"}], **(world or {})}
        parts = (PLATFORM, RECOVERY, Part((FakeEndpoints,)))
        # Who may do what is another test's subject; that group and location must exist stays.
        super().__init__(given, latency, parts=parts, checks=(ResourceGroups, RequestContents), api=VERSION, now=START)
        self.endpoints: FakeEndpoints = self.arm.service(FakeEndpoints)
        self.target = self.arm.service(RecoveryServices).target

    def get(self, path: str = VAULT, api: str = "") -> JSON:
        return super().get(path, api)

    def properties(self) -> JSON:
        return t.cast(JSON, self.get()["properties"])

    def create(self, body: JSON | None = None) -> JSON:
        given = {"location": "westeurope", "sku": {"name": "RS0", "tier": "Standard"}, "properties": {}, **(body or {})}
        assert self.send("PUT", VAULT, given).status == 201
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
