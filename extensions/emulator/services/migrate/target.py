"""Projects, assessment projects and master sites as targets of private endpoints: what they refuse, record and publish.

Sources: MicrosoftDocs/azure-docs ``articles/migrate/troubleshoot-network-connectivity.md`` (families of names); the built-in policy
7590a335-57cf-4c95-babd-ecbc8fafeb1f (group ``Default``); ``articles/migrate/discover-and-assess-using-private-endpoints.md`` (the
connectivity method of an existing project cannot be changed).
"""

from __future__ import annotations

from ...arm import Arm
from ...private_link import Name
from ...store import Resource
from ...wire import ArmError, not_found
from .connections import record
from .documents import GROUP_ID, LINKED, of_endpoint, show_connections
from .settings import refusal, setting


class MigrateTarget:
    """The target side of the three types."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        for kind in LINKED:
            arm.private_link.targets[kind.lower()] = self

    def check(self, target_id: str, group_id: str, endpoint_id: str) -> None:
        """Refuse a missing target, any other group than ``Default``, a public project and a connection that exists."""
        resource = self._arm.store.get(target_id)
        if group_id != GROUP_ID:
            raise refusal(self._arm, "group_unknown", f"The group id '{group_id}' is not {GROUP_ID}.")
        if not resource.hidden["private"]:
            raise refusal(
                self._arm,
                "public_project",
                f"The connectivity method of project '{resource.name}' cannot be changed to private endpoint.",
            )
        if setting(self._arm, "migrate_connection_exists") == "refuse" and of_endpoint(
            self._arm, resource, endpoint_id
        ):
            raise ArmError(
                409,
                "PrivateEndpointConnectionAlreadyExists",
                f"A private endpoint connection of '{endpoint_id}' exists already.",
            )

    def connect(self, target_id: str, group_id: str, endpoint: Resource, *, approved: bool, message: str) -> None:
        """Record the connection; fail the endpoint when the target has gone."""
        resource = self._arm.store.find(target_id)
        if resource is not None:
            record(self._arm, resource, endpoint, approved=approved, message=message)
            return
        error = not_found(target_id)
        if self._arm.private_link.endpoints is not None:
            self._arm.private_link.endpoints.fail(endpoint.id, error.code, error.message)

    def names(self, target_id: str, group_id: str, endpoint: Resource) -> list[Name]:
        """The one name of a resource, with its ``privatelink`` label; none when it is gone."""
        resource = self._arm.store.find(target_id)
        return [Name(resource.hidden["host"], group_id, group_id)] if resource else []

    def disconnect(self, target_id: str, endpoint_id: str) -> None:
        """Forget the connections of an endpoint that is gone."""
        resource = self._arm.store.find(target_id)
        if resource is None:
            return
        for connection in of_endpoint(self._arm, resource, endpoint_id):
            self._arm.store.remove(connection.id)
        show_connections(self._arm, resource)
