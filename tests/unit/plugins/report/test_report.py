"""The hand-over report."""

from __future__ import annotations

import json
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.report.document import FORMS, build
from ansible_collections.privatelink.recovery.plugins.module_utils.report.markdown import cell, table
from ansible_collections.privatelink.recovery.plugins.module_utils.report.secret_keys import (
    looks_secret,
    without_secrets,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.report.sections import Section
from ansible_collections.privatelink.recovery.plugins.modules.report import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.vault import MODULE as VAULT_MODULE

from ...conftest import VAULT, Cloud

OPTIONS: dict[str, t.Any] = {
    "scenario": "backup",
    "result": "converged",
    "subject": {"vault": "vault-backup", "region": "westeurope", "client_secret": "HIDE-ME"},
    "resources": [
        {"kind": "vault", "id": "/x", "name": "vault-backup", "state": "Succeeded", "changed": True, "detail": ""}
    ],
    "changes": [{"task": "Vault", "resource": "/x", "changed": True, "diff": "a -> b\nc -> d"}],
    "gates": [{"name": "freshness", "verdict": "ok", "message": "never | used", "remedy": "", "evidence": {"jobs": 0}}],
    "names": [
        {"fqdn": "a.example.com", "ip_addresses": ["10.0.0.4", "10.0.0.5"], "zone": "example.com", "resolved": False}
    ],
    "records": [{"zone": "example.com", "name": "a", "time_to_live": 10}, {"zone": "example.com", "owner": "us"}],
    "links": [],
    "manual_steps": [{"id": "restore", "what": "Restore a file", "who": "operator", "why": "<b>", "done": None}],
    "extra": {"registration": {"passphrase": "HIDE-ME", "server": "dpm1"}},
}


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("secret", True),
        ("client_secret", True),
        ("clientSecret", True),
        ("vaultPassword", True),
        ("token", True),
        ("oidc_token", True),
        ("passphrase", True),
        ("key", True),
        ("account_key1", True),
        ("integrityKey", True),
        ("Keys", True),
        ("key_vault_id", False),
        ("keyVaultUri", False),
        ("keyboard", False),
        ("monkey", False),
        ("name", False),
        ("", False),
    ],
)
def test_what_looks_secret(key: str, secret: bool) -> None:
    assert looks_secret(key) is secret


def test_secrets_are_left_out_and_named() -> None:
    left_out: list[str] = []
    given = {"a": [{"key": 1, "b": 2}], "password": "x", "c": {"token": {"d": 1}, "e": 3}}
    assert without_secrets(given, left_out) == {"a": [{"b": 2}], "c": {"e": 3}}
    assert left_out == ["a.0.key", "password", "c.token"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (["a", 1, None], "a, 1, "),
        ({"a": True}, "a: yes"),
        ("a|b", "a\\|b"),
        ("a\\|b", "a\\\\\\|b"),
        (" a \n b\n", "a<br>b"),
        ("<script>&", "&lt;script>&amp;"),
        ("", ""),
    ],
)
def test_cell(value: t.Any, text: str) -> None:
    assert cell(value) == text


def test_a_table_has_no_empty_columns_and_equal_rows() -> None:
    columns = [("A", "a"), ("B", "b"), ("C", "c")]
    text = table(Section("", columns, [{"a": "1|2", "c": None}, {"c": 3}]))
    assert text.splitlines() == ["| A | C |", "| --- | --- |", "| 1\\|2 |  |", "|  | 3 |"]


def test_both_forms_say_everything_but_secrets() -> None:
    report = build(OPTIONS, "2026-01-01T00:00:00Z")
    plain, pretty = FORMS["report.json"](report), FORMS["report.md"](report)
    assert json.loads(plain) == report
    assert report["left_out"] == ["subject.client_secret", "extra.registration.passphrase"]
    for text in (plain, pretty):
        assert "HIDE-ME" not in text
        assert "2026-01-01T00:00:00Z" in text
    for words in (
        "# Azure Backup, vault vault-backup: converged",
        "## Gates and checks",
        "| freshness | ok | never \\| used | jobs: 0 |",
        "## Resources",
        "a -> b<br>c -> d",
        "| a.example.com | 10.0.0.4, 10.0.0.5 | no |",
        "## DNS records",
        "| Zone | Name | Time to live | Owner |",
        "## Still to be done by a person",
        "&lt;b>",
        "server: dpm1",
        "looks like a secret: subject.client_secret",
    ):
        assert words in pretty
    assert "## Virtual network links" not in pretty


