"""How private endpoints and the resources they lead to find each other inside the emulator.

Microsoft.Network owns the endpoint, its network interface and its zone groups; the target's provider owns the
connection and says which names the endpoint publishes. Each side registers here and calls only the other's protocol.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .store import Resource
from .wire import JSON


@dataclass(frozen=True)
class Name:
    """One name an endpoint publishes. It takes one address of the subnet."""

    fqdn: str
    group_id: str
    member: str


class Target(t.Protocol):
    """The side of the resource an endpoint leads to."""

    def check(self, target_id: str, group_id: str, endpoint_id: str) -> None:
        """Refuse (raise ``ArmError``) a connection the target does not allow, before anything is stored."""

    def connect(self, target_id: str, group_id: str, endpoint: Resource, *, approved: bool, message: str) -> None:
        """Called when the endpoint's operation has succeeded: record the connection. May fail it, see ``fail``."""

    def names(self, target_id: str, group_id: str, endpoint: Resource) -> list[Name]:
        """The names this endpoint publishes now, in the order in which they take addresses."""

    def disconnect(self, target_id: str, endpoint_id: str) -> None:
        """The endpoint is gone: forget its connection."""


class Endpoints(t.Protocol):
    """The side of the endpoint."""

    def set_state(self, endpoint_id: str, status: str, description: str) -> None:
        """The target's owner approved, rejected or disconnected: show it on the endpoint, publish names if Approved."""

    def refresh(self, endpoint_id: str) -> None:
        """Names changed: take addresses for new ones, rewrite customDnsConfigs, interface and zone group records."""

    def fail(self, endpoint_id: str, code: str, message: str) -> None:
        """Provisioning failed at the target: ``provisioningState`` Failed, no names."""


class Maker(t.Protocol):
    """Makes and removes endpoints for a service that acts by itself, without a request of a client."""

    def make(
        self,
        endpoint_id: str,
        subnet_id: str,
        region: str,
        target_id: str,
        group_id: str,
        then: t.Callable[[Resource], None],
    ) -> Resource:
        """Begin an approved endpoint; ``then`` is called once it is ready. Raises ``ArmError`` where the subnet is full."""

    def remove(self, endpoint: Resource) -> None:
        """Take an endpoint away, with all that hangs on it."""


@dataclass
class PrivateLink:
    """The registry: targets by lower-case resource type, and the endpoint side.

    ``owned`` are targets by id which no type's provider knows: what a service keeps in a subscription of its own.
    """

    targets: dict[str, Target] = field(default_factory=dict)
    owned: dict[str, Target] = field(default_factory=dict)
    endpoints: Endpoints | None = None
    maker: Maker | None = None

    def group_ids(self, connection: JSON) -> list[str]:
        """The group ids of one connection of an endpoint."""
        return t.cast(list[str], connection.get("properties", {}).get("groupIds", []))
