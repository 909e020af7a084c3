"""What the vault's identity is given where it makes endpoints and records by itself, and at exactly which scopes.

https://learn.microsoft.com/azure/backup/private-endpoints, Grant permissions to the vault, and Managing permissions on resource
groups: the identity manages endpoints and reads their interfaces in the endpoints' resource group, joins subnets of the
virtual network and writes records in the resource group of the zones.
"""

from __future__ import annotations

import typing as t

from ..ids import fold_id, parse_id
from ..resources.custom_roles import (
    BROAD_ROLE,
    CUSTOM_ROLES,
    ENDPOINT_ROLE,
    INTERFACE_ROLE,
    SUBNET_ROLE,
    ZONE_ROLE,
    CustomRole,
)
from .desired import Desired, Endpoint
from .rows import RoleRow


class Grant(t.NamedTuple):
    """A role at a scope."""

    scope: str
    role: str


def _least(endpoint: Endpoint) -> t.Iterator[Grant]:
    yield Grant(endpoint.group_id, ENDPOINT_ROLE.name)
    yield Grant(endpoint.group_id, INTERFACE_ROLE.name)
    yield Grant(endpoint.network, SUBNET_ROLE.name)


def _broad(endpoint: Endpoint) -> t.Iterator[Grant]:
    yield Grant(endpoint.group_id, BROAD_ROLE)
    yield Grant(parse_id(endpoint.network).group_id, BROAD_ROLE)


class Way(t.NamedTuple):
    """One way to give what is needed: the grants of an endpoint, the role on its zones' group, the custom roles among them."""

    of_endpoint: t.Callable[[Endpoint], t.Iterator[Grant]]
    zone_role: str
    custom: tuple[CustomRole, ...] = ()


#: By the value of ``grants``.
WAYS: dict[str, Way] = {
    "least_privilege": Way(_least, ZONE_ROLE, CUSTOM_ROLES),
    "contributor": Way(_broad, BROAD_ROLE),
}


def grants_of(desired: Desired) -> list[Grant]:
    """The grants of the vault's identity, each once; none where it makes nothing."""
    if not desired.classic:
        return []
    way = WAYS[desired.grants]
    found: dict[tuple[str, str], Grant] = {}
    for endpoint in desired.endpoints:
        rows = [*way.of_endpoint(endpoint)]
        if finds_zones(desired, endpoint):
            rows.append(Grant(endpoint.zone_group_id, way.zone_role))
        for row in rows:
            found.setdefault((fold_id(row.scope), row.role), row)
    return [*found.values()]


def finds_zones(desired: Desired, endpoint: Endpoint) -> bool:
    """Whether the vault may write records into an endpoint's zones: not into those of another subscription.

    https://learn.microsoft.com/azure/backup/private-endpoints-overview: integration with zones of other subscriptions is
    unsupported in this experience.
    """
    zones, own = (parse_id(text).subscription_id.lower() for text in (endpoint.zone_group_id, endpoint.id))
    return desired.mode.makes_zones and zones == own


def custom_roles(desired: Desired) -> list[tuple[CustomRole, list[str]]]:
    """The custom roles among the grants, each with the ids of the subscriptions in which it is given."""
    custom = WAYS[desired.grants].custom if desired.classic else ()
    given = grants_of(desired)
    return [(role, subscriptions_of(given, role.name)) for role in custom]


def subscriptions_of(grants: t.Iterable[Grant], role: str) -> list[str]:
    """The ids of the subscriptions in which a role is given."""
    ids = (parse_id(row.scope).subscription_id.lower() for row in grants if row.role == role)
    return [f"/subscriptions/{text}" for text in dict.fromkeys(ids)]


def as_rows(grants: t.Iterable[Grant]) -> list[RoleRow]:
    """Grants as the steps take them."""
    return [{"scope": row.scope, "role": row.role} for row in grants]
