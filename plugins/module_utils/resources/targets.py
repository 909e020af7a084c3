"""What a private endpoint can lead to: one row a resource type."""

from __future__ import annotations

from dataclasses import dataclass

from ..ids import parse_id
from .roles import actions
from .storage_accounts import TYPE as STORAGE_ACCOUNT
from .vaults import TYPE as VAULT

KEY_VAULT = "Microsoft.KeyVault/vaults"
MIGRATE_PROJECT = "Microsoft.Migrate/migrateProjects"


@dataclass(frozen=True)
class Target:
    """How endpoints lead to a resource type, and how it shows and changes its connections.

    ``word`` names it in messages. ``sub_resources`` are the group ids of
    https://learn.microsoft.com/azure/private-link/private-endpoint-overview. ``rejected_comes_back``: a
    rejected connection can be approved again. Key vaults take that back (azure-cli recording
    ``test_keyvault_private_endpoint_connection.yaml``); of the others no source says so.
    ``most_endpoints`` of one sub-resource, where Azure documents it (0: nowhere). ``names_zones``: Azure says of the target which
    private DNS zones its names belong in.
    """

    type: str
    word: str
    sub_resources: tuple[str, ...]
    api_version: str
    connection_api_version: str
    rejected_comes_back: bool = False
    most_endpoints: int = 0
    names_zones: bool = False

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
    # https://learn.microsoft.com/azure/backup/private-endpoints, Before you start: twelve endpoints.
    Target(
        VAULT,
        "vault",
        ("AzureBackup", "AzureBackup_secondary", "AzureSiteRecovery"),
        "2024-04-01",
        "2025-02-01",
        most_endpoints=12,
        names_zones=True,
    ),
    Target(STORAGE_ACCOUNT, "account", ("blob", "queue", "table", "file", "dfs", "web"), "2023-05-01", "2023-05-01"),
    Target(KEY_VAULT, "key vault", ("vault",), "2023-07-01", "2023-07-01", rejected_comes_back=True),
    Target(MIGRATE_PROJECT, "project", ("Default",), "2020-05-01", "2020-05-01"),
    Target("Microsoft.Migrate/assessmentProjects", "assessment project", ("Default",), "2019-10-01", "2019-10-01"),
    Target("Microsoft.OffAzure/masterSites", "site", ("Default",), "2023-06-06", "2023-06-06"),
)
#: By lower-case type.
TARGETS: dict[str, Target] = {row.type.lower(): row for row in _ROWS}
VAULT_TARGET = TARGETS[VAULT.lower()]
STORAGE_TARGET = TARGETS[STORAGE_ACCOUNT.lower()]
KEY_VAULT_TARGET = TARGETS[KEY_VAULT.lower()]
PROJECT_TARGET = TARGETS[MIGRATE_PROJECT.lower()]


def target_kind(resource_id: str) -> Target:
    """The row of what an id names. Raises ``KeyError`` for a type no endpoint leads to."""
    return TARGETS[parse_id(resource_id).type]
