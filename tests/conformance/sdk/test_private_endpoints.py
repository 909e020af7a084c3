"""azure-mgmt-network: private endpoints, their interfaces and zone groups; azure-mgmt-recoveryservicesbackup: connections."""

from __future__ import annotations

import typing as t

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.network.models import (
    PrivateDnsZoneConfig,
    PrivateDnsZoneGroup,
    PrivateEndpoint,
    PrivateLinkServiceConnection,
    Subnet,
)
from azure.mgmt.recoveryservices.models import IdentityData, Sku, Vault, VaultProperties

from ..evidence import GROUPS, Evidence
from .clients import Clients

GROUP = "rg-endpoints"
SUBNET = f"{GROUPS}/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-app/subnets/endpoints"
ZONE = "privatelink.we.backup.windowsazure.com"


@pytest.fixture(scope="module")
def vault(clients: Clients) -> Vault:
    clients.resources.resource_groups.create_or_update(GROUP, {"location": "westeurope"})
    wanted = Vault(
        location="westeurope",
        sku=Sku(name="Standard"),
        identity=IdentityData(type="SystemAssigned"),
        properties=VaultProperties(),
    )
    return clients.vaults.vaults.begin_create_or_update(GROUP, "vault-linked", wanted).result()


def endpoint(vault: Vault, kind: str = "private_link_service_connections", **options: t.Any) -> PrivateEndpoint:
    link = PrivateLinkServiceConnection(
        name="to-vault", private_link_service_id=vault.id, group_ids=["AzureBackup"], **options
    )
    return PrivateEndpoint(location="westeurope", subnet=Subnet(id=SUBNET), **{kind: [link]})


def connection_of(clients: Clients, endpoint_name: str) -> t.Any:
    """The vault's side of an endpoint's connection."""
    read = clients.fits(clients.vaults.vaults.get(GROUP, "vault-linked"))
    found = read.properties.private_endpoint_connections
    return next(
        one for one in found if one.properties.private_endpoint.id.endswith(f"/privateEndpoints/{endpoint_name}")
    )


def test_an_endpoint_and_its_zone_group(clients: Clients, vault: Vault, evidence: Evidence) -> None:
    endpoints, groups = clients.network.private_endpoints, clients.network.private_dns_zone_groups
    creation = endpoints.begin_create_or_update(GROUP, "pe-auto", endpoint(vault))
    assert creation.status() == "InProgress"
    made = clients.fits(creation.result())
    (link,) = made.private_link_service_connections
    assert (made.provisioning_state, link.private_link_service_connection_state.status) == ("Succeeded", "Approved")
    names = {one.fqdn: one.ip_addresses for one in made.custom_dns_configs}
    assert all(name.endswith(ZONE) for name in names)

    interface_name = made.network_interfaces[0].id.rsplit("/", 1)[-1]
    interface = clients.fits(clients.network.network_interfaces.get(GROUP, interface_name))
    published = [one.private_link_connection_properties for one in interface.ip_configurations]
    assert sorted(name for one in published for name in one.fqdns) == sorted(names)
    assert {one.group_id for one in published} == {"AzureBackup"}
    assert connection_of(clients, "pe-auto").properties.private_link_service_connection_state.status == "Approved"

    zone = clients.private_dns.private_zones.begin_create_or_update(GROUP, ZONE, {"location": "global"}).result()
    wanted = PrivateDnsZoneGroup(
        private_dns_zone_configs=[PrivateDnsZoneConfig(name="backup", private_dns_zone_id=zone.id)]
    )
    grouped = clients.fits(groups.begin_create_or_update(GROUP, "pe-auto", "default", wanted).result())
    (configuration,) = grouped.private_dns_zone_configs
    assert {f"{one.fqdn}": one.ip_addresses for one in configuration.record_sets} == names
    assert [one.name for one in clients.fits(list(groups.list("pe-auto", GROUP)))] == ["default"]
    records = [one for one in clients.private_dns.record_sets.list(GROUP, ZONE) if one.type.endswith("/A")]
    assert {one.fqdn.removesuffix("."): [each.ipv4_address for each in one.a_records] for one in records} == names

    groups.begin_delete(GROUP, "pe-auto", "default").wait()
    endpoints.begin_delete(GROUP, "pe-auto").wait()
    with pytest.raises(ResourceNotFoundError):
        endpoints.get(GROUP, "pe-auto")
    assert evidence.document(interface.id) is None


def test_a_connection_that_waits_for_approval(clients: Clients, vault: Vault) -> None:
    endpoints, connections = clients.network.private_endpoints, clients.backup.private_endpoint_connection
    wanted = endpoint(vault, "manual_private_link_service_connections", request_message="please")
    made = clients.fits(endpoints.begin_create_or_update(GROUP, "pe-manual", wanted).result())
    (link,) = made.manual_private_link_service_connections
    assert link.private_link_service_connection_state.status == "Pending"
    assert not made.custom_dns_configs

    name = connection_of(clients, "pe-manual").name
    pending = clients.fits(connections.get("vault-linked", GROUP, name))
    state = pending.properties.private_link_service_connection_state
    assert (state.status, state.description) == ("Pending", "please")
    state.status, state.description = "Approved", "welcome"
    approval = connections.begin_put("vault-linked", GROUP, name, pending)
    assert approval.status() == "InProgress"
    approved = clients.fits(approval.result())
    assert approved.properties.private_link_service_connection_state.status == "Approved"
    assert approved.properties.provisioning_state == "Succeeded"
    seen = clients.fits(endpoints.get(GROUP, "pe-manual"))
    state = seen.manual_private_link_service_connections[0].private_link_service_connection_state
    assert (state.status, state.description) == ("Approved", "welcome")
    assert len(seen.custom_dns_configs) == 2

    connections.begin_delete("vault-linked", GROUP, name).wait()
    left = clients.fits(clients.vaults.vaults.get(GROUP, "vault-linked")).properties.private_endpoint_connections
    assert name not in [one.name for one in left or []]
    endpoints.begin_delete(GROUP, "pe-manual").wait()


def test_endpoints_that_cannot_be(clients: Clients, vault: Vault) -> None:
    wanted = endpoint(vault)
    wanted.subnet = Subnet(id=f"{SUBNET}-none")
    with pytest.raises(HttpResponseError) as caught:
        clients.network.private_endpoints.begin_create_or_update(GROUP, "pe-none", wanted)
    assert (caught.value.status_code, caught.value.error.code) == (400, "InvalidResourceReference")
    assert clients.network.private_endpoints.begin_delete(GROUP, "pe-none").result() is None
