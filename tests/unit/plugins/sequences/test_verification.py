"""What verification says of a vault's endpoints, names, records and links; it never writes."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_records import MODULE as RECORDS
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone_group import MODULE as ZONE_GROUP
from ansible_collections.privatelink.recovery.plugins.modules.verification import MODULE as VERIFICATION

from ... import conftest
from ...conftest import BACKUP_ZONES, NETWORK, Cloud
from ...worlds import site_recovery as world
from ...worlds.backup import BACKUP_WANTED, ask, backup_cloud, given
from ...worlds.backup import failed as closed
from ...worlds.site_recovery import (
    BLOB,
    CACHE,
    RECOVERY,
    RECOVERY_ENDPOINT,
    SOURCE,
    SOURCE_ENDPOINT,
    SOURCE_SUBNET,
    SOURCE_ZONES,
    SPOKE,
    WANTED,
    ZONE,
    private_world,
    site_recovery_cloud,
)

JSON = dict[str, t.Any]
SOURCE_ZONE = f"{SOURCE_ZONES}/{ZONE}"
CACHE_ZONE = f"{SOURCE_ZONES}/{BLOB}"


def records_of(cloud: Cloud, zone: str) -> list[str]:
    """The ids of a zone's A records."""
    cloud.arm.scheduler.settle()
    return [record.id for record in cloud.arm.store.below(zone) if record.document["type"].endswith("/A")]


def remove_record(cloud: Cloud, zone: str) -> str:
    """Somebody deletes a record; its name."""
    gone = records_of(cloud, zone)[0]
    cloud.arm.store.remove(gone)
    return gone.rsplit("/", 1)[-1]


def change_record(cloud: Cloud, zone: str) -> str:
    """Somebody changes a record; its name."""
    changed = records_of(cloud, zone)[0]
    cloud.document(changed)["properties"]["aRecords"] = [{"ipv4Address": "10.9.9.9"}]
    return changed.rsplit("/", 1)[-1]


def remove_link(cloud: Cloud, zone: str) -> str:
    """Somebody unlinks a zone; its name."""
    (link,) = [item.id for item in cloud.arm.store.below(zone) if "/virtualNetworkLinks/" in item.id]
    cloud.arm.store.remove(link)
    return zone.rsplit("/", 1)[-1]


SEQUENCES: dict[str, tuple[t.Callable[..., Cloud], JSON, str]] = {
    "backup": (backup_cloud, BACKUP_WANTED, BACKUP_ZONES[0]),
    "site_recovery": (site_recovery_cloud, WANTED, SOURCE_ZONE),
}
sequences = pytest.mark.parametrize("sequence", SEQUENCES)


@sequences
def test_all_is_well(sequence: str) -> None:
    make, desired, zone = SEQUENCES[sequence]
    result = ask(make(), desired, expected_public_network_access="Enabled")
    assert result["passed"], result["message"]
    assert {row["record"] for row in result["names"]} == {"ok"}
    assert {row["state"] for row in result["links"]} == {"Completed"}
    assert {row["kind"] for row in result["resources"]} == {"vault", "private endpoint"}
    assert zone in {row["zone"] for row in result["records"]}


DAMAGES: list[tuple[t.Callable[[Cloud, str], str], str, str]] = [
    (remove_record, "names", "missing"),
    (change_record, "names", "has 10.9.9.9"),
    (remove_link, "links", "missing"),
]


@sequences
@pytest.mark.parametrize(("damage", "check", "words"), DAMAGES)
def test_what_somebody_damaged(sequence: str, damage: t.Callable[[Cloud, str], str], check: str, words: str) -> None:
    make, desired, zone = SEQUENCES[sequence]
    cloud = make()
    name = damage(cloud, zone)
    result = ask(cloud, desired)
    assert closed(result) == [check]
    assert name in result["message"] and f"({words})" in result["message"]
    # A link is made by a run; a record under a zone group is brought back by nobody.
    foreseen = {
        by: cloud.run(VERIFICATION, check_mode=True, **{**desired, "enforce": True}, foreseen_by=by)
        for by in ("main", "drift")
    }
    assert bool(foreseen["main"].get("failed")) is (check == "names")
    assert foreseen["drift"]["failed"]
    # Where the role writes the records itself, both bring one back, and only a run the link.
    for by in ("main", "drift"):
        own = cloud.run(
            VERIFICATION, check_mode=True, **{**desired, "enforce": True, "dns_mode": "records"}, foreseen_by=by
        )
        assert bool(own.get("failed")) is (by == "drift" and check == "links")


@sequences
def test_a_zone_that_is_gone(sequence: str) -> None:
    make, desired, zone = SEQUENCES[sequence]
    cloud = make()
    for item in [zone, *(one.id for one in cloud.arm.store.below(zone))]:
        cloud.arm.store.remove(item)
    assert closed(ask(cloud, desired)) == ["names", "links"]


