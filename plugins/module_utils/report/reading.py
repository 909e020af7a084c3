"""A report in the order it is read: what happened and why, what a person must do, then tables with the worst first."""

from __future__ import annotations

import typing as t

from ..ids import fold_id
from ..wire import JSON
from .sections import Columns, Row, Section, Words, columns_of, pairs
from .sheets import SHEETS

RESULTS = {
    "converged": "The run brought everything to the wanted state.",
    "unchanged": "Everything was already as wanted; nothing was written.",
    "waiting": "The run did what it could and waits for a person; running it again goes on.",
    "checked": "Every gate was asked; nothing was written.",
    "refused": "A gate refused the run; nothing was written but what is listed as changed.",
    "failed": "The run stopped with an error; running it again resumes.",
    "check": "Check mode: nothing was written; this is what a run would do.",
}
_GOOD = {"converged": True, "unchanged": True, "refused": False, "failed": False}
_READY = {
    True: ", and the vault is ready to protect.",
    False: "; the vault is not ready to protect yet.",
}
SCENARIOS = {
    "backup": "Azure Backup",
    "site_recovery": "Azure Site Recovery",
    "dpm_mabs": "DPM and Azure Backup Server",
    "migrate": "Azure Migrate",
}
PLAN: Columns = (
    ("What happens", "action"),
    ("Kind", "kind"),
    ("Name", "name"),
    ("Resource group", "resource_group"),
    ("Why", "why"),
)
# Title, option, and the columns as heading and key. Without columns the keys of the rows are the headings.
SECTIONS: tuple[tuple[str, str, Columns], ...] = (
    ("Warnings", "warnings", (("Step", "task"), ("Says", "message"))),
    (
        "Gates and checks",
        "gates",
        (("Gate", "name"), ("Verdict", "verdict"), ("Says", "message"), ("Remedy", "remedy"), ("Evidence", "evidence")),
    ),
    ("Plan, before the first write", "plan", PLAN),
    (
        "Names",
        "names",
        (
            ("Endpoint", "endpoint"),
            ("Name", "fqdn"),
            ("Addresses", "ip_addresses"),
            ("Record", "record"),
            ("Resolved", "resolved"),
            ("Answers", "answers"),
        ),
    ),
    (
        "Resources",
        "resources",
        (
            ("Kind", "kind"),
            ("Name", "name"),
            ("State", "state"),
            ("Detail", "detail"),
            ("Resource group", "resource_group"),
            ("Subscription", "subscription"),
        ),
    ),
    ("Removed", "removed", (("Kind", "kind"), ("Name", "name"), ("Resource group", "resource_group"), ("Id", "id"))),
    (
        "Left on purpose",
        "kept",
        (
            ("Kind", "kind"),
            ("Name", "name"),
            ("Resource group", "resource_group"),
            ("Reason", "reason"),
            ("What would free it", "remedy"),
        ),
    ),
    ("Changes", "changes", (("Step", "task"), ("Resource", "resource"), ("What", "diff"))),
    *((title, key, columns) for key, (title, columns) in SHEETS.items()),
    ("Files of these sheets", "sheets", (("File", "path"), ("For", "use"))),
    ("DNS records", "records", ()),
    (
        "Virtual network links",
        "links",
        (("Zone", "zone"), ("Virtual network", "virtual_network"), ("State", "state"), ("Resolution policy", "resolution_policy")),
    ),
    ("Files for the owner of the DNS servers", "record_files", (("File", "path"), ("For", "use"))),
    ("Names in no file", "unwritten_names", (("Why", "message"),)),
    ("Microsoft's checklist before the vault is used", "prerequisites", (("Item", "item"), ("Met", "met"), ("Seen in", "seen"))),
    ("Worth knowing", "notes", (("Note", "note"), ("Source", "source"))),
)  # fmt: skip
#: Sections that say less than another: the DNS sheet has the same records, and the networks that are to resolve them.
SAID_BY = {"records": "dns"}
DUTIES = (("What", "what"), ("Who", "who"), ("Why", "why"), ("How it is proved", "evidence"), ("Done", "done"))
#: From worst to best; what is in none of them lies between.
_WORST = ("refused", "unknown", "failed", "missing", "no", "false", "pending", "rejected", "disconnected", "warning")
_BEST = ("ok", "yes", "true", "completed", "succeeded", "approved")


