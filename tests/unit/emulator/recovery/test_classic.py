"""Classic (v1) endpoints of Backup: what the vault's identity makes beside them, and what it takes for that."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.tests.unit.emulator import client

SUBSCRIPTION = client.SUBSCRIPTION_ID
GROUPS = f"{SUBSCRIPTION}/resourceGroups"
VAULT = f"{GROUPS}/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault"
NETWORK = f"{GROUPS}/rg-network/providers/Microsoft.Network/virtualNetworks/network"
ENDPOINTS = f"{GROUPS}/rg-endpoints/providers/Microsoft.Network/privateEndpoints"
ENDPOINT = f"{ENDPOINTS}/pe"
IDENTITY = "77777777-7777-4777-8777-777777777777"
ZONES = f"{GROUPS}/rg-dns/providers/Microsoft.Network/privateDnsZones"
STORAGE_ZONES = ("privatelink.blob.core.windows.net", "privatelink.queue.core.windows.net")
#: The least that the article asks for: role, its one action, where it is given.
CUSTOM = {
    "PrivateEndpointContributor": ("Microsoft.Network/privateEndpoints/*", f"{GROUPS}/rg-endpoints"),
    "NetworkInterfaceReader": ("Microsoft.Network/networkInterfaces/read", f"{GROUPS}/rg-endpoints"),
    "PrivateEndpointSubnetContributor": ("Microsoft.Network/virtualNetworks/subnets/join/action", NETWORK),
}
GRANTS = {
    **{role: scope for role, (_action, scope) in CUSTOM.items()},
    "Private DNS Zone Contributor": f"{GROUPS}/rg-dns",
}


def world(**settings: t.Any) -> JSON:
    return {
        "resource_groups": [{"name": name} for name in ("rg-backup", "rg-network", "rg-endpoints", "rg-dns")],
        "vaults": [
            {
                "name": "vault",
                "resource_group": "rg-backup",
                "identity": "SystemAssigned",
                "principal_id": IDENTITY,
                "backup_experience": "v1",
            }
        ],
        "virtual_networks": [
            {
                "name": "network",
                "resource_group": "rg-network",
                "location": "westeurope",
                "address_prefixes": ["10.0.0.0/16"],
                "subnets": [
                    {"name": "endpoints", "address_prefix": "10.0.0.0/24"},
                    {"name": "small", "address_prefix": "10.0.1.0/28"},
                ],
            }
        ],
        "private_dns_zones": [
            {
                "name": name,
                "resource_group": "rg-dns",
                "virtual_network_links": [{"name": "link", "virtual_network": "network"}],
            }
            for name in STORAGE_ZONES
        ],
        "settings": settings,
    }


class Azure(client.Azure):
    """An Azure with one classic vault."""

    def __init__(self, given: JSON | None = None, latency: t.Mapping[str, float] | None = None) -> None:
        super().__init__(given or world(), latency, api="2024-04-01")

    def grant(self, *roles: str) -> None:
        """Give the vault's identity roles at the scopes of the article."""
        for number, role in enumerate(roles):
            if role in CUSTOM:
                guid = f"99999999-9999-4999-8999-99999999999{number}"
                body = {
                    "properties": {
                        "roleName": role,
                        "assignableScopes": [SUBSCRIPTION],
                        "permissions": [{"actions": [CUSTOM[role][0]]}],
                    }
                }
                made = self.send(
                    "PUT",
                    f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{guid}",
                    body,
                    api="2022-04-01",
                )
                assert made.status == 201, made.document
            else:
                guid = "b12aa53e-6015-4669-85d0-8515ebb3ae7f"
            name = f"88888888-8888-4888-8888-88888888888{number}"
            body = {
                "properties": {
                    "roleDefinitionId": f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{guid}",
                    "principalId": IDENTITY,
                    "principalType": "ServicePrincipal",
                }
            }
            path = f"{GRANTS[role]}/providers/Microsoft.Authorization/roleAssignments/{name}"
            made = self.send("PUT", path, body, api="2022-04-01")
            assert made.status == 201, made.document

    def connect(self, field: str = "privateLinkServiceConnections", subnet: str = "endpoints") -> JSON:
        connection = {"name": "c", "properties": {"privateLinkServiceId": VAULT, "groupIds": ["AzureBackup"]}}
        body = {
            "location": "westeurope",
            "properties": {"subnet": {"id": f"{NETWORK}/subnets/{subnet}"}, field: [connection]},
        }
        made = self.send("PUT", ENDPOINT, body)
        assert made.status == 201, made.document
        return self.get(ENDPOINT)

    def endpoints(self) -> dict[str, JSON]:
        """The endpoints of the group by name."""
        self.arm.scheduler.settle()
        return {one["name"]: one for one in self.get(ENDPOINTS)["value"]}

    def records(self) -> dict[str, str]:
        """The addresses in the two storage zones, by record and service."""
        found = [(zone, one) for zone in STORAGE_ZONES for one in self.get(f"{ZONES}/{zone}/A")["value"]]
        return {
            f"{one['name']} {zone.split('.')[1]}": one["properties"]["aRecords"][0]["ipv4Address"]
            for zone, one in found
        }

    def event(self, name: str, **payload: t.Any) -> JSON:
        self.arm.scheduler.settle()
        return self.arm.events[name]({"vault": VAULT, **payload})


