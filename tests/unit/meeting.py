"""An emulator that shows which requests are under way together: it answers none of them before all have come."""

from __future__ import annotations

import re
import threading
import typing as t

from ansible_collections.privatelink.recovery.extensions.emulator.in_process import EmulatorAdapter
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.connection import Context

from .conftest import Cloud

#: Seconds after which a meeting that does not come about fails the test instead of hanging it.
PATIENCE = 120.0


class Meeting(EmulatorAdapter):
    """Holds each request that matches until ``size`` of them are there."""

    def __init__(self, cloud: Cloud, pattern: str, size: int) -> None:
        super().__init__(cloud.arm)
        self._pattern, self._barrier = re.compile(pattern), threading.Barrier(size)
        self.met = 0

    def send(self, request: t.Any, **options: t.Any) -> t.Any:
        """Answer a request, when its company is complete."""
        if self._pattern.search(request.url.partition("?")[0]):
            self._barrier.wait(PATIENCE)
            self.met += 1
        return super().send(request, **options)


def meeting(cloud: Cloud, pattern: str, size: int) -> tuple[Meeting, Context]:
    """A context whose tasks ask side by side, and the adapter through which they do."""
    adapter, context = Meeting(cloud, pattern, size), cloud.context()
    context.near = 0.0
    context.transport.session.mount("https://", adapter)
    return adapter, context
