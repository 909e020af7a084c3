"""A vault as the target of endpoints: freshness, limits, connections, names."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import ArmError
from ansible_collections.privatelink.recovery.tests.unit.emulator.recovery_support import VAULT, Azure

SITE_RECOVERY = "AzureSiteRecovery"


def vault_number(azure: Azure) -> str:
    return azure.connection().rsplit("/", 1)[-1].split(".")[1]


def labels(names: list[str]) -> list[str]:
    """The names without the vault's number and zone."""
    return [re.sub(r"^\d+-", "", name).split(".")[0] for name in names]


@pytest.mark.parametrize(
    ("group", "token", "field", "other"),
    [
        ("AzureBackup", "backup", "privateEndpointStateForBackup", "privateEndpointStateForSiteRecovery"),
        (SITE_RECOVERY, "siteRecovery", "privateEndpointStateForSiteRecovery", "privateEndpointStateForBackup"),
    ],
)
def test_a_connection_reads_as_exported(group: str, token: str, field: str, other: str) -> None:
    azure = Azure()
    azure.create()
    endpoint = azure.endpoint(group=group)
    properties = azure.properties()
    [connection] = properties["privateEndpointConnections"]
    assert re.fullmatch(rf"pe\.\d{{18,19}}\.{token}\.[0-9a-f-]{{36}}", connection["name"])
    assert connection["properties"] == {
        "provisioningState": "Succeeded",
        "privateEndpoint": {"id": endpoint.id},
        "groupIds": [group],
        "privateLinkServiceConnectionState": {"status": "Approved", "description": "None", "actionsRequired": "None"},
    }
    assert (connection["location"], properties[field], properties[other]) == ("westeurope", "Enabled", "None")
    assert azure.get(f"{VAULT}/privateEndpointConnections") == {"value": [connection]}
    assert azure.get(connection["id"]) == connection


@pytest.mark.parametrize(("version", "spelt"), [("2021-07-01", "actionRequired"), ("2023-02-01", "actionsRequired")])
def test_older_versions_spell_the_required_action_without_an_s(version: str, spelt: str) -> None:
    azure = Azure()
    azure.create()
    azure.endpoint()
    path = azure.connection()
    [listed] = azure.get(f"{VAULT}/privateEndpointConnections", api=version)["value"]
    changed = {"properties": {"privateLinkServiceConnectionState": {"status": "Approved", "description": "yes"}}}
    for reported in (listed, azure.get(path, api=version), azure.send("PUT", path, changed, api=version).document):
        state = reported["properties"]["privateLinkServiceConnectionState"]
        assert set(state) == {"status", "description", spelt}
    [inside] = azure.get(api=version)["properties"]["privateEndpointConnections"]
    assert inside["properties"]["privateLinkServiceConnectionState"]["actionsRequired"] == "None"


def test_a_connection_goes_with_its_endpoint() -> None:
    azure = Azure()
    azure.create()
    endpoint = azure.endpoint()
    azure.target.disconnect(VAULT, endpoint.id.upper())
    assert "privateEndpointConnections" not in azure.properties()


def test_the_vault_may_show_a_connection_late() -> None:
    azure = Azure({"settings": {"connection_delay": 30}})
    azure.create()
    azure.endpoint()
    assert "privateEndpointConnections" not in azure.properties()
    azure.clock.advance(30)
    assert len(azure.properties()["privateEndpointConnections"]) == 1


def test_a_late_connection_of_an_endpoint_that_is_gone_never_shows() -> None:
    azure = Azure({"settings": {"connection_delay": 30}})
    azure.create()
    endpoint = azure.endpoint()
    azure.arm.store.remove(endpoint.id)
    azure.clock.advance(30)
    assert "privateEndpointConnections" not in azure.properties()


@pytest.mark.parametrize("group", ["azurebackup", "AzureBackup_Secondary", "Default"])
def test_group_ids_are_exact(group: str) -> None:
    azure = Azure()
    azure.create()
    with pytest.raises(ArmError, match="group id"):
        azure.endpoint(group=group)


