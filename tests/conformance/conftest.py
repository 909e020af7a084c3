"""Fixtures of every lane: nothing but the local Azure can be reached, and it was asked for nothing it does not know."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from ansible_collections.privatelink.recovery.tests.azure_hosts.refusal import Refusal

from .evidence import Evidence, unknown

#: The Azure CLI looks for a newer version of itself, once, whatever it is told of clouds and telemetry.
_OWN_ERRANDS = {"azcliprod.blob.core.windows.net:443"}
_CLIENT_SETTINGS = ("HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.hookimpl(tryfirst=True)  # before the tests are given to workers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A lane, which is a folder, stays together: its tests share an emulator."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(item.path.parent.name))


@pytest.fixture(scope="session")
def elsewhere() -> t.Iterator[Refusal]:
    """Takes the place of every other host there is, for this process and those it starts."""
    with Refusal() as refusal, pytest.MonkeyPatch.context() as patch:
        for name in _CLIENT_SETTINGS:
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            patch.setenv(name, refusal.url)
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.setenv("no_proxy", "127.0.0.1")
        yield refusal


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this session's clients and emulators keep their files."""
    return tmp_path_factory.mktemp("conformance")


@pytest.fixture(scope="module")
def evidence(emulated: EmulatorProcess) -> Evidence:
    """What the emulator of this lane, started by the ``conftest.py`` there, has seen."""
    return Evidence(emulated)


@pytest.fixture(autouse=True)
def nothing_unknown(evidence: Evidence, elsewhere: Refusal) -> t.Iterator[None]:
    """After each test: every request had a route and an answer, and no other host was asked for anything."""
    yield
    assert unknown(evidence.since_last()) == []
    assert set(elsewhere.refused) <= _OWN_ERRANDS
