"""What Microsoft.RecoveryServices answers without a vault, and a vault's private link resources.

Sources: azure-rest-api-specs ``recoveryservices`` (capabilities, examples ``CheckNameAvailability_Available.json``,
``ListPrivateLinkResources.json``).
"""

from __future__ import annotations

import re

from ...arm import Call, Route
from ...wire import JSON, ArmError, Response
from .documents import VAULT, VAULT_TYPE, check_region, find_vault
from .names import link_resources, required_zones
from .settings import setting

_LOCATION = "/providers/Microsoft.RecoveryServices/locations/{location}"
_SUBSCRIPTION = "/subscriptions/{subscription}"
_CAPABLE = ("AzureBackup", "AzureBackup_secondary", "AzureSiteRecovery")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,49}")


def routes() -> list[Route]:
    """The routes at a location and those of link resources."""
    read = "Microsoft.RecoveryServices/locations/capabilities/action"
    check = "Microsoft.RecoveryServices/locations/checkNameAvailability/action"
    group = f"{_SUBSCRIPTION}/resourceGroups/{{group}}"
    return [
        Route("POST", f"{_SUBSCRIPTION}{_LOCATION}/capabilities", _capabilities, read),
        Route("POST", f"{group}{_LOCATION}/checkNameAvailability", _check_name, check),
        Route("GET", f"{VAULT}/privateLinkResources", _link_resources),
        Route("GET", f"{VAULT}/privateLinkResources/{{name}}", _link_resource),
    ]


def _capabilities(call: Call) -> Response:
    """The zones each sub-resource needs in this region; no vault has to exist."""
    if not setting(call.arm, "capabilities_available"):
        raise ArmError(404, "InvalidResourceType", "The resource type 'locations/capabilities' could not be found.")
    check_region(call.arm, call["location"])
    asked = (call.body.get("properties") or {}).get("dnsZones") or []
    zones: list[JSON] = []
    for entry in asked:
        name = str(entry.get("subResource", ""))
        if name not in _CAPABLE:
            raise ArmError(400, "InvalidRequestContent", f"The sub-resource '{name}' is not known.")
        zones.append({"subResource": name, "requiredZoneNames": required_zones(call.arm, call["location"], name)})
    return Response(200, {"type": call.body.get("type", VAULT_TYPE), "properties": {"dnsZones": zones}})


def _check_name(call: Call) -> Response:
    name = str(call.body.get("name", ""))
    if not _NAME.fullmatch(name):
        message = "The name must have 2 to 50 letters, digits and hyphens and begin with a letter."
        return Response(200, {"nameAvailable": False, "reason": "Invalid", "message": message})
    scope = f"/subscriptions/{call['subscription']}/resourceGroups/{call['group']}"
    if call.arm.store.find(f"{scope}/providers/{VAULT_TYPE}/{name}"):
        message = f"The name '{name}' is already in use in this resource group."
        return Response(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": message})
    return Response(200, {"nameAvailable": True, "reason": None, "message": None})


def _link_resources(call: Call) -> Response:
    return Response(200, {"value": link_resources(call.arm, find_vault(call), call.request.base_url)})


def _link_resource(call: Call) -> Response:
    for resource in link_resources(call.arm, find_vault(call), call.request.base_url):
        if resource["name"].lower() == call["name"].lower():
            return Response(200, resource)
    raise ArmError(404, "ResourceNotFound", f"The private link resource '{call['name']}' was not found.")