def test_twelve_endpoints_of_a_group_and_no_name_twice() -> None:
    azure = Azure()
    azure.create()
    for number in range(12):
        endpoint = azure.endpoint(f"pe{number}")
    with pytest.raises(ArmError, match="more than 12"):
        azure.endpoint("pe12")
    with pytest.raises(ArmError, match="already has a private endpoint"):
        azure.target.check(VAULT, SITE_RECOVERY, endpoint.id.replace("rg-net", "rg-other"))
    azure.target.check(VAULT, "AzureBackup", endpoint.id)
    azure.endpoint("asr", SITE_RECOVERY)


ATTEMPTS = [
    ("machine_registered", {}),
    ("first_backup", {}),
    ("protection_attempted", {}),
    ("protection_attempted", {"visible": False}),
    ("vault_used_elsewhere", {}),
    ("data_source_added", {}),
]


@pytest.mark.parametrize(("event", "payload"), ATTEMPTS)
def test_an_attempt_before_the_first_endpoint_spoils_the_vault_for_good(event: str, payload: dict[str, t.Any]) -> None:
    azure = Azure()
    azure.create()
    azure.event(event, **payload)
    azure.event("items_removed", purge=True)
    endpoint = azure.endpoint()
    assert [each for each, _code in azure.endpoints.failed] == [endpoint.id]
    assert azure.names(endpoint) == []
    # As 20 of 56 connections in public exports: approved, and yet failed.
    (connection,) = azure.properties()["privateEndpointConnections"]
    state = connection["properties"]["privateLinkServiceConnectionState"]["status"]
    assert (connection["properties"]["provisioningState"], state) == ("Failed", "Approved")
    assert azure.properties()["privateEndpointStateForBackup"] == "Enabled"


def test_a_failed_endpoint_may_leave_no_connection() -> None:
    azure = Azure({"settings": {"failed_connections_listed": False}})
    azure.create()
    azure.event("protection_attempted")
    azure.endpoint()
    assert "privateEndpointConnections" not in azure.properties()


def test_a_rejected_connection_is_failed() -> None:
    azure = Azure()
    azure.create()
    azure.endpoint(approved=False)
    (pending,) = azure.properties()["privateEndpointConnections"]
    pending["properties"]["privateLinkServiceConnectionState"].update(status="Rejected", description="Rejected!")
    azure.send("PUT", azure.connection(), pending)
    (rejected,) = azure.properties()["privateEndpointConnections"]
    assert rejected["properties"]["provisioningState"] == "Failed"
    assert rejected["properties"]["privateLinkServiceConnectionState"]["description"] == "Rejected!"


def test_a_used_vault_may_be_refused_at_once() -> None:
    azure = Azure({"settings": {"used_vault_refusal": "refused", "refusal_codes": {"vault_used": "Own"}}})
    azure.create()
    azure.event("protection_attempted")
    with pytest.raises(ArmError, match="400 Own"):
        azure.endpoint()


@pytest.mark.parametrize(("scope", "failed"), [("vault", 1), ("group", 0)])
def test_whether_backup_spoils_site_recovery(scope: str, failed: int) -> None:
    azure = Azure({"settings": {"used_vault_scope": scope}})
    azure.create()
    azure.event("protection_attempted", protection="backup")
    azure.endpoint(group=SITE_RECOVERY)
    assert len(azure.endpoints.failed) == failed


def test_a_vault_that_had_its_endpoint_in_time_takes_more() -> None:
    azure = Azure()
    azure.create()
    first = azure.endpoint("first")
    azure.event("machine_registered")
    azure.target.disconnect(VAULT, first.id)
    azure.arm.store.remove(first.id)
    second = azure.endpoint("second")
    assert azure.endpoints.failed == []
    assert len(azure.names(second)) == 10


def test_a_vault_deleted_and_made_again_is_fresh() -> None:
    azure = Azure()
    azure.create()
    azure.event("protection_attempted", visible=False)
    azure.send("DELETE", VAULT)
    azure.send("GET", VAULT)
    azure.create()
    azure.endpoint()
    assert azure.endpoints.failed == []