def test_a_pending_connection_of_backup() -> None:
    result = ask(backup_cloud(status="Pending", zone_group=None), BACKUP_WANTED)
    assert closed(result) == ["vault", "connection", "names"]
    assert "Pending on the endpoint and Pending on the vault" in result["message"]
    assert "publishes no names" in result["message"]


def test_a_pending_connection_of_site_recovery() -> None:
    endpoints = copy.deepcopy(private_world()["private_endpoints"])
    endpoints[1] = given({**endpoints[1], "status": "Pending", "zone_group": None})
    result = ask(site_recovery_cloud(private_endpoints=endpoints), WANTED)
    failed = [check for check in result["checks"] if check["verdict"] == "refused"]
    assert [check["name"] for check in failed] == ["connection", "names", "name_count"]
    assert {check["subject"] for check in failed} == {RECOVERY_ENDPOINT}


def test_nothing_there() -> None:
    result = ask(world.make(), WANTED)
    assert closed(result) == ["vault", "connection", "links", "connection", "links"]
    assert f"{SOURCE_ENDPOINT} does not exist" in result["message"]


def test_public_access() -> None:
    result = ask(backup_cloud(), BACKUP_WANTED, expected_public_network_access="Disabled")
    assert closed(result) == ["vault"]
    assert "is Enabled, expected Disabled" in result["message"]


def test_an_endpoint_whose_addresses_are_not_of_the_subnet() -> None:
    cloud = backup_cloud()
    elsewhere = {**BACKUP_WANTED, "endpoints": [{"name": "pe-backup", "subnet": f"{NETWORK}/subnets/small"}]}
    result = ask(cloud, elsewhere)
    assert closed(result) == ["names"]
    assert "is not in the subnet" in result["message"]


COUNTS = [
    # The names that come with replication, whether it is on, the variant, and whether there are enough.
    (["prot2", "rcm1"], False, "azure_to_azure", 5, True),
    (["prot2", "rcm1"], True, "azure_to_azure", 7, True),
    ([], True, "azure_to_azure", 5, False),
    (["rcm1"], True, "azure_to_azure", 6, False),
    ([], True, "hybrid", 5, True),
]


@pytest.mark.parametrize(("later", "replicating", "variant", "count", "enough"), COUNTS)
def test_five_names_then_seven(later: list[str], replicating: bool, variant: str, count: int, enough: bool) -> None:
    cloud = site_recovery_cloud(settings={"site_recovery_names_after_replication": later})
    if replicating:
        done = cloud.event("replication_enabled", vault="vault-recovery", machine="vm01", source_location="westeurope")
        assert done["succeeded"]
    result = ask(cloud, WANTED, variant=variant)
    assert closed(result) == ([] if enough else ["name_count", "name_count"])
    for side in ("pe-source", "pe-recovery"):
        assert sum(row["endpoint"] == side for row in result["names"]) == count
    said = [check["message"] for check in result["checks"] if check["name"] == "name_count"]
    assert [f"publishes {count} names" in message for message in said] == [True, True]
    assert all(("while replication is on" in message) is replicating for message in said)


def test_fewer_than_five_names_are_an_alarm_from_the_start() -> None:
    result = ask(site_recovery_cloud(settings={"site_recovery_names_at_creation": ["id1", "rcm1"]}), WANTED)
    assert closed(result) == ["name_count", "name_count"]
    assert "publishes 2 names, at least 5 are expected" in result["message"]
    few = site_recovery_cloud(settings={"site_recovery_names_at_creation": ["id1", "rcm1"]})
    assert few.run(VERIFICATION, check_mode=True, **{**WANTED, "enforce": True}, foreseen_by="main")["failed"]


def test_names_that_came_with_replication_need_records_where_the_role_writes_them() -> None:
    plain = [given({**item, "zone_group": None}) for item in private_world()["private_endpoints"]]
    cloud = site_recovery_cloud(private_endpoints=plain)
    write = {
        SOURCE_ENDPOINT: SOURCE_ZONE,
        RECOVERY_ENDPOINT: SOURCE_ZONE.replace("rg-dns-source", "rg-dns-recovery"),
    }
    desired = {**WANTED, "dns_mode": "records"}

    def complete() -> None:
        for endpoint, zone in write.items():
            assert not cloud.run(RECORDS, private_endpoints=[endpoint], zones=[zone]).get("failed")

    assert closed(ask(cloud, desired)) == ["names", "names"]
    complete()
    assert closed(ask(cloud, desired)) == []
    cloud.event("replication_enabled", vault="vault-recovery", machine="vm01", source_location="westeurope")
    result = ask(cloud, desired)
    assert closed(result) == ["names", "names"]
    assert "2 of 7 names of pe-source" in result["message"]
    complete()
    assert closed(ask(cloud, desired)) == []


