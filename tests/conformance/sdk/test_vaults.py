"""azure-mgmt-recoveryservices: vaults, their identity and certificate, and what a region and a vault offer."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.recoveryservices.models import (
    CertificateRequest,
    IdentityData,
    PatchVault,
    RawCertificateData,
    ResourceCertificateAndAadDetails,
    Sku,
    Vault,
    VaultProperties,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ..evidence import GROUPS, Evidence
from .clients import Clients

GROUP = "rg-vaults"
VAULTS = f"{GROUPS}/{GROUP}/providers/Microsoft.RecoveryServices/vaults"


@pytest.fixture(scope="module", autouse=True)
def group(clients: Clients) -> None:
    clients.resources.resource_groups.create_or_update(GROUP, {"location": "westeurope"})


def new_vault(**options: t.Any) -> Vault:
    properties = VaultProperties(public_network_access="Enabled")
    return Vault(location="West Europe", sku=Sku(name="RS0", tier="Standard"), properties=properties, **options)


def test_a_vault_from_beginning_to_end(clients: Clients, evidence: Evidence, emulated: EmulatorProcess) -> None:
    vaults = clients.vaults.vaults
    # A busy machine may take longer to ask than the vault takes to be made.
    emulated.ask("clock", {"speed": 1})
    creation = vaults.begin_create_or_update(GROUP, "vault-story", new_vault(tags={"a": "b"}))
    assert creation.status() == "InProgress"
    assert clients.fits(vaults.get(GROUP, "vault-story")).properties.provisioning_state == "Provisioning"
    emulated.ask("clock", {"speed": 500})
    made = clients.fits(creation.result())
    assert (made.location, made.tags, made.identity) == ("westeurope", {"a": "b"}, None)
    assert made.properties.provisioning_state == "Succeeded"
    assert not made.properties.private_endpoint_connections

    known = vaults.begin_update(GROUP, "vault-story", PatchVault(identity=IdentityData(type="SystemAssigned")))
    known.wait()
    identity = clients.fits(vaults.get(GROUP, "vault-story")).identity
    assert (identity.type, len(identity.principal_id)) == ("SystemAssigned", 36)
    closed = PatchVault(properties=VaultProperties(public_network_access="Disabled"))
    changed = clients.fits(vaults.begin_update(GROUP, "vault-story", closed).result())
    assert changed.properties.public_network_access == "Disabled"
    assert changed.identity.principal_id == identity.principal_id

    vaults.begin_delete(GROUP, "vault-story").wait()
    assert evidence.document(f"{VAULTS}/vault-story") is None
    with pytest.raises(ResourceNotFoundError) as caught:
        vaults.get(GROUP, "vault-story")
    assert (caught.value.status_code, caught.value.error.code) == (404, "ResourceNotFound")


def test_lists_of_vaults_come_in_pages(clients: Clients) -> None:
    names = [f"vault-{number}" for number in range(3)]
    for creation in [clients.vaults.vaults.begin_create_or_update(GROUP, name, new_vault()) for name in names]:
        creation.wait()
    in_group = clients.vaults.vaults.list_by_resource_group(GROUP)
    assert [one.name for one in in_group] == names
    assert {*names, "vault-used"} <= {one.name for one in clients.vaults.vaults.list_by_subscription_id()}


def test_a_vault_that_protects_something_is_not_deleted(clients: Clients) -> None:
    with pytest.raises(HttpResponseError) as caught:
        clients.vaults.vaults.begin_delete("rg-used", "vault-used")
    assert (caught.value.status_code, caught.value.error.code) == (400, "ServiceResourceNotEmptyWithContainerDetails")


def test_what_private_endpoints_a_vault_can_have(clients: Clients) -> None:
    found = clients.fits(list(clients.vaults.private_link_resources.list("rg-used", "vault-used")))
    assert {one.group_id for one in found} >= {"AzureBackup", "AzureSiteRecovery"}
    backup = next(one for one in found if one.group_id == "AzureBackup")
    assert "privatelink.we.backup.windowsazure.com" in backup.required_zone_names
    read = clients.fits(clients.vaults.private_link_resources.get("rg-used", "vault-used", backup.name))
    assert read.required_members == backup.required_members


def test_what_a_region_offers(clients: Clients) -> None:
    region, kind = clients.vaults.recovery_services, "Microsoft.RecoveryServices/vaults"
    question = {"type": kind, "properties": {"dnsZones": [{"subResource": "AzureBackup"}]}}
    reported = clients.fits(region.capabilities("westeurope", question))
    (zone,) = reported.properties.dns_zones
    assert zone.sub_resource == "AzureBackup"
    assert "privatelink.we.backup.windowsazure.com" in zone.required_zone_names
    name = {"name": "vault-used", "type": kind}
    assert clients.fits(region.check_name_availability("rg-used", "westeurope", name)).name_available is False


def test_counts_of_a_vault(clients: Clients) -> None:
    usages = clients.fits(list(clients.vaults.usages.list_by_vaults("rg-used", "vault-used")))
    assert {one.name.value: one.current_value for one in usages}["ProtectedItemCount"] == 6
    (replicated,) = clients.fits(list(clients.vaults.replication_usages.list("rg-used", "vault-used")))
    assert replicated.registered_servers_count == 1
    extended = clients.fits(clients.vaults.vault_extended_info.get("rg-used", "vault-used"))
    assert extended.integrity_key


def test_a_server_is_registered_with_a_certificate(clients: Clients) -> None:
    request = CertificateRequest(properties=RawCertificateData(auth_type="AAD", certificate=certificate()))
    made = clients.fits(clients.vaults.vault_certificates.create("rg-used", "vault-used", "server-1", request))
    assert isinstance(made.properties, ResourceCertificateAndAadDetails)
    assert made.properties.certificate == request.properties.certificate
    assert made.properties.aad_tenant_id == "11111111-1111-4111-8111-111111111111"


def certificate() -> bytes:
    """A self-signed certificate, as a server that registers itself makes one."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "CN=server-1")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=2))
    return dated.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def test_a_deleted_vault_comes_back(clients: Clients, evidence: Evidence) -> None:
    vaults, deleted = clients.vaults.vaults, clients.vaults.deleted_vaults
    vault_id = clients.fits(vaults.begin_create_or_update(GROUP, "vault-back", new_vault()).result()).id
    vaults.begin_delete(GROUP, "vault-back").wait()
    # Azure tells the location too (azure-cli's test_vault_soft_delete_basic.yaml), for which the SDK's model has no place.
    listed = list(deleted.list_by_subscription_id("westeurope"))
    (one,) = [each for each in listed if each.properties.vault_id == vault_id]
    assert deleted.get("westeurope", one.name).properties.purge_at == one.properties.purge_at
    wanted = {"properties": {"recoveryResourceGroupId": f"{GROUPS}/{GROUP}"}}
    deleted.begin_undelete("westeurope", one.name, wanted).wait()
    assert evidence.document(vault_id) is not None
    assert one.name not in [each.name for each in deleted.list_by_subscription_id("westeurope")]


def test_a_server_is_unregistered(clients: Clients) -> None:
    vaults = clients.vaults.vaults
    vaults.begin_create_or_update(GROUP, "vault-server", new_vault()).wait()
    assert clients.vaults.registered_identities.delete(GROUP, "vault-server", "server-1") is None
