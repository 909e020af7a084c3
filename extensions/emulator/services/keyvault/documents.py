"""The JSON of a key vault and of its private endpoint connections.

Sources: azure-cli recordings ``test_keyvault_public_network_access.yaml`` (the vault's document, ``networkAcls`` left out
while nothing is restricted), ``test_keyvault_private_endpoint_connection.yaml`` (connections: no name and type inside the
vault's own document) and ``test_private_link_resource_keyvault.yaml``; Microsoft Learn "Azure Private Endpoint private DNS
zone values" (the zone is ``vaultcore``, not ``vault``). That purge protection is never sent as false and that the days of retention
are set once: the messages Azure answers, quoted by hashicorp/terraform-provider-azurerm (``key_vault_resource.go``) and Azure/bicep
templates; azure-rest-api-specs ``keyvault.json`` (``VaultProperties``: access policies are required where roles do not count).
"""

from __future__ import annotations

import re
import typing as t

from ...arm import Arm, Call
from ...clouds import CLOUDS
from ...store import Resource
from ...wire import JSON, ArmError, location
from ...world import TENANT
from .settings import refusal, setting

VAULT_TYPE = "Microsoft.KeyVault/vaults"
CONNECTION_TYPE = f"{VAULT_TYPE}/privateEndpointConnections"
VAULTS = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults"
VAULT = VAULTS + "/{vault}"
GROUP_ID = "vault"
_NAME = re.compile(r"[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]")
_LAID = (
    "accessPolicies",
    "enableRbacAuthorization",
    "enabledForDeployment",
    "enabledForDiskEncryption",
    "enabledForTemplateDeployment",
    "publicNetworkAccess",
    "sku",
    "tenantId",
)


def host(arm: Arm, name: str) -> str:
    """The public name of a vault."""
    return f"{name.lower()}.{CLOUDS[arm.world.get('cloud', 'AzureCloud')].key_vault_suffix}"


def zone(arm: Arm) -> str:
    """The private DNS zone of key vaults."""
    suffix = CLOUDS[arm.world.get("cloud", "AzureCloud")].key_vault_suffix
    return "privatelink." + suffix.replace("vault.", "vaultcore.", 1)


def check_name(arm: Arm, name: str) -> None:
    """Refuse a name Azure does not take, and one that another vault has: names are unique across Azure."""
    if not _NAME.fullmatch(name):
        raise refusal(
            arm,
            "name_invalid",
            f"The vault name '{name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name must "
            "begin with a letter, end with a letter or digit, and not contain consecutive hyphens.",
        )
    if any(vault.name.lower() == name.lower() for vault in arm.store.below("/", VAULT_TYPE)):
        raise ArmError(409, "VaultAlreadyExists", f"The vault name '{name}' is already in use.")


def new_vault(arm: Arm, resource_id: str, body: JSON) -> Resource:
    """A new vault, not stored yet. The public DNS of its name is still being registered."""
    name, now = resource_id.rsplit("/", 1)[-1], arm.clock.iso()
    document: JSON = {
        "id": resource_id,
        "name": name,
        "type": VAULT_TYPE,
        "location": location(body["location"]),
        "tags": {},
        "systemData": {"createdAt": now, "lastModifiedAt": now},
        "properties": {
            "sku": {"family": "A", "name": "standard"},
            "tenantId": arm.world.get("tenant_id", TENANT),
            "accessPolicies": [],
            "enabledForDeployment": False,
            "enableSoftDelete": True,
            "softDeleteRetentionInDays": int(setting(arm, "key_vault_retention_days")),
            "enableRbacAuthorization": False,
            "vaultUri": f"https://{host(arm, name)}",
            "provisioningState": "RegisteringDns",
            "publicNetworkAccess": "Enabled",
        },
    }
    vault = Resource(resource_id, document)
    lay(arm, vault, body)
    return vault


def registered(vault: Resource) -> None:
    """The vault's public name is there: a GET shows it with a trailing slash from then on."""
    vault.properties["provisioningState"] = "Succeeded"
    vault.properties["vaultUri"] = vault.properties["vaultUri"].rstrip("/") + "/"


def lay(arm: Arm, vault: Resource, body: JSON) -> None:
    """Write what a body says; rules that restrict nothing are not shown. Raises what Azure refuses, with nothing written."""
    given: JSON = body.get("properties") or {}
    check_protection(arm, given)
    days = given.get("softDeleteRetentionInDays")
    if days is not None:
        if not 7 <= int(days) <= 90:
            raise refusal(arm, "retention_days", "softDeleteRetentionInDays must be between 7 and 90.")
        if arm.store.find(vault.id) is not None and int(days) != vault.properties["softDeleteRetentionInDays"]:
            message = 'The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.'
            raise ArmError(400, "BadRequest", message)
        vault.properties["softDeleteRetentionInDays"] = int(days)
    if given.get("enablePurgeProtection"):
        vault.properties["enablePurgeProtection"] = True
    if body.get("tags") is not None:
        vault.document["tags"] = dict(body["tags"])
    for name in _LAID:
        if given.get(name) is not None:
            vault.properties[name] = given[name]
    if given.get("networkAcls") is not None:
        _lay_rules(vault, given["networkAcls"])
    vault.document["systemData"]["lastModifiedAt"] = arm.clock.iso()


def check_protection(arm: Arm, given: JSON) -> None:
    """Purge protection is on or left out; it is never switched off."""
    if given.get("enablePurgeProtection") is False:
        raise ArmError(
            400,
            "BadRequest",
            'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an '
            "irreversible action.",
        )


def check_new(given: JSON) -> None:
    """What a new vault needs: its tenant and SKU, and access policies unless roles count."""
    missing = [name for name in ("tenantId", "sku") if not given.get(name)]
    if given.get("accessPolicies") is None and not given.get("enableRbacAuthorization"):
        missing.append("accessPolicies")
    if missing:
        raise ArmError(400, "BadRequest", f"The parameter {missing[0]} is not specified.")


def _lay_rules(vault: Resource, given: JSON) -> None:
    rules = {
        "bypass": given.get("bypass") or "AzureServices",
        "defaultAction": given.get("defaultAction") or "Allow",
        "ipRules": list(given.get("ipRules") or []),
        "virtualNetworkRules": list(given.get("virtualNetworkRules") or []),
    }
    if rules["defaultAction"] == "Allow" and not rules["ipRules"] and not rules["virtualNetworkRules"]:
        vault.properties.pop("networkAcls", None)
    else:
        vault.properties["networkAcls"] = rules


def vault_id(call: Call) -> str:
    """The id of the vault a request is about, whatever comes after it in the path."""
    return "/".join(call.id.split("/")[:9])


def find_vault(call: Call) -> Resource:
    """The vault of a request. Raises 404."""
    return call.arm.store.get(vault_id(call))


def connections(arm: Arm, vault: Resource) -> list[Resource]:
    """The private endpoint connections of a vault in the order in which they came."""
    return arm.store.below(vault.id, CONNECTION_TYPE)


def show_connections(arm: Arm, vault: Resource) -> None:
    """Write what the vault's own document says of its connections: neither name nor type."""
    shown = [{"id": each.id, "properties": each.properties} for each in connections(arm, vault)]
    if shown:
        vault.properties["privateEndpointConnections"] = shown
    else:
        vault.properties.pop("privateEndpointConnections", None)


def endpoint_id(connection: Resource) -> str:
    """The private endpoint a connection comes from."""
    return t.cast(str, connection.properties["privateEndpoint"]["id"])
