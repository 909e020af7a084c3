"""Roles with the connection in ``module_defaults`` of the action group, as docs/connection.md shows it."""

from __future__ import annotations

import json
import typing as t

import pytest

from ..playbooks_support import PREFIX, AzureProcess, Playbooks, defaults, local_play
from ..worlds.site_recovery import SOURCE_SUBNET, WORLD
from .settings import RECOVERY_CUSTOM as CUSTOM

JSON = dict[str, t.Any]
BACKUP: JSON = {
    "backup_vault_name": "vault-second",
    "backup_vault_resource_group": "rg-recovery",
    "backup_vault_location": "westeurope",
    "backup_dns_zone_resource_group": "rg-dns-source",
    "backup_endpoints": [{"name": "pe-backup", "subnet": SOURCE_SUBNET}],
}


def test_each_role_of_a_play_has_a_wish_of_its_own(azure: AzureProcess, playbooks: Playbooks) -> None:
    """Facts of a role that ran before on the host do not reach into the next one."""
    azure.start_over(**WORLD)
    directory = playbooks.directory / "report"
    desired_states = {
        "backup": BACKUP,
        "site_recovery": CUSTOM,
        "backup again": {**BACKUP, "backup_vault_name": "vault-third"},
    }
    tasks = [
        {
            "name": name,
            "ansible.builtin.include_role": {"name": PREFIX + name.split()[0], "tasks_from": "preflight"},
            "vars": {**desired, f"{name.split()[0]}_report_directory": str(directory / name.replace(" ", "-"))},
        }
        for name, desired in desired_states.items()
    ]
    played = playbooks.play(local_play(tasks, module_defaults=defaults(azure.options())))
    assert played.code == 0, played.output
    reports = [
        json.loads((directory / name.replace(" ", "-") / "latest" / "report.json").read_text())
        for name in desired_states
    ]
    assert [report["scenario"] for report in reports] == ["backup", "site_recovery", "backup"]
    vaults = [report["subject"]["vault"].rsplit("/", 1)[-1] for report in reports]
    assert vaults == ["vault-second", "vault-recovery", "vault-third"]
    assert azure.writes() == []


@pytest.mark.parametrize("subscription", ["the connection's", "the vault's"])
def test_a_role_takes_its_connection_from_module_defaults(
    azure: AzureProcess, playbooks: Playbooks, subscription: str
) -> None:
    azure.start_over(**WORLD)
    options, desired = azure.options(), {**CUSTOM, "site_recovery_provider_registration": "register"}
    if subscription == "the vault's":
        desired["site_recovery_vault_subscription_id"] = options.pop("subscription_id")
    directory = playbooks.directory / "report"
    play = local_play(
        [{"name": "Run it", "ansible.builtin.include_role": {"name": f"{PREFIX}site_recovery"}}],
        module_defaults=defaults(options),
        vars={**desired, "site_recovery_report_directory": str(directory)},
    )
    played = playbooks.play(play)
    assert played.code == 0, played.output
    report: JSON = json.loads((directory / "latest" / "report.json").read_text())
    # With custom nobody proves the names here, so denying public access waits.
    assert report["result"] == "waiting"
    assert len(list((directory / "records").iterdir())) == len(report["record_files"]) == 15


@pytest.mark.parametrize(
    "options",
    [
        ("--tags", "elsewhere"),
        ("--skip-tags", "all"),
        ("--start-at-task", "Create the vault, or bring it to the wanted state"),
    ],
)
def test_a_run_whose_steps_were_left_out_says_so(
    azure: AzureProcess, playbooks: Playbooks, options: tuple[str, str]
) -> None:
    azure.start_over(**WORLD)
    play = local_play([], roles=[f"{PREFIX}backup"], module_defaults=defaults(azure.options()), vars=BACKUP)
    played = playbooks.play(play, *options)
    assert played.code == 2, played.output
    assert "--start-at-task" in played.output and "Run" in played.output
    assert azure.writes() == []


def test_a_tag_of_the_role_itself_runs_it(azure: AzureProcess, playbooks: Playbooks) -> None:
    azure.start_over(**WORLD)
    role = {"role": f"{PREFIX}backup", "tags": ["vaults"]}
    desired = {**BACKUP, "backup_report_directory": str(playbooks.directory / "report")}
    play = local_play([], roles=[role], module_defaults=defaults(azure.options()), vars=desired)
    played = playbooks.play(play, "--tags", "vaults", "--check")
    assert played.code == 0, played.output
    assert (playbooks.directory / "report" / "latest" / "report.json").exists()
