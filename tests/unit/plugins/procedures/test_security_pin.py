"""The PIN of a vault: in one file for its owner only, and nowhere else."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.client import Azure
from ansible_collections.privatelink.recovery.plugins.modules import vault
from ansible_collections.privatelink.recovery.plugins.modules.security_pin import MODULE

from ...conftest import VAULT, Cloud


def test_fetched_each_time_and_shredded(cloud: Cloud, tmp_path: Path) -> None:
    cloud.run(vault.MODULE, name="vault-backup", resource_group="rg-backup", location="westeurope")
    cloud.mark()
    path = tmp_path / "private" / "pin"
    predicted = cloud.run(MODULE, check_mode=True, vault=VAULT, path=str(path))
    assert (predicted["changed"], cloud.writes(), path.exists()) == (True, [], False)
    done = cloud.run(MODULE, vault=VAULT, path=str(path))
    assert done["diff"] == predicted["diff"] and cloud.writes() == [f"POST {VAULT}/backupSecurityPIN"]
    pin = path.read_text()
    assert pin.isdigit() and pin not in json.dumps({**done, "expires": ""}) and done["expires"].endswith("+00:00")
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    assert cloud.run(MODULE, vault=VAULT, path=str(path))["changed"] is True
    assert path.read_text() != pin
    assert cloud.run(MODULE, check_mode=True, vault=VAULT, path=str(path), state="absent")["changed"] is True
    assert path.exists()
    assert cloud.run(MODULE, vault=VAULT, path=str(path), state="absent")["changed"] is True
    assert not path.exists()
    assert cloud.run(MODULE, vault=VAULT, path=str(path), state="absent")["changed"] is False


def test_without_a_vault_or_an_answer_there_is_no_file(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pin"
    assert cloud.run(MODULE, vault=VAULT, path=str(path))["status"] == 404
    cloud.run(vault.MODULE, name="vault-backup", resource_group="rg-backup", location="westeurope")
    monkeypatch.setattr(Azure, "post", lambda *_arguments: {"token": "x"})
    failed = cloud.run(MODULE, vault=VAULT, path=str(path))
    assert "Azure answered no PIN" in failed["msg"] and not path.exists()
