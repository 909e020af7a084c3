"""Long operations and refusals of private DNS: a dialect of its own.

Source: azure-cli recordings of the privatedns command module (such as
``test_GetLink_LinkNotExists.yaml``): 202 with ``{}``; a poll of a running operation answers 202; a failed precondition
is not wrapped in ``error``.
"""

from __future__ import annotations

import base64
import typing as t

from ..arm import Call, Route
from ..long_operation import PRIVATE_DNS, headers, poll, result
from ..store import Resource
from ..wire import JSON, ArmError, Response
from .network_operations import GROUP_PATH, group_of

ZONE = "Microsoft.Network/privateDnsZones"
LINK = ZONE + "/virtualNetworkLinks"
ZONE_PATH = GROUP_PATH + "/privateDnsZones/{zone}"


def routes() -> list[Route]:
    """The two URLs a long operation can be watched through."""
    status, outcome = f"{GROUP_PATH}/{PRIVATE_DNS.statuses}", f"{GROUP_PATH}/{PRIVATE_DNS.results}"
    return [
        Route("GET", status + "/{operation}", lambda call: poll(call, call["operation"], PRIVATE_DNS), action=""),
        Route("GET", outcome + "/{operation}", lambda call: result(call, call["operation"]), action=""),
    ]


def accepted(
    call: Call,
    kind: str,
    verb: str,
    resource_id: str,
    done: t.Callable[[], None],
    failed: t.Callable[[], None] | None = None,
) -> Response:
    """Begin an operation and answer 202: with ``{}`` to a PUT, empty to a DELETE."""
    arm = call.arm
    if arm.operations.running_on(resource_id) is not None:
        # Public transcripts of azure-ml and of AKS quote the text; in both the queued operation is of the same type.
        group = resource_id.replace("/", "|")
        raise ArmError(
            409,
            "Conflict",
            f"Another operation is pending for requested object. Operation group '/operations/groups/id/{group}' "
            f"already has 1 operations like '/operations/type/{verb}/id/{arm.guid()}' queued.",
        )
    operation_id = base64.b64encode(f"FrontEndAsyncOperation;{verb};{arm.guid()}".encode()).decode()
    status = 204 if kind.endswith(".delete") else 200
    operation = arm.operations.start(operation_id, kind, resource_id, done, failed, result_status=status)
    scope = group_of(call) + "/providers/Microsoft.Network"
    body: JSON | None = None if kind.endswith(".delete") else {}
    return Response(202, body, headers(call, operation, PRIVATE_DNS, scope))


def check_preconditions(call: Call, current: Resource | None, what: str) -> None:
    """Honour ``If-None-Match: *`` and ``If-Match``: 412 without the usual ``error`` around it.

    ``what`` names the resource in the text: ``Record set www``. An etag in the body is no precondition.
    """
    if call.request.headers.get("if-none-match") == "*" and current is not None:
        raise ArmError(
            412, "PreconditionFailed", f"The {what} exists already and hence cannot be created again.", wrapped=False
        )
    expected = call.request.headers.get("if-match", "").strip('"')
    if expected and (current is None or expected not in ("*", current.document["etag"])):
        raise ArmError(412, "PreconditionFailed", f"The {what} has been modified (etag mismatch).", wrapped=False)


def shown(resource: Resource, status: int = 200) -> Response:
    """A resource with its etag as a header: a bare GUID, without quotes and ``W/``."""
    return Response(status, resource.document, {"ETag": str(resource.document["etag"])})


def bad_request(message: str) -> ArmError:
    """400 ``BadRequest``."""
    return ArmError(400, "BadRequest", message)


def require_global(call: Call, resource_type: str) -> None:
    """Refuse any location but ``global``."""
    region = str(call.body.get("location") or "")
    if region.lower() != "global":
        raise ArmError(
            400,
            "LocationNotAvailableForResourceType",
            f"The provided location '{region}' is not available for resource type '{resource_type}'. List of available "
            "regions for the resource type is 'global'.",
        )
