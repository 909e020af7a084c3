"""Which types of resources a private endpoint can lead to.

Source: azure-cli recording ``test_network_private_endpoints.yaml`` (2022-01-01, request 26), which lists 118; here are those of this field,
with the version that the list names for each.
"""

from __future__ import annotations

from ...arm import Call, Route
from ...provider_catalog import display_name
from ...wire import JSON, ArmError, Response
from . import operations

_TYPES = {
    "Microsoft.KeyVault/vaults": "2018-02-14",
    "Microsoft.Migrate/assessmentProjects": "2020-05-01-preview",
    "Microsoft.Migrate/migrateProjects": "2020-06-01-preview",
    "Microsoft.RecoveryServices/vaults": "2020-02-02-preview",
    "Microsoft.Storage/storageAccounts": "2019-04-01",
}
_KIND = "Microsoft.Network/AvailablePrivateEndpointTypes"


def routes() -> list[Route]:
    """The list of a region; no region knows other types."""
    where = "/subscriptions/{subscription}/providers/Microsoft.Network/locations/{location}"
    return [Route("GET", f"{where}/availablePrivateEndpointTypes", _list)]


def _list(call: Call) -> Response:
    if display_name(call["location"]) == call["location"]:
        text = f"The provided location '{call['location']}' is not available for resource type 'availablePrivateEndpointTypes'."
        raise ArmError(400, "LocationNotAvailableForResourceType", text)
    scope = operations.subscription(call.id)
    return Response(200, {"value": [_entry(scope, kind, version) for kind, version in _TYPES.items()]})


def _entry(scope: str, kind: str, version: str) -> JSON:
    name = kind.replace("/", ".")
    return {
        "name": name,
        "id": f"{scope}/providers/{_KIND}/{name}",
        "type": _KIND,
        "resourceName": kind,
        "displayName": kind,
        "apiVersion": version,
    }
