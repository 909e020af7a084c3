"""What was read of Azure in one run, each thing once; also by several threads ahead of the question."""

from __future__ import annotations

import threading
import typing as t

from ..azure.client import Azure

Question = t.Callable[[], t.Any]


class Memory:
    """Answers by a key. What was read ahead and failed fails for the first that asks, and is read anew for the next."""

    def __init__(self, azure: Azure) -> None:
        self._azure = azure
        self._answers: dict[str, t.Any] = {}
        self._failures: dict[str, Exception] = {}
        self._here = threading.local()

    def once(self, key: str, read: Question) -> t.Any:
        """The value of ``read``, which is called for the first question only."""
        if key in self._failures:
            raise self._failures[key] if self._ahead else self._failures.pop(key)
        if key not in self._answers:
            try:
                self._answers[key] = read()
            except Exception as error:
                if self._ahead:
                    self._failures[key] = error
                raise
        return self._answers[key]

    def forget(self, key: str) -> None:
        """Have it read anew for the next question."""
        self._answers.pop(key, None)
        self._failures.pop(key, None)

    def forget_failures(self) -> None:
        """Have what failed ahead read anew: what it lacked, a grant that was spreading, is there now."""
        self._failures.clear()

    def ahead(self, questions: t.Iterable[Question]) -> None:
        """Ask side by side what is going to be asked. Nothing is raised here, and with a concurrency of 1 nothing is asked."""
        self._azure.ahead([self._marked(question) for question in questions])

    @property
    def _ahead(self) -> bool:
        return bool(getattr(self._here, "ahead", False))

    def _marked(self, question: Question) -> Question:
        def ask() -> t.Any:
            before, self._here.ahead = self._ahead, True
            try:
                return question()
            finally:
                self._here.ahead = before

        return ask
