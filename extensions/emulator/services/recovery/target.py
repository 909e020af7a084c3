"""A vault as the target of private endpoints: what it refuses, records and publishes.

Sources: Microsoft Learn "Create and use private endpoints (v2 experience) for Azure Backup" (twelve endpoints, unique
names, fresh vaults only), MicrosoftDocs/azure-docs issue 114762 (what operators see on a vault that was used: endpoint
``Failed`` without names), azure-rest-api-specs ``GetPrivateEndpointConnection.json`` (connection).
"""

from __future__ import annotations

import typing as t

from ...arm import Arm
from ...private_link import Name
from ...store import Resource
from ...wire import JSON, fold, not_found
from . import classic, names
from .documents import (
    CONNECTION_TYPE,
    STATE_FIELDS,
    VAULT_TYPE,
    connection_status,
    connections,
    endpoint_id,
    show_connections,
)
from .history import BACKUP, forget_experience, has_endpoint, is_classic, is_used, keep_experience
from .settings import refusal, setting

USED = "Private endpoints can be created only for new Recovery Services vaults that do not have any items registered."
_ENDPOINT_TYPE = "Microsoft.Network/privateEndpoints"
_LISTS = ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")


class VaultTarget:
    """The target side of ``microsoft.recoveryservices/vaults``."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        arm.private_link.targets[VAULT_TYPE.lower()] = self

    def check(self, target_id: str, group_id: str, endpoint_id: str) -> None:
        """Refuse an unknown group, a thirteenth endpoint of a group or a second endpoint of the same name."""
        arm, vault = self._arm, self._vault(target_id)
        if group_id not in STATE_FIELDS:
            known = ", ".join(STATE_FIELDS)
            raise refusal(arm, "group_unknown", f"The group id '{group_id}' is not one of {known}.")
        others = {key: groups for key, groups in self._endpoints(vault).items() if key != fold(endpoint_id)}
        if any(key.rsplit("/", 1)[-1] == fold(endpoint_id).rsplit("/", 1)[-1] for key in others):
            name = endpoint_id.rsplit("/", 1)[-1]
            raise refusal(
                arm, "endpoint_name_taken", f"The vault already has a private endpoint with the name '{name}'."
            )
        limit = int(setting(arm, "endpoints_per_group"))
        if sum(group_id in groups for groups in others.values()) >= limit:
            raise refusal(
                arm, "too_many_endpoints", f"A vault cannot have more than {limit} private endpoints for '{group_id}'."
            )
        if setting(arm, "used_vault_refusal") == "refused" and is_used(arm, vault, group_id):
            raise refusal(arm, "vault_used", USED)

    def connect(self, target_id: str, group_id: str, endpoint: Resource, *, approved: bool, message: str) -> None:
        """Record the connection, ``connection_delay`` seconds late; fail the endpoint when the vault was used."""
        arm, vault = self._arm, self._arm.store.find(target_id)
        if vault is None or is_used(arm, vault, group_id):
            error = refusal(arm, "vault_used", USED) if vault else not_found(target_id)
            if vault is not None and setting(arm, "failed_connections_listed"):
                self._record(
                    vault, self._document(vault, group_id, endpoint, approved=approved, message=message, state="Failed")
                )
            if arm.private_link.endpoints is not None:
                arm.private_link.endpoints.fail(endpoint.id, error.code, error.message)
            return
        if group_id == BACKUP and self._lacks_identity(vault):
            error = refusal(arm, "classic_identity", "The vault has no managed identity.")
            if arm.private_link.endpoints is not None:
                arm.private_link.endpoints.fail(endpoint.id, error.code, error.message)
            return
        has_endpoint(arm, vault, group_id)
        if group_id == BACKUP:
            keep_experience(arm, vault)
        document = self._document(vault, group_id, endpoint, approved=approved, message=message)
        delay = float(setting(arm, "connection_delay"))
        if delay <= 0:
            self._record(vault, document)
        else:
            arm.scheduler.after(delay, lambda: self._record_late(vault, endpoint, document))

    def names(self, target_id: str, group_id: str, endpoint: Resource) -> list[Name]:
        """The names of the group; none when the vault is gone or cannot be reached privately."""
        vault = self._arm.store.find(target_id)
        if vault is None or is_used(self._arm, vault, group_id):
            return []
        return names.published(self._arm, vault, group_id)

    def disconnect(self, target_id: str, endpoint_id: str) -> None:
        """Forget the connections of an endpoint that is gone, or show them as Disconnected."""
        vault = self._arm.store.find(target_id)
        if vault is None:
            return
        for connection in self.of_endpoint(vault, endpoint_id):
            if setting(self._arm, "connection_outlives_endpoint"):
                connection.properties["privateLinkServiceConnectionState"]["status"] = "Disconnected"
            else:
                self._arm.store.remove(connection.id)
        forget_experience(vault, connections(self._arm, vault))
        show_connections(self._arm, vault)
        classic.withdraw(self._arm, vault, endpoint_id)

    def of_endpoint(self, vault: Resource, wanted: str) -> list[Resource]:
        """The connections of one endpoint."""
        return [each for each in connections(self._arm, vault) if fold(endpoint_id(each)) == fold(wanted)]

    def _vault(self, target_id: str) -> Resource:
        vault = self._arm.store.find(target_id)
        if vault is None:
            raise not_found(target_id)
        return vault

    def _endpoints(self, vault: Resource) -> dict[str, set[str]]:
        """The groups of each endpoint that leads to the vault, whether or not the vault lists its connection yet."""
        found: dict[str, set[str]] = {}
        for endpoint in self._arm.store.below("/", _ENDPOINT_TYPE):
            for connection in (each for name in _LISTS for each in endpoint.properties.get(name) or []):
                properties = connection["properties"]
                if fold(properties.get("privateLinkServiceId", "")) == fold(vault.id):
                    found.setdefault(fold(endpoint.id), set()).update(properties.get("groupIds") or [])
        for connection_resource in connections(self._arm, vault):
            groups = t.cast(list[str], connection_resource.properties["groupIds"])
            found.setdefault(fold(endpoint_id(connection_resource)), set()).update(groups)
        return found

    def _document(
        self,
        vault: Resource,
        group: str,
        endpoint: Resource,
        *,
        approved: bool,
        message: str,
        state: str = "Succeeded",
    ) -> JSON:
        """A connection: what it says in ``description`` is seen in public exports, null while it is Pending without a message."""
        token = {**setting(self._arm, "connection_tokens")}.get(group, "backup")
        name = f"{endpoint.name}.{vault.hidden['number']}.{token}.{self._arm.guid()}"
        return {
            "id": f"{vault.id}/privateEndpointConnections/{name}",
            "name": name,
            "type": CONNECTION_TYPE,
            "location": vault.document["location"],
            "properties": {
                "provisioningState": state,
                "privateEndpoint": {"id": endpoint.id},
                "groupIds": [group],
                "privateLinkServiceConnectionState": {
                    "status": "Approved" if approved else "Pending",
                    "description": message or ("None" if approved else None),
                    "actionsRequired": "None",
                },
            },
        }

    def _lacks_identity(self, vault: Resource) -> bool:
        """Whether a classic vault cannot make what belongs to its endpoint, and the endpoint fails for it."""
        strict = setting(self._arm, "classic_without_identity") == "failed"
        return strict and is_classic(self._arm, vault) and not (vault.document.get("identity") or {}).get("principalId")

    def _record(self, vault: Resource, document: JSON) -> None:
        connection = self._arm.store.put(Resource(document["id"], document))
        show_connections(self._arm, vault)
        if connection_status(connection) == "Approved" and connection.properties["provisioningState"] == "Succeeded":
            names.after_approval(self._arm, vault)
            classic.complete(self._arm, vault)

    def _record_late(self, vault: Resource, endpoint: Resource, document: JSON) -> None:
        """Record unless vault or endpoint went away in the meantime."""
        store = self._arm.store
        if store.find(vault.id) is vault and store.find(endpoint.id) is endpoint:
            self._record(vault, document)
