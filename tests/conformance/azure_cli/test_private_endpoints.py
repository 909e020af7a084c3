"""Private endpoints and the DNS of their names."""

from __future__ import annotations

import pytest

from ..evidence import GROUPS, Evidence
from .cli import AzureCli

IN = "--resource-group rg-endpoints"
VAULT = f"{GROUPS}/rg-endpoints/providers/Microsoft.RecoveryServices/vaults/vault-linked"
ZONE = "privatelink.we.backup.windowsazure.com"
SUBNET = "--vnet-name vnet-app --subnet endpoints"
CREATE = f"network private-endpoint create {IN} --private-connection-resource-id {VAULT} --group-id AzureBackup"


@pytest.fixture(scope="module", autouse=True)
def vault(az: AzureCli) -> None:
    az("group create --name rg-endpoints --location westeurope")
    prefixes = "--address-prefixes 10.1.0.0/16 --subnet-name endpoints --subnet-prefixes 10.1.1.0/24"
    az(f"network vnet create {IN} --name vnet-app {prefixes}")
    az(f"backup vault create {IN} --name vault-linked --location westeurope")
    az(f"backup vault identity assign {IN} --name vault-linked --system-assigned")


def test_what_private_endpoints_a_vault_can_have(az: AzureCli) -> None:
    offered = az(f"network private-link-resource list --id {VAULT}")
    assert az.sent() == ["GET privateLinkResources 2021-07-01 200"]
    assert {one["properties"]["groupId"] for one in offered} >= {"AzureBackup", "AzureSiteRecovery"}


def test_an_endpoint_and_its_zone_group(az: AzureCli, evidence: Evidence) -> None:
    made = az(f"{CREATE} --name pe-auto {SUBNET} --connection-name to-vault --tags a=b")
    assert az.sent() == [
        "GET resourcegroups 2024-11-01 200",
        "PUT privateEndpoints 2026-01-01 201",
        "GET operations 2026-01-01 200",
        "GET privateEndpoints 2026-01-01 200",
    ]
    (link,) = made["privateLinkServiceConnections"]
    assert (made["provisioningState"], link["privateLinkServiceConnectionState"]["status"]) == ("Succeeded", "Approved")
    names = {one["fqdn"]: one["ipAddresses"] for one in made["customDnsConfigs"]}
    assert az(f"network private-endpoint show {IN} --name pe-auto") == made
    assert az(f"network private-endpoint ip-config list {IN} --endpoint-name pe-auto") == []
    interface = az(f"network nic show --ids {made['networkInterfaces'][0]['id']}")
    assert az.sent() == ["GET networkInterfaces 2023-11-01 200"]
    published = [one["privateLinkConnectionProperties"] for one in interface["ipConfigurations"]]
    assert sorted(name for one in published for name in one["fqdns"]) == sorted(names)

    zone = az(f"network private-dns zone create {IN} --name {ZONE}")
    assert az.sent() == [
        "GET resourcegroups 2024-11-01 200",
        "PUT privateDnsZones 2018-09-01 202",
        "GET privateDnsOperationStatuses 2018-09-01 200",
        "GET privateDnsZones 2018-09-01 200",
    ]
    group = f"{IN} --endpoint-name pe-auto --name default"
    az(f"network private-endpoint dns-zone-group create {group} --private-dns-zone {zone['id']} --zone-name backup")
    assert az.sent()[0] == "PUT privateDnsZoneGroups 2022-01-01 201"
    (configuration,) = az(f"network private-endpoint dns-zone-group show {group}")["privateDnsZoneConfigs"]
    assert {one["fqdn"]: one["ipAddresses"] for one in configuration["recordSets"]} == names
    records = az(f"network private-dns record-set a list {IN} --zone-name {ZONE}")
    assert {one["fqdn"].rstrip("."): [each["ipv4Address"] for each in one["aRecords"]] for one in records} == names

    assert az.refused(f"backup vault delete {IN} --name vault-linked --yes")[0] == 1
    for status in ("202", "204"):
        az(f"network private-endpoint delete {IN} --name pe-auto")
        assert az.sent()[0] == f"DELETE privateEndpoints 2026-01-01 {status}"
    assert evidence.document(interface["id"]) is None
    assert az(f"network private-dns record-set a list {IN} --zone-name {ZONE}") == []


def test_an_endpoint_that_cannot_be(az: AzureCli) -> None:
    refused = az.refused(f"{CREATE} --name pe-none --vnet-name vnet-app --subnet none --connection-name to-vault")
    assert refused == (1, "InvalidResourceReference")
