"""Signing in and the check of tokens."""

from __future__ import annotations

import json
import typing as t
from urllib.parse import urlencode

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator import in_process
from ansible_collections.privatelink.recovery.extensions.emulator.arm import Arm
from ansible_collections.privatelink.recovery.extensions.emulator.wire import Request, Response
from ansible_collections.privatelink.recovery.extensions.emulator.world import CLIENT, OBJECT, SECRET, TENANT
from ansible_collections.privatelink.recovery.tests.unit.emulator.client import (
    NOON,
    SUBSCRIPTION_ID,
    ask,
    code,
    emulator,
)

BASE = "https://127.0.0.1:8443"
GOOD = {
    "grant_type": "client_credentials",
    "client_id": CLIENT,
    "client_secret": SECRET,
    "scope": "https://management.azure.com/.default",
}


def sign_in(arm: Arm, tenant: str = TENANT, **changed: str | None) -> Response:
    form = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    return arm.answer(Request.parse("POST", f"{BASE}/{tenant}/oauth2/v2.0/token", {}, urlencode(form).encode()))


def get_with(arm: Arm, authorization: str | None, path: str = "/subscriptions") -> Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    return arm.answer(Request.parse("GET", f"{BASE}{path}?api-version=2022-12-01", headers))


def test_token_answers_real_seconds_and_opens_the_door() -> None:
    arm = emulator(latency="realisticx20")
    answer = sign_in(arm)
    assert answer.status == 200
    assert answer.document["expires_in"] == 3600
    assert answer.document["token_type"] == "Bearer"
    assert get_with(arm, f"Bearer {answer.document['access_token']}").status == 200


def test_token_carries_the_claims_and_verifies_with_the_published_key() -> None:
    import base64

    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256

    def decode(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "==")

    arm = emulator()
    head, payload, signature = sign_in(arm).document["access_token"].split(".")
    (key,) = arm.answer(Request.parse("GET", f"{BASE}/{TENANT}/discovery/v2.0/keys")).document["keys"]
    numbers = rsa.RSAPublicNumbers(int.from_bytes(decode(key["e"]), "big"), int.from_bytes(decode(key["n"]), "big"))
    numbers.public_key().verify(decode(signature), f"{head}.{payload}".encode(), padding.PKCS1v15(), SHA256())
    claims = json.loads(decode(payload))
    assert json.loads(decode(head))["kid"] == key["kid"]
    assert {name: claims[name] for name in ("oid", "appid", "tid", "aud", "iat", "exp")} == {
        "oid": OBJECT,
        "appid": CLIENT,
        "tid": TENANT,
        "aud": "https://management.azure.com",
        "iat": int(NOON),
        "exp": int(NOON) + 3600,
    }


@pytest.mark.parametrize(
    ("changed", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": None}, 401, "invalid_client", 7000216),
        ({"client_id": OBJECT}, 400, "unauthorized_client", 700016),
        ({"tenant": "other"}, 400, "invalid_request", 90002),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"scope": None}, 400, "invalid_scope", 70011),
    ],
)
def test_sign_in_refused(changed: dict[str, str | None], status: int, error: str, number: int) -> None:
    arm = emulator()
    tenant = changed.pop("tenant", None) or TENANT
    answer = sign_in(arm, tenant, **changed)
    assert (answer.status, answer.document["error"]) == (status, error)
    assert answer.document["error_description"].startswith(f"AADSTS{number}: ")


@pytest.mark.parametrize(("version", "kind"), [("2022-09-01", dict), ("2019-05-01", list), ("2015-01-01", list)])
def test_metadata_is_an_object_only_in_newer_versions(version: str, kind: type) -> None:
    answer = emulator().answer(Request.parse("GET", f"{BASE}/metadata/endpoints?api-version={version}"))
    assert isinstance(answer.document, kind)
    document = t.cast(t.Any, answer.document)
    document = document if kind is dict else document[0]
    assert document["resourceManager"] == document["microsoftGraphResourceId"] == f"{BASE}/"
    assert document["authentication"]["loginEndpoint"] == f"{BASE}/"
    assert document["suffixes"]["storage"] == "core.windows.net"


