"""Groups, resource lists, providers, regions and the activity log."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator import in_process
from ansible_collections.privatelink.recovery.extensions.emulator.arm import Arm
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.activity_log import ActivityLog
from ansible_collections.privatelink.recovery.extensions.emulator.store import Resource
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON, Request, Response
from ansible_collections.privatelink.recovery.extensions.emulator.world import OBJECT, SUBSCRIPTION
from ansible_collections.privatelink.recovery.tests.unit.emulator.client import (
    NOON,
    SUBSCRIPTION_ID,
    ask,
    code,
    emulator,
)

GROUP = f"{SUBSCRIPTION_ID}/resourceGroups/rg-backup"
ACCOUNTS = f"{GROUP}/providers/Microsoft.Storage/storageAccounts"
LOG = f"{SUBSCRIPTION_ID}/providers/Microsoft.Insights/eventtypes/management/values"
DAY = 86400.0


def test_group_from_creation_to_deletion() -> None:
    arm = emulator()
    made = ask(arm, "PUT", GROUP.lower().replace("rg-backup", "rg-Backup"), {"location": "West Europe", "tags": None})
    assert made.status == 201
    assert made.document == {
        "id": GROUP.replace("rg-backup", "rg-Backup"),
        "name": "rg-Backup",
        "type": "Microsoft.Resources/resourceGroups",
        "location": "westeurope",
        "properties": {"provisioningState": "Succeeded"},
    }
    assert ask(arm, "PUT", GROUP, {"location": "westeurope", "tags": {"a": "b"}}).status == 200
    assert ask(arm, "PATCH", GROUP, {"tags": {"c": "d"}}).document["tags"] == {"c": "d"}
    assert code(ask(arm, "PUT", f"{GROUP}x", {"location": "atlantis"})) == "LocationNotAvailableForResourceGroup"
    assert [ask(arm, "HEAD", GROUP).status, ask(arm, "HEAD", GROUP + "x").status] == [204, 404]
    accepted = ask(arm, "DELETE", GROUP)
    assert accepted.status == 202
    assert "Azure-AsyncOperation" not in accepted.headers
    assert ask_url(arm, accepted.headers["Location"]) == 200
    assert (ask(arm, "GET", GROUP).status, code(ask(arm, "DELETE", GROUP))) == (404, "ResourceGroupNotFound")


def ask_url(arm: Arm, url: str) -> int:
    """The status of a GET of an operation's URL."""
    return arm.answer(Request.parse("GET", url, {"Authorization": f"Bearer {in_process.token(arm)}"})).status


def test_deleting_group_shows_it_and_refuses_writes_until_it_is_gone() -> None:
    arm = emulator({"resource_groups": [{"name": "rg-backup"}]}, "realistic")
    accepted = ask(arm, "DELETE", GROUP)
    assert accepted.headers["Retry-After"] == "15"
    assert ask(arm, "GET", GROUP).document["properties"]["provisioningState"] == "Deleting"
    assert code(ask(arm, "PUT", GROUP, {"location": "westeurope"})) == "ResourceGroupBeingDeleted"
    network = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v"
    assert code(ask(arm, "PUT", network, {})) == "ResourceGroupBeingDeleted"
    assert ask_url(arm, accepted.headers["Location"]) == 202
    arm.clock.advance(90)
    assert ask_url(arm, accepted.headers["Location"]) == 200
    assert ask(arm, "GET", GROUP).status == 404


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("/operationresults/", "/operationResults/"),
        ("&t=", "&t=1"),
        ("&c=", "&c=A"),
        ("&s=", "&s=A"),
        ("&h=", "&h=A"),
        ("&h=", "&x="),
        ("api-version=2022", "api-version=2023"),
    ],
)
def test_altered_operation_url_is_refused(before: str, after: str) -> None:
    arm = emulator({"resource_groups": [{"name": "rg-backup"}]})
    url = ask(arm, "DELETE", GROUP).headers["Location"]
    assert before in url
    assert ask_url(arm, url.replace(before, after)) == 400
    assert ask_url(arm, url) == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "expected"),
    [
        ("PUT", GROUP, {}, 400, "LocationRequired"),
        ("PUT", GROUP, {"location": "northeurope"}, 409, "InvalidResourceGroupLocation"),
        ("PATCH", GROUP + "-none", {"tags": {}}, 404, "ResourceGroupNotFound"),
        ("GET", GROUP + "-none", None, 404, "ResourceGroupNotFound"),
        ("GET", GROUP + "-none/resources", None, 404, "ResourceGroupNotFound"),
        ("PUT", f"{GROUP}-none/providers/Microsoft.RecoveryServices/vaults/v", {}, 404, "ResourceGroupNotFound"),
        ("GET", f"{GROUP}-none/providers/Microsoft.Network/virtualNetworks/v", None, 404, "ResourceGroupNotFound"),
    ],
)
def test_group_refusals(method: str, path: str, body: JSON | None, status: int, expected: str) -> None:
    arm = emulator({"resource_groups": [{"name": "rg-backup", "location": "westeurope"}]})
    answer = ask(arm, method, path, body)
    assert (answer.status, code(answer)) == (status, expected)


