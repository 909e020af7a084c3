"""The checks of one endpoint: its connection, its names and their records, and the links of its zones."""

from __future__ import annotations

import ipaddress
import re
import typing as t
from itertools import chain

from ...dns.modes import RECORDS_REPAIR
from ...dns.private_dns import addresses, zone_name
from ...dns.zone_choice import zone_and_record
from ...dns.zone_groups import group_settled
from ...dns.zones import network_of as linked_network
from ...ids import same_id
from ...resources.endpoint_connections import connection_to, status_of
from ...resources.endpoint_names import PublishedName
from ...resources.endpoints import connection_of
from ...wire import JSON, get_path, provisioning
from ..desired import Endpoint
from ..gate import Gate, ok, refused, warning
from ..inspection import Inspection, zones_of
from ..rows import LinkRow, NameRow
from .findings import Findings
from .storage_endpoints import check_storage_endpoints


def check_connection(inspection: Inspection, endpoint: Endpoint, found: Findings) -> t.Iterator[Gate]:
    """The connection is Approved on both sides and the endpoint is provisioned."""
    document = inspection.endpoint(endpoint.id)
    if document is None:
        yield refused("connection", endpoint.id, f"{endpoint.id} does not exist.")
        return
    here = connection_of(document)["status"]
    there = status_of(connection_to(inspection.vault, endpoint.id))
    found.add_endpoint(endpoint, "private endpoint", document, (here, there))
    if provisioning(document) != "succeeded":
        yield refused("connection", endpoint.id, f"{endpoint.id} is {provisioning(document)}.")
    elif (here, there) != ("Approved", "Approved"):
        yield refused(
            "connection", endpoint.id, f"The connection of {endpoint.name} is {here} on the endpoint and {there} on the vault.",
            "Have the vault's owner approve it (privatelink.recovery.private_endpoint_connection), then run again.",
        )  # fmt: skip
    else:
        yield ok("connection", endpoint.id, f"The connection of {endpoint.name} is Approved on both sides.")


def check_names(inspection: Inspection, endpoint: Endpoint, found: Findings) -> t.Iterator[Gate]:
    """Every name of the endpoint has a record with its addresses in the endpoint's zones, and addresses of the subnet."""
    if inspection.endpoint(endpoint.id) is None:
        return
    names = inspection.names(endpoint.id)
    if not names:
        yield refused(
            "names", endpoint.id, f"{endpoint.name} publishes no names.", "Wait until its connection is Approved."
        )
        return
    own, names = {name["fqdn"] for name in names}, [*names, *chain(*inspection.names_beside(endpoint).values())]
    capacity = inspection.capacity(endpoint)
    nets = [ipaddress.ip_network(prefix) for prefix in capacity.prefixes] if capacity else []
    zones = zones_for(inspection, endpoint)
    if inspection.desired.mode.finds_groups and not zones:
        yield _no_zone_group("names", endpoint)
        return
    records = _records_in(inspection, zones)
    found.add_zones(endpoint, records)
    wrong = []
    for name in names:
        row = judge_name(name, zones, records)
        outside = [text for text in name["ip_addresses"] if not any(ipaddress.ip_address(text) in net for net in nets)]
        if outside:
            row["record"] = f"address {', '.join(outside)} is not in the subnet"
        found.add_name(inspection, endpoint, row)
        if row["record"] != "ok":
            wrong.append(f"{row['fqdn']} ({row['record']})")
    for zone, held in records.items():
        for record in held.values():
            found.records.append({"zone": zone, "name": record["name"], "ip_addresses": addresses(record)})
    if wrong:
        mine = inspection.desired.mode.of_storage != "ignore" and not own & {row.split(" ", 1)[0] for row in wrong}
        repair = RECORDS_REPAIR if mine else inspection.desired.mode.repair
        yield refused(
            "names", endpoint.id, f"{len(wrong)} of {len(names)} names of {endpoint.name} have no right record: {', '.join(wrong)}.",
            repair.format(endpoint=endpoint.name), wrong, lasting=not mine and _stays(inspection, endpoint),
        )  # fmt: skip
    else:
        yield ok("names", endpoint.id, f"All {len(names)} names of {endpoint.name} have their record.")


