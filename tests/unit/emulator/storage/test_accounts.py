"""Storage accounts as Azure Resource Manager answers them."""

from __future__ import annotations

import json

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.extensions.emulator.world import WorldError
from ansible_collections.privatelink.recovery.tests.unit.emulator.network_support import (
    GROUP,
    READER,
    SUBSCRIPTION,
    Azure,
)

ACCOUNTS = f"{GROUP}/providers/Microsoft.Storage/storageAccounts"
ACCOUNT = f"{ACCOUNTS}/cache"
CLASSIC = f"{GROUP}/providers/Microsoft.ClassicStorage/storageAccounts"
RULES = {
    "defaultAction": "Deny",
    "bypass": "metrics,Logging",
    "ipRules": [{"value": "203.0.113.7"}],
    "virtualNetworkRules": [{"id": "/a/subnet"}],
}


def entry(**changes: object) -> JSON:
    return {"name": "cache", "resource_group": "rg", **changes}


def body(**changes: object) -> JSON:
    return {"location": "West Europe", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, **changes}


@pytest.fixture
def azure() -> Azure:
    return Azure(storage_accounts=[entry()])


def test_a_new_account_is_accepted_and_its_result_is_the_account() -> None:
    azure = Azure(latency={"storage_account.create": 17})
    accepted = azure.send("PUT", ACCOUNT, body(tags={"a": "1"}))
    assert (accepted.status, accepted.document) == (202, None)
    assert "Azure-AsyncOperation" not in accepted.headers
    assert azure.send("GET", accepted.headers["Location"]).status == 202
    azure.clock.advance(17)
    done = azure.send("GET", accepted.headers["Location"])
    assert done.status == 200
    assert done.document == azure.get(ACCOUNT)
    assert done.document["location"] == "westeurope"
    assert done.document["sku"] == {"name": "Standard_LRS", "tier": "Standard"}


def test_the_answer_to_put_is_a_setting() -> None:
    azure = Azure(settings={"storage_account_put": "done"})
    done = azure.send("PUT", ACCOUNT, body())
    assert done.status == 200
    assert done.document["properties"]["provisioningState"] == "Succeeded"


def test_a_failed_creation_leaves_nothing() -> None:
    azure = Azure()
    azure.arm.operations.fail_next("storage_account.create", {"code": "X", "message": "x"})
    accepted = azure.send("PUT", ACCOUNT, body())
    assert azure.send("GET", accepted.headers["Location"]).status == 409
    assert azure.send("GET", ACCOUNT).status == 404


def test_an_account_shows_firewall_and_connections_that_were_never_set(azure: Azure) -> None:
    properties = azure.get(ACCOUNT)["properties"]
    assert properties["networkAcls"] == {
        "ipv6Rules": [],
        "bypass": "AzureServices",
        "virtualNetworkRules": [],
        "ipRules": [],
        "defaultAction": "Allow",
    }
    assert properties["privateEndpointConnections"] == []
    assert properties["primaryEndpoints"]["blob"] == "https://cache.blob.core.windows.net/"
    assert properties["primaryEndpoints"]["web"] == "https://cache.z6.web.core.windows.net/"
    assert "publicNetworkAccess" not in properties


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_the_firewall_is_replaced_as_a_whole(method: str) -> None:
    azure = Azure(storage_accounts=[entry(network_acls=RULES, tags={"a": "1"})])
    before = azure.get(ACCOUNT)["properties"]["networkAcls"]
    assert before["bypass"] == "Logging, Metrics"
    assert before["ipRules"] == [{"value": "203.0.113.7", "action": "Allow"}]
    assert before["virtualNetworkRules"] == [{"id": "/a/subnet", "action": "Allow", "state": "Succeeded"}]
    wanted = {"properties": {"networkAcls": {"defaultAction": "Deny", "bypass": "None"}}}
    done = azure.send(method, ACCOUNT, {**wanted, "location": "westeurope"} if method == "PUT" else wanted)
    assert done.status == 200
    assert done.document["properties"]["networkAcls"] == {
        "ipv6Rules": [],
        "bypass": "None",
        "virtualNetworkRules": [],
        "ipRules": [],
        "defaultAction": "Deny",
    }
    assert done.document["tags"] == {"a": "1"}


