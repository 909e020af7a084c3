"""What a world file says about Azure Migrate."""

from __future__ import annotations

import json

from ...arm import Arm
from ...wire import JSON
from ..platform.world_ids import group_id, refused_as_world_error, resolve
from . import assessment_projects, projects, sites, solutions
from .documents import ASSESSMENT_PROJECT, MASTER_SITE, PROJECT, SITES

_STORAGE = "Microsoft.Storage/storageAccounts"
_KEY_VAULT = "Microsoft.KeyVault/vaults"
_DISCOVERY = "Servers-Discovery-ServerDiscovery"
_ASSESSMENT = "Servers-Assessment-ServerAssessment"


def load(arm: Arm, world: JSON) -> None:
    """Make projects first: everything else names one."""
    for section, make in (
        ("migrate_projects", _project),
        ("assessment_projects", _assessment_project),
        ("master_sites", _master_site),
        ("migrate_sites", _site),
    ):
        for entry in world.get(section) or []:
            with refused_as_world_error(f"{section} {entry['name']}"):
                make(arm, world, entry)


def _project(arm: Arm, world: JSON, entry: JSON) -> None:
    resource_id = f"{group_id(world, entry)}/providers/{PROJECT}/{entry['name']}"
    private = entry.get("connectivity", "private") == "private"
    body: JSON = {
        "location": entry.get("location", "westeurope"),
        "tags": {"Migrate Project": entry["name"], **(entry.get("tags") or {})},
        "properties": {
            "publicNetworkAccess": entry.get("public_network_access"),
            "registeredTools": entry.get("registered_tools")
            or ["ServerDiscovery", "ServerAssessment", "ServerMigration"],
        },
    }
    if entry.get("identity", "SystemAssigned") != "None":
        body["identity"] = {"type": entry.get("identity", "SystemAssigned")}
    project = projects.create(arm, resource_id, body, private=private, geo=entry.get("geo_code", ""))
    if entry.get("principal_id") and "principalId" in project.document.get("identity", {}):
        project.document["identity"]["principalId"] = entry["principal_id"]
    solutions.new_solutions(arm, resource_id)
    if entry.get("subnet"):
        details = {
            "subnetId": entry["subnet"],
            "virtualNetworkLocation": body["location"],
            "skipPrivateDnsZoneCreation": False,
        }
        extend(arm, resource_id, _DISCOVERY, {"privateEndpointDetails": json.dumps(details, separators=(",", ":"))})
    for name, extended in (entry.get("solution_details") or {}).items():
        extend(arm, resource_id, name, {key: str(value) for key, value in extended.items()})


def extend(arm: Arm, project_id: str, name: str, more: JSON) -> None:
    """Add to the extended details of a solution."""
    found = arm.store.find(f"{project_id}/Solutions/{name}")
    held = found.properties["details"]["extendedDetails"] if found else {}
    solutions.create(arm, project_id, name, {"properties": {"details": {"extendedDetails": {**held, **more}}}})


def _assessment_project(arm: Arm, world: JSON, entry: JSON) -> None:
    resource_id = f"{group_id(world, entry)}/providers/{ASSESSMENT_PROJECT}/{entry['name']}"
    if entry.get("deleted"):
        assessment_projects.deleted(arm, resource_id)
        return
    properties: JSON = {"publicNetworkAccess": entry.get("public_network_access")}
    if entry.get("project"):
        owner = resolve(world, "migrate_projects", PROJECT, entry["project"])
        properties["assessmentSolutionId"] = f"{owner}/Solutions/{_ASSESSMENT}"
    if entry.get("storage_account"):
        properties["customerStorageAccountArmId"] = resolve(
            world, "storage_accounts", _STORAGE, entry["storage_account"]
        )
    body = {"location": entry.get("location", "westeurope"), "properties": properties}
    made = assessment_projects.create(arm, resource_id, body, entry.get("geo_code", ""))
    made.properties["provisioningState"] = "Succeeded"


def _master_site(arm: Arm, world: JSON, entry: JSON) -> None:
    resource_id = f"{group_id(world, entry)}/providers/{MASTER_SITE}/{entry['name']}"
    properties: JSON = {"publicNetworkAccess": entry.get("public_network_access"), "allowMultipleSites": True}
    if entry.get("storage_account"):
        properties["customerStorageAccountArmId"] = resolve(
            world, "storage_accounts", _STORAGE, entry["storage_account"]
        )
    body = {"location": entry.get("location", "westeurope"), "properties": properties}
    made = sites.create_master(arm, resource_id, body, entry.get("geo_code", ""))
    made.properties["provisioningState"] = "Succeeded"


def _site(arm: Arm, world: JSON, entry: JSON) -> None:
    """A site of an appliance; ``principal_id`` makes it a registered one, as the appliance itself does."""
    kind = SITES[entry.get("kind", "VMware")]
    resource_id = f"{group_id(world, entry)}/providers/{kind}/{entry['name']}"
    properties: JSON = {"applianceName": entry.get("appliance")}
    if entry.get("project"):
        owner = resolve(world, "migrate_projects", PROJECT, entry["project"])
        properties["discoverySolutionId"] = f"{owner}/Solutions/{_DISCOVERY}"
    if entry.get("master_site"):
        properties["masterSiteId"] = resolve(world, "master_sites", MASTER_SITE, entry["master_site"])
    if entry.get("key_vault"):
        vault = resolve(world, "key_vaults", _KEY_VAULT, entry["key_vault"])
        properties["agentDetails"] = {
            "keyVaultId": vault,
            "keyVaultUri": f"https://{vault.rsplit('/', 1)[-1]}.vault.azure.net",
        }
    if entry.get("principal_id"):
        properties["servicePrincipalIdentityDetails"] = {
            "tenantId": arm.world.get("tenant_id"),
            "applicationId": entry["principal_id"],
            "objectId": entry["principal_id"],
            "audience": "https://agent",
            "aadAuthority": "https://login.microsoftonline.com",
            "rawCertData": None,
        }
        properties.setdefault("agentDetails", {}).update(version="2.0.3186.578", lastHeartBeatUtc=arm.clock.iso())
    site = sites.create_site(
        arm, resource_id, kind, {"location": entry.get("location", "westeurope"), "properties": properties}
    )
    master = arm.store.find(properties.get("masterSiteId") or "/")
    if master is not None:
        master.properties["sites"].append(site.id)
