"""azure-mgmt-privatedns: zones, virtual network links and record sets."""

from __future__ import annotations

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.mgmt.privatedns.models import ARecord, PrivateZone, RecordSet, SubResource, VirtualNetworkLink

from ..evidence import GROUPS, Evidence
from .clients import Clients

GROUP, ZONE = "rg-zones", "privatelink.blob.core.windows.net"
NETWORK = f"{GROUPS}/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-app"


@pytest.fixture(scope="module", autouse=True)
def zone(clients: Clients) -> PrivateZone:
    clients.resources.resource_groups.create_or_update(GROUP, {"location": "westeurope"})
    zones = clients.private_dns.private_zones
    creation = zones.begin_create_or_update(GROUP, ZONE, PrivateZone(location="global"), if_none_match="*")
    assert creation.status() == "InProgress"
    return clients.fits(creation.result())


def test_a_zone_as_it_was_made(clients: Clients, zone: PrivateZone) -> None:
    assert (zone.name, zone.location, zone.provisioning_state) == (ZONE, "global", "Succeeded")
    assert zone.number_of_record_sets == 1
    assert ZONE in [one.name for one in clients.private_dns.private_zones.list()]
    zones = clients.private_dns.private_zones
    again = zones.begin_create_or_update(GROUP, ZONE, PrivateZone(location="global"), if_none_match="*")
    with pytest.raises(HttpResponseError) as caught:
        again.result()
    assert (caught.value.status_code, caught.value.error.code) == (200, "PreconditionFailed")


def test_a_linked_zone_stays_until_its_link_goes(clients: Clients, evidence: Evidence) -> None:
    zones, links = clients.private_dns.private_zones, clients.private_dns.virtual_network_links
    zones.begin_create_or_update(GROUP, "linked.example", PrivateZone(location="global")).wait()
    wanted = VirtualNetworkLink(location="global", virtual_network=SubResource(id=NETWORK), registration_enabled=False)
    made = clients.fits(links.begin_create_or_update(GROUP, "linked.example", "app", wanted).result())
    assert (made.virtual_network_link_state, made.registration_enabled) == ("Completed", False)
    assert clients.fits(zones.get(GROUP, "linked.example")).number_of_virtual_network_links == 1
    assert [one.name for one in links.list(GROUP, "linked.example")] == ["app"]
    with pytest.raises(ResourceExistsError) as caught:
        zones.begin_delete(GROUP, "linked.example")
    assert (caught.value.status_code, caught.value.error.code) == (409, "CannotDeleteResource")
    links.begin_delete(GROUP, "linked.example", "app").wait()
    zones.begin_delete(GROUP, "linked.example").wait()
    assert evidence.document(f"{GROUPS}/{GROUP}/providers/Microsoft.Network/privateDnsZones/linked.example") is None


def test_records_and_their_etags(clients: Clients) -> None:
    records = clients.private_dns.record_sets
    first = RecordSet(ttl=60, a_records=[ARecord(ipv4_address="10.1.1.9")])
    made = clients.fits(records.create_or_update(GROUP, ZONE, "A", "a.b", first, if_none_match="*"))
    assert (made.fqdn, made.ttl, made.is_auto_registered) == (f"a.b.{ZONE}.", 60, False)
    for options in ({"if_none_match": "*"}, {"if_match": "another"}):
        with pytest.raises(HttpResponseError) as caught:
            records.create_or_update(GROUP, ZONE, "A", "a.b", first, **options)
        assert (caught.value.status_code, caught.value.error.code) == (412, "PreconditionFailed")
    second = RecordSet(ttl=61, a_records=[ARecord(ipv4_address="10.1.1.10")])
    changed = clients.fits(records.create_or_update(GROUP, ZONE, "A", "a.b", second, if_match=made.etag))
    assert ([one.ipv4_address for one in changed.a_records], changed.ttl) == (["10.1.1.10"], 61)
    assert clients.fits(records.get(GROUP, ZONE, "A", "a.b")).etag == changed.etag
    records.delete(GROUP, ZONE, "A", "a.b")
    with pytest.raises(ResourceNotFoundError):
        records.get(GROUP, ZONE, "A", "a.b")


def test_lists_of_records_come_in_pages(clients: Clients) -> None:
    records, names = clients.private_dns.record_sets, [f"name-{number}" for number in range(3)]
    for name in names:
        records.create_or_update(
            GROUP, ZONE, "A", name, RecordSet(ttl=60, a_records=[ARecord(ipv4_address="10.1.1.9")])
        )
    assert [one.name for one in records.list_by_type(GROUP, ZONE, "A")] == names
    assert {one.name for one in records.list(GROUP, ZONE)} == {"@", *names}


def test_a_record_of_a_zone_that_is_not_there(clients: Clients) -> None:
    with pytest.raises(ResourceNotFoundError) as caught:
        clients.private_dns.record_sets.create_or_update(GROUP, "none.example", "A", "a", RecordSet(ttl=60))
    assert caught.value.error.code == "ParentResourceNotFound"
