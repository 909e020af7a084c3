"""The gates of the Backup sequence, in the order in which an operator reads them.

Each function answers for one gate and cites the rule it enforces; all of them only read.
"""

from __future__ import annotations

import re
import typing as t

from ...dns.geo_codes import GEO_CODES
from ...errors import Forbidden
from ...ids import parse_id, same_id, unique_ids
from ...resources.endpoint_connections import FINAL, endpoint_of, of_group
from ...resources.endpoint_names import ENDPOINT_TYPE, NETWORK_API_VERSION
from ...resources.endpoints import MANUAL, connection_of, first_connection, target_of
from ...resources.vault_contents import contents, listed
from ...resources.vault_freshness import STATES, examine, judge_connections
from ...resources.vaults import VAULT, connections, cross_region_conflict, denied
from ...wire import JSON, get_path
from ..desired import EndpointWish, StorageEndpoint
from ..gate import Gate, ok, refused, warning
from ..inspection import Check, Inspection
from .locks import locks
from .names import topology, zone_knowledge, zones
from .network import networks, regions, subnets
from .proof import resolution

ENDPOINTS_PER_VAULT = 12  # https://learn.microsoft.com/azure/backup/private-endpoints, Before you start
ENDPOINTS_PER_NETWORK = (
    1000  # https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits
)
KEEP_OPEN = (
    "First, while these endpoints are there, set the vault's tag {} to true (privatelink.recovery.vault, tags): by it a vault "
    "in use may be given endpoints again. "
)
OTHER_SERVICE = {"AzureBackup": "AzureSiteRecovery", "AzureSiteRecovery": "AzureBackup"}
CLASSIC_CHILD = re.compile(r"_(ecs|prot)\w*_(blob|queue)$", re.IGNORECASE)


def cloud(look: Inspection) -> t.Iterator[Gate]:
    """The region exists in the cloud that is spoken to."""
    name = look.connection.cloud.name
    known = GEO_CODES.get(look.location)
    if known is not None and name in ("AzureCloud", "AzureUSGovernment", "AzureChinaCloud") and known.cloud != name:
        yield refused(
            "cloud", look.location, f"Region {look.location} belongs to {known.cloud}, but the connection is to {name}.",
            "Correct cloud_environment or the vault's location.",
        )  # fmt: skip
    else:
        yield ok("cloud", look.location, f"Speaking to {name} at {look.connection.cloud.resource_manager}.")


def freshness(look: Inspection) -> t.Iterator[Gate]:
    """Nothing was ever protected with the vault, nor attempted."""
    verdict = examine(
        look.azure, look.wish.vault_id, look.wish.sub_resource, look.vault, attested=look.wish.freshness_attested
    )
    if verdict.allowed and verdict.state == "unknown":
        yield warning("freshness", look.wish.vault_id, f"{verdict.reason} Freshness was attested by the operator.")
    elif verdict.allowed:
        yield ok("freshness", look.wish.vault_id, verdict.reason, *verdict.evidence)
    else:
        closed: t.Literal["unknown", "refused"] = "unknown" if verdict.state == "unknown" else "refused"
        yield Gate(
            "freshness",
            closed,
            look.wish.vault_id,
            f"{look.wish.vault_id}: {verdict.reason}",
            verdict.remedy,
            verdict.evidence,
        )


def quota(look: Inspection) -> t.Iterator[Gate]:
    """Twelve endpoints of a group on one vault, a thousand in one network."""
    existing = [item for item in connections(look.vault) if of_group(item, look.wish.sub_resource)]
    new = [endpoint for endpoint in look.wish.endpoints if not _connected(existing, endpoint)]
    if new and len(existing) + len(new) > ENDPOINTS_PER_VAULT:
        yield refused(
            "quota", look.wish.vault_id,
            f"{look.wish.vault_id} has {len(existing)} private endpoints for {look.wish.sub_resource} and {len(new)} more are wanted; "
            f"Azure allows {ENDPOINTS_PER_VAULT}.",
            "Remove endpoints that are no longer needed, or use another vault.",
        )  # fmt: skip
    else:
        yield ok(
            "quota",
            look.wish.vault_id,
            f"{len(existing)} of {ENDPOINTS_PER_VAULT} endpoints exist, {len(new)} more are wanted.",
        )
    absent = [endpoint.network for endpoint in look.all_endpoints if look.endpoint(endpoint.id) is None]
    for network in unique_ids(absent):
        held, more = endpoints_in(look.network(network)), sum(same_id(network, other) for other in absent)
        if held + more > ENDPOINTS_PER_NETWORK:
            yield refused(
                "quota", network,
                f"{network} holds {held} private endpoints and {more} more are wanted; Azure allows {ENDPOINTS_PER_NETWORK}.",
                "Use another virtual network, or remove endpoints that are no longer needed.",
            )  # fmt: skip


