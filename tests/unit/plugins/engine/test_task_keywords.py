"""Task keywords mean in the controller process what they mean for an ordinary module."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible import constants
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.privatelink.recovery.plugins.plugin_utils import local
from ansible_collections.privatelink.recovery.plugins.plugin_utils.local import LocalAction, is_controller_python

from ...conftest import WORLD
from ...playbooks_support import LOCALHOST, PREFIX, AzureProcess, Playbooks, Played, defaults, local_play

JSON = dict[str, t.Any]
pytestmark = pytest.mark.xdist_group("keywords")
VAULT = PREFIX + "vault"
INFO = PREFIX + "vault_info"
NAMED = {"resource_group": "rg-backup", "name": "vault-backup"}
TAGGED = {**NAMED, "tags": {"a": "1"}}
NO_PYTHON = "ansible_python_interpreter=/nonexistent/python3"


@pytest.fixture(scope="module")
def azure_here(azure_process: AzureProcess) -> AzureProcess:
    """The emulator with two vaults; the creation of any whose name begins with busy is refused once."""
    azure_process.start_over(
        vaults=[
            {"name": name, "resource_group": "rg-backup", "location": "westeurope"}
            for name in ("vault-backup", "other")
        ]
    )
    action = {"status": 409, "code": "AnotherOperationInProgress", "message": "Another operation is in progress."}
    fault = {"match": {"method": "PUT", "path": "/vaults/busy"}, "nth": "first_attempt", "action": action}
    azure_process.ask("faults", fault)
    return azure_process


@pytest.fixture(scope="module")
def played(azure_here: AzureProcess, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """One playbook with every keyword that needs no latency."""
    azure = azure_here
    nothing = {"module_defaults": defaults({})}
    right, wrong = azure.ready["client_secret"], "wrong"
    busy = {"resource_group": "rg-backup", "location": "westeurope"}
    tasks: list[JSON] = [
        {"name": "environment", INFO: NAMED, "environment": azure.environment(), **nothing},
        {"name": "no environment", INFO: NAMED, "ignore_errors": True, **nothing},
        {
            "name": "environment by item",
            INFO: {"resource_group": "rg-backup"},
            "loop": [right, wrong, right],
            "loop_control": {"label": "-"},
            "environment": {**azure.environment(), "AZURE_SECRET": "{{ item }}"},
            "ignore_errors": True,
            **nothing,
        },
        {"name": "check mode", VAULT: TAGGED, "check_mode": True},
        {"name": "no diff", VAULT: TAGGED},
        {"name": "diff", VAULT: {**NAMED, "tags": {"a": "2"}}, "diff": True},
        {"name": "unchanged", VAULT: {**NAMED, "tags": {"a": "2"}}},
        {"name": "no log", VAULT: {**busy, "name": "busy-silent", "tags": {"a": "unmentionable"}}, "no_log": True},
        {"name": "log", VAULT: {**busy, "name": "busy-loud"}},
        {
            "name": "failed when",
            INFO: {"resource_group": "rg-backup"},
            "register": "found",
            "failed_when": "found.vaults | length > 1",
            "ignore_errors": True,
        },
        {"name": "registered", "ansible.builtin.debug": {"msg": "{{ found.vaults | map(attribute='name') | sort }}"}},
        {
            "name": "until",
            INFO: NAMED,
            "register": "tried",
            "until": "tried.attempts | default(1) | int > 1",
            "retries": 2,
            "delay": 0,
        },
        {"name": "async", VAULT: {**NAMED, "tags": {"b": "1"}}, "async": 60, "poll": 1, "diff": True},
        {"name": "become", INFO: NAMED, "become": True, "become_method": "ansible.builtin.su"},
        {
            "name": "become in vain",
            INFO: NAMED,
            "become": True,
            "become_user": "nobody",
            "vars": {"ansible_become_exe": "/nonexistent/become"},
            "ignore_errors": True,
        },
        {
            "name": "another interpreter",
            INFO: NAMED,
            "vars": {"ansible_python_interpreter": "/nonexistent/python3"},
            "ignore_errors": True,
        },
    ]
    options = defaults(azure.options())
    far = {
        "hosts": "far",
        "gather_facts": False,
        "module_defaults": options,
        "tasks": [
            {"name": "delegated from afar", INFO: NAMED, "delegate_to": "localhost"},
            {"name": "afar", INFO: NAMED, "ignore_unreachable": True, "ignore_errors": True},
        ],
    }
    inventory = f"{LOCALHOST}\nfar ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1 {NO_PYTHON}"
    playbooks = Playbooks(tmp_path_factory.mktemp("keywords"))
    return playbooks.play([local_play(tasks, module_defaults=options), far], "-v", inventory=inventory)


def printed(played: Played, task: str) -> str:
    """What was printed while a task ran."""
    return played.output.split(f"TASK [{task}] ", 1)[1].split("TASK [", 1)[0]


def test_all_tasks_ran(played: Played) -> None:
    assert played.results[-1]["task"] == "afar", played.output


def test_environment_reaches_the_task(played: Played) -> None:
    assert played["environment"]["vaults"][0]["name"] == "vault-backup"


def test_environment_is_gone_after_the_task(played: Played) -> None:
    assert played.outcome("no environment") == "failed"
    assert "Azure CLI is not signed in" in played["no environment"]["msg"]


def test_environment_is_each_items_own(played: Played) -> None:
    items = played["environment by item"]["results"]
    assert [bool(item.get("failed")) for item in items] == [False, True, False]
    assert "AADSTS7000215" in items[1]["msg"]
    assert len(items[0]["vaults"]) == 2


def test_check_mode_of_one_task(played: Played) -> None:
    assert played["check mode"]["changed"] is True
    assert played["check mode"]["state"].get("tags") is None
    assert played["no diff"]["changed"] is True


def test_diff_of_one_task(played: Played) -> None:
    assert "diff" not in played["no diff"]
    assert played["diff"]["diff"]["before"]["tags"] == {"a": "1"}
    assert played["diff"]["diff"]["after"]["tags"] == {"a": "2"}
    assert played["unchanged"]["changed"] is False


def test_no_log_censors_result_and_progress(played: Played) -> None:
    assert played["no log"]["censored"]
    assert played["no log"]["changed"] is True
    silent, loud = printed(played, "no log"), printed(played, "log")
    assert "unmentionable" not in silent and "busy" not in silent
    assert "busy-loud is busy (AnotherOperationInProgress), trying again" in loud
    assert played["log"]["changed"] is True


def test_register_and_failed_when(played: Played) -> None:
    assert played.outcome("failed when") == "failed"
    assert played["failed when"]["failed_when_result"] is True
    assert played["registered"]["msg"] == ["busy-loud", "busy-silent", "other", "vault-backup"]


def test_until(played: Played) -> None:
    assert played["until"]["attempts"] == 2


def test_async_runs_as_a_module(played: Played) -> None:
    assert played["async"]["finished"] in (1, True)
    assert played["async"]["ansible_job_id"]
    assert played["async"]["changed"] is True
    assert played["async"]["diff"]["after"]["tags"] == {"a": "2", "b": "1"}


def test_become_runs_as_a_module(played: Played) -> None:
    assert played["become"]["vaults"][0]["name"] == "vault-backup"
    assert played.outcome("become in vain") == "failed"


def test_another_interpreter_runs_as_a_module(played: Played) -> None:
    assert played.outcome("another interpreter") == "failed"
    assert "/nonexistent/python3" in str(played["another interpreter"])


def test_delegation_runs_where_it_points(played: Played) -> None:
    assert played["delegated from afar"]["vaults"][0]["name"] == "vault-backup"
    assert played.outcome("afar") == "unreachable"


OF_YAML = """
- name: NAME
  privatelink.recovery.vault:
    resource_group: rg-backup
    name: vault-backup
    tags:
      day: 2026-11-25
      moment: 2026-11-25T10:20:30Z
      text: "2026-11-25"
    secret: !vault |
      HIDDEN
  check_mode: true
  diff: true
