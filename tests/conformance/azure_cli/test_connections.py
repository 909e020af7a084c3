"""Connections that wait for approval, on the side of the vault or account they lead to.

Two decisions are made by programs of their own, which run beside the tests: after each of them the CLI sleeps for ten
seconds.
"""

from __future__ import annotations

import json
import typing as t

import pytest

from ..evidence import GROUPS
from .cli import AzureCli, started

IN = "--resource-group rg-connections"
PROVIDERS = f"{GROUPS}/rg-connections/providers"
VAULT = f"{PROVIDERS}/Microsoft.RecoveryServices/vaults/vault-decisions"
ACCOUNT = f"{PROVIDERS}/Microsoft.Storage/storageAccounts/decisionsaccount"
DECISIONS = ("approve", "reject")


@pytest.fixture(scope="module", autouse=True)
def network(az: AzureCli) -> None:
    az("group create --name rg-connections --location westeurope")
    prefixes = "--address-prefixes 10.6.0.0/16 --subnet-name endpoints --subnet-prefixes 10.6.1.0/24"
    az(f"network vnet create {IN} --name vnet-app {prefixes}")
    az(f"backup vault create {IN} --name vault-decisions --location westeurope")
    az(f"backup vault identity assign {IN} --name vault-decisions --system-assigned")


@pytest.fixture(scope="module", autouse=True)
def decisions(az: AzureCli, network: None) -> dict[str, t.Any]:
    """What was begun, by the word for it."""
    begun = {}
    for word in DECISIONS:
        ask(az, f"pe-{word}", VAULT, "AzureBackup")
        command = ("network", "private-endpoint-connection", word, "--description", word)
        begun[word] = started(*command, "--id", connection(az, f"pe-{word}")["id"])
    return begun


def ask(az: AzureCli, name: str, target: str, group: str) -> None:
    """Make an endpoint whose connection somebody has to approve."""
    link = f"--private-connection-resource-id {target} --group-id {group} --connection-name to-target"
    manual = "--manual-request true --request-message please"
    subnet = "--vnet-name vnet-app --subnet endpoints"
    az(f"network private-endpoint create {IN} --name {name} {subnet} {link} {manual}")


def connection(az: AzureCli, endpoint: str) -> t.Any:
    """The vault's side of an endpoint's connection."""
    listed = az(f"network private-endpoint-connection list --id {VAULT}")
    return next(one for one in listed if one["properties"]["privateEndpoint"]["id"].endswith(f"/{endpoint}"))


def state_at(az: AzureCli, endpoint: str) -> tuple[str, str, int]:
    """The endpoint's side: status, description, and how many names it publishes."""
    seen = az(f"network private-endpoint show {IN} --name {endpoint}")
    state = seen["manualPrivateLinkServiceConnections"][0]["privateLinkServiceConnectionState"]
    return state["status"], state["description"], len(seen["customDnsConfigs"])


def test_a_connection_is_removed(az: AzureCli) -> None:
    ask(az, "pe-delete", VAULT, "AzureBackup")
    pending = connection(az, "pe-delete")
    assert state_at(az, "pe-delete") == ("Pending", "please", 0)
    assert az(f"network private-endpoint-connection show --id {pending['id']}") == pending
    az(f"network private-endpoint-connection delete --id {pending['id']} --yes")
    assert pending["id"] not in [one["id"] for one in az(f"network private-endpoint-connection list --id {VAULT}")]


def test_a_connection_of_a_storage_account(az: AzureCli) -> None:
    az(f"storage account create {IN} --name decisionsaccount --location westeurope --sku Standard_LRS")
    offered = az(f"storage account private-link-resource list {IN} --account-name decisionsaccount")
    assert "blob" in [one["groupId"] for one in offered]
    ask(az, "pe-blobs", ACCOUNT, "blob")
    (pending,) = az(f"storage account show {IN} --name decisionsaccount")["privateEndpointConnections"]
    assert pending["privateLinkServiceConnectionState"]["status"] == "Pending"
    of = f"{IN} --account-name decisionsaccount --name {pending['name']}"
    az(f"storage account private-endpoint-connection approve {of} --description welcome")
    shown = az(f"storage account private-endpoint-connection show {of}")["privateLinkServiceConnectionState"]
    assert (shown["status"], shown["description"]) == ("Approved", "welcome")
    assert state_at(az, "pe-blobs") == ("Approved", "welcome", 1)
    az(f"storage account private-endpoint-connection delete {of} --yes")
    assert az(f"storage account show {IN} --name decisionsaccount")["privateEndpointConnections"] == []


@pytest.mark.parametrize(("word", "status", "names"), [("approve", "Approved", 2), ("reject", "Rejected", 0)])
def test_a_decision_is_seen_on_both_sides(
    az: AzureCli, decisions: dict[str, t.Any], word: str, status: str, names: int
) -> None:
    printed, said = decisions[word].communicate(timeout=120)
    assert decisions[word].returncode == 0, said
    reported = json.loads(printed)
    assert reported["properties"]["provisioningState"] == "Succeeded"
    assert reported["properties"]["privateLinkServiceConnectionState"]["status"] == status
    assert connection(az, f"pe-{word}") == reported
    assert state_at(az, f"pe-{word}") == (status, word, names)
