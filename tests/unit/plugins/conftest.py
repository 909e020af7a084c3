"""Fixtures of tests that speak TLS over real sockets."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.build import build_arm
from ansible_collections.privatelink.recovery.extensions.emulator.server import Server

from ..conftest import WORLD


@pytest.fixture(scope="module")
def server() -> t.Iterator[Server]:
    """An emulator that listens, with a certificate of its own authority."""
    with Server(build_arm(WORLD)) as running:
        yield running


@pytest.fixture
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the surroundings decides about proxies or trust."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
