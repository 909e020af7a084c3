"""Azure's built-in roles, as far as recovery work meets them.

Source: Microsoft Learn "Azure built-in roles" (names, GUIDs, permissions; the action lists of the Backup, Site Recovery
and Key Vault roles are shortened to what this field calls). GUIDs are the same in every cloud.
"""

from __future__ import annotations

import typing as t

from .wire import JSON


class Role(t.NamedTuple):
    """A built-in role. ``data_actions`` are shown but never checked: the emulator has no data plane."""

    guid: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()


_COMMON = (
    "Microsoft.Authorization/*/read",
    "Microsoft.Insights/alertRules/*",
    "Microsoft.Resources/deployments/*",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Support/*",
)
_MANAGE_ROLES = (
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Authorization/roleAssignments/delete",
    "*/read",
    "Microsoft.Support/*",
)
_VAULT = "Microsoft.RecoveryServices/vaults"
_BLOBS = "Microsoft.Storage/storageAccounts/blobServices"
_SITE_RECOVERY = tuple(
    f"{_VAULT}/{part}"
    for part in (
        "certificates/write",
        "extendedInformation/*",
        "monitoringConfigurations/*",
        "registeredIdentities/*",
        "replicationAlertSettings/*",
        "replicationEvents/read",
        "replicationFabrics/*",
        "replicationJobs/*",
        "replicationPolicies/*",
        "replicationProtectionClusters/*",
        "replicationRecoveryPlans/*",
        "replicationVaultSettings/*",
        "replicationVaultHealth/*",
        "replicationProtectedItems/*",
        "replicationMigrationItems/*",
        "replicationProtectionContainers/*",
        "replicationProtectionContainerMappings/*",
        "replicationRecoveryServicesProviders/*",
        "storageConfig/*",
        "tokenInfo/read",
        "usages/read",
        "replicationUsages/read",
        "vaultTokens/read",
        "read",
        "refreshContainers/read",
    )
)
_BACKUP_PARTS = (
    "backupFabrics/*",
    "backupJobs/*",
    "backupPolicies/*",
    "backupProtectableItems/*",
    "backupProtectedItems/*",
    "backupProtectionContainers/*",
    "backupSecurityPIN/*",
    "backupUsageSummaries/*",
    "backupEngines/read",
    "backupstorageconfig/*",
    "backupconfig/*",
    "backupEncryptionConfigs/*",
    "certificates/*",
    "extendedInformation/*",
    "monitoringAlerts/*",
    "monitoringConfigurations/*",
    "registeredIdentities/*",
    "usages/*",
    "refreshContainers/*",
    "privateEndpointConnections/*",
    "operationStatus/*",
    "operationResults/*",
)