POLICY = {**WANTED, "dns_mode": "policy"}


def test_policy_with_the_zone_groups_of_somebody_else() -> None:
    result = ask(site_recovery_cloud(), POLICY)
    assert result["passed"], result["message"]
    assert {row["zone"] for row in result["records"]} == {
        SOURCE_ZONE.lower(),
        SOURCE_ZONE.lower().replace("rg-dns-source", "rg-dns-recovery"),
    }
    assert {row["record"] for row in result["names"]} == {"ok"}


def test_policy_that_has_not_come_yet() -> None:
    plain = [given({**item, "zone_group": None}) for item in private_world()["private_endpoints"]]
    result = ask(site_recovery_cloud(private_endpoints=plain), POLICY)
    assert closed(result) == ["names", "names"]
    assert "pe-source has no zone group yet" in result["message"]
    # What it says of names, records and links it has seen: the names are five, of the rest it knows nothing.
    assert [check["message"] for check in result["checks"] if check["name"] == "name_count"] == [
        f"{name} publishes 5 names, at least 5 are expected." for name in ("pe-source", "pe-recovery")
    ]
    assert [check for check in result["checks"] if check["name"] == "links"] == []


def test_policy_whose_zone_is_linked_elsewhere() -> None:
    zones = [world.zone(ZONE, "source", SPOKE), world.zone(ZONE, "recovery", RECOVERY)]
    result = ask(site_recovery_cloud(private_dns_zones=zones), POLICY)
    assert closed(result) == ["links"]
    assert "to vnet-source (missing)" in result["message"]


CUSTOM = {**WANTED, "dns_mode": "custom"}


def test_custom_tells_the_names_and_judges_no_zone() -> None:
    plain = [given({**item, "zone_group": None}) for item in private_world()["private_endpoints"]]
    result = ask(site_recovery_cloud(private_endpoints=plain, private_dns_zones=[]), CUSTOM)
    assert result["passed"], result["message"]
    assert (result["records"], result["links"]) == ([], [])
    assert [row["endpoint"] for row in result["names"]] == ["pe-source"] * 5 + ["pe-recovery"] * 5
    for row in result["names"]:
        assert row["zone"] == ZONE
        assert f"{row['record_name']}.{ZONE}" == row["fqdn"]
        assert row["ip_addresses"][0].startswith("10.1." if row["endpoint"] == "pe-source" else "10.2.")


def test_every_name_is_asked_of_the_server_of_its_network() -> None:
    servers = [{"virtual_network": world.SOURCE, "address": "10.1.0.4"}]
    own = world.both(recovery={"dns_server": "10.2.0.4", "dns_port": 5353})
    asked = ask(site_recovery_cloud(), {**WANTED, "dns_servers": servers, "endpoints": own})["dns_questions"]
    assert [(row["dns_server"], row["dns_port"]) for row in asked] == [("10.1.0.4", 53)] * 5 + [("10.2.0.4", 5353)] * 5
    assert all(row["ip_addresses"][0].startswith(row["dns_server"][:5]) for row in asked)
    alone = ask(site_recovery_cloud(), {**WANTED, "dns_servers": servers})["dns_questions"]
    assert len(alone) == 5
    # A linked network is asked besides, and those who are named there with it.
    linked = world.both({"virtual_networks": [SPOKE]})
    more = [*servers, {"virtual_network": SPOKE, "address": "10.3.0.4", "port": 53}]
    both = ask(site_recovery_cloud(), {**WANTED, "dns_servers": more, "endpoints": linked})["dns_questions"]
    assert [row["dns_server"] for row in both] == ["10.1.0.4", "10.3.0.4"] * 5
    assert len({row["fqdn"] for row in both}) == 5


def test_the_name_of_a_storage_endpoint_is_asked_like_those_of_the_vault() -> None:
    own = world.both(source={"dns_server": "10.1.0.4"}, recovery={"consumers": ["web01"]})
    result = ask(site_recovery_cloud(**with_cache()), {**WANTED, **CACHE_WISH, "endpoints": own})
    (row,) = [row for row in result["names"] if row["endpoint"] == "pe-cache"]
    assert row["asked"] and row["fqdn"] in [one["fqdn"] for one in result["dns_questions"]]
    named = {"name": "pe-cache", "subnet": SOURCE_SUBNET, "dns_server": "10.1.0.9"}
    mine = ask(site_recovery_cloud(**with_cache()), {**WANTED, "storage_accounts": [{"id": CACHE, "endpoint": named}]})
    assert {one["dns_server"] for one in mine["dns_questions"]} == {"10.1.0.9"}


