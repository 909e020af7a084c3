"""Every check of the files beside this one, each a test of its own."""

from __future__ import annotations

import pytest

from . import node as scripts
from .node import Node


@pytest.mark.parametrize(
    ("group", "name"),
    [pytest.param(group, name, id=f"{group}: {name}") for group in scripts.groups() for name in scripts.checks(group)],
)
def test_clients(node: Node, group: str, name: str) -> None:
    assert node.outcome(group, name) is None


def test_every_group_of_commands_is_checked() -> None:
    assert scripts.groups() == [
        "accounts",
        "backup",
        "endpoints",
        "groups",
        "networks",
        "private_dns",
        "roles",
        "sign_in",
        "site_recovery",
        "vaults",
    ]
    assert sum(len(scripts.checks(group)) for group in scripts.groups()) >= 100
