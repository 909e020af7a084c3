"""Azure by resource id: retries, absence, errors, long operations and waiting, through both doors."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.in_process import EmulatorAdapter
from ansible_collections.privatelink.recovery.extensions.emulator.wire import Request, Response
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.client import Azure
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.connection import connect
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.zones import ZONE_KIND
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import (
    AzureError,
    Conflict,
    CredentialError,
    Forbidden,
    NotFound,
    OperationFailed,
    Unexpected,
    Unreachable,
)
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone import MODULE as ZONE_MODULE

from ...conftest import CREDENTIALS, ENDPOINT, GROUPS, SUBSCRIPTION, VAULT, ZONES, Cloud
from .azure_deeds import DEEDS, DNS_VERSION, JSON, NETWORK_VERSION, STOCK, VAULT_VERSION, ZONE, azure, fault


@pytest.fixture
def stocked(make_cloud: t.Callable[..., Cloud]) -> Cloud:
    """An emulator that holds what the deeds are done to."""
    return make_cloud(**STOCK)


TROUBLES: dict[str, JSON] = {
    "throttled": {"status": 429, "code": "TooManyRequests", "retry_after": 7},
    "unavailable": {"status": 503, "code": "ServiceUnavailable"},
    "dropped before": {"drop": True},
    "dropped after": {"drop": True, "after": True},
}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("deed", DEEDS)
def test_passing_trouble_passes(stocked: Cloud, deed: str, trouble: str) -> None:
    match, ask = DEEDS[deed]
    fault(stocked, match, times=2, **TROUBLES[trouble])
    started = stocked.arm.clock.now()
    ask(azure(stocked))
    hit = [entry for entry in stocked.arm.log if "fault" in entry]
    assert len(hit) == 2
    if trouble == "throttled":
        assert stocked.arm.clock.now() - started >= 14


@pytest.mark.parametrize("deed", [deed for deed in DEEDS if not deed.startswith("sign-in")])
def test_lasting_trouble_is_told(stocked: Cloud, deed: str) -> None:
    match, ask = DEEDS[deed]
    fault(stocked, match, nth="every", times=0, status=503, code="ServiceUnavailable", message="Come back later.")
    with pytest.raises(AzureError, match="503 ServiceUnavailable: Come back later") as caught:
        ask(azure(stocked))
    assert caught.type is AzureError
    assert len([entry for entry in stocked.arm.log if "fault" in entry]) == 5


@pytest.mark.parametrize("deed", DEEDS)
def test_no_answer_at_all_is_unreachable(stocked: Cloud, deed: str) -> None:
    match, ask = DEEDS[deed]
    task = stocked.task()
    assert task.connection
    fault(stocked, match, nth="every", times=0, drop=True)
    with pytest.raises(Unreachable, match="No answer from the endpoint") as caught:
        ask(task.azure)
    assert "Check the network" in caught.value.sentence()


def test_a_new_zone_whose_answer_was_lost_is_no_conflict(cloud: Cloud) -> None:
    fault(cloud, {"method": "PUT", "path": "/privateDnsZones/"}, drop=True, after=True)
    done = cloud.run(
        ZONE_MODULE,
        zones=[{"name": "privatelink.blob.core.windows.net", "resource_group": "rg-dns"}],
        tags={"a": "1"},
    )
    assert not done.get("failed"), done
    assert cloud.writes() == [f"PUT {ZONE}"] * 2
    assert cloud.exists(ZONE)


def test_a_zone_somebody_else_made_is_told_by_the_operation(stocked: Cloud) -> None:
    with pytest.raises(OperationFailed) as caught:
        azure(stocked).put(ZONE, DNS_VERSION, {"location": "global", "tags": {"a": "1"}}, new=True)
    assert caught.value.status == 200
    assert caught.value.code == "PreconditionFailed"


def test_a_record_somebody_else_made_is_told_at_once(stocked: Cloud) -> None:
    record = {"properties": {"ttl": 10, "aRecords": [{"ipv4Address": "10.0.0.4"}]}}
    azure(stocked).put(f"{ZONE}/A/x", DNS_VERSION, record, new=True)
    with pytest.raises(Conflict) as caught:
        azure(stocked).put(f"{ZONE}/A/x", DNS_VERSION, record, new=True)
    assert (caught.value.status, caught.value.code) == (412, "PreconditionFailed")


@pytest.mark.parametrize(("tags", "ours"), [({"a": "1", "by-policy": "x"}, True), ({}, False), ({"a": "2"}, False)])
def test_a_creation_that_came_second_is_good_enough_when_it_was_the_same(
    make_cloud: t.Callable[..., Cloud], tags: JSON, ours: bool
) -> None:
    zones = [{"name": ZONE.rsplit("/", 1)[-1], "resource_group": "rg-dns", "tags": tags}]
    cloud = make_cloud("realistic", private_dns_zones=zones)
    plan = ZONE_KIND.plan(ZONE, None, {"tags": {"a": "1"}})
    if ours:
        made = ZONE_KIND.apply(azure(cloud), plan)
        assert made and made["tags"] == tags
        return
    with pytest.raises(OperationFailed, match="exists already"):
        ZONE_KIND.apply(azure(cloud), plan)
    assert cloud.document(ZONE).get("tags", {}) == tags


class Stub(EmulatorAdapter):
    """Answers one path with a body of its own, whatever the emulator would say."""

    def __init__(self, cloud: Cloud, path: str, status: int, body: bytes, **headers: str) -> None:
        super().__init__(cloud.arm)
        self._path, self._status, self._body = path, status, body
        self._headers = {"Content-Type": "text/html", **{name.replace("_", "-"): headers[name] for name in headers}}

    def send(self, request: t.Any, **options: t.Any) -> t.Any:
        answer = super().send(request, **options)
        if re.search(self._path, (request.url or "").partition("?")[0]):
            answer.status_code, answer._content = self._status, self._body
            answer.headers.update(self._headers)
        return answer


def stubbed(cloud: Cloud, path: str, status: int, body: bytes, **headers: str) -> Azure:
    context = cloud.context()
    context.transport.session.mount("https://", Stub(cloud, path, status, body, **headers))
    return connect(CREDENTIALS, context).azure


@pytest.mark.parametrize(("path", "resource_id"), [("/vaults/", VAULT), ("/privateEndpoints/", ENDPOINT)])
@pytest.mark.parametrize("body", [b"", b"<html>Not Found</html>", b"{}", b"[]", b'"gone"', b'{"error": "x"}'])
def test_404_that_is_not_azures_is_not_absence(cloud: Cloud, path: str, resource_id: str, body: bytes) -> None:
    with pytest.raises(AzureError) as caught:
        stubbed(cloud, path, 404, body).find(resource_id, VAULT_VERSION)
    assert caught.type is AzureError
    assert caught.value.status == 404


@pytest.mark.parametrize("code", ["SubscriptionNotFound", "InvalidResourceType", "MissingSubscriptionRegistration"])
@pytest.mark.parametrize(("path", "resource_id"), [("/vaults/", VAULT), ("/privateEndpoints/", ENDPOINT)])
def test_404_of_something_else_is_not_absence(cloud: Cloud, code: str, path: str, resource_id: str) -> None:
    fault(cloud, {"path": path}, status=404, code=code, message="?")
    with pytest.raises(AzureError) as caught:
        azure(cloud).find(resource_id, VAULT_VERSION if path == "/vaults/" else NETWORK_VERSION)
    assert not isinstance(caught.value, NotFound)
    assert caught.value.code == code


RECORDS = f"{ZONE}/A"
VAULTS = f"{GROUPS}/rg-backup/providers/Microsoft.RecoveryServices/vaults"
ENDPOINTS = f"{GROUPS}/rg-backup/providers/Microsoft.Network/privateEndpoints"
SINGLE: list[tuple[str, str]] = [(VAULT, VAULT_VERSION), (ENDPOINT, NETWORK_VERSION), (ZONE, DNS_VERSION)]
PAGED: list[tuple[str, str]] = [(VAULTS, VAULT_VERSION), (ENDPOINTS, NETWORK_VERSION), (RECORDS, DNS_VERSION)]
#: What a proxy, a captive portal or a broken gateway answers in place of Azure: status, body, headers.
NOT_AZURE: dict[str, tuple[int, bytes, dict[str, str]]] = {
    "nothing": (200, b"", {}),
    "nothing at all": (204, b"", {}),
    "a page": (200, b"<html>Please sign in</html>", {}),
    "a page called JSON": (200, b"<html>Please sign in</html>", {"Content_Type": "application/json"}),
    "null": (200, b"null", {"Content_Type": "application/json"}),
    "a list": (200, b"[]", {"Content_Type": "application/json"}),
    "a word": (200, b'"ok"', {"Content_Type": "application/json"}),
    "a redirection": (302, b"", {"Location": "https://portal.corp.example/login?who=me"}),
    "a redirection with a page": (307, b"<html>Moved</html>", {"Location": "https://portal.corp.example/login"}),
}


@pytest.mark.parametrize("what", NOT_AZURE)
@pytest.mark.parametrize(("resource_id", "version"), SINGLE)
def test_a_success_without_a_resource_is_not_absence(stocked: Cloud, resource_id: str, version: str, what: str) -> None:
    status, body, headers = NOT_AZURE[what]
    with pytest.raises(Unexpected) as caught:
        stubbed(stocked, f"{resource_id}$", status, body, **headers).find(resource_id, version)
    assert (caught.value.status, caught.value.method, caught.value.resource_id) == (status, "GET", resource_id)


@pytest.mark.parametrize("what", [*NOT_AZURE, "an object"])
@pytest.mark.parametrize(("collection", "version"), PAGED)
def test_a_success_without_a_list_is_not_an_empty_one(stocked: Cloud, collection: str, version: str, what: str) -> None:
    status, body, headers = {**NOT_AZURE, "an object": (200, b'{"x": []}', {"Content_Type": "application/json"})}[what]
    with pytest.raises(Unexpected) as caught:
        stubbed(stocked, f"{collection}$", status, body, **headers).list(collection, version)
    assert (caught.value.status, caught.value.method) == (status, "LIST")


@pytest.mark.parametrize("value", [b"null", b"[]"])
@pytest.mark.parametrize(("collection", "version"), PAGED)
def test_an_empty_page(stocked: Cloud, collection: str, version: str, value: bytes) -> None:
    body = b'{"value": ' + value + b"}"
    assert (
        stubbed(stocked, f"{collection}$", 200, body, Content_Type="application/json").list(collection, version) == []
    )


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("nothing", "https://127.0.0.1 answered 200: not the JSON that was asked for but text/html, no body"),
        ("a page", "answered 200: not the JSON that was asked for but text/html, <html>Please sign in</html>"),
        ("null", "answered 200: not the JSON that was asked for but application/json, null"),
        ("a redirection", "answered 302: a redirection to https://portal.corp.example/login"),
    ],
)
def test_an_answer_that_is_not_azures_is_told(stocked: Cloud, what: str, words: str) -> None:
    status, body, headers = NOT_AZURE[what]
    with pytest.raises(Unexpected) as caught:
        stubbed(stocked, f"{VAULT}$", status, body, **headers).get(VAULT, VAULT_VERSION)
    assert caught.value.message.startswith(f"Reading {VAULT} failed; https://127.0.0.1 answered {status}")
    assert words in caught.value.message
    assert "a proxy or a captive portal on the way to https://127.0.0.1" in caught.value.remedy


WRITES = [
    deed for deed in DEEDS if deed.partition(" ")[2] in ("PUT", "PATCH", "DELETE", "POST") and "sign-in" not in deed
]


@pytest.mark.parametrize("what", ["a page", "a page called JSON", "a redirection"])
@pytest.mark.parametrize("deed", WRITES)
def test_a_write_that_somebody_else_answered_did_not_succeed(stocked: Cloud, deed: str, what: str) -> None:
    match, ask = DEEDS[deed]
    status, body, headers = NOT_AZURE[what]
    with pytest.raises(Unexpected) as caught:
        ask(stubbed(stocked, match["path"], status, body, **headers))
    assert (caught.value.status, caught.value.method) == (status, match["method"])


@pytest.mark.parametrize("what", ["a page", "a page called JSON", "a redirection", "a list"])
@pytest.mark.parametrize("deed", ["arm PUT", "network PUT"])
def test_an_operation_is_not_over_because_of_somebody_elses_answer(
    make_cloud: t.Callable[..., Cloud], deed: str, what: str
) -> None:
    cloud = make_cloud("realistic", **STOCK)
    status, body, headers = NOT_AZURE[what]
    with pytest.raises(Unexpected) as caught:
        DEEDS[deed][1](stubbed(cloud, "(?i)/operations?(Status|Results)?/", status, body, **headers))
    assert caught.value.status == status


def test_a_question_asked_by_post_must_be_answered(stocked: Cloud) -> None:
    path = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.RecoveryServices/locations/westeurope/capabilities"
    with pytest.raises(Unexpected):
        stubbed(stocked, "/capabilities$", 200, b"").post(path, VAULT_VERSION, {})
    assert stubbed(stocked, "/register$", 200, b"").post("/subscriptions/x/register", "2021-04-01") == {}


def test_another_subscription_is_not_absence(cloud: Cloud) -> None:
    other = VAULT.replace(SUBSCRIPTION, "99999999-9999-4999-8999-999999999999")
    with pytest.raises(AzureError) as caught:
        azure(cloud).find(other, VAULT_VERSION)
    assert caught.value.code == "SubscriptionNotFound"
    assert "Check subscription_id" in caught.value.remedy


@pytest.mark.parametrize(
    ("resource_id", "version"),
    [(VAULT, VAULT_VERSION), (ENDPOINT, NETWORK_VERSION), (ZONE, DNS_VERSION), (f"{ZONE}/A/www", DNS_VERSION)],
)
def test_absence(cloud: Cloud, resource_id: str, version: str) -> None:
    assert azure(cloud).find(resource_id, version) is None
    assert azure(cloud).delete(resource_id, version) == {}


@pytest.mark.parametrize(
    ("status", "kind"), [(400, AzureError), (401, AzureError), (403, Forbidden), (409, Conflict), (412, Conflict)]
)
@pytest.mark.parametrize("deed", ["arm GET", "arm PUT", "network GET", "network PUT", "dns PUT"])
def test_errors_have_types(stocked: Cloud, deed: str, status: int, kind: type[AzureError]) -> None:
    match, ask = DEEDS[deed]
    fault(stocked, match, status=status, code="Reason", message="Because.")
    with pytest.raises(kind) as caught:
        ask(azure(stocked))
    assert caught.type is kind
    assert (caught.value.status, caught.value.code, caught.value.answer) == (status, "Reason", "Because.")
    assert caught.value.request_id in caught.value.message
    assert caught.value.facts()["resource_id"].startswith("/subscriptions/")


def test_bare_dns_errors_are_read(cloud: Cloud) -> None:
    with pytest.raises(AzureError) as caught:
        azure(cloud).put(f"{ZONES}/-bad-", DNS_VERSION, {"location": "global"})
    assert caught.value.status == 400
    assert caught.value.code and caught.value.answer


def test_pages_are_joined_verbatim(cloud: Cloud) -> None:
    names = [f"vnet-{number}" for number in range(3)]
    pages = {f"{GROUPS}/rg-backup/providers/Microsoft.RecoveryServices/vaults": names}
    asked = []

    def answer(request: Request) -> Response:
        asked.append(request.raw_query)
        position = int(request.query.get("$skiptoken", "0"))
        link = f"{request.base_url}{request.path}?$skiptoken={position + 1}&sig=a%2Fb%3D&api-version=x"
        more = {"nextLink": link} if position < 2 else {}
        return Response(200, {"value": [{"name": pages[request.path][position]}], **more})

    real = cloud.arm.answer
    cloud.arm.answer = lambda request: answer(request) if request.path in pages else real(request)  # type: ignore[method-assign]
    found = azure(cloud).list(next(iter(pages)), VAULT_VERSION)
    assert [item["name"] for item in found] == names
    assert asked[1:] == [f"$skiptoken={number}&sig=a%2Fb%3D&api-version=x" for number in (1, 2)]


@pytest.mark.parametrize("deed", [deed for deed in DEEDS if not deed.startswith("sign-in")])
def test_check_mode_locks_every_write(stocked: Cloud, deed: str) -> None:
    match, ask = DEEDS[deed]
    if match["method"] == "GET":
        ask(azure(stocked, check_mode=True))
        return
    with pytest.raises(RuntimeError, match=f"refused to send {match['method']} .* in check mode"):
        ask(azure(stocked, check_mode=True))
    assert stocked.writes() == []


def test_a_reading_post_passes_the_lock(stocked: Cloud) -> None:
    path = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.RecoveryServices/locations/westeurope/capabilities"
    body = {"type": "Microsoft.RecoveryServices/vaults", "properties": {"dnsZones": [{"subResource": "AzureBackup"}]}}
    assert azure(stocked, check_mode=True).post(path, VAULT_VERSION, body)


def test_a_wrong_secret_is_told_without_the_secret(cloud: Cloud) -> None:
    with pytest.raises(CredentialError) as caught:
        azure(cloud, secret="not-the-secret").get(VAULT, VAULT_VERSION)
    assert "AADSTS7000215" in caught.value.message
    assert "give the secret's value, not its id" in caught.value.sentence()
    assert "not-the-secret" not in caught.value.sentence()


def test_an_unknown_client_is_told(cloud: Cloud) -> None:
    with pytest.raises(CredentialError, match="AADSTS700016") as caught:
        azure(cloud, client_id="99999999-9999-4999-8999-999999999999").get(VAULT, VAULT_VERSION)
    assert "check client_id, tenant and cloud_environment" in caught.value.remedy


def test_an_expired_token_is_told(stocked: Cloud) -> None:
    task = stocked.task()
    task.azure.get(VAULT, VAULT_VERSION)
    # Azure's clock is ahead of ours: the token is not renewed, because here it still lives.
    stocked.arm.clock.advance(7200)
    with pytest.raises(AzureError, match="ExpiredAuthenticationToken") as caught:
        task.azure.get(VAULT, VAULT_VERSION)
    assert "check the controller's clock" in caught.value.remedy


def test_who_is_signed_in(cloud: Cloud) -> None:
    assert cloud.connection.object_id() == "44444444-4444-4444-8444-444444444444"
