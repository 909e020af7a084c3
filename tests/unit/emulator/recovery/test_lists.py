"""What a vault protects: the lists, the counts, the events that fill them, the world's histories, the locations."""

from __future__ import annotations

import base64
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.activity_log import ActivityLog
from ansible_collections.privatelink.recovery.extensions.emulator.wire import ArmError
from ansible_collections.privatelink.recovery.extensions.emulator.world import WorldError
from ansible_collections.privatelink.recovery.tests.unit.emulator.recovery_support import (
    GROUP,
    SUBSCRIPTION,
    VAULT,
    Azure,
)

BACKUP_LISTS = ("backupProtectedItems", "backupEngines", "backupJobs")
REPLICATION_LISTS = (
    "replicationFabrics",
    "replicationProtectedItems",
    "replicationPolicies",
    "replicationMigrationItems",
    "replicationRecoveryServicesProviders",
)
LOCATIONS = "/providers/Microsoft.RecoveryServices/locations/westeurope"


def with_history(**history: t.Any) -> Azure:
    return Azure(
        {
            "vaults": [
                {"name": "vault", "resource_group": "rg-backup", "location": "westeurope", "history": history},
            ]
        }
    )


def listed(azure: Azure, segment: str, condition: str = "") -> list[str]:
    query = f"?$filter={condition}" if condition else ""
    return [item["properties"]["friendlyName"] for item in azure.get(f"{VAULT}/{segment}{query}")["value"]]


def test_an_empty_vault_lists_nothing() -> None:
    azure = Azure()
    azure.create()
    assert [azure.get(f"{VAULT}/{segment}") for segment in BACKUP_LISTS] == [{"value": []}] * 3
    assert [azure.get(f"{VAULT}/{segment}") for segment in REPLICATION_LISTS] == [{"value": [], "nextLink": None}] * 5
    condition = "?$filter=backupManagementType eq 'AzureIaasVM' and status eq 'Registered'"
    assert azure.get(f"{VAULT}/backupProtectionContainers{condition}") == {"value": []}
    assert {usage["currentValue"] for usage in azure.get(f"{VAULT}/usages")["value"]} == {0}
    assert azure.get(f"{VAULT}/replicationUsages")["value"][0]["protectedItemCount"] == 0


@pytest.mark.parametrize(
    "segment",
    [
        *BACKUP_LISTS,
        *REPLICATION_LISTS,
        "usages",
        "replicationUsages",
        "privateLinkResources",
    ],
)
def test_the_lists_of_a_missing_vault_are_missing(segment: str) -> None:
    assert Azure().send("GET", f"{VAULT}/{segment}").status == 404


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("backupManagementType eq 'MAB'", ["WIN10"]),
        ("backupManagementType eq 'mab' and status eq 'Registered'", ["WIN10"]),
        ("backupManagementType eq 'DPM'", ["DPM01"]),
        ("backupManagementType eq 'AzureStorage'", []),
    ],
)
def test_containers_are_listed_by_management_type(condition: str, names: list[str]) -> None:
    azure = with_history(containers=["WIN10", {"name": "DPM01", "backup_management_type": "DPM"}])
    assert listed(azure, "backupProtectionContainers", condition) == names
    assert listed(azure, "backupEngines") == ["DPM01"]


@pytest.mark.parametrize("condition", ["", "status eq 'Registered'", "backupManagementType is 'MAB'"])
def test_containers_without_a_management_type_are_refused(condition: str) -> None:
    response = with_history().send("GET", f"{VAULT}/backupProtectionContainers?$filter={condition}")
    assert response.status == 400


@pytest.mark.parametrize(
    ("kind", "reported"),
    [
        ("AzureIaasVM", {"protectionStatus", "lastBackupStatus"}),
        ("AzureWorkload", {"protectionStatus", "lastBackupStatus"}),
        ("MAB", {"lastBackupStatus"}),
        ("DPM", set()),
        ("AzureBackupServer", set()),
    ],
)
def test_items_have_the_fields_of_their_own_type(kind: str, reported: set[str]) -> None:
    azure = with_history(protected_items=[{"name": "item", "backup_management_type": kind}])
    (item,) = azure.get(f"{VAULT}/backupProtectedItems")["value"]
    assert {"protectionStatus", "lastBackupStatus"} & set(item["properties"]) == reported


def test_a_migrated_machine_has_a_name_of_its_own() -> None:
    (item,) = with_history(migration_items=["server-1"]).get(f"{VAULT}/replicationMigrationItems")["value"]
    assert (item["name"], item["properties"]) == ("server-1", {"machineName": "server-1"})