def account(name: str, **more: object) -> Resource:
    document = {
        "id": f"{ACCOUNTS}/{name}",
        "name": name,
        "type": "Microsoft.Storage/storageAccounts",
        "location": "westeurope",
        "tags": {},
        "properties": {"provisioningState": "Succeeded"},
        **more,
    }
    return Resource(f"{ACCOUNTS}/{name}", document)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["one", "two"]),
        ("?$filter=name eq 'two'", ["two"]),
        ("?$filter=resourceGroup eq 'RG-Backup'", ["one", "two"]),
        ("?$filter=resourceGroup eq 'other'", []),
        ("?$filter=resourceType eq 'microsoft.storage/storageaccounts'", ["one", "two"]),
        ("?$filter=resourceType eq 'Microsoft.Network/privateEndpoints'", []),
        ("?$filter=tagName eq 'env' and tagValue eq 'test'", ["two"]),
        ("?$filter=tagName eq 'env' and tagValue eq 'production'", []),
    ],
)
@pytest.mark.parametrize("scope", [SUBSCRIPTION_ID, GROUP])
def test_resource_lists_hold_top_level_resources(scope: str, query: str, expected: list[str]) -> None:
    arm = emulator({"resource_groups": [{"name": "rg-backup"}]})
    arm.store.put(account("one"))
    arm.store.put(account("two", tags={"env": "test"}))
    arm.store.put(Resource(f"{ACCOUNTS}/one/blobServices/default", {"name": "default"}))
    listed = ask(arm, "GET", f"{scope}/resources{query}").document["value"]
    assert [one["name"] for one in listed] == expected
    assert all("properties" not in one and "provisioningState" not in one for one in listed)


def test_expanded_resource_list_tells_the_state() -> None:
    arm = emulator({"resource_groups": [{"name": "rg-backup"}]})
    arm.store.put(account("one"))
    (one,) = ask(arm, "GET", f"{GROUP}/resources?$expand=createdTime,provisioningState").document["value"]
    assert one["provisioningState"] == "Succeeded"
    assert [ask(arm, "HEAD", f"{ACCOUNTS}/{name}").status for name in ("one", "none")] == [204, 404]


def test_expanded_resource_list_tells_when_a_resource_came_and_changed() -> None:
    arm = emulator({"resource_groups": [{"name": "rg-backup"}]}, "realistic")
    vault = f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/vault"

    def listed() -> tuple[str, str]:
        (one,) = ask(arm, "GET", f"{GROUP}/resources?$expand=createdTime,changedTime").document["value"]
        return one["createdTime"], one["changedTime"]

    assert ask(arm, "PUT", vault, {"location": "westeurope", "properties": {}}, version="2024-04-01").status == 201
    born = "2027-01-15T08:00:00.0000000Z"
    assert listed() == (born, born)
    arm.clock.advance(60)
    assert listed() == (born, "2027-01-15T08:01:00.0000000Z")
    arm.clock.advance(60)
    assert ask(arm, "PATCH", vault, {"tags": {"a": "b"}}, version="2024-04-01").status == 202
    assert listed() == (born, "2027-01-15T08:02:00.0000000Z")


def test_unregistered_provider_refuses_until_it_is_registered() -> None:
    world = {
        "subscriptions": [{"id": SUBSCRIPTION, "providers": {"Microsoft.RecoveryServices": "NotRegistered"}}],
        "resource_groups": [{"name": "rg-backup"}],
        "settings": {"provider_registration_seconds": 30},
    }
    arm = emulator(world)
    provider = f"{SUBSCRIPTION_ID}/providers/Microsoft.RecoveryServices"
    vault = f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/vault"
    refused = ask(arm, "PUT", vault, {"location": "westeurope"}, version="2024-04-01")
    assert (refused.status, code(refused)) == (409, "MissingSubscriptionRegistration")
    assert "not registered to use namespace 'Microsoft.RecoveryServices'" in refused.document["error"]["message"]
    states = [ask(arm, "GET", provider).document["registrationState"]]
    states.append(ask(arm, "POST", f"{provider}/register").document["registrationState"])
    arm.clock.advance(30)
    states.append(ask(arm, "GET", provider).document["registrationState"])
    assert states == ["NotRegistered", "Registering", "Registered"]
    assert code(ask(arm, "GET", vault, version="2024-04-01")) == "ResourceNotFound"
    ask(arm, "POST", f"{provider}/unregister")
    arm.clock.advance(30)
    assert ask(arm, "GET", provider).document["registrationState"] == "Unregistered"