def test_backup_names_come_in_instalments_and_keep_their_order() -> None:
    azure = Azure()
    azure.create()
    endpoint = azure.endpoint()
    number = vault_number(azure)
    fresh = azure.names(endpoint)
    assert fresh == [f"{number}-ab-pod01-{member}.privatelink.we.backup.windowsazure.com" for member in ("rec2", "id1")]
    azure.event("machine_registered", machine="sql01", backup_management_type="AzureWorkload")
    registered = azure.names(endpoint)
    assert registered[:2] == fresh
    late = ("fc1", "fab1", "prot1", "ecs1", "tel1", "wbcm1")
    assert labels(registered)[2:8] == [f"ab-pod01-{member}" for member in late]
    blob, queue = registered[8:]
    assert re.fullmatch(r"[a-z]{6}pod01ecs1\d\d\.blob\.core\.windows\.net", blob)
    assert queue == blob.replace(".blob.", ".queue.")
    azure.event("machine_registered", machine="sql02", backup_management_type="AzureWorkload")
    assert azure.names(endpoint) == registered
    azure.event("first_backup", machine="sql01")
    backed_up = azure.names(endpoint)
    assert backed_up[:10] == registered
    assert [re.sub(r"\d\d\.", ".", name)[6:] for name in backed_up[10:]] == ["pod01prot1.blob.core.windows.net"]
    assert azure.endpoints.refreshed == [endpoint.id] * 3


def test_each_data_source_has_an_account_until_the_eightieth() -> None:
    azure = Azure({"settings": {"data_sources_per_vault": 3}})
    azure.create()
    endpoint = azure.endpoint()
    azure.event("machine_registered", machine="dpm01", backup_management_type="DPM")
    outcomes = [azure.event("data_source_added", machine="dpm01", item=f"db{n}")["succeeded"] for n in range(4)]
    assert outcomes == [True, True, True, False]
    names = azure.names(endpoint)
    assert len(names) == len(set(names)) == 10 + 3


def test_site_recovery_has_five_names_and_two_of_the_other_region() -> None:
    azure = Azure()
    azure.create({"location": "centralus"})
    endpoint = azure.endpoint(group=SITE_RECOVERY)
    number = vault_number(azure)
    zone = "privatelink.siterecovery.windowsazure.com"
    five = [f"{number}-asr-pod01-{member}.cus.{zone}" for member in ("id1", "prot2", "rcm1", "srs1", "tel1")]
    assert azure.names(endpoint, SITE_RECOVERY) == five
    two = [f"{number}-asr-pod01-{member}.scus.{zone}" for member in ("prot2", "rcm1")]
    for _again in range(2):
        event = azure.event("replication_enabled", source_location="South Central US")
        assert event["names"] == {SITE_RECOVERY: [*five, *two]}


@pytest.mark.parametrize(
    ("settings", "cloud", "location", "expected"),
    [
        ({"names_without_privatelink": True}, "AzureCloud", "westeurope", "-ab-pod01-rec2.we.backup.windowsazure.com"),
        ({}, "AzureUSGovernment", "usgovvirginia", "-ab-pod01-rec2.privatelink.ugv.backup.windowsazure.us"),
        ({"pod": "pod02"}, "AzureCloud", "uksouth", "-ab-pod02-rec2.privatelink.uks.backup.windowsazure.com"),
        (
            {"geo_codes": {"uksouth": "x"}},
            "AzureCloud",
            "uksouth",
            "-ab-pod01-rec2.privatelink.x.backup.windowsazure.com",
        ),
    ],
)
def test_how_names_end(settings: dict[str, t.Any], cloud: str, location: str, expected: str) -> None:
    azure = Azure({"settings": settings, "cloud": cloud})
    azure.create({"location": location})
    assert azure.names(azure.endpoint())[0].lstrip("0123456789") == expected


