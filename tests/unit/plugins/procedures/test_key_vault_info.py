"""The ``key_vault_info`` module, and connections of key vaults and Migrate resources."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.key_vault_info import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.private_endpoint_connection import MODULE as CONNECTION

from ...conftest import Cloud, four_times
from ...worlds import migrate as worlds
from ...worlds.migrate import set_endpoint, world_with

JSON = dict[str, t.Any]


def test_a_key_vault_is_read_by_name_by_id_and_in_lists() -> None:
    cloud = Cloud(worlds.healthy())
    cloud.mark()
    (found,) = cloud.run(MODULE, resource_group=worlds.GROUP, name="contoso1234kv")["key_vaults"]
    assert found["denies_public_access"] is True and found["rbac_authorization"] is False
    assert found["private_endpoint_connections"] == [
        {"private_endpoint": worlds.endpoint_id("contoso1234kvpe"), "status": "Approved"}
    ]
    for options in ({"ids": [worlds.KEY_VAULT]}, {"resource_group": worlds.GROUP}, {}):
        assert cloud.run(MODULE, **options)["key_vaults"] == [found]
    gone = worlds.KEY_VAULT + "x"
    assert cloud.run(MODULE, ids=[gone])["missing"] == [gone]
    assert cloud.run(MODULE, name="contoso1234kv")["failed"] is True
    assert cloud.run(MODULE, ids=[worlds.STORAGE])["failed"] is True
    assert cloud.writes() == []


@pytest.mark.parametrize(
    ("values", "closed"),
    [
        ({"public_network_access": "Enabled"}, False),
        ({"public_network_access": "Disabled"}, True),
        ({"public_network_access": "Enabled", "network_acls": {"defaultAction": "Deny"}}, True),
        (
            {
                "public_network_access": "Enabled",
                "network_acls": {"defaultAction": "Deny", "ipRules": [{"value": "203.0.113.7"}]},
            },
            False,
        ),
    ],
)
def test_who_gets_in_from_outside(values: JSON, closed: bool) -> None:
    world = world_with(lambda world: worlds.entry(world, "key_vaults", "contoso1234kv").update(values))
    (found,) = Cloud(world).run(MODULE, ids=[worlds.KEY_VAULT])["key_vaults"]
    assert found["denies_public_access"] is closed


@pytest.mark.parametrize("name", [name for name in worlds.ENDPOINTS if "vaultpe" not in name])
@pytest.mark.parametrize("status", ["approved", "rejected"])
def test_a_pending_connection_of_each_target_is_decided(name: str, status: str) -> None:
    cloud = Cloud(world_with(set_endpoint(name, status="Pending", zone_group=None)))
    target = worlds.ENDPOINTS[name][0]
    done = four_times(cloud, CONNECTION, target=target, private_endpoint=worlds.endpoint_id(name), state=status)
    assert done["status"] == status.capitalize() and done["name"]


def test_a_rejected_connection_of_a_key_vault_comes_back() -> None:
    cloud = Cloud(world_with(set_endpoint("contoso1234kvpe", status="Rejected")))
    done = four_times(
        cloud,
        CONNECTION,
        target=worlds.KEY_VAULT,
        private_endpoint=worlds.endpoint_id("contoso1234kvpe"),
        state="approved",
    )
    assert done["status"] == "Approved"


@pytest.mark.parametrize("name", ["contoso5675pe", "contoso1234projectpe", "contoso1234mastersitepe", "lsa1234usape"])
def test_a_rejected_connection_of_the_others_is_final(name: str) -> None:
    cloud = Cloud(world_with(set_endpoint(name, status="Rejected")))
    cloud.mark()
    refused = cloud.run(
        CONNECTION, target=worlds.ENDPOINTS[name][0], private_endpoint=worlds.endpoint_id(name), state="approved"
    )
    assert refused["failed"] and "final" in refused["msg"]
    assert cloud.writes() == []


def test_a_disconnected_one_is_final_for_a_key_vault_too() -> None:
    cloud = Cloud(world_with(set_endpoint("contoso1234kvpe", status="Disconnected")))
    refused = cloud.run(
        CONNECTION, target=worlds.KEY_VAULT, private_endpoint=worlds.endpoint_id("contoso1234kvpe"), state="approved"
    )
    assert refused["failed"] and "final" in refused["msg"]


@pytest.mark.parametrize("name", ["contoso5675pe", "contoso1234kvpe", "contoso1234mastersitepe"])
def test_a_connection_is_removed(name: str) -> None:
    cloud = Cloud(worlds.healthy())
    target = worlds.ENDPOINTS[name][0]
    assert worlds.endpoint_id(name).lower() in str(cloud.document(target)).lower()
    four_times(cloud, CONNECTION, target=target, private_endpoint=worlds.endpoint_id(name), state="absent")
    assert worlds.endpoint_id(name).lower() not in str(cloud.document(target)).lower()
