"""The ``vault`` and ``vault_info`` modules against the emulator."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.vault import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.vault_info import MODULE as INFO

from ...conftest import CREDENTIALS, GROUPS, VAULT, Cloud, four_times
from ...stories.support import fault

JSON = dict[str, t.Any]
USER = f"{GROUPS}/rg-backup/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one"

WANTED = {"resource_group": "rg-backup", "name": "vault-backup", "location": "West Europe", "tags": {"a": "1"}}


def test_creates_with_identity(cloud: Cloud) -> None:
    done = four_times(cloud, MODULE, **WANTED)
    document = cloud.document(VAULT)
    assert document["identity"]["type"] == "SystemAssigned"
    assert document["tags"] == {"a": "1"}
    assert done["id"] == VAULT
    assert done["state"]["identity"]["principal_id"] == document["identity"]["principalId"]
    assert done["state"]["provisioning_state"] == "Succeeded"


def test_all_of_a_vault_stands_in_the_body_of_one_put(cloud: Cloud) -> None:
    """Location, sku with its tier, tags and identity: https://learn.microsoft.com/azure/backup/private-endpoints."""
    bodies: list[JSON] = []

    def keep(request: t.Any, entry: JSON, proceed: t.Any) -> t.Any:
        if request.method == "PUT":
            bodies.append(json.loads(request.body))
        return proceed(request, entry)

    cloud.arm.around.insert(0, keep)
    assert not cloud.run(MODULE, **WANTED).get("failed")
    (body,) = bodies
    assert body["location"] == WANTED["location"]
    assert body["sku"] == {"name": "RS0", "tier": "Standard"}
    assert (body["tags"], body["identity"]) == ({"a": "1"}, {"type": "SystemAssigned"})


def test_the_answer_shows_who_the_vault_is_and_how_private(cloud: Cloud) -> None:
    done = cloud.run(MODULE, **WANTED)
    (found,) = cloud.run(INFO, resource_group="rg-backup", name="vault-backup")["vaults"]
    document = cloud.document(VAULT)
    for state in (done["state"], found):
        assert state["identity"]["principal_id"] == document["identity"]["principalId"]
        assert state["identity"]["tenant_id"] == document["identity"]["tenantId"] == CREDENTIALS["tenant"]
        assert state["provisioning_state"] == "Succeeded"
        assert state["private_endpoint_state_for_backup"] == "None"
        assert state["private_endpoint_state_for_site_recovery"] == "None"


def test_changes_only_what_differs(cloud: Cloud) -> None:
    cloud.run(MODULE, **WANTED)
    done = four_times(
        cloud,
        MODULE,
        resource_group="rg-backup",
        name="vault-backup",
        public_network_access="Disabled",
        tags={"b": "2"},
    )
    document = cloud.document(VAULT)
    assert document["properties"]["publicNetworkAccess"] == "Disabled"
    assert document["tags"] == {"a": "1", "b": "2"}
    assert document["identity"]["type"] == "SystemAssigned"
    assert done["diff"]["before"]["properties"]["publicNetworkAccess"] == "Enabled"


def identity(kind: str, *users: str, append: bool = True) -> dict:
    return {"identity": {"type": kind, "user_assigned_identities": {"id": list(users), "append": append}}}


@pytest.mark.parametrize(
    ("kind", "first"), [("SystemAssigned, UserAssigned", "SystemAssigned"), ("UserAssigned", "None")]
)
def test_user_identities_come_with_a_second_write(cloud: Cloud, kind: str, first: str) -> None:
    bodies = []

    def look(request: t.Any, entry: JSON, proceed: t.Any) -> t.Any:
        if request.method in ("PUT", "PATCH"):
            bodies.append((request.method, json.loads(request.body)["identity"]["type"]))
        return proceed(request, entry)

    cloud.arm.around.insert(0, look)
    done = four_times(cloud, MODULE, **WANTED, **identity(kind, USER))
    assert bodies == [("PUT", first), ("PATCH", kind)]
    assert done["state"]["identity"]["type"] == cloud.document(VAULT)["identity"]["type"] == kind
    assert len(cloud.document(VAULT)["identity"]["userAssignedIdentities"]) == 1


def test_a_vault_made_without_its_user_identities_is_told(cloud: Cloud) -> None:
    fault(cloud, {"status": 403, "code": "AuthorizationFailed", "message": "No."}, method="PATCH", path=VAULT)
    wanted = {**WANTED, **identity("SystemAssigned, UserAssigned", USER)}
    result = cloud.run(MODULE, **wanted)
    assert (result["failed"], result["changed"]) == (True, True)
    assert (result["done"], result["left"]) == ([f"create {VAULT}"], ["give it its user-assigned identities"])
    assert cloud.run(MODULE, **wanted)["changed"] is True


def test_user_identities_that_a_lost_run_left_out_are_added(cloud: Cloud) -> None:
    both = identity("SystemAssigned, UserAssigned", USER)
    fault(cloud, {"status": 403, "code": "AuthorizationFailed", "message": "no"}, method="PATCH", path="/vaults/")
    assert cloud.run(MODULE, **WANTED, **both)["failed"]
    assert cloud.document(VAULT)["identity"]["type"] == "SystemAssigned"
    four_times(cloud, MODULE, **WANTED, **both)