def test_what_is_removed_stays_soft_deleted_until_it_is_purged() -> None:
    azure = Azure()
    azure.create()
    azure.event("first_backup", machine="vm1", item="disk", backup_management_type="AzureIaasVM")
    azure.event("items_removed")
    [item] = azure.get(f"{VAULT}/backupProtectedItems")["value"]
    assert item["properties"]["isScheduledForDeferredDelete"] is True
    assert listed(azure, "backupProtectedItems", "isScheduledForDeferredDelete eq 'false'") == []
    assert azure.send("DELETE", VAULT).status == 400
    azure.event("items_removed", purge=True)
    assert azure.get(f"{VAULT}/backupProtectedItems")["value"] == []
    assert azure.send("DELETE", VAULT).status == 202


def test_soft_deleted_items_may_need_to_be_asked_for() -> None:
    azure = with_history(soft_deleted_items=["db"])
    azure.arm.settings["soft_deleted_items_listed"] = False
    assert listed(azure, "backupProtectedItems") == []
    assert listed(azure, "backupProtectedItems", "isScheduledForDeferredDelete eq 'true'") == ["db"]


def test_events_leave_records_jobs_and_activity() -> None:
    azure = Azure()
    azure.create()
    azure.event("machine_registered", machine="WIN10")
    azure.event("first_backup", machine="WIN10", item="C")
    azure.event("protection_attempted", machine="sql01")
    azure.event("replication_enabled", machine="web01", source_location="northeurope")
    jobs = [job["properties"] for job in azure.get(f"{VAULT}/backupJobs")["value"]]
    assert [(job["operation"], job["status"]) for job in jobs] == [
        ("Register", "Completed"),
        ("Backup", "Completed"),
        ("ConfigureBackup", "Failed"),
    ]
    assert listed(azure, "replicationFabrics") == ["West Europe", "North Europe"]
    assert listed(azure, "replicationProtectedItems") == ["web01"]
    usages = {each["name"]["value"]: each["currentValue"] for each in azure.get(f"{VAULT}/usages")["value"]}
    assert (usages["MABContainersCount"], usages["ProtectedItemCount"], usages["FailedJobsCount"]) == (1, 1, 1)
    assert azure.get(f"{VAULT}/replicationUsages")["value"][0]["protectedItemCount"] == 1
    assert azure.properties()["backupStorageVersion"] == "V2"


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, float]]:
    """What is written to the activity log from now on: last part of the operation, status, age in days."""
    seen: list[tuple[str, str, float]] = []

    def record(log: ActivityLog, resource_id: str, operation: str, status: str, when: float) -> None:
        assert resource_id == VAULT
        seen.append((operation.removeprefix("Microsoft.RecoveryServices/vaults/"), status, when))

    monkeypatch.setattr(ActivityLog, "record", record)
    return seen


def test_an_invisible_attempt_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    azure = Azure()
    azure.create()
    seen = recorded(monkeypatch)
    azure.event("protection_attempted", visible=False)
    assert seen == []
    assert azure.get(f"{VAULT}/backupJobs")["value"] == []
    azure.event("vault_used_elsewhere", protection="replication")
    assert [(status, when) for _operation, status, when in seen] == [("Succeeded", azure.clock.now())]
    assert azure.get(f"{VAULT}/replicationProtectedItems")["value"] == []


