"""Several runs at once on one Azure, request by request, in an order that a seed gives."""

from __future__ import annotations

import random
import threading
import typing as t

from ansible_collections.privatelink.recovery.plugins.module_utils.azure.pipeline import is_write

from ..conftest import SIGN_IN, Cloud
from .sequence import Played, Sequence

JSON = dict[str, t.Any]
#: How long a run waits for its turn before the test is given up, in seconds.
PATIENCE = 120.0


class Turns:
    """Runs that take turns: before each request chance says who goes on. One runs at a time, so a seed gives one order.

    ``order`` is who made each request, ``wrote`` what each wrote.
    """

    def __init__(self, cloud: Cloud, seed: str) -> None:
        self._cloud, self._chance = cloud, random.Random(seed)
        self._turn = threading.Condition()
        self._alive: list[str] = []
        self._now = ""
        self._played: dict[str, Played | BaseException] = {}
        self.order: list[str] = []
        self.wrote: dict[str, list[str]] = {}

    def play(self, **runs: tuple[Sequence, str, bool]) -> dict[str, Played]:
        """Play sequences at once: by a name of the run, the sequence, its entry point and whether it is check mode."""
        self.wrote = {name: [] for name in runs}
        self._alive = [*runs]
        for sequence, _entry, _check_mode in runs.values():
            # One thread a run, which is what takes turns.
            sequence.connection["concurrency"] = 1
        real = self._cloud.arm.answer

        def answer(request: t.Any) -> t.Any:
            name = threading.current_thread().name
            # The network packages poll in a thread, which its run waits for: it acts for the run whose turn it is.
            name = name if name in runs else self._now
            self._hand_over(name)
            self.order.append(name)
            if is_write(request.method, request.path) and not SIGN_IN.search(request.path):
                self.wrote[name].append(f"{request.method} {request.path}")
            return real(request)

        self._cloud.arm.answer = answer  # type: ignore[method-assign]
        try:
            threads = [threading.Thread(target=self._run, args=(name, *run), name=name) for name, run in runs.items()]
            for thread in threads:
                thread.start()
            with self._turn:
                self._choose()
            for thread in threads:
                thread.join()
        finally:
            self._cloud.arm.answer = real  # type: ignore[method-assign]
        for played in self._played.values():
            if isinstance(played, BaseException):
                raise played
        return t.cast("dict[str, Played]", self._played)

    def _run(self, name: str, sequence: Sequence, entry: str, check_mode: bool) -> None:
        try:
            self._wait(name)
            self._played[name] = sequence.play(entry, check_mode=check_mode)
        except BaseException as error:  # noqa: BLE001 - raised again by whoever had it played
            self._played[name] = error
        with self._turn:
            self._alive.remove(name)
            self._choose()

    def _choose(self) -> None:
        self._now = self._chance.choice(self._alive) if self._alive else ""
        self._turn.notify_all()

    def _hand_over(self, name: str) -> None:
        with self._turn:
            self._choose()
        self._wait(name)

    def _wait(self, name: str) -> None:
        with self._turn:
            assert self._turn.wait_for(lambda: self._now == name, PATIENCE), f"{name} never had its turn"
