"""Decisions about storage accounts, as tables."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import InputError, Refusal
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.storage_account_access import decide
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.roles import BUILT_IN
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.storage_decisions import (
    CLASSIC_ROLES,
    ROLES,
    accounts_needing_roles,
    bypass_set,
    bypass_text,
    endpoint_support,
    storage_roles,
    tier_of_sku,
    with_trusted_services,
)

JSON = dict[str, object]
CONTRIBUTOR, OWNER = "Storage Blob Data Contributor", "Storage Blob Data Owner"
ACCOUNTS = (
    "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts"
)


@pytest.mark.parametrize(
    ("kind", "tier", "classic", "roles"),
    [
        ("StorageV2", "Standard", False, ["Contributor", CONTRIBUTOR]),
        ("storagev2", "standard", False, ["Contributor", CONTRIBUTOR]),
        ("Storage", "Standard", False, ["Contributor", CONTRIBUTOR]),
        ("StorageV2", "Premium", False, ["Contributor", OWNER]),
        ("BlockBlobStorage", "Premium", False, ["Contributor", OWNER]),
        ("FileStorage", "Premium", False, []),
        ("classic", "Standard", True, list(CLASSIC_ROLES)),
        ("classic", "Premium", True, list(CLASSIC_ROLES)),
    ],
)
def test_roles_by_tier(kind: str, tier: str, classic: bool, roles: list[str]) -> None:
    assert storage_roles(kind, tier, classic) == roles


def test_an_unknown_tier_is_not_guessed() -> None:
    with pytest.raises(InputError, match="'Ultra' is neither Standard nor Premium"):
        storage_roles("StorageV2", "Ultra", False)


def test_every_role_is_a_built_in_one() -> None:
    assert [role for roles in (*ROLES.values(), CLASSIC_ROLES) for role in roles if role not in BUILT_IN] == []


@pytest.mark.parametrize(
    ("disks", "cache", "source", "target", "expected"),
    [
        ("managed", ["/c"], [], [], ["/c"]),
        ("managed", ["/c1", "/c2"], ["/s"], ["/t"], ["/c1", "/c2"]),
        ("unmanaged", ["/c"], ["/s1", "/s2"], ["/t"], ["/s1", "/s2", "/c", "/t"]),
        ("unmanaged", ["/A"], ["/a"], ["/t", "/T"], ["/a", "/t"]),
    ],
)
def test_accounts_by_disk_model(
    disks: str, cache: list[str], source: list[str], target: list[str], expected: list[str]
) -> None:
    assert accounts_needing_roles(disks, cache, source, target) == expected


@pytest.mark.parametrize(
    ("disks", "cache", "source", "target", "words"),
    [
        ("managed", [], ["/s"], ["/t"], "cache storage account"),
        ("unmanaged", ["/c"], ["/s"], [], "target storage account"),
        ("unmanaged", [], [], ["/t"], "source and cache storage account"),
        ("other", ["/c"], [], [], "neither managed nor unmanaged"),
    ],
)
def test_accounts_that_are_needed_must_be_named(
    disks: str, cache: list[str], source: list[str], target: list[str], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        accounts_needing_roles(disks, cache, source, target)


def test_a_missing_target_account_is_to_be_created_first() -> None:
    with pytest.raises(InputError) as found:
        accounts_needing_roles("unmanaged", ["/c"], ["/s"])
    assert "create it first" in found.value.remedy


@pytest.mark.parametrize(
    ("kind", "classic", "supported", "words"),
    [
        ("StorageV2", False, True, ""),
        ("storagev2", False, True, ""),
        ("Storage", False, False, "upgraded to StorageV2"),
        ("BlobStorage", False, False, "upgraded to StorageV2"),
        ("BlockBlobStorage", False, False, "not documented"),
        ("FileStorage", False, False, "not documented"),
        ("classic", True, False, "migrate it"),
    ],
)
def test_which_kinds_take_private_endpoints(kind: str, classic: bool, supported: bool, words: str) -> None:
    found = endpoint_support(kind, classic)
    assert found.supported is supported
    assert (words in found.reason) and bool(found.reason) is not supported


@pytest.mark.parametrize(
    ("sku", "tier"), [("Standard_LRS", "Standard"), ("Premium_ZRS", "Premium"), ("Premium-LRS", "Premium"), ("", "")]
)
def test_tier_of_a_sku(sku: str, tier: str) -> None:
    assert tier_of_sku(sku) == tier


@pytest.mark.parametrize(
    ("text", "words", "written"),
    [
        ("AzureServices", {"AzureServices"}, "AzureServices"),
        ("metrics,logging", {"Logging", "Metrics"}, "Logging, Metrics"),
        ("AzureServices, Logging", {"AzureServices", "Logging"}, "Logging, AzureServices"),
        ("None", set(), "None"),
        ("", set(), "None"),
        (None, set(), "None"),
        ("Metrics, Novelty", {"Metrics", "Novelty"}, "Metrics, Novelty"),
    ],
)
def test_exceptions_are_a_set(text: str | None, words: set[str], written: str) -> None:
    assert bypass_set(text) == words
    assert bypass_text(words) == written


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        (set(), True, {"AzureServices"}),
        ({"Logging"}, True, {"Logging", "AzureServices"}),
        ({"AzureServices"}, True, {"AzureServices"}),
        ({"AzureServices", "Metrics"}, False, {"Metrics"}),
        ({"Metrics"}, False, {"Metrics"}),
    ],
)
def test_only_one_exception_is_touched(before: set[str], wanted: bool, after: set[str]) -> None:
    kept = set(before)
    assert with_trusted_services(before, wanted=wanted) == after
    assert before == kept


def account(rules: JSON | None) -> JSON:
    return {"id": f"{ACCOUNTS}/cache", "properties": {"networkAcls": rules} if rules is not None else {}}


def test_the_whole_firewall_is_sent_back() -> None:
    rules = {
        "bypass": "Metrics",
        "defaultAction": "Deny",
        "ipRules": [{"value": "203.0.113.7", "action": "Allow"}],
        "virtualNetworkRules": [{"id": "/a", "action": "Allow", "state": "Succeeded"}],
        "resourceAccessRules": [{"tenantId": "t", "resourceId": "/r"}],
        "novelty": 1,
    }
    plan = decide(f"{ACCOUNTS}/cache", account(rules), wanted=True)
    assert plan.body == {
        "properties": {
            "networkAcls": {
                **rules,
                "bypass": "Metrics, AzureServices",
                "virtualNetworkRules": [{"id": "/a", "action": "Allow"}],
            }
        }
    }
    assert rules["virtualNetworkRules"] == [{"id": "/a", "action": "Allow", "state": "Succeeded"}]
    assert plan.diff()["after"] == {"bypass": ["AzureServices", "Metrics"]}


def test_an_account_without_a_firewall_gets_an_open_one() -> None:
    assert decide(f"{ACCOUNTS}/cache", account(None), wanted=True).body["properties"]["networkAcls"] == {
        "bypass": "AzureServices",
        "defaultAction": "Allow",
        "ipRules": [],
        "virtualNetworkRules": [],
    }


def test_an_account_that_is_missing() -> None:
    assert not decide(f"{ACCOUNTS}/cache", None, wanted=False).changed
    with pytest.raises(Refusal, match="does not exist"):
        decide(f"{ACCOUNTS}/cache", None, wanted=True)
