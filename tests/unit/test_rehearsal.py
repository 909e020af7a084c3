"""What a rehearsal makes of the variables, worlds and surroundings an operator has."""

from __future__ import annotations

import importlib
import json
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
    servers = importlib.import_module("rehearsal.name_servers")
    values = own.read(written(tmp_path, OWN))
    target = tmp_path / "variables.yml"
    own.write(servers.without(values, "backup_"), target)
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
    servers = importlib.import_module("rehearsal.name_servers")
    values = own.read(written(tmp_path, 'backup_vault_name: v\nbackup_endpoints: "{{ all_of_them }}"\n'))
    assert servers.without(values, "backup_") == values
    assert servers.named(values, "backup_") == []


NETWORKS = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks"
LISTENERS = [{"virtual_network": f"{NETWORKS}/{name}", "address": "127.53.0.1", "port": 53} for name in ("app", "hub")]
HUB_HAS_SERVERS = [{"id": f"{NETWORKS}/hub", "properties": {"dhcpOptions": {"dnsServers": ["10.2.0.4"]}}}]
#: What an endpoint says; the networks whose names are asked for; what is said of it.
ASKED: dict[str, tuple[dict[str, t.Any], list[str], str]] = {
    "nothing": ({}, ["app"], "hub has DNS servers of its own (10.2.0.4)"),
    "a server": (
        {"dns_server": "10.2.0.4"},
        ["app", "hub"],
        "in hub the local Azure's DNS is asked instead of dns_server",
    ),
    "consumers": ({"consumers": ["web01"]}, ["app", "hub"], "instead of consumers of pe"),
    "a template": ({"dns_server": "10.2.0.4", "subnet": "{{ hub }}"}, ["app"], "it is not known which network"),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_network_with_dns_servers_of_its_own_is_asked_where_somebody_was_named(
    own: types.ModuleType, name: str
) -> None:
    servers = importlib.import_module("rehearsal.name_servers")
    more, networks, words = ASKED[name]
    values = {"backup_endpoints": [{"name": "pe", "subnet": "{{ networks }}/hub/subnets/endpoints", **more}]}
    chosen = servers.choose(LISTENERS, HUB_HAS_SERVERS, servers.named(values, "backup_"), "")
    assert [row["virtual_network"].rsplit("/", 1)[-1] for row in chosen.given] == networks
    assert words in " ".join(chosen.notes)


def test_with_custom_dns_nobody_is_asked(own: types.ModuleType) -> None:
    servers = importlib.import_module("rehearsal.name_servers")
    values = {"backup_dns_servers": [{"virtual_network": f"{NETWORKS}/app", "address": "10.1.0.4"}]}
    chosen = servers.choose(LISTENERS, [], servers.named(values, "backup_"), "custom")
    assert chosen.given == [] and "10.1.0.4 of backup_dns_servers is not asked" in chosen.notes[0]


def test_a_template_is_no_plain_value(own: types.ModuleType, tmp_path: Path) -> None:
    values = own.read(written(tmp_path, OWN))
    assert [own.plain(values, name) for name in ("backup_vault_name", "backup_dns_mode", "nothing")] == [
        "",
        "records",
        "",
    ]


BOTH = "backup_vault_name: v\nsite_recovery_vault_name: v\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [(OWN, ["backup"]), ("site_recovery_vault_name: v\n", ["site_recovery"]), (BOTH, ["backup", "site_recovery"])],
)
def test_the_scenarios_are_those_of_the_variables(
    own: types.ModuleType, tmp_path: Path, text: str, names: list[str]
) -> None:
    values = own.read(written(tmp_path, text))
    assert [scenario.name for scenario in own.scenarios_for([values], "mine.yml")] == names


