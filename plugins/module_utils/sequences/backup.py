"""The Backup sequence."""

from __future__ import annotations

from .gates.endpoints import endpoint_names, experience, quota
from .gates.locks import locks
from .gates.names import topology, zone_knowledge, zones
from .gates.network import networks, regions, subnets
from .gates.proof import resolution
from .gates.vault import cloud, cross_region, encryption, freshness, identity, other_users
from .inspection import Check

BACKUP_GATES: tuple[tuple[str, Check], ...] = (
    ("cloud", cloud),
    ("freshness", freshness),
    ("experience", experience),
    ("quota", quota),
    ("endpoint_name", endpoint_names),
    ("virtual_network", networks),
    ("subnet", subnets),
    ("region", regions),
    ("zone_names", zone_knowledge),
    ("dns_mode", topology),
    ("zones", zones),
    ("resolution", resolution),
    ("locks", locks),
    ("cross_region_restore", cross_region),
    ("other_users", other_users),
    ("identity", identity),
    ("encryption", encryption),
)
# Asked again right before an endpoint is created: what can have changed since, and cannot be undone.
BEFORE_ENDPOINT = ("freshness", "quota", "endpoint_name", "subnet", "region")