def endpoint_names(look: Inspection) -> t.Iterator[Gate]:
    """No other endpoint of the same name is attached to the vault, and an existing one is the wanted one."""
    for endpoint in look.wish.endpoints:
        problem = _taken(look, endpoint) or another(
            look, endpoint, look.wish.vault_id, look.wish.sub_resource, manual=endpoint.manual
        )
        if problem:
            yield refused("endpoint_name", endpoint.id, *problem)
        else:
            yield ok("endpoint_name", endpoint.id, f"The name {endpoint.name} is free or already ours.")


def _taken(look: Inspection, endpoint: EndpointWish) -> tuple[str, str] | None:
    """What is wrong and what to do when another endpoint of the vault has the name."""
    names = [endpoint_of(item) for item in connections(look.vault)]
    for other in names:
        if other.rsplit("/", 1)[-1].lower() == endpoint.name.lower() and not same_id(other, endpoint.id):
            return (
                f"The vault already has an endpoint named {endpoint.name}: {other}.",
                "Choose another name: endpoints of one vault must not share a name.",
            )
    return None


def another(
    look: Inspection, endpoint: EndpointWish | StorageEndpoint, target: str, sub_resource: str, *, manual: bool = False
) -> tuple[str, str] | None:
    """What is wrong and what to do when the endpoint exists, but is not the wanted one and cannot become it."""
    existing = look.endpoint(endpoint.id)
    if existing is None:
        return None
    subnet, groups = get_path(existing, "properties.subnet.id"), first_connection(existing).get("groupIds") or []
    status = connection_of(existing)["status"]
    if not same_id(target_of(existing), target):
        return f"{endpoint.id} exists and leads to {target_of(existing)}.", "Choose another name."
    if not same_id(subnet, endpoint.subnet):
        return (
            f"{endpoint.id} exists in subnet {subnet}, wanted is {endpoint.subnet}.",
            "An endpoint cannot be moved: choose another name for the new one.",
        )
    if sub_resource.lower() not in [str(group).lower() for group in groups]:
        return (
            f"{endpoint.id} exists for {', '.join(groups)}, wanted is {sub_resource}.",
            "What an endpoint is for cannot be changed: choose another name for the new one.",
        )
    if manual and not get_path(existing, f"properties.{MANUAL}"):
        return (
            f"{endpoint.id} exists with automatic approval, wanted is manual, which Azure cannot change.",
            "Leave manual out, or choose another name for the new endpoint.",
        )
    if status in FINAL:
        return (
            f"The connection of {endpoint.id} is {status}, which is final.",
            "Delete the private endpoint, then run again: it is made anew.",
        )
    return None


def cross_region(look: Inspection) -> t.Iterator[Gate]:
    """Cross-region restore goes with neither public access denied nor storage in one region, and stays once it is on."""
    wanted = {name: look.wish.options.get(name) for name in ("storage_redundancy", "cross_region_restore")}
    denies = look.wish.public_network_access in ("after_verify", "before_endpoint")
    plan = VAULT.plan(
        look.wish.vault_id, look.vault, {**wanted, "public_network_access": "Disabled" if denies else None}
    )
    if refusal := cross_region_conflict(plan, look.vault):
        yield refused("cross_region_restore", look.wish.vault_id, refusal.message, refusal.remedy)
    else:
        yield ok("cross_region_restore", look.wish.vault_id, "Cross-region restore does not stand in the way.")


def other_users(look: Inspection) -> t.Iterator[Gate]:
    """Denying public access cuts off whoever uses the vault without private endpoints of their own.

    A vault in use that is not private yet for the wanted service is the business of the gate ``freshness``.
    """
    vault, other = look.vault, OTHER_SERVICE[look.wish.sub_resource]
    denies = look.wish.public_network_access in ("after_verify", "before_endpoint") and not denied(vault)
    private = str(get_path(vault, f"properties.{STATES[other]}") or "").lower() == "enabled"
    early = judge_connections(look.wish.vault_id, vault, look.wish.sub_resource)
    asked = denies and not private and early is not None and early.state == "private"
    users = _served_publicly(look, other) if asked else []
    if users:
        yield refused(
            "other_users", look.wish.vault_id,
            f"{look.wish.vault_id} serves {listed(users)} without a private endpoint for {other}; denying public network access "
            "would cut them off.",
            "Give them endpoints or another vault first, or leave public network access as it is (public_network_access: "
            "unchanged).", users,
        )  # fmt: skip
    else:
        yield ok("other_users", look.wish.vault_id, f"Nobody uses the vault for {other} over public networks.")


