"""Azure by resource id: retries, absence, errors, long operations and waiting, through both doors."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.in_process import EmulatorAdapter
from ansible_collections.privatelink.recovery.extensions.emulator.wire import Request, Response
from ansible_collections.privatelink.recovery.plugins.module_utils.azure import Azure
from ansible_collections.privatelink.recovery.plugins.module_utils.connection import connect
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import (
    AzureError,
    Conflict,
    CredentialError,
    Forbidden,
    NotFound,
    OperationFailed,
    Unreachable,
    WaitTimeout,
)
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone import MODULE as ZONE_MODULE
from ansible_collections.privatelink.recovery.plugins.modules.vault import MODULE as VAULT_MODULE

from ..conftest import CREDENTIALS, ENDPOINT, GROUPS, NETWORK, SUBNET, SUBSCRIPTION, VAULT, ZONES, Cloud

JSON = dict[str, t.Any]
VAULT_VERSION, NETWORK_VERSION, DNS_VERSION = "2024-04-01", "2024-05-01", "2024-06-01"
ZONE = f"{ZONES}/privatelink.blob.core.windows.net"
NEW_VAULT = {"location": "westeurope", "sku": {"name": "RS0", "tier": "Standard"}, "properties": {}}
PROVIDER = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Storage"


def fault(cloud: Cloud, match: JSON, nth: t.Any = 1, times: int = 1, **action: t.Any) -> None:
    """Something goes wrong with the n-th matching request."""
    service = next(one for one in cloud.arm.services if hasattr(one, "faults"))
    service.faults.add({"match": match, "nth": nth, "times": times, "action": action})


def azure(cloud: Cloud, check_mode: bool = False, **options: t.Any) -> Azure:
    return cloud.task(check_mode, **options).azure


@pytest.fixture
def stocked(make_cloud: t.Callable[..., Cloud]) -> Cloud:
    """A vault and a zone to read, change and delete."""
    return make_cloud(
        vaults=[{"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"}],
        private_dns_zones=[{"name": "privatelink.blob.core.windows.net", "resource_group": "rg-dns"}],
    )


# One request of every method through the door that sends it: (door and method, path it matches, what is asked).
DEEDS: dict[str, tuple[JSON, t.Callable[[Azure], t.Any]]] = {
    "arm GET": ({"method": "GET", "path": "/vaults/vault-backup$"}, lambda azure: azure.get(VAULT, VAULT_VERSION)),
    "arm PUT": (
        {"method": "PUT", "path": "/vaults/vault-new$"},
        lambda azure: azure.put(f"{VAULT[:-6]}new", VAULT_VERSION, NEW_VAULT),
    ),
    "arm PATCH": (
        {"method": "PATCH", "path": "/vaults/"},
        lambda azure: azure.patch(VAULT, VAULT_VERSION, {"tags": {"a": "1"}}),
    ),
    "arm DELETE": ({"method": "DELETE", "path": "/vaults/"}, lambda azure: azure.delete(VAULT, VAULT_VERSION)),
    "arm POST": (
        {"method": "POST", "path": "/register$"},
        lambda azure: azure.post(f"{PROVIDER}/register", "2021-04-01"),
    ),
    "arm LIST": (
        {"method": "GET", "path": "/vaults$"},
        lambda azure: azure.list(f"{GROUPS}/rg-backup/providers/Microsoft.RecoveryServices/vaults", VAULT_VERSION),
    ),
    "network GET": ({"method": "GET", "path": "/virtualNetworks/"}, lambda azure: azure.get(NETWORK, NETWORK_VERSION)),
    "network PUT": (
        {"method": "PUT", "path": "/subnets/"},
        lambda azure: azure.put(f"{SUBNET}2", NETWORK_VERSION, {"properties": {"addressPrefix": "10.1.9.0/24"}}),
    ),
    "network DELETE": (
        {"method": "DELETE", "path": "/subnets/"},
        lambda azure: azure.delete(SUBNET, NETWORK_VERSION),
    ),
    "dns PUT": (
        {"method": "PUT", "path": "/A/www"},
        lambda azure: azure.put(
            f"{ZONE}/A/www", DNS_VERSION, {"properties": {"ttl": 10, "aRecords": [{"ipv4Address": "10.1.1.9"}]}}
        ),
    ),
    "sign-in POST": ({"method": "POST", "path": "/oauth2/"}, lambda azure: azure.get(VAULT, VAULT_VERSION)),
    "sign-in GET": ({"method": "GET", "path": "/.well-known/"}, lambda azure: azure.get(VAULT, VAULT_VERSION)),
}
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
    assert type(caught.value) is AzureError
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


def test_a_zone_somebody_else_made_otherwise_is_a_conflict(stocked: Cloud) -> None:
    with pytest.raises(Conflict) as caught:
        azure(stocked).put(ZONE, DNS_VERSION, {"location": "global", "tags": {"a": "1"}}, new=True)
    assert caught.value.status == 412
    assert caught.value.code == "PreconditionFailed"


class Stub(EmulatorAdapter):
    """Answers one path with a body of its own, whatever the emulator would say."""

    def __init__(self, cloud: Cloud, path: str, status: int, body: bytes) -> None:
        super().__init__(cloud.arm)
        self._path, self._status, self._body = path, status, body

    def send(self, request: t.Any, **options: t.Any) -> t.Any:
        answer = super().send(request, **options)
        if self._path in (request.url or ""):
            answer.status_code, answer._content = self._status, self._body
            answer.headers["Content-Type"] = "text/html"
        return answer


def stubbed(cloud: Cloud, path: str, status: int, body: bytes) -> Azure:
    context = cloud.context()
    context.transport.session.mount("https://", Stub(cloud, path, status, body))
    return connect(CREDENTIALS, context).azure


@pytest.mark.parametrize(("path", "resource_id"), [("/vaults/", VAULT), ("/privateEndpoints/", ENDPOINT)])
@pytest.mark.parametrize("body", [b"", b"<html>Not Found</html>", b"{}", b"[]", b'"gone"', b'{"error": "x"}'])
def test_404_that_is_not_azures_is_not_absence(cloud: Cloud, path: str, resource_id: str, body: bytes) -> None:
    with pytest.raises(AzureError) as caught:
        stubbed(cloud, path, 404, body).find(resource_id, VAULT_VERSION)
    assert type(caught.value) is AzureError
    assert caught.value.status == 404


@pytest.mark.parametrize("code", ["SubscriptionNotFound", "InvalidResourceType", "MissingSubscriptionRegistration"])
@pytest.mark.parametrize(("path", "resource_id"), [("/vaults/", VAULT), ("/privateEndpoints/", ENDPOINT)])
def test_404_of_something_else_is_not_absence(cloud: Cloud, code: str, path: str, resource_id: str) -> None:
    fault(cloud, {"path": path}, status=404, code=code, message="?")
    with pytest.raises(AzureError) as caught:
        azure(cloud).find(resource_id, VAULT_VERSION if path == "/vaults/" else NETWORK_VERSION)
    assert not isinstance(caught.value, NotFound)
    assert caught.value.code == code


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
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.code, caught.value.answer) == (status, "Reason", "Because.")
    assert caught.value.request_id in caught.value.message
    assert caught.value.facts()["resource_id"].startswith("/subscriptions/")


def test_bare_dns_errors_are_read(cloud: Cloud) -> None:
    with pytest.raises(AzureError) as caught:
        azure(cloud).put(f"{ZONES}/-bad-", DNS_VERSION, {"location": "global"})
    assert caught.value.status == 400
    assert caught.value.code and caught.value.answer


@pytest.mark.parametrize("deed", ["arm PUT", "arm PATCH", "arm DELETE", "network PUT", "network DELETE"])
@pytest.mark.parametrize("code", ["AnotherOperationInProgress", "RetryableError", "ReferencedResourceNotProvisioned"])
def test_waits_while_another_operation_runs(stocked: Cloud, deed: str, code: str) -> None:
    match, ask = DEEDS[deed]
    fault(stocked, match, times=3, status=409, code=code, message="Wait.")
    started = stocked.arm.clock.now()
    ask(azure(stocked))
    # 2, 4 and 8 seconds.
    assert stocked.arm.clock.now() - started >= 14
    assert len([line for line in stocked.progress if f"is busy ({code}), trying again" in line]) == 3


def test_another_operation_that_never_ends(stocked: Cloud) -> None:
    match, ask = DEEDS["arm PATCH"]
    fault(stocked, match, nth="every", times=0, status=409, code="AnotherOperationInProgress", message="Wait.")
    started = stocked.arm.clock.now()
    with pytest.raises(Conflict, match="AnotherOperationInProgress"):
        ask(azure(stocked, wait_timeout=100))
    assert 50 < stocked.arm.clock.now() - started <= 100


@pytest.mark.parametrize("deed", ["arm PUT", "arm PATCH", "arm DELETE", "network PUT", "network DELETE"])
@pytest.mark.parametrize("latency", ["instant", "realistic"])
def test_a_failed_operation_says_what_azure_said(make_cloud: t.Callable[..., Cloud], deed: str, latency: str) -> None:
    cloud = make_cloud(
        latency, vaults=[{"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"}]
    )
    match, ask = DEEDS[deed]
    fault(cloud, match, operation_failed={"code": "InternalServerError", "message": "The disk is full."})
    with pytest.raises(OperationFailed, match="InternalServerError: The disk is full") as caught:
        ask(azure(cloud))
    assert caught.value.code == "InternalServerError"


WISH = {"resource_group": "rg-backup", "name": "vault-backup", "location": "westeurope"}


def test_wait_timeout_says_how_to_resume(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud("realistic")
    result = cloud.run(VAULT_MODULE, **WISH, wait_timeout=30)
    assert result["failed"]
    assert "vault-backup" in result["msg"]
    assert "Azure goes on with it" in result["msg"]
    assert "Run again to resume, or raise wait_timeout" in result["msg"]
    resumed = cloud.run(VAULT_MODULE, **WISH)
    assert not resumed.get("failed"), resumed
    assert resumed["state"]["provisioning_state"] == "Succeeded"


def test_progress_and_retry_after(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud("realistic")
    started = cloud.arm.clock.now()
    cloud.run(VAULT_MODULE, **WISH)
    polls = [entry["at"] - started for entry in cloud.arm.log if "operationStatus" in entry["path"]]
    # Azure asks for 60 seconds between polls of a vault's operations.
    assert polls[-1] >= 60
    assert len(polls) <= 3
    assert any("PUT Microsoft.RecoveryServices/vaults vault-backup" in line for line in cloud.progress)


def test_not_waiting(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud("realistic")
    started = cloud.arm.clock.now()
    result = cloud.run(VAULT_MODULE, **WISH, wait=False)
    assert result["changed"] is True
    assert cloud.arm.clock.now() == started


class Clockwork:
    """A clock that only sleeping moves, as transport and as time."""

    def __init__(self) -> None:
        self.time, self.pauses = 0.0, list[float]()

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        self.pauses.append(seconds)


def test_until_asks_less_and_less_often() -> None:
    clock, told = Clockwork(), list[str]()
    answers = iter([None, [], 0, "", None, None, "done"])
    waiting = Azure([], clock, progress=told.append, timeout=100, now=lambda: clock.time)
    assert waiting.until("the thing", lambda: next(answers)) == "done"
    assert clock.pauses == pytest.approx([1, 1.6, 2.56, 4.096, 6.5536, 10])
    assert told[0] == "waiting for the thing: 0 s of at most 100 s"
    assert len(told) == 6


def test_until_ends() -> None:
    clock = Clockwork()
    waiting = Azure([], clock, timeout=100, now=lambda: clock.time)
    with pytest.raises(WaitTimeout, match=r"Gave up waiting for the thing after \d+ s") as caught:
        waiting.until("the thing", lambda: None, timeout=12)
    assert clock.time <= 12
    assert "Run again" in caught.value.sentence()


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
