"""What a storage account that is made for Azure Migrate is like.

Public sources: https://learn.microsoft.com/azure/migrate/migrate-servers-to-azure-using-private-link (general-purpose v2);
https://learn.microsoft.com/rest/api/storagerp/storage-accounts/create; public templates of private projects
(janegilring/azure-migrate-private-endpoint-bicep): Standard_LRS, hot, TLS 1.2, https only, no public blobs, firewall closed but for
trusted services.
"""

from __future__ import annotations

import re

from ..engine.resource import Kind
from ..engine.spec import Option, a_region, caseless
from ..engine.tags import tags
from ..errors import InputError
from . import firewalls
from .storage_accounts import API_VERSION, TYPE

PROVIDER = "Microsoft.Storage"
NAME = re.compile(r"[a-z0-9]{3,24}")
STANDARD = "Standard_LRS"
SKUS = (STANDARD, "Standard_ZRS", "Standard_GRS", "Standard_RAGRS", "Premium_LRS")

OPTIONS = {
    "location": Option(to="location", fold=a_region, immutable=True),
    "sku": Option(to="sku.name", fold=caseless, choices=SKUS),
    "minimum_tls_version": Option(to="properties.minimumTlsVersion", choices=("TLS1_2", "TLS1_3")),
    "https_only": Option(type="bool", to="properties.supportsHttpsTrafficOnly"),
    "blob_public_access": Option(type="bool", to="properties.allowBlobPublicAccess"),
    "public_network_access": Option(
        to="properties.publicNetworkAccess", fold=caseless, choices=("Enabled", "Disabled")
    ),
    "tags": tags("tags"),
}
ROWS = {
    **OPTIONS,
    "kind": Option(to="kind", fold=caseless, immutable=True),
    "rules": Option(type="dict", to="properties.networkAcls", fold=firewalls.folded),
}
KIND = Kind(
    TYPE,
    API_VERSION,
    ROWS,
    update="PATCH",
    creating={
        "kind": "StorageV2",
        "sku": {"name": STANDARD},
        "properties": {
            "accessTier": "Hot",
            "minimumTlsVersion": "TLS1_2",
            "supportsHttpsTrafficOnly": True,
            "allowBlobPublicAccess": False,
            "allowCrossTenantReplication": False,
        },
    },
    recreate="Choose another name: neither region nor kind of an account is changed here.",
)


def check_name(name: str) -> None:
    """Raise :class:`InputError` for a name Azure does not take."""
    if not NAME.fullmatch(name):
        raise InputError(f"{name!r} is not a valid name for a storage account: 3 to 24 lower-case letters and digits.")
