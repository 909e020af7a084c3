"""What a rehearsal makes of the variables, worlds and surroundings an operator has."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import types
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.privatelink.recovery.plugins.module_utils.azure import credentials
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.connection_options import CONNECTION

EXTENSIONS = Path(__file__).resolve().parents[2] / "extensions"
OWN = """\
vault_key: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  6162
backup_vault_name: "{{ company }}-vault"
backup_dns_mode: records
backup_dns_servers: [{virtual_network: /subscriptions/x, address: 10.0.0.4}]
backup_endpoints:
  - {name: pe-app, subnet: "{{ subnet }}", dns_server: 10.0.0.4, dns_port: 5353, consumers: [web01]}
  - {name: pe-hub, subnet: "{{ hub }}"}
"""


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    monkeypatch.syspath_prepend(str(EXTENSIONS))
    return importlib.import_module("rehearsal.own_variables")


def scenario(own: types.ModuleType, name: str = "backup") -> t.Any:
    return own.load(name)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.yml"
    path.write_text(text)
    return path


def rehearse(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rehearsal", "--build", str(tmp_path / "build"), *arguments],
        env={**os.environ, "PYTHONPATH": str(EXTENSIONS)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


def test_who_cannot_know_the_local_names_is_not_asked(own: types.ModuleType, tmp_path: Path) -> None:
    values = own.read(written(tmp_path, OWN))
    target = tmp_path / "variables.yml"
    told = own.prepare(scenario(own), values, target)
    assert told == ["dns_server of pe-app", "dns_port of pe-app", "consumers of pe-app", "backup_dns_servers"]
    assert target.stat().st_mode & 0o777 == 0o600
    again = own.read(target)
    assert again["backup_endpoints"] == [
        {"name": "pe-app", "subnet": "{{ subnet }}"},
        {"name": "pe-hub", "subnet": "{{ hub }}"},
    ]
    # What is vaulted stays vaulted, for Ansible to open.
    assert again["vault_key"] == values["vault_key"]
    assert "!vault" in target.read_text()


def test_a_template_of_endpoints_is_left_as_it_is(own: types.ModuleType, tmp_path: Path) -> None:
    values = own.read(written(tmp_path, 'backup_vault_name: v\nbackup_endpoints: "{{ all_of_them }}"\n'))
    assert own.prepare(scenario(own), values, tmp_path / "variables.yml") == []
    assert own.read(tmp_path / "variables.yml") == values


def test_a_template_is_no_plain_value(own: types.ModuleType, tmp_path: Path) -> None:
    values = own.read(written(tmp_path, OWN))
    assert [own.plain(values, name) for name in ("backup_vault_name", "backup_dns_mode", "nothing")] == [
        "",
        "records",
        "",
    ]


@pytest.mark.parametrize(("text", "name"), [(OWN, "backup"), ("site_recovery_vault_name: v\n", "site_recovery")])
def test_the_scenario_is_that_of_the_variables(own: types.ModuleType, tmp_path: Path, text: str, name: str) -> None:
    assert own.scenario_for(written(tmp_path, text)) == name


UNUSABLE = {
    "of no scenario": ("company: contoso\n", "has variables of none"),
    "of two": ("backup_vault_name: v\nsite_recovery_vault_name: v\n", "has variables of backup and site_recovery"),
    "vaulted as a whole": ("$ANSIBLE_VAULT;1.1;AES256\n6162\n", "vaulted as a whole"),
    "no YAML": ("a: [\n", "is not YAML"),
    "a list": ("- a\n", "must hold variables"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_variables_that_cannot_be_used(name: str, tmp_path: Path) -> None:
    text, words = UNUSABLE[name]
    refused = rehearse(tmp_path, "--variables", str(written(tmp_path, text)))
    assert refused.returncode == 1
    assert words in refused.stderr and "Traceback" not in refused.stderr


def test_variables_that_are_not_there(tmp_path: Path) -> None:
    refused = rehearse(tmp_path, "--variables", "nowhere.yml")
    assert "nowhere.yml cannot be read: No such file" in refused.stderr and "Traceback" not in refused.stderr


def test_a_world_alone_says_too_little(tmp_path: Path) -> None:
    refused = rehearse(tmp_path, "--world", str(written(tmp_path, "vaults: []\n")))
    assert "needs the scenario's name" in refused.stderr


def test_a_bad_world_is_told_before_anything_runs(tmp_path: Path) -> None:
    refused = rehearse(tmp_path, "--scenario", "backup", "--world", str(written(tmp_path, "vualts: []\n")))
    assert refused.returncode == 1
    assert (
        "did not start" in refused.stderr
        and "vualts: unknown key" in refused.stderr
        and "Traceback" not in refused.stderr
    )


READ = [
    *(name for names in credentials.ENVIRONMENT.values() for name in names),
    *(name for option in CONNECTION.values() for name in option.environment),
    *("AZURE_PROFILE", "AZURE_CONFIG_DIR", "ARM_CLIENT_SECRET", "ANSIBLE_CONFIG", "ANSIBLE_STDOUT_CALLBACK"),
    *("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE"),
]


def test_what_leads_elsewhere_stays_outside(own: types.ModuleType, tmp_path: Path) -> None:
    surroundings = importlib.import_module("rehearsal.surroundings")
    kept = dict.fromkeys(("PATH", "HOME", "ANSIBLE_VAULT_PASSWORD_FILE", "MY_VARIABLE"), "mine")
    assert surroundings.without_foreign({**dict.fromkeys(READ, "real"), **kept}) == kept
    given = surroundings.settings(tmp_path / "surroundings")
    assert Path(given["ANSIBLE_CONFIG"]).read_text() == "[defaults]\n"
    assert all(Path(path).is_relative_to(tmp_path) for path in given.values())


@pytest.mark.parametrize("name", ["backup", "site_recovery"])
def test_own_runs_have_nothing_of_the_scenarios_own_world(own: types.ModuleType, name: str) -> None:
    runs = own.load(name).own_runs()
    assert [run.name for run in runs] == ["check", "converge", "again", "drift"]
    assert not any(run.variables or run.wish for run in runs)
    assert not any("source_location" in event for run in runs for event in run.events)


def test_scenarios_do_not_share_variables(own: types.ModuleType) -> None:
    for name in own.names():
        given = yaml.safe_load(own.load(name).variables.read_text())
        assert "recovery_role" not in given


def test_a_scenario_with_servers_of_its_own_is_left_out_where_none_is_installed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rehearsal", "--build", str(tmp_path / "build"), "--scenario", "dns_servers"],
        env={**os.environ, "PYTHONPATH": str(EXTENSIONS), "REHEARSAL_PROGRAMS": str(tmp_path)},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "dns_servers: left out, because none of bind, unbound, dnsmasq is installed" in done.stdout
