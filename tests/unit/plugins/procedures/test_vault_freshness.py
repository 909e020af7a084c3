"""The gate that cannot be passed twice: may a vault still be given its first private endpoint?"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.vault_contents import listed
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.vault_freshness import (
    History,
    classify,
    judge,
    judge_connections,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.wire import parse_time
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint import MODULE as ENDPOINT_MODULE
from ansible_collections.privatelink.recovery.plugins.modules.vault_freshness import MODULE

from ...conftest import SUBNET, VAULT, Cloud
from ...stories.support import exactly, fault

JSON = dict[str, t.Any]
COMPLETE = History(True)
TYPE = "Microsoft.RecoveryServices/vaults"


def vault_with(*groups: str, states: dict[str, str] | None = None, tags: JSON | None = None) -> JSON:
    shown = [{"properties": {"groupIds": [group]}} for group in groups]
    return {"tags": tags, "properties": {"privateEndpointConnections": shown, **(states or {})}}


BACKUP_ON = {"privateEndpointStateForBackup": "Enabled"}
RECOVERY_ON = {"privateEndpointStateForSiteRecovery": "Enabled"}


@pytest.mark.parametrize(
    ("vault", "sub_resource", "expected"),
    [
        (None, "AzureBackup", "absent"),
        (vault_with(), "AzureBackup", None),
        (vault_with("AzureBackup", states=BACKUP_ON), "AzureBackup", "private"),
        (vault_with("AzureBackup", states=BACKUP_ON), "AzureBackup_secondary", "private"),
        # An endpoint for cross-region restore may come after protection: it neither needs another one nor stands for it.
        (vault_with(), "AzureBackup_secondary", "private"),
        (vault_with("AzureBackup_secondary", states=BACKUP_ON), "AzureBackup", None),
        (vault_with("AzureSiteRecovery", states=RECOVERY_ON), "AzureSiteRecovery", "private"),
        # An endpoint that only waits, or one of the other service, says nothing.
        (vault_with("AzureBackup"), "AzureBackup", None),
        (vault_with("AzureSiteRecovery", states=RECOVERY_ON), "AzureBackup", None),
        (vault_with("AzureBackup", states=RECOVERY_ON), "AzureBackup", None),
        # A state without any endpoint of the group neither.
        (vault_with(states=BACKUP_ON), "AzureBackup", None),
        (vault_with(tags={"privatelink-born-azurebackup": "true"}), "AzureBackup", "private"),
        (vault_with(tags={"PrivateLink-Born-AzureBackup": "True"}), "AzureBackup_secondary", "private"),
        (vault_with(tags={"privatelink-born-azurebackup": "false"}), "AzureBackup", None),
        (vault_with(tags={"privatelink-born-azuresiterecovery": "true"}), "AzureBackup", None),
    ],
)
def test_what_the_vault_itself_says(vault: JSON | None, sub_resource: str, expected: str | None) -> None:
    found = judge_connections(VAULT, vault, sub_resource)
    assert (found.state if found else None) == expected
    assert found is None or found.allowed


@pytest.mark.parametrize(
    ("evidence", "history", "attested", "state", "allowed"),
    [
        ([], COMPLETE, False, "fresh", True),
        (["backup item vm1"], COMPLETE, False, "used", False),
        # What was found outweighs any attestation.
        (["backup item vm1"], COMPLETE, True, "used", False),
        ([], History(True, attempts=("x (Failed)",)), True, "used", False),
        ([], History(False, "it is old", attempts=("x (Failed)",)), True, "used", False),
        ([], History(False, "it is old"), False, "unknown", False),
        ([], History(False, "it is old"), True, "unknown", True),
        ([], History(True, unclear=("y (Succeeded)",)), False, "unknown", False),
        ([], History(True, unclear=("y (Succeeded)",)), True, "unknown", True),
    ],
)
def test_judgement(evidence: list[str], history: History, attested: bool, state: str, allowed: bool) -> None:
    found = judge(VAULT, evidence, history, attested=attested)
    assert (found.state, found.allowed) == (state, allowed)
    assert found.reason
    assert bool(found.remedy) is (state in ("used", "unknown"))


def event(
    operation: str, resource_id: str = VAULT, status: str = "Succeeded", at: str = "2026-01-02T03:04:05Z"
) -> JSON:
    return {
        "operationName": {"value": operation},
        "status": {"value": status},
        "resourceId": resource_id,
        "eventTimestamp": at,
    }


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("/write", ""),
        ("/delete", ""),
        ("/privateEndpointConnectionsApproval/action", ""),
        ("/backupPolicies/write", ""),
        ("/backupStorageConfig/write", ""),
        ("/backupFabrics/protectionContainers/read", "attempt"),
        ("/backupFabrics/protectionContainers/protectedItems/write", "attempt"),
        ("/backupProtectionIntent/write", "attempt"),
        ("/registeredIdentities/write", "attempt"),
        ("/replicationFabrics/write", "attempt"),
        ("/backupJobs/cancel/action", "attempt"),
        ("/certificates/write", "unclear"),
        ("/somethingNew/action", "unclear"),
        ("/somethingNew/read", ""),
    ],
)
def test_operations_are_classified(operation: str, expected: str) -> None:
    attempts, unclear = classify([event(TYPE + operation), event((TYPE + operation).upper())], VAULT, None)
    found = "attempt" if attempts else "unclear" if unclear else ""
    assert found == expected
    assert all("(Succeeded)" in phrase for phrase in (*attempts, *unclear))


def test_only_this_vaults_operations_count() -> None:
    attempt = f"{TYPE}/backupJobs/x"
    others = [event(attempt, VAULT + "2"), event("Microsoft.Network/backupJobs/x"), event(attempt, ""), {}]
    assert classify(others, VAULT, None) == ((), ())
    assert classify([event(attempt, VAULT.upper() + "/backupJobs/1", "Failed")], VAULT, None)[0] == (
        f"{attempt} (Failed)",
    )


@pytest.mark.parametrize(
    ("created", "counts"),
    [("2026-01-02T03:04:05Z", True), ("2026-01-02T03:04:06Z", False), ("", True)],
)
def test_what_is_older_than_the_vault_was_another_vaults(created: str, counts: bool) -> None:
    attempts, _unclear = classify([event(f"{TYPE}/backupFabrics/x/write")], VAULT, parse_time(created))
    assert bool(attempts) is counts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"),
        ("", None),
        ("soon", None),
    ],
)
def test_times(text: str, expected: str | None) -> None:
    found = parse_time(text)
    assert (found.isoformat() if found else None) == expected


def test_long_lists_are_cut() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(number) for number in range(7)]) == "0, 1, 2, 3, 4 and 2 more"


HISTORIES: dict[str, JSON] = {
    "protected": {"protected_items": [{"name": "vm1"}]},
    "soft-deleted": {"soft_deleted_items": [{"name": "vm1"}]},
    "registered": {"containers": [{"name": "sql01", "backup_management_type": "AzureWorkload"}]},
    "server": {"engines": [{"name": "mabs01"}]},
    "job": {"jobs": [{"operation": "ConfigureBackup", "status": "Failed"}]},
    "fabric": {"fabrics": [{"name": "hyperv"}]},
    "replicated": {"replication_protected_items": [{"name": "vm1"}]},
    "migrated": {"migration_items": [{"name": "m1"}]},
    "counted": {"usages": {"ProtectedItemCount": 1}},
    "logged": {
        "activity": [
            {"operation_name": f"{TYPE}/backupFabrics/protectionContainers/write", "status": "Failed", "days_ago": 3}
        ]
    },
}


def made(make_cloud: t.Callable[..., Cloud], days: int = 5, **history: t.Any) -> Cloud:
    vault = {"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope", "created_days_ago": days}
    return make_cloud(vaults=[{**vault, "history": history}])


@pytest.mark.parametrize("name", HISTORIES)
def test_every_trace_is_seen(make_cloud: t.Callable[..., Cloud], name: str) -> None:
    cloud = made(make_cloud, **HISTORIES[name])
    found = cloud.run(MODULE, vault=VAULT, enforce=False, freshness_attested=True)
    assert (found["freshness"], found["allowed"]) == ("used", False), found
    assert found["evidence"]
    refused = cloud.run(MODULE, vault=VAULT)
    assert refused["failed"] and "can never use private endpoints" in refused["msg"]
    assert "create a new vault" in refused["msg"]
    assert cloud.writes() == []


def test_a_fresh_vault(make_cloud: t.Callable[..., Cloud]) -> None:
    found = made(make_cloud).run(MODULE, resource_group="rg-backup", name="vault-backup")
    assert (found["freshness"], found["allowed"], found["evidence"]) == ("fresh", True, [])


def test_no_vault_yet(cloud: Cloud) -> None:
    assert cloud.run(MODULE, vault=VAULT)["freshness"] == "absent"


@pytest.mark.parametrize(("attested", "allowed"), [(False, False), (True, True)])
def test_an_old_vault_is_not_known(make_cloud: t.Callable[..., Cloud], attested: bool, allowed: bool) -> None:
    cloud = made(make_cloud, days=400)
    found = cloud.run(MODULE, vault=VAULT, enforce=False, freshness_attested=attested)
    assert (found["freshness"], found["allowed"]) == ("unknown", allowed)
    assert "before the activity log begins" in found["reason"]


@pytest.mark.parametrize(
    ("path", "status", "outcome"),
    [
        ("/microsoft.insights/", 403, "unknown"),
        ("/microsoft.insights/", 500, None),
        ("/backupprotecteditems", 403, None),
        ("/backupjobs", 500, None),
        ("/usages", 403, None),
        ("/replicationfabrics", 401, None),
    ],
)
def test_what_may_not_be_read_is_not_fresh(
    make_cloud: t.Callable[..., Cloud], path: str, status: int, outcome: str | None
) -> None:
    cloud = made(make_cloud)
    service = next(one for one in cloud.arm.services if hasattr(one, "faults"))
    fault = {"match": {"path": path}, "nth": "every", "action": {"status": status, "code": "Nope", "message": "no"}}
    service.faults.add(fault)
    found = cloud.run(MODULE, vault=VAULT, enforce=False)
    assert found.get("freshness") == outcome
    if outcome is None:
        assert found["failed"] and found["status"] == status


def test_jobs_of_site_recovery_are_counted_where_they_are(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = made(make_cloud)
    summary = {"protectedItemCount": 0, "jobsSummary": {"failedJobs": 3, "suspendedJobs": 0, "inProgressJobs": 0}}

    def with_failed_jobs(request: t.Any, entry: JSON, proceed: t.Any) -> t.Any:
        answer = proceed(request, entry)
        if request.path.endswith("/replicationUsages"):
            answer.document["value"] = [summary]
        return answer

    cloud.arm.around.append(with_failed_jobs)
    found = cloud.run(MODULE, vault=VAULT, enforce=False)
    assert (found["freshness"], found["evidence"]) == ("used", ["failedJobs is 3"])


@pytest.mark.parametrize("id_as_given", [f"{VAULT}\n", f" {VAULT}/ "])
def test_space_around_an_id_hides_nothing(make_cloud: t.Callable[..., Cloud], id_as_given: str) -> None:
    found = made(make_cloud, **HISTORIES["protected"]).run(MODULE, vault=id_as_given, enforce=False)
    assert (found["freshness"], found["id"]) == ("used", VAULT)


def test_a_list_that_is_not_found_is_empty_only_while_the_vault_is_there(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = made(make_cloud)
    missing = {"status": 404, "code": "ResourceNotFound"}
    fault(cloud, missing, times=0, path="/backupEngines")
    assert cloud.run(MODULE, vault=VAULT)["freshness"] == "fresh"
    fault(cloud, missing, nth=2, times=0, method="GET", path=exactly(VAULT))
    gone = cloud.run(MODULE, vault=VAULT)
    assert gone["failed"] and gone["status"] == 404


def test_a_vault_in_the_place_of_a_used_one_is_fresh(make_cloud: t.Callable[..., Cloud]) -> None:
    """Its name still has a history in the activity log: that of the vault that was deleted."""
    cloud = made(make_cloud, days=1, **HISTORIES["logged"])
    assert cloud.run(MODULE, vault=VAULT)["freshness"] == "fresh"


def test_one_endpoint_opens_the_gate_for_the_next(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = made(make_cloud)
    desired: JSON = {"resource_group": "rg-backup", "name": "pe-backup", "subnet": SUBNET, "target": VAULT}
    done = cloud.run(ENDPOINT_MODULE, **desired, sub_resource="AzureBackup")
    assert not done.get("failed"), done
    cloud.event("machine_registered", vault=VAULT, machine="sql01", backup_management_type="AzureWorkload")
    assert cloud.run(MODULE, vault=VAULT)["freshness"] == "private"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"vault": SUBNET}, "vault must be the id of a Microsoft.RecoveryServices/vaults"),
        ({"vault": "v"}, "vault is not"),
    ],
)
def test_bad_input_sends_nothing(cloud: Cloud, options: JSON, words: str) -> None:
    result = cloud.run(MODULE, **options)
    assert result["failed"] and words in result["msg"]
    assert cloud.requests() == []
