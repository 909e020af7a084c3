"""What is wrong with a private Migrate project, each cause once: pure decisions over what was read.

The troubleshooting chapter of https://learn.microsoft.com/azure/migrate/troubleshoot-network-connectivity, in its order: endpoints, then
zones, then links, then records. What follows from a fault that is already named (a name without a zone has no record and
resolves publicly) is not named again.
"""

from __future__ import annotations

import ipaddress
import typing as t
from collections import defaultdict
from dataclasses import asdict, dataclass, field

from ...dns.zone_choice import fold_name, zone_and_record
from ...ids import fold_id
from ...wire import JSON, get_path
from .facts import Endpoint, Facts, Part, Zone

Band = t.Literal["blocked", "drift"]
MADE_BY_MIGRATE = (
    "Azure Migrate makes the zones of what it makes itself, in the resource group of their endpoints, "
    "and none for storage accounts that you chose."
)


@dataclass(frozen=True)
class Fault:
    """One cause. ``code`` names its kind, ``subject`` is the resource to mend (or the names), ``covers`` the names it spoils.

    ``blocked`` faults stop Azure Migrate; ``drift`` ones do not yet.
    """

    code: str
    band: Band
    subject: str
    message: str
    remedy: str
    evidence: tuple[str, ...] = ()
    covers: frozenset[str] = field(default=frozenset(), compare=False)

    def as_dict(self) -> JSON:
        """Plain data for results and reports."""
        plain = asdict(self)
        plain.pop("covers")
        return {**plain, "evidence": list(self.evidence)}


def diagnose(facts: Facts) -> list[Fault]:
    """Every fault that Azure itself shows."""
    found = list(_of_project(facts))
    if any(fault.code in ("project_missing", "project_public") for fault in found):
        return found
    for part in facts.parts:
        found += _of_part(facts, part)
    found += _of_zones(facts)
    found += _orphans(facts)
    found += _grants(facts)
    return found


def zone_of(name: str, zones: t.Iterable[str]) -> str:
    """The zone among these names that a name belongs in; empty when none takes it."""
    place = zone_and_record(name, zones)
    return place[0] if place else ""


def _of_project(facts: Facts) -> t.Iterator[Fault]:
    project, subject = facts.project, facts.project_id
    if project.document is None:
        yield Fault(
            "project_missing", "blocked", subject, f"The project {subject} does not exist.",
            "Correct its name, or make it with connectivity method Private endpoint (playbook migrate.yml).",
        )  # fmt: skip
        return
    if not project.endpoints and not facts.home:
        yield Fault(
            "project_public", "blocked", subject,
            f"{project.words} was made with the public endpoint method; it has no private endpoint.",
            "Azure cannot change the connectivity method of a project: make another one under another name.",
        )  # fmt: skip
        return
    if "systemassigned" not in str(get_path(project.document, "identity.type") or "").lower():
        yield Fault(
            "identity_missing", "blocked", subject, f"{project.words} has no system-assigned identity.",
            "Enable the managed identity (Enable MSI) on the project's properties page, or run migrate.yml.",
        )  # fmt: skip
    if facts.sites:
        for kind, words in (("assessment_project", "assessment project"), ("master_site", "master site")):
            if not facts.part(kind):
                yield Fault(
                    f"{kind}_missing", "blocked", subject, f"{project.words} has an appliance and no {words}.",
                    "Generate the project key in the portal again, under another appliance name; a name whose assessment "
                    "project was deleted stays taken (DataPreconditionFailed).",
                )  # fmt: skip


def _of_part(facts: Facts, part: Part) -> t.Iterator[Fault]:
    if part.document is None:
        if part.kind != "project":
            yield Fault(
                "resource_missing", "blocked", part.id, f"{part.words} is named by the project and does not exist.",
                "Recover it if it was deleted (key vaults and storage accounts can be), or generate the project key again.",
            )  # fmt: skip
        return
    if not part.endpoints:
        if part.closed:
            yield Fault(
                f"{part.kind}_closed", "blocked", part.id,
                f"{part.words} denies public access and has no private endpoint: nobody reaches it.",
                f"Create a private endpoint for it in the network {_short(facts.home)}.",
            )  # fmt: skip
        else:
            yield Fault(
                "endpoint_missing", "blocked", part.id, f"{part.words} has no private endpoint.",
                f"Create one in the network {_short(facts.home)}; without it the appliance needs the public network.",
            )  # fmt: skip
        return
    if part.kind == "vault" and "systemassigned" not in str(get_path(part.document, "identity.type") or "").lower():
        yield Fault(
            "vault_identity_missing", "blocked", part.id, f"{part.words} has no system-assigned identity.",
            "Enable its managed identity; roles can be granted then (ManagedIdentityDetailsNotPresent otherwise).",
        )  # fmt: skip
    for endpoint in part.endpoints:
        fault = _of_endpoint(facts, part, endpoint)
        if fault is not None:
            yield fault


