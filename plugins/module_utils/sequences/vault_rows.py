"""Gates and checks that every sequence of a vault has, in the order in which they are asked."""

from __future__ import annotations

from .checks.capacity import check_capacity
from .checks.vault import check_identity, check_public_access, check_roles, check_trusted_services
from .gates.endpoints import endpoint_names, quota
from .gates.experience import experience
from .gates.locks import locks, teardown_locks
from .gates.names import topology, zone_knowledge, zones
from .gates.network import networks, paths, regions, subnets
from .gates.proof import resolution
from .gates.teardown import in_use, permissions
from .gates.vault import cloud, cross_region, encryption, freshness, identity, other_users
from .sequence import GateRow, with_own

#: What is asked again right before an endpoint is created can have changed since, and cannot be undone.
VAULT_GATES = (
    GateRow("cloud", cloud),
    GateRow("freshness", freshness, again=True),
    GateRow("quota", quota, again=True),
    GateRow("endpoint_name", endpoint_names, again=True),
    GateRow("virtual_network", networks),
    GateRow("peering", paths),
    GateRow("subnet", subnets, again=True),
    GateRow("region", regions, again=True),
    GateRow("zone_names", zone_knowledge),
    GateRow("dns_mode", topology),
    GateRow("zones", zones),
    GateRow("resolution", resolution),
    GateRow("locks", locks),
    GateRow("cross_region_restore", cross_region),
    GateRow("other_users", other_users),
    GateRow("encryption", encryption),
)
#: And of those whose endpoints are for Azure Backup.
BACKUP_GATES = with_own(
    VAULT_GATES, freshness=(GateRow("experience", experience),), other_users=(GateRow("identity", identity),)
)
BACKUP_TEARDOWN_GATES = (
    GateRow("permissions", permissions),
    GateRow("in_use", in_use),
    GateRow("locks", teardown_locks),
)
VAULT_CHECKS = (
    GateRow("identity", check_identity),
    GateRow("roles", check_roles),
    GateRow("trusted_services", check_trusted_services),
)
VAULT_LATE_CHECKS = (GateRow("capacity", check_capacity), GateRow("public_access", check_public_access))