def test_all_backup_names_at_once_and_storage_names_in_the_private_zone() -> None:
    members = ["fc1", "fab1", "prot1", "prot1b", "rec2", "ecs1", "id1", "tel1", "wbcm1"]
    settings = {"backup_names_at_creation": members, "backup_members": members, "storage_names_public": False}
    azure = Azure({"settings": settings})
    azure.create()
    endpoint = azure.endpoint()
    assert labels(azure.names(endpoint)) == [f"ab-pod01-{member}" for member in members]
    azure.event("machine_registered")
    assert [name.split(".", 1)[1] for name in azure.names(endpoint)[9:]] == [
        "privatelink.blob.core.windows.net",
        "privatelink.queue.core.windows.net",
    ]


def change(azure: Azure, status: str, name: str = "pe") -> t.Any:
    state = {"status": status, "description": "by hand"}
    body = {"properties": {"privateLinkServiceConnectionState": state}}
    return azure.send("PUT", azure.connection(name), body, api="2025-02-01")


def test_approving_tells_both_sides_when_it_is_done() -> None:
    azure = Azure(latency={"connection.update": 30})
    azure.create()
    endpoint = azure.endpoint(approved=False)
    assert azure.properties()["privateEndpointStateForBackup"] == "None"
    response = change(azure, "Approved")
    assert (response.status, "Location" in response.headers) == (201, False)
    assert response.document["properties"]["provisioningState"] == "Pending"
    assert azure.send("GET", response.headers["Azure-AsyncOperation"]).document["status"] == "InProgress"
    assert azure.endpoints.states == []
    azure.clock.advance(30)
    assert azure.send("GET", response.headers["Azure-AsyncOperation"]).document["status"] == "Succeeded"
    properties = azure.get(azure.connection())["properties"]
    assert properties["provisioningState"] == "Succeeded"
    assert properties["privateLinkServiceConnectionState"] == {
        "status": "Approved",
        "description": "by hand",
        "actionsRequired": "None",
    }
    assert azure.endpoints.states == [(endpoint.id, "Approved", "by hand")]
    assert azure.properties()["privateEndpointStateForBackup"] == "Enabled"
    assert change(azure, "Approved").status == 200


@pytest.mark.parametrize(
    ("approved", "changes", "statuses"),
    [
        (True, ["Rejected", "Approved"], [201, 400]),
        (False, ["Rejected", "Disconnected"], [201, 201]),
        (True, ["Disconnected", "Approved"], [201, 400]),
        (True, ["Pending"], [400]),
        (True, ["approved"], [400]),
    ],
)
def test_which_changes_a_connection_takes(approved: bool, changes: list[str], statuses: list[int]) -> None:
    azure = Azure()
    azure.create()
    azure.endpoint(approved=approved)
    assert [change(azure, status).status for status in changes] == statuses


@pytest.mark.parametrize("status", [200, 201, 202])
def test_the_status_of_the_put_is_a_setting(status: int) -> None:
    azure = Azure({"settings": {"connection_put_status": status}})
    azure.create()
    azure.endpoint(approved=False)
    response = change(azure, "Approved")
    assert (response.status, "Location" in response.headers) == (status, status == 202)


def test_a_failed_approval_leaves_the_connection_pending() -> None:
    azure = Azure()
    azure.create()
    azure.endpoint(approved=False)
    azure.arm.operations.fail_next("connection.update", {"code": "X", "message": "x"})
    change(azure, "Approved")
    assert azure.get(azure.connection())["properties"]["privateLinkServiceConnectionState"]["status"] == "Pending"
    assert azure.endpoints.states == []


def test_deleting_a_connection_disconnects_the_endpoint() -> None:
    azure = Azure()
    azure.create()
    endpoint = azure.endpoint()
    connection = azure.connection()
    response = azure.send("DELETE", connection)
    assert response.status == 202
    assert azure.send("GET", response.headers["Location"]).status == 204
    assert azure.send("GET", connection).status == 404
    assert [state[:2] for state in azure.endpoints.states] == [(endpoint.id, "Disconnected")]
    assert azure.send("DELETE", connection).status == 204
