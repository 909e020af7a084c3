"""The report a run hands over: JSON for machines, Markdown and a page for people; pure functions, and one that writes."""

from __future__ import annotations

import json
import re
import typing as t

from ..texts import hidden
from ..wire import JSON
from .drawing import draw, topology
from .markdown import as_markdown
from .page import as_html
from .secret_keys import without_secrets
from .sections import Columns, Row, Section, Words

#: Of docs/report.schema.json. A new key raises the second number, one that changes its meaning or goes the first.
SCHEMA_VERSION = "1.0"

# Title, option, and the columns as heading and key. Without columns the keys of the rows are the headings.
SECTIONS: tuple[tuple[str, str, Columns], ...] = (
    (
        "Gates",
        "gates",
        (("Gate", "name"), ("Verdict", "verdict"), ("Says", "message"), ("Remedy", "remedy"), ("Evidence", "evidence")),
    ),
    (
        "Resources",
        "resources",
        (
            ("Kind", "kind"),
            ("Name", "name"),
            ("State", "state"),
            ("Changed", "changed"),
            ("Detail", "detail"),
            ("Id", "id"),
        ),
    ),
    ("Changes", "changes", (("Task", "task"), ("Resource", "resource"), ("Changed", "changed"), ("What", "diff"))),
    ("Names", "names", (("Name", "fqdn"), ("Addresses", "ip_addresses"), ("Zone", "zone"), ("Resolved", "resolved"))),
    ("DNS records", "records", ()),
    ("Virtual network links", "links", ()),
    ("Files for the owner of the DNS servers", "record_files", (("File", "path"), ("For", "use"))),
    ("Names in no file", "unwritten_names", (("Why", "message"),)),
    (
        "Still to be done by a person",
        "manual_steps",
        (("Id", "id"), ("What", "what"), ("Who", "who"), ("Why", "why"), ("Evidence", "evidence"), ("Done", "done")),
    ),
)
RESULTS = {
    "converged": "The run brought everything to the wanted state.",
    "unchanged": "Everything was already as wanted; nothing was written.",
    "waiting": "The run did what it could and waits for a person; running it again goes on.",
    "checked": "Every gate was asked; nothing was written.",
    "refused": "A gate refused the run; nothing was written but what is listed as changed.",
    "failed": "The run stopped with an error; running it again resumes.",
    "check": "Check mode: nothing was written; this is what a run would do.",
}


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
    }
    report.update({key: options.get(key) or [] for _title, key, _columns in SECTIONS})
    report["extra"] = options.get("extra") or {}
    left_out = list(options.get("left_out") or [])
    clean = t.cast(JSON, without_secrets(report, left_out))
    clean["left_out"] = left_out
    return clean


def as_json(report: JSON) -> str:
    """The report for machines. It holds texts as they came, but what is hidden in them is escaped as JSON knows it."""
    text = json.dumps(report, indent=2, ensure_ascii=False, default=str)
    return re.sub(r"[^\n -~]", lambda found: _escaped(found[0]) if hidden(found[0]) else found[0], text) + "\n"


def in_words(report: JSON) -> Words:
    """The report for people: only what there is something to say about."""
    listed = [
        Section(title, columns or columns_of(report[key]), report[key])
        for title, key, columns in SECTIONS
        if report.get(key)
    ]
    if report.get("extra"):
        listed.append(Section("More", (("What", "key"), ("", "value")), _pairs(report["extra"])))
    about = [{"key": "written", "value": report["written"]}, *_pairs(report["subject"])]
    if report["ready_to_protect"] is not None:
        about.append({"key": "ready to protect", "value": report["ready_to_protect"]})
    kept_back = ", ".join(report.get("left_out") or [])
    return Words(
        str(report["scenario"]),
        str(report["result"]),
        " ".join(filter(None, (RESULTS.get(report["result"], ""), report["failure"]))),
        Section("", (("About", "key"), ("", "value")), about),
        listed,
        f"Left out because it looks like a secret: {kept_back}." if kept_back else "",
    )


#: The forms of a report, by file name.
FORMS: dict[str, t.Callable[[JSON], str]] = {
    "report.json": as_json,
    "report.md": lambda report: as_markdown(in_words(report)),
    "report.html": lambda report: as_html(in_words(report), draw(topology(report))),
}


def columns_of(rows: t.Iterable[Row]) -> Columns:
    """All keys of the rows in the order they first come, as columns."""
    keys = dict.fromkeys(str(key) for row in rows for key in row)
    return [(key.replace("_", " ").capitalize(), key) for key in keys]


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _pairs(values: t.Mapping[str, t.Any]) -> list[JSON]:
    return [{"key": key, "value": value} for key, value in values.items()]
