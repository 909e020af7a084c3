"""What Azure Resource Manager refuses about a request, whatever it is about: its api-version, its body, its location.

Sources: public transcripts of ``MissingApiVersionParameter``, ``InvalidApiVersionParameter`` and ``InvalidRequestContent``;
Microsoft Learn "Resolve errors for resource provider registration" (``NoRegisteredProviderFound``) and "Azure Chaos Studio
troubleshooting" (the media type ``<null>``).
"""

from __future__ import annotations

import re
import typing as t
from datetime import date

from ... import geo_codes, provider_catalog
from ...arm import Arm, Call, RequestCheck, Route
from ...shapes import refuse_misshapen
from ...store import type_of
from ...wire import ArmError, Response, is_management, location

_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(-[a-z]+)?", re.IGNORECASE)
_JSON_TYPE = "application/json"
_GLOBAL = "global"


class ApiVersions(RequestCheck):
    """The first check of all: it needs no token."""

    def check(self, call: Call, route: Route) -> Response | None:
        if not is_management(call.request.path):
            return None
        version = call.request.api_version
        if not version:
            raise ArmError(
                400,
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.",
            )
        own = "/providers/" not in call.id.lower()
        kind = provider_catalog.GROUP_TYPE if own else type_of(call.id)
        served = provider_catalog.versions(kind)
        if not _is_version(version) or (own and self._is_unknown(version, served)):
            listed = ",".join(served or provider_catalog.versions(provider_catalog.GROUP_TYPE))
            raise ArmError(
                400,
                "InvalidApiVersionParameter",
                f"The api-version '{version}' is invalid. The supported versions are '{listed}'.",
            )
        if self._is_unknown(version, served):
            raise self._not_registered(call, kind, version, served)
        return None

    def _is_unknown(self, version: str, served: t.Sequence[str]) -> bool:
        """Whether a well-formed version is refused.

        No public list is complete, not even Azure's specifications (azure-powershell's recorded lists of Microsoft.Network have
        versions that were never published), so only the world's setting ``unknown_api_versions`` makes that an error.
        """
        return self._arm.settings["unknown_api_versions"] == "refuse" and bool(served) and version not in served

    def _not_registered(self, call: Call, kind: str, version: str, served: t.Sequence[str]) -> ArmError:
        found = self._arm.store.find(call.id)
        region = location(str((found.document if found else call.body).get("location") or ""))
        names = ", ".join(region.name for region in provider_catalog.regions(self._arm.world["cloud"]))
        return ArmError(
            400,
            "NoRegisteredProviderFound",
            f"No registered resource provider found for location '{region}' and API version '{version}' for type "
            f"'{provider_catalog.spelt(kind)}'. The supported api-versions are '{', '.join(served)}'. The supported locations are "
            f"'{names}'.",
        )


class RequestContents(RequestCheck):
    """The check of a body: it comes after those of who may write."""

    def check(self, call: Call, route: Route) -> Response | None:
        writes = call.request.method in ("PUT", "PATCH")
        if is_management(call.request.path) and (writes or call.request.body):
            _require_json(call)
            kind = type_of(call.id)
            refuse_misshapen(call.body, self._arm.bodies.get(kind, "object"), whole=call.request.method == "PUT")
            if call.request.method == "PUT" and kind in provider_catalog.TRACKED:
                self._require_location(call)
        return None

    def _require_location(self, call: Call) -> None:
        """A tracked resource says where it is at each PUT, and it is in a region of this cloud or in none at all."""
        kind = provider_catalog.TRACKED[type_of(call.id)]
        region = required_location(call)
        known = [_GLOBAL] if kind in provider_catalog.GLOBAL else regions(self._arm)
        if location(region) not in known:
            raise ArmError(
                400,
                "LocationNotAvailableForResourceType",
                f"The provided location '{region}' is not available for resource type '{kind}'. List of available regions for "
                f"the resource type is '{','.join(known)}'.",
            )


def required_location(call: Call) -> str:
    """The location of a request's body. Raises 400 when there is none."""
    region = str(call.body.get("location") or "")
    if not region:
        raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
    return region


def regions(arm: Arm) -> list[str]:
    """The regions of this cloud, and those that the world adds to it."""
    cloud, own = arm.world["cloud"], arm.settings.get("geo_codes", {})
    return [name for name, found in geo_codes.regions().items() if found.cloud == cloud] + [
        location(name) for name in own
    ]


def _require_json(call: Call) -> None:
    sent = call.request.headers.get("content-type", "").partition(";")[0].strip()
    if sent.lower() != _JSON_TYPE:
        raise ArmError(
            415,
            "UnsupportedMediaType",
            f"The content media type '{sent or '<null>'}' is not supported. Only '{_JSON_TYPE}' is supported.",
        )
    call.request.json()


def _is_version(text: str) -> bool:
    match = _VERSION.fullmatch(text)
    try:
        return bool(match and date.fromisoformat(match.group(1)))
    except ValueError:
        return False
