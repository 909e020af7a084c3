"""Private DNS zones and their links to networks."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.tests.unit.emulator.network_support import (
    GROUP,
    NETWORK,
    PROVIDER,
    READER,
    SUBSCRIPTION,
    ZONE,
    ZONE_NAME,
    Azure,
    network,
    zone,
)

NEW = f"{PROVIDER}/privateDnsZones/new.example.com"
GLOBAL = {"location": "global"}
NETWORKS = [network(), network("second", 2)]
SECOND = f"{PROVIDER}/virtualNetworks/second"


def link(network_id: str, **properties: object) -> JSON:
    return {"location": "Global", "properties": {"virtualNetwork": {"id": network_id}, **properties}}


def test_new_zone_in_the_dialect_of_private_dns() -> None:
    azure = Azure(latency={"private_dns_zone.create": 45})
    response = azure.send("PUT", NEW, GLOBAL, headers={"If-None-Match": "*"})
    assert (response.status, response.document) == (202, {})
    status_url, result_url = response.headers["Azure-AsyncOperation"], response.headers["Location"]
    assert (
        f"{PROVIDER}/privateDnsOperationStatuses/RnJvbnRFbmRBc3luY09wZXJhdGlvbjtVcHNlcnRQcml2YXRlRG5zWm9uZT"
        in status_url
    )
    assert f"{PROVIDER}/privateDnsOperationResults/" in result_url
    running = azure.send("GET", status_url)
    assert (running.status, running.document) == (202, {"status": "InProgress"})
    assert running.headers["Retry-After"] == response.headers["Retry-After"] == "30"
    assert running.headers["Azure-AsyncOperation"].partition("?")[0] == status_url.partition("?")[0]
    assert running.headers["Location"].partition("?")[0] == result_url.partition("?")[0]
    assert azure.send("GET", NEW).status == 404
    azure.clock.advance(45)
    finished = azure.send("GET", status_url)
    assert (finished.status, finished.document) == (200, {"status": "Succeeded"})
    shown = azure.send("GET", NEW)
    assert shown.headers["ETag"] == shown.document["etag"]
    assert '"' not in shown.document["etag"]
    assert shown.document == {
        "id": NEW,
        "name": "new.example.com",
        "type": "Microsoft.Network/privateDnsZones",
        "etag": shown.document["etag"],
        "location": "global",
        "properties": {
            "maxNumberOfRecordSets": 25000,
            "maxNumberOfVirtualNetworkLinks": 1000,
            "maxNumberOfVirtualNetworkLinksWithRegistration": 100,
            "numberOfRecordSets": 1,
            "numberOfVirtualNetworkLinks": 0,
            "numberOfVirtualNetworkLinksWithRegistration": 0,
            "provisioningState": "Succeeded",
        },
    }


LINK = f"{ZONE}/virtualNetworkLinks/to-vnet"
MATCH, NONE_MATCH = {"If-Match": "37222d02-5fed-41c6-b394-ec1968f39f3b"}, {"If-None-Match": "*"}
OF_LINK = f"for the Private DNS zone {ZONE_NAME}"
CHANGED_LINK = (
    f"The Virtual Network link 'to-vnet' for the Private DNS zone '{ZONE_NAME}' has been modified (etag mismatch)."
)


@pytest.mark.parametrize(
    ("method", "path", "headers", "message"),
    [
        ("PUT", ZONE, NONE_MATCH, f"The Zone {ZONE_NAME} exists already and hence cannot be created again."),
        ("PUT", ZONE, MATCH, f"The Zone {ZONE_NAME} has been modified (etag mismatch)."),
        ("PATCH", ZONE, MATCH, f"The Zone {ZONE_NAME} has been modified (etag mismatch)."),
        (
            "PUT",
            LINK,
            NONE_MATCH,
            f"The Virtual Network link to-vnet {OF_LINK} exists already and hence cannot be created again.",
        ),
        ("PUT", LINK, MATCH, CHANGED_LINK),
        ("PATCH", LINK, MATCH, CHANGED_LINK),
        ("DELETE", LINK, MATCH, CHANGED_LINK),
    ],
)
def test_preconditions_are_judged_by_the_operation(
    method: str, path: str, headers: dict[str, str], message: str
) -> None:
    azure = Azure(latency={"private_dns": 11, "virtual_network_link": 30})
    before = azure.get(path)
    body = {**(GLOBAL if path == ZONE else link(NETWORK)), "tags": {"a": "b"}}
    response = azure.send(method, path, None if method == "DELETE" else body, headers=headers)
    assert (response.status, response.document) == (202, None if method == "DELETE" else {})
    url = response.headers["Azure-AsyncOperation"]
    assert azure.send("GET", url).document == {"status": "InProgress"}
    azure.clock.advance(11)
    ended = azure.send("GET", url)
    assert ended.status == 200
    assert ended.document == {"status": "Failed", "error": {"code": "PreconditionFailed", "message": message}}
    assert azure.get(path) == before


def test_a_zone_is_deleted_in_the_version_that_is_named_only() -> None:
    azure = Azure(private_dns_zones=[zone(linked="")])
    url = azure.send("DELETE", ZONE, headers=MATCH).headers["Azure-AsyncOperation"]
    error = azure.send("GET", url).document["error"]
    assert error["message"] == f"The Zone {ZONE_NAME} has been modified (etag mismatch)."
    azure.settled("DELETE", ZONE, headers={"If-Match": azure.get(ZONE)["etag"]})
    assert azure.send("GET", ZONE).status == 404


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (NEW, {"location": "westeurope"}, "LocationNotAvailableForResourceType"),
        (NEW, {}, "LocationRequired"),
        (f"{PROVIDER}/privateDnsZones/single", GLOBAL, "BadRequest"),
    ],
)
def test_zones_that_cannot_be(path: str, body: JSON, code: str) -> None:
    assert Azure().refused("PUT", path, body)[:2] == (400, code)


def test_one_operation_at_a_time() -> None:
    seconds = {"private_dns_zone.": 45, "virtual_network_link.": 30}
    azure = Azure(latency=seconds, virtual_networks=NETWORKS, private_dns_zones=[zone(linked="")])
    assert azure.send("PUT", NEW, GLOBAL).status == 202
    status, code, text = azure.refused("PUT", NEW, GLOBAL)
    assert (status, code) == (409, "Conflict")
    assert "already has 1 operations like '/operations/type/UpsertPrivateDnsZone/id/" in text
    first, second = f"{ZONE}/virtualNetworkLinks/a", f"{ZONE}/virtualNetworkLinks/b"
    assert azure.send("PUT", first, link(NETWORK)).status == 202
    assert azure.send("PUT", second, link(SECOND)).status == 202
    assert "UpsertVirtualNetworkLink" in azure.refused("PUT", first, link(NETWORK))[2]
    azure.clock.advance(45)
    assert azure.send("PUT", NEW, GLOBAL).status == 202


def test_group_must_exist() -> None:
    azure = Azure()
    path = NEW.replace("/rg/", "/none/")
    assert azure.refused("PUT", path, GLOBAL)[:2] == (404, "ResourceGroupNotFound")


def test_update_keeps_the_records() -> None:
    azure = Azure(private_dns_zones=[{**zone(), "records": [{"name": "x", "ip_addresses": ["10.0.0.4"]}]}])
    assert azure.settled("PUT", ZONE, {**GLOBAL, "tags": {"a": "b"}})["tags"] == {"a": "b"}
    assert azure.settled("PATCH", ZONE, {"tags": {"c": "d"}})["tags"] == {"c": "d"}
    assert azure.settled("PATCH", ZONE, {})["tags"] == {"c": "d"}
    properties = azure.get(ZONE)["properties"]
    assert (properties["numberOfRecordSets"], properties["numberOfVirtualNetworkLinks"]) == (2, 1)


def test_zone_with_links_stays() -> None:
    azure = Azure()
    assert azure.refused("DELETE", ZONE) == (
        409,
        "CannotDeleteResource",
        "Can not delete resource before nested resources are deleted.",
    )
    azure.settled("DELETE", f"{ZONE}/virtualNetworkLinks/to-vnet")
    response = azure.send("DELETE", ZONE)
    assert (response.status, response.document) == (202, None)
    outcome = azure.send("GET", response.headers["Location"])
    assert (outcome.status, outcome.document) == (200, {})
    assert azure.send("GET", ZONE).status == 404
    assert azure.send("GET", f"{ZONE}/SOA/@").status == 404
    assert azure.send("DELETE", ZONE).status == 204


def test_lists() -> None:
    azure = Azure()
    azure.settled("PUT", NEW, GLOBAL)
    for scope in (PROVIDER, f"{SUBSCRIPTION}/providers/Microsoft.Network"):
        names = [item["name"] for item in azure.get(f"{scope}/privateDnsZones")["value"]]
        assert names == [ZONE_NAME, "new.example.com"]


def test_new_link() -> None:
    azure = Azure(virtual_networks=NETWORKS, latency={"virtual_network_link.create": 30})
    path = f"{ZONE}/virtualNetworkLinks/l"
    response = azure.send("PUT", path, link(SECOND), api="2024-06-01")
    assert (response.status, response.document) == (202, {})
    during = azure.get(path)["properties"]
    assert (during["provisioningState"], during["virtualNetworkLinkState"]) == ("InProgress", "InProgress")
    azure.clock.advance(30)
    document = azure.get(path, "2024-06-01")
    assert document["etag"].startswith('"') and document["etag"].endswith('"')
    assert azure.send("GET", path).headers["ETag"] == document["etag"]
    assert azure.send("PUT", path, link(SECOND), headers={"If-Match": document["etag"]}).status == 202
    azure.clock.advance(30)
    document = azure.get(path, "2024-06-01")
    assert document == {
        "id": path,
        "name": "l",
        "type": "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        "etag": document["etag"],
        "location": "global",
        "properties": {
            "provisioningState": "Succeeded",
            "registrationEnabled": False,
            "virtualNetwork": {"id": SECOND},
            "virtualNetworkLinkState": "Completed",
            "resolutionPolicy": "Default",
        },
    }
    assert "resolutionPolicy" not in azure.get(path, "2018-09-01")["properties"]
    assert azure.get(ZONE)["properties"]["numberOfVirtualNetworkLinks"] == 2
    assert [item["name"] for item in azure.get(f"{ZONE}/virtualNetworkLinks")["value"]] == ["to-vnet", "l"]


def test_policy_of_a_link_survives_a_put_without_it() -> None:
    azure = Azure()
    path = f"{ZONE}/virtualNetworkLinks/to-vnet"
    api = "2024-06-01"
    azure.settled("PUT", path, link(NETWORK, resolutionPolicy="NxDomainRedirect"), api=api)
    azure.settled("PUT", path, link(NETWORK), api=api)
    assert azure.get(path, api)["properties"]["resolutionPolicy"] == "NxDomainRedirect"
    azure.settled("PATCH", path, {"properties": {"resolutionPolicy": "Default"}}, api=api)
    assert azure.get(path, api)["properties"]["resolutionPolicy"] == "Default"


def test_overlapping_zones_in_azures_own_words() -> None:
    elsewhere = {**zone(linked=""), "resource_group": "other", "virtual_network_links": []}
    azure = Azure(private_dns_zones=[zone(), elsewhere])
    path = f"{ZONE.replace('/rg/', '/other/')}/virtualNetworkLinks/l"
    assert azure.refused("PUT", path, link(NETWORK)) == (
        400,
        "BadRequest",
        "A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link virtual "
        f"network with '{ZONE_NAME}' and '{ZONE_NAME}' zones.",
    )
    assert azure.send("GET", path).status == 404


@pytest.mark.parametrize(("refused", "status"), [(False, 202), (True, 400)])
def test_zone_inside_a_zone(refused: bool, status: int) -> None:
    azure = Azure(
        private_dns_zones=[zone(), zone("core.windows.example", ""), zone("blob.core.windows.net", "")],
        settings={"overlapping_zones_refused": refused},
    )
    for name, expected in (("blob.core.windows.net", status), ("core.windows.example", 202)):
        path = f"{PROVIDER}/privateDnsZones/{name}/virtualNetworkLinks/l"
        assert azure.send("PUT", path, link(NETWORK)).status == expected


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (f"{ZONE}/virtualNetworkLinks/to-vnet", link(SECOND), 400, "BadRequest"),
        (f"{ZONE}/virtualNetworkLinks/l", link(NETWORK + "x"), 400, "BadRequest"),
        (f"{ZONE}/virtualNetworkLinks/l", link(SECOND, resolutionPolicy="Other"), 400, "BadRequest"),
        (f"{NEW}/virtualNetworkLinks/l", link(SECOND), 404, "ParentResourceNotFound"),
        (f"{ZONE}/virtualNetworkLinks/l", {"properties": {}}, 400, "LocationRequired"),
    ],
)
def test_links_that_cannot_be(path: str, body: JSON, status: int, code: str) -> None:
    azure = Azure(virtual_networks=NETWORKS)
    assert azure.refused("PUT", path, body)[:2] == (status, code)


def test_redirect_is_for_privatelink_zones() -> None:
    azure = Azure()
    azure.settled("PUT", NEW, GLOBAL)
    path = f"{NEW}/virtualNetworkLinks/l"
    assert azure.refused("PUT", path, link(NETWORK, resolutionPolicy="NxDomainRedirect"))[:2] == (400, "BadRequest")
    azure.settled("PUT", path, link(NETWORK))
    assert "resolutionPolicy" not in azure.get(path, "2024-06-01")["properties"]


def test_link_needs_the_right_to_join_the_network() -> None:
    azure = Azure(
        virtual_networks=[network(), {**network("second", 2), "resource_group": "other"}],
        role_assignments=[{"scope": GROUP, "role": "Owner", "principal_id": READER}],
    )
    body = link(SECOND.replace("/rg/", "/other/"))
    status, code, message = azure.refused("PUT", f"{ZONE}/virtualNetworkLinks/l", body, caller=READER)
    assert (status, code) == (403, "LinkedAuthorizationFailed")
    assert "Microsoft.Network/virtualNetworks/join/action" in message


def test_deleting_a_link() -> None:
    azure = Azure()
    path = f"{ZONE}/virtualNetworkLinks/to-vnet"
    azure.settled("DELETE", path)
    assert azure.get(ZONE)["properties"]["numberOfVirtualNetworkLinks"] == 0
    assert azure.send("DELETE", path).status == 204


def test_failed_link() -> None:
    azure = Azure(virtual_networks=NETWORKS)
    azure.arm.operations.fail_next("virtual_network_link", {"code": "InternalServerError", "message": "x"})
    path = f"{ZONE}/virtualNetworkLinks/l"
    status = azure.send("GET", azure.send("PUT", path, link(SECOND)).headers["Azure-AsyncOperation"]).document
    assert status["status"] == "Failed"
    assert azure.get(path)["properties"]["provisioningState"] == "Failed"


def test_a_link_that_registers_machines_is_in_progress_for_longer_than_its_operation() -> None:
    azure = Azure(latency={"virtual_network_link.create": 30, "virtual_network_link.register": 60})
    link = f"{ZONE}/virtualNetworkLinks/to-vnet"
    body = {"location": "global", "properties": {"virtualNetwork": {"id": NETWORK}, "registrationEnabled": True}}
    assert azure.send("PUT", link, body).status == 202
    azure.clock.advance(30)
    properties = azure.get(link)["properties"]
    assert (properties["provisioningState"], properties["virtualNetworkLinkState"]) == ("Succeeded", "InProgress")
    azure.clock.advance(60)
    assert azure.get(link)["properties"]["virtualNetworkLinkState"] == "Completed"
