"""The endpoint modules and the connection module against the emulator."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint_connection import MODULE as CONNECTION
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint_info import MODULE as INFO
from ansible_collections.privatelink.recovery.plugins.modules.vault import MODULE as VAULT_MODULE

from ...conftest import ENDPOINT, GROUPS, SUBNET, VAULT, Cloud, four_times
from ...stories.support import LOST, fault

WANTED = {
    "resource_group": "rg-backup",
    "name": "pe-backup",
    "subnet": SUBNET,
    "target": VAULT,
    "sub_resource": "AzureBackup",
    "tags": {"a": "1"},
}


@pytest.fixture
def vault(cloud: Cloud) -> Cloud:
    cloud.run(VAULT_MODULE, resource_group="rg-backup", name="vault-backup", location="westeurope")
    return cloud


def test_creates_and_returns_names(vault: Cloud) -> None:
    done = four_times(vault, MODULE, **WANTED)
    document = vault.document(ENDPOINT)
    assert document["properties"]["provisioningState"] == "Succeeded"
    assert done["connection"]["status"] == "Approved"
    assert [name["ip_addresses"] for name in done["names"]] == [["10.1.1.5"], ["10.1.1.4"]]
    assert all("privatelink.we.backup.windowsazure.com" in name["fqdn"] for name in done["names"])


def test_what_is_given_empty_is_not_given(vault: Cloud) -> None:
    empty = dict.fromkeys(("location", "network_interface_name", "connection_name"), "")
    four_times(vault, MODULE, **WANTED, **empty)
    assert vault.document(ENDPOINT)["location"] == "westeurope"


def test_tags_of_ownership_stay_whatever_replaces_the_rest(vault: Cloud) -> None:
    marks = {"managed-by": "privatelink.recovery"}
    four_times(vault, MODULE, **WANTED, append_tags=False, ownership_tags=marks)
    four_times(vault, MODULE, **{**WANTED, "tags": {"b": "2"}}, append_tags=False, ownership_tags=marks)
    assert vault.document(ENDPOINT)["tags"] == {"b": "2", **marks}
    four_times(vault, MODULE, **{**WANTED, "tags": {"c": "3"}}, append_tags=False)
    four_times(vault, MODULE, **{**WANTED, "tags": {"d": "4"}}, append_tags=False, ownership_tags=marks)
    assert vault.document(ENDPOINT)["tags"] == {"d": "4"}


def test_names_grow_and_are_read(vault: Cloud) -> None:
    vault.run(MODULE, **WANTED)
    vault.event("machine_registered", vault=VAULT, machine="sql01")
    found = vault.run(INFO, resource_group="rg-backup", name="pe-backup")["private_endpoints"][0]
    assert len(found["names"]) > 2
    assert found["target"] == VAULT
    assert found["sub_resource"] == "AzureBackup"
    assert vault.run(INFO, target=VAULT)["private_endpoints"][0]["name"] == "pe-backup"
    assert vault.run(INFO, resource_group="rg-backup", name="other")["private_endpoints"] == []


def test_an_endpoint_that_ended_as_failed_is_written_again(vault: Cloud) -> None:
    fault(vault, LOST, method="PUT", path="/privateEndpoints/")
    first = vault.run(MODULE, **WANTED)
    assert first["failed"] and "The fabric is torn" in first["msg"]
    assert vault.document(ENDPOINT)["properties"]["provisioningState"] == "Failed"
    done = four_times(vault, MODULE, **WANTED)
    assert done["diff"]["before"]["properties"]["provisioningState"] == "Failed"
    assert done["state"]["provisioning_state"] == "Succeeded"
    assert len(done["names"]) == 2


def test_an_endpoint_that_fails_after_its_start_is_written_once_more_and_then_explained(vault: Cloud) -> None:
    lost = fault(vault, LOST, nth="every", times=0, method="PUT", path="/privateEndpoints/")
    assert not vault.run(MODULE, **WANTED, wait=False).get("failed")
    result = vault.run(MODULE, **WANTED)
    assert result.get("failed") and "The fabric is torn" in result["msg"] and ENDPOINT in result["msg"]
    assert lost.applied == 2


def test_changes_tags(vault: Cloud) -> None:
    vault.run(MODULE, **WANTED)
    four_times(vault, MODULE, **{**WANTED, "tags": {"b": "2"}})
    assert vault.document(ENDPOINT)["tags"] == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"subnet": SUBNET.replace("endpoints", "small")}, "subnet"),
        ({"sub_resource": "AzureSiteRecovery"}, "sub_resource"),
        ({"location": "northeurope"}, "location"),
        ({"manual": True}, "manual"),
    ],
)
def test_refuses_to_move_an_endpoint(vault: Cloud, options: dict, words: str) -> None:
    vault.run(MODULE, **WANTED)
    vault.mark()
    result = vault.run(MODULE, **{**WANTED, **options})
    assert result.get("failed")
    assert words in result["msg"]
    assert vault.writes() == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"subnet": "subnet-1"}, "subnet is not the id"),
        ({"subnet": VAULT}, "subnet must be the id"),
        ({"target": VAULT.replace("RecoveryServices/vaults", "DataProtection/backupVaults")}, "Backup vault"),
        ({"target": f"{GROUPS}/rg/providers/Microsoft.Web/sites/x"}, "this module knows"),
        ({"sub_resource": "blob"}, "is none of a"),
        ({"sub_resource": None}, "needs sub_resource"),
        ({"request_message": "x" * 141}, "140"),
        ({"subscription_id": "99999999-9999-4999-8999-999999999999"}, "in the subscription of its virtual network"),
    ],
)
def test_bad_input_sends_nothing(cloud: Cloud, options: dict, words: str) -> None:
    result = cloud.run(MODULE, **{**WANTED, **options})
    assert result.get("failed")
    assert words in result["msg"]
    assert cloud.requests() == []


@pytest.mark.parametrize("manual", [False, True])
def test_check_mode_foresees_who_has_to_approve(vault: Cloud, manual: bool) -> None:
    foreseen = vault.run(MODULE, check_mode=True, **WANTED, manual=manual)["connection"]["status"]
    done = vault.run(MODULE, **WANTED, manual=manual)["connection"]["status"]
    assert (foreseen, done) == (("Pending", "Pending") if manual else ("Unknown", "Approved"))


def test_approves_a_pending_connection(vault: Cloud) -> None:
    vault.run(MODULE, **WANTED, manual=True, request_message="please")
    assert vault.run(MODULE, **WANTED)["connection"]["status"] == "Pending"
    done = four_times(vault, CONNECTION, target=VAULT, private_endpoint=ENDPOINT, description="approved by test")
    assert done["status"] == "Approved"
    assert vault.run(MODULE, **WANTED)["connection"]["status"] == "Approved"
    assert vault.run(INFO, resource_group="rg-backup", name="pe-backup")["private_endpoints"][0]["names"] != []


def test_rejects_and_refuses_to_approve_again(vault: Cloud) -> None:
    vault.run(MODULE, **WANTED)
    done = four_times(vault, CONNECTION, target=VAULT, private_endpoint=ENDPOINT, state="rejected")
    assert done["status"] == "Rejected"
    described = {"state": "disconnected", "description": "Moved to another vault"}
    done = four_times(vault, CONNECTION, target=VAULT, private_endpoint=ENDPOINT, **described)
    (connection,) = vault.document(VAULT)["properties"]["privateEndpointConnections"]
    shown = connection["properties"]["privateLinkServiceConnectionState"]
    assert (done["status"], shown["status"], shown["description"]) == (
        "Disconnected",
        "Disconnected",
        "Moved to another vault",
    )
    vault.mark()
    result = vault.run(CONNECTION, target=VAULT, private_endpoint=ENDPOINT, state="approved")
    assert result.get("failed")
    assert "final" in result["msg"]
    assert vault.writes() == []


def test_removes_connection_and_endpoint(vault: Cloud) -> None:
    vault.run(MODULE, **WANTED)
    four_times(vault, CONNECTION, target=VAULT, private_endpoint=ENDPOINT, state="absent")
    four_times(vault, MODULE, resource_group="rg-backup", name="pe-backup", state="absent")
    assert not vault.exists(ENDPOINT)


def test_absent_spares_an_endpoint_to_something_else(vault: Cloud) -> None:
    vault.run(MODULE, **WANTED)
    vault.mark()
    result = vault.run(MODULE, resource_group="rg-backup", name="pe-backup", state="absent", target=VAULT + "2")
    assert result.get("failed")
    assert vault.writes() == []


def test_used_vault_fails_the_endpoint_and_says_so(vault: Cloud) -> None:
    vault.event("machine_registered", vault=VAULT, machine="sql01")
    result = vault.run(MODULE, **WANTED)
    assert result.get("failed")
    assert "pe-backup" in result["msg"]
    # The vault shows an approved connection all the same: its status alone says nothing.
    (connection,) = vault.document(VAULT)["properties"]["privateEndpointConnections"]
    state = connection["properties"]["privateLinkServiceConnectionState"]["status"]
    assert (state, connection["properties"]["provisioningState"]) == ("Approved", "Failed")
    assert vault.run(MODULE, **WANTED)["failed"]


def test_started_now_and_settled_later(make_cloud) -> None:
    cloud = make_cloud(latency="realistic")
    cloud.run(VAULT_MODULE, resource_group="rg-backup", name="vault-backup", location="westeurope")
    started = cloud.run(MODULE, **WANTED, wait=False)
    assert started["changed"]
    assert started["state"]["provisioning_state"] == "Updating"
    settled = cloud.run(MODULE, **WANTED)
    assert settled["changed"] is False
    assert settled["state"]["provisioning_state"] == "Succeeded"
