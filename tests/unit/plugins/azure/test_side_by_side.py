"""Reads of one task side by side, against the emulator: connections, sign-in, order, failures, throttling."""

from __future__ import annotations

import stat
import threading
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.privatelink.recovery.extensions.emulator.in_process import EmulatorAdapter
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.client import Azure
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.connection import PACE_FILE, connect
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.token_cache import FILE
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.connection_options import CONNECTION
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Task, execute
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import argument_spec
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import AzureError, Forbidden, NotFound
from ansible_collections.privatelink.recovery.plugins.modules.vault_info import MODULE as VAULTS

from ...conftest import CREDENTIALS, GROUPS, NETWORK, SUBSCRIPTION, VAULT, Cloud
from ...meeting import meeting
from .azure_deeds import DNS_VERSION, JSON, NETWORK_VERSION, STOCK, VAULT_VERSION, ZONE, fault

PATIENCE = 20
LISTS = [
    (f"{GROUPS}/{group}/providers/Microsoft.{kind}", version)
    for group in ("rg-backup", "rg-network", "rg-dns")
    for kind, version in (
        ("RecoveryServices/vaults", VAULT_VERSION),
        ("Network/privateEndpoints", NETWORK_VERSION),
        ("Network/privateDnsZones", DNS_VERSION),
    )
]


@pytest.fixture
def stocked(make_cloud: t.Callable[..., Cloud]) -> Cloud:
    """An emulator with a vault and a zone."""
    return make_cloud(**STOCK)


def open_way(cloud: Cloud, concurrency: int, near: float = 0.0) -> Azure:
    """A way to the emulator that asks so many questions at once."""
    context = cloud.context()
    context.near = near
    return connect({**CREDENTIALS, "concurrency": concurrency}, context).azure


def lists(azure: Azure) -> list[t.Callable[[], t.Any]]:
    """Nine questions that do not wait for each other, through both doors."""
    return [lambda where=where, version=version: azure.list(where, version) for where, version in LISTS]


#: The lists among the requests.
A_LIST = "/(vaults|privateEndpoints|privateDnsZones)$"


@pytest.mark.parametrize("size", [3, 9])
def test_so_many_requests_are_in_flight(stocked: Cloud, size: int) -> None:
    """Neither the doors, the token nor the connections make one wait for another."""
    _adapter, context = meeting(stocked, A_LIST, size)
    azure = connect({**CREDENTIALS, "concurrency": size}, context).azure
    found = azure.together(lists(azure))
    assert [[item["name"] for item in items] for items in found] == [
        *(["vault-backup"], [], [], [], [], []),
        *([], [], ["privatelink.blob.core.windows.net"]),
    ]


def test_one_sign_in_for_all(stocked: Cloud) -> None:
    azure = open_way(stocked, 8)
    azure.together(lists(azure))
    assert len([entry for entry in stocked.arm.log if entry["path"].endswith("/token")]) == 1
    assert len(stocked.requests()) == len(LISTS)


def test_one_at_a_time_is_the_order_of_the_questions(stocked: Cloud) -> None:
    azure = open_way(stocked, 1)
    stocked.mark()
    azure.together(lists(azure))
    assert [entry["path"] for entry in stocked.requests()] == [where for where, _version in LISTS]


@pytest.mark.parametrize("concurrency", [1, 8])
def test_the_first_failure_in_order_is_the_one_that_is_raised(stocked: Cloud, concurrency: int) -> None:
    azure = open_way(stocked, concurrency)
    fault(stocked, {"path": "/rg-network/.*/privateEndpoints$"}, nth="every", times=0, status=403, code="First")
    fault(stocked, {"path": "/rg-dns/.*/vaults$"}, nth="every", times=0, status=400, code="Second")
    with pytest.raises(Forbidden, match=f"Listing {LISTS[4][0]} failed; Azure answered 403 First: Injected"):
        azure.together(lists(azure))


@pytest.mark.parametrize("concurrency", [1, 8])
def test_what_was_read_ahead_fails_when_it_is_asked_for(stocked: Cloud, concurrency: int) -> None:
    azure = open_way(stocked, concurrency)
    vault, network, zone = azure.ahead(
        [
            lambda: azure.get(f"{VAULT}-gone", VAULT_VERSION),
            lambda: azure.get(NETWORK, NETWORK_VERSION),
            lambda: azure.find(f"{ZONE}.gone", DNS_VERSION),
        ]
    )
    assert zone() is None
    assert network()["name"] == "vnet-app"
    for _time in range(2):
        with pytest.raises(NotFound, match="vault-backup-gone failed; Azure answered 404"):
            vault()
    assert len(stocked.requests()) == 3


