"""Paths in wire JSON, and facts."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils import wire

DOCUMENT = {"a": {"b": [{"c": 1}, {"c": 2}], "n": None}, "x": 0}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("x", 0),
        ("a.b.1.c", 2),
        ("a.b.2.c", None),
        ("a.b.c", None),
        ("a.n", None),
        ("a.n.deeper", None),
        ("x.y", None),
        ("missing", None),
        ("a.b", [{"c": 1}, {"c": 2}]),
    ],
)
def test_reading(path: str, expected: t.Any) -> None:
    assert wire.get_path(DOCUMENT, path) == expected


@pytest.mark.parametrize("document", [None, [], "text", 3])
def test_reading_what_is_no_object(document: t.Any) -> None:
    assert wire.get_path(document, "a.b") is None


@pytest.mark.parametrize(
    ("before", "path", "expected"),
    [
        ({}, "a", {"a": 9}),
        ({}, "a.b.c", {"a": {"b": {"c": 9}}}),
        ({}, "a.0.b", {"a": [{"b": 9}]}),
        ({"a": [{"b": 1, "c": 2}]}, "a.0.b", {"a": [{"b": 9, "c": 2}]}),
        ({"a": [1]}, "a.0", {"a": [9]}),
        ({"a": [1]}, "a.1", {"a": [1, 9]}),
        ({"a": None}, "a.b", {"a": {"b": 9}}),
    ],
)
def test_writing(before: dict[str, t.Any], path: str, expected: dict[str, t.Any]) -> None:
    wire.set_path(before, path, 9)
    assert before == expected
    assert wire.get_path(before, path) == 9


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["x"], {"a": DOCUMENT["a"]}),
        (["a.b.*.c"], {"a": {"b": [{}, {}], "n": None}, "x": 0}),
        (["a.n", "x"], {"a": {"b": DOCUMENT["a"]["b"]}}),  # type: ignore[index]
        (["missing.deep", "a.x.y", "x.y", "a.b.c"], DOCUMENT),
    ],
)
def test_leaving_out(paths: list[str], expected: dict[str, t.Any]) -> None:
    before = copy.deepcopy(DOCUMENT)
    assert wire.without(DOCUMENT, paths) == expected
    assert before == DOCUMENT


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("privateEndpointConnections", "private_endpoint_connections"),
        ("privateIPAddress", "private_ip_address"),
        ("id", "id"),
        ("customDnsConfigs", "custom_dns_configs"),
        ("fqdn", "fqdn"),
        ("aRecords", "a_records"),
        ("ipv4Address", "ipv4_address"),
        ("already_snake", "already_snake"),
    ],
)
def test_snake_case(name: str, expected: str) -> None:
    assert wire.snake(name) == expected


def test_facts() -> None:
    document = {
        "id": "/x",
        "tags": {"CamelCase": "v"},
        "identity": {"userAssignedIdentities": {"/Sub/Id": {"clientId": "c"}}},
        "properties": {"provisioningState": "Succeeded", "id": "inner", "list": [{"camelCase": 1}]},
    }
    found = wire.facts(document)
    assert found["id"] == "/x"
    assert found["tags"] == {"CamelCase": "v"}
    assert list(found["identity"]["user_assigned_identities"]) == ["/Sub/Id"]
    assert found["provisioning_state"] == "Succeeded"
    assert found["list"] == [{"camel_case": 1}]
    assert wire.facts(None) == wire.facts({}) == {}
