"""Why a run stopped, as its report takes it from the result of the task that failed."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.report import MODULE

from ...conftest import Cloud

JSON = dict[str, t.Any]
OF_A_LOOP: JSON = {
    "msg": "One or more items failed",
    "failed": True,
    "results": [
        {"failed": True, "msg": "The first is locked."},
        {"failed": False, "msg": "All is well."},
        {"skipped": True},
        {"failed": True, "msg": "The third is gone."},
    ],
}


@pytest.mark.parametrize(
    ("task", "failure"),
    [
        ({"msg": "It is locked.", "failed": True}, "It is locked."),
        (OF_A_LOOP, "The first is locked. The third is gone."),
        ({"msg": "One failed", "results": [{"failed": True}]}, "One failed"),
        ({"failed": True}, "A step failed."),
    ],
    ids=["one task", "a loop", "a loop without messages", "no message"],
)
def test_the_failure_is_that_of_the_task(cloud: Cloud, tmp_path: Path, task: JSON, failure: str) -> None:
    given = {"directory": str(tmp_path), "scenario": "backup", "result": "failed", "failed_task": task}
    done = cloud.run(MODULE, **given)
    assert done["failure"] == failure
    assert json.loads(Path(done["json_path"]).read_text())["failure"] == failure


def test_a_report_that_is_lost_leaves_the_failure(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    given = {"directory": str(tmp_path / "file"), "scenario": "backup", "result": "failed"}
    lost = cloud.run(MODULE, **given, failed_task=OF_A_LOOP)
    assert lost["failed"] and "cannot be written" in lost["msg"]
    assert lost["failure"] == "The first is locked. The third is gone."


def test_a_run_that_did_not_stop_has_none(cloud: Cloud, tmp_path: Path) -> None:
    assert "failure" not in cloud.run(MODULE, directory=str(tmp_path), scenario="backup", failed_task={})