def check_storage(inspection: Inspection, endpoint: Endpoint, found: Findings) -> t.Iterator[Gate]:
    """A storage endpoint is Approved on both sides and its name has its record."""
    document = inspection.endpoint(endpoint.id)
    if document is None:
        yield refused("storage", endpoint.id, f"{endpoint.id} does not exist.")
        return
    there = status_of(connection_to(inspection.led_to(endpoint.target), endpoint.id))
    here = connection_of(document)["status"]
    detail = found.add_endpoint(endpoint, "storage endpoint", document, (here, there))
    zones = zones_for(inspection, endpoint)
    records = _records_in(inspection, zones)
    found.add_zones(endpoint, records)
    rows = [judge_name(name, zones, records) for name in inspection.names(endpoint.id)] if zones else []
    for row in rows:
        found.add_name(inspection, endpoint, row)
    wrong = [f"{row['fqdn']} ({row['record']})" for row in rows if row["record"] != "ok"]
    if provisioning(document) != "succeeded":
        # Its last write may have failed after it was approved.
        yield refused("storage", endpoint.id, f"{endpoint.id} is {provisioning(document)}.", "Run the sequence again.")
    elif (here, there) != ("Approved", "Approved"):
        yield refused(
            "storage",
            endpoint.id,
            f"{endpoint.name}: {detail}.",
            f"Have the {endpoint.kind.word}'s owner approve it, then run again.",
        )
    elif not zones:
        yield _no_zone_group("storage", endpoint)
    elif wrong or not rows:
        yield refused(
            "storage", endpoint.id, f"{endpoint.name} has no right record: {', '.join(wrong) or 'no names'}.",
            inspection.desired.mode.repair.format(endpoint=endpoint.name), wrong, lasting=_stays(inspection, endpoint),
        )  # fmt: skip
    else:
        yield ok("storage", endpoint.id, f"{endpoint.name} is Approved on both sides and has its record.")


def _stays(inspection: Inspection, endpoint: Endpoint) -> bool:
    """Whether no step of the sequence brings back the records of an endpoint: others write them.

    Azure does not bring back a record of a zone group that somebody deleted or changed, and says nothing of it
    (hashicorp/terraform-provider-azurerm#7726); a group that has all its names is not written again.
    """
    mode = inspection.desired.mode
    if not mode.makes_groups:
        return not mode.writes_records
    names, zones = inspection.names(endpoint.id), inspection.zone_ids(endpoint)
    return any(group_settled(group, names, zones) for group in inspection.zone_groups(endpoint.id))


def _no_zone_group(step: str, endpoint: Endpoint) -> Gate:
    return refused(
        step, endpoint.id, f"{endpoint.name} has no zone group yet; with dns_mode policy somebody else attaches it.",
        "Ask the owner of the policy, or wait for its next evaluation, then run again.", lasting=True,
    )  # fmt: skip


def check_count(inspection: Inspection, endpoint: Endpoint, found: Findings) -> t.Iterator[Gate]:
    """Site Recovery publishes five names at first and two more once replication is on; fewer is an alarm.

    https://learn.microsoft.com/azure/site-recovery/azure-to-azure-how-to-enable-replication-private-endpoints. The
    numbers are minima: regions differ, and what the endpoint shows is what counts.
    """
    fewest = inspection.desired.sequence.least_names.get(inspection.desired.variant)
    if fewest is None or inspection.vault is None or inspection.endpoint(endpoint.id) is None:
        return
    count = len(inspection.names(endpoint.id))
    replicating = fewest.certain and bool(inspection.replicated)
    least = fewest.in_use if replicating else fewest.at_first
    said = f"{endpoint.name} publishes {count} names, at least {least} are expected{' while replication is on' if replicating else ''}."
    if count < least and not fewest.certain:
        yield warning("name_count", endpoint.id, said, "Compare with what the endpoint shows in the portal.")
    elif count < least:
        yield refused(
            "name_count", endpoint.id, said,
            "Wait some minutes and run the drift entry point; if it stays so, replication traffic finds no private way.",
            # No step brings names to an endpoint that is approved.
            lasting=connection_of(inspection.endpoint(endpoint.id))["status"] == "Approved",
        )  # fmt: skip
    else:
        yield ok("name_count", endpoint.id, said)


