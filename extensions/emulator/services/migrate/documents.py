"""Types, paths and names of Azure Migrate's resources.

Sources: azure-powershell recordings ``Get-AzMigrateProject``, ``Get-AzMigrateSolution`` and ``Get-AzMigrateSite`` (spelling of types
and ids, ``etag`` with quotes inside, names of service endpoints); azure-cli-extensions ``test_offazure_Scenario.yaml`` (sites);
public exports of private projects (geo codes, solutions).
"""

from __future__ import annotations

import re
import typing as t

from ...arm import Arm
from ...store import Resource
from ...wire import JSON, fold, location
from .settings import refusal, setting

GROUP_ID = "Default"
PROJECT = "Microsoft.Migrate/MigrateProjects"
SOLUTION = f"{PROJECT}/Solutions"
ASSESSMENT_PROJECT = "Microsoft.Migrate/assessmentProjects"
MASTER_SITE = "Microsoft.OffAzure/MasterSites"
#: Kind of a site -> its type. Only master sites have private endpoints in practice.
SITES = {
    "VMware": "Microsoft.OffAzure/VMwareSites",
    "HyperV": "Microsoft.OffAzure/HyperVSites",
    "Server": "Microsoft.OffAzure/ServerSites",
}
#: What private endpoints lead to.
LINKED = (PROJECT, ASSESSMENT_PROJECT, MASTER_SITE)
GROUP_PATH = "/subscriptions/{subscription}/resourceGroups/{group}/providers/"
SUBSCRIPTION_PATH = "/subscriptions/{subscription}/providers/"
_NAME = re.compile(r"[A-Za-z0-9-]{3,24}")
_SUFFIXES = {"AzureUSGovernment": "windowsazure.us"}


def zone(arm: Arm) -> str:
    """The private DNS zone of projects, assessment projects and master sites."""
    return f"privatelink.prod.migration.{_SUFFIXES.get(arm.world.get('cloud', 'AzureCloud'), 'windowsazure.com')}"


def geo_code(arm: Arm, region: str, own: str = "") -> str:
    """The geo code in the names of a resource of a region."""
    return own or str(setting(arm, "migrate_geo_codes").get(location(region)) or setting(arm, "migrate_geo_code"))


def etag(arm: Arm) -> str:
    """An etag as Migrate writes it: with quotes inside the text."""
    digits = arm.guid().replace("-", "")
    return f'"{digits[:8]}-0000-{digits[8:12]}-0000-{digits[12:20]}"'


def check_name(arm: Arm, name: str) -> None:
    """Refuse a name of a project or a master site: azure-rest-api-specs has ``^[a-zA-Z0-9-]{3,24}$``."""
    if not _NAME.fullmatch(name):
        raise refusal(arm, "name_invalid", f"The name '{name}' must be 3 to 24 letters, digits and hyphens.")


def connection_type(resource_type: str) -> str:
    """The type of the private endpoint connections of a type."""
    return f"{resource_type}/privateEndpointConnections"


def connections(arm: Arm, resource: Resource) -> list[Resource]:
    """The private endpoint connections of a resource in the order in which they came."""
    return arm.store.below(resource.id, connection_type(str(resource.document["type"])))


def show_connections(arm: Arm, resource: Resource) -> None:
    """Write what the resource's GET says about its connections."""
    resource.properties["privateEndpointConnections"] = [each.document for each in connections(arm, resource)]


def endpoint_id(connection: Resource) -> str:
    """The private endpoint a connection comes from."""
    return t.cast(str, connection.properties["privateEndpoint"]["id"])


def of_endpoint(arm: Arm, resource: Resource, wanted: str) -> list[Resource]:
    """The connections of one endpoint."""
    return [each for each in connections(arm, resource) if fold(endpoint_id(each)) == fold(wanted)]


def listed(documents: t.Iterable[JSON]) -> JSON:
    """A list as OffAzure answers it."""
    return {"value": list(documents), "nextLink": None}
