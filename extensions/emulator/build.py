"""Putting the emulator together."""

from __future__ import annotations

import time
import typing as t

from . import latency as latencies
from . import world as worlds
from .arm import Arm, Service
from .clock import Clock
from .services.network import settings as network_settings
from .services.network.private_dns import PrivateDns
from .services.network.service import Network
from .services.platform.access_token import AccessToken
from .services.platform.activity_log import ActivityLog
from .services.platform.admin import Admin
from .services.platform.authorization import Authorization
from .services.platform.management_locks import ManagementLocks
from .services.platform.providers import Providers
from .services.platform.request_checks import ApiVersions, RequestContents
from .services.platform.resource_groups import ResourceGroups
from .services.platform.resource_tags import ResourceTags
from .services.platform.sign_in import SignIn
from .services.platform.subscriptions import Subscriptions
from .services.recovery import settings as recovery_settings
from .services.recovery.service import RecoveryServices
from .services.storage import settings as storage_settings
from .services.storage.service import Storage
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
