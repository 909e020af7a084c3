"""The ``migrate_project`` and ``migrate_project_info`` modules."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.migrate_project import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.migrate_project_info import MODULE as INFO

from ...conftest import Cloud, four_times
from ...worlds import migrate as worlds

JSON = dict[str, t.Any]
NAMED = {"resource_group": worlds.GROUP, "name": "contoso"}
PROVIDERS = {"Microsoft.Migrate": "Registered", "Microsoft.OffAzure": "Registered"}
EMPTY: JSON = {
    "subscriptions": [{"id": "22222222-2222-4222-8222-222222222222", "providers": PROVIDERS}],
    "resource_groups": [{"name": worlds.GROUP, "location": "westeurope"}],
}
MARK = {"managed-by": "privatelink.recovery"}


def test_a_project_with_its_solutions() -> None:
    cloud = Cloud(EMPTY)
    done = four_times(cloud, MODULE, **NAMED, subnet=worlds.SUBNET, tags={"team": "one"}, ownership_tags=MARK)
    assert done["added_solutions"] == done["solutions"] and len(done["solutions"]) == 4
    project = cloud.document(worlds.PROJECT)
    assert project["tags"] == {"Migrate Project": "contoso", "team": "one", **MARK}
    assert project["identity"]["type"] == "SystemAssigned"
    assert project["properties"]["publicNetworkAccess"] == "Enabled", "the default, so that other tools can report"
    solution = cloud.document(f"{worlds.PROJECT}/Solutions/Servers-Discovery-ServerDiscovery")
    desired = json.loads(solution["properties"]["details"]["extendedDetails"]["privateEndpointDetails"])
    assert desired == {
        "subnetId": worlds.SUBNET,
        "virtualNetworkLocation": "westeurope",
        "skipPrivateDnsZoneCreation": True,
    }


def test_what_is_there_is_completed_and_not_touched() -> None:
    """An identity and one solution are missing; what a tool keeps in another solution stays."""
    cloud = Cloud(
        worlds.world_with(lambda world: worlds.entry(world, "migrate_projects", "contoso").update(identity="None"))
    )
    cloud.arm.scheduler.settle()
    cloud.arm.store.remove(f"{worlds.PROJECT}/Solutions/Servers-Assessment-ServerAssessment")
    before = cloud.document(f"{worlds.PROJECT}/Solutions/Servers-Migration-ServerMigration")
    done = four_times(cloud, MODULE, **NAMED)
    assert done["added_solutions"] == ["Servers-Assessment-ServerAssessment"]
    assert cloud.document(worlds.PROJECT)["identity"]["type"] == "SystemAssigned"
    assert cloud.document(f"{worlds.PROJECT}/Solutions/Servers-Migration-ServerMigration") == before


def test_public_access_is_changed_alone() -> None:
    cloud = Cloud(worlds.healthy())
    four_times(cloud, MODULE, **NAMED, public_network_access="Disabled")
    assert cloud.document(worlds.PROJECT)["properties"]["publicNetworkAccess"] == "Disabled"


def test_a_public_project_is_refused_before_any_write() -> None:
    public = worlds.world_with(
        lambda world: worlds.entry(world, "migrate_projects", "contoso").update(connectivity="public", subnet=None),
        worlds.without("private_endpoints", "contoso5675pe"),
    )
    cloud = Cloud(public)
    cloud.mark()
    result = cloud.run(MODULE, **NAMED, ownership_tags=MARK)
    assert result["failed"] and "cannot change the connectivity method" in result["msg"]
    assert "Choose another name" in result["msg"]
    assert cloud.writes() == []
    (found,) = cloud.run(INFO, **NAMED)["migrate_projects"]
    assert found["connectivity"] == "public"


def test_a_run_that_was_stopped_after_the_project_goes_on() -> None:
    """The project carries our mark, but neither solutions nor endpoint yet: it is no public project."""
    cloud = Cloud(EMPTY)
    cloud.run(MODULE, **NAMED, ownership_tags=MARK, solutions=False)
    assert cloud.run(MODULE, **NAMED, solutions=False)["failed"] is True, "without the mark it could be anybody's"
    resumed = cloud.run(MODULE, **NAMED, ownership_tags=MARK, subnet=worlds.SUBNET)
    assert resumed["changed"] is True and len(resumed["added_solutions"]) == 4


@pytest.mark.parametrize("name", ["ab", "with_underscore", "a" * 25, ""])
def test_a_name_azure_does_not_take_is_told_before_any_request(name: str) -> None:
    cloud = Cloud(EMPTY)
    cloud.mark()
    result = cloud.run(MODULE, resource_group=worlds.GROUP, name=name)
    assert result["failed"] and "3 to 24" in result["msg"]
    assert cloud.requests() == []


def test_another_region_is_refused() -> None:
    cloud = Cloud(worlds.healthy())
    result = cloud.run(MODULE, **NAMED, location="eastus")
    assert result["failed"] and "location" in result["msg"]


def test_deleting_is_confirmed_and_only_of_what_nothing_holds() -> None:
    cloud = Cloud(worlds.healthy())
    cloud.mark()
    unconfirmed = cloud.run(MODULE, **NAMED, state="absent")
    assert unconfirmed["failed"] and "confirm: contoso" in unconfirmed["msg"]
    held = cloud.run(MODULE, **NAMED, state="absent", confirm="contoso")
    assert held["failed"] and "contoso5675pe" in held["msg"] and "contoso-MigrateVault-1" in held["msg"]
    assert cloud.writes() == []


def test_a_project_that_nothing_holds_is_deleted() -> None:
    cloud = Cloud(
        {**EMPTY, "migrate_projects": [{"name": "contoso", "resource_group": worlds.GROUP, "subnet": worlds.SUBNET}]}
    )
    four_times(cloud, MODULE, **NAMED, state="absent", confirm="contoso")
    assert not cloud.exists(worlds.PROJECT)


def test_a_project_and_its_connections_are_read() -> None:
    cloud = Cloud(worlds.healthy())
    (found,) = cloud.run(INFO, **NAMED)["migrate_projects"]
    assert (found["connectivity"], found["subnet"]) == ("private", worlds.SUBNET)
    (connection,) = found["connections"]
    assert connection == {"private_endpoint": worlds.endpoint_id("contoso5675pe"), "status": "Approved"}
    assert found["service_endpoint"].split("/")[2].endswith(".hub.privatelink.prod.migration.windowsazure.com")
    details = {row["name"]: row["extended_details"] for row in found["solutions"]}
    assert details["Servers-Migration-ServerMigration"]["vaultId"] == worlds.VAULT
    assert [row["name"] for row in cloud.run(INFO)["migrate_projects"]] == ["contoso"]
    assert [row["name"] for row in cloud.run(INFO, resource_group=worlds.GROUP)["migrate_projects"]] == ["contoso"]
    assert cloud.run(INFO, resource_group=worlds.GROUP, name="other")["migrate_projects"] == []
    assert cloud.run(INFO, name="contoso")["failed"] is True
