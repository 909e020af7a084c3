"""Busy resources, failed operations, time limits, progress: everything that takes time."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.client import Azure
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.token_host import Home
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import (
    Conflict,
    OperationFailed,
    WaitTimeout,
)
from ansible_collections.privatelink.recovery.plugins.modules.vault import MODULE as VAULT_MODULE

from ...conftest import Cloud
from .azure_deeds import DEEDS, JSON, STOCK, azure, fault


@pytest.fixture
def stocked(make_cloud: t.Callable[..., Cloud]) -> Cloud:
    """An emulator that holds what the deeds are done to."""
    return make_cloud(**STOCK)


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


@pytest.mark.parametrize("deed", ["arm PUT", "arm PATCH", "network PUT"])
@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("RetryableError", "Wait."),
        ("StorageAccountOperationInProgress", "Wait."),
        ("ConflictError", "A conflict occurred. This can happen if parallel operations are being performed on it."),
    ],
)
def test_an_operation_that_ends_busy_is_begun_again(stocked: Cloud, deed: str, code: str, message: str) -> None:
    match, ask = DEEDS[deed]
    fault(stocked, match, times=2, operation_failed={"code": code, "message": message})
    ask(azure(stocked))
    assert len([line for line in stocked.progress if f"is busy ({code}), trying again" in line]) == 2


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


DESIRED: JSON = {"resource_group": "rg-backup", "name": "vault-backup", "location": "westeurope"}


def test_wait_timeout_says_how_to_resume(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud("realistic")
    result = cloud.run(VAULT_MODULE, **DESIRED, wait_timeout=30)
    assert result["failed"]
    assert "vault-backup" in result["msg"]
    assert "Azure goes on with it" in result["msg"]
    assert "Run again to resume, or raise wait_timeout" in result["msg"]
    resumed = cloud.run(VAULT_MODULE, **DESIRED)
    assert not resumed.get("failed"), resumed
    assert resumed["state"]["provisioning_state"] == "Succeeded"


def test_progress_and_retry_after(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud("realistic")
    started = cloud.arm.clock.now()
    cloud.run(VAULT_MODULE, **DESIRED)
    polls = [entry["at"] - started for entry in cloud.arm.log if "operationStatus" in entry["path"]]
    # Azure asks for 60 seconds between polls of a vault's operations.
    assert polls[-1] >= 60
    assert len(polls) <= 3
    assert any("PUT Microsoft.RecoveryServices/vaults vault-backup" in line for line in cloud.progress)


def test_not_waiting(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud("realistic")
    started = cloud.arm.clock.now()
    result = cloud.run(VAULT_MODULE, **DESIRED, wait=False)
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
    clock, reported = Clockwork(), list[str]()
    answers: t.Iterator[t.Any] = iter([None, [], 0, "", None, None, "done"])
    waiting = Azure(
        [], clock, Home("management.azure.com", 443), progress=reported.append, timeout=100, now=lambda: clock.time
    )
    assert waiting.until("the thing", lambda: next(answers)) == "done"
    assert clock.pauses == pytest.approx([1, 1.6, 2.56, 4.096, 6.5536, 10])
    assert reported[0] == "waiting for the thing: 0 s of at most 100 s"
    assert len(reported) == 6


def test_until_ends() -> None:
    clock = Clockwork()
    waiting = Azure([], clock, Home("management.azure.com", 443), timeout=100, now=lambda: clock.time)
    with pytest.raises(WaitTimeout, match=r"Gave up waiting for the thing after \d+ s") as caught:
        waiting.until("the thing", lambda: None, timeout=12)
    assert clock.time <= 12
    assert "Run again" in caught.value.sentence()
