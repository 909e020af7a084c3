"""azure-mgmt-recoveryservicesbackup: what a vault protects, and how it is set up."""

from __future__ import annotations

import pytest
from azure.core.exceptions import HttpResponseError

from .clients import Clients

OF = ("vault-used", "rg-used")
MANAGED_BY = {"AzureIaasVM", "AzureWorkload", "AzureStorage", "MAB", "DPM", "AzureBackupServer"}


def test_items_of_every_kind(clients: Clients) -> None:
    found = clients.fits(list(clients.backup.backup_protected_items.list(*OF)))
    assert {one.properties.backup_management_type for one in found} == MANAGED_BY
    wanted = "backupManagementType eq 'MAB'"
    (server,) = clients.fits(list(clients.backup.backup_protected_items.list(*OF, filter=wanted)))
    assert (server.properties.friendly_name, server.properties.protection_state) == ("MAB", "Protected")


@pytest.mark.parametrize("kind", sorted(MANAGED_BY))
def test_containers_of_every_kind(clients: Clients, kind: str) -> None:
    wanted = f"backupManagementType eq '{kind}' and status eq 'Registered'"
    found = clients.fits(list(clients.backup.backup_protection_containers.list(*OF, filter=wanted)))
    assert [one.properties.friendly_name for one in found] == [kind]


def test_containers_without_a_filter(clients: Clients) -> None:
    with pytest.raises(HttpResponseError) as caught:
        list(clients.backup.backup_protection_containers.list(*OF))
    assert caught.value.status_code == 400


def test_engines_and_jobs(clients: Clients) -> None:
    engines = clients.fits(list(clients.backup.backup_engines.list(*OF)))
    assert {one.properties.backup_engine_type for one in engines} == {"DpmBackupEngine", "AzureBackupServerEngine"}
    (job,) = clients.fits(list(clients.backup.backup_jobs.list(*OF)))
    assert (job.properties.status, job.properties.entity_friendly_name) == ("Completed", "vm-1")
    assert job.properties.start_time is not None


def test_how_a_vault_is_set_up(clients: Clients) -> None:
    storage = clients.fits(clients.backup.backup_resource_storage_configs_non_crr.get(*OF))
    assert (storage.properties.storage_type, storage.properties.storage_type_state) == ("GeoRedundant", "Locked")
    vault = clients.fits(clients.backup.backup_resource_vault_configs.get(*OF))
    assert vault.properties.soft_delete_feature_state
