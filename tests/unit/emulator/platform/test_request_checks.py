"""Requests that Azure Resource Manager refuses whatever they are about."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator import in_process, provider_catalog
from ansible_collections.privatelink.recovery.extensions.emulator.arm import Arm
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON, Request, Response
from ansible_collections.privatelink.recovery.tests.unit.emulator.client import (
    SUBSCRIPTION_ID,
    ask,
    code,
    emulator,
)

GROUPS = f"{SUBSCRIPTION_ID}/resourceGroups"
NETWORK = f"{GROUPS}/rg-backup/providers/Microsoft.Network/virtualNetworks/v"
VAULT = f"{GROUPS}/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault"
WORLD: JSON = {"resource_groups": [{"name": "rg-backup"}]}
BODY = b'{"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}'


def raw(arm: Arm, method: str, url: str, body: bytes = b"", **headers: str) -> Response:
    """A request as it is written, with a token."""
    sent = {"Authorization": f"Bearer {in_process.token(arm)}", **headers}
    return arm.answer(Request.parse(method, in_process.BASE_URL + url, sent, body))


def message(response: Response) -> str:
    return str(response.document["error"]["message"])


@pytest.mark.parametrize("query", ["", "?api-version="])
def test_every_request_needs_a_version_even_before_a_token(query: str) -> None:
    arm = emulator(WORLD)
    answer = arm.answer(Request.parse("GET", in_process.BASE_URL + GROUPS + query))
    assert (answer.status, code(answer)) == (400, "MissingApiVersionParameter")
    assert message(answer) == "The api-version query parameter (?api-version=) is required for all requests."
    assert raw(arm, "GET", f"{GROUPS}?API-Version=2024-11-01").status == 200


@pytest.mark.parametrize("version", ["2024", "2024-13-01", "latest", "2024-11-01-", "2024-11-01x"])
def test_a_version_is_a_date(version: str) -> None:
    answer = ask(emulator(WORLD), "GET", NETWORK, version=version)
    assert (answer.status, code(answer)) == (400, "InvalidApiVersionParameter")
    assert message(answer).startswith(
        f"The api-version '{version}' is invalid. The supported versions are '2026-03-01,"
    )


@pytest.mark.parametrize(
    ("setting", "expected"), [("accept", "ResourceNotFound"), ("refuse", "NoRegisteredProviderFound")]
)
def test_a_version_that_no_list_has(setting: str, expected: str) -> None:
    arm = emulator({**WORLD, "settings": {"unknown_api_versions": setting}})
    assert code(ask(arm, "GET", NETWORK, version="2024-04-04")) == expected
    assert code(ask(arm, "GET", NETWORK, version="2024-05-01")) == "ResourceNotFound"
    assert code(ask(arm, "GET", f"{VAULT}/backupJobs", version="2024-04-04")) == "ResourceNotFound"


def test_what_is_told_of_a_version_that_is_refused() -> None:
    arm = emulator({**WORLD, "settings": {"unknown_api_versions": "refuse"}})
    answer = ask(arm, "PUT", VAULT, {"location": "West Europe"}, version="2024-04-04")
    assert answer.status == 400
    assert message(answer).startswith(
        "No registered resource provider found for location 'westeurope' and API version '2024-04-04' for type 'vaults'. The "
        "supported api-versions are '2026-11-01, "
    )
    assert code(ask(arm, "GET", GROUPS, version="2024-04-04")) == "InvalidApiVersionParameter"


@pytest.mark.parametrize("resource_type", ["Microsoft.Network/privateEndpoints", "Microsoft.RecoveryServices/vaults"])
def test_versions_are_listed_newest_first_and_a_preview_is_never_the_newest(resource_type: str) -> None:
    listed = provider_catalog.versions(resource_type)
    assert list(listed) == sorted(listed, reverse=True)
    assert len(set(listed)) == len(listed)
    assert provider_catalog.newest_version(resource_type) == next(each for each in listed if "preview" not in each)


@pytest.mark.parametrize(
    ("body", "kind", "status", "expected"),
    [
        (BODY, {"Content-Type": "application/json; charset=utf-8"}, 201, ""),
        (BODY, {"Content-Type": "text/plain"}, 415, "UnsupportedMediaType"),
        (BODY, {}, 415, "UnsupportedMediaType"),
        (b"", {}, 415, "UnsupportedMediaType"),
        (BODY[:-1], {"Content-Type": "application/json"}, 400, "InvalidRequestContent"),
        (b"[]", {"Content-Type": "application/json"}, 400, "InvalidRequestContent"),
        (b"{}", {"Content-Type": "application/json"}, 400, "LocationRequired"),
        (b'{"location": "atlantis"}', {"Content-Type": "application/json"}, 400, "LocationNotAvailableForResourceType"),
        (
            b'{"location": "usgovvirginia"}',
            {"Content-Type": "application/json"},
            400,
            "LocationNotAvailableForResourceType",
        ),
    ],
)
def test_a_body_is_a_json_object_with_a_location(body: bytes, kind: dict[str, str], status: int, expected: str) -> None:
    answer = raw(emulator(WORLD), "PUT", f"{NETWORK}?api-version=2024-05-01", body, **kind)
    assert (answer.status, code(answer)) == (status, expected)


def test_a_missing_media_type_is_called_null() -> None:
    answer = raw(emulator(WORLD), "PUT", f"{NETWORK}?api-version=2024-05-01", BODY)
    assert message(answer) == "The content media type '<null>' is not supported. Only 'application/json' is supported."
    assert answer.headers["x-ms-failure-cause"] == "gateway"


def test_the_location_is_asked_for_at_each_put() -> None:
    arm = emulator(WORLD)
    prefixes = {"properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    assert ask(arm, "PUT", NETWORK, {**prefixes, "location": "westeurope"}).status == 201
    assert code(ask(arm, "PUT", NETWORK, prefixes)) == "LocationRequired"
    assert ask(arm, "PATCH", NETWORK, {"tags": {"a": "b"}}).status == 200


def test_a_method_that_a_type_has_not() -> None:
    answer = ask(emulator(WORLD), "POST", NETWORK, {})
    assert (answer.status, code(answer)) == (405, "MethodNotAllowed")


def test_sign_in_needs_neither_version_nor_json() -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert raw(emulator(), "POST", "/common/oauth2/v2.0/token", b"grant_type=x", **form).status in (400, 401)
    assert raw(emulator(), "GET", "/metadata/endpoints").status == 200
