"""What is said of public network access: nothing that this run does not do, in tasks, results, plan page and report."""

from __future__ import annotations

import copy
import json
import re
import typing as t
from pathlib import Path

import pytest

from ..conftest import WORLD, Cloud
from ..worlds.site_recovery import WORLD as RECOVERY_WORLD
from .sequence import Played, Sequence
from .settings import SETTINGS
from .support import DESIRED

JSON = dict[str, t.Any]
SAYS = re.compile(r"\bden(?:y|ied|ies|ying)\b", re.IGNORECASE)
ROLES = {"backup": ("backup, endpoint", WORLD), "site_recovery": ("site_recovery", RECOVERY_WORLD)}
#: Whether every name is proved in Azure, and whether Azure's DNS is the networks' own.
NAMESERVERS = {"proved": [], "unproven": ["10.1.0.4"]}


def strings(value: t.Any) -> t.Iterator[str]:
    """Every text of a result; what a key is called is not said to anybody."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


def said(story: Sequence, played: Played, directory: Path) -> list[str]:
    """All that a run and its files say of a denial, with what stands around it."""
    texts = [name for _file, name in story.reached] + [*played.said, played.failure]
    texts += [text for deed in played.deeds for text in strings(deed.result)]
    for path in (directory / "report").rglob("*"):
        if path.is_file():
            content = path.read_text()
            texts += strings(json.loads(content)) if path.suffix == ".json" else content.splitlines()
    return [text for text in texts if SAYS.search(text)]


def with_servers(world: JSON, servers: list[str]) -> JSON:
    """The world, its networks with DNS servers of their own."""
    world = copy.deepcopy(world)
    for network in world["virtual_networks"]:
        network.update({"dns_servers": servers} if servers else {})
    return world


@pytest.mark.parametrize("servers", NAMESERVERS)
@pytest.mark.parametrize("role", ROLES)
def test_nothing_speaks_of_a_denial_where_access_stays_as_it_is(role: str, servers: str, tmp_path: Path) -> None:
    name, world = ROLES[role]
    cloud = Cloud(with_servers(world, NAMESERVERS[servers]))
    desired = {**SETTINGS[name].desired, f"{role}_public_network_access": "unchanged"}
    story = Sequence(cloud, tmp_path, role, **desired)
    for entry, check in (
        ("preflight", False), ("main", True), ("main", False), ("main", False), ("verify", False), ("drift", False), ("main", True),
    ):  # fmt: skip
        played = story.play(entry, check_mode=check)
        assert (played.failure, said(story, played, tmp_path)) == ("", []), (entry, check)
        gates = {gate["name"]: gate["verdict"] for gate in played.report["gates"]}
        assert gates.get("resolution", "warning" if NAMESERVERS[servers] else "ok") == (
            "warning" if NAMESERVERS[servers] else "ok"
        )
    vault = cloud.document(played.report["subject"]["vault"])
    assert vault["properties"]["publicNetworkAccess"] == "Enabled"


def test_a_vault_that_denies_already_is_not_denied_again(cloud: Cloud, tmp_path: Path) -> None:
    story = Sequence(cloud, tmp_path, "backup", **DESIRED)
    first = story.play()
    assert first.failure == "" and plan_of(first, "vault")["why"] == WHEN["after_verify"]
    tagged = story.play(backup_vault_tags={"owner": "backup-team"})
    row = plan_of(tagged, "vault")
    assert (row["action"], row["why"]) == ("change", "")
    page = (tmp_path / "report" / tagged.report["run"] / "plan.md").read_text()
    assert "vault-backup" in page and not SAYS.search(page)


WHEN = {
    "after_verify": "public network access is denied once everything is proved",
    "before_endpoint": "public network access is denied before there are endpoints",
    "unchanged": "",
}


@pytest.mark.parametrize("when", WHEN)
def test_the_plan_says_when_access_is_denied(when: str, cloud: Cloud, tmp_path: Path) -> None:
    story = Sequence(cloud, tmp_path, "backup", **{**DESIRED, "backup_public_network_access": when})
    played = story.play(check_mode=True)
    assert plan_of(played, "vault")["why"] == WHEN[when]
    # A denial that is not held up by a proof is not said to be.
    held = Sequence(Cloud(with_servers(WORLD, ["10.1.0.4"])), tmp_path / "held", "backup", **story.variables)
    gates = held.play(check_mode=True, backup_report_directory=str(tmp_path / "held" / "report")).report["gates"]
    (warning,) = [gate["message"] for gate in gates if gate["name"] == "resolution"]
    assert ("public network access is not denied" in warning) == (when == "after_verify")


def plan_of(played: Played, kind: str) -> JSON:
    """The plan's row of a kind."""
    (row,) = [row for row in played.report["plan"] if row["kind"] == kind]
    return t.cast(JSON, row)
