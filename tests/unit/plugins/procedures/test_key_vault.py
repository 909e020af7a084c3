"""The ``key_vault`` module: made closed, changed alone, deleted only when it is ours; a deleted one is named before any write."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.key_vault import MODULE

from ...conftest import SUBSCRIPTION, Cloud, four_times
from ...worlds import migrate as worlds
from ...worlds.migrate import entry, without, world_with

JSON = dict[str, t.Any]
NAMED: JSON = {"resource_group": worlds.GROUP, "name": "contoso1234kv"}
MARK = {"managed-by": "privatelink.recovery"}
SOMEBODY = "88888888-8888-4888-8888-888888888888"
EMPTY: JSON = {
    "subscriptions": [{"id": SUBSCRIPTION, "providers": {"Microsoft.KeyVault": "Registered"}}],
    "resource_groups": [{"name": worlds.GROUP, "location": "westeurope"}],
}


def there(**values: t.Any) -> Cloud:
    """The key vault that the portal made, with changes; no endpoint leads to it."""

    def change(world: JSON) -> None:
        entry(world, "key_vaults", "contoso1234kv").update(values)

    return Cloud(world_with(change, without("private_endpoints", "contoso1234kvpe")))


def test_a_key_vault_is_made_closed_and_its_public_name_is_waited_for() -> None:
    cloud = Cloud(EMPTY)
    done = four_times(
        cloud, MODULE, **NAMED, rbac_authorization=True, public_network_access="Disabled", soft_delete_retention_days=30,
        purge_protection=True, network_acls={"default_action": "Deny"}, tags={"team": "one"}, ownership_tags=MARK,
    )  # fmt: skip
    assert done["state"]["provisioning_state"] == "Succeeded"
    vault = cloud.document(worlds.KEY_VAULT)
    assert vault["tags"] == {"team": "one", **MARK} and vault["location"] == "westeurope"
    properties = vault["properties"]
    assert properties["enableRbacAuthorization"] is True and properties["enablePurgeProtection"] is True
    assert properties["publicNetworkAccess"] == "Disabled" and properties["softDeleteRetentionInDays"] == 30
    assert (
        properties["networkAcls"]["defaultAction"] == "Deny" and properties["networkAcls"]["bypass"] == "AzureServices"
    )
    assert properties["tenantId"] and properties["sku"] == {"family": "A", "name": "standard"}


def test_one_without_roles_gets_its_policies_with_it() -> None:
    cloud = Cloud(EMPTY)
    policy = {"object_id": SOMEBODY, "secrets": ["get", "list"], "keys": ["create"]}
    done = four_times(cloud, MODULE, **NAMED, rbac_authorization=False, access_policies=[policy])
    assert done["added_policies"] == [SOMEBODY]
    (found,) = cloud.document(worlds.KEY_VAULT)["properties"]["accessPolicies"]
    assert found["objectId"] == SOMEBODY and found["permissions"] == {"secrets": ["get", "list"], "keys": ["create"]}


def test_a_policy_is_added_beside_the_others_and_an_open_one_is_left() -> None:
    cloud = there(access_policies=[{"object_id": worlds.APPLIANCE}])
    wanted = [{"object_id": SOMEBODY, "secrets": ["Get"]}]
    four_times(cloud, MODULE, **NAMED, access_policies=wanted)
    before = {row["objectId"]: row for row in cloud.document(worlds.KEY_VAULT)["properties"]["accessPolicies"]}
    assert set(before) == {worlds.APPLIANCE, SOMEBODY}
    done = four_times(cloud, MODULE, **NAMED, access_policies=[{"object_id": SOMEBODY, "secrets": ["list"]}])
    assert done["added_policies"] == [SOMEBODY]
    after = {row["objectId"]: row for row in cloud.document(worlds.KEY_VAULT)["properties"]["accessPolicies"]}
    assert after[worlds.APPLIANCE] == before[worlds.APPLIANCE]
    assert after[SOMEBODY]["permissions"]["secrets"] == ["get", "list"]


@pytest.mark.parametrize(
    ("options", "path", "value"),
    [
        ({"public_network_access": "Enabled"}, "publicNetworkAccess", "Enabled"),
        ({"rbac_authorization": True}, "enableRbacAuthorization", True),
        ({"purge_protection": True}, "enablePurgeProtection", True),
    ],
)
def test_one_thing_is_changed_alone(options: JSON, path: str, value: t.Any) -> None:
    cloud = there()
    before = cloud.document(worlds.KEY_VAULT)["properties"]
    four_times(cloud, MODULE, **NAMED, **options)
    assert cloud.document(worlds.KEY_VAULT)["properties"] == {**before, path: value}


def test_a_firewall_keeps_what_is_not_named() -> None:
    rule = {"value": "203.0.113.7"}
    cloud = there(network_acls={"defaultAction": "Allow", "bypass": "None", "ipRules": [rule]})
    four_times(cloud, MODULE, **NAMED, network_acls={"default_action": "Deny"})
    rules = cloud.document(worlds.KEY_VAULT)["properties"]["networkAcls"]
    assert (rules["defaultAction"], rules["bypass"], rules["ipRules"]) == ("Deny", "None", [rule])
    four_times(
        cloud, MODULE, **NAMED, network_acls={"default_action": "Allow", "bypass": "AzureServices", "ip_rules": []}
    )
    assert "networkAcls" not in cloud.document(worlds.KEY_VAULT)["properties"], (
        "Azure leaves out what restricts nothing"
    )


def test_one_of_somebody_else_is_kept() -> None:
    cloud = there()
    cloud.mark()
    kept = cloud.run(
        MODULE, **NAMED, existing="keep", ownership_tags=MARK, public_network_access="Enabled", tags={"a": "b"}
    )
    assert kept["changed"] is False and kept["state"]["name"] == "contoso1234kv"
    assert cloud.writes() == []
    ours = there(tags=MARK)
    assert ours.run(MODULE, **NAMED, existing="keep", ownership_tags=MARK, public_network_access="Enabled")["changed"]


@pytest.mark.parametrize("name", ["1kv", "kv--1", "kv-", "k" * 25, "kv"])
def test_a_bad_name_is_refused_before_any_request(name: str) -> None:
    cloud = Cloud(EMPTY)
    asked = len(cloud.arm.log)
    refused = cloud.run(MODULE, resource_group=worlds.GROUP, name=name)
    assert refused["failed"] and "3 to 24 letters" in refused["msg"] and len(cloud.arm.log) == asked


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_deleted_one_of_the_name_is_named_before_any_write(check_mode: bool) -> None:
    cloud = Cloud({**EMPTY, "key_vaults": [{"name": "contoso1234kv", **worlds.PLACE, "deleted": True}]})
    cloud.mark()
    refused = cloud.run(MODULE, check_mode=check_mode, **NAMED)
    assert refused["failed"] and "was deleted in westeurope and keeps that name" in refused["msg"]
    assert "az keyvault recover --name contoso1234kv --location westeurope" in refused["msg"]
    assert "az keyvault purge --name contoso1234kv --location westeurope" in refused["msg"]
    assert cloud.writes() == []


def test_one_with_purge_protection_is_not_offered_to_be_purged() -> None:
    cloud = Cloud(EMPTY)
    cloud.run(MODULE, **NAMED, purge_protection=True, rbac_authorization=True, ownership_tags=MARK)
    cloud.run(MODULE, **NAMED, state="absent", confirm="contoso1234kv", ownership_tags=MARK)
    refused = cloud.run(MODULE, **NAMED)
    assert "az keyvault purge" not in refused["msg"] and "purge protection" in refused["msg"]


def test_what_azure_never_takes_back_is_refused() -> None:
    cloud = there()
    cloud.run(MODULE, **NAMED, purge_protection=True)
    cloud.mark()
    refused = cloud.run(MODULE, **NAMED, purge_protection=False)
    assert refused["failed"] and "never takes back" in refused["msg"]
    days = cloud.run(MODULE, **NAMED, soft_delete_retention_days=7)
    assert days["failed"] and "soft_delete_retention_days" in days["msg"]
    assert cloud.writes() == []
    fresh = there()
    assert fresh.run(MODULE, **NAMED, purge_protection=False)["changed"] is False, "it is off already"


def test_deleting_is_confirmed_and_only_for_what_is_ours() -> None:
    theirs = there()
    theirs.mark()
    left = theirs.run(MODULE, **NAMED, state="absent", confirm="contoso1234kv", ownership_tags=MARK)
    assert left["changed"] is False and "was not made by this" in left["left"] and theirs.writes() == []
    cloud = there(tags=MARK)
    cloud.mark()
    unconfirmed = cloud.run(MODULE, **NAMED, state="absent", ownership_tags=MARK)
    assert unconfirmed["failed"] and "confirm: contoso1234kv" in unconfirmed["msg"] and cloud.writes() == []
    four_times(cloud, MODULE, **NAMED, state="absent", confirm="contoso1234kv", ownership_tags=MARK)
    path = (
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/contoso1234kv"
    )
    assert cloud.document(path)["name"] == "contoso1234kv", "deleted, not purged"


def test_one_that_endpoints_lead_to_is_not_deleted() -> None:
    def marked(world: JSON) -> None:
        entry(world, "key_vaults", "contoso1234kv").update(tags=MARK)

    cloud = Cloud(world_with(marked))
    cloud.mark()
    refused = cloud.run(MODULE, **NAMED, state="absent", confirm="contoso1234kv", ownership_tags=MARK)
    assert refused["failed"] and "contoso1234kvpe" in refused["msg"] and cloud.writes() == []


def test_an_unregistered_provider_is_said_in_check_mode() -> None:
    cloud = Cloud(
        {**EMPTY, "subscriptions": [{"id": SUBSCRIPTION, "providers": {"Microsoft.KeyVault": "NotRegistered"}}]}
    )
    predicted = cloud.run(MODULE, check_mode=True, **NAMED)
    assert predicted["changed"] and "not registered" in predicted["warnings"][0]
    assert cloud.run(MODULE, **NAMED)["failed"]
