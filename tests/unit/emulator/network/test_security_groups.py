"""Application security groups, and endpoints in them."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.tests.unit.emulator.network_support import (
    ENDPOINT,
    PROVIDER,
    READER,
    SUBNET,
    SUBSCRIPTION,
    TARGET,
    Azure,
    endpoint,
)

GROUPS = f"{PROVIDER}/applicationSecurityGroups"
GROUP = f"{GROUPS}/asg"
BODY = {"location": "West Europe"}
FIELD = "applicationSecurityGroups"


def inside(*ids: str) -> JSON:
    """The body of an endpoint in these groups."""
    return endpoint(properties={FIELD: [{"id": each} for each in ids]})


def test_a_group_reads_as_recorded() -> None:
    azure = Azure(latency={"application_security_group.create": 10})
    made = azure.send("PUT", GROUP, BODY)
    assert (made.status, made.headers["Retry-After"], made.headers["Azure-AsyncNotification"]) == (201, "10", "Enabled")
    assert made.document["properties"] == {"provisioningState": "Updating"}
    azure.clock.advance(10)
    assert azure.send("GET", made.headers["Azure-AsyncOperation"]).document == {"status": "Succeeded"}
    found = azure.get(GROUP)
    assert found == {
        "name": "asg",
        "id": GROUP,
        "etag": found["etag"],
        "type": "Microsoft.Network/applicationSecurityGroups",
        "location": "westeurope",
        "properties": {"provisioningState": "Succeeded"},
    }
    everywhere = f"{SUBSCRIPTION}/providers/Microsoft.Network/applicationSecurityGroups"
    assert azure.get(GROUPS) == azure.get(everywhere) == {"value": [found]}
    assert azure.send("PATCH", GROUP, {"tags": {"a": "b"}}).document["tags"] == {"a": "b"}
    assert azure.send("PUT", GROUP, BODY).status == 200
    azure.clock.advance(10)
    assert azure.get(GROUP).get("tags") is None
    assert azure.settled("DELETE", GROUP) == {}
    assert azure.send("DELETE", GROUP).status == 204


def test_an_endpoint_is_in_the_groups_it_was_last_put_with() -> None:
    azure = Azure()
    azure.settled("PUT", GROUP, BODY)
    assert azure.settled("PUT", ENDPOINT, inside(GROUP))["properties"][FIELD] == [{"id": GROUP}]
    assert azure.refused("DELETE", GROUP)[:2] == (400, "InUseApplicationSecurityGroupCannotBeDeleted")
    assert FIELD not in azure.settled("PUT", ENDPOINT, endpoint())["properties"]
    assert azure.settled("DELETE", GROUP) == {}


@pytest.mark.parametrize("body", [None, {"location": "northeurope"}])
def test_a_group_that_an_endpoint_cannot_be_in(body: JSON | None) -> None:
    azure = Azure()
    if body:
        azure.settled("PUT", GROUP, body)
    assert azure.refused("PUT", ENDPOINT, inside(GROUP))[:2] == (400, "InvalidResourceReference")
    assert azure.send("GET", ENDPOINT).status == 404


def test_a_group_must_be_one_the_caller_may_join() -> None:
    from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.authorization import (
        Authorization,
    )

    azure = Azure()
    azure.settled("PUT", GROUP, BODY)
    granted: t.Any = azure.arm.service(Authorization).assignments
    for scope in (ENDPOINT, SUBNET, TARGET):
        granted.grant(scope, "Owner", READER, "ServicePrincipal")
    status, code, message = azure.refused("PUT", ENDPOINT, inside(GROUP), caller=READER)
    assert (status, code) == (403, "LinkedAuthorizationFailed")
    assert f"'{GROUP}'" in message
