"""Private endpoints: documents, refusals, approval, addresses and what outlives them."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.authorization import Authorization
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.extensions.emulator.world import WorldError
from ansible_collections.privatelink.recovery.tests.unit.emulator.network_support import (
    ENDPOINT,
    GROUP,
    NETWORK,
    PROVIDER,
    READER,
    SUBNET,
    SUBSCRIPTION,
    TARGET,
    ZONE,
    Azure,
    endpoint,
    network,
    zone,
)

STATE = "privateLinkServiceConnectionState"


def state(azure: Azure, kind: str = "privateLinkServiceConnections") -> JSON:
    return t.cast(JSON, azure.get(ENDPOINT)["properties"][kind][0]["properties"][STATE])


def interface(azure: Azure) -> JSON:
    return azure.get(azure.get(ENDPOINT)["properties"]["networkInterfaces"][0]["id"])


def held(azure: Azure) -> list[str]:
    return [item["properties"]["privateIPAddress"] for item in interface(azure)["properties"]["ipConfigurations"]]


def test_exact_documents_of_a_new_endpoint() -> None:
    azure = Azure(latency={"private_endpoint.create": 11})
    response = azure.send("PUT", ENDPOINT, endpoint())
    document = response.document
    assert response.status == 201
    assert response.headers["Azure-AsyncNotification"] == "Enabled"
    assert "Location" not in response.headers
    properties = document["properties"]
    interface_id = properties["networkInterfaces"][0]["id"]
    assert interface_id.startswith(f"{PROVIDER}/networkInterfaces/pe.nic.")
    connection: JSON = {
        "name": "conn1",
        "id": f"{ENDPOINT}/privateLinkServiceConnections/conn1",
        "etag": properties["privateLinkServiceConnections"][0]["etag"],
        "properties": {
            "provisioningState": "Succeeded",
            "privateLinkServiceId": TARGET,
            "groupIds": ["blob"],
            STATE: {"status": "Approved", "description": "Auto Approved", "actionsRequired": "None"},
        },
        "type": "Microsoft.Network/privateEndpoints/privateLinkServiceConnections",
    }
    assert document == {
        "name": "pe",
        "id": ENDPOINT,
        "etag": document["etag"],
        "type": "Microsoft.Network/privateEndpoints",
        "location": "westeurope",
        "properties": {
            "provisioningState": "Updating",
            "resourceGuid": properties["resourceGuid"],
            "privateLinkServiceConnections": [connection],
            "manualPrivateLinkServiceConnections": [],
            "subnet": {"id": SUBNET},
            "networkInterfaces": [{"id": interface_id}],
            "customDnsConfigs": [],
            "customNetworkInterfaceName": "",
            "ipConfigurations": [],
        },
    }
    assert azure.things.connected == []
    azure.clock.advance(11)
    after = azure.get(ENDPOINT)
    connection["properties"][STATE]["description"] = "Auto-Approved"
    assert after["etag"] != document["etag"]
    assert after["properties"] == {
        **properties,
        "provisioningState": "Succeeded",
        "privateLinkServiceConnections": [connection],
        "customDnsConfigs": [{"fqdn": "thing.blob.core.windows.net", "ipAddresses": ["10.1.1.4"]}],
    }
    assert azure.things.connected == [{"endpoint": ENDPOINT, "approved": True, "message": ""}]


def test_interface() -> None:
    azure = Azure()
    azure.settled("PUT", ENDPOINT, endpoint())
    document = interface(azure)
    (item,) = document["properties"]["ipConfigurations"]
    assert document["properties"]["privateEndpoint"] == {"id": ENDPOINT}
    assert item["properties"] == {
        "provisioningState": "Succeeded",
        "privateIPAddress": "10.1.1.4",
        "privateIPAllocationMethod": "Dynamic",
        "subnet": {"id": SUBNET},
        "primary": True,
        "privateIPAddressVersion": "IPv4",
        "privateLinkConnectionProperties": {
            "groupId": "blob",
            "requiredMemberName": "member0",
            "fqdns": ["thing.blob.core.windows.net"],
        },
    }
    assert azure.refused("DELETE", document["id"])[:2] == (400, "NicInUseWithPrivateEndpoint")
    assert azure.get(f"{PROVIDER}/networkInterfaces")["value"] == [document]
    assert azure.get(f"{ENDPOINT}?$expand=networkInterfaces")["properties"]["networkInterfaces"] == [document]
    expanded = azure.get(f"{ENDPOINT}?$expand=subnet")["properties"]["subnet"]
    assert expanded["properties"]["addressPrefix"] == "10.1.1.0/24"


REFUSALS: list[tuple[JSON, int, str]] = [
    (endpoint(subnet=f"{NETWORK}/subnets/none"), 400, "InvalidResourceReference"),
    (endpoint(location="westus"), 400, "InvalidResourceReference"),
    (endpoint(target=f"{GROUP}/providers/Microsoft.Other/things/x"), 400, "PrivateLinkServiceIdInvalid"),
    (endpoint(group_ids=["unknown"]), 400, "GroupUnknown"),
    (endpoint(group_ids=[]), 400, "InvalidGroupIds"),
    (endpoint(group_ids=["a", "b"]), 400, "InvalidGroupIds"),
    (endpoint(manual=True, message="x" * 141), 400, "RequestMessageTooLong"),
    (endpoint(properties={"privateLinkServiceConnections": []}), 400, "InvalidRequestFormat"),
    (endpoint(properties={"subnet": None}), 400, "InvalidRequestFormat"),
    ({"properties": endpoint()["properties"]}, 400, "LocationRequired"),
]


@pytest.mark.parametrize(("body", "status", "code"), REFUSALS)
def test_refusals_leave_nothing_behind(body: JSON, status: int, code: str) -> None:
    azure = Azure()
    assert azure.refused("PUT", ENDPOINT, body)[:2] == (status, code)
    assert azure.send("GET", ENDPOINT).status == 404
    assert azure.get(f"{PROVIDER}/networkInterfaces")["value"] == []


@pytest.mark.parametrize("name", [".pe", "pe-", "p" * 81, "pe!"])
def test_a_name_that_cannot_be(name: str) -> None:
    azure = Azure()
    path = f"{PROVIDER}/privateEndpoints/{name}"
    status, code, message = azure.refused("PUT", path, endpoint())
    assert (status, code) == (400, "InvalidResourceName")
    assert f"Resource name {name} is invalid." in message
    assert azure.send("GET", path).status == 404


def test_message_of_140_characters_is_allowed() -> None:
    assert Azure().send("PUT", ENDPOINT, endpoint(manual=True, message="x" * 140)).status == 201


def test_another_subscription_than_the_network() -> None:
    other = "99999999-9999-4999-8999-999999999999"
    azure = Azure(
        subscriptions=[{"id": SUBSCRIPTION.rsplit("/", 1)[-1]}, {"id": other}],
        resource_groups=[{"name": "rg"}, {"name": "rg", "subscription_id": other}],
        role_assignments=[{"scope": f"/subscriptions/{other}", "role": "Owner", "principal_id": READER}],
    )
    path = ENDPOINT.replace(SUBSCRIPTION, f"/subscriptions/{other}")
    assert azure.refused("PUT", path, endpoint(), caller=READER)[:2] == (403, "LinkedAuthorizationFailed")
    azure.arm.service(Authorization).assignments.grant(SUBSCRIPTION, "Owner", READER, "ServicePrincipal")
    assert azure.refused("PUT", path, endpoint(), caller=READER)[:2] == (400, "InvalidResourceReference")


@pytest.mark.parametrize(
    ("cloud", "policies", "settings", "status"),
    [
        ("AzureCloud", "Enabled", {}, 201),
        ("AzureUSGovernment", "Enabled", {}, 400),
        ("AzureChinaCloud", "Enabled", {}, 400),
        ("AzureCloud", "Enabled", {"network_policies_refused": True}, 400),
        ("AzureUSGovernment", "Enabled", {"network_policies_refused": False}, 201),
        ("AzureUSGovernment", "Disabled", {}, 201),
        ("AzureUSGovernment", "RouteTableEnabled", {}, 201),
    ],
)
def test_network_policies(cloud: str, policies: str, settings: JSON, status: int) -> None:
    region = {"AzureUSGovernment": "usgovvirginia", "AzureChinaCloud": "chinaeast2"}.get(cloud, "westeurope")
    described = {**network(private_endpoint_network_policies=policies), "location": region}
    azure = Azure(cloud=cloud, virtual_networks=[described], settings=settings)
    response = azure.send("PUT", ENDPOINT, endpoint(location=region))
    assert response.status == status
    if status == 400:
        assert response.document == {
            "error": {
                "code": "PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled",
                "message": f"Private endpoint {ENDPOINT} cannot be created in a subnet {SUBNET} since it has private "
                "endpoint network policies enabled.",
                "details": [],
            }
        }


def without_approval(**settings: t.Any) -> Azure:
    """Someone may make endpoints in the group but not approve connections of the target."""
    return Azure(
        principals=[{"object_id": READER, "client_id": READER}],
        role_assignments=[{"scope": GROUP, "role": "Network Contributor", "principal_id": READER}],
        settings=settings,
    )


def test_an_automatic_connection_needs_the_approval_action_on_the_target() -> None:
    azure = without_approval()
    assert azure.refused("PUT", ENDPOINT, endpoint()) == (
        403,
        "LinkedAuthorizationFailed",
        f"The client '{READER}' with object id '{READER}' has permission to perform action "
        f"'Microsoft.Network/privateEndpoints/write' on scope '{ENDPOINT}'; however, it does not have permission to perform "
        f"action 'PrivateEndpointConnectionsApproval/action' on the linked scope(s) '{TARGET}' or the linked scope(s) are "
        "invalid.",
    )
    assert azure.send("GET", ENDPOINT).status == 404
    azure.settled("PUT", ENDPOINT, endpoint(manual=True))
    assert state(azure, "manualPrivateLinkServiceConnections")["status"] == "Pending"


def test_a_world_may_let_it_wait_instead() -> None:
    azure = without_approval(approval_right_missing="pending")
    azure.settled("PUT", ENDPOINT, endpoint())
    assert state(azure)["status"] == "Pending"
    assert azure.get(ENDPOINT)["properties"]["customDnsConfigs"] == []
    assert held(azure) == []


def test_manual_connections_wait_for_the_owner() -> None:
    azure = Azure()
    azure.settled("PUT", ENDPOINT, endpoint(manual=True, message="please"))
    kind = "manualPrivateLinkServiceConnections"
    assert state(azure, kind) == {"status": "Pending", "description": "please", "actionsRequired": "None"}
    assert azure.things.connected == [{"endpoint": ENDPOINT, "approved": False, "message": "please"}]
    endpoints = azure.arm.private_link.endpoints
    assert endpoints is not None
    endpoints.set_state(ENDPOINT, "Approved", "fine")
    assert state(azure, kind) == {"status": "Approved", "description": "fine", "actionsRequired": "None"}
    assert azure.get(ENDPOINT)["properties"]["customDnsConfigs"][0]["ipAddresses"] == ["10.1.1.4"]
    endpoints.set_state(ENDPOINT, "Rejected", "no")
    assert azure.get(ENDPOINT)["properties"]["customDnsConfigs"] == []
    assert held(azure) == ["10.1.1.4"]


def test_one_address_for_each_name_and_new_names_later() -> None:
    azure = Azure(virtual_networks=[network(address_prefix="10.1.1.0/29")])
    azure.things.fqdns = ["a.x.net", "b.x.net"]
    azure.settled("PUT", ENDPOINT, endpoint())
    assert held(azure) == ["10.1.1.4", "10.1.1.5"]
    endpoints = azure.arm.private_link.endpoints
    assert endpoints is not None
    azure.things.fqdns = ["a.x.net", "b.x.net", "c.x.net", "d.x.net"]
    endpoints.refresh(ENDPOINT)
    assert held(azure) == ["10.1.1.4", "10.1.1.5", "10.1.1.6"]
    assert [item["fqdn"] for item in azure.get(ENDPOINT)["properties"]["customDnsConfigs"]] == azure.things.fqdns[:3]
    azure.things.fqdns = ["b.x.net", "c.x.net", "d.x.net"]
    endpoints.refresh(ENDPOINT)
    assert azure.get(ENDPOINT)["properties"]["customDnsConfigs"] == [
        {"fqdn": "b.x.net", "ipAddresses": ["10.1.1.5"]},
        {"fqdn": "c.x.net", "ipAddresses": ["10.1.1.6"]},
        {"fqdn": "d.x.net", "ipAddresses": ["10.1.1.4"]},
    ]


@pytest.mark.parametrize(("in_use", "status"), [(249, 201), (250, 400), (251, 400)])
def test_full_subnet(in_use: int, status: int) -> None:
    azure = Azure(virtual_networks=[network(addresses_in_use=in_use)])
    azure.things.fqdns = ["a.x.net", "b.x.net"]
    response = azure.send("PUT", ENDPOINT, endpoint())
    assert response.status == status
    if status == 400:
        assert response.document["error"]["code"] == "SubnetIsFull"
        assert response.document["error"]["message"] == (
            f"Subnet {SUBNET} with address prefix 10.1.1.0/24 is already full."
        )


@pytest.mark.parametrize(
    ("address", "status"),
    [("10.1.1.77", 201), ("10.1.1.1", 400), ("10.2.0.9", 400), ("10.1.1.255", 400), ("nonsense", 400)],
)
def test_chosen_addresses(address: str, status: int) -> None:
    azure = Azure()
    chosen = {"groupId": "blob", "memberName": "member0", "privateIPAddress": address}
    body = endpoint(properties={"ipConfigurations": [{"name": "i", "properties": chosen}]})
    assert azure.send("PUT", ENDPOINT, body).status == status
    if status == 201:
        (item,) = interface(azure)["properties"]["ipConfigurations"]
        assert item["properties"]["privateIPAddress"] == address
        assert item["properties"]["privateIPAllocationMethod"] == "Static"


def fixed(*addresses: str) -> JSON:
    items = [
        {"name": f"ip{number}", "properties": {"memberName": "member0", "groupId": "blob", "privateIPAddress": address}}
        for number, address in enumerate(addresses)
    ]
    return endpoint(
        properties={"ipConfigurations": [*items, {"name": "other", "properties": {"privateIPAddress": "10.1.1.99"}}]}
    )


def test_fixed_addresses_are_shown_in_full_and_can_be_changed() -> None:
    azure = Azure(latency={"private_endpoint.": 11})
    made = azure.send("PUT", ENDPOINT, fixed("10.1.1.20")).document
    assert made["properties"]["ipConfigurations"] == [
        {
            "name": name,
            "id": f"{ENDPOINT}/ipConfigurations/{name}",
            "etag": made["etag"],
            "type": "Microsoft.Network/privateEndpoints/ipConfigurations",
            "properties": {"provisioningState": "Succeeded", **properties},
        }
        for name, properties in (
            ("ip0", {"memberName": "member0", "groupId": "blob", "privateIPAddress": "10.1.1.20"}),
            ("other", {"privateIPAddress": "10.1.1.99"}),
        )
    ]
    azure.clock.advance(11)
    assert held(azure) == ["10.1.1.20"]
    changed = azure.send("PUT", ENDPOINT, fixed())
    assert (changed.status, [one["name"] for one in changed.document["properties"]["ipConfigurations"]]) == (
        200,
        ["other"],
    )
    assert (
        changed.document["properties"]["privateLinkServiceConnections"][0]["properties"][STATE]["description"]
        == "Auto Approved"
    )
    azure.clock.advance(11)
    after = azure.get(ENDPOINT)["properties"]["privateLinkServiceConnections"][0]["properties"][STATE]
    assert after["description"] == "Auto-Approved"


def test_an_approval_is_not_spoken_of_in_old_versions() -> None:
    azure = Azure(latency={"private_endpoint.": 11})
    made = azure.send("PUT", ENDPOINT, endpoint(), api="2020-11-01").document
    assert made["properties"]["privateLinkServiceConnections"][0]["properties"][STATE]["description"] == ""


def test_second_put_is_an_update() -> None:
    azure = Azure()
    first = azure.settled("PUT", ENDPOINT, endpoint(properties={"customNetworkInterfaceName": "pe-nic"}))
    assert first["properties"]["networkInterfaces"] == [{"id": f"{PROVIDER}/networkInterfaces/pe-nic"}]
    response = azure.send("PUT", ENDPOINT, {**endpoint(), "tags": {"a": "b"}})
    assert (response.status, response.document["properties"]["provisioningState"]) == (200, "Updating")
    assert response.headers["Azure-AsyncNotification"] == "Enabled"
    second = azure.get(ENDPOINT)
    assert second["tags"] == {"a": "b"}
    assert second["properties"] == first["properties"]
    assert azure.send("PATCH", ENDPOINT, {"tags": {"c": "d"}}).document["tags"] == {"c": "d"}
    assert len(azure.things.connected) == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"location": "northeurope"}, 409, "InvalidResourceLocation"),
        ({"subnet": f"{NETWORK}/subnets/other"}, 400, "PropertyChangeNotAllowed"),
        ({"target": TARGET + "2"}, 400, "PropertyChangeNotAllowed"),
        ({"group_ids": ["queue"]}, 400, "PropertyChangeNotAllowed"),
        ({"manual": True}, 400, "PropertyChangeNotAllowed"),
        ({"properties": {"customNetworkInterfaceName": "x"}}, 400, "PropertyChangeNotAllowed"),
    ],
)
def test_what_is_fixed_at_creation(change: dict[str, t.Any], status: int, code: str) -> None:
    azure = Azure()
    before = azure.settled("PUT", ENDPOINT, endpoint())
    assert azure.refused("PUT", ENDPOINT, endpoint(**change))[:2] == (status, code)
    assert azure.get(ENDPOINT) == before


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_conflict_while_an_operation_runs(method: str) -> None:
    azure = Azure(latency={"private_endpoint.create": 11})
    azure.send("PUT", ENDPOINT, endpoint())
    assert azure.refused(method, ENDPOINT, endpoint())[:2] == (409, "AnotherOperationInProgress")


def test_the_operation_in_the_way_can_be_watched_through_the_url_in_the_text() -> None:
    azure = Azure(latency={"private_endpoint.create": 11})
    url = azure.send("PUT", ENDPOINT, endpoint()).headers["Azure-AsyncOperation"]
    unsigned = url.partition("&t=")[0]
    assert azure.send("GET", unsigned).status == 400
    text = azure.refused("DELETE", ENDPOINT)[2]
    assert text == (
        "Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: "
        f"{unsigned}."
    )
    assert azure.get(unsigned) == {"status": "InProgress"}
    assert azure.send("GET", url.replace("&s=", "&s=x")).status == 400
    azure.clock.advance(11)
    assert azure.get(unsigned) == {"status": "Succeeded"}


def test_delete_takes_everything_and_the_interface_lingers() -> None:
    azure = Azure(settings={"network_interface_linger": 30})
    azure.settled("PUT", ENDPOINT, endpoint())
    interface_id = interface(azure)["id"]
    response = azure.send("DELETE", ENDPOINT)
    assert response.status == 202
    assert response.document is None
    assert azure.send("GET", response.headers["Location"]).status == 204
    assert azure.send("GET", ENDPOINT).status == 404
    assert azure.things.connected == []
    assert azure.refused("DELETE", SUBNET)[:2] == (400, "InUseSubnetCannotBeDeleted")
    azure.clock.advance(30)
    assert azure.send("GET", interface_id).status == 404
    azure.settled("DELETE", SUBNET)
    assert azure.send("DELETE", ENDPOINT).status == 204


def test_failure_at_the_target_fails_operation_and_endpoint() -> None:
    azure = Azure()
    azure.things.failure = "NotFresh"
    response = azure.send("PUT", ENDPOINT, endpoint())
    status = azure.send("GET", response.headers["Azure-AsyncOperation"]).document
    assert status == {"status": "Failed", "error": {"code": "NotFresh", "message": "no"}}
    properties = azure.get(ENDPOINT)["properties"]
    assert (properties["provisioningState"], properties["customDnsConfigs"]) == ("Failed", [])
    azure.things.failure = ""
    assert azure.settled("PUT", ENDPOINT, endpoint())["properties"]["customDnsConfigs"] != []


def test_injected_failure() -> None:
    azure = Azure()
    azure.arm.operations.fail_next("private_endpoint.create", {"code": "InternalServerError", "message": "x"})
    azure.send("PUT", ENDPOINT, endpoint())
    assert azure.get(ENDPOINT)["properties"]["provisioningState"] == "Failed"
    assert azure.things.connected == []


def test_limit_of_a_network() -> None:
    azure = Azure(settings={"private_endpoints_per_virtual_network": 1})
    azure.settled("PUT", ENDPOINT, endpoint())
    assert azure.refused("PUT", ENDPOINT + "2", endpoint())[:2] == (400, "PrivateEndpointLimitReached")


def test_altered_operation_url_is_refused() -> None:
    azure = Azure()
    url = azure.send("PUT", ENDPOINT, endpoint()).headers["Azure-AsyncOperation"]
    assert azure.send("GET", url.replace("&s=", "&s=x")).status == 400


WORLD_ENDPOINT: JSON = {
    "name": "pe",
    "resource_group": "rg",
    "virtual_network": "vnet",
    "subnet": "endpoints",
    "target": TARGET,
    "group_id": "blob",
}


def test_world_with_a_policy_managed_endpoint() -> None:
    item = {**WORLD_ENDPOINT, "zone_group": {"name": "deployedByPolicy", "zones": [ZONE.rsplit("/", 1)[-1]]}}
    azure = Azure(private_endpoints=[item])
    assert azure.get(ENDPOINT)["properties"]["provisioningState"] == "Succeeded"
    (group,) = azure.get(f"{ENDPOINT}/privateDnsZoneGroups")["value"]
    assert group["name"] == "deployedByPolicy"
    assert azure.get(f"{ZONE}/A/thing")["properties"]["aRecords"] == [{"ipv4Address": "10.1.1.4"}]


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_world_with_an_endpoint_that_is_not_approved(status: str) -> None:
    azure = Azure(private_endpoints=[{**WORLD_ENDPOINT, "status": status}])
    assert state(azure, "manualPrivateLinkServiceConnections")["status"] == status
    assert azure.get(ENDPOINT)["properties"]["customDnsConfigs"] == []


@pytest.mark.parametrize(
    "world",
    [
        {"private_endpoints": [{**WORLD_ENDPOINT, "virtual_network": "none"}]},
        {"private_endpoints": [{**WORLD_ENDPOINT, "target": f"{GROUP}/providers/Microsoft.Other/x/y"}]},
        {"virtual_networks": [network(addresses_in_use=300)]},
        {"virtual_networks": [network(address_prefix="192.168.0.0/24")]},
        {"private_dns_zones": [zone(linked="none")]},
        {"private_dns_zones": [zone(), {**zone(), "resource_group": "other"}]},
    ],
)
def test_worlds_that_cannot_be(world: JSON) -> None:
    with pytest.raises(WorldError):
        Azure(**world)


def test_older_versions_lack_what_came_later() -> None:
    azure = Azure()
    later = {"customNetworkInterfaceName", "ipConfigurations"}
    made = azure.send("PUT", ENDPOINT, endpoint(), api="2020-11-01").document
    shown = azure.get(ENDPOINT, "2020-11-01")
    (listed,) = azure.get(f"{PROVIDER}/privateEndpoints", "2020-11-01")["value"]
    for document in (made, shown, listed):
        assert not later & set(document["properties"])
    assert later <= set(azure.get(ENDPOINT, "2021-05-01")["properties"])


def test_a_patch_without_tags_changes_nothing() -> None:
    azure = Azure()
    azure.settled("PUT", ENDPOINT, {**endpoint(), "tags": {"a": "b"}})
    assert azure.send("PATCH", ENDPOINT, {}).document["tags"] == {"a": "b"}
    assert azure.send("PATCH", ENDPOINT, {"tags": {"c": "d"}}).document["tags"] == {"c": "d"}
    assert azure.send("PATCH", NETWORK, {"tags": {"c": "d"}}).document["tags"] == {"c": "d"}
    assert azure.send("PATCH", NETWORK, {}).document["tags"] == {"c": "d"}
