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
    #: Whether a rejected connection can be approved again. Key vaults take that back: azure-cli recording
    #: ``test_keyvault_private_endpoint_connection.yaml``; of the others no source says so.
    rejected_comes_back: bool = False


TARGETS = {
    "microsoft.recoveryservices/vaults": Target("2024-04-01", "2025-02-01"),
    "microsoft.storage/storageaccounts": Target("2023-05-01", "2023-05-01"),
    "microsoft.keyvault/vaults": Target("2023-07-01", "2023-07-01", rejected_comes_back=True),
    "microsoft.migrate/migrateprojects": Target("2020-05-01", "2020-05-01"),
    "microsoft.migrate/assessmentprojects": Target("2019-10-01", "2019-10-01"),
    "microsoft.offazure/mastersites": Target("2023-06-06", "2023-06-06"),
}
