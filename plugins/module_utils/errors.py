"""Errors of the engine. Low layers raise them; only the runner turns one into a failed task."""

from __future__ import annotations

import typing as t

from .texts import on_one_line


class RecoveryError(Exception):
    """Base of all errors a task reports. ``message`` is one readable sentence or more."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def facts(self) -> dict[str, t.Any]:
        """Values that go beside ``msg`` in the failed result."""
        return {"remedy": self.remedy} if self.remedy else {}

    def sentence(self) -> str:
        """The message followed by the remedy, when one is known."""
        return f"{self.message} {self.remedy}".strip()


class InputError(RecoveryError):
    """What the operator asked for cannot be meant; found before any request."""


class Refusal(RecoveryError):
    """Acting would do harm or is bound to fail; nothing was written."""


class CredentialError(RecoveryError):
    """No usable credentials, or the sign-in was refused."""


class Unreachable(RecoveryError):
    """No answer from the endpoint: name, route, TLS or a dropped connection."""


class WaitTimeout(RecoveryError):
    """Something did not become true in time. Azure may still be working on it; running again resumes."""


class AzureError(RecoveryError):
    """Azure answered with an error.

    Attributes: ``status`` (HTTP, int), ``code`` and ``answer`` (Azure's own words), ``request_id``, ``method``,
    ``resource_id``. ``outcome`` says who answered.
    """

    def __init__(
        self,
        *,
        status: int,
        code: str,
        answer: str,
        method: str,
        resource_id: str,
        request_id: str = "",
        remedy: str = "",
        outcome: str = "failed; Azure answered",
    ) -> None:
        self.status, self.code, self.answer = status, code, answer
        self.method, self.resource_id, self.request_id = method, resource_id, request_id
        deed = DEEDS.get(method, method)
        words = on_one_line(answer)
        said = f"{status} {code}: {words}" if code else f"{status}: {words}"
        identified = f" (request {request_id})" if request_id else ""
        super().__init__(f"{deed} {resource_id} {outcome} {said.rstrip('.')}{identified}.", remedy=remedy)

    def facts(self) -> dict[str, t.Any]:
        """Status, code, Azure's message, request id and the resource, for handlers and reports."""
        return {
            **super().facts(),
            "status": self.status,
            "code": self.code,
            "azure_message": self.answer,
            "request_id": self.request_id,
            "resource_id": self.resource_id,
            "method": self.method,
        }


class NotFound(AzureError):
    """404 from Azure Resource Manager itself: the resource does not exist."""


class Forbidden(AzureError):
    """403: the caller may not do this."""


class Conflict(AzureError):
    """409 or 412: another operation runs, or the resource is not what the caller thought."""


class OperationFailed(AzureError):
    """A long operation ended as Failed or Canceled."""


class Unexpected(AzureError):
    """A success without what was asked for, or a redirection. It never means absent: most likely Azure was not reached."""


class Misdirected(RecoveryError):
    """An answer named another host to go on with than the resource manager; nothing was sent there, no token above all.

    ``named`` is what it named. What was asked for before that answer may have been carried out.
    """

    def __init__(self, method: str, resource_id: str, named: str, home: str) -> None:
        self.method, self.resource_id, self.named = method, resource_id, named
        begun = "" if method in ("GET", "LIST") else " What was begun may have been carried out."
        super().__init__(
            f"{DEEDS.get(method, method)} {resource_id} stopped: an answer said to go on at {named!r}, and the access "
            f"token goes to {home} only; nothing was sent there.{begun}",
            remedy="Azure names no other host: a proxy on the way, or whatever cloud_environment leads to, writes its "
            "answers. Find out who does before you run again.",
        )

    def facts(self) -> dict[str, t.Any]:
        """The resource, and the host that was named."""
        return {**super().facts(), "method": self.method, "resource_id": self.resource_id, "named_host": self.named}


DEEDS = {
    "GET": "Reading",
    "HEAD": "Reading",
    "PUT": "Writing",
    "PATCH": "Changing",
    "DELETE": "Deleting",
    "POST": "Asking",
    "LIST": "Listing",
}

# A 404 with one of these codes speaks of the subscription, the provider or the type, not of the resource:
# https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
NOT_ABSENCE = frozenset(
    {
        "subscriptionnotfound",
        "invalidsubscriptionid",
        "invalidresourcetype",
        "invalidresourcenamespace",
        "noregisteredproviderfound",
        "missingsubscriptionregistration",
        "invalidauthenticationtokentenant",
        "missingapiversionparameter",
        "invalidapiversionparameter",
    }
)

REMEDIES = {
    "authorizationfailed": "Grant the signed-in identity the missing action at that scope; a fresh grant can take ten minutes to spread.",
    "linkedauthorizationfailed": "Grant the signed-in identity the named action on the linked resource (for a subnet: "
    "Microsoft.Network/virtualNetworks/subnets/join/action).",
    "subscriptionnotfound": "Check subscription_id, the tenant and cloud_environment: this identity does not see that subscription there.",
    "invalidsubscriptionid": "subscription_id must be a GUID.",
    "resourcegroupnotfound": "Create the resource group first, or correct its name and subscription.",
    "missingsubscriptionregistration": "Register the provider with privatelink.recovery.provider_registration and run again.",
    "expiredauthenticationtoken": "Sign in again; check the controller's clock.",
    "invalidauthenticationtoken": "Check tenant, client_id and secret; the token was not accepted.",
    "invalidauthenticationtokenaudience": "The token is for another cloud: check cloud_environment.",
    "invalidauthenticationtokentenant": "The subscription belongs to another tenant: check tenant.",
    "principalnotfound": "The identity is not yet known to the directory; wait a few minutes and run again.",
    "privateendpointcannotbecreatedinsubnetthathasnetworkpoliciesenabled": "Set privateEndpointNetworkPolicies of the subnet to Disabled.",
    "subnetisfull": "Use a larger subnet or free addresses.",
    "requestdisallowedbypolicy": "An Azure Policy assignment forbids this; ask its owner for an exemption.",
    "scopelocked": "A management lock protects the resource; its owner must remove it first.",
}


def remedy_for(code: str, status: int) -> str:
    """What the operator can do about an Azure error code; empty when nothing is known."""
    known = REMEDIES.get(code.lower(), "")
    if not known and status == 403:
        return REMEDIES["authorizationfailed"]
    if not known and status == 401:
        return REMEDIES["invalidauthenticationtoken"]
    return known