def test_the_log_knows_when_a_vault_of_the_world_was_born(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, operation = recorded(monkeypatch), "Microsoft.RecoveryServices/vaults/backupPolicies/write"
    azure = Azure(
        {
            "vaults": [
                {
                    "name": "vault",
                    "resource_group": "rg-backup",
                    "location": "westeurope",
                    "created_days_ago": 100,
                    "history": {"activity": [{"operation_name": operation, "days_ago": 5}]},
                }
            ]
        }
    )
    now = azure.clock.now()
    assert seen == [
        ("write", "Succeeded", now - 100 * 86400),
        ("backupPolicies/write", "Succeeded", now - 5 * 86400),
    ]


@pytest.mark.parametrize("access", ["Enabled", "Disabled"])
def test_a_vault_that_nobody_reaches_registers_nothing_and_is_used(access: str) -> None:
    azure = Azure()
    azure.create({"properties": {"publicNetworkAccess": access}})
    reached = access == "Enabled"
    assert azure.event("machine_registered", machine="WIN10")["succeeded"] is reached
    assert listed(azure, "backupProtectionContainers", "backupManagementType eq 'MAB'") == ["WIN10"] * reached
    azure.endpoint()
    assert len(azure.endpoints.failed) == 1


@pytest.mark.parametrize(("approved", "succeeded"), [(True, True), (False, False)])
def test_a_private_vault_is_reached_through_an_approved_endpoint(approved: bool, succeeded: bool) -> None:
    azure = Azure()
    azure.create({"properties": {"publicNetworkAccess": "Disabled"}})
    azure.endpoint(approved=approved)
    assert azure.event("machine_registered")["succeeded"] is succeeded
    assert azure.event("replication_enabled", source_location="northeurope")["succeeded"] is False


@pytest.mark.parametrize(
    ("event", "payload", "status"),
    [
        ("machine_registered", {"vault": "none"}, 404),
        ("machine_registered", {"vault": ""}, 400),
        ("machine_registered", {"backup_management_type": "Tape"}, 400),
        ("replication_enabled", {}, 400),
        ("replication_enabled", {"source_location": "atlantis"}, 400),
        ("protection_attempted", {"protection": "prayer"}, 400),
    ],
)
def test_events_that_mean_nothing_are_refused(event: str, payload: dict[str, t.Any], status: int) -> None:
    azure = Azure()
    azure.create()
    with pytest.raises(ArmError) as refused:
        azure.event(event, **payload)
    assert refused.value.status == status


def test_cross_region_restore_and_denied_public_access_exclude_one_another() -> None:
    azure = Azure()
    azure.create()
    azure.event("cross_region_restore_enabled")
    assert azure.properties()["redundancySettings"]["crossRegionRestore"] == "Enabled"
    assert azure.send("PATCH", VAULT, {"properties": {"publicNetworkAccess": "Disabled"}}).status == 400


HISTORIES: list[tuple[dict[str, t.Any], bool]] = [
    ({}, False),
    ({"protected_items": ["db"]}, True),
    ({"soft_deleted_items": ["db"]}, True),
    ({"containers": ["WIN10"]}, True),
    ({"engines": ["DPM01"]}, True),
    ({"jobs": [{"operation": "ConfigureBackup", "status": "Failed"}]}, True),
    ({"fabrics": ["northeurope"]}, True),
    ({"replication_protected_items": ["vm"]}, True),
    ({"attempts": ["backup"]}, True),
    ({"attempts": ["backup"], "endpoints": ["AzureBackup"]}, False),
    ({"replication_policies": ["p"]}, False),
]


@pytest.mark.parametrize(("history", "used"), HISTORIES)
def test_a_history_makes_a_vault_used(history: dict[str, t.Any], used: bool) -> None:
    azure = with_history(**history)
    azure.endpoint()
    assert bool(azure.endpoints.failed) is used


def test_a_vault_of_the_world() -> None:
    azure = Azure(
        {
            "vaults": [
                {
                    "name": "vault",
                    "resource_group": "rg-backup",
                    "location": "West Europe",
                    "identity": "SystemAssigned",
                    "public_network_access": "Disabled",
                    "tags": {"a": "b"},
                    "encryption_key_vault": "https://kv/keys/k",
                    "history": {"usages": {"ProtectedItemCount": 7}},
                }
            ]
        }
    )
    vault = azure.get()
    assert (vault["location"], vault["tags"], vault["identity"]["type"]) == ("westeurope", {"a": "b"}, "SystemAssigned")
    assert vault["properties"]["publicNetworkAccess"] == "Disabled"
    assert vault["properties"]["encryption"]["keyVaultProperties"]["keyUri"] == "https://kv/keys/k"
    usages = {each["name"]["value"]: each["currentValue"] for each in azure.get(f"{VAULT}/usages")["value"]}
    assert usages["ProtectedItemCount"] == 7


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"history": {"protected_item": ["db"]}}, r"vaults\[0\].history.protected_item: unknown key"),
        ({"region": "westeurope"}, r"vaults\[0\].region: unknown key"),
        ({"location": "atlantis"}, "atlantis"),
        ({"history": {"containers": [{"name": "c", "backup_management_type": "Tape"}]}}, "Tape"),
    ],
)
def test_a_vault_that_cannot_be_meant_is_an_error_of_the_world(entry: dict[str, t.Any], message: str) -> None:
    with pytest.raises(WorldError, match=message):
        Azure({"vaults": [{"name": "vault", "resource_group": "rg-backup", **entry}]})


def test_an_endpoint_of_the_world_was_there_before_the_items() -> None:
    azure = Azure(
        {
            "vaults": [
                {
                    "name": "vault",
                    "resource_group": "rg-backup",
                    "location": "westeurope",
                    "history": {"protected_items": [{"name": "db", "backup_management_type": "DPM"}]},
                }
            ],
            "private_endpoints": [
                {
                    "name": "pe",
                    "resource_group": "rg-net",
                    "virtual_network": "n",
                    "subnet": "s",
                    "target": VAULT.upper(),
                }
            ],
        }
    )
    endpoint = azure.endpoint()
    assert azure.endpoints.failed == []
    assert len(azure.names(endpoint)) == 11


