"""azure-mgmt-resource: groups, providers, locks, and resources of any type."""

from __future__ import annotations

import pytest
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

from ..evidence import GROUPS, Evidence
from .clients import Clients

VAULT = f"{GROUPS}/rg-used/providers/Microsoft.RecoveryServices/vaults/vault-used"


def test_a_resource_group_from_beginning_to_end(clients: Clients, evidence: Evidence) -> None:
    groups = clients.resources.resource_groups
    created = clients.fits(groups.create_or_update("rg-story", {"location": "West Europe", "tags": {"stage": "one"}}))
    assert (created.name, created.location, created.tags) == ("rg-story", "westeurope", {"stage": "one"})
    assert created.properties.provisioning_state == "Succeeded"
    assert clients.fits(groups.update("rg-story", {"tags": {"stage": "two"}})).tags == {"stage": "two"}
    assert clients.fits(groups.get("rg-story")).tags == {"stage": "two"}
    assert "rg-story" in [one.name for one in clients.fits(list(groups.list()))]
    assert groups.check_existence("rg-story") is True

    deletion = groups.begin_delete("rg-story")
    assert deletion.status() == "InProgress"
    deletion.wait()
    assert deletion.status() == "Succeeded"
    assert groups.check_existence("rg-story") is False
    assert evidence.document(f"{GROUPS}/rg-story") is None
    with pytest.raises(ResourceNotFoundError) as caught:
        groups.begin_delete("rg-story")
    assert caught.value.error.code == "ResourceGroupNotFound"


def test_a_provider_is_read_and_registered(clients: Clients) -> None:
    assert "vaults" in [
        one.resource_type
        for one in clients.fits(clients.resources.providers.get("Microsoft.RecoveryServices")).resource_types
    ]
    registered = clients.fits(clients.resources.providers.register("Microsoft.RecoveryServices"))
    assert registered.registration_state == "Registered"


def test_resources_of_any_type(clients: Clients) -> None:
    resources = clients.resources.resources
    wanted = "resourceType eq 'Microsoft.RecoveryServices/vaults'"
    found = clients.fits(list(resources.list(filter=wanted, expand="createdTime,provisioningState")))
    assert [(one.id, one.provisioning_state) for one in found if one.name == "vault-used"] == [(VAULT, "Succeeded")]
    assert all(one.created_time is not None for one in found)
    in_group = clients.fits(list(resources.list_by_resource_group("rg-used")))
    assert {one.type for one in in_group} == {"Microsoft.RecoveryServices/vaults", "Microsoft.Storage/storageAccounts"}
    read = clients.fits(resources.get_by_id(VAULT, "2025-02-01"))
    assert (read.name, read.sku.name, read.identity.type) == ("vault-used", "Standard", "SystemAssigned")
    assert resources.check_existence_by_id(VAULT, "2025-02-01") is True
    assert resources.check_existence_by_id(f"{VAULT}-not", "2025-02-01") is False


def test_a_lock_holds_until_it_is_removed(clients: Clients) -> None:
    clients.resources.resource_groups.create_or_update("rg-locked", {"location": "westeurope"})
    locks = clients.locks.management_locks
    lock = {"level": "CanNotDelete", "notes": "kept"}
    made = clients.fits(locks.create_or_update_at_resource_group_level("rg-locked", "keep", lock))
    assert (made.level, made.notes) == ("CanNotDelete", "kept")
    found = clients.fits(list(locks.list_at_resource_group_level("rg-locked")))
    assert [one.name for one in found] == ["keep"]
    with pytest.raises(ResourceExistsError) as caught:
        clients.resources.resource_groups.begin_delete("rg-locked")
    assert (caught.value.status_code, caught.value.error.code) == (409, "ScopeLocked")
    locks.delete_at_resource_group_level("rg-locked", "keep")
    clients.resources.resource_groups.begin_delete("rg-locked").wait()
