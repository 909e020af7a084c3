"""Under both doors: what is a write, reading errors, what is retried, polling; over real sockets where TLS matters."""

from __future__ import annotations

import json
import socket
import threading
import typing as t
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.build import build_arm
from ansible_collections.privatelink.recovery.extensions.emulator.server import Server
from ansible_collections.privatelink.recovery.plugins.module_utils import connection, pipeline
from ansible_collections.privatelink.recovery.plugins.module_utils.connection import Context
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import (
    AzureError,
    Conflict,
    Forbidden,
    NotFound,
    OperationFailed,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.runner import Task, execute, library_of
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint_info import MODULE as ENDPOINTS
from ansible_collections.privatelink.recovery.plugins.modules.vault_info import MODULE
from azure.core.pipeline.transport import RequestsTransport

from ..conftest import CREDENTIALS, WORLD, Cloud

JSON = dict[str, t.Any]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/x", False),
        ("HEAD", "/x", False),
        ("PUT", "/x", True),
        ("PATCH", "/x", True),
        ("DELETE", "/x", True),
        ("POST", "/x/register", True),
        ("POST", "/x/locations/westeurope/capabilities", False),
        ("POST", "/x/checkNameAvailability/", False),
        ("PUT", "/x/capabilities", True),
        ("POST", "/capabilities/start", True),
    ],
)
def test_what_is_a_write(method: str, path: str, expected: bool) -> None:
    assert pipeline.is_write(method, path) is expected


def response(status: int, body: t.Any) -> SimpleNamespace:
    text = body if isinstance(body, str) else json.dumps(body)
    return SimpleNamespace(status_code=status, text=lambda: text, headers={"x-ms-request-id": "r"})


@pytest.mark.parametrize(
    ("body", "code", "answer"),
    [
        ({"error": {"code": "C", "message": "M"}}, "C", "M"),
        ({"code": "C", "message": "M"}, "C", "M"),
        ({"error": {"code": "C"}}, "C", ""),
        ({"error": {"message": "M"}}, "", "M"),
        (
            {"error": {"code": "C", "message": "M", "details": [{"code": "D", "message": "N"}, {"code": "E"}, 1]}},
            "C",
            "M [D: N]",
        ),
        ({"status": "Failed", "error": {"code": "C", "message": "M"}}, "C", "M"),
        ({"error": "text"}, "", '{"error": "text"}'),
        ({}, "", "{}"),
        ([], "", "[]"),
        ("", "", "no body"),
        ("<html>\n <b>Bad   Gateway</b>", "", "<html> <b>Bad Gateway</b>"),
    ],
)
def test_errors_are_read(body: t.Any, code: str, answer: str) -> None:
    assert pipeline.read_error(response(400, body)) == (code, answer)


@pytest.mark.parametrize(
    ("status", "code", "failed", "expected"),
    [
        (404, "ResourceNotFound", False, NotFound),
        (404, "ParentResourceNotFound", False, NotFound),
        (404, "NotFound", False, NotFound),
        (404, "SubscriptionNotFound", False, AzureError),
        (404, "", False, AzureError),
        (403, "AuthorizationFailed", False, Forbidden),
        (409, "Conflict", False, Conflict),
        (412, "PreconditionFailed", False, Conflict),
        (500, "InternalServerError", False, AzureError),
        (200, "VMRestoreFailed", True, OperationFailed),
        (409, "Conflict", True, Conflict),
    ],
)
def test_types_of_errors(status: int, code: str, failed: bool, expected: type[AzureError]) -> None:
    body = {"error": {"code": code, "message": "M"}} if code else ""
    found = pipeline.from_response(response(status, body), "GET", "/x", failed_operation=failed)
    assert type(found) is expected
    assert found.request_id == "r"


CERTIFICATE = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate"
UNKNOWN = "Failed to resolve 'x' ([Errno -2] Name or service not known)"
BUSY = "Failed to resolve 'x' ([Errno -3] Temporary failure in name resolution)"


