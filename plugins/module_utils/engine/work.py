"""Writing several things in one task: what was done and what was left is said when one of them fails."""

from __future__ import annotations

import typing as t

from ..errors import RecoveryError

Deed = tuple[str, t.Callable[[], t.Any]]
Answer = t.TypeVar("Answer")


class PartialWork(RecoveryError):
    """A write failed after others had succeeded.

    ``cause`` is the error, ``done`` and ``left`` say what was and what was not done; ``changed`` is true in
    the failed result.
    """

    def __init__(self, cause: RecoveryError, done: t.Sequence[str], left: t.Sequence[str]) -> None:
        self.cause, self.done, self.left = cause, list(done), list(left)
        rest = f" Left: {', '.join(left)}." if left else ""
        super().__init__(
            f"{cause.message} Done before that: {', '.join(done)}.{rest}",
            remedy=f"{cause.remedy} Run again: what is done stays, the rest is taken up.".strip(),
        )

    def facts(self) -> dict[str, t.Any]:
        """The facts of the cause, with what was done and left."""
        return {**self.cause.facts(), "remedy": self.remedy, "changed": True, "done": self.done, "left": self.left}


class Work:
    """The writes of one task, remembered as text."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def do(self, deeds: t.Iterable[Deed]) -> list[t.Any]:
        """Do one after another and return their answers.

        Raises :class:`PartialWork` when one fails and something was done before.
        """
        waiting, answers = list(deeds), []
        for position, (words, deed) in enumerate(waiting):
            answers.append(self.attempt(deed, [left for left, _deed in waiting[position:]]))
            self.done.append(words)
        return answers

    def settle(self, waits: t.Iterable[t.Callable[[], t.Any]]) -> None:
        """Wait for what was started; nothing is added to what was done."""
        for wait in waits:
            self.attempt(wait)

    def attempt(self, deed: t.Callable[[], Answer], left: t.Sequence[str] = ()) -> Answer:
        """Do what is no write of its own and return its answer. Raises as :meth:`do` does; ``left`` was not done then."""
        try:
            return deed()
        except RecoveryError as error:
            if not self.done:
                raise
            raise PartialWork(error, self.done, left) from error
