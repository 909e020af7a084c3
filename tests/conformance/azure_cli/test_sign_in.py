"""Clouds, sign-in and subscriptions."""

from __future__ import annotations

from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess

from ..evidence import SUBSCRIPTION
from .cli import AzureCli
from .conftest import CLOUD

NOBODY = "99999999-9999-4999-8999-999999999999"


def test_the_cloud_was_registered_from_what_it_says_of_itself(az: AzureCli, emulated: EmulatorProcess) -> None:
    cloud = az("cloud show")
    assert (cloud["name"], cloud["isActive"]) == (CLOUD, True)
    assert cloud["endpoints"]["resourceManager"].rstrip("/") == emulated.base_url
    assert cloud["endpoints"]["microsoftGraphResourceId"].rstrip("/") == emulated.base_url
    assert cloud["suffixes"]["storageEndpoint"] == "core.windows.net"


def test_the_account_signed_in_with(az: AzureCli, emulated: EmulatorProcess) -> None:
    account = az("account show")
    assert (account["id"], account["state"], account["environmentName"]) == (SUBSCRIPTION, "Enabled", CLOUD)
    assert account["user"] == {"name": emulated.ready["client_id"], "type": "servicePrincipal"}
    assert "westeurope" in [one["name"] for one in az("account list-locations")]
    assert az("provider show --namespace Microsoft.RecoveryServices")["registrationState"] == "Registered"


def test_nobody_signs_in(az: AzureCli, emulated: EmulatorProcess) -> None:
    tenant = emulated.ready["tenant_id"]
    ended = az.run(f"login --service-principal --username {NOBODY} --password wrong --tenant {tenant}")
    assert ended.code == 1
    assert "AADSTS700016" in ended.said
