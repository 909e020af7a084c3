"""Gates: read-only checks that run before the first write, each with a verdict an operator can act on."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..errors import AzureError, CredentialError, RecoveryError, Unreachable
from ..texts import on_one_line
from .rows import VerdictRow

Verdict = t.Literal["ok", "warning", "unknown", "refused"]


@dataclass(frozen=True)
class Gate:
    """The outcome of one check on one subject.

    ``name`` is the gate, ``subject`` the resource it speaks of, ``message`` what was found, ``remedy`` what to do.
    ``unknown`` and ``refused`` both stop a run. ``lasting`` is what no step of the sequence sets right.
    """

    name: str
    verdict: Verdict
    subject: str
    message: str
    remedy: str = ""
    evidence: tuple[str, ...] = field(default=())
    lasting: bool = False

    @property
    def passed(self) -> bool:
        """Whether a run may go on."""
        return self.verdict in ("ok", "warning")

    def line(self) -> str:
        """What it says, with its name and remedy, on one line."""
        return on_one_line(f"[{self.name}] {self.message} {self.remedy}".rstrip())

    def as_dict(self) -> VerdictRow:
        """Plain data for results and reports."""
        return {
            "name": self.name,
            "verdict": self.verdict,
            "subject": self.subject,
            "message": self.message,
            "remedy": self.remedy,
            "evidence": list(self.evidence),
        }


def ok(name: str, subject: str, message: str, *evidence: str) -> Gate:
    """A gate that is open."""
    return Gate(name, "ok", subject, message, "", evidence)


def refused(
    name: str, subject: str, message: str, remedy: str = "", evidence: t.Iterable[str] = (), *, lasting: bool = False
) -> Gate:
    """A gate that is closed."""
    return Gate(name, "refused", subject, message, remedy, tuple(evidence), lasting)


def warning(name: str, subject: str, message: str, remedy: str = "") -> Gate:
    """A gate that is open, with something the operator should know."""
    return Gate(name, "warning", subject, message, remedy)


def run_gates(gates: t.Iterable[tuple[str, t.Callable[[], t.Iterable[Gate]]]]) -> list[Gate]:
    """Run named checks one after the other. A check that cannot be made is ``unknown``: it stops the run, not the others.

    An error of the sign-in or the network is not a verdict and propagates: nothing that follows could be read either.
    """
    found: list[Gate] = []
    for name, check in gates:
        try:
            found.extend(check())
        except (CredentialError, Unreachable):
            raise
        except RecoveryError as error:
            if isinstance(error, AzureError) and error.status == 401:
                raise
            subject = getattr(error, "resource_id", "")
            found.append(Gate(name, "unknown", subject, error.message, error.remedy))
    return found


def summary(gates: t.Iterable[Gate]) -> str:
    """All closed gates as one message, a line each; empty when the way is free. What was written the caller knows."""
    lines = [gate.line() for gate in gates if not gate.passed]
    if not lines:
        return ""
    head = "1 gate is closed:" if len(lines) == 1 else f"{len(lines)} gates are closed:"
    return "\n".join([head, *lines])