def _of_endpoint(facts: Facts, part: Part, endpoint: Endpoint) -> Fault | None:
    served = any(each.approved and each is not endpoint for each in part.endpoints)
    band: Band = "drift" if served else "blocked"
    again = (
        "Approve it again on the key vault."
        if part.kind == "key_vault" and endpoint.there == "Rejected"
        else "That is final: delete the private endpoint and create it again."
    )
    subject, what = endpoint.id, f"The connection of {endpoint.name} to {part.words}"
    covers = frozenset(fold_name(name["fqdn"]) for name in endpoint.names)
    if endpoint.document is None:
        return Fault(
            "endpoint_gone", band, part.id, f"{part.words} has a connection of {endpoint.name}, which does not exist.",
            "Remove the connection from the resource and create the private endpoint again.", covers=covers,
        )  # fmt: skip
    state = str(get_path(endpoint.document, "properties.provisioningState") or "")
    if state.lower() in ("failed", "canceled"):
        return Fault(
            "endpoint_failed", band, subject, f"The private endpoint {endpoint.name} of {part.words} is {state}.",
            "Look at the activity log for the reason (policies, permissions), then delete the endpoint and create it again.",
            covers=covers,
        )  # fmt: skip
    for status, code, remedy in (
        ("Pending", "connection_pending", f"Have the owner of {part.words} approve it."),
        ("Rejected", "connection_rejected", again),
        ("Disconnected", "connection_disconnected", again),
    ):
        if status in (endpoint.there, endpoint.here):
            return Fault(code, band, subject, f"{what} is {status}.", remedy, covers=covers)
    if not endpoint.approved:
        return Fault(
            "connection_unsettled", band, subject,
            f"{what} is {endpoint.there or 'unknown'} on the resource and {endpoint.here or 'unknown'} on the endpoint ({state}).",
            "Wait some minutes and look again.", covers=covers,
        )  # fmt: skip
    peering = facts.peering(endpoint.network) if facts.home else "same"
    readable = fold_id(facts.home) in facts.networks
    if not peering and readable:
        return Fault(
            "network_wrong", band, subject,
            f"{endpoint.name} of {part.words} is in the network {_short(endpoint.network)}, which is neither the project's "
            f"({_short(facts.home)}) nor peered with it.",
            "Create it in the project's network, or peer the networks.", covers=covers,
        )  # fmt: skip
    if peering and peering not in ("same", "Connected"):
        return Fault(
            "peering_incomplete", band, subject,
            f"The peering of {_short(facts.home)} with {_short(endpoint.network)}, the network of {endpoint.name}, is {peering}.",
            "Complete the peering from both sides.", covers=covers,
        )  # fmt: skip
    if not endpoint.names:
        return Fault(
            "names_missing", band, subject, f"{endpoint.name} of {part.words} is approved and publishes no name.",
            "Delete the endpoint and create it again; a network interface without DNS configuration does not recover.",
        )  # fmt: skip
    if part.kind == "vault" and len(endpoint.names) < VAULT_NAMES:
        return Fault(
            "names_missing", band, subject,
            f"{endpoint.name} of {part.words} publishes {len(endpoint.names)} of {VAULT_NAMES} names.",
            "Wait some minutes; if it stays so, delete the endpoint and create it again.",
        )  # fmt: skip
    return None


#: https://learn.microsoft.com/azure/migrate/migrate-servers-to-azure-using-private-link: one for each microservice of the vault.
VAULT_NAMES = 5


def _of_zones(facts: Facts) -> t.Iterator[Fault]:
    """The zone of each name, its link to the endpoint's network, its record."""
    groups: dict[tuple[str, str], list[tuple[Part, Endpoint, t.Any]]] = defaultdict(list)
    covered = {
        name
        for part in facts.parts
        for each in part.endpoints
        if (fault := _of_endpoint(facts, part, each))
        for name in fault.covers
    }
    for part, endpoint, name in facts.names:
        if fold_name(name["fqdn"]) not in covered:
            groups[(part.zone, fold_id(endpoint.network))].append((part, endpoint, name))
    if any(text.startswith("zones") for text in facts.unread):
        return
    for (zone_name, _network), rows in groups.items():
        yield from _of_zone(facts, zone_name, rows[0][1].network, rows)


