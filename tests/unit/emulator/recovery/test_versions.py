"""A vault's document in each api-version."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.tests.unit.emulator.recovery_support import VAULT, VAULTS, Azure

STATES = {"privateEndpointStateForBackup": "None", "privateEndpointStateForSiteRecovery": "None"}
SOFT_DELETE = {"softDeleteRetentionPeriodInDays": 14, "softDeleteState": "Enabled", "enhancedSecurityState": "Enabled"}
REDUNDANCY = {"standardTierStorageRedundancy": "GeoRedundant", "crossRegionRestore": "Disabled"}
RESTORE = {"crossSubscriptionRestoreSettings": {"crossSubscriptionRestoreState": "Enabled"}}
BODY: dict[str, t.Any] = {"location": "westeurope", "sku": {"name": "Standard"}, "properties": {}}
ALWAYS_ON = {
    "softDeleteSettings": {
        "softDeleteRetentionPeriodInDays": 14,
        "softDeleteState": "AlwaysOn",
        "enhancedSecurityState": "AlwaysOn",
    }
}
RECORDED: dict[str, dict[str, t.Any]] = {
    "2021-03-01": {"provisioningState": "Succeeded", **STATES},
    "2024-04-01": {
        "provisioningState": "Succeeded",
        **STATES,
        "backupStorageVersion": "Unassigned",
        "securitySettings": {
            "immutabilitySettings": None,
            "softDeleteSettings": SOFT_DELETE,
            "multiUserAuthorization": "Disabled",
        },
        "redundancySettings": REDUNDANCY,
        "secureScore": "None",
        "bcdrSecurityLevel": "Poor",
        "publicNetworkAccess": "Enabled",
        "restoreSettings": RESTORE,
    },
    "2026-05-01": {
        "provisioningState": "Succeeded",
        **STATES,
        "backupStorageVersion": "Unassigned",
        "securitySettings": {
            "softDeleteSettings": SOFT_DELETE,
            "multiUserAuthorization": "Disabled",
            "sourceScanConfiguration": {"state": "Disabled"},
        },
        "redundancySettings": REDUNDANCY,
        "regionOfChoiceSettings": {"status": "Disabled"},
        "secureScore": "None",
        "bcdrSecurityLevel": "Poor",
        "publicNetworkAccess": "Enabled",
        "restoreSettings": RESTORE,
    },
}


@pytest.mark.parametrize("version", RECORDED)
def test_a_version_shows_what_it_knows(version: str) -> None:
    azure = Azure()
    azure.create()
    assert azure.get(api=version)["properties"] == RECORDED[version]
    # A list says less of each vault.
    thin = ("backupStorageVersion", "securitySettings", "redundancySettings") if version >= "2024-04-01" else ()
    expected = {name: value for name, value in RECORDED[version].items() if name not in thin}
    assert azure.get(VAULTS, api=version)["value"][0]["properties"] == expected


def test_a_version_ignores_what_it_does_not_know() -> None:
    azure = Azure()
    closed = {**BODY, "properties": {"publicNetworkAccess": "Disabled"}}
    assert azure.send("PUT", VAULT, closed, api="2022-04-01").status == 201
    assert azure.properties()["publicNetworkAccess"] == "Enabled"
    assert azure.send("PATCH", VAULT, closed, api="2022-09-10").status == 202
    assert azure.properties()["publicNetworkAccess"] == "Enabled"
    assert azure.send("PATCH", VAULT, closed, api="2022-10-01").status == 202
    assert azure.properties()["publicNetworkAccess"] == "Disabled"


def test_the_result_of_a_change_is_told_in_the_version_it_was_asked_in() -> None:
    azure = Azure()
    azure.create()
    accepted = azure.send("PATCH", VAULT, {"tags": {"a": "b"}}, api="2022-04-01")
    document = azure.send("GET", accepted.headers["Location"]).document
    assert (document["tags"], "publicNetworkAccess" in document["properties"]) == ({"a": "b"}, False)


def test_a_new_vault_tells_of_the_security_that_it_was_asked_for_and_has_not_judged() -> None:
    azure = Azure()
    asked = {**BODY, "properties": {"securitySettings": ALWAYS_ON}}
    answer = azure.send("PUT", VAULT, asked, api="2026-05-01").document["properties"]
    assert answer["securitySettings"] == {
        "softDeleteSettings": {**SOFT_DELETE, "softDeleteState": "AlwaysON", "enhancedSecurityState": "AlwaysON"},
        "multiUserAuthorization": "Invalid",
        "sourceScanConfiguration": {"state": "Disabled"},
    }
    assert (answer["secureScore"], answer["bcdrSecurityLevel"]) == ("Adequate", "Good")
    assert "backupStorageVersion" not in answer
    assert azure.properties()["securitySettings"]["multiUserAuthorization"] == "Disabled"


def test_immutability_is_judged_once_the_vault_is_there() -> None:
    azure = Azure()
    asked = {**BODY, "properties": {"securitySettings": {"immutabilitySettings": {"state": "Unlocked"}}}}
    answer = azure.send("PUT", VAULT, asked, api="2024-04-01").document["properties"]
    assert answer["securitySettings"]["softDeleteSettings"] is None
    assert (answer["secureScore"], answer["bcdrSecurityLevel"]) == ("None", "Poor")
    after = azure.get(api="2024-04-01")["properties"]
    assert (after["secureScore"], after["bcdrSecurityLevel"]) == ("Minimum", "Fair")
    assert after["securitySettings"]["softDeleteSettings"]["softDeleteState"] == "Enabled"


def test_a_customer_s_key_makes_a_storage_version_and_a_whole_identity() -> None:
    azure = Azure()
    azure.create()
    key = {"keyVaultProperties": {"keyUri": "https://kv.vault.azure.net/keys/k"}}
    for given, kept in (
        ({"useSystemAssignedIdentity": True}, {"useSystemAssignedIdentity": True, "userAssignedIdentity": None}),
        ({"userAssignedIdentity": "/u"}, {"useSystemAssignedIdentity": False, "userAssignedIdentity": "/u"}),
    ):
        azure.send("PATCH", VAULT, {"properties": {"encryption": {**key, "kekIdentity": given}}})
        shown = azure.properties()
        assert shown["encryption"] == {**key, "kekIdentity": kept, "infrastructureEncryption": "Disabled"}
        assert shown["backupStorageVersion"] == "V2"


@pytest.mark.parametrize(("sent", "kept"), [({"a": "b"}, {"a": "b"}), ({}, {}), (None, None)])
def test_tags_are_shown_as_sent_and_not_at_all_when_nobody_sent_any(
    sent: dict[str, str] | None, kept: dict[str, str] | None
) -> None:
    azure = Azure()
    assert azure.create({"tags": sent}).get("tags") == kept
    assert azure.send("PUT", VAULT, BODY).status == 200
    assert "tags" not in azure.get()
