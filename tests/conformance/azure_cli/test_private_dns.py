"""Private DNS zones, their links and records."""

from __future__ import annotations

import pytest

from ..evidence import GROUPS, Evidence
from .cli import AzureCli

IN = "--resource-group rg-zones"
ZONE = "privatelink.blob.core.windows.net"
OF = f"{IN} --zone-name {ZONE}"
ZONES = f"{GROUPS}/rg-zones/providers/Microsoft.Network/privateDnsZones"


@pytest.fixture(scope="module", autouse=True)
def zone(az: AzureCli) -> None:
    az("group create --name rg-zones --location westeurope")
    az(f"network vnet create {IN} --name vnet-app --address-prefixes 10.4.0.0/16")
    az(f"network private-dns zone create {IN} --name {ZONE}")


def test_a_zone_that_is_there_already(az: AzureCli) -> None:
    assert az.refused(f"network private-dns zone create {IN} --name {ZONE}") == (1, "PreconditionFailed")
    assert az.sent()[-2:] == ["PUT privateDnsZones 2018-09-01 202", "GET privateDnsOperationStatuses 2018-09-01 200"]
    assert [one["name"] for one in az(f"network private-dns zone list {IN}")] == [ZONE]


def test_a_linked_zone_stays_until_its_link_goes(az: AzureCli, evidence: Evidence) -> None:
    made = az(
        f"network private-dns link vnet create {OF} --name app --virtual-network vnet-app --registration-enabled false"
    )
    assert [one for one in az.sent() if one.startswith("PUT")] == ["PUT virtualNetworkLinks 2024-06-01 202"]
    assert (made["virtualNetworkLinkState"], made["registrationEnabled"]) == ("Completed", False)
    assert az(f"network private-dns zone show {IN} --name {ZONE}")["numberOfVirtualNetworkLinks"] == 1
    redirected = az(f"network private-dns link vnet update {OF} --name app --resolution-policy NxDomainRedirect")
    assert redirected["resolutionPolicy"] == "NxDomainRedirect"
    assert az.refused(f"network private-dns zone delete {IN} --name {ZONE} --yes") == (1, "CannotDeleteResource")
    az(f"network private-dns link vnet delete {OF} --name app --yes")
    assert evidence.document(f"{ZONES}/{ZONE}/virtualNetworkLinks/app") is None
    az(f"network private-dns zone delete {IN} --name none.example --yes")
    assert az.sent() == ["DELETE privateDnsZones 2018-09-01 204"]


def test_records(az: AzureCli) -> None:
    add = "network private-dns record-set a add-record"
    made = az(f"{add} {OF} --record-set-name a.b --ipv4-address 10.4.0.9")
    assert az.sent() == ["GET A 2018-09-01 404", "PUT A 2018-09-01 201"]
    assert (made["fqdn"], made["aRecords"]) == (f"a.b.{ZONE}.", [{"ipv4Address": "10.4.0.9"}])
    az(f"{add} {OF} --record-set-name a.b --ipv4-address 10.4.0.10")
    shown = az(f"network private-dns record-set a show {OF} --name a.b")
    assert [one["ipv4Address"] for one in shown["aRecords"]] == ["10.4.0.9", "10.4.0.10"]
    everything = az(f"network private-dns record-set list {OF}")
    assert az.sent() == ["GET ALL 2018-09-01 200"]
    assert [(one["name"], one["type"].rsplit("/", 1)[-1]) for one in everything] == [("@", "SOA"), ("a.b", "A")]
    az(f"network private-dns record-set a delete {OF} --name a.b --yes")
    assert az.refused(f"network private-dns record-set a show {OF} --name a.b") == (3, "NotFound")
    missing = f"{IN} --zone-name none.example --record-set-name a --ipv4-address 10.4.0.9"
    assert az.refused(f"{add} {missing}") == (3, "ParentResourceNotFound")
