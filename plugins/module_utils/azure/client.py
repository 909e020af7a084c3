"""Azure by resource id: wire JSON in and out, long operations, paging, typed errors. Two doors stand behind it."""

from __future__ import annotations

import re
import time
import typing as t

from ..errors import AzureError, NotFound, OperationFailed, WaitTimeout
from ..ids import ResourceId, parse_collection, parse_id
from ..wire import JSON
from .pipeline import is_write, polling, translate
from .pool import Pool
from .token_host import Home

# Refusals that pass by themselves: another operation holds the resource, or one it needs is not ready yet.
# https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-another-operation-in-progress
# Operations of endpoints end with some of them as well: hashicorp/terraform-provider-azurerm#28112,
# Azure/bicep-registry-modules#6001 (an account that is being changed).
PASSING = frozenset(
    {
        "anotheroperationinprogress",
        "retryableerror",
        "referencedresourcenotprovisioned",
        "canceledandsupersededduetoanotheroperation",
        "storageaccountoperationinprogress",
    }
)
# How private DNS (Azure-Samples/azure-ml-federated-learning#137) and the target of an endpoint
# (hashicorp/terraform-provider-azurerm#32261) say it, with the code of any conflict.
BUSY = re.compile(
    r"already has \d+ operations like '[^']*' queued|parallel operations are being performed", re.IGNORECASE
)
DEFAULT_TIMEOUT = 1800.0
Answer = t.TypeVar("Answer")
Answers = list[Answer]


class Door(t.Protocol):
    """One way to Azure. Every method answers wire JSON or raises what its SDK raises.

    Reading always answers what was asked for (see :mod:`.answers`); writing answers None when Azure says nothing.
    """

    def serves(self, kind: str) -> bool:
        """Whether this door leads to resources of a (lower-case) type."""

    def get(self, target: ResourceId, api_version: str, query: JSON) -> t.Any:
        """Read one resource."""

    def write(
        self, method: str, target: ResourceId, api_version: str, body: t.Any, headers: JSON, polling_method: t.Any
    ) -> t.Any:
        """PUT, PATCH or DELETE; with a polling method the operation is followed to its end."""

    def list(self, collection: str, api_version: str, query: JSON) -> list[JSON]:
        """All items of a collection, pages joined."""


