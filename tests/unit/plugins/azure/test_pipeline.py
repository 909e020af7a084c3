"""Under both doors: what is a write, reading errors, what is retried, polling; missing libraries."""

from __future__ import annotations

import json
import typing as t
from types import SimpleNamespace

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.azure import pipeline
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.token_host import Home
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Task, execute, library_of
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import (
    AzureError,
    Conflict,
    Forbidden,
    NotFound,
    OperationFailed,
)
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint_info import MODULE as ENDPOINTS

from ...conftest import CREDENTIALS, Cloud

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
    assert found.__class__ is expected
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
    reported: list[str] = []
    slept: list[float] = []
    made = pipeline.polling(reported.append, "PUT it", timeout, lambda: clock.now, Home("management.azure.com", 443))

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
    return slept, reported, error


def test_polling_asks_less_and_less_often() -> None:
    slept, reported, error = polled([{}], waits=8)
    assert slept == [0.5, 1, 2, 4, 8, 10, 10, 10]
    assert reported[0] == "PUT it: Updating, 8 s of at most 10000 s"
    assert len(reported) == 4
    assert error is None


def test_polling_waits_as_long_as_azure_asks() -> None:
    slept, reported, _error = polled([{"Retry-After": "60"}, {"Retry-After": "5"}, {}], waits=3)
    assert slept == [60, 5, pytest.approx(3.25)]
    assert reported[0] == "PUT it: Updating, 0 s of at most 10000 s"


def test_what_takes_long_is_not_asked_every_second() -> None:
    slept, _told, _error = polled([{"Retry-After": "1"}], timeout=10000, waits=200)
    assert slept[:20] == [1] * 20
    assert all(pause <= max(1, sum(slept[:number]) / 20) + 1e-9 for number, pause in enumerate(slept))
    assert max(slept) == 30


def test_polling_ends() -> None:
    slept, _told, error = polled([{"Retry-After": "25"}], timeout=60)
    assert slept == [25, 25]
    ours = pipeline.translate(error, "PUT", "/x")
    assert str(ours) == "PUT it is still Updating after 50 s; Azure goes on with it."


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