def test_provider_tells_its_types_and_versions() -> None:
    arm = emulator()
    listed = ask(arm, "GET", f"{SUBSCRIPTION_ID}/providers").document["value"]
    vaults = next(one for one in listed if one["namespace"] == "Microsoft.RecoveryServices")["resourceTypes"][0]
    assert vaults["resourceType"] == "vaults"
    assert "2024-04-01" in vaults["apiVersions"]
    assert "West Europe" in vaults["locations"]
    assert code(ask(arm, "GET", f"{SUBSCRIPTION_ID}/providers/Microsoft.Nothing")) == "InvalidResourceNamespace"


@pytest.mark.parametrize(
    ("cloud", "region", "pair", "others"),
    [
        ("AzureCloud", "westeurope", "northeurope", {"usgovvirginia", "chinaeast2"}),
        ("AzureUSGovernment", "usgovvirginia", "usgovtexas", {"westeurope", "chinaeast2"}),
        ("AzureChinaCloud", "chinaeast2", "chinanorth2", {"westeurope", "usgovvirginia"}),
    ],
)
def test_a_cloud_has_regions_of_its_own_which_name_their_pair(
    cloud: str, region: str, pair: str, others: set[str]
) -> None:
    arm = emulator({"cloud": cloud})
    listed = ask(arm, "GET", f"{SUBSCRIPTION_ID}/locations").document["value"]
    pairs = {one["name"]: one["metadata"]["pairedRegion"][0]["name"] for one in listed}
    assert pairs[region] == pair
    assert all(pairs[pair] in pairs for pair in pairs.values())
    assert not others & set(pairs)
    provider = ask(arm, "GET", f"{SUBSCRIPTION_ID}/providers/Microsoft.RecoveryServices").document
    assert provider["resourceTypes"][0]["locations"] == [one["displayName"] for one in listed]


def test_subscription_and_tenant() -> None:
    arm = emulator()
    one = ask(arm, "GET", SUBSCRIPTION_ID).document
    assert (one["subscriptionId"], one["state"], one["tenantId"]) == (SUBSCRIPTION, "Enabled", arm.world["tenant_id"])
    assert ask(arm, "GET", "/tenants").document["value"][0]["tenantId"] == arm.world["tenant_id"]


def test_writes_are_logged_with_caller_and_outcome() -> None:
    arm = emulator(latency="realistic")
    ask(arm, "PUT", GROUP, {"location": "westeurope"})
    ask(arm, "PUT", GROUP, {"location": "eastus"})
    ask(arm, "GET", GROUP)
    ask(arm, "DELETE", GROUP)
    arm.clock.advance(90)
    events = ask(arm, "GET", f"{LOG}?$filter=eventTimestamp ge '{arm.clock.iso(NOON)}'").document["value"]
    kind = "Microsoft.Resources/subscriptions/resourceGroups"
    assert [(one["operationName"]["value"], one["status"]["value"]) for one in events[::-1]] == [
        (f"{kind}/write", "Succeeded"),
        (f"{kind}/write", "Failed"),
        (f"{kind}/delete", "Accepted"),
        (f"{kind}/delete", "Succeeded"),
    ]
    assert {one["caller"] for one in events} == {OBJECT}
    assert {one["resourceGroupName"] for one in events} == {"rg-backup"}
    assert events[0]["correlationId"] == events[1]["correlationId"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("eventTimestamp ge '{long_ago}'", [89, 30, 1]),
        ("eventTimestamp ge '{month_ago}'", [30, 1]),
        ("eventTimestamp ge '{long_ago}' and eventTimestamp le '{month_ago}'", [89, 30]),
        ("eventTimestamp ge {long_ago} and eventTimestamp le {month_ago}", [89, 30]),
        ("eventTimestamp ge '{long_ago}' and resourceGroupName eq 'RG-BACKUP'", [89, 1]),
        ("eventTimestamp ge '{long_ago}' and resourceUri eq '{resource}'", [30]),
    ],
)
def test_history_of_the_world_and_its_filters(condition: str, expected: list[int]) -> None:
    arm = emulator()
    other = f"{SUBSCRIPTION_ID}/resourceGroups/rg-other/providers/Microsoft.RecoveryServices/vaults/v"
    log: ActivityLog = arm.service(ActivityLog)
    for days, resource in ((200, GROUP), (89, GROUP), (30, other), (1, GROUP)):
        log.record(resource, f"Microsoft.Test/{days}/write", "Succeeded", NOON - days * DAY)
    text = condition.format(
        long_ago=arm.clock.iso(NOON - 400 * DAY), month_ago=arm.clock.iso(NOON - 30 * DAY), resource=other.upper()
    )
    events = ask(arm, "GET", f"{LOG}?$filter={text}&$select=operationName").document["value"]
    assert [one["operationName"]["value"].split("/")[1] for one in events[::-1]] == [str(days) for days in expected]
    assert all(set(one) == {"operationName"} for one in events)