BUILT_IN: dict[str, Role] = {
    "Owner": Role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", ("*",)),
    "Contributor": Role(
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        ("*",),
        (
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
            "Microsoft.Compute/galleries/share/action",
        ),
    ),
    "Reader": Role("acdd72a7-3385-48ef-bd42-f606fba81ae7", ("*/read",)),
    "User Access Administrator": Role(
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", ("*/read", "Microsoft.Authorization/*", "Microsoft.Support/*")
    ),
    "Role Based Access Control Administrator": Role("f58310d9-a9f6-439a-9e8d-f62e7b41a168", _MANAGE_ROLES),
    "Network Contributor": Role("4d97b98b-1d4f-4787-a291-c67834d212e7", (*_COMMON, "Microsoft.Network/*")),
    "Private DNS Zone Contributor": Role(
        "b12aa53e-6015-4669-85d0-8515ebb3ae7f",
        (
            *_COMMON,
            "Microsoft.Network/privateDnsZones/*",
            "Microsoft.Network/privateDnsOperationResults/*",
            "Microsoft.Network/privateDnsOperationStatuses/*",
            "Microsoft.Network/virtualNetworks/read",
            "Microsoft.Network/virtualNetworks/join/action",
        ),
    ),
    "Storage Account Contributor": Role(
        "17d1049b-9a84-46fb-8f53-869881c3d3ab",
        (
            *_COMMON,
            "Microsoft.Storage/storageAccounts/*",
            "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action",
        ),
    ),
    "Storage Blob Data Contributor": Role(
        "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        (
            f"{_BLOBS}/containers/delete",
            f"{_BLOBS}/containers/read",
            f"{_BLOBS}/containers/write",
            f"{_BLOBS}/generateUserDelegationKey/action",
        ),
        (),
        tuple(f"{_BLOBS}/containers/blobs/{verb}" for verb in ("delete", "read", "write", "move/action", "add/action")),
    ),
    "Storage Blob Data Owner": Role(
        "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        (f"{_BLOBS}/containers/*", f"{_BLOBS}/generateUserDelegationKey/action"),
        (),
        (f"{_BLOBS}/containers/blobs/*",),
    ),
    "Storage Blob Data Reader": Role(
        "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        (f"{_BLOBS}/containers/read", f"{_BLOBS}/generateUserDelegationKey/action"),
        (),
        (f"{_BLOBS}/containers/blobs/read",),
    ),
    "Classic Storage Account Contributor": Role(
        "86e8f5dc-a6e9-4c67-9d15-de283e8eac25", (*_COMMON, "Microsoft.ClassicStorage/storageAccounts/*")
    ),
    "Classic Storage Account Key Operator Service Role": Role(
        "985d6b00-f706-48f5-a6fe-d0ca12fb668d",
        (
            "Microsoft.ClassicStorage/storageAccounts/listkeys/action",
            "Microsoft.ClassicStorage/storageAccounts/regeneratekey/action",
        ),
    ),
    "Backup Contributor": Role(
        "5e467623-bb1f-42f4-a55d-6e525e11384b",
        (
            *_COMMON,
            "Microsoft.Network/virtualNetworks/read",
            "Microsoft.RecoveryServices/locations/*",
            "Microsoft.RecoveryServices/operations/read",
            f"{_VAULT}/read",
            f"{_VAULT}/write",
            f"{_VAULT}/*/read",
            *(f"{_VAULT}/{part}" for part in _BACKUP_PARTS),
            "Microsoft.Storage/storageAccounts/read",
        ),
    ),
    "Backup Operator": Role(
        "00c29273-979b-4161-815c-10b084fb9324",
        (
            *_COMMON,
            "Microsoft.Network/virtualNetworks/read",
            "Microsoft.RecoveryServices/locations/*",
            "Microsoft.RecoveryServices/operations/read",
            f"{_VAULT}/read",
            f"{_VAULT}/*/read",
            f"{_VAULT}/certificates/write",
            f"{_VAULT}/registeredIdentities/write",
            f"{_VAULT}/refreshContainers/*",
            f"{_VAULT}/backupFabrics/protectionContainers/protectedItems/backup/action",
            f"{_VAULT}/privateEndpointConnections/read",
            "Microsoft.Storage/storageAccounts/read",
        ),
    ),
    "Backup Reader": Role(
        "a795c7a0-d4a2-40c1-ae25-d81f01202912",
        (
            "Microsoft.Authorization/*/read",
            "Microsoft.RecoveryServices/locations/*/read",
            "Microsoft.RecoveryServices/operations/read",
            f"{_VAULT}/read",
            f"{_VAULT}/*/read",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ),
    ),
    "Site Recovery Contributor": Role(
        "6670b86e-a3f7-4917-ac9b-5d6ab1be4567",
        (
            *_COMMON,
            "Microsoft.Network/virtualNetworks/read",
            "Microsoft.RecoveryServices/locations/allocatedStamp/read",
            "Microsoft.RecoveryServices/locations/allocateStamp/action",
            *_SITE_RECOVERY,
            "Microsoft.Storage/storageAccounts/read",
        ),
    ),
    "Site Recovery Operator": Role(
        "494ae006-db33-4328-bf46-533a6560a3ca",
        (
            *_COMMON,
            "Microsoft.Network/virtualNetworks/read",
            f"{_VAULT}/read",
            f"{_VAULT}/*/read",
            f"{_VAULT}/replicationJobs/*",
            f"{_VAULT}/replicationRecoveryPlans/testFailover/action",
            f"{_VAULT}/replicationRecoveryPlans/unplannedFailover/action",
            "Microsoft.Storage/storageAccounts/read",
        ),
    ),
    "Site Recovery Reader": Role(
        "dbaa88c4-0c30-4179-9fb3-46319faa6149", ("Microsoft.Authorization/*/read", f"{_VAULT}/read", f"{_VAULT}/*/read")
    ),
    "Key Vault Secrets Officer": Role(
        "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
        ("Microsoft.Authorization/*/read", "Microsoft.KeyVault/vaults/read"),
        (),
        ("Microsoft.KeyVault/vaults/secrets/*",),
    ),
    "Key Vault Crypto Officer": Role(
        "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",
        ("Microsoft.Authorization/*/read", "Microsoft.KeyVault/vaults/read"),
        (),
        ("Microsoft.KeyVault/vaults/keys/*",),
    ),
    "Key Vault Certificates Officer": Role(
        "a4417e6f-fecd-4de8-b567-7b0420556985",
        ("Microsoft.Authorization/*/read", "Microsoft.KeyVault/vaults/read"),
        (),
        ("Microsoft.KeyVault/vaults/certificates/*",),
    ),
}


def documents() -> list[JSON]:
    """Every built-in role as a role definition document, with the tenant form of its id."""
    return [
        {
            "id": f"/providers/Microsoft.Authorization/roleDefinitions/{role.guid}",
            "type": "Microsoft.Authorization/roleDefinitions",
            "name": role.guid,
            "properties": {
                "roleName": name,
                "type": "BuiltInRole",
                "description": f"Azure's built-in role {name}.",
                "assignableScopes": ["/"],
                "permissions": [
                    {
                        "actions": list(role.actions),
                        "notActions": list(role.not_actions),
                        "dataActions": list(role.data_actions),
                        "notDataActions": [],
                    }
                ],
            },
        }
        for name, role in BUILT_IN.items()
    ]
