"""The lists of what a vault protects: Backup's, Site Recovery's, and the counts of both.

Sources: azure-cli recording ``test_backup_vault.yaml`` (an empty list is ``{"value": []}``), azure-cli-extensions
``test_siterecovery_vault_scenarios.yaml`` (``nextLink`` null), azure-rest-api-specs ``recoveryservices`` examples
``ListUsages.json`` and ``ListReplicationUsages.json``.
"""

from __future__ import annotations

from ...arm import Call, Route
from ...store import Resource
from ...wire import JSON, Response
from .documents import VAULT, find_vault
from .filter import matches, parse
from .history import records
from .replication_monitoring import listed_job
from .replication_records import listed_fabric, listed_plan
from .settings import refusal, setting

_BACKUP = {
    "backupProtectedItems": ("protected_items", "soft_deleted_items"),
    "backupProtectionContainers": ("containers",),
    "backupEngines": ("engines",),
    "backupJobs": ("jobs",),
}
_REPLICATION = {
    "replicationFabrics": "fabrics",
    "replicationProtectedItems": "replication_protected_items",
    "replicationPolicies": "replication_policies",
    "replicationProtectionContainers": "replication_containers",
    "replicationProtectionContainerMappings": "replication_mappings",
    "replicationMigrationItems": "migration_items",
    "replicationRecoveryServicesProviders": "providers",
    "replicationNetworkMappings": "network_mappings",
    "replicationRecoveryPlans": "recovery_plans",
    "replicationAlertSettings": "alert_settings",
    "replicationJobs": "replication_jobs",
    # Of machines outside Azure, which no service here knows.
    "replicationAppliances": "appliances",
    "replicationNetworks": "networks",
    "replicationStorageClassifications": "storage_classifications",
    "replicationStorageClassificationMappings": "storage_classification_mappings",
    "replicationvCenters": "vcenters",
    "replicationEvents": "replication_events",
}
#: What a list shows less of than the resource itself.
_LISTED = {
    "replicationFabrics": listed_fabric,
    "replicationRecoveryPlans": listed_plan,
    "replicationJobs": listed_job,
}
_ITEM_COUNTS = {
    "IaaSVMProtectedItemCount": "AzureIaasVM",
    "MABProtectedItemCount": "MAB",
    "DPMProtectedItemCount": "DPM",
    "AzureBackupServerProtectedItemCount": "AzureBackupServer",
}


def routes() -> list[Route]:
    """The routes of the lists and counts."""
    return [
        *(Route("GET", f"{VAULT}/{segment}", _backup_list) for segment in _BACKUP),
        *(Route("GET", f"{VAULT}/{segment}", _replication_list) for segment in _REPLICATION),
        Route("GET", f"{VAULT}/usages", _usages),
        Route("GET", f"{VAULT}/replicationUsages", _replication_usages),
    ]


def _backup_list(call: Call) -> Response:
    vault, segment = find_vault(call), _segment(call, list(_BACKUP))
    terms = parse(call.request.query.get("$filter", ""))
    if segment == "backupProtectionContainers" and "backupmanagementtype" not in terms:
        # azure-rest-api-specs marks the filter optional, the service does not answer without it.
        raise refusal(call.arm, "container_filter_missing", "The filter must name a backupManagementType.")
    kinds = [kind for kind in _BACKUP[segment] if kind != "soft_deleted_items" or _shows_soft_deleted(call, terms)]
    found = [document for kind in kinds for document in records(vault, kind) if matches(document["properties"], terms)]
    return Response(200, {"value": found})


def _replication_list(call: Call) -> Response:
    vault, segment = find_vault(call), _segment(call, list(_REPLICATION))
    found = records(vault, _REPLICATION[segment])
    if segment in _LISTED:
        found = [_LISTED[segment](each) for each in found]
    return Response(200, {"value": found, "nextLink": None})


def _segment(call: Call, known: list[str]) -> str:
    last = call.id.rsplit("/", 1)[-1].lower()
    return next(segment for segment in known if segment.lower() == last)


def _shows_soft_deleted(call: Call, terms: dict[str, str]) -> bool:
    return bool(setting(call.arm, "soft_deleted_items_listed")) or "isscheduledfordeferreddelete" in terms


def _usages(call: Call) -> Response:
    vault = find_vault(call)
    return Response(200, {"value": [_usage(name, count) for name, count in usage_counts(vault).items()]})


def usage_counts(vault: Resource) -> dict[str, int]:
    """The counts that ``usages`` gives. What the world file says under ``usages`` wins."""
    items = records(vault, "protected_items")
    jobs = [document["properties"].get("status") for document in records(vault, "jobs")]
    counts = {
        "MABContainersCount": _of_type(records(vault, "containers"), "MAB"),
        "ProtectedItemCount": len(items),
        "ProtectedItemCriticalCount": 0,
        "ProtectedItemWarningCount": 0,
        **{name: _of_type(items, kind) for name, kind in _ITEM_COUNTS.items()},
        "InProgressJobsCount": jobs.count("InProgress"),
        "FailedJobsCount": jobs.count("Failed"),
        "ManagedInstances": 0,
        "GRSStorageUsage": 0,
        "LRSStorageUsage": 0,
    }
    return {**counts, **vault.hidden.get("usages", {})}


def _of_type(documents: list[JSON], management_type: str) -> int:
    return sum(document["properties"].get("backupManagementType") == management_type for document in documents)


def _usage(name: str, count: int) -> JSON:
    unit = "Bytes" if name.endswith("StorageUsage") else "Count"
    return {"name": {"value": name, "localizedValue": name}, "currentValue": count, "limit": -1, "unit": unit}


def _replication_usages(call: Call) -> Response:
    vault = find_vault(call)
    usage: JSON = {
        "monitoringSummary": {
            "unHealthyVmCount": 0,
            "unHealthyProviderCount": 0,
            "eventsCount": 0,
            "deprecatedProviderCount": 0,
            "supportedProviderCount": 0,
            "unsupportedProviderCount": 0,
        },
        "jobsSummary": {"failedJobs": 0, "suspendedJobs": 0, "inProgressJobs": 0},
        "protectedItemCount": len(records(vault, "replication_protected_items")),
        "recoveryPlanCount": len(records(vault, "recovery_plans")),
        "registeredServersCount": len(records(vault, "providers")),
        "recoveryServicesProviderAuthType": 1,
    }
    return Response(200, {"value": [usage]})
