"""Asking Azure and the operator for the zones, before :mod:`.zone_choice` decides."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ..azure.client import Azure
from ..azure.clouds import Cloud
from ..errors import AzureError, InputError
from ..ids import parse_id, region
from ..resources.vaults import API_VERSION, TYPE
from ..wire import JSON, get_path
from .geo_codes import GEO_CODES
from .zone_choice import VAULT_SUB_RESOURCES, Choice, check_zone_names, choose_zones, geo_code_of, refuse_other_cloud

CAPABILITIES_API_VERSION = "2024-04-01"
# Not every cloud has the API. Any other error is none to go past, but for one: who only reads may not be allowed to ask.
NOT_THERE = (400, 404, 405)
NO_ANSWER = (*NOT_THERE, 403)


@dataclass(frozen=True)
class Question:
    """Which sub-resources, in which region (empty: that of the vault), and what the operator says of their zones.

    ``zone_names`` are the operator's zones by sub-resource, ``vault`` the id of a vault that exists, or nothing.
    """

    sub_resources: tuple[str, ...]
    location: str = ""
    vault: str = ""
    zone_names: t.Mapping[str, t.Any] = field(default_factory=dict)
    geo_code: str = ""
    override: bool = False


def find_required_zones(
    azure: Azure,
    cloud: Cloud,
    ask: t.Callable[[str, list[str]], Capabilities],
    question: Question,
    warn: t.Callable[[str], None],
) -> JSON:
    """The zones of a question as the module ``required_dns_zones`` returns them, with the region they are for.

    ``ask`` gives what the capabilities API says of a region and sub-resources, see :func:`read_capabilities`.
    """
    given = _operator_zones(question)
    vault_id = parse_id(question.vault, TYPE, option="vault").text if question.vault else ""
    location = question.location or str(azure.get(vault_id, API_VERSION)["location"])
    refuse_other_cloud(location, cloud)
    asked = _vault_sub_resources(question.sub_resources)
    said = ask(location, asked) if asked else Capabilities({})
    if said.silence:
        warn(said.silence)
    capabilities = said.zones
    open_questions = [name for name in asked if not capabilities.get(name) and not given.get(name.lower())]
    linked = _private_link_resources(azure, vault_id) if vault_id and open_questions else {}
    chosen = {
        name: choose_zones(
            name,
            location,
            cloud,
            capabilities=capabilities.get(name, []),
            zone_names=given.get(name.lower(), ()),
            geo_code=question.geo_code,
            private_link_resources=linked.get(name.lower(), []),
            override=question.override,
        )
        for name in _canonical(question.sub_resources)
    }
    _warn_provisional(warn, chosen, location)
    return _result(chosen, location)


def _result(chosen: t.Mapping[str, Choice], location: str) -> JSON:
    zones = list(dict.fromkeys(zone for choice in chosen.values() for zone in choice.zones))
    known = GEO_CODES.get(region(location))
    return {
        "changed": False,
        "zones": zones,
        "zones_by_sub_resource": {name: list(choice.zones) for name, choice in chosen.items()},
        "source": {name: choice.source for name, choice in chosen.items()},
        "geo_code": geo_code_of(zones) or (known.code if known else ""),
        "location": region(location),
    }


def _operator_zones(question: Question) -> dict[str, tuple[str, ...]]:
    """``zone_names`` by lower-case sub-resource, checked before any request."""
    if question.geo_code and not re.match(r"^[A-Za-z0-9]{1,20}$", question.geo_code):
        raise InputError(f"geo_code {question.geo_code!r} is not a geo code such as we or eus2.")
    wanted = {name.lower() for name in question.sub_resources}
    found = {}
    for name, zones in question.zone_names.items():
        if name.lower() not in wanted:
            raise InputError(f"zone_names has zones for {name}, which is not among sub_resources.")
        if not isinstance(zones, list) or not zones:
            raise InputError(f"zone_names: {name} needs a list of zone names.")
        found[name.lower()] = check_zone_names(name, [str(zone) for zone in zones])
    return found


def _canonical(names: t.Iterable[str]) -> list[str]:
    known = {name.lower(): name for name in VAULT_SUB_RESOURCES}
    return list(dict.fromkeys(known.get(name.lower(), name) for name in names))


def _vault_sub_resources(names: t.Iterable[str]) -> list[str]:
    return [name for name in _canonical(names) if name in VAULT_SUB_RESOURCES]


class Capabilities(t.NamedTuple):
    """The zones that the service itself names, by sub-resource; ``silence`` says why it named none."""

    zones: dict[str, list[str]]
    silence: str = ""


def read_capabilities(
    azure: Azure,
    subscription_id: str,
    location: str,
    sub_resources: t.Sequence[str],
    no_answer: t.Collection[int] = NO_ANSWER,
) -> Capabilities:
    """What the service says of a region; no vault has to exist. ``no_answer``: the statuses that mean no answer.

    azure-rest-api-specs ``specification/recoveryservices``, example ``Capabilities.json``.
    """
    path = (
        f"/subscriptions/{subscription_id}/providers/Microsoft.RecoveryServices/locations/{region(location)}"
        "/capabilities"
    )
    body = {
        "type": "Microsoft.RecoveryServices/Vaults",
        "properties": {"dnsZones": [{"subResource": name} for name in sub_resources]},
    }
    try:
        answer = azure.post(path, CAPABILITIES_API_VERSION, body)
    except AzureError as error:
        if error.status not in no_answer:
            raise
        return Capabilities(
            {}, f"The capabilities API did not name the DNS zones of {location} ({error.status} {error.code})."
        )
    folded = {name.lower(): name for name in sub_resources}
    named = {
        folded[str(entry.get("subResource")).lower()]: list(entry.get("requiredZoneNames") or [])
        for entry in get_path(answer, "properties.dnsZones") or []
        if str(entry.get("subResource")).lower() in folded
    }
    return Capabilities(named)


def _private_link_resources(azure: Azure, vault_id: str) -> dict[str, list[str]]:
    """What the vault's private link resources require, by lower-case group id."""
    return {
        str(get_path(item, "properties.groupId")).lower(): list(get_path(item, "properties.requiredZoneNames") or [])
        for item in azure.list(f"{vault_id}/privateLinkResources", API_VERSION)
    }


def _warn_provisional(warn: t.Callable[[str], None], chosen: t.Mapping[str, Choice], location: str) -> None:
    for name, choice in chosen.items():
        if choice.provisional:
            warn(
                f"The zones of {name} come from a geo code for {location} that only one public list has; compare "
                "them with the names the endpoint shows."
            )
