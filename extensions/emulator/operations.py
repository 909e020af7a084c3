"""Long operations: started by a write, watched through a URL, finished by the scheduler."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .clock import Clock, Scheduler
from .wire import JSON


@dataclass
class Operation:
    """One long operation. Times are emulated seconds; ``status`` is InProgress, Succeeded, Failed or Canceled."""

    id: str
    kind: str
    resource_id: str
    started: float
    due: float
    status: str = "InProgress"
    error: JSON | None = None
    finished: float | None = None
    result_status: int = 200
    hidden: JSON = field(default_factory=dict)


class Operations:
    """All long operations of this emulator.

    ``seconds`` maps a kind (``vault.create``) to its emulated duration; with instant latency every kind takes 0.
    """

    def __init__(self, clock: Clock, scheduler: Scheduler, seconds: t.Callable[[str], float]) -> None:
        self._clock, self._scheduler, self._seconds = clock, scheduler, seconds
        self._known: dict[str, Operation] = {}
        self._failures: list[JSON] = []

    def start(
        self,
        operation_id: str,
        kind: str,
        resource_id: str,
        done: t.Callable[[], float | None],
        failed: t.Callable[[], None] | None = None,
        result_status: int = 200,
        error: JSON | None = None,
    ) -> Operation:
        """Begin an operation: ``done`` runs when it has succeeded, ``failed`` instead when it has not.

        It fails with ``error`` when that is given, and when a fault was injected. ``done`` may answer how many seconds
        more it takes, and is asked again then; it may also fail the operation after all.
        """
        now = self._clock.now()
        due = now + self._seconds(kind)
        operation = Operation(operation_id, kind, resource_id, now, due, result_status=result_status)
        self._known[operation_id.lower()] = operation
        error = error or self._injected(kind, resource_id)

        def finish() -> None:
            operation.finished = operation.due  # not now: nobody may have looked for a while
            if error is not None:
                operation.status, operation.error = "Failed", error
                if failed is not None:
                    failed()
                return
            operation.status = "Succeeded"
            more = done()
            if more is not None:
                operation.status, operation.finished = "InProgress", None
                operation.due += more
                self._scheduler.after(operation.due - self._clock.now(), finish)

        self._scheduler.after(self._seconds(kind), finish)
        return operation

    def find(self, operation_id: str) -> Operation | None:
        """An operation by id, case-insensitively."""
        return self._known.get(operation_id.lower())

    def all(self) -> list[Operation]:
        """Every operation in order of start."""
        return list(self._known.values())

    def running_on(self, resource_id: str) -> Operation | None:
        """The operation that still works on a resource, if any."""
        wanted = resource_id.lower()
        return next(
            (op for op in self._known.values() if op.status == "InProgress" and op.resource_id.lower() == wanted), None
        )

    def fail_next(self, kind: str, error: JSON) -> t.Callable[[], None]:
        """Let the next operation whose kind begins with ``kind`` end as Failed with ``error``.

        The returned function takes that back if no such operation was started.
        """
        failure: JSON = {"kind": kind, "error": error}
        self._failures.append(failure)
        return lambda: self._failures.remove(failure) if failure in self._failures else None

    def _injected(self, kind: str, resource_id: str) -> JSON | None:
        for index, fault in enumerate(self._failures):
            if kind.startswith(fault["kind"]):
                del self._failures[index]
                return t.cast(JSON, fault["error"])
        return None