def test_discovery_leads_to_the_token_endpoint_on_the_host_of_the_request() -> None:
    arm = emulator()
    discovery = arm.answer(Request.parse("GET", f"{BASE}/common/discovery/instance?api-version=1.1")).document
    configuration = arm.answer(Request.parse("GET", discovery["tenant_discovery_endpoint"])).document
    assert configuration["token_endpoint"] == f"{BASE}/{TENANT}/oauth2/v2.0/token"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "AuthenticationFailed"),
        ("Basic dXNlcg==", "AuthenticationFailed"),
        ("Bearer", "AuthenticationFailed"),
        ("Bearer nonsense", "InvalidAuthenticationToken"),
        ("Bearer a.b.c", "InvalidAuthenticationToken"),
    ],
)
def test_requests_without_a_usable_token(header: str | None, expected: str) -> None:
    answer = get_with(emulator(), header)
    assert (answer.status, code(answer)) == (401, expected)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(
    ("audience", "path", "status"),
    [
        ("https://127.0.0.1:9999/", "/subscriptions", 200),
        ("https://management.azure.com", "/subscriptions", 200),
        ("https://management.azure.com/", "/subscriptions", 200),
        ("https://management.core.windows.net/", "/subscriptions", 200),
        ("https://management.usgovcloudapi.net", "/subscriptions", 401),
        ("https://management.core.chinacloudapi.cn/", "/subscriptions", 401),
        ("https://graph.microsoft.us", "/v1.0/servicePrincipals", 401),
        (BASE, "/subscriptions", 200),
        ("https://graph.microsoft.com", "/subscriptions", 401),
        ("https://vault.azure.net", "/subscriptions", 401),
        ("https://graph.microsoft.com", "/v1.0/servicePrincipals", 200),
        (f"{BASE}/", "/v1.0/servicePrincipals", 200),
        ("https://management.azure.com", "/v1.0/servicePrincipals", 401),
    ],
)
def test_audience(audience: str, path: str, status: int) -> None:
    arm = emulator()
    answer = get_with(arm, f"Bearer {in_process.token(arm, audience=audience)}", path)
    assert answer.status == status
    assert code(answer) == ("" if status == 200 else "InvalidAuthenticationTokenAudience")


def test_a_token_is_for_one_cloud_only() -> None:
    arm = emulator({"cloud": "AzureUSGovernment"})
    for audience, status in (
        ("https://management.core.usgovcloudapi.net/", 200),
        ("https://management.azure.com", 401),
    ):
        assert get_with(arm, f"Bearer {in_process.token(arm, audience=audience)}", "/subscriptions").status == status


@pytest.mark.parametrize(("latency", "lifetime"), [("instant", 3600), ("realisticx20", 72000)])
def test_token_expires_after_its_lifetime_at_the_speed_of_the_clock(latency: str, lifetime: int) -> None:
    arm = emulator(latency=latency)
    bearer = f"Bearer {in_process.token(arm)}"
    arm.clock.advance(lifetime - 1)
    assert get_with(arm, bearer).status == 200
    arm.clock.advance(1)
    assert code(get_with(arm, bearer)) == "ExpiredAuthenticationToken"


def test_token_of_a_principal_the_new_world_does_not_know() -> None:
    arm = emulator()
    bearer = f"Bearer {in_process.token(arm)}"
    other = "77777777-7777-4777-8777-777777777777"
    arm.reset({**arm.world, "principals": [{**arm.world["principals"][0], "object_id": other}]})
    assert code(get_with(arm, bearer)) == "InvalidAuthenticationToken"


def graph(arm: Arm, method: str, path: str, body: bytes = b"") -> list[tuple[str, str]]:
    """Names and kinds of the service principals that Graph finds."""
    headers = {"Authorization": f"Bearer {in_process.token(arm, audience='https://graph.microsoft.com')}"}
    found = arm.answer(Request.parse(method, f"{BASE}/v1.0/{path}", headers, body)).document["value"]
    return [(one["displayName"], one["servicePrincipalType"]) for one in found]


def test_graph_knows_who_signs_in_and_the_identities_of_resources() -> None:
    arm = emulator({"vaults": [{"name": "vault", "resource_group": "rg", "identity": "SystemAssigned"}]})
    (identity,) = [one.document["identity"] for one in arm.store.all() if "identity" in one.document]
    operator, vault = ("operator", "Application"), ("vault", "ManagedIdentity")
    for ids, found in (([], []), ([OBJECT, identity["principalId"].upper()], [operator, vault]), ([TENANT], [])):
        assert graph(arm, "POST", "directoryObjects/getByIds", json.dumps({"ids": ids}).encode()) == found
    for condition, found in (
        (f"servicePrincipalNames/any(c:c eq '{CLIENT}')", [operator]),
        (f"servicePrincipalNames/any(c:c eq '{identity['principalId']}')", []),
        (f"id eq '{identity['principalId']}'", [vault]),
    ):
        assert graph(arm, "GET", f"servicePrincipals?{urlencode({'$filter': condition})}") == found


def test_unknown_subscription_comes_before_permission() -> None:
    answer = ask(emulator(), "GET", SUBSCRIPTION_ID.replace("2222", "9999") + "/resourceGroups")
    assert (answer.status, code(answer)) == (404, "SubscriptionNotFound")
