"""The emulator's own interface below ``/emulator``: what happened, what there is, and what shall go wrong.

No token is needed: the server listens on loopback only. None of these requests appears in the request log.
"""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from ... import report
from ...arm import Arm, Call, Proceed, Route
from ...faults import Faults
from ...operations import Operation
from ...wire import JSON, LOOPBACK, ArmError, Request, Response

#: A hundred years at a time, and a year in half a minute.
_FURTHEST, _FASTEST = 3_200_000_000, 1_000_000


class Admin:
    """Requests, state, report, reset, faults, clock and events."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self.faults = Faults(lambda: arm.operations)
        # Outermost, so that a fault hits before anything else looks at the request.
        arm.around.insert(0, self._inject)

    def routes(self) -> t.Iterable[Route]:
        """Everything below ``/emulator``."""
        table: list[tuple[str, str, t.Callable[[Call], Response]]] = [
            ("GET", "requests", self._requests),
            ("GET", "state", self._state),
            ("GET", "report", self._report),
            ("POST", "reset", self._reset),
            ("GET", "faults", self._list_faults),
            ("POST", "faults", self._add_fault),
            ("DELETE", "faults", self._clear_faults),
            ("GET", "clock", self._read_clock),
            ("POST", "clock", self._set_clock),
            ("POST", "events", self._event),
        ]
        return [Route(method, f"/emulator/{name}", handler, anonymous=True) for method, name, handler in table]

    def load(self, world: JSON) -> None:
        """Nothing to make."""

    def _inject(self, request: Request, entry: JSON, proceed: Proceed) -> Response:
        if request.path.lower().startswith("/emulator"):
            _refuse_browsers(request)
            return proceed(request, entry)
        return self.faults.apply(request, entry, proceed)

    def _since(self, call: Call) -> list[JSON]:
        since = _number(call.request.query.get("since", "0"), "since")
        return [entry for entry in self._arm.log if entry["number"] > since]

    def _requests(self, call: Call) -> Response:
        return Response(200, {"value": self._since(call)})

    def _report(self, call: Call) -> Response:
        entries = self._since(call)
        first = entries[0]["at"] if entries else float("inf")
        operations = [one for one in self._arm.operations.all() if one.started >= first]
        return Response(200, report.figures(entries, operations, self._arm.clock.now()))

    def _state(self, call: Call) -> Response:
        return Response(
            200,
            {
                "clock": self._clock(),
                "resources": [resource.document for resource in self._arm.store.all()],
                "operations": [_operation(one) for one in self._arm.operations.all()],
            },
        )

    def _reset(self, call: Call) -> Response:
        try:
            self._arm.reset(call.body if call.request.body.strip() else None)
        except ValueError as error:
            raise ArmError(400, "InvalidWorld", str(error)) from None
        return Response(200, {"clock": self._clock()})

    def _list_faults(self, call: Call) -> Response:
        return Response(200, {"value": self.faults.documents()})

    def _add_fault(self, call: Call) -> Response:
        return Response(201, self.faults.add(call.body).document())

    def _clear_faults(self, call: Call) -> Response:
        self.faults.clear()
        return Response(204)

    def _clock(self) -> JSON:
        clock = self._arm.clock
        return {"now": clock.now(), "time": clock.iso(), "speed": clock.speed}

    def _read_clock(self, call: Call) -> Response:
        return Response(200, self._clock())

    def _set_clock(self, call: Call) -> Response:
        body = call.body
        if "speed" in body:
            speed = _number(body["speed"], "speed")
            if not 0 < speed <= _FASTEST:
                raise ArmError(400, "InvalidClock", f"'speed' must be greater than 0 and at most {_FASTEST}.")
            self._arm.clock.set_speed(speed)
        if "advance" in body:
            seconds = _number(body["advance"], "advance")
            if not 0 <= seconds <= _FURTHEST:
                raise ArmError(
                    400,
                    "InvalidClock",
                    f"'advance' must be from 0 to {_FURTHEST} seconds: time does not run backwards.",
                )
            self._arm.clock.advance(seconds)
            self._arm.scheduler.settle()
        return Response(200, self._clock())

    def _event(self, call: Call) -> Response:
        payload = dict(call.body)
        name = payload.pop("event", None)
        happen = self._arm.events.get(str(name))
        if happen is None:
            known = ", ".join(sorted(self._arm.events))
            raise ArmError(400, "UnknownEvent", f"There is no event '{name}'. Known events: {known}.")
        return Response(200, happen(payload))


def _refuse_browsers(request: Request) -> None:
    """Refuse (403) what a page of another site could make a browser send here, by its own name for this machine or by ours."""
    host = urlsplit(request.base_url).hostname or ""
    origin = request.headers.get("origin", request.base_url)
    site = request.headers.get("sec-fetch-site", "none")
    if host not in LOOPBACK or origin != request.base_url or site not in ("none", "same-origin"):
        raise ArmError(
            403,
            "OriginNotAllowed",
            "The emulator's own routes answer at 127.0.0.1 or localhost only, and to no page of another site.",
        )


def _operation(one: Operation) -> JSON:
    return {
        "id": one.id,
        "kind": one.kind,
        "resource": one.resource_id,
        "started": one.started,
        "finished": one.finished,
        "status": one.status,
        "error": one.error,
    }


def _number(value: t.Any, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ArmError(400, "InvalidValue", f"'{name}' must be a number, not {value!r}.") from None
