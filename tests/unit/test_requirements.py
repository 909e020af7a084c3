"""``docs/requirements.yml`` speaks of every requirement, and what it points at is there."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.checklists import CHECKLISTS
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.migrate_rules import ROWS as MIGRATE_ROWS

ROOT = Path(__file__).parents[2]
JSON = dict[str, t.Any]
pytestmark = pytest.mark.xdist_group("requirements")
COUNTS = {
    "R-BKP-": 57, "R-ASR-": 52, "R-DPM-": 55, "R-MIG-": 88,
    "X-COM-": 4, "X-BKP-": 8, "X-DPM-": 2, "X-ASR-": 2, "X-ASR-H": 7, "X-MIG-": 6, "X-DNS-": 1,
}  # fmt: skip
IDS = [f"{prefix}{number:02}" for prefix, count in COUNTS.items() for number in range(1, count + 1)]
STATUSES = ("automated", "checked", "checklist", "documented", "planned")
KEYS = ("text", "status", "row", "where", "shown_by", "note")
ROWS = {row.id for rows in CHECKLISTS.values() for row in rows} | {row[3] for row in MIGRATE_ROWS}
REQUIREMENTS: dict[str, JSON] = yaml.safe_load((ROOT / "docs" / "requirements.yml").read_text(encoding="utf-8"))


def demonstrations() -> set[str]:
    """Everything a requirement may be shown by."""
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        found.update(f"{path.relative_to(ROOT)}::{name}" for name in names if name.startswith("test_"))
    for path in (ROOT / "extensions" / "molecule").glob("*/converge.yml"):
        found.add(f"molecule:{path.parent.name}")
    for path in (ROOT / "extensions" / "rehearsal" / "scenarios").glob("*/scenario.yml"):
        runs = yaml.safe_load(path.read_text(encoding="utf-8"))["runs"]
        found.update(f"rehearsal:{path.parent.name}/{run['name']}" for run in runs)
    for path in (ROOT / "extensions" / "rehearsal" / "scenarios").glob("*/variants.yml"):
        for variant, rows in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            found.update(f"rehearsal:{path.parent.name}.{variant}/{run['name']}" for run in rows["runs"])
    return found


def problems(requirement: JSON, shown: t.Collection[str]) -> list[str]:
    """What is wrong with one entry."""
    status, where, shown_by = (requirement.get(key) for key in ("status", "where", "shown_by"))
    found = [f"unknown key {key}" for key in requirement if key not in KEYS]
    found += [f"{key} is empty" for key, value in requirement.items() if not value]
    found += [] if str(requirement.get("text", "")).endswith(".") else ["text is no sentence"]
    found += [] if status in STATUSES else [f"status {status}"]
    found += [f"{path} does not exist" for path in where or [] if not (ROOT / path).exists()]
    found += [f"{name} does not run" for name in shown_by or [] if name not in shown]
    if status == "planned":
        found += [f"planned, yet it has {key}" for key in ("where", "shown_by", "row") if key in requirement]
        return found + ([] if requirement.get("note") else ["planned without a note"])
    found += [] if where else ["nowhere"]
    if status in ("automated", "checked") and not shown_by:
        found.append("nothing shows it")
    if status == "documented" and not any(path.startswith("docs/") for path in where or []):
        found.append("documented outside docs")
    if (status == "checklist") is not (requirement.get("row") in ROWS):
        found.append(f"row {requirement.get('row')}")
    return found


def test_every_requirement_is_there_and_no_other() -> None:
    assert sum(name.startswith("R-") for name in IDS) == 252
    assert list(REQUIREMENTS) == IDS


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_a_requirement(name: str, shown: set[str]) -> None:
    assert problems(REQUIREMENTS[name], shown) == []


@pytest.fixture(scope="module")
def shown() -> set[str]:
    return demonstrations()


def test_what_has_a_role_has_nothing_left_to_plan() -> None:
    planned = [name for name, entry in REQUIREMENTS.items() if entry["status"] == "planned"]
    assert planned == []


GOOD: JSON = {"text": "A.", "status": "checked", "where": ["README.md"], "shown_by": ["molecule:modules"]}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"where": ["docs/nowhere.md"]}, ["docs/nowhere.md does not exist"]),
        ({"where": None}, ["where is empty", "nowhere"]),
        (
            {"shown_by": ["tests/unit/test_docs.py::test_nothing"]},
            ["tests/unit/test_docs.py::test_nothing does not run"],
        ),
        ({"shown_by": []}, ["shown_by is empty", "nothing shows it"]),
        ({"status": "done"}, ["status done"]),
        ({"status": "documented"}, ["documented outside docs"]),
        ({"status": "checklist"}, ["row None"]),
        ({"status": "checklist", "row": "no-such-row"}, ["row no-such-row"]),
        (
            {"status": "planned"},
            ["planned, yet it has where", "planned, yet it has shown_by", "planned without a note"],
        ),
        ({"why": "because"}, ["unknown key why"]),
    ],
)
def test_a_wrong_entry_would_be_seen(change: JSON, found: list[str]) -> None:
    assert problems({**GOOD, **change}, {"molecule:modules"}) == found
