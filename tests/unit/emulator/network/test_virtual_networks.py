"""Virtual networks, subnets and the counting of addresses."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.tests.unit.emulator.network_support import (
    ENDPOINT,
    NETWORK,
    PROVIDER,
    SUBNET,
    SUBSCRIPTION,
    Azure,
    endpoint,
    network,
)

NEW = f"{PROVIDER}/virtualNetworks/new"


def body(*subnets: JSON, location: str = "CentralUSEuap") -> JSON:
    return {
        "location": location,
        "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": list(subnets)},
    }


def subnet(name: str, prefix: str, **properties: str) -> JSON:
    return {"name": name, "properties": {"addressPrefix": prefix, **properties}}


def test_new_network_is_updating_then_succeeded_with_one_etag() -> None:
    azure = Azure()
    response = azure.send("PUT", NEW, body(subnet("s1", "10.0.0.0/24")), api="2020-11-01")
    assert response.status == 201
    assert response.headers["Azure-AsyncNotification"] == "Enabled"
    assert not {"Location", "ETag"} & set(response.headers)
    assert (
        "/providers/Microsoft.Network/locations/centraluseuap/operations/" in response.headers["Azure-AsyncOperation"]
    )
    assert response.document["location"] == "centraluseuap"
    inline = response.document["properties"]["subnets"][0]
    assert (
        inline["properties"]["provisioningState"] == response.document["properties"]["provisioningState"] == "Updating"
    )
    assert inline["etag"] == response.document["etag"]
    document = azure.send("GET", NEW)
    inline = document.document["properties"]["subnets"][0]
    assert document.headers["ETag"] == document.document["etag"] == inline["etag"]
    assert inline == {
        "name": "s1",
        "id": f"{NEW}/subnets/s1",
        "etag": inline["etag"],
        "properties": {
            "provisioningState": "Succeeded",
            "addressPrefix": "10.0.0.0/24",
            "delegations": [],
            "ipamPoolPrefixAllocations": [],
            "privateEndpointNetworkPolicies": "Enabled",
            "privateLinkServiceNetworkPolicies": "Enabled",
        },
        "type": "Microsoft.Network/virtualNetworks/subnets",
    }


@pytest.mark.parametrize(
    ("api", "policies"), [("2020-11-01", "Enabled"), ("2022-01-01", "Disabled"), ("2023-06-01", "Disabled")]
)
def test_default_of_the_policies_depends_on_the_version(api: str, policies: str) -> None:
    azure = Azure()
    azure.settled("PUT", NEW, body(subnet("s1", "10.0.0.0/24")), api=api)
    assert azure.get(f"{NEW}/subnets/s1")["properties"]["privateEndpointNetworkPolicies"] == policies


@pytest.mark.parametrize(
    ("subnets", "code"),
    [
        ([subnet("a", "10.9.0.0/33")], "InvalidAddressPrefixFormat"),
        ([subnet("a", "192.168.0.0/24")], "NetcfgSubnetRangeOutsideVnet"),
        ([subnet("a", "10.0.0.0/24"), subnet("b", "10.0.0.128/25")], "NetcfgSubnetRangesOverlap"),
        ([{"name": "a", "properties": {}}], "NoAddressPrefixProvided"),
        ([subnet("a", "10.0.0.0/24", privateEndpointNetworkPolicies="Off")], "InvalidRequestFormat"),
    ],
)
def test_subnets_that_do_not_fit(subnets: list[JSON], code: str) -> None:
    azure = Azure()
    assert azure.refused("PUT", NEW, body(*subnets))[:2] == (400, code)
    assert azure.send("GET", NEW).status == 404


def test_put_keeps_subnets_it_does_not_mention_and_removes_those_left_out() -> None:
    azure = Azure()
    azure.settled("PUT", NEW, body(subnet("a", "10.0.0.0/24"), subnet("b", "10.0.1.0/24")))
    silent = body()
    del silent["properties"]["subnets"]
    assert [item["name"] for item in azure.settled("PUT", NEW, silent)["properties"]["subnets"]] == ["a", "b"]
    shorter = azure.settled("PUT", NEW, body(subnet("b", "10.0.1.0/24")))
    assert [item["name"] for item in shorter["properties"]["subnets"]] == ["b"]
    assert azure.send("GET", f"{NEW}/subnets/a").status == 404


def test_network_cannot_move() -> None:
    azure = Azure()
    azure.settled("PUT", NEW, body())
    assert azure.refused("PUT", NEW, body(location="westus"))[:2] == (409, "InvalidResourceLocation")


def test_subnet_put_replaces_the_whole_subnet() -> None:
    azure = Azure()
    path = f"{NETWORK}/subnets/more"
    first = {"properties": {"addressPrefixes": ["10.1.2.0/24"], "networkSecurityGroup": {"id": "/x"}}}
    assert azure.send("PUT", path, first).status == 201
    second = azure.send("PUT", path, {"properties": {"addressPrefix": "10.1.2.0/24"}})
    assert (second.status, second.document["properties"]["provisioningState"]) == (200, "Updating")
    properties = azure.get(path)["properties"]
    assert properties["provisioningState"] == "Succeeded"
    assert "networkSecurityGroup" not in properties
    assert "addressPrefixes" not in properties
    assert [item["name"] for item in azure.get(f"{NETWORK}/subnets")["value"]] == ["endpoints", "more"]
    azure.settled("DELETE", path)
    assert len(azure.get(NETWORK)["properties"]["subnets"]) == 1
    assert azure.send("DELETE", path).status == 204


def test_subnet_of_a_missing_network() -> None:
    azure = Azure()
    answer = azure.refused("PUT", f"{NEW}/subnets/s", {"properties": {"addressPrefix": "10.0.0.0/24"}})
    assert answer[:2] == (404, "ParentResourceNotFound")


def test_attachments_appear_and_disappear() -> None:
    azure = Azure()
    assert not {"ipConfigurations", "privateEndpoints"} & set(azure.get(SUBNET)["properties"])
    azure.settled("PUT", ENDPOINT, endpoint())
    properties = azure.get(SUBNET)["properties"]
    assert properties["privateEndpoints"] == [{"id": ENDPOINT}]
    assert "/ipConfigurations/privateEndpointIpConfig." in properties["ipConfigurations"][0]["id"]
    for path in (SUBNET, NETWORK):
        assert azure.refused("DELETE", path)[:2] == (400, "InUseSubnetCannotBeDeleted")
    renumbered = {"properties": {"addressPrefix": "10.1.9.0/24"}}
    assert azure.refused("PUT", SUBNET, renumbered)[:2] == (400, "InUsePrefixCannotBeDeleted")
    azure.settled("DELETE", ENDPOINT)
    assert not {"ipConfigurations", "privateEndpoints"} & set(azure.get(SUBNET)["properties"])
    azure.settled("DELETE", NETWORK)
    assert azure.send("GET", SUBNET).status == 404


@pytest.mark.parametrize(("excludes", "limit"), [(True, 251), (False, 256)])
def test_usages(excludes: bool, limit: int) -> None:
    azure = Azure(virtual_networks=[network(addresses_in_use=7)], settings={"usages_limit_excludes_reserved": excludes})
    assert azure.get(f"{NETWORK}/usages")["value"] == [
        {
            "currentValue": 7,
            "id": SUBNET,
            "limit": limit,
            "name": {"localizedValue": "Subnet size and usage", "value": "SubnetSpace"},
            "unit": "Count",
        }
    ]
    assert len(azure.get(SUBNET)["properties"]["ipConfigurations"]) == 7


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.1.1.9", {"available": True, "isPlatformReserved": False}),
        (
            "10.1.1.4",
            {
                "available": False,
                "isPlatformReserved": False,
                "availableIPAddresses": ["10.1.1.6", "10.1.1.7", "10.1.1.8", "10.1.1.9", "10.1.1.10"],
            },
        ),
        (
            "10.1.1.1",
            {
                "available": False,
                "isPlatformReserved": True,
                "availableIPAddresses": ["10.1.1.6", "10.1.1.7", "10.1.1.8", "10.1.1.9", "10.1.1.10"],
            },
        ),
    ],
)
def test_single_address(address: str, expected: JSON) -> None:
    azure = Azure(virtual_networks=[network(addresses_in_use=2)])
    assert azure.get(f"{NETWORK}/CheckIPAddressAvailability?ipAddress={address}") == expected


@pytest.mark.parametrize("address", ["10.2.0.1", "nonsense"])
def test_single_address_elsewhere(address: str) -> None:
    path = f"{NETWORK}/CheckIPAddressAvailability?ipAddress={address}"
    assert Azure().refused("GET", path)[0] == 400


def test_lists_and_tags() -> None:
    azure = Azure()
    azure.settled("PUT", NEW, body())
    assert azure.send("PATCH", NEW, {"tags": {"a": "b"}}).document["tags"] == {"a": "b"}
    for scope in (PROVIDER, f"{SUBSCRIPTION}/providers/Microsoft.Network"):
        assert [item["name"] for item in azure.get(f"{scope}/virtualNetworks")["value"]] == ["vnet", "new"]


def test_a_put_of_a_subnet_that_changes_nothing_is_succeeded_at_once() -> None:
    azure = Azure(latency={"subnet.update": 5})
    same = {"properties": {"addressPrefix": "10.1.1.0/24", "privateEndpointNetworkPolicies": "Disabled"}}
    azure.send("PUT", SUBNET, same)
    azure.clock.advance(5)
    again = azure.send("PUT", SUBNET, same)
    assert (again.status, again.document["properties"]["provisioningState"]) == (200, "Succeeded")
    assert again.headers["Azure-AsyncNotification"] == "Enabled"


def test_polls_repeat_no_url_and_the_end_of_a_deletion_all_of_them() -> None:
    azure = Azure(latency={"subnet.": 5})
    azure.settled("PUT", NEW, body(subnet("s1", "10.0.0.0/24")))
    deleted = azure.send("DELETE", f"{NEW}/subnets/s1")
    running = azure.send("GET", deleted.headers["Azure-AsyncOperation"])
    assert running.document == {"status": "InProgress"}
    assert not {"Azure-AsyncOperation", "Location"} & set(running.headers)
    azure.clock.advance(5)
    ended = azure.send("GET", deleted.headers["Location"])
    assert ended.status == 204
    assert {"Azure-AsyncOperation", "Location", "Azure-AsyncNotification"} <= set(ended.headers)


def test_address_pools_are_shown_since_2024() -> None:
    azure = Azure()
    for api, expected in (("2023-11-01", None), ("2024-01-01", [])):
        shown = [
            azure.get(SUBNET, api=api),
            azure.get(f"{NETWORK}/subnets", api=api)["value"][0],
            azure.get(NETWORK, api=api)["properties"]["subnets"][0],
        ]
        assert [one["properties"].get("ipamPoolPrefixAllocations") for one in shown] == [expected] * 3


def test_conflict_while_an_operation_runs() -> None:
    azure = Azure(latency={"subnet.update": 5})
    change = {"properties": {"addressPrefix": "10.1.1.0/24", "privateLinkServiceNetworkPolicies": "Disabled"}}
    running = azure.send("PUT", SUBNET, change)
    status, code, message = azure.refused("PUT", SUBNET, change)
    assert (status, code) == (409, "AnotherOperationInProgress")
    number = running.headers["Azure-AsyncOperation"].split("?")[0].rsplit("/", 1)[-1]
    assert f"/providers/Microsoft.Network/locations/westeurope/operations/{number}?api-version=" in message
    assert azure.refused("PUT", ENDPOINT, endpoint())[:2] == (429, "RetryableError")
    azure.clock.advance(5)
    azure.settled("PUT", ENDPOINT, endpoint())


def test_options_sent_empty_are_shown_whole() -> None:
    azure = Azure()
    sent = body()
    sent["properties"]["dhcpOptions"] = {}
    assert azure.settled("PUT", NEW, {**sent, "tags": {}})["properties"]["dhcpOptions"] == {"dnsServers": []}
    assert azure.get(NEW)["tags"] == {}
    sent["properties"]["dhcpOptions"] = {"dnsServers": ["10.0.0.4"]}
    assert azure.settled("PUT", NEW, sent)["properties"]["dhcpOptions"] == {"dnsServers": ["10.0.0.4"]}
    assert "tags" not in azure.get(NEW)
