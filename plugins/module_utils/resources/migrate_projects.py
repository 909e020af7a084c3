"""Azure Migrate projects and what belongs to them: types, the project's table, and how its parts name each other.

Public sources: azure-rest-api-specs ``migrate`` and ``offazure``; Azure/bicep-types-az ``microsoft.migrate`` (2020-05-01 is the first
stable version with private endpoints); azure-powershell recordings ``Get-AzMigrateProject``, ``Get-AzMigrateSolution`` and
``Get-AzMigrateSite`` (which part names which).
"""

from __future__ import annotations

import json
import typing as t

from ..azure.client import Azure
from ..engine.resource import Kind
from ..engine.spec import Option, a_region, caseless
from ..engine.tags import tags
from ..ids import fold_id
from ..wire import JSON, get_path
from .providers import find_registered

PROJECT = "Microsoft.Migrate/migrateProjects"
ASSESSMENT_PROJECT = "Microsoft.Migrate/assessmentProjects"
MASTER_SITE = "Microsoft.OffAzure/masterSites"
SITES = ("Microsoft.OffAzure/VMwareSites", "Microsoft.OffAzure/HyperVSites", "Microsoft.OffAzure/ServerSites")
PROVIDERS = ("Microsoft.Migrate", "Microsoft.OffAzure", "Microsoft.KeyVault", "Microsoft.Storage")
API_VERSION = "2020-05-01"
ASSESSMENT_API_VERSION = "2019-10-01"
OFFAZURE_API_VERSION = "2023-06-06"
#: Names of solutions are longer than newer versions of the API take.
SOLUTION_API_VERSION = "2018-09-01-preview"
GROUP_ID = "Default"
SUBNET_TYPE = "Microsoft.Network/virtualNetworks/subnets"
#: The tag by which the portal marks what belongs to a project.
PROJECT_TAG = "Migrate Project"
DISCOVERY = "Servers-Discovery-ServerDiscovery"
ASSESSMENT = "Servers-Assessment-ServerAssessment"
MIGRATION = "Servers-Migration-ServerMigration"
#: Name -> purpose, tool and status of the solutions that the portal makes with a project (public exports of private projects).
SOLUTIONS = {
    DISCOVERY: ("Discovery", "ServerDiscovery", "Inactive"),
    ASSESSMENT: ("Assessment", "ServerAssessment", "Active"),
    MIGRATION: ("Migration", "ServerMigration", "Active"),
    f"{MIGRATION}_DataReplication": ("Migration", "ServerMigration_DataReplication", "Inactive"),
}
NAME = (r"[A-Za-z0-9-]{3,24}", "3 to 24 letters, digits and hyphens")

OPTIONS = {
    "location": Option(to="location", fold=a_region, immutable=True),
    "public_network_access": Option(
        to="properties.publicNetworkAccess", fold=caseless, choices=("Enabled", "Disabled")
    ),
    "tags": tags("tags"),
}
KIND = Kind(
    PROJECT,
    API_VERSION,
    {**OPTIONS, "identity_type": Option(to="identity.type", fold=caseless)},
    update="PATCH",
    recreate="A project cannot be moved. Make another one under another name.",
)


def find_project(azure: Azure, project_id: str) -> JSON | None:
    """A project, or None."""
    return find_registered(azure, project_id, API_VERSION)


def is_private(project: JSON, solutions: t.Iterable[JSON]) -> bool:
    """Whether a project was made with the private endpoint method.

    It shows in a connection, or in the request that the portal leaves in the discovery solution. A project without either is public,
    and cannot be changed: https://learn.microsoft.com/azure/migrate/discover-and-assess-using-private-endpoints.
    """
    return bool(connections(project)) or bool(wanted_subnet(solutions))


def connections(resource: JSON | None) -> list[JSON]:
    """The private endpoint connections that a project, assessment project, master site or key vault shows."""
    return list(get_path(resource, "properties.privateEndpointConnections") or [])


def extended(solutions: t.Iterable[JSON], name: str) -> dict[str, str]:
    """The extended details of a solution; empty when there is none."""
    found = next((item for item in solutions if str(item.get("name")).lower() == name.lower()), None)
    return dict(get_path(found, "properties.details.extendedDetails") or {})


def wanted_subnet(solutions: t.Iterable[JSON]) -> str:
    """The subnet in which the portal puts the endpoints of a project; empty when none was given."""
    text = extended(solutions, DISCOVERY).get("privateEndpointDetails") or ""
    try:
        details = json.loads(text) if text else {}
    except ValueError:
        return ""
    return str(details.get("subnetId") or "") if isinstance(details, dict) else ""


def solution_body(name: str, subnet: str = "", location: str = "", own_zones: bool = True) -> JSON:
    """A new solution; that of discovery carries the request for private endpoints, as a text of JSON."""
    purpose, tool, status = SOLUTIONS[name]
    body: JSON = {"properties": {"goal": "Servers", "purpose": purpose, "tool": tool, "status": status}}
    if name == DISCOVERY and subnet:
        request = {"subnetId": subnet, "virtualNetworkLocation": location, "skipPrivateDnsZoneCreation": own_zones}
        text = json.dumps(request, separators=(",", ":"))
        body["properties"]["details"] = {"extendedDetails": {"privateEndpointDetails": text}}
    return body


def belongs(reference: t.Any, project_id: str) -> bool:
    """Whether an id, such as that of a solution, is the project's or below it."""
    folded, wanted = fold_id(str(reference or "")), fold_id(project_id)
    return folded == wanted or folded.startswith(wanted + "/")


def sites_of(sites: t.Iterable[JSON], project_id: str) -> list[JSON]:
    """The appliances' sites of a project: those whose discovery solution is its."""
    return [site for site in sites if belongs(get_path(site, "properties.discoverySolutionId"), project_id)]


def master_sites_of(masters: t.Iterable[JSON], sites: t.Sequence[JSON]) -> list[JSON]:
    """The master sites that list one of these sites, or that one of them names."""
    named = {fold_id(str(get_path(site, "properties.masterSiteId") or "")) for site in sites} - {""}
    own = {fold_id(str(site.get("id"))) for site in sites}
    return [
        master
        for master in masters
        if fold_id(str(master["id"])) in named
        or own & {fold_id(str(each)) for each in get_path(master, "properties.sites") or []}
    ]


def assessments_of(projects: t.Iterable[JSON], project_id: str) -> list[JSON]:
    """The assessment projects whose solution is the project's."""
    return [item for item in projects if belongs(get_path(item, "properties.assessmentSolutionId"), project_id)]


def named_ids(resources: t.Iterable[JSON], path: str) -> list[str]:
    """The ids that resources name at a path, each once, in order."""
    found = {fold_id(text): text for item in resources if (text := str(get_path(item, path) or ""))}
    return list(found.values())


#: What Contributor and User Access Administrator, or Owner, on the subscription hold:
#: https://learn.microsoft.com/azure/migrate/discover-and-assess-using-private-endpoints
NEEDED_ACTIONS = (
    "Microsoft.Migrate/migrateProjects/write",
    "Microsoft.Migrate/assessmentProjects/write",
    "Microsoft.OffAzure/masterSites/write",
    "Microsoft.KeyVault/vaults/write",
    "Microsoft.Storage/storageAccounts/write",
    "Microsoft.RecoveryServices/vaults/write",
    "Microsoft.Network/privateEndpoints/write",
    "Microsoft.Network/privateDnsZones/write",
    "Microsoft.Network/virtualNetworks/subnets/join/action",
    "Microsoft.Authorization/roleAssignments/write",
)
