"""What needs time: identities and permissions that spread, connections that show late. The run waits and says so."""

from __future__ import annotations

import typing as t

import pytest

from ..conftest import CREDENTIALS, ENDPOINT, GROUPS, SUBSCRIPTION, VAULT, Cloud
from .conftest import Tell
from .support import ENDPOINT_WISH, GIVEN_JUST_NOW, fault, operator

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
    settings, desired, words, seconds = SETTINGS[name]
    unregistered = {"id": SUBSCRIPTION, "providers": {"Microsoft.RecoveryServices": "NotRegistered"}}
    world = {"subscriptions": [unregistered]} if name == "provider" else GIVEN_JUST_NOW if "own" in name else {}
    cloud = make_cloud(latency, settings=settings, **world)
    started = cloud.arm.clock.now()
    played = tell(cloud, **desired).play()
    assert not played.failure
    assert cloud.arm.clock.now() - started >= seconds
    reported = [line for line in cloud.progress if words in line]
    assert len(reported) > 2, cloud.progress
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
    cloud = make_cloud(settings={"world_roles_delay": 7200}, **GIVEN_JUST_NOW)
    cloud.mark()
    began = cloud.arm.clock.now()
    played = tell(cloud, backup_permission_timeout=120).play()
    assert "may not do" in played.failure and "ten minutes to spread" in played.failure
    # Several scopes lack the grant; patience is lost once, not for each.
    assert 100 < cloud.arm.clock.now() - began < 200
    assert cloud.writes() == []
    (line, *_more) = [line for line in cloud.progress if "to spread to" in line]
    for reported in (
        "(object id 44444444-4444-4444-8444-444444444444) may not do Microsoft.RecoveryServices/vaults/write",
        "Owner was granted at /subscriptions/22222222-2222-4222-8222-222222222222",
        "s ago",
        "of at most 120 s",
    ):
        assert reported in line


#: What was granted when, and how long the run waits for it: to the end of ten minutes, or not at all.
NOT_WAITED_FOR: dict[str, JSON] = {
    "nothing but reading, long ago": operator(("Reader", 30 * 86400)),
    "everything, eleven minutes ago": operator(("Reader", 30 * 86400), ("Owner", 660)),
    "something else, a moment ago": operator(("Reader", 30 * 86400), ("Backup Reader", 0)),
    "half of it, a moment ago": operator(("Reader", 30 * 86400), ("Network Contributor", 0)),
    "nothing at all, which nobody may read": operator(),
}


@pytest.mark.parametrize("name", NOT_WAITED_FOR)
def test_what_no_young_grant_gives_is_told_at_once(name: str, make_cloud: MakeCloud, tell: Tell) -> None:
    cloud = make_cloud(settings={"world_roles_delay": 7200}, **NOT_WAITED_FOR[name])
    began = cloud.arm.clock.now()
    played = tell(cloud).play()
    assert cloud.arm.clock.now() - began < 5 and not [line for line in cloud.progress if "spread" in line]
    assert "(object id 44444444-4444-4444-8444-444444444444) may not do " in played.failure
    for reported in ("Microsoft.RecoveryServices/vaults/write", f"at {GROUPS}/rg-backup"):
        assert reported in played.failure
    assert cloud.writes() == []


def test_a_grant_is_waited_for_until_its_ten_minutes_are_over(make_cloud: MakeCloud, tell: Tell) -> None:
    cloud = make_cloud(settings={"world_roles_delay": 7200}, **operator(("Reader", 30 * 86400), ("Owner", 480)))
    began = cloud.arm.clock.now()
    assert "may not do" in tell(cloud).play().failure
    assert 100 < cloud.arm.clock.now() - began < 130


@pytest.mark.parametrize(("entry", "check_mode"), [("main", True), ("preflight", False), ("preflight", True)])
def test_who_only_asks_does_not_wait(entry: str, check_mode: bool, make_cloud: MakeCloud, tell: Tell) -> None:
    cloud = make_cloud(settings={"world_roles_delay": 120}, **GIVEN_JUST_NOW)
    began = cloud.arm.clock.now()
    played = tell(cloud).play(entry, check_mode=check_mode)
    assert "may not do" in played.failure and "ten minutes to spread" in played.failure
    assert cloud.arm.clock.now() - began < 5


def test_a_world_says_when_roles_were_given(make_cloud: MakeCloud, tell: Tell) -> None:
    """Unless it does, they are old: a rehearsal does not wait for what will never come."""
    reader = operator(("Reader", 0))["principals"][0]
    for role in reader["roles"]:
        del role["granted_days_ago"]
    cloud = make_cloud(principals=[reader])
    began = cloud.arm.clock.now()
    assert "may not do" in tell(cloud).play().failure
    assert cloud.arm.clock.now() - began < 5


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