@pytest.mark.parametrize(
    ("text", "lasts", "words"),
    [
        (CERTIFICATE, True, "is not trusted"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number", True, "No TLS with the endpoint behind x"),
        ("[X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate or crl found", True, "ca_file holds certificates"),
        ("[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol", False, "No answer"),
        (UNKNOWN, True, "has no address"),
        (BUSY, False, "has no address"),
        ("Connection refused", False, "No answer from the endpoint behind x"),
        ("Connection reset by peer", False, "Check the network, the proxy and cloud_environment"),
    ],
)
def test_transport_errors(text: str, lasts: bool, words: str) -> None:
    assert pipeline.lasts(text) is lasts
    assert words in pipeline.unreachable(Exception(text), "x").sentence()


def polled(delays: list[JSON], timeout: float = 10000, waits: int = 12) -> tuple[list[float], list[str], t.Any]:
    """Let a poller wait, each time with the given headers; what it slept, what it told, and how it ended."""
    clock = SimpleNamespace(now=100.0)
    told: list[str] = []
    slept: list[float] = []
    made = pipeline.polling(told.append, "PUT it", timeout, lambda: clock.now)

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.now += seconds

    made._sleep = sleep
    made._operation, made._status = object(), "Updating"
    error = None
    for number in range(waits):
        headers = delays[min(number, len(delays) - 1)]
        made._pipeline_response = SimpleNamespace(http_response=SimpleNamespace(headers=headers))
        try:
            made._delay()
        except pipeline._Deadline as caught:
            error = caught
            break
    return slept, told, error


def test_polling_asks_less_and_less_often() -> None:
    slept, told, error = polled([{}], waits=8)
    assert slept == [0.5, 1, 2, 4, 8, 10, 10, 10]
    assert told[0] == "PUT it: Updating, 8 s of at most 10000 s"
    assert len(told) == 4
    assert error is None


def test_polling_waits_as_long_as_azure_asks() -> None:
    slept, told, _error = polled([{"Retry-After": "60"}, {"Retry-After": "1"}, {}], waits=3)
    assert slept == [60, 1, 2]
    assert told[0] == "PUT it: Updating, 0 s of at most 10000 s"


def test_polling_ends() -> None:
    slept, _told, error = polled([{"Retry-After": "25"}], timeout=60)
    assert slept == [25, 25]
    ours = pipeline.translate(error, "PUT", "/x")
    assert str(ours) == "PUT it is still Updating after 50 s; Azure goes on with it."


# Over real sockets from here on. Nothing sleeps: the pauses are only written down.


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(RequestsTransport, "sleep", lambda self, seconds: found.append(seconds))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "*")
    return found


@pytest.fixture(scope="module")
def server() -> t.Iterator[Server]:
    with Server(build_arm(WORLD)) as running:
        yield running


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
    here = connection.known_cloud("AzureCloud")
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
    made = connection._transport(None).connection_config
    assert (made.timeout, made.read_timeout) == (connection.CONNECT_SECONDS, connection.READ_SECONDS)


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("azure", "azure-identity"),
        ("azure.core.rest", "azure-identity"),
        ("azure.identity", "azure-identity"),
        ("azure.mgmt.core", "azure-mgmt-network"),
        ("azure.mgmt.network", "azure-mgmt-network"),
        ("azure.mgmt.privatedns", "azure-mgmt-privatedns"),
        ("yaml", "yaml"),
    ],
)
def test_the_package_to_install(name: str, package: str) -> None:
    assert library_of(ImportError("x", name=name)) == package


@pytest.mark.parametrize(
    ("missing", "package"),
    [
        ("azure.core.pipeline.transport", "azure-identity"),
        ("azure.identity", "azure-identity"),
        ("azure.mgmt.network", "azure-mgmt-network"),
    ],
)
def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, cloud: Cloud, missing: str, package: str) -> None:
    import sys

    import azure

    context = cloud.context()
    if missing == "azure.core.pipeline.transport":
        context.transport = None
    monkeypatch.setitem(sys.modules, missing, None)
    if missing == "azure.identity":
        monkeypatch.delattr(azure, "identity", raising=False)
    options = {**CREDENTIALS, "resource_group": "rg-backup", "name": "pe", "target": None}
    result = execute(ENDPOINTS, Task(options, context))
    assert result["failed"]
    assert f"Failed to import the required Python library ({package})" in result["msg"]
    assert missing.rsplit(".", 1)[-1] in result["exception"]
