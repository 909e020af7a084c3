"""The small documents below a vault that Backup's clients read and write; most of what they say is the vault's own.

Sources: azure-rest-api-specs ``recoveryservices`` (vaultExtendedInfo, ``registeredIdentities``) and ``recoveryservicesbackup``
(vaultconfig, vaultstorageconfig, resource guard proxies; their statuses).
"""

from __future__ import annotations

import base64
import copy

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, Response
from .documents import VAULT, VAULT_TYPE, etag, find_vault, judge_security
from .history import records
from .rules import check_properties

#: Property of ``vaultconfig`` -> that of the vault's soft delete settings.
_SOFT_DELETE = {
    "enhancedSecurityState": "enhancedSecurityState",
    "softDeleteFeatureState": "softDeleteState",
    "softDeleteRetentionPeriodInDays": "softDeleteRetentionPeriodInDays",
}
_FLAGS = {True: "Enabled", False: "Disabled"}


def routes() -> list[Route]:
    """Configuration, storage, extended information, identities of servers, and the guard that no vault here has."""
    extended = f"{VAULT}/extendedInformation/vaultExtendedInfo"
    configuration = f"{VAULT}/backupconfig/vaultconfig"
    storage = f"{VAULT}/backupstorageconfig/vaultstorageconfig"
    return [
        *(Route(method, extended, _extended_information) for method in ("GET", "PUT", "PATCH")),
        Route("GET", configuration, _configuration),
        Route("PUT", configuration, _change_configuration),
        Route("PATCH", configuration, _change_configuration),
        Route("GET", storage, _storage_configuration),
        Route("PUT", storage, _put_storage),
        Route("PATCH", storage, _patch_storage),
        Route("GET", f"{VAULT}/backupResourceGuardProxies", _no_guards),
        Route("POST", f"{VAULT}/backupSecurityPIN", _security_pin),
        Route("DELETE", f"{VAULT}/registeredIdentities/{{identity}}", _forget_identity),
    ]


def _security_pin(call: Call) -> Response:
    """A PIN for what must not be done by accident, such as changing the passphrase of a server; a new one each time.

    Source: azure-rest-api-specs ``recoveryservicesbackup``, type ``TokenInformation``. How long it is valid is
    documented with the portal's PIN: five minutes (Microsoft Learn "Security features to help protect hybrid backups").
    """
    find_vault(call)
    digits = "".join(str(call.arm.random.randrange(10)) for _digit in range(6))
    ends = call.arm.clock.now() + 300
    ticks = int((ends + 62135596800) * 10_000_000)
    return Response(200, {"token": digits, "expiryTimeInUtcTicks": ticks, "securityPIN": digits})


def _extended_information(call: Call) -> Response:
    """The integrity key, a secret: stable for a vault, made when it is first asked for. A client's own key replaces it."""
    vault = find_vault(call)
    sent = call.body.get("properties") or {}
    if sent.get("integrityKey"):
        vault.hidden["integrity_key"] = str(sent["integrityKey"])
    properties: JSON = {"integrityKey": _integrity_key(call.arm, vault), "algorithm": sent.get("algorithm") or "None"}
    return Response(200, _child(vault, "extendedInformation", "vaultExtendedInfo", properties))


def _integrity_key(arm: Arm, vault: Resource) -> str:
    if "integrity_key" not in vault.hidden:
        vault.hidden["integrity_key"] = base64.b64encode(arm.random.randbytes(16)).decode()
    return str(vault.hidden["integrity_key"])


def _configuration(call: Call) -> Response:
    vault = find_vault(call)
    soft_delete = vault.properties["securitySettings"]["softDeleteSettings"]
    properties = {name: soft_delete[own] for name, own in _SOFT_DELETE.items() if own in soft_delete}
    # azure-cli recording ``test_backup_vault.yaml``; whether soft delete that is always on can be edited is inferred.
    editable = soft_delete.get("softDeleteState") != "AlwaysON"
    properties["isSoftDeleteFeatureStateEditable"] = editable
    return Response(200, _child(vault, "backupconfig", "vaultconfig", properties))


def _change_configuration(call: Call) -> Response:
    vault, sent = find_vault(call), call.body.get("properties") or {}
    soft_delete = vault.properties["securitySettings"]["softDeleteSettings"]
    soft_delete.update({own: sent[name] for name, own in _SOFT_DELETE.items() if sent.get(name) is not None})
    judge_security(vault)
    vault.document["etag"] = etag(call.arm)
    return _configuration(call)


def _storage_configuration(call: Call) -> Response:
    vault = find_vault(call)
    crossed = vault.properties["redundancySettings"].get("crossRegionRestore") == "Enabled"
    properties = {**_storage(vault), "crossRegionRestoreFlag": crossed}
    return Response(200, _child(vault, "backupstorageconfig", "vaultstorageconfig", properties))


def _put_storage(call: Call) -> Response:
    _change_storage(call)
    return _storage_configuration(call)


def _patch_storage(call: Call) -> Response:
    _change_storage(call)
    return Response(204)


def _change_storage(call: Call) -> None:
    """Another redundancy, or copies in the paired region: what the vault's own ``redundancySettings`` would allow."""
    vault, sent = find_vault(call), call.body.get("properties") or {}
    wanted = copy.deepcopy(vault.properties)
    kind = sent.get("storageModelType") or sent.get("storageType")
    if kind:
        wanted["redundancySettings"]["standardTierStorageRedundancy"] = kind
    if sent.get("crossRegionRestoreFlag") is not None:
        wanted["redundancySettings"]["crossRegionRestore"] = _FLAGS[bool(sent["crossRegionRestoreFlag"])]
    check_properties(call.arm, vault, wanted)
    vault.document["properties"] = wanted
    vault.document["etag"] = etag(call.arm)


def _no_guards(call: Call) -> Response:
    find_vault(call)
    return Response(200, {"value": []})


def _forget_identity(call: Call) -> Response:
    """Unregister a server: its container is no longer listed. One that is not registered is no error."""
    vault, wanted = find_vault(call), call["identity"].lower()
    for kind in ("containers", "engines"):
        listed = records(vault, kind)
        listed[:] = [each for each in listed if wanted not in _names(each)]
    return Response(204)


def _names(document: JSON) -> tuple[str, ...]:
    return str(document["name"]).lower(), str(document["properties"].get("friendlyName", "")).lower()


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
