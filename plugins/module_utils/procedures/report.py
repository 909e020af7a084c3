"""The ``report`` module."""

from __future__ import annotations

import json
import os
import tempfile
import time
import typing as t

from ..dns.forward_zones import zones_of_names
from ..dns.host_names import host_name
from ..dns.servers.wanted import Wanted, make_targets
from ..engine.runner import Task
from ..errors import InputError
from ..report.document import FORMS, build
from ..report.record_files import files, forwarder_files, use_of
from ..report.summary import changes_of, proven, refreshed, verdict
from ..sequences.checklists import rows
from ..wire import JSON

# Below the report's directory: the names as files for whoever runs the DNS servers.
RECORDS = "records"


def write_report(task: Task) -> JSON:
    """Serve the ``report`` module. Writes in check mode too: the files are local, nothing is sent to Azure."""
    directory = os.path.expanduser(task.options["directory"])
    given = digested(task.options, check_mode=task.check_mode)
    texts, unwritten = _record_texts(given["names"], task.options) if task.options["record_files"] else ({}, [])
    given["record_files"] = [{"path": f"{RECORDS}/{name}", "use": use_of(name)} for name in sorted(texts)]
    given["unwritten_names"] = [{"message": sentence} for sentence in unwritten]
    for sentence in unwritten:
        task.warn(sentence)
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


def _timeless(report: JSON) -> JSON:
    return {key: value for key, value in report.items() if key != "written"}


def _previous(path: str) -> JSON:
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _record_texts(names: list[JSON], options: t.Mapping[str, t.Any]) -> tuple[dict[str, str], list[str]]:
    """The files for the owner of the DNS servers, and what was left out of them and why."""
    texts, unwritten = files(names, options["time_to_live"])
    targets = tuple(make_targets(options.get("forward_targets") or []))
    zones = tuple(zones_of_names(name for row in names if (name := host_name(row.get("fqdn")))))
    return {**texts, **(forwarder_files(Wanted(zones, targets)) if targets else {})}, unwritten


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
