"""The JSON of a vault, the facts no answer shows, and what every part of the service needs to find one.

Sources: azure-powershell recording ``TestAzureVaultPublicNetworkAccess.json`` and azure-cli recording
``test_backup_vault.yaml`` for the documents.
"""

from __future__ import annotations

import typing as t

from ... import geo_codes
from ...arm import Arm, Call
from ...store import Resource
from ...wire import JSON, ArmError, fold, location

VAULT_TYPE = "Microsoft.RecoveryServices/vaults"
CONNECTION_TYPE = f"{VAULT_TYPE}/privateEndpointConnections"
VAULTS = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.RecoveryServices/vaults"
VAULT = VAULTS + "/{vault}"
STATE_FIELDS = {
    "AzureBackup": "privateEndpointStateForBackup",
    "AzureBackup_secondary": "privateEndpointStateForBackup",
    "AzureSiteRecovery": "privateEndpointStateForSiteRecovery",
}
_ALWAYS_ON = "AlwaysON"
_IMMUTABLE = ("Unlocked", "Locked")


def new_vault(arm: Arm, resource_id: str, region: str) -> Resource:
    """A new empty vault, not stored yet.

    Its number is decimal, of 63 bits and random: it begins every name of its endpoints and no GUID leads to it.
    """
    document: JSON = {
        "location": location(region),
        "name": resource_id.rsplit("/", 1)[-1],
        "etag": etag(arm),
        "properties": {
            "provisioningState": "Provisioning",
            "privateEndpointStateForBackup": "None",
            "privateEndpointStateForSiteRecovery": "None",
            "backupStorageVersion": "Unassigned",
            "securitySettings": {
                "immutabilitySettings": None,
                "softDeleteSettings": {
                    "softDeleteRetentionPeriodInDays": 14,
                    "softDeleteState": "Enabled",
                    "enhancedSecurityState": "Enabled",
                },
                "multiUserAuthorization": "Disabled",
                "sourceScanConfiguration": {"state": "Disabled"},
            },
            "redundancySettings": {"standardTierStorageRedundancy": "GeoRedundant", "crossRegionRestore": "Disabled"},
            "regionOfChoiceSettings": {"status": "Disabled"},
            "secureScore": "None",
            "bcdrSecurityLevel": "Poor",
            "publicNetworkAccess": "Enabled",
            "restoreSettings": {"crossSubscriptionRestoreSettings": {"crossSubscriptionRestoreState": "Enabled"}},
        },
        "id": resource_id,
        "type": VAULT_TYPE,
        "sku": {"name": "Standard"},
    }
    hidden: JSON = {"number": str(arm.random.getrandbits(62) | 1 << 62), "attempts": {}, "endpoints": {}, "names": {}}
    hidden["records"] = {}
    return Resource(resource_id, document, hidden)


def etag(arm: Arm) -> str:
    """The etag of a vault: a moment, with escaped colons, in the body only."""
    return f"W/\"datetime'{arm.clock.iso().replace(':', '%3A')}'\""


def encrypt(properties: JSON) -> None:
    """Write what follows from a customer's key: both members of ``kekIdentity``, and a storage version although nothing was stored.

    Source: azure-cli recording ``test_backup_encryption.yaml`` (2024-04-01).
    """
    encryption: JSON = properties.get("encryption") or {}
    if not encryption.get("keyVaultProperties"):
        return
    given: JSON = encryption.get("kekIdentity") or {}
    system = bool(given.get("useSystemAssignedIdentity")) or not given.get("userAssignedIdentity")
    own = None if system else given["userAssignedIdentity"]
    encryption["kekIdentity"] = {"useSystemAssignedIdentity": system, "userAssignedIdentity": own}
    encryption.setdefault("infrastructureEncryption", "Disabled")
    properties["backupStorageVersion"] = "V2"


def judge_security(vault: Resource) -> None:
    """Write the two marks that follow from soft delete and immutability, and the state of the former as Azure spells it.

    Sources: azure-cli recordings ``test_vault_soft_delete_basic.yaml``, where a client sends ``AlwaysOn``, and
    ``test_backup_vault.yaml`` (``Unlocked``); which marks other settings bring is not modelled.
    """
    soft_delete: JSON = vault.properties["securitySettings"].get("softDeleteSettings") or {}
    for name, value in soft_delete.items():
        if str(value).lower() == _ALWAYS_ON.lower():
            soft_delete[name] = _ALWAYS_ON
    safe = soft_delete.get("softDeleteState") == _ALWAYS_ON
    immutable = (vault.properties["securitySettings"].get("immutabilitySettings") or {}).get("state") in _IMMUTABLE
    vault.properties["secureScore"] = "Adequate" if safe else "Minimum" if immutable else "None"
    vault.properties["bcdrSecurityLevel"] = "Good" if safe else "Fair" if immutable else "Poor"


def vault_id(call: Call) -> str:
    """The id of the vault a request is about, whatever comes after it in the path."""
    return "/".join(call.id.split("/")[:9])


def find_vault(call: Call) -> Resource:
    """The vault of a request. Raises 404."""
    return call.arm.store.get(vault_id(call))


def vault_named(arm: Arm, name_or_id: str) -> Resource:
    """A vault by id or by name, as events and world files speak of it. Raises 404."""
    for vault in arm.store.below("/", VAULT_TYPE):
        if fold(name_or_id) in (fold(vault.id), fold(vault.name)):
            return vault
    raise ArmError(404, "ResourceNotFound", f"There is no vault '{name_or_id}'.")


def connections(arm: Arm, vault: Resource) -> list[Resource]:
    """The private endpoint connections of a vault in the order in which they came."""
    return arm.store.below(vault.id, CONNECTION_TYPE)


def show_connections(arm: Arm, vault: Resource) -> None:
    """Write what the vault's GET says about its connections; the list is absent when there are none."""
    present = connections(arm, vault)
    vault.properties.pop("privateEndpointConnections", None)
    if present:
        vault.properties["privateEndpointConnections"] = [connection.document for connection in present]
    for field in set(STATE_FIELDS.values()):
        vault.properties[field] = "None"
    for connection in present:
        if connection_status(connection) == "Approved":
            for group in connection.properties["groupIds"]:
                vault.properties[STATE_FIELDS[group]] = "Enabled"
    vault.document["etag"] = etag(arm)


def connection_status(connection: Resource) -> str:
    """Pending, Approved, Rejected or Disconnected."""
    return t.cast(str, connection.properties["privateLinkServiceConnectionState"]["status"])


def endpoint_id(connection: Resource) -> str:
    """The private endpoint a connection comes from."""
    return t.cast(str, connection.properties["privateEndpoint"]["id"])


def check_region(arm: Arm, region: str) -> str:
    """The geo code of a region. Raises 400 when this cloud has no such region."""
    cloud = arm.world.get("cloud", "AzureCloud")
    code = geo_codes.geo_code(region, cloud, arm.settings)
    if code is None:
        known = ",".join(name for name, found in geo_codes.regions().items() if found.cloud == cloud)
        raise ArmError(
            400,
            "LocationNotAvailableForResourceType",
            f"The provided location '{region}' is not available for resource type '{VAULT_TYPE}'. List of available regions "
            f"for the resource type is '{known}'.",
        )
    return code
