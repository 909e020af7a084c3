"""Faults an operator or a test injects: refusals, dropped connections, delays, operations that fail."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .operations import Operations
from .shapes import Shape, misfits
from .wire import JSON, ArmError, Request, Response

_ACTIONS = ("status", "drop", "delay", "operation_failed")
_SHAPE: Shape = {
    "match": {"method": "text", "path": "text", "api_version": "text"},
    "times": "number",
    "action": {"status": "number", "code": "text", "message": "text", "delay": "number", "operation_failed": "object"},
}
_STATUSES = range(400, 600)


@dataclass
class Interrupted(Response):
    """An answer the transport must not simply send.

    ``drop``: close the connection without a word. ``delay``: send only after so many real seconds.
    """

    drop: bool = False
    delay: float = 0.0


@dataclass
class Fault:
    """One fault. ``nth`` is a number (the n-th matching request, and the next ones up to ``times``), ``every``, or
    ``first_attempt`` (each distinct method and path fails once)."""

    number: int
    method: str
    path: re.Pattern[str]
    api_version: str
    nth: int | str
    times: int
    action: JSON
    seen: int = 0
    applied: int = 0
    attempted: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def parse(cls, number: int, document: JSON) -> Fault:
        """Read a fault as posted. Raises 400 when it cannot be understood."""
        for where, wanted in misfits(document, _SHAPE):
            raise _invalid(f"'{where}' must be {wanted}")
        match, action, nth = document.get("match") or {}, document.get("action"), document.get("nth", 1)
        if not isinstance(action, dict) or not any(name in action for name in _ACTIONS):
            raise _invalid(f"'action' must hold one of {', '.join(_ACTIONS)}")
        if action.get("status", 500) not in _STATUSES:
            raise _invalid(f"'action.status' must be a number from 400 to 599, not {action['status']}")
        if nth not in ("every", "first_attempt") and not (isinstance(nth, int) and nth >= 1):
            raise _invalid("'nth' must be a number from 1, 'every' or 'first_attempt'")
        try:
            pattern = re.compile(match.get("path") or "", re.IGNORECASE)
        except re.error as error:
            raise _invalid(f"'match.path' is not a regular expression: {error}") from None
        given = document.get("times")
        times = int(given) if given is not None else 1 if isinstance(nth, int) else 0
        return cls(
            number, (match.get("method") or "").upper(), pattern, match.get("api_version") or "", nth, times, action
        )

    def strikes(self, request: Request) -> bool:
        """Whether this request is hit. Counts it either way."""
        if self.method not in ("", request.method) or self.api_version not in ("", request.api_version):
            return False
        if not self.path.search(request.path):
            return False
        self.seen += 1
        if self.nth == "first_attempt":
            key = (request.method, request.path.lower())
            hit = key not in self.attempted
            self.attempted.add(key)
        else:
            hit = self.nth == "every" or self.seen >= int(self.nth)
        if not hit or (self.times and self.applied >= self.times):
            return False
        self.applied += 1
        return True

    def document(self) -> JSON:
        """The fault as the emulator shows it."""
        match = {"method": self.method, "path": self.path.pattern, "api_version": self.api_version}
        return {
            "number": self.number,
            "match": match,
            "nth": self.nth,
            "times": self.times,
            "action": self.action,
            "seen": self.seen,
            "applied": self.applied,
        }


class Faults:
    """The faults in force, oldest first; the first that strikes decides."""

    def __init__(self, operations: t.Callable[[], Operations]) -> None:
        self._operations = operations
        self._faults: list[Fault] = []
        self._made = 0

    def add(self, document: JSON) -> Fault:
        """Put a fault in force."""
        self._made += 1
        fault = Fault.parse(self._made, document)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forget every fault."""
        self._faults.clear()

    def documents(self) -> list[JSON]:
        """Every fault with how often it was seen and applied."""
        return [fault.document() for fault in self._faults]

    def apply(self, request: Request, entry: JSON, proceed: t.Callable[[Request, JSON], Response]) -> Response:
        """Answer a request with the fault that strikes, or as if there were none."""
        fault = next((one for one in self._faults if one.strikes(request)), None)
        if fault is None:
            return proceed(request, entry)
        entry["fault"] = {"number": fault.number, **fault.action}
        action = fault.action
        if "status" in action:
            return _refusal(action)
        if action.get("drop"):
            if action.get("after"):
                entry["processed_status"] = proceed(request, entry).status
            return Interrupted(0, None, {}, drop=True)
        if "delay" in action:
            answer = proceed(request, entry)
            return Interrupted(answer.status, answer.document, answer.headers, delay=float(action["delay"]))
        withdraw = self._operations().fail_next("", action.get("operation_failed") or {})
        response = proceed(request, entry)
        withdraw()
        return response


def _refusal(action: JSON) -> Response:
    headers = {"Retry-After": str(action["retry_after"])} if "retry_after" in action else {}
    code = action.get("code", "InjectedFault")
    return ArmError(int(action["status"]), code, action.get("message", "Injected."), headers=headers).response()


def _invalid(text: str) -> ArmError:
    return ArmError(400, "InvalidFault", text)
