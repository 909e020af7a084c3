"""Servers judged against what Azure has: the module, and the copy of the passphrase."""

from __future__ import annotations

import copy
import json
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.modules import passphrase_copy, vault, vault_credentials
from ansible_collections.privatelink.recovery.plugins.modules.server_registration import MODULE

from ...conftest import VAULT, Cloud

JSON = dict[str, t.Any]
PASSPHRASE = "correct horse battery staple"
ENTRA = ["login.microsoftonline.com", "login.microsoft.com", "login.windows.net"]
ANSWERS: JSON = {
    "versions": {
        "computer": "DPM01",
        "product": "DPM",
        "product_version": "10.22.123.0",
        "agent_version": "2.0.9262.0",
        "language_mode": "FullLanguage",
        "execution_policies": {},
    },
    "clock": {"utc": "x", "ahead_seconds": 0.0, "uncertainty_seconds": 0.0},
    "connectivity": {
        "names": [{"name": name, "addresses": ["20.1.1.1"], "reached": True, "via": "direct"} for name in ENTRA]
    },
    "registration": {"vault_number": "", "registered_over": "", "unfinished": False, "leftovers": 0},
}


def results(**changes: JSON) -> list[JSON]:
    """What the tasks registered for one server."""
    return [
        {"server": "dpm01", "job": job, "answer": {**answer, **changes.get(job, {})}} for job, answer in ANSWERS.items()
    ]


@pytest.fixture
def open_vault(cloud: Cloud) -> Cloud:
    """An Azure with a vault that is reached publicly."""
    cloud.run(vault.MODULE, name="vault-backup", resource_group="rg-backup", location="westeurope")
    cloud.mark()
    return cloud


def judge(cloud: Cloud, **options: t.Any) -> JSON:
    """The module for one server, which needs a registration."""
    given = {"vault": VAULT, "servers": ["dpm01"], "results": results(), "passphrase": PASSPHRASE, **options}
    return cloud.run(MODULE, **copy.deepcopy(given))


def test_a_server_may_register_and_nothing_is_written(open_vault: Cloud) -> None:
    reported = judge(open_vault)
    assert (reported["passed"], reported["changed"], reported["needs_credentials"]) == (True, False, True)
    assert reported["servers"] == [{"name": "dpm01", "action": "register", "registered": False, "vault_number": ""}]
    assert reported["over"] == "public"
    assert open_vault.writes() == [] and PASSPHRASE not in json.dumps(reported)


def test_a_closed_gate_stops_and_says_all_of_them(open_vault: Cloud) -> None:
    failed = judge(open_vault, passphrase="", results=results(clock={"ahead_seconds": 999.0}))
    assert failed["failed"] and failed["msg"].startswith("Nothing was written. 2 gates are closed:")
    assert "[passphrase] There is no passphrase." in failed["msg"] and "[server_clock]" in failed["msg"]
    reported = judge(open_vault, passphrase="", enforce=False)
    assert (reported["passed"], reported["needs_credentials"]) == (False, False)
    assert open_vault.writes() == []


def test_a_vault_nobody_can_reach(open_vault: Cloud) -> None:
    open_vault.run(vault.MODULE, name="vault-backup", resource_group="rg-backup", public_network_access="Disabled")
    assert "[vault_way] The vault denies public network access" in judge(open_vault)["msg"]


def test_a_vault_that_is_not_there(cloud: Cloud) -> None:
    assert "does not exist. Nothing was written." in judge(cloud)["msg"]


def test_the_vaults_own_list_says_who_is_registered(open_vault: Cloud) -> None:
    registered = results(registration={"vault_number": "17"})
    assert (
        "registered to the vault with number 17; vault-backup lists no server"
        in judge(open_vault, results=registered)["msg"]
    )
    open_vault.event(
        "machine_registered", vault="vault-backup", machine="dpm01.corp.example", backup_management_type="DPM"
    )
    reported = judge(open_vault, results=registered, mode="reregister")
    assert reported["servers"][0]["action"] == "reregister"
    assert any(gate["name"] == "passphrase" and gate["verdict"] == "warning" for gate in reported["gates"])


def test_a_passphrase_that_is_known_to_be_wrong(open_vault: Cloud, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    saved.write_text("the one of the first time\n")
    assert "others may read it" in judge(open_vault, passphrase_copy=str(saved))["msg"]
    saved.chmod(0o600)
    failed = judge(open_vault, passphrase_copy=str(saved))
    assert "[passphrase] The passphrase is not the one that was saved" in failed["msg"]
    assert PASSPHRASE not in failed["msg"] and "the one of the first time" not in failed["msg"]
    saved.write_text(f"{PASSPHRASE}\n")
    assert judge(open_vault, passphrase_copy=str(saved))["passed"]
    assert judge(open_vault, passphrase_copy=str(tmp_path / "none"))["passed"]


def test_a_registration_file_of_the_operators_own(
    open_vault: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "own.VaultCredentials")
    assert "is no registration file" in judge(open_vault, credentials_file=path)["msg"]
    open_vault.run(vault_credentials.MODULE, vault=VAULT, path=path, validity_hours=1)
    assert judge(open_vault, credentials_file=path)["passed"]
    other = VAULT.replace("vault-backup", "vault-other")
    open_vault.run(vault.MODULE, name="vault-other", resource_group="rg-backup", location="westeurope")
    assert "is for another vault" in judge(open_vault, vault=other, credentials_file=path)["msg"]
    from ansible_collections.privatelink.recovery.plugins.module_utils.procedures import (
        server_registration as procedure,
    )
    from ansible_collections.privatelink.recovery.plugins.module_utils.resources.vault_credentials import Found

    real = procedure.read

    def expired(content: bytes) -> Found | None:
        found = real(content)
        return found and Found(found.vault, found.number, found.begins, found.begins)

    monkeypatch.setattr(procedure, "read", expired)
    failed = judge(open_vault, credentials_file=path)
    assert "[credentials_file] The certificate in" in failed["msg"] and "has expired" in failed["msg"]


def test_servers_are_named_once(open_vault: Cloud) -> None:
    assert "names one of them twice" in judge(open_vault, servers=["dpm01", "dpm01"])["msg"]


def test_the_copy_is_written_once_and_never_replaced(cloud: Cloud, tmp_path: Path) -> None:
    path = tmp_path / "vault-backup.passphrase"
    given: JSON = {"path": str(path), "passphrase": PASSPHRASE}
    predicted = cloud.run(passphrase_copy.MODULE, check_mode=True, **given)
    assert predicted["changed"] is True and not path.exists()
    done = cloud.run(passphrase_copy.MODULE, **given)
    assert done["diff"] == predicted["diff"] and PASSPHRASE not in json.dumps(done)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path.read_text() == f"{PASSPHRASE}\n"
    assert cloud.run(passphrase_copy.MODULE, **given)["changed"] is False
    failed = cloud.run(passphrase_copy.MODULE, path=str(path), passphrase="another one, long enough")
    assert failed["failed"] and "holds another passphrase" in failed["msg"] and PASSPHRASE not in failed["msg"]
    assert path.read_text() == f"{PASSPHRASE}\n"
    assert cloud.run(passphrase_copy.MODULE, path=str(path), passphrase=" ")["failed"]
    path.chmod(0o644)
    assert "others may read it" in cloud.run(passphrase_copy.MODULE, **given)["msg"]
