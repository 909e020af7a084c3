"""Registering resource providers."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import InputError
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.providers import (
    plan_registration,
    provider_id,
    read_provider,
)
from ansible_collections.privatelink.recovery.plugins.modules.provider_registration import MODULE

from ...conftest import SUBSCRIPTION, Cloud, four_times

PROVIDER = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.RecoveryServices"
UNREGISTERED = {"id": SUBSCRIPTION, "name": "rehearsal", "providers": {"Microsoft.RecoveryServices": "NotRegistered"}}


@pytest.mark.parametrize(
    ("state", "force", "changed"),
    [
        ("Registered", False, False),
        ("registered", False, False),
        ("Registered", True, True),
        ("Registering", False, False),
        ("Registering", True, False),
        ("NotRegistered", False, True),
        ("Unregistering", False, True),
        ("Unregistered", False, True),
    ],
)
def test_when_to_register(state: str, force: bool, changed: bool) -> None:
    plan = plan_registration(PROVIDER, state, force=force)
    assert plan.changed is changed
    assert (plan.before != plan.after) is changed


@pytest.mark.parametrize("namespace", ["", "vaults", "Microsoft.RecoveryServices/vaults", "Microsoft .X"])
def test_what_is_no_namespace(namespace: str) -> None:
    with pytest.raises(InputError, match="namespace"):
        provider_id(SUBSCRIPTION, namespace)


def test_registers_and_waits(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(subscriptions=[UNREGISTERED], settings={"provider_registration_seconds": 40})
    done = four_times(cloud, MODULE)
    assert (done["id"], done["registration_state"]) == (PROVIDER, "Registered")
    assert any("registration of Microsoft.RecoveryServices" in line for line in cloud.progress)


def test_does_not_wait_when_told_so(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(subscriptions=[UNREGISTERED], settings={"provider_registration_seconds": 40})
    assert cloud.run(MODULE, wait=False)["registration_state"] == "Registering"
    settled = cloud.run(MODULE)
    assert (settled["changed"], settled["registration_state"]) == (False, "Registered")


def test_registers_again_only_when_forced(cloud: Cloud) -> None:
    assert cloud.run(MODULE)["changed"] is False
    assert cloud.writes() == []
    assert cloud.run(MODULE, force=True)["changed"] is True
    assert cloud.writes() == [f"POST {PROVIDER}/register"]


def test_an_unknown_namespace_is_an_error(cloud: Cloud) -> None:
    failed = cloud.run(MODULE, namespace="Microsoft.Nonsense")
    assert failed["failed"] and failed["code"] == "InvalidResourceNamespace"
    assert cloud.writes() == []


def test_read_provider_answers_the_document(cloud: Cloud) -> None:
    document = read_provider(cloud.connection.azure, SUBSCRIPTION, "Microsoft.RecoveryServices")
    assert document["registrationState"] == "Registered"
