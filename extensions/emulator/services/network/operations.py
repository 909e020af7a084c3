"""Long operations of Microsoft.Network, its conflicts and the other refusals its resource types share.

Source: azure-cli recording ``test_network_private_endpoint_private_dns_zone_group.yaml`` (a PUT answers 201 or 200 with
``Azure-AsyncOperation`` alone, a DELETE 202 with ``Location`` as well; both lead to the region's operations).
"""

from __future__ import annotations

import re
import typing as t

from ... import permission
from ...arm import Arm, Call, Route
from ...long_operation import Dialect, find, headers, named_url, poll, result
from ...operations import Operation
from ...store import Resource
from ...wire import JSON, ArmError, Response, fold
from .settings import setting

GROUP_PATH = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network"
#: Scope: ``/subscriptions/{s}/providers/Microsoft.Network/locations/{l}``.
_DIALECT = Dialect("operations", "operationResults", repeats_status=False)
_NAME = re.compile(r"\w([\w.-]{0,78}\w)?", re.ASCII)
_REGION = "/subscriptions/{subscription}/providers/Microsoft.Network/locations/{location}"


def routes() -> list[Route]:
    """The two URLs a long operation of Microsoft.Network can be watched through."""
    return [
        watched(_REGION + "/operations/{operation}", lambda call: poll(call, call["operation"], _DIALECT)),
        watched(_REGION + "/operationResults/{operation}", _result),
    ]


def _result(call: Call) -> Response:
    """The end of a deletion repeats all headers of its beginning (azure-cli recording ``test_network_subnet_set.yaml``)."""
    response = result(call, call["operation"])
    if response.status == 204:
        operation = find(call, call["operation"])
        again = headers(call, operation, _DIALECT, call.id.rsplit("/", 2)[0])
        again.pop("Retry-After", None)
        response.headers.update(again, **{"Azure-AsyncNotification": "Enabled"})
    return response


def watched(pattern: str, answer: t.Callable[[Call], Response]) -> Route:
    """The route of a poll, for which the caller needs the action that its path says.

    Source: Microsoft Learn "Azure permissions for Networking" (``Microsoft.Network/locations/operations/read``,
    ``privateDnsOperationStatuses/read`` and the like). Who holds it only on the resource in question can still follow what he
    began, or nobody with a role on a group could; the world's setting ``operation_poll_scope`` asks for more.
    """

    def checked(call: Call) -> Response:
        from ..platform.authorization import Authorization

        action, scope = permission.action_of("GET", call.id), permission.scope_of(call.id)
        operation = call.arm.operations.find(call["operation"])
        own = setting(call.arm, "operation_poll_scope") == "resource" and operation is not None
        if not (own and operation and may(call, action, operation.resource_id)):
            call.arm.service(Authorization).require(call, action, scope)
        return answer(call)

    return Route("GET", pattern, checked, action="")


def start(
    arm: Arm, kind: str, resource_id: str, done: t.Callable[[], None], failed: t.Callable[[], None] | None = None
) -> Operation:
    """Begin a long operation under a new GUID; a successful delete ends with 204."""
    status = 204 if kind.endswith(".delete") else 200
    return arm.operations.start(arm.guid(), kind, resource_id, done, failed, result_status=status)


def accepted(
    call: Call,
    operation: Operation,
    region: str,
    resource: Resource | None,
    *,
    new: bool = False,
    notified: bool = False,
) -> Response:
    """The answer to an accepted write: 201 or 200 with the document, or an empty 202 without ``resource``.

    What is said of a ``notified`` type is that Azure can notify of the operation's end.
    """
    scope = f"{subscription(operation.resource_id)}/providers/Microsoft.Network/locations/{region}"
    sent = headers(call, operation, _DIALECT, scope, location=resource is None)
    sent["x-ms-request-id"] = operation.id
    if notified:
        sent["Azure-AsyncNotification"] = "Enabled"
    if resource is None:
        return Response(202, None, sent)
    return Response(201 if new else 200, resource.document, sent)


def delete(call: Call, kind: str, refuse: t.Callable[[Resource], None], *, notified: bool = False) -> Response:
    """Delete a resource; ``refuse`` raises for one that must stay. 204 when it is gone already."""
    arm = call.arm
    resource = arm.store.find(call.id)
    if resource is None:
        return Response(204)
    region = str(resource.document.get("location") or "global")
    refuse_while_running(call, resource.id, region)
    refuse(resource)
    operation = start(arm, f"{kind}.delete", resource.id, lambda: arm.store.remove(resource.id))
    return accepted(call, operation, region, None, notified=notified)


