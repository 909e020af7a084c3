"""The ``private_dns_zone_group`` module, and the decisions behind it."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import Request
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.record_overwrites import overwrites
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.zone_groups import (
    plan_group,
    record_sets,
    unwritten,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.endpoint_names import PublishedName
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone import MODULE as ZONE_MODULE
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone_group import MODULE

from ...conftest import BACKUP_ZONES, ENDPOINT, VAULT, ZONES, Cloud, four_times
from ...stories.support import LOST, fault

JSON = dict[str, t.Any]
MakeCloud = t.Callable[..., Cloud]
GROUP = f"{ENDPOINT}/privateDnsZoneGroups/default"
POLICY_GROUP = f"{ENDPOINT}/privateDnsZoneGroups/deployedByPolicy"
OTHER = ENDPOINT.replace("pe-backup", "pe-other")
WANTED: JSON = {"private_endpoint": ENDPOINT, "zones": BACKUP_ZONES}
ZONE_NAMES = [zone.rsplit("/", 1)[-1] for zone in BACKUP_ZONES]
STRANGE = f"{ZONES}/www.example.com"


def endpoint_row(name: str = "pe-backup", network: str = "vnet-app", **more: t.Any) -> JSON:
    place = {"resource_group": "rg-backup", "virtual_network": network, "subnet": "endpoints", "target": VAULT}
    return {"name": name, **place, **more}


def world(*endpoints: JSON) -> JSON:
    names = [*ZONE_NAMES, "www.example.com"]
    return {
        "private_dns_zones": [{"name": name, "resource_group": "rg-dns"} for name in names],
        "vaults": [{"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"}],
        "private_endpoints": list(endpoints),
    }


@pytest.fixture
def ready(make_cloud: MakeCloud) -> Cloud:
    return make_cloud(**world(endpoint_row()))


def group_of(*configs: tuple[str, str, list[str]]) -> JSON:
    return {
        "id": GROUP,
        "properties": {
            "privateDnsZoneConfigs": [
                {
                    "name": name,
                    "properties": {
                        "privateDnsZoneId": zone,
                        "recordSets": [
                            {"recordSetName": record, "fqdn": f"{record}.x.", "ttl": 10, "ipAddresses": ["10.0.0.4"]}
                            for record in records
                        ],
                    },
                }
                for name, zone, records in configs
            ]
        },
    }


def named(*fqdns: str) -> list[PublishedName]:
    return [PublishedName(fqdn=fqdn, ip_addresses=["10.0.0.4"], group_id="", member="") for fqdn in fqdns]


@pytest.mark.parametrize(
    ("current", "zones", "action", "names"),
    [
        (None, BACKUP_ZONES[:1], "create", ["privatelink-we-backup-windowsazure-com"]),
        (group_of(("c1", BACKUP_ZONES[0], [])), [BACKUP_ZONES[0].upper()], "none", None),
        (group_of(("c1", BACKUP_ZONES[0], []), ("c2", BACKUP_ZONES[1], [])), [BACKUP_ZONES[1], BACKUP_ZONES[0]], "none", None),
        (group_of(("c1", BACKUP_ZONES[0], [])), BACKUP_ZONES[:2], "update", ["c1", "privatelink-blob-core-windows-net"]),
        (group_of(("c1", BACKUP_ZONES[0], []), ("c2", BACKUP_ZONES[1], [])), BACKUP_ZONES[1:2], "update", ["c2"]),
    ],
    ids=["new", "same by case", "same by order", "one more", "one less"],
)  # fmt: skip
def test_plan(current: JSON | None, zones: list[str], action: str, names: list[str] | None) -> None:
    plan = plan_group(GROUP, current, zones)
    assert plan.action == action
    if names is not None:
        assert [config["name"] for config in plan.body["properties"]["privateDnsZoneConfigs"]] == names


@pytest.mark.parametrize(
    ("names", "group", "missing"),
    [
        (named("a.we.backup.windowsazure.com"), group_of(("c", BACKUP_ZONES[0], ["a"])), []),
        (named("a.privatelink.we.backup.windowsazure.com"), group_of(("c", BACKUP_ZONES[0], ["A"])), []),
        (named("a.we.backup.windowsazure.com"), group_of(("c", BACKUP_ZONES[0], [])), ["a.we.backup.windowsazure.com"]),
        (named("a.blob.core.windows.net"), group_of(("c", BACKUP_ZONES[0], ["a"])), ["a.blob.core.windows.net"]),
        (named("a.z1.blob.storage.azure.net"), group_of(("c", BACKUP_ZONES[1], ["a.z1"])), []),
        (named("a.blob.core.windows.net"), None, ["a.blob.core.windows.net"]),
    ],
    ids=["public form", "privatelink form", "empty record sets", "other zone", "partitioned storage", "no group"],
)
def test_unwritten(names: list[PublishedName], group: JSON | None, missing: list[str]) -> None:
    assert unwritten(names, group) == missing


def test_record_sets() -> None:
    assert record_sets(group_of(("c", BACKUP_ZONES[0], ["a"]))) == [
        {"fqdn": "a.x", "zone_id": BACKUP_ZONES[0], "record_name": "a", "ip_addresses": ["10.0.0.4"], "ttl": 10}
    ]


@pytest.mark.parametrize(
    ("address", "creator", "found"),
    [
        ("10.0.0.4", "created by private endpoint pe-other with resource guid other", []),
        ("10.9.9.9", "created by private endpoint pe-backup with resource guid ours", []),
        ("10.9.9.9", "created by private endpoint pe-other with resource guid other", ["a"]),
        ("10.9.9.9", "", ["a"]),
    ],
    ids=["same address", "our own stale record", "another endpoint", "unknown owner"],
)
def test_overwrites(address: str, creator: str, found: list[str]) -> None:
    record = {"name": "a", "properties": {"aRecords": [{"ipv4Address": address}], "metadata": {"creator": creator}}}
    endpoint = {"properties": {"resourceGuid": "ours"}}
    names = named("a.we.backup.windowsazure.com", "b.we.backup.windowsazure.com")
    result = overwrites(endpoint, names, {BACKUP_ZONES[0]: [record], BACKUP_ZONES[1]: []})
    assert [item.record_name for item in result] == found


def test_attaches_zones_and_azure_writes_the_names(ready: Cloud) -> None:
    done = four_times(ready, MODULE, **WANTED)
    assert done["id"] == GROUP
    assert len(done["record_sets"]) == 2
    assert done["zones_without_records"] == BACKUP_ZONES[1:]
    for record in done["record_sets"]:
        assert ready.exists(f"{record['zone_id']}/A/{record['record_name']}")


def test_a_group_that_ended_as_failed_is_written_again(ready: Cloud) -> None:
    fault(ready, LOST, method="PUT", path="/privateDnsZoneGroups/")
    first = ready.run(MODULE, **WANTED)
    assert first["failed"] and "The fabric is torn" in first["msg"]
    assert ready.document(GROUP)["properties"]["provisioningState"] == "Failed"
    done = four_times(ready, MODULE, **WANTED)
    assert done["diff"]["before"]["properties"]["provisioningState"] == "Failed"
    assert len(done["record_sets"]) == 2


def test_a_group_that_failed_after_its_start_is_written_again_by_the_next_run(make_cloud: MakeCloud) -> None:
    cloud = make_cloud("realistic", **world(endpoint_row()))
    fault(cloud, LOST, method="PUT", path="/privateDnsZoneGroups/")
    assert not cloud.run(MODULE, **WANTED, wait=False).get("failed")
    done = cloud.run(MODULE, **WANTED)
    assert not done.get("failed"), done
    assert done["changed"] and len(done["record_sets"]) == 2


def test_later_names_need_no_change(ready: Cloud) -> None:
    ready.run(MODULE, **WANTED)
    ready.event("machine_registered", vault=VAULT, machine="sql01")
    again = ready.run(MODULE, **WANTED)
    assert again["changed"] is False
    assert len(again["record_sets"]) > 2


def test_makes_the_zones_exactly_these(ready: Cloud) -> None:
    ready.run(MODULE, **WANTED)
    done = four_times(ready, MODULE, private_endpoint=ENDPOINT, zones=BACKUP_ZONES[:1])
    assert len(done["diff"]["after"]["properties"]["privateDnsZoneConfigs"]) == 1
    assert len(ready.document(GROUP)["properties"]["privateDnsZoneConfigs"]) == 1


def test_a_zone_of_the_same_name_elsewhere_takes_the_place_of_one(ready: Cloud) -> None:
    ready.run(MODULE, **WANTED)
    moved = BACKUP_ZONES[0].replace("/rg-dns/", "/rg-dns-hub/")
    ready.run(ZONE_MODULE, zones=[{"name": moved.rsplit("/", 1)[-1], "resource_group": "rg-dns-hub"}])
    done = four_times(ready, MODULE, private_endpoint=ENDPOINT, zones=[moved, *BACKUP_ZONES[1:]])
    assert {record["zone_id"] for record in done["record_sets"]} == {moved}
    back = four_times(ready, MODULE, **WANTED)
    assert {record["zone_id"] for record in back["record_sets"]} == {BACKUP_ZONES[0]}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"private_endpoint": VAULT}, "private_endpoint must be the id of"),
        ({"zones": []}, "1 to 5"),
        ({"zones": [f"{ZONES}/z{number}.example.com" for number in range(6)]}, "1 to 5"),
        ({"zones": [BACKUP_ZONES[0], BACKUP_ZONES[0].replace("rg-dns", "rg-dns-hub")]}, "several zones named"),
        ({"name": "a/b"}, "not a valid name"),
    ],
)
def test_input_is_judged_before_any_request(ready: Cloud, options: JSON, words: str) -> None:
    result = ready.run(MODULE, **{**WANTED, **options})
    assert result["failed"]
    assert words in result["msg"]
    assert ready.requests() == []


def test_names_no_zone_takes_are_refused_before_writing(ready: Cloud) -> None:
    result = ready.run(MODULE, private_endpoint=ENDPOINT, zones=[STRANGE])
    assert result["failed"]
    assert "www.example.com takes" in result["msg"]
    assert "we.backup.windowsazure.com" in result["msg"]
    assert ready.writes() == []


def test_a_group_that_stays_empty_is_an_error_with_zones_and_names(
    ready: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Azure may leave a name out and report success (azure-cli recording of the zone group tests)."""
    from ansible_collections.privatelink.recovery.extensions.emulator.services.network import (
        zone_groups as network_zone_groups,
    )

    monkeypatch.setattr(network_zone_groups, "record_name", lambda fqdn, zone: "")
    result = ready.run(MODULE, **WANTED)
    assert result["failed"]
    assert BACKUP_ZONES[0] in result["msg"]
    assert "we.backup.windowsazure.com" in result["msg"].split("no record for")[1]


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_an_endpoint_that_is_not_approved_is_refused(make_cloud: MakeCloud, status: str) -> None:
    cloud = make_cloud(**world(endpoint_row(status=status)))
    result = cloud.run(MODULE, **WANTED)
    assert result["failed"]
    assert f"is {status}, not Approved" in result["msg"]
    planned = cloud.run(MODULE, check_mode=True, **WANTED)
    assert planned.get("failed", False) is (status == "Rejected")
    assert cloud.writes() == []


