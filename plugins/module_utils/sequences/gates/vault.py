"""The gates of the Backup sequence, in the order in which an operator reads them.

Each function answers for one gate and cites the rule it enforces; all of them only read.
"""

from __future__ import annotations

import typing as t

from ...dns.geo_codes import cloud_elsewhere, nearest_region
from ...errors import Refusal
from ...ids import parse_id
from ...resources.providers import offered
from ...resources.vault_contents import contents, listed
from ...resources.vault_freshness import STATES, examine, judge_connections
from ...resources.vaults import VAULT, cross_region_conflict, denied
from ...wire import get_path
from ..gate import Gate, ok, refused, warning
from ..inspection import Inspection


def cloud(inspection: Inspection) -> t.Iterator[Gate]:
    """The region exists in the cloud that is spoken to."""
    name = inspection.connection.cloud.name
    elsewhere = cloud_elsewhere(inspection.location, name)
    if elsewhere:
        yield refused(
            "cloud", inspection.location, f"Region {inspection.location} belongs to {elsewhere}, but the connection is to {name}.",
            "Correct sequence.vault.location, or cloud_environment.",
        )  # fmt: skip
    elif _is_offered_elsewhere_only(inspection):
        near = nearest_region(inspection.location, _offered(inspection))
        yield refused(
            "cloud", inspection.location,
            f"Azure has no {inspection.desired.sequence.target.type} in a region {inspection.location}.",
            f"Correct sequence.vault.location{f' (did you mean {near}?)' if near else ''}.",
        )  # fmt: skip
    else:
        yield ok("cloud", inspection.location, f"Speaking to {name} at {inspection.connection.cloud.resource_manager}.")


def _offered(inspection: Inspection) -> list[str]:
    """The regions in which Azure offers what is to be made."""
    target = inspection.desired.sequence.target
    return offered(
        inspection.provider(parse_id(inspection.desired.vault_id).subscription_id, target.provider), target.type
    )


def _is_offered_elsewhere_only(inspection: Inspection) -> bool:
    """Whether Azure would refuse to make the vault in its region. Where the zones of the region are not known, their gate says so."""
    if inspection.vault is not None or not inspection.location or not inspection.desired.all_endpoints:
        return False
    places = _offered(inspection)
    return bool(places) and inspection.location not in places and inspection.zones_known


def freshness(inspection: Inspection) -> t.Iterator[Gate]:
    """Nothing was ever protected with the vault, nor attempted."""
    verdict = examine(
        inspection.azure,
        inspection.desired.vault_id,
        inspection.desired.sub_resource,
        inspection.vault,
        attested=inspection.desired.freshness_attested,
    )
    if verdict.allowed and verdict.state == "unknown":
        yield warning(
            "freshness", inspection.desired.vault_id, f"{verdict.reason} Freshness was attested by the operator."
        )
    elif verdict.allowed:
        yield ok("freshness", inspection.desired.vault_id, verdict.reason, *verdict.evidence)
    else:
        closed: t.Literal["unknown", "refused"] = "unknown" if verdict.state == "unknown" else "refused"
        yield Gate(
            "freshness",
            closed,
            inspection.desired.vault_id,
            f"{inspection.desired.vault_id}: {verdict.reason}",
            f"{verdict.remedy} The vault is named in sequence.vault.name.",
            verdict.evidence,
        )


def cross_region(inspection: Inspection) -> t.Iterator[Gate]:
    """Cross-region restore goes with neither public access denied nor storage in one region, and stays once it is on."""
    wanted = {
        "storage_redundancy": inspection.desired.storage_redundancy or None,
        "cross_region_restore": inspection.desired.cross_region_restore or None,
    }

    def conflict(access: str | None) -> Refusal | None:
        plan = VAULT.plan(inspection.desired.vault_id, inspection.vault, {**wanted, "public_network_access": access})
        return cross_region_conflict(plan, inspection.vault)

    refusal = conflict("Disabled" if inspection.desired.denial.wanted else None)
    if refusal:
        # What the denial alone is in the way of, goes without it.
        without = "" if conflict(None) else " Public access stays as it is with public_network_access: unchanged."
        yield refused(
            "cross_region_restore", inspection.desired.vault_id, refusal.message, f"{refusal.remedy}{without}"
        )
    else:
        yield ok("cross_region_restore", inspection.desired.vault_id, "Cross-region restore does not stand in the way.")


