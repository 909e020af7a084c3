"""Variables files that are wrong in one way each: the role, the variables, and words of the message that refuses them."""

from __future__ import annotations

import typing as t

from ..conftest import GROUPS, NETWORK, SUBNET
from ..worlds import dpm_mabs as dpm
from ..worlds import site_recovery as recovery
from .settings import PROTECTED, RECOVERY
from .support import DESIRED, ENDPOINT_WISH, HUB_ENDPOINT_WISH

JSON = dict[str, t.Any]


def endpoint(**more: t.Any) -> JSON:
    """The Backup variables with one endpoint changed."""
    return {"backup_endpoints": [{**ENDPOINT_WISH, **more}]}


def endpoint_in(location: str) -> JSON:
    """The Backup variables whose endpoint is wanted in a region."""
    return {**DESIRED, **endpoint(location=location)}


def machine(**more: t.Any) -> JSON:
    """The Site Recovery variables with one machine changed."""
    named = PROTECTED["site_recovery_protected_machines"][0]
    return {**PROTECTED, "site_recovery_protected_machines": [{**named, **more}]}


def account(**more: t.Any) -> JSON:
    """The Site Recovery variables with one storage account changed."""
    return {"site_recovery_storage_accounts": [{**recovery.cache_account(), **more}]}


