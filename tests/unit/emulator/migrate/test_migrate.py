"""Azure Migrate as recorded: projects, solutions, assessment projects, master sites, sites and their connections."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.tests.unit.emulator.client import SUBSCRIPTION_ID, Azure

API = "2020-05-01"
OLD = "2018-09-01-preview"
GROUP = f"{SUBSCRIPTION_ID}/resourceGroups/rg"
PROJECT = f"{GROUP}/providers/Microsoft.Migrate/migrateProjects/contoso"
ASSESSMENT = f"{GROUP}/providers/Microsoft.Migrate/assessmentProjects/contosoassess"
MASTER = f"{GROUP}/providers/Microsoft.OffAzure/masterSites/contosomaster"
SITE = f"{GROUP}/providers/Microsoft.OffAzure/HyperVSites/contososite"
ENDPOINT = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe"
SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/endpoints"


def azure(latency: t.Mapping[str, float] | None = None, **world: t.Any) -> Azure:
    network = {
        "name": "vnet", "resource_group": "rg", "location": "westeurope", "address_prefixes": ["10.1.0.0/16"],
        "subnets": [{"name": "endpoints", "address_prefix": "10.1.1.0/24"}],
    }  # fmt: skip
    projects = [{"name": "contoso", "resource_group": "rg", "location": "centralus"}]
    return Azure({"virtual_networks": [network], "migrate_projects": projects, **world}, latency, api=API)


def endpoint_body(target: str, group: str = "Default") -> JSON:
    connection = {"name": "pe", "properties": {"privateLinkServiceId": target, "groupIds": [group]}}
    return {
        "location": "westeurope",
        "properties": {"subnet": {"id": SUBNET}, "privateLinkServiceConnections": [connection]},
    }


def connect(cloud: Azure, target: str) -> JSON:
    """An endpoint to a target; what the target then shows of it."""
    assert cloud.send("PUT", ENDPOINT, endpoint_body(target), api="2024-05-01").status == 201
    (connection,) = cloud.get(target)["properties"]["privateEndpointConnections"]
    return t.cast(JSON, connection)


def test_a_project_is_written_as_recorded() -> None:
    answer = azure().send("GET", PROJECT)
    document = answer.document
    assert document["type"] == "Microsoft.Migrate/MigrateProjects"
    assert "/Microsoft.Migrate/MigrateProjects/contoso" in document["id"]
    assert document["etag"].startswith('"') and answer.headers["ETag"] == document["etag"]
    assert document["tags"] == {"Migrate Project": "contoso"}
    host = document["properties"]["serviceEndpoint"].split("/")[2]
    assert host.endswith("-isv.wus2.hub.privatelink.prod.migration.windowsazure.com"), "not the geo code of centralus"


def test_an_old_version_does_not_show_what_makes_a_project_private() -> None:
    shown = azure().get(PROJECT, api=OLD)["properties"]
    assert "publicNetworkAccess" not in shown and "privateEndpointConnections" not in shown
    assert azure().get(PROJECT)["properties"]["publicNetworkAccess"] == "Enabled"


def test_a_project_is_made_changed_and_deleted_at_once() -> None:
    cloud = azure(migrate_projects=[{"name": "other", "resource_group": "rg"}])
    body = {
        "location": "Central US",
        "identity": {"type": "SystemAssigned"},
        "properties": {"publicNetworkAccess": "Disabled"},
    }
    made = cloud.send("PUT", PROJECT, body)
    assert made.status == 201 and made.document["identity"]["principalId"]
    assert cloud.send("PUT", PROJECT, body).status == 200
    changed = cloud.send("PATCH", PROJECT, {"properties": {"publicNetworkAccess": "Enabled"}})
    assert changed.document["properties"]["publicNetworkAccess"] == "Enabled"
    assert changed.document["identity"]["principalId"] == made.document["identity"]["principalId"]
    gone = cloud.send("DELETE", PROJECT)
    assert (gone.status, gone.document) == (200, None)
    assert cloud.send("DELETE", PROJECT).status == 204


def test_tools_are_registered_once() -> None:
    cloud = azure()
    for _again in range(2):
        answer = cloud.send("POST", f"{PROJECT}/registerTool", {"tool": "Other"})
        assert (answer.status, answer.document) == (200, {"isRegistered": True})
    assert cloud.get(PROJECT)["properties"]["registeredTools"].count("Other") == 1


def test_the_four_solutions_and_the_wish_of_the_portal() -> None:
    world = [{"name": "contoso", "resource_group": "rg", "subnet": SUBNET}]
    cloud = azure(migrate_projects=world)
    found = cloud.get(f"{PROJECT}/solutions", api=OLD)["value"]
    assert len(found) == 4 and {item["type"] for item in found} == {"Microsoft.Migrate/MigrateProjects/Solutions"}
    discovery = cloud.get(f"{PROJECT}/solutions/Servers-Discovery-ServerDiscovery", api=OLD)
    desired = json.loads(discovery["properties"]["details"]["extendedDetails"]["privateEndpointDetails"])
    assert desired["subnetId"] == SUBNET


def test_a_solution_needs_a_project_and_texts() -> None:
    cloud = azure()
    body = {"properties": {"tool": "ServerMigration", "details": {"extendedDetails": {"vaultId": "/x"}}}}
    assert cloud.send("PUT", f"{PROJECT}x/solutions/S", body, api=OLD).status == 404
    assert cloud.send("PUT", f"{PROJECT}/solutions/S", body, api=OLD).status == 201
    assert cloud.send("PUT", f"{PROJECT}/solutions/S", body, api=OLD).status == 200
    body["properties"]["details"]["extendedDetails"] = {"vaultId": 1}  # type: ignore[index]
    assert cloud.send("PUT", f"{PROJECT}/solutions/S", body, api=OLD).status == 400


def test_a_connection_to_a_project_is_named_after_the_endpoint_with_a_guid() -> None:
    connection = connect(azure(), PROJECT)
    assert connection["name"].startswith("pe.") and len(connection["name"]) == len("pe.") + 36
    assert connection["properties"]["privateLinkServiceConnectionState"]["status"] == "Approved"
    assert connection["properties"]["provisioningState"] == "Succeeded"


def test_a_public_project_takes_no_endpoint() -> None:
    cloud = azure(migrate_projects=[{"name": "contoso", "resource_group": "rg", "connectivity": "public"}])
    refused = cloud.send("PUT", ENDPOINT, endpoint_body(PROJECT), api="2024-05-01")
    assert refused.status == 400 and "cannot be changed" in refused.document["error"]["message"]


def test_a_project_made_by_an_old_version_is_public() -> None:
    cloud = azure(migrate_projects=[{"name": "other", "resource_group": "rg"}])
    cloud.send("PUT", PROJECT, {"location": "centralus", "properties": {}}, api=OLD)
    assert cloud.send("PUT", ENDPOINT, endpoint_body(PROJECT), api="2024-05-01").status == 400


@pytest.mark.parametrize(("status", "allowed"), [("Rejected", True), ("Disconnected", True), ("Nonsense", False)])
def test_a_connection_is_decided_at_once(status: str, allowed: bool) -> None:
    cloud = azure()
    connection = connect(cloud, PROJECT)
    body = {"properties": {"privateLinkServiceConnectionState": {"status": status, "description": "no"}}}
    answer = cloud.send("PUT", connection["id"], body)
    assert (answer.status == 200) is allowed
    assert "Azure-AsyncOperation" not in answer.headers
    if allowed:
        endpoint = cloud.get(ENDPOINT, api="2024-05-01")["properties"]["privateLinkServiceConnections"][0]
        assert endpoint["properties"]["privateLinkServiceConnectionState"]["status"] == status
        back = {"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}
        assert cloud.send("PUT", connection["id"], back).status == 400


def test_a_connection_that_is_deleted_disconnects_its_endpoint() -> None:
    cloud = azure()
    connection = connect(cloud, PROJECT)
    assert cloud.send("DELETE", connection["id"]).status == 200
    assert cloud.send("DELETE", connection["id"]).status == 204
    endpoint = cloud.get(ENDPOINT, api="2024-05-01")["properties"]["privateLinkServiceConnections"][0]
    assert endpoint["properties"]["privateLinkServiceConnectionState"]["status"] == "Disconnected"


def test_an_assessment_project_is_a_long_operation() -> None:
    cloud = azure({"assessment_project.create": 20})
    body = {"location": "centralus", "properties": {"assessmentSolutionId": f"{PROJECT}/solutions/S"}}
    made = cloud.send("PUT", ASSESSMENT, body, api="2019-10-01")
    assert made.status == 201 and "Location" not in made.headers
    assert cloud.get(made.headers["Azure-AsyncOperation"])["status"] == "InProgress"
    cloud.clock.advance(20)
    assert cloud.get(made.headers["Azure-AsyncOperation"])["status"] == "Succeeded"
    assert cloud.get(ASSESSMENT, api="2019-10-01")["properties"]["provisioningState"] == "Succeeded"


def test_the_name_of_a_deleted_assessment_project_is_taken_for_some_time() -> None:
    cloud = azure(assessment_projects=[{"name": "contosoassess", "resource_group": "rg"}])
    assert cloud.send("DELETE", ASSESSMENT, api="2019-10-01").status == 200
    refused = cloud.send("PUT", ASSESSMENT, {"location": "centralus"}, api="2019-10-01")
    assert refused.document["error"]["code"] == "DataPreconditionFailed"
    assert cloud.send("PUT", ASSESSMENT + "2", {"location": "centralus"}, api="2019-10-01").status == 201
    cloud.clock.advance(31 * 86400)
    assert cloud.send("PUT", ASSESSMENT, {"location": "centralus"}, api="2019-10-01").status == 201


def test_a_master_site_is_watched_through_its_location() -> None:
    cloud = azure({"master_site.create": 20})
    made = cloud.send(
        "PUT", MASTER, {"location": "centralus", "properties": {"allowMultipleSites": True}}, api="2023-06-06"
    )
    assert made.status == 201 and "Azure-AsyncOperation" not in made.headers
    assert cloud.send("GET", made.headers["Location"]).status == 202
    cloud.clock.advance(20)
    done = cloud.send("GET", made.headers["Location"])
    assert done.status == 200 and done.document["properties"]["provisioningState"] == "Succeeded"


def test_a_master_site_publishes_one_name_of_its_family() -> None:
    cloud = azure(master_sites=[{"name": "contosomaster", "resource_group": "rg", "location": "centralus"}])
    connect(cloud, MASTER)
    (config,) = cloud.get(ENDPOINT, api="2024-05-01")["properties"]["customDnsConfigs"]
    label, rest = config["fqdn"].split(".", 1)
    assert label.endswith("-agent") and len(label) == 32 + len("-agent")
    assert rest == "wus2.disc.privatelink.prod.migration.windowsazure.com"


def test_a_site_is_there_at_once_and_its_lists_are_empty() -> None:
    cloud = azure()
    made = cloud.send("PUT", SITE, {"location": "centralus", "properties": {}}, api="2020-01-01")
    assert made.status == 201 and made.headers["ETag"] == made.document["etag"]
    assert made.document["properties"]["agentDetails"]["version"] is None
    for kind, status, code in (
        ("clusters", 404, "ClusterNotFound"),
        ("hosts", 404, "HostNotFound"),
        ("machines", 404, "MachineNotFound"),
        ("runAsAccounts", 404, "RunAsAccountNotFound"),
        ("vCenters", 400, "InvalidVCenterName"),
    ):
        assert cloud.get(f"{SITE}/{kind}", api="2020-01-01") == {"value": [], "nextLink": None}
        missing = cloud.send("GET", f"{SITE}/{kind}/one", api="2020-01-01")
        assert (missing.status, missing.document["error"]["code"]) == (status, code)
        assert "x-ms-failure-cause" not in missing.headers
    gone = cloud.send("DELETE", SITE, api="2020-01-01")
    assert (gone.status, gone.document) == (200, None)


def test_a_registered_site_names_what_belongs_to_it() -> None:
    principal = "77777777-7777-4777-8777-777777777777"
    cloud = azure(
        key_vaults=[{"name": "contosokv", "resource_group": "rg"}],
        master_sites=[{"name": "contosomaster", "resource_group": "rg"}],
        migrate_sites=[
            {
                "name": "contososite", "resource_group": "rg", "kind": "HyperV", "project": "contoso", "appliance": "lsa",
                "master_site": "contosomaster", "key_vault": "contosokv", "principal_id": principal,
            }
        ],
    )  # fmt: skip
    site = cloud.get(SITE, api="2023-06-06")["properties"]
    assert site["discoverySolutionId"].lower() == f"{PROJECT}/solutions/Servers-Discovery-ServerDiscovery".lower()
    assert site["servicePrincipalIdentityDetails"]["objectId"] == principal
    assert cloud.get(MASTER, api="2023-06-06")["properties"]["sites"] == [SITE]


def test_government_has_its_own_suffix_and_geo_code() -> None:
    world = [{"name": "contoso", "resource_group": "rg", "location": "usgovvirginia"}]
    cloud = Azure({"cloud": "AzureUSGovernment", "migrate_projects": world}, api=API)
    host = cloud.get(PROJECT)["properties"]["serviceEndpoint"].split("/")[2]
    assert host.endswith("-isv.uga.hub.privatelink.prod.migration.windowsazure.us")
