"""Option rows: argument specification, wire JSON, equality, diff view."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.engine import spec
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.tags import folded

ROWS = {
    "location": Option(to="location", fold=spec.a_region, immutable=True),
    "access": Option(to="properties.access", fold=spec.caseless),
    "key": Option(to="properties.key", secret=True),
    "tags": Option(type="dict", to="tags", fold=folded),
    "local": Option(type="bool", default=True),
}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Option(), {"type": "str"}),
        (Option(type="int", default=0), {"type": "int", "default": 0}),
        (Option(type="bool", default=False), {"type": "bool", "default": False}),
        (Option(required=True, choices=("a", "b")), {"type": "str", "required": True, "choices": ["a", "b"]}),
        (Option(secret=True), {"type": "str", "no_log": True}),
        (Option(type="list", elements="str", aliases=("x",)), {"type": "list", "elements": "str", "aliases": ["x"]}),
        (
            Option(type="dict", options={"a": Option(type="int")}),
            {"type": "dict", "options": {"a": {"type": "int"}}},
        ),
    ],
)
def test_argument(row: Option, expected: dict[str, t.Any]) -> None:
    assert row.argument() == expected


def test_argument_from_the_environment() -> None:
    function, names = Option(environment=("ONE", "TWO")).argument()["fallback"]
    assert function.__name__ == "env_fallback"
    assert names == ["ONE", "TWO"]


def test_desired_holds_what_was_given() -> None:
    values: dict[str, t.Any] = {"location": "x", "access": None, "tags": {}, "local": True, "other": 1}
    assert spec.desired(ROWS, values) == {"location": "x", "tags": {}}


@pytest.mark.parametrize(
    ("wanted", "current", "expected"),
    [
        ({"location": "West Europe"}, {"location": "westeurope"}, []),
        ({"location": "West Europe"}, {"location": "northeurope"}, ["location"]),
        ({"properties": {"access": "ENABLED"}}, {"properties": {"access": "Enabled"}}, []),
        ({"properties": {"access": "Enabled"}}, {}, ["access"]),
        ({}, {"location": "x", "properties": {"access": "Enabled"}}, []),
        ({"tags": {}}, {}, []),
        ({"tags": {}}, {"tags": {"a": "1"}}, ["tags"]),
        ({"tags": {"A": "1"}}, {"tags": {"a": "1"}}, []),
        ({"tags": {"A": "1"}}, {"tags": {"A": "2"}}, ["tags"]),
    ],
)
def test_differing(wanted: dict[str, t.Any], current: dict[str, t.Any], expected: list[str]) -> None:
    assert spec.differing(ROWS, current, wanted) == expected


@pytest.mark.parametrize(
    ("fold", "one", "other", "same"),
    [
        (spec.plain, "a", "A", False),
        (spec.caseless, "a", "A", True),
        (spec.caseless, 1, 1, True),
        (spec.an_id, "/A/b/", "/a/B", True),
        (spec.a_region, "North Europe", "northeurope", True),
        (spec.a_set, ["b", "A"], ["a", "B", "b"], True),
        (spec.a_set, None, [], True),
        (spec.a_set, ["a"], [], False),
    ],
)
def test_folds(fold: spec.Fold, one: t.Any, other: t.Any, same: bool) -> None:
    assert (fold(one) == fold(other)) is same


def test_numbers_have_bounds() -> None:
    inner = {"port": spec.port(53), "name": Option()}
    rows = {
        "seconds": Option(type="int", least=0),
        "several": Option(type="list", elements="dict", options=inner),
        "one": Option(type="dict", options=inner),
        "free": Option(type="int"),
    }
    good = {"seconds": 0, "several": [{"port": 1}, {"port": 65535}], "one": {"name": "a"}, "free": -1}
    assert spec.unacceptable(rows, good) == []
    assert spec.unacceptable(rows, {}) == []
    bad = {"seconds": -1, "several": [{"port": 1}, {"port": 0}], "one": {"port": 65536}}
    assert spec.unacceptable(rows, bad) == [
        "seconds must be at least 0, got -1.",
        "several.port must be at least 1, got 0.",
        "one.port must be at most 65535, got 65536.",
    ]


def test_modelled_shows_rows_only_and_masks_secrets() -> None:
    document = {"location": "x", "etag": "e", "properties": {"access": None, "key": "s3cret", "more": 1}, "tags": {}}
    assert spec.modelled(ROWS, document) == {"location": "x", "properties": {"key": "VALUE HIDDEN"}}
    assert spec.modelled(ROWS, None) == {}
