"""Every gate of the Backup sequence, open and closed, and nothing ever written."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.preflight import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint import MODULE as ENDPOINT_MODULE
from ansible_collections.privatelink.recovery.plugins.modules.subnet_capacity import MODULE as SUBNETS
from ansible_collections.privatelink.recovery.plugins.modules.vault_freshness import MODULE as FRESHNESS

from ...conftest import ENDPOINT, GROUPS, NETWORK, SUBNET, SUBSCRIPTION, VAULT, WORLD, ZONES, Cloud
from ...stories.support import GIVEN_JUST_NOW, fault
from ...worlds.backup import AN_HOUR, HISTORIES, WANTED, closed, endpoint


def test_the_way_is_free(cloud: Cloud) -> None:
    result = cloud.run(MODULE, **WANTED)
    assert closed(result) == set(), result["message"]
    assert result["passed"]
    assert cloud.writes() == []
    plan = result["plan"]
    assert plan["vault_id"] == VAULT
    assert plan["endpoints"][0]["id"] == ENDPOINT
    assert {zone.rsplit("/", 1)[-1] for zone in plan["endpoints"][0]["zone_ids"]} == {
        "privatelink.we.backup.windowsazure.com",
        "privatelink.blob.core.windows.net",
        "privatelink.queue.core.windows.net",
    }
    assert [zone["virtual_networks"] for zone in plan["zones"]] == [[NETWORK]] * 3


@pytest.mark.parametrize("kind", HISTORIES)
def test_a_used_vault_is_refused(make_cloud: t.Callable[..., Cloud], kind: str) -> None:
    cloud = make_cloud(vaults=[{**AN_HOUR, "history": HISTORIES[kind]}])
    result = cloud.run(MODULE, **WANTED)
    assert closed(result) == {"freshness"}, result["message"]
    assert "never use private endpoints" in result["message"]
    attested = cloud.run(MODULE, **WANTED, freshness_attested=True)
    assert closed(attested) == {"freshness"}
    verdict = cloud.run(FRESHNESS, vault=VAULT, enforce=False)
    assert verdict["freshness"] == "used"
    assert verdict["evidence"]
    assert cloud.run(FRESHNESS, vault=VAULT)["failed"]
    assert cloud.writes() == []


def test_an_old_vault_needs_an_attestation(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(vaults=[{**AN_HOUR, "created_days_ago": 400}])
    result = cloud.run(MODULE, **WANTED)
    assert closed(result) == {"freshness"}
    assert "attest" in result["message"]
    assert closed(cloud.run(MODULE, **WANTED, freshness_attested=True)) == set()


def test_a_young_empty_vault_is_fresh(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(vaults=[AN_HOUR])
    assert closed(cloud.run(MODULE, **WANTED)) == set()
    assert cloud.run(FRESHNESS, resource_group="rg-backup", name="vault-backup")["freshness"] == "fresh"


def test_a_private_vault_may_take_more_whatever_it_holds(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(vaults=[AN_HOUR], private_endpoints=[endpoint("pe-hub")])
    cloud.event("machine_registered", vault=VAULT, machine="sql01")
    result = cloud.run(MODULE, **WANTED)
    assert closed(result) == set(), result["message"]


DESIRED_STATES: dict[str, tuple[set[str], dict, str]] = {
    "subnet too small": (
        {"subnet"}, {"endpoints": [{"name": "pe-backup", "subnet": f"{NETWORK}/subnets/tiny"}]}, "needed",
    ),
    "ten addresses": (
        {"subnet"}, {"endpoints": [{"name": "pe-backup", "subnet": f"{NETWORK}/subnets/ten"}]}, "10 free addresses, 11 are needed",
    ),
    "network policies": (
        {"network_policies"}, {"endpoints": [{"name": "pe-backup", "subnet": f"{NETWORK}/subnets/policed"}]}, "Enabled",
    ),
    "no such subnet": (
        {"subnet"}, {"endpoints": [{"name": "pe-backup", "subnet": f"{NETWORK}/subnets/nowhere"}]}, "does not exist",
    ),
    "other region": (
        {"region"},
        {"endpoints": [{"name": "pe-backup", "subnet": SUBNET.replace("vnet-app", "vnet-north")}]},
        "one region",
    ),
    "endpoint elsewhere": (
        {"region"}, {"endpoints": [{"name": "pe-backup", "subnet": SUBNET, "location": "northeurope"}]}, "northeurope",
    ),
    "no such group": ({"resource_group"}, {"dns_zones": {"resource_group": "rg-nowhere"}}, "rg-nowhere"),
    "wrong cloud": (
        {"cloud", "zone_names"},
        {"vault": {"name": "vault-backup", "resource_group": "rg-backup", "location": "usgovvirginia"}},
        "AzureUSGovernment",
    ),
    "cross-region restore": ({"cross_region_restore"}, {"cross_region_restore": "Enabled"}, "cross-region restore"),
    "cross-region restore of local storage": (
        {"cross_region_restore"},
        {
            "public_network_access": "unchanged",
            "storage_redundancy": "LocallyRedundant",
            "cross_region_restore": "Enabled",
        },
        "needs GeoRedundant storage",
    ),
    "two endpoints in one zone, accepted": (
        {"zones"},
        {
            "accept_zone_overwrite": True,
            "endpoints": [
                {"name": "pe-backup", "subnet": SUBNET},
                {"name": "pe-hub", "subnet": SUBNET.replace("vnet-app", "vnet-hub")},
            ],
        },
        "one over the other",
    ),
    "two endpoints in one zone": (
        {"zones"},
        {
            "endpoints": [
                {"name": "pe-backup", "subnet": SUBNET},
                {"name": "pe-hub", "subnet": SUBNET.replace("vnet-app", "vnet-hub")},
            ]
        },
        "one over the other",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DESIRED_STATES)
def test_a_bad_wish_is_refused(make_cloud: t.Callable[..., Cloud], name: str) -> None:
    networks = copy.deepcopy(WORLD["virtual_networks"])
    networks[0]["subnets"] += [
        {"name": "tiny", "address_prefix": "10.1.4.0/29"},
        {"name": "ten", "address_prefix": "10.1.5.0/28", "addresses_in_use": 1},
    ]
    cloud = make_cloud(virtual_networks=networks)
    gates, options, words = DESIRED_STATES[name]
    result = cloud.run(MODULE, **{**WANTED, **options})
    assert closed(result) == gates, result["message"]
    assert words in result["message"]
    enforced = cloud.run(MODULE, **{**WANTED, **options, "enforce": True})
    assert enforced["failed"]
    assert enforced["gates"]
    assert cloud.writes() == []


def zone(name: str, group: str = "rg-dns-hub", **more: t.Any) -> dict:
    return {"name": name, "resource_group": group, **more}


#: Closed gates, what the world has, words of the message, and now and then other options.
WORLDS: dict[str, tuple] = {
    "twelve endpoints": (
        {"quota", "zones"} - {"zones"}, {"vaults": [AN_HOUR], "private_endpoints": [endpoint(f"pe{n}") for n in range(12)]},
        "12",
    ),
    "name taken on the vault": (
        {"endpoint_name"},
        {"vaults": [AN_HOUR], "private_endpoints": [endpoint("pe-backup", resource_group="rg-network")]},
        "already has an endpoint named pe-backup",
    ),
    "network linked to another zone": (
        {"zones"},
        {"private_dns_zones": [zone("privatelink.blob.core.windows.net", virtual_network_links=[{"name": "l", "virtual_network": NETWORK}])]},
        "already linked",
    ),
    "existing cross-region restore": (
        {"cross_region_restore"}, {"vaults": [{**AN_HOUR, "cross_region_restore": "Enabled"}]}, "cross-region restore",
    ),
    "cross-region restore for a vault that denies public access": (
        {"cross_region_restore"},
        {"vaults": [{**AN_HOUR, "public_network_access": "Disabled"}]},
        "cannot be Disabled while",
        {"public_network_access": "unchanged", "cross_region_restore": "Enabled"},
    ),
    "provider unregistered": (
        {"provider"},
        {"subscriptions": [{"id": SUBSCRIPTION, "name": "s", "providers": {"Microsoft.RecoveryServices": "NotRegistered", "Microsoft.Network": "Registered"}}]},
        "NotRegistered",
    ),
    "zone of another endpoint": (
        {"zones"},
        {
            "vaults": [AN_HOUR],
            "private_dns_zones": [zone("privatelink.we.backup.windowsazure.com", "rg-dns")],
            "private_endpoints": [endpoint("pe-hub", zone_group={"name": "default", "zones": [f"{ZONES}/privatelink.we.backup.windowsazure.com"]})],
        },
        "one over the other",
    ),
    "the vault's group is locked": (
        {"locks"}, {"locks": [{"scope": f"{GROUPS}/rg-backup", "level": "ReadOnly", "name": "frozen"}]},
        "the lock frozen makes",
    ),
    "the subscription is locked": (
        {"locks", "zone_names", "zones"}, {"vaults": [AN_HOUR], "locks": [{"scope": f"/subscriptions/{SUBSCRIPTION}", "level": "ReadOnly"}]},
        "privateEndpoints/pe-backup cannot be written",
    ),
    "the zones' group is locked": (
        {"locks"}, {"locks": [{"scope": f"{GROUPS}/rg-dns", "level": "ReadOnly"}]}, "privateDnsZones/",
    ),
    "may only read": (
        {"permissions", "zone_names", "zones"},
        {
            "principals": [
                {
                    "name": "reader", "client_id": "33333333-3333-4333-8333-333333333333", "client_secret": "rehearsal-secret",
                    "object_id": "44444444-4444-4444-8444-444444444444",
                    "roles": [{"role": "Reader", "scope": f"/subscriptions/{SUBSCRIPTION}"}],
                }
            ]
        },
        "may not do",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("lock", "verdict"),
    [
        ({"scope": f"{GROUPS}/rg-dns", "level": "ReadOnly"}, "warning"),
        ({"scope": f"{GROUPS}/rg-dns", "level": "CanNotDelete"}, "ok"),
        ({"scope": f"{GROUPS}/rg-network", "level": "ReadOnly"}, "ok"),
    ],
    ids=["read-only over what is there", "against deletion", "elsewhere"],
)
def test_locks_that_close_no_gate(make_cloud: t.Callable[..., Cloud], lock: dict, verdict: str) -> None:
    names = (
        "privatelink.we.backup.windowsazure.com",
        "privatelink.blob.core.windows.net",
        "privatelink.queue.core.windows.net",
    )
    links = [{"name": "link", "virtual_network": NETWORK}]
    cloud = make_cloud(
        locks=[lock], private_dns_zones=[zone(name, "rg-dns", virtual_network_links=links) for name in names]
    )
    reported = [gate for gate in cloud.run(MODULE, **WANTED)["gates"] if gate["name"] == "locks"]
    assert [gate["verdict"] for gate in reported] == [verdict], reported
    assert cloud.writes() == []


def test_locks_that_cannot_be_read_close_the_gate(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud()
    fault(cloud, {"status": 403, "code": "AuthorizationFailed"}, nth="every", times=0, path="/locks")
    result = cloud.run(MODULE, **WANTED)
    assert [gate["name"] for gate in result["gates"] if gate["verdict"] == "unknown"] == ["locks"]
    assert cloud.writes() == []


@pytest.mark.parametrize("name", WORLDS)
def test_a_bad_world_is_refused(make_cloud: t.Callable[..., Cloud], name: str) -> None:
    gates, world, words, *desired = WORLDS[name]
    cloud = make_cloud(**world)
    result = cloud.run(MODULE, **WANTED, permission_timeout=0, **(desired[0] if desired else {}))
    assert closed(result) == gates, result["message"]
    assert words in result["message"]
    assert cloud.writes() == []


REPLICATED: dict = {"source_location": "westeurope"}
MACHINE: dict = {
    "id": f"{GROUPS}/rg-backup/providers/Microsoft.Compute/virtualMachines/vm01",
    "disks": [f"{GROUPS}/rg-backup/providers/Microsoft.Compute/disks/vm01-os"],
    "recovery_resource_group_id": f"{GROUPS}/rg-dns",
    "cache_storage_account_id": f"{GROUPS}/rg-backup/providers/Microsoft.Storage/storageAccounts/cache",
}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"endpoints": [{"name": "a", "subnet": "nonsense"}]}, "subnet"),
        ({"endpoints": [{"name": "a", "subnet": SUBNET}, {"name": "A", "subnet": SUBNET}]}, "twice"),
        ({"vault": {"name": "a/b", "resource_group": "rg-backup"}}, "not a valid name"),
        ({"dns_zones": {"resource_group": "rg-dns", "virtual_networks": [VAULT]}}, "virtual_networks"),
        ({"endpoints": []}, "endpoints is empty"),
        ({"endpoints": [{"name": "a", "subnet": SUBNET, "request_message": "x" * 141}]}, "Azure takes 140"),
        (
            {"endpoints": [{"name": "a", "subnet": SUBNET, "dns_server": "10.0.0.256"}]},
            "endpoints.dns_server '10.0.0.256'",
        ),
        ({"dns_servers": [{"virtual_network": SUBNET, "address": "10.0.0.4"}]}, "dns_servers.virtual_network"),
        ({"dns_servers": [{"virtual_network": NETWORK, "address": "dns"}]}, "dns_servers.address 'dns' is not an IP"),
        ({"role_assignments": [{"scope": "rg-backup", "role": "Reader"}]}, "role_assignments.scope"),
        ({"role_assignments": [{"scope": VAULT, "role": VAULT}]}, "not the id of a role definition"),
        ({"protected_machines": [MACHINE]}, "source_location is not set"),
        ({**REPLICATED, "protected_machines": [{**MACHINE, "id": VAULT}]}, "protected_machines: machine must be"),
        ({**REPLICATED, "protected_machines": [{**MACHINE, "disks": []}]}, "protected_machines: disks of"),
        ({**REPLICATED, "protected_machines": [{**MACHINE, "disks": [VAULT]}]}, "protected_machines: disks must be"),
        (
            {**REPLICATED, "protected_machines": [{**MACHINE, "cache_storage_account_id": VAULT}]},
            "cache_storage_account must be",
        ),
        (
            {**REPLICATED, "protected_machines": [{**MACHINE, "recovery_resource_group_id": VAULT}]},
            "id of a resource group",
        ),
        ({"time_to_live": 0}, "time_to_live must be at least 1"),
        ({"resolution_port": 65536}, "resolution_port must be at most 65535"),
        ({"endpoints": [{"name": "a", "subnet": SUBNET, "dns_port": 0}]}, "endpoints.dns_port must be at least 1"),
        ({"permission_timeout": -1}, "permission_timeout must be at least 0"),
    ],
)
def test_bad_input_sends_nothing(cloud: Cloud, options: dict, words: str) -> None:
    result = cloud.run(MODULE, **{**WANTED, **options})
    assert result["failed"]
    assert words in result["msg"]
    assert cloud.requests() == []


def test_a_gate_that_cannot_be_read_is_closed(cloud: Cloud) -> None:
    from ansible_collections.privatelink.recovery.extensions.emulator.wire import Request

    body = b'{"match": {"path": "/usages"}, "nth": 1, "times": 100, "action": {"status": 403, "code": "AuthorizationFailed", "message": "no"}}'
    cloud.arm.answer(Request.parse("POST", "https://127.0.0.1/emulator/faults", {}, body))
    result = cloud.run(MODULE, **WANTED)
    assert "subnet" in closed(result)
    assert cloud.writes() == []


def test_a_fresh_grant_is_waited_for(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(settings={"world_roles_delay": 120}, **GIVEN_JUST_NOW)
    started = cloud.arm.clock.now()
    result = cloud.run(MODULE, **WANTED)
    assert closed(result) == set(), result["message"]
    assert cloud.arm.clock.now() - started >= 120
    assert any("spread" in line for line in cloud.progress)


def test_patience_ends(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(settings={"world_roles_delay": 1200}, **GIVEN_JUST_NOW)
    result = cloud.run(MODULE, **WANTED, permission_timeout=60)
    assert "permissions" in closed(result)
    assert "may not do" in result["message"]


@pytest.mark.parametrize("excludes", [True, False])
def test_capacity_is_told(make_cloud: t.Callable[..., Cloud], excludes: bool) -> None:
    """Whether or not the limit that Azure shows leaves its five reserved addresses out."""
    cloud = make_cloud(settings={"usages_limit_excludes_reserved": excludes})
    assert cloud.run(SUBNETS, subnet=SUBNET)["free"] == 251
    reported = cloud.run(SUBNETS, subnet=f"{NETWORK}/subnets/small", addresses=20)
    assert reported["failed"]
    assert "has 11 free addresses, 20 are needed" in reported["msg"]
    assert cloud.run(SUBNETS, subnet=f"{NETWORK}/subnets/nowhere", enforce=False)["exists"] is False


def test_endpoint_module_agrees_with_the_plan(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(vaults=[AN_HOUR])
    made = cloud.run(
        ENDPOINT_MODULE,
        resource_group="rg-backup",
        name="pe-backup",
        subnet=SUBNET,
        target=VAULT,
        sub_resource="AzureBackup",
    )
    assert made["id"] == ENDPOINT
    result = cloud.run(MODULE, **WANTED)
    assert closed(result) == set(), result["message"]
    assert result["plan"]["endpoints"][0]["exists"]
    assert GROUPS in result["plan"]["vault_id"]
