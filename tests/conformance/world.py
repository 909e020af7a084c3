"""The Azure that the lanes of the SDKs find: an operator, a guest who may read one group, and a vault that has been used."""

from __future__ import annotations

import typing as t

from .evidence import GROUPS, SCOPE

GUEST = {
    "name": "guest",
    "object_id": "55555555-5555-4555-8555-555555555555",
    "client_id": "66666666-6666-4666-8666-666666666666",
}
SECRET = "rehearsal-secret"
_OPERATOR = {
    "object_id": "44444444-4444-4444-8444-444444444444",
    "client_id": "33333333-3333-4333-8333-333333333333",
    "client_secret": SECRET,
    "roles": [{"role": "Owner", "scope": SCOPE}],
}
WORLD: dict[str, t.Any] = {
    # The pollers of azure-core take the 404 that most deletions of vaults end with for a failure, as they do in Azure.
    "settings": {
        "retry_after": "none",
        "vault_page_size": 2,
        "record_page_size": 2,
        "vault_deletion_ends": "succeeded",
    },
    "principals": [
        _OPERATOR,
        {**GUEST, "client_secret": SECRET, "roles": [{"role": "Reader", "scope": f"{GROUPS}/rg-network"}]},
    ],
    "virtual_networks": [
        {
            "name": "vnet-app",
            "resource_group": "rg-network",
            "location": "westeurope",
            "address_prefixes": ["10.1.0.0/16"],
            "subnets": [{"name": "endpoints", "address_prefix": "10.1.1.0/24"}],
        }
    ],
    "storage_accounts": [{"name": "cacheaccount", "resource_group": "rg-used"}],
    "vaults": [
        {
            "name": "vault-used",
            "resource_group": "rg-used",
            "identity": "SystemAssigned",
            "history": {
                "protected_items": [
                    {"name": name, "backup_management_type": name}
                    for name in ("AzureIaasVM", "AzureWorkload", "AzureStorage", "MAB", "DPM", "AzureBackupServer")
                ],
                "jobs": [{"operation": "Backup", "machine": "vm-1"}],
                "migration_items": ["server-1"],
                "providers": ["appliance-1"],
            },
        }
    ],
}
