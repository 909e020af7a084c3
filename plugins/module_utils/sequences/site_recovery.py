"""The Site Recovery sequence."""

from __future__ import annotations

from .gates.endpoints import endpoint_names, quota
from .gates.locks import locks
from .gates.names import topology, zone_knowledge, zones
from .gates.network import networks, regions, subnets
from .gates.proof import resolution
from .gates.replication import machines, sides, storage
from .gates.vault import cloud, cross_region, encryption, freshness, other_users
from .inspection import Check

SITE_RECOVERY_GATES: tuple[tuple[str, Check], ...] = (
    ("cloud", cloud),
    ("sides", sides),
    ("freshness", freshness),
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
    ("storage", storage),
    ("machines", machines),
    ("cross_region_restore", cross_region),
    ("other_users", other_users),
    ("encryption", encryption),
)