class Throttled(EmulatorAdapter):
    """An emulator that answers nothing after the first list, which it refuses, until whoever asked that sleeps."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud.arm)
        self.sleeping = threading.Event()
        self.lock = threading.Lock()

    def send(self, request: t.Any, **options: t.Any) -> t.Any:
        if "/providers/" in request.url and not self.lock.acquire(blocking=False):
            assert self.sleeping.wait(PATIENCE)
        return super().send(request, **options)


def test_all_wait_when_one_is_throttled(stocked: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asks while Azure wants to be left alone, but who has asked already."""
    context = stocked.context()
    context.near = 0.0
    # Time passes when two sleep: the one that was refused, and of the others the one whose turn it is.
    adapter, both = Throttled(stocked), threading.Barrier(2, lambda: stocked.arm.clock.advance(17))
    context.transport.session.mount("https://", adapter)
    monkeypatch.setattr(context.transport, "sleep", lambda _seconds: (adapter.sleeping.set(), both.wait(PATIENCE)))
    fault(stocked, {"path": "/providers/"}, status=429, code="SubscriptionRequestsThrottled", retry_after=17)
    azure = connect({**CREDENTIALS, "concurrency": 3}, context).azure
    assert len(azure.together(lists(azure))) == len(LISTS)
    requests = stocked.requests()
    refused = next(entry for entry in requests if entry["status"] == 429)
    soon = [entry for entry in requests if entry["at"] < refused["at"] + 17]
    assert len(soon) <= 3
    assert len(requests) == len(LISTS) + 1
    assert stocked.progress == ["Azure limits how often this identity may ask: going on in 17 s"]


def test_what_stays_throttled_is_told(stocked: Cloud) -> None:
    azure = open_way(stocked, 4)
    fault(stocked, {"path": "/vaults$"}, nth="every", times=0, status=429, code="Throttled", retry_after=1)
    with pytest.raises(AzureError, match="failed; Azure answered 429 Throttled"):
        azure.together(lists(azure))


@pytest.mark.parametrize("concurrency", [1, 8])
def test_no_write_beside_a_read(stocked: Cloud, concurrency: int) -> None:
    azure = open_way(stocked, concurrency)
    register = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Storage/register"
    writes: list[t.Callable[[], t.Any]] = [
        lambda: azure.put(ZONE, DNS_VERSION, {"location": "global"}),
        lambda: azure.patch(VAULT, VAULT_VERSION, {"tags": {}}),
        lambda: azure.delete(VAULT, VAULT_VERSION),
        lambda: azure.post(register, "2021-04-01"),
    ]
    for write in writes:
        with pytest.raises(RuntimeError, match="beside other requests; this is a defect of the collection"):
            azure.together([write, lambda: azure.get(VAULT, VAULT_VERSION)])
    assert stocked.writes() == []
    capabilities = (
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.RecoveryServices/locations/westeurope/capabilities"
    )
    body = {"type": "Microsoft.RecoveryServices/Vaults"}
    azure.together([lambda: azure.post(capabilities, VAULT_VERSION, body)] * 2)
    for write in writes:
        write()


def test_the_progress_of_threads_comes_one_at_a_time(stocked: Cloud) -> None:
    inside, overlapping = [0], list[str]()

    def progress(text: str) -> None:
        inside[0] += 1
        if inside[0] > 1:
            overlapping.append(text)
        for _time in range(1000):
            pass
        inside[0] -= 1

    context = stocked.context()
    context.progress, context.near = progress, 0.0
    azure = connect({**CREDENTIALS, "concurrency": 4}, context).azure
    azure.together([lambda: [azure.progress("waiting") for _time in range(50)]] * 4)
    assert overlapping == []


def validated(monkeypatch: pytest.MonkeyPatch, variable: str | None, **options: t.Any) -> t.Any:
    if variable is None:
        monkeypatch.delenv("AZURE_CONCURRENCY", raising=False)
    else:
        monkeypatch.setenv("AZURE_CONCURRENCY", variable)
    found = ArgumentSpecValidator(argument_spec(CONNECTION)).validate(options)
    assert not found.error_messages
    return found.validated_parameters["concurrency"]


def test_how_many_at_once_is_an_option_and_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert validated(monkeypatch, None) == 12
    assert validated(monkeypatch, "3") == 3
    assert validated(monkeypatch, "3", concurrency="1") == 1


@pytest.mark.parametrize(("number", "words"), [(0, "concurrency must be at least 1"), (65, "must be at most 64")])
def test_a_number_that_cannot_be_meant(cloud: Cloud, number: int, words: str) -> None:
    options: JSON = {**CREDENTIALS, "resource_group": "rg-backup", "name": None, "concurrency": number}
    assert words in execute(VAULTS, Task(options, cloud.context()))["msg"]
    assert cloud.arm.log == []


def test_a_far_azure_is_remembered_for_the_tasks_of_a_run(stocked: Cloud, tmp_path: t.Any) -> None:
    """The second task need not find out again that answers take long."""
    for near in (0.0, float("inf")):
        _adapter, context = meeting(stocked, A_LIST, 3)
        context.near, context.cache_directory = near, str(tmp_path)
        azure = connect({**CREDENTIALS, "concurrency": 3}, context).azure
        assert len(azure.together(lists(azure))) == len(LISTS)


def test_the_tasks_of_a_run_slow_down_together(stocked: Cloud, tmp_path: t.Any) -> None:
    """What one of them learns of Azure's patience the next one knows."""
    for number, world in enumerate(({"reads": {"bucket": 20, "refill": 1}}, None)):
        stocked.arm.settings["throttling"] = world
        context = stocked.context()
        context.cache_directory = str(tmp_path)
        started = stocked.arm.clock.now()
        connect(CREDENTIALS, context).azure.get(VAULT, VAULT_VERSION)
        assert (stocked.arm.clock.now() - started > 3) is bool(number)
    assert [path.name for path in sorted(tmp_path.iterdir())] == [PACE_FILE, FILE]
    assert stat.S_IMODE((tmp_path / PACE_FILE).stat().st_mode) == 0o600
