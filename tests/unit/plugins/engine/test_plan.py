"""Decisions: what changes, what is sent, what is refused."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.engine import spec
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.plan import (
    Plan,
    overlay,
    plan_absent,
    plan_present,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.resource import wanted_tags
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.tags import folded
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import Refusal

ROWS = {
    "location": Option(to="location", fold=spec.a_region, immutable=True),
    "subnet": Option(to="properties.subnet.id", fold=spec.an_id, immutable=True),
    "access": Option(to="properties.access"),
    "message": Option(to="properties.connections.0.properties.message"),
    "tags": Option(type="dict", to="tags", fold=folded),
}
CURRENT = {
    "id": "/x",
    "etag": "e",
    "location": "westeurope",
    "tags": {"a": "1"},
    "properties": {
        "access": "Enabled",
        "foreign": {"kept": True},
        "provisioningState": "Succeeded",
        "connections": [{"name": "c", "etag": "e2", "properties": {"message": "old", "groupIds": ["g"]}}],
    },
}
READ_ONLY = ("id", "etag", "properties.provisioningState", "properties.connections.*.etag")


def test_absent_is_created_with_defaults_under_the_wish() -> None:
    wanted = {"location": "x", "properties": {"access": "Disabled"}}
    made = plan_present("/x", ROWS, None, wanted, creating={"sku": "s", "properties": {"access": "Enabled", "d": 1}})
    assert made.action == "create" and made.changed
    assert made.body == {"sku": "s", "location": "x", "properties": {"access": "Disabled", "d": 1}}
    assert made.before == {}
    assert made.after == {"location": "x", "properties": {"access": "Disabled"}}


def test_nothing_to_do() -> None:
    made = plan_present("/x", ROWS, CURRENT, {"location": "West Europe", "tags": {"a": "1"}})
    assert (made.action, made.changed, made.body) == ("none", False, {})
    assert made.diff()["before"] == made.diff()["after"]


def test_put_sends_the_current_laid_under_the_wish() -> None:
    before = copy.deepcopy(CURRENT)
    wanted = {"properties": {"access": "Disabled", "connections": [{"properties": {"message": "new"}}]}}
    made = plan_present("/x", ROWS, CURRENT, wanted, read_only=READ_ONLY)
    assert made.action == "update"
    assert made.options == ("access", "message")
    assert made.body == {
        "location": "westeurope",
        "tags": {"a": "1"},
        "properties": {
            "access": "Disabled",
            "foreign": {"kept": True},
            "connections": [{"name": "c", "properties": {"message": "new", "groupIds": ["g"]}}],
        },
    }
    assert before == CURRENT


def test_patch_sends_what_differs_only() -> None:
    wanted = {"location": "westeurope", "tags": {"b": "2"}, "properties": {"access": "Enabled"}}
    made = plan_present("/x", ROWS, CURRENT, wanted, verb="PATCH")
    assert made.body == {"tags": {"b": "2"}}
    assert made.after["tags"] == {"b": "2"}


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (
            {"location": "northeurope"},
            r"another location \(westeurope, wanted northeurope\); Azure cannot change it in",
        ),
        (
            {"location": "n", "properties": {"subnet": {"id": "/s"}}},
            r"location \(westeurope, wanted n\), subnet \(not set, wanted /s\); Azure cannot change them in place",
        ),
    ],
)
def test_immutable_differences_are_refused(wanted: dict[str, t.Any], words: str) -> None:
    with pytest.raises(Refusal, match=words) as caught:
        plan_present("/x", ROWS, CURRENT, wanted, recreate="It would cost.")
    assert "this task wrote nothing" in caught.value.message
    assert caught.value.remedy == "It would cost."


def test_absent() -> None:
    assert not plan_absent("/x", ROWS, None).changed
    made = plan_absent("/x", ROWS, CURRENT)
    assert made.action == "delete"
    assert made.before["location"] == "westeurope" and made.after == {}


def test_diff_names_the_resource() -> None:
    shown = Plan("update", "/x", {"a": 1}, {"a": 2}).diff()
    assert shown == {
        "before_header": "/x (before)",
        "after_header": "/x (after)",
        "before": {"a": 1},
        "after": {"a": 2},
    }


@pytest.mark.parametrize(
    ("under", "over", "expected"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 9}}, {"a": {"b": 9, "c": 2}}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"tags": {"a": "1"}}, {"tags": {"b": "2"}}, {"tags": {"b": "2"}}),
        ({"l": [1, 2]}, {"l": [3]}, {"l": [3]}),
        ({"l": [{"a": 1, "b": 1}]}, {"l": [{"a": 2}]}, {"l": [{"a": 2, "b": 1}]}),
        ({"l": [{"a": 1}]}, {"l": [{"a": 2}, {"a": 3}]}, {"l": [{"a": 2}, {"a": 3}]}),
        ({"l": [{"a": 1}]}, {"l": []}, {"l": []}),
    ],
)
def test_overlay(under: dict[str, t.Any], over: dict[str, t.Any], expected: dict[str, t.Any]) -> None:
    kept = copy.deepcopy((under, over))
    assert overlay(under, over) == expected
    assert (under, over) == kept


@pytest.mark.parametrize(
    ("current", "given", "append", "expected"),
    [
        (CURRENT, None, True, None),
        (CURRENT, {"b": 2}, True, {"a": "1", "b": "2"}),
        (CURRENT, {"b": 2}, False, {"b": "2"}),
        (CURRENT, {}, False, {}),
        (CURRENT, {}, True, {"a": "1"}),
        (None, {"b": "2"}, True, {"b": "2"}),
        ({"tags": None}, {"b": "2"}, True, {"b": "2"}),
    ],
)
def test_wanted_tags(
    current: dict[str, t.Any] | None, given: dict[str, t.Any] | None, append: bool, expected: dict[str, str] | None
) -> None:
    assert wanted_tags(current, given, append) == expected
