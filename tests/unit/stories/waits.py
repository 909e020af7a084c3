"""How many answers a run waits for in a row, whatever the machine does: counted along what each request rests on.

Requests that are asked together wait for one answer; a request that needs an answer comes after it. No time is measured:
one thread asks everything, and each question is counted from where those asked beside it began. So many questions at once
as a run may ask are not limited here; ``make bench`` counts with the limit, at a distance in seconds.
"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.in_process import EmulatorAdapter
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.client import Azure
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.memory import Memory

from ..conftest import SIGN_IN

Deed = t.Callable[[], t.Any]


class Waits:
    """Counts while it is installed. ``in_a_row`` are the answers waited for so far, ``signing_in`` those for a token among them."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._depth = self.signing_in = 0
        self._known: dict[tuple[int, str], int] = {}
        send, once = EmulatorAdapter.send, Memory.once
        together, ahead = Azure.together, Azure.ahead

        def counted(adapter: EmulatorAdapter, request: t.Any, **options: t.Any) -> t.Any:
            # Everything waits for the token, though only the first question asks for it.
            if SIGN_IN.search(request.url):
                self.signing_in += 1
            else:
                self._depth += 1
            return send(adapter, request, **options)

        def remembered(memory: Memory, key: str, read: Deed) -> t.Any:
            try:
                return once(memory, key, read)
            finally:
                self._depth = max(self._depth, self._known.setdefault((id(memory), key), self._depth))

        def beside(ask: t.Callable[[Azure, t.Iterable[Deed]], t.Any]) -> t.Callable[[Azure, t.Iterable[Deed]], t.Any]:
            def asked(azure: Azure, deeds: t.Iterable[Deed]) -> t.Any:
                begun, ended = self._depth, [self._depth]

                def from_there(deed: Deed) -> t.Any:
                    self._depth = begun
                    try:
                        return deed()
                    finally:
                        ended.append(self._depth)

                found = ask(azure, [lambda deed=deed: from_there(deed) for deed in deeds])
                self._depth = max(ended)
                return found

            return asked

        patch.setattr(EmulatorAdapter, "send", counted)
        patch.setattr(Memory, "once", remembered)
        patch.setattr(Azure, "together", beside(together))
        patch.setattr(Azure, "ahead", beside(ahead))

    @property
    def in_a_row(self) -> int:
        """The answers waited for so far, one after the other; those of signing in are among them."""
        return self.signing_in + self._depth
