"""What gates, checks and plan need to know of Azure, asked side by side in few waves.

A wave holds what can be named when it begins: the first from the desired state alone, the next from what the one before has
answered. The gates then find it in the inspection's memory and judge in their own order, so a wave changes no verdict and
no message; what it could not read fails where it is asked for.
"""

from __future__ import annotations

import contextlib
import typing as t
from functools import partial

from ..errors import RecoveryError
from ..ids import parse_id, unique_ids
from ..resources.endpoint_connections import endpoint_of
from ..resources.vaults import connections
from .gates.access import registrations, required_actions, resource_group_ids
from .gates.teardown import removing_actions
from .gates.zones import zone_subscriptions
from .inspection import Inspection
from .memory import Question

#: What one part of a wave asks.
Part = t.Callable[[Inspection], t.Iterable[Question]]


def vault(inspection: Inspection) -> t.Iterator[Question]:
    """The vault, and as soon as its region is known by it or by the operator, the zones of that region."""

    def ask() -> None:
        if inspection.vault is not None or inspection.desired.location:
            _zones_named(inspection)

    yield ask


def endpoints(inspection: Inspection) -> t.Iterator[Question]:
    """The desired endpoints, where they exist."""
    for endpoint in inspection.desired.all_endpoints:
        yield partial(inspection.endpoint, endpoint.id)


def networks(inspection: Inspection) -> t.Iterator[Question]:
    """Every network that takes part."""
    desired = inspection.desired
    for network in unique_ids(network for endpoint in desired.all_endpoints for network in endpoint.virtual_networks):
        yield partial(inspection.network, network)


def own_networks(inspection: Inspection) -> t.Iterator[Question]:
    """The networks of the endpoints."""
    for network in unique_ids(endpoint.network for endpoint in inspection.desired.all_endpoints):
        yield partial(inspection.network, network)


def usages(inspection: Inspection) -> t.Iterator[Question]:
    """The addresses taken in the networks of the endpoints."""
    for network in unique_ids(endpoint.network for endpoint in inspection.desired.all_endpoints):
        yield partial(inspection.usages, network)


def groups(inspection: Inspection) -> t.Iterator[Question]:
    """The resource groups that must exist."""
    for group in unique_ids(resource_group_ids(inspection)):
        yield partial(inspection.group, group)


def providers(inspection: Inspection) -> t.Iterator[Question]:
    """The registrations of the resource providers."""
    for row in registrations(inspection):
        yield partial(inspection.provider, row["subscription_id"], row["namespace"])


def locks(inspection: Inspection) -> t.Iterator[Question]:
    """The locks over everything that is made, changed or removed."""
    for group in unique_ids(_written_groups(inspection)):
        yield partial(inspection.locks, group)


def zone_lists(inspection: Inspection) -> t.Iterator[Question]:
    """The zones of the subscriptions that take part."""
    if inspection.desired.mode.makes_zones:
        for subscription in _zone_subscriptions(inspection):
            yield partial(inspection.zones_in, subscription)


def accounts(inspection: Inspection) -> t.Iterator[Question]:
    """The storage accounts, and the caches of machines that are to be replicated."""
    desired = inspection.desired
    caches = (machine["cache_storage_account_id"] for machine in desired.protected_machines)
    for account in unique_ids([*(account["id"] for account in desired.storage_accounts), *caches]):
        yield partial(inspection.storage_account, account)


def machines(inspection: Inspection) -> t.Iterator[Question]:
    """What the gate of machines asks of groups, caches and what is replicated already."""
    desired = inspection.desired
    for group in unique_ids(machine["recovery_resource_group_id"] for machine in desired.protected_machines):
        yield partial(inspection.group, group)
    for cache in unique_ids(machine["cache_storage_account_id"] for machine in desired.protected_machines):
        account = inspection.storage_account(cache)
        if account is not None:
            yield partial(inspection.keeps_deleted_blobs, account)


def assignments(inspection: Inspection) -> t.Iterator[Question]:
    """The roles that the vault's identity has, at each scope at which it is to have one."""
    desired = inspection.desired
    scopes = [account["id"] for account in desired.storage_accounts] if desired.sequence.needs_accounts else []
    for scope in dict.fromkeys([*(str(row["scope"]) for row in desired.role_assignments), *scopes]):
        if inspection.principal:
            yield partial(inspection.assignments, scope)


def permissions(inspection: Inspection) -> t.Iterator[Question]:
    """What may be done at each scope of the run."""
    for scope in required_actions(inspection):
        yield partial(inspection.granted, scope)


