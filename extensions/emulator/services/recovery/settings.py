"""What is not verified about Recovery Services vaults: one setting each, overridden by the world file's ``settings``.

A code under ``refusal_codes`` is the emulator's own guess: public sources describe the refusal, none shows its body.
"""

from __future__ import annotations

import typing as t

from ...arm import Arm
from ...wire import JSON, ArmError

DEFAULTS: JSON = {
    # Paging: the number of vaults in one answer is not documented.
    "vault_page_size": 100,
    # `failed`: the endpoint is accepted and ends as Failed without names (MicrosoftDocs/azure-docs issue 114762);
    # `refused`: the PUT of the endpoint answers 400.
    "used_vault_refusal": "failed",
    # `vault`: any protection spoils the vault for every group; `group`: Backup and Site Recovery do not affect another.
    "used_vault_scope": "vault",
    "endpoints_per_group": 12,
    # Emulated seconds before the vault lists a connection that the endpoint already has.
    "connection_delay": 0,
    # Third part of a connection's name. `backup` is seen in azure-rest-api-specs, the others are inferred.
    "connection_tokens": {
        "AzureBackup": "backup",
        "AzureBackup_secondary": "backup",
        "AzureSiteRecovery": "siteRecovery",
    },
    # Whether the vault goes on listing the connection of an endpoint that was deleted, as Disconnected: Microsoft Learn only
    # says that deleting an endpoint does not delete its connection on every target.
    "connection_outlives_endpoint": False,
    # 201, 200 or 202: no recording of the PUT of a connection is public.
    "connection_put_status": 201,
    # Microsoft Learn only says what becomes of Disconnected; whether a rejection can be taken back is not documented.
    "rejected_can_be_approved": False,
    # Both rejected connections that public exports show of real vaults are `Failed`; the Azure CLI waits for `Succeeded`.
    "rejected_connections_end_as": "Failed",
    # The last poll of a vault's deletion: `not_found` (404, 4 of 6 recordings of azure-cli) or `succeeded` (2 of them).
    "vault_deletion_ends": "not_found",
    # Whether a vault lists the connection of an endpoint that failed. 20 of 56 connections that public exports show of real vaults
    # are Failed and Approved; what made them fail is not recorded.
    "failed_connections_listed": True,
    # `refused` or `allowed`.
    "vault_delete_with_endpoints": "refused",
    "cross_region_restore_final": True,
    # Days that a deleted vault is listed: a recording lists some three days after their ``purgeAt`` has passed.
    "deleted_vault_days": 14,
    "soft_deleted_items_listed": True,
    # Site Recovery's zone in privateLinkResources: azure-rest-api-specs' example has a geo code, practice none.
    "site_recovery_zone_regional": True,
    "capabilities_available": True,
    # Names of an endpoint.
    "pod": "pod01",
    "backup_names_at_creation": ["rec2", "id1"],
    "backup_members": ["rec2", "id1", "fc1", "fab1", "prot1", "ecs1", "tel1", "wbcm1"],
    "site_recovery_names_at_creation": ["id1", "prot2", "rcm1", "srs1", "tel1"],
    "site_recovery_names_after_replication": ["prot2", "rcm1"],
    "names_without_privatelink": False,
    "storage_names_public": True,
    "secondary_geo_code": None,
    # Which experience endpoints for Backup are of on a vault that has none. Whether classic ones (`v1`) can still be made is not
    # documented.
    "backup_experience": "v2",
    # When a classic vault allocates its first storage account: `registration` (MicrosoftDocs/azure-docs, private-endpoints.md of
    # 2023) or `approval` (its picture of 2020 shows three endpoints of one connection).
    "classic_storage_endpoints": "registration",
    # Where a classic vault looks for zones: `granted`, in all of the subscription where it has the rights, or `own_groups`, those of
    # network and endpoint (private-endpoints-overview.md of 2023).
    "classic_zone_search": "granted",
    # What a classic endpoint of a vault without identity becomes: `failed`, or `incomplete`, without storage endpoints. No source.
    "classic_without_identity": "failed",
    # What stays when a classic endpoint, or one of storage beside it, is deleted. No source.
    "classic_children_outlive_endpoint": True,
    "classic_records_outlive_endpoint": False,
    "data_sources_per_vault": 80,
    # `with_endpoints`: replication needs the vault's own roles on the storage accounts once the vault has a private
    # endpoint for Site Recovery; `always` or `never`.
    "replication_storage_roles": "with_endpoints",
    "refusal_codes": {
        "public_access_with_cross_region_restore": "BadRequest",
        "redundancy_locked": "BadRequest",
        "container_filter_missing": "BadRequest",
        "group_unknown": "BadRequest",
        "too_many_endpoints": "BadRequest",
        "endpoint_name_taken": "BadRequest",
        "vault_used": "BadRequest",
        "classic_identity": "BadRequest",
        "connection_state": "BadRequest",
        "undeleted_vault_exists": "BadRequest",
        "vault_has_endpoints": "ServiceResourceNotEmptyWithBackendMessage",
        "replication_request": "BadRequest",
        "replication_in_use": "BadRequest",
        "replication_state": "BadRequest",
        "replication_unreachable": "VaultPrivateEndpointNotApproved",
        "replication_account": "StorageAccountNotAccessible",
        "replication_identity": "HvrManagedIdentityPermissionMissing",
        "replication_soft_delete": "28177",
    },
}


def setting(arm: Arm, name: str) -> t.Any:
    """A setting of the world, or its default."""
    return arm.settings.get(name, DEFAULTS[name])


def refusal(arm: Arm, name: str, message: str, status: int = 400) -> ArmError:
    """A refusal whose code no public source shows: the world's ``refusal_codes`` decide it."""
    codes = {**DEFAULTS["refusal_codes"], **arm.settings.get("refusal_codes", {})}
    return ArmError(status, codes[name], message)
