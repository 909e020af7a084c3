"""What Azure sends about a long operation: signed URLs, waiting hints and the answers to a poll.

Azure Resource Manager has no single protocol. A :class:`Dialect` holds what differs between providers; services call
:func:`headers` when they accept a write and :func:`poll` and :func:`result` from their routes.
Source: Microsoft Learn "Track asynchronous Azure operations"; azure-cli recordings
``test_network_private_endpoint_private_dns_zone_group.yaml`` (Network), ``test_DeleteLink_LinkExists_ExpectLinkDeleted.yaml``
(private DNS) and ``test_vault_soft_delete_basic.yaml`` (vaults); azure-powershell recordings
``TestAzureVaultPublicNetworkAccess.json`` (signed URLs) and ``TestZoneRemoveEtagMismatch.json`` (what ``Location`` answers).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import typing as t
from dataclasses import dataclass
from urllib.parse import quote

from .arm import Arm, Call
from .operations import Operation
from .wire import JSON, ArmError, Request, Response

# The signature proves that a URL came from here unaltered. It guards no secret, so the key is a constant and runs
# with the same seed give the same URLs.
_KEY = b"emulated Azure Resource Manager"
_TICKS_BEFORE_1970 = 621_355_968_000_000_000
_CERTIFICATE_BYTES, _SIGNATURE_BYTES = 1796, 256
_SIGNED = ("&t=", "&c=", "&s=", "&h=")
_NAMED = "named in a refusal"
_PATH_SAFE = "/-_.~!$&'()*+,;=:@"


@dataclass(frozen=True)
class Dialect:
    """How one provider reports long operations.

    ``statuses`` and ``results`` are the path segments below the scope of an operation; an empty ``statuses`` means
    that there is no ``Azure-AsyncOperation``. ``running_status`` is the HTTP status of a poll that finds the operation
    still running; it repeats ``Azure-AsyncOperation`` where it ``repeats_status`` and ``Location`` where it
    ``repeats_location``. ``named`` bodies carry id and name beside the status, ``timed`` ones when the operation began
    and ended.
    """

    statuses: str
    results: str
    running_status: int = 200
    repeats_status: bool = True
    repeats_location: bool = False
    named: bool = False
    timed: bool = False


def signed(arm: Arm, request: Request, path: str, api_version: str) -> str:
    """An absolute URL on the host the client used, to be followed verbatim: every part of it is under a signature.

    Lengths and alphabet of ``t``, ``c``, ``s`` and ``h`` are recorded (18, 2395, 342 and 43 characters, base64url without
    padding: azure-cli ``test_backup_vault.yaml``). ``@azure/core-client`` for JavaScript relies on it: it cuts a value at a ``=``.
    """
    ticks = int(arm.clock.now() * 10_000_000) + _TICKS_BEFORE_1970
    certificate = _base64(hashlib.shake_256(path.encode()).digest(_CERTIFICATE_BYTES))
    claims = f"api-version={quote(api_version)}&t={ticks}&c={certificate}"
    query = f"{claims}&s={_signature(path, claims)}"
    return f"{request.base_url}{quote(path, safe=_PATH_SAFE)}?{query}&h={_digest(path, query)}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _signature(path: str, claims: str) -> str:
    key = hmac.new(_KEY, f"{path}?{claims}".encode(), hashlib.sha256).digest()
    return _base64(hashlib.shake_256(key).digest(_SIGNATURE_BYTES))


def _digest(path: str, query: str) -> str:
    return _base64(hashlib.sha256(f"{path}?{query}".encode()).digest())


def check_signature(call: Call) -> None:
    """Refuse (400) an operation URL that was altered or rebuilt.

    Only URLs made by :func:`signed` pass. Status and code are the emulator's own: Azure's are not documented.
    """
    path, query = call.request.path, call.request.raw_query
    body, found, digest = query.rpartition("&h=")
    claims, signature_found, signature = body.rpartition("&s=")
    complete = all(mark in query for mark in _SIGNED) and found and signature_found
    if not complete or digest != _digest(path, body) or signature != _signature(path, claims):
        raise ArmError(400, "InvalidOperationUrl", "The operation URL must be followed exactly as it was returned.")


def retry_after(arm: Arm, kind: str) -> dict[str, str]:
    """The ``Retry-After`` header of an operation of this kind, or nothing.

    The world's setting ``retry_after`` (seconds; ``none`` for no header at all) decides when given. Otherwise an operation
    that takes no time gets none, and every other as many emulated seconds as its part's ``ask_again`` says. It is never empty
    and never below 1, because azure-core takes 0 for absent and azure-cli fails on an empty value.
    """
    setting = arm.settings.get("retry_after")
    if setting is not None:
        return {} if str(setting).lower() == "none" else {"Retry-After": str(max(1, round(float(setting))))}
    if arm.seconds(kind) <= 0:
        return {}
    seconds = next(value for beginning, value in arm.ask_again.items() if kind.startswith(beginning))
    return {"Retry-After": str(max(1, round(seconds / arm.clock.speed)))}


def headers(
    call: Call,
    operation: Operation,
    dialect: Dialect,
    scope: str,
    *,
    status: bool = True,
    location: bool = True,
) -> dict[str, str]:
    """The headers of an accepted write: ``Azure-AsyncOperation`` and ``Location`` as asked for, ``Retry-After``."""
    sent: dict[str, str] = {}
    version = call.request.api_version
    if status and dialect.statuses:
        url = signed(call.arm, call.request, f"{scope}/{dialect.statuses}/{operation.id}", version)
        sent["Azure-AsyncOperation"] = url
    if location:
        sent["Location"] = signed(call.arm, call.request, f"{scope}/{dialect.results}/{operation.id}", version)
    return {**sent, **retry_after(call.arm, operation.kind)}


def named_url(call: Call, operation: Operation, path: str) -> str:
    """The URL by which a refusal names the operation that is in the way: without a signature, as such texts have it.

    From now on the operation can be watched through it.
    """
    operation.hidden[_NAMED] = True
    return f"{call.request.base_url}{path}?api-version={call.request.api_version}"


def find(call: Call, operation_id: str) -> Operation:
    """The operation a poll asks about, after its signature was checked. Raises 400 or 404."""
    operation = call.arm.operations.find(operation_id)
    signed_at_all = any(mark in call.request.raw_query for mark in _SIGNED)
    if operation is None or signed_at_all or not operation.hidden.get(_NAMED):
        check_signature(call)
    if operation is None:
        raise ArmError(404, "OperationNotFound", f"The operation '{operation_id}' could not be found.")
    return operation


def status_document(arm: Arm, operation: Operation, path: str, dialect: Dialect) -> JSON:
    """What a status URL says about an operation."""
    document: JSON = {"status": operation.status}
    if dialect.named:
        document = {"id": path, "name": operation.id, **document}
    if dialect.timed:
        document["startTime"] = arm.clock.iso(operation.started)
        if operation.finished is not None:
            document["endTime"] = arm.clock.iso(operation.finished)
    if operation.error is not None:
        document["error"] = operation.error
    return document


def poll(call: Call, operation_id: str, dialect: Dialect) -> Response:
    """Answer ``Azure-AsyncOperation``. A poll of a running operation returns a fresh URL, as Azure does since 2024."""
    operation = find(call, operation_id)
    document = status_document(call.arm, operation, call.request.path, dialect)
    if operation.status != "InProgress":
        return Response(200, document)
    scope = call.request.path.rsplit("/", 2)[0]
    again = headers(call, operation, dialect, scope, status=dialect.repeats_status, location=dialect.repeats_location)
    return Response(dialect.running_status, document, again)


def result(call: Call, operation_id: str, document: t.Callable[[Operation], t.Any] | None = None) -> Response:
    """Answer ``Location``: 202 while the work goes on, then the operation's ``result_status`` with ``document``.

    A failed operation answers 409 with its error.
    """
    operation = find(call, operation_id)
    if operation.status == "InProgress":
        url = signed(call.arm, call.request, call.request.path, call.request.api_version)
        return Response(202, None, {"Location": url, **retry_after(call.arm, operation.kind)})
    if operation.error is not None:
        return Response(409, {"error": operation.error})
    return Response(operation.result_status, document(operation) if document else None)
