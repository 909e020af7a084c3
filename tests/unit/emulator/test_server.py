"""The server over real TLS, the command line, and Microsoft's own client libraries against both."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import typing as t
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests
from ansible_collections.privatelink.recovery.extensions.emulator import in_process
from ansible_collections.privatelink.recovery.extensions.emulator import server as server_module
from ansible_collections.privatelink.recovery.extensions.emulator.latency import Distance
from ansible_collections.privatelink.recovery.extensions.emulator.server import Server
from ansible_collections.privatelink.recovery.extensions.emulator.world import CLIENT, SECRET, TENANT
from ansible_collections.privatelink.recovery.tests.unit.emulator.client import NOON, SUBSCRIPTION_ID, emulator

GROUP = f"{SUBSCRIPTION_ID}/resourcegroups/rg"
VERSION = {"api-version": "2024-11-01"}
EXTENSIONS = Path(__file__).parents[3] / "extensions"


@pytest.fixture
def server() -> t.Iterator[Server]:
    with Server(emulator()) as running:
        yield running


def session_for(server: Server) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.verify = server.ca_file
    session.headers["Authorization"] = f"Bearer {in_process.token(server.arm)}"
    return session


def test_statuses_bodies_and_headers_over_tls(server: Server) -> None:
    session, url = session_for(server), server.base_url + GROUP
    made = session.put(url, params=VERSION, json={"location": "westeurope"})
    assert (made.status_code, made.headers["Content-Type"]) == (201, "application/json; charset=utf-8")
    assert int(made.headers["Content-Length"]) == len(made.content)
    exists = session.head(url, params=VERSION)
    assert (exists.status_code, exists.content, "Content-Length" in exists.headers) == (204, b"", False)
    accepted = session.delete(url, params=VERSION)
    assert (accepted.status_code, accepted.content, accepted.headers["Content-Length"]) == (202, b"", "0")
    assert accepted.headers["Location"].startswith(server.base_url + "/")
    assert session.get(accepted.headers["Location"]).status_code == 200
    assert session.get(url, params=VERSION).status_code == 404
    assert parsedate_to_datetime(made.headers["Date"]).timestamp() == NOON


def test_localhost_is_in_the_certificate_and_urls_follow_the_host(server: Server) -> None:
    base = server.base_url.replace("127.0.0.1", "localhost")
    metadata = session_for(server).get(f"{base}/metadata/endpoints", params={"api-version": "2022-09-01"}).json()
    assert metadata["resourceManager"] == f"{base}/"


def test_client_that_does_not_trust_the_authority_gets_nothing(server: Server) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(server.base_url, timeout=10)
    assert server.arm.log == []


def test_connection_is_kept_and_fast(server: Server) -> None:
    session, url = session_for(server), f"{server.base_url}/tenants"
    session.get(url, params=VERSION)
    start = time.perf_counter()
    for _number in range(20):
        session.get(url, params=VERSION)
    assert time.perf_counter() - start < 20 * 0.04


@pytest.mark.parametrize(("after", "exists"), [(False, 404), (True, 200)])
def test_dropped_connection(server: Server, after: bool, exists: int) -> None:
    session = session_for(server)
    fault = {"match": {"method": "PUT"}, "action": {"drop": True, "after": after}}
    session.post(f"{server.base_url}/emulator/faults", json=fault)
    with pytest.raises(requests.ConnectionError):
        session.put(server.base_url + GROUP, params=VERSION, json={"location": "westeurope"})
    assert session.get(server.base_url + GROUP, params=VERSION).status_code == exists


def test_azure_s_distance_delays_each_request_and_each_new_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    waited = list[float]()
    monkeypatch.setattr(server_module, "sleep", waited.append)
    with Server(emulator(), distance=Distance(0.15, 0.06)) as served:
        session = session_for(served)
        for _time in range(3):
            assert session.get(f"{served.base_url}/subscriptions", params=VERSION).status_code == 200
        assert session.get(f"{served.base_url}/emulator/requests").status_code == 200
        assert waited == [0.06, 0.15, 0.15, 0.15]
        session.close()
        assert session.get(f"{served.base_url}/subscriptions", params=VERSION).status_code == 200
        assert waited[4:] == [0.06, 0.15]


def test_nothing_waits_without_distance(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "sleep", lambda seconds: pytest.fail(f"waited {seconds}"))
    assert session_for(server).get(f"{server.base_url}/subscriptions", params=VERSION).status_code == 200


def test_chunked_body(server: Server) -> None:
    body = iter([b'{"location": ', b'"westeurope"}'])
    kind = {"Content-Type": "application/json"}
    assert session_for(server).put(server.base_url + GROUP, params=VERSION, data=body, headers=kind).status_code == 201


def test_private_files_and_loopback_only(server: Server) -> None:
    directory = Path(server.ca_file).parent
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()} == {0o600}
    port = int(server.base_url.rsplit(":", 1)[1])
    with pytest.raises(OSError), socket.create_connection(("127.0.0.2", port), timeout=2):
        pass


def test_stopped_server_leaves_no_files() -> None:
    server = Server(emulator())
    with server:
        assert Path(server.ca_file).exists()
    assert not Path(server.ca_file).parent.exists()


def test_azure_sdk_signs_in_and_follows_a_long_operation(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = pytest.importorskip("azure.identity")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", server.ca_file)
    credential = identity.ClientSecretCredential(
        TENANT, CLIENT, SECRET, authority=server.base_url, disable_instance_discovery=True
    )
    assert drive(server.base_url, credential, {}) == ["201", "204", "Succeeded", "404"]


def test_azure_sdk_gets_the_reason_for_a_wrong_secret(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = pytest.importorskip("azure.identity")
    exceptions = pytest.importorskip("azure.core.exceptions")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", server.ca_file)
    credential = identity.ClientSecretCredential(
        TENANT, CLIENT, "wrong", authority=server.base_url, disable_instance_discovery=True
    )
    with pytest.raises(exceptions.ClientAuthenticationError, match="AADSTS7000215"):
        credential.get_token("https://management.azure.com/.default")


def test_azure_sdk_in_process_waits_in_emulated_time_only() -> None:
    pytest.importorskip("azure.mgmt.core")
    arm = emulator(latency="realistic")
    before, start = time.monotonic(), arm.clock.now()
    options = {"transport": in_process.transport(arm)}
    steps = drive(in_process.BASE_URL, in_process.Credential(arm), options)
    assert steps == ["201", "204", "Succeeded", "404"]
    assert arm.clock.now() - start >= 90
    assert time.monotonic() - before < 10


def drive(base_url: str, credential: t.Any, options: dict[str, t.Any]) -> list[str]:
    """Make a group, look for it, delete it and wait, as the management clients of the Azure SDK do."""
    from azure.core.pipeline import policies
    from azure.core.polling import LROPoller
    from azure.core.rest import HttpRequest
    from azure.mgmt.core import ARMPipelineClient
    from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
    from azure.mgmt.core.polling.arm_polling import ARMPolling

    scope = f"{base_url}/.default"
    pipeline = [
        policies.RequestIdPolicy(),
        policies.HeadersPolicy(),
        policies.RetryPolicy(),
        ARMChallengeAuthenticationPolicy(credential, scope),
    ]
    made_client: t.Any = ARMPipelineClient(base_url, policies=pipeline, **options)
    with made_client as client:
        url = f"{base_url}{GROUP}?api-version=2024-11-01"
        made = client.send_request(HttpRequest("PUT", url, json={"location": "westeurope"}))
        found = client.send_request(HttpRequest("HEAD", url))
        first = client.send_request(HttpRequest("DELETE", url), _return_pipeline_response=True)
        poller = LROPoller(client, first, lambda response: None, ARMPolling(1))
        poller.wait(60)
        gone = client.send_request(HttpRequest("GET", url))
        return [str(made.status_code), str(found.status_code), poller.status(), str(gone.status_code)]


def start(tmp_path: Path, *arguments: str) -> tuple[subprocess.Popen[str], Path]:
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "emulator", "--ready-file", str(ready), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(EXTENSIONS)}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True), ready


def wait_for(condition: t.Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_command_line_from_start_to_stop(tmp_path: Path) -> None:
    world = tmp_path / "world.yml"
    world.write_text("resource_groups: [{name: rg, location: uksouth}]\n")
    process, ready = start(tmp_path, "--world", str(world), "--latency", "realisticx20", "--seed", "7")
    try:
        wait_for(ready.exists)
        reported = json.loads(ready.read_text())
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600
        assert set(reported) == {
            "arm_endpoint",
            "authority",
            "ca_file",
            "tenant_id",
            "client_id",
            "client_secret",
            "subscription_id",
            "pid",
            "dns",
            "dns_inbound",
        }
        assert (reported["pid"], reported["dns"], reported["dns_inbound"]) == (process.pid, [], [])
        session = requests.Session()
        session.trust_env, session.verify = False, reported["ca_file"]
        form = {
            "grant_type": "client_credentials",
            "client_id": reported["client_id"],
            "client_secret": reported["client_secret"],
            "scope": f"{reported['arm_endpoint']}/.default",
        }
        token = session.post(f"{reported['authority']}/{reported['tenant_id']}/oauth2/v2.0/token", data=form).json()
        session.headers["Authorization"] = f"Bearer {token['access_token']}"
        url = f"{reported['arm_endpoint']}/subscriptions/{reported['subscription_id']}/resourcegroups/rg"
        assert session.get(url, params=VERSION).json()["location"] == "uksouth"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert not ready.exists()
        assert not Path(reported["ca_file"]).exists()
    finally:
        process.kill()


def test_command_line_ends_with_its_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process, ready = start(tmp_path, "--parent-pid", str(parent.pid))
    try:
        wait_for(ready.exists)
        parent.communicate(b"\n")
        assert process.wait(20) == 0
    finally:
        parent.kill()
        process.kill()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--latency", "slow"], "latency must be"), (["--world", "/nonexistent.yml"], "No such file")],
)
def test_command_line_that_cannot_start(tmp_path: Path, arguments: list[str], message: str) -> None:
    process, ready = start(tmp_path, *arguments)
    _output, errors = process.communicate(timeout=20)
    assert (process.returncode, ready.exists()) == (2, False)
    assert message in errors
