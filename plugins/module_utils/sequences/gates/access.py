"""The gates that come first: without providers, resource groups and permissions nothing else can be judged."""

from __future__ import annotations

import typing as t

from ...dns.modes import OWN_ZONES, RECORDS_OF_STORAGE
from ...dns.private_dns import NETWORK
from ...errors import AzureError
from ...ids import ResourceId, fold_id, parse_id, same_id
from ...resources.endpoint_names import ENDPOINT_TYPE
from ...resources.endpoints import INTERFACE_TYPE, SUBNET_TYPE
from ...resources.locks import READ_LOCKS
from ...resources.replication import REPLICATE
from ...resources.roles import (
    ASSIGN,
    DEFINITION_TYPE,
    UNKNOWN_ROLE,
    actions,
    find_definition,
    role_to_come,
    stated_guid,
)
from ...resources.storage_accounts import TYPE as STORAGE_ACCOUNT
from ...resources.storage_accounts import is_classic
from ...resources.targets import KEY_VAULT_TARGET, STORAGE_TARGET
from ...wire import JSON
from ..desired import Endpoint
from ..gate import Gate, ok, refused, warning
from ..grants import custom_roles, grants_of
from ..inspection import Inspection
from ..sequence import GateRow
from .permissions import Needed, missing_permissions

NETWORK_PROVIDER = NETWORK.split("/", 1)[0]
#: Where an endpoint of another target than the sequence's was named.
OTHERS = {STORAGE_TARGET: "storage_accounts.endpoint", KEY_VAULT_TARGET: "key_vaults.endpoint"}
#: The value of ``provider_registration`` that renews what is registered.
RENEW = "reregister"
WHERE_ROLES = "It is named in sequence.role_assignments."


def permissions(inspection: Inspection) -> t.Iterator[Gate]:
    """The signed-in identity may do everything the run will do."""
    yield from missing_permissions(inspection, required_actions(inspection))


def resource_groups(inspection: Inspection) -> t.Iterator[Gate]:
    """Every resource group exists; none is created on the way."""
    wanted = {fold_id(group): group for group in resource_group_ids(inspection)}
    for group in wanted.values():
        if inspection.group(group) is None:
            yield refused("resource_group", group, *_no_group(inspection, group))
        else:
            yield ok("resource_group", group, f"{group} exists.")


def _no_group(inspection: Inspection, group: str) -> tuple[str, str]:
    """What is wrong and what to do: Azure wants an endpoint in the subscription of its network, and only a name is the default."""
    home, create = parse_id(inspection.desired.vault_id), "Create the resource group first."
    ours = [endpoint for endpoint in inspection.desired.all_endpoints if same_id(endpoint.group_id, group)]
    defaulted = fold_id(home.group_id).rsplit("/", 1)[-1] == fold_id(group).rsplit("/", 1)[-1]
    if not ours or not defaulted or parse_id(group).subscription_id.lower() == home.subscription_id.lower():
        return f"{group} does not exist.", create
    options = {
        "sequence.endpoints" if endpoint.kind is inspection.desired.sequence.target else OTHERS[endpoint.kind]
        for endpoint in ours
    }
    return (
        f"{group} does not exist. {', '.join(endpoint.name for endpoint in ours)} must be in the subscription of the virtual network, "
        "and without a resource_group of that subscription the name of the vault's is taken.",
        f"Name one in {' and '.join(f'{option}.resource_group' for option in sorted(options))}. Or: {create}",
    )


def providers(inspection: Inspection) -> t.Iterator[Gate]:
    """The resource providers are registered in every subscription that takes part, that of the vaults also where only an
    endpoint is: without it the connection cannot be approved (MicrosoftDocs/azure-docs#83615).
    """
    sequence = inspection.desired.sequence
    own = sequence.target.provider
    home = parse_id(inspection.desired.vault_id).subscription_id.lower()
    for row in registrations(inspection):
        subscription, namespace = row["subscription_id"], row["namespace"]
        state = str(inspection.provider(subscription, namespace).get("registrationState") or "unknown")
        if state == "Registered":
            yield ok("provider", namespace, f"{namespace} is Registered in subscription {subscription}.")
        elif inspection.desired.provider_registration == "refuse":
            yield refused(
                "provider", namespace, f"{namespace} is {state} in subscription {subscription}.",
                f"Register it with privatelink.recovery.provider_registration, or let the role do it ({sequence.registers}).",
            )  # fmt: skip
        elif inspection.check_mode and (
            namespace == NETWORK_PROVIDER
            or (namespace == own and subscription == home and not sequence.foreseen_unregistered)
        ):
            # MissingSubscriptionRegistration is then the answer to every question about what is there.
            yield Gate(
                "provider", "unknown", namespace,
                f"{namespace} is {state} in subscription {subscription}; a run would register it, and until then "
                "Azure shows nothing of the current state, so the rest cannot be foreseen.",
                "Register it with privatelink.recovery.provider_registration, then check again.",
            )  # fmt: skip
        else:
            yield warning(
                "provider",
                namespace,
                f"{namespace} is {state} in subscription {subscription}; a run registers it first.",
            )