def check_pattern(inspection: Inspection, endpoint: Endpoint, _found: Findings) -> t.Iterator[Gate]:
    """Names that are not as the documentation has them are told: they may be of a newer kind, or of another service.

    https://learn.microsoft.com/azure/site-recovery/azure-to-azure-how-to-enable-replication-private-endpoints. No name is
    built from the pattern, and none refused by it.
    """
    pattern = inspection.desired.sequence.name_pattern
    names = [name["fqdn"] for name in inspection.names(endpoint.id)] if pattern else []
    other = [name for name in names if not re.match(pattern, name.lower())]
    if other:
        yield warning(
            "name_pattern", endpoint.id, f"{endpoint.name} publishes names that the documentation does not know: {', '.join(other)}.",
            "Nothing is to be done where they have their records; compare them with the vault's own list when something fails.",
        )  # fmt: skip
    elif names:
        yield ok("name_pattern", endpoint.id, f"All {len(names)} names of {endpoint.name} are as documented.")


def check_links(inspection: Inspection, endpoint: Endpoint, found: Findings) -> t.Iterator[Gate]:
    """Each zone is linked to each network that must resolve it."""
    missing: list[str] = []
    if not inspection.desired.mode.azure_shows_records:
        return
    zones = zones_for(inspection, endpoint)
    if not zones:
        return
    for zone in zones.values():
        links = inspection.links(zone)
        for network in endpoint.virtual_networks:
            link = next((item for item in links if same_id(linked_network(item), network)), None)
            state = str(get_path(link, "properties.virtualNetworkLinkState") or "missing") if link else "missing"
            row: LinkRow = {
                "zone": zone,
                "virtual_network": network,
                "state": state,
                "resolution_policy": get_path(link, "properties.resolutionPolicy") or "Default",
            }
            if row not in found.links:
                found.links.append(row)
            if state != "Completed":
                missing.append(f"{zone_name(zone)} to {network.rsplit('/', 1)[-1]} ({state})")
    if missing:
        yield refused("links", endpoint.id, f"Links are not complete: {', '.join(missing)}.", "Run the sequence again.")
    else:
        yield ok(
            "links",
            endpoint.id,
            f"All zones of {endpoint.name} are linked to {len(endpoint.virtual_networks)} network(s).",
        )


def zones_for(inspection: Inspection, endpoint: Endpoint) -> dict[str, str]:
    """The zones an endpoint's names should be in, by name: ours, or those the zone group of a policy names."""
    if inspection.desired.mode.finds_groups:
        here = [endpoint.id, *(str(item["id"]) for item in inspection.beside(endpoint))]
        return {zone_name(zone): zone for one in here for zone in sorted(zones_of(inspection, one))}
    ids = inspection.zone_ids(endpoint)
    return {zone_name(zone): zone for zone in ids}


def judge_name(
    name: PublishedName, zones: t.Mapping[str, str], records: t.Mapping[str, t.Mapping[str, JSON]]
) -> NameRow:
    """Compare one name with the records of its zone. ``record`` is ``ok`` or says what is wrong.

    A zone without an entry in ``records`` is not judged: somebody else's DNS servers hold it.
    """
    row: NameRow = {
        "fqdn": name["fqdn"],
        "ip_addresses": name["ip_addresses"],
        "zone": "",
        "record_name": "",
        "record": "ok",
    }
    place = zone_and_record(name["fqdn"], zones)
    if place is None:
        return {**row, "record": "matches no zone"}
    row["zone"], row["record_name"] = place
    if zones[place[0]] not in records:
        return row
    record = records[zones[place[0]]].get(place[1])
    if record is None:
        return {**row, "record": "missing"}
    if addresses(record) != sorted(name["ip_addresses"]):
        return {**row, "record": f"has {', '.join(addresses(record)) or 'no address'}"}
    return row


def _records_in(inspection: Inspection, zones: t.Mapping[str, str]) -> dict[str, dict[str, JSON]]:
    """The records of zones by name, by the zone's id; where Azure does not show them they are not looked at."""
    if not inspection.desired.mode.azure_shows_records:
        return {}
    return {
        zone: {str(record["name"]).lower(): record for record in inspection.records(zone)} for zone in zones.values()
    }


CHECKS = (
    ("connection", check_connection),
    ("storage_endpoints", check_storage_endpoints),
    ("names", check_names),
    ("name_count", check_count),
    ("name_pattern", check_pattern),
    ("links", check_links),
)
STORAGE_CHECKS = (("storage", check_storage), ("links", check_links))
