"""azure-mgmt-storage: accounts, their firewall, blob service and connections."""

from __future__ import annotations

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.network.models import PrivateEndpoint, PrivateLinkServiceConnection, Subnet
from azure.mgmt.storage.models import (
    BlobServiceProperties,
    DeleteRetentionPolicy,
    NetworkRuleSet,
    PrivateEndpointConnection,
    PrivateLinkServiceConnectionState,
    Sku,
    StorageAccount,
    StorageAccountCheckNameAvailabilityParameters,
    StorageAccountCreateParameters,
    StorageAccountUpdateParameters,
)

from ..evidence import GROUPS, Evidence
from .clients import Clients

GROUP, NAME = "rg-storage", "storyaccount"
SUBNET = f"{GROUPS}/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-app/subnets/endpoints"


@pytest.fixture(scope="module")
def account(clients: Clients) -> StorageAccount:
    clients.resources.resource_groups.create_or_update(GROUP, {"location": "westeurope"})
    wanted = StorageAccountCreateParameters(
        sku=Sku(name="Standard_LRS"), kind="StorageV2", location="westeurope", allow_shared_key_access=False
    )
    creation = clients.storage.storage_accounts.begin_create(GROUP, NAME, wanted)
    assert creation.status() == "InProgress"
    return clients.fits(creation.result())


def test_an_account_as_it_was_made(clients: Clients, account: StorageAccount) -> None:
    assert (account.provisioning_state, account.kind, account.sku.tier) == ("Succeeded", "StorageV2", "Standard")
    assert account.primary_endpoints.blob == f"https://{NAME}.blob.core.windows.net/"
    assert (account.network_rule_set.default_action, account.private_endpoint_connections) == ("Allow", [])
    assert NAME in [one.name for one in clients.fits(list(clients.storage.storage_accounts.list()))]
    taken = StorageAccountCheckNameAvailabilityParameters(name=NAME)
    answer = clients.fits(clients.storage.storage_accounts.check_name_availability(taken))
    assert (answer.name_available, answer.reason) == (False, "AlreadyExists")
    assert len(clients.fits(clients.storage.storage_accounts.list_keys(GROUP, NAME)).keys_property) == 2


def test_its_firewall_is_changed(clients: Clients, account: StorageAccount) -> None:
    rules = NetworkRuleSet(default_action="Deny", bypass="Logging, AzureServices")
    changed = clients.storage.storage_accounts.update(
        GROUP, NAME, StorageAccountUpdateParameters(network_rule_set=rules, tags={"a": "b"})
    )
    read = clients.fits(clients.storage.storage_accounts.get_properties(GROUP, NAME))
    assert read.network_rule_set == changed.network_rule_set
    assert (read.network_rule_set.default_action, read.tags) == ("Deny", {"a": "b"})
    assert set(read.network_rule_set.bypass.split(", ")) == {"Logging", "AzureServices"}
    assert read.allow_shared_key_access is False


def test_its_blobs_are_kept(clients: Clients, account: StorageAccount) -> None:
    services = clients.storage.blob_services
    assert clients.fits(services.get_service_properties(GROUP, NAME)).delete_retention_policy.enabled is False
    kept = BlobServiceProperties(delete_retention_policy=DeleteRetentionPolicy(enabled=True, days=7))
    services.set_service_properties(GROUP, NAME, kept)
    assert clients.fits(services.get_service_properties(GROUP, NAME)).delete_retention_policy.days == 7


def test_a_connection_is_approved(clients: Clients, account: StorageAccount) -> None:
    offered = clients.fits(clients.storage.private_link_resources.list_by_storage_account(GROUP, NAME))
    assert "blob" in [one.group_id for one in offered.value]
    link = PrivateLinkServiceConnection(
        name="to-blobs", private_link_service_id=account.id, group_ids=["blob"], request_message="please"
    )
    wanted = PrivateEndpoint(
        location="westeurope", subnet=Subnet(id=SUBNET), manual_private_link_service_connections=[link]
    )
    clients.network.private_endpoints.begin_create_or_update(GROUP, "pe-blobs", wanted).wait()
    connections = clients.storage.private_endpoint_connections
    (pending,) = clients.fits(list(connections.list(GROUP, NAME)))
    assert pending.private_link_service_connection_state.status == "Pending"
    state = PrivateLinkServiceConnectionState(status="Approved", description="welcome")
    approved = clients.fits(
        connections.put(
            GROUP, NAME, pending.name, PrivateEndpointConnection(private_link_service_connection_state=state)
        )
    )
    assert approved.private_link_service_connection_state.status == "Approved"
    seen = clients.fits(clients.network.private_endpoints.get(GROUP, "pe-blobs"))
    assert [one.fqdn for one in seen.custom_dns_configs] == [f"{NAME}.blob.core.windows.net"]
    connections.delete(GROUP, NAME, pending.name)
    assert list(connections.list(GROUP, NAME)) == []


def test_accounts_that_cannot_be(clients: Clients, account: StorageAccount) -> None:
    wanted = StorageAccountCreateParameters(sku=Sku(name="Standard_LRS"), kind="StorageV2", location="westeurope")
    with pytest.raises(HttpResponseError) as caught:
        clients.storage.storage_accounts.begin_create("rg-used", NAME, wanted)
    assert (caught.value.status_code, caught.value.error.code) == (409, "StorageAccountAlreadyTaken")
    with pytest.raises(ResourceNotFoundError):
        clients.storage.storage_accounts.get_properties(GROUP, "noaccount")


def test_an_account_is_deleted(clients: Clients, evidence: Evidence) -> None:
    wanted = StorageAccountCreateParameters(sku=Sku(name="Premium_LRS"), kind="StorageV2", location="westeurope")
    made = clients.storage.storage_accounts.begin_create(GROUP, "premiumaccount", wanted).result()
    assert made.sku.tier == "Premium"
    clients.storage.storage_accounts.delete(GROUP, "premiumaccount")
    assert evidence.document(made.id) is None
