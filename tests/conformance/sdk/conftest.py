"""Fixtures of this lane: an emulator in which everything takes its time, and clients of the SDKs."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from ansible_collections.privatelink.recovery.tests.azure_hosts.refusal import Refusal

from ..world import GUEST, SECRET, WORLD
from .clients import Clients


@pytest.fixture(scope="session")
def emulated(folder: Path, elsewhere: Refusal) -> t.Iterator[EmulatorProcess]:
    """Operations take as long as Azure's, five hundred times as fast: every poller has to poll."""
    with EmulatorProcess(folder / "paced", WORLD, "realisticx500") as process:
        yield process


@pytest.fixture(scope="session")
def clients(emulated: EmulatorProcess) -> Clients:
    """The operator's clients."""
    return Clients(emulated)


@pytest.fixture(scope="session")
def guest(emulated: EmulatorProcess) -> Clients:
    """The clients of someone who may read one resource group."""
    return Clients(emulated, GUEST["client_id"], SECRET)
