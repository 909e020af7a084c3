"""Zone groups: what they write, overwrite and take away."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.services.network.private_dns_names import (
    alias,
    record_name,
)
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.tests.unit.emulator.network_support import (
    ENDPOINT,
    GROUP,
    NETWORK,
    PROVIDER,
    READER,
    TARGET,
    ZONE,
    ZONE_NAME,
    Azure,
    endpoint,
    network,
    zone,
    zone_group,
)

ZONE_GROUP = f"{ENDPOINT}/privateDnsZoneGroups/default"
OTHER_ZONE = f"{PROVIDER}/privateDnsZones/www.clizone1.com"


SECOND = "MoreThanOnePrivateDnsZoneGroupPerPrivateEndpointNotAllowed"
CONFIG = {"name": "c0", "properties": {"privateDnsZoneId": ZONE}}


def ready(**world: t.Any) -> Azure:
    azure = Azure(private_dns_zones=[zone(), zone("www.clizone1.com", linked="")], **world)
    azure.settled("PUT", ENDPOINT, endpoint())
    return azure


def addresses(azure: Azure, name: str) -> list[str]:
    response = azure.send("GET", f"{ZONE}/A/{name}")
    records = response.document["properties"]["aRecords"] if response.status == 200 else []
    return [item["ipv4Address"] for item in records]


def test_exact_documents() -> None:
    azure = ready(settings={})
    response = azure.send("PUT", ZONE_GROUP, zone_group(ZONE))
    assert response.status == 201
    assert "Azure-AsyncNotification" not in response.headers
    assert response.document["properties"]["provisioningState"] == "Updating"
    config = response.document["properties"]["privateDnsZoneConfigs"][0]
    assert config["properties"] == {"provisioningState": "Updating", "privateDnsZoneId": ZONE, "recordSets": []}
    document = azure.get(ZONE_GROUP)
    assert document == {
        "name": "default",
        "id": ZONE_GROUP,
        "etag": document["etag"],
        "type": "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        "properties": {
            "provisioningState": "Succeeded",
            "privateDnsZoneConfigs": [
                {
                    "name": "c0",
                    "id": f"{ZONE_GROUP}/privateDnsZoneConfigs/c0",
                    "etag": config["etag"],
                    "type": "Microsoft.Network/privateEndpoints/privateDnsZoneGroups/privateDnsZoneConfigs",
                    "properties": {
                        "provisioningState": "Succeeded",
                        "privateDnsZoneId": ZONE,
                        "recordSets": [
                            {
                                "recordType": "A",
                                "recordSetName": "thing",
                                "fqdn": f"thing.{ZONE_NAME}",
                                "ttl": 10,
                                "ipAddresses": ["10.1.1.4"],
                                "provisioningState": "Succeeded",
                            }
                        ],
                    },
                }
            ],
        },
    }
    record = azure.get(f"{ZONE}/A/thing")["properties"]
    guid = azure.get(ENDPOINT)["properties"]["resourceGuid"]
    assert record == {
        "metadata": {"creator": f"created by private endpoint pe with resource guid {guid}"},
        "fqdn": f"thing.{ZONE_NAME}.",
        "ttl": 10,
        "aRecords": [{"ipv4Address": "10.1.1.4"}],
        "isAutoRegistered": False,
    }


@pytest.mark.parametrize(("cleared", "count"), [(True, 0), (False, 1)])
def test_custom_dns_configs_with_a_group(cleared: bool, count: int) -> None:
    azure = ready(settings={"custom_dns_configs_cleared": cleared})
    azure.settled("PUT", ZONE_GROUP, zone_group(ZONE))
    assert len(azure.get(ENDPOINT)["properties"]["customDnsConfigs"]) == count
    azure.settled("DELETE", ZONE_GROUP)
    assert len(azure.get(ENDPOINT)["properties"]["customDnsConfigs"]) == 1
    assert addresses(azure, "thing") == []


def test_zone_that_matches_nothing_gets_nothing_silently() -> None:
    azure = ready()
    document = azure.settled("PUT", ZONE_GROUP, zone_group(OTHER_ZONE))
    assert document["properties"]["privateDnsZoneConfigs"][0]["properties"]["recordSets"] == []
    assert azure.get(OTHER_ZONE)["properties"]["numberOfRecordSets"] == 1


def test_shorter_list_removes_records() -> None:
    azure = ready()
    azure.settled("PUT", ZONE_GROUP, zone_group(ZONE, OTHER_ZONE))
    assert addresses(azure, "thing") == ["10.1.1.4"]
    response = azure.send("PUT", ZONE_GROUP, zone_group(OTHER_ZONE, first=1))
    assert response.status == 200
    azure.get(ZONE_GROUP)
    assert addresses(azure, "thing") == []


def test_a_config_keeps_its_zone() -> None:
    azure = ready()
    azure.settled("PUT", ZONE_GROUP, zone_group(ZONE))
    status, code, text = azure.refused("PUT", ZONE_GROUP, zone_group(OTHER_ZONE))
    assert (status, code) == (400, "PrivateDnsZoneConfigCannotBeUpdated")
    assert "config c0" in text
    assert azure.settled("PUT", ZONE_GROUP, zone_group(OTHER_ZONE, first=1))


def test_new_names_join_and_old_names_leave() -> None:
    azure = ready()
    azure.settled("PUT", ZONE_GROUP, zone_group(ZONE))
    endpoints = azure.arm.private_link.endpoints
    assert endpoints is not None
    azure.things.fqdns = [f"late.{ZONE_NAME}"]
    endpoints.refresh(ENDPOINT)
    assert (addresses(azure, "thing"), addresses(azure, "late")) == ([], ["10.1.1.4"])
    endpoints.set_state(ENDPOINT, "Disconnected", "")
    assert addresses(azure, "late") == []
    config = azure.get(ZONE_GROUP)["properties"]["privateDnsZoneConfigs"][0]
    assert config["properties"]["recordSets"] == []


def test_endpoints_of_one_target_share_a_record_that_either_removes() -> None:
    azure = ready()
    azure.settled("PUT", ZONE_GROUP, zone_group(ZONE))
    second = f"{PROVIDER}/privateEndpoints/second"
    azure.settled("PUT", second, endpoint())
    azure.settled("PUT", f"{second}/privateDnsZoneGroups/default", zone_group(ZONE))
    assert addresses(azure, "thing") == ["10.1.1.5"]
    endpoints = azure.arm.private_link.endpoints
    assert endpoints is not None
    azure.things.fqdns.append("more.blob.core.windows.net")
    endpoints.refresh(ENDPOINT)
    assert addresses(azure, "thing") == ["10.1.1.5"]
    azure.settled("DELETE", ENDPOINT)
    assert addresses(azure, "thing") == []
    assert azure.get(second)["properties"]["provisioningState"] == "Succeeded"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (f"{ENDPOINT}/privateDnsZoneGroups/second", zone_group(ZONE), 400, SECOND),
        (ZONE_GROUP, zone_group(f"{PROVIDER}/privateDnsZones/none.net"), 400, "InvalidResourceReference"),
        (ZONE_GROUP, zone_group(NETWORK), 400, "InvalidResourceReference"),
        (ZONE_GROUP, zone_group(*[ZONE] * 6), 400, "PrivateDnsZoneConfigsLimitExceeded"),
        (
            ZONE_GROUP,
            {"properties": {"privateDnsZoneConfigs": [{"properties": {}}]}},
            400,
            "InvalidRequestFormat",
        ),
        (ZONE_GROUP, {"properties": {"privateDnsZoneConfigs": [CONFIG, CONFIG]}}, 400, "InvalidRequestFormat"),
        (f"{ENDPOINT}/privateDnsZoneGroups/default-", zone_group(ZONE), 400, "InvalidResourceName"),
        (f"{ENDPOINT}2/privateDnsZoneGroups/default", zone_group(ZONE), 404, "ParentResourceNotFound"),
    ],
)
def test_refusals(path: str, body: JSON, status: int, code: str) -> None:
    azure = ready()
    azure.settled("PUT", ZONE_GROUP, zone_group(ZONE))
    assert azure.refused("PUT", path, body)[:2] == (status, code)


def test_zone_must_allow_the_caller_to_join() -> None:
    azure = Azure(
        private_dns_zones=[{**zone(linked=""), "resource_group": "rg-dns"}],
        role_assignments=[{"scope": GROUP, "role": "Owner", "principal_id": READER}],
    )
    azure.settled("PUT", ENDPOINT, endpoint())
    elsewhere = ZONE.replace("/rg/", "/rg-dns/")
    status, code, message = azure.refused("PUT", ZONE_GROUP, zone_group(elsewhere), caller=READER)
    assert (status, code) == (403, "LinkedAuthorizationFailed")
    assert "Microsoft.Network/privateDnsZones/join/action" in message
    assert elsewhere in message


def test_endpoint_must_be_ready() -> None:
    azure = Azure(latency={"private_endpoint.create": 11, "zone_group.create": 10})
    azure.send("PUT", ENDPOINT, endpoint())
    assert azure.refused("PUT", ZONE_GROUP, zone_group(ZONE))[:2] == (409, "AnotherOperationInProgress")
    azure.clock.advance(11)
    assert azure.send("PUT", ZONE_GROUP, zone_group(ZONE)).status == 201
    assert azure.refused("DELETE", ENDPOINT)[:2] == (409, "AnotherOperationInProgress")
    azure.clock.advance(10)
    azure.settled("DELETE", ENDPOINT)
    assert addresses(azure, "thing") == []


def test_failed_endpoint_takes_no_group() -> None:
    azure = Azure()
    azure.things.failure = "NotFresh"
    azure.send("PUT", ENDPOINT, endpoint())
    assert azure.refused("PUT", ZONE_GROUP, zone_group(ZONE))[:2] == (429, "RetryableError")


def test_injected_failure_keeps_the_records_known() -> None:
    azure = ready()
    azure.settled("PUT", ZONE_GROUP, zone_group(ZONE))
    azure.arm.operations.fail_next("zone_group.create", {"code": "InternalServerError", "message": "x"})
    azure.send("PUT", ZONE_GROUP, zone_group(OTHER_ZONE, first=1))
    document = azure.get(ZONE_GROUP)["properties"]
    assert document["provisioningState"] == "Failed"
    assert document["privateDnsZoneConfigs"][0]["properties"]["recordSets"][0]["recordSetName"] == "thing"


def test_zone_in_another_subscription() -> None:
    other = "99999999-9999-4999-8999-999999999999"
    azure = Azure(
        subscriptions=[{"id": TARGET.split("/")[2]}, {"id": other}],
        private_dns_zones=[{**zone(linked=""), "subscription_id": other, "virtual_network_links": []}],
        role_assignments=[
            {
                "scope": f"/subscriptions/{other}",
                "role": "Owner",
                "principal_id": "44444444-4444-4444-8444-444444444444",
            }
        ],
        virtual_networks=[network()],
    )
    azure.settled("PUT", ENDPOINT, endpoint())
    elsewhere = ZONE.replace(TARGET.split("/")[2], other)
    azure.settled("PUT", ZONE_GROUP, zone_group(elsewhere))
    assert azure.get(f"{elsewhere}/A/thing")["properties"]["ttl"] == 10


@pytest.mark.parametrize(
    ("fqdn", "zone_name", "record"),
    [
        (
            "1-ab-pod01-rec2.privatelink.we.backup.windowsazure.com",
            "privatelink.we.backup.windowsazure.com",
            "1-ab-pod01-rec2",
        ),
        ("1-ab-pod01-rec2.we.backup.windowsazure.com", "privatelink.we.backup.windowsazure.com", "1-ab-pod01-rec2"),
        (
            "1-asr-pod01-rcm1.cus.privatelink.siterecovery.windowsazure.com",
            "privatelink.siterecovery.windowsazure.com",
            "1-asr-pod01-rcm1.cus",
        ),
        (
            "1-asr-pod01-rcm1.cus.privatelink.siterecovery.windowsazure.com",
            "privatelink.cus.siterecovery.windowsazure.com",
            "",
        ),
        ("Acct.Blob.Core.Windows.Net.", "privatelink.blob.core.windows.net", "acct"),
        ("acct.queue.core.windows.net", "privatelink.blob.core.windows.net", ""),
        ("acct.privatelink.blob.core.windows.net", "blob.core.windows.net", ""),
        ("kv.vault.azure.net", "privatelink.vaultcore.azure.net", "kv"),
        ("privatelink.blob.core.windows.net", "privatelink.blob.core.windows.net", ""),
    ],
)
def test_record_names(fqdn: str, zone_name: str, record: str) -> None:
    assert record_name(fqdn, zone_name) == record


@pytest.mark.parametrize(
    ("fqdn", "expected"),
    [
        ("acct.blob.core.windows.net", "acct.privatelink.blob.core.windows.net"),
        ("acct.z12.blob.storage.azure.net", "acct.z12.privatelink.blob.storage.azure.net"),
        ("kv.vault.azure.net", "kv.privatelink.vaultcore.azure.net"),
    ],
)
def test_public_aliases(fqdn: str, expected: str) -> None:
    assert alias(fqdn) == expected
