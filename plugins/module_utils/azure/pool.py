"""Reads side by side: several questions to Azure are on their way at once, and what comes of them stays in order.

Azure takes a tenth of a second and more for an answer, however small, so questions that do not wait for each other are
asked together. Nothing else about them changes: results come in the order of the questions, and of several failures
the first in that order is raised. Writes are never sent from here.
"""

from __future__ import annotations

import contextvars
import threading
import typing as t

Answer = t.TypeVar("Answer")
Deed = t.Callable[[], Answer]

#: How many questions are on their way at once, unless the task says otherwise. Twenty tasks that begin at the same moment
#: have fewer on their way than the 250 reads of a bucket, and from the first answers on they know how many are left.
CONCURRENCY = 12
#: Seconds. While answers come faster than this, another connection costs more than it gains, and one thread asks.
NEAR = 0.025


class Pool:
    """At most ``most`` questions at once; with 1 they are asked one by one, in order, and no thread is made.

    ``near`` are the seconds within which an answer must come for the others not to be asked meanwhile; ``far`` says
    that this is known to be in vain, ``found_far`` is called once when it turns out to be.

    The thread that calls asks as well. Threads end before the call does, so a process that forks between two calls has
    none. A deed may call again: that never waits for itself, because whoever waits only waits for, and meanwhile only
    helps with, what its own questions have asked.
    """

    def __init__(
        self,
        most: int = CONCURRENCY,
        *,
        near: float = NEAR,
        far: bool = False,
        found_far: t.Callable[[], None] = lambda: None,
    ) -> None:
        self.most, self._near, self._far, self._found_far = most, near, far, found_far
        self._lock = threading.Condition()
        self._batches: list[_Batch[t.Any]] = []
        self._helpers: list[threading.Thread] = []
        self._asking = 0  # helpers that have not ended
        self._answered = 0
        self._here = threading.local()

    def together(self, deeds: t.Iterable[Deed[Answer]]) -> list[Answer]:
        """Do all and return their results in the given order.

        Raises the first failure in that order; what comes after it and was not begun is not done. Deeds read; they may
        call this again.
        """
        calls = list(deeds)
        if self.most == 1 or len(calls) < 2:
            return [self._reading(call) for call in calls]
        return self._run(_Batch(calls, self._lock, stops=True)).results()

    def ahead(self, deeds: t.Iterable[Deed[Answer]]) -> list[Deed[Answer]]:
        """Do all now, and return for each what gives its result, or raises its failure, whenever and as often as asked.

        With one question at a time nothing is done ahead: each is done when it is first asked for.
        """
        calls = list(deeds)
        if self.most == 1:
            return [_Later(self, call) for call in calls]
        return [_told(outcome) for outcome in self._run(_Batch(calls, self._lock, stops=False)).outcomes()]

    def refuse_write(self, method: str, path: str) -> None:
        """Raise RuntimeError when a deed is about to write: a read may run beside it that must not see it half done."""
        if self._depth:
            raise RuntimeError(
                f"refused to send {method} {path} beside other requests; this is a defect of the collection"
            )

    @property
    def _depth(self) -> int:
        return int(getattr(self._here, "depth", 0))

    def _reading(self, call: Deed[Answer]) -> Answer:
        self._here.depth = self._depth + 1
        try:
            return call()
        finally:
            self._here.depth -= 1

    def _run(self, batch: _Batch[Answer]) -> _Batch[Answer]:
        batch.parent = getattr(self._here, "batch", None)
        outermost = batch.parent is None
        with self._lock:
            self._batches.append(batch)
            self._lock.notify_all()
            self._call_helpers(batch)
        try:
            while self._ask_one(batch):
                pass
            while below := self._waiting_for(batch):
                self._ask_one(below)
        except BaseException:
            batch.give_up()  # an interrupt does not wait for the answers that are still on their way
            outermost = False
            raise
        finally:
            with self._lock:
                self._batches.remove(batch)
                self._lock.notify_all()
            while outermost and self._helpers:
                self._helpers.pop().join()
        return batch

    def _call_helpers(self, batch: _Batch[t.Any]) -> None:
        """Have threads come for a batch; while Azure seems near, one that first looks whether that is worth it."""
        wanted = min(batch.left(), self.most) - 1
        if not self._far:
            wanted = 0 if self._near == float("inf") else min(wanted, 1)
        for _missing in range(min(wanted, self.most - 1 - self._asking)):
            self._asking += 1
            context = contextvars.copy_context()
            helper = threading.Thread(target=context.run, args=(self._help,), name="azure-reads", daemon=True)
            self._helpers.append(helper)
            helper.start()

    def _help(self) -> None:
        try:
            while self._worth_it() and (batch := self._newest()):
                self._ask_one(batch)
        finally:
            with self._lock:
                self._asking -= 1

    def _newest(self) -> _Batch[t.Any] | None:
        """The batch that began last among those with something left to begin."""
        with self._lock:
            return next((batch for batch in reversed(self._batches) if batch.left()), None)

    def _waiting_for(self, batch: _Batch[t.Any]) -> _Batch[t.Any] | None:
        """Wait until all of a batch is answered, or until there is something to begin that its questions have asked."""
        with self._lock:
            while batch.running:
                found = [one for one in reversed(self._batches) if one.left() and one.below(batch)]
                if found:
                    return found[0]
                self._lock.wait()
        return None

    def _worth_it(self) -> bool:
        """Wait until no answer comes for ``near`` seconds; False when all is asked before that."""
        with self._lock:
            while not self._far:
                before = self._answered
                self._lock.wait_for(lambda: not any(batch.left() for batch in self._batches), self._near)
                if not any(batch.left() for batch in self._batches):
                    return False
                if self._answered == before:
                    self._far = True
                    self._found_far()
                    for batch in self._batches:
                        self._call_helpers(batch)
        return True

    def _ask_one(self, batch: _Batch[t.Any]) -> bool:
        place = batch.begin()
        if place is None:
            return False
        before, self._here.batch = getattr(self._here, "batch", None), batch
        try:
            batch.end(place, self._reading(batch.calls[place]), None)
        except Exception as error:  # noqa: BLE001 - raised where its place in the order is known
            batch.end(place, None, error)
        except BaseException as error:
            batch.end(place, None, error)
            raise
        finally:
            self._here.batch = before
        with self._lock:
            self._answered += 1
        return True


