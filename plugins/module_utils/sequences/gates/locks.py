"""Management locks: what Azure would refuse because somebody locked it, reported before the first write."""

from __future__ import annotations

import typing as t

from ...dns.private_dns import metadata, ours
from ...dns.zones import network_of
from ...errors import RecoveryError
from ...ids import fold_id, parse_id
from ...resources.locks import Lock
from ...resources.storage_accounts import is_classic
from ...resources.vaults import denied
from ..desired import Endpoint
from ..gate import Gate, ok, refused, warning
from ..inspection import Inspection
from ..marks import noted
from .proof import unproven


def locks(inspection: Inspection) -> t.Iterator[Gate]:
    """Nothing that the run has to make or change is behind a read-only lock.

    https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources. What is there may stay as it is,
    so a lock over it is a warning. Locks against deletion do not concern a run: it deletes nothing but stale records.
    """
    closed: list[Gate] = []
    doubts: dict[Lock, Gate] = {}
    for resource_id, there in _touched(inspection):
        lock = next((lock for lock in _over(inspection, resource_id) if lock.read_only), None)
        if lock is None:
            continue
        if there:
            message = f"The lock {lock.name} makes {lock.scope} read-only; Azure refuses whatever has to change there."
            doubts[lock] = warning("locks", lock.scope, message, "Have it removed when a run has something to change.")
        else:
            closed.append(
                refused(
                    "locks", resource_id, f"{resource_id} cannot be written: the lock {lock.name} makes {lock.scope} read-only.",
                    "Have the lock removed by its owner until the run is done, or name another resource group.", [lock.scope],
                )
            )  # fmt: skip
    yield from closed or doubts.values() or [ok("locks", inspection.desired.vault_id, "No lock stands in the way.")]


def teardown_locks(inspection: Inspection) -> t.Iterator[Gate]:
    """Nothing that is to be removed is locked, nor what an endpoint leads to: then Azure refuses the deletion.

    That a lock on the target counts is reported in MicrosoftDocs/azure-docs#116983.
    """
    targets = {endpoint.id: endpoint.target for endpoint in inspection.desired.all_endpoints}
    to_remove = [endpoint for endpoint in targets if ours((inspection.endpoint(endpoint) or {}).get("tags"))]
    found = {
        (lock, resource_id): endpoint
        for endpoint in to_remove
        for resource_id in (endpoint, targets[endpoint])
        for lock in _over(inspection, resource_id)
    }
    for resource_id in _zones_to_remove(inspection):
        for lock in _over(inspection, resource_id):
            found.setdefault((lock, resource_id), resource_id)
    for (lock, _resource_id), endpoint in found.items():
        yield refused(
            "locks", endpoint, f"{endpoint} cannot be removed: {lock.scope} has the lock {lock.name}.",
            "Have the lock removed by its owner, then run again.", [lock.scope],
        )  # fmt: skip
    if not found:
        yield ok("locks", inspection.desired.vault_id, "No lock stands in the way.")


def _zones_to_remove(inspection: Inspection) -> list[str]:
    """The zones and links this collection made that a teardown removes, and the records in them that it wrote."""
    if not inspection.desired.mode.makes_zones or "zones" not in inspection.desired.removes:
        return []
    found: list[str] = []
    for zone_id, networks in _zones(inspection):
        zone = inspection.zone(zone_id)
        if zone is None:
            continue
        wanted = {fold_id(network) for network in networks}
        records = inspection.records(zone_id) if inspection.desired.mode.zone_removal_actions else ()
        if ours(zone["document"].get("tags")) or any(ours(metadata(record)) for record in records):
            found.append(str(zone["id"]))
        found += [
            str(link["id"]) for link in zone["links"] if ours(link.get("tags")) and fold_id(network_of(link)) in wanted
        ]
    return list(dict.fromkeys(found))


def _touched(inspection: Inspection) -> t.Iterator[tuple[str, bool]]:
    """What the run makes or changes: its id, and whether it is there as far as the run needs it."""
    yield inspection.desired.vault_id, _vault_stays(inspection)
    for endpoint in inspection.desired.all_endpoints:
        yield endpoint.id, _endpoint_stays(inspection, endpoint)
    if inspection.desired.mode.makes_zones:
        for zone_id, networks in _zones(inspection):
            yield zone_id, _linked(inspection, zone_id, networks)
    for account in inspection.desired.storage_accounts if inspection.desired.trusted_services else ():
        found = None if is_classic(account["id"]) else inspection.storage_account(account["id"])
        if found is not None:
            yield found.id, found.trusted_services


def _vault_stays(inspection: Inspection) -> bool:
    """Whether the last step of a run has nothing to write either: the mark is there, and public access as it will be."""
    denies = inspection.desired.denial.due(unproven(inspection) if inspection.desired.denial.proof_first else ())
    return inspection.vault is not None and noted(inspection) and not (denies and not denied(inspection.vault))


def _endpoint_stays(inspection: Inspection, endpoint: Endpoint) -> bool:
    """Whether an endpoint is there, with its zone group where Azure is to write the records."""
    there = inspection.endpoint(endpoint.id) is not None
    return there and (not inspection.desired.mode.makes_groups or bool(inspection.zone_groups(endpoint.id)))


def _linked(inspection: Inspection, zone_id: str, networks: t.Iterable[str]) -> bool:
    """Whether a zone is there and linked to all of the networks."""
    zone = inspection.zone(zone_id)
    linked = {fold_id(network_of(link)) for link in (zone or {}).get("links") or ()}
    return zone is not None and all(fold_id(network) in linked for network in networks)


def _zones(inspection: Inspection) -> list[tuple[str, tuple[str, ...]]]:
    try:
        return inspection.planned_zones
    except RecoveryError:
        return []  # the gate of zone names speaks of it


def _over(inspection: Inspection, resource_id: str) -> list[Lock]:
    """The locks that a resource has or inherits; one request for each resource group."""
    return [lock for lock in inspection.locks(parse_id(resource_id).group_id) if lock.covers(resource_id)]
