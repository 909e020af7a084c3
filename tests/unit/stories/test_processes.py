"""The playbooks themselves, in processes of their own, over TLS: killed, refused, and without a way to Azure."""

from __future__ import annotations

import functools
import json
import os
import re
import signal
import socket
import subprocess
import time
import typing as t
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ..conftest import SIGN_IN, VAULT, Cloud
from ..playbooks_support import LOCALHOST, AzureProcess, Playbooks
from .conftest import Tell
from .sequence import Sequence
from .support import DESIRED, ENDPOINT_WISH, GIVEN_JUST_NOW, by_id, comparable, state

JSON = dict[str, t.Any]
KILL_WITHIN = 120.0
PLAYBOOK = "privatelink.recovery."


@functools.cache
def undisturbed() -> tuple[dict[str, JSON], list[str]]:
    """The end state and the writes of a run in this process."""
    cloud = Cloud()
    with TemporaryDirectory() as directory:
        played = Sequence(cloud, Path(directory), **DESIRED).play()
    assert not played.failure
    return state(cloud), cloud.writes()


def desired(directory: Path, **variables: t.Any) -> tuple[str, str]:
    """The arguments that give the variables."""
    path = directory / "variables.json"
    path.write_text(json.dumps({**DESIRED, "backup_report_directory": str(directory / "report"), **variables}))
    return "-e", f"@{path}"


def report(directory: Path) -> JSON:
    return t.cast(JSON, json.loads((directory / "report" / "latest" / "report.json").read_text()))


def book(name: str) -> list[JSON]:
    """A playbook of the collection."""
    return [{"import_playbook": PLAYBOOK + name}]


def end_state(azure: AzureProcess) -> dict[str, JSON]:
    """What the emulator holds, in comparable form."""
    return by_id(azure.ask("state")["resources"])


def test_the_playbooks_do_what_the_player_in_process_does(
    azure: AzureProcess, playbooks: Playbooks, tmp_path: Path, cloud: Cloud, tell: Tell
) -> None:
    finished = playbooks.play(book("backup"), *desired(tmp_path), "--diff", **azure.environment())
    assert finished.code == 0, finished.output
    played = tell(cloud).play()
    assert [comparable(write) for write in azure.writes()] == [comparable(write) for write in cloud.writes()]
    assert end_state(azure) == state(cloud)
    changed = {line["task"].split(" : ")[-1] for line in finished.results if line["result"].get("changed")}
    assert changed == {task for task, _item in played.changes}
    assert report(tmp_path)["result"] == "converged"
    azure.mark()
    again = playbooks.play(book("backup"), *desired(tmp_path), **azure.environment())
    assert (again.code, azure.writes()) == (0, [])
    assert re.search(r"changed=0\b.*failed=0\b", again.output)
    assert report(tmp_path)["result"] == "unchanged"
    refused = playbooks.play(book("teardown"), *desired(tmp_path), **azure.environment())
    assert (refused.code, azure.writes()) == (2, [])
    assert "Set backup_teardown_confirm" in refused.output
    confirmed = desired(tmp_path, backup_teardown_confirm="vault-backup")
    done = playbooks.play(book("teardown"), *confirmed, **azure.environment())
    assert done.code == 0, done.output
    assert f"DELETE {VAULT}" not in azure.writes()
    assert not [one for one in end_state(azure) if "/privateEndpoints/" in one or "/privateDnsZones/" in one]


