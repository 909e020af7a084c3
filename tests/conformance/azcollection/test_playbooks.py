"""azure.azcollection makes, finds again and removes everything of this field with its own modules."""

from __future__ import annotations

import json
import os
import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from ansible_collections.privatelink.recovery.tests.azure_hosts.proxy import Proxy, environment

from ..evidence import GROUPS, Evidence

HERE = Path(__file__).parent
GROUP = f"{GROUPS}/rg-azcollection"
PROVIDERS = f"{GROUP}/providers"
VAULT = f"{PROVIDERS}/Microsoft.RecoveryServices/vaults/vault-app"
ENDPOINT = f"{PROVIDERS}/Microsoft.Network/privateEndpoints/pe-vault"
ZONE = f"{PROVIDERS}/Microsoft.Network/privateDnsZones/privatelink.we.backup.windowsazure.com"
#: The environment in which azure.azcollection is installed need not have what tests need.
PYTHON = os.environ.get("PEER_PYTHON", "")
#: Modules of azure.azcollection 3.12.0 that say so on every run, whatever they find.
ALWAYS_CHANGED = {"Zone group"}
_SECONDS = 600

Play = t.Callable[[str], dict[str, bool]]


@pytest.fixture(scope="module")
def play(emulated: EmulatorProcess, proxy: Proxy, folder: Path) -> Play:
    """Play a playbook of this folder to its end: which of its tasks changed something."""
    home = folder / "azcollection-home"
    home.mkdir()
    ready = emulated.ready
    surroundings = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "TMPDIR")},
        **environment(proxy),
        "HOME": str(home),
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
        "ANSIBLE_PYTHON_INTERPRETER": PYTHON,
        "AZURE_CLIENT_ID": ready["client_id"],
        "AZURE_SECRET": ready["client_secret"],
        "AZURE_TENANT": ready["tenant_id"],
        "AZURE_SUBSCRIPTION_ID": ready["subscription_id"],
    }

    def run(name: str) -> dict[str, bool]:
        emulated.mark()
        command = [PYTHON, "-m", "ansible", "playbook", "-i", "localhost,", str(HERE / f"{name}.yml")]
        done = subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=_SECONDS, check=False)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
        (played,) = json.loads(done.stdout)["plays"]
        assert proxy.refused == []
        return {task["task"]["name"]: task["hosts"]["localhost"]["changed"] for task in played["tasks"]}

    return run


def test_everything_is_made_found_again_and_removed(play: Play, emulated: EmulatorProcess, evidence: Evidence) -> None:
    first = play("present")
    assert first and all(first.values()), first
    vault = evidence.document(VAULT)
    assert vault and vault["properties"]["privateEndpointStateForBackup"] == "Enabled"
    endpoint = evidence.document(ENDPOINT)
    assert endpoint and endpoint["properties"]["provisioningState"] == "Succeeded"
    zone = evidence.document(ZONE)
    assert zone and zone["properties"]["numberOfRecordSets"] > 2
    again = play("present")
    assert {name for name, changed in again.items() if changed} <= ALWAYS_CHANGED
    assert [write for write in emulated.writes() if "/privateDnsZoneGroups/" not in write] == []
    gone = play("absent")
    assert gone and all(gone.values()), gone
    assert evidence.document(GROUP) is None and evidence.document(VAULT) is None
