"""Key vaults as Azure answers them: the documents, deletion and the way back, and the connections of private endpoints."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.extensions.emulator.world import WorldError
from ansible_collections.privatelink.recovery.tests.unit.emulator.client import SUBSCRIPTION_ID, Azure

API = "2023-07-01"
GROUP = f"{SUBSCRIPTION_ID}/resourceGroups/rg"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/contosokv"
ENDPOINT = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/kvpe"
DELETED = f"{SUBSCRIPTION_ID}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/contosokv"
NEW: JSON = {"tenantId": "x", "sku": {"family": "A", "name": "standard"}, "accessPolicies": []}
BODY: JSON = {"location": "West Europe", "properties": NEW}


def azure(latency: t.Mapping[str, float] | None = None, **world: t.Any) -> Azure:
    network = {
        "name": "vnet", "resource_group": "rg", "location": "westeurope", "address_prefixes": ["10.1.0.0/16"],
        "subnets": [{"name": "endpoints", "address_prefix": "10.1.1.0/24"}],
    }  # fmt: skip
    vaults = [{"name": "contosokv", "resource_group": "rg"}]
    return Azure({"key_vaults": vaults, "virtual_networks": [network], **world}, latency, api=API)


def linked(**more: t.Any) -> list[JSON]:
    """An endpoint that leads to the vault."""
    return [
        {
            "name": "kvpe", "resource_group": "rg", "virtual_network": "vnet", "subnet": "endpoints",
            "target": VAULT, "group_id": "vault", **more,
        }
    ]  # fmt: skip


def test_a_new_vault_registers_its_name_first() -> None:
    cloud = azure({"key_vault.create": 5}, key_vaults=[{"name": "other", "resource_group": "rg"}])
    made = cloud.send("PUT", VAULT, BODY)
    assert made.status == 200
    assert made.document["properties"]["provisioningState"] == "RegisteringDns"
    assert made.document["properties"]["vaultUri"] == "https://contosokv.vault.azure.net"
    assert "networkAcls" not in made.document["properties"]
    assert "Azure-AsyncOperation" not in made.headers and "Location" not in made.headers
    cloud.clock.advance(5)
    found = cloud.get(VAULT)["properties"]
    assert (found["provisioningState"], found["vaultUri"]) == ("Succeeded", "https://contosokv.vault.azure.net/")


def test_rules_show_only_when_they_restrict() -> None:
    cloud = azure()
    rules = {"defaultAction": "Deny", "bypass": "AzureServices"}
    denied = cloud.send("PATCH", VAULT, {"properties": {"networkAcls": rules}})
    assert denied.document["properties"]["networkAcls"]["defaultAction"] == "Deny"
    opened = cloud.send("PUT", VAULT, {**BODY, "properties": {"networkAcls": {"defaultAction": "Allow"}}})
    assert "networkAcls" not in opened.document["properties"]


@pytest.mark.parametrize("missing", ["tenantId", "sku", "accessPolicies"])
def test_a_new_vault_without_what_it_needs_is_refused(missing: str) -> None:
    cloud = azure(key_vaults=[{"name": "other", "resource_group": "rg"}])
    properties = {name: value for name, value in NEW.items() if name != missing}
    refused = cloud.send("PUT", VAULT, {**BODY, "properties": properties})
    assert refused.status == 400 and missing in refused.document["error"]["message"]
    if missing == "accessPolicies":
        roles = {**BODY, "properties": {**properties, "enableRbacAuthorization": True}}
        assert cloud.send("PUT", VAULT, roles).status == 200


@pytest.mark.parametrize("given", [{"enablePurgeProtection": False}, {"softDeleteRetentionInDays": 30}])
def test_what_is_set_once_is_not_taken_back(given: JSON) -> None:
    cloud = azure()
    before = cloud.get(VAULT)
    refused = cloud.send("PATCH", VAULT, {"properties": given})
    assert refused.status == 400 and next(iter(given)) in refused.document["error"]["message"]
    assert cloud.get(VAULT) == before
    assert cloud.send("PATCH", VAULT, {"properties": {"enablePurgeProtection": True}}).status == 200


def test_whether_a_name_is_free_is_asked() -> None:
    cloud = azure(
        key_vaults=[
            {"name": "taken", "resource_group": "rg"},
            {"name": "gone", "resource_group": "rg", "deleted": True},
        ]
    )
    path = f"{SUBSCRIPTION_ID}/providers/Microsoft.KeyVault/checkNameAvailability"
    for name, reason in (
        ("taken", "AlreadyExists"),
        ("gone", "AlreadyExists"),
        ("1", "AccountNameInvalid"),
        ("free", None),
    ):
        answer = cloud.send("POST", path, {"name": name, "type": "Microsoft.KeyVault/vaults"}).document
        assert (answer["nameAvailable"], answer.get("reason")) == (reason is None, reason)


def test_access_policies_are_added_replaced_and_taken_away() -> None:
    cloud = azure()

    def change(kind: str, *names: str) -> list[str]:
        rows = [{"tenantId": "x", "objectId": name, "permissions": {"secrets": ["get"]}} for name in names]
        sent = cloud.send("PUT", f"{VAULT}/accessPolicies/{kind}", {"properties": {"accessPolicies": rows}})
        assert sent.status == 200 and sent.document["type"] == "Microsoft.KeyVault/vaults/accessPolicies"
        return [row["objectId"] for row in cloud.get(VAULT)["properties"]["accessPolicies"]]

    assert change("add", "one") == ["one"]
    assert change("add", "two") == ["one", "two"]
    assert change("remove", "one") == ["two"]
    assert change("replace", "three") == ["three"]
    assert cloud.send("PUT", f"{VAULT}/accessPolicies/other", {"properties": {}}).status == 400


@pytest.mark.parametrize("name", ["1kv", "kv--1", "kv-", "k" * 25])
def test_a_name_azure_does_not_take_is_refused(name: str) -> None:
    refused = azure().send("PUT", VAULT.replace("contosokv", name), BODY)
    assert (refused.status, refused.document["error"]["code"]) == (400, "VaultNameNotValid")


def test_a_name_is_taken_in_all_of_azure() -> None:
    cloud = azure(resource_groups=[{"name": "second", "location": "westeurope"}])
    taken = cloud.send("PUT", VAULT.replace("resourceGroups/rg/", "resourceGroups/second/"), BODY)
    assert (taken.status, taken.document["error"]["code"]) == (409, "VaultAlreadyExists")


def test_a_deleted_vault_is_listed_keeps_its_name_and_comes_back() -> None:
    cloud = azure()
    gone = cloud.send("DELETE", VAULT)
    assert (gone.status, gone.document) == (200, None)
    assert cloud.send("GET", VAULT).status == 404
    listed = cloud.get(f"{SUBSCRIPTION_ID}/providers/Microsoft.KeyVault/deletedVaults")["value"]
    assert [row["properties"]["vaultId"] for row in listed] == [VAULT]
    refused = cloud.send("PUT", VAULT, BODY)
    assert (refused.status, refused.document["error"]["code"]) == (409, "ConflictError")
    back = cloud.send("PUT", VAULT, {"location": "westeurope", "properties": {"createMode": "recover"}})
    assert back.status == 200 and cloud.get(VAULT)["name"] == "contosokv"
    assert cloud.send("GET", DELETED).status == 404


def test_purging_takes_time_and_frees_the_name() -> None:
    cloud = azure({"key_vault.purge": 30}, key_vaults=[{"name": "contosokv", "resource_group": "rg", "deleted": True}])
    accepted = cloud.send("POST", f"{DELETED}/purge")
    assert accepted.status == 202 and "Azure-AsyncOperation" not in accepted.headers
    assert cloud.send("GET", accepted.headers["Location"]).status == 202
    cloud.clock.advance(30)
    assert cloud.send("GET", accepted.headers["Location"]).status == 200
    assert cloud.send("PUT", VAULT, BODY).status == 200


def test_a_connection_has_the_name_its_endpoint_gives_it_and_no_description() -> None:
    cloud = azure(private_endpoints=linked())
    (shown,) = cloud.get(VAULT)["properties"]["privateEndpointConnections"]
    assert set(shown) == {"id", "properties"}
    assert shown["id"] == f"{VAULT}/privateEndpointConnections/kvpe"
    assert shown["properties"]["privateLinkServiceConnectionState"] == {"status": "Approved", "actionsRequired": "None"}
    found = cloud.get(shown["id"])
    assert (found["name"], found["type"]) == ("kvpe", "Microsoft.KeyVault/vaults/privateEndpointConnections")
    connection = cloud.get(ENDPOINT, api="2024-05-01")["properties"]["privateLinkServiceConnections"][0]
    assert connection["properties"]["privateLinkServiceConnectionState"]["description"] == ""


def test_a_rejected_connection_can_be_approved_again() -> None:
    cloud = azure({"key_vault.connection": 65}, private_endpoints=linked())
    connection = f"{VAULT}/privateEndpointConnections/kvpe"
    for status in ("Rejected", "Approved"):
        state = {"status": status, "description": "", "actionsRequired": "None"}
        body = {"properties": {"privateEndpoint": {}, "privateLinkServiceConnectionState": state}}
        sent = cloud.send("PUT", connection, body)
        assert sent.status == 200 and "Location" not in sent.headers
        assert sent.document["properties"]["provisioningState"] == "Updating"
        assert sent.document["properties"]["privateLinkServiceConnectionState"]["status"] == status
        assert cloud.get(sent.headers["Azure-AsyncOperation"])["status"] == "InProgress"
        cloud.clock.advance(65)
        assert cloud.get(sent.headers["Azure-AsyncOperation"])["status"] == "Succeeded"
        found = cloud.get(connection)
        assert found["properties"]["provisioningState"] == "Succeeded" and len(found["etag"]) == 32
        endpoint = cloud.get(ENDPOINT, api="2024-05-01")["properties"]["privateLinkServiceConnections"][0]
        assert endpoint["properties"]["privateLinkServiceConnectionState"]["status"] == status


def test_whether_it_can_is_a_setting() -> None:
    cloud = azure(private_endpoints=linked(status="Rejected"), settings={"key_vault_rejected_can_be_approved": False})
    body = {"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}
    assert cloud.send("PUT", f"{VAULT}/privateEndpointConnections/kvpe", body).status == 400


def test_a_connection_is_deleted_with_a_location_alone() -> None:
    cloud = azure(private_endpoints=linked())
    gone = cloud.send("DELETE", f"{VAULT}/privateEndpointConnections/kvpe")
    assert gone.status == 202 and "Azure-AsyncOperation" not in gone.headers
    assert cloud.send("GET", gone.headers["Location"]).status == 200
    assert "privateEndpointConnections" not in cloud.get(VAULT)["properties"]


def test_the_zone_is_vaultcore_and_the_record_leads_to_the_endpoint() -> None:
    zone = {
        "name": "privatelink.vaultcore.azure.net",
        "resource_group": "rg",
        "virtual_network_links": [{"name": "vnet", "virtual_network": "vnet"}],
    }
    cloud = azure(
        private_dns_zones=[zone], private_endpoints=linked(zone_group={"name": "default", "zones": [zone["name"]]})
    )
    (resource,) = cloud.get(f"{VAULT}/privateLinkResources")["value"]
    assert resource["properties"]["requiredZoneNames"] == [zone["name"]]
    record = cloud.get(
        f"{GROUP}/providers/Microsoft.Network/privateDnsZones/{zone['name']}/A/contosokv", api="2024-06-01"
    )
    assert record["properties"]["aRecords"] == [{"ipv4Address": "10.1.1.4"}]


def test_another_group_is_refused() -> None:
    body = {
        "location": "westeurope",
        "properties": {
            "subnet": {"id": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/endpoints"},
            "privateLinkServiceConnections": [
                {"name": "kvpe", "properties": {"privateLinkServiceId": VAULT, "groupIds": ["Default"]}}
            ],
        },
    }
    refused = azure().send("PUT", ENDPOINT, body, api="2024-05-01")
    assert refused.status == 400 and "vault" in refused.document["error"]["message"]


def test_a_world_with_a_bad_name_is_an_error_of_the_world() -> None:
    with pytest.raises(WorldError, match="key vault 1"):
        azure(key_vaults=[{"name": "1", "resource_group": "rg"}])
