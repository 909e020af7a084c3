"""The headers that answers have whatever they are about: ids, who refused, what is left of the allowance.

Sources: azure-powershell recordings ``TestAzureVaultPublicNetworkAccess.json``, ``TestZoneRemoveEtagMismatch.json`` and
``TestPrivateEndpointApplicationSecurityGroup.json`` (azure-cli's leave most of these headers out); Microsoft Learn "Understand
how Azure Resource Manager throttles requests". ``Strict-Transport-Security`` is left out on purpose: a browser would take it
for everything else on this machine.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

from .clock import Clock
from .wire import Request, Response, is_management

#: Refused before any provider saw the request.
GATEWAY = frozenset(
    {
        "AuthenticationFailed",
        "AuthorizationFailed",
        "ExpiredAuthenticationToken",
        "InvalidApiVersionParameter",
        "InvalidAuthenticationToken",
        "InvalidAuthenticationTokenAudience",
        "InvalidRequestContent",
        "InvalidResourceLocation",
        "InvalidResourceNamespace",
        "InvalidResourceType",
        "LinkedAuthorizationFailed",
        "LocationNotAvailableForResourceGroup",
        "LocationNotAvailableForResourceType",
        "LocationRequired",
        "MissingApiVersionParameter",
        "MissingSubscriptionRegistration",
        "NoRegisteredProviderFound",
        "ParentResourceNotFound",
        "ResourceGroupBeingDeleted",
        "ResourceGroupNotFound",
        "ResourceNotFound",
        "ScopeLocked",
        "SubscriptionNotFound",
        "SubscriptionRequestsThrottled",
        "TenantRequestsThrottled",
        "UnsupportedMediaType",
    }
)
_CAUSE, _REGION, _HOUR = "x-ms-failure-cause", "WESTEUROPE", 3600
#: The name of an allowance that a provider counts itself.
RESOURCE_REQUESTS = "subscription-resource-requests"


class Manner(t.NamedTuple):
    """How one provider differs. ``allowances`` by kind of request: which are reported as remaining, and how many an hour.

    Where ``takes_client_request_id``, the client's id of a request becomes the provider's.
    """

    allowances: t.Mapping[str, tuple[str, int]]
    own_request_id: bool = False
    takes_client_request_id: bool = False
    echoes_client_request_id: bool = False
    caching: str = "no-cache"


#: What Azure Resource Manager itself allows a subscription in an hour.
ALLOWANCES = {
    "reads": ("subscription-reads", 12000),
    "writes": ("subscription-writes", 1200),
    "deletes": ("subscription-deletes", 15000),
}
_KINDS = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}


class ResponseHeaders:
    """Completes the answers of one emulator, and counts what has been used of each allowance."""

    def __init__(self, clock: Clock, guid: t.Callable[[], str], manners: t.Sequence[tuple[str, Manner]]) -> None:
        """``manners`` by the beginning of the resource type; the first that fits counts, and Resource Manager's own otherwise."""
        self._clock, self._guid = clock, guid
        self._manners = (*manners, ("", Manner(ALLOWANCES)))
        self._used: dict[tuple[str, ...], int] = {}

    def complete(self, request: Request, response: Response, remaining: t.Mapping[str, int] | None = None) -> None:
        """Add what is missing. Sign-in and the emulator's own routes have no more than an id.

        ``remaining``: headers with what is left of the caller's buckets, where requests are throttled. A provider that counts
        itself says its own.
        """
        correlation = self._guid()
        sent = response.headers
        if not is_management(request.path):
            sent.setdefault("x-ms-request-id", correlation)
            return
        if _code(response) in GATEWAY:
            sent.setdefault(_CAUSE, "gateway")
        refused_early = _CAUSE in sent
        manner = self._manner(request.path)
        own_id = self._guid() if manner.own_request_id and not refused_early else correlation
        client_id = request.headers.get("x-ms-client-request-id")
        if client_id and manner.takes_client_request_id and not refused_early:
            own_id = client_id
        sent.setdefault("x-ms-request-id", own_id)
        sent["x-ms-correlation-request-id"] = correlation
        moment = datetime.fromtimestamp(self._clock.now(), timezone.utc)
        sent["x-ms-routing-request-id"] = f"{_REGION}:{moment:%Y%m%dT%H%M%SZ}:{correlation}"
        asked = request.headers.get("x-ms-return-client-request-id", "").lower() == "true"
        if client_id and (asked or (manner.echoes_client_request_id and not refused_early)):
            sent["x-ms-client-request-id"] = client_id
        sent["X-Content-Type-Options"] = "nosniff"
        sent["Cache-Control"] = "no-cache" if refused_early else manner.caching
        if not refused_early:
            name, left = self._left(request, manner)
            if remaining and name != RESOURCE_REQUESTS:
                sent.update({header: str(number) for header, number in remaining.items()})
            else:
                sent[f"x-ms-ratelimit-remaining-{name}"] = str(left)

    def _manner(self, path: str) -> Manner:
        kind = path.lower().rpartition("/providers/")[2] if "/providers/" in path.lower() else ""
        return next(manner for beginning, manner in self._manners if kind.startswith(beginning))

    def _left(self, request: Request, manner: Manner) -> tuple[str, int]:
        """An allowance is a subscription's and begins anew each emulated hour. Running out of it has no consequence here."""
        kind = _KINDS.get(request.method, "writes")
        name, limit = manner.allowances[kind]
        subscription = next(iter(request.path.strip("/").lower().split("/")[1:2]), "")
        key = (subscription, name, kind, str(int(self._clock.now()) // _HOUR))
        self._used[key] = self._used.get(key, 0) + 1
        return name, max(0, limit - self._used[key])


def _code(response: Response) -> str:
    """The code of a refusal in the usual wrapping, or an empty string."""
    document = response.document if isinstance(response.document, dict) else {}
    error = document.get("error")
    return str(error.get("code", "")) if isinstance(error, dict) and response.status >= 400 else ""