def names(endpoint: JSON) -> list[str]:
    return [one["fqdn"] for one in endpoint["properties"]["customDnsConfigs"]]


@pytest.mark.parametrize("latency", [None, {"private_endpoint.create": 11}])
def test_with_the_four_grants_a_classic_endpoint_comes_up_complete(latency: t.Mapping[str, float] | None) -> None:
    azure = Azure(latency=latency)
    azure.grant(*GRANTS)
    azure.connect()
    azure.clock.advance(60)
    assert len(names(azure.endpoints()["pe"])) == 8
    assert all(name.endswith(".privatelink.we.backup.windowsazure.com") for name in names(azure.endpoints()["pe"]))
    assert list(azure.endpoints()) == ["pe"]
    assert azure.event("machine_registered")["succeeded"]
    azure.clock.advance(60)
    found = azure.endpoints()
    (blob,) = [name for name in found if name.startswith("pe_ecs") and name.endswith("_blob")]
    (queue,) = [name for name in found if name.startswith("pe_ecs") and name.endswith("_queue")]
    assert len(found) == 3 and len(names(found["pe"])) == 8
    assert azure.event("first_backup")["succeeded"]
    azure.clock.advance(60)
    found = azure.endpoints()
    (backup,) = [name for name in found if name.startswith("pe_prot") and name.endswith("_blob")]
    # Eleven addresses in all, and a record for each of the three names of storage.
    addresses = [one["ipAddresses"][0] for each in found.values() for one in each["properties"]["customDnsConfigs"]]
    assert len(addresses) == len(set(addresses)) == 11
    shown = {name: found[name]["properties"]["customDnsConfigs"][0] for name in (blob, queue, backup)}
    assert {one["ipAddresses"][0] for one in shown.values()} == set(azure.records().values())
    for each in (blob, queue, backup):
        state = found[each]["properties"]["privateLinkServiceConnections"][0]["properties"]
        assert state["privateLinkServiceConnectionState"]["status"] == "Approved"
        assert "/Microsoft.Storage/storageAccounts/" in state["privateLinkServiceId"]
        assert found[each]["properties"]["provisioningState"] == "Succeeded"


@pytest.mark.parametrize("role", GRANTS)
@pytest.mark.parametrize("when", ["registration", "approval"])
def test_without_any_one_of_the_grants_it_does_not(when: str, role: str) -> None:
    azure = Azure(world(classic_storage_endpoints=when))
    azure.grant(*[one for one in GRANTS if one != role])
    azure.connect()
    answer = azure.event("machine_registered")
    children = [name for name in azure.endpoints() if name != "pe"]
    if role in ("PrivateEndpointContributor", "PrivateEndpointSubnetContributor"):
        assert children == [] and not answer["succeeded"]
        assert answer["message"].startswith("UserErrorVMInternetConnectivityIssue")
        assert {
            "PrivateEndpointContributor": "privateEndpoints/write",
            "PrivateEndpointSubnetContributor": "join/action",
        }[role] in answer["message"]
        assert azure.get(f"{VAULT}/backupProtectionContainers?$filter=backupManagementType eq 'MAB'")["value"] == []
    else:
        assert len(children) == 2 and answer["succeeded"]
    assert azure.records() == {}


def test_what_was_missing_is_made_up_for_with_the_next_registration() -> None:
    azure = Azure()
    azure.connect()
    assert not azure.event("machine_registered")["succeeded"]
    azure.grant(*GRANTS)
    assert azure.event("machine_registered")["succeeded"]
    assert (len(azure.endpoints()), len(azure.records())) == (3, 2)


