"""The ``migrate_appliance`` module on a stand-in for the host, whose installers have the real parameters, questions and exit codes."""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.action.migrate_appliance import SCRIPTS, script
from ansible_collections.privatelink.recovery.plugins.module_utils.resources import appliance_jobs as jobs
from ansible_collections.privatelink.recovery.plugins.modules.migrate_appliance import MODULE

from ... import powershell
from ...conftest import Cloud

JSON = dict[str, t.Any]
ROOT = Path(__file__).parents[4]
STAND_IN = str(ROOT / "extensions" / "local_appliance" / "__main__.py")
ZIP, FOLDER = "C:\\Install\\installer.zip", "C:\\Install\\installer"
TYPES = {"string": str, "int": int, "bool": bool, "string[]": list}


class Host:
    """A stand-in host and the module run on it."""

    def __init__(self, path: Path, **state: t.Any) -> None:
        self.path = path
        path.write_text(json.dumps({"hosts": {"appliance": state}}))

    @property
    def state(self) -> JSON:
        found: JSON = json.loads(self.path.read_text())["hosts"]["appliance"]
        return found

    def run(self, step: str, *, check_mode: bool = False, **options: t.Any) -> JSON:
        given = {"host": "appliance", "step": step, "stand_in": STAND_IN, **options}
        return Cloud({}).run(MODULE, check_mode=check_mode, **given)


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., Host]:
    path = tmp_path / "appliance.json"
    monkeypatch.setenv("LOCAL_APPLIANCE", str(path))
    return lambda **state: Host(path, **state)


def unpacked(script: str = "AzureMigrateInstaller.ps1", **state: t.Any) -> JSON:
    """A host with an installer that was checked and unpacked."""
    return {"folders": {FOLDER: script}, **state}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# The package


def test_a_package_is_fetched_compared_and_unpacked(make: t.Callable[..., Host]) -> None:
    url = "https://go.microsoft.com/fwlink/?linkid=2140334"
    host = make(downloads={url: "AzureMigrateInstaller.ps1"})
    wanted: JSON = {"url": url, "path": ZIP, "folder": FOLDER, "checksum": digest("AzureMigrateInstaller.ps1")}
    assert host.run("package", check_mode=True, **wanted)["changed"] is False
    assert "files" not in host.state, "check mode asks nothing of the host"
    done = host.run("package", **wanted)
    assert done["changed"] is True and done["answer"]["script"] == f"{FOLDER}\\AzureMigrateInstaller.ps1"
    assert host.run("package", **wanted)["changed"] is False


@pytest.mark.parametrize("fold", [str.upper, str.lower])
def test_the_case_of_a_hash_does_not_count(make: t.Callable[..., Host], fold: t.Callable[[str], str]) -> None:
    host = make(files={ZIP: "AzureMigrateInstaller.ps1"})
    checksum = fold(digest("AzureMigrateInstaller.ps1"))
    assert not host.run("package", path=ZIP, folder=FOLDER, checksum=checksum).get("failed")


def test_a_wrong_hash_removes_the_download_and_stops_with_both(make: t.Callable[..., Host]) -> None:
    host = make(files={ZIP: "something else"})
    wanted = digest("AzureMigrateInstaller.ps1")
    refused = host.run("package", path=ZIP, folder=FOLDER, checksum=wanted)
    assert refused["failed"] and refused["changed"] is True
    assert digest("something else").upper() in refused["msg"] and wanted in refused["msg"]
    assert "it was removed" in refused["msg"]
    assert host.state["files"] == {} and host.state["folders"] == {}


@pytest.mark.parametrize(("checksum", "of"), jobs.OLD_CHECKSUMS.items())
def test_a_hash_of_the_old_article_is_called_history(make: t.Callable[..., Host], checksum: str, of: str) -> None:
    host = make(files={ZIP: "AzureMigrateInstaller.ps1"})
    refused = host.run("package", path=ZIP, folder=FOLDER, checksum=checksum.lower())
    assert refused["failed"] and f"printed for {of}: history" in refused["msg"]
    newer = make(files={ZIP: "x"}).run("package", path=ZIP, folder=FOLDER, checksum="0" * 64)
    assert newer["failed"] and "history" not in newer["msg"]


def test_scripts_that_microsoft_did_not_sign_are_not_run(make: t.Callable[..., Host]) -> None:
    host = make(files={ZIP: "AzureMigrateInstaller.ps1"}, unsigned=["Helper.psm1"])
    refused = host.run("package", path=ZIP, folder=FOLDER, checksum=digest("AzureMigrateInstaller.ps1"))
    assert refused["failed"] and "Helper.psm1" in refused["msg"]


