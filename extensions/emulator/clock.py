"""Emulated time and the things that happen when it passes."""

from __future__ import annotations

import heapq
import itertools
import typing as t
from datetime import datetime, timezone


class Clock:
    """Seconds since the epoch, emulated.

    ``source`` gives the real seconds (``time.time``, or a constant in tests); emulated time runs ``speed`` times as
    fast and jumps ahead with :meth:`advance`. The core never looks at any other clock.
    """

    def __init__(self, source: t.Callable[[], float], speed: float = 1.0) -> None:
        self._source, self._speed = source, speed
        self._real = self._emulated = source()

    @property
    def speed(self) -> float:
        """Emulated seconds in one real second."""
        return self._speed

    def now(self) -> float:
        """Emulated seconds since the epoch."""
        return self._emulated + (self._source() - self._real) * self._speed

    def advance(self, seconds: float) -> None:
        """Jump ahead."""
        self._emulated += seconds

    def set_speed(self, speed: float) -> None:
        """Change the speed from now on, keeping the current time."""
        self._emulated, self._real, self._speed = self.now(), self._source(), speed

    def iso(self, when: float | None = None) -> str:
        """A moment as Azure writes it, with seven digits of a second."""
        moment = datetime.fromtimestamp(self.now() if when is None else when, timezone.utc)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


class Scheduler:
    """Deeds that fall due at an emulated moment; :meth:`settle` does those whose time has come, in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[float, int, t.Callable[[], None]]] = []
        self._count = itertools.count()

    def after(self, seconds: float, deed: t.Callable[[], None]) -> None:
        """Do ``deed`` once ``seconds`` emulated seconds have passed; with 0, at the next request."""
        heapq.heappush(self._heap, (self._clock.now() + seconds, next(self._count), deed))

    def settle(self) -> None:
        """Do everything that is due."""
        while self._heap and self._heap[0][0] <= self._clock.now():
            heapq.heappop(self._heap)[2]()
