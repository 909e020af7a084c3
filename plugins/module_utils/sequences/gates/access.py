"""The gates that come first: without providers, resource groups and permissions nothing else can be judged."""

from __future__ import annotations

import typing as t

from ...dns.modes import owns_zones
from ...errors import AzureError
from ...ids import ResourceId, fold_id, parse_id
from ...resources.locks import READ_LOCKS
from ...resources.providers import read_provider
from ...resources.roles import UNKNOWN_ROLE, find_definition, role_to_come, stated_guid
from ...resources.storage_accounts import is_classic
from ...wire import JSON
from ..desired import DesiredEndpoint, StorageEndpoint
from ..gate import Gate, ok, refused, warning
from ..inspection import Check, Inspection
from .permissions import missing_permissions

ASSIGN = "Microsoft.Authorization/roleAssignments/write"
OF_VAULTS = "Microsoft.RecoveryServices"
PROVIDERS = (OF_VAULTS, "Microsoft.Network")
_FABRICS = "Microsoft.RecoveryServices/vaults/replicationFabrics"
_CONTAINERS = f"{_FABRICS}/replicationProtectionContainers"
#: What switching on replication writes: https://learn.microsoft.com/azure/role-based-access-control/permissions/management-and-governance
REPLICATE = (
    f"{_FABRICS}/write",
    f"{_CONTAINERS}/write",
    "Microsoft.RecoveryServices/vaults/replicationPolicies/write",
    f"{_CONTAINERS}/replicationProtectionContainerMappings/write",
    f"{_CONTAINERS}/replicationProtectedItems/write",
)


def permissions(inspection: Inspection) -> t.Iterator[Gate]:
    """The signed-in identity may do everything the run will do."""
    yield from missing_permissions(inspection, required_actions(inspection))


def resource_groups(inspection: Inspection) -> t.Iterator[Gate]:
    """Every resource group exists; none is created on the way."""
    wanted = {fold_id(group): group for group in _groups(inspection)}
    for group in wanted.values():
        if inspection.group(group) is None:
            yield refused("resource_group", group, f"{group} does not exist.", "Create the resource group first.")
        else:
            yield ok("resource_group", group, f"{group} exists.")