@pytest.mark.parametrize("checksum", [None, "", "12", "z" * 64])
def test_a_hash_that_is_none_is_told_before_the_host_is_asked(
    make: t.Callable[..., Host], checksum: str | None
) -> None:
    host = make(files={ZIP: "x"})
    refused = host.run("package", path=ZIP, folder=FOLDER, checksum=checksum)
    assert refused["failed"] and "SHA-256" in refused["msg"]
    assert list(host.state) == ["files"], "the stand-in completes its state when it is asked"


# The host


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        ("discovery", {"os_caption": "Microsoft Windows Server 2019 Standard"}, "use Windows Server 2022"),
        ("discovery", {"is_server": False}, "use Windows Server 2022"),
        ("discovery", {"elevated": False}, "no administrator"),
        ("discovery", {"cores": 4}, "4 cores, 8 are needed"),
        ("discovery", {"memory_gb": 16}, "16 GB of memory, 32 are needed"),
        ("discovery", {"largest_free_gb": 79}, "79 GB free on a drive, 80 are needed"),
        ("discovery", {"clock_offset_seconds": 900}, "follow a time server"),
        ("discovery", {"edge": False}, "Microsoft Edge is missing"),
        ("discovery", {"internet_explorer": True}, "Internet Explorer"),
        ("discovery", {"site_recovery_server": True}, "use another host"),
        ("replication", {"largest_free_gb": 599}, "600 are needed"),
        ("replication", {"roles": ["Web-Server"]}, "without them"),
        ("replication", {"culture": "de-DE"}, "English"),
        ("replication", {"fips": True}, "FIPS"),
        ("replication", {"appliance_config": "C:\\appliance.json"}, "never share one"),
    ],
)
def test_a_host_that_does_not_fit_is_told_and_left(
    make: t.Callable[..., Host], kind: str, state: JSON, words: str
) -> None:
    host = make(**unpacked("AzureMigrateInstaller.ps1" if kind == "discovery" else "DRInstaller.ps1"), **state)
    seen = host.run("look", kind=kind, scenario="VMware", enforce=False)
    assert len(seen["problems"]) == 1 and words in seen["problems"][0]
    refused = host.run("install", kind=kind, scenario="VMware", folder=FOLDER)
    assert refused["failed"] and words in refused["msg"]
    assert host.state["ran"] == []


def test_a_host_that_fits_is_fine(make: t.Callable[..., Host]) -> None:
    seen = make().run("look", scenario="VMware")
    assert (seen["problems"], seen["installed"], seen["registered"], seen["changed"]) == ([], False, False, False)


# The installers


@pytest.mark.parametrize("scenario", ["VMware", "HyperV", "Physical"])
def test_the_installer_runs_once_and_is_proved_by_what_is_there(make: t.Callable[..., Host], scenario: str) -> None:
    host = make(**unpacked())
    wanted: JSON = {"scenario": scenario, "folder": FOLDER}
    predicted = host.run("install", check_mode=True, **wanted)
    assert predicted["changed"] is True and host.state["ran"] == []
    done = host.run("install", **wanted)
    assert done["changed"] is True and done["diff"] == predicted["diff"]
    (ran,) = host.state["ran"]
    assert ran[:6] == ["AzureMigrateInstaller.ps1", "-Scenario", scenario, "-Cloud", "Public", "-PrivateEndpoint:$true"]
    assert "-SkipSettingTrustedHost" in ran and host.state["trusted_hosts"] == ""
    assert host.state["config"]["PrivateEndpointEnabled"] == "True"
    again = host.run("install", **wanted)
    assert again["changed"] is False and len(host.state["ran"]) == 1, "every run of the installer wipes what is there"
    assert host.run("look", **wanted)["installed"] is True


def test_an_appliance_of_another_scenario_is_not_touched(make: t.Callable[..., Host]) -> None:
    host = make(**unpacked())
    host.run("install", scenario="HyperV", folder=FOLDER)
    refused = host.run("install", scenario="VMware", folder=FOLDER)
    assert refused["failed"] and "set up for HyperV" in refused["msg"]
    assert len(host.state["ran"]) == 1


def test_ending_with_0_proves_nothing(make: t.Callable[..., Host]) -> None:
    host = make(**unpacked(), installer_does_nothing=True)
    failed = host.run("install", folder=FOLDER)
    assert failed["failed"] and failed["changed"] is True
    assert "ended with 0" in failed["msg"] and "appliance.json is not there" in failed["msg"]
    assert "declining" in failed["msg"]


CODES = [("discovery", code) for code in jobs.DISCOVERY_CODES if code] + [
    ("replication", code) for code in jobs.REPLICATION_CODES if code
]


