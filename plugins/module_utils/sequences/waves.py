"""What gates, checks and plan need to know of Azure, asked side by side as soon as it can be named.

Most can be named from the desired state alone and is asked at once; the rest rests on parts asked before it, and follows as
soon as these are answered. The gates then find it in the inspection's memory and judge in their own order, so reading ahead
changes no verdict and no message; what could not be read fails where it is asked for.
"""

from __future__ import annotations

import threading
import typing as t
from functools import partial

from ..errors import RecoveryError
from ..ids import parse_id, unique_ids
from ..resources.endpoint_connections import endpoint_of
from ..resources.vaults import connections
from .gates.access import registrations, required_actions, resource_group_ids
from .gates.teardown import removing_actions
from .gates.zones import zone_subscriptions
from .grants import custom_roles, grants_of
from .inspection import Inspection
from .machines import networks_of
from .memory import Question
from .sequence import Reads as Part
from .sequence import Step
from .settled import roles_comparable


def vault(inspection: Inspection) -> t.Iterator[Question]:
    """The vault."""
    yield lambda: inspection.vault


def zone_names(inspection: Inspection) -> t.Iterator[Question]:
    """The names of the zones, as soon as the region is known; why they cannot be known is said by the gate that needs them."""
    if inspection.vault is not None or inspection.desired.location:
        yield lambda: inspection.zone_names


def zone_names_of_a_new_vault(inspection: Inspection) -> t.Iterator[Question]:
    """The same, in the region of the resource group where neither vault nor operator names one."""
    yield lambda: inspection.zone_names


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
    for machine in desired.protected_machines:
        yield partial(networks_of, inspection, machine["id"])
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


def roles_to_compare(inspection: Inspection) -> t.Iterator[Question]:
    """The same, where they alone say whether a step is left."""
    if roles_comparable(inspection):
        yield from assignments(inspection)


def grants(inspection: Inspection) -> t.Iterator[Question]:
    """The roles of a classic vault's identity, at each scope at which it needs one."""
    for scope in unique_ids(grant.scope for grant in grants_of(inspection.desired)):
        if inspection.principal:
            yield partial(inspection.assignments, scope)


def role_definitions(inspection: Inspection) -> t.Iterator[Question]:
    """The custom roles that the vault's identity is to have, where it makes endpoints by itself."""
    for role, scopes in custom_roles(inspection.desired):
        for scope in scopes:
            yield partial(inspection.role_definition, scope, role.name)


def beside(inspection: Inspection) -> t.Iterator[Question]:
    """The endpoints in the groups in which a classic vault's identity makes some."""
    for endpoint in inspection.desired.endpoints if inspection.desired.classic else ():
        yield partial(inspection.endpoints_in, endpoint.group_id)


def names_beside(inspection: Inspection) -> t.Iterator[Question]:
    """What the endpoints publish that a classic vault's identity has made."""
    for endpoint in inspection.desired.endpoints if inspection.desired.classic else ():
        yield partial(inspection.names_beside, endpoint)


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


#: What each stage of ``preflight`` asks, and ``verification``. What others wait for stands first.
STEPS: dict[str, tuple[Step, ...]] = {
    "all": (
        Step(vault),
        Step(endpoints),
        Step(groups),
        Step(zone_lists),
        Step(accounts),
        Step(zone_names_of_a_new_vault, (vault, groups)),
        Step(links, (zone_names_of_a_new_vault, zone_lists)),
        Step(zone_groups, (endpoints,)),
        Step(names, (endpoints,)),
        Step(role_definitions),
        Step(permissions, (endpoints, role_definitions)),
        Step(networks),
        Step(usages),
        Step(providers),
        Step(locks),
        Step(machines, (accounts, groups)),
        Step(roles_to_compare, (vault,)),
        Step(grants, (vault,)),
    ),
    "before_endpoint": (Step(vault), Step(endpoints), Step(own_networks), Step(usages)),
    "plan": (
        Step(vault),
        Step(endpoints),
        Step(accounts),
        Step(zone_names, (vault,)),
        Step(names, (endpoints,)),
        Step(zone_groups, (endpoints,)),
    ),
    "teardown": (
        Step(vault),
        Step(endpoints),
        Step(zone_names, (vault,)),
        Step(role_definitions),
        Step(beside),
        Step(removal_permissions, (vault, endpoints, role_definitions)),
        Step(locks),
        Step(accounts),
    ),
    "switch": (Step(vault), Step(endpoints), Step(role_definitions), Step(beside)),
    "verification": (
        Step(vault),
        Step(endpoints),
        Step(accounts),
        Step(zone_names, (vault,)),
        Step(zone_contents, (zone_names,)),
        Step(names, (endpoints,)),
        Step(groups_of_others, (endpoints,)),
        Step(own_networks),
        Step(usages),
        Step(assignments, (vault,)),
        Step(grants, (vault,)),
        Step(role_definitions),
        Step(beside),
        Step(names_beside, (beside,)),
    ),
}


def read_ahead(inspection: Inspection, stage: str) -> None:
    """Ask what a stage needs. Nothing is raised: what failed fails for the first that asks for it.

    Where questions are asked one by one, each is asked when its answer is needed.
    """
    if not inspection.azure.one_by_one:
        own = inspection.desired.sequence.reads.get(stage, ())
        _Reading(inspection, [*STEPS.get(stage, ()), *own]).ask()


class _Reading:
    """Steps on their way: whoever answers the last question of one asks those that waited for it."""

    def __init__(self, inspection: Inspection, steps: t.Iterable[Step]) -> None:
        self._inspection, self._waiting = inspection, list(steps)
        self._left: dict[Part, int] = {}
        self._lock = threading.Lock()

    def ask(self) -> None:
        """Ask what can be named by now, and come back when it is answered, with all that rests on it."""
        questions: list[Question] = []
        while steps := self._ready():
            questions += [question for step in steps for question in self._questions(step.part)]
        if questions:
            self._inspection.memory.ahead(questions)

    def _ready(self) -> list[Step]:
        """The steps that can be named; each is taken once."""
        with self._lock:
            ready = [step for step in self._waiting if all(self._left.get(part) == 0 for part in step.after)]
            self._waiting = [step for step in self._waiting if step not in ready]
            return ready

    def _questions(self, part: Part) -> list[Question]:
        try:
            questions = list(part(self._inspection))
        except RecoveryError:
            questions = []  # what it would name cannot be known; the gate that needs it says why
        with self._lock:
            self._left[part] = len(questions)
        return [partial(self._answer, part, question) for question in questions]

    def _answer(self, part: Part, question: Question) -> None:
        try:
            question()
        finally:
            with self._lock:
                self._left[part] -= 1
            self.ask()


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
