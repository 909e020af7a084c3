"""``docs/report.schema.json`` as a judge of reports."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from jsonschema import Draft202012Validator

JSON = dict[str, t.Any]
SCHEMA: JSON = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def wrong(report: JSON) -> list[str]:
    """What the schema says against a report."""
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(report)]
