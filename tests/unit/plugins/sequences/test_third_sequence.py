"""A sequence is a table and a line of the catalog: gates, plan, checks and report know it by that alone."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.subnets import Need
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.backup import BACKUP
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.catalog import SEQUENCES
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.checklists import CHECKLISTS
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.gate import Gate, ok, refused
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.inspection import Inspection
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.sequence import (
    GateRow,
    Names,
    Row,
    Sequence,
)
from ansible_collections.privatelink.recovery.plugins.modules.preflight import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.report import MODULE as REPORT
from ansible_collections.privatelink.recovery.plugins.modules.verification import MODULE as VERIFICATION

from ...conftest import Cloud
from ...worlds.backup import WANTED, backup_cloud, closed, failed


def short_names(inspection: Inspection) -> t.Iterator[Gate]:
    """A gate that only this sequence has."""
    for endpoint in inspection.desired.endpoints:
        verdict = ok if len(endpoint.name) < 12 else refused
        yield verdict("short_names", endpoint.id, f"{endpoint.name} has {len(endpoint.name)} characters.")


ROW = Row("paint", "Paint the door.", "painter", "It is red.", "a photograph")
#: As Backup, but for its own numbers, a gate, a check and a duty; no subnet of the world has so many addresses.
THIRD: Sequence = replace(
    BACKUP,
    name="third",
    addresses={"only": Need(2000, 2500, "The third sequence: 2000 addresses")},
    gates=(*BACKUP.gates, GateRow("short_names", short_names, again=True)),
    late_checks=(*BACKUP.late_checks, GateRow("short_names", short_names)),
    least_names={"only": Names(at_first=40, in_use=50)},
    checklists={"third": (ROW,), "third_teardown": ()},
)


@pytest.fixture(autouse=True)
def _third(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SEQUENCES, "third", THIRD)
    for name, rows in THIRD.checklists.items():
        monkeypatch.setitem(CHECKLISTS, name, rows)


def test_its_gates_are_asked_and_its_numbers_count(cloud: Cloud) -> None:
    result = cloud.run(MODULE, **WANTED, name="third")
    assert closed(result) == {"subnet"}
    assert "2000 addresses" in result["message"]
    assert [gate["name"] for gate in result["gates"] if gate["name"] == "short_names"] == ["short_names"]
    assert result["plan"]["zone_names"]


def test_a_gate_of_its_own_closes(cloud: Cloud) -> None:
    long = [{**WANTED["endpoints"][0], "name": "pe-backup-with-a-long-name"}]
    for stage in ("all", "before_endpoint"):
        result = cloud.run(MODULE, **{**WANTED, "endpoints": long}, name="third", stage=stage)
        assert closed(result) == {"subnet", "short_names"}
    assert cloud.writes() == []


def test_its_checks_judge_a_finished_run() -> None:
    cloud = backup_cloud()
    result = cloud.run(VERIFICATION, **WANTED, name="third", stage="all")
    assert failed(result) == ["name_count"]
    assert "at least 40 are expected" in result["message"]
    assert [check["name"] for check in result["checks"]][-1] == "short_names"


def test_its_duties_are_in_the_report(cloud: Cloud, tmp_path: Path) -> None:
    asked = cloud.run(MODULE, **WANTED, name="third")
    sequence = {"name": "third", **{key: value for key, value in WANTED.items() if key != "enforce"}}
    given = {"directory": str(tmp_path), "scenario": "third", "sequence": sequence, "preflight": asked}
    made = cloud.run(REPORT, **given, checklist="third")
    assert not made.get("failed"), made
    written = json.loads(next(iter(tmp_path.rglob("report.json"))).read_text())
    assert "paint" in [row["id"] for row in written["manual_steps"]]


def test_a_variant_of_another_sequence_is_refused(cloud: Cloud) -> None:
    result = cloud.run(MODULE, **WANTED, name="third", variant="hybrid")
    assert result["failed"]
    assert "variant hybrid is none of third: only" in result["msg"]
    assert cloud.requests() == []
