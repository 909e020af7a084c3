"""Variables and worlds: the settings in which a role is played again and again."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ..conftest import GROUPS, WORLD, Cloud
from ..worlds import site_recovery as recovery
from .sequence import Sequence
from .support import DESIRED, ENDPOINT_WISH, UNREGISTERED, WHOLE_WISH

JSON = dict[str, t.Any]
#: Both sides and a cache account with an endpoint.
RECOVERY: JSON = {
    "site_recovery_vault_name": "vault-recovery",
    "site_recovery_vault_resource_group": "rg-recovery",
    "site_recovery_endpoints": recovery.both(),
    "site_recovery_storage_accounts": [recovery.cache_account()],
}
#: One machine, to be replicated at the end of the run.
PROTECTED: JSON = {
    "site_recovery_protected_machines": [
        {
            "id": recovery.MACHINE,
            "disks": [f"{GROUPS}/rg-network/providers/Microsoft.Compute/disks/vm01-os"],
            "recovery_resource_group_id": f"{GROUPS}/rg-recovery",
            "cache_storage_account_id": recovery.CACHE,
        }
    ],
    "site_recovery_source_location": "westeurope",
}
UNREGISTERED_WORLD: JSON = {**WORLD, "subscriptions": [UNREGISTERED]}
#: One endpoint that waits for approval, so that every kind of request comes at least once.
ONE_ENDPOINT: JSON = {**DESIRED, "backup_endpoints": [{**ENDPOINT_WISH, "manual": True}]}
#: The same of a classic vault, whose storage endpoints come with the approval and whose records the role has to write.
CLASSIC: JSON = {**ONE_ENDPOINT, "backup_experience": "v1", "backup_settle_seconds": 0}
CLASSIC_WORLD: JSON = {
    **WORLD,
    "settings": {
        "backup_experience": "v1",
        "classic_storage_endpoints": "approval",
        "classic_zone_search": "own_groups",
    },
}


class Setting(t.NamedTuple):
    """A role, the operator's variables and what exists before."""

    role: str
    desired: JSON
    world: JSON

    def cloud(self, latency: str = "instant") -> Cloud:
        """A new Azure of this setting."""
        return Cloud(self.world, latency)

    def sequence(self, cloud: Cloud, directory: Path) -> Sequence:
        """The role against that Azure."""
        return Sequence(cloud, directory, self.role, **self.desired)


SETTINGS: dict[str, Setting] = {
    "backup": Setting("backup", {**WHOLE_WISH, "backup_dns_mode": "zone_group"}, UNREGISTERED_WORLD),
    "backup, records": Setting("backup", {**WHOLE_WISH, "backup_dns_mode": "records"}, UNREGISTERED_WORLD),
    "backup, endpoint": Setting("backup", {**ONE_ENDPOINT, "backup_dns_mode": "zone_group"}, WORLD),
    "backup, endpoint, records": Setting("backup", {**ONE_ENDPOINT, "backup_dns_mode": "records"}, WORLD),
    "backup, classic": Setting("backup", CLASSIC, CLASSIC_WORLD),
    "site_recovery": Setting("site_recovery", {**RECOVERY, **PROTECTED}, recovery.WORLD),
    "site_recovery, records": Setting(
        "site_recovery", {**RECOVERY, "site_recovery_dns_mode": "records"}, recovery.WORLD
    ),
}
RECOVERY_CUSTOM = {**RECOVERY, "site_recovery_dns_mode": "custom"}
