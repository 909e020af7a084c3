"""A proxy that leads Azure's host names to the emulator, for clients that cannot be pointed at another cloud.

It ends TLS with a throw-away authority of its own, forwards every request to the emulator and writes Azure's host name
in place of the emulator's address into the answers. Any other host is refused and remembered.
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import statistics
import tempfile
import threading
import time
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess

from .certificate import make

HOSTS = ("management.azure.com", "login.microsoftonline.com")
_HOP_BY_HOP = {"host", "connection", "proxy-connection", "keep-alive", "transfer-encoding", "content-length"}


class Proxy:
    """Listens on loopback. ``bundle`` holds the authorities of proxy and emulator; ``refused`` the other hosts asked for."""

    def __init__(self, emulated: EmulatorProcess) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="azure-hosts-")
        authority, chain = make(Path(self._directory.name), HOSTS)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        self.refused: list[str] = []
        handler = type("Handler", (_Handler,), {"emulated": emulated, "context": context, "refused": self.refused})
        self._server = _Listener(("127.0.0.1", 0), handler)
        self._emulated, self._authority = emulated, authority
        self.bundle = Path(self._directory.name) / "bundle.pem"
        self.bundle.write_bytes(authority.read_bytes() + Path(emulated.ready["ca_file"]).read_bytes())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port on loopback."""
        return int(self._server.server_address[1])

    def cost(self, requests: int = 200, connections: int = 30) -> tuple[float, float]:
        """Seconds the proxy adds to a request on an open connection, and to the first one on a new connection."""
        context = ssl.create_default_context(cafile=str(self.bundle))

        def through() -> http.client.HTTPSConnection:
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=30)
            connection.set_tunnel(HOSTS[0], 443)
            return connection

        ways = (through, self._emulated.connection)
        open_ones = [_seconds(way, requests, keep=True) for way in ways]
        new_ones = [_seconds(way, connections, keep=False) for way in ways]
        return open_ones[0] - open_ones[1], new_ones[0] - new_ones[1]

    def stop(self) -> None:
        """Stop listening and remove the files."""
        self._server.shutdown()
        self._server.server_close()
        self._directory.cleanup()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *reason: object) -> None:
        self.stop()


def _seconds(way: t.Callable[[], http.client.HTTPSConnection], count: int, *, keep: bool) -> float:
    """The median time of a request; its first one is not counted when the connection is kept."""
    taken = []
    connection = way()
    for number in range(count + 1):
        if not keep:
            connection.close()
            connection = way()
        started = time.perf_counter()
        connection.request("GET", "/metadata/endpoints?api-version=2022-09-01")
        connection.getresponse().read()
        if number:
            taken.append(time.perf_counter() - started)
    connection.close()
    return statistics.median(taken)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Nothing: what a client does not get, the client reports."""


class _Handler(BaseHTTPRequestHandler):
    emulated: EmulatorProcess
    context: ssl.SSLContext
    refused: list[str]

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    _host = ""
    _upstream: http.client.HTTPSConnection | None = None

    def do_CONNECT(self) -> None:
        """Open a tunnel; what comes through it is served by the other methods."""
        host = self.path.partition(":")[0]
        if host not in HOSTS:
            self.refused.append(host)
            self.send_error(403)
            return
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.wfile.flush()
        self._host, self._upstream = host, self.emulated.connection()
        secured: socket.socket = self.context.wrap_socket(self.connection, server_side=True)
        self.connection = self.request = secured
        self.rfile = t.cast("t.Any", secured.makefile("rb"))
        self.wfile = t.cast("t.Any", secured.makefile("wb", self.wbufsize))
        self.close_connection = False

    def _forward(self) -> None:
        if self._upstream is None:
            self.refused.append(self.path)
            self.send_error(403)
            return
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        headers["Accept-Encoding"] = "identity"
        self._upstream.request(self.command, self.path, self.rfile.read(length) if length else None, headers)
        answer = self._upstream.getresponse()
        body = self._azure(answer.read())
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, self._azure(value.encode()).decode())
        if answer.status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = _forward

    def _azure(self, content: bytes) -> bytes:
        return content.replace(self.emulated.base_url.encode(), f"https://{self._host}".encode())

    def finish(self) -> None:
        super().finish()
        if self._upstream is not None:
            self._upstream.close()
            self.connection.close()

    def log_message(self, format: str, *args: t.Any) -> None:
        """Nothing: the emulator keeps the log of requests."""


def environment(proxy: Proxy) -> dict[str, str]:
    """What a client needs to reach the emulator through the proxy."""
    return {
        "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}",
        "REQUESTS_CA_BUNDLE": os.fspath(proxy.bundle),
        "AZURE_DISABLE_INSTANCE_DISCOVERY": "true",
    }
