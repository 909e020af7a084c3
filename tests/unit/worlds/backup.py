"""Worlds of Backup vaults, what preflight and verification are asked there, and what they said."""

from __future__ import annotations

import typing as t

from ansible_collections.privatelink.recovery.plugins.modules.verification import MODULE as VERIFICATION

from .. import conftest
from ..conftest import BACKUP_ZONES, NETWORK, SUBNET, VAULT, Cloud

JSON = dict[str, t.Any]
WANTED: dict[str, t.Any] = {
    "vault": {"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"},
    "endpoints": [{"name": "pe-backup", "subnet": SUBNET}],
    "dns_zones": {"resource_group": "rg-dns"},
    "enforce": False,
}


AN_HOUR = {"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope", "created_days_ago": 1}


def closed(result: JSON) -> set[str]:
    """The gates that are closed."""
    assert not result.get("failed"), result
    return {gate["name"] for gate in result["gates"] if gate["verdict"] in ("refused", "unknown")}


def endpoint(name: str, **more: t.Any) -> JSON:
    """An endpoint of the vault, as a world file has it."""
    return {
        "name": name, "resource_group": "rg-backup", "virtual_network": "vnet-hub", "subnet": "endpoints",
        "target": VAULT, "group_id": "AzureBackup", "location": "westeurope", **more,
    }  # fmt: skip


HISTORIES = {
    "protected item": {"protected_items": ["sql01"]},
    "soft-deleted item": {"soft_deleted_items": ["sql01"]},
    "workload container": {"containers": [{"name": "sql01", "backup_management_type": "AzureWorkload"}]},
    "MARS container": {"containers": [{"name": "srv01", "backup_management_type": "MAB"}]},
    "engine": {"engines": ["dpm01"]},
    "failed job": {"jobs": [{"operation": "ConfigureBackup", "status": "Failed"}]},
    "fabric": {"fabrics": ["asr-fabric"]},
    "replicated item": {"replication_protected_items": ["vm01"]},
    "usage": {"usages": {"ProtectedItemCount": 1}},
    "activity": {
        "activity": [
            {
                "operation_name": "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/write",
                "status": "Failed",
                "days_ago": 0.5,
            }
        ]
    },
}


BACKUP_WANTED: JSON = {
    "vault": {"name": "vault-backup", "resource_group": "rg-backup"},
    "endpoints": [{"name": "pe-backup", "subnet": SUBNET}],
    "dns_zones": {"resource_group": "rg-dns"},
    "enforce": False,
}


def given(entry: JSON) -> JSON:
    """An entry of a world file without what is None."""
    return {key: value for key, value in entry.items() if value is not None}


def backup_cloud(world: JSON | None = None, **endpoint: t.Any) -> Cloud:
    """Azure after a Backup run; ``world`` is laid over the usual one."""
    linked = [{"name": "app", "virtual_network": NETWORK}]
    return Cloud(
        {
            **conftest.WORLD,
            **(world or {}),
            "vaults": [
                {
                    "name": "vault-backup",
                    "resource_group": "rg-backup",
                    "location": "westeurope",
                    "identity": "SystemAssigned",
                }
            ],
            "private_dns_zones": [
                {"name": zone.rsplit("/", 1)[-1], "resource_group": "rg-dns", "virtual_network_links": linked}
                for zone in BACKUP_ZONES
            ],
            "private_endpoints": [
                given(
                    {
                        "name": "pe-backup",
                        "resource_group": "rg-backup",
                        "virtual_network": "vnet-app",
                        "subnet": "endpoints",
                        "target": conftest.VAULT,
                        "group_id": "AzureBackup",
                        "zone_group": {"name": "default", "zones": BACKUP_ZONES},
                        **endpoint,
                    }
                )
            ],
        }
    )


def ask(cloud: Cloud, desired: JSON, **more: t.Any) -> JSON:
    """The verdicts, with nothing written; enforced, the same verdicts are an error."""
    cloud.mark()
    result = cloud.run(VERIFICATION, **{**desired, **more})
    assert not result.get("failed"), result
    assert result["changed"] is False
    assert result["passed"] is (not failed(result))
    enforced = cloud.run(VERIFICATION, **{**desired, **more, "enforce": True})
    assert bool(enforced.get("failed")) is not result["passed"]
    assert enforced["checks"] == result["checks"]
    assert cloud.writes() == []
    return result


def failed(result: JSON) -> list[str]:
    """The names of the checks that failed."""
    return [check["name"] for check in result["checks"] if check["verdict"] in ("refused", "unknown")]