@pytest.mark.parametrize(("kind", "code"), CODES)
def test_every_exit_code_has_its_meaning_and_its_cure(make: t.Callable[..., Host], kind: str, code: int) -> None:
    host = make(**unpacked(jobs.needs_of(t.cast(jobs.Kind, kind), "Physical").script), installer_exit_code=code)
    failed = host.run("install", kind=kind, folder=FOLDER)
    means, cure = jobs.meaning(t.cast(jobs.Kind, kind), code)
    assert failed["failed"] and f"ended with {code}: {means}" in failed["msg"] and cure in failed["msg"]
    assert failed["answer"]["exit_code"] == code and ".log" in failed["msg"]


def test_the_published_codes_are_all_there() -> None:
    assert set(jobs.DISCOVERY_CODES) == {0, -1, -2, -3, -4, -5, -6, -7, -8, -9, -11, -12, -13, -15, -16, -20}
    assert set(jobs.REPLICATION_CODES) == {0, *range(-8, 0), -10, -11, -12, -13, -14, -15, -16, -17, -18, -19, -20}
    assert "not a code it is known to have" in jobs.meaning("discovery", -99)[0]


def test_the_replication_appliance_asks_nothing_and_needs_a_host_of_its_own(make: t.Callable[..., Host]) -> None:
    host = make(**unpacked("DRInstaller.ps1"))
    done = host.run("install", kind="replication", folder=FOLDER)
    assert done["changed"] is True and host.state["ran"] == [["DRInstaller.ps1"]]
    assert host.run("install", kind="replication", folder=FOLDER)["changed"] is False


def test_china_is_refused_before_the_host_is_asked(make: t.Callable[..., Host]) -> None:
    host = make(**unpacked())
    refused = host.run("install", cloud="AzureChinaCloud", folder=FOLDER)
    assert refused["failed"] and "refuses private endpoints" in refused["msg"]
    assert list(host.state) == ["folders"]


def test_government_and_updates_off_are_said_to_the_installer(make: t.Callable[..., Host]) -> None:
    host = make(**unpacked())
    host.run("install", cloud="AzureUSGovernment", auto_update=False, trusted_hosts=True, folder=FOLDER)
    (ran,) = host.state["ran"]
    assert "USGov" in ran and "-DisableAutoUpdate" in ran and "-SkipSettingTrustedHost" not in ran
    assert host.state["auto_update"] == "0"


def test_an_installer_that_waits_for_an_answer_is_stopped(make: t.Callable[..., Host]) -> None:
    """The stand-in asks, as the real one does, when a switch is not bound: ours binds all of them."""
    from ansible_collections.privatelink.recovery.extensions.local_appliance.installers import Asked, run_discovery

    host = make(**unpacked())
    host.run("look")
    state = host.state
    for arguments in (["-Scenario", "Physical", "-Cloud", "Public"], ["-Cloud", "Public", "-PrivateEndpoint"], []):
        with pytest.raises(Asked):
            run_discovery(arguments, ["Y"], dict(state))
    with pytest.raises(Asked):
        run_discovery(["-Scenario", "VMware", "-Cloud", "Public", "-PrivateEndpoint"], ["Y"], dict(state))
    assert run_discovery(["-Nonsense"], ["Y"], dict(state)) == 1
    assert run_discovery(["-Scenario", "Cloud9", "-Cloud", "Public", "-PrivateEndpoint"], ["Y"], dict(state)) == -20


def test_updates_are_switched_and_left_when_they_are_right(make: t.Callable[..., Host]) -> None:
    host = make(**unpacked())
    host.run("install", folder=FOLDER)
    assert host.run("auto_update", auto_update=True)["changed"] is False
    assert host.run("auto_update", auto_update=False, check_mode=True)["changed"] is True
    assert host.state["auto_update"] == "1"
    assert host.run("auto_update", auto_update=False)["changed"] is True
    assert host.run("auto_update", auto_update=False)["changed"] is False
    assert host.state["auto_update"] == "0"


def test_the_names_of_a_host_come_in_the_rows_of_a_verification(make: t.Callable[..., Host]) -> None:
    proxy = {"server": "http://proxy:3128", "bypass": ["*.vault.azure.net"]}
    host = make(names={"a.vault.azure.net": ["10.1.1.4"], "b.vault.azure.net": ["203.0.113.4"], "c.vault.azure.net": ["10.1.1.6"]},
                unreachable=["c.vault.azure.net"], proxy=proxy)  # fmt: skip
    names = [
        {"fqdn": f"{letter}.vault.azure.net", "ip_addresses": [f"10.1.1.{number}"]}
        for number, letter in zip((4, 5, 6, 7), "abcd")
    ]
    seen = host.run("names", names=names)
    assert [(row["resolved"], row["connected"]) for row in seen["names"]] == [
        (True, True),
        (False, None),
        (True, False),
        (False, None),
    ]
    assert seen["proxy"] == {"address": "http://proxy:3128", "bypass": ["*.vault.azure.net"]}
    assert host.run("flush")["changed"] is False and host.state["flushed"] == 1
    assert host.run("flush", check_mode=True)["changed"] is False and host.state["flushed"] == 1


