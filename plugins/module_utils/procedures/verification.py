"""Whether what a sequence made holds: connections, names, records and links, read-only, with a verdict for each."""

from __future__ import annotations

import typing as t

from ..engine.runner import Task
from ..errors import Refusal
from ..sequences.checks.endpoint import CHECKS, STORAGE_CHECKS
from ..sequences.checks.findings import Findings
from ..sequences.checks.vault import (
    await_vault,
    check_identity,
    check_public_access,
    check_replication,
    check_roles,
    check_trusted_services,
    check_vault,
)
from ..sequences.gate import Gate, run_gates
from ..sequences.gates.proof import unproven
from ..sequences.inspection import Inspection
from ..wire import JSON
from .sequence_task import inspection_of


def verify(task: Task) -> JSON:
    """Serve the ``verification`` module."""
    inspection = inspection_of(task)
    found = Findings()
    await_vault(inspection)
    missing = unproven(inspection)
    checks = run_gates(
        [
            *_checks(inspection, found, task.options["expected_public_network_access"]),
            *(_settled(inspection, missing) if task.options["stage"] == "all" else ()),
        ]
    )
    closed = [check for check in checks if not check.passed]
    message = "\n".join(check.line() for check in closed)
    if closed and task.options["enforce"]:
        raise Unverified(
            f"{len(closed)} of {len(checks)} checks failed:\n{message}", [check.as_dict() for check in checks]
        )
    return {
        "changed": False,
        "passed": not closed,
        "ready_to_protect": not closed and not missing,
        "unproven": list(missing),
        "message": message,
        "checks": [check.as_dict() for check in checks],
        "names": found.names,
        "dns_questions": found.dns_questions,
        "links": found.links,
        "records": found.records,
        "resources": found.resources,
    }


NamedCheck = tuple[str, t.Callable[[], t.Iterable[Gate]]]


def _checks(inspection: Inspection, found: Findings, access: str | None) -> list[NamedCheck]:
    """What must hold before public access is denied."""
    return [
        (
            "vault",
            lambda: check_vault(inspection, access, found),
        ),
        *[
            (step, lambda check=check, endpoint=endpoint: check(inspection, endpoint, found))
            for endpoint in inspection.desired.endpoints
            for step, check in CHECKS
        ],
        *[
            (step, lambda check=check, endpoint=endpoint: check(inspection, endpoint, found))
            for endpoint in inspection.storage_endpoints
            for step, check in STORAGE_CHECKS
        ],
    ]


def _settled(inspection: Inspection, missing: t.Collection[str]) -> list[NamedCheck]:
    """What a run settles besides, some of it after its verification."""
    return [
        ("identity", lambda: check_identity(inspection)),
        ("roles", lambda: check_roles(inspection)),
        ("trusted_services", lambda: check_trusted_services(inspection)),
        ("replication", lambda: check_replication(inspection)),
        ("public_access", lambda: check_public_access(inspection, missing)),
    ]


class Unverified(Refusal):
    """At least one check failed; the verdicts go with the error."""

    def __init__(self, message: str, checks: list[JSON]) -> None:
        super().__init__(message)
        self.checks = checks

    def facts(self) -> dict[str, t.Any]:
        """The verdicts, for rescue blocks and reports."""
        return {"checks": self.checks}
