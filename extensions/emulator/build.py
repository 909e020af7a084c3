"""Putting the local Azure together: which parts it has, and in which order a request is checked.

To add a family of services (a provider):

1. a folder below ``services`` with its code and a ``part.py`` that declares a ``PART`` (see ``arm.Part``): its services, how long
   its operations take, its settings, its keys of the world file; and one line in ``PARTS`` here;
2. a service is a class made with the ``Arm`` it belongs to, with ``routes()`` and ``load(world)``. A long operation is answered
   through ``long_operation`` in the provider's own ``Dialect``. What a private endpoint can lead to puts itself into
   ``arm.private_link.targets``. Events of the rehearsal go into ``arm.events``;
3. what every request of all providers has to pass is a service with ``check()``, and its place in ``CHECKS``;
4. the types and api-versions of the provider: ``provider_catalog.TYPES`` (and ``TRACKED`` for those that have a location), the
   long lists in ``data/api_versions.csv``; the roles that allow it: ``role_catalog``; whether subscriptions have it registered
   unless a world says otherwise: ``world.PROVIDERS``;
5. its settings, events and world keys in ``docs/rehearsal.md``, its command groups in ``docs/emulator.md``.
"""

from __future__ import annotations

import time
import typing as t
from pathlib import Path

from . import latency as latencies
from . import world as worlds
from .arm import Arm, Checking, Part
from .clock import Clock
from .services.compute.part import PART as COMPUTE
from .services.dns_resolver.part import PART as DNS_RESOLVER
from .services.keyvault.part import PART as KEYVAULT
from .services.migrate.part import PART as MIGRATE
from .services.network.part import PART as NETWORK
from .services.platform.access_token import AccessToken
from .services.platform.authorization import Authorization
from .services.platform.management_locks import ManagementLocks
from .services.platform.part import PART as PLATFORM
from .services.platform.providers import Providers
from .services.platform.request_checks import ApiVersions, RequestContents
from .services.platform.resource_groups import ResourceGroups
from .services.platform.resource_tags import ResourceTags
from .services.platform.subscriptions import Subscriptions
from .services.platform.throttling import Throttling
from .services.recovery.part import PART as RECOVERY
from .services.storage.part import PART as STORAGE
from .wire import JSON
from .world_schema import Keys

#: What the world describes is made in this order.
PARTS: tuple[Part, ...] = (
    PLATFORM,
    NETWORK,
    RECOVERY,
    STORAGE,
    KEYVAULT,
    DNS_RESOLVER,
    MIGRATE,
    COMPUTE,
)

#: What each request passes before it is served, in this order.
CHECKS: tuple[type[Checking], ...] = (
    ApiVersions,  # in which version
    AccessToken,  # who asks
    Throttling,  # how often
    Subscriptions,  # whether the subscription exists
    Authorization,  # whether the caller may
    Providers,  # whether the provider is registered
    ResourceGroups,  # whether the group exists
    ManagementLocks,  # whether a lock forbids it
    RequestContents,  # whether the body is one
    ResourceTags,  # whether the tags are tags
)

#: Every key a world may have, and the kind of its value.
WORLD = Keys({name: kind for part in PARTS for name, kind in part.world.items()})
#: Every setting a world may have, with its default.
SETTINGS: JSON = {name: default for part in PARTS for name, default in part.settings.items()}
#: Emulated seconds that Azure takes, by kind of operation.
SECONDS = {kind: seconds for part in PARTS for kind, seconds in part.seconds.items()}


def complete(world: t.Any) -> JSON:
    """The world with every default filled in. Raises ``world.WorldError``; completing twice changes nothing."""
    return worlds.complete(world, WORLD, SETTINGS)


def read(path: str | Path) -> JSON:
    """Read a world file (YAML, or JSON by its ending) and complete it. Raises ``world.WorldError``."""
    return complete(worlds.read(path))


def build_arm(world: JSON | None = None, latency: str = "instant", clock: Clock | None = None, seed: int = 1) -> Arm:
    """A complete emulator for a world (completed with defaults first).

    ``latency`` is what ``latency.parse`` reads; its speed is given to the clock, its distance is the server's. Without a clock,
    emulated time follows the real one. Raises ``world.WorldError`` and ``ValueError``.
    """
    realistic, speed, _distance = latencies.parse(latency)
    used = clock or Clock(time.time)
    if used.speed != speed and speed != 1.0:
        used.set_speed(speed)
    seconds = SECONDS if realistic else None
    return Arm(PARTS, used, complete(world or {}), seconds, seed, checks=CHECKS, complete=complete)
