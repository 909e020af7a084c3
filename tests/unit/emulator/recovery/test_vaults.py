"""Vaults on the wire: documents, dialects by api-version, identity, lists, refusals."""

from __future__ import annotations

import base64
import re
import typing as t

import pytest
from ansible_collections.privatelink.recovery.tests.unit.emulator.recovery_support import (
    GROUP,
    SUBSCRIPTION,
    VAULT,
    VAULTS,
    Azure,
)

BODY = {"location": "West Europe", "sku": {"name": "Standard"}, "properties": {}}


def operation_number(url: str) -> str:
    segment = url.partition("?")[0].rsplit("/", 1)[-1]
    return base64.b64decode(segment).decode().partition(";")[0]


@pytest.mark.parametrize(
    ("version", "state", "asynchronous"),
    [
        ("2020-02-02", "Succeeded", False),
        ("2021-03-01", "Succeeded", False),
        ("2022-04-01", "Provisioning", True),
        ("2026-07-01", "Provisioning", True),
    ],
)
def test_a_new_vault_answers_201_in_the_manner_of_its_api_version(version: str, state: str, asynchronous: bool) -> None:
    azure = Azure()
    response = azure.send("PUT", VAULT, BODY, api=version)
    assert (response.status, response.document["properties"]["provisioningState"]) == (201, state)
    assert ("Azure-AsyncOperation" in response.headers, "Location" in response.headers) == (asynchronous, False)
    assert not {"backupStorageVersion", "securitySettings"} & set(response.document["properties"])
    assert azure.properties()["provisioningState"] == "Succeeded"


@pytest.mark.parametrize(("version", "also"), [("2022-04-01", {"percentComplete": 0.0}), ("2024-04-01", {})])
def test_the_operation_of_a_new_vault_is_polled(version: str, also: dict[str, float]) -> None:
    azure = Azure(latency={"vault.": 60})
    response = azure.send("PUT", VAULT, BODY, api=version)
    assert response.headers["Retry-After"] == "60"
    url = response.headers["Azure-AsyncOperation"]
    path = url.partition("?")[0].removeprefix("https://127.0.0.1")
    reported = {"id": path, "name": path.rsplit("/", 1)[-1], **also}
    poll = azure.send("GET", url)
    assert (poll.status, poll.document) == (200, {**reported, "status": "InProgress"})
    assert (poll.headers["Retry-After"], "/operationResults/" in poll.headers["Location"]) == ("60", True)
    azure.clock.advance(60)
    poll = azure.send("GET", url)
    assert (poll.status, poll.document) == (200, {**reported, "status": "Succeeded"})
    assert not {"Retry-After", "Location", "Azure-AsyncOperation"} & set(poll.headers)
    assert operation_number(url) == "2047"


def test_an_altered_operation_url_is_refused() -> None:
    azure = Azure()
    url = azure.send("PUT", VAULT, BODY).headers["Azure-AsyncOperation"]
    assert azure.send("GET", url.replace("&t=", "&t=1")).status == 400


def test_an_empty_vault_reads_as_recorded() -> None:
    vault = Azure().create()
    assert (vault["location"], vault["sku"]) == ("westeurope", {"name": "RS0", "tier": "Standard"})
    assert not {"identity", "tags"} & set(vault)
    assert "privateEndpointConnections" not in vault["properties"]
    assert re.fullmatch(r"W/\"datetime'\d{4}-\d\d-\d\dT\d\d%3A\d\d%3A\d\d\.\d{7}Z'\"", vault["etag"])
    assert {
        name: vault["properties"][name]
        for name in ("privateEndpointStateForBackup", "publicNetworkAccess", "backupStorageVersion")
    } == {
        "privateEndpointStateForBackup": "None",
        "publicNetworkAccess": "Enabled",
        "backupStorageVersion": "Unassigned",
    }


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"properties": {}}, 400, "LocationRequired"),
        ({"location": "atlantis"}, 400, "LocationNotAvailableForResourceType"),
        ({**BODY, "identity": {"type": "Everything"}}, 400, "InvalidIdentityType"),
        (
            {
                **BODY,
                "properties": {
                    "publicNetworkAccess": "Disabled",
                    "redundancySettings": {"crossRegionRestore": "Enabled"},
                },
            },
            400,
            "BadRequest",
        ),
    ],
)
def test_a_vault_that_cannot_be_is_refused_and_not_stored(body: dict[str, t.Any], status: int, code: str) -> None:
    azure = Azure()
    response = azure.send("PUT", VAULT, body)
    assert (response.status, response.document["error"]["code"]) == (status, code)
    assert azure.send("GET", VAULT).status == 404


