"""What a vault's document holds in which api-version; what a version does not know it neither shows nor takes.

Sources: recordings of 2021-03-01 (azure-cli ``test_backup_vault.yaml``), 2024-04-01 (azure-powershell
``TestAzureVaultPublicNetworkAccess.json``) and 2026-05-01 (azure-cli ``test_vault_soft_delete_basic.yaml``); in between the
first version of Azure/bicep-types-az ``generated/recoveryservices`` that is seen to have a property: it may be a little older.
"""

from __future__ import annotations

import typing as t

from ...store import Resource
from ...wire import JSON

#: Dotted paths below ``properties``; what is not here is as old as the provider.
SINCE: dict[str, str] = {
    "privateEndpointConnections": "2020-02-02",
    "privateEndpointStateForBackup": "2020-02-02",
    "privateEndpointStateForSiteRecovery": "2020-02-02",
    "encryption": "2020-10-01",
    "moveDetails": "2021-03-01",
    "moveState": "2021-03-01",
    "backupStorageVersion": "2022-02-01",
    "monitoringSettings": "2022-03-01",
    "redundancySettings": "2022-05-01",
    "securitySettings": "2022-08-01",
    "publicNetworkAccess": "2022-10-01",
    "restoreSettings": "2023-02-01",
    "secureScore": "2023-04-01",
    "securitySettings.softDeleteSettings": "2023-04-01",
    "securitySettings.multiUserAuthorization": "2023-04-01",
    "securitySettings.softDeleteSettings.enhancedSecurityState": "2024-04-01",
    "bcdrSecurityLevel": "2024-04-01",
    "securitySettings.sourceScanConfiguration": "2025-08-01",
    "costManagementSettings": "2026-05-01",
    "regionOfChoiceSettings": "2026-05-01",
}
#: What a list leaves out of each vault: none of 1,683 entries has any of it (public lists of 2024-04-01; azure-cli
#: ``test_backup_vault.yaml``).
_NOT_LISTED = ("backupStorageVersion", "securitySettings", "redundancySettings")
_LISTED_THINLY_SINCE = "2024-04-01"
#: From here on what is null is left out: ``immutabilitySettings`` is null in 2024-04-01 and absent in this version.
_WITHOUT_NULL = "2026-05-01"


def shown(vault: Resource, api_version: str) -> JSON:
    """The vault's document as this version answers it."""
    properties = known(vault.properties, api_version)
    return {**vault.document, "properties": _without_null(properties) if api_version >= _WITHOUT_NULL else properties}


def listed(vault: Resource, api_version: str) -> JSON:
    """The vault's document as a list answers it: thinner than a GET of the vault, and without a judgement of its security."""
    document = shown(vault, api_version)
    if api_version < _LISTED_THINLY_SINCE:
        return document
    kept = {name: value for name, value in document["properties"].items() if name not in _NOT_LISTED}
    return {**document, "properties": {**kept, "secureScore": "None", "bcdrSecurityLevel": "Poor"}}


def known(properties: JSON, api_version: str, path: str = "") -> JSON:
    """The properties, without what this version does not know."""
    return {
        name: known(value, api_version, f"{path}{name}.") if isinstance(value, dict) else value
        for name, value in properties.items()
        if api_version >= SINCE.get(path + name, "")
    }


def first_answer(vault: Resource, sent: JSON, api_version: str) -> JSON:
    """The document as the 201 of a new vault shows it: its security is shown only where it was asked for, and
    immutability is not judged yet (azure-cli recordings ``test_backup_vault.yaml`` and ``test_vault_soft_delete_basic.yaml``)."""
    document = shown(vault, api_version)
    properties: JSON = document["properties"]
    properties.pop("backupStorageVersion", None)
    security: JSON | None = properties.pop("securitySettings", None)
    if security is not None and sent.get("securitySettings"):
        if "softDeleteSettings" not in sent["securitySettings"]:
            security = {**security, "softDeleteSettings": None}
        properties["securitySettings"] = {**security, "multiUserAuthorization": "Invalid"}
    if not (sent.get("securitySettings") or {}).get("softDeleteSettings") and "secureScore" in properties:
        properties.update(secureScore="None", bcdrSecurityLevel="Poor")
    return document


def _without_null(value: t.Any) -> t.Any:
    if not isinstance(value, dict):
        return value
    return {name: _without_null(each) for name, each in value.items() if each is not None}
