"""Fixtures of this lane: an emulator in which everything takes its time, and Node with the packages that ``tools`` installs."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from ansible_collections.privatelink.recovery.tests.azure_hosts.refusal import Refusal

from ..world import WORLD
from .node import Node


@pytest.fixture(scope="session")
def emulated(folder: Path, elsewhere: Refusal) -> t.Iterator[EmulatorProcess]:
    """Operations take as long as Azure's, five hundred times as fast: every poller has to poll."""
    with EmulatorProcess(folder / "javascript", WORLD, "realisticx500") as process:
        yield process


@pytest.fixture(scope="session")
def node(emulated: EmulatorProcess, folder: Path) -> Node:
    """Runs the checks of a file once, in a process that trusts the local Azure's authority and knows nothing else of it."""
    return Node(emulated, folder / "node")
