"""What needs time: identities and permissions that spread, connections that show late. The run waits and says so."""

from __future__ import annotations

import typing as t

import pytest

from ..conftest import CREDENTIALS, ENDPOINT, GROUPS, SUBSCRIPTION, VAULT, Cloud
from .conftest import Tell
from .support import ENDPOINT_WISH, fault

JSON = dict[str, t.Any]
MakeCloud = t.Callable[..., Cloud]
ROLE = {"scope": f"{GROUPS}/rg-backup", "role": "Contributor", "principal_type": "ServicePrincipal"}
SETTINGS: dict[str, tuple[JSON, JSON, str, float]] = {
    "identity not known to the directory yet": (
        {"principal_replication_delay": 120}, {"backup_role_assignments": [ROLE]}, "the directory to know principal", 120,
    ),
    "roles that take time to count": (
        {"role_assignment_delay": 120}, {"backup_role_assignments": [ROLE]}, "to spread", 30,
    ),
    "own permissions of a moment ago": ({"world_roles_delay": 120}, {}, "a recent role assignment to spread to", 120),
    "connection the vault shows late": (
        {"connection_delay": 120}, {"backup_endpoints": [{**ENDPOINT_WISH, "manual": True}]}, "to show the connection", 120,
    ),
    "provider": (
        {"provider_registration_seconds": 120}, {"backup_provider_registration": "register"}, "registration of", 120,
    ),
}  # fmt: skip


@pytest.mark.parametrize("latency", ["instant", "realistic"])
@pytest.mark.parametrize("name", SETTINGS)
def test_the_run_waits_and_says_so(name: str, latency: str, make_cloud: MakeCloud, tell: Tell) -> None:
    settings, wish, words, seconds = SETTINGS[name]
    unregistered = {"id": SUBSCRIPTION, "providers": {"Microsoft.RecoveryServices": "NotRegistered"}}
    cloud = make_cloud(latency, settings=settings, **({"subscriptions": [unregistered]} if name == "provider" else {}))
    started = cloud.arm.clock.now()
    played = tell(cloud, **wish).play()
    assert not played.failure
    assert cloud.arm.clock.now() - started >= seconds
    told = [line for line in cloud.progress if words in line]
    assert len(told) > 2, cloud.progress
    assert cloud.document(VAULT)["properties"]["publicNetworkAccess"] == "Disabled"


def test_long_operations_are_told_of(make_cloud: MakeCloud, tell: Tell) -> None:
    cloud = make_cloud("realistic")
    assert not tell(cloud).play().failure
    assert any(
        "PUT Microsoft.RecoveryServices/vaults vault-backup" in line and " s of at most " in line
        for line in cloud.progress
    )


def test_patience_that_ends_says_what_it_waited_for(make_cloud: MakeCloud, tell: Tell) -> None:
    cloud = make_cloud("realistic")
    sequence = tell(cloud, backup_wait_timeout=30)
    played = sequence.play()
    assert "vault-backup" in played.failure and "Run again" in played.failure
    assert played.report["result"] == "failed"
    assert not cloud.exists(ENDPOINT)
    assert not sequence.play(backup_wait_timeout=1800).failure


def test_a_grant_that_never_comes_is_refused(make_cloud: MakeCloud, tell: Tell) -> None:
    cloud = make_cloud(settings={"world_roles_delay": 7200})
    cloud.mark()
    began = cloud.arm.clock.now()
    played = tell(cloud, backup_permission_timeout=120).play()
    assert "may not do" in played.failure and "ten minutes to spread" in played.failure
    # Several scopes lack the grant; patience is lost once, not for each.
    assert cloud.arm.clock.now() - began < 200
    assert cloud.writes() == []


def test_another_operation_on_the_network_is_waited_for(cloud: Cloud, tell: Tell) -> None:
    busy = fault(
        cloud,
        {"status": 409, "code": "AnotherOperationInProgress"},
        times=5,
        nth="every",
        method="PUT",
        path="/privateEndpoints/pe-backup$",
    )
    played = tell(cloud).play()
    assert busy.applied == 5
    assert not played.failure
    assert any("busy (AnotherOperationInProgress)" in line for line in cloud.progress)
    assert CREDENTIALS["secret"] not in "".join(cloud.progress)
