"""The plan before the first write: what it says is what happens, in check mode too, and a person may be asked."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ..conftest import VAULT, Cloud
from .conftest import Tell
from .settings import SETTINGS, Setting
from .support import DESIRED

JSON = dict[str, t.Any]
#: Kinds whose rows are ids of resources.
MADE = ("vault", "private endpoint", "private DNS zone", "virtual network link", "zone group")
TYPES = ("/vaults/", "/privateendpoints/", "/privatednszones/")
NAMES = ("backup, endpoint", "backup, endpoint, records", "site_recovery", "site_recovery, records")


def existing(cloud: Cloud) -> set[str]:
    """The folded ids of what there is, without records, connections, and what is within a vault."""
    cloud.arm.scheduler.settle()
    ids = {str(resource.document["id"]).lower() for resource in cloud.arm.store.all()}
    left_out = ("/a/", "/soa/", "privateendpointconnections", "roleassignments", "networkinterfaces", "replication")
    return {one for one in ids if any(kind in one for kind in TYPES) and not any(part in one for part in left_out)}


def rows(report: JSON, *actions: str) -> set[str]:
    return {row["id"].lower() for row in report["plan"] if row["action"] in actions and row["kind"] in MADE}


def page(directory: Path, report: JSON) -> str:
    return (directory / "report" / report["run"] / "plan.md").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_what_the_plan_says_is_what_happens(name: str, tmp_path: Path) -> None:
    setting: Setting = SETTINGS[name]
    cloud = setting.cloud()
    story = setting.sequence(cloud, tmp_path)
    before = existing(cloud)
    check = story.play(check_mode=True).report
    assert cloud.writes() == [] and existing(cloud) == before
    text = page(tmp_path, check)
    assert "Check mode: nothing will be written." in text and "## Create: " in text
    done = story.play().report
    if name.startswith("site"):
        assert done["plan"] == check["plan"]
    assert rows(done, "create") == existing(cloud) - before
    assert "Nothing has been written yet." in page(tmp_path, done)
    cloud.mark()
    again = story.play().report
    assert cloud.writes() == []
    assert rows(again, "create", "change", "remove", "decide") == set()
    assert rows(again, "leave") == rows(done, "create")


def test_a_half_made_world_is_told_apart(tmp_path: Path) -> None:
    setting = SETTINGS["site_recovery"]
    cloud = setting.cloud()
    story = setting.sequence(cloud, tmp_path)
    assert not story.play().failure
    gone = next(row["id"] for row in story.play("verify").report["resources"] if row["name"] == "pe-cache")
    link = next(one for one in existing(cloud) if "/virtualnetworklinks/" in one)
    for resource_id in (gone, link):
        cloud.arm.store.remove(resource_id)
    before = existing(cloud)
    report = story.play().report
    assert rows(report, "create") == {gone.lower(), link, f"{gone.lower()}/privatednszonegroups/default"}
    made = existing(cloud) - before
    assert {gone.lower(), link} <= made <= rows(report, "create")


def test_a_change_of_the_vault_is_told(cloud: Cloud, tell: Tell) -> None:
    assert not tell(cloud).play().failure
    report = tell(cloud, backup_vault_tags={"owner": "me"}).play().report
    assert [row["action"] for row in report["plan"] if row["kind"] == "vault"] == ["change"]
    assert cloud.document(VAULT)["tags"]["owner"] == "me"


def test_a_teardown_says_what_it_removes(cloud: Cloud, tell: Tell) -> None:
    story = tell(cloud)
    assert not story.play().failure
    before = existing(cloud)
    report = story.play("teardown", backup_teardown_confirm="vault-backup").report
    gone = before - existing(cloud)
    assert rows(report, "remove") <= gone
    assert gone <= {one for one in before if any(one.startswith(row) for row in rows(report, "remove", "decide"))}
    assert rows(report, "leave") == {VAULT.lower()}


def test_a_person_confirms_before_the_first_write(cloud: Cloud, tell: Tell) -> None:
    story = tell(cloud, backup_confirm_plan=True)
    for typed in ("", "vault-other"):
        story.typed = typed
        refused = story.play()
        assert "Nobody confirmed the plan by typing vault-backup" in refused.failure
        assert refused.report["result"] == "failed" and refused.report["plan"]
        assert cloud.writes() == []
    assert not story.play(check_mode=True).failure
    assert not story.play("preflight").failure
    story.typed = "vault-backup"
    assert not story.play().failure
    assert cloud.exists(VAULT)
    story.typed = ""
    cloud.mark()
    torn = story.play("teardown", backup_teardown_confirm=DESIRED["backup_vault_name"])
    assert "Nobody confirmed the plan" in torn.failure and cloud.writes() == []
