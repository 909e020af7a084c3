"""A small DNS client: IPv4 addresses of a name from one server, over UDP, over TCP when the answer is cut off.

Standard library only: it runs on any machine that uses the names. RFC 1035; truncation as in RFC 7766.
"""

from __future__ import annotations

import ipaddress
import secrets
import socket
import struct
import time
import typing as t
from dataclasses import dataclass

A, CNAME, IN = 1, 5, 1
TRUNCATED, RESPONSE = 0x0200, 0x8000
ASK_RECURSIVELY = 0x0100
MOST_ALIASES = 8
RESULT_CODES = {1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}


class QueryError(Exception):
    """A server did not answer, or not with DNS."""


@dataclass(frozen=True)
class Record:
    """One record of an answer: an address or the target of an alias."""

    name: str
    kind: int
    time_to_live: int
    value: str


@dataclass(frozen=True)
class Lookup:
    """What became of a name.

    ``chain`` are the names it led through, itself first; ``failure`` says why there is no address.
    """

    addresses: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    time_to_live: int | None = None
    failure: str = ""


def lookup(name: str, server: str, port: int = 53, timeout: float = 3.0, source: str = "") -> Lookup:
    """The addresses a server gives for a name, following aliases. Never raises: what went wrong is in ``failure``.

    ``source`` is the address of this host to ask from, where a server answers its clients differently.
    """
    chain = [_fold(name)]
    lives: list[int] = []
    for _step in range(MOST_ALIASES):
        try:
            code, records = query(chain[-1], server, port, timeout, source)
        except QueryError as error:
            return Lookup(chain=tuple(chain), failure=str(error))
        while alias := next((item for item in records if item.kind == CNAME and item.name == chain[-1]), None):
            if alias.value in chain:
                return Lookup(chain=tuple(chain), failure=f"the alias {alias.value} leads back to itself")
            chain.append(alias.value)
            lives.append(alias.time_to_live)
        found = [item for item in records if item.kind == A and item.name == chain[-1]]
        if found:
            lives += [item.time_to_live for item in found]
            return Lookup(tuple(sorted(item.value for item in found)), tuple(chain), min(lives))
        if code or not any(item.value == chain[-1] for item in records):
            reason = RESULT_CODES.get(code, f"code {code}") if code else "no address (NODATA)"
            return Lookup(chain=tuple(chain), failure=reason)
    return Lookup(chain=tuple(chain), failure=f"more than {MOST_ALIASES} aliases")


def query(name: str, server: str, port: int, timeout: float, source: str = "") -> tuple[int, list[Record]]:
    """Ask once (twice over UDP when nothing comes): the result code and the records of the answer section."""
    number, message = build_query(name)
    answer = b""
    for last in (False, True):
        try:
            answer = _over_udp(message, number, (server, port), timeout, source)
            break
        except OSError as error:
            if last:
                raise QueryError(f"no answer over UDP ({_words(error)})") from error
    if struct.unpack_from("!H", answer, 2)[0] & TRUNCATED:
        try:
            answer = _over_tcp(message, (server, port), timeout, source)
        except OSError as error:
            raise QueryError(f"the answer was cut off and TCP gave none ({_words(error)})") from error
    return parse_answer(answer, number)


def build_query(name: str) -> tuple[int, bytes]:
    """A question for the IPv4 addresses of a name, and its number."""
    number = secrets.randbits(16)
    labels = b"".join(struct.pack("!B", len(label)) + label.encode("ascii") for label in _fold(name).split("."))
    return number, struct.pack("!6H", number, ASK_RECURSIVELY, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", A, IN)


def parse_answer(message: bytes, number: int) -> tuple[int, list[Record]]:
    """The result code and the A and CNAME records of an answer. Raises :class:`QueryError` for anything else."""
    try:
        answered, flags, questions, answers, _authorities, _additional = struct.unpack_from("!6H", message)
        if answered != number or not flags & RESPONSE:
            raise QueryError("the answer belongs to another question")
        offset = 12
        for _question in range(questions):
            offset = _name(message, offset)[1] + 4
        records = []
        for _answer in range(answers):
            owner, offset = _name(message, offset)
            kind, _kind_class, life, size = struct.unpack_from("!2HIH", message, offset)
            offset += 10
            if kind == A and size == 4:
                records.append(Record(owner, A, life, str(ipaddress.IPv4Address(message[offset : offset + 4]))))
            elif kind == CNAME:
                records.append(Record(owner, CNAME, life, _name(message, offset)[0]))
            offset += size
    except (struct.error, IndexError, ValueError) as error:
        raise QueryError("the answer is not DNS") from error
    return flags & 0xF, records


def _name(message: bytes, offset: int) -> tuple[str, int]:
    """A name, and where what follows it begins."""
    labels: list[str] = []
    after, jumps = -1, 0
    while True:
        size = message[offset]
        if size >= 0xC0:
            after = offset + 2 if after < 0 else after
            offset = struct.unpack_from("!H", message, offset)[0] & 0x3FFF
            jumps += 1
            if jumps > 64:
                raise ValueError("compression without an end")
            continue
        offset += 1
        if size == 0:
            return ".".join(labels).lower(), offset if after < 0 else after
        labels.append(message[offset : offset + size].decode("ascii", "replace"))
        offset += size


def _over_udp(message: bytes, number: int, server: tuple[str, int], timeout: float, source: str) -> bytes:
    deadline = time.monotonic() + timeout
    with socket.socket(_family(server[0]), socket.SOCK_DGRAM) as sock:
        if source:
            sock.bind((source, 0))
        sock.connect(server)
        sock.send(message)
        while (left := deadline - time.monotonic()) > 0:
            sock.settimeout(left)
            answer = sock.recv(65535)
            # A late answer to another question is not ours.
            if len(answer) >= 12 and struct.unpack_from("!H", answer)[0] == number:
                return answer
    raise TimeoutError("timed out")


def _over_tcp(message: bytes, server: tuple[str, int], timeout: float, source: str) -> bytes:
    with socket.create_connection(server, timeout, (source, 0) if source else None) as sock:
        sock.sendall(struct.pack("!H", len(message)) + message)
        size = struct.unpack("!H", _exactly(sock, 2))[0]
        return _exactly(sock, size)


def _exactly(sock: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        piece = sock.recv(size - len(received))
        if not piece:
            raise OSError("the connection was closed")
        received += piece
    return received


def _family(server: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in server else socket.AF_INET


def _words(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def _fold(name: str) -> str:
    return name.strip().rstrip(".").lower()


def system_lookup(name: str, resolve: t.Callable[..., t.Any] = socket.getaddrinfo) -> Lookup:
    """The addresses the machine's own resolver gives: hosts file, cache and all."""
    asked = _fold(name)
    try:
        found = resolve(asked, None, socket.AF_INET, socket.SOCK_STREAM, 0, socket.AI_CANONNAME)
    except OSError as error:
        return Lookup(chain=(asked,), failure=_words(error))
    canonical = _fold(next((row[3] for row in found if row[3]), asked))
    chain = (asked,) if canonical == asked else (asked, canonical)
    return Lookup(tuple(sorted({row[4][0] for row in found})), chain)
