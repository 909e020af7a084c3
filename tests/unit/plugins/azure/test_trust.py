"""Whom TLS trusts: what any session of requests does, but loaded once."""

from __future__ import annotations

import socket
import ssl
import typing as t
from pathlib import Path

import pytest
import requests
from ansible_collections.privatelink.recovery.extensions.emulator.server import Server
from ansible_collections.privatelink.recovery.plugins.module_utils.azure import trust
from ansible_collections.privatelink.recovery.plugins.plugin_utils import preload
from requests.adapters import HTTPAdapter

pytestmark = [pytest.mark.xdist_group("transport"), pytest.mark.usefixtures("direct")]
METADATA = "/metadata/endpoints?api-version=2022-09-01"


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths from which authorities were loaded."""
    found: list[str] = []
    load = ssl.SSLContext.load_verify_locations

    def count(self: ssl.SSLContext, cafile: t.Any = None, capath: t.Any = None, cadata: t.Any = None) -> None:
        found.append(str(cafile or capath))
        load(self, cafile, capath, cadata)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", count)
    trust._trusting.cache_clear()
    return found


def ask(url: str, verify: str | bool = True) -> int:
    """The status of one answer, over a connection of its own."""
    with trust.session() as session:
        return session.get(url + METADATA, verify=verify, timeout=10).status_code


def test_authorities_are_loaded_once_for_all_connections(server: Server, loaded: list[str]) -> None:
    assert [ask(server.base_url, server.ca_file) for _time in range(3)] == [200, 200, 200]
    assert loaded == [server.ca_file]


def test_no_connection_changes_what_others_may_be_reading(
    server: Server, loaded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protocols that are set again while another thread copies them make its first message garbage."""
    given: list[list[str]] = []
    first = ssl.SSLContext.set_alpn_protocols

    def count(self: ssl.SSLContext, protocols: t.Iterable[str]) -> None:
        given.append(list(protocols))
        first(self, given[-1])

    monkeypatch.setattr(ssl.SSLContext, "set_alpn_protocols", count)
    assert [ask(server.base_url, server.ca_file) for _time in range(3)] == [200, 200, 200]
    assert given == [["http/1.1"]]
    near, far = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        trust.trusting(server.ca_file).wrap_bio(near, far, server_hostname="localhost").do_handshake()
    assert b"\x08http/1.1" in far.read()


def test_authorities_that_changed_are_loaded_again(server: Server, loaded: list[str], tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text(Path(requests.certs.where()).read_text())
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(server.base_url, str(bundle))
    bundle.write_text(Path(server.ca_file).read_text())
    assert ask(server.base_url, str(bundle)) == 200
    assert loaded == [str(bundle)] * 2


def test_authorities_of_the_environment(server: Server, loaded: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", server.ca_file)
    assert ask(server.base_url) == 200
    assert loaded == [server.ca_file]


@pytest.mark.parametrize("bundle", ["", "REQUESTS_CA_BUNDLE"])
def test_workers_find_the_authorities_loaded(
    server: Server, loaded: list[str], monkeypatch: pytest.MonkeyPatch, bundle: str
) -> None:
    if bundle:
        monkeypatch.setenv(bundle, server.ca_file)
    path = server.ca_file if bundle else requests.certs.where()
    preload.prepare_http()
    assert loaded == [path]
    trust.trusting(path)
    assert loaded == [path]


def test_a_bundle_that_is_not_there_is_left_to_the_task(loaded: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent.pem")
    preload.prepare_http()
    assert loaded == []


def test_a_directory_of_authorities(server: Server, tmp_path: Path) -> None:
    # OpenSSL finds an authority in a directory by the hash of its name; none is there under such a name.
    (tmp_path / "ca.pem").write_text(Path(server.ca_file).read_text())
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(server.base_url, str(tmp_path))


def test_the_usual_authorities_do_not_trust_everyone(server: Server) -> None:
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(server.base_url)
    # Whom one connection trusts is not whom the next does.
    assert ask(server.base_url, server.ca_file) == 200
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(server.base_url)


def test_a_certificate_for_another_name_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *more, **named: resolve("127.0.0.1", *more, **named))
    with pytest.raises(requests.exceptions.SSLError, match="Hostname mismatch"):
        ask(server.base_url.replace("127.0.0.1", "management.example.com"), server.ca_file)


@pytest.mark.parametrize("content", [None, "not PEM"])
def test_what_holds_no_authorities_is_told(server: Server, tmp_path: Path, content: str | None) -> None:
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_text(content)
    with pytest.raises(requests.exceptions.SSLError, match=trust.NO_AUTHORITIES):
        ask(server.base_url, str(bundle))


@pytest.mark.parametrize(
    "options", [{"proxies": {"https": "https://proxy.example.com:3128"}}, {"cert": "/client.pem"}, {"verify": False}]
)
def test_what_else_decides_about_tls_goes_the_usual_way(
    options: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, t.Any]] = []

    def usual(self: HTTPAdapter, request: t.Any, verify: t.Any, **more: t.Any) -> t.Any:
        asked.append({"verify": verify, **more})
        raise requests.exceptions.ConnectionError

    monkeypatch.setattr(HTTPAdapter, "get_connection_with_tls_context", usual)
    with trust.session() as session, pytest.raises(requests.exceptions.ConnectionError):
        session.get("https://management.azure.com/", **{"verify": "/ca.pem", **options})
    assert len(asked) == 1
