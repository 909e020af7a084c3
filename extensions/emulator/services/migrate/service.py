"""Microsoft.Migrate and Microsoft.OffAzure: projects, solutions, assessment projects, master sites and sites."""

from __future__ import annotations

import typing as t

from ...arm import Arm, Route
from ...wire import JSON
from . import assessment_projects, connections, portal, projects, sites, solutions, world
from .target import MigrateTarget


class Migrate:
    """Both providers of Azure Migrate. In the list of services it stands after storage and key vaults, which it names."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self.target = MigrateTarget(arm)
        arm.events["key_generated"] = lambda payload: portal.key_generated(arm, payload)

    def routes(self) -> t.Iterable[Route]:
        """Every route of both providers."""
        parts = (connections, solutions, projects, assessment_projects, sites)
        return [route for part in parts for route in part.routes()]

    def load(self, given: JSON) -> None:
        """Make what the world file says of Azure Migrate."""
        world.load(self._arm, given)