UNUSABLE = {
    "of no role": ("company: contoso\n", "has variables of none"),
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


@pytest.fixture
def scenarios(own: types.ModuleType) -> types.ModuleType:
    return importlib.import_module("rehearsal.scenario")


@pytest.mark.parametrize("name", ["backup", "site_recovery"])
def test_own_runs_have_nothing_of_the_scenarios_own_world(scenarios: types.ModuleType, name: str) -> None:
    runs = scenarios.load(name).own_runs()
    assert [run.name for run in runs] == ["check", "converge", "again", "drift"]
    assert not any(run.variables or run.overlay or run.outcome for run in runs)
    assert not any("source_location" in event for run in runs for event in run.events)


def test_own_runs_can_be_the_check_alone_end_with_the_teardown_or_be_refused(scenarios: types.ModuleType) -> None:
    scenario = scenarios.load("backup")
    assert [run.name for run in scenario.own_runs(check=True)] == ["check"]
    assert [(run.name, run.expect) for run in scenario.own_runs(refused=True)] == [
        ("check", "refused"),
        ("converge", "refused"),
    ]
    ending = scenario.own_runs(teardown=True)[-3:]
    assert [(run.name, run.check, run.expect) for run in ending] == [
        ("teardown-check", True, "anything"),
        ("teardown", False, "if_predicted"),
        ("teardown-again", False, "unchanged"),
    ]
    assert all(run.variables == {"backup_teardown_confirm": "{{ backup_vault_name }}"} for run in ending)


def test_scenarios_do_not_share_variables(scenarios: types.ModuleType) -> None:
    for name in scenarios.names():
        given = yaml.safe_load(scenarios.load(name).variables.read_text())
        assert "recovery_role" not in given


def test_an_earlier_rehearsal_leaves_nothing(own: types.ModuleType, tmp_path: Path) -> None:
    folder = importlib.import_module("rehearsal.folder")
    home = folder.prepare(tmp_path / "backup")
    (home / "drift.log").write_text("old")
    (home / "role-report").mkdir()
    folder.prepare(home)
    assert [path.name for path in home.iterdir()] == [".rehearsal"]


def test_a_folder_of_others_is_not_emptied(own: types.ModuleType, tmp_path: Path) -> None:
    (tmp_path / "build" / "backup").mkdir(parents=True)
    (tmp_path / "build" / "backup" / "thesis.txt").write_text("mine")
    refused = rehearse(tmp_path, "--scenario", "backup")
    assert refused.returncode == 1 and "was not made by a rehearsal" in refused.stderr
    assert (tmp_path / "build" / "backup" / "thesis.txt").read_text() == "mine"


INVENTORY = """\
vaults:
  vars: {backup_vault_resource_group: rg-backup}
  hosts:
    one: {backup_vault_name: vault-one, backup_dns_mode: "{{ mode }}"}
    two: {backup_vault_name: vault-two}
others: {hosts: {printer: {}}}
"""


def test_an_inventory_is_read_with_its_templates(own: types.ModuleType, tmp_path: Path) -> None:
    inventory = importlib.import_module("rehearsal.inventory")
    path = tmp_path / "hosts.yml"
    path.write_text(INVENTORY)
    found = inventory.read(path, tmp_path / "surroundings").of("vaults")
    assert found.variables == {
        "one": {
            "backup_vault_name": "vault-one",
            "backup_dns_mode": "{{ mode }}",
            "backup_vault_resource_group": "rg-backup",
        },
        "two": {"backup_vault_name": "vault-two", "backup_vault_resource_group": "rg-backup"},
    }
    assert found.document()["all"]["children"]["vaults"] == {"hosts": {"one": {}, "two": {}}}
    with pytest.raises(own.Unusable, match="no hosts in 'nobody'; its groups are: all, others, vaults"):
        inventory.read(path, tmp_path / "surroundings").of("nobody")


def test_variables_that_must_be_refused_are_and_it_is_said_once(tmp_path: Path) -> None:
    world = written(tmp_path, "resource_groups: [{name: rg-backup}]\n")
    mine = tmp_path / "variables.yml"
    group = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-network"
    subnet = f"{group}/providers/Microsoft.Network/virtualNetworks/vnet-app/subnets/endpoints"
    mine.write_text(
        yaml.safe_dump(
            {
                "backup_vault_name": "vault-backup",
                "backup_vault_resource_group": "rg-backup",
                "backup_endpoints": [{"name": "pe", "subnet": subnet, "dns_zone_resource_group": "rg-backup"}],
            }
        )
    )
    asked = ("--variables", str(mine), "--world", str(world), "--check")
    expected = rehearse(tmp_path, *asked, "--expect", "refused")
    assert expected.returncode == 0, expected.stdout + expected.stderr
    assert "-- check: changed=0 refused requests=" in expected.stdout and "(as promised)" in expected.stdout
    closed = "refused  virtual_network: vnet-app does not exist"
    assert expected.stdout.count(closed) == 1, expected.stdout
    report = tmp_path / "build" / "backup"
    assert (report / "report.json").is_file() and (report / "state.json").is_file()
    assert expected.stdout.rstrip().endswith("report.html")
    # Unforeseen, it is a broken promise, and called what it is.
    unforeseen = rehearse(tmp_path, *asked)
    assert unforeseen.returncode == 1 and "BROKEN: it was refused" in unforeseen.stdout


def test_whatever_happens_report_and_state_are_written(
    scenarios: types.ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = importlib.import_module("rehearsal.__main__")

    class Player:
        notes = ("a line",)

        def __init__(self, part: object, *given: object) -> None:
            self.part = part

        def play(self, run: object) -> None:
            raise LookupError("The event needs 'source_location'")

    monkeypatch.setattr(program, "Player", Player)
    scenario = scenarios.load("backup")
    part = program.Part(scenario, scenario.runs, tmp_path, {})
    azure = types.SimpleNamespace(ask=lambda what: {"resources": []})
    options = types.SimpleNamespace(verbose=False, quiet=False)
    assert program._rehearse(part, azure, [], options) is False
    assert json.loads((tmp_path / "state.json").read_text()) == {"resources": []}
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["result"] != "ok" and "The event needs 'source_location'" in json.dumps(report)
    said = capsys.readouterr().out
    assert "The rehearsal could not go on: The event needs 'source_location'" in said and "Traceback" not in said


def test_a_scenario_with_servers_of_its_own_is_left_out_where_none_is_installed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rehearsal", "--build", str(tmp_path / "build"), "--scenario", "dns_servers"],
        env={**os.environ, "PYTHONPATH": str(EXTENSIONS), "REHEARSAL_PROGRAMS": str(tmp_path)},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "dns_servers: left out, because none of bind, unbound, dnsmasq is installed" in done.stdout