def test_a_missing_endpoint_is_refused_and_planned_for_in_check_mode(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(**world())
    planned = cloud.run(MODULE, check_mode=True, **WANTED)
    assert planned["changed"] is True
    assert "does not exist yet" in planned["warnings"][0]
    assert "does not exist yet" in cloud.run(MODULE, **WANTED)["msg"]
    assert cloud.writes() == []


def test_a_missing_zone_is_refused_and_planned_for_in_check_mode(ready: Cloud) -> None:
    options = {**WANTED, "zones": [*BACKUP_ZONES, f"{ZONES}/privatelink.table.core.windows.net"]}
    planned = ready.run(MODULE, check_mode=True, **options)
    assert planned["changed"] is True
    assert "table.core.windows.net does not exist yet" in planned["warnings"][0]
    assert "table.core.windows.net does not exist" in ready.run(MODULE, **options)["msg"]
    assert ready.writes() == []


def test_a_group_of_others_is_refused(make_cloud: MakeCloud) -> None:
    policy = {"name": "deployedByPolicy", "zones": [BACKUP_ZONES[0]]}
    cloud = make_cloud(**world(endpoint_row(zone_group=policy)))
    result = cloud.run(MODULE, **WANTED)
    assert result["failed"]
    assert "zone group deployedByPolicy" in result["msg"]
    assert cloud.writes() == []


def test_a_group_of_others_with_the_wanted_zones_is_left(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(**world(endpoint_row(zone_group={"name": "deployedByPolicy", "zones": BACKUP_ZONES})))
    result = cloud.run(MODULE, **WANTED)
    assert result["changed"] is False
    assert result["id"] == POLICY_GROUP
    assert "deployedByPolicy" in result["warnings"][0]
    assert cloud.writes() == []


@pytest.mark.parametrize("zones", [BACKUP_ZONES, BACKUP_ZONES[:2]])
def test_a_group_that_others_make_at_the_same_time(ready: Cloud, zones: list[str]) -> None:
    configs = [{"name": f"c{number}", "properties": {"privateDnsZoneId": zone}} for number, zone in enumerate(zones)]

    def overtake(request: t.Any, entry: JSON, proceed: t.Any) -> t.Any:
        if request.method == "PUT" and request.path == GROUP:
            body = json.dumps({"properties": {"privateDnsZoneConfigs": configs}}).encode()
            ready.arm.around.remove(overtake)
            other = Request.parse("PUT", f"https://x{POLICY_GROUP}?api-version=2024-05-01", request.headers, body)
            assert ready.arm.answer(other).status == 201
        return proceed(request, entry)

    ready.arm.around.insert(0, overtake)
    result = ready.run(MODULE, **WANTED)
    assert "deployedByPolicy" in (result["warnings"][0] if zones == BACKUP_ZONES else result["msg"]), result
    assert bool(result.get("failed")) is (zones != BACKUP_ZONES)
    assert not ready.exists(GROUP)


@pytest.fixture
def shared(make_cloud: MakeCloud) -> Cloud:
    """Another endpoint of the same vault has its records in the zones already."""
    other = endpoint_row("pe-other", "vnet-hub", zone_group={"name": "default", "zones": BACKUP_ZONES})
    return make_cloud(**world(other, endpoint_row()))


def test_records_of_another_endpoint_are_not_overwritten(shared: Cloud) -> None:
    result = shared.run(MODULE, **WANTED)
    assert result["failed"]
    for words in ("10.2.1.", "would get 10.1.1.", BACKUP_ZONES[0], "pe-other", "accept_zone_overwrite"):
        assert words in result["msg"]
    assert shared.writes() == []


def test_records_of_another_endpoint_are_overwritten_when_accepted(shared: Cloud) -> None:
    done = four_times(shared, MODULE, **WANTED, accept_zone_overwrite=True)
    assert len(done["overwritten"]) == 2
    record = done["record_sets"][0]
    document = shared.document(f"{record['zone_id']}/A/{record['record_name']}")
    assert document["properties"]["aRecords"][0]["ipv4Address"].startswith("10.1.1.")


def test_deleting_does_not_take_records_another_endpoint_has_taken_over(shared: Cloud) -> None:
    shared.run(MODULE, **WANTED, accept_zone_overwrite=True)
    shared.mark()
    result = shared.run(MODULE, private_endpoint=OTHER, state="absent")
    assert result["failed"]
    assert "would delete records that lead to another endpoint" in result["msg"]
    assert shared.writes() == []
    assert shared.run(MODULE, private_endpoint=OTHER, state="absent", accept_zone_overwrite=True)["changed"] is True


def test_deletes_the_group_of_that_name(ready: Cloud) -> None:
    ready.run(MODULE, **WANTED)
    done = four_times(ready, MODULE, private_endpoint=ENDPOINT, state="absent")
    assert done["record_sets"] == []
    assert not ready.exists(GROUP)


def test_leaves_groups_of_other_names(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(**world(endpoint_row(zone_group={"name": "deployedByPolicy", "zones": BACKUP_ZONES})))
    result = cloud.run(MODULE, private_endpoint=ENDPOINT, state="absent")
    assert result["changed"] is False
    assert "deployedByPolicy" in result["warnings"][0]


def test_nothing_to_delete_where_there_is_no_endpoint(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(**world())
    assert cloud.run(MODULE, private_endpoint=ENDPOINT, state="absent")["changed"] is False


def test_realistic_time_is_waited_for(make_cloud: MakeCloud) -> None:
    cloud = make_cloud("realistic", **world(endpoint_row()))
    done = cloud.run(MODULE, **WANTED)
    assert done["state"]["provisioning_state"] == "Succeeded"
    assert len(done["record_sets"]) == 2


def test_an_interrupted_run_is_settled(make_cloud: MakeCloud) -> None:
    cloud = make_cloud("realistic", **world(endpoint_row()))
    started = cloud.run(MODULE, **WANTED, wait=False)
    assert started["changed"] is True
    settled = cloud.run(MODULE, **WANTED)
    assert settled["changed"] is False
    assert settled["state"]["provisioning_state"] == "Succeeded"
    assert len(settled["record_sets"]) == 2
