"""Endpoints and zone groups, whose etags Azure is not known to compare: what others have done by the second reading stays."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone_group import MODULE as GROUPS_MODULE
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint import MODULE as ENDPOINTS

from ...conftest import BACKUP_ZONES, ENDPOINT, SUBNET, VAULT, ZONES, Cloud
from .meanwhile import Meanwhile, changing

MakeCloud = t.Callable[..., Cloud]
GROUP = f"{ENDPOINT}/privateDnsZoneGroups/default"
SECOND = ENDPOINT.replace("pe-backup", "pe-second")
THEIR_ZONE = f"{ZONES}/privatelink.example.com"
VAULT_ROW = {"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"}
PLACE = {"resource_group": "rg-backup", "virtual_network": "vnet-app", "subnet": "endpoints", "target": VAULT}
WANTED: JSON = {
    "name": "pe-backup",
    "resource_group": "rg-backup",
    "subnet": SUBNET,
    "target": VAULT,
    "sub_resource": "AzureBackup",
    "location": "westeurope",
}


def hidden(cloud: Cloud, path: str) -> t.Callable[[], None]:
    """Take a resource away for now; it is there again when the function is called, as if it had just been made."""
    resource = cloud.arm.store.get(path)
    cloud.arm.store.remove(path)
    cloud.mark()

    def act() -> None:
        cloud.arm.store.put(resource)

    return act


@pytest.fixture
def made(make_cloud: MakeCloud) -> Cloud:
    """A vault with an endpoint, the zones of Backup and one of another team."""
    names = [zone.rsplit("/", 1)[-1] for zone in (*BACKUP_ZONES, THEIR_ZONE, EXTRA)]
    cloud = make_cloud(
        vaults=[VAULT_ROW],
        private_dns_zones=[{"name": name, "resource_group": "rg-dns"} for name in names],
        private_endpoints=[{"name": "pe-backup", **PLACE}],
    )
    cloud.document(ENDPOINT)["tags"] = {"a": "1"}
    cloud.mark()
    return cloud


def test_what_somebody_adds_to_an_endpoint_before_it_is_written_stays(made: Cloud) -> None:
    def change(document: JSON) -> None:
        document["tags"]["owner"] = "another team"
        address = {"memberName": "theirs", "groupId": "AzureBackup", "privateIPAddress": "10.1.1.77"}
        document["properties"]["ipConfigurations"] = [{"name": "theirs", "properties": address}]

    sent: list[JSON] = []

    def around(request: t.Any, entry: JSON, proceed: t.Any) -> t.Any:
        if request.method == "PUT":
            sent.append(request.json())
        return proceed(request, entry)

    made.arm.around.insert(0, around)
    meanwhile = Meanwhile(made, ENDPOINT, changing(made, ENDPOINT, change))
    done = made.run(ENDPOINTS, **WANTED, tags={"environment": "test"})
    assert done["changed"], done
    assert meanwhile.asked[:3] == ["GET", "GET", "PUT"]
    assert made.document(ENDPOINT)["tags"] == {"a": "1", "owner": "another team", "environment": "test"}
    assert sent[0]["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] == "10.1.1.77"
    assert made.run(ENDPOINTS, **WANTED, tags={"environment": "test"})["changed"] is False


def test_nothing_is_written_where_somebody_has_done_it_by_then(made: Cloud) -> None:
    act = changing(made, ENDPOINT, lambda document: document["tags"].update(environment="test"))
    meanwhile = Meanwhile(made, ENDPOINT, act)
    done = made.run(ENDPOINTS, **WANTED, tags={"environment": "test"})
    assert (done["changed"], "PUT" in meanwhile.asked) == (False, False)


def test_an_endpoint_that_went_meanwhile_is_not_made_anew(made: Cloud) -> None:
    Meanwhile(made, ENDPOINT, lambda: made.arm.store.remove(ENDPOINT))
    refused = made.run(ENDPOINTS, **WANTED, tags={"environment": "test"})
    assert refused.get("failed") and "was changed by somebody else while this task ran" in refused["msg"]
    assert made.writes() == []


@pytest.mark.parametrize(("theirs", "taken"), [({}, True), ({"subnet": SUBNET.replace("vnet-app", "vnet-hub")}, False)])
def test_an_endpoint_that_somebody_made_meanwhile_is_not_written_over(
    theirs: JSON, taken: bool, make_cloud: MakeCloud
) -> None:
    cloud = make_cloud(vaults=[VAULT_ROW])
    assert cloud.run(ENDPOINTS, **{**WANTED, **theirs})["changed"]
    Meanwhile(cloud, ENDPOINT, hidden(cloud, ENDPOINT))
    done = cloud.run(ENDPOINTS, **WANTED)
    assert bool(done.get("failed")) is not taken and bool(done.get("changed")) is False, done
    assert cloud.writes() == []
    assert (theirs.get("subnet") or SUBNET) == cloud.document(ENDPOINT)["properties"]["subnet"]["id"]


def test_each_of_several_endpoints_is_read_right_before_it_is_written(made: Cloud) -> None:
    assert not made.run(ENDPOINTS, **{**WANTED, "name": "pe-second"}, tags={"b": "2"}).get("failed")
    act = changing(made, SECOND, lambda document: document["tags"].update(owner="another team"))
    Meanwhile(made, ENDPOINT, act, reading=1, method="PUT")
    both = [{**WANTED, "name": name, "tags": {"environment": "test"}} for name in ("pe-backup", "pe-second")]
    assert made.run(ENDPOINTS, endpoints=both)["changed"]
    assert made.document(SECOND)["tags"] == {"b": "2", "owner": "another team", "environment": "test"}


EXTRA = f"{ZONES}/www.example.com"
WHOLE: JSON = {"private_endpoint": ENDPOINT, "zones": BACKUP_ZONES}


def their_zone(document: JSON) -> None:
    config = copy.deepcopy(document["properties"]["privateDnsZoneConfigs"][0])
    config["name"] = "theirs"
    config["properties"].update(privateDnsZoneId=THEIR_ZONE, recordSets=[])
    document["properties"]["privateDnsZoneConfigs"].append(config)


def zones_of_the_group(cloud: Cloud) -> list[str]:
    configs = cloud.document(GROUP)["properties"]["privateDnsZoneConfigs"]
    return [config["properties"]["privateDnsZoneId"] for config in configs]


@pytest.fixture
def grouped(made: Cloud) -> Cloud:
    """The endpoint with a group that has one zone more than is wanted."""
    assert not made.run(GROUPS_MODULE, private_endpoint=ENDPOINT, zones=[*BACKUP_ZONES, EXTRA]).get("failed")
    made.mark()
    return made


@pytest.mark.parametrize("options", [WHOLE, {**WHOLE, "state": "absent"}])
def test_a_zone_that_somebody_adds_to_a_group_before_it_is_written_stays(options: JSON, grouped: Cloud) -> None:
    Meanwhile(grouped, GROUP, changing(grouped, GROUP, their_zone), reading=1)
    refused = grouped.run(GROUPS_MODULE, **options)
    assert refused.get("failed") and "was changed by somebody else while this task ran" in refused["msg"], refused
    assert grouped.writes() == [] and zones_of_the_group(grouped) == [*BACKUP_ZONES, EXTRA, THEIR_ZONE]


@pytest.mark.parametrize("options", [WHOLE, {**WHOLE, "state": "absent"}])
def test_a_group_that_only_got_another_etag_is_written_all_the_same(options: JSON, grouped: Cloud) -> None:
    meanwhile = Meanwhile(grouped, GROUP, changing(grouped, GROUP, lambda document: None), reading=1)
    assert grouped.run(GROUPS_MODULE, **options)["changed"]
    assert meanwhile.asked[:2] == ["GET", "DELETE" if "state" in options else "PUT"]
    assert not grouped.exists(GROUP) if "state" in options else zones_of_the_group(grouped) == BACKUP_ZONES


@pytest.mark.parametrize(("zones", "taken"), [(BACKUP_ZONES, True), ([*BACKUP_ZONES, THEIR_ZONE], False)])
def test_a_group_that_somebody_made_meanwhile_is_not_written_over(zones: list[str], taken: bool, made: Cloud) -> None:
    assert made.run(GROUPS_MODULE, private_endpoint=ENDPOINT, zones=zones)["changed"]
    Meanwhile(made, GROUP, hidden(made, GROUP), reading=1)
    done = made.run(GROUPS_MODULE, **WHOLE)
    assert bool(done.get("failed")) is not taken and bool(done.get("changed")) is False, done
    assert made.writes() == [] and zones_of_the_group(made) == zones
