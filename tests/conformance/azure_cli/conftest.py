"""Fixtures of this lane: an emulator in which nothing takes time, and a CLI that has signed in to it."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from ansible_collections.privatelink.recovery.tests.azure_hosts.refusal import Refusal

from .cli import AzureCli, settings

CLOUD = "LocalAzure"


@pytest.fixture(scope="session")
def emulated(folder: Path, elsewhere: Refusal) -> t.Iterator[EmulatorProcess]:
    """An empty Azure: the CLI makes all there is. Deletions of vaults end as its pollers like it."""
    with EmulatorProcess(
        folder / "instant",
        {"settings": {"vault_deletion_ends": "succeeded", "rejected_connections_end_as": "Succeeded"}},
    ) as process:
        yield process


@pytest.fixture(scope="session")
def az(emulated: EmulatorProcess, folder: Path) -> t.Iterator[AzureCli]:
    """The CLI, led to the emulator by nothing but what it has for clouds of one's own, and signed in."""
    home, ready = folder / "azure-cli", emulated.ready
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings(home, emulated).items():
            patch.setenv(name, value)
        cli = AzureCli(emulated)
        cli(f"cloud register --name {CLOUD} --endpoint-resource-manager {emulated.base_url}")
        cli(f"cloud set --name {CLOUD}")
        cli.begin_again()
        who = f"--username {ready['client_id']} --password {ready['client_secret']} --tenant {ready['tenant_id']}"
        cli(f"login --service-principal {who}")
        yield cli
