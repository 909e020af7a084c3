"""The ``private_dns_zone`` module, and the readings and decisions behind it."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator import in_process
from ansible_collections.privatelink.recovery.extensions.emulator.arm import Proceed
from ansible_collections.privatelink.recovery.extensions.emulator.wire import Request, Response
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.record_decisions import default_owner
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.zones import (
    Conflict,
    link_name,
    overlapping,
    read_zones,
)
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_records import MODULE as RECORDS
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone import MODULE

from ...conftest import BACKUP_ZONES, ENDPOINT, NETWORK, SUBSCRIPTION, Cloud, four_times
from ...stories.support import LOST, fault

JSON = dict[str, t.Any]
HUB = NETWORK.replace("vnet-app", "vnet-hub")
NAMES = [zone.rsplit("/", 1)[-1] for zone in BACKUP_ZONES]
ROWS = [{"name": name, "resource_group": "rg-dns"} for name in NAMES]
BLOB = BACKUP_ZONES[1]
BLOB_ROW = [ROWS[1]]
OTHER_BLOB = BLOB.replace("rg-dns/", "rg-dns-hub/")
OTHER_BLOB_ROW = [{"name": NAMES[1], "resource_group": "rg-dns-hub"}]
PUBLIC_ROW = [{"name": "corp.example", "resource_group": "rg-dns"}]
TAG = {"managed-by": "privatelink.recovery"}


def foreign_world(**link: t.Any) -> JSON:
    """A blob zone with a link that someone else made."""
    zone = {
        "name": NAMES[1],
        "resource_group": "rg-dns",
        "virtual_network_links": [{"name": "theirs", "virtual_network": "vnet-app", **link}],
    }
    return {"private_dns_zones": [zone]}


def existing(zone_id: str, *networks: str) -> JSON:
    links = [{"id": f"{zone_id}/l{i}", "properties": {"virtualNetwork": {"id": n}}} for i, n in enumerate(networks)]
    return {"id": zone_id, "links": links}


@pytest.mark.parametrize(
    ("planned", "networks", "zones", "expected"),
    [
        ([BLOB], [NETWORK], [], []),
        ([BLOB], [NETWORK], [existing(BLOB.upper(), NETWORK)], []),
        ([BLOB], [NETWORK], [existing(OTHER_BLOB, HUB)], []),
        ([BLOB], [NETWORK], [existing(BACKUP_ZONES[2], NETWORK)], []),
        ([BLOB], [NETWORK], [existing(OTHER_BLOB, HUB, NETWORK.upper())], [(NETWORK, BLOB, OTHER_BLOB, f"{OTHER_BLOB}/l1")]),
        ([BLOB, OTHER_BLOB], [NETWORK], [], [(NETWORK, OTHER_BLOB, BLOB, "")]),
        ([BLOB, BLOB.upper()], [NETWORK], [], []),
    ],
    ids=["none", "same zone", "other network", "other name", "linked elsewhere", "two planned", "planned twice"],
)  # fmt: skip
def test_overlapping(
    planned: list[str], networks: list[str], zones: list[JSON], expected: list[tuple[str, ...]]
) -> None:
    assert overlapping(planned, networks, zones) == [Conflict(*row) for row in expected]


def test_link_names_differ_by_network_id_not_by_case() -> None:
    assert link_name(NETWORK) == link_name(NETWORK.upper().replace("VNET-APP", "vnet-app"))
    assert link_name(NETWORK) != link_name(NETWORK.replace("rg-network", "rg-other"))
    assert link_name(NETWORK).startswith("vnet-app-")


def test_creates_zones_and_links(cloud: Cloud) -> None:
    done = four_times(cloud, MODULE, zones=ROWS, virtual_networks=[NETWORK, HUB], tags={"team": "dns"})
    for zone in BACKUP_ZONES:
        assert cloud.document(zone)["tags"] == {"team": "dns", **TAG}
        link = cloud.document(f"{zone}/virtualNetworkLinks/{link_name(HUB)}")
        assert link["properties"]["registrationEnabled"] is False
        assert link["tags"] == {"team": "dns", **TAG}
    assert [zone["id"] for zone in done["zones"]] == BACKUP_ZONES
    assert [link["state"] for link in done["links"]] == ["Completed"] * 6
    assert len(done["diff"]) == 9


def test_check_mode_names_the_links_to_come(cloud: Cloud) -> None:
    planned = cloud.run(MODULE, check_mode=True, zones=BLOB_ROW, virtual_networks=[NETWORK])
    done = cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK])
    assert [link["id"] for link in planned["links"]] == [link["id"] for link in done["links"]]
    assert planned["links"][0]["state"] == "Missing"


def test_a_list_takes_as_long_as_its_longest_chain(make_cloud: t.Callable[..., Cloud]) -> None:
    one, all_three = make_cloud("realistic"), make_cloud("realistic")
    started = one.arm.clock.now()
    one.run(MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK])
    single = one.arm.clock.now() - started
    started = all_three.arm.clock.now()
    all_three.run(MODULE, zones=ROWS, virtual_networks=[NETWORK, HUB])
    assert single > 60
    assert all_three.arm.clock.now() - started < single * 1.3


def test_a_zone_may_have_networks_of_its_own(make_cloud: t.Callable[..., Cloud]) -> None:
    rows = [{**ROWS[0], "virtual_networks": [HUB]}, ROWS[1], {**ROWS[2], "virtual_networks": []}]
    cloud = make_cloud()
    done = four_times(cloud, MODULE, zones=rows, virtual_networks=[NETWORK])
    shown = [(link["zone"], link["virtual_network"]) for link in done["links"]]
    assert shown == [(done["zones"][0]["id"], HUB), (done["zones"][1]["id"], NETWORK)]
    gone = cloud.run(MODULE, zones=rows, virtual_networks=[NETWORK], state="absent")
    assert gone["changed"] and gone["links"] == []
    assert [item["id"] for item in gone["left"]] == [done["zones"][2]["id"]]
    side_by_side, one = make_cloud("realistic"), make_cloud("realistic")
    side_by_side.run(MODULE, zones=rows, virtual_networks=[NETWORK])
    started = one.arm.clock.now()
    one.run(MODULE, zones=rows[:1])
    assert side_by_side.arm.clock.now() - started < (one.arm.clock.now() - started) * 1.3


def test_unchanged_costs_two_requests_a_zone(cloud: Cloud) -> None:
    cloud.run(MODULE, zones=ROWS, virtual_networks=[NETWORK])
    cloud.mark()
    cloud.run(MODULE, zones=ROWS, virtual_networks=[NETWORK])
    assert len(cloud.requests()) == 6


def test_a_link_is_known_by_its_network(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(**foreign_world())
    done = cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK.upper()], tags={"a": "b"})
    assert done["changed"] is False
    assert cloud.writes() == []
    assert done["links"][0]["id"] == f"{BLOB}/virtualNetworkLinks/theirs"


def test_policy_of_an_existing_link_is_changed(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(**foreign_world())
    done = four_times(cloud, MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK], resolution_policy="NxDomainRedirect")
    link = cloud.document(f"{BLOB}/virtualNetworkLinks/theirs")
    assert link["properties"]["resolutionPolicy"] == "NxDomainRedirect"
    assert done["diff"][0]["before"]["properties"]["resolutionPolicy"] == "Default"


def test_tags_are_added_to_what_is_ours(cloud: Cloud) -> None:
    cloud.run(MODULE, zones=BLOB_ROW, tags={"a": "1"})
    four_times(cloud, MODULE, zones=BLOB_ROW, tags={"b": "2"})
    assert cloud.document(BLOB)["tags"] == {"a": "1", "b": "2", **TAG}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"zones": []}, "zones is empty"),
        ({"virtual_networks": [BLOB]}, "virtual_networks must be the id of"),
        ({"virtual_networks": [NETWORK, HUB], "link_name": "one"}, "link_name"),
        ({"tags": {"Managed-By": "me"}}, "managed-by"),
        ({"tags": {"owner:team": "me"}}, "private DNS leaves out"),
        ({"tags": {f"t{number}": "" for number in range(15)}}, "keeps at most 14 of them"),
        ({"zones": PUBLIC_ROW, "resolution_policy": "NxDomainRedirect"}, "privatelink zones only"),
    ],
)
def test_input_is_judged_before_any_request(cloud: Cloud, options: JSON, words: str) -> None:
    result = cloud.run(MODULE, **{"zones": BLOB_ROW, **options})
    assert result.get("failed")
    assert words in result["msg"]
    assert cloud.requests() == []


def test_a_network_of_another_zone_of_that_name_is_explained(cloud: Cloud) -> None:
    cloud.run(MODULE, zones=OTHER_BLOB_ROW, virtual_networks=[NETWORK])
    result = cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK])
    assert result.get("failed")
    for words in (NETWORK, f"{BLOB},", OTHER_BLOB, "Use the zone the network is linked to"):
        assert words in result["msg"]
    assert result["changed"] is True
    assert result["done"] == [f"create zone {BLOB}"]
    assert result["left"] == [f"create link {BLOB}/virtualNetworkLinks/{link_name(NETWORK)}"]


def test_what_is_refused_for_one_zone_is_refused_before_any_is_written(cloud: Cloud) -> None:
    cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[HUB], link_name="taken")
    cloud.mark()
    for check_mode in (True, False):
        result = cloud.run(MODULE, check_mode=check_mode, zones=ROWS, virtual_networks=[NETWORK], link_name="taken")
        assert "a link cannot be moved" in result["msg"]
        assert (result["changed"], cloud.writes()) == (False, [])


def test_a_link_that_somebody_makes_in_the_meantime_is_refused_with_what_was_done(cloud: Cloud) -> None:
    """The zone comes to be, with a link of the wanted name, after it was read and before it is written."""
    other = cloud.task().azure
    real = cloud.arm.answer

    def answer(request: t.Any) -> t.Any:
        if request.method == "PUT" and request.path == BLOB and not cloud.exists(BLOB):
            cloud.arm.answer = real  # type: ignore[method-assign]
            other.put(BLOB, "2024-06-01", {"location": "global"})
            network = {
                "properties": {"virtualNetwork": {"id": HUB}, "registrationEnabled": False},
                "location": "global",
            }
            other.put(f"{BLOB}/virtualNetworkLinks/taken", "2024-06-01", network)
        return real(request)

    cloud.arm.answer = answer  # type: ignore[method-assign]
    result = cloud.run(MODULE, zones=ROWS[:2], virtual_networks=[NETWORK], link_name="taken")
    assert "a link cannot be moved" in result["msg"]
    assert result["changed"] is True
    assert result["done"][0] == f"create zone {BACKUP_ZONES[0]}"


def test_a_taken_link_name_is_refused(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(**foreign_world())
    result = cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[HUB], link_name="Theirs")
    assert result.get("failed")
    assert "has a link named Theirs already" in result["msg"]
    assert cloud.writes() == []


def before_the_first_write(cloud: Cloud, path: str, body: JSON) -> None:
    """Someone else is quicker: a PUT of theirs is done when ours of the same path comes in."""
    headers = {"Authorization": f"Bearer {in_process.token(cloud.arm)}", "Content-Type": "application/json"}
    theirs = Request.parse(
        "PUT", f"{in_process.BASE_URL}{path}?api-version=2024-06-01", headers, json.dumps(body).encode()
    )

    def race(request: Request, entry: JSON, proceed: Proceed) -> Response:
        if request.method == "PUT" and request.path == path and race in cloud.arm.around:
            cloud.arm.around.remove(race)
            assert cloud.arm.answer(theirs).status == 202
            cloud.arm.clock.advance(60)
            cloud.arm.scheduler.settle()
        return proceed(request, entry)

    cloud.arm.around.append(race)


def refused(cloud: Cloud) -> list[str]:
    """What operations ended with, in a minute at most, that found the resource there already."""
    cloud.arm.clock.advance(60)
    cloud.arm.scheduler.settle()
    errors = [operation.error for operation in cloud.arm.operations.all() if operation.error]
    return [error["message"] for error in errors if error["code"] == "PreconditionFailed"]


@pytest.mark.parametrize("latency", ["instant", "realistic"])
@pytest.mark.parametrize("networks", [[], [NETWORK]])
def test_a_zone_that_came_to_be_in_the_meantime_is_taken(
    make_cloud: t.Callable[..., Cloud], latency: str, networks: list[str]
) -> None:
    cloud = make_cloud(latency)
    before_the_first_write(cloud, BLOB, {"location": "global", "tags": {"owner": "them"}})
    done = cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=networks, tags={"team": "dns"})
    assert not done.get("failed"), done
    assert done["changed"] is bool(networks)
    assert [
        diff["before_header"] for diff in done["diff"] if "/virtualNetworkLinks/" not in diff["before_header"]
    ] == []
    assert cloud.document(BLOB)["tags"] == {"owner": "them"}
    assert [link["state"] for link in done["links"]] == ["Completed"] * len(networks)
    assert refused(cloud) == [f"The Zone {NAMES[1]} exists already and hence cannot be created again."]


def test_a_zone_another_run_of_ours_made_in_the_meantime_gets_the_tags(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud("realistic")
    before_the_first_write(cloud, BLOB, {"location": "global", "tags": {"run": "other", **TAG}})
    done = cloud.run(MODULE, zones=BLOB_ROW, tags={"team": "dns"})
    assert done["changed"] is True
    assert done["diff"][0]["before"] == {"tags": {"run": "other", **TAG}}
    assert cloud.document(BLOB)["tags"] == {"run": "other", "team": "dns", **TAG}


@pytest.mark.parametrize("latency", ["instant", "realistic"])
def test_a_link_that_came_to_be_in_the_meantime_is_taken(make_cloud: t.Callable[..., Cloud], latency: str) -> None:
    cloud = make_cloud(latency, private_dns_zones=[{"name": NAMES[1], "resource_group": "rg-dns"}])
    path = f"{BLOB}/virtualNetworkLinks/{link_name(NETWORK)}"
    properties = {"virtualNetwork": {"id": NETWORK}, "registrationEnabled": False}
    before_the_first_write(cloud, path, {"location": "global", "tags": {"owner": "them"}, "properties": properties})
    done = cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK])
    assert not done.get("failed"), done
    assert done["changed"] is False
    assert [link["id"] for link in done["links"]] == [path]
    assert cloud.document(path)["tags"] == {"owner": "them"}
    assert len(refused(cloud)) == 1


def test_a_link_name_that_was_taken_in_the_meantime_is_refused(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud("realistic", private_dns_zones=[{"name": NAMES[1], "resource_group": "rg-dns"}])
    path = f"{BLOB}/virtualNetworkLinks/mine"
    before_the_first_write(cloud, path, {"location": "global", "properties": {"virtualNetwork": {"id": HUB}}})
    result = cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK], link_name="mine")
    assert result.get("failed")
    assert "has a link named mine already" in result["msg"]
    assert cloud.document(path)["properties"]["virtualNetwork"]["id"] == HUB


def test_what_policies_add_to_a_new_zone_does_not_make_it_theirs(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud("realistic")
    before_the_first_write(cloud, BLOB, {"location": "global", "tags": {"cost": "1", **TAG}})
    done = cloud.run(MODULE, zones=BLOB_ROW)
    assert done["changed"] is True
    assert cloud.document(BLOB)["tags"] == {"cost": "1", **TAG}


def test_a_zone_that_is_still_being_made_is_waited_for(make_cloud: t.Callable[..., Cloud]) -> None:
    """It does not show itself yet, and Azure refuses a second operation on it."""
    cloud = make_cloud("realistic")
    started = cloud.run(MODULE, zones=BLOB_ROW, wait=False)
    assert started["changed"] and not cloud.exists(BLOB)
    done = cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK])
    assert not done.get("failed"), done
    assert 409 in [entry["status"] for entry in cloud.arm.log]
    assert cloud.document(BLOB)["tags"] == TAG
    assert [link["state"] for link in done["links"]] == ["Completed"]


def test_a_creation_that_fails_late_says_why_or_succeeds_when_repeated(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud()
    fault(cloud, LOST, method="PUT", path=BLOB)
    done = cloud.run(MODULE, zones=BLOB_ROW)
    assert not done.get("failed"), done
    assert cloud.exists(BLOB)
    assert len([entry for entry in cloud.writes() if entry.startswith("PUT")]) == 2


def test_a_link_that_ended_as_failed_is_written_again(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud()
    fault(cloud, LOST, method="PUT", path="/virtualNetworkLinks/")
    first = cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK])
    assert first["failed"] and "Failed" in first["msg"] and "/virtualNetworkLinks/" in first["msg"]
    done = four_times(cloud, MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK])
    (diff,) = done["diff"]
    assert diff["before"]["properties"]["provisioningState"] == "Failed"
    assert [link["state"] for link in done["links"]] == ["Completed"]


@pytest.mark.parametrize("status", [401, 403, 500])
def test_an_error_on_reading_never_writes(cloud: Cloud, status: int) -> None:
    fault(cloud, {"status": status, "code": "Nope"}, times=100, path="/privateDnsZones/")
    result = cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK])
    assert result.get("failed")
    assert result["status"] == status
    assert cloud.writes() == []


def test_without_waiting_zones_are_there_before_their_links(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud("realistic")
    started = cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK], wait=False)
    assert started["links"][0]["state"] == "InProgress"
    settled = cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK])
    assert settled["changed"] is False
    assert cloud.document(settled["links"][0]["id"])["properties"]["provisioningState"] == "Succeeded"


def test_purge_removes_our_other_links_only(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(**foreign_world())
    cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[HUB])
    done = four_times(cloud, MODULE, zones=BLOB_ROW, purge_links=True)
    assert not cloud.exists(f"{BLOB}/virtualNetworkLinks/{link_name(HUB)}")
    assert [item["id"] for item in done["left"]] == [f"{BLOB}/virtualNetworkLinks/theirs"]
    assert [link["virtual_network"] for link in done["links"]] == [NETWORK]


def test_removes_what_it_made(cloud: Cloud) -> None:
    cloud.run(MODULE, zones=ROWS, virtual_networks=[NETWORK, HUB])
    done = four_times(cloud, MODULE, zones=ROWS, state="absent")
    assert not any(cloud.exists(zone) for zone in BACKUP_ZONES)
    assert done["zones"] == done["links"] == done["left"] == []


def test_removes_links_to_the_named_networks_only(cloud: Cloud) -> None:
    cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK, HUB])
    done = four_times(cloud, MODULE, zones=BLOB_ROW, virtual_networks=[HUB], state="absent")
    assert [link["virtual_network"] for link in done["links"]] == [NETWORK]
    assert "still linked: vnet-app-" in done["left"][0]["reason"]


@pytest.mark.parametrize(
    ("rows", "shared"),
    [(BLOB_ROW, []), ([{**BLOB_ROW[0], "virtual_networks": []}], [NETWORK]), ([{**BLOB_ROW[0], "virtual_networks": []}], None)],
)  # fmt: skip
def test_a_list_given_empty_removes_nothing(cloud: Cloud, rows: list[JSON], shared: list[str] | None) -> None:
    cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK])
    cloud.run(MODULE, zones=OTHER_BLOB_ROW)
    cloud.mark()
    for check_mode in (True, False):
        done = cloud.run(
            MODULE, check_mode=check_mode, zones=[*rows, *OTHER_BLOB_ROW], virtual_networks=shared, state="absent"
        )
        assert done["links"][0]["virtual_network"] == NETWORK
        assert done["left"][0]["id"] == BLOB
        assert "given empty" in done["left"][0]["reason"]
        assert not any(BLOB in write for write in cloud.writes())
    assert cloud.exists(BLOB)


def test_leaves_zones_and_links_of_others(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(**foreign_world())
    done = cloud.run(MODULE, zones=BLOB_ROW, state="absent")
    assert done["changed"] is False
    assert cloud.writes() == []
    assert [item["id"] for item in done["left"]] == [f"{BLOB}/virtualNetworkLinks/theirs", BLOB]


def test_leaves_a_zone_that_holds_records(cloud: Cloud) -> None:
    cloud.run(MODULE, zones=BLOB_ROW)
    body = {"properties": {"ttl": 10, "aRecords": [{"ipv4Address": "10.0.0.1"}]}}
    cloud.connection.azure.put(f"{BLOB}/A/account", "2024-06-01", body)
    done = cloud.run(MODULE, zones=BLOB_ROW, state="absent")
    (left,) = done["left"]
    assert (left["id"], left["reason"]) == (BLOB, "it holds 1 record sets")
    assert "once they are removed, run the teardown again" in left["remedy"]
    assert cloud.exists(BLOB)


def test_a_zone_that_stays_for_its_records_keeps_its_links(cloud: Cloud) -> None:
    """Somebody's names resolve through them."""
    cloud.run(MODULE, zones=BLOB_ROW, virtual_networks=[NETWORK])
    body = {"properties": {"ttl": 10, "aRecords": [{"ipv4Address": "10.0.0.1"}]}}
    cloud.connection.azure.put(f"{BLOB}/A/account", "2024-06-01", body)
    cloud.mark()
    ways: list[tuple[bool, JSON]] = [(True, {}), (False, {}), (False, {"virtual_networks": [NETWORK]})]
    for check_mode, named in ways:
        done = cloud.run(MODULE, check_mode=check_mode, zones=BLOB_ROW, state="absent", **named)
        assert (done["changed"], cloud.writes()) == (False, [])
        assert {row["id"] for row in done["left"]} == {f"{BLOB}/virtualNetworkLinks/{link_name(NETWORK)}", BLOB}
        assert "names of others resolve through it" in " ".join(row["reason"] for row in done["left"])
    # Who knows better takes the network off.
    purged: JSON = {"virtual_networks": [], "purge_links": True}
    assert cloud.run(MODULE, zones=BLOB_ROW, **purged)["changed"]
    assert not cloud.exists(f"{BLOB}/virtualNetworkLinks/{link_name(NETWORK)}")