def removal_permissions(inspection: Inspection) -> t.Iterator[Question]:
    """What may be done at each scope of a teardown."""
    for scope in removing_actions(inspection):
        yield partial(inspection.granted, scope)


def names(inspection: Inspection) -> t.Iterator[Question]:
    """The names that the endpoints publish."""
    for endpoint in inspection.desired.all_endpoints:
        yield partial(inspection.names, endpoint.id)


def zone_groups(inspection: Inspection) -> t.Iterator[Question]:
    """The zone groups of endpoints that exist."""
    mode = inspection.desired.mode
    for endpoint in inspection.desired.all_endpoints if mode.makes_groups or mode.finds_groups else ():
        if inspection.endpoint(endpoint.id) is not None:
            yield partial(inspection.zone_groups, endpoint.id)


def groups_of_others(inspection: Inspection) -> t.Iterator[Question]:
    """The zone groups that somebody else attaches to the endpoints, which say where the names are."""
    if inspection.desired.mode.finds_groups:
        yield from zone_groups(inspection)


def links(inspection: Inspection) -> t.Iterator[Question]:
    """The links of the zones that have a planned name."""
    for subscription in _zone_subscriptions(inspection) if inspection.desired.mode.makes_zones else ():
        for zone in inspection.matching_zones(subscription):
            yield partial(inspection.links, zone)


def endpoint_lists(inspection: Inspection) -> t.Iterator[Question]:
    """The endpoints in the groups from which the vault is reached."""
    names = [endpoint_of(item) for item in connections(inspection.vault)]
    for group in unique_ids(parse_id(name).group_id for name in names if name.count("/") > 6):
        yield partial(inspection.endpoints_in, group)


def replicated(inspection: Inspection) -> t.Iterator[Question]:
    """The machines that the vault replicates."""
    yield lambda: inspection.replicated


def zone_contents(inspection: Inspection) -> t.Iterator[Question]:
    """Records and links of the endpoints' zones."""
    if inspection.desired.mode.azure_shows_records and not inspection.desired.mode.finds_groups:
        zones = unique_ids(zone for zone, _networks in inspection.planned_zones)
        yield from (partial(inspection.records, zone) for zone in zones)
        yield from (partial(inspection.links, zone) for zone in zones)


#: The waves of ``preflight`` by its stage, and of ``verification``.
WAVES: dict[str, tuple[tuple[Part, ...], ...]] = {
    "all": (
        (vault, endpoints, networks, usages, groups, providers, locks, zone_lists, accounts),
        (permissions, names, zone_groups, links, machines),
    ),
    "before_endpoint": ((vault, endpoints, own_networks, usages),),
    "plan": ((vault, endpoints, accounts), (names, zone_groups)),
    "teardown": ((vault, endpoints, locks, accounts), (removal_permissions,)),
    "verification": (
        (vault, endpoints, own_networks, usages, accounts),
        (names, groups_of_others, zone_contents, assignments),
    ),
}


def read_ahead(inspection: Inspection, stage: str) -> None:
    """Ask the waves of a stage. Nothing is raised: what failed fails for the first that asks for it.

    Where questions are asked one by one, each is asked when its answer is needed.
    """
    waves = () if inspection.azure.one_by_one else WAVES.get(stage, ())
    for wave in waves:
        questions: list[Question] = []
        for part in (*wave, *(inspection.desired.sequence.reads.get(stage, ()) if wave is waves[-1] else ())):
            try:
                questions += part(inspection)
            except RecoveryError:
                continue  # what it would name cannot be known; the gate that needs it says why
        inspection.memory.ahead(questions)


def _zone_subscriptions(inspection: Inspection) -> list[str]:
    found = (one for endpoint in inspection.desired.all_endpoints for one in zone_subscriptions(endpoint))
    return list(dict.fromkeys(found))


def _written_groups(inspection: Inspection) -> t.Iterator[str]:
    yield parse_id(inspection.desired.vault_id).group_id
    for endpoint in inspection.desired.all_endpoints:
        yield endpoint.group_id
        if inspection.desired.mode.makes_zones:
            yield endpoint.zone_group_id
    for account in inspection.desired.storage_accounts if inspection.desired.trusted_services else ():
        yield parse_id(account["id"]).group_id


def _zones_named(inspection: Inspection) -> None:
    """Have the names of the zones read; why they cannot be known is said by the gate that needs them."""
    with contextlib.suppress(RecoveryError):
        len(inspection.zone_names)