"""


def test_values_of_yaml_are_the_same_both_ways(azure_here: AzureProcess, playbooks: Playbooks) -> None:
    """Dates, and a text that is vaulted where it stands."""
    (playbooks.directory / "password").write_text("open sesame")
    vault = VaultLib([("default", VaultSecret(b"open sesame"))])
    hidden = vault.encrypt(azure_here.ready["client_secret"]).decode().strip().replace("\n", "\n      ")
    elsewhere = {"ansible_python_interpreter": playbooks.foreign_interpreter()}
    tasks: list[JSON] = []
    for name, variables in (("here", {}), ("as a module", elsewhere)):
        path = playbooks.directory / f"{name}.yml"
        path.write_text(OF_YAML.replace("NAME", name).replace("HIDDEN", hidden))
        tasks.append({"ansible.builtin.import_tasks": str(path), "vars": variables})
    options = {key: value for key, value in azure_here.options().items() if key != "secret"}
    secret = ("--vault-password-file", str(playbooks.directory / "password"))
    played = playbooks.play(local_play(tasks, module_defaults=defaults(options)), *secret)
    assert played.code == 0, played.output
    assert played["here"]["diff"] == played["as a module"]["diff"]
    tags = played["here"]["diff"]["after"]["tags"]
    assert (tags["day"], tags["text"]) == ("2026-11-25", "2026-11-25")
    assert tags["moment"].startswith("2026-11-25T10:20:30")


def test_what_only_looks_like_a_dictionary_is_told(azure_here: AzureProcess, playbooks: Playbooks) -> None:
    looks = "{'day': datetime.date(2026, 11, 25)}"
    played = playbooks.play(
        local_play([{"name": "looks", VAULT: {**NAMED, "tags": looks}}], module_defaults=defaults(azure_here.options()))
    )
    assert re.search(
        "is not a dictionary|dictionary requested|cannot be converted to a dict|unable to evaluate",
        played["looks"]["msg"],
    )


def test_timeout_interrupts_a_long_wait(playbooks: Playbooks, tmp_path: Path) -> None:
    with AzureProcess(tmp_path / "slow", WORLD, latency="realistic") as azure:
        desired = {**NAMED, "location": "westeurope"}
        task = {"name": "create", VAULT: desired, "timeout": 4}
        played = playbooks.play(local_play([task], module_defaults=defaults(azure.options())))
        assert played.outcome("create") == "failed", played.output
        # As ansible-core 2.19 and 2.17 put it.
        assert re.search(r"Timed out after 4 second|expected time frame \(4\)", played["create"]["msg"])
        assert [entry for entry in azure.writes() if entry.startswith("PUT")] != []
        assert list(playbooks.temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("interpreter", "expected"),
    [
        ("auto", True),
        ("auto_silent", True),
        (sys.executable, True),
        (f"{Path(sys.executable).parent}/../bin/{Path(sys.executable).name}", True),
        ("/usr/bin/python3", False),
        ("python3", False),
    ],
)
def test_the_controllers_python(interpreter: str, expected: bool) -> None:
    assert is_controller_python(interpreter) is expected


LOCAL, SSH = "local", "ssh"
TEMPLATED = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
DELEGATED = {"ansible_delegated_vars": {"other": {"ansible_python_interpreter": "/elsewhere/python"}}}


@pytest.mark.parametrize(
    ("task", "transport", "become", "variables", "configured", "expected"),
    [
        ({}, LOCAL, None, {}, "auto", True),
        ({}, "ansible.builtin.local", None, {}, "auto", True),
        ({}, SSH, None, {}, "auto", False),
        ({}, LOCAL, object(), {}, "auto", False),
        ({"async_val": 10}, LOCAL, None, {}, "auto", False),
        ({}, LOCAL, None, {}, "/elsewhere/python", False),
        ({}, LOCAL, None, {"ansible_python_interpreter": sys.executable}, "/elsewhere/python", True),
        ({}, LOCAL, None, {"ansible_python_interpreter": "/elsewhere/python"}, "auto", False),
        ({}, LOCAL, None, {**TEMPLATED, "ansible_playbook_python": sys.executable}, "/elsewhere/python", True),
        ({}, LOCAL, None, {**TEMPLATED, "ansible_playbook_python": "/elsewhere/python"}, "auto", False),
        ({"delegate_to": "other"}, LOCAL, None, DELEGATED, "auto", False),
        ({"delegate_to": "third"}, LOCAL, None, {"ansible_python_interpreter": "/elsewhere/python"}, "auto", True),
    ],
)
def test_which_way(
    monkeypatch: pytest.MonkeyPatch,
    task: JSON,
    transport: str,
    become: t.Any,
    variables: JSON,
    configured: str,
    expected: bool,
) -> None:
    config = SimpleNamespace(get_config_value={"INTERPRETER_PYTHON": configured}.__getitem__)
    monkeypatch.setattr(constants, "config", config)
    action = LocalAction.__new__(LocalAction)
    action._task = SimpleNamespace(**{"async_val": 0, "delegate_to": None, **task})
    action._connection = SimpleNamespace(transport=transport, become=become)
    action._templar = SimpleNamespace(template=lambda value: value)
    assert action._in_process(variables) is expected


def test_environment_is_laid_on_and_taken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "old")
    monkeypatch.delenv("MADE", raising=False)
    with contextlib.suppress(ZeroDivisionError), local.laid_on_environment({"KEPT": "new", "MADE": 1}):
        assert (os.environ["KEPT"], os.environ["MADE"]) == ("new", "1")
        raise ZeroDivisionError
    assert os.environ["KEPT"] == "old" and "MADE" not in os.environ
