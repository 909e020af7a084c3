"""Over real sockets: TLS, names and ports that fail, and fail fast. Nothing sleeps: pauses are only written down."""

from __future__ import annotations

import socket
import threading
import typing as t
from contextlib import contextmanager
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.server import Server
from ansible_collections.privatelink.recovery.plugins.module_utils.azure import connection
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.clouds import known_cloud
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.connection import Context
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Task, execute
from ansible_collections.privatelink.recovery.plugins.modules.vault_info import MODULE
from azure.core.pipeline.transport import RequestsTransport

from ...conftest import CREDENTIALS, Cloud

JSON = dict[str, t.Any]
pytestmark = pytest.mark.xdist_group("transport")


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch, direct: None) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(RequestsTransport, "sleep", lambda self, seconds: found.append(seconds))
    monkeypatch.setenv("NO_PROXY", "*")
    return found


def read(**options: t.Any) -> JSON:
    """Run a reading module over the network."""
    given = {**CREDENTIALS, "resource_group": "rg-backup", "name": None, **options}
    return execute(MODULE, Task(given, Context(environment={})))


def test_a_trusted_certificate(server: Server, pauses: list[float]) -> None:
    assert read(cloud_environment=server.base_url, ca_file=server.ca_file) == {"changed": False, "vaults": []}
    assert pauses == []


def test_a_certificate_trusted_by_environment(
    server: Server, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", server.ca_file)
    assert not read(cloud_environment=server.base_url).get("failed")


def test_an_untrusted_certificate_is_not_tried_again(server: Server, pauses: list[float]) -> None:
    result = read(cloud_environment=server.base_url)
    assert f"The TLS certificate of the endpoint behind {server.base_url} is not trusted" in result["msg"]
    assert "Name the CA in ca_file or REQUESTS_CA_BUNDLE. Verification is never switched off." in result["msg"]
    assert pauses == []


def test_an_untrusted_sign_in_is_not_tried_again(
    server: Server, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = known_cloud("AzureCloud")
    assert here is not None
    moved = type(here)(**{**here.as_dict(), "resource_manager": server.base_url, "authority": server.base_url})
    monkeypatch.setattr(connection, "known_cloud", lambda name: moved)
    result = read(cloud_environment="AzureCloud")
    assert "The TLS certificate of the endpoint behind the sign-in authority is not trusted" in result["msg"]
    assert pauses == []


def test_a_ca_file_without_certificates(server: Server, pauses: list[float], tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not PEM")
    result = read(cloud_environment=server.base_url, ca_file=str(tmp_path / "ca.pem"))
    assert "ca_file" in result["msg"] and result["failed"]
    assert pauses == []


@contextmanager
def listener(answer: bytes) -> t.Iterator[str]:
    """A server that says something else than TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    accepted, _address = listening.accept()
                except OSError:
                    return
                with accepted:
                    accepted.recv(4096)
                    accepted.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


def test_an_endpoint_without_tls_is_not_tried_again(pauses: list[float]) -> None:
    with listener(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        result = read(cloud_environment=url)
    assert f"No TLS with the endpoint behind {url}" in result["msg"]
    assert pauses == []


def test_a_closed_port_is_tried_again(pauses: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"https://127.0.0.1:{closed.getsockname()[1]}"
    result = read(cloud_environment=url)
    assert f"No answer from the endpoint behind {url}" in result["msg"]
    assert pauses == pytest.approx([1.6, 3.2, 6.4])


@pytest.mark.parametrize(
    ("number", "text", "tries"),
    [(-2, "Name or service not known", 1), (-3, "Temporary failure in name resolution", 5)],
)
def test_a_name_without_address(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch, number: int, text: str, tries: int
) -> None:
    asked = []

    def refuse(host: str, *rest: t.Any, **more: t.Any) -> t.Any:
        asked.append(host)
        raise socket.gaierror(number, text)

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    result = read(cloud_environment="https://arm.example")
    assert "The endpoint behind https://arm.example has no address" in result["msg"]
    assert "Check cloud_environment and DNS" in result["msg"]
    assert asked == ["arm.example"] * tries


def test_waiting_for_an_answer_has_an_end(cloud: Cloud) -> None:
    made = connection._transport("", 12).connection_config
    assert (made.timeout, made.read_timeout) == (connection.CONNECT_SECONDS, connection.READ_SECONDS)
