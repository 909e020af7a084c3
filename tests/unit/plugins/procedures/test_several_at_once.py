"""Endpoints, connections and zone groups of one task: asked side by side, judged before the first write, begun together."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone_group import MODULE as GROUPS_MODULE
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint import MODULE as ENDPOINTS
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint_connection import MODULE as CONNECTIONS

from ...conftest import BACKUP_ZONES, ENDPOINT, SUBNET, SUBSCRIPTION, VAULT, Cloud, four_times
from ...stories.support import HUB_SUBNET, LOST, fault
from ...stories.waits import Waits

JSON = dict[str, t.Any]
MakeCloud = t.Callable[..., Cloud]
HUB = ENDPOINT.replace("pe-backup", "pe-hub")
HUB_ZONES = [zone.replace("/rg-dns/", "/rg-dns-hub/") for zone in BACKUP_ZONES]
SECOND_VAULT = VAULT.replace("vault-backup", "vault-second")


def row(name: str, subnet: str, target: str, **more: t.Any) -> JSON:
    return {
        "resource_group": "rg-backup",
        "name": name,
        "subnet": subnet,
        "target": target,
        "sub_resource": "AzureBackup",
        **more,
    }


#: One that Azure approves, and one that its owner has to.
ROWS = [row("pe-backup", SUBNET, VAULT), row("pe-hub", HUB_SUBNET, SECOND_VAULT, manual=True, request_message="4711")]
PAIRS = [
    {"target": VAULT, "private_endpoint": ENDPOINT},
    {"target": SECOND_VAULT, "private_endpoint": HUB, "manual": True},
]
#: Two endpoints of two vaults, whose names are two different ones of the same zones.
WANTED = [{"private_endpoint": ENDPOINT, "zones": BACKUP_ZONES}, {"private_endpoint": HUB, "zones": BACKUP_ZONES}]


@pytest.fixture
def vaults(make_cloud: MakeCloud) -> Cloud:
    return make_cloud(**world())


def world(*targets: str) -> JSON:
    """Two vaults and zones; with ``targets`` an endpoint to each."""
    zones = [zone.rsplit("/", 1)[-1] for zone in BACKUP_ZONES]
    return {
        "vaults": [
            {"name": name, "resource_group": "rg-backup", "location": "westeurope"}
            for name in ("vault-backup", "vault-second")
        ],
        "private_dns_zones": [
            {"name": zone, "resource_group": group} for zone in zones for group in ("rg-dns", "rg-dns-hub")
        ],
        "private_endpoints": [
            {"name": name, "resource_group": "rg-backup", "virtual_network": "vnet-app", "subnet": "endpoints", "target": target}
            for name, target in zip(("pe-backup", "pe-hub"), targets)
        ],
    }  # fmt: skip


def order(cloud: Cloud) -> list[str]:
    """What was written, by the last part of its id."""
    return [write.rsplit("/", 1)[-1] for write in cloud.writes()]


def test_endpoints_are_made_in_their_order_and_say_which_wait(vaults: Cloud) -> None:
    done = four_times(vaults, ENDPOINTS, endpoints=ROWS)
    assert [one["id"] for one in done["endpoints"]] == [ENDPOINT, HUB]
    assert (done["ready"], done["pending"]) == (True, [HUB])
    assert [len(one["names"]) > 0 for one in done["endpoints"]] == [True, False]
    assert vaults.run(ENDPOINTS, endpoints=[])["endpoints"] == []


def test_all_are_begun_before_one_is_waited_for(make_cloud: MakeCloud) -> None:
    cloud = make_cloud("realistic", **world())
    begun = cloud.run(ENDPOINTS, endpoints=ROWS, wait=False)
    assert (begun["ready"], begun["changed"], order(cloud)) == (False, True, ["pe-backup", "pe-hub"])
    cloud.mark()
    done = cloud.run(ENDPOINTS, endpoints=ROWS)
    assert (done["ready"], done["changed"], cloud.writes()) == (True, False, [])


def test_what_was_asked_together_is_one_wait(vaults: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    vaults.run(ENDPOINTS, endpoints=ROWS)
    vaults.run(CONNECTIONS, connections=PAIRS)
    vaults.run(GROUPS_MODULE, groups=WANTED)
    for module, options, waits in (
        (ENDPOINTS, {"endpoints": ROWS}, 2),
        (CONNECTIONS, {"connections": PAIRS}, 1),
        (GROUPS_MODULE, {"groups": WANTED}, 2),
    ):
        with monkeypatch.context() as patch:
            counted = Waits(patch)
            assert vaults.run(module, **options)["changed"] is False
            assert counted.in_a_row - counted.signing_in == waits, module


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([*ROWS, ROWS[0]], "one endpoint twice"),
        ([ROWS[0], {**ROWS[1], "sub_resource": "blob"}], "is none of a"),
        ([ROWS[0], {**ROWS[1], "subscription_id": "99999999-9999-4999-8999-999999999999"}], "in the subscription of"),
    ],
)
def test_one_wrong_endpoint_keeps_all_from_being_written(vaults: Cloud, rows: list[JSON], words: str) -> None:
    vaults.mark()
    result = vaults.run(ENDPOINTS, endpoints=rows)
    assert result["failed"] and words in result["msg"]
    assert vaults.requests() == []


def test_one_that_cannot_be_changed_keeps_the_others_from_being_written(vaults: Cloud) -> None:
    vaults.run(ENDPOINTS, endpoints=ROWS[1:])
    vaults.mark()
    result = vaults.run(ENDPOINTS, endpoints=[ROWS[0], {**ROWS[1], "manual": False}])
    assert result["failed"] and "manual" in result["msg"] and vaults.writes() == []


@pytest.mark.parametrize(("module", "options"), [(ENDPOINTS, {"endpoints": ROWS}), (GROUPS_MODULE, {"groups": WANTED})])
def test_several_are_not_removed_at_once(vaults: Cloud, module: t.Any, options: JSON) -> None:
    vaults.mark()
    result = vaults.run(module, **options, state="absent")
    assert result["failed"] and "made, not removed" in result["msg"] and vaults.requests() == []


def test_a_failure_says_what_was_done_and_what_was_left(vaults: Cloud) -> None:
    fault(vaults, {"status": 400, "code": "Bad", "message": "No."}, method="PUT", path="/privateEndpoints/pe-hub")
    result = vaults.run(ENDPOINTS, endpoints=ROWS)
    assert result["failed"] and result["changed"]
    assert f"Done before that: create {ENDPOINT}." in result["msg"] and f"create {HUB}" in result["msg"]
    assert vaults.run(ENDPOINTS, endpoints=ROWS)["ready"]


def test_one_that_ends_badly_is_named(vaults: Cloud) -> None:
    fault(vaults, LOST, nth="every", times=0, method="PUT", path="/privateEndpoints/pe-hub")
    result = vaults.run(ENDPOINTS, endpoints=ROWS)
    assert result["failed"] and HUB in result["msg"] and result["done"] == [f"create {ENDPOINT}", f"create {HUB}"]


def test_connections_are_approved_on_both_sides(vaults: Cloud) -> None:
    foreseen = vaults.run(CONNECTIONS, check_mode=True, connections=PAIRS[1:])
    assert foreseen["changed"]
    vaults.run(ENDPOINTS, endpoints=ROWS)
    done = four_times(vaults, CONNECTIONS, connections=PAIRS)
    assert [one["status"] for one in done["connections"]] == ["Approved", "Approved"]
    assert [one["changed"] for one in done["connections"]] == [False, True]


def test_a_connection_that_is_final_keeps_all_from_being_written(vaults: Cloud) -> None:
    vaults.run(ENDPOINTS, endpoints=[{**one, "manual": True} for one in ROWS])
    vaults.run(CONNECTIONS, **PAIRS[1], state="rejected")
    vaults.mark()
    result = vaults.run(CONNECTIONS, connections=PAIRS)
    assert result["failed"] and HUB in result["msg"] and vaults.writes() == []


def test_groups_are_begun_together_and_hold_every_name(make_cloud: MakeCloud) -> None:
    cloud = make_cloud("realistic", **world(VAULT, SECOND_VAULT))
    predicted = cloud.run(GROUPS_MODULE, check_mode=True, groups=WANTED)
    cloud.mark()
    done = cloud.run(GROUPS_MODULE, groups=WANTED)
    assert done["diff"] == predicted["diff"] and [len(one["record_sets"]) for one in done["groups"]] == [2, 2]
    requests = cloud.requests()
    first, second = (number for number, one in enumerate(requests) if one["method"] == "PUT")
    assert second == first + 1
    # Right before, both are read once more, to write over nothing that came to be meanwhile.
    read = {one["path"] for one in requests[:first] if one["method"] == "GET" and one["status"] == 404}
    assert read == {requests[first]["path"], requests[second]["path"]}
    cloud.mark()
    again = cloud.run(GROUPS_MODULE, groups=WANTED)
    assert (again["changed"], again["groups"], cloud.writes()) == (
        False,
        [{**one, "changed": False} for one in done["groups"]],
        [],
    )


def test_a_group_takes_no_record_of_one_that_is_made_with_it(make_cloud: MakeCloud) -> None:
    """Two endpoints of one vault publish the same names."""
    cloud = make_cloud(**world(VAULT, VAULT))
    result = cloud.run(GROUPS_MODULE, groups=WANTED)
    assert result["failed"] and "lead to another endpoint" in result["msg"] and "pe-backup" in result["msg"]
    assert cloud.writes() == []
    apart = [WANTED[0], {**WANTED[1], "zones": HUB_ZONES}]
    assert cloud.run(GROUPS_MODULE, groups=apart)["changed"]
    accepted = make_cloud(**world(VAULT, VAULT)).run(GROUPS_MODULE, groups=WANTED, accept_zone_overwrite=True)
    assert [item["new_ip_addresses"] for item in accepted["overwritten"]] != []


def test_the_group_of_a_pending_endpoint_is_left_out(vaults: Cloud) -> None:
    vaults.run(ENDPOINTS, endpoints=ROWS)
    refused = vaults.run(GROUPS_MODULE, groups=WANTED)
    assert refused["failed"] and "is Pending" in refused["msg"]
    vaults.mark()
    done = vaults.run(GROUPS_MODULE, groups=WANTED, pending=[HUB.upper()])
    assert [one["id"] for one in done["groups"]] == [f"{ENDPOINT}/privateDnsZoneGroups/default"]
    assert len(vaults.writes()) == 1 and SUBSCRIPTION in vaults.writes()[0]
