"""The report of a rehearsal: JSON for machines, Markdown for people."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from .played import Played
from .promises import words

JSON = dict[str, t.Any]


def build(name: str, played: t.Sequence[Played], notes: t.Sequence[str], trouble: str, *, stopped: bool) -> JSON:
    """The report. ``notes`` is what was not as in the real run, ``trouble`` what went wrong with the rehearsal itself."""
    # A teardown leaves no names to show: the last run that proved some is the one to look at.
    last = next((one for one in reversed(played) if one.gathered("names")), None)
    ok = bool(played) and not trouble and not any(one.broken for one in played)
    first = next(iter(played), None)
    rows = {part: last.gathered(part) if last else [] for part in ("names", "resources", "links", "manual_steps")}
    return {
        "scenario": name,
        "result": "interrupted" if stopped else "ok" if ok else "broken",
        "trouble": trouble,
        "not_as_in_the_run": list(notes),
        "runs": [one.as_dict() for one in played],
        "changed_first": words(first.changes) if first else "",
        "gates": first.gathered("gates") if first else [],
        **rows,
        "names": [
            {key: row.get(key) for key in ("endpoint", "fqdn", "zone", "resolved", "answers")}
            | {"address": ", ".join(row.get("ip_addresses") or [])}
            for row in rows["names"]
        ],
        "role_reports": pages(played),
    }


def pages(played: t.Iterable[Played]) -> list[str]:
    """The pages the role handed over in the last run that did, one of each host."""
    return next((list(dict.fromkeys(one.reports)) for one in reversed(list(played)) if one.reports), [])


def write(report: JSON, folder: Path) -> Path:
    """Write both forms; the path of the one for people."""
    (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    path = folder / "report.md"
    path.write_text(_markdown(report), encoding="utf-8")
    return path


def _markdown(report: JSON) -> str:
    lines = [f"# Rehearsal of {report['scenario']}: {report['result']}", ""]
    if report["trouble"]:
        lines += [report["trouble"], ""]
    lines += [f"- {text}" for text in report["not_as_in_the_run"]] + [""] * bool(report["not_as_in_the_run"])
    lines += [
        "| Run | Changed | Ended | Requests | Writes | Seconds | |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for run in report["runs"]:
        ended = run["result"] or ("failed" if run["failed"] else "")
        verdict = run["broken"] or "as promised"
        lines.append(
            f"| {run['name']} | {run['changed']} | {ended} | {run['requests']} | {run['writes']} | {run['seconds']} | {_cell(verdict)} |"
        )
    lines += ["", "| Gate | Verdict | |", "| --- | --- | --- |"]
    lines += [f"| {gate['name']} | {gate['verdict']} | {_cell(gate['message'])} |" for gate in report["gates"]]
    lines += ["", "| Name | Address | Zone | Resolved |", "| --- | --- | --- | --- |"]
    lines += [f"| {row['fqdn']} | {row['address']} | {row['zone']} | {row['resolved']} |" for row in report["names"]]
    lines += ["", *(f"The role's own report: {page}" for page in report["role_reports"])]
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")