def providers(inspection: Inspection) -> t.Iterator[Gate]:
    """The resource providers are registered in every subscription that takes part, that of the vaults also where only an
    endpoint is: without it the connection cannot be approved (MicrosoftDocs/azure-docs#83615).
    """
    home = parse_id(inspection.desired.vault_id).subscription_id.lower()
    for row in registrations(inspection):
        subscription, namespace = row["subscription_id"], row["namespace"]
        state = str(read_provider(inspection.azure, subscription, namespace).get("registrationState") or "unknown")
        if state == "Registered":
            yield ok("provider", namespace, f"{namespace} is Registered in subscription {subscription}.")
        elif inspection.desired.provider_registration == "refuse":
            yield refused(
                "provider", namespace, f"{namespace} is {state} in subscription {subscription}.",
                "Register it with privatelink.recovery.provider_registration, or let the role do it (provider_registration).",
            )  # fmt: skip
        elif inspection.check_mode and (namespace != OF_VAULTS or subscription == home):
            # MissingSubscriptionRegistration is then the answer to every question about what is there.
            yield Gate(
                "provider", "unknown", namespace,
                f"{namespace} is {state} in subscription {subscription}; a run would register it, and until then "
                "Azure tells nothing of what is there, so the rest cannot be foreseen.",
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
    """
    return [
        {"subscription_id": subscription, "namespace": namespace, "renewable": namespace == OF_VAULTS}
        for subscription in subscriptions(inspection)
        for namespace in PROVIDERS
    ]


def roles(inspection: Inspection) -> t.Iterator[Gate]:
    """Every role the run is to give exists; only the names of custom ones are looked up."""
    for scope, role in dict.fromkeys((scope.text, role) for scope, role in _assignments(inspection)):
        if stated_guid(role) or find_definition(inspection.azure, scope, role):
            yield ok("roles", scope, f"The role {role} can be assigned at {scope}.")
        elif inspection.check_mode:
            yield warning("roles", scope, role_to_come(scope, role))
        else:
            yield refused("roles", scope, f"No role named {role} is known at {scope}.", UNKNOWN_ROLE)


def required_actions(inspection: Inspection) -> dict[str, list[str]]:
    """What the run will do, as actions by scope."""
    vault = parse_id(inspection.desired.vault_id)
    needed: dict[str, list[str]] = {
        vault.group_id: [
            "Microsoft.RecoveryServices/vaults/read",
            "Microsoft.RecoveryServices/vaults/write",
            READ_LOCKS,
        ]
    }

    def want(scope: str, *actions: str) -> None:
        here = needed.setdefault(scope, [])
        here += [action for action in actions if action not in here]

    for endpoint in inspection.all_endpoints:
        group = parse_id(endpoint.id).group_id
        want(
            group,
            "Microsoft.Network/privateEndpoints/read",
            "Microsoft.Network/privateEndpoints/write",
            "Microsoft.Network/networkInterfaces/read",
            READ_LOCKS,
        )
        want(endpoint.subnet, "Microsoft.Network/virtualNetworks/subnets/join/action")
        if not _exists(inspection, endpoint):
            want(*_consent(inspection, endpoint))
        if not owns_zones(inspection.desired.writer):
            continue
        want(
            endpoint.zone_group_id, "Microsoft.Network/privateDnsZones/write",
            "Microsoft.Network/privateDnsZones/virtualNetworkLinks/write", "Microsoft.Network/privateDnsZones/A/read",
            READ_LOCKS,
        )  # fmt: skip
        if inspection.desired.writer == "zone_group":
            want(
                group,
                "Microsoft.Network/privateEndpoints/privateDnsZoneGroups/read",
                "Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write",
            )
            want(endpoint.zone_group_id, "Microsoft.Network/privateDnsZones/join/action")
        else:
            want(
                endpoint.zone_group_id,
                "Microsoft.Network/privateDnsZones/A/write",
                "Microsoft.Network/privateDnsZones/A/delete",
            )
        for network in endpoint.virtual_networks:
            want(network, "Microsoft.Network/virtualNetworks/join/action")
    options = inspection.desired.options
    if options.get("protected_machines"):
        want(vault.group_id, *REPLICATE)
    if options.get("approve") and any(endpoint.manual for endpoint in inspection.desired.endpoints):
        want(vault.group_id, "Microsoft.RecoveryServices/vaults/privateEndpointConnections/write")
    for scope, _role in _assignments(inspection):
        want(scope.text, ASSIGN)
    for account in inspection.desired.storage_accounts:
        if options.get("storage_roles"):
            want(account["id"], ASSIGN)
        if options.get("trusted_services") and not is_classic(account["id"]):
            want(account["id"], "Microsoft.Storage/storageAccounts/write")
    return needed


def _exists(inspection: Inspection, endpoint: DesiredEndpoint | StorageEndpoint) -> bool:
    """Whether an endpoint is known to be there; what may not be read is told by what reading needs."""
    try:
        return inspection.endpoint(endpoint.id) is not None
    except AzureError:
        return False


def _consent(inspection: Inspection, endpoint: DesiredEndpoint | StorageEndpoint) -> tuple[str, ...]:
    """Where and what a new endpoint needs on its target.

    Without the right to approve there, Azure refuses an endpoint that is not ``manual`` (LinkedAuthorizationFailed,
    MicrosoftDocs/azure-docs#96892); a manual one waits for its owner, or for us.
    """
    if isinstance(endpoint, StorageEndpoint):
        return endpoint.account, "Microsoft.Storage/storageAccounts/privateEndpointConnectionsApproval/action"
    vaults = parse_id(inspection.desired.vault_id).group_id
    if endpoint.manual:
        return (vaults,)
    return vaults, "Microsoft.RecoveryServices/vaults/privateEndpointConnectionsApproval/action"


def subscriptions(inspection: Inspection) -> list[str]:
    """Every subscription that takes part, the vault's first."""
    endpoints = inspection.all_endpoints
    ids = [
        inspection.desired.vault_id,
        *(endpoint.id for endpoint in endpoints),
        *(endpoint.zone_group_id for endpoint in endpoints),
    ]
    return list(dict.fromkeys(parse_id(text).subscription_id.lower() for text in ids))


def _groups(inspection: Inspection) -> t.Iterator[str]:
    yield parse_id(inspection.desired.vault_id).group_id
    for endpoint in inspection.all_endpoints:
        yield parse_id(endpoint.id).group_id
        yield endpoint.zone_group_id
    for scope, _role in _assignments(inspection):
        # Who may assign at one resource need not be able to read its group.
        if scope.resource_group and not scope.kind:
            yield scope.text


def _assignments(inspection: Inspection) -> list[tuple[ResourceId, str]]:
    """Scope and role of each assignment the run is to make."""
    return [
        (parse_id(row["scope"]), row["role"].strip())
        for row in inspection.desired.options.get("role_assignments") or ()
    ]


# Without these nothing else can be judged.
FOUNDATION: tuple[tuple[str, Check], ...] = (
    ("permissions", permissions),
    ("resource_group", resource_groups),
    ("provider", providers),
    ("roles", roles),
)