def registrations(inspection: Inspection) -> list[JSON]:
    """Which provider must be registered where: ``subscription_id``, ``namespace``, and whether renewing it may be needed.

    Nothing is read. https://learn.microsoft.com/azure/backup/private-endpoints speaks of renewing that of the vaults only.
    Where somebody else makes the endpoints, as the portal does, that registers what it needs.
    """
    own = inspection.desired.sequence.target.provider
    if not inspection.desired.all_endpoints:
        return []
    return [
        {"subscription_id": subscription, "namespace": namespace, "renewable": namespace == own}
        for subscription in subscriptions(inspection)
        for namespace in (own, *inspection.desired.sequence.providers, NETWORK_PROVIDER)
    ]


def roles(inspection: Inspection) -> t.Iterator[Gate]:
    """Every role the run is to give exists; only the names of custom ones are looked up."""
    for scope, role in dict.fromkeys((scope.text, role) for scope, role in _assignments(inspection)):
        if stated_guid(role) or find_definition(inspection.azure, scope, role):
            yield ok("roles", scope, f"The role {role} can be assigned at {scope}.")
        elif inspection.check_mode:
            yield warning("roles", scope, role_to_come(scope, role))
        else:
            yield refused("roles", scope, f"No role named {role} is known at {scope}.", f"{UNKNOWN_ROLE} {WHERE_ROLES}")


def required_actions(inspection: Inspection) -> Needed:
    """What the run will do, as actions by scope."""
    desired, target, mode = inspection.desired, inspection.desired.sequence.target, inspection.desired.mode
    home, needed = parse_id(desired.vault_id).group_id, Needed()
    needed.want(home, *actions(target.type, "read", "write"), READ_LOCKS)
    if desired.sequence.actions:
        needed.want(f"/subscriptions/{parse_id(home).subscription_id}", *desired.sequence.actions)
    for endpoint in desired.all_endpoints:
        needed.want(
            endpoint.group_id, *actions(ENDPOINT_TYPE, "read", "write"), *actions(INTERFACE_TYPE, "read"), READ_LOCKS
        )
        needed.want(endpoint.subnet, *actions(SUBNET_TYPE, "join/action"))
        if not _exists(inspection, endpoint):
            # A manual one waits for its owner, or for us.
            scope = home if endpoint.kind is target else endpoint.target
            needed.want(scope, *(() if endpoint.manual else (endpoint.kind.approval,)))
        if mode.makes_zones:
            needed.want(endpoint.zone_group_id, *OWN_ZONES, READ_LOCKS)
            needed.want(endpoint.group_id, *mode.endpoint_actions)
            needed.want(endpoint.zone_group_id, *mode.zone_actions)
            if desired.classic:
                needed.want(endpoint.zone_group_id, *RECORDS_OF_STORAGE)
            for network in endpoint.virtual_networks:
                needed.want(network, *actions(NETWORK, "join/action"))
    if desired.protected_machines:
        needed.want(home, *REPLICATE)
    if desired.approve and any(endpoint.manual for endpoint in desired.endpoints):
        needed.want(home, *target.on_connections("write"))
    for assigned, _role in _assignments(inspection):
        needed.want(assigned.text, ASSIGN)
    for grant in grants_of(desired):
        needed.want(grant.scope, ASSIGN)
    for role, scopes in custom_roles(desired):
        if not inspection.role_definition(scopes[0], role.name):
            needed.want(scopes[0], *actions(DEFINITION_TYPE, "write"))
    for account in desired.storage_accounts:
        if desired.storage_roles:
            needed.want(account["id"], ASSIGN)
        if desired.trusted_services and not is_classic(account["id"]):
            needed.want(account["id"], *actions(STORAGE_ACCOUNT, "write"))
    return needed


def _exists(inspection: Inspection, endpoint: Endpoint) -> bool:
    """Whether an endpoint is known to be there; what may not be read is reported with the right it needs."""
    try:
        return inspection.endpoint(endpoint.id) is not None
    except AzureError:
        return False


def subscriptions(inspection: Inspection) -> list[str]:
    """Every subscription that takes part, the vault's first."""
    endpoints = inspection.desired.all_endpoints
    ids = [
        inspection.desired.vault_id,
        *(endpoint.id for endpoint in endpoints),
        *(endpoint.zone_group_id for endpoint in endpoints),
    ]
    return list(dict.fromkeys(parse_id(text).subscription_id.lower() for text in ids))


def resource_group_ids(inspection: Inspection) -> t.Iterator[str]:
    """The resource groups that must exist; they may repeat."""
    yield parse_id(inspection.desired.vault_id).group_id
    for endpoint in inspection.desired.all_endpoints:
        yield endpoint.group_id
        yield endpoint.zone_group_id
    for scope, _role in _assignments(inspection):
        # Who may assign at one resource need not be able to read its group.
        if scope.resource_group and not scope.kind:
            yield scope.text


def _assignments(inspection: Inspection) -> list[tuple[ResourceId, str]]:
    """Scope and role of each assignment the run is to make."""
    return [(parse_id(row["scope"]), row["role"].strip()) for row in inspection.desired.role_assignments]


# Without these nothing else can be judged.
FOUNDATION = (
    GateRow("permissions", permissions),
    GateRow("resource_group", resource_groups),
    GateRow("provider", providers),
    GateRow("roles", roles),
)
