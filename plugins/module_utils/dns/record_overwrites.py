"""Records a zone group would take from another endpoint.

Two endpoints of one target publish the same names. In one zone the later group overwrites the record of the earlier,
and deleting either deletes it (MicrosoftDocs/azure-docs#58044;
https://learn.microsoft.com/azure/private-link/private-endpoint-dns).
"""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

from ..resources.endpoint_names import PublishedName
from ..wire import JSON, get_path
from .private_dns import addresses, metadata, zone_name
from .zone_choice import zone_and_record


@dataclass(frozen=True)
class Overwrite:
    """A record that belongs to someone else: where it is, what it says, what it would say, and whose it seems to be."""

    zone_id: str
    record_name: str
    fqdn: str
    ip_addresses: tuple[str, ...]
    new_ip_addresses: tuple[str, ...]
    owner: str

    def as_dict(self) -> JSON:
        """Plain data for results."""
        found = asdict(self)
        return {**found, "ip_addresses": list(self.ip_addresses), "new_ip_addresses": list(self.new_ip_addresses)}


def overwrites(
    endpoint: JSON, names: t.Sequence[PublishedName], records: t.Mapping[str, t.Sequence[JSON]]
) -> list[Overwrite]:
    """The records that hold a name of this endpoint with other addresses and were not written for this endpoint."""
    guid = str(get_path(endpoint, "properties.resourceGuid") or "").lower()
    by_name = {zone_name(zone): zone for zone in records}
    found: list[Overwrite] = []
    for name in names:
        place = zone_and_record(name["fqdn"], by_name)
        if place is None:
            continue
        zone = by_name[place[0]]
        for record in records[zone]:
            if str(record.get("name")).lower() != place[1] or addresses(record) == sorted(name["ip_addresses"]):
                continue
            creator = " ".join(f"{key}: {value}" for key, value in metadata(record).items())
            # Azure's own note reads "created by private endpoint <name> with resource guid <guid>".
            if guid and guid in creator.lower():
                continue
            found.append(
                Overwrite(
                    zone, place[1], name["fqdn"], tuple(addresses(record)), tuple(sorted(name["ip_addresses"])), creator
                )
            )
    return found


def records_to_be(
    endpoint: JSON, names: t.Sequence[PublishedName], zones: t.Iterable[str]
) -> t.Iterator[tuple[str, JSON]]:
    """Each record that Azure will write for an endpoint, with the id of its zone."""
    by_name = {zone_name(zone): zone for zone in zones}
    creator = f"created by private endpoint {endpoint.get('name')} with resource guid {get_path(endpoint, 'properties.resourceGuid')}"
    for name in names:
        place = zone_and_record(name["fqdn"], by_name)
        if place is not None:
            held = [{"ipv4Address": address} for address in name["ip_addresses"]]
            yield (
                by_name[place[0]],
                {"name": place[1], "properties": {"aRecords": held, "metadata": {"creator": creator}}},
            )
