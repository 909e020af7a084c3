"""The report a run hands over: JSON for machines, Markdown and a page for people; pure functions, and one that writes."""

from __future__ import annotations

import json
import os
import tempfile
import time
import typing as t

from ..engine.runner import Task
from ..errors import InputError
from ..sequences.checklists import rows
from ..wire import JSON
from .drawing import draw, topology
from .markdown import as_markdown
from .page import as_html
from .record_files import files, use_of
from .secret_keys import without_secrets
from .sections import Columns, Row, Section, Words
from .summary import changes_of, proven, refreshed, verdict

# Below the report's directory: the names as files for whoever runs the DNS servers.
RECORDS = "records"

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


def write_report(task: Task) -> JSON:
    """Serve the ``report`` module. Writes in check mode too: the files are local, nothing is sent to Azure."""
    directory = os.path.expanduser(task.options["directory"])
    given = digested(task.options, check_mode=task.check_mode)
    texts = files(given["names"], task.options["time_to_live"]) if task.options["record_files"] else {}
    given["record_files"] = [{"path": f"{RECORDS}/{name}", "use": use_of(name)} for name in sorted(texts)]
    report = build(given, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    paths = {name: os.path.join(directory, name) for name in FORMS}
    before = _previous(paths["report.json"])
    try:
        os.makedirs(directory, mode=0o700, exist_ok=True)
        for name, text in FORMS.items():
            _write(paths[name], text(report))
        written = _write_records(os.path.join(directory, RECORDS), texts)
    except OSError as error:
        raise InputError(
            f"directory {directory} cannot be written: {error.strerror or error}. The report is lost, nothing else is.",
            remedy="Name a directory that you may write to, and run again.",
        ) from error
    told, shown = _timeless(report), _timeless(before)
    counted = task.options["count_as_change"]
    return {
        "changed": bool(counted and told != shown),
        **({"diff": {"before": shown, "after": told}} if counted else {}),
        "result": report["result"],
        "json_path": paths["report.json"],
        "markdown_path": paths["report.md"],
        "html_path": paths["report.html"],
        "record_files": written,
    }


def digested(options: t.Mapping[str, t.Any], *, check_mode: bool) -> JSON:
    """The options with raw results turned into changes, resolutions into proven names, and ``auto`` into a verdict.

    Nothing is ready to protect while a name that is to be asked for is not known to resolve.
    """
    results, left_out = options.get("results") or [], list[str]()
    changes = [*(options.get("changes") or []), *changes_of(results, left_out)]
    names = proven(options.get("names") or [], options.get("resolutions") or [])
    checklist, ready = options.get("checklist"), options.get("ready_to_protect")
    if ready and any(name["resolved"] is False or (name.get("asked") and not name["resolved"]) for name in names):
        ready = False
    steps = [*(options.get("manual_steps") or []), *(rows(checklist, ready=ready is not False) if checklist else [])]
    result = options.get("result") or "auto"
    return {
        **options,
        "changes": changes,
        "manual_steps": steps,
        "names": names,
        "ready_to_protect": ready,
        "resources": refreshed(options.get("resources") or [], results),
        "left_out": left_out,
        "result": verdict(changes, check_mode=check_mode) if result == "auto" else result,
    }


def build(options: t.Mapping[str, t.Any], written: str) -> JSON:
    """The report of a module's options: what was given, without secrets. ``left_out`` names what was dropped as one."""
    report: JSON = {
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
    """The report for machines."""
    return json.dumps(report, indent=2, ensure_ascii=False, default=str) + "\n"


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


def _pairs(values: t.Mapping[str, t.Any]) -> list[JSON]:
    return [{"key": key, "value": value} for key, value in values.items()]


def _timeless(report: JSON) -> JSON:
    return {key: value for key, value in report.items() if key != "written"}


def _previous(path: str) -> JSON:
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_records(directory: str, texts: t.Mapping[str, str]) -> list[str]:
    """Write the record files and remove those of names that are no more; their paths.

    A report that knows no names, as that of a refused run, leaves the files of the one before.
    """
    if texts:
        os.makedirs(directory, mode=0o700, exist_ok=True)
        for stale in set(os.listdir(directory)) - set(texts):
            if use_of(stale):
                os.unlink(os.path.join(directory, stale))
    for name, text in texts.items():
        _write(os.path.join(directory, name), text)
    return [os.path.join(directory, name) for name in sorted(texts)]


def _write(path: str, text: str) -> None:
    """Replace a file as a whole, readable by its owner only."""
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".report-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise
