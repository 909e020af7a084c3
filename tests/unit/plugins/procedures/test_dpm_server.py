"""Giving a job to a server: a stand-in as a program, and a Windows host through its own connection."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleError
from ansible.playbook.task import Task as PlayTask
from ansible_collections.privatelink.recovery.plugins.action import dpm_server as action
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import InputError
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures import dpm_server as procedure
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.server_jobs import ServerError
from ansible_collections.privatelink.recovery.plugins.modules.dpm_server import MODULE

from ...conftest import Cloud

JSON = dict[str, t.Any]
STAND_IN = str(Path(__file__).parents[4] / "extensions" / "local_server" / "__main__.py")
PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A world of the stand-in whose Azure is never asked."""
    ca_file = os.environ.get("SSL_CERT_FILE") or __import__("certifi").where()
    path = tmp_path / "servers.json"
    path.write_text(json.dumps({"azure": {"url": "https://localhost:1", "ca_file": ca_file}}))
    monkeypatch.setenv("LOCAL_SERVER", str(path))
    return path


def test_a_stand_in_keeps_its_state_from_job_to_job(cloud: Cloud, world: Path) -> None:
    state = {"agent_version": "2.0.9000.0"}
    world.write_text(json.dumps({**json.loads(world.read_text()), "servers": {"dpm01": state}}))
    wanted = {"wanted_version": "2.0.9262.0", "installer_path": "C:\\Install\\MARSAgentInstaller.exe"}
    given: JSON = {"server": "dpm01", "job": "agent", "stand_in": STAND_IN, "parameters": wanted}
    predicted = cloud.run(MODULE, check_mode=True, **given)
    done = cloud.run(MODULE, **given)
    assert predicted["changed"] is done["changed"] is True and predicted["diff"] == done["diff"]
    assert done["answer"] == {"version_before": "2.0.9000.0", "version": "2.0.9270.0"}
    again = cloud.run(MODULE, **given)
    assert (again["changed"], again["diff"]["after"]) == (False, {})
    assert cloud.requests() == []


def test_what_a_stand_in_says_when_it_cannot(cloud: Cloud, world: Path, tmp_path: Path) -> None:
    given: JSON = {"server": "dpm01", "job": "clock"}
    assert "is not a file" in cloud.run(MODULE, stand_in="/nowhere", **given)["msg"]
    broken = tmp_path / "broken.py"
    broken.write_text(f"import sys; sys.exit('no, {PASSPHRASE}')")
    failed = cloud.run(MODULE, stand_in=str(broken), server="dpm01", job="register", secrets={"passphrase": PASSPHRASE})
    assert failed["failed"] and "the stand-in ended with 1" in failed["msg"] and PASSPHRASE not in str(failed)
    assert failed["server"] == "dpm01"


def test_without_windows_and_without_a_stand_in_nothing_is_asked(cloud: Cloud) -> None:
    failed = cloud.run(MODULE, server="dpm01", job="clock")
    assert failed["failed"] and "Set ansible_connection to winrm or psrp" in failed["msg"]


def test_a_secret_file_must_be_its_owners_only(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("content")
    options = {
        "server": "dpm01",
        "job": "register",
        "parameters": {},
        "secrets": {},
        "secret_files": {"credentials": str(file)},
    }
    with pytest.raises(InputError, match="others may read it"):
        procedure.prepare(options)
    file.chmod(0o600)
    request = procedure.prepare(options)
    assert request.secrets == {"credentials": "content"} and "content" not in repr(request)


def request(**parameters: t.Any) -> procedure.Request:
    """A request with a secret."""
    return procedure.Request("dpm01", "register", parameters, {"passphrase": PASSPHRASE})


def test_secrets_become_secure_strings_of_windows() -> None:
    made = procedure.windows_arguments(request(vault_number="1", again=True), "script")
    assert made == {
        "script": "script",
        "parameters": {"VaultNumber": "1", "Again": True},
        "sensitive_parameters": [{"name": "Passphrase", "value": PASSPHRASE}],
        "error_action": "stop",
    }
    assert PASSPHRASE not in json.dumps({**made, "sensitive_parameters": []})


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (
            {
                "failed": True,
                "msg": "Cannot invoke method. Method invocation is supported only on core types in this language mode.",
            },
            "language-mode",
        ),
        (
            {"failed": True, "msg": "x.psm1 cannot be loaded because running scripts is disabled on this system."},
            "execution-policy",
        ),
        ({"failed": True, "error": [{"output": "The file x is not digitally signed."}]}, "execution-policy"),
        ({"failed": True, "msg": f"winrm lost {PASSPHRASE}"}, ""),
        ({}, ""),
    ],
)
def test_when_windows_answers_nothing(result: JSON, code: str) -> None:
    with pytest.raises(ServerError) as caught:
        procedure.of_windows(request(), result)
    assert caught.value.code == code
    assert PASSPHRASE not in caught.value.sentence()


class FakeShell:
    SHELL_FAMILY = "powershell"
    tmpdir = None


class FakeConnection:
    _shell = FakeShell()
    transport = "winrm"
    become = None


def windows_action(monkeypatch: pytest.MonkeyPatch, answer: t.Callable[..., JSON], **arguments: t.Any) -> JSON:
    """The action on a Windows host whose module answers so."""
    task = PlayTask()
    task.args, task.action, task.async_val, task.diff = arguments, "privatelink.recovery.dpm_server", 0, True
    plugin = action.ActionModule(task, FakeConnection(), None, None, None, None)
    monkeypatch.setattr(plugin, "_execute_module", answer)
    return plugin.run(None, {})


def test_a_windows_host_runs_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[JSON] = []

    def answer(**arguments: t.Any) -> JSON:
        asked.append(arguments)
        reported = {"job": "register", "failed": False, "changed": True, "vault_number": "1", "machine_id": PASSPHRASE}
        return {"output": ["noise", json.dumps(reported)], "changed": True}

    done = windows_action(
        monkeypatch,
        answer,
        server="dpm01",
        job="register",
        parameters={"again": "true"},
        secrets={"passphrase": PASSPHRASE},
    )
    assert asked[0]["module_name"] == "ansible.windows.win_powershell"
    assert "Start-OBRegistration" in asked[0]["module_args"]["script"]
    assert asked[0]["module_args"]["parameters"] == {"Again": True}
    assert (done["changed"], done["answer"]["vault_number"]) == (True, "1")
    assert PASSPHRASE not in json.dumps(done)


def test_a_windows_host_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(**_arguments: t.Any) -> JSON:
        raise AnsibleError("The module ansible.windows.win_powershell was not found")

    failed = windows_action(monkeypatch, answer, server="dpm01", job="clock")
    assert failed["failed"] and "in the collection ansible.windows" in failed["msg"]
    refused = windows_action(monkeypatch, lambda **_: {"output": ["no json"]}, server="dpm01", job="clock")
    assert refused["failed"] and refused["server"] == "dpm01"
    wrong = windows_action(monkeypatch, lambda **_: {}, server="dpm01", job="nonsense")
    assert wrong["failed"] and "value of job must be one of" in wrong["msg"]