class Azure:
    """What everything above speaks to.

    ``home`` is where long operations may lead. ``progress`` is called in long waits. ``timeout`` bounds each wait in seconds. Methods raise
    :class:`~.errors.NotFound` (404, absent), :class:`~.errors.Unexpected` (a success that is none), other
    :class:`~.errors.AzureError`, :class:`~.errors.Unreachable`,
    :class:`~.errors.CredentialError` or :class:`~.errors.WaitTimeout`.
    """

    def __init__(
        self,
        doors: t.Sequence[Door],
        transport: t.Any,
        home: Home,
        *,
        pool: Pool | None = None,
        progress: t.Callable[[str], None] = lambda text: None,
        timeout: float = DEFAULT_TIMEOUT,
        now: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self._doors, self._transport, self._home = doors, transport, home
        self._pool = pool or Pool(1)
        self.progress, self.timeout, self.now = progress, timeout, now

    def get(self, resource_id: str, api_version: str, **query: str) -> JSON:
        """Read one resource."""
        target = parse_id(resource_id)
        return t.cast(
            JSON, self._do("GET", resource_id, lambda: self._door(target.type).get(target, api_version, query))
        )

    def find(self, resource_id: str, api_version: str, **query: str) -> JSON | None:
        """Read one resource; None only when Azure says it does not exist."""
        try:
            return self.get(resource_id, api_version, **query)
        except NotFound:
            return None

    def put(
        self, resource_id: str, api_version: str, body: JSON, *, wait: bool = True, new: bool = False, match: str = ""
    ) -> JSON:
        """Create or replace. Azure refuses (412) when the resource came to be in the meantime (``new``), or is no longer
        that of the etag ``match``."""
        headers = {"If-None-Match": "*"} if new else _if_match(match)
        return self._write("PUT", resource_id, api_version, body, wait, headers) or {}

    def patch(self, resource_id: str, api_version: str, body: JSON, *, wait: bool = True) -> JSON:
        """Change the given values only."""
        return self._write("PATCH", resource_id, api_version, body, wait, {}) or {}

    def delete(self, resource_id: str, api_version: str, *, wait: bool = True, match: str = "") -> JSON:
        """Delete; a resource that is already gone is no error. Answers what Azure sent back, usually nothing.

        Azure refuses (412) when the resource is no longer that of the etag ``match``.
        """
        try:
            return self._write("DELETE", resource_id, api_version, None, wait, _if_match(match)) or {}
        except NotFound:
            return {}

    def post(self, path: str, api_version: str, body: JSON | None = None) -> JSON:
        """Call an action (``{id}/register``) or a question asked by POST (``…/capabilities``)."""
        if is_write("POST", path):
            self._pool.refuse_write("POST", path)
        door = t.cast("PostingDoor", self._doors[-1])
        return t.cast(JSON, self._do("POST", path, lambda: door.post(path, api_version, body)) or {})

    def list(self, collection: str, api_version: str, **query: str) -> list[JSON]:
        """All items of a collection (``{vault id}/backupJobs``); raises NotFound when its parent is absent."""
        kind = parse_collection(collection).type
        return t.cast(
            "list[JSON]", self._do("LIST", collection, lambda: self._door(kind).list(collection, api_version, query))
        )

    def together(self, deeds: t.Iterable[t.Callable[[], Answer]]) -> Answers[Answer]:
        """Read what does not wait for each other, several at once, and return the results in the given order.

        The first failure in that order is raised, as if one had been asked after the other. A deed reads and returns; it
        does not write (RuntimeError), and warnings are for the caller to give, in order, from what comes back.
        """
        return self._pool.together(deeds)

    def ahead(self, deeds: t.Iterable[t.Callable[[], Answer]]) -> Answers[t.Callable[[], Answer]]:
        """Read what will be needed, several at once; each function returned gives a result, or raises its failure.

        With a ``concurrency`` of 1 nothing is read before its function is called.
        """
        return self._pool.ahead(deeds)

    @property
    def one_by_one(self) -> bool:
        """Whether questions are asked one after the other."""
        return self._pool.most == 1

    def sleep(self, seconds: float) -> None:
        """Wait in the transport's time, so that tests need not."""
        self._transport.sleep(seconds)

    def until(
        self,
        what: str,
        ready: t.Callable[[], t.Any],
        *,
        timeout: float | None = None,
        first: float = 1.0,
        most: float = 10.0,
    ) -> t.Any:
        """Ask ``ready`` until its answer is true and return it; tell of progress; raise WaitTimeout in the end."""
        limit, started, pause = self.timeout if timeout is None else timeout, self.now(), first
        while True:
            answer = ready()
            if answer:
                return answer
            passed = self.now() - started
            if passed + pause > limit:
                raise WaitTimeout(
                    f"Gave up waiting for {what} after {passed:.0f} s.", remedy="Run again to go on waiting."
                )
            self.progress(f"waiting for {what}: {passed:.0f} s of at most {limit:.0f} s")
            self.sleep(pause)
            pause = min(most, pause * 1.6)

    def _door(self, kind: str) -> Door:
        return next(door for door in self._doors if door.serves(kind))

    def _write(
        self, method: str, resource_id: str, api_version: str, body: t.Any, wait: bool, headers: JSON
    ) -> JSON | None:
        self._pool.refuse_write(method, resource_id)
        target = parse_id(resource_id)
        door = self._door(target.type)
        followed = (
            polling(self.progress, f"{method} {target.kind} {target.name}", self.timeout, self.now, self._home)
            if wait
            else None
        )
        return t.cast(
            "JSON | None",
            self._do(method, resource_id, lambda: door.write(method, target, api_version, body, headers, followed)),
        )

    def _do(self, method: str, resource_id: str, deed: t.Callable[[], t.Any]) -> t.Any:
        started = self.now()
        pause = 2.0
        while True:
            try:
                return deed()
            except Exception as error:
                ours = translate(error, method, resource_id)
                passed = self.now() - started
                if not _passes(ours) or passed + pause > self.timeout:
                    raise ours from error
                self.progress(f"{resource_id} is busy ({getattr(ours, 'code', '')}), trying again after {passed:.0f} s")
                self.sleep(pause)
                pause = min(30.0, pause * 2)


class PostingDoor(Door, t.Protocol):
    """The door that can also call actions."""

    def post(self, path: str, api_version: str, body: JSON | None) -> t.Any:
        """POST and answer the JSON."""


def _if_match(etag: str) -> JSON:
    return {"If-Match": etag} if etag else {}


def _passes(error: Exception) -> bool:
    if not isinstance(error, AzureError):
        return False
    if not isinstance(error, OperationFailed) and error.status not in (409, 429):
        return False
    return error.code.lower() in PASSING or bool(BUSY.search(error.answer))