def test_user_identities_are_kept_or_taken_away(cloud: Cloud) -> None:
    kind = "SystemAssigned, UserAssigned"
    cloud.run(MODULE, **WANTED, **identity(kind, USER))
    assert not cloud.run(MODULE, **WANTED, **identity("SystemAssigned"))["changed"]
    four_times(cloud, MODULE, **WANTED, **identity(kind, USER + "2"))
    assert len(cloud.document(VAULT)["identity"]["userAssignedIdentities"]) == 2
    four_times(cloud, MODULE, **WANTED, **identity(kind, USER.upper(), append=False))
    assert [key[-4:] for key in cloud.document(VAULT)["identity"]["userAssignedIdentities"]] == ["/one"]
    four_times(cloud, MODULE, **WANTED, **identity("SystemAssigned", append=False))
    assert cloud.document(VAULT)["identity"]["type"] == "SystemAssigned"


def test_the_spelling_of_a_tag_that_is_there_stays(cloud: Cloud) -> None:
    cloud.run(MODULE, **{**WANTED, "tags": {"CostCenter": "1", "note": None}})
    assert not cloud.run(MODULE, **{**WANTED, "tags": {"costcenter": "1"}})["changed"]
    four_times(cloud, MODULE, **{**WANTED, "tags": {"COSTCENTER": "2"}})
    assert cloud.document(VAULT)["tags"] == {"CostCenter": "2", "note": ""}


@pytest.mark.parametrize("given", [{}, {"location": ""}])
def test_location_of_the_group_is_the_default(cloud: Cloud, given: JSON) -> None:
    done = four_times(cloud, MODULE, resource_group="rg-backup", name="vault-backup", **given)
    assert done["state"]["location"] == "westeurope"


def test_what_a_vault_has_already_is_no_reason_to_refuse_a_tag(make_cloud: t.Callable[..., Cloud]) -> None:
    vault = {"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"}
    cloud = make_cloud(vaults=[{**vault, "cross_region_restore": "Enabled", "public_network_access": "Disabled"}])
    four_times(cloud, MODULE, **WANTED)
    four_times(cloud, MODULE, **WANTED, **identity("SystemAssigned"))
    cloud.mark()
    refused = cloud.run(MODULE, **{**WANTED, "tags": {"b": "2"}}, storage_redundancy="LocallyRedundant")
    assert "needs GeoRedundant storage" in refused["msg"]
    assert cloud.writes() == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"location": "northeurope"}, "cannot change it in place"),
        ({"identity": {"type": "None"}}, "switch it off"),
        ({"identity": {"type": "UserAssigned"}}, "switch it off"),
        (identity("SystemAssigned", USER), "but identity.type is SystemAssigned"),
        (identity("SystemAssigned, UserAssigned"), "names none"),
        (identity("SystemAssigned, UserAssigned", VAULT), "identity.user_assigned_identities.id must be the id of"),
        ({"tags": {"cost/center": "1"}}, "tags has the name 'cost/center'"),
        ({"storage_redundancy": "ZoneRedundant", "cross_region_restore": "Enabled"}, "needs GeoRedundant storage"),
    ],
)
def test_refuses_before_writing(cloud: Cloud, options: dict, words: str) -> None:
    cloud.run(MODULE, **WANTED)
    cloud.mark()
    result = cloud.run(MODULE, **{**WANTED, **options})
    assert result["failed"]
    assert words in result["msg"]
    assert cloud.writes() == []


@pytest.mark.parametrize("status", [401, 403, 500])
def test_an_error_on_reading_never_writes(cloud: Cloud, status: int) -> None:
    from ansible_collections.privatelink.recovery.extensions.emulator.wire import Request

    body = (
        b'{"match": {"path": "/vaults/"}, "nth": 1, "times": 100, "action": {"status": %d, "code": "Nope", "message": "no"}}'
        % status
    )
    cloud.arm.answer(Request.parse("POST", "https://127.0.0.1/emulator/faults", {}, body))
    result = cloud.run(MODULE, **WANTED)
    assert result["failed"]
    assert result["status"] == status
    assert cloud.writes() == []


def test_removes_an_empty_vault_only(cloud: Cloud) -> None:
    cloud.run(MODULE, **WANTED)
    four_times(cloud, MODULE, resource_group="rg-backup", name="vault-backup", state="absent")
    assert not cloud.exists(VAULT)


@pytest.mark.parametrize("end", ["not_found", "succeeded"])
def test_a_deletion_ends_when_azure_knows_its_operation_no_more(make_cloud: t.Any, end: str) -> None:
    cloud = make_cloud(latency="realistic", settings={"vault_deletion_ends": end})
    cloud.run(MODULE, **WANTED)
    removed = cloud.run(MODULE, resource_group="rg-backup", name="vault-backup", state="absent")
    assert (removed["changed"], removed.get("failed", False), cloud.exists(VAULT)) == (True, False, False)


def test_a_list_says_less_of_a_vault_than_the_vault(cloud: Cloud) -> None:
    cloud.run(MODULE, **WANTED)
    (alone,) = cloud.run(INFO, resource_group="rg-backup", name="vault-backup")["vaults"]
    (listed,) = cloud.run(INFO, resource_group="rg-backup")["vaults"]
    assert alone.keys() - listed.keys() == {"redundancy_settings", "security_settings", "backup_storage_version"}
    assert listed["public_network_access"] == alone["public_network_access"]


def test_keeps_a_vault_that_holds_something(cloud: Cloud) -> None:
    cloud.run(MODULE, **WANTED)
    cloud.event("machine_registered", vault=VAULT, machine="sql01", backup_management_type="AzureWorkload")
    cloud.mark()
    result = cloud.run(MODULE, resource_group="rg-backup", name="vault-backup", state="absent")
    assert result["failed"]
    assert "sql01" in result["msg"]
    assert cloud.writes() == []