SERVER = {"virtual_network": NETWORK, "address": "10.1.0.4"}
ROLE = {"scope": GROUPS + "/rg-backup", "role": "Reader"}
TWO = [ENDPOINT_WISH, HUB_ENDPOINT_WISH]
#: What is wrong, and what the message says of it.
BACKUP: tuple[tuple[JSON, tuple[str, ...]], ...] = (
    ({"backup_public_network_acess": "unchanged"}, ("backup_public_network_acess", "did you mean backup_public_network_access?")),
    ({"backup_vault_nam": "x"}, ("backup_vault_nam is no variable", "did you mean backup_vault_name?")),
    ({"backup_endpoint": TWO}, ("backup_endpoint is no variable", "did you mean backup_endpoints?")),
    ({"backup_dns_zones_resource_group": "rg"}, ("did you mean backup_dns_zone_resource_group?",)),
    ({"backup_freshness_atested": True}, ("did you mean backup_freshness_attested?",)),
    ({"backup_owner": "me"}, ("backup_owner is no variable", "must not begin with backup_")),
    ({"backup_teardown_zone": False}, ("did you mean backup_teardown_zones?",)),
    ({"backup_storage_accounts": []}, ("backup_storage_accounts is no variable of the role backup",)),
    ({"backup_protected_machines": []}, ("backup_protected_machines is no variable",)),
    ({"backup_vault_name": None}, ("backup_vault_name",)),
    ({"backup_vault_identity": "perhaps"}, ("backup_vault_identity", "bool")),
    ({"backup_vault_tags": "owner"}, ("backup_vault_tags", "dict")),
    ({"backup_vault_storage_redundancy": "Geo"}, ("backup_vault_storage_redundancy", "GeoRedundant")),
    ({"backup_vault_cross_region_restore": "on"}, ("backup_vault_cross_region_restore", "Enabled")),
    ({"backup_dns_mode": "hub"}, ("backup_dns_mode", "zone_group")),
    ({"backup_public_network_access": "Disabled"}, ("backup_public_network_access", "after_verify")),
    ({"backup_provider_registration": "yes"}, ("backup_provider_registration", "reregister")),
    ({"backup_teardown_public_network_access": "Disabled"}, ("backup_teardown_public_network_access", "unchanged")),
    ({"backup_wait_timeout": "half an hour"}, ("backup_wait_timeout", "int")),
    ({"backup_wait_timeout": 0}, ("wait_timeout must be at least 1",)),
    ({"backup_permission_timeout": -1}, ("backup_permission_timeout must be at least 0",)),
    ({"backup_resolution_timeout": -5}, ("backup_resolution_timeout must be at least 0",)),
    ({"backup_resolution_port": 70000}, ("backup_resolution_port must be at most 65535",)),
    ({"backup_resolution_port": "https"}, ("backup_resolution_port", "int")),
    ({"backup_dns_time_to_live": 0}, ("backup_dns_time_to_live must be at least 1",)),
    ({"backup_dns_time_to_live": 3000000000}, ("backup_dns_time_to_live must be at most",)),
    ({"backup_endpoints": []}, ("backup_endpoints is empty", "Name one endpoint")),
    ({"backup_endpoints": ["pe-backup"]}, ("backup_endpoints", "dict")),
    ({"backup_endpoints": [{"name": "pe-backup"}]}, ("subnet", "backup_endpoints")),
    ({"backup_endpoints": [{"subnet": SUBNET}]}, ("name", "backup_endpoints")),
    (endpoint(subnets=SUBNET), ("subnets", "backup_endpoints")),
    (endpoint(subnet="endpoints"), ("backup_endpoints.subnet", "endpoints")),
    (endpoint(subnet=NETWORK), ("backup_endpoints.subnet", "virtualNetworks")),
    (endpoint(subnet=SUBNET.replace("/subnets/", "/subnet/")), ("backup_endpoints.subnet",)),
    (endpoint(subscription_id="99999999-9999-4999-8999-999999999999"), ("backup_endpoints", "subscription of its virtual network")),
    (endpoint(virtual_networks=["vnet-app"]), ("virtual_networks", "vnet-app")),
    (endpoint(dns_server="dns.example"), ("backup_endpoints.dns_server", "dns.example")),
    (endpoint(dns_port=0), ("backup_endpoints.dns_port must be at least 1",)),
    (endpoint(manual=True, request_message="x" * 141), ("backup_endpoints.request_message", "140")),
    (endpoint(side="left"), ("side", "backup_endpoints")),
    (endpoint(resource_group="rg backup"), ("backup_endpoints", "resource_group 'rg backup'")),
    (endpoint(name="-pe"), ("backup_endpoints", "'-pe' is not a valid name")),
    ({"backup_vault_resource_group": "rg/backup"}, ("backup_vault_resource_group: ", "not a valid resource group name")),
    ({"backup_vault_subscription_id": "production"}, ("backup_vault_subscription_id: ", "must be a GUID")),
    ({"backup_dns_zone_subscription_id": "hub"}, ("backup_dns_zone_subscription_id: ", "must be a GUID")),
    ({"backup_dns_zone_resource_group": "rg dns"}, ("backup_dns_zone_resource_group: ", "not a valid")),
    ({"backup_vault_name": "v"}, ("backup_vault_name: ", "2 to 50 letters")),
    (endpoint(consumers=["sql99"]), ("sql99", "Add the host to the inventory")),
    (endpoint(subnet_prefix="10.1.1.0/29"), ("backup_endpoints", "has 3 addresses", "larger subnet")),
    (endpoint(subnet_prefix="10.1.1.5/24"), ("backup_endpoints: subnet_prefix", "10.1.2.0/27")),
    ({"backup_endpoints": [ENDPOINT_WISH, ENDPOINT_WISH]}, ("backup_endpoints names the same endpoint twice",)),
    (
        {"backup_endpoints": [ENDPOINT_WISH, {**ENDPOINT_WISH, "resource_group": "rg-two"}]},
        ("backup_endpoints names the same endpoint name twice", "name of its own"),
    ),
    ({"backup_dns_mode": "per_endpoint"}, ("backup_dns_mode", "zone_group")),
    ({"backup_dns_virtual_networks": ["vnet-app"]}, ("virtual_networks", "vnet-app")),
    ({"backup_dns_servers": [{"virtual_network": NETWORK}]}, ("address", "backup_dns_servers")),
    ({"backup_dns_servers": [{**SERVER, "address": "300.1.1.1"}]}, ("backup_dns_servers.address", "300.1.1.1")),
    ({"backup_dns_servers": [{**SERVER, "virtual_network": SUBNET}]}, ("backup_dns_servers.virtual_network",)),
    ({"backup_dns_servers": [{**SERVER, "port": 0}]}, ("backup_dns_servers.port must be at least 1",)),
    ({"backup_role_assignments": [{"role": "Reader"}]}, ("scope", "backup_role_assignments")),
    ({"backup_role_assignments": [{**ROLE, "scope": "rg-backup"}]}, ("backup_role_assignments.scope", "rg-backup")),
    ({"backup_role_assignments": [{**ROLE, "principal_type": "Robot"}]}, ("backup_role_assignments", "principal_type")),
    (
        {"backup_vault_cross_region_restore": "Enabled", "backup_vault_storage_redundancy": "LocallyRedundant"},
        ("GeoRedundant", "backup_vault_storage_redundancy"),
    ),
    ({"backup_vault_cross_region_restore": "Enabled"}, ("backup_vault_cross_region_restore", "leave public access Enabled")),
    (
        {"backup_vault_location": "usgovvirginia"},
        ("backup_vault_location: region usgovvirginia belongs to AzureUSGovernment", "Correct backup_vault_location, or set cloud_environment"),
    ),
    ({"backup_vault_location": "China East 2"}, ("backup_vault_location: region chinaeast2 belongs to AzureChinaCloud",)),
    (endpoint(location="usgovtexas"), ("backup_endpoints", "region usgovtexas belongs to AzureUSGovernment")),
)  # fmt: skip
SITE_RECOVERY: tuple[tuple[JSON, tuple[str, ...]], ...] = (
    ({"site_recovery_dns_mode": "shared"}, ("site_recovery_dns_mode shared", "site_recovery_dns_mode: per_endpoint")),
    ({"site_recovery_variant": "hybid"}, ("site_recovery_variant", "hybrid")),
    ({"site_recovery_disk_model": "none"}, ("site_recovery_disk_model", "unmanaged")),
    ({"site_recovery_vault_identity": False}, ("site_recovery_vault_identity is no variable of the role",)),
    ({"site_recovery_settle_seconds": -1, **PROTECTED}, ("site_recovery_settle_seconds must be at least 0",)),
    ({**PROTECTED, "site_recovery_source_location": ""}, ("site_recovery_source_location is not set", "Azure region")),
    (machine(id="vm01"), ("site_recovery_protected_machines", "vm01")),
    (machine(disks=[]), ("site_recovery_protected_machines", "disks")),
    (machine(disks=["osdisk"]), ("site_recovery_protected_machines", "osdisk")),
    (machine(recovery_resource_group_id="rg-recovery"), ("site_recovery_protected_machines", "recovery_resource_group_id")),
    (machine(cache_storage_account_id="cachewest"), ("site_recovery_protected_machines", "cache_storage_account")),
    (account(id="cachewest"), ("site_recovery_storage_accounts.id", "cachewest")),
    (account(id=NETWORK), ("site_recovery_storage_accounts.id must be the id of a storage account",)),
    (account(use="cash"), ("use", "cache")),
    (account(endpoint={"name": "pe-cache"}), ("subnet", "site_recovery_storage_accounts")),
    (account(endpoint={"name": "pe-cache", "subnet": "endpoints"}), ("site_recovery_storage_accounts.endpoint.subnet",)),
    (
        {"site_recovery_endpoints": [{**recovery.SOURCE_WISH, "subnet_prefix": "10.1.1.0/29"}, recovery.RECOVERY_WISH]},
        ("site_recovery_endpoints", "has 3 addresses"),
    ),
    ({"site_recovery_vault_location": "US Gov Arizona"}, ("site_recovery_vault_location: region usgovarizona belongs to AzureUSGovernment",)),
    (
        {**PROTECTED, "site_recovery_source_location": "chinanorth3"},
        ("site_recovery_source_location: region chinanorth3 belongs to AzureChinaCloud", "Correct site_recovery_source_location"),
    ),
)  # fmt: skip
DPM_MABS: tuple[tuple[JSON, tuple[str, ...]], ...] = (
    ({"dpm_mabs_vault_location": "usgovvirginia"}, ("dpm_mabs_vault_location: region usgovvirginia belongs to AzureUSGovernment",)),
    ({"dpm_mabs_data_sources": "three"}, ("dpm_mabs_data_sources", "int")),
    ({"dpm_mabs_vault_nam": "x"}, ("dpm_mabs_vault_nam is no variable", "did you mean dpm_mabs_vault_name?")),
)  # fmt: skip
CASES = [
    *[("backup", {**DESIRED, **wrong}, words) for wrong, words in BACKUP],
    *[("site_recovery", {**RECOVERY, **wrong}, words) for wrong, words in SITE_RECOVERY],
    *[("dpm_mabs", {**dpm.DESIRED, **wrong}, words) for wrong, words in DPM_MABS],
]