def test_patch_leaves_what_it_does_not_name() -> None:
    azure = Azure(storage_accounts=[entry(network_acls=RULES)])
    rules = azure.get(ACCOUNT)["properties"]["networkAcls"]
    done = azure.send("PATCH", ACCOUNT, {"tags": {"b": "2"}, "properties": {"publicNetworkAccess": "Disabled"}})
    assert done.document["properties"]["publicNetworkAccess"] == "Disabled"
    assert done.document["properties"]["networkAcls"] == rules
    assert done.document["tags"] == {"b": "2"}


@pytest.mark.parametrize(
    ("method", "path", "given", "code"),
    [
        ("PUT", f"{ACCOUNTS}/Not-Valid", body(), "AccountNameInvalid"),
        ("PUT", f"{ACCOUNTS}/ab", body(), "AccountNameInvalid"),
        ("PUT", f"{GROUP}2/providers/Microsoft.Storage/storageAccounts/cache", body(), "StorageAccountAlreadyTaken"),
        ("PUT", f"{ACCOUNTS}/other", body(kind="Nothing"), "InvalidRequestPropertyValue"),
        ("PUT", f"{ACCOUNTS}/other", body(sku={"name": "Basic"}), "InvalidRequestPropertyValue"),
        ("PUT", f"{ACCOUNTS}/other", {"kind": "StorageV2"}, "LocationRequired"),
        ("PUT", ACCOUNT, body(location="northeurope"), "InvalidResourceLocation"),
        ("PATCH", ACCOUNT, {"kind": "BlobStorage"}, "InvalidAccountKindChange"),
        ("PATCH", ACCOUNT, {"properties": {"networkAcls": {"bypass": "None"}}}, "InvalidRequestPropertyValue"),
        (
            "PATCH",
            ACCOUNT,
            {"properties": {"networkAcls": {"defaultAction": "Deny", "bypass": "None, Logging"}}},
            "InvalidRequestPropertyValue",
        ),
        (
            "PATCH",
            ACCOUNT,
            {"properties": {"networkAcls": {"defaultAction": "Deny", "bypass": "Everyone"}}},
            "InvalidRequestPropertyValue",
        ),
        ("PATCH", f"{ACCOUNTS}/other", {}, "ResourceNotFound"),
    ],
)
def test_refuses(method: str, path: str, given: JSON, code: str) -> None:
    azure = Azure(storage_accounts=[entry()], resource_groups=[{"name": "rg"}, {"name": "rg2"}])
    before = azure.get(ACCOUNT)
    assert azure.refused(method, path, given)[1] == code
    assert azure.get(ACCOUNT) == before


def test_an_old_kind_can_be_upgraded() -> None:
    azure = Azure(storage_accounts=[entry(kind="Storage")])
    assert "dfs" not in azure.get(ACCOUNT)["properties"]["primaryEndpoints"]
    azure.send("PATCH", ACCOUNT, {"kind": "StorageV2"})
    upgraded = azure.get(ACCOUNT)
    assert upgraded["kind"] == "StorageV2"
    assert "dfs" in upgraded["properties"]["primaryEndpoints"]


def test_lists_and_deletion(azure: Azure) -> None:
    for scope in (GROUP, SUBSCRIPTION):
        listed = azure.get(f"{scope}/providers/Microsoft.Storage/storageAccounts")["value"]
        assert [one["name"] for one in listed] == ["cache"]
    shown = azure.get(f"{GROUP}/resources", api="2024-11-01")["value"]
    assert ACCOUNT in [one["id"] for one in shown]
    assert azure.send("DELETE", ACCOUNT).status == 200
    assert azure.send("DELETE", ACCOUNT).status == 204
    assert azure.get(ACCOUNTS)["value"] == []