class _Batch(t.Generic[Answer]):
    """The questions of one call. All threads take from it in order; ``stops`` ends that at the first failure."""

    def __init__(self, calls: list[Deed[Answer]], lock: threading.Condition, *, stops: bool) -> None:
        self.calls, self._lock, self._stops = calls, lock, stops
        self._next, self.running, self._last = 0, 0, len(calls)
        self.parent: _Batch[t.Any] | None = None
        self._found: dict[int, tuple[t.Any, BaseException | None]] = {}

    def left(self) -> int:
        """How many nobody has begun."""
        return max(0, self._last - self._next)

    def begin(self) -> int | None:
        """Take the next; None when there is none."""
        with self._lock:
            if not self.left():
                return None
            self._next += 1
            self.running += 1
            if not self.left():
                self._lock.notify_all()  # nobody need come to help any more
            return self._next - 1

    def end(self, place: int, value: t.Any, error: BaseException | None) -> None:
        """Tell what came of one."""
        with self._lock:
            self._found[place] = (value, error)
            self.running -= 1
            if error is not None and self._stops:
                self._last = min(self._last, place)
            if not self.running and not self.left():
                self._lock.notify_all()

    def below(self, other: _Batch[t.Any]) -> bool:
        """Whether this was asked by a question of another, or by one of those."""
        above = self.parent
        while above is not None and above is not other:
            above = above.parent
        return above is other

    def give_up(self) -> None:
        """Begin nothing more."""
        with self._lock:
            self._last = 0

    def outcomes(self) -> list[tuple[Answer, BaseException | None]]:
        """Result and failure of each, in order."""
        return [self._found[place] for place in range(len(self.calls))]

    def results(self) -> list[Answer]:
        """The results, or the first failure in order."""
        for place in sorted(self._found):
            error = self._found[place][1]
            if error is not None:
                raise error
        return [value for value, _error in self.outcomes()]


class _Later(t.Generic[Answer]):
    """A question that is asked when its answer is first wanted."""

    def __init__(self, pool: Pool, call: Deed[Answer]) -> None:
        self._pool, self._call = pool, call
        self._outcome: tuple[t.Any, BaseException | None] | None = None

    def __call__(self) -> Answer:
        if self._outcome is None:
            try:
                self._outcome = (self._pool._reading(self._call), None)
            except Exception as error:  # noqa: BLE001 - remembered, and raised below
                self._outcome = (None, error)
        return _told(self._outcome)()


def _told(outcome: tuple[Answer, BaseException | None]) -> Deed[Answer]:
    def tell() -> Answer:
        value, error = outcome
        if error is not None:
            raise error
        return value

    return tell
