"""The ``private_dns_records`` module, and the decisions behind it."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import Request
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.record_decisions import (
    Name,
    Rules,
    decide,
    decide_removal,
    default_owner,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import InputError, RecoveryError, Refusal
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures import private_dns_records as dns_records
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_records import MODULE

from ...conftest import BACKUP_ZONES, ENDPOINT, VAULT, Cloud, four_times

JSON = dict[str, t.Any]
MakeCloud = t.Callable[..., Cloud]
BLOB = BACKUP_ZONES[1]
ZONE_NAMES = [zone.rsplit("/", 1)[-1] for zone in BACKUP_ZONES]
OURS = {"managed-by": "privatelink.recovery", "private-endpoint": "me"}
ANOTHER = {"managed-by": "privatelink.recovery", "private-endpoint": "another"}
THEIRS = {"creator": "created by private endpoint pe-other"}
RULES = Rules("me")
A = Name(fqdn="a.blob.core.windows.net", ip_addresses=["10.0.0.1"])


def record(name: str, address: str, metadata: JSON | None = None, ttl: int = 10) -> JSON:
    properties: JSON = {"ttl": ttl, "aRecords": [{"ipv4Address": address}]}
    return {"name": name, "properties": {**properties, **({"metadata": metadata} if metadata else {})}}


@pytest.mark.parametrize(
    ("names", "existing", "rules", "expected"),
    [
        ([A], [], RULES, [("a", "add")]),
        ([A], [record("A", "10.0.0.1", OURS)], RULES, [("a", "none")]),
        ([A], [record("a", "10.0.0.2", OURS)], RULES, [("a", "repair")]),
        ([A], [record("a", "10.0.0.1", OURS, ttl=300)], RULES, [("a", "repair")]),
        ([A], [record("a", "10.0.0.1", THEIRS, ttl=300)], RULES, [("a", "foreign")]),
        ([A], [record("a", "10.0.0.1")], RULES, [("a", "foreign")]),
        ([A], [record("a", "10.0.0.1", ANOTHER)], RULES, [("a", "foreign")]),
        ([A], [record("a", "10.0.0.2", THEIRS)], RULES, Refusal),
        ([A], [record("a", "10.0.0.2", ANOTHER)], RULES, Refusal),
        ([A], [record("a", "10.0.0.2", THEIRS)], Rules("me", accept_overwrite=True), [("a", "repair")]),
        ([A], [record("b", "10.0.0.2", OURS)], RULES, [("a", "add"), ("b", "orphan")]),
        ([A], [record("b", "10.0.0.2", OURS)], Rules("me", remove_orphans=True), [("a", "add"), ("b", "remove")]),
        ([A], [record("b", "10.0.0.2", ANOTHER)], Rules("me", remove_orphans=True), [("a", "add")]),
        ([A], [record("b", "10.0.0.2", THEIRS)], Rules("me", remove_orphans=True), [("a", "add")]),
        ([A, A], [], RULES, [("a", "add")]),
        ([A, Name(fqdn="a.privatelink.blob.core.windows.net", ip_addresses=["10.0.0.9"])], [], RULES, InputError),
        ([A, Name(fqdn="a.table.core.windows.net", ip_addresses=["10.0.0.9"])], [], RULES, InputError),
        ([Name(fqdn="A.Privatelink.Blob.Core.Windows.Net.", ip_addresses=["10.0.0.1"])], [], RULES, [("a", "add")]),
        ([], [record("a", "10.0.0.1", OURS)], RULES, [("a", "orphan")]),
    ],
    ids=[
        "missing", "right", "wrong address", "wrong time to live", "right by Azure", "right by nobody", "right by another task",
        "wrong by Azure", "wrong by another task", "taken over", "orphan reported", "orphan removed", "another task's orphan",
        "foreign orphan", "twice the same", "two addresses", "no zone", "folded", "nothing wanted",
    ],
)  # fmt: skip
def test_decide(names: list[Name], existing: list[JSON], rules: Rules, expected: t.Any) -> None:
    if isinstance(expected, type):
        with pytest.raises(expected):
            decide(names, [BLOB], {BLOB: existing}, rules)
        return
    assert [(plan.name, plan.action) for plan in decide(names, [BLOB], {BLOB: existing}, rules)] == expected


@pytest.mark.parametrize(
    ("names", "removed"),
    [(None, ["a", "b"]), ([A], ["a"]), ([Name(fqdn="d.blob.core.windows.net", ip_addresses=["10.0.0.1"])], [])],
)
def test_decide_removal(names: list[Name] | None, removed: list[str]) -> None:
    existing = [record("a", "10.0.0.9", OURS), record("b", "10.0.0.1", OURS), record("c", "10.0.0.1", THEIRS)]
    plans = decide_removal(names, [BLOB], {BLOB: [*existing, record("d", "10.0.0.1", ANOTHER)]}, "me")
    assert [plan.name for plan in plans] == removed


def test_refusals_name_record_addresses_and_owner() -> None:
    with pytest.raises(RecoveryError) as caught:
        decide([A], [BLOB], {BLOB: [record("a", "10.0.0.2", THEIRS)]}, RULES)
    for words in (f"{BLOB}/A/a", "10.0.0.2", "10.0.0.1", "pe-other"):
        assert words in caught.value.message


def test_default_owner_depends_on_the_set_of_ids_only() -> None:
    assert default_owner([ENDPOINT, VAULT]) == default_owner([VAULT.upper(), ENDPOINT, VAULT])
    assert default_owner([ENDPOINT]) != default_owner([VAULT])


def zones(**records: list[JSON]) -> JSON:
    rows = [
        {"name": name, "resource_group": "rg-dns", "records": records.get(name.split(".")[1], [])}
        for name in ZONE_NAMES
    ]
    return {"private_dns_zones": rows}


FOURTEEN = [
    {"fqdn": f"n{number}.{zone.removeprefix('privatelink.')}", "ip_addresses": [f"10.1.1.{number}"]}
    for number, zone in enumerate([*ZONE_NAMES] * 5, start=4)
][:14]
NAMED: JSON = {"zones": BACKUP_ZONES, "names": FOURTEEN, "owner": "pe-backup"}


def test_writes_the_names(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(**zones())
    done = four_times(cloud, MODULE, **NAMED)
    assert done["counts"] == {"none": 0, "add": 14, "repair": 0, "orphan": 0, "remove": 0, "foreign": 0}
    assert done["drift"] is True
    document = cloud.document(f"{BLOB}/A/n5")
    assert document["properties"]["aRecords"] == [{"ipv4Address": "10.1.1.5"}]
    assert document["properties"]["ttl"] == 10
    assert document["properties"]["metadata"] == {"managed-by": "privatelink.recovery", "private-endpoint": "pe-backup"}


def test_nothing_to_change_costs_one_request_a_zone(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(**zones())
    cloud.run(MODULE, **NAMED)
    cloud.mark()
    again = cloud.run(MODULE, **NAMED)
    assert [entry["method"] for entry in cloud.requests()] == ["GET"] * 3
    assert again["counts"]["none"] == 14
    assert again["drift"] is False


def test_pages_are_read_to_the_end(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(**zones(), settings={"record_page_size": 2})
    cloud.run(MODULE, **NAMED)
    assert cloud.run(MODULE, **NAMED)["counts"]["none"] == 14


def test_repairs_its_own(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(**zones())
    cloud.run(MODULE, **NAMED)
    moved = [{**FOURTEEN[0], "ip_addresses": ["10.1.1.200"]}, *FOURTEEN[1:]]
    done = four_times(cloud, MODULE, **{**NAMED, "names": moved})
    assert done["counts"]["repair"] == 1
    assert done["diff"][0]["before"]["properties"]["aRecords"] == [{"ipv4Address": "10.1.1.4"}]


def test_orphans_are_reported_then_removed(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(**zones(blob=[{"name": "theirs", "ip_addresses": ["10.9.9.9"]}]))
    cloud.run(MODULE, **NAMED)
    fewer = {**NAMED, "names": FOURTEEN[:12]}
    reported = cloud.run(MODULE, **fewer)
    assert (reported["changed"], reported["drift"], reported["counts"]["orphan"]) == (False, True, 2)
    assert "2 records that are not wanted any more; they were left" in reported["warnings"][0]
    done = four_times(cloud, MODULE, **fewer, remove_orphans=True)
    assert done["counts"]["remove"] == 2
    assert cloud.exists(f"{BLOB}/A/theirs")


def test_foreign_records(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(
        **zones(
            blob=[
                {"name": "n5", "ip_addresses": ["10.1.1.5"], "metadata": THEIRS},
                {"name": "n8", "ip_addresses": ["10.9.9.9"], "metadata": THEIRS},
            ]
        )
    )
    refused = cloud.run(MODULE, **NAMED)
    assert refused["failed"]
    assert f"{BLOB}/A/n8" in refused["msg"]
    assert f"{BLOB}/A/n5" not in refused["msg"]
    assert cloud.writes() == []
    done = four_times(cloud, MODULE, **NAMED, accept_overwrite=True)
    assert (done["counts"]["foreign"], done["counts"]["repair"], done["counts"]["add"]) == (1, 1, 12)
    assert cloud.document(f"{BLOB}/A/n5")["properties"]["metadata"] == THEIRS


def with_endpoint() -> JSON:
    place = {"resource_group": "rg-backup", "virtual_network": "vnet-app", "subnet": "endpoints", "target": VAULT}
    return {
        **zones(),
        "vaults": [{"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"}],
        "private_endpoints": [{"name": "pe-backup", **place}],
    }


FROM_ENDPOINT: JSON = {"zones": BACKUP_ZONES, "private_endpoints": [ENDPOINT]}


def test_follows_the_inventory_of_an_endpoint(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(**with_endpoint())
    assert four_times(cloud, MODULE, **FROM_ENDPOINT)["counts"]["add"] == 2
    cloud.event("machine_registered", vault=VAULT, machine="sql01")
    grown = four_times(cloud, MODULE, **FROM_ENDPOINT)
    assert grown["counts"]["add"] > 0
    assert grown["counts"]["none"] == 2
    assert {item["zone"] for item in grown["records"]} == {*ZONE_NAMES}
    (queue,) = [item for item in grown["records"] if item["zone"].startswith("privatelink.queue.")][:1]
    zone_id = next(zone for zone in FROM_ENDPOINT["zones"] if zone.endswith(queue["zone"]))
    record = cloud.document(f"{zone_id}/A/{queue['name']}")
    assert [row["ipv4Address"] for row in record["properties"]["aRecords"]] == queue["ip_addresses"]


def test_removes_its_own_without_the_endpoint(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(**with_endpoint())
    cloud.run(MODULE, **FROM_ENDPOINT)
    cloud.run(MODULE, **NAMED)
    cloud.mark()
    done = four_times(cloud, MODULE, **FROM_ENDPOINT, state="absent")
    assert done["counts"]["remove"] == 2
    assert not any("/privateEndpoints/" in entry["path"] for entry in cloud.requests())
    assert cloud.run(MODULE, **NAMED)["counts"]["none"] == 14


def test_removes_the_named_only(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(**zones())
    cloud.run(MODULE, **NAMED)
    done = four_times(cloud, MODULE, **{**NAMED, "names": FOURTEEN[:1]}, state="absent")
    assert [item["name"] for item in done["records"]] == ["n4"]
    assert four_times(cloud, MODULE, zones=BACKUP_ZONES, owner="pe-backup", state="absent")["counts"]["remove"] == 13


@pytest.mark.parametrize("given", [{"names": []}, {"private_endpoints": []}, {"names": [], "private_endpoints": []}])
def test_a_list_given_empty_removes_nothing(make_cloud: MakeCloud, given: JSON) -> None:
    cloud = make_cloud(**zones())
    cloud.run(MODULE, **NAMED)
    cloud.mark()
    for check_mode in (True, False):
        done = cloud.run(MODULE, check_mode=check_mode, zones=BACKUP_ZONES, owner="pe-backup", state="absent", **given)
        assert (done["changed"], done["records"], cloud.writes()) == (False, [], [])
    assert cloud.run(MODULE, **NAMED)["counts"]["none"] == 14


def test_a_missing_zone(cloud: Cloud) -> None:
    assert "does not exist" in cloud.run(MODULE, **NAMED)["msg"]
    planned = cloud.run(MODULE, check_mode=True, **NAMED)
    assert planned["counts"]["add"] == 14
    assert len(planned["warnings"]) == 3
    assert cloud.run(MODULE, **NAMED, state="absent")["changed"] is False
    assert cloud.writes() == []


def test_a_missing_endpoint(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(**zones())
    assert f"{ENDPOINT} does not exist" in cloud.run(MODULE, **FROM_ENDPOINT)["msg"]
    planned = cloud.run(MODULE, check_mode=True, **FROM_ENDPOINT)
    assert planned["changed"] is True
    assert "does not exist yet" in planned["warnings"][0]


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_an_endpoint_that_publishes_nothing_yet(make_cloud: MakeCloud, status: str) -> None:
    world = with_endpoint()
    world["private_endpoints"][0]["status"] = status
    cloud = make_cloud(**world)
    refused = cloud.run(MODULE, **FROM_ENDPOINT)
    assert refused["failed"] and "Approve its connection first" in refused["msg"]
    planned = cloud.run(MODULE, check_mode=True, **FROM_ENDPOINT)
    if status == "Pending":
        assert planned["changed"] is True
        assert "unless its connection is approved before" in planned["warnings"][0]
    else:
        # That is final, so no earlier task can approve it.
        assert planned["failed"] and planned["msg"] == refused["msg"]
    assert cloud.writes() == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"zones": []}, "zones is empty"),
        ({"zones": [BLOB, BLOB.replace("rg-dns", "rg-dns-hub")]}, "several zones named"),
        ({"zones": [ENDPOINT]}, "zones must be the id of"),
        ({"private_endpoints": [BLOB]}, "private_endpoints must be the id of"),
        ({"owner": None}, "owner is needed"),
        ({"time_to_live": 0}, "time_to_live"),
        ({"names": [{"fqdn": "a.blob.core.windows.net", "ip_addresses": ["10.0.0.300"]}]}, "not an IPv4 address"),
        ({"names": [{"fqdn": "a.blob.core.windows.net", "ip_addresses": []}]}, "has no addresses"),
    ],
)
def test_input_is_judged_before_any_request(cloud: Cloud, options: JSON, words: str) -> None:
    result = cloud.run(MODULE, **{**NAMED, **options})
    assert result["failed"]
    assert words in result["msg"]
    assert cloud.requests() == []


def test_a_name_without_a_zone_fails_before_writing(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(**zones())
    result = cloud.run(MODULE, **{**NAMED, "zones": BACKUP_ZONES[:2]})
    assert result["failed"]
    assert FOURTEEN[2]["fqdn"] in result["msg"]
    assert FOURTEEN[0]["fqdn"] not in result["msg"]
    assert cloud.writes() == []


def test_a_failure_in_the_middle_says_what_was_done_and_the_next_run_resumes(make_cloud: MakeCloud) -> None:
    cloud = make_cloud(**zones())
    fault = {
        "match": {"method": "PUT", "path": "/A/n6$"},
        "nth": 1,
        "action": {"status": 403, "code": "Denied", "message": "no"},
    }
    cloud.arm.answer(Request.parse("POST", "https://127.0.0.1/emulator/faults", {}, json.dumps(fault).encode()))
    result = cloud.run(MODULE, **NAMED)
    assert result["failed"]
    assert result["changed"] is True
    assert result["status"] == 403
    assert result["done"] == [f"add {BACKUP_ZONES[0]}/A/n4", f"add {BLOB}/A/n5"]
    assert result["left"][0] == f"add {BACKUP_ZONES[2]}/A/n6"
    assert len(result["left"]) == 12
    assert cloud.run(MODULE, **NAMED)["counts"] == {
        "none": 2,
        "add": 12,
        "repair": 0,
        "orphan": 0,
        "remove": 0,
        "foreign": 0,
    }


def test_a_record_that_came_to_be_in_the_meantime_is_not_overwritten(
    make_cloud: MakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = make_cloud(**zones(blob=[{"name": "n5", "ip_addresses": ["10.9.9.9"]}]))
    monkeypatch.setattr(dns_records, "a_records", lambda azure, zone: [])
    result = cloud.run(MODULE, zones=[BLOB], names=FOURTEEN[1:2], owner="me")
    assert result["failed"] and "have other addresses" in result["msg"] and "10.9.9.9" in result["msg"]
    assert cloud.document(f"{BLOB}/A/n5")["properties"]["aRecords"] == [{"ipv4Address": "10.9.9.9"}]


@pytest.mark.parametrize(("which", "count"), [("only", 2), ("also", 10)])
def test_storage_endpoints_beside_one_are_written_too(which: str, count: int, make_cloud: MakeCloud) -> None:
    """Those that a classic vault's identity has made; ``only`` leaves the names of the endpoint itself to somebody else."""
    identity = "77777777-7777-4777-8777-777777777777"
    cloud = make_cloud(
        vaults=[
            {
                "name": "vault-backup",
                "resource_group": "rg-backup",
                "identity": "SystemAssigned",
                "principal_id": identity,
                "backup_experience": "v1",
            }
        ],
        private_endpoints=[
            {
                "name": "pe-backup",
                "resource_group": "rg-backup",
                "virtual_network": "vnet-app",
                "subnet": "endpoints",
                "target": VAULT,
            }
        ],
        private_dns_zones=[{"name": name, "resource_group": "rg-dns"} for name in ZONE_NAMES],
        role_assignments=[
            {
                "scope": ENDPOINT.partition("/resourceGroups/")[0],
                "role": "Network Contributor",
                "principal_id": identity,
            }
        ],
    )
    options: JSON = {"zones": BACKUP_ZONES, "private_endpoints": [ENDPOINT], "storage_endpoints": which}
    assert cloud.event("machine_registered", vault="vault-backup", machine="sql01")["succeeded"]
    done = four_times(cloud, MODULE, **options)
    assert done["counts"]["add"] == count
    assert done["owner"] == default_owner([ENDPOINT])
    storage = [row["fqdn"] for row in done["records"] if "core.windows.net" in row["fqdn"]]
    assert len(storage) == 2
    assert (
        cloud.run(MODULE, zones=BACKUP_ZONES, private_endpoints=[ENDPOINT], state="absent")["counts"]["remove"] == count
    )
