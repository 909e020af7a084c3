"""What a private endpoint can lead to."""

from __future__ import annotations

from dataclasses import dataclass

# https://learn.microsoft.com/azure/private-link/private-endpoint-overview and the vault's own sub-resources.
SUB_RESOURCES = {
    "microsoft.recoveryservices/vaults": ("AzureBackup", "AzureBackup_secondary", "AzureSiteRecovery"),
    "microsoft.storage/storageaccounts": ("blob", "queue", "table", "file", "dfs", "web"),
    "microsoft.keyvault/vaults": ("vault",),
    "microsoft.migrate/migrateprojects": ("Default",),
    "microsoft.migrate/assessmentprojects": ("Default",),
    "microsoft.offazure/mastersites": ("Default",),
}


@dataclass(frozen=True)
class Target:
    """How a resource type shows and changes its connections.

    A vault's connections are changed in the Backup surface of the same path (recoveryservicesbackup, Private Endpoint
    Connection - Put), which Microsoft's own reference also uses for approval.
    """

    api_version: str
    connection_api_version: str


TARGETS = {
    "microsoft.recoveryservices/vaults": Target("2024-04-01", "2025-02-01"),
    "microsoft.storage/storageaccounts": Target("2023-05-01", "2023-05-01"),
}