@pytest.mark.parametrize(
    ("cloud", "region", "status"),
    [
        ("AzureCloud", "usgovvirginia", 400),
        ("AzureUSGovernment", "usgovvirginia", 201),
        ("AzureUSGovernment", "westeurope", 400),
        ("AzureChinaCloud", "China East 2", 201),
    ],
)
def test_a_cloud_knows_its_own_regions_only(cloud: str, region: str, status: int) -> None:
    response = Azure({"cloud": cloud}).send("PUT", VAULT, {**BODY, "location": region})
    assert response.status == status
    if status == 400:
        assert response.document["error"]["code"] == "LocationNotAvailableForResourceType"


@pytest.mark.parametrize("name", ["v", "1vault", "my_vault", "v" * 51])
def test_a_vault_of_that_name_cannot_be(name: str) -> None:
    azure = Azure()
    response = azure.send("PUT", VAULT.rsplit("/", 1)[0] + "/" + name, BODY)
    assert (response.status, response.document["error"]["code"]) == (400, "InvalidResourceName")


def test_absence_has_two_words() -> None:
    azure = Azure()
    assert azure.send("GET", VAULT).document["error"]["code"] == "ResourceNotFound"
    missing = VAULT.replace("rg-backup", "rg-none")
    for method, body in (("GET", None), ("PUT", BODY), ("DELETE", None)):
        assert azure.send(method, missing, body).document["error"]["code"] == "ResourceGroupNotFound"


def test_a_vault_stays_in_its_region() -> None:
    azure = Azure()
    azure.create()
    response = azure.send("PUT", VAULT, {**BODY, "location": "northeurope"})
    assert (response.status, response.document["error"]["code"]) == (409, "InvalidResourceLocation")


@pytest.mark.parametrize("spelling", ["SystemAssigned", "systemassigned"])
def test_the_system_identity_is_one_principal_for_as_long_as_it_is_on(spelling: str) -> None:
    azure = Azure()
    first = azure.create({"identity": {"type": spelling}, "tags": None})["identity"]
    assert (first["type"], first["tenantId"]) == ("SystemAssigned", "11111111-1111-4111-8111-111111111111")
    assert azure.send("PUT", VAULT, {**BODY, "identity": {"type": spelling}}).status == 200
    assert azure.get()["identity"] == first
    assert azure.send("PATCH", VAULT, {"identity": {"type": spelling}}, api="2021-03-01").status == 202
    off = azure.send("PATCH", VAULT, {"identity": {"type": "None"}})
    assert (off.status, off.document) == (200, azure.get())
    assert azure.get()["identity"] == {"type": "None"}
    azure.send("PATCH", VAULT, {"identity": {"type": "systemassigned"}})
    assert azure.get()["identity"]["principalId"] != first["principalId"]


@pytest.mark.parametrize("identity", [{}, {"identity": None}])
def test_a_put_that_forgets_the_identity_is_refused(identity: dict[str, t.Any]) -> None:
    azure = Azure()
    azure.create({"identity": {"type": "SystemAssigned"}})
    response = azure.send("PUT", VAULT, {**BODY, **identity})
    assert (response.status, response.document["error"]["code"]) == (400, "ManagedIdentityDetailsNotPresent")
    assert azure.get()["identity"]["type"] == "SystemAssigned"


def test_a_new_vault_loses_user_identities_it_is_made_with() -> None:
    user = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u"
    both = Azure()
    body = {**BODY, "identity": {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {user: {}}}}
    assert both.send("PUT", VAULT, body).status == 201
    assert both.get()["identity"] == {"type": "None"}
    alone = Azure()
    body["identity"]["type"] = "UserAssigned"
    answer = alone.send("PUT", VAULT, body)
    assert alone.send("GET", answer.headers["Azure-AsyncOperation"]).status == 404
    assert alone.get()["identity"]["type"] == "UserAssigned"


