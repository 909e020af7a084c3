"""Roles with the connection in ``module_defaults`` of the action group, as docs/connection.md shows it."""

from __future__ import annotations

import json
import typing as t

import pytest

from ..playbooks_support import PREFIX, AzureProcess, Playbooks, defaults, local_play
from ..plugins.site_recovery_world import WORLD
from .test_site_recovery import CUSTOM

JSON = dict[str, t.Any]


@pytest.mark.parametrize("subscription", ["the connection's", "the vault's"])
def test_a_role_takes_its_connection_from_module_defaults(
    azure: AzureProcess, playbooks: Playbooks, subscription: str
) -> None:
    azure.reset(**WORLD)
    options, wish = azure.options(), {**CUSTOM, "site_recovery_provider_registration": "register"}
    if subscription == "the vault's":
        wish["site_recovery_vault_subscription_id"] = options.pop("subscription_id")
    directory = playbooks.directory / "report"
    play = local_play(
        [{"name": "Run it", "ansible.builtin.include_role": {"name": f"{PREFIX}site_recovery"}}],
        module_defaults=defaults(options),
        vars={**wish, "site_recovery_report_directory": str(directory)},
    )
    played = playbooks.play(play)
    assert played.code == 0, played.output
    report: JSON = json.loads((directory / "report.json").read_text())
    assert report["result"] == "converged"
    assert len(list((directory / "records").iterdir())) == len(report["record_files"]) == 9
