"""Tags: which are the same, what is laid over what, and what is refused."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.engine import tags

JSON = dict[str, t.Any]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (None, {}, True),
        ({"A": "1"}, {"a": "1"}, True),
        ({"a": "x"}, {"a": "X"}, False),
        ({"a": 1}, {"a": "1"}, True),
        ({"a": None}, {"a": ""}, True),
        ({"a": True}, {"a": "True"}, True),
        ({"a": "1"}, {}, False),
    ],
)
def test_same(one: JSON | None, other: JSON | None, same: bool) -> None:
    assert (tags.folded(one) == tags.folded(other)) is same


@pytest.mark.parametrize(
    ("current", "given", "expected"),
    [
        (None, None, {}),
        ({"a": "1"}, None, {"a": "1"}),
        ({"a": "1"}, {"b": 2}, {"a": "1", "b": "2"}),
        ({"Cost": "1", "b": "x"}, {"cost": "2"}, {"Cost": "2", "b": "x"}),
    ],
)
def test_laid_over(current: JSON | None, given: JSON | None, expected: JSON) -> None:
    assert tags.laid_over(current, given) == expected


def test_marks_are_found_whatever_their_case() -> None:
    there = {"Managed-By": "me", "b": "1"}
    assert tags.carries(there, {"managed-by": "me"})
    assert tags.carries(there, None)
    assert not tags.carries(there, {"managed-by": "ME"})
    assert not tags.carries(None, {"managed-by": "me"})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({f"t{number}": "" for number in range(51)}, ["has 51 tags, Azure keeps at most 50 of them"]),
        ({"A": "1", "a": "2"}, ["names a twice; case does not count"]),
        ({"": "1"}, ["has a name of 0 characters"]),
        ({"n" * 513: "1"}, ["has a name of 513 characters"]),
        ({"a": "v" * 257}, ["has 257 characters as the value of a, Azure takes 256"]),
        ({"a": ["1"]}, ["has no text as the value of a"]),
        ({"a": {"b": "1"}}, ["has no text as the value of a"]),
        *(({f"a{sign}b": "1"}, [f"has the name {f'a{sign}b'!r}"]) for sign in "<>%&\\?/\n"),
    ],
)
def test_refused(given: JSON, words: list[str]) -> None:
    found = tags.unacceptable(given)
    assert len(found) == len(words)
    for phrase, start in zip(found, words):
        assert phrase.startswith(start)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"n" * 512: "v" * 256},
        {"a b:c": 1, "1": None, "\u00fcber": True},
        {"hidden-link:/subscriptions/1/x?y": "Resource", "Link/x": "y"},
        {f"t{number}": "" for number in range(50)},
    ],
)
def test_taken(given: JSON) -> None:
    assert tags.unacceptable(given) == []


@pytest.mark.parametrize("name", ["a b", "a:b", "a(b)", "1a", "\u00fcber", "a\tb"])
def test_private_dns_takes_less(name: str) -> None:
    found = tags.unacceptable_to_dns({name: "1"}, own=0)
    assert repr(name) in found[-1] and "leaves out" in found[-1]


def test_private_dns_takes_fifteen() -> None:
    fourteen = {f"cost-center_{number}.x": "any: value (1)" for number in range(14)}
    assert tags.unacceptable_to_dns(fourteen, own=1) == []
    assert tags.unacceptable_to_dns(fourteen, own=2) == ["has 14 tags, Azure keeps at most 13 of them"]