def test_killed_after_each_write_and_started_again(azure: AzureProcess, playbooks: Playbooks, tmp_path: Path) -> None:
    """No write is answered: each run is killed after one, or after those it sent side by side, until none is left."""
    goal, writes = undisturbed()
    for method in ("PUT", "PATCH"):
        stall = {"match": {"method": method}, "nth": "every", "action": {"delay": KILL_WITHIN}}
        azure.ask("faults", stall)
    killed_after: list[list[str]] = []
    while True:
        azure.mark()
        process = playbooks.start(book("backup"), *desired(tmp_path), **azure.environment())
        if not until(process, lambda: processed(azure)):
            break
        for number in family(process.pid):
            os.kill(number, signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        killed_after.append(azure.writes())
    output, _errors = process.communicate()
    assert process.returncode == 0, (killed_after, output)
    assert end_state(azure) == goal
    assert {write for several in killed_after for write in several} == set(writes)
    assert len(killed_after) >= 6


def processed(azure: AzureProcess) -> bool:
    """Whether a write was processed, though not answered, and none is being processed."""
    stalled = [entry for entry in azure.requests() if "fault" in entry]
    return bool(stalled) and all("status" in entry for entry in stalled)


def family(process_id: int) -> list[int]:
    """A process and its children: a worker of Ansible has a session of its own and would finish its task alone."""
    listed = subprocess.run(["ps", "-A", "-o", "ppid=,pid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    return [process_id, *(child for parent, child in pairs if parent == process_id)]


def until(process: subprocess.Popen[str], happened: t.Callable[[], bool]) -> bool:
    """Wait for something that a running playbook does; False when it ends without."""
    give_up = time.monotonic() + KILL_WITHIN
    while not happened():
        assert time.monotonic() < give_up, "it never happened"
        if process.poll() is not None:
            return False
        # Nothing tells what another process has asked but the log of what it asked.
        time.sleep(0.02)
    return True


def test_a_fresh_grant_is_waited_for_and_the_operator_sees_it(
    azure: AzureProcess, playbooks: Playbooks, tmp_path: Path
) -> None:
    azure.start_over(settings={"world_roles_delay": 1200}, **GIVEN_JUST_NOW)
    process = playbooks.start(book("backup"), *desired(tmp_path), **azure.environment())

    def waits() -> bool:
        """Whether permissions were asked for again after it was read when they had been granted."""
        paths = [entry["path"].rsplit("/", 1)[-1] for entry in azure.requests()]
        return "roleAssignments" in paths and "permissions" in paths[paths.index("roleAssignments") :][1:]

    assert until(process, waits)
    assert azure.writes() == []
    azure.ask("clock", {"advance": 1200})
    output, _errors = process.communicate(timeout=KILL_WITHIN * 2)
    assert process.returncode == 0, output
    assert "preflight: waiting for a recent role assignment to spread to" in output
    assert azure.writes()[-1] == f"PATCH {VAULT}"


def test_refused_with_a_report_and_an_exit_code(azure: AzureProcess, playbooks: Playbooks, tmp_path: Path) -> None:
    used = {"protected_items": ["sql01"]}
    azure.start_over(
        vaults=[{"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope", "history": used}]
    )
    finished = playbooks.play(book("backup"), *desired(tmp_path), **azure.environment())
    assert finished.code == 2
    assert f"{VAULT}: The vault is or was in use" in finished.output
    assert azure.writes() == []
    handed = report(tmp_path)
    assert handed["result"] == "refused"
    assert [gate["name"] for gate in handed["gates"] if gate["verdict"] == "refused"] == ["freshness"]


def test_texts_of_azure_are_neither_run_nor_obeyed(
    azure: AzureProcess, playbooks: Playbooks, tmp_path: Path, marker: str
) -> None:
    """Names (of what a vault holds) and messages (of an error) with templates, escape sequences and markup in them."""
    evil = f"{marker} \x1b[2J\u202e ![p](https://evil.example/p.png) <img src=x>"
    vault = {"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"}
    azure.start_over(vaults=[{**vault, "history": {"protected_items": [evil]}}])
    refused = playbooks.play(book("backup"), *desired(tmp_path), **azure.environment())
    gate = next(one for one in report(tmp_path)["gates"] if one["name"] == "freshness")
    assert marker in str(gate["evidence"])
    azure.start_over()
    answer = {"status": 400, "code": "BadRequest", "message": evil}
    azure.ask("faults", {"match": {"method": "PUT", "path": "/vaults/"}, "nth": "every", "action": answer})
    failed = playbooks.play(book("backup"), *desired(tmp_path), **azure.environment())
    assert marker in report(tmp_path)["failure"]
    for finished in (refused, failed):
        assert finished.code == 2
        assert "\x1b" not in finished.output and "\u202e" not in finished.output
    pages = [path.read_text() for path in (tmp_path / "report").rglob("report.*")]
    assert len(pages) == 6
    for page in pages:
        assert "\x1b" not in page and "\u202e" not in page
    assert not list(tmp_path.glob("executed*"))


def test_without_a_terminal_nobody_confirms_the_plan(azure: AzureProcess, playbooks: Playbooks, tmp_path: Path) -> None:
    azure.start_over()
    asked = desired(tmp_path, backup_confirm_plan=True)
    stopped = playbooks.play(book("backup"), *asked, **azure.environment())
    assert (stopped.code, azure.writes()) == (2, []), stopped.output
    assert "Nobody confirmed the plan by typing vault-backup" in stopped.output
    (plan,) = (tmp_path / "report").glob("*_main_*/plan.md")
    assert "## Create: " in plan.read_text()


@pytest.fixture
def marker(tmp_path: Path) -> str:
    """A template that leaves a file where it is executed, in every spelling that Ansible and Jinja know."""
    return (
        f"{{{{ lookup('ansible.builtin.pipe', 'touch {tmp_path}/executed1') }}}}"
        f"{{% set x = lookup('ansible.builtin.pipe', 'touch {tmp_path}/executed2') %}}"
        f"!unsafe {{{{ query('ansible.builtin.pipe', 'touch {tmp_path}/executed3') }}}}"
    )


SSH_IN_VAIN = "#!/bin/sh\necho 'ssh: connect to host sql01 port 22: Connection refused' >&2\nexit 255\n"


def test_a_consumer_is_asked_where_it_is_or_nothing_is_proved(
    azure: AzureProcess, playbooks: Playbooks, tmp_path: Path
) -> None:
    """The play's own connection is local; a consumer without one of its own is still not this machine."""
    ssh = tmp_path / "ssh-in-vain"
    ssh.write_text(SSH_IN_VAIN)
    ssh.chmod(0o755)
    endpoints = [{**ENDPOINT_WISH, "consumers": ["sql01"]}]
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "roles": [f"{PLAYBOOK}backup"]}
    surroundings = {**azure.environment(), "ANSIBLE_SSH_EXECUTABLE": str(ssh), "ANSIBLE_SSH_RETRIES": "0"}
    finished = playbooks.play(
        play, *desired(tmp_path, backup_endpoints=endpoints), inventory=f"{LOCALHOST}\nsql01", **surroundings
    )
    assert finished.code == 2, finished.output
    handed = report(tmp_path)
    assert (handed["result"], handed["ready_to_protect"]) == ("failed", False)
    assert "The consumer sql01 could not be reached:" in handed["failure"] and "Connection refused" in handed["failure"]
    assert [one for one in azure.writes() if one.startswith("PATCH")] == []
    azure.mark()
    unknown = playbooks.play(play, *desired(tmp_path, backup_endpoints=endpoints), **surroundings)
    asked = [entry for entry in azure.requests() if not SIGN_IN.search(entry["path"])]
    assert (unknown.code, asked) == (2, [])
    assert "The inventory has no host sql01, which is named as a consumer." in unknown.output


def closed_port() -> int:
    """A port of this machine nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


#: What of the surroundings is wrong, and the words that say so.
NO_WAY: dict[str, tuple[t.Callable[[], JSON], str]] = {
    "secret": (lambda: {"AZURE_SECRET": "not~the.secret"}, "AADSTS7000215"),
    "certificate": (lambda: {"REQUESTS_CA_BUNDLE": ""}, "is not trusted"),
    "endpoint": (
        lambda: {"AZURE_CLOUD_ENVIRONMENT": f"https://127.0.0.1:{closed_port()}"},
        "No answer from the endpoint",
    ),
    "name": (lambda: {"AZURE_CLOUD_ENVIRONMENT": "https://arm.invalid"}, "has no address"),
    "cloud": (lambda: {"AZURE_CLOUD_ENVIRONMENT": "AzureMoonCloud"}, "neither a known cloud"),
}


def test_no_way_to_azure(azure: AzureProcess, playbooks: Playbooks, tmp_path: Path) -> None:
    """Each host has another reason; none gets further than to say it."""
    surrounded = {name: {**azure.environment(), **wrong()} for name, (wrong, _words) in NO_WAY.items()}
    play = {
        "hosts": "all",
        "gather_facts": False,
        "environment": "{{ surrounded[inventory_hostname] }}",
        "vars": {"surrounded": surrounded},
        "roles": [f"{PLAYBOOK}backup"],
    }
    arguments = desired(tmp_path, backup_report_directory=str(tmp_path / "report" / "{{ inventory_hostname }}"))
    finished = playbooks.play(play, *arguments, inventory="\n".join(LOCALHOST.replace("localhost", n) for n in NO_WAY))
    assert finished.code == 2
    reported = {line["host"]: line["result"]["msg"] for line in finished.results if line["outcome"] == "failed"}
    assert [name for name, (_wrong, words) in NO_WAY.items() if words not in reported[name]] == [], reported
    assert "not~the.secret" not in finished.output and azure.ready["client_secret"] not in finished.output
    assert azure.writes() == []
