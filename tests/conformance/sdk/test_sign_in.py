"""azure-identity and the subscriptions it opens, and what a principal may not do."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

from ..evidence import SUBSCRIPTION
from .clients import Clients

NOBODY = "99999999-9999-4999-8999-999999999999"


def test_what_a_principal_finds_after_signing_in(clients: Clients, emulated: EmulatorProcess) -> None:
    found = clients.fits(list(clients.subscriptions.subscriptions.list()))
    assert [(one.subscription_id, one.state) for one in found] == [(SUBSCRIPTION, "Enabled")]
    assert clients.fits(clients.subscriptions.subscriptions.get(SUBSCRIPTION)).tenant_id == emulated.ready["tenant_id"]
    tenants = clients.fits(list(clients.subscriptions.tenants.list()))
    assert [one.tenant_id for one in tenants] == [emulated.ready["tenant_id"]]
    locations = clients.fits(list(clients.subscriptions.subscriptions.list_locations(SUBSCRIPTION)))
    assert "westeurope" in [one.name for one in locations]


@pytest.mark.parametrize(
    ("changed", "reported"),
    [
        ({"secret": "wrong"}, "AADSTS7000215"),
        ({"client_id": NOBODY}, "AADSTS700016"),
        ({"tenant": NOBODY}, "Unable to get authority configuration"),
    ],
)
def test_credentials_that_are_wrong(emulated: EmulatorProcess, changed: dict[str, str], reported: str) -> None:
    with pytest.raises(ClientAuthenticationError, match=reported):
        Clients(emulated, **changed).credential.get_token(f"{emulated.base_url}/.default")


def test_a_reader_may_not_write(guest: Clients) -> None:
    assert guest.fits(guest.resources.resource_groups.get("rg-network")).location == "westeurope"
    with pytest.raises(HttpResponseError) as caught:
        guest.resources.resource_groups.create_or_update("rg-network", {"location": "westeurope", "tags": {"a": "b"}})
    assert (caught.value.status_code, caught.value.error.code) == (403, "AuthorizationFailed")
