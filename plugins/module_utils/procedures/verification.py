"""Whether what a sequence made holds: connections, names, records and links, read-only, with a verdict for each."""

from __future__ import annotations

import typing as t
from functools import partial

from ..engine.runner import Task
from ..errors import Refusal
from ..sequences.checks.endpoint import CHECKS, STORAGE_CHECKS
from ..sequences.checks.findings import Findings
from ..sequences.checks.vault import (
    await_vault,
    check_vault,
    missing_storage_roles,
)
from ..sequences.gate import Gate, run_gates
from ..sequences.gates.proof import unproven
from ..sequences.inspection import Inspection
from ..sequences.proving import consumer_questions
from ..sequences.rows import VerdictRow
from ..sequences.waves import read_ahead
from ..wire import JSON
from .sequence_task import inspection_of, worded


def verify(task: Task) -> JSON:
    """Serve the ``verification`` module."""
    inspection = inspection_of(task)
    found = Findings()
    read_ahead(inspection, "verification")
    await_vault(inspection)
    missing, lacking = unproven(inspection), missing_storage_roles(inspection)
    sequence, whole = inspection.desired.sequence, task.options["stage"] == "all"
    # In check mode a run would set right what is asked besides, some of it only after its verification.
    besides = (*(() if task.check_mode and not whole else sequence.checks), *(sequence.late_checks if whole else ()))
    judged: list[NamedCheck] = [
        *_checks(inspection, found, task.options["expected_public_network_access"]),
        *((row.name, partial(row.check, inspection)) for row in besides),
    ]
    checks = worded(task, run_gates(judged))
    closed = [check for check in checks if not check.passed]
    message = "\n".join(check.line() for check in closed)
    stopping = [check for check in closed if not _set_right(check, task.options["foreseen_by"])]
    if stopping and task.options["enforce"]:
        said = "\n".join(check.line() for check in stopping)
        raise Unverified(
            f"{len(stopping)} of {len(checks)} checks failed:\n{said}", [check.as_dict() for check in checks]
        )
    return {
        "changed": False,
        "passed": not closed,
        "ready_to_protect": not closed and not missing and not lacking,
        "unproven": list(missing),
        "storage_lacks": lacking,
        "message": message,
        "checks": [check.as_dict() for check in checks],
        "names": found.names,
        "dns_questions": found.dns_questions,
        "consumer_questions": consumer_questions(inspection.desired, found.names),
        "links": found.links,
        "records": found.records,
        "resources": found.resources,
    }


#: The checks of records; their evidence are the names that lack theirs.
OF_RECORDS = ("names", "storage")


def _set_right(check: Gate, entry_point: str | None) -> bool:
    """Whether the steps of an entry point, which in check mode have written nothing, set right what a check found.

    Those of ``main`` do with all but what lasts, those of ``drift`` with records only.
    """
    if check.lasting or not entry_point:
        return False
    return entry_point == "main" or (check.name in OF_RECORDS and bool(check.evidence))


NamedCheck = tuple[str, t.Callable[[], t.Iterable[Gate]]]


def _checks(inspection: Inspection, found: Findings, public_access: str | None) -> list[NamedCheck]:
    """What must hold before public access is denied."""
    desired = inspection.desired
    return [
        ("vault", partial(check_vault, inspection, public_access, found)),
        *[
            (step, partial(check, inspection, endpoint, found))
            for endpoints, checks in ((desired.endpoints, CHECKS), (desired.storage_endpoints, STORAGE_CHECKS))
            for endpoint in endpoints
            for step, check in checks
        ],
    ]


class Unverified(Refusal):
    """At least one check failed; the verdicts go with the error."""

    def __init__(self, message: str, checks: list[VerdictRow]) -> None:
        super().__init__(message)
        self.checks = checks

    def facts(self) -> dict[str, t.Any]:
        """The verdicts, for rescue blocks and reports."""
        return {"checks": self.checks}