@pytest.mark.parametrize(
    ("name", "available", "reason"),
    [("free1", True, None), ("cache", False, "AlreadyExists"), ("No", False, "AccountNameInvalid")],
)
def test_names_are_checked(azure: Azure, name: str, available: bool, reason: str | None) -> None:
    path = f"{SUBSCRIPTION}/providers/Microsoft.Storage/checkNameAvailability"
    answer = azure.send("POST", path, {"name": name, "type": "Microsoft.Storage/storageAccounts"}).document
    assert (answer["nameAvailable"], answer.get("reason")) == (available, reason)


def test_keys_are_told_by_list_keys_only_and_not_to_readers(azure: Azure) -> None:
    keys = [one["value"] for one in azure.send("POST", f"{ACCOUNT}/listKeys", {}).document["keys"]]
    assert len(set(keys)) == 2
    elsewhere = json.dumps(
        [
            azure.get(ACCOUNT),
            azure.send("GET", "/emulator/state").document,
            azure.send("GET", "/emulator/requests").document,
        ]
    )
    assert not any(key in elsewhere for key in keys)
    assert azure.refused("POST", f"{ACCOUNT}/listKeys", {}, caller=READER)[1] == "AuthorizationFailed"
    assert azure.send("GET", ACCOUNT, caller=READER).status == 200


def test_the_provider_must_be_registered() -> None:
    azure = Azure(storage_accounts=[entry()], subscriptions=[{
        "id": SUBSCRIPTION.rsplit("/", 1)[-1], "providers": {"Microsoft.Storage": "NotRegistered"},
    }])  # fmt: skip
    assert azure.refused("GET", ACCOUNT)[1] == "MissingSubscriptionRegistration"


def test_classic_accounts_are_read_only() -> None:
    azure = Azure(classic_storage_accounts=[{"name": "old", "resource_group": "rg", "account_type": "Premium-LRS"}])
    document = azure.get(f"{CLASSIC}/old")
    assert document["type"] == "Microsoft.ClassicStorage/storageAccounts"
    assert document["properties"]["accountType"] == "Premium-LRS"
    for scope in (GROUP, SUBSCRIPTION):
        assert azure.get(f"{scope}/providers/Microsoft.ClassicStorage/storageAccounts")["value"] == [document]
    assert azure.send("PUT", f"{CLASSIC}/new", {}).status == 405


def test_without_classic_accounts_their_provider_is_not_registered(azure: Azure) -> None:
    assert azure.refused("GET", f"{CLASSIC}/old")[1] == "MissingSubscriptionRegistration"


@pytest.mark.parametrize(
    ("section", "account", "words"),
    [
        ("storage_accounts", entry(netwrk_acls={}), "netwrk_acls: unknown key"),
        ("storage_accounts", entry(name="Bad_Name"), "AccountNameInvalid"),
        ("storage_accounts", entry(kind="Other"), "'Other'"),
        ("classic_storage_accounts", entry(kind="Storage"), "kind: unknown key"),
    ],
)
def test_a_world_that_cannot_be_meant(section: str, account: JSON, words: str) -> None:
    with pytest.raises(WorldError, match=words):
        Azure(**{section: [account]})


def test_deleted_blobs_are_kept_when_asked_for() -> None:
    azure = Azure(storage_accounts=[entry(), {**entry(blob_soft_delete_days=7), "name": "portal"}])
    of_portal = azure.get(f"{ACCOUNTS}/portal/blobServices/default")["properties"]["deleteRetentionPolicy"]
    assert (of_portal["enabled"], of_portal["days"]) == (True, 7)
    service = f"{ACCOUNT}/blobServices/default"
    assert azure.get(service)["properties"]["deleteRetentionPolicy"]["enabled"] is False
    wanted = {"properties": {"deleteRetentionPolicy": {"enabled": True, "days": 366}}}
    assert azure.send("PUT", service, wanted).status == 400
    wanted["properties"]["deleteRetentionPolicy"]["days"] = 30
    assert azure.send("PUT", service, wanted).status == 200
    assert azure.get(service)["properties"]["deleteRetentionPolicy"] == {"enabled": True, "days": 30}
    assert azure.send("GET", f"{ACCOUNTS}/nobody/blobServices/default").status == 404