def test_long_log_comes_in_pages() -> None:
    arm = emulator()
    log: ActivityLog = arm.service(ActivityLog)
    for number in range(450):
        log.record(GROUP, f"Microsoft.Test/{number}/write", "Succeeded", NOON - number)
    path, sizes, seen = f"{LOG}?$filter=eventTimestamp ge '2020-01-01T00:00:00Z'", [], set()
    while path:
        page = ask(arm, "GET", path, version="2015-04-01").document
        sizes.append(len(page["value"]))
        seen |= {one["eventDataId"] for one in page["value"]}
        path = page.get("nextLink", "").removeprefix("https://127.0.0.1")
    assert (sizes, len(seen)) == ([200, 200, 50], 450)


@pytest.mark.parametrize("condition", ["", "resourceGroupName eq 'x'", "eventTimestamp ge 'yesterday'"])
def test_log_needs_a_start(condition: str) -> None:
    assert ask(emulator(), "GET", f"{LOG}?$filter={condition}").status == 400


def test_deleted_group_takes_its_records_in_other_groups_along() -> None:
    zone_name = "privatelink.we.backup.windowsazure.com"
    network = f"{SUBSCRIPTION_ID}/resourceGroups/rg-network/providers/Microsoft.Network"
    zone = f"{network}/privateDnsZones/{zone_name}"
    endpoint = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe"
    vault = f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/vault"
    subnet = {"name": "endpoints", "address_prefix": "10.1.1.0/24"}
    arm = emulator(
        {
            "virtual_networks": [
                {
                    "name": "vnet",
                    "resource_group": "rg-network",
                    "location": "westeurope",
                    "address_prefixes": ["10.1.0.0/16"],
                    "subnets": [subnet],
                }
            ],
            "private_dns_zones": [{"name": zone_name, "resource_group": "rg-network"}],
            "vaults": [
                {
                    "name": "vault",
                    "resource_group": "rg-backup",
                    "location": "westeurope",
                    "identity": "SystemAssigned",
                }
            ],
        }
    )
    connection = {"name": "c", "properties": {"privateLinkServiceId": vault, "groupIds": ["AzureBackup"]}}
    subnet_id = f"{network}/virtualNetworks/vnet/subnets/endpoints"
    properties = {"subnet": {"id": subnet_id}, "privateLinkServiceConnections": [connection]}
    ask(arm, "PUT", endpoint, {"location": "westeurope", "properties": properties}, version="2024-05-01")
    configuration = {"name": "backup", "properties": {"privateDnsZoneId": zone}}
    body = {"properties": {"privateDnsZoneConfigs": [configuration]}}
    ask(arm, "PUT", f"{endpoint}/privateDnsZoneGroups/default", body, version="2024-05-01")
    before = ask(arm, "GET", f"{zone}/A", version="2024-06-01").document["value"]
    ask(arm, "DELETE", GROUP)
    after = ask(arm, "GET", f"{zone}/A", version="2024-06-01").document["value"]
    assert (len(before) > 0, after) == (True, [])
    assert [one.id for one in arm.store.below(GROUP)] == []
    assert [entry for entry in arm.log if "traceback" in entry] == []


VAULT = f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/vault"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet"


