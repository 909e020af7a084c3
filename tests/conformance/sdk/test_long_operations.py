"""How the SDKs' pollers and retries take what the local Azure says about operations and trouble."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from azure.core.exceptions import HttpResponseError

from ..evidence import OPERATION
from .clients import Clients

GROUP = "rg-operations"
GUILTY = {"code": "Guilty", "message": "Nobody knows why."}


@pytest.fixture(scope="module", autouse=True)
def group(clients: Clients) -> None:
    clients.resources.resource_groups.create_or_update(GROUP, {"location": "westeurope"})


@pytest.fixture
def fault(emulated: EmulatorProcess) -> t.Iterator[t.Callable[..., None]]:
    """Let something go wrong with the next requests of a method to a path."""

    def put(method: str, path: str, action: dict[str, t.Any], times: int = 1) -> None:
        match = {"method": method, "path": path}
        emulated.ask("faults", {"match": match, "nth": 1, "times": times, "action": action})

    yield put
    assert all(one["applied"] == one["times"] for one in emulated.ask("faults")["value"])


def network(clients: Clients) -> t.Any:
    body = {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.3.0.0/16"]}}}
    return clients.network.virtual_networks.begin_create_or_update(GROUP, "vnet-operations", body)


def vault(clients: Clients) -> t.Any:
    body = {"location": "westeurope", "sku": {"name": "Standard"}, "properties": {}}
    return clients.vaults.vaults.begin_create_or_update(GROUP, "vault-operations", body)


def zone(clients: Clients) -> t.Any:
    return clients.private_dns.private_zones.begin_create_or_update(GROUP, "operations.example", {"location": "global"})


def account(clients: Clients) -> t.Any:
    body = {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {}}
    return clients.storage.storage_accounts.begin_create(GROUP, "operationsaccount", body)


def deletion(clients: Clients) -> t.Any:
    clients.resources.resource_groups.create_or_update("rg-short-lived", {"location": "westeurope"})
    return clients.resources.resource_groups.begin_delete("rg-short-lived")


Begin = t.Callable[[Clients], t.Any]


@pytest.mark.parametrize(
    ("begin", "first"), [(network, 201), (vault, 201), (zone, 202), (account, 202), (deletion, 202)]
)
def test_every_dialect_is_polled_to_its_end(
    clients: Clients, emulated: EmulatorProcess, begin: Begin, first: int
) -> None:
    emulated.mark()
    poller = begin(clients)
    assert poller.status() == "InProgress"
    poller.result()
    assert poller.status() == "Succeeded"
    entries = emulated.requests()
    written = next(
        number for number, one in enumerate(entries) if one["method"] in ("PUT", "DELETE") and one["status"] == first
    )
    polls = [one for one in entries[written + 1 :] if OPERATION.search(one["path"])]
    assert polls
    assert {one["status"] for one in polls} <= {200, 202}


@pytest.mark.parametrize("begin", [network, vault, zone])
def test_an_operation_that_fails_is_told_with_its_code(
    clients: Clients, fault: t.Callable[..., None], begin: Begin
) -> None:
    fault("PUT", f"/{GROUP}/", {"operation_failed": GUILTY})
    with pytest.raises(HttpResponseError) as caught:
        begin(clients).result()
    assert (caught.value.error.code, caught.value.error.message) == (GUILTY["code"], GUILTY["message"])


@pytest.mark.parametrize("action", [{"status": 503}, {"drop": True}, {"drop": True, "after": True}])
def test_trouble_that_passes_is_not_noticed(
    clients: Clients, fault: t.Callable[..., None], action: dict[str, t.Any]
) -> None:
    fault("GET", f"/resourcegroups/{GROUP}$", action)
    assert clients.resources.resource_groups.get(GROUP).name == GROUP


def test_throttling_is_waited_for(clients: Clients, fault: t.Callable[..., None], emulated: EmulatorProcess) -> None:
    fault("GET", f"/resourcegroups/{GROUP}$", {"status": 429, "retry_after": 1})
    started = time.monotonic()
    assert clients.resources.resource_groups.get(GROUP).name == GROUP
    assert time.monotonic() - started >= 1


def test_a_refusal_that_stays_is_told(clients: Clients, fault: t.Callable[..., None]) -> None:
    fault("GET", f"/resourcegroups/{GROUP}$", {"status": 409, **GUILTY})
    with pytest.raises(HttpResponseError) as caught:
        clients.resources.resource_groups.get(GROUP)
    assert (caught.value.status_code, caught.value.error.code) == (409, "Guilty")
