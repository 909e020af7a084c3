"""What Microsoft.RecoveryServices brings to the local Azure."""

from __future__ import annotations

from ...arm import Part
from ...response_headers import ALLOWANCES, RESOURCE_REQUESTS, Manner
from ...shapes import CONNECTION, Shape
from ...world_schema import ACCESS, PLACED, Keys, Many
from .history import CLASSIC, CURRENT
from .service import RecoveryServices
from .settings import DEFAULTS

_NAMED = Many(
    Keys(
        {
            "name!": "text",
            "backup_management_type": "text",
            "machine": "text",
            "location": "text",
            "source_location": "text",
        }
    ),
    names=True,
)
_SERVICES = ("AzureBackup", "AzureSiteRecovery", "AzureBackup_secondary")

#: What a vault has been used for.
HISTORY = Keys(
    {
        "protected_items": _NAMED,
        "soft_deleted_items": _NAMED,
        "containers": _NAMED,
        "engines": _NAMED,
        "jobs": Many(Keys({"operation": "text", "status": "text", "machine": "text"})),
        "fabrics": Many(Keys({"name!": "text", "location": "text", "kind": ("Azure", "HyperVSite")}), names=True),
        "replication_protected_items": _NAMED,
        "migration_items": _NAMED,
        "providers": _NAMED,
        "replication_policies": _NAMED,
        "usages": "mapping",
        "activity": Many(Keys({"operation_name!": "text", "status": "text", "days_ago": "number"})),
        "attempts": Many(("backup", "replication")),
        "endpoints": Many(_SERVICES),
    }
)

WORLD = Keys(
    {
        "vaults": Many(
            Keys(
                {
                    **PLACED,
                    "location": "text",
                    "identity": "text",
                    "principal_id": "text",
                    "backup_experience": (CLASSIC, CURRENT),
                    "public_network_access": ACCESS,
                    "cross_region_restore": ACCESS,
                    "tags": "mapping",
                    "created_days_ago": "number",
                    "encryption_key_vault": "text",
                    "history": HISTORY,
                }
            )
        ),
    }
)

#: Vaults: Succeeded at the first poll after 60 seconds (azure-powershell recording ``TestAzureVaultPublicNetworkAccess.json``), but
#: deleted within two (azure-cli ``test_vault_soft_delete_basic.yaml``). Site Recovery: azure-cli-extensions recording
#: ``test_siterecovery_A2A_selfcreated_scenarios.yaml``: a machine is enabled after 310 seconds, waits for its first recovery point some
#: eight minutes later and is protected after 20 (15 to 30 minutes in a public lab script); failover, reprotection and removal are from
#: there too. No recording is known of the others (connections, Site Recovery's smaller writes): they follow their nearest neighbour.
SECONDS = {
    "vault.create": 60,
    "vault.update": 60,
    "vault.delete": 2,
    "vault.undelete": 60,
    "connection.update": 30,
    "connection.delete": 30,
    "replication.write": 30,
    "replication.remove": 30,
    "replication.enable": 310,
    "replication.initial": 480,
    "replication.point": 720,
    "replication.failover": 145,
    "replication.commit": 38,
    "replication.reprotect": 414,
    "replication.disable": 205,
}

