"""The vaults a world file says exist before the run, with their histories."""

from __future__ import annotations

import typing as t

from ...arm import Arm
from ...store import Resource
from ...wire import JSON, fold
from ..platform.world_ids import group_id, refused_as_world_error
from . import identity, names
from . import records as recovery_records
from . import replication_records as replication
from .documents import STATE_FIELDS, VAULT_TYPE, check_region, encrypt, new_vault
from .history import EVIDENCE, add, attempted, has_endpoint, records

_DAY = 86400.0


def load(arm: Arm, world: JSON) -> None:
    """Make the vaults of the world.

    A vault that a private endpoint of the world leads to had that endpoint while it was fresh, whatever its history.
    """
    for entry in world.get("vaults") or []:
        place = f"vault {entry['name']}"
        with refused_as_world_error(place):
            _load_vault(arm, world, entry)


def _load_vault(arm: Arm, world: JSON, entry: JSON) -> None:
    region = entry.get("location", "westeurope")
    check_region(arm, region)
    vault = new_vault(arm, f"{group_id(world, entry)}/providers/{VAULT_TYPE}/{entry['name']}", region)
    if entry.get("tags"):
        vault.document["tags"] = entry["tags"]
    properties = vault.properties
    properties["provisioningState"] = "Succeeded"
    properties["publicNetworkAccess"] = entry.get("public_network_access", "Enabled")
    properties["redundancySettings"]["crossRegionRestore"] = entry.get("cross_region_restore", "Disabled")
    if entry.get("encryption_key_vault"):
        properties["encryption"] = {"keyVaultProperties": {"keyUri": entry["encryption_key_vault"]}}
        encrypt(properties)
    arm.store.put(vault)
    if entry.get("backup_experience"):
        vault.hidden["experience"] = entry["backup_experience"]
    if entry.get("identity") and entry.get("principal_id"):
        identity.announce(arm, vault, entry["principal_id"])
    if entry.get("identity"):
        identity.apply(arm, vault, {"type": entry["identity"]})
    born = arm.clock.now() - float(entry.get("created_days_ago", 0)) * _DAY
    vault.created = born
    recovery_records.log(arm, vault, f"{VAULT_TYPE}/write", "Succeeded", born)
    history: JSON = entry.get("history") or {}
    for group in [*_groups_of_endpoints(world, vault), *(history.get("endpoints") or [])]:
        has_endpoint(arm, vault, group)
    _load_history(arm, vault, history)


def _groups_of_endpoints(world: JSON, vault: Resource) -> list[str]:
    targets = (fold(vault.id), fold(vault.name))
    endpoints = world.get("private_endpoints") or []
    groups = [each.get("group_id", "AzureBackup") for each in endpoints if fold(str(each.get("target", ""))) in targets]
    return [group for group in groups if group in STATE_FIELDS]


def _load_history(arm: Arm, vault: Resource, history: JSON) -> None:
    """Records are names or mappings; ``attempts`` (backup, replication) are those that left no record."""
    for entry in _entries(history, "containers"):
        recovery_records.add_container(vault, entry["name"], recovery_records.management_type(entry))
    for entry in _entries(history, "engines"):
        kind = recovery_records.management_type({"backup_management_type": "DPM", **entry})
        recovery_records.add_container(vault, entry["name"], kind)
    for entry in _entries(history, "protected_items"):
        _protected_item(vault, entry)
    for entry in _entries(history, "soft_deleted_items"):
        document = _protected_item(vault, entry)
        records(vault, "protected_items").remove(document)
        document["properties"].update(recovery_records.soft_deleted(arm))
        records(vault, "soft_deleted_items").append(document)
    for entry in _entries(history, "jobs"):
        facts = {"operation": "ConfigureBackup", "status": "Completed", "machine": "machine-1", **entry}
        recovery_records.add_job(arm, vault, facts["operation"], facts["machine"], facts["status"])
    _load_replication(arm, vault, history)
    vault.hidden["usages"] = dict(history.get("usages") or {})
    for entry in history.get("activity") or []:
        when = arm.clock.now() - float(entry.get("days_ago", 0)) * _DAY
        recovery_records.log(arm, vault, entry["operation_name"], entry.get("status", "Succeeded"), when)
    _load_consequences(arm, vault, history)


def _load_replication(arm: Arm, vault: Resource, history: JSON) -> None:
    for entry in _entries(history, "fabrics"):
        if entry.get("kind") == "HyperVSite":
            replication.add_hyperv_site(vault, entry["name"])
            continue
        replication.default_fabric(vault, str(entry.get("location") or entry["name"]))
    for entry in _entries(history, "replication_protected_items"):
        replication.add_replication(arm, vault, entry["name"], _source(vault, entry))
    for entry in _entries(history, "replication_policies"):
        replication.add_policy(vault, entry["name"], replication.A_DAY)
    # azure-rest-api-specs ``recoveryservicessiterecovery``: types MigrationItem and RecoveryServicesProvider.
    for kind, name in (("migration_items", "machineName"), ("providers", "friendlyName")):
        for entry in _entries(history, kind):
            add(vault, kind, entry["name"], {name: entry["name"]})


def _load_consequences(arm: Arm, vault: Resource, history: JSON) -> None:
    """What the history did to the vault: it is used, and its endpoints publish the names that came with it."""
    for kind, protection in EVIDENCE.items():
        if records(vault, kind):
            attempted(arm, vault, protection)
    for protection in history.get("attempts") or []:
        attempted(arm, vault, protection)
    items = [*records(vault, "protected_items"), *records(vault, "soft_deleted_items")]
    if records(vault, "containers"):
        names.after_registration(arm, vault)
    if items:
        names.after_first_backup(arm, vault)
    for _item in [each for each in items if recovery_records.is_server_item(each)][1:]:
        names.after_data_source(arm, vault)
    for entry in _entries(history, "replication_protected_items"):
        names.after_replication(arm, vault, _source(vault, entry))


def _protected_item(vault: Resource, entry: JSON) -> JSON:
    kind = recovery_records.management_type({"backup_management_type": "AzureIaasVM", **entry})
    return recovery_records.add_protected_item(vault, str(entry.get("machine") or entry["name"]), entry["name"], kind)


def _entries(history: JSON, name: str) -> list[JSON]:
    given: list[t.Any] = history.get(name) or []
    return [each if isinstance(each, dict) else {"name": str(each)} for each in given]


def _source(vault: Resource, entry: JSON) -> str:
    """The region a machine is replicated from: the vault's own unless given."""
    return str(entry.get("source_location") or vault.document["location"])
