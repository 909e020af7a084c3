"""The report a run hands over: JSON for machines, Markdown and a page for people; pure functions."""

from __future__ import annotations

import json
import re
import typing as t

from ..texts import hidden
from ..wire import JSON
from .drawing import draw, topology
from .markdown import as_markdown
from .notes import notes_of, prerequisites_of
from .page import as_html
from .reading import own_records, reading
from .secret_keys import without_secrets

#: Of docs/report.schema.json. A new key raises the second number, one that changes its meaning or goes the first.
SCHEMA_VERSION = "1.1"
#: The entry point after which nothing of a sequence is left to be used.
TEARDOWN = "teardown"
#: What a report lists, by the option it is given with.
LISTS = (
    "plan",
    "warnings",
    "gates",
    "resources",
    "changes",
    "removed",
    "kept",
    "firewall",
    "dns",
    "access",
    "sheets",
    "names",
    "records",
    "links",
    "record_files",
    "unwritten_names",
    "manual_steps",
)


def build(options: t.Mapping[str, t.Any], written: str) -> JSON:
    """The report of a module's options: what was given, without secrets. ``left_out`` names what was dropped as one."""
    report: JSON = {
        "schema_version": SCHEMA_VERSION,
        "run": options.get("run") or "",
        "entry_point": options.get("entry_point") or "main",
        "scenario": options["scenario"],
        "result": options["result"],
        "written": written,
        "subject": options.get("subject") or {},
        "ready_to_protect": options.get("ready_to_protect"),
        "failure": options.get("failure") or "",
        **{key: options.get(key) or [] for key in LISTS},
        "extra": options.get("extra") or {},
    }
    left_out = list(options.get("left_out") or [])
    clean = t.cast(JSON, without_secrets(report, left_out))
    standing = report["entry_point"] != TEARDOWN
    return {
        **clean,
        "records": own_records(clean),
        "prerequisites": prerequisites_of(clean) if standing else [],
        "notes": notes_of(str(clean["scenario"])) if standing else [],
        "left_out": left_out,
    }


def as_json(report: JSON) -> str:
    """The report for machines. It holds texts as they came, but what is hidden in them is escaped as JSON knows it."""
    text = json.dumps(report, indent=2, ensure_ascii=False, default=str)
    return re.sub(r"[^\n -~]", lambda found: _escaped(found[0]) if hidden(found[0]) else found[0], text) + "\n"


#: The forms of a report, by file name.
FORMS: dict[str, t.Callable[[JSON], str]] = {
    "report.json": as_json,
    "report.md": lambda report: as_markdown(reading(report)),
    "report.html": lambda report: as_html(reading(report), draw(topology(report))),
}


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
