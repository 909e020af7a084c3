"""What a task reads of several things does not wait for each other, and the result is that of reading one by one."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module, Task, execute
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.roles import BUILT_IN
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_records import MODULE as RECORDS
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone import MODULE as ZONES
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint_info import MODULE as ENDPOINTS
from ansible_collections.privatelink.recovery.plugins.modules.role_assignment import MODULE as ROLES
from ansible_collections.privatelink.recovery.plugins.modules.storage_account_info import MODULE as ACCOUNTS

from ...conftest import BACKUP_ZONES, CREDENTIALS, GROUPS, NETWORK, Cloud
from ...meeting import meeting

JSON = dict[str, t.Any]
VAULTS = ("vault-1", "vault-2", "vault-3")
IDENTITY = "55555555-5555-4555-8555-555555555555"
STORAGE = f"{GROUPS}/rg-backup/providers/Microsoft.Storage/storageAccounts"
ENDPOINT = f"{GROUPS}/rg-backup/providers/Microsoft.Network/privateEndpoints"
WORLD: JSON = {
    "vaults": [{"name": name, "resource_group": "rg-backup", "location": "westeurope"} for name in VAULTS],
    "private_endpoints": [
        {
            "name": f"pe-{name}",
            "resource_group": "rg-backup",
            "location": "westeurope",
            "virtual_network": "vnet-app",
            "subnet": "endpoints",
            "target": f"{GROUPS}/rg-backup/providers/Microsoft.RecoveryServices/vaults/{name}",
            "group_id": "AzureBackup",
        }
        for name in VAULTS
    ],
    "private_dns_zones": [{"name": zone.rsplit("/", 1)[-1], "resource_group": "rg-dns"} for zone in BACKUP_ZONES],
    "storage_accounts": [{"name": f"account{number}", "resource_group": "rg-backup"} for number in range(3)],
}
NAMED_ZONES = [{"name": zone.rsplit("/", 1)[-1], "resource_group": "rg-dns"} for zone in BACKUP_ZONES]
#: Module and options, the requests that are to meet, and how many of them at once.
ASKED: dict[str, tuple[Module, JSON, str, int]] = {
    "endpoints with their names": (ENDPOINTS, {"resource_group": "rg-backup"}, "/networkInterfaces/", 3),
    "accounts": (ACCOUNTS, {"ids": [f"{STORAGE}/account{number}" for number in range(3)]}, "/account[0-9]$", 3),
    "accounts of both kinds": (ACCOUNTS, {}, "/storageAccounts$", 2),
    "zones": (ZONES, {"zones": NAMED_ZONES}, "/privatelink[^/]*$", 3),
    "links": (ZONES, {"zones": NAMED_ZONES, "virtual_networks": [NETWORK]}, "/virtualNetworkLinks$", 3),
    "records and names": (
        RECORDS,
        {"zones": BACKUP_ZONES, "private_endpoints": [f"{ENDPOINT}/pe-vault-1", f"{ENDPOINT}/pe-vault-2"]},
        "/(A|pe-vault-[12])$",
        5,
    ),
    "assignments and custom roles": (
        ROLES,
        {
            "principal_id": IDENTITY,
            "assignments": [
                {"scope": f"{GROUPS}/rg-backup", "role": BUILT_IN["Contributor"], "principal_type": "ServicePrincipal"},
                {"scope": f"{GROUPS}/rg-dns", "role": BUILT_IN["Reader"], "principal_type": "ServicePrincipal"},
                {"scope": f"{GROUPS}/rg-network", "role": "Custom", "principal_type": "ServicePrincipal"},
            ],
        },
        "/(roleAssignments|roleDefinitions)$",
        4,
    ),
}


def run(module: Module, task: Task) -> JSON:
    """The result of a task, its options filled and checked as Ansible does it."""
    validation = ArgumentSpecValidator(**module.arguments()).validate(task.options)
    assert not validation.error_messages, validation.error_messages
    task.options = dict(validation.validated_parameters)
    return execute(module, task)


@pytest.mark.parametrize("what", ASKED)
def test_what_does_not_wait_for_each_other_is_under_way_together(make_cloud: t.Callable[..., Cloud], what: str) -> None:
    module, options, pattern, size = ASKED[what]
    cloud = make_cloud(**WORLD)
    adapter, context = meeting(cloud, pattern, size)
    context.check_mode = True
    together = run(module, Task({**CREDENTIALS, **options}, context, diff_mode=True))
    assert not together.get("failed"), together
    assert adapter.met == size
    one_by_one = run(module, Task({**CREDENTIALS, **options, "concurrency": 1}, cloud.context(True), diff_mode=True))
    assert together == one_by_one


@pytest.mark.parametrize("concurrency", [1, 8])
def test_warnings_come_in_the_order_of_the_options(make_cloud: t.Callable[..., Cloud], concurrency: int) -> None:
    cloud = make_cloud()
    zones = [f"{GROUPS}/rg-dns/providers/Microsoft.Network/privateDnsZones/{name}.example" for name in "cab"]
    endpoints = [f"{ENDPOINT}/pe-{name}" for name in "zyx"]
    context = cloud.context(True)
    context.near = 0.0
    options = {"zones": zones, "private_endpoints": endpoints, "concurrency": concurrency}
    result = run(RECORDS, Task({**CREDENTIALS, **options}, context))
    assert [text.split(" does not exist")[0] for text in result["warnings"]] == [
        *(f"The zone {zone}" for zone in zones),
        *endpoints,
    ]


@pytest.mark.parametrize("concurrency", [1, 8])
def test_the_first_zone_that_is_missing_is_the_one_that_is_told(
    make_cloud: t.Callable[..., Cloud], concurrency: int
) -> None:
    cloud = make_cloud(**WORLD)
    missing = [f"{GROUPS}/rg-dns/providers/Microsoft.Network/privateDnsZones/{name}.example" for name in "ba"]
    context = cloud.context()
    context.near = 0.0
    options = {"zones": [BACKUP_ZONES[0], *missing], "names": [], "owner": "me", "concurrency": concurrency}
    result = run(RECORDS, Task({**CREDENTIALS, **options}, context))
    assert result["msg"].startswith(f"The zone {missing[0]} does not exist; this task wrote nothing.")
    assert cloud.writes() == []