def test_storage_endpoints_may_come_with_the_approval() -> None:
    azure = Azure(world(classic_storage_endpoints="approval"))
    azure.grant(*GRANTS)
    azure.connect("manualPrivateLinkServiceConnections")
    assert list(azure.endpoints()) == ["pe"]
    (connection,) = azure.get(VAULT)["properties"]["privateEndpointConnections"]
    state = {"privateLinkServiceConnectionState": {"status": "Approved", "description": "Approved by the owner"}}
    answer = azure.send(
        "PUT", connection["id"], {"properties": {"privateEndpoint": {"id": ENDPOINT}, **state}}, api="2025-02-01"
    )
    assert answer.status == 201
    assert len(azure.endpoints()) == 3 and len(azure.records()) == 2


def test_zones_may_be_looked_for_beside_network_and_endpoint_only() -> None:
    azure = Azure(world(classic_zone_search="own_groups"))
    azure.grant(*GRANTS)
    azure.connect()
    assert azure.event("machine_registered")["succeeded"]
    assert (len(azure.endpoints()), azure.records()) == (3, {})


def test_a_zone_that_is_not_linked_gets_no_record() -> None:
    given = world()
    for zone in given["private_dns_zones"]:
        zone["virtual_network_links"] = []
    azure = Azure(given)
    azure.grant(*GRANTS)
    azure.connect()
    assert azure.event("machine_registered")["succeeded"]
    assert (len(azure.endpoints()), azure.records()) == (3, {})


def test_a_full_subnet_keeps_storage_endpoints_away() -> None:
    azure = Azure()
    azure.grant(*GRANTS)
    azure.connect(subnet="small")
    assert azure.event("machine_registered")["succeeded"]
    # Eleven addresses are all that a /28 has.
    assert azure.event("first_backup")["succeeded"]
    assert "SubnetIsFull" in azure.event("data_source_added")["message"]


@pytest.mark.parametrize(("identity", "state"), [("failed", "Failed"), ("incomplete", "Succeeded")])
def test_a_classic_endpoint_needs_the_identity(identity: str, state: str) -> None:
    given = world(classic_without_identity=identity)
    del given["vaults"][0]["identity"]
    azure = Azure(given)
    assert azure.connect()["properties"]["provisioningState"] == state
    # A failed endpoint is none: the machine registers over the public one. An incomplete one stands in its way.
    assert azure.event("machine_registered")["succeeded"] is (state == "Failed")
    assert list(azure.endpoints()) == ["pe"]


def test_storage_endpoints_outlive_the_one_they_stand_beside() -> None:
    azure = Azure()
    azure.grant(*GRANTS)
    azure.connect()
    azure.event("machine_registered")
    assert azure.send("DELETE", ENDPOINT).status == 202
    left = azure.endpoints()
    assert len(left) == 2 and len(azure.records()) == 2
    for name in left:
        assert azure.send("DELETE", f"{ENDPOINTS}/{name}").status == 202
    assert (azure.endpoints(), azure.records()) == ({}, {})


def test_storage_endpoints_may_go_with_it() -> None:
    azure = Azure(world(classic_children_outlive_endpoint=False, classic_records_outlive_endpoint=True))
    azure.grant(*GRANTS)
    azure.connect()
    azure.event("machine_registered")
    assert azure.send("DELETE", ENDPOINT).status == 202
    assert (azure.endpoints(), len(azure.records())) == ({}, 2)


def test_once_all_classic_endpoints_are_gone_the_next_one_is_of_the_current_experience() -> None:
    azure = Azure()
    azure.grant(*GRANTS)
    azure.connect()
    azure.event("machine_registered")
    assert azure.send("DELETE", ENDPOINT).status == 202
    azure.endpoints()
    second = azure.connect()
    assert len(names(second)) == 10
    assert any("blob" in name for name in names(second))


def test_nothing_of_this_happens_to_other_vaults() -> None:
    given = world()
    del given["vaults"][0]["backup_experience"]
    azure = Azure(given)
    azure.grant(*GRANTS)
    azure.connect()
    assert azure.event("machine_registered")["succeeded"]
    assert list(azure.endpoints()) == ["pe"] and len(names(azure.endpoints()["pe"])) == 10
