"""azure-mgmt-recoveryservicessiterecovery: replication between regions, from the fabrics to a machine and back."""

from __future__ import annotations

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.recoveryservices.models import IdentityData, Sku, Vault, VaultProperties
from azure.mgmt.recoveryservicessiterecovery import models

from ..evidence import GROUPS
from .clients import Clients

GROUP = f"{GROUPS}/rg-replication"
OF = ("rg-replication", "vault-replication")
COMPUTE = f"{GROUP}/providers/Microsoft.Compute"
CACHE = f"{GROUPS}/rg-used/providers/Microsoft.Storage/storageAccounts/cacheaccount"
REGIONS = {"source": "westeurope", "target": "northeurope"}


@pytest.fixture(scope="module", autouse=True)
def vault(clients: Clients) -> None:
    clients.resources.resource_groups.create_or_update(OF[0], {"location": "northeurope"})
    wanted = Vault(
        location="northeurope",
        sku=Sku(name="Standard"),
        identity=IdentityData(type="SystemAssigned"),
        properties=VaultProperties(),
    )
    clients.vaults.vaults.begin_create_or_update(*OF, wanted).wait()


@pytest.fixture(scope="module")
def fabrics(clients: Clients) -> list[models.Fabric]:
    """One for each region; the operation is seen at work and ends with the fabric."""
    made = []
    for name, region in REGIONS.items():
        details = models.AzureFabricCreationInput(location=region)
        wanted = models.FabricCreationInput(properties=models.FabricCreationInputProperties(custom_details=details))
        creation = clients.site_recovery.replication_fabrics.begin_create(*OF, name, wanted)
        assert creation.status() == "InProgress"
        made.append(clients.fits(creation.result()))
    return made


@pytest.fixture(scope="module")
def policy(clients: Clients) -> models.Policy:
    details = models.A2APolicyCreationInput(multi_vm_sync_status="Enable", recovery_point_history=1440)
    properties = models.CreatePolicyInputProperties(provider_specific_input=details)
    wanted = models.CreatePolicyInput(properties=properties)
    return clients.fits(clients.site_recovery.replication_policies.begin_create(*OF, "daily", wanted).result())


@pytest.fixture(scope="module")
def containers(clients: Clients, fabrics: list[models.Fabric]) -> list[models.ProtectionContainer]:
    details = [models.A2AContainerCreationInput()]
    properties = models.CreateProtectionContainerInputProperties(provider_specific_input=details)
    wanted = models.CreateProtectionContainerInput(properties=properties)
    operations = clients.site_recovery.replication_protection_containers
    return [
        clients.fits(operations.begin_create(*OF, fabric.name, f"{fabric.name}-machines", wanted).result())
        for fabric in fabrics
    ]


@pytest.fixture(scope="module")
def mapping(
    clients: Clients, containers: list[models.ProtectionContainer], policy: models.Policy
) -> models.ProtectionContainerMapping:
    properties = models.CreateProtectionContainerMappingInputProperties(
        policy_id=policy.id,
        target_protection_container_id=containers[1].id,
        provider_specific_input=models.A2AContainerMappingInput(agent_auto_update_status="Enabled"),
    )
    wanted = models.CreateProtectionContainerMappingInput(properties=properties)
    mappings = clients.site_recovery.replication_protection_container_mappings
    return clients.fits(mappings.begin_create(*OF, "source", "source-machines", "there", wanted).result())


def test_what_replication_needs(
    clients: Clients, fabrics: list[models.Fabric], mapping: models.ProtectionContainerMapping
) -> None:
    listed = clients.fits(list(clients.site_recovery.replication_fabrics.list(*OF)))
    assert [(one.name, one.properties.custom_details.location) for one in listed] == list(REGIONS.items())
    assert isinstance(fabrics[0].properties.custom_details, models.AzureFabricSpecificDetails)
    policies = clients.fits(list(clients.site_recovery.replication_policies.list(*OF)))
    assert isinstance(policies[0].properties.provider_specific_details, models.A2APolicyDetails)
    containers = clients.fits(list(clients.site_recovery.replication_protection_containers.list(*OF)))
    assert {one.properties.pairing_status for one in containers} == {"Paired"}
    details = mapping.properties.provider_specific_details
    assert (mapping.properties.state, details.agent_auto_update_status) == ("Paired", "Enabled")


def test_a_machine_is_replicated_and_no_more(
    clients: Clients,
    containers: list[models.ProtectionContainer],
    mapping: models.ProtectionContainerMapping,
    policy: models.Policy,
) -> None:
    disk = models.A2AVmManagedDiskInputDetails(
        disk_id=f"{COMPUTE}/disks/system",
        primary_staging_azure_storage_account_id=CACHE,
        recovery_resource_group_id=GROUP,
    )
    details = models.A2AEnableProtectionInput(
        fabric_object_id=f"{COMPUTE}/virtualMachines/vm-1",
        recovery_container_id=containers[1].id,
        recovery_resource_group_id=GROUP,
        vm_managed_disks=[disk],
    )
    properties = models.EnableProtectionInputProperties(policy_id=policy.id, provider_specific_details=details)
    items, place = clients.site_recovery.replication_protected_items, (*OF, "source", "source-machines", "vm-1")
    enabling = items.begin_create(*place, models.EnableProtectionInput(properties=properties))
    made = clients.fits(enabling.result())
    assert isinstance(made.properties.provider_specific_details, models.A2AReplicationDetails)
    # It replicates for some minutes first, which are a second or two here.
    state = made.properties.protection_state
    assert state == "Protected" or state.startswith("InitialReplication")
    assert [one.name for one in clients.fits(list(items.list(*OF)))] == ["vm-1"]

    with pytest.raises(HttpResponseError) as caught:
        clients.site_recovery.replication_policies.begin_delete(*OF, "daily")
    assert caught.value.status_code == 400

    reason = models.DisableProtectionInputProperties(disable_protection_reason="NotSpecified")
    items.begin_delete(*place, models.DisableProtectionInput(properties=reason)).wait()
    with pytest.raises(ResourceNotFoundError):
        items.get(*place)


def test_what_an_appliance_left(clients: Clients) -> None:
    used = ("rg-used", "vault-used")
    (item,) = clients.fits(list(clients.site_recovery.replication_migration_items.list(*used)))
    assert item.properties.machine_name == "server-1"
    (provider,) = clients.fits(list(clients.site_recovery.replication_recovery_services_providers.list(*used)))
    assert provider.properties.friendly_name == "appliance-1"


def test_a_fabric_of_no_region(clients: Clients) -> None:
    details = models.AzureFabricCreationInput(location="atlantis")
    wanted = models.FabricCreationInput(properties=models.FabricCreationInputProperties(custom_details=details))
    with pytest.raises(HttpResponseError) as caught:
        clients.site_recovery.replication_fabrics.begin_create(*OF, "nowhere", wanted)
    assert caught.value.status_code == 400


def test_a_fabric_is_purged(clients: Clients) -> None:
    details = models.AzureFabricCreationInput(location="uksouth")
    wanted = models.FabricCreationInput(properties=models.FabricCreationInputProperties(custom_details=details))
    fabrics = clients.site_recovery.replication_fabrics
    fabrics.begin_create(*OF, "mistake", wanted).wait()
    fabrics.begin_purge(*OF, "mistake").wait()
    with pytest.raises(ResourceNotFoundError):
        fabrics.get(*OF, "mistake")
