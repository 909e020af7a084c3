"""Record sets: documents, preconditions, lists."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.tests.unit.emulator.network_support import ZONE, ZONE_NAME, Azure, zone

RECORD = f"{ZONE}/A/www"
ABSENT = ZONE.replace("blob", "none")


def records(*addresses: str, ttl: object = 3600, **properties: object) -> JSON:
    return {"properties": {"ttl": ttl, "aRecords": [{"ipv4Address": item} for item in addresses], **properties}}


def test_life_of_a_record_set() -> None:
    azure = Azure()
    created = azure.send("PUT", RECORD, {"properties": {"ttl": 3600}}, headers={"If-None-Match": "*"})
    assert created.status == 201
    assert created.headers["ETag"] == created.document["etag"]
    assert '"' not in created.document["etag"]
    assert created.document == {
        "id": RECORD,
        "name": "www",
        "type": "Microsoft.Network/privateDnsZones/A",
        "etag": created.document["etag"],
        "properties": {"fqdn": f"www.{ZONE_NAME}.", "ttl": 3600, "aRecords": [], "isAutoRegistered": False},
    }
    assert azure.get(ZONE)["properties"]["numberOfRecordSets"] == 2
    # The etag in the body is not a precondition.
    updated = azure.send("PUT", RECORD, {"etag": "old", **records("10.0.0.1", metadata={"creator": "me"})})
    assert updated.status == 200
    assert updated.document["etag"] != created.document["etag"]
    assert updated.document["properties"]["metadata"] == {"creator": "me"}
    assert azure.get(RECORD) == updated.document
    patched = azure.send("PATCH", RECORD, {"properties": {"ttl": 10}}).document["properties"]
    assert (patched["ttl"], patched["aRecords"]) == (10, [{"ipv4Address": "10.0.0.1"}])
    deleted = azure.send("DELETE", RECORD)
    assert (deleted.status, deleted.document) == (200, None)
    assert azure.send("DELETE", RECORD).status == 204
    missing = azure.send("GET", RECORD)
    assert (missing.status, missing.document["code"]) == (404, "NotFound")
    assert missing.document["message"].startswith("The resource record 'www' does not exist in resource group 'rg' of ")
    assert azure.get(ZONE)["properties"]["numberOfRecordSets"] == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_changed_record_set(method: str) -> None:
    azure = Azure()
    etag = azure.send("PUT", RECORD, records("10.0.0.1")).document["etag"]
    refused = azure.send(method, RECORD, records("10.0.0.2"), headers={"If-Match": "other"})
    assert refused.status == 412
    assert refused.document == {
        "code": "PreconditionFailed",
        "message": "The Record set www has been modified (etag mismatch).",
    }
    assert azure.send(method, RECORD, records("10.0.0.2"), headers={"If-Match": etag}).status == 200


def test_existing_record_set() -> None:
    azure = Azure()
    azure.send("PUT", RECORD, records("10.0.0.1"))
    refused = azure.send("PUT", RECORD, records("10.0.0.2"), headers={"If-None-Match": "*"})
    assert refused.status == 412
    assert refused.document == {
        "code": "PreconditionFailed",
        "message": "The Record set www exists already and hence cannot be created again.",
    }


@pytest.mark.parametrize(("method", "action"), [("PUT", "write"), ("GET", "read"), ("DELETE", "delete")])
def test_missing_zone(method: str, action: str) -> None:
    azure = Azure()
    response = azure.send(method, f"{ABSENT}/A/www", records())
    assert response.status == 404
    assert response.headers["x-ms-failure-cause"] == "gateway"
    assert response.document["error"] == {
        "code": "ParentResourceNotFound",
        "message": f"Failed to perform '{action}' on resource(s) of type 'privateDnsZones/A', because the parent "
        f"resource '{ABSENT}' could not be found.",
    }


@pytest.mark.parametrize(
    "body",
    [
        records("10.0.0.256"),
        records("::1"),
        records(ttl=-1),
        records(ttl="10"),
        {"properties": {"ttl": 1, "aRecords": [{}]}},
    ],
)
def test_data_that_is_no_record_set(body: JSON) -> None:
    azure = Azure()
    assert azure.refused("PUT", RECORD, body)[:2] == (400, "BadRequest")
    assert azure.send("GET", RECORD).status == 404


def test_a_time_to_live_of_nothing_is_one() -> None:
    assert Azure().send("PUT", RECORD, records(ttl=0)).document["properties"]["ttl"] == 0


@pytest.mark.parametrize(("kind", "name"), [("AAAA", "aaaaRecords"), ("MX", "mxRecords"), ("TXT", "txtRecords")])
def test_an_empty_record_set_shows_an_empty_list(kind: str, name: str) -> None:
    made = Azure().send("PUT", f"{ZONE}/{kind}/empty", {"properties": {"ttl": 5}})
    assert made.document["properties"][name] == []


def test_azure_counts_the_serial_number_of_a_zone_itself() -> None:
    azure = Azure()
    before = azure.get(f"{ZONE}/SOA/@")["properties"]["soaRecord"]
    sent = {"properties": {"ttl": 60, "soaRecord": {**before, "serialNumber": 99, "refreshTime": 7}}}
    after = azure.send("PUT", f"{ZONE}/SOA/@", sent).document["properties"]["soaRecord"]
    assert after == {**before, "refreshTime": 7}


@pytest.mark.parametrize("path", [f"{ZONE}/a/WWW", f"{ZONE.upper()}/A/www"])
def test_case_does_not_matter(path: str) -> None:
    azure = Azure()
    azure.send("PUT", RECORD, records("10.0.0.1"))
    assert azure.send("PUT", path, records("10.0.0.2")).status == 200
    assert azure.get(path)["id"] == RECORD


def test_names_with_dots_and_the_apex() -> None:
    azure = Azure()
    dotted = azure.send("PUT", f"{ZONE}/A/1-asr-pod01-rcm1.cus", records("10.0.0.1")).document
    assert dotted["properties"]["fqdn"] == f"1-asr-pod01-rcm1.cus.{ZONE_NAME}."
    apex = azure.send("PUT", f"{ZONE}/A/%40", records("10.0.0.1")).document
    assert (apex["name"], apex["properties"]["fqdn"]) == ("@", f"{ZONE_NAME}.")
    soa = azure.get(f"{ZONE}/SOA/@")["properties"]
    assert (soa["ttl"], soa["soaRecord"]["host"]) == (3600, "azureprivatedns.net")
    assert azure.refused("DELETE", f"{ZONE}/SOA/@")[:2] == (400, "BadRequest")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("AAAA", {"aaaaRecords": [{"ipv6Address": "fd00::1"}]}),
        ("TXT", {"txtRecords": [{"value": ["text"]}]}),
        ("CNAME", {"cnameRecord": {"cname": "other.example.com"}}),
    ],
)
def test_other_types(kind: str, data: JSON) -> None:
    azure = Azure()
    path = f"{ZONE}/{kind}/www"
    assert azure.send("PUT", path, {"properties": {"ttl": 60, **data}}).status == 201
    document = azure.get(path)
    assert document["type"] == f"Microsoft.Network/privateDnsZones/{kind}"
    assert document["properties"].items() >= data.items()
    assert [item["name"] for item in azure.get(f"{ZONE}/{kind}")["value"]] == ["www"]
    assert azure.refused("PUT", RECORD, records("10.0.0.1"))[0] == 400 if kind == "CNAME" else True


def many(count: int, **settings: object) -> Azure:
    items = [{"name": f"r{number}", "ip_addresses": ["10.0.0.4"]} for number in range(count)]
    return Azure(private_dns_zones=[{**zone(), "records": items}], settings=settings)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("ALL", ["@", "r0", "r1", "r2"]),
        ("all", ["@", "r0", "r1", "r2"]),
        ("A", ["r0", "r1", "r2"]),
        ("A?$recordsetnamesuffix=1", ["r1"]),
        ("SOA", ["@"]),
        ("TXT", []),
    ],
)
def test_lists(path: str, names: list[str]) -> None:
    document = many(3).get(f"{ZONE}/{path}")
    assert [item["name"] for item in document["value"]] == names
    assert "nextLink" not in document


@pytest.mark.parametrize(
    ("query", "settings", "pages"),
    [
        ("", {}, [100, 100, 5]),
        ("", {"record_page_size": 150}, [150, 55]),
        ("?$top=80", {}, [80, 80, 45]),
        ("?$recordsetnamesuffix=1&$top=15", {}, [15, 6]),
    ],
)
def test_pages(query: str, settings: JSON, pages: list[int]) -> None:
    azure = many(205, **settings)
    names, sizes, path = [], [], f"{ZONE}/A{query}"
    while path:
        document = azure.get(path)
        names += [item["name"] for item in document["value"]]
        sizes.append(len(document["value"]))
        path = document.get("nextLink", "")
    assert sizes == pages
    assert len(set(names)) == len(names)


def test_list_of_a_missing_zone() -> None:
    assert Azure().refused("GET", f"{ABSENT}/ALL")[:2] == (404, "ParentResourceNotFound")
