"""Putting the emulator together."""

from __future__ import annotations

import time
import typing as t

from . import latency as latencies
from . import world as worlds
from .arm import Arm, Service
from .clock import Clock
from .services import network_settings, recovery_settings, storage_settings
from .services.access_token import AccessToken
from .services.activity_log import ActivityLog
from .services.admin import Admin
from .services.authorization import Authorization
from .services.management_locks import ManagementLocks
from .services.network import Network
from .services.private_dns import PrivateDns
from .services.providers import Providers
from .services.recovery_services import RecoveryServices
from .services.request_checks import ApiVersions, RequestContents
from .services.resource_groups import ResourceGroups
from .services.resource_tags import ResourceTags
from .services.sign_in import SignIn
from .services.storage import Storage
from .services.subscriptions import Subscriptions
from .wire import JSON

#: In the order in which their checks run: in which version, who asks, whether the subscription exists, whether the caller may, whether
#: the provider is registered, whether the group exists, whether a lock forbids it, whether
#: the body is one, whether the tags are tags. What the world describes is made in the same order.
SERVICES: tuple[t.Callable[[Arm], Service], ...] = (
    Admin,
    SignIn,
    ApiVersions,
    AccessToken,
    Subscriptions,
    Authorization,
    Providers,
    ResourceGroups,
    ManagementLocks,
    RequestContents,
    ResourceTags,
    ActivityLog,
    Network,
    PrivateDns,
    RecoveryServices,
    Storage,
)

#: Every setting a world may have.
KNOWN = sorted(
    {
        *worlds.SETTINGS,
        *network_settings.DEFAULTS,
        *recovery_settings.DEFAULTS,
        *storage_settings.DEFAULTS,
        "geo_codes",
        "public_names",
    }
)


def build_arm(world: JSON | None = None, latency: str = "instant", clock: Clock | None = None, seed: int = 1) -> Arm:
    """A complete emulator for a world (completed with defaults first).

    ``latency`` is ``instant``, ``realistic`` or ``realisticxSPEED``; its speed is given to the clock. Without a clock,
    emulated time follows the real one. Raises ``world.WorldError`` and ``ValueError``.
    """
    seconds, speed = latencies.parse(latency)
    used = clock or Clock(time.time)
    if used.speed != speed and speed != 1.0:
        used.set_speed(speed)
    completed = worlds.complete(world or {})
    unknown = [
        f"settings.{name}: unknown setting; known are {', '.join(KNOWN)}"
        for name in completed["settings"]
        if name not in KNOWN
    ]
    if unknown:
        raise worlds.WorldError("\n".join(unknown))
    return Arm(SERVICES, used, completed, seconds, seed)