def shown(document: JSON) -> Response:
    """A resource's document with its etag as a header too, which only a GET has."""
    return Response(200, document, {"ETag": str(document["etag"])} if "etag" in document else {})


def subscription(resource_id: str) -> str:
    """The subscription an id is in, as ``/subscriptions/{id}``."""
    return "/" + "/".join(resource_id.strip("/").split("/")[:2])


def refuse_while_running(call: Call, resource_id: str, region: str) -> None:
    """Refuse (409) while an operation works on the resource or on anything below it.

    Source: pasted errors in public issues; Azure names the operation's URL in the text.
    """
    wanted = fold(resource_id)
    for operation in call.arm.operations.all():
        key = fold(operation.resource_id)
        if operation.status == "InProgress" and (key == wanted or key.startswith(wanted + "/")):
            scope = f"{subscription(resource_id)}/providers/Microsoft.Network/locations/{region}"
            url = named_url(call, operation, f"{scope}/operations/{operation.id}")
            raise ArmError(
                409,
                "AnotherOperationInProgress",
                "Another operation on this or dependent resource is in progress. To retrieve status of the operation use "
                f"uri: {url}.",
                details=[],
            )


def not_provisioned(resource_id: str, state: str) -> ArmError:
    """429 for a reference to a resource that is not ready yet.

    Source: many Terraform modules retry this pair of codes; the only body known is a public test fixture.
    """
    message = f"Cannot proceed with operation because resource {resource_id} is in {state} state."
    return ArmError(
        429,
        "RetryableError",
        "A retryable error occurred.",
        details=[
            {"code": "ReferencedResourceNotProvisioned", "message": f"{message} Resource should be in Succeeded state."}
        ],
    )


def invalid_reference(missing_id: str, referring_id: str) -> ArmError:
    """400 for a reference to a resource that does not exist, or exists in another region.

    The wording is known from public write-ups about other network resources; status 400 is unverified.
    """
    return ArmError(
        400,
        "InvalidResourceReference",
        f"Resource {missing_id} referenced by resource {referring_id} was not found. Please make sure that the "
        "referenced resource exists, and that both resources are in the same region.",
        details=[],
    )


def invalid(message: str, code: str = "InvalidRequestFormat") -> ArmError:
    """400 with empty details, as Microsoft.Network refuses a request it cannot use."""
    return ArmError(400, code, message, details=[])


def check_name(name: str) -> None:
    """Refuse a name that no resource of Microsoft.Network can have, in the provider's own words."""
    if not _NAME.fullmatch(name):
        raise invalid(
            f"Resource name {name} is invalid. The name can be up to 80 characters long. It must begin with a word "
            "character, and it must end with a word character or with '_'. The name may contain word characters or '.', "
            "'-', '_'.",
            "InvalidResourceName",
        )


def group_of(call: Call) -> str:
    """The id of the resource group the request is in."""
    return "/".join(call.id.split("/")[:5])


def refuse_other_location(current: Resource, region: str) -> None:
    """Refuse (409) a PUT that would move a resource to another region, as the gateway does for every type."""
    existing = str(current.document["location"])
    if region != existing:
        raise ArmError(
            409,
            "InvalidResourceLocation",
            f"The resource '{current.name}' already exists in location '{existing}' in resource group "
            f"'{current.id.split('/')[4]}'. A resource with the same name cannot be created in location '{region}'. "
            "Please select a new resource name.",
        )


def require_join(
    call: Call, primary_action: str, linked_action: str, linked_scope: str, shown_action: str = ""
) -> None:
    """Refuse (403 ``LinkedAuthorizationFailed``) a caller who may write but not join what the body refers to."""
    from ..platform.authorization import Authorization

    call.arm.service(Authorization).require_linked(
        call, primary_action, call.id, linked_action, linked_scope, shown_action
    )


def may(call: Call, action: str, scope: str) -> bool:
    """Whether the caller holds an action at a scope."""
    from ..platform.authorization import Authorization

    held = call.arm.service(Authorization).allowed(call.caller.get("object_id", ""), action, scope)
    return bool(held)


def listed(resources: t.Iterable[Resource]) -> Response:
    """A list in one page."""
    return Response(200, {"value": [resource.document for resource in resources]})
