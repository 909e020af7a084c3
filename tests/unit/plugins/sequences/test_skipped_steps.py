"""What a later step would refuse, or Azure would refuse it, is told by a gate before the first write."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.world import OBJECT
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.gates import endpoints as endpoint_gates
from ansible_collections.privatelink.recovery.plugins.modules.preflight import MODULE

from ...conftest import ENDPOINT, GROUPS, NETWORK, SUBNET, WORLD, ZONES, Cloud
from ...stories.support import fault, forbid
from ...worlds import site_recovery as recovery
from ...worlds.backup import AN_HOUR, WANTED, closed, endpoint

JSON = dict[str, t.Any]
MakeCloud = t.Callable[..., Cloud]
ZONE_NAMES = (
    "privatelink.we.backup.windowsazure.com",
    "privatelink.blob.core.windows.net",
    "privatelink.queue.core.windows.net",
)
APPROVE = "Microsoft.RecoveryServices/vaults/privateEndpointConnectionsApproval/action"
APPROVE_STORAGE = "Microsoft.Storage/storageAccounts/privateEndpointConnectionsApproval/action"
FABRICS = "Microsoft.RecoveryServices/vaults/replicationFabrics/write"
OTHER_SUBSCRIPTION = "99999999-9999-4999-8999-999999999999"
THEIRS = f"{GROUPS}/rg-backup/providers/Microsoft.Network/privateEndpoints/pe-theirs"


def verdicts(result: JSON, name: str) -> list[str]:
    return [gate["verdict"] for gate in result["gates"] if gate["name"] == name]


def zones(*linked: str, group: str = "rg-dns", **first: t.Any) -> list[JSON]:
    """The three zones, linked to networks, the first with more."""
    links = [{"name": f"link{number}", "virtual_network": network} for number, network in enumerate(linked)]
    made = [
        {"name": name, "resource_group": group, "virtual_network_links": copy.deepcopy(links)} for name in ZONE_NAMES
    ]
    return [{**made[0], **first}, *made[1:]]


def cache() -> JSON:
    return {**recovery.WANTED, "storage_accounts": [recovery.cache_account()]}


def replicating() -> JSON:
    machine = {
        "id": recovery.MACHINE,
        "disks": [f"{GROUPS}/rg-network/providers/Microsoft.Compute/disks/vm01-os"],
        "recovery_resource_group_id": f"{GROUPS}/rg-recovery",
        "cache_storage_account_id": recovery.CACHE,
    }
    return {**cache(), "protected_machines": [machine], "source_location": "westeurope"}


@pytest.mark.parametrize(
    ("desired", "action", "asked"),
    [
        (WANTED, APPROVE, True),
        ({**WANTED, "endpoints": [{"name": "pe-backup", "subnet": SUBNET, "manual": True}]}, APPROVE, False),
        (cache(), APPROVE_STORAGE, True),
        (recovery.WANTED, APPROVE_STORAGE, False),
        (replicating(), FABRICS, True),
        (cache(), FABRICS, False),
    ],
    ids=["automatic", "manual", "account with an endpoint", "no account", "machines", "no machines"],
)
def test_what_the_steps_need_is_asked_for(desired: JSON, action: str, asked: bool) -> None:
    cloud = Cloud(recovery.WORLD if desired.get("name") else WORLD)
    forbid(cloud, action)
    result = cloud.run(MODULE, **desired, permission_timeout=0)
    assert closed(result) == ({"permissions"} if asked else set()), result["message"]
    assert (action in result["message"]) is asked
    assert cloud.writes() == []


def test_an_endpoint_that_is_there_needs_no_consent(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(vaults=[AN_HOUR], private_endpoints=[endpoint("pe-backup", virtual_network="vnet-app")])
    forbid(cloud, APPROVE)
    assert closed(cloud.run(MODULE, **WANTED, permission_timeout=0)) == set()


def test_a_zone_group_of_somebody_else_is_in_the_way(make_cloud: MakeCloud) -> None:
    group = {"name": "deployedByPolicy", "zones": [f"{ZONES.replace('/rg-dns/', '/rg-dns-hub/')}/{ZONE_NAMES[1]}"]}
    made = endpoint("pe-backup", virtual_network="vnet-app", zone_group=group)
    cloud = make_cloud(vaults=[AN_HOUR], private_endpoints=[made], private_dns_zones=zones(group="rg-dns-hub"))
    result = cloud.run(MODULE, **WANTED)
    assert closed(result) == {"zones"}, result["message"]
    assert f"{ENDPOINT} has the zone group deployedByPolicy" in result["message"]
    assert closed(cloud.run(MODULE, **{**WANTED, "dns_mode": "records"})) == set()


@pytest.mark.parametrize("accepted", [False, True])
def test_records_that_somebody_wrote_for_another_endpoint_would_be_lost(make_cloud: MakeCloud, accepted: bool) -> None:
    """No zone group says so: the names of both are the same, and the zone has them with the other's addresses."""
    cloud = make_cloud(vaults=[AN_HOUR], private_endpoints=[endpoint("pe-theirs")], private_dns_zones=zones())
    (row, *_more) = cloud.document(THEIRS)["properties"]["customDnsConfigs"]
    fqdn, (address,) = row["fqdn"], row["ipAddresses"]
    free = cloud.run(MODULE, **WANTED, accept_zone_overwrite=accepted)
    assert closed(free) == set(), free["message"]
    record = f"{ZONES}/{ZONE_NAMES[0]}/A/{fqdn.split('.', 1)[0]}"
    body = {"properties": {"ttl": 10, "aRecords": [{"ipv4Address": address}]}}
    cloud.connection.azure.put(record, "2024-06-01", body)
    cloud.mark()
    result = cloud.run(MODULE, **WANTED, accept_zone_overwrite=accepted)
    assert closed(result) == (set() if accepted else {"zones"}), result["message"]
    (gate,) = [gate for gate in result["gates"] if gate["name"] == "zones"]
    assert f"{ENDPOINT} and {THEIRS} lead to the same target" in gate["message"]
    assert cloud.writes() == []