def reading(report: JSON) -> Words:
    """The report for people: only what there is something to say about."""
    sections = [
        Section(heading, columns or columns_of(rows), rows)
        for heading, key, columns in SECTIONS
        if not report.get(SAID_BY.get(key, "")) and (rows := worst_first(report.get(key) or []))
    ]
    if report.get("extra"):
        sections.append(Section("More", (("What", "key"), ("", "value")), pairs(report["extra"])))
    home = place_of(str(report["subject"].get("vault") or "")).get("subscription", "")
    sections = [section._replace(rows=[_placed(row, home) for row in section.rows]) for section in sections]
    kept_back = ", ".join(report.get("left_out") or [])
    steps = sorted(report.get("manual_steps") or [], key=lambda row: bool(row.get("done")))
    return Words(
        title(report),
        str(report["result"]),
        verdict(report),
        _GOOD.get(report["result"]) if report["ready_to_protect"] is not False else False,
        reasons(report),
        Section("Still to be done by a person", DUTIES, steps),
        Section("About", (("About", "key"), ("", "value")), about(report)),
        sections,
        f"Left out because it looks like a secret: {kept_back}." if kept_back else "",
    )


def title(report: JSON) -> str:
    """The sequence, what of it was run, and the vault: ``Azure Backup, drift, vault vault-backup``."""
    scenario = str(report["scenario"])
    entry = "" if report["entry_point"] == "main" else f", {report['entry_point']}"
    vault = str(report["subject"].get("vault") or "").rsplit("/", 1)[-1]
    word = report["subject"].get("kind") or "vault"
    return f"{SCENARIOS.get(scenario, scenario)}{entry}{f', {word} {vault}' if vault else ''}"


def verdict(report: JSON) -> str:
    """How the run ended and whether the vault is ready, in one sentence."""
    said, ready = RESULTS.get(report["result"], ""), _READY.get(report["ready_to_protect"], "")
    return f"{said.removesuffix('.')}{ready}" if ready else said


def reasons(report: JSON) -> list[str]:
    """Why the run stopped: the error, or else each closed gate with its remedy."""
    if report["failure"]:
        return [str(report["failure"])]
    closed = [gate for gate in report["gates"] if gate.get("verdict") in ("refused", "unknown")]
    return [
        f"[{gate.get('name', '')}] {gate.get('message') or ''} {gate.get('remedy') or ''}".strip() for gate in closed
    ]


def about(report: JSON) -> list[Row]:
    """What the report is about, beyond its title."""
    subject = dict(report["subject"])
    vault = str(subject.pop("vault", None) or "")
    known = {
        "written": report["written"],
        "run": report["run"],
        "ready to protect": report["ready_to_protect"],
        **place_of(vault),
        "object id of the vault's identity": next(
            (row["object_id"] for row in report["resources"] if row.get("object_id")), None
        ),
        **subject,
    }
    return pairs({key: value for key, value in known.items() if value not in (None, "", [], {})})


def place_of(resource_id: str) -> dict[str, str]:
    """The resource group and the subscription of an id, where it names them."""
    parts = resource_id.split("/")
    folded = [part.lower() for part in parts[:-1]]
    return {
        name: parts[folded.index(word) + 1]
        for name, word in (("resource_group", "resourcegroups"), ("subscription", "subscriptions"))
        if word in folded
    }


def _placed(row: Row, home: str) -> Row:
    """A row with the resource group of its id, and the subscription where it is not ``home``."""
    place = place_of(str(row.get("id") or ""))
    if place.get("subscription", "").lower() == home.lower():
        place.pop("subscription", None)
    return {**place, **row}


def worst_first(rows: t.Iterable[Row]) -> list[Row]:
    """Rows sorted by the worst of their verdicts, otherwise in the order given."""
    return sorted(rows, key=_rank)


def _rank(row: Row) -> int:
    words = [
        str(row[key]).lower()
        for key in ("verdict", "resolved", "record", "connection", "state")
        if row.get(key) is not None
    ]
    ranks = [
        _WORST.index(word) if word in _WORST else 100 if word in _BEST else len(_WORST)
        for word in words
    ]  # fmt: skip
    return min(ranks, default=100)


def own_records(report: JSON) -> list[JSON]:
    """The records of the run's own endpoints, each with their names; a shared zone holds those of others too.

    Judged where an endpoint of the report says which zones hold its names; other rows stay as they were given.
    """
    zones: dict[str, list[JSON]] = {}
    for row in report["resources"]:
        for zone in row.get("zones") or []:
            zones.setdefault(fold_id(str(zone)), []).append(row)
    published: dict[tuple[str, str], set[str]] = {}
    for name in report["names"]:
        key = (str(name.get("zone") or "").lower(), str(name.get("record_name") or "").lower())
        published.setdefault(key, set()).add(str(name.get("endpoint")))
    kept = []
    for record in report["records"]:
        zone = fold_id(str(record.get("zone") or ""))
        if zone not in zones:
            kept.append(record)
            continue
        names = published.get((zone.rsplit("/", 1)[-1], str(record.get("name") or "").lower()), set())
        mine = [row["name"] for row in zones[zone] if row["name"] in names]
        if mine:
            kept.append({"endpoint": ", ".join(mine), **record})
    return kept
