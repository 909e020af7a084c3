"""Recovery Services vaults."""

from __future__ import annotations

import pytest

from ..evidence import GROUPS, Evidence
from .cli import AzureCli

IN = "--resource-group rg-vaults"
VAULT = f"{GROUPS}/rg-vaults/providers/Microsoft.RecoveryServices/vaults/vault-story"


@pytest.fixture(scope="module", autouse=True)
def group(az: AzureCli) -> None:
    az("group create --name rg-vaults --location westeurope")


def test_a_vault_from_beginning_to_end(az: AzureCli, evidence: Evidence) -> None:
    of = f"{IN} --name vault-story"
    made = az(f"backup vault create {of} --location westeurope --tags a=b")
    assert az.sent() == [
        "GET vaults 2026-07-01 404",
        "PUT vaults 2026-07-01 201",
        "GET operationStatus 2026-07-01 200",
        "GET vaults 2026-07-01 200",
    ]
    assert (made["id"], made["location"], made["tags"], made["identity"]) == (VAULT, "westeurope", {"a": "b"}, None)
    assert made["properties"]["provisioningState"] == "Succeeded"

    closed = az(f"backup vault update {of} --public-network-access Disable")
    assert closed["properties"]["publicNetworkAccess"] == "Disabled"
    assigned = az(f"backup vault identity assign {of} --system-assigned")["identity"]
    # Switched on at once, as recorded since 2024-04-01 (test_backup_identity.yaml of azure-cli).
    assert "PATCH vaults 2026-07-01 200" in az.sent()
    assert az(f"backup vault identity show {of}") == assigned
    assert (assigned["type"], len(assigned["principalId"])) == ("SystemAssigned", 36)

    again = az(f"backup vault create {of} --location westeurope --tags a=c")
    assert (again["identity"], again["tags"]) == (assigned, {"a": "c"})
    assert az(f"backup vault show {of}") == again
    assert [one["name"] for one in az(f"backup vault list {IN}")] == ["vault-story"]

    az(f"backup vault delete {of} --yes")
    assert evidence.document(VAULT) is None
    az(f"backup vault delete {of} --yes")
    assert az.sent() == ["DELETE vaults 2026-07-01 204"]
    assert az.refused(f"backup vault show {of}") == (3, "ResourceNotFound")


def test_what_a_new_vault_holds(az: AzureCli) -> None:
    az(f"backup vault create {IN} --name vault-new --location westeurope")
    of = f"{IN} --vault-name vault-new"
    assert az(f"backup item list {of}") == []
    assert az(f"backup container list {of} --backup-management-type AzureWorkload") == []
    assert az(f"backup job list {of}") == []
    storage, vault = az(f"backup vault backup-properties show {IN} --name vault-new")
    assert storage["properties"]["storageType"] == "GeoRedundant"
    assert vault["name"] == "vaultconfig"


def test_what_protects_a_vault_from_deletion(az: AzureCli) -> None:
    of = f"{IN} --name vault-safe"
    made = az(f"backup vault create {of} --location westeurope")
    changed = az(f"backup vault backup-properties set {of} --soft-delete-duration 30")
    assert changed["properties"]["softDeleteRetentionPeriodInDays"] == 30
    settings = az(f"backup vault show {of}")["properties"]["securitySettings"]["softDeleteSettings"]
    assert settings["softDeleteRetentionPeriodInDays"] == 30
    az(f"backup vault delete {of} --yes")
    deleted = az("backup deleted-vault list --location westeurope")
    (name,) = [one["name"] for one in deleted if one["properties"]["vaultId"] == made["id"]]
    at = f"--location westeurope --name {name}"
    assert az(f"backup deleted-vault get {at}")["name"] == name
    az(f"backup deleted-vault undelete {at}")
    assert az(f"backup vault show {of}")["id"] == made["id"]
