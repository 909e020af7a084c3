"""Connections on the target's side: what may follow what, and waiting until both sides agree."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import Refusal
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.endpoint_connections import (
    connection_to,
    decide,
    status_of,
)
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint import MODULE as ENDPOINTS
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint_connection import MODULE

from ...conftest import ENDPOINT, SUBNET, VAULT, Cloud, four_times

JSON = dict[str, t.Any]
CONNECTION = f"{VAULT}/privateEndpointConnections/any.name"


def shown(status: str | None) -> JSON:
    state = {"status": status} if status else {}
    return {
        "id": CONNECTION,
        "properties": {"privateEndpoint": {"id": ENDPOINT}, "privateLinkServiceConnectionState": state},
    }


@pytest.mark.parametrize(
    ("now", "wanted", "action"),
    [
        ("Pending", "approved", "update"),
        ("Approved", "approved", "none"),
        ("Pending", "rejected", "update"),
        ("Approved", "rejected", "update"),
        ("Approved", "disconnected", "update"),
        ("Rejected", "rejected", "none"),
        ("Disconnected", "disconnected", "none"),
        ("Rejected", "disconnected", "update"),
        ("Pending", "absent", "delete"),
        ("Rejected", "absent", "delete"),
        (None, "approved", "update"),
        ("Rejected", "approved", "refused"),
        ("Disconnected", "approved", "refused"),
    ],
)
def test_what_may_follow_what(now: str | None, wanted: str, action: str) -> None:
    if action == "refused":
        with pytest.raises(Refusal, match=f"is {now}, which is final; this task wrote nothing"):
            decide(shown(now), wanted, VAULT, ENDPOINT, "")
        return
    plan = decide(shown(now), wanted, VAULT, ENDPOINT, "why")
    assert (plan.action, plan.resource_id) == (action, CONNECTION)
    if action == "update":
        state = plan.body["properties"]["privateLinkServiceConnectionState"]
        assert state == {"status": wanted.capitalize(), "description": "why"}
        assert plan.body["properties"]["privateEndpoint"]["id"] == ENDPOINT


@pytest.mark.parametrize("wanted", ["approved", "rejected", "absent"])
def test_no_connection(wanted: str) -> None:
    plan = decide(None, wanted, VAULT, ENDPOINT, "")
    assert not plan.changed
    assert plan.resource_id.startswith(VAULT)


@pytest.mark.parametrize(("document", "expected"), [(None, "Absent"), ({}, "Unknown"), (shown("Pending"), "Pending")])
def test_status(document: JSON | None, expected: str) -> None:
    assert status_of(document) == expected


def test_a_connection_is_found_by_its_endpoint_not_by_name() -> None:
    other = {**shown("Approved"), "properties": {"privateEndpoint": {"id": ENDPOINT + "2"}}}
    vault = {"properties": {"privateEndpointConnections": [{}, other, shown("Pending")]}}
    assert connection_to(vault, ENDPOINT.upper()) == shown("Pending")
    assert connection_to(vault, ENDPOINT + "3") is None
    assert connection_to(None, ENDPOINT) is None


def endpoint(status: str) -> JSON:
    return {
        "name": "pe-backup",
        "resource_group": "rg-backup",
        "virtual_network": "vnet-app",
        "subnet": "endpoints",
        "target": VAULT,
        "group_id": "AzureBackup",
        "location": "westeurope",
        "status": status,
    }


def connected(make_cloud: t.Callable[..., Cloud], status: str, latency: str = "instant") -> Cloud:
    return make_cloud(
        latency,
        vaults=[{"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"}],
        private_endpoints=[endpoint(status)],
    )


NAMED: JSON = {"target": VAULT, "private_endpoint": ENDPOINT}


@pytest.mark.parametrize("latency", ["instant", "realistic"])
@pytest.mark.parametrize(
    ("before", "state", "after"),
    [
        ("Pending", "approved", "Approved"),
        ("Pending", "rejected", "Rejected"),
        ("Approved", "disconnected", "Disconnected"),
    ],
)
def test_both_sides_agree_when_the_task_ends(
    make_cloud: t.Callable[..., Cloud], latency: str, before: str, state: str, after: str
) -> None:
    cloud = connected(make_cloud, before, latency)
    done = four_times(cloud, MODULE, **NAMED, state=state)
    assert done["status"] == after
    mine = cloud.document(ENDPOINT)["properties"]
    items = [*mine.get("privateLinkServiceConnections", []), *mine.get("manualPrivateLinkServiceConnections", [])]
    assert items[0]["properties"]["privateLinkServiceConnectionState"]["status"] == after
    theirs = connection_to(cloud.document(VAULT), ENDPOINT)
    assert status_of(theirs) == after


@pytest.mark.parametrize(
    "late",
    [
        (ENDPOINT, "provisioningState", "Updating"),
        (ENDPOINT, "manualPrivateLinkServiceConnections", []),
        (VAULT, "privateEndpointConnections", []),
    ],
)
def test_neither_side_is_taken_for_the_other(make_cloud: t.Callable[..., Cloud], late: tuple[str, str, t.Any]) -> None:
    """Either may show the approval later: the task ends with the first reading in which both do."""
    path, key, value = late
    cloud, read = connected(make_cloud, "Pending"), list[str]()

    def around(request: t.Any, entry: JSON, proceed: t.Any) -> t.Any:
        answer = proceed(request, entry)
        if request.method == "GET" and request.path.lower() == path.lower() and written(cloud):
            read.append("late" if len(read) < 2 else "")
            if read[-1]:
                answer.document = copy.deepcopy(answer.document)
                answer.document["properties"][key] = value
        return answer

    cloud.arm.around.insert(0, around)
    done = cloud.run(MODULE, **NAMED, state="approved")
    assert (done.get("status"), read) == ("Approved", ["late", "late", ""])


def written(cloud: Cloud) -> bool:
    return any("/privateEndpointConnections/" in write for write in cloud.writes())


@pytest.mark.parametrize("latency", ["instant", "realistic"])
def test_removal(make_cloud: t.Callable[..., Cloud], latency: str) -> None:
    cloud = connected(make_cloud, "Approved", latency)
    four_times(cloud, MODULE, **NAMED, state="absent")
    assert connection_to(cloud.document(VAULT), ENDPOINT) is None


@pytest.mark.parametrize(("manual", "before", "changed"), [(True, "Pending", True), (False, "Approved", False)])
def test_a_target_that_does_not_show_the_connection_yet(
    make_cloud: t.Callable[..., Cloud], manual: bool, before: str, changed: bool
) -> None:
    vault = {"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"}
    cloud = make_cloud(vaults=[vault], settings={"connection_delay": 120})
    wanted = {"resource_group": "rg-backup", "name": "pe-backup", "subnet": SUBNET, "target": VAULT}
    assert cloud.run(ENDPOINTS, **wanted, sub_resource="AzureBackup", manual=manual)["connection"]["status"] == before
    cloud.mark()
    predicted = cloud.run(MODULE, check_mode=True, **NAMED)
    assert (predicted["changed"], predicted["status"]) == (changed, before)
    assert predicted["diff"]["after"] == {"status": "Approved"}
    impatient = cloud.run(MODULE, **NAMED, wait=False)
    if changed:
        assert "vault-backup does not show the connection" in impatient["msg"]
        assert "or let the task wait" in impatient["remedy"]
    else:
        assert (impatient["changed"], impatient["status"]) == (False, "Approved")
    assert cloud.writes() == []
    done = cloud.run(MODULE, **NAMED)
    assert (done["changed"], done["status"], done["diff"]["after"]) == (changed, "Approved", {"status": "Approved"})


def test_an_endpoint_that_does_not_exist(cloud: Cloud, make_cloud: t.Callable[..., Cloud]) -> None:
    bare = make_cloud(vaults=[{"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"}])
    result = bare.run(MODULE, **NAMED)
    assert result["failed"] and "Create it first" in result["msg"]
    checked = bare.run(MODULE, check_mode=True, **NAMED)
    assert checked["changed"] is False and "does not exist yet" in checked["warnings"][0]
    planned = bare.run(MODULE, check_mode=True, manual=True, **NAMED)
    assert (planned["changed"], planned["diff"]["before"]) == (True, {"status": "Pending"})
    assert bare.run(MODULE, **NAMED, manual=True)["failed"]
    assert bare.run(MODULE, **NAMED, state="absent")["changed"] is False
    assert bare.writes() == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"target": SUBNET}, "target is a Microsoft.Network/virtualNetworks/subnets; this module knows"),
        ({"private_endpoint": VAULT}, "private_endpoint must be the id of a Microsoft.Network/privateEndpoints"),
        ({"target": "vault"}, "target is not an Azure resource id"),
    ],
)
def test_bad_input_sends_nothing(cloud: Cloud, options: JSON, words: str) -> None:
    result = cloud.run(MODULE, **{**NAMED, **options})
    assert result["failed"] and words in result["msg"]
    assert cloud.requests() == []
