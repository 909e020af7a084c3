"""The ``storage_account`` module: a general-purpose v2 account, made as the documents have it, deleted only when it is ours."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.storage_account import MODULE

from ...conftest import SUBSCRIPTION, Cloud, four_times
from ...worlds import migrate as worlds
from ...worlds.migrate import entry, without, world_with

JSON = dict[str, t.Any]
NAMED: JSON = {"resource_group": worlds.GROUP, "name": "lsa1234usa"}
MARK = {"managed-by": "privatelink.recovery"}
EMPTY: JSON = {"resource_groups": [{"name": name, "location": "westeurope"} for name in (worlds.GROUP, "rg-other")]}


def there(**values: t.Any) -> Cloud:
    """An account of the portal, with changes; no endpoint leads to it."""

    def change(world: JSON) -> None:
        entry(world, "storage_accounts", "lsa1234usa").update(values)

    return Cloud(world_with(change, without("private_endpoints", "lsa1234usape")))


def test_an_account_is_made_as_the_documents_have_it() -> None:
    cloud = Cloud(EMPTY)
    acls = {"default_action": "Deny", "bypass": "AzureServices"}
    four_times(cloud, MODULE, **NAMED, network_acls=acls, tags={"team": "one"}, ownership_tags=MARK)
    account = cloud.document(worlds.STORAGE)
    assert (account["kind"], account["sku"]["name"], account["location"]) == ("StorageV2", "Standard_LRS", "westeurope")
    assert account["tags"] == {"team": "one", **MARK}
    properties = account["properties"]
    assert properties["provisioningState"] == "Succeeded"
    assert properties["minimumTlsVersion"] == "TLS1_2" and properties["supportsHttpsTrafficOnly"] is True
    assert properties["allowBlobPublicAccess"] is False and properties["accessTier"] == "Hot"
    assert (
        properties["networkAcls"]["defaultAction"] == "Deny" and properties["networkAcls"]["bypass"] == "AzureServices"
    )


@pytest.mark.parametrize(
    ("options", "path", "value"),
    [
        ({"public_network_access": "Disabled"}, "publicNetworkAccess", "Disabled"),
        ({"minimum_tls_version": "TLS1_2"}, "minimumTlsVersion", "TLS1_2"),
        ({"https_only": False}, "supportsHttpsTrafficOnly", False),
        ({"blob_public_access": True}, "allowBlobPublicAccess", True),
    ],
)
def test_one_thing_is_changed_alone(options: JSON, path: str, value: t.Any) -> None:
    cloud = there()
    before = cloud.document(worlds.STORAGE)["properties"]
    four_times(cloud, MODULE, **NAMED, **options)
    assert cloud.document(worlds.STORAGE)["properties"] == {**before, path: value}


def test_a_firewall_keeps_the_rules_that_are_not_named() -> None:
    rules = {
        "defaultAction": "Allow",
        "bypass": "Logging, AzureServices",
        "ipRules": [{"value": "203.0.113.7", "action": "Allow"}],
    }
    cloud = there(network_acls=rules)
    before = cloud.document(worlds.STORAGE)["properties"]["networkAcls"]
    four_times(cloud, MODULE, **NAMED, network_acls={"default_action": "Deny"})
    assert cloud.document(worlds.STORAGE)["properties"]["networkAcls"] == {**before, "defaultAction": "Deny"}


def test_one_of_somebody_else_is_kept() -> None:
    cloud = there()
    cloud.mark()
    kept = cloud.run(MODULE, **NAMED, existing="keep", ownership_tags=MARK, https_only=False)
    assert kept["changed"] is False and kept["state"]["kind"] == "StorageV2" and cloud.writes() == []
    assert there(tags=MARK).run(MODULE, **NAMED, existing="keep", ownership_tags=MARK, https_only=False)["changed"]


def test_an_older_kind_and_another_region_are_refused() -> None:
    cases: list[tuple[Cloud, JSON]] = [(there(kind="Storage"), {}), (there(), {"location": "northeurope"})]
    for cloud, options in cases:
        cloud.mark()
        refused = cloud.run(MODULE, **NAMED, **options)
        assert refused["failed"] and "cannot change it in place" in refused["msg"] and cloud.writes() == []


@pytest.mark.parametrize("name", ["Abc", "ab", "a-b-c", "a" * 25])
def test_a_bad_name_is_refused_before_any_request(name: str) -> None:
    cloud = Cloud(EMPTY)
    asked = len(cloud.arm.log)
    refused = cloud.run(MODULE, resource_group=worlds.GROUP, name=name)
    assert refused["failed"] and "lower-case letters" in refused["msg"] and len(cloud.arm.log) == asked


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_name_that_another_account_has_is_said_before_any_write(check_mode: bool) -> None:
    cloud = Cloud({**EMPTY, "storage_accounts": [{"name": "lsa1234usa", "resource_group": "rg-other"}]})
    cloud.mark()
    refused = cloud.run(MODULE, check_mode=check_mode, **NAMED)
    assert refused["failed"] and "already taken" in refused["msg"] and cloud.writes() == []


def test_deleting_is_confirmed_and_only_for_what_is_ours() -> None:
    theirs = there()
    theirs.mark()
    left = theirs.run(MODULE, **NAMED, state="absent", confirm="lsa1234usa", ownership_tags=MARK)
    assert left["changed"] is False and "was not made by this" in left["left"] and theirs.writes() == []
    cloud = there(tags=MARK)
    cloud.mark()
    unconfirmed = cloud.run(MODULE, **NAMED, state="absent", ownership_tags=MARK)
    assert unconfirmed["failed"] and "lost for good" in unconfirmed["msg"] and cloud.writes() == []
    four_times(cloud, MODULE, **NAMED, state="absent", confirm="lsa1234usa", ownership_tags=MARK)


def test_one_that_endpoints_lead_to_is_not_deleted() -> None:
    cloud = Cloud(world_with(lambda world: entry(world, "storage_accounts", "lsa1234usa").update(tags=MARK)))
    cloud.mark()
    refused = cloud.run(MODULE, **NAMED, state="absent", confirm="lsa1234usa", ownership_tags=MARK)
    assert refused["failed"] and "lsa1234usape" in refused["msg"] and cloud.writes() == []


def test_an_unregistered_provider_is_said_in_check_mode() -> None:
    providers = {"Microsoft.Storage": "NotRegistered"}
    cloud = Cloud({**EMPTY, "subscriptions": [{"id": SUBSCRIPTION, "providers": providers}]})
    predicted = cloud.run(MODULE, check_mode=True, **NAMED)
    assert predicted["changed"] and "not registered" in predicted["warnings"][0]
    assert cloud.run(MODULE, **NAMED)["failed"]
