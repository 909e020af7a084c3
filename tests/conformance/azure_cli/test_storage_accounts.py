"""Storage accounts."""

from __future__ import annotations

import pytest

from ..evidence import GROUPS, Evidence
from .cli import AzureCli

IN = "--resource-group rg-storage"
OF = f"{IN} --name storyaccount"
ACCOUNT = f"{GROUPS}/rg-storage/providers/Microsoft.Storage/storageAccounts/storyaccount"
CREATE = f"storage account create {OF} --location westeurope --sku Standard_LRS"


@pytest.fixture(scope="module", autouse=True)
def group(az: AzureCli) -> None:
    az("group create --name rg-storage --location westeurope")


def test_an_account_from_beginning_to_end(az: AzureCli, evidence: Evidence) -> None:
    assert az("storage account check-name --name storyaccount")["nameAvailable"] is True
    made = az(CREATE)
    assert az.sent() == [
        "POST checkNameAvailability 2025-08-01 200",
        "PUT storageAccounts 2025-08-01 202",
        "GET asyncoperations 2025-08-01 200",
    ]
    assert (made["id"], made["kind"], made["sku"]["name"]) == (ACCOUNT, "StorageV2", "Standard_LRS")
    assert made["networkRuleSet"]["defaultAction"] == "Allow"
    closed = az(f"storage account update {OF} --default-action Deny --bypass AzureServices")
    assert az.sent() == ["GET storageAccounts 2025-08-01 200", "PATCH storageAccounts 2025-08-01 200"]
    assert closed["networkRuleSet"]["defaultAction"] == "Deny"
    az(f"storage account network-rule add {IN} --account-name storyaccount --ip-address 203.0.113.7")
    shown = az(f"storage account show {OF}")
    assert [one["ipAddressOrRange"] for one in shown["networkRuleSet"]["ipRules"]] == ["203.0.113.7"]
    assert (shown["networkRuleSet"]["defaultAction"], shown["networkRuleSet"]["bypass"]) == ("Deny", "AzureServices")
    assert az("storage account show --name storyaccount") == shown
    assert az.sent()[0] == "GET storageAccounts 2025-08-01 200"
    assert az(CREATE)["id"] == ACCOUNT
    assert len(az(f"storage account keys list {IN} --account-name storyaccount")) == 2

    retention = "--enable-delete-retention true --delete-retention-days 7"
    az(f"storage account blob-service-properties update {IN} --account-name storyaccount {retention}")
    kept = az(f"storage account blob-service-properties show {IN} --account-name storyaccount")
    assert (kept["deleteRetentionPolicy"]["enabled"], kept["deleteRetentionPolicy"]["days"]) == (True, 7)

    az(f"storage account delete {OF} --yes")
    assert evidence.document(ACCOUNT) is None
    assert az.refused(f"storage account show {OF}") == (3, "ResourceNotFound")