def in_a_group(group: str, **vault: t.Any) -> JSON:
    """A network with machines and a vault in one group, an endpoint that needs both in another or the same."""
    subnet = {"name": "endpoints", "address_prefix": "10.1.1.0/24", "addresses_in_use": 2}
    return {
        "virtual_networks": [
            {
                "name": "vnet",
                "resource_group": "rg-backup",
                "location": "westeurope",
                "address_prefixes": ["10.1.0.0/16"],
                "subnets": [subnet],
            }
        ],
        "vaults": [{"name": "vault", "resource_group": "rg-backup", **vault}],
        "private_endpoints": [
            {"name": "pe", "resource_group": group, "virtual_network": "vnet", "subnet": "endpoints", "target": VAULT}
        ],
        "private_dns_zones": [
            {
                "name": "blob.example",
                "resource_group": "rg-backup",
                "virtual_network_links": [{"name": "l", "virtual_network": "vnet"}],
            }
        ],
    }


def in_the_end(arm: Arm, url: str) -> Response:
    """The answer to a poll of a deletion that has ended."""
    for _minute in range(10):
        answer = arm.answer(Request.parse("GET", url, {"Authorization": f"Bearer {in_process.token(arm)}"}))
        if answer.status != 202:
            return answer
        arm.clock.advance(60)
    raise AssertionError("the deletion did not end")


@pytest.mark.parametrize("latency", ["instant", "realistic"])
def test_a_group_goes_with_everything_that_only_it_holds(latency: str) -> None:
    arm = emulator(in_a_group("rg-backup"), latency)
    url = ask(arm, "DELETE", GROUP).headers["Location"]
    assert in_the_end(arm, url).status == 200
    assert ask(arm, "GET", GROUP).status == 404
    assert arm.store.below(GROUP) == []


@pytest.mark.parametrize("latency", ["instant", "realistic"])
@pytest.mark.parametrize(
    ("world", "stays", "reason"),
    [
        (in_a_group("rg-network"), [NETWORK, VAULT], "InUseSubnetCannotBeDeleted"),
        (
            in_a_group("rg-backup", history={"containers": ["WIN10"]}),
            [VAULT],
            "ServiceResourceNotEmptyWithContainerDetails",
        ),
    ],
    ids=["network in use", "vault in use"],
)
def test_a_group_stays_with_what_refuses_to_go(latency: str, world: JSON, stays: list[str], reason: str) -> None:
    arm = emulator(world, latency)
    answer = in_the_end(arm, ask(arm, "DELETE", GROUP).headers["Location"])
    error = answer.document["error"]
    assert (answer.status, error["code"]) == (409, "ResourceGroupDeletionBlocked")
    names = ",".join(resource_id.partition("/providers/")[2] for resource_id in stays)
    assert error["message"].startswith(
        f"Deletion of resource group 'rg-backup' failed as resources with identifiers '{names}' could not be deleted."
    )
    assert [detail["target"] for detail in error["details"]] == stays
    assert json.loads(error["details"][0]["message"])["error"]["code"] == reason
    assert ask(arm, "GET", GROUP).document["properties"]["provisioningState"] == "Succeeded"
    left = [one["id"] for one in ask(arm, "GET", f"{GROUP}/resources").document["value"]]
    assert sorted(left) == sorted(stays)


def test_a_deletion_that_goes_on_is_told_once() -> None:
    arm = emulator(in_a_group("rg-backup"), "realistic")
    first = ask(arm, "DELETE", GROUP).headers["Location"].partition("?")[0]
    arm.clock.advance(100)  # the endpoint is gone, and the vault it held is just being deleted
    assert ask(arm, "GET", GROUP).document["properties"]["provisioningState"] == "Deleting"
    assert ask(arm, "DELETE", GROUP).headers["Location"].partition("?")[0] == first


@pytest.mark.parametrize(
    ("spelt", "body"),
    [
        (
            "Microsoft.Network/virtualNetworks/My.Net",
            {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}},
        ),
        ("Microsoft.RecoveryServices/vaults/My-Vault", {"location": "westeurope", "properties": {}}),
        ("Microsoft.Network/privateDnsZones/My.Zone", {"location": "global"}),
    ],
)
@pytest.mark.parametrize("respelt", [str.lower, str.upper])
def test_an_id_has_azure_s_words_and_the_client_s_names(
    spelt: str, body: JSON, respelt: t.Callable[[str], str]
) -> None:
    arm = emulator({"resource_groups": [{"name": "rg-backup"}]})
    named = f"{SUBSCRIPTION_ID}/resourceGroups/RG-Backup/providers/{spelt}"
    kept = ("RG-Backup", spelt.rsplit("/", 1)[-1])
    path = "/".join(part if part in kept else respelt(part) for part in named.split("/"))
    assert ask(arm, "PUT", path, body).status in (201, 202)
    for asked in (path, named, named.lower()):
        found = ask(arm, "GET", asked).document
        assert (found["id"], found["type"]) == (named, spelt.rpartition("/")[0])
