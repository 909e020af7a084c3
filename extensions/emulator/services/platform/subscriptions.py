"""Subscriptions, tenants and regions.

Source: azure-rest-api-specs ``specification/resources/resource-manager/Microsoft.Resources/subscriptions``.
"""

from __future__ import annotations

import re
import typing as t

from ...arm import Arm, Call, Route
from ...provider_catalog import regions
from ...wire import JSON, ArmError, Response
from .authorization import Authorization

_SUBSCRIPTION = re.compile(r"/subscriptions/([^/]+)", re.IGNORECASE)


class Subscriptions:
    """What the caller can see of the tenant. A request below an unknown subscription is refused before all else."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def routes(self) -> t.Iterable[Route]:
        """Lists and single subscriptions."""
        return (
            Route("GET", "/tenants", self._tenants, action=""),
            Route("GET", "/subscriptions", self._list, action=""),
            Route("GET", "/subscriptions/{subscription}", self._get),
            Route("GET", "/subscriptions/{subscription}/locations", self._locations),
        )

    def load(self, world: JSON) -> None:
        """Nothing to make: subscriptions stay in the world."""

    def check(self, call: Call, route: Route) -> Response | None:
        match = _SUBSCRIPTION.match(call.request.path)
        if match and self._find(match.group(1)) is None:
            raise ArmError(404, "SubscriptionNotFound", f"The subscription '{match.group(1)}' could not be found.")
        return None

    def _find(self, subscription: str) -> JSON | None:
        known: list[JSON] = self._arm.world["subscriptions"]
        return next((one for one in known if one["id"].lower() == subscription.lower()), None)

    def _tenants(self, call: Call) -> Response:
        tenant = self._arm.world["tenant_id"]
        return Response(
            200,
            {
                "value": [
                    {
                        "id": f"/tenants/{tenant}",
                        "tenantId": tenant,
                        "displayName": "Rehearsal",
                        "tenantCategory": "Home",
                        "defaultDomain": "rehearsal.invalid",
                        "domains": ["rehearsal.invalid"],
                    }
                ]
            },
        )

    def _list(self, call: Call) -> Response:
        authorization: Authorization = self._arm.service(Authorization)
        return Response(
            200,
            {
                "value": [
                    self._document(one)
                    for one in self._arm.world["subscriptions"]
                    if authorization.visible(call.caller["object_id"], f"/subscriptions/{one['id']}")
                ],
                "count": {"type": "Total", "value": len(self._arm.world["subscriptions"])},
            },
        )

    def _get(self, call: Call) -> Response:
        found = self._find(call["subscription"])
        assert found is not None, "checked before every route"
        return Response(200, self._document(found))

    def _document(self, one: JSON) -> JSON:
        tenant = self._arm.world["tenant_id"]
        return {
            "id": f"/subscriptions/{one['id']}",
            "authorizationSource": "RoleBased",
            "managedByTenants": [],
            "subscriptionId": one["id"],
            "tenantId": tenant,
            "displayName": one["name"],
            "state": "Enabled",
            "subscriptionPolicies": {
                "locationPlacementId": "Public_2014-09-01",
                "quotaId": "PayAsYouGo_2014-09-01",
                "spendingLimit": "Off",
            },
        }

    def _locations(self, call: Call) -> Response:
        prefix = f"/subscriptions/{call['subscription']}/locations"
        return Response(
            200,
            {
                "value": [
                    {
                        "id": f"{prefix}/{region.name}",
                        "name": region.name,
                        "type": "Region",
                        "displayName": region.display_name,
                        "regionalDisplayName": f"({region.geography}) {region.display_name}",
                        "metadata": {
                            "regionType": "Physical",
                            "regionCategory": "Recommended",
                            "geographyGroup": region.geography,
                            "pairedRegion": [{"name": region.pair, "id": f"{prefix}/{region.pair}"}],
                        },
                    }
                    for region in regions(self._arm.world["cloud"])
                ]
            },
        )
