"""What each entry point hands over: by the schema, with sheets, what was removed, and nothing overwritten."""

from __future__ import annotations

import csv
import json
import typing as t
from pathlib import Path

from ..conftest import BACKUP_ZONES, ENDPOINT, NETWORK, VAULT, Cloud
from ..report_schema import wrong
from .conftest import Tell
from .settings import SETTINGS

JSON = dict[str, t.Any]
MakeCloud = t.Callable[..., Cloud]


def folder(directory: Path, report: JSON) -> Path:
    return directory / "report" / str(report["run"])


def test_every_entry_point_reports_by_the_schema_and_overwrites_nothing(
    cloud: Cloud, tell: Tell, tmp_path: Path
) -> None:
    story = tell(cloud)
    handed = {
        "check": story.play(check_mode=True).report,
        "main": story.play().report,
        "preflight": story.play("preflight").report,
        "verify": story.play("verify").report,
        "drift": story.play("drift").report,
        "refused": story.play(backup_endpoints=[{"name": "pe-backup", "subnet": f"{NETWORK}/subnets/nowhere"}]).report,
        "teardown": story.play("teardown", backup_teardown_confirm="vault-backup").report,
    }
    assert {name: wrong(report) for name, report in handed.items() if wrong(report)} == {}
    kinds = [str(report["run"]).split("_")[1] for report in handed.values()]
    assert kinds == ["check", "main", "preflight", "verify", "drift", "main", "teardown"]
    for report in handed.values():
        assert json.loads((folder(tmp_path / "1", report) / "report.json").read_text()) == report
    principal = cloud.document(VAULT)["identity"]["principalId"]
    assert {row.get("object_id") for row in handed["main"]["resources"] if row["kind"] == "vault"} == {principal}
    removed = {(row["kind"], row["name"]) for row in handed["teardown"]["removed"]}
    assert {
        ("private endpoint", "pe-backup"),
        ("private DNS zone", "privatelink.we.backup.windowsazure.com"),
    } <= removed
    assert ENDPOINT in {row["id"] for row in handed["teardown"]["removed"]}
    assert handed["main"]["removed"] == []


def test_only_records_and_names_of_the_runs_own_endpoints(make_cloud: MakeCloud, tell: Tell) -> None:
    zone = BACKUP_ZONES[1].rsplit("/", 1)[-1]
    theirs = {"name": zone, "resource_group": "rg-dns", "records": [{"name": "theirs", "ip_addresses": ["10.9.9.9"]}]}
    report = tell(make_cloud(private_dns_zones=[theirs])).play().report
    assert (
        {row["endpoint"] for row in report["names"]} == {row["endpoint"] for row in report["records"]} == {"pe-backup"}
    )
    assert {row["name"] for row in report["records"]} == {row["record_name"] for row in report["names"]}


def test_the_sheets_say_what_the_run_made(tmp_path: Path) -> None:
    setting = SETTINGS["site_recovery"]
    cloud = setting.cloud()
    report = setting.sequence(cloud, tmp_path).play().report
    assert wrong(report) == []
    sheets = folder(tmp_path, report) / "sheets"
    rules = list(csv.DictReader((sheets / "firewall.csv").open()))
    assert {row["Destination address"] for row in rules if row["Destination address"]} >= {
        address for name in report["names"] for address in name["ip_addresses"]
    }
    assert {row["Source network"].rsplit("/", 1)[-1] for row in rules} == {"vnet-source", "vnet-recovery"}
    access = list(csv.DictReader((sheets / "access.csv").open()))
    assigned = {(row["Role"], row["Object id"]) for row in access if row["Principal"].startswith("identity")}
    principal = cloud.document(report["subject"]["vault"])["identity"]["principalId"]
    assert assigned == {("Contributor", principal), ("Storage Blob Data Contributor", principal)}
    roles = [json.loads(path.read_text()) for path in sorted(sheets.glob("role-*.json"))]
    wanted = {action for row in report["access"] for action in row.get("actions") or []}
    assert {action for role in roles for action in role["Actions"]} == wanted
    assert "Microsoft.Network/privateEndpoints/write" in wanted