def test_check_mode_foresees_a_zone_whose_records_go_before(cloud: Cloud) -> None:
    cloud.run(MODULE, zones=BLOB_ROW)
    names = [{"fqdn": "account.blob.core.windows.net", "ip_addresses": ["10.0.0.1"]}]
    cloud.run(RECORDS, zones=[BLOB], names=names, owner=default_owner([ENDPOINT]))
    removing: JSON = {"zones": BLOB_ROW, "state": "absent", "endpoints_removed": [ENDPOINT]}
    foreseen = cloud.run(MODULE, check_mode=True, **removing)
    assert (foreseen["left"], foreseen["zones"]) == ([], [])
    # Only check mode goes by it: what is there stays.
    assert [row["id"] for row in cloud.run(MODULE, **removing)["left"]] == [BLOB]
    assert [row["id"] for row in cloud.run(MODULE, check_mode=True, zones=BLOB_ROW, state="absent")["left"]] == [BLOB]


def test_read_zones_gives_all_of_a_name_with_their_links(cloud: Cloud) -> None:
    cloud.run(MODULE, zones=[*ROWS, *OTHER_BLOB_ROW])
    cloud.run(MODULE, zones=OTHER_BLOB_ROW, virtual_networks=[NETWORK])
    cloud.mark()
    found = read_zones(cloud.connection.azure, SUBSCRIPTION, [NAMES[1].upper(), "privatelink.unknown.example"])
    assert len(cloud.requests()) == 3
    assert {zone["id"]: (zone["document"]["location"], len(zone["links"])) for zone in found} == {
        BLOB: ("global", 0),
        OTHER_BLOB: ("global", 1),
    }
    assert [conflict.existing_zone for conflict in overlapping([BLOB], [NETWORK], found)] == [OTHER_BLOB]


def test_zones_of_another_subscription_are_named_by_it(cloud: Cloud) -> None:
    other = "99999999-9999-4999-8999-999999999999"
    result = cloud.run(MODULE, check_mode=True, zones=[{**ROWS[1], "subscription_id": other}])
    assert result.get("failed")
    assert f"/subscriptions/{other}/resourceGroups/rg-dns" in result["msg"]
