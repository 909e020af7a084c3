"""Fixtures of this lane: an empty Azure behind the host names that azure.azcollection cannot be led away from."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from ansible_collections.privatelink.recovery.tests.azure_hosts.proxy import Proxy
from ansible_collections.privatelink.recovery.tests.azure_hosts.refusal import Refusal


@pytest.fixture(scope="session")
def emulated(folder: Path, elsewhere: Refusal) -> t.Iterator[EmulatorProcess]:
    """An empty Azure: the playbook makes all there is. Deletions of vaults end as pollers like it."""
    with EmulatorProcess(folder / "azcollection", {"settings": {"vault_deletion_ends": "succeeded"}}) as process:
        yield process


@pytest.fixture(scope="session")
def proxy(emulated: EmulatorProcess) -> t.Iterator[Proxy]:
    """What stands for Azure's hosts; it refuses all others."""
    with Proxy(emulated) as made:
        yield made
