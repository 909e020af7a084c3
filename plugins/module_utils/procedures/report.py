"""The ``report`` module."""

from __future__ import annotations

import json
import time
import typing as t
from pathlib import Path

from ..dns.forward_zones import zones_of_names
from ..dns.host_names import host_name
from ..dns.servers.wanted import Wanted, make_targets
from ..engine.runner import Task
from ..errors import InputError
from ..report.document import FORMS, build
from ..report.history import LATEST, kind_of, new_run, point, prune, write
from ..report.plan_page import as_plan, counts, summary_of
from ..report.reading import title
from ..report.record_files import files, forwarder_files, use_of
from ..report.sheets import FOLDER as SHEETS_FOLDER
from ..report.sheets import (
    dns_rows,
    firewall_rows,
    named_roles,
    role_definitions,
    sheet_files,
    use_of_sheet,
    with_principal,
)
from ..report.summary import changes_of, failure_of, kept_of, proven, refreshed, removed_of, verdict, warnings_of
from ..sequences.checklists import rows
from ..sequences.handover import handed_over
from ..wire import JSON

# Below a run's folder, and a link to the newest of them below the directory: the names as files for whoever runs the DNS servers.
RECORDS = "records"
#: What a run is about to do, written before it does it.
PLAN_FILE = "plan.md"


class ReportLost(InputError):
    """The report could not be written; why the run stopped goes with the error."""

    def __init__(self, error: InputError, failure: str) -> None:
        super().__init__(error.message, remedy=error.remedy)
        self.failure = failure

    def facts(self) -> JSON:
        """Those of any error, and the failure."""
        return {**super().facts(), "failure": self.failure}


def write_report(task: Task) -> JSON:
    """Serve the ``report`` module. Writes in check mode too: the files are local, nothing is sent to Azure."""
    if not task.options["failed_task"]:
        return _write_report(task)
    failure = task.options["failure"] = failure_of(task.options["failed_task"])
    try:
        return {**_write_report(task), "failure": failure}
    except InputError as error:
        raise ReportLost(error, failure) from error