@pytest.mark.parametrize("result", ["converged", "unchanged", "refused", "failed", "check"])
def test_a_bare_report_explains_its_result(result: str) -> None:
    text = FORMS["report.md"](build({"scenario": "migrate", "result": result}, "now"))
    assert text.splitlines()[0] == f"# Azure Migrate: {result}"
    assert text.splitlines()[2].endswith(".")


@pytest.mark.parametrize("check_mode", [False, True])
def test_files_are_for_their_owner_only(cloud: Cloud, tmp_path: Path, check_mode: bool) -> None:
    directory = tmp_path / "new" / "reports"
    done = cloud.run(MODULE, check_mode=check_mode, directory=str(directory), **OPTIONS)
    assert done["changed"] is False
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    folder = Path(done["json_path"]).parent
    assert sorted(path.name for path in directory.iterdir()) == sorted([done["run"], "latest"])
    assert sorted(path.name for path in folder.iterdir()) == ["report.html", "report.json", "report.md", "sheets"]
    for name in ("json_path", "markdown_path", "html_path"):
        assert stat.S_IMODE(Path(done[name]).stat().st_mode) == 0o600
    assert json.loads(Path(done["json_path"]).read_text())["result"] == "converged"
    assert cloud.requests() == []


def test_a_change_when_asked_for(cloud: Cloud, tmp_path: Path) -> None:
    options = {"directory": str(tmp_path), "count_as_change": True, **OPTIONS}
    first = cloud.run(MODULE, **options)
    assert first["changed"] is True and first["diff"]["before"] == {}
    assert cloud.run(MODULE, **options)["changed"] is False
    second = cloud.run(MODULE, **{**options, "result": "unchanged"})
    assert second["changed"] is True
    assert (second["diff"]["before"]["result"], second["diff"]["after"]["result"]) == ("converged", "unchanged")


