"""Resource groups, what is in them, their locks and their history."""

from __future__ import annotations

from ..evidence import GROUPS, Evidence
from .cli import AzureCli

NETWORK = f"{GROUPS}/rg-groups/providers/Microsoft.Network/virtualNetworks/vnet-groups"


def test_a_group_from_beginning_to_end(az: AzureCli, evidence: Evidence) -> None:
    made = az("group create --name rg-story --location westeurope --tags stage=one")
    assert az.sent() == ["PUT resourcegroups 2024-11-01 201"]
    assert (made["location"], made["tags"]) == ("westeurope", {"stage": "one"})
    assert made["properties"]["provisioningState"] == "Succeeded"
    assert az("group update --name rg-story --tags stage=two")["tags"] == {"stage": "two"}
    assert az("group show --name rg-story")["tags"] == {"stage": "two"}
    assert "rg-story" in [one["name"] for one in az("group list")]
    assert az("group exists --name rg-story") is True
    assert az.sent() == ["HEAD resourcegroups 2024-11-01 204"]
    az("group delete --name rg-story --yes")
    assert az.sent() == ["DELETE resourcegroups 2024-11-01 202", "GET operationresults 2024-11-01 200"]
    assert az("group exists --name rg-story") is False
    assert evidence.document(f"{GROUPS}/rg-story") is None
    assert az.refused("group show --name rg-story") == (3, "ResourceGroupNotFound")
    assert az.refused("group delete --name rg-story --yes") == (3, "ResourceGroupNotFound")


def test_what_is_in_a_group(az: AzureCli) -> None:
    az("group create --name rg-groups --location westeurope")
    az("network vnet create --resource-group rg-groups --name vnet-groups --address-prefixes 10.9.0.0/16")
    (listed,) = az("resource list --resource-group rg-groups")
    assert az.sent() == ["GET resourcegroups 2024-11-01 200", "GET resources 2024-11-01 200"]
    assert (listed["id"], listed["type"]) == (NETWORK, "Microsoft.Network/virtualNetworks")
    assert listed["provisioningState"] == "Succeeded"
    assert az(f"resource show --ids {NETWORK}")["properties"]["addressSpace"]["addressPrefixes"] == ["10.9.0.0/16"]
    assert az(f"resource tag --ids {NETWORK} --tags a=b")["tags"] == {"a": "b"}
    assert [one["id"] for one in az("resource list --tag a=b")] == [NETWORK]
    assert az.refused(f"resource show --ids {NETWORK}-none") == (3, "ResourceNotFound")


def test_a_lock_holds_until_it_is_removed(az: AzureCli) -> None:
    az("group create --name rg-locked --location westeurope")
    az("lock create --name keep --resource-group rg-locked --lock-type CanNotDelete")
    assert [one["level"] for one in az("lock list --resource-group rg-locked")] == ["CanNotDelete"]
    assert az.refused("group delete --name rg-locked --yes") == (1, "ScopeLocked")
    az("lock delete --name keep --resource-group rg-locked")
    az("group delete --name rg-locked --yes --no-wait")
    az("group wait --name rg-locked --deleted")


def test_what_was_done_is_in_the_activity_log(az: AzureCli) -> None:
    az("group create --name rg-logged --location westeurope")
    (logged,) = az("monitor activity-log list --resource-group rg-logged --offset 1h")
    assert logged["operationName"]["value"] == "Microsoft.Resources/subscriptions/resourceGroups/write"
    assert logged["status"]["value"] == "Succeeded"
