"""Vaults that were deleted, and the small documents below those that were not."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.tests.unit.emulator.recovery_support import (
    GROUP,
    SUBSCRIPTION,
    VAULT,
    Azure,
)

DELETED = f"{SUBSCRIPTION}/providers/Microsoft.RecoveryServices/locations/westeurope/deletedVaults"
VERSION = "2026-05-01"
BACK = {"properties": {"recoveryResourceGroupId": GROUP}}
EXTENDED = f"{VAULT}/extendedInformation/vaultExtendedInfo"
CONFIGURATION, STORAGE = f"{VAULT}/backupconfig/vaultconfig", f"{VAULT}/backupstorageconfig/vaultstorageconfig"


def deleted(azure: Azure) -> list[dict[str, t.Any]]:
    return t.cast("list[dict[str, t.Any]]", azure.get(DELETED, api=VERSION)["value"])


def test_a_deleted_vault_is_listed_in_its_region_for_a_while() -> None:
    azure = Azure()
    azure.create()
    azure.send("DELETE", VAULT)
    azure.arm.scheduler.settle()
    (one,) = deleted(azure)
    assert one["name"].startswith("rg-backup_")
    assert one == {
        "id": f"{DELETED}/{one['name']}",
        "name": one["name"],
        "type": "Microsoft.RecoveryServices/locations/deletedVaults",
        "location": "westeurope",
        "properties": {
            "vaultId": VAULT,
            "vaultDeletionTime": "2023-11-14T22:13:20.0000000Z",
            "purgeAt": "2023-11-14T22:13:20.0000000Z",
        },
    }
    assert azure.get(one["id"], api=VERSION) == one
    assert azure.get(DELETED.replace("westeurope", "northeurope"), api=VERSION) == {"value": []}
    azure.clock.advance(14 * 86400)
    assert deleted(azure) == []
    assert azure.send("GET", one["id"], api=VERSION).document["error"]["code"] == "ResourceNotFound"


def test_a_deleted_vault_comes_back_as_it_was_but_for_its_endpoints() -> None:
    azure = Azure({"settings": {"vault_delete_with_endpoints": "allowed"}}, {"vault.undelete": 60})
    azure.create({"tags": {"a": "b"}})
    azure.endpoint()
    number = azure.arm.store.get(VAULT).hidden["number"]
    azure.send("DELETE", VAULT)
    (one,) = deleted(azure)
    accepted = azure.send("POST", f"{one['id']}/undelete", BACK, api=VERSION)
    assert (accepted.status, accepted.document, accepted.headers["Retry-After"]) == (202, None, "60")
    url = accepted.headers["Azure-AsyncOperation"]
    assert url.startswith(f"https://127.0.0.1{one['id']}/operations/")
    assert accepted.headers["Location"].partition("?")[0] == url.partition("?")[0]
    assert azure.send("GET", url).document["status"] == "InProgress"
    azure.clock.advance(60)
    assert azure.send("GET", url).document["status"] == "Succeeded"
    vault = azure.get()
    assert (vault["tags"], vault["properties"]["privateEndpointStateForBackup"]) == ({"a": "b"}, "None")
    assert "privateEndpointConnections" not in vault["properties"]
    assert azure.arm.store.get(VAULT).hidden["number"] == number
    assert deleted(azure) == []


@pytest.mark.parametrize(
    ("body", "again", "status"),
    [({}, False, 400), ({"properties": {"recoveryResourceGroupId": f"{GROUP}-none"}}, False, 400), (BACK, True, 409)],
)
def test_what_does_not_come_back(body: dict[str, t.Any], again: bool, status: int) -> None:
    azure = Azure()
    azure.create()
    azure.send("DELETE", VAULT)
    (one,) = deleted(azure)
    if again:
        azure.create()
    assert azure.send("POST", f"{one['id']}/undelete", body, api=VERSION).status == status
    assert deleted(azure) == [one]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_soft_delete_is_changed_through_the_configuration(method: str) -> None:
    azure = Azure()
    azure.create()
    sent = {"properties": {"softDeleteFeatureState": "AlwaysOn", "softDeleteRetentionPeriodInDays": 30}}
    changed = azure.send(method, CONFIGURATION, sent)
    assert (changed.status, changed.document) == (200, azure.get(CONFIGURATION))
    assert changed.document["properties"]["softDeleteFeatureState"] == "AlwaysON"
    vault = azure.properties()
    assert vault["securitySettings"]["softDeleteSettings"] == {
        "softDeleteRetentionPeriodInDays": 30,
        "softDeleteState": "AlwaysON",
        "enhancedSecurityState": "Enabled",
    }
    assert vault["secureScore"] == "Adequate"


@pytest.mark.parametrize(("method", "status"), [("PUT", 200), ("PATCH", 204)])
def test_redundancy_is_changed_through_the_storage_configuration(method: str, status: int) -> None:
    azure = Azure()
    azure.create()
    local = {"properties": {"storageModelType": "LocallyRedundant"}}
    assert azure.send(method, STORAGE, local).status == status
    assert azure.properties()["redundancySettings"]["standardTierStorageRedundancy"] == "LocallyRedundant"
    refused = azure.send(method, STORAGE, {"properties": {"crossRegionRestoreFlag": True}})
    assert refused.status == 400
    elsewhere = {"properties": {"storageModelType": "GeoRedundant", "crossRegionRestoreFlag": True}}
    assert azure.send(method, STORAGE, elsewhere).status == status
    assert azure.get(STORAGE)["properties"] == {
        "storageModelType": "GeoRedundant",
        "storageType": "GeoRedundant",
        "storageTypeState": "Unlocked",
        "crossRegionRestoreFlag": True,
    }


def test_a_client_s_own_integrity_key_is_kept() -> None:
    azure = Azure()
    azure.create()
    assert azure.send("PUT", EXTENDED, {"properties": {"integrityKey": "own", "algorithm": "None"}}).status == 200
    assert azure.get(EXTENDED)["properties"] == {"integrityKey": "own", "algorithm": "None"}


def test_a_server_is_unregistered_by_its_identity() -> None:
    entry = {"name": "vault", "resource_group": "rg-backup", "history": {"containers": ["server-1", "server-2"]}}
    azure = Azure({"vaults": [entry]})
    for _twice in range(2):
        assert azure.send("DELETE", f"{VAULT}/registeredIdentities/SERVER-1").status == 204
    query = "?$filter=backupManagementType eq 'MAB'"
    (left,) = azure.get(f"{VAULT}/backupProtectionContainers{query}")["value"]
    assert left["properties"]["friendlyName"] == "server-2"


def test_no_vault_here_is_guarded() -> None:
    azure = Azure()
    azure.create()
    assert azure.get(f"{VAULT}/backupResourceGuardProxies") == {"value": []}