def test_user_identities_are_added_kept_and_taken_away() -> None:
    azure = Azure()
    azure.create()
    user = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u"
    azure.send("PATCH", VAULT, {"identity": {"type": "userassigned", "userAssignedIdentities": {user: {}}}})
    azure.send("PATCH", VAULT, {"identity": {"type": "systemassigned,userassigned"}})
    identity = azure.get()["identity"]
    assert identity["type"] == "SystemAssigned, UserAssigned"
    assert list(identity["userAssignedIdentities"]) == [user.replace("resourceGroups", "resourcegroups")]
    body = {"identity": {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": {user: None}}}
    azure.send("PATCH", VAULT, body)
    assert azure.get()["identity"]["userAssignedIdentities"] == {}


def test_a_patch_shows_when_it_is_done_and_changes_nothing_else() -> None:
    azure = Azure(latency={"vault.update": 60})
    before = azure.create()["properties"]
    response = azure.send("PATCH", VAULT, {"properties": {"publicNetworkAccess": "Disabled"}})
    assert (response.status, response.document, response.headers["Retry-After"]) == (202, None, "60")
    assert operation_number(response.headers["Location"]) == "4095"
    assert azure.properties() == before
    assert azure.send("GET", response.headers["Location"]).status == 202
    azure.clock.advance(60)
    assert azure.properties() == {**before, "publicNetworkAccess": "Disabled"}
    assert azure.send("GET", response.headers["Location"]).status == 200


def test_a_failed_update_leaves_the_vault_as_it_was() -> None:
    azure = Azure()
    before = azure.create({"tags": {"was": "here"}})
    azure.arm.operations.fail_next("vault.update", {"code": "InternalServerError", "message": "x"})
    azure.send("PUT", VAULT, {**BODY, "tags": {"a": "b"}})
    assert azure.get()["tags"] == before["tags"] == {"was": "here"}


@pytest.mark.parametrize(("version", "status"), [("2021-03-01", 200), ("2024-04-01", 202)])
def test_an_empty_vault_can_be_deleted(version: str, status: int) -> None:
    azure = Azure()
    azure.create()
    response = azure.send("DELETE", VAULT, api=version)
    assert (response.status, response.document) == (status, None)
    assert azure.send("GET", VAULT).status == 404
    if status == 202:
        poll = azure.send("GET", response.headers["Azure-AsyncOperation"])
        assert (poll.status, poll.document["error"]["code"]) == (404, "ResourceNotFound")
        assert poll.headers["x-ms-failure-cause"] == "gateway"
        assert azure.send("GET", response.headers["Location"]).status == 204
    assert azure.send("DELETE", VAULT, api=version).status == 204


def test_the_end_of_a_deletion_is_a_setting() -> None:
    azure = Azure({"settings": {"vault_deletion_ends": "succeeded"}})
    azure.create()
    url = azure.send("DELETE", VAULT).headers["Azure-AsyncOperation"]
    assert azure.send("GET", url).document["status"] == "Succeeded"


def test_user_assigned_identities_are_of_a_tenant_too_and_take_their_time() -> None:
    azure = Azure()
    azure.create({"identity": {"type": "SystemAssigned"}})
    user = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u"
    wanted = {"identity": {"type": "UserAssigned", "userAssignedIdentities": {user: {}}}}
    assert azure.send("PATCH", VAULT, wanted).status == 202
    identity = azure.get()["identity"]
    assert (identity["type"], identity["tenantId"]) == ("UserAssigned", "11111111-1111-4111-8111-111111111111")
    assert "principalId" not in identity


@pytest.mark.parametrize(
    ("history", "code", "fragment"),
    [
        ({"soft_deleted_items": ["db"]}, "ServiceResourceNotEmptyWithBackendMessage", "soft delete state"),
        ({"containers": ["WIN10"]}, "ServiceResourceNotEmptyWithContainerDetails", " : WIN10\n"),
        ({"engines": ["DPM01"]}, "ServiceResourceNotEmptyWithContainerDetails", " : DPM01\n"),
        ({"fabrics": ["westus"]}, "ServiceResourceNotEmptyWithContainerDetails", "asr-a2a-default-westus"),
    ],
)
def test_a_vault_in_use_cannot_be_deleted(history: dict[str, t.Any], code: str, fragment: str) -> None:
    azure = Azure(
        {
            "vaults": [
                {"name": "vault", "resource_group": "rg-backup", "location": "westeurope", "history": history},
            ]
        }
    )
    response = azure.send("DELETE", VAULT)
    assert (response.status, response.document["error"]["code"]) == (400, code)
    assert fragment in response.document["error"]["message"]


@pytest.mark.parametrize(("rule", "status"), [("refused", 400), ("allowed", 202)])
def test_private_endpoints_hold_a_vault(rule: str, status: int) -> None:
    azure = Azure({"settings": {"vault_delete_with_endpoints": rule}})
    azure.create()
    endpoint = azure.endpoint()
    assert azure.send("DELETE", VAULT).status == status
    assert (azure.send("GET", VAULT).status == 404) == (rule == "allowed")
    reported = [state[:2] for state in azure.endpoints.states]
    assert reported == [(endpoint.id, "Disconnected")] * (rule == "allowed")


def test_lists_come_in_pages() -> None:
    vaults = [{"name": f"v{n}", "resource_group": "rg-backup", "location": "westeurope"} for n in range(5)]
    azure = Azure({"vaults": vaults, "settings": {"vault_page_size": 2}})
    for path in (VAULTS, f"{SUBSCRIPTION}/providers/Microsoft.RecoveryServices/vaults"):
        page, names = azure.get(path), []
        while True:
            names += [vault["name"] for vault in page["value"]]
            if "nextLink" not in page:
                break
            assert "$skiptoken" in page["nextLink"]
            page = azure.get(page["nextLink"])
        assert names == ["v0", "v1", "v2", "v3", "v4"]


@pytest.mark.parametrize(
    ("cross_region_restore", "wanted", "status"),
    [
        ("Disabled", {"publicNetworkAccess": "Disabled"}, 202),
        ("Enabled", {"publicNetworkAccess": "Disabled"}, 400),
        ("Enabled", {"redundancySettings": {"crossRegionRestore": "Disabled"}}, 400),
        ("Enabled", {"redundancySettings": {"standardTierStorageRedundancy": "LocallyRedundant"}}, 400),
        ("Disabled", {"redundancySettings": {"standardTierStorageRedundancy": "LocallyRedundant"}}, 202),
    ],
)
def test_what_a_patch_may_change(cross_region_restore: str, wanted: dict[str, t.Any], status: int) -> None:
    azure = Azure(
        {
            "vaults": [
                {
                    "name": "vault",
                    "resource_group": "rg-backup",
                    "location": "westeurope",
                    "cross_region_restore": cross_region_restore,
                }
            ]
        }
    )
    assert azure.send("PATCH", VAULT, {"properties": wanted}).status == status


def test_tags_may_change_whatever_the_properties_are() -> None:
    vault = {"name": "vault", "resource_group": "rg-backup", "location": "westeurope"}
    azure = Azure({"vaults": [{**vault, "cross_region_restore": "Enabled", "public_network_access": "Disabled"}]})
    assert azure.send("PATCH", VAULT, {"tags": {"a": "1"}}).status == 202
    assert azure.send("PATCH", VAULT, {"properties": {"publicNetworkAccess": "Disabled"}}).status == 202
    changed = {"properties": {"redundancySettings": {"standardTierStorageRedundancy": "ZoneRedundant"}}}
    assert azure.send("PATCH", VAULT, changed).status == 400


def test_redundancy_is_settled_by_the_first_backup() -> None:
    azure = Azure()
    azure.create()
    azure.event("first_backup")
    wanted = {"properties": {"redundancySettings": {"standardTierStorageRedundancy": "LocallyRedundant"}}}
    assert azure.send("PATCH", VAULT, wanted).status == 400
    assert azure.get(f"{VAULT}/backupstorageconfig/vaultstorageconfig")["properties"]["storageTypeState"] == "Locked"
