"""Tags that Resource Manager refuses, and those that private DNS takes and forgets."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.tests.unit.emulator.network_support import (
    PROVIDER,
    READER,
    ZONE,
    Azure,
    network,
    zone,
)

OTHER = f"{PROVIDER}/virtualNetworks/other"
FORGETTABLE = {"kept-1": "a: b", "cost:center": "1", "cost center": "1", "(x)": "1", "1st": "1"}


def body(tags: JSON) -> JSON:
    return {
        "location": "westeurope",
        "tags": tags,
        "properties": {"addressSpace": {"addressPrefixes": ["10.9.0.0/16"]}},
    }


@pytest.mark.parametrize(
    ("tags", "code", "words"),
    [
        ({"a/b": "1"}, "InvalidTagNameCharacters", "The tag names 'a/b' have reserved characters"),
        ({f"t{number}": "" for number in range(51)}, "InvalidTagCount", "maximum of 50"),
        ({"a": "1", "A": "2"}, "InvalidRequestContent", "not unique"),
        ({"n" * 513: "1"}, "InvalidTagNameLength", "Maximum allowed length for tag key - '512'"),
        ({"a": "v" * 257}, "InvalidTagValueLength", "Maximum allowed length for tag value - '256'"),
    ],
)
def test_refused_whatever_the_type(tags: JSON, code: str, words: str) -> None:
    azure = Azure()
    status, refused, text = azure.refused("PUT", OTHER, body(tags))
    assert (status, refused) == (400, code)
    assert words in text
    assert azure.send("GET", OTHER).status == 404


def test_who_may_not_write_is_not_told_about_tags() -> None:
    assert Azure().refused("PUT", OTHER, body({"a/b": "1"}), caller=READER)[0] == 403


def test_taken() -> None:
    azure = Azure()
    given = {"hidden-link:/x": "Resource", "cost center": "", "1:(b)": "v" * 256}
    azure.settled("PUT", OTHER, body(given))
    assert azure.get(OTHER)["tags"] == given


def test_private_dns_forgets_without_a_word() -> None:
    azure = Azure(virtual_networks=[network()], private_dns_zones=[zone()])
    azure.settled("PUT", ZONE, {"location": "global", "tags": FORGETTABLE})
    assert azure.get(ZONE)["tags"] == {"kept-1": "a: b"}
    link = f"{ZONE}/virtualNetworkLinks/to-vnet"
    assert azure.settled("PATCH", link, {"tags": FORGETTABLE})["tags"] == {"kept-1": "a: b"}
    sixteen = {f"t{number}": "" for number in range(16)}
    assert azure.refused("PUT", ZONE, {"location": "global", "tags": sixteen})[0] == 400


def test_the_tags_of_one_resource_without_the_rest_of_it() -> None:
    azure = Azure()
    azure.settled("PUT", OTHER, body({"Owner": "a", "b": "1"}))
    before, tags = azure.get(OTHER), f"{OTHER}/providers/Microsoft.Resources/tags/default"
    for method, operation, given, left in (
        ("PATCH", "Merge", {"owner": "c", "d": "2"}, {"Owner": "c", "b": "1", "d": "2"}),
        ("PATCH", "Delete", {"B": "", "d": "other"}, {"Owner": "c", "d": "2"}),
        ("PATCH", "Replace", {"e": "3"}, {"e": "3"}),
        ("PUT", "", {"f": "4"}, {"f": "4"}),
    ):
        answer = azure.send(method, tags, {"operation": operation, "properties": {"tags": given}})
        assert (answer.status, answer.document["properties"]["tags"]) == (200, left)
        assert azure.get(OTHER)["tags"] == azure.get(tags)["properties"]["tags"] == left
    assert azure.get(OTHER)["properties"] == before["properties"]
    assert azure.refused("PATCH", tags, {"operation": "Add", "properties": {"tags": {}}})[0] == 400
    assert azure.refused("PATCH", tags, {"operation": "Merge", "properties": {"tags": {"a/b": ""}}})[0] == 400
    assert azure.refused("PATCH", tags, {"operation": "Merge"}, caller=READER)[0] == 403
