"""A storage account as the target of private endpoints: what it refuses, records and publishes.

Sources: Microsoft Learn "Use private endpoints for Azure Storage" (one endpoint a service, the public name stays) and
"Replicate machines with private endpoints" (General Purpose v2 only); azure-cli recording
``test_network_private_endpoint_private_dns_zone_group.yaml`` (the connection).
"""

from __future__ import annotations

from ...arm import Arm
from ...private_link import Name
from ...store import Resource
from ...wire import fold, not_found
from .documents import (
    ACCOUNT_TYPE,
    CONNECTION_TYPE,
    connections,
    host,
    services,
    show_connections,
)
from .documents import endpoint_id as endpoint_of
from .settings import refusal, setting


class StorageTarget:
    """The target side of ``microsoft.storage/storageaccounts``."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        arm.private_link.targets[ACCOUNT_TYPE.lower()] = self

    def check(self, target_id: str, group_id: str, endpoint_id: str) -> None:
        """Refuse an account that is missing or of a kind without private endpoints, and a service it does not offer."""
        account = self._arm.store.get(target_id)
        kinds = setting(self._arm, "storage_endpoint_kinds")
        if account.document["kind"] not in kinds:
            raise refusal(
                self._arm,
                "endpoint_kind",
                f"The storage account {account.name} is of kind {account.document['kind']}; private endpoints need one "
                f"of {', '.join(kinds)}.",
            )
        if group_id not in services(account):
            known = ", ".join(services(account))
            raise refusal(self._arm, "group_unknown", f"The group id '{group_id}' is not one of {known}.")

    def connect(self, target_id: str, group_id: str, endpoint: Resource, *, approved: bool, message: str) -> None:
        """Record the connection; fail the endpoint when the account has gone."""
        account = self._arm.store.find(target_id)
        if account is None:
            error = not_found(target_id)
            if self._arm.private_link.endpoints is not None:
                self._arm.private_link.endpoints.fail(endpoint.id, error.code, error.message)
            return
        name = f"{account.name}.{self._arm.guid()}"
        connection_id = f"{account.id}/privateEndpointConnections/{name}"
        self._arm.store.put(
            Resource(
                connection_id,
                {
                    "id": connection_id,
                    "name": name,
                    "type": CONNECTION_TYPE,
                    "properties": {
                        "provisioningState": "Succeeded",
                        "privateEndpoint": {"id": endpoint.id},
                        "privateLinkServiceConnectionState": {
                            "status": "Approved" if approved else "Pending",
                            "description": "Auto-Approved" if approved else message,
                            "actionRequired": "None",
                        },
                    },
                },
            )
        )
        show_connections(self._arm, account)

    def names(self, target_id: str, group_id: str, endpoint: Resource) -> list[Name]:
        """The public name of the service; none when the account is gone."""
        account = self._arm.store.find(target_id)
        return [Name(host(self._arm, account.name, group_id), group_id, group_id)] if account else []

    def disconnect(self, target_id: str, endpoint_id: str) -> None:
        """Forget the connections of an endpoint that is gone."""
        account = self._arm.store.find(target_id)
        if account is None:
            return
        for connection in connections(self._arm, account):
            if fold(endpoint_of(connection)) == fold(endpoint_id):
                self._arm.store.remove(connection.id)
        show_connections(self._arm, account)
