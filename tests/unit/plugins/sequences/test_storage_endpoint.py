"""A private endpoint to the cache storage account, from creation to resolution, and the owner's decisions on it."""

from __future__ import annotations

import threading
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.dns import DnsListeners
from ansible_collections.privatelink.recovery.plugins.modules.name_resolution import MODULE as RESOLUTION
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_records import MODULE as RECORDS
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone import MODULE as ZONE
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone_group import MODULE as ZONE_GROUP
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint_connection import MODULE as CONNECTION

from ...conftest import GROUPS, NETWORK, SUBNET, ZONES, Cloud, four_times
from ...stories.support import fault

CACHE = f"{GROUPS}/rg-backup/providers/Microsoft.Storage/storageAccounts/cachewesteurope"
ENDPOINT = f"{GROUPS}/rg-backup/providers/Microsoft.Network/privateEndpoints/pe-cache"
NAME = "cachewesteurope.blob.core.windows.net"
BLOB_ZONE = f"{ZONES}/privatelink.blob.core.windows.net"
WANTED = {"resource_group": "rg-backup", "name": "pe-cache", "subnet": SUBNET, "target": CACHE, "sub_resource": "blob"}
ON_TARGET = {"target": CACHE, "private_endpoint": ENDPOINT}


@pytest.fixture
def account(make_cloud: t.Callable[..., Cloud]) -> Cloud:
    return make_cloud(storage_accounts=[{"name": "cachewesteurope", "resource_group": "rg-backup"}])


def link_zone(cloud: Cloud) -> None:
    zone = {"name": "privatelink.blob.core.windows.net", "resource_group": "rg-dns"}
    done = cloud.run(ZONE, zones=[zone], virtual_networks=[NETWORK])
    assert not done.get("failed"), done


def resolve(cloud: Cloud, names: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    """Ask the DNS of the virtual network over a real socket, as the consumer would."""
    listeners = DnsListeners(cloud.arm, threading.Lock(), 0)
    try:
        mine = next(one for one in listeners.start() if one["virtual_network"] == NETWORK)
        return cloud.run(
            RESOLUTION, names=names, dns_server=mine["address"], dns_port=mine["port"], fail_on_mismatch=False
        )
    finally:
        listeners.stop()


def test_from_endpoint_to_resolution_with_a_zone_group(account: Cloud) -> None:
    done = four_times(account, MODULE, **WANTED)
    [name] = done["names"]
    assert (name["fqdn"], name["ip_addresses"], name["group_id"]) == (NAME, ["10.1.1.4"], "blob")
    assert resolve(account, done["names"])["resolved"] is False
    link_zone(account)
    four_times(account, ZONE_GROUP, private_endpoint=ENDPOINT, zones=[BLOB_ZONE])
    [found] = resolve(account, done["names"])["names"]
    assert found["resolved"] and found["private"], found
    assert found["canonical_name"] == [NAME, NAME.replace(".blob.", ".privatelink.blob.")]


def test_from_endpoint_to_resolution_with_records(account: Cloud) -> None:
    done = account.run(MODULE, **WANTED)
    link_zone(account)
    four_times(account, RECORDS, private_endpoints=[ENDPOINT], zones=[BLOB_ZONE])
    assert resolve(account, done["names"])["resolved"] is True
    four_times(account, RECORDS, private_endpoints=[ENDPOINT], zones=[BLOB_ZONE], state="absent")
    assert resolve(account, done["names"])["resolved"] is False


@pytest.mark.parametrize("kind", ["Storage", "BlobStorage"])
def test_azure_refuses_other_kinds_and_the_task_says_why(make_cloud: t.Callable[..., Cloud], kind: str) -> None:
    cloud = make_cloud(storage_accounts=[{"name": "cachewesteurope", "resource_group": "rg-backup", "kind": kind}])
    result = cloud.run(MODULE, **WANTED)
    assert result["failed"] and f"of kind {kind}" in result["msg"]
    assert not cloud.exists(ENDPOINT)


@pytest.mark.parametrize("state", ["approved", "rejected"])
def test_the_owner_decides_on_a_pending_connection(account: Cloud, state: str) -> None:
    account.run(MODULE, **WANTED, manual=True, request_message="please")
    done = four_times(account, CONNECTION, **ON_TARGET, state=state, description="ticket 4711")
    assert done["status"] == state.capitalize()
    [connection] = account.document(CACHE)["properties"]["privateEndpointConnections"]
    assert connection["name"] == done["name"]
    decided = connection["properties"]["privateLinkServiceConnectionState"]
    assert decided == {"status": state.capitalize(), "description": "ticket 4711", "actionRequired": "None"}
    again = account.run(MODULE, **WANTED)
    assert again["connection"]["status"] == state.capitalize()
    assert bool(again["names"]) is (state == "approved")


def test_a_decision_whose_answer_is_lost_is_not_an_error(account: Cloud) -> None:
    account.run(MODULE, **WANTED, manual=True)
    struck = fault(account, {"drop": True, "after": True}, method="PUT", path="/privateEndpointConnections/")
    done = account.run(CONNECTION, **ON_TARGET, state="approved")
    assert struck.applied == 1
    assert (done.get("failed"), done["status"]) == (None, "Approved"), done


def test_a_rejected_connection_is_not_approved_again(account: Cloud) -> None:
    account.run(MODULE, **WANTED)
    account.run(CONNECTION, **ON_TARGET, state="rejected")
    account.mark()
    result = account.run(CONNECTION, **ON_TARGET, state="approved")
    assert result["failed"] and "final" in result["msg"]
    assert account.writes() == []


def test_removes_connection_and_endpoint(account: Cloud) -> None:
    account.run(MODULE, **WANTED)
    four_times(account, CONNECTION, **ON_TARGET, state="absent")
    four_times(account, MODULE, resource_group="rg-backup", name="pe-cache", state="absent", target=CACHE)
    assert account.document(CACHE)["properties"]["privateEndpointConnections"] == []