def with_cache(**more: t.Any) -> JSON:
    """The world with an endpoint of the cache account in the source network."""
    private = private_world()
    cache = world.endpoint(
        "pe-cache", target=CACHE, group_id="blob", zone_group={"name": "default", "zones": [CACHE_ZONE]}
    )
    return {
        **private,
        "private_dns_zones": [*private["private_dns_zones"], world.zone(BLOB, "source", SOURCE)],
        "private_endpoints": [*private["private_endpoints"], given({**cache, **more})],
    }


def failed(cloud: Cloud, _zone: str) -> str:
    """The endpoint was approved, and a later write of it went wrong."""
    endpoint = f"{world.ENDPOINTS}/pe-cache"
    cloud.document(endpoint)["properties"]["provisioningState"] = "Failed"
    return endpoint


CACHE_WISH = {"storage_accounts": [{"id": CACHE, "endpoint": {"name": "pe-cache", "subnet": SOURCE_SUBNET}}]}
STORAGE: dict[str, tuple[JSON, t.Callable[[Cloud, str], str] | None, list[str], str]] = {
    "all is well": ({}, None, [], ""),
    "record missing": ({}, remove_record, ["storage"], "(missing)"),
    "record wrong": ({}, change_record, ["storage"], "(has 10.9.9.9)"),
    "link missing": ({}, remove_link, ["links"], f"{BLOB} to vnet-source (missing)"),
    "pending": ({"status": "Pending", "zone_group": None}, None, ["storage"], "Pending on the account"),
    "its last write failed": ({}, failed, ["storage"], "pe-cache is failed"),
}


@pytest.mark.parametrize("name", STORAGE)
def test_the_endpoint_of_a_storage_account(name: str) -> None:
    more, damage, checks, words = STORAGE[name]
    cloud = world.make(**with_cache(**more))
    if damage:
        damage(cloud, CACHE_ZONE)
    result = ask(cloud, {**WANTED, **CACHE_WISH})
    assert closed(result) == checks
    assert words in result["message"]
    if not checks:
        assert "cachewest.blob.core.windows.net" in {row["fqdn"] for row in result["names"]}


def test_a_storage_endpoint_that_is_not_there() -> None:
    result = ask(site_recovery_cloud(), {**WANTED, **CACHE_WISH})
    assert closed(result) == ["storage", "links"]
    assert "pe-cache does not exist" in result["message"]


@pytest.mark.parametrize(("mode", "checks"), [("policy", ["storage"]), ("custom", [])])
def test_the_storage_endpoint_where_somebody_else_writes(mode: str, checks: list[str]) -> None:
    result = ask(world.make(**with_cache(zone_group=None)), {**WANTED, **CACHE_WISH, "dns_mode": mode})
    assert closed(result) == checks
    rows = [row for row in result["names"] if row["endpoint"] == "pe-cache"]
    # The owner of the DNS servers is told this name too.
    assert [(row["zone"], row["record_name"]) for row in rows] == ([(BLOB, "cachewest")] if mode == "custom" else [])


@pytest.mark.parametrize("damage", [remove_record, change_record])
def test_what_the_remedy_says_brings_a_record_of_a_zone_group_back(damage: t.Callable[[Cloud, str], str]) -> None:
    cloud = backup_cloud()
    damage(cloud, BACKUP_ZONES[0])
    assert "delete the zone group of pe-backup" in ask(cloud, BACKUP_WANTED)["message"]
    endpoint = f"{conftest.GROUPS}/rg-backup/providers/Microsoft.Network/privateEndpoints/pe-backup"
    gone = cloud.run(ZONE_GROUP, private_endpoint=endpoint, state="absent")
    assert gone["changed"], gone
    made = cloud.run(ZONE_GROUP, private_endpoint=endpoint, zones=BACKUP_ZONES)
    assert made["changed"], made
    assert closed(ask(cloud, BACKUP_WANTED)) == []


def test_names_are_compared_with_the_documented_pattern() -> None:
    cloud = site_recovery_cloud()
    reported = [check for check in ask(cloud, WANTED)["checks"] if check["name"] == "name_pattern"]
    assert [check["verdict"] for check in reported] == ["ok", "ok"]
    (interface,) = [one for one in cloud.arm.store.all() if "pe-source" in one.id and "/networkInterfaces/" in one.id]
    link = interface.properties["ipConfigurations"][0]["properties"]["privateLinkConnectionProperties"]
    link["fqdns"] = [f"another.{ZONE}"]
    other = ask(cloud, WANTED)
    warned = [check for check in other["checks"] if check["name"] == "name_pattern" and check["verdict"] != "ok"]
    assert [check["verdict"] for check in warned] == ["warning"]
    assert f"another.{ZONE}" in warned[0]["message"]
