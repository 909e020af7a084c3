"""Long operations and refusals of private DNS: a dialect of its own.

Source: azure-cli recordings of the privatedns command module (such as
``test_GetLink_LinkNotExists.yaml``): 202 with ``{}``; a poll of a running operation answers 202. Preconditions of zones
and links are judged by the operation, which then ends as Failed: ``test_PutZone_ZoneExistsIfNoneMatchFailure``,
``test_PatchZone_ZoneExistsIfMatchFailure``, ``test_PutLink_LinkExistsIfNoneMatchFailure``,
``test_PatchLink_LinkExistsIfMatchFailure``, and azure-powershell ``TestZoneRemoveEtagMismatch.json``.
"""

from __future__ import annotations

import base64
import typing as t
from dataclasses import dataclass

from ...arm import Call, Route
from ...long_operation import Dialect, headers, poll, result
from ...store import Resource
from ...wire import JSON, ArmError, Response
from .operations import GROUP_PATH, group_of, watched

ZONE = "Microsoft.Network/privateDnsZones"
LINK = ZONE + "/virtualNetworkLinks"
ZONE_PATH = GROUP_PATH + "/privateDnsZones/{zone}"
_REFUSED = "private_dns.refused"
#: Scope: the resource group's id plus ``/providers/Microsoft.Network``.
_DIALECT = Dialect(
    "privateDnsOperationStatuses", "privateDnsOperationResults", running_status=202, repeats_location=True
)


def routes() -> list[Route]:
    """The two URLs a long operation can be watched through."""
    status, outcome = f"{GROUP_PATH}/{_DIALECT.statuses}", f"{GROUP_PATH}/{_DIALECT.results}"
    return [
        watched(status + "/{operation}", lambda call: poll(call, call["operation"], _DIALECT)),
        watched(outcome + "/{operation}", lambda call: result(call, call["operation"], lambda _operation: {})),
    ]


def refuse_queued(call: Call, verb: str, resource_id: str) -> None:
    """Refuse (409) a second operation on a resource while the first is at work.

    Public transcripts of azure-ml and of AKS quote the text; in both the queued operation is of the same type.
    """
    if call.arm.operations.running_on(resource_id) is not None:
        group = resource_id.replace("/", "|")
        raise ArmError(
            409,
            "Conflict",
            f"Another operation is pending for requested object. Operation group '/operations/groups/id/{group}' "
            f"already has 1 operations like '/operations/type/{verb}/id/{call.arm.guid()}' queued.",
        )


def accepted(
    call: Call,
    kind: str,
    verb: str,
    resource_id: str,
    done: t.Callable[[], None],
    failed: t.Callable[[], None] | None = None,
    error: JSON | None = None,
) -> Response:
    """Begin an operation and answer 202: with ``{}`` to a PUT, empty to a DELETE.

    One whose precondition is not met ends with the ``error`` that :func:`unmet` gave, and does nothing else.
    """
    arm = call.arm
    refuse_queued(call, verb, resource_id)
    operation_id = base64.b64encode(f"FrontEndAsyncOperation;{verb};{arm.guid()}".encode()).decode()
    if error is None:
        operation = arm.operations.start(operation_id, kind, resource_id, done, failed)
    else:
        operation = arm.operations.start(operation_id, _REFUSED, resource_id, done, error=error)
    scope = group_of(call) + "/providers/Microsoft.Network"
    body: JSON | None = None if kind.endswith(".delete") else {}
    return Response(202, body, headers(call, operation, _DIALECT, scope))


@dataclass(frozen=True)
class Messages:
    """The two sentences about one resource whose ``If-None-Match`` or ``If-Match`` is not met."""

    exists: str
    modified: str

    @classmethod
    def of_zone(cls, name: str) -> Messages:
        """As recorded for zones."""
        return cls.of(f"Zone {name}")

    @classmethod
    def of_link(cls, name: str, zone: str) -> Messages:
        """As recorded for links: one of the two has its names in quotes."""
        return cls(
            f"The Virtual Network link {name} for the Private DNS zone {zone} exists already and hence cannot be created "
            "again.",
            f"The Virtual Network link '{name}' for the Private DNS zone '{zone}' has been modified (etag mismatch).",
        )

    @classmethod
    def of(cls, what: str) -> Messages:
        """As recorded for record sets, too."""
        return cls(
            f"The {what} exists already and hence cannot be created again.",
            f"The {what} has been modified (etag mismatch).",
        )


def unmet(call: Call, current: Resource | None, messages: Messages) -> JSON | None:
    """The error of an ``If-None-Match: *`` or ``If-Match`` that is not met. An etag in the body is no precondition."""
    message = ""
    if call.request.headers.get("if-none-match") == "*" and current is not None:
        message = messages.exists
    expected = call.request.headers.get("if-match", "").strip('"')
    if expected and (current is None or expected not in ("*", current.document["etag"].strip('"'))):
        message = messages.modified
    return {"code": "PreconditionFailed", "message": message} if message else None


def shown(resource: Resource, status: int = 200) -> Response:
    """A resource with its etag as a header: as in the body, a link's in quotes, a zone's and a record set's not."""
    return Response(status, resource.document, {"ETag": str(resource.document["etag"])})


def bad_request(message: str) -> ArmError:
    """400 ``BadRequest``."""
    return ArmError(400, "BadRequest", message)
