"""The clients of the SDKs, signed in to one emulator."""

from __future__ import annotations

import json
import typing as t
from functools import cached_property

from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from azure.core.exceptions import ResponseNotReadError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.identity import ClientSecretCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.privatedns import PrivateDnsManagementClient
from azure.mgmt.recoveryservices import RecoveryServicesClient
from azure.mgmt.recoveryservicesbackup import RecoveryServicesBackupClient
from azure.mgmt.recoveryservicessiterecovery import SiteRecoveryManagementClient
from azure.mgmt.resource import ResourceManagementClient
from azure.mgmt.resource.locks import ManagementLockClient
from azure.mgmt.resource.subscriptions import SubscriptionClient
from azure.mgmt.storage import StorageManagementClient

from .models import unmodelled

#: The emulator sends no ``Retry-After`` here and is five hundred times as fast as Azure: an operation takes a few polls.
POLLING_SECONDS = 0.03

C = t.TypeVar("C")
M = t.TypeVar("M")


class _LastAnswer(SansIOHTTPPolicy):  # type: ignore[misc]  # its base is Any where the SDKs are not installed
    """Keeps the JSON of the last answer, beside the model that the SDK makes of it."""

    def __init__(self) -> None:
        self.document: t.Any = None

    def on_response(self, request: PipelineRequest, response: PipelineResponse) -> None:
        try:
            text = response.http_response.text()
        except ResponseNotReadError:  # the first answer of a long operation: its last one is read
            text = ""
        self.document = json.loads(text) if text else None


class Clients:
    """One principal's clients, by default the operator's."""

    def __init__(self, emulated: EmulatorProcess, client_id: str = "", secret: str = "", tenant: str = "") -> None:
        ready = emulated.ready
        self._emulated, self._last = emulated, _LastAnswer()
        self.credential = ClientSecretCredential(
            tenant or ready["tenant_id"],
            client_id or ready["client_id"],
            secret or ready["client_secret"],
            authority=ready["authority"],
            disable_instance_discovery=True,
            connection_verify=ready["ca_file"],
        )

    def fits(self, model: M) -> M:
        """The model given, made of the last answer and with a place for everything that the answer says."""
        document = self._last.document
        unknown = unmodelled(model, document["value"] if isinstance(model, list) else document)
        assert not unknown, unknown
        return model

    def _client(self, kind: t.Callable[..., C], *arguments: str) -> C:
        base_url = self._emulated.base_url
        return kind(
            self.credential,
            *arguments,
            base_url=base_url,
            credential_scopes=[f"{base_url}/.default"],
            connection_verify=self._emulated.ready["ca_file"],
            polling_interval=POLLING_SECONDS,
            per_call_policies=[self._last],
        )

    def _of_subscription(self, kind: t.Callable[..., C]) -> C:
        return self._client(kind, self._emulated.ready["subscription_id"])

    @cached_property
    def subscriptions(self) -> SubscriptionClient:
        """azure-mgmt-resource: subscriptions, tenants and locations."""
        return self._client(SubscriptionClient)

    @cached_property
    def resources(self) -> ResourceManagementClient:
        """azure-mgmt-resource: groups, providers and resources of any type."""
        return self._of_subscription(ResourceManagementClient)

    @cached_property
    def locks(self) -> ManagementLockClient:
        """azure-mgmt-resource: management locks."""
        return self._of_subscription(ManagementLockClient)

    @cached_property
    def network(self) -> NetworkManagementClient:
        """azure-mgmt-network."""
        return self._of_subscription(NetworkManagementClient)

    @cached_property
    def private_dns(self) -> PrivateDnsManagementClient:
        """azure-mgmt-privatedns."""
        return self._of_subscription(PrivateDnsManagementClient)

    @cached_property
    def vaults(self) -> RecoveryServicesClient:
        """azure-mgmt-recoveryservices."""
        return self._of_subscription(RecoveryServicesClient)

    @cached_property
    def backup(self) -> RecoveryServicesBackupClient:
        """azure-mgmt-recoveryservicesbackup."""
        return self._of_subscription(RecoveryServicesBackupClient)

    @cached_property
    def site_recovery(self) -> SiteRecoveryManagementClient:
        """azure-mgmt-recoveryservicessiterecovery."""
        return self._of_subscription(SiteRecoveryManagementClient)

    @cached_property
    def authorization(self) -> AuthorizationManagementClient:
        """azure-mgmt-authorization."""
        return self._of_subscription(AuthorizationManagementClient)

    @cached_property
    def storage(self) -> StorageManagementClient:
        """azure-mgmt-storage."""
        return self._of_subscription(StorageManagementClient)
