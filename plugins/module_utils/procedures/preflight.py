"""The ``preflight`` module: all gates of a sequence, and the plan its steps follow."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from functools import partial

from ..engine.runner import Task
from ..errors import Refusal
from ..sequences.afterwards import Afterwards
from ..sequences.checks.vault import foresees_protection
from ..sequences.gate import Gate, run_gates, summary
from ..sequences.gates.access import FOUNDATION, registrations
from ..sequences.inspection import Inspection
from ..sequences.outlook import outlook, outlook_of_switch, outlook_of_teardown
from ..sequences.plan import plan
from ..sequences.rows import OutlookRow, Plan, VerdictRow
from ..sequences.sequence import GateRow, Sequence
from ..sequences.settled import judged
from ..sequences.steps import taken, to_approve, to_make, zone_group
from ..sequences.switch import leaves, switch_plan
from ..sequences.waves import read_ahead
from ..wire import JSON
from .sequence_task import desired_of, inspection_of, worded

#: What can be said of a run whose gates are closed, by the stage that asked them.
NOTHING = "Nothing was written."
SAFE = {"before_endpoint": "No private endpoint was made."}
#: What stands before the verdicts on v2 endpoints while the classic ones are there.
AFTERWARDS = "Without the classic endpoints:"


class GatesClosed(Refusal):
    """At least one gate is closed; the verdicts go with the error."""

    def __init__(self, message: str, gates: list[VerdictRow]) -> None:
        super().__init__(message)
        self.gates = gates

    def facts(self) -> dict[str, t.Any]:
        """The verdicts, for rescue blocks and reports."""
        return {"gates": self.gates}


def run_preflight(task: Task) -> JSON:
    """Serve the ``preflight`` module."""
    stage = task.options["stage"]
    inspection = inspection_of(task)
    if stage == "providers":
        providers = {"providers": registrations(inspection)}
        return {"changed": False, "passed": True, "message": "", "gates": [], "plan": providers}
    read_ahead(inspection, stage)
    gates: list[Gate] = []
    for row in FOUNDATION if stage == "all" else ():
        if not nothing_readable(gates):
            gates += run_gates(_bound([row], inspection))
    if not nothing_readable(gates):
        gates += run_gates(_bound(_chosen(stage, inspection.desired.sequence), inspection))
    after = _afterwards(task, inspection) if stage == "switch" and not summary(gates) else None
    if after:
        gates += [replace(gate, message=f"{AFTERWARDS} {gate.message}") for gate in _gates_of(after)]
    gates = worded(task, gates)
    for gate in gates:
        if gate.verdict == "warning" and stage in ("all", "teardown", "switch"):
            task.warn(gate.line())
    message = summary(gates)
    verdicts = [gate.as_dict() for gate in gates]
    if message and task.options["enforce"]:
        raise GatesClosed(f"{SAFE.get(stage, NOTHING)} {message}", verdicts)
    known: Plan | None = None
    if stage in ("plan", "teardown", "switch") or _plannable(gates):
        rows = plan(inspection, proving=stage == "all")
        known = t.cast(Plan, {**rows, **taken(inspection, rows)})
    if known and not message:
        known["settled"] = judged(inspection, known, stage)
        if stage == "all":
            known["foresees_protection"] = task.check_mode and foresees_protection(inspection, known)
            known["outlook"] = outlook(inspection, known)
        elif stage == "switch":
            known["switch"] = switch_plan(inspection)
            known["outlook"] = outlook_of_switch(known) + (_outlook_of(after) if after else [])
        elif stage == "teardown":
            known["outlook"] = outlook_of_teardown(known, inspection.desired.sequence.target.word)
        unsettled = [] if known["settled"].get("endpoints") else known["all_endpoints"]
        known["to_settle"] = [to_make(row) for row in unsettled]
        known["to_approve"] = [
            to_approve(row) for row in unsettled if row["exists"] or row["manual"] or not task.check_mode
        ]
        known["zone_groups"] = [zone_group(row) for row in known["all_endpoints"]]
    return {"changed": False, "passed": not message, "message": message, "gates": verdicts, "plan": known or {}}


def _afterwards(task: Task, inspection: Inspection) -> Afterwards | None:
    """What the v2 endpoints of a vault meet that leaves its classic ones; None when it does not leave any."""
    if not leaves(inspection):
        return None
    after = Afterwards(inspection, desired_of(task, variant="v2"))
    read_ahead(after, "all")
    return after


def _gates_of(after: Afterwards) -> list[Gate]:
    """Every gate of the v2 endpoints, before any classic one goes: nothing is left to do without them then."""
    found = run_gates(_bound(FOUNDATION, after))
    return found if nothing_readable(found) else found + run_gates(_bound(after.desired.sequence.gates, after))


def _outlook_of(after: Afterwards) -> list[OutlookRow]:
    rows = plan(after, proving=True)
    return [row for row in outlook(after, t.cast(Plan, {**rows, **taken(after, rows)})) if row["kind"] != "vault"]


def _chosen(stage: str, sequence: Sequence) -> tuple[GateRow, ...]:
    """The gates that a stage asks, in order."""
    rows = {
        "all": sequence.gates,
        "before_endpoint": tuple(row for row in sequence.gates if row.again),
        "teardown": sequence.teardown_gates,
        "switch": sequence.switch_gates,
    }
    return rows.get(stage, ())


def nothing_readable(gates: t.Iterable[Gate]) -> bool:
    """Whether a closed gate keeps the others from being judged: nothing can be read, or nothing is there."""
    return any(
        not gate.passed and (gate.name != "permissions" or any(item.endswith("/read") for item in gate.evidence))
        for gate in gates
    )


def _bound(rows: t.Iterable[GateRow], inspection: Inspection) -> list[tuple[str, t.Callable[[], t.Iterable[Gate]]]]:
    return [(row.name, partial(row.check, inspection)) for row in rows]


def _plannable(gates: t.Iterable[Gate]) -> bool:
    return any(gate.name == "zone_names" and gate.passed for gate in gates)
