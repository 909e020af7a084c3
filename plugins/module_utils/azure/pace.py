"""How fast one task asks Azure: all its requests slow down together, before Azure refuses any and when it did.

Azure Resource Manager gives each principal a bucket of requests in a subscription, 250 reads that come back at 25 a
second, 200 writes and 200 deletions at 10 a second, and says in each answer how many are left. Other tasks, of other
processes and machines, take from the same bucket.
https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
"""

from __future__ import annotations

import re
import threading
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..wire import JSON

#: How many are left of ARM's own buckets, by kind of request.
_LEFT = re.compile(
    r"x-ms-ratelimit-remaining-(?:subscription|tenant)(?:-global)?-(reads|writes|deletes)", re.IGNORECASE
)
#: What a provider that has limits of its own says in their place; how many it gives and how fast is its own affair.
_OF_PROVIDER = "x-ms-ratelimit-remaining-subscription-resource-requests"
#: A wait of this many seconds is reported.
_LONG = 5.0
#: Seconds that another task's note may hold this one back at most.
_LONGEST = 300.0


@dataclass(frozen=True)
class Limit:
    """Requests are spaced as soon as fewer than ``ample`` are left, up to ``widest`` seconds apart when none is.

    ``refill`` come back each second.

    A hundred tasks that each wait ``widest`` seconds together ask no faster than the bucket is filled; the fewer there
    are, the more is left in it when they balance.
    """

    ample: int
    widest: float
    refill: float

    def gap(self, left: float) -> float:
        """The seconds between two requests of a task when so many are left."""
        return self.widest * max(0, self.ample - left) / self.ample


LIMITS = {"reads": Limit(125, 4.0, 25.0), "writes": Limit(100, 10.0, 10.0), "deletes": Limit(100, 10.0, 10.0)}
#: Seconds between two notes for other tasks.
_NOTED = 0.5


class Pace:
    """The pace of one task. ``most`` requests are on their way at once; ``now`` and ``sleep`` are in seconds.

    ``known`` is what another task of this machine noted last, ``note`` takes what this one notes: the next task, a
    process of its own, would have to learn it anew, and a hundred of them together ask much before they have. Both go by
    ``now``, which must therefore be the same clock in all of them, as ``time.monotonic`` is.

    429 halves how many may be, and nobody asks before the longest Retry-After that Azure named has passed; each round
    of good answers lets in one more.
    """

    def __init__(
        self,
        most: int,
        now: t.Callable[[], float],
        sleep: t.Callable[[float], None],
        progress: t.Callable[[str], None] = lambda text: None,
        known: t.Any = None,
        note: t.Callable[[JSON], None] = lambda state: None,
    ) -> None:
        self._most, self._now, self._sleep, self._progress = most, now, sleep, progress
        self._turn = threading.Condition()
        self._width, self._under_way, self._good = most, 0, 0
        self._held = 0.0
        self._gap = dict.fromkeys(LIMITS, 0.0)
        self._last = dict.fromkeys(LIMITS, float("-inf"))
        self._left: dict[str, tuple[float, float]] = {}
        self._note, self._noted = note, float("-inf")
        if isinstance(known, dict):
            self._begin_with(known)

    @property
    def width(self) -> int:
        """How many requests may be on their way at once by now."""
        return self._width

    def begin(self, kind: str) -> None:
        """Wait for one's turn."""
        with self._turn:
            self._turn.wait_for(lambda: self._under_way < self._width)
            self._under_way += 1
            mine = self._last[kind] = max(self._now(), self._last[kind] + self._gap[kind])
        until = None
        while (later := max(mine, self._held)) != until and later > self._now():
            until = later
            seconds = until - self._now()
            if seconds >= _LONG:
                self._progress(f"Azure limits how often this identity may ask: going on in {seconds:.0f} s")
            self._sleep(seconds)

    def end(self, kind: str, status: int = 0, headers: t.Mapping[str, str] | None = None, wait: float = 0.0) -> None:
        """Learn from an answer; status 0: there was none. ``wait`` is its Retry-After in seconds."""
        with self._turn:
            self._under_way -= 1
            if status == 429:
                self._width, self._good = max(1, self._width // 2), 0
                self._held = max(self._held, self._now() + wait)
                self._tell(True)
            elif status:
                self._good += 1
                if self._good >= self._width:
                    self._width, self._good = min(self._most, self._width + 1), 0
                self._look(kind, headers or {})
            self._turn.notify_all()

    def _look(self, kind: str, headers: t.Mapping[str, str]) -> None:
        limit = LIMITS[kind]
        left = [
            int(value)
            for name, value in headers.items()
            if (match := _LEFT.fullmatch(name)) and match[1].lower() == kind and value.isdecimal()
        ]
        if left:
            self._gap[kind] = limit.gap(min(left))
            self._left[kind] = (min(left), self._now())
            self._tell(False)
        provider = str(headers.get(_OF_PROVIDER) or "")
        if kind == "reads":
            left += [int(provider)] if provider.isdecimal() else []
            for number in left:
                self._narrow(number)

    def _narrow(self, left: float) -> None:
        self._width = min(self._width, max(1, int(self._most * left) // LIMITS["reads"].ample))

    def _begin_with(self, known: JSON) -> None:
        """Begin where others are: with what has come back since they noted it, and after a pause as between two requests."""
        now = self._now()
        self._held = min(float(known.get("held") or 0.0), now + _LONGEST)
        for kind, (number, moment) in dict(known.get("left") or {}).items():
            left = number + max(0.0, now - moment) * LIMITS[kind].refill
            self._gap[kind] = LIMITS[kind].gap(left)
            if self._gap[kind]:
                self._last[kind] = now
            if kind == "reads":
                self._narrow(left)

    def _tell(self, at_once: bool) -> None:
        """Note for other tasks what matters to them: that one was refused, or, now and then, that few are left."""
        now = self._now()
        few = any(LIMITS[kind].gap(number) for kind, (number, _moment) in self._left.items())
        if at_once or (few and now - self._noted >= _NOTED):
            self._noted = now
            self._note({"held": self._held, "left": {kind: list(seen) for kind, seen in self._left.items()}})


def kind_of(method: str, writes: bool) -> str:
    """Which bucket a request is taken from."""
    return "deletes" if method == "DELETE" else "writes" if writes else "reads"


def pace_policy(pace: Pace, is_write: t.Callable[[str, str], bool], retries: t.Any) -> t.Any:
    """The policy that keeps the pace; it stands inside ``retries``, the one that repeats: each attempt waits its turn."""
    from azure.core.pipeline.policies import HTTPPolicy

    class Paced(HTTPPolicy[t.Any, t.Any]):
        """One request, at its turn."""

        def send(self, request: t.Any) -> t.Any:
            method = request.http_request.method.upper()
            kind = kind_of(method, is_write(method, urlsplit(request.http_request.url).path))
            pace.begin(kind)
            try:
                response = self.next.send(request)
            except BaseException:
                pace.end(kind)
                raise
            answer = response.http_response
            named = retries.get_retry_after(response) if answer.status_code == 429 else None
            pace.end(kind, answer.status_code, answer.headers, float(named or 0))
            return response

    return Paced()
