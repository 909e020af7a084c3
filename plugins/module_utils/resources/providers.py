"""Resource providers of a subscription: is one registered, and registering it."""

from __future__ import annotations

import re
import typing as t

from ..azure.client import Azure
from ..engine.plan import Plan
from ..errors import AzureError, InputError
from ..ids import GUID, region
from ..wire import JSON

API_VERSION = "2021-04-01"
NAMESPACE = re.compile(r"^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)+$")


def provider_id(subscription_id: str, namespace: str) -> str:
    """The id of a provider in a subscription. Raises :class:`InputError` for what cannot be one."""
    if not GUID.match(subscription_id):
        raise InputError(f"subscription_id must be a GUID, got {subscription_id!r}.")
    if not NAMESPACE.match(namespace):
        raise InputError(f"namespace {namespace!r} is not a resource provider such as Microsoft.RecoveryServices.")
    return f"/subscriptions/{subscription_id}/providers/{namespace}"


def read_provider(azure: Azure, subscription_id: str, namespace: str) -> JSON:
    """The provider as the subscription sees it, with ``registrationState``.

    https://learn.microsoft.com/rest/api/resources/providers/get
    """
    return azure.get(provider_id(subscription_id, namespace), API_VERSION)


def registration_state(document: JSON) -> str:
    """``Registered``, ``Registering``, ``NotRegistered``, ``Unregistering`` or ``Unregistered``."""
    return str(document.get("registrationState") or "")


def offered(document: JSON, kind: str) -> list[str]:
    """The regions in which a provider offers a resource type, folded; empty where it names none.

    A resource can be made in these only:
    https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types.
    """
    name = kind.split("/", 1)[1].lower()
    types = (row for row in document.get("resourceTypes") or [] if str(row.get("resourceType")).lower() == name)
    return [region(place) for row in types for place in row.get("locations") or []]


def plan_registration(resource_id: str, state: str, *, force: bool) -> Plan:
    """Decide whether to register.

    A registration under way is not asked for again. ``force`` registers anew what is registered:
    https://learn.microsoft.com/azure/backup/private-endpoints asks for that when the provider was registered before
    1 May 2020, and no API shows when that was.
    """
    before, after = {"registrationState": state}, {"registrationState": "Registered"}
    if state.lower() == "registering" or (state.lower() == "registered" and not force):
        return Plan("none", resource_id, before, before)
    if state.lower() == "registered":
        after = {"registrationState": "Registered", "registration": "renewed"}
    return Plan("update", resource_id, before, after)


Answer = t.TypeVar("Answer")


def registered(ask: t.Callable[[], Answer], nothing: Answer) -> Answer:
    """Ask; of a provider that was never registered in the subscription there is nothing."""
    try:
        return ask()
    except AzureError as error:
        if error.code.lower() != "missingsubscriptionregistration":
            raise
        return nothing


def find_registered(azure: Azure, resource_id: str, version: str) -> JSON | None:
    """A resource, or None."""
    return registered(lambda: azure.find(resource_id, version), None)
