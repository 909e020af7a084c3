"""``docs/report.schema.json`` describes ``report.json``."""

from __future__ import annotations

import copy
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.report.document import SCHEMA_VERSION, build
from ansible_collections.privatelink.recovery.plugins.module_utils.report.history import ENTRY_POINTS
from ansible_collections.privatelink.recovery.plugins.module_utils.report.reading import RESULTS
from ansible_collections.privatelink.recovery.plugins.modules.report import MODULE
from jsonschema import Draft202012Validator

from ...conftest import Cloud
from ...report_schema import SCHEMA, wrong

JSON = dict[str, t.Any]


def test_the_schema_is_one_and_of_this_version() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA_VERSION.partition(".")[0] == "1"
    assert set(SCHEMA["properties"]["result"]["enum"]) == set(RESULTS)
    assert set(SCHEMA["properties"]["entry_point"]["enum"]) == set(ENTRY_POINTS)


@pytest.mark.parametrize("key", sorted(build({"scenario": "backup", "result": "check"}, "2026-01-01T00:00:00Z")))
def test_every_key_is_described_and_required(key: str) -> None:
    report = build({"scenario": "backup", "result": "check"}, "2026-01-01T00:00:00Z")
    assert wrong(report) == []
    assert key in SCHEMA["properties"] and key in SCHEMA["required"]
    del report[key]
    assert wrong(report)


def test_the_schema_has_no_key_that_no_report_has() -> None:
    assert set(SCHEMA["properties"]) == set(build({"scenario": "backup", "result": "check"}, "now"))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("unknown",), 1), (("result",), "fine"), (("written",), "yesterday"), (("schema_version",), "2.0"), (("ready_to_protect",), "yes"),
        (("names", 0, "resolved"), "no"), (("names", 0, "ip_addresses"), "10.0.0.4"), (("gates", 0, "verdict"), "maybe"),
        (("manual_steps", 0, "who"), None), (("left_out",), {}), (("subject",), []),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_found(cloud: Cloud, tmp_path: Path, path: tuple[t.Any, ...], value: t.Any) -> None:
    names = [{"fqdn": "a.example.com", "ip_addresses": ["10.0.0.4"], "endpoint": "pe", "zone": "example.com"}]
    gates = [
        {"name": "freshness", "verdict": "ok", "message": "never used", "subject": "/x", "remedy": "", "evidence": []}
    ]
    done = cloud.run(
        MODULE,
        directory=str(tmp_path),
        scenario="backup",
        checklist="backup",
        names=names,
        gates=gates,
        record_files=True,
    )
    report: JSON = json.loads(Path(done["json_path"]).read_text())
    assert wrong(report) == []
    bad = copy.deepcopy(report)
    place: t.Any = bad
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert wrong(bad)
