"""Resource providers: what a subscription has registered, and the check of it.

Source: azure-rest-api-specs ``specification/resources/resource-manager/Microsoft.Resources/resources``; Microsoft Learn
"Resolve errors for resource provider registration" (``MissingSubscriptionRegistration``); azure-mgmt-core
``ARMAutoResourceProviderRegistrationPolicy`` for what clients read.
"""

from __future__ import annotations

import re
import typing as t

from ... import provider_catalog
from ...arm import Arm, Call, Route
from ...wire import JSON, ArmError, Response

_NAMESPACE = re.compile(r"^/subscriptions/([^/]+)/.*providers/([^/]+)/[^/]+", re.IGNORECASE)
_PROVIDERS = "/subscriptions/{subscription}/providers"


class Providers:
    """Registration by subscription and namespace. Requests to a namespace that is not registered are refused."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self._states: dict[tuple[str, str], str] = {}

    def routes(self) -> t.Iterable[Route]:
        """Reading and changing registrations."""
        return (
            Route("GET", _PROVIDERS, self._list),
            Route("GET", _PROVIDERS + "/{namespace}", self._get),
            Route("POST", _PROVIDERS + "/{namespace}/register", self._register),
            Route("POST", _PROVIDERS + "/{namespace}/unregister", self._unregister),
        )

    def load(self, world: JSON) -> None:
        """Take the registrations of the world's subscriptions."""
        for subscription in world["subscriptions"]:
            for namespace, state in subscription["providers"].items():
                self._states[(subscription["id"].lower(), namespace.lower())] = state

    def state(self, subscription: str, namespace: str) -> str:
        """Registered, Registering, NotRegistered (never was), Unregistering or Unregistered."""
        if namespace.lower() in (name.lower() for name in provider_catalog.ALWAYS_REGISTERED):
            return "Registered"
        return self._states.get((subscription.lower(), namespace.lower()), "NotRegistered")

    def check(self, call: Call, route: Route) -> Response | None:
        match = _NAMESPACE.match(call.request.path)
        if match is None or re.search(r"/(un)?register$", call.request.path, re.IGNORECASE):
            return None
        subscription, namespace = match.groups()
        if self.state(subscription, namespace) not in ("Registered", "Registering"):
            text = (
                f"The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found "
                "for how to register subscriptions."
            )
            code = "MissingSubscriptionRegistration"
            raise ArmError(
                409,
                code,
                text,
                details=[{"code": code, "target": namespace, "message": text}],
            )
        return None

    def _document(self, subscription: str, namespace: str) -> JSON:
        names = [region.display_name for region in provider_catalog.regions(self._arm.world["cloud"])]
        return {
            "id": f"/subscriptions/{subscription}/providers/{namespace}",
            "namespace": namespace,
            "registrationPolicy": "RegistrationRequired",
            "registrationState": self.state(subscription, namespace),
            "resourceTypes": [
                {
                    "resourceType": kind,
                    "apiVersions": list(versions),
                    "defaultApiVersion": versions[0],
                    "locations": ["global"] if kind.startswith("privateDnsZones") else names,
                    "capabilities": "None",
                }
                for kind, versions in provider_catalog.TYPES[namespace].items()
            ],
        }

    def _named(self, call: Call) -> str:
        wanted = call["namespace"]
        for namespace in provider_catalog.TYPES:
            if namespace.lower() == wanted.lower():
                return namespace
        raise ArmError(404, "InvalidResourceNamespace", f"The resource namespace '{wanted}' is invalid.")

    def _list(self, call: Call) -> Response:
        names = provider_catalog.TYPES
        return Response(200, {"value": [self._document(call["subscription"], namespace) for namespace in names]})

    def _get(self, call: Call) -> Response:
        return Response(200, self._document(call["subscription"], self._named(call)))

    def _register(self, call: Call) -> Response:
        return self._change(call, "Registering", "Registered")

    def _unregister(self, call: Call) -> Response:
        return self._change(call, "Unregistering", "Unregistered")

    def _change(self, call: Call, during: str, after: str) -> Response:
        namespace = self._named(call)
        key = (call["subscription"].lower(), namespace.lower())
        if self.state(*key) != after:
            self._states[key] = during
            seconds = float(self._arm.settings.get("provider_registration_seconds", 0))
            self._arm.scheduler.after(seconds, lambda: self._states.update({key: after}))
        return Response(200, self._document(call["subscription"], namespace))
