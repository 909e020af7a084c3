"""The index of routes leaves none out that a path matches, and keeps their order."""

from __future__ import annotations

import re

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.build import build_arm
from ansible_collections.privatelink.recovery.extensions.emulator.route_index import RouteIndex

ROUTES = build_arm().routes
INDEX = RouteIndex((row[2].pattern, row) for row in ROUTES)


def path_of(pattern: str) -> str:
    """A path of a pattern; what spans slashes is a resource."""
    spanning = re.sub(
        r"\{\+\w+\}", "subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a", pattern
    )
    return re.sub(r"\{\w+\}", "name", spanning)


@pytest.mark.parametrize("spelt", [str, str.upper, str.lower, lambda path: path + "/"])
def test_every_route_is_found_where_trying_all_finds_it(spelt: type[str]) -> None:
    for pattern in {row[2].pattern for row in ROUTES}:
        path = spelt(path_of(pattern))
        tried = [row for row in ROUTES if row[1].match(path)]
        assert tried, path
        assert [row for row in INDEX.candidates(path) if row[1].match(path)] == tried


def test_few_are_left_to_try() -> None:
    vault = path_of("/subscriptions/{s}/resourceGroups/{g}/providers/Microsoft.RecoveryServices/vaults/{v}")
    assert 1 <= len(INDEX.candidates(vault)) <= 12 < len(ROUTES) / 20


def test_no_route_for_an_unknown_path() -> None:
    assert INDEX.candidates("/nowhere/at/all") == []
    assert INDEX.candidates("") == INDEX.candidates("/") == []
