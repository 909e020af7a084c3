"""Microsoft.RecoveryServices: vaults, what they protect, and their side of private endpoints."""

from __future__ import annotations

import typing as t

from ..arm import Arm, Route
from ..wire import JSON
from . import (
    recovery_certificates,
    recovery_configuration,
    recovery_connections,
    recovery_deleted_vaults,
    recovery_lists,
    recovery_locations,
    recovery_operations,
    recovery_replication,
    recovery_vaults,
    recovery_world,
)
from .recovery_events import VaultEvents
from .recovery_target import VaultTarget


class RecoveryServices:
    """The provider of Recovery Services vaults.

    In the list of services it stands after authorization and activity log, which its world's vaults speak to.
    """

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self.target = VaultTarget(arm)
        self.events = VaultEvents(arm)

    def routes(self) -> t.Iterable[Route]:
        """Every route of the provider."""
        return [
            *recovery_operations.routes(),
            *recovery_connections.routes(),
            *recovery_lists.routes(),
            *recovery_replication.routes(),
            *recovery_locations.routes(),
            *recovery_certificates.routes(),
            *recovery_configuration.routes(),
            *recovery_deleted_vaults.routes(),
            *recovery_vaults.routes(),
        ]

    def load(self, world: JSON) -> None:
        """Make the vaults of the world file."""
        recovery_world.load(self._arm, world)
