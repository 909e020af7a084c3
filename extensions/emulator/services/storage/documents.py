"""The JSON of a storage account, its keys and the names of its services.

Sources: azure-cli recording ``test_network_private_endpoint_private_dns_zone_group.yaml`` (the account's document, with
``networkAcls`` and an empty list of connections although neither was ever set); azure-rest-api-specs
``specification/storage/resource-manager/Microsoft.Storage/stable`` (``storage.json``: kinds, tiers); Microsoft Learn
"Storage account overview" (which kind offers which service).
"""

from __future__ import annotations

import base64
import typing as t

from ...arm import Arm, Call
from ...clouds import CLOUDS
from ...provider_catalog import regions
from ...store import Resource
from ...wire import JSON, location
from .settings import setting

ACCOUNT_TYPE = "Microsoft.Storage/storageAccounts"
CONNECTION_TYPE = f"{ACCOUNT_TYPE}/privateEndpointConnections"
ACCOUNTS = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts"
ACCOUNT = ACCOUNTS + "/{account}"
#: Account kind -> the services it offers, each of them a private link group.
SERVICES: dict[str, tuple[str, ...]] = {
    "StorageV2": ("blob", "queue", "table", "file", "dfs", "web"),
    "Storage": ("blob", "queue", "table", "file"),
    "BlobStorage": ("blob", "table", "dfs"),
    "BlockBlobStorage": ("blob", "dfs", "web"),
    "FileStorage": ("file",),
}
_PREMIUM_PAGE_BLOB = ("blob", "web")
_KEY_BYTES = 64


def new_account(arm: Arm, resource_id: str, region: str, kind: str, sku: str) -> Resource:
    """A new account, still being created and not stored yet. Its keys are hidden: only ``listKeys`` shows them."""
    now = arm.clock.iso()
    document: JSON = {
        "sku": {"name": sku, "tier": tier_of(sku)},
        "kind": kind,
        "id": resource_id,
        "name": resource_id.rsplit("/", 1)[-1],
        "type": ACCOUNT_TYPE,
        "location": location(region),
        "tags": {},
        "properties": {
            "keyCreationTime": {"key1": now, "key2": now},
            "privateEndpointConnections": [],
            "minimumTlsVersion": "TLS1_0",
            "allowBlobPublicAccess": False,
            "allowCrossTenantReplication": False,
            **({"accessTier": "Hot"} if has_access_tier(kind, sku) else {}),
            "networkAcls": no_rules(),
            "supportsHttpsTrafficOnly": True,
            "encryption": encryption({}, now),
            "provisioningState": "Creating",
            "creationTime": now,
            "primaryLocation": location(region),
            "statusOfPrimary": "available",
        },
    }
    account = Resource(resource_id, document, {"keys": [_key(arm), _key(arm)]})
    show_endpoints(arm, account)
    return account


def encryption(given: JSON, now: str) -> JSON:
    """What an account says of its encryption: files and blobs are always encrypted, whatever a client sent."""
    service = {"keyType": "Account", "enabled": True, "lastEnabledTime": now}
    return {"keySource": "Microsoft.Storage", **given, "services": {name: dict(service) for name in ("file", "blob")}}


def has_access_tier(kind: str, sku: str) -> bool:
    """Whether an account has a default access tier (azure-rest-api-specs ``storage.json``; recorded of StorageV2)."""
    return kind in ("StorageV2", "BlobStorage") and tier_of(sku) == "Standard"


def no_rules() -> JSON:
    """The firewall of an account that never had one set."""
    return {
        "ipv6Rules": [],
        "bypass": "AzureServices",
        "virtualNetworkRules": [],
        "ipRules": [],
        "defaultAction": "Allow",
    }


def tier_of(sku: str) -> str:
    """Standard or Premium: the first part of a SKU's name."""
    return sku.partition("_")[0]


def show_endpoints(arm: Arm, account: Resource) -> None:
    """Write the URLs of the account's services, and where its copies in the paired region are.

    Source: azure-cli recordings ``test_create_storage_account.yaml`` and ``test_create_storage_account_v2.yaml``: every
    geo-redundant account says where, one that can be read there has URLs as well, for all services but files.
    """
    properties = account.properties
    properties["primaryEndpoints"] = {
        service: f"https://{host(arm, account.name, service)}/" for service in services(account)
    }
    for name in ("secondaryLocation", "statusOfSecondary", "secondaryEndpoints"):
        properties.pop(name, None)
    sku = account.document["sku"]["name"]
    pair = next((one.pair for one in regions(arm.world["cloud"]) if one.name == account.document["location"]), "")
    if "G" in sku.partition("_")[2] and pair:
        properties.update(secondaryLocation=pair, statusOfSecondary="available")
    if "_RA" in sku and pair:
        properties["secondaryEndpoints"] = {
            service: f"https://{host(arm, f'{account.name}-secondary', service)}/"
            for service in services(account)
            if service != "file"
        }


def services(account: Resource) -> tuple[str, ...]:
    """The services an account offers; General Purpose v2 with a Premium SKU holds page blobs only."""
    kind = account.document["kind"]
    if kind == "StorageV2" and account.document["sku"]["tier"] == "Premium":
        return _PREMIUM_PAGE_BLOB
    return SERVICES[kind]


def host(arm: Arm, name: str, service: str) -> str:
    """The public name of one service of an account."""
    suffix = CLOUDS[arm.world.get("cloud", "AzureCloud")].storage_suffix
    own = f"{name}.{setting(arm, 'storage_web_label')}" if service == "web" else name
    return f"{own}.{service}.{suffix}"


def zone(arm: Arm, service: str) -> str:
    """The private DNS zone of a service."""
    return f"privatelink.{service}.{CLOUDS[arm.world.get('cloud', 'AzureCloud')].storage_suffix}"


def account_id(call: Call) -> str:
    """The id of the account a request is about, whatever comes after it in the path."""
    return "/".join(call.id.split("/")[:9])


def find_account(call: Call) -> Resource:
    """The account of a request. Raises 404."""
    return call.arm.store.get(account_id(call))


def connections(arm: Arm, account: Resource) -> list[Resource]:
    """The private endpoint connections of an account in the order in which they came."""
    return arm.store.below(account.id, CONNECTION_TYPE)


def show_connections(arm: Arm, account: Resource) -> None:
    """Write what the account's GET says about its connections."""
    account.properties["privateEndpointConnections"] = [each.document for each in connections(arm, account)]


def endpoint_id(connection: Resource) -> str:
    """The private endpoint a connection comes from."""
    return t.cast(str, connection.properties["privateEndpoint"]["id"])


def _key(arm: Arm) -> str:
    return base64.b64encode(arm.random.randbytes(_KEY_BYTES)).decode()
