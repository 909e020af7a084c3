"""Vaults and Microsoft.Network together: what an operator sees on both sides of an endpoint."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.tests.unit.emulator import client
from ansible_collections.privatelink.recovery.tests.unit.emulator.recovery_support import GROUP, START, VAULT

ENDPOINT = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/network"
CONNECTION = "privateLinkServiceConnections"


class Azure(client.Azure):
    """The recovery services and the network of one emulator; the caller is the world's operator."""

    def __init__(self, **vault: t.Any) -> None:
        world = {
            "vaults": [{"name": "vault", "resource_group": "rg-backup", "location": "westeurope", **vault}],
            "virtual_networks": [
                {
                    "name": "network",
                    "resource_group": "rg-backup",
                    "location": "westeurope",
                    "address_prefixes": ["10.0.0.0/16"],
                    "subnets": [{"name": "endpoints", "address_prefix": "10.0.0.0/24"}],
                }
            ],
        }
        super().__init__(world, api="2024-04-01", now=START)

    def ask(self, method: str, path: str, body: t.Any = None) -> t.Any:
        response = self.send(method, path, body)
        assert response.status < 300, response
        return response.document

    def connect(self, field: str = CONNECTION, group: str = "AzureBackup") -> None:
        connection = {"name": "c", "properties": {"privateLinkServiceId": VAULT, "groupIds": [group]}}
        self.ask(
            "PUT",
            ENDPOINT,
            {
                "location": "westeurope",
                "properties": {
                    "subnet": {"id": f"{NETWORK}/subnets/endpoints"},
                    field: [connection],
                },
            },
        )

    def endpoint(self) -> t.Any:
        return self.ask("GET", ENDPOINT)["properties"]

    def vault_connection(self) -> t.Any:
        return self.ask("GET", VAULT)["properties"]["privateEndpointConnections"][0]

    def event(self, name: str, **payload: t.Any) -> None:
        self.arm.events[name]({"vault": VAULT, **payload})


@pytest.mark.parametrize(
    ("group", "event", "before", "after"),
    [
        ("AzureBackup", "machine_registered", 2, 10),
        ("AzureSiteRecovery", "replication_enabled", 5, 7),
    ],
)
def test_new_names_take_new_addresses(group: str, event: str, before: int, after: int) -> None:
    azure = Azure()
    azure.connect(group=group)
    first = azure.endpoint()["customDnsConfigs"]
    azure.event(event, source_location="northeurope")
    second = azure.endpoint()["customDnsConfigs"]
    assert (len(first), len(second)) == (before, after)
    assert second[:before] == first
    addresses = [address for config in second for address in config["ipAddresses"]]
    assert len(set(addresses)) == after


def test_a_used_vault_fails_the_endpoint_without_names() -> None:
    azure = Azure(history={"attempts": ["backup"]})
    azure.connect()
    assert (azure.endpoint()["provisioningState"], azure.endpoint()["customDnsConfigs"]) == ("Failed", [])
    assert azure.vault_connection()["properties"]["provisioningState"] == "Failed"


def test_a_manual_connection_waits_for_the_vault_and_can_be_rejected_there() -> None:
    azure = Azure()
    azure.connect("manualPrivateLinkServiceConnections")
    assert azure.endpoint()["customDnsConfigs"] == []
    for status, names in (("Approved", 2), ("Rejected", 0)):
        connection = azure.vault_connection()
        connection["properties"]["privateLinkServiceConnectionState"]["status"] = status
        azure.ask("PUT", connection["id"], connection)
        sent = azure.endpoint()["manualPrivateLinkServiceConnections"][0]
        assert sent["properties"]["privateLinkServiceConnectionState"]["status"] == status
        assert len(azure.endpoint()["customDnsConfigs"]) == names


def test_the_connection_goes_with_the_endpoint_and_the_other_way_leaves_it_disconnected() -> None:
    azure = Azure()
    azure.connect()
    azure.ask("DELETE", azure.vault_connection()["id"])
    state = azure.endpoint()[CONNECTION][0]["properties"]["privateLinkServiceConnectionState"]
    assert (state["status"], azure.endpoint()["customDnsConfigs"]) == ("Disconnected", [])
    azure.ask("DELETE", ENDPOINT)
    azure.connect()
    azure.ask("GET", ENDPOINT)
    azure.ask("DELETE", ENDPOINT)
    assert "privateEndpointConnections" not in azure.ask("GET", VAULT)["properties"]
