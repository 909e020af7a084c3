"""What Microsoft.RecoveryServices answers without a vault, and the small documents below one.

Sources: azure-rest-api-specs ``recoveryservices`` (capabilities, vaultExtendedInfo, examples
``CheckNameAvailability_Available.json``, ``ListPrivateLinkResources.json``), ``recoveryservicesbackup``
(vaultconfig, example ``BackupStorageConfig_Get.json``).
"""

from __future__ import annotations

import base64
import re

from ..arm import Arm, Call, Route
from ..store import Resource
from ..wire import JSON, ArmError, Response
from .recovery_documents import VAULT, VAULT_TYPE, check_region, find_vault
from .recovery_history import records
from .recovery_names import link_resources, required_zones
from .recovery_settings import setting

_LOCATION = "/providers/Microsoft.RecoveryServices/locations/{location}"
_SUBSCRIPTION = "/subscriptions/{subscription}"
_CAPABLE = ("AzureBackup", "AzureBackup_secondary", "AzureSiteRecovery")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,49}")


def routes() -> list[Route]:
    """The routes at a location and the read-only documents of a vault."""
    read = "Microsoft.RecoveryServices/locations/capabilities/action"
    check = "Microsoft.RecoveryServices/locations/checkNameAvailability/action"
    group = f"{_SUBSCRIPTION}/resourceGroups/{{group}}"
    return [
        Route("POST", f"{_SUBSCRIPTION}{_LOCATION}/capabilities", _capabilities, read),
        Route("POST", f"{group}{_LOCATION}/checkNameAvailability", _check_name, check),
        Route("GET", f"{VAULT}/privateLinkResources", _link_resources),
        Route("GET", f"{VAULT}/privateLinkResources/{{name}}", _link_resource),
        Route("GET", f"{VAULT}/extendedInformation/vaultExtendedInfo", _extended_information),
        Route("GET", f"{VAULT}/backupconfig/vaultconfig", _vault_configuration),
        Route("GET", f"{VAULT}/backupstorageconfig/vaultstorageconfig", _storage_configuration),
    ]


def _capabilities(call: Call) -> Response:
    """The zones each sub-resource needs in this region; no vault has to exist."""
    if not setting(call.arm, "capabilities_available"):
        raise ArmError(404, "InvalidResourceType", "The resource type 'locations/capabilities' could not be found.")
    check_region(call.arm, call["location"])
    asked = (call.body.get("properties") or {}).get("dnsZones") or []
    zones: list[JSON] = []
    for entry in asked:
        name = str(entry.get("subResource", ""))
        if name not in _CAPABLE:
            raise ArmError(400, "InvalidRequestContent", f"The sub-resource '{name}' is not known.")
        zones.append({"subResource": name, "requiredZoneNames": required_zones(call.arm, call["location"], name)})
    return Response(200, {"type": call.body.get("type", VAULT_TYPE), "properties": {"dnsZones": zones}})


def _check_name(call: Call) -> Response:
    name = str(call.body.get("name", ""))
    if not _NAME.fullmatch(name):
        message = "The name must have 2 to 50 letters, digits and hyphens and begin with a letter."
        return Response(200, {"nameAvailable": False, "reason": "Invalid", "message": message})
    scope = f"/subscriptions/{call['subscription']}/resourceGroups/{call['group']}"
    if call.arm.store.find(f"{scope}/providers/{VAULT_TYPE}/{name}"):
        message = f"The name '{name}' is already in use in this resource group."
        return Response(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": message})
    return Response(200, {"nameAvailable": True, "reason": None, "message": None})


def _link_resources(call: Call) -> Response:
    return Response(200, {"value": link_resources(call.arm, find_vault(call), call.request.base_url)})


def _link_resource(call: Call) -> Response:
    for resource in link_resources(call.arm, find_vault(call), call.request.base_url):
        if resource["name"].lower() == call["name"].lower():
            return Response(200, resource)
    raise ArmError(404, "ResourceNotFound", f"The private link resource '{call['name']}' was not found.")


def _extended_information(call: Call) -> Response:
    """The integrity key, a secret: stable for a vault, made when it is first asked for."""
    vault = find_vault(call)
    properties: JSON = {"integrityKey": _integrity_key(call.arm, vault), "algorithm": "None"}
    return Response(200, _child(vault, "extendedInformation", "vaultExtendedInfo", properties))


def _integrity_key(arm: Arm, vault: Resource) -> str:
    if "integrity_key" not in vault.hidden:
        vault.hidden["integrity_key"] = base64.b64encode(arm.random.randbytes(16)).decode()
    return str(vault.hidden["integrity_key"])


def _vault_configuration(call: Call) -> Response:
    vault = find_vault(call)
    soft_delete = vault.properties["securitySettings"]["softDeleteSettings"]
    properties = {
        "enhancedSecurityState": soft_delete.get("enhancedSecurityState", "Enabled"),
        "softDeleteFeatureState": soft_delete.get("softDeleteState", "Enabled"),
        "softDeleteRetentionPeriodInDays": soft_delete.get("softDeleteRetentionPeriodInDays", 14),
        **_storage(vault),
    }
    return Response(200, _child(vault, "backupconfig", "vaultconfig", properties))


def _storage_configuration(call: Call) -> Response:
    vault = find_vault(call)
    crossed = vault.properties["redundancySettings"].get("crossRegionRestore") == "Enabled"
    properties = {**_storage(vault), "crossRegionRestoreFlag": crossed}
    return Response(200, _child(vault, "backupstorageconfig", "vaultstorageconfig", properties))


def _storage(vault: Resource) -> JSON:
    """The storage type, locked once backup was configured."""
    kind = vault.properties["redundancySettings"]["standardTierStorageRedundancy"]
    locked = any(records(vault, name) for name in ("protected_items", "soft_deleted_items"))
    return {"storageModelType": kind, "storageType": kind, "storageTypeState": "Locked" if locked else "Unlocked"}


def _child(vault: Resource, segment: str, name: str, properties: JSON) -> JSON:
    return {
        "id": f"{vault.id}/{segment}/{name}",
        "name": name,
        "type": f"{VAULT_TYPE}/{segment}",
        "properties": properties,
    }