def other_users(inspection: Inspection) -> t.Iterator[Gate]:
    """Denying public access cuts off those who use the vault without private endpoints of their own.

    A vault in use that is not private yet for the wanted service is the business of the gate ``freshness``.
    """
    vault = inspection.vault
    (other,) = STATES.keys() - {inspection.desired.sub_resource}
    denies = inspection.desired.denial.wanted and not denied(vault)
    private = str(get_path(vault, f"properties.{STATES[other]}") or "").lower() == "enabled"
    early = judge_connections(inspection.desired.vault_id, vault, inspection.desired.sub_resource)
    asked = denies and not private and early is not None and early.state == "private"
    users = _served_publicly(inspection, other) if asked else []
    if users:
        yield refused(
            "other_users", inspection.desired.vault_id,
            f"{inspection.desired.vault_id} serves {listed(users)} without a private endpoint for {other}; denying public network access "
            "would cut them off.",
            "Give them endpoints or another vault first, or leave public network access as it is (public_network_access: "
            "unchanged).", users,
        )  # fmt: skip
    else:
        yield ok("other_users", inspection.desired.vault_id, f"Nobody uses the vault for {other} over public networks.")


def _served_publicly(inspection: Inspection, service: str) -> list[str]:
    """What a vault holds of the other service, as text."""
    return SERVED[service](inspection)


def _replicated(inspection: Inspection) -> list[str]:
    names = [get_path(item, "properties.friendlyName") or item.get("name") for item in inspection.replicated]
    return [f"replicated item {name}" for name in names]


def _backed_up(inspection: Inspection) -> list[str]:
    held = contents(inspection.azure, inspection.desired.vault_id)
    return [phrase for phrase in held if not phrase.startswith("replic")]


#: What uses a vault for each of its services.
SERVED: dict[str, t.Callable[[Inspection], list[str]]] = {"AzureBackup": _backed_up, "AzureSiteRecovery": _replicated}


def identity(inspection: Inspection) -> t.Iterator[Gate]:
    """The system-assigned identity is never switched off.

    https://learn.microsoft.com/azure/backup/private-endpoints: once enabled, the managed identity must not be disabled,
    even temporarily.
    """
    types = str(get_path(inspection.vault, "identity.type") or "").lower()
    if not inspection.desired.identity and "systemassigned" in types:
        yield refused(
            "identity", inspection.desired.vault_id,
            f"{inspection.desired.vault_id} has its system-assigned identity on, and a vault without it is wanted; "
            "switching it off breaks private endpoints for good and is never done.",
            "Set sequence.identity: true, or leave it out.",
        )  # fmt: skip
    else:
        yield ok("identity", inspection.desired.vault_id, "The system-assigned identity is not switched off.")


def encryption(inspection: Inspection) -> t.Iterator[Gate]:
    """A customer-managed key in a network-restricted key vault does not work with private endpoints.

    https://learn.microsoft.com/azure/backup/backup-azure-private-endpoints-concept. Whether the key vault is restricted
    cannot be seen from here, so this is said and not refused.
    """
    uri = get_path(inspection.vault, "properties.encryption.keyVaultProperties.keyUri")
    if uri:
        yield warning(
            "encryption", inspection.desired.vault_id, f"The vault is encrypted with the key {uri}.",
            "Make sure that key vault is not restricted to networks: this is not supported for vaults with private endpoints.",
        )  # fmt: skip
    else:
        yield ok("encryption", inspection.desired.vault_id, "The vault uses platform-managed keys.")