def test_the_company_has_an_endpoint_of_the_account_in_the_shared_zone() -> None:
    theirs = {
        **recovery.endpoint("pe-company"), "target": recovery.CACHE, "group_id": "blob", "resource_group": "rg-network",
        "zone_group": {"name": "default", "zones": [f"{recovery.SOURCE_ZONES}/{recovery.BLOB}"]},
    }  # fmt: skip
    cloud = recovery.make(private_endpoints=[theirs], private_dns_zones=[recovery.zone(recovery.BLOB)])
    result = cloud.run(MODULE, **cache())
    assert closed(result) == {"zones"}, result["message"]
    assert "pe-cache and" in result["message"] and "/pe-company lead to the same target" in result["message"]
    elsewhere = {**cache(), "storage_accounts": [recovery.cache_account(dns_zone_resource_group="rg-dns-recovery")]}
    assert closed(cloud.run(MODULE, **elsewhere)) == set()


@pytest.mark.parametrize("accepted", [False, True])
def test_an_endpoint_that_cannot_be_read_is_not_taken_for_harmless(make_cloud: MakeCloud, accepted: bool) -> None:
    cloud = make_cloud(vaults=[AN_HOUR], private_endpoints=[endpoint("pe-theirs", resource_group="rg-network")])
    refusal = {"status": 403, "code": "AuthorizationFailed"}
    fault(cloud, refusal, times=0, method="GET", path="/rg-network/providers/Microsoft.Network/privateEndpoints")
    result = cloud.run(MODULE, **WANTED, accept_zone_overwrite=accepted)
    assert verdicts(result, "experience") == ["warning"]
    assert verdicts(result, "zones") == (["warning"] if accepted else ["unknown"])
    assert closed(result) == (set() if accepted else {"zones"})


def two_subscriptions(**more: t.Any) -> JSON:
    """A spoke in a subscription of its own, where it is linked to a blob zone already."""
    networks = copy.deepcopy(WORLD["virtual_networks"])
    networks[1]["subscription_id"] = OTHER_SUBSCRIPTION
    groups = [
        *WORLD["resource_groups"],
        *(
            {"name": name, "location": "westeurope", "subscription_id": OTHER_SUBSCRIPTION}
            for name in ("rg-network", "rg-spoke-dns")
        ),
    ]
    spoke = f"/subscriptions/{OTHER_SUBSCRIPTION}/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-hub"
    zone = {
        "name": ZONE_NAMES[1],
        "resource_group": "rg-spoke-dns",
        "subscription_id": OTHER_SUBSCRIPTION,
        "virtual_network_links": [{"name": "theirs", "virtual_network": spoke}],
    }
    return {
        "subscriptions": [{"id": "22222222-2222-4222-8222-222222222222"}, {"id": OTHER_SUBSCRIPTION}],
        "resource_groups": groups,
        "virtual_networks": networks,
        "private_dns_zones": [zone],
        "role_assignments": [
            {"scope": f"/subscriptions/{OTHER_SUBSCRIPTION}", "role": "Owner", "principal_id": OBJECT}
        ],
        **more,
    }