def _served_publicly(look: Inspection, service: str) -> list[str]:
    """What a vault holds of the other service, in words."""
    if service == "AzureSiteRecovery":
        names = [get_path(item, "properties.friendlyName") or item.get("name") for item in look.replicated]
        return [f"replicated item {name}" for name in names]
    return [phrase for phrase in contents(look.azure, look.wish.vault_id) if not phrase.startswith("replic")]


def identity(look: Inspection) -> t.Iterator[Gate]:
    """The system-assigned identity is never switched off.

    https://learn.microsoft.com/azure/backup/private-endpoints: once enabled, the managed identity must not be disabled,
    even temporarily.
    """
    types = str(get_path(look.vault, "identity.type") or "").lower()
    if look.wish.options.get("identity") is False and "systemassigned" in types:
        yield refused(
            "identity", look.wish.vault_id,
            f"{look.wish.vault_id} has its system-assigned identity on, and a vault without it is wanted; "
            "switching it off breaks private endpoints for good and is never done.",
            "Ask for the identity, or leave that out.",
        )  # fmt: skip
    else:
        yield ok("identity", look.wish.vault_id, "The system-assigned identity is not switched off.")


def encryption(look: Inspection) -> t.Iterator[Gate]:
    """A customer-managed key in a network-restricted key vault does not work with private endpoints.

    https://learn.microsoft.com/azure/backup/backup-azure-private-endpoints-concept. Whether the key vault is restricted
    cannot be seen from here, so this is said and not refused.
    """
    uri = get_path(look.vault, "properties.encryption.keyVaultProperties.keyUri")
    if uri:
        yield warning(
            "encryption", look.wish.vault_id, f"The vault is encrypted with the key {uri}.",
            "Make sure that key vault is not restricted to networks: this is not supported for vaults with private endpoints.",
        )  # fmt: skip
    else:
        yield ok("encryption", look.wish.vault_id, "The vault uses platform-managed keys.")


def experience(look: Inspection) -> t.Iterator[Gate]:
    """A vault with classic (v1) endpoints takes no v2 endpoint until all of those are deleted.

    Who then sees a vault in use and without endpoints cannot know that it had some: the tag that says so must be set
    while they are there.
    """
    names = [endpoint_of(item) for item in connections(look.vault)]
    groups = {parse_id(text).group_id for text in names if text.count("/") > 6}
    children, unseen = [], []
    for group in sorted(groups):
        try:
            items = look.azure.list(f"{group}/providers/{ENDPOINT_TYPE}", NETWORK_API_VERSION)
        except Forbidden:
            unseen.append(group)
            continue
        children += [item["id"] for item in items if CLASSIC_CHILD.search(str(item.get("name") or ""))]
    mine = [child for child in children if any(child.lower().startswith(name.lower() + "_") for name in names)]
    if mine:
        yield refused(
            "experience", look.wish.vault_id,
            f"The vault has classic (v1) private endpoints, seen by {mine[0]}; v2 endpoints cannot be added beside them.",
            f"{'' if look.marked else KEEP_OPEN.format(look.mark)}Delete all classic endpoints of the vault, then run again; "
            "servers must register again.", mine,
        )  # fmt: skip
    elif unseen:
        # Nothing is lost by it: Azure refuses or fails the endpoint, and the vault may have others.
        yield warning(
            "experience", look.wish.vault_id,
            f"The vault has endpoints in {', '.join(unseen)}, where none may be read: whether they are classic (v1) is not known.",
            "Ask their owner: v2 endpoints cannot be added beside classic ones.",
        )  # fmt: skip
    else:
        yield ok("experience", look.wish.vault_id, "No classic (v1) endpoints are in the way.")


def endpoints_in(network: JSON | None) -> int:
    """How many private endpoints a virtual network holds, as its subnets show."""
    items = get_path(network, "properties.subnets") or []
    return sum(len(get_path(subnet, "properties.privateEndpoints") or []) for subnet in items)


def _connected(existing: list[JSON], endpoint: EndpointWish) -> bool:
    return any(same_id(endpoint_of(item), endpoint.id) for item in existing)


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