@pytest.mark.parametrize(
    ("cloud", "region", "backup", "site_recovery"),
    [
        (
            "AzureCloud",
            "West US",
            "privatelink.wus.backup.windowsazure.com",
            "privatelink.siterecovery.windowsazure.com",
        ),
        (
            "AzureUSGovernment",
            "usgovtexas",
            "privatelink.ugt.backup.windowsazure.us",
            "privatelink.siterecovery.windowsazure.us",
        ),
    ],
)
def test_capabilities_name_the_zones_without_a_vault(cloud: str, region: str, backup: str, site_recovery: str) -> None:
    azure = Azure({"cloud": cloud})
    groups = [{"subResource": "AzureBackup"}, {"subResource": "AzureSiteRecovery"}]
    body = {"type": "Microsoft.RecoveryServices/Vaults", "properties": {"dnsZones": groups}}
    path = f"{SUBSCRIPTION}/providers/Microsoft.RecoveryServices/locations/{region}/capabilities"
    response = azure.send("POST", path, body)
    zones = {each["subResource"]: each["requiredZoneNames"] for each in response.document["properties"]["dnsZones"]}
    assert (zones["AzureBackup"][0], len(zones["AzureBackup"])) == (backup, 3)
    assert zones["AzureSiteRecovery"] == [site_recovery]
    elsewhere = {"West US": "usgovtexas", "usgovtexas": "westus"}[region]
    refused = azure.send("POST", path.replace(region, elsewhere), body)
    assert (refused.status, refused.document["error"]["code"]) == (400, "LocationNotAvailableForResourceType")


@pytest.mark.parametrize(
    ("settings", "region", "group", "status"),
    [
        ({"capabilities_available": False}, "westeurope", "AzureBackup", 404),
        ({}, "atlantis", "AzureBackup", 400),
        ({}, "westeurope", "Default", 400),
    ],
)
def test_capabilities_that_are_not_given(settings: dict[str, t.Any], region: str, group: str, status: int) -> None:
    path = f"{SUBSCRIPTION}/providers/Microsoft.RecoveryServices/locations/{region}/capabilities"
    body = {"properties": {"dnsZones": [{"subResource": group}]}}
    assert Azure({"settings": settings}).send("POST", path, body).status == status


@pytest.mark.parametrize(
    ("regional", "zone"),
    [
        (True, "privatelink.we.siterecovery.windowsazure.com"),
        (False, "privatelink.siterecovery.windowsazure.com"),
    ],
)
def test_private_link_resources_have_absolute_ids(regional: bool, zone: str) -> None:
    azure = Azure({"settings": {"site_recovery_zone_regional": regional}})
    azure.create()
    backup, site_recovery = azure.get(f"{VAULT}/privateLinkResources")["value"]
    assert backup["id"] == f"https://127.0.0.1{VAULT}/privateLinkResources/backupResource"
    assert (backup["properties"]["groupId"], len(backup["properties"]["requiredMembers"])) == ("AzureBackup", 8)
    assert site_recovery["properties"]["requiredZoneNames"][0] == zone
    assert azure.get(f"{VAULT}/privateLinkResources/siteRecoveryResource") == site_recovery
    assert azure.send("GET", f"{VAULT}/privateLinkResources/none").status == 404


@pytest.mark.parametrize(
    ("name", "available", "reason"),
    [
        ("fresh", True, None),
        ("VAULT", False, "AlreadyExists"),
        ("1", False, "Invalid"),
    ],
)
def test_name_availability(name: str, available: bool, reason: str | None) -> None:
    azure = Azure()
    azure.create()
    response = azure.send("POST", f"{GROUP}{LOCATIONS}/checkNameAvailability", {"type": "x", "name": name})
    assert (response.document["nameAvailable"], response.document["reason"]) == (available, reason)


def test_the_integrity_key_is_stable() -> None:
    azure = Azure()
    azure.create()
    first, second = (azure.get(f"{VAULT}/extendedInformation/vaultExtendedInfo") for _number in range(2))
    assert first == second
    assert len(base64.b64decode(first["properties"]["integrityKey"])) == 16


def test_a_certificate_is_issued_or_taken() -> None:
    azure = Azure()
    azure.create()
    azure.endpoint()
    path = f"{VAULT}/certificates/CN=vault-credentials"
    issued = azure.send("PUT", path, {"properties": {}}).document["properties"]
    assert str(issued["resourceId"]) == azure.connection().rsplit("/", 1)[-1].split(".")[1]
    taken = azure.send("PUT", path, {"properties": {"authType": "AAD", "certificate": issued["certificate"]}})
    assert taken.document["properties"]["thumbprint"] == issued["thumbprint"]
    refused = azure.send("PUT", path, {"properties": {"certificate": "bm90aGluZw=="}})
    assert (refused.status, refused.document["error"]["code"]) == (400, "InvalidCertificate")
