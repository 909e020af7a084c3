"""The server stands being treated badly: nothing ends its process, and no answer is an internal error."""

from __future__ import annotations

import socket
import ssl
import threading
import typing as t
from urllib.parse import urlsplit

import pytest
import requests
from ansible_collections.privatelink.recovery.extensions.emulator import in_process
from ansible_collections.privatelink.recovery.extensions.emulator.server import Server
from ansible_collections.privatelink.recovery.tests.unit.emulator.client import SUBSCRIPTION_ID, emulator

VERSION = "?api-version=2022-04-01"
GROUP = f"{SUBSCRIPTION_ID}/resourceGroups/rg{VERSION}"
HOST = b"Host: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def server() -> t.Iterator[Server]:
    with Server(emulator({"resource_groups": [{"name": "rg"}]})) as served:
        yield served


def connect(server: Server) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=server.ca_file)
    address = urlsplit(server.base_url)
    return context.wrap_socket(
        socket.create_connection(("127.0.0.1", address.port or 0), 20), server_hostname="127.0.0.1"
    )


def answer(server: Server, sent: bytes, *, hang_up: bool = False) -> bytes:
    """What comes back until the server closes or has nothing more to say."""
    received = b""
    with connect(server) as line:
        line.sendall(sent)
        if hang_up:
            return b""
        line.settimeout(20)
        while b"\r\n\r\n" not in received:
            piece = line.recv(65536)
            if not piece:
                break
            received += piece
    return received


def alive(server: Server) -> bool:
    session = requests.Session()
    session.trust_env, session.verify = False, server.ca_file
    headers = {"Authorization": f"Bearer {in_process.token(server.arm, base_url=server.base_url)}"}
    return session.get(f"{server.base_url}{GROUP}", headers=headers).status_code == 200


def put(headers: bytes, body: bytes = b"") -> bytes:
    return b"PUT " + GROUP.encode() + b" HTTP/1.1\r\n" + HOST + headers + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\r\n\r\n", b""),
        (b"GET\r\n\r\n", b"400"),
        (b"\x16\x03\x01 what is this\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"505"),
        (b"GET /" + b"x" * 70000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 200 + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a b\x00\xff\r\n\r\n", b"404"),
        (b"GET http://[ HTTP/1.1\r\n" + HOST + b"\r\n", b"400"),
        (b"GET * HTTP/1.1\r\n" + HOST + b"\r\n", b"404"),
        (b"GET /subscriptions%00%ff?%=&&= HTTP/1.1\r\n" + HOST + b"\r\n", b"404"),
        (b"BREW " + GROUP.encode() + b" HTTP/1.1\r\n" + HOST + b"\r\n", b"405"),
        (b"TRACE /subscriptions HTTP/1.1\r\n" + HOST + b"\r\n", b"405"),
        (put(b"Content-Length: many"), b"400"),
        (put(b"Content-Length: -5"), b"400"),
        (put(b"Content-Length: 99999999999999999999"), b"413"),
        (put(b"Transfer-Encoding: chunked", b"zz\r\n"), b"400"),
        (put(b"Transfer-Encoding: chunked", b"-5\r\n"), b"400"),
        (put(b"Transfer-Encoding: chunked", b"fffffffff\r\n"), b"413"),
        (put(b"Transfer-Encoding: chunked", b"0\r\n" + b"A: b\r\n" * 200), b"400"),
        (put(b"Content-Length: 2", b"{}"), b"401"),
        (put(b"X-Folded: a\r\n b\r\nx-ms-client-request-id: a\r\n b"), b"401"),
    ],
)
def test_malformed_requests_are_refused_and_end_nothing(server: Server, sent: bytes, status: bytes) -> None:
    head = answer(server, sent) if status else answer(server, sent, hang_up=True)
    assert head.partition(b"\r\n")[0].split(b" ")[1:2] == ([status] if status else [])
    assert alive(server)


@pytest.mark.parametrize(
    "sent",
    [
        put(b"Content-Length: 100", b"{"),
        put(b"Transfer-Encoding: chunked", b"64\r\n{"),
        b"PUT " + GROUP.encode(),
        b"",
    ],
)
def test_a_client_that_hangs_up_in_the_middle_changes_nothing(server: Server, sent: bytes) -> None:
    before = server.arm.store.all()
    answer(server, sent, hang_up=True)
    assert alive(server)
    assert server.arm.store.all() == before


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"\xff\xfe\x00",
        b"9" * 10_000,
        b'{"tags": NaN}',
        b'{"tags": 1e999}',
        b'{"tags": {"a": "\\ud800"}}x',
        b" " * 1_000_000,
    ],
)
def test_bodies_that_are_no_documents(server: Server, body: bytes) -> None:
    token = in_process.token(server.arm, base_url=server.base_url).encode()
    headers = b"Content-Type: application/json\r\nAuthorization: Bearer " + token
    head = answer(server, put(headers + b"\r\nContent-Length: " + str(len(body)).encode(), body))
    assert head.split(b" ")[1] == b"400"
    assert alive(server)


def test_fifty_connections_at_once(server: Server) -> None:
    lines = [connect(server) for _number in range(50)]
    statuses: list[bytes] = []

    def ask(line: ssl.SSLSocket) -> None:
        with line:
            line.sendall(b"GET /tenants HTTP/1.1\r\n" + HOST + b"\r\n")
            statuses.append(line.recv(4096).split(b" ")[1])

    threads = [threading.Thread(target=ask, args=(line,)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [b"400"] * 50  # without an api-version
    assert alive(server)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "{base}"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "management.azure.com"}, 403),
    ],
)
def test_pages_of_other_sites_do_not_reach_the_emulator_s_own_routes(
    server: Server, headers: dict[str, str], status: int
) -> None:
    session = requests.Session()
    session.trust_env, session.verify = False, server.ca_file
    sent = {name: value.replace("{base}", server.base_url) for name, value in headers.items()}
    url = f"{server.base_url}/emulator/clock"
    assert session.post(url, json={"advance": 1}, headers=sent).status_code == status
    assert session.get(url, headers=sent).status_code == status
