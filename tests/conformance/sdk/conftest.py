"""Fixtures of this lane: an emulator in which everything takes its time, and clients of the SDKs."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from ansible_collections.privatelink.recovery.tests.azure_hosts.refusal import Refusal

from ..evidence import GROUPS, SCOPE
from .clients import Clients

GUEST = {
    "name": "guest",
    "object_id": "55555555-5555-4555-8555-555555555555",
    "client_id": "66666666-6666-4666-8666-666666666666",
}
_SECRET = "rehearsal-secret"
_OPERATOR = {
    "object_id": "44444444-4444-4444-8444-444444444444",
    "client_id": "33333333-3333-4333-8333-333333333333",
    "client_secret": _SECRET,
    "roles": [{"role": "Owner", "scope": SCOPE}],
}
WORLD: dict[str, t.Any] = {
    # The pollers of azure-core take the 404 that most deletions of vaults end with for a failure, as they do in Azure.
    "settings": {
        "retry_after": "none",
        "vault_page_size": 2,
        "record_page_size": 2,
        "vault_deletion_ends": "succeeded",
    },
    "principals": [
        _OPERATOR,
        {**GUEST, "client_secret": _SECRET, "roles": [{"role": "Reader", "scope": f"{GROUPS}/rg-network"}]},
    ],
    "virtual_networks": [
        {
            "name": "vnet-app",
            "resource_group": "rg-network",
            "location": "westeurope",
            "address_prefixes": ["10.1.0.0/16"],
            "subnets": [{"name": "endpoints", "address_prefix": "10.1.1.0/24"}],
        }
    ],
    "storage_accounts": [{"name": "cacheaccount", "resource_group": "rg-used"}],
    "vaults": [
        {
            "name": "vault-used",
            "resource_group": "rg-used",
            "identity": "SystemAssigned",
            "history": {
                "protected_items": [
                    {"name": name, "backup_management_type": name}
                    for name in ("AzureIaasVM", "AzureWorkload", "AzureStorage", "MAB", "DPM", "AzureBackupServer")
                ],
                "jobs": [{"operation": "Backup", "machine": "vm-1"}],
                "migration_items": ["server-1"],
                "providers": ["appliance-1"],
            },
        }
    ],
}


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
    return Clients(emulated, GUEST["client_id"], _SECRET)
