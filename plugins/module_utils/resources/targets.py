"""What a private endpoint can lead to: one row a resource type."""

from __future__ import annotations

from dataclasses import dataclass

from ..ids import parse_id
from .roles import actions
from .storage_accounts import TYPE as STORAGE_ACCOUNT
from .vaults import TYPE as VAULT


@dataclass(frozen=True)
class Target:
    """How endpoints lead to a resource type, and how it shows and changes its connections.

    ``word`` names it in messages. ``sub_resources`` are the group ids of
    https://learn.microsoft.com/azure/private-link/private-endpoint-overview. ``rejected_comes_back``: a
    rejected connection can be approved again. Key vaults take that back (azure-cli recording
    ``test_keyvault_private_endpoint_connection.yaml``); of the others no source says so.
    """

    type: str
    word: str
    sub_resources: tuple[str, ...]
    api_version: str
    connection_api_version: str
    rejected_comes_back: bool = False

    @property
    def provider(self) -> str:
        """The namespace of the resource provider."""
        return self.type.split("/", 1)[0]

    @property
    def approval(self) -> str:
        """The action without which Azure refuses an endpoint that is to be approved by itself.

        LinkedAuthorizationFailed, MicrosoftDocs/azure-docs#96892.
        """
        return f"{self.type}/privateEndpointConnectionsApproval/action"

    @property
    def connection_type(self) -> str:
        """The type of its connections."""
        return f"{self.type}/privateEndpointConnections"

    def on_connections(self, *verbs: str) -> tuple[str, ...]:
        """Actions on its connections."""
        return actions(self.connection_type, *verbs)


_ROWS = (
    # A vault's connections are changed in the Backup surface of the same path (recoveryservicesbackup, Private Endpoint
    # Connection - Put), which Microsoft's own reference also uses for approval.
    Target(VAULT, "vault", ("AzureBackup", "AzureBackup_secondary", "AzureSiteRecovery"), "2024-04-01", "2025-02-01"),
    Target(STORAGE_ACCOUNT, "account", ("blob", "queue", "table", "file", "dfs", "web"), "2023-05-01", "2023-05-01"),
    Target("Microsoft.KeyVault/vaults", "key vault", ("vault",), "2023-07-01", "2023-07-01", rejected_comes_back=True),
    Target("Microsoft.Migrate/migrateProjects", "project", ("Default",), "2020-05-01", "2020-05-01"),
    Target("Microsoft.Migrate/assessmentProjects", "assessment project", ("Default",), "2019-10-01", "2019-10-01"),
    Target("Microsoft.OffAzure/masterSites", "site", ("Default",), "2023-06-06", "2023-06-06"),
)
#: By lower-case type.
TARGETS: dict[str, Target] = {row.type.lower(): row for row in _ROWS}
VAULT_TARGET = TARGETS[VAULT.lower()]
STORAGE_TARGET = TARGETS[STORAGE_ACCOUNT.lower()]


def target_kind(resource_id: str) -> Target:
    """The row of what an id names. Raises ``KeyError`` for a type no endpoint leads to."""
    return TARGETS[parse_id(resource_id).type]