@pytest.mark.parametrize("readable", [True, False])
def test_zones_are_looked_for_where_the_linked_networks_are(make_cloud: MakeCloud, readable: bool) -> None:
    world = two_subscriptions()
    spoke = world["private_dns_zones"][0]["virtual_network_links"][0]["virtual_network"]
    cloud = make_cloud(**world)
    if not readable:
        listing = f"/subscriptions/{OTHER_SUBSCRIPTION}/providers/Microsoft.Network/privateDnsZones"
        fault(cloud, {"status": 403, "code": "AuthorizationFailed"}, times=0, method="GET", path=listing)
    desired = {**WANTED, "endpoints": [{"name": "pe-backup", "subnet": SUBNET, "virtual_networks": [spoke]}]}
    result = cloud.run(MODULE, **desired)
    assert closed(result) == ({"zones"} if readable else set()), result["message"]
    assert verdicts(result, "zones") == (["refused"] if readable else ["warning"])
    (gate,) = [gate for gate in result["gates"] if gate["name"] == "zones"]
    assert ("is already linked to" if readable else "cannot be read (AuthorizationFailed)") in gate["message"]


LOCK = {"level": "ReadOnly", "name": "frozen"}


@pytest.mark.parametrize(
    ("scope", "world", "closes"),
    [
        ("rg-dns", {"private_dns_zones": zones()}, True),
        ("rg-dns", {"private_dns_zones": zones(NETWORK)}, False),
        ("rg-backup", {"vaults": [AN_HOUR]}, True),
    ],
    ids=["zones that still need a link", "zones with their links", "a vault that still has to deny access"],
)
def test_a_lock_over_what_still_has_to_change_closes_the_gate(
    make_cloud: MakeCloud, scope: str, world: JSON, closes: bool
) -> None:
    cloud = make_cloud(locks=[{**LOCK, "scope": f"{GROUPS}/{scope}"}], **world)
    result = cloud.run(MODULE, **WANTED)
    assert ("locks" in closed(result)) is closes, result["message"]


def test_the_network_has_no_room_for_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_gates, "ENDPOINTS_PER_NETWORK", 2)
    there = {
        **recovery.endpoint("pe-there"),
        "target": recovery.TARGET,
        "group_id": "blob",
        "resource_group": "rg-network",
    }
    cloud = recovery.make(private_endpoints=[there])
    result = cloud.run(MODULE, **cache())
    assert closed(result) == {"quota"}, result["message"]
    assert "holds 1 private endpoints and 2 more are wanted; Azure allows 2" in result["message"]
    assert closed(cloud.run(MODULE, **recovery.WANTED)) == set()


@pytest.mark.parametrize("access", ["after_verify", "before_endpoint", "unchanged"])
def test_denying_public_access_cuts_nobody_off(make_cloud: MakeCloud, access: str) -> None:
    cloud = make_cloud(vaults=[AN_HOUR], private_endpoints=[endpoint("pe-hub")])
    cloud.event("replication_enabled", vault="vault-backup", machine="vm01", source_location="northeurope")
    result = cloud.run(MODULE, **WANTED, public_network_access=access)
    assert closed(result) == ({"other_users"} if access != "unchanged" else set()), result["message"]
    assert ("serves replicated item vm01 without a private endpoint for AzureSiteRecovery" in result["message"]) is (
        access != "unchanged"
    )


def test_nor_those_of_backup() -> None:
    cloud = recovery.make(**recovery.private_world())
    cloud.event("machine_registered", vault="vault-recovery", machine="sql01", backup_management_type="AzureWorkload")
    result = cloud.run(MODULE, **recovery.WANTED)
    assert closed(result) == {"other_users"}, result["message"]
    assert "sql01" in result["message"]
    cloud.document(recovery.VAULT)["properties"]["publicNetworkAccess"] = "Disabled"
    assert closed(cloud.run(MODULE, **recovery.WANTED)) == set()
