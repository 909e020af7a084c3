"""The emulator behind HTTPS on loopback."""

from __future__ import annotations

import email.utils
import socket
import ssl
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep

from .arm import Arm
from .certificates import Certificates
from .faults import Interrupted
from .latency import NEARBY, Distance
from .wire import ArmError, Request, Response

_ADDRESS = "127.0.0.1"
_IDLE_SECONDS = 120
_LARGEST_BODY = 16 * 1024 * 1024
_LONGEST_LINE, _MOST_TRAILERS = 65536, 100


class Server:
    """Serves one :class:`Arm` over TLS. ``lock`` is held while the core answers; every other user must take it.

    ``distance`` keeps clients waiting, each on its own; requests below ``/emulator`` are answered at once.
    """

    def __init__(self, arm: Arm, port: int = 0, distance: Distance = NEARBY) -> None:
        self.arm, self.lock = arm, threading.Lock()
        self.certificates = Certificates()
        handler = type("Handler", (_Handler,), {"arm": arm, "lock": self.lock, "distance": distance})
        try:
            self._http = _Listener((_ADDRESS, port), handler, self.certificates.server_context())
        except OSError:
            self.certificates.remove()
            raise
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.1,), daemon=True)

    @property
    def base_url(self) -> str:
        """Scheme, address and port."""
        return f"https://{_ADDRESS}:{self._http.server_address[1]}"

    @property
    def ca_file(self) -> str:
        """The file to trust."""
        return str(self.certificates.ca_file)

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and remove the certificates."""
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()
        self.certificates.remove()

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self.stop()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext
    ) -> None:
        self._context = context
        super().__init__(address, handler)

    def get_request(self) -> tuple[socket.socket, t.Any]:
        """Accept without the handshake: that happens in the connection's own thread, at its first read."""
        connection, address = super().get_request()
        connection.settimeout(_IDLE_SECONDS)
        return self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Nothing: a client that hangs up or does not trust the certificate is no event."""


class _Handler(BaseHTTPRequestHandler):
    arm: Arm
    lock: threading.Lock
    distance: Distance

    protocol_version = "HTTP/1.1"
    server_version = "Emulator"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def handle(self) -> None:
        if self.distance.connection:
            sleep(self.distance.connection)  # the handshake comes with the first read
        super().handle()

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ssl.SSLError, ConnectionError, TimeoutError):
            self.close_connection = True

    def _serve(self) -> None:
        try:
            request = self._read_request()
        except ArmError as error:
            self.close_connection = True
            refusal = error.response()
            self._send(refusal, refusal.body())
            return
        with self.lock:
            response = self.arm.answer(request)
            content = response.body()  # while nobody changes the documents it shows
        if self.distance.request and not request.path.lower().startswith("/emulator"):
            sleep(self.distance.request)
        if isinstance(response, Interrupted):
            if response.drop:
                self.close_connection = True
                return
            sleep(response.delay)
        self._send(response, content)

    def __getattr__(self, name: str) -> t.Any:
        """Every method is the emulator's to refuse."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is no HTTP is refused in HTTP, whatever version it was meant to be."""
        self.close_connection, self.request_version = True, self.protocol_version
        self.command = self.command or "GET"
        refusal = ArmError(code, "BadRequest", message or "The request is invalid.").response()
        self._send(refusal, refusal.body())

    def _read_request(self) -> Request:
        body = self._read_body()
        url = f"https://{self.headers.get('Host', _ADDRESS)}{self.path}" if self.path.startswith("/") else self.path
        # A header may be folded over lines; what is sent back of it must not be.
        headers = {name: " ".join(value.splitlines()) for name, value in self.headers.items()}
        try:
            return Request.parse(self.command, url, headers, body)
        except ValueError as error:  # such as a host that is none
            raise _bad_request(f"The request URL cannot be parsed: {error}.") from None

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        length = _length(self.headers.get("Content-Length") or "0", 10)
        if length > _LARGEST_BODY:
            raise ArmError(413, "RequestContentTooLarge", "The request content is too large.")
        return self._read_exactly(length)

    def _read_exactly(self, length: int) -> bytes:
        content = self.rfile.read(length)
        if len(content) < length:
            raise _bad_request("The request content ends before its announced length.")
        return content

    def _read_chunks(self) -> bytes:
        body = b""
        while True:
            size = _length(self.rfile.readline(_LONGEST_LINE).split(b";")[0].decode("latin-1").strip(), 16)
            if size == 0:
                for _trailer in range(_MOST_TRAILERS):
                    if not self.rfile.readline(_LONGEST_LINE).strip():
                        return body
                raise _bad_request("The request has too many trailers.")
            if len(body) + size > _LARGEST_BODY:
                raise ArmError(413, "RequestContentTooLarge", "The request content is too large.")
            body += self._read_exactly(size)
            self.rfile.readline(_LONGEST_LINE)

    def _send(self, response: Response, body: bytes) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if body:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        if response.status != 204:
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The ``Date`` header shows emulated time."""
        return email.utils.formatdate(self.arm.clock.now() if timestamp is None else timestamp, usegmt=True)

    def log_message(self, format: str, *args: t.Any) -> None:
        """Nothing: the request log is at ``/emulator/requests``."""


def _length(text: str, base: int) -> int:
    """A length of a request. Raises 400 for what is none; ``int`` alone would take ``+5``, ``-5`` and ``1_0``."""
    try:
        return int(text, base) if text.isalnum() and text.isascii() else int("")
    except ValueError:
        raise _bad_request(f"The length '{text[:20]}' of the request content is not a number.") from None


def _bad_request(message: str) -> ArmError:
    return ArmError(400, "BadRequest", message)
