"""The pure core of the emulator: ``Arm.answer(request) -> response``, without sockets and without an own clock."""

from __future__ import annotations

import functools
import random
import re
import threading
import traceback
import typing as t
import uuid
from dataclasses import dataclass, field

from .clock import Clock, Scheduler
from .operations import Operations
from .private_link import PrivateLink
from .response_headers import Manner, ResponseHeaders
from .route_index import RouteIndex
from .shapes import Shape
from .store import Resource, Store
from .wire import JSON, ArmError, Request, Response, fold
from .world_schema import Keys

_NAMED = re.compile(r"\{\+?(\w+)\}")
_GROUPS = re.compile("/resourcegroups/", re.IGNORECASE)
Handler = t.Callable[["Call"], Response]
Proceed = t.Callable[[Request, JSON], Response]
Around = t.Callable[[Request, JSON, Proceed], Response]


@dataclass
class Call:
    """A request on its way through a handler. ``entry`` is its row of the request log."""

    arm: Arm
    request: Request
    parameters: dict[str, str]
    caller: JSON = field(default_factory=dict)
    pattern: str = ""
    entry: JSON = field(default_factory=dict)

    @functools.cached_property
    def id(self) -> str:
        """The path without a trailing slash: names as the client wrote them, the words between them as Azure does.

        Azure compares ids without regard to case and makes the id of a new resource itself: azure-cli's recordings ask for
        ``/resourcegroups/`` and are answered ``/resourceGroups/``.
        """
        path = _NAMED.sub(lambda match: self.parameters[match.group(1)], self.pattern) or self.request.path
        return _GROUPS.sub("/resourceGroups/", "/" + path.strip("/"), count=1)

    @property
    def body(self) -> JSON:
        """The JSON body. Raises 400 when it is not an object."""
        return self.request.json()

    def __getitem__(self, name: str) -> str:
        return self.parameters[name]


@dataclass(frozen=True)
class Route:
    """``pattern`` is a path with ``{names}``; literals match without regard to case, ``{+name}`` spans slashes.

    ``action`` is the permission the caller needs on ``scope`` (default: the request's path); empty means none is
    checked, ``None`` means it follows from method and resource type.
    """

    method: str
    pattern: str
    handler: Handler
    action: str | None = None
    anonymous: bool = False

    def matcher(self) -> re.Pattern[str]:
        """The pattern as a regular expression over the whole path."""
        expression = ""
        for piece in re.split(r"(\{\+?\w+\})", self.pattern):
            if piece.startswith("{+"):
                expression += f"(?P<{piece[2:-1]}>.+?)"
            elif piece.startswith("{"):
                expression += f"(?P<{piece[1:-1]}>[^/]+)"
            else:
                expression += re.escape(piece)
        return re.compile(expression + "/?$", re.IGNORECASE)


class Service(t.Protocol):
    """One family of resource types. A service is made with the :class:`Arm` it belongs to."""

    def routes(self) -> t.Iterable[Route]:
        """The routes it serves; earlier routes win."""

    def load(self, world: JSON) -> None:
        """Make what the world file says exists before the run."""


class Checking(Service, t.Protocol):
    """A service that has a check among ``Arm``'s ``checks``."""

    def check(self, call: Call, route: Route) -> Response | None:
        """Raise ``ArmError`` for what is refused; an answer ends the request."""


