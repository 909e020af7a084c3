"""The headers that answers have whatever they are about."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.world import SUBSCRIPTION
from ansible_collections.privatelink.recovery.tests.unit.emulator.client import (
    SUBSCRIPTION_ID,
    ask,
    code,
    emulator,
)

GROUP = f"{SUBSCRIPTION_ID}/resourceGroups/rg-backup"
VAULT = f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/vault"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v"
ZONE = f"{GROUP}/providers/Microsoft.Network/privateDnsZones/example.com"
WORLD = {"resource_groups": [{"name": "rg-backup"}]}
BODIES = {
    VAULT: {"location": "westeurope", "sku": {"name": "Standard"}, "properties": {}},
    NETWORK: {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}},
    ZONE: {"location": "global"},
}
LEFT = "x-ms-ratelimit-remaining-"


@pytest.mark.parametrize(
    ("path", "write", "read"),
    [
        (VAULT, ("subscription-resource-requests", "299"), ("subscription-reads", "11999")),
        (NETWORK, ("subscription-writes", "1199"), ("subscription-reads", "11999")),
        (ZONE, ("subscription-resource-requests", "11999"), ("subscription-resource-requests", "499")),
    ],
)
def test_what_is_left_of_each_provider_s_allowances(path: str, write: tuple[str, str], read: tuple[str, str]) -> None:
    arm = emulator(WORLD)
    for method, (name, value) in (("PUT", write), ("GET", read)):
        headers = ask(arm, method, path, BODIES[path] if method == "PUT" else None).headers
        assert {key: left for key, left in headers.items() if key.startswith(LEFT)} == {LEFT + name: value}
    assert ask(arm, "GET", path).headers[LEFT + read[0]] == str(int(read[1]) - 1)
    arm.clock.advance(3600)
    assert ask(arm, "GET", path).headers[LEFT + read[0]] == read[1]


def test_the_few_deletions_of_vaults_an_hour() -> None:
    arm = emulator(WORLD)
    assert ask(arm, "DELETE", VAULT).headers[f"{LEFT}subscription-resource-requests"] == "9"


def test_ids_tell_the_way_of_a_request() -> None:
    arm = emulator(WORLD)
    headers = ask(arm, "PUT", VAULT, BODIES[VAULT], headers={"x-ms-client-request-id": "mine"}).headers
    assert headers["x-ms-request-id"] == headers["x-ms-correlation-request-id"]
    assert headers["x-ms-client-request-id"] == "mine"
    assert headers["x-ms-routing-request-id"] == f"WESTEUROPE:20270115T080000Z:{headers['x-ms-request-id']}"


def test_the_request_id_of_a_network_write_is_its_operation() -> None:
    arm = emulator(WORLD)
    asked = {"x-ms-client-request-id": "mine"}
    response = ask(arm, "PUT", NETWORK, BODIES[NETWORK], headers=asked)
    assert f"/operations/{response.headers['x-ms-request-id']}?" in response.headers["Azure-AsyncOperation"]
    assert "x-ms-client-request-id" not in response.headers
    asked["x-ms-return-client-request-id"] = "true"
    read = ask(arm, "GET", NETWORK, headers=asked).headers
    assert read["x-ms-request-id"] != read["x-ms-correlation-request-id"]
    assert read["x-ms-client-request-id"] == "mine"


def test_private_dns_takes_the_client_s_id_of_a_request_for_its_own() -> None:
    arm = emulator(WORLD)
    headers = ask(arm, "PUT", ZONE, BODIES[ZONE], headers={"x-ms-client-request-id": "mine"}).headers
    assert (headers["x-ms-request-id"], headers["Cache-Control"]) == ("mine", "private")
    assert ask(arm, "GET", ZONE).headers["x-ms-request-id"] not in ("mine", "")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (VAULT, "ResourceNotFound"),
        (f"{SUBSCRIPTION_ID}/resourceGroups/none", "ResourceGroupNotFound"),
        (f"{ZONE}/virtualNetworkLinks", "ParentResourceNotFound"),
        (SUBSCRIPTION_ID.replace(SUBSCRIPTION[:8], "99999999"), "SubscriptionNotFound"),
        (f"{GROUP}/providers/Microsoft.Nothing/things/thing", "InvalidResourceType"),
    ],
)
def test_what_the_gateway_refuses_says_so_and_costs_nothing(path: str, expected: str) -> None:
    answer = ask(emulator(WORLD), "GET", path)
    assert answer.headers["x-ms-failure-cause"] == "gateway"
    assert not [name for name in answer.headers if name.startswith(LEFT)]
    assert code(answer) == expected


def test_what_a_provider_refuses_does_not_blame_the_gateway() -> None:
    answer = ask(emulator(WORLD), "PUT", NETWORK, {"location": "westeurope"})
    assert code(answer) == "NoAddressPrefixProvided"
    assert "x-ms-failure-cause" not in answer.headers


def test_a_missing_resource_in_azure_s_words() -> None:
    assert ask(emulator(WORLD), "GET", VAULT).document["error"]["message"] == (
        "The Resource 'Microsoft.RecoveryServices/vaults/vault' under resource group 'rg-backup' was not found. For more "
        "details please go to https://aka.ms/ARMResourceNotFoundFix"
    )


def test_sign_in_has_an_id_and_no_more() -> None:
    headers = ask(emulator(), "GET", "/metadata/endpoints").headers
    assert "x-ms-request-id" in headers
    assert "x-ms-correlation-request-id" not in headers
