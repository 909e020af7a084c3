"""The outcome of a verification: a band, what was looked at and what was not."""

from __future__ import annotations

import typing as t

from ...wire import JSON
from .faults import Fault

Verdict = t.Literal["ok", "drift", "blocked", "unknown"]


def verdict(faults: t.Sequence[Fault], not_looked_at: t.Sequence[str]) -> Verdict:
    """``blocked`` and ``drift`` by the worst fault; ``unknown`` when none was found and something was not looked at."""
    if any(fault.band == "blocked" for fault in faults):
        return "blocked"
    if faults:
        return "drift"
    return "unknown" if not_looked_at else "ok"


def message(found: Verdict, faults: t.Sequence[Fault], not_looked_at: t.Sequence[str]) -> str:
    """The outcome in sentences, a line each."""
    lines = [f"[{fault.code}] {fault.message} {fault.remedy}" for fault in faults]
    heads = {
        "ok": "Everything is right: endpoints, zones, links and records in Azure, names and connections from the appliance's host.",
        "unknown": "Nothing wrong was found in what was looked at, which is not everything.",
        "drift": f"{len(faults)} thing(s) should be mended.",
        "blocked": f"{len(faults)} fault(s) stop Azure Migrate over private endpoints.",
    }
    rest = [f"Not looked at: {'; '.join(not_looked_at)}."] if not_looked_at else []
    return "\n".join([heads[found], *lines, *rest])


def shown(faults: t.Iterable[Fault]) -> list[JSON]:
    """Faults as plain data."""
    return [fault.as_dict() for fault in faults]


def as_checks(faults: t.Iterable[Fault], not_looked_at: t.Iterable[str]) -> list[JSON]:
    """The same as rows of a report: what stops Azure Migrate is refused, what should be mended and what was not looked at a warning."""
    rows: list[JSON] = []
    for fault in faults:
        plain = fault.as_dict()
        rows.append(
            {"name": plain.pop("code"), "verdict": "refused" if plain.pop("band") == "blocked" else "warning", **plain}
        )
    rows += [
        {
            "name": "not_looked_at",
            "verdict": "warning",
            "subject": text,
            "message": f"Not looked at: {text}.",
            "remedy": "",
            "evidence": [],
        }
        for text in not_looked_at
    ]
    return rows