def _of_zone(facts: Facts, zone_name: str, network: str, rows: list[tuple[Part, Endpoint, t.Any]]) -> t.Iterator[Fault]:
    covers = frozenset(fold_name(name["fqdn"]) for _part, _endpoint, name in rows)
    named = [zone for zone in facts.zones if zone.name == zone_name]
    if not named:
        group = rows[0][1].id.split("/providers/")[0].rsplit("/", 1)[-1]
        yield Fault(
            "zone_missing", "blocked", zone_name,
            f"There is no private DNS zone {zone_name} (for {_of_parts(rows)}).",
            f"Create it in the resource group {group}, link it to the network {_short(network)} and write its records. {MADE_BY_MIGRATE}",
            covers=covers,
        )  # fmt: skip
        return
    linked = [zone for zone in named if zone.link_state(network)]
    if not linked:
        others = sorted({_short(each) for zone in named for each in zone.links})
        elsewhere = f"; it is linked to {', '.join(others)} only" if others else ""
        yield Fault(
            "zone_linked_elsewhere" if others else "zone_unlinked", "blocked", named[0].id,
            f"The zone {zone_name} is not linked to the network {_short(network)}{elsewhere}.",
            f"Link {named[0].id} to {network}.", covers=covers,
        )  # fmt: skip
        return
    zone = linked[0]
    if zone.link_state(network) != "Completed":
        yield Fault(
            "link_incomplete", "blocked", zone.id,
            f"The link of the zone {zone_name} to {_short(network)} is {zone.link_state(network)}.",
            "Wait until it is Completed, or delete the link and make it again.", covers=covers,
        )  # fmt: skip
        return
    missing = [row for row in rows if _record(zone, row[2]["fqdn"]) is None]
    twin = next((each for each in named if each is not zone and missing and _record(each, missing[0][2]["fqdn"])), None)
    if twin is not None and len(missing) == len(rows):
        yield Fault(
            "zone_linked_elsewhere", "blocked", twin.id,
            f"The records of {zone_name} are in {twin.id}, but the network {_short(network)} is linked to {zone.id}.",
            "A network can have one zone of a name: move the link to the zone with the records, or write them into the linked one.",
            covers=covers,
        )  # fmt: skip
        return
    for part, _endpoint, name in rows:
        fault = _of_record(zone, part, name)
        if fault is not None:
            yield fault


def _of_record(zone: Zone, part: Part, name: t.Any) -> Fault | None:
    fqdn, wanted = fold_name(name["fqdn"]), sorted(name["ip_addresses"])
    held, place = _record(zone, fqdn), zone_and_record(fqdn, [zone.name])
    record = f"{place[1] if place else fqdn}.{zone.name}"
    covers = frozenset({fqdn})
    if held is None:
        return Fault(
            "record_missing", "blocked", zone.id, f"{record} has no A record (for {part.words}).",
            f"Add it with {', '.join(wanted)}.", covers=covers,
        )  # fmt: skip
    if sorted(held) == wanted:
        return None
    code = "record_duplicate" if set(held) > set(wanted) else "record_wrong"
    return Fault(
        code, "blocked", zone.id, f"{record} has {', '.join(held)}, its endpoint has {', '.join(wanted)}.",
        f"Remove the whole record and add a new one with {', '.join(wanted)}, then flush the DNS cache of the appliance "
        "(playbook drift.yml, or the role's drift entry point, does it).", covers=covers,
    )  # fmt: skip


def _record(zone: Zone, fqdn: str) -> tuple[str, ...] | None:
    place = zone_and_record(fqdn, [zone.name])
    return zone.records.get(place[1]) if place else None


def _orphans(facts: Facts) -> t.Iterator[Fault]:
    """Records of the project's own zone, in its subnets, that none of its endpoints publishes any more.

    Where another project has endpoints in the same subnet, whose a record is cannot be said.
    """
    zone_name = facts.project.zone
    rows = [row for row in facts.names if row[0].zone == zone_name]
    subnets = {endpoint.subnet for _part, endpoint, _name in rows}
    if facts.shared_subnets is None or facts.shared_subnets & {fold_id(subnet) for subnet in subnets}:
        return
    ranges = [net for subnet in subnets for net in _prefixes(facts, subnet)]
    published = {zone_and_record(name["fqdn"], [zone_name]) for _part, _endpoint, name in rows}
    for zone in facts.zones:
        if zone.name != zone_name or not {fold_id(endpoint.network) for _p, endpoint, _n in rows} & set(zone.links):
            continue
        for record, addresses in sorted(zone.records.items()):
            inside = any(ipaddress.ip_address(text) in net for text in addresses for net in ranges)
            if inside and (zone_name, record) not in published:
                yield Fault(
                    "record_orphan", "drift", zone.id,
                    f"{record}.{zone.name} has {', '.join(addresses)}, and no private endpoint of the project publishes that name.",
                    "Remove the record: it leads to an address that is free, or another resource's.",
                )  # fmt: skip


def _prefixes(facts: Facts, subnet: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    network = facts.networks.get(fold_id("/".join(subnet.split("/")[:-2])))
    for item in get_path(network, "properties.subnets") or []:
        if fold_id(str(item.get("id"))) == fold_id(subnet):
            properties = item.get("properties") or {}
            found = properties.get("addressPrefixes") or [properties.get("addressPrefix")]
            return [ipaddress.ip_network(text) for text in found if text]
    return []


def _grants(facts: Facts) -> t.Iterator[Fault]:
    for row in facts.grants:
        if not row["held"]:
            yield Fault(row["code"], "blocked", row["scope"], row["message"], row["remedy"])


def _of_parts(rows: t.Sequence[tuple[Part, Endpoint, t.Any]]) -> str:
    return ", ".join(dict.fromkeys(part.words for part, _endpoint, _name in rows))


def _short(resource_id: str) -> str:
    return resource_id.rstrip("/").rsplit("/", 1)[-1] or "of the project"