def _write_report(task: Task) -> JSON:
    options = task.options
    directory = Path(options["directory"]).expanduser()
    run = options["run"] or new_run(options["entry_point"], check_mode=task.check_mode)
    if not kind_of(run):
        raise InputError(
            f"run is {run!r}, which no report has returned.", remedy="Leave run out, or pass on what a report returned."
        )
    if options["plan_only"]:
        return _write_plan(task, directory, run)
    given = {**digested(options, check_mode=task.check_mode), "run": run}
    texts, unwritten = _record_texts(given["names"], options) if options["record_files"] else ({}, [])
    given["record_files"] = [{"path": f"{RECORDS}/{name}", "use": use_of(name)} for name in sorted(texts)]
    vault = str((given.get("subject") or {}).get("vault") or "the vault").rsplit("/", 1)[-1]
    definitions = role_definitions(given["access"], vault)
    given["access"] = named_roles(given["access"], definitions)
    sheets = sheet_files(given, definitions)
    given["sheets"] = [{"path": path, "use": use_of_sheet(path.rpartition("/")[2])} for path in sorted(sheets)]
    given["unwritten_names"] = [{"message": sentence} for sentence in unwritten]
    for sentence in unwritten:
        task.warn(sentence)
    report = build(given, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    before = _previous(directory / LATEST / "report.json")
    files_of_run = {
        **{name: text(report) for name, text in FORMS.items()},
        **{f"{RECORDS}/{name}": text for name, text in texts.items()},
        **sheets,
    }
    try:
        for name, text in files_of_run.items():
            write(directory / run, name, text)
        _file_away(task, directory, run, bool(texts))
    except OSError as error:
        raise InputError(
            f"directory {directory} cannot be written: {error.strerror or error}. The report is lost, nothing else is.",
            remedy="Name a directory that you may write to, and run again.",
        ) from error
    reported, shown = _timeless(report), _timeless(before)
    counted = options["count_as_change"]
    return {
        "changed": bool(counted and reported != shown),
        **({"diff": {"before": shown, "after": reported}} if counted else {}),
        "result": report["result"],
        "run": run,
        "json_path": str(directory / run / "report.json"),
        "markdown_path": str(directory / run / "report.md"),
        "html_path": str(directory / run / "report.html"),
        "sheets": [str(directory / run / path) for path in sorted(sheets)],
        "record_files": [str(directory / run / RECORDS / name) for name in sorted(texts)],
    }


def _write_plan(task: Task, directory: Path, run: str) -> JSON:
    """Write the plan's page into the folder of a run that has not begun to write."""
    given = {**digested(task.options, check_mode=task.check_mode), "run": run}
    report = build(given, "")
    try:
        write(directory / run, PLAN_FILE, as_plan(title(report), report["plan"], check_mode=task.check_mode))
    except OSError as error:
        raise InputError(
            f"directory {directory} cannot be written: {error.strerror or error}. The run stops here: without a record of its "
            "plan it writes nothing.",
            remedy="Name a directory that you may write to, and run again.",
        ) from error
    return {
        "changed": False,
        "run": run,
        "plan_path": str(directory / run / PLAN_FILE),
        "counts": counts(report["plan"]),
        "summary": summary_of(report["plan"]),
    }


def _file_away(task: Task, directory: Path, run: str, records: bool) -> None:
    """Have the links lead to the newest run, and remove what is older than what is kept. Raises OSError.

    A run without record files, as a refused one, leaves the link to those of the one before.
    """
    for link, to in ((LATEST, run), *(((RECORDS, f"{run}/{RECORDS}"),) if records else ())):
        try:
            made = point(directory, link, to)
        except OSError as error:
            task.warn(
                f"The link {directory / link} cannot be made ({error.strerror or error}); the report is in {directory / run}."
            )
        else:
            if not made:
                task.warn(f"{directory / link} is no link and stays as it is; the report is in {directory / run}.")
    prune(directory, task.options["keep"], _ours)


def _ours(path: str) -> bool:
    """Whether a report writes a file of this name into a run's folder."""
    folder, _slash, name = path.rpartition("/")
    uses = {RECORDS: use_of, SHEETS_FOLDER: use_of_sheet}
    return path in FORMS or path == PLAN_FILE or (folder in uses and bool(uses[folder](name)))


def digested(options: t.Mapping[str, t.Any], *, check_mode: bool) -> JSON:
    """The options with raw results turned into changes, resolutions into proven names, and ``auto`` into a verdict.

    Nothing is ready to protect while a name that is to be asked for is not known to resolve.
    """
    options = {**options, **handed_over(options, check_mode=check_mode)}
    results, left_out = options.get("results") or [], list[str]()
    changes = [*(options.get("changes") or []), *changes_of(results, left_out)]
    names = proven(options.get("names") or [], options.get("resolutions") or [])
    checklist, ready = options.get("checklist"), options.get("ready_to_protect")
    if ready and any(name["resolved"] is False or (name.get("asked") and not name["resolved"]) for name in names):
        ready = False
    steps = [
        *(options.get("manual_steps") or []),
        *(rows(checklist, ready=ready is not False, made=bool(options.get("target_made"))) if checklist else []),
    ]
    result = options.get("result") or "auto"
    resources = refreshed(options.get("resources") or [], results)
    # Where no plan says which networks are to use an endpoint, its own is.
    endpoints = options.get("endpoints") or [
        {**row, "virtual_networks": [row["virtual_network"]]}
        for row in options.get("resources") or []
        if row.get("virtual_network")
    ]
    return {
        **options,
        "changes": changes,
        "firewall": firewall_rows(names, endpoints),
        "dns": dns_rows(names, endpoints, options["time_to_live"]),
        "access": with_principal(options.get("access") or [], resources),
        "removed": removed_of(results),
        "kept": kept_of(results),
        "warnings": warnings_of(results),
        "manual_steps": steps,
        "names": names,
        "ready_to_protect": ready,
        "resources": resources,
        "left_out": left_out,
        "result": verdict(changes, check_mode=check_mode) if result == "auto" else result,
    }


def _timeless(report: JSON) -> JSON:
    return {key: value for key, value in report.items() if key not in ("written", "run")}


def _previous(path: Path) -> JSON:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _record_texts(names: list[JSON], options: t.Mapping[str, t.Any]) -> tuple[dict[str, str], list[str]]:
    """The files for the owner of the DNS servers, and what was left out of them and why."""
    texts, unwritten = files(names, options["time_to_live"])
    targets = tuple(make_targets(options.get("forward_targets") or []))
    zones = tuple(zones_of_names(name for row in names if (name := host_name(row.get("fqdn")))))
    return {**texts, **(forwarder_files(Wanted(zones, targets)) if targets else {})}, unwritten
