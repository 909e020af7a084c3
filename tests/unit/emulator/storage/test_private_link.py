"""Storage accounts as targets of private endpoints."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator import dns_packet
from ansible_collections.privatelink.recovery.extensions.emulator.dns_resolution import Resolver
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.tests.unit.emulator.network_support import (
    ENDPOINT,
    GROUP,
    NETWORK,
    ZONE,
    Azure,
    endpoint,
    zone_group,
)

ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/cache"
PUBLIC_NAME = "cache.blob.core.windows.net"


def with_account(**changes: object) -> Azure:
    return Azure(storage_accounts=[{"name": "cache", "resource_group": "rg", **changes}])


def connect(azure: Azure, *, manual: bool = False, **changes: object) -> JSON:
    return azure.settled("PUT", ENDPOINT, endpoint(manual=manual, target=ACCOUNT, **changes))


def connections(azure: Azure) -> list[JSON]:
    found: list[JSON] = azure.get(ACCOUNT)["properties"]["privateEndpointConnections"]
    return found


def state(status: str, description: str = "") -> JSON:
    return {"properties": {"privateLinkServiceConnectionState": {"status": status, "description": description}}}


def test_the_public_name_takes_one_address_and_the_connection_is_listed() -> None:
    azure = with_account()
    document = connect(azure)
    assert document["properties"]["customDnsConfigs"] == [{"fqdn": PUBLIC_NAME, "ipAddresses": ["10.1.1.4"]}]
    [connection] = connections(azure)
    assert connection["name"].startswith("cache.")
    assert connection["properties"] == {
        "provisioningState": "Succeeded",
        "privateEndpoint": {"id": ENDPOINT},
        "privateLinkServiceConnectionState": {
            "status": "Approved",
            "description": "Auto-Approved",
            "actionRequired": "None",
        },
    }
    assert azure.get(connection["id"]) == connection
    assert azure.get(f"{ACCOUNT}/privateEndpointConnections")["value"] == [connection]


def test_records_and_resolution_with_and_without_a_linked_zone() -> None:
    azure = with_account()
    connect(azure)
    azure.settled("PUT", f"{ENDPOINT}/privateDnsZoneGroups/default", zone_group(ZONE))
    assert azure.get(f"{ZONE}/A/cache")["properties"]["aRecords"] == [{"ipv4Address": "10.1.1.4"}]
    inside = Resolver(azure.arm, NETWORK).resolve(PUBLIC_NAME, dns_packet.A).records
    assert [record.kind for record in inside] == [dns_packet.CNAME, dns_packet.A]
    assert inside[-1].data == bytes([10, 1, 1, 4])
    outside = Resolver(azure.arm, NETWORK + "-other").resolve(PUBLIC_NAME, dns_packet.A).records
    assert outside[-1].data[:3] == bytes([203, 0, 113])


@pytest.mark.parametrize("group", ["blob", "queue", "table", "file", "dfs", "web"])
def test_link_resources_name_the_zones_and_every_group_can_be_used(group: str) -> None:
    azure = with_account()
    listed = azure.get(f"{ACCOUNT}/privateLinkResources")["value"]
    properties = next(one["properties"] for one in listed if one["name"] == group)
    assert properties["requiredZoneNames"] == [f"privatelink.{group}.core.windows.net"]
    assert properties["groupId"] == group
    [config] = connect(azure, group_ids=[group])["properties"]["customDnsConfigs"]
    assert config["fqdn"].endswith(f".{group}.core.windows.net")


@pytest.mark.parametrize(
    ("account", "group", "words"),
    [
        ({"kind": "Storage"}, "blob", "of kind Storage"),
        ({"kind": "BlobStorage"}, "blob", "of kind BlobStorage"),
        ({}, "vault", "group id 'vault'"),
        ({"sku": "Premium_LRS"}, "queue", "group id 'queue'"),
    ],
)
def test_refuses_what_has_no_private_endpoint(account: JSON, group: str, words: str) -> None:
    status, _code, message = with_account(**account).refused(
        "PUT", ENDPOINT, endpoint(target=ACCOUNT, group_ids=[group])
    )
    assert status == 400
    assert words in message


def test_which_kinds_take_endpoints_is_a_setting() -> None:
    azure = Azure(
        storage_accounts=[{"name": "cache", "resource_group": "rg", "kind": "BlobStorage"}],
        settings={"storage_endpoint_kinds": ["StorageV2", "BlobStorage"]},
    )
    assert connect(azure)["properties"]["customDnsConfigs"] != []


def test_a_missing_account_is_refused() -> None:
    assert Azure().refused("PUT", ENDPOINT, endpoint(target=ACCOUNT))[:2] == (404, "ResourceNotFound")


@pytest.mark.parametrize(("decision", "published"), [("Approved", 1), ("Rejected", 0)])
def test_the_owner_decides_and_the_endpoint_sees_it_at_once(decision: str, published: int) -> None:
    azure = with_account()
    connect(azure, manual=True, message="please")
    [connection] = connections(azure)
    assert connection["properties"]["privateLinkServiceConnectionState"]["description"] == "please"
    done = azure.send("PUT", connection["id"], state(decision, "ticket 4711"))
    assert done.status == 200
    assert done.document["properties"]["provisioningState"] == "Succeeded"
    assert connections(azure) == [done.document]
    assert azure.refused("PUT", connection["id"], state(decision))[1] == "InvalidValuesForRequestParameters"
    properties = azure.get(ENDPOINT)["properties"]
    shown = properties["manualPrivateLinkServiceConnections"][0]["properties"]["privateLinkServiceConnectionState"]
    assert (shown["status"], shown["description"]) == (decision, "ticket 4711")
    assert len(properties["customDnsConfigs"]) == published


def test_what_was_rejected_stays_rejected_unless_the_world_says_otherwise() -> None:
    azure = with_account()
    connect(azure)
    [connection] = connections(azure)
    assert azure.send("PUT", connection["id"], state("Rejected")).status == 200
    assert azure.refused("PUT", connection["id"], state("Approved"))[0] == 400
    assert azure.refused("PUT", connection["id"], state("Perhaps"))[1] == "InvalidRequestContent"
    azure.arm.settings["storage_rejected_can_be_approved"] = True
    assert azure.send("PUT", connection["id"], state("Approved")).status == 200


def test_a_removed_connection_disconnects_the_endpoint() -> None:
    azure = with_account()
    connect(azure)
    [connection] = connections(azure)
    assert azure.send("DELETE", connection["id"]).status == 200
    assert azure.send("DELETE", connection["id"]).status == 204
    assert connections(azure) == []
    assert _status(azure) == "Disconnected"


def test_a_deleted_account_leaves_the_endpoint_disconnected() -> None:
    azure = with_account()
    connect(azure)
    assert azure.send("DELETE", ACCOUNT).status == 200
    assert _status(azure) == "Disconnected"
    assert azure.get(ENDPOINT)["properties"]["customDnsConfigs"] == []


def test_a_deleted_endpoint_leaves_no_connection() -> None:
    azure = with_account()
    connect(azure)
    azure.settled("DELETE", ENDPOINT)
    assert connections(azure) == []


def test_an_account_that_goes_while_the_endpoint_is_made_fails_it() -> None:
    azure = Azure(latency={"private_endpoint.create": 10}, storage_accounts=[{"name": "cache", "resource_group": "rg"}])
    azure.send("PUT", ENDPOINT, endpoint(target=ACCOUNT))
    azure.send("DELETE", ACCOUNT)
    azure.clock.advance(10)
    assert azure.get(ENDPOINT)["properties"]["provisioningState"] == "Failed"


def _status(azure: Azure) -> str:
    [connection] = azure.get(ENDPOINT)["properties"]["privateLinkServiceConnections"]
    return str(connection["properties"]["privateLinkServiceConnectionState"]["status"])
