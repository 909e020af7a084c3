"""The storage account modules against the emulator."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.storage_account_access import MODULE as ACCESS
from ansible_collections.privatelink.recovery.plugins.modules.storage_account_info import MODULE as INFO

from ...conftest import GROUPS, SUBSCRIPTION, VAULT, Cloud, four_times
from ...stories.support import fault

STORAGE = f"{GROUPS}/rg-backup/providers/Microsoft.Storage/storageAccounts"
CACHE, OTHER = f"{STORAGE}/cachewesteurope", f"{STORAGE}/cachenortheurope"
CLASSIC = f"{GROUPS}/rg-backup/providers/Microsoft.ClassicStorage/storageAccounts/oldaccount"
RULES = {
    "bypass": "Metrics",
    "defaultAction": "Deny",
    "ipRules": [{"value": "203.0.113.7", "action": "Allow"}],
    "virtualNetworkRules": [{"id": "/a/subnet", "action": "Allow"}],
    "resourceAccessRules": [{"tenantId": "11111111-1111-4111-8111-111111111111", "resourceId": VAULT}],
}
NAMED = {"resource_group": "rg-backup", "name": "cachewesteurope"}
JSON = dict[str, t.Any]


@pytest.fixture
def cloud(make_cloud: t.Callable[..., Cloud]) -> Cloud:
    return make_cloud(
        storage_accounts=[
            {"name": "cachewesteurope", "resource_group": "rg-backup", "network_acls": RULES, "tags": {"a": "1"}},
            {
                "name": "cachenortheurope",
                "resource_group": "rg-backup",
                "location": "northeurope",
                "sku": "Premium_LRS",
            },
            {"name": "elsewhere", "resource_group": "rg-dns", "kind": "Storage"},
        ],
        classic_storage_accounts=[{"name": "oldaccount", "resource_group": "rg-backup"}],
    )


def acls(cloud: Cloud, account: str = CACHE) -> JSON:
    found: JSON = cloud.document(account)["properties"]["networkAcls"]
    return found


def test_adds_the_exception_and_keeps_everything_else(cloud: Cloud) -> None:
    before = cloud.document(CACHE)
    expected = {**acls(cloud), "bypass": "Metrics, AzureServices"}
    done = four_times(cloud, ACCESS, **NAMED)
    assert acls(cloud) == expected
    assert {**cloud.document(CACHE), "properties": None} == {**before, "properties": None}
    assert done["diff"]["before"] == {"bypass": ["Metrics"]}
    assert done["diff"]["after"] == {"bypass": ["AzureServices", "Metrics"]}
    assert done["storage_accounts"] == [
        {"id": CACHE, "changed": True, "bypass": ["AzureServices", "Metrics"], "default_action": "Deny"}
    ]


def test_writes_once_and_reads_again_right_before(cloud: Cloud) -> None:
    cloud.mark()
    cloud.run(ACCESS, **NAMED)
    assert [entry["method"] for entry in cloud.requests()] == ["GET", "GET", "PATCH"]
    assert cloud.writes() == [f"PATCH {CACHE}"]


@pytest.mark.parametrize(("before", "after"), [("Metrics, AzureServices", "Metrics"), ("AzureServices", "None")])
def test_removes_that_exception_only(make_cloud: t.Callable[..., Cloud], before: str, after: str) -> None:
    cloud = make_cloud(
        storage_accounts=[
            {"name": "cachewesteurope", "resource_group": "rg-backup", "network_acls": {**RULES, "bypass": before}}
        ]
    )
    expected = {**acls(cloud), "bypass": after}
    four_times(cloud, ACCESS, **NAMED, state="absent")
    assert acls(cloud) == expected


def test_many_accounts_in_one_task(cloud: Cloud) -> None:
    cloud.run(ACCESS, id=[OTHER], state="absent")
    done = four_times(cloud, ACCESS, ids=[CACHE, CACHE.upper().replace("/SUBSCRIPTIONS", "/subscriptions"), OTHER])
    assert [row["changed"] for row in done["storage_accounts"]] == [True, True]
    assert set(done["diff"]["after"]) == {CACHE, OTHER}


def test_one_bad_account_stops_the_task_before_it_writes(cloud: Cloud) -> None:
    cloud.mark()
    result = cloud.run(ACCESS, ids=[CACHE, f"{STORAGE}/nowhere"])
    assert result["failed"]
    assert "nowhere does not exist" in result["msg"]
    assert cloud.writes() == []


def test_what_was_written_before_an_error_is_told(make_cloud: t.Callable[..., Cloud]) -> None:
    names = ("cachewesteurope", "cachenortheurope")
    cloud = make_cloud(
        storage_accounts=[{"name": name, "resource_group": "rg-backup", "network_acls": RULES} for name in names]
    )
    fault(cloud, {"status": 403, "code": "AuthorizationFailed", "message": "No."}, method="PATCH", path=OTHER)
    result = cloud.run(ACCESS, ids=[CACHE, OTHER])
    assert (result["failed"], result["changed"], result["code"]) == (True, True, "AuthorizationFailed")
    assert result["done"] == [f"change the firewall of {CACHE}"]
    assert result["left"] == [f"change the firewall of {OTHER}"]
    again = cloud.run(ACCESS, ids=[CACHE, OTHER])
    assert [row["changed"] for row in again["storage_accounts"]] == [False, True]


def test_removing_from_an_account_that_is_gone_is_no_change(cloud: Cloud) -> None:
    assert cloud.run(ACCESS, id=f"{STORAGE}/nowhere", state="absent")["changed"] is False


@pytest.mark.parametrize("bad", [CLASSIC, VAULT, "cachewesteurope"])
def test_bad_ids_send_nothing(cloud: Cloud, bad: str) -> None:
    cloud.mark()
    result = cloud.run(ACCESS, ids=[bad])
    assert result["failed"]
    assert "ids" in result["msg"]
    assert cloud.requests() == []


def test_an_account_that_cannot_be_read_is_not_written(cloud: Cloud) -> None:
    cloud.arm.world["principals"][0]["roles"] = []
    cloud.arm.reset()
    cloud.mark()
    result = cloud.run(ACCESS, **NAMED)
    assert (result["failed"], result["status"]) == (True, 403)
    assert cloud.writes() == []


def test_warns_of_a_perimeter(make_cloud: t.Callable[..., Cloud]) -> None:
    account = {"name": "cachewesteurope", "resource_group": "rg-backup", "public_network_access": "SecuredByPerimeter"}
    cloud = make_cloud(storage_accounts=[account])
    assert "perimeter" in cloud.run(ACCESS, **NAMED)["warnings"][0]
    assert "warnings" not in cloud.run(ACCESS, **NAMED, state="absent")


def test_reads_one_account(cloud: Cloud) -> None:
    found = cloud.run(INFO, **NAMED)
    [account] = found["storage_accounts"]
    assert found["missing"] == []
    assert {key: value for key, value in account.items() if key != "state"} == {
        "id": CACHE,
        "name": "cachewesteurope",
        "location": "westeurope",
        "kind": "StorageV2",
        "sku": "Standard_LRS",
        "tier": "Standard",
        "is_classic": False,
        "network_acls": {
            "bypass": ["Metrics"],
            "default_action": "Deny",
            "ipv6_rules": [],
            "ip_rules": [{"value": "203.0.113.7", "action": "Allow"}],
            "virtual_network_rules": [{"id": "/a/subnet", "action": "Allow", "state": "Succeeded"}],
            "resource_access_rules": [{"tenant_id": "11111111-1111-4111-8111-111111111111", "resource_id": VAULT}],
        },
        "public_network_access": "",
        "trusted_services": False,
        "supports_private_endpoint": True,
        "reason": "",
        "roles_needed": ["Contributor", "Storage Blob Data Contributor"],
    }
    assert account["state"]["provisioning_state"] == "Succeeded"


def test_reads_a_classic_account_by_name_and_by_id(cloud: Cloud) -> None:
    for options in ({"resource_group": "rg-backup", "name": "oldaccount"}, {"id": CLASSIC}):
        [account] = cloud.run(INFO, **options)["storage_accounts"]
        assert (account["id"], account["kind"], account["tier"], account["is_classic"]) == (
            CLASSIC, "classic", "Standard", True,
        )  # fmt: skip
        assert account["supports_private_endpoint"] is False
        assert account["roles_needed"][0] == "Classic Storage Account Contributor"
        assert account["network_acls"] == {}


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"resource_group": "rg-backup"}, ["cachewesteurope", "cachenortheurope", "oldaccount"]),
        ({}, ["cachewesteurope", "cachenortheurope", "elsewhere", "oldaccount"]),
        ({"resource_group": "rg-nowhere"}, []),
        ({"resource_group": "rg-backup", "name": "nowhere"}, []),
        ({"ids": [OTHER, CACHE]}, ["cachenortheurope", "cachewesteurope"]),
        ({"ids": []}, []),
    ],
)
def test_lists(cloud: Cloud, options: JSON, names: list[str]) -> None:
    cloud.mark()
    found = cloud.run(INFO, **options)
    assert found["changed"] is False
    assert [account["name"] for account in found["storage_accounts"]] == names
    assert cloud.writes() == []


def test_an_account_of_an_unknown_tier_is_listed_with_the_others(make_cloud: t.Callable[..., Cloud]) -> None:
    names = ("cachewesteurope", "cachenortheurope")
    accounts = [{"name": name, "resource_group": "rg-backup", "sku": "PremiumV2_LRS"} for name in names]
    cloud = make_cloud(
        storage_accounts=[
            accounts[0],
            {**accounts[1], "kind": "Storage"},
            {"name": "usual", "resource_group": "rg-dns"},
        ]
    )
    rows = {row["name"]: row for row in cloud.run(INFO)["storage_accounts"]}
    assert [row["roles_needed"] for row in rows.values()] == [[], [], ["Contributor", "Storage Blob Data Contributor"]]
    unknown = "tier 'PremiumV2' is neither Standard nor Premium; which roles such an account needs is not known"
    assert (rows[names[0]]["reason"], rows[names[0]]["supports_private_endpoint"]) == (unknown, True)
    assert rows[names[1]]["reason"] == f"kind Storage must be upgraded to StorageV2 first; {unknown}"
    assert rows["usual"]["reason"] == ""


def test_no_accounts_are_none(cloud: Cloud) -> None:
    for state in ("present", "absent"):
        done = cloud.run(ACCESS, ids=[], state=state)
        assert (done["changed"], done["storage_accounts"]) == (False, [])
    assert cloud.requests() == []


def test_names_what_is_missing(cloud: Cloud) -> None:
    assert cloud.run(INFO, ids=[CACHE, f"{STORAGE}/nowhere"])["missing"] == [f"{STORAGE}/nowhere"]
    assert cloud.run(INFO, resource_group="rg-backup", name="nowhere")["missing"] == [f"{STORAGE}/nowhere"]


def test_a_name_needs_its_group(cloud: Cloud) -> None:
    result = cloud.run(INFO, name="cachewesteurope")
    assert result["failed"] and "resource_group" in result["msg"]


def test_a_subscription_without_classic_storage_is_no_error(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(storage_accounts=[{"name": "cachewesteurope", "resource_group": "rg-backup"}])
    assert len(cloud.run(INFO)["storage_accounts"]) == 1
    assert cloud.run(INFO, resource_group="rg-backup", name="nowhere")["storage_accounts"] == []
    assert cloud.run(INFO, id=CLASSIC)["missing"] == [CLASSIC]


def test_a_subscription_without_storage_is_one(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(
        subscriptions=[{"id": SUBSCRIPTION, "providers": {"Microsoft.Storage": "NotRegistered"}}],
    )
    assert cloud.run(INFO, **NAMED)["code"] == "MissingSubscriptionRegistration"


def test_keys_are_never_asked_for(cloud: Cloud) -> None:
    cloud.mark()
    results = [cloud.run(INFO), cloud.run(ACCESS, **NAMED)]
    assert [entry["path"] for entry in cloud.requests() if "listKeys" in entry["path"]] == []
    keys = [key for account in (CACHE, OTHER) for key in cloud.arm.store.get(account).hidden["keys"]]
    assert len(keys) == 4 and not any(key in json.dumps(results) for key in keys)
