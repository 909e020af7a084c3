"""Microsoft.RecoveryServices: vaults, what they protect, and their side of private endpoints."""

from __future__ import annotations

import typing as t

from ...arm import Arm, Route
from ...wire import JSON
from . import (
    certificates,
    configuration,
    connections,
    deleted_vaults,
    lists,
    locations,
    operations,
    replication,
    replication_failover,
    replication_monitoring,
    replication_operations,
    vaults,
)
from . import world as recovery_world
from .events import VaultEvents
from .target import VaultTarget


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
            *operations.routes(),
            *connections.routes(),
            *lists.routes(),
            *replication_operations.routes(),
            *replication_monitoring.routes(),
            *replication_failover.routes(),
            *replication.routes(),
            *locations.routes(),
            *certificates.routes(),
            *configuration.routes(),
            *deleted_vaults.routes(),
            *vaults.routes(),
        ]

    def load(self, world: JSON) -> None:
        """Make the vaults of the world file."""
        recovery_world.load(self._arm, world)
