"""How Azure Resource Manager throttles: a bucket of requests for each principal, subscription and kind of request.

Source: Microsoft Learn "Understand how Azure Resource Manager throttles requests"
(https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling): the sizes and refills, the
fifteenfold buckets that all principals of a subscription share, the headers. Code and text of the refusal: public issues that quote
it. How long Azure wants to be left alone is not documented and often more than it takes until there is a request to spend: the
setting's ``retry_after`` says at least how long.
"""

from __future__ import annotations

import math
import re
import typing as t
from dataclasses import dataclass

from ...arm import Arm, Call, RequestCheck, Route
from ...wire import JSON, ArmError, Response, is_management
from ...world import WorldError

#: Requests in a full bucket and those that come back each second, by kind.
AZURE: JSON = {
    "reads": {"bucket": 250, "refill": 25},
    "writes": {"bucket": 200, "refill": 10},
    "deletes": {"bucket": 200, "refill": 10},
    "retry_after": 1,
}
#: So much more the principals of a subscription have together.
_TOGETHER = 15
_NAMES = ("reads", "writes", "deletes")
_KINDS = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}
_SUBSCRIPTION = re.compile(r"/subscriptions/([^/]+)", re.IGNORECASE)


@dataclass
class Bucket:
    """What is left at a moment."""

    size: float
    refill: float
    left: float
    at: float

    def fill(self, now: float) -> None:
        """Let the time since the last look count."""
        self.left = min(self.size, self.left + (now - self.at) * self.refill)
        self.at = now

    @property
    def wait(self) -> float:
        """Seconds until there is one request to spend."""
        return max(0.0, (1 - self.left) / self.refill)


class Throttling(RequestCheck):
    """Counts only where the world's setting ``throttling`` is ``azure`` or a mapping of what differs from it."""

    def __init__(self, arm: Arm) -> None:
        super().__init__(arm)
        self._buckets: dict[tuple[str, ...], Bucket] = {}

    def load(self, world: JSON) -> None:
        """Refuse a setting that cannot be meant."""
        chosen = self._arm.settings.get("throttling")
        if not chosen or chosen == "azure":
            return
        known = isinstance(chosen, dict) and set(chosen) <= set(AZURE)
        rows = [{**AZURE[kind], **chosen.get(kind, {})} for kind in _NAMES] if known else []
        numbers = [value for row in rows for value in row.values()] + ([chosen.get("retry_after", 1)] if known else [])
        if not known or not all(isinstance(number, (int, float)) and number > 0 for number in numbers):
            raise WorldError(
                "settings.throttling: must be 'azure' or a mapping such as "
                f"{{reads: {{bucket: 250, refill: 25}}, retry_after: 1}} with numbers above 0, not {chosen!r}"
            )

    def check(self, call: Call, route: Route) -> Response | None:
        chosen = self._arm.settings.get("throttling")
        if not chosen or not is_management(call.request.path):
            return None
        given: JSON = dict(chosen) if isinstance(chosen, dict) else {}
        kind = _KINDS.get(call.request.method, "writes")
        limit = {**AZURE[kind], **given.get(kind, {})}
        match = _SUBSCRIPTION.match(call.request.path)
        subscription = match.group(1) if match else ""
        actor = str(call.caller.get("object_id", ""))
        own = self._bucket((subscription.lower(), kind, actor), limit, 1)
        shared = self._bucket((subscription.lower(), kind), limit, _TOGETHER)
        scope = "subscription" if subscription else "tenant"
        if min(own.left, shared.left) < 1:
            seconds = max(own.wait, shared.wait, float(given.get("retry_after") or AZURE["retry_after"]))
            wait = max(1, math.ceil(seconds / self._arm.clock.speed))
            raise _throttled(kind, scope, subscription or self._arm.world["tenant_id"], actor, wait)
        own.left -= 1
        shared.left -= 1
        call.entry["remaining"] = {
            f"x-ms-ratelimit-remaining-{scope}-{kind}": int(own.left),
            f"x-ms-ratelimit-remaining-{scope}-global-{kind}": int(shared.left),
        }
        return None

    def _bucket(self, key: tuple[str, ...], limit: t.Mapping[str, float], times: int) -> Bucket:
        now, size = self._arm.clock.now(), float(limit["bucket"]) * times
        bucket = self._buckets.setdefault(key, Bucket(size, float(limit["refill"]) * times, size, now))
        bucket.fill(now)
        return bucket


def _throttled(kind: str, scope: str, name: str, actor: str, wait: int) -> ArmError:
    return ArmError(
        429,
        "SubscriptionRequestsThrottled" if scope == "subscription" else "TenantRequestsThrottled",
        f"Number of '{kind.removesuffix('s')}' requests for {scope} '{name}' actor '{actor}' exceeded. Please try again after "
        f"'{wait}' seconds.",
        headers={"Retry-After": str(wait), f"x-ms-ratelimit-remaining-{scope}-{kind}": "0"},
    )
