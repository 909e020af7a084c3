"""A proxy that lets nothing through and remembers what was asked of it."""

from __future__ import annotations

import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Refusal:
    """Listens on loopback from the start. ``refused`` has the hosts and URLs that clients asked for."""

    def __init__(self) -> None:
        self.refused: list[str] = []
        handler = type("Handler", (_Handler,), {"refused": self.refused})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """What clients take for their proxy."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> t.Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    refused: list[str]

    def _refuse(self) -> None:
        self.refused.append(self.path)
        self.send_error(403)

    do_CONNECT = do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = _refuse

    def log_message(self, format: str, *args: t.Any) -> None:
        """Nothing: what was refused is remembered."""
