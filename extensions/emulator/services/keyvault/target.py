"""A key vault as the target of private endpoints: what it refuses, records and publishes.

Source: azure-cli recording ``test_keyvault_private_endpoint_connection.yaml`` (the connection has the name that the endpoint gives
its connection, without a GUID; its description is empty on the endpoint and absent on the vault).
"""

from __future__ import annotations

from ...arm import Arm
from ...private_link import Name
from ...store import Resource
from ...wire import JSON, fold, not_found
from .documents import (
    CONNECTION_TYPE,
    GROUP_ID,
    VAULT_TYPE,
    connections,
    host,
    show_connections,
)
from .documents import endpoint_id as endpoint_of
from .settings import refusal

_LISTS = ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")


class KeyVaultTarget:
    """The target side of ``microsoft.keyvault/vaults``."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        arm.private_link.targets[VAULT_TYPE.lower()] = self

    def check(self, target_id: str, group_id: str, endpoint_id: str) -> None:
        """Refuse a vault that is missing and any other group than ``vault``."""
        self._arm.store.get(target_id)
        if group_id != GROUP_ID:
            raise refusal(self._arm, "group_unknown", f"The group id '{group_id}' is not {GROUP_ID}.")

    def connect(self, target_id: str, group_id: str, endpoint: Resource, *, approved: bool, message: str) -> None:
        """Record the connection; fail the endpoint when the vault has gone."""
        vault, endpoints = self._arm.store.find(target_id), self._arm.private_link.endpoints
        if vault is None:
            error = not_found(target_id)
            if endpoints is not None:
                endpoints.fail(endpoint.id, error.code, error.message)
            return
        connection_id = f"{vault.id}/privateEndpointConnections/{connection_name(endpoint)}"
        state: JSON = {"status": "Approved" if approved else "Pending", "actionsRequired": "None"}
        if message and not approved:
            state["description"] = message
        document: JSON = {
            "id": connection_id,
            "name": connection_name(endpoint),
            "type": CONNECTION_TYPE,
            "location": vault.document["location"],
            "properties": {
                "provisioningState": "Succeeded",
                "privateEndpoint": {"id": endpoint.id},
                "privateLinkServiceConnectionState": state,
            },
        }
        self._arm.store.put(Resource(connection_id, document))
        show_connections(self._arm, vault)
        if approved and endpoints is not None:
            endpoints.set_state(endpoint.id, "Approved", "")

    def names(self, target_id: str, group_id: str, endpoint: Resource) -> list[Name]:
        """The vault's public name; none when the vault is gone."""
        vault = self._arm.store.find(target_id)
        return [Name(host(self._arm, vault.name), group_id, "default")] if vault else []

    def disconnect(self, target_id: str, endpoint_id: str) -> None:
        """Forget the connections of an endpoint that is gone."""
        vault = self._arm.store.find(target_id)
        if vault is None:
            return
        for connection in connections(self._arm, vault):
            if fold(endpoint_of(connection)) == fold(endpoint_id):
                self._arm.store.remove(connection.id)
        show_connections(self._arm, vault)


def connection_name(endpoint: Resource) -> str:
    """The name an endpoint gives its connection."""
    return next(str(item["name"]) for kind in _LISTS for item in endpoint.properties.get(kind) or [])