def test_a_directory_that_cannot_be(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    failed = cloud.run(MODULE, directory=str(tmp_path / "file" / "reports"), **OPTIONS)
    assert failed["failed"] and "cannot be written" in failed["msg"]


def test_a_broken_report_of_before_is_replaced(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to("broken")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "report.json").write_text("no json")
    assert cloud.run(MODULE, directory=str(tmp_path), count_as_change=True, **OPTIONS)["changed"] is True


def test_a_report_says_what_changed_without_a_diff(cloud: Cloud, tmp_path: Path) -> None:
    vault = {"resource_group": "rg-backup", "name": "vault-backup", "location": "westeurope"}
    made = cloud.run(VAULT_MODULE, diff=False, **vault)
    tagged = cloud.run(VAULT_MODULE, diff=False, **vault, tags={"owner": "x"})
    assert "diff" not in made and "diff" not in tagged
    results = [{"task": "Vault", "result": made}, {"task": "Tags", "result": {"results": [tagged]}}]
    done = cloud.run(MODULE, directory=str(tmp_path), scenario="backup", results=results)
    rows = json.loads(Path(done["json_path"]).read_text())["changes"]
    assert [(row["task"], row["resource"], row["diff"]) for row in rows] == [
        ("Vault", VAULT, "created"),
        ("Tags", VAULT, "tags.owner: not set to x"),
    ]
    again = cloud.run(VAULT_MODULE, diff=False, **vault, tags={"owner": "x"})
    assert (again["changed"], again["differences"]) == (False, [])


def test_secrets_in_diffs_are_left_out_and_named(cloud: Cloud, tmp_path: Path) -> None:
    diff = {"before": {"a": 1, "client_secret": "HIDE-ME-1"}, "after": {"a": 2, "client_secret": "HIDE-ME-2"}}
    results = [{"task": "Theirs", "result": {"changed": True, "diff": diff}}]
    done = cloud.run(MODULE, directory=str(tmp_path), scenario="backup", results=results)
    reported = json.loads(Path(done["json_path"]).read_text())
    assert reported["changes"][0]["diff"] == "a: 1 to 2"
    assert reported["left_out"] == ["Theirs.diff.before.client_secret", "Theirs.diff.after.client_secret"]
    for path in (tmp_path / "latest").iterdir():
        assert "HIDE-ME" not in path.read_text()


def test_a_vault_is_shown_as_the_run_left_it(cloud: Cloud, tmp_path: Path) -> None:
    looked_at = {"kind": "vault", "id": VAULT, "name": "v", "detail": "identity None, public network access Enabled"}
    state = {"identity": {"type": "SystemAssigned"}, "public_network_access": "Disabled"}
    results = [{"task": "Deny", "result": {"changed": True, "id": VAULT.upper(), "state": state}}]
    done = cloud.run(MODULE, directory=str(tmp_path), scenario="backup", resources=[looked_at], results=results)
    (row,) = json.loads(Path(done["json_path"]).read_text())["resources"]
    assert row["detail"] == "identity SystemAssigned, public network access Disabled"


def test_why_it_stopped_is_in_every_form() -> None:
    given = build({"scenario": "backup", "result": "failed", "failure": "The policy disallows it."}, "now")
    assert json.loads(FORMS["report.json"](given))["failure"] == "The policy disallows it."
    for name in ("report.md", "report.html"):
        assert "The policy disallows it." in FORMS[name](given)


ZONE = "privatelink.siterecovery.windowsazure.com"
TWO_SIDES = [
    {"endpoint": side, "fqdn": f"1-asr-pod01-rcm1.we.{ZONE}", "zone": ZONE, "ip_addresses": [address]}
    for side, address in (("pe-source", "10.1.1.4"), ("pe-recovery", "10.2.1.4"))
]


@pytest.mark.parametrize("check_mode", [False, True])
def test_records_as_files_for_the_owner_of_the_dns_servers(cloud: Cloud, tmp_path: Path, check_mode: bool) -> None:
    directory = tmp_path / "reports"
    options = {"directory": str(directory), "scenario": "site_recovery", "record_files": True, "time_to_live": 60}
    done = cloud.run(MODULE, check_mode=check_mode, names=TWO_SIDES, **options)
    assert done["changed"] is False
    names = [
        f"{side}{ending}"
        for side in ("pe-recovery", "pe-source")
        for ending in (".hosts", f".{ZONE}.zone", ".ps1.txt", ".unbound.conf", ".dnsmasq.conf")
    ]
    assert done["record_files"] == sorted(str(directory / done["run"] / "records" / name) for name in names)
    assert stat.S_IMODE((directory / "records").stat().st_mode) == 0o700
    for path in done["record_files"]:
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert "\t60\tIN\tA\t10.1.1.4" in (directory / "records" / f"pe-source.{ZONE}.zone").read_text()
    assert b"\r\n" in (directory / "records" / "pe-source.ps1.txt").read_bytes()
    assert b"\r\r" not in (directory / "records" / "pe-source.ps1.txt").read_bytes()
    reported = json.loads((directory / "latest" / "report.json").read_text())["record_files"]
    assert [row["path"] for row in reported] == sorted(f"records/{name}" for name in names)
    assert all(row["use"] for row in reported)
    assert "records/pe-source.hosts" in (directory / "latest" / "report.md").read_text()
    assert cloud.requests() == []


def test_each_run_has_its_own_files_and_one_without_names_leaves_the_link_to_the_last(
    cloud: Cloud, tmp_path: Path
) -> None:
    options = {"directory": str(tmp_path), "scenario": "site_recovery", "record_files": True}
    first = cloud.run(MODULE, names=TWO_SIDES, **options)
    second = cloud.run(MODULE, names=TWO_SIDES[:1], **options)
    assert {path.name for path in (tmp_path / "records").iterdir()} == {
        Path(path).name for path in second["record_files"]
    }
    assert all(Path(path).exists() for path in first["record_files"])
    unknowing = cloud.run(MODULE, names=[], **options)
    assert unknowing["record_files"] == []
    assert (tmp_path / "records").resolve() == tmp_path / second["run"] / "records"


def test_no_files_unless_asked_for(cloud: Cloud, tmp_path: Path) -> None:
    done = cloud.run(MODULE, directory=str(tmp_path), scenario="site_recovery", names=TWO_SIDES)
    assert done["record_files"] == []
    assert not (tmp_path / "records").exists()


def test_the_name_of_an_endpoint_leads_nowhere_else(cloud: Cloud, tmp_path: Path) -> None:
    names = [{**TWO_SIDES[0], "endpoint": "../../elsewhere"}]
    done = cloud.run(MODULE, directory=str(tmp_path), scenario="site_recovery", record_files=True, names=names)
    assert {Path(path).parent for path in done["record_files"]} == {tmp_path / done["run"] / "records"}


def test_what_is_no_name_or_address_is_in_no_file_and_the_report_says_so(cloud: Cloud, tmp_path: Path) -> None:
    evil = [
        "x'; Remove-Item C:\\ -Recurse; '",
        f"y.{ZONE}\n10.6.6.6 login.microsoftonline.com",
        f"z\u2019.{ZONE}",
        f"$INCLUDE.{ZONE}",
    ]
    names = [
        *TWO_SIDES,
        *({**TWO_SIDES[0], "fqdn": name} for name in evil),
        {**TWO_SIDES[0], "fqdn": f"one.{ZONE}", "ip_addresses": ["10.1.1.9", "10.6.6.6 login.microsoftonline.com"]},
        {**TWO_SIDES[0], "fqdn": f"two.{ZONE}", "zone": f"{ZONE}\n$INCLUDE /etc/passwd"},
    ]
    options = {"directory": str(tmp_path), "scenario": "site_recovery", "record_files": True}
    done = cloud.run(MODULE, names=names, **options)
    written = {path: Path(path).read_text() for path in done["record_files"]}
    for word in ("Remove-Item", "login.microsoftonline.com", "INCLUDE", "\u2019", "passwd"):
        assert [path for path, text in written.items() if word in text] == []
    assert f"10.1.1.9 one.{ZONE}\n" in written[str(tmp_path / done["run"] / "records" / "pe-source.hosts")]
    reported = json.loads((tmp_path / "latest" / "report.json").read_text())["unwritten_names"]
    assert len(reported) == len(evil) + 2
    assert done["warnings"] == [row["message"] for row in reported]
    assert "Names in no file" in (tmp_path / "latest" / "report.md").read_text()


def test_forwarders_as_files_when_their_target_is_known(cloud: Cloud, tmp_path: Path) -> None:
    options = {"directory": str(tmp_path), "scenario": "site_recovery", "record_files": True, "names": TWO_SIDES}
    cloud.run(MODULE, forward_targets=["10.0.0.4", "10.0.0.5"], **options)
    records = tmp_path / "records"
    assert (
        f'zone "{ZONE}" {{ type forward; forward only; forwarders {{ 10.0.0.4; 10.0.0.5; }}; }};'
        in (records / "_forwarders.bind.conf").read_text()
    )
    assert f'"{ZONE}";' in (records / "_forwarders.bind.options.conf").read_text()
    assert f"server=/{ZONE}/10.0.0.4#53" in (records / "_forwarders.dnsmasq.conf").read_text()
    assert "-MasterServers @('10.0.0.4', '10.0.0.5')" in (records / "_forwarders.ps1.txt").read_text()
    reported = {
        row["path"]: row["use"] for row in json.loads((tmp_path / "latest" / "report.json").read_text())["record_files"]
    }
    assert reported["records/_forwarders.unbound.conf"] == "Unbound, forwarders"
    refused = cloud.run(MODULE, forward_targets=["10.0.0.4; };"], **options)
    assert "is not an IP address" in refused["msg"]
    cloud.run(MODULE, **options)
    assert not (records / "_forwarders.unbound.conf").exists()
