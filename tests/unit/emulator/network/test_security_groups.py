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


def test_a_network_security_group_has_azures_rules_and_stays_while_a_subnet_has_it() -> None:
    azure = Azure(latency={"network_security_group.create": 10})
    group = f"{PROVIDER}/networkSecurityGroups/nsg"
    rule = {"name": "in", "properties": {"priority": 100, "direction": "Inbound", "access": "Deny"}}
    made = azure.send("PUT", group, {**BODY, "properties": {"securityRules": [rule]}})
    assert (made.status, made.document["properties"]["provisioningState"]) == (201, "Updating")
    azure.clock.advance(10)
    found = azure.get(group)["properties"]
    assert [each["properties"]["priority"] for each in found["defaultSecurityRules"]] == [65000, 65001, 65500] * 2
    assert (found["securityRules"][0]["id"], found["securityRules"][0]["properties"]["priority"]) == (
        f"{group}/securityRules/in",
        100,
    )
    assert {each["properties"]["provisioningState"] for each in found["defaultSecurityRules"]} == {"Succeeded"}
    azure.send("PUT", group, BODY)
    azure.clock.advance(10)
    assert azure.get(group)["properties"]["resourceGuid"] == found["resourceGuid"]
    subnet = azure.get(SUBNET)
    azure.settled("PUT", SUBNET, {"properties": {**subnet["properties"], "networkSecurityGroup": {"id": group}}})
    assert azure.refused("DELETE", group)[:2] == (400, "InUseNetworkSecurityGroupCannotBeDeleted")
    azure.settled("PUT", SUBNET, {"properties": subnet["properties"]})
    assert azure.send("DELETE", group).status == 202
    azure.clock.advance(60)
    assert azure.send("GET", group).status == 404
    assert azure.send("PUT", group, {**BODY, "properties": {"securityRules": ["in"]}}).status == 400


def test_what_endpoints_can_lead_to_is_listed_by_region() -> None:
    azure = Azure()
    where = f"{SUBSCRIPTION}/providers/Microsoft.Network/locations"
    listed = azure.get(f"{where}/westeurope/availablePrivateEndpointTypes")["value"]
    assert "Microsoft.RecoveryServices/vaults" in [each["resourceName"] for each in listed]
    assert azure.refused("GET", f"{where}/atlantis/availablePrivateEndpointTypes")[:2] == (
        400,
        "LocationNotAvailableForResourceType",
    )
