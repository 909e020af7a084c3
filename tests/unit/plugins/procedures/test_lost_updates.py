"""What somebody else changes between a reading of ours and the write that rests on it is not lost."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_records import MODULE as RECORDS
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone import MODULE as ZONES
from ansible_collections.privatelink.recovery.plugins.modules.storage_account_access import MODULE as ACCESS
from ansible_collections.privatelink.recovery.plugins.modules.vault import MODULE as VAULTS

from ...conftest import BACKUP_ZONES, GROUPS, NETWORK, VAULT, Cloud
from ...stories.support import fault
from .meanwhile import just_before

MakeCloud = t.Callable[..., Cloud]
BLOB = BACKUP_ZONES[1]
THEIRS = {"creator": "another team"}
NAMES = [{"fqdn": f"n{number}.blob.core.windows.net", "ip_addresses": [f"10.1.1.{number}"]} for number in (4, 5)]
NAMED: JSON = {"zones": [BLOB], "names": NAMES, "owner": "pe-backup"}


def taken_over(document: JSON) -> None:
    document["properties"].update(metadata=THEIRS, aRecords=[{"ipv4Address": "10.7.7.7"}])


def touched(document: JSON) -> None:
    """Nothing that anybody looks at."""


MOVED = {**NAMED, "names": [{**NAMES[0], "ip_addresses": ["10.1.1.200"]}, *NAMES[1:]]}
RECORD = f"{BLOB}/A/n4"


def written(make_cloud: MakeCloud) -> Cloud:
    cloud = make_cloud(private_dns_zones=[{"name": BLOB.rsplit("/", 1)[-1], "resource_group": "rg-dns"}])
    assert not cloud.run(RECORDS, **NAMED).get("failed")
    return cloud


def test_a_record_taken_over_while_it_is_repaired_stays_theirs(make_cloud: MakeCloud) -> None:
    cloud = written(make_cloud)
    met = just_before(cloud, "PUT", RECORD, taken_over)
    refused = cloud.run(RECORDS, **MOVED)
    assert refused.get("failed") and "10.7.7.7" in refused["msg"] and "creator: another team" in refused["msg"]
    assert met[0]["if-match"] and len(met) == 1
    assert cloud.document(RECORD)["properties"]["metadata"] == THEIRS


def test_a_record_taken_over_while_it_is_removed_stays(make_cloud: MakeCloud) -> None:
    cloud = written(make_cloud)
    just_before(cloud, "DELETE", RECORD, taken_over)
    done = cloud.run(RECORDS, **NAMED, state="absent")
    assert not done.get("failed") and done["counts"]["foreign"] == 1
    assert cloud.document(RECORD)["properties"]["metadata"] == THEIRS


@pytest.mark.parametrize(("method", "options"), [("PUT", MOVED), ("DELETE", {**NAMED, "state": "absent"})])
def test_a_record_that_only_got_another_etag_is_written_all_the_same(
    method: str, options: JSON, make_cloud: MakeCloud
) -> None:
    cloud = written(make_cloud)
    met = just_before(cloud, method, RECORD, touched)
    assert not cloud.run(RECORDS, **options).get("failed")
    assert [one["entry"]["status"] for one in met] == [412, 200]


LINKED: JSON = {
    "zones": [{"name": BLOB.rsplit("/", 1)[-1], "resource_group": "rg-dns"}],
    "virtual_networks": [NETWORK],
    "link_name": "app",
}
LINK = f"{BLOB}/virtualNetworkLinks/app"


def unmarked(document: JSON) -> None:
    document["tags"] = {"owner": "another team"}


@pytest.mark.parametrize("taken", [LINK, BLOB])
def test_what_somebody_made_theirs_while_it_is_removed_stays(taken: str, cloud: Cloud) -> None:
    assert not cloud.run(ZONES, **LINKED).get("failed")
    met = just_before(cloud, "DELETE", taken, unmarked)
    refused = cloud.run(ZONES, **LINKED, state="absent")
    assert refused.get("failed") and "was changed by somebody else while this task ran" in refused["msg"]
    assert met[0]["if-match"] and cloud.document(taken)["tags"] == {"owner": "another team"}


@pytest.mark.parametrize("taken", [LINK, BLOB])
def test_what_only_got_another_etag_is_removed_all_the_same(taken: str, cloud: Cloud) -> None:
    assert not cloud.run(ZONES, **LINKED).get("failed")
    met = just_before(cloud, "DELETE", taken, touched)
    assert not cloud.run(ZONES, **LINKED, state="absent").get("failed")
    assert len(met) == 2 and not cloud.exists(BLOB)


TAGGED: JSON = {
    "resource_group": "rg-backup",
    "name": "vault-backup",
    "tags": {"environment": "test"},
    "public_network_access": "Disabled",
}
TAGS = f"{VAULT}/providers/Microsoft.Resources/tags/default"


def owned(document: JSON) -> None:
    document["tags"] = {**(document.get("tags") or {}), "owner": "another team"}


@pytest.mark.parametrize("more", [{}, {"public_network_access": "Disabled"}])
def test_a_tag_added_while_the_vault_is_tagged_stays(cloud: Cloud, more: JSON) -> None:
    wanted: JSON = {name: value for name, value in TAGGED.items() if name != "public_network_access"}
    assert not cloud.run(VAULTS, **{**wanted, "tags": {"a": "1"}}).get("failed")
    met = just_before(cloud, "PATCH", TAGS, owned, VAULT)
    done = cloud.run(VAULTS, **wanted, **more)
    assert len(met) == 1 and done["state"]["tags"] == cloud.document(VAULT)["tags"]
    assert cloud.document(VAULT)["tags"] == {"a": "1", "owner": "another team", "environment": "test"}
    assert done["state"].get("public_network_access", "Enabled") == more.get("public_network_access", "Enabled")
    assert cloud.run(VAULTS, **wanted, **more)["changed"] is False


def test_who_may_not_write_tags_alone_writes_them_with_the_vault(cloud: Cloud) -> None:
    assert not cloud.run(VAULTS, **{**TAGGED, "tags": {"a": "1"}}).get("failed")
    forbidden = {"status": 403, "code": "AuthorizationFailed", "message": "No."}
    fault(cloud, forbidden, method="PATCH", path="Microsoft.Resources/tags", times=0, nth="every")
    # Read again right before it is written.
    met = just_before(cloud, "PATCH", TAGS, owned, VAULT)
    done = cloud.run(VAULTS, **TAGGED)
    assert (len(met), done["changed"]) == (1, True)
    assert cloud.document(VAULT)["tags"] == {"a": "1", "owner": "another team", "environment": "test"}


def test_tags_that_replace_all_others_do(cloud: Cloud) -> None:
    assert not cloud.run(VAULTS, **{**TAGGED, "tags": {"a": "1"}}).get("failed")
    done = cloud.run(VAULTS, **TAGGED, append_tags=False)
    assert done["changed"] and cloud.document(VAULT)["tags"] == {"environment": "test"}


ACCOUNT = f"{GROUPS}/rg-network/providers/Microsoft.Storage/storageAccounts/cachewest"
RULE = {"value": "203.0.113.7", "action": "Allow"}


@pytest.mark.parametrize("opened", [False, True])
def test_a_firewall_rule_added_since_the_account_was_read_stays(make_cloud: MakeCloud, opened: bool) -> None:
    account: JSON = {"name": "cachewest", "resource_group": "rg-network", "location": "westeurope"}
    cloud = make_cloud(storage_accounts=[{**account, "network_acls": {"defaultAction": "Deny", "bypass": "Logging"}}])
    asked: list[str] = []

    def around(request: t.Any, entry: JSON, proceed: t.Any) -> t.Any:
        asked.extend([request.method] if request.path == ACCOUNT else [])
        if asked == ["GET", "GET"]:
            rules = cloud.document(ACCOUNT)["properties"]["networkAcls"]
            rules["ipRules"] = [RULE]
            rules["bypass"] = "Logging, AzureServices" if opened else "Logging"
        return proceed(request, entry)

    cloud.arm.around.insert(0, around)
    assert cloud.run(ACCESS, ids=[ACCOUNT])["changed"]
    rules = cloud.document(ACCOUNT)["properties"]["networkAcls"]
    assert (rules["ipRules"], rules["bypass"], rules["defaultAction"]) == ([RULE], "Logging, AzureServices", "Deny")
    # Nothing is written where somebody has done it by then.
    assert asked == ["GET", "GET", *([] if opened else ["PATCH"])]