_PROVIDER: Shape = {"instanceType": "text", "agentAutoUpdateStatus": "text"}
_DISK: Shape = dict.fromkeys(
    (
        "diskId",
        "diskUri",
        "primaryStagingAzureStorageAccountId",
        "recoveryAzureStorageAccountId",
        "recoveryResourceGroupId",
        "recoveryReplicaDiskAccountType",
        "recoveryTargetDiskAccountType",
    ),
    "text",
)
_PROTECTION: Shape = {
    **dict.fromkeys(
        ("instanceType", "fabricObjectId", "policyId", "recoveryContainerId", "recoveryResourceGroupId"), "text"
    ),
    "vmManagedDisks": [_DISK],
    "vmDisks": [_DISK],
}
_FABRICS = "microsoft.recoveryservices/vaults/replicationfabrics"
_CONTAINERS = f"{_FABRICS}/replicationprotectioncontainers"
BODIES: dict[str, Shape] = {
    "microsoft.recoveryservices/vaults": {
        "publicNetworkAccess": "text",
        "securitySettings": {
            "softDeleteSettings": "object",
            "immutabilitySettings": {"state": "text"},
            "multiUserAuthorization": "text",
        },
        "redundancySettings": {"standardTierStorageRedundancy": "text", "crossRegionRestore": "text"},
        "restoreSettings": "object",
        "encryption": {
            "keyVaultProperties": {"keyUri": "text"},
            "kekIdentity": {"useSystemAssignedIdentity": "flag", "userAssignedIdentity": "text"},
            "infrastructureEncryption": "text",
        },
    },
    "microsoft.recoveryservices/vaults/privateendpointconnections": CONNECTION,
    "microsoft.recoveryservices/vaults/extendedinformation": {"integrityKey": "text", "algorithm": "text"},
    "microsoft.recoveryservices/vaults/backupstorageconfig": {
        "storageModelType": "text",
        "storageType": "text",
        "crossRegionRestoreFlag": "flag",
    },
    "microsoft.recoveryservices/vaults/certificates": {"certificate": "text"},
    "microsoft.recoveryservices/locations/capabilities": {"dnsZones": [{"subResource": "text"}]},
    "microsoft.recoveryservices/locations/deletedvaults/undelete": {"recoveryResourceGroupId": "text"},
    "microsoft.recoveryservices/vaults/replicationpolicies": {
        "providerSpecificInput": _PROVIDER,
        "replicationProviderSettings": _PROVIDER,
    },
    "microsoft.recoveryservices/vaults/replicationalertsettings": {
        "sendToOwners": "text",
        "customEmailAddresses": ["text"],
        "locale": "text",
    },
    "microsoft.recoveryservices/vaults/replicationrecoveryplans": {
        "primaryFabricId": "text",
        "recoveryFabricId": "text",
        "failoverDeploymentModel": "text",
        "groups": [
            {"groupType": "text", "replicationProtectedItems": [{"id": "text", "virtualMachineId": "text"}]},
        ],
    },
    f"{_FABRICS}/replicationnetworks/replicationnetworkmappings": {
        "recoveryFabricName": "text",
        "recoveryNetworkId": "text",
        "fabricSpecificDetails": {"instanceType": "text", "primaryNetworkId": "text"},
    },
    f"{_CONTAINERS}/switchprotection": {
        "replicationProtectedItemName": "text",
        "providerSpecificDetails": _PROTECTION,
    },
    _FABRICS: {"customDetails": {"instanceType": "text", "location": "text"}},
    _CONTAINERS: {"providerSpecificInput": [_PROVIDER]},
    f"{_CONTAINERS}/replicationprotectioncontainermappings": {
        "targetProtectionContainerId": "text",
        "policyId": "text",
        "providerSpecificInput": _PROVIDER,
    },
    f"{_CONTAINERS}/replicationprotecteditems": {
        "policyId": "text",
        "protectableItemId": "text",
        "providerSpecificDetails": _PROTECTION,
    },
}

PART = Part(
    services=(RecoveryServices,),
    seconds=SECONDS,
    # azure-powershell's ``TestAzureVaultPublicNetworkAccess.json``; connections: azure-rest-api-specs
    # ``PutPrivateEndpointConnection.json``. Site Recovery is inferred from its durations.
    ask_again={"vault.": 60, "connection.": 60, "replication.": 30},
    settings=DEFAULTS,
    world=WORLD,
    bodies=BODIES,
    manners=(
        (
            "microsoft.recoveryservices/",
            Manner(
                {**ALLOWANCES, "writes": (RESOURCE_REQUESTS, 300), "deletes": (RESOURCE_REQUESTS, 10)},
                echoes_client_request_id=True,
            ),
        ),
    ),
)
