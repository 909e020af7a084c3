"""The secrets of a registration at -vvvv: in no output, no process list, no file but the one that was named."""

from __future__ import annotations

import json
import os
import threading
import typing as t
from pathlib import Path

import pytest

from ..conftest import VAULT
from ..playbooks_support import PREFIX, AzureProcess, Playbooks, defaults, local_play

JSON = dict[str, t.Any]
STAND_IN = Path(__file__).parents[3] / "extensions" / "local_server" / "__main__.py"
PASSPHRASE = "correct-horse-battery-staple"
PROXY_SECRET = "proxy-secret-4711"


class ProcessList(threading.Thread):
    """Every command line and environment there was while a play ran."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over, self.seen = threading.Event(), set[str]()

    def run(self) -> None:
        while not self.over.is_set():
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue


@pytest.fixture
def servers(azure: AzureProcess, tmp_path: Path) -> Path:
    """The state of a stand-in for one server."""
    path = tmp_path / "servers.json"
    led = {"url": azure.base_url, "ca_file": azure.ready["ca_file"]}
    path.write_text(json.dumps({"azure": led, "servers": {"dpm01": {"folders": ["D:\\Staging"]}}}))
    return path


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs a process list as Linux has it")
def test_secrets_show_nowhere(azure: AzureProcess, playbooks: Playbooks, servers: Path, tmp_path: Path) -> None:
    file = tmp_path / "registration" / "vault.VaultCredentials"
    copied = tmp_path / "escrow" / "passphrase"
    pin_file = tmp_path / "pin" / "vault.pin"
    pin = {"vault": VAULT, "path": str(pin_file)}
    vault = {"vault": VAULT, "path": str(file)}
    given = {"server": "dpm01", "stand_in": str(STAND_IN)}
    register: JSON = {
        **given,
        "job": "register",
        "parameters": {"vault_number": "{{ fetched.vault_number }}", "vault_name": "vault-backup", "over": "x"},
        "secrets": {"passphrase": "{{ passphrase }}", "proxy_password": "{{ proxy_secret }}"},
        "secret_files": {"credentials": str(file)},
    }
    tasks: list[JSON] = [
        {
            "name": "vault",
            f"{PREFIX}vault": {"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"},
        },
        {"name": "copy", f"{PREFIX}passphrase_copy": {"path": str(copied), "passphrase": "{{ passphrase }}"}},
        {"name": "fetch", f"{PREFIX}vault_credentials": vault, "register": "fetched"},
        {
            "name": "judge",
            f"{PREFIX}server_registration": {
                "vault": VAULT,
                "servers": ["dpm01"],
                "passphrase": "{{ passphrase }}",
                "enforce": False,
            },
        },
        {"name": "keep", "ansible.builtin.command": {"argv": ["cp", str(file), str(tmp_path / "kept")]}},
        {"name": "register", f"{PREFIX}dpm_server": register},
        {"name": "wrong", f"{PREFIX}dpm_server": {**register, "job": "clock"}, "ignore_errors": True},
        {"name": "pin", f"{PREFIX}security_pin": pin},
        {
            "name": "keep the pin",
            "ansible.builtin.command": {"argv": ["cp", str(pin_file), str(tmp_path / "kept_pin")]},
        },
        {"name": "shred the pin", f"{PREFIX}security_pin": {**pin, "state": "absent"}},
        {"name": "shred", f"{PREFIX}vault_credentials": {**vault, "state": "absent"}},
    ]
    secrets = tmp_path / "secrets.json"
    secrets.write_text(json.dumps({"passphrase": PASSPHRASE, "proxy_secret": PROXY_SECRET}))
    watched = ProcessList()
    watched.start()
    played = playbooks.play(
        local_play(tasks, module_defaults=defaults(azure.options())),
        "-vvvv",
        "--diff",
        "-e",
        f"@{secrets}",
        LOCAL_SERVER=str(servers),
        ANSIBLE_DISPLAY_ARGS_TO_STDOUT="1",
    )
    watched.over.set()
    watched.join()
    assert played.code == 0, played.output
    assert played["register"]["answer"]["vault_number"] == played["fetch"]["vault_number"] != ""
    assert played.outcome("wrong") == "failed"
    certificate = (tmp_path / "kept").read_text().split("<ManagementCert>")[1][:60]
    # What the test itself wrote is not what is looked for.
    (tmp_path / "kept").unlink()
    security_pin = (tmp_path / "kept_pin").read_text()
    (tmp_path / "kept_pin").unlink()
    secrets.unlink()
    assert not file.exists() and not pin_file.exists() and len(security_pin) >= 6
    assert copied.read_text() == f"{PASSPHRASE}\n"
    assert any("ansible" in line for line in watched.seen)
    for secret in (PASSPHRASE, PROXY_SECRET, certificate, security_pin):
        assert secret not in played.output
        assert [line for line in watched.seen if secret in line] == []
        holders = [path for path in tmp_path.rglob("*") if path.is_file() and os.access(path, os.R_OK)]
        assert [str(path) for path in holders if secret in path.read_text(errors="replace")] == (
            [str(copied)] if secret == PASSPHRASE else []
        )