PRIVATE = [
    {"fqdn": "a.vault.azure.net", "ip_addresses": ["10.1.1.4"]},
    {"fqdn": "B.blob.core.windows.net", "ip_addresses": ["10.1.1.5"]},
]


def test_private_names_go_past_the_proxy_and_what_others_put_there_stays(make: t.Callable[..., Host]) -> None:
    there = {"server": "http://proxy.corp.example:8080", "bypass": ["*.corp.example", "A.vault.azure.net"]}
    host = make(proxy=there)
    wanted: JSON = {"proxy": "proxy.corp.example:8080", "names": PRIVATE, "bypass": ["<local>"]}
    names = ["*.corp.example", "A.vault.azure.net", "b.blob.core.windows.net", "<local>"]
    predicted = host.run("proxy", check_mode=True, **wanted)
    assert predicted["changed"] is True and host.state["proxy"] == there
    done = host.run("proxy", **wanted)
    assert done["diff"] == predicted["diff"] and done["diff"]["before"] == there
    assert host.state["proxy"] == {"server": "proxy.corp.example:8080", "bypass": names} == done["diff"]["after"]
    again = host.run("proxy", **wanted)
    assert again["changed"] is False and again["proxy"] == {"address": "proxy.corp.example:8080", "bypass": names}


def test_another_proxy_takes_none_of_the_names_of_the_one_before(make: t.Callable[..., Host]) -> None:
    host = make(proxy={"server": "old:8080", "bypass": ["*.old.example"]})
    assert host.run("proxy", proxy="new:3128", names=PRIVATE)["changed"] is True
    assert host.state["proxy"] == {"server": "new:3128", "bypass": ["a.vault.azure.net", "b.blob.core.windows.net"]}


@pytest.mark.parametrize(
    "proxy", [None, "", "https://proxy:8080", "proxy", "user:secret@proxy:8080", "proxy:port", "a b:1"]
)
def test_what_is_no_http_proxy_is_said_before_the_host_is_asked(make: t.Callable[..., Host], proxy: str | None) -> None:
    host = make(proxy={"server": "", "bypass": []})
    refused = host.run("proxy", proxy=proxy, names=PRIVATE)
    assert refused["failed"] and "HTTP proxy only" in refused["msg"] and "secret" not in refused["msg"]
    assert list(host.state) == ["proxy"], "the stand-in completes its state when it is asked"


def test_a_proxy_that_windows_did_not_take_is_an_error_with_what_is_there(make: t.Callable[..., Host]) -> None:
    host = make(proxy={"server": "old:8080", "bypass": []}, proxy_refused=True)
    refused = host.run("proxy", proxy="new:3128", names=PRIVATE)
    assert refused["failed"] and refused["changed"] is True
    assert "ended with 1" in refused["msg"] and "its proxy is old:8080 now" in refused["msg"]


def test_without_powershell_a_real_host_is_not_reached() -> None:
    refused = Cloud({}).run(MODULE, host="appliance", step="look")
    assert refused["failed"] and "ansible_connection" in refused["msg"]


# The PowerShell


def block(text: str) -> dict[str, type]:
    """The parameters of a script: type by name."""
    node = next(node for node in powershell.nodes(powershell.tree(text)) if node.type == "param_block")
    rows = [row.text.decode() for row in powershell.nodes(node) if row.type == "script_parameter"]
    found = [re.match(r"\[([\w\[\]]+)\] \$(\w+)", row) for row in rows]
    return {match[2]: TYPES[match[1]] for match in found if match}


@pytest.mark.parametrize("job", jobs.JOBS)
def test_a_script_is_powershell_and_takes_and_answers_what_its_row_says(job: str) -> None:
    text = script(job)
    assert powershell.errors(text) == []
    own = (SCRIPTS / f"{job}.ps1").read_text()
    pascal = {
        "".join(part.capitalize() for part in name.split("_")): kind for name, kind in jobs.JOBS[job].parameters.items()
    }
    assert block(own) == pascal
    assert not {"Confirm", "WhatIf", "Verbose"} & set(block(own)), "those are PowerShell's own"
    answered = re.search(r"Write-Answer @\{(.*?)\n?    \}|Write-Answer @\{(.*?)\}\n", own, re.DOTALL)
    assert answered
    keys = set(re.findall(r"(?:^|[;{\n])\s*(\w+)\s*=", "\n" + next(filter(None, answered.groups()))))
    assert keys >= {"job", "failed", "changed", *jobs.JOBS[job].answers}


def test_every_script_has_a_row() -> None:
    assert {path.stem for path in SCRIPTS.glob("*.ps1")} == set(jobs.JOBS)