class RequestCheck:
    """A service that only checks requests: it has no routes and makes nothing."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def check(self, call: Call, route: Route) -> Response | None:
        """Raise ``ArmError`` for what is refused; an answer ends the request."""
        raise NotImplementedError

    def routes(self) -> t.Iterable[Route]:
        """None."""
        return ()

    def load(self, world: JSON) -> None:
        """Nothing to make."""


@dataclass(frozen=True)
class Part:
    """What a family of services brings along, declared beside its code; ``build.PARTS`` collects them.

    ``services`` are made, and what the world says of them, in this order. ``seconds``: how long Azure takes for a kind of
    operation, ``ask_again``: after how many seconds it wants to be asked about those whose kind begins so. ``settings``: what
    no source shows, each with its default. ``world``: its keys of a world file. ``bodies``: the shape of the properties that its
    services read from a request, by lower-case resource type (an action is its last segment). ``manners``: how its answers' headers differ
    from Azure Resource Manager's own, by the beginning of the resource type.
    """

    services: tuple[t.Callable[[Arm], Service], ...] = ()
    seconds: t.Mapping[str, float] = field(default_factory=dict)
    ask_again: t.Mapping[str, int] = field(default_factory=dict)
    settings: t.Mapping[str, t.Any] = field(default_factory=dict)
    world: Keys = field(default_factory=Keys)
    bodies: t.Mapping[str, Shape] = field(default_factory=dict)
    manners: tuple[tuple[str, Manner], ...] = ()


class Arm:
    """A local Azure Resource Manager.

    ``clock`` is the only time it knows, ``seed`` the only chance. ``latency`` maps operation kinds to emulated seconds
    (``None`` = everything is instant). ``world`` is the parsed world file, completed; ``complete`` completes those it is reset to.

    ``checks`` are services: each route that is not anonymous passes their checks in this order before it is served (``before``
    holds them). ``around`` holds functions ``(request, entry, proceed) -> response`` that see every request, outermost first,
    and may answer themselves.
    """

    def __init__(
        self,
        parts: t.Sequence[Part],
        clock: Clock,
        world: JSON | None = None,
        latency: t.Mapping[str, float] | None = None,
        seed: int = 1,
        *,
        checks: t.Sequence[type[Checking]] = (),
        complete: t.Callable[[JSON], JSON] = dict,
    ) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self._parts, self._checks, self._seed, self.latency = parts, checks, seed, latency
        self.complete = complete
        self.ask_again = {kind: seconds for part in parts for kind, seconds in part.ask_again.items()}
        self.bodies = {kind: shape for part in parts for kind, shape in part.bodies.items()}
        self.world: JSON = world or {}
        self.log: list[JSON] = []
        self.before: list[t.Callable[[Call, Route], Response | None]] = []
        self.around: list[Around] = []
        self.reset()

    def reset(self, world: JSON | None = None) -> None:
        """Forget everything that happened and start from the world again (or from another one, which is completed)."""
        if world is not None:
            self.world = self.complete(world)
        self.random = random.Random(self._seed)
        self.store = Store(self.clock.now)
        self.scheduler = Scheduler(self.clock)
        self.operations = Operations(self.clock, self.scheduler, self.seconds)
        self.settings: JSON = dict(self.world.get("settings", {}))
        self.events: dict[str, t.Callable[[JSON], JSON]] = {}
        self.private_link = PrivateLink()
        manners = tuple(row for part in self._parts for row in part.manners)
        self._headers = ResponseHeaders(self.clock, self.guid, manners)
        self.log.clear()
        self.before.clear()
        self.around.clear()
        self.services: list[Service] = []
        for part in self._parts:
            for factory in part.services:
                self.services.append(factory(self))
        self.before += [self.service(kind).check for kind in self._checks]
        routes = [route for service in self.services for route in service.routes()]
        self.routes = [(route.method, route.matcher(), route) for route in routes]
        self._index = RouteIndex((row[2].pattern, row) for row in self.routes)
        for service in self.services:
            service.load(self.world)
        # A service puts off (with a delay of 0) what needs the things that services after it load.
        self.scheduler.settle()

    def service(self, kind: type[t.Any]) -> t.Any:
        """The service of a class; services that need one another ask here."""
        return next(service for service in self.services if isinstance(service, kind))

    def seconds(self, kind: str) -> float:
        """The emulated duration of an operation kind; the longest matching prefix wins."""
        if self.latency is None:
            return 0.0
        matches = [name for name in self.latency if kind.startswith(name)]
        return float(self.latency[max(matches, key=len)]) if matches else 0.0

    def guid(self) -> str:
        """A GUID that depends on the seed and on how many were drawn before."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def etag(self) -> str:
        """A Microsoft.Network etag, quotes included."""
        return f'W/"{self.guid()}"'

    def answer(self, request: Request) -> Response:
        """Answer one request. Never raises: what goes wrong inside is a 500 with the reason in its message.

        That is so as well for what falls due by now and for the functions around the request. ``lock`` is held meanwhile.
        """
        with self.lock:
            return self._answer(request)

    def _answer(self, request: Request) -> Response:
        entry: JSON = {
            "number": len(self.log) + 1,
            "at": self.clock.now(),
            "method": request.method,
            "path": request.path,
            "query": request.raw_query,
            "host": request.base_url,
        }
        if not request.path.lower().startswith("/emulator"):
            self.log.append(entry)
        response = _guarded(self._proceed, request, entry)
        self._headers.complete(request, response, entry.get("remaining"))
        entry["status"] = response.status
        return response

    def _proceed(self, request: Request, entry: JSON) -> Response:
        self.scheduler.settle()
        # What is around a request sees an error as the response it becomes.
        proceed: Proceed = functools.partial(_guarded, self._dispatch)
        for around in reversed(self.around):
            proceed = _wrapped(around, proceed)
        return proceed(request, entry)

    def handler(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        """What serves a method of a path, and the names in the path; for services that act on resources of others."""
        for served, matcher, route in self._index.candidates(path):
            match = matcher.match(path)
            if match and served == method:
                return route.handler, match.groupdict()
        return None

    def _dispatch(self, request: Request, entry: JSON) -> Response:
        allowed = False
        for method, matcher, route in self._index.candidates(request.path):
            match = matcher.match(request.path)
            if not match:
                continue
            allowed = allowed or method != "HEAD"  # asking whether something exists is open to every type
            if method != request.method:
                continue
            call = Call(self, request, match.groupdict(), pattern=route.pattern, entry=entry)
            for check in [] if route.anonymous else self.before:
                early = check(call, route)
                entry["caller"] = call.caller.get("object_id")
                if early is not None:
                    return early
            return route.handler(call)
        if allowed:
            raise ArmError(405, "MethodNotAllowed", f"The method {request.method} is not allowed for '{request.path}'.")
        raise ArmError(404, "InvalidResourceType", f"The emulator does not know '{request.path}'.")


def _guarded(proceed: Proceed, request: Request, entry: JSON) -> Response:
    try:
        return proceed(request, entry)
    except ArmError as error:
        entry["code"] = error.code
        return error.response()
    except Exception as error:  # noqa: BLE001
        entry["traceback"] = traceback.format_exc()
        return ArmError(500, "InternalServerError", f"The emulator failed: {error!r}").response()


def _wrapped(around: Around, proceed: Proceed) -> Proceed:
    return lambda request, entry: around(request, entry, proceed)


__all__ = [
    "JSON",
    "Arm",
    "ArmError",
    "Call",
    "Part",
    "Proceed",
    "Request",
    "Resource",
    "Response",
    "Route",
    "Service",
    "fold",
]
