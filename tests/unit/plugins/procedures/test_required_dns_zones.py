"""Which zones an endpoint needs, and where its names go."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.clouds import CLOUDS
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.clouds import Cloud as AzureCloud
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.zone_choice import (
    backup_zones,
    check_zone_names,
    choose_zones,
    geo_code_of,
    zone_and_record,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import InputError, Refusal
from ansible_collections.privatelink.recovery.plugins.modules.required_dns_zones import MODULE

from ...conftest import VAULT, Cloud

PUBLIC, GOVERNMENT, CHINA = (CLOUDS[name] for name in ("AzureCloud", "AzureUSGovernment", "AzureChinaCloud"))
WEST_EUROPE = (
    "privatelink.we.backup.windowsazure.com",
    "privatelink.blob.core.windows.net",
    "privatelink.queue.core.windows.net",
)
SITE_RECOVERY = "privatelink.siterecovery.windowsazure.com"
OWN = ("privatelink.own.backup.windowsazure.com",)
EMPTY_VAULT = {"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"}

Row = tuple[str, str, AzureCloud, dict[str, t.Any], tuple[str, ...], str]
CHOICES: list[Row] = [
    ("AzureBackup", "westeurope", PUBLIC, {"capabilities": WEST_EUROPE}, WEST_EUROPE, "capabilities"),
    ("AzureBackup", "westeurope", PUBLIC, {"private_link_resources": OWN}, OWN, "private_link_resources"),
    ("AzureBackup", "westeurope", PUBLIC, {"capabilities": WEST_EUROPE, "private_link_resources": OWN}, WEST_EUROPE, "capabilities"),
    ("AzureBackup", "westeurope", PUBLIC, {"zone_names": OWN, "private_link_resources": WEST_EUROPE}, OWN, "zone_names"),
    ("AzureBackup", "westeurope", PUBLIC, {"zone_names": OWN, "capabilities": WEST_EUROPE, "override": True}, OWN, "zone_names"),
    ("AzureBackup", "westeurope", PUBLIC, {"zone_names": WEST_EUROPE[::-1], "capabilities": WEST_EUROPE}, WEST_EUROPE, "capabilities"),
    ("AzureBackup", "atlantis", PUBLIC, {"geo_code": "WE"}, WEST_EUROPE, "geo_code"),
    ("AzureBackup", "West Europe", PUBLIC, {}, WEST_EUROPE, "geo_code_table"),
    (
        "AzureBackup", "US Gov Virginia", GOVERNMENT, {},
        (
            "privatelink.ugv.backup.windowsazure.us", "privatelink.blob.core.usgovcloudapi.net",
            "privatelink.queue.core.usgovcloudapi.net",
        ),
        "geo_code_table",
    ),
    ("AzureBackup_secondary", "northeurope", PUBLIC, {"geo_code": "we"}, WEST_EUROPE, "geo_code"),
    ("AzureSiteRecovery", "westeurope", PUBLIC, {}, (SITE_RECOVERY,), "cloud"),
    ("AzureSiteRecovery", "atlantis", PUBLIC, {}, (SITE_RECOVERY,), "cloud"),
    (
        "AzureSiteRecovery", "eastus2euap", PUBLIC,
        {"private_link_resources": ["privatelink.ecy.siterecovery.windowsazure.com", *WEST_EUROPE[1:]]},
        (SITE_RECOVERY,), "private_link_resources",
    ),
    ("blob", "chinaeast2", CHINA, {}, ("privatelink.blob.core.chinacloudapi.cn",), "cloud"),
    ("vault", "usgovvirginia", GOVERNMENT, {}, ("privatelink.vaultcore.usgovcloudapi.net",), "cloud"),
    ("Default", "westeurope", PUBLIC, {}, ("privatelink.prod.migration.windowsazure.com",), "cloud"),
    ("AzureBackup", "chinaeast2", CHINA, {"zone_names": ["Privatelink.sha2.backup.windowsazure.cn."]},
     ("privatelink.sha2.backup.windowsazure.cn",), "zone_names"),
]  # fmt: skip


@pytest.mark.parametrize(("sub_resource", "location", "cloud", "sources", "zones", "source"), CHOICES)
def test_choice(
    sub_resource: str, location: str, cloud: AzureCloud, sources: dict[str, t.Any], zones: tuple[str, ...], source: str
) -> None:
    choice = choose_zones(sub_resource, location, cloud, **sources)
    assert (choice.zones, choice.source) == (zones, source)


@pytest.mark.parametrize(
    ("sub_resource", "location", "cloud", "sources", "words"),
    [
        ("AzureBackup", "atlantis", PUBLIC, {}, "region atlantis"),
        ("AzureBackup", "chinaeast2", CHINA, {}, "region chinaeast2"),
        ("AzureBackup", "chinaeast2", CHINA, {"geo_code": "sha2"}, "zone_names"),
        ("AzureSiteRecovery", "chinaeast2", CHINA, {}, "zone_names"),
        ("Default", "chinaeast2", CHINA, {}, "zone_names"),
        ("AzureBackup_secondary", "westeurope", PUBLIC, {}, "zone_names"),
        ("nonsense", "westeurope", PUBLIC, {}, "zone_names"),
        ("AzureBackup", "chinaeast2", PUBLIC, {"zone_names": OWN}, "Wrong cloud"),
        ("AzureBackup", "westeurope", GOVERNMENT, {}, "Wrong cloud"),
        ("AzureBackup", "westeurope", PUBLIC, {"zone_names": OWN, "capabilities": WEST_EUROPE}, "override"),
        (
            "AzureBackup",
            "westeurope",
            PUBLIC,
            {"geo_code": "eus", "capabilities": WEST_EUROPE},
            "privatelink.eus.backup",
        ),
    ],
)
def test_refusal(sub_resource: str, location: str, cloud: AzureCloud, sources: dict[str, t.Any], words: str) -> None:
    with pytest.raises(Refusal) as caught:
        choose_zones(sub_resource, location, cloud, **sources)
    assert words in caught.value.sentence()


def test_a_region_of_one_list_only_is_provisional() -> None:
    assert choose_zones("AzureBackup", "austriaeast", PUBLIC).provisional
    assert not choose_zones("AzureBackup", "westeurope", PUBLIC).provisional


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("privatelink.eus.siterecovery.windowsazure.com", "one zone for all regions"),
        ("eus.privatelink.siterecovery.windowsazure.com", "one zone for all regions"),
        ("no zone", "not a DNS zone name"),
        ("", "not a DNS zone name"),
    ],
)
def test_zone_names_that_cannot_be_meant(name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_zone_names("AzureSiteRecovery", [name])


@pytest.mark.parametrize(
    ("fqdn", "zones", "expected"),
    [
        ("1-ab-pod01-id1.privatelink.we.backup.windowsazure.com", WEST_EUROPE, (WEST_EUROPE[0], "1-ab-pod01-id1")),
        ("1-ab-pod01-id1.we.backup.windowsazure.com", WEST_EUROPE, (WEST_EUROPE[0], "1-ab-pod01-id1")),
        ("1-AB-pod01-id1.WE.backup.windowsazure.com.", WEST_EUROPE, (WEST_EUROPE[0], "1-ab-pod01-id1")),
        ("1-ab-pod01-id1.ne.backup.windowsazure.com", WEST_EUROPE, None),
        ("acct.blob.core.windows.net", WEST_EUROPE, (WEST_EUROPE[1], "acct")),
        ("acct.privatelink.blob.core.windows.net", WEST_EUROPE, (WEST_EUROPE[1], "acct")),
        ("1-asr-pod01-rcm1.cus.siterecovery.windowsazure.com", [SITE_RECOVERY], (SITE_RECOVERY, "1-asr-pod01-rcm1.cus")),
        ("1-asr-pod01-rcm1.cus.privatelink.siterecovery.windowsazure.com", [SITE_RECOVERY], (SITE_RECOVERY, "1-asr-pod01-rcm1.cus")),
        ("acct.z12.blob.storage.azure.net", WEST_EUROPE, (WEST_EUROPE[1], "acct.z12")),
        ("acct.z12.queue.storage.azure.net", WEST_EUROPE, (WEST_EUROPE[2], "acct.z12")),
        ("acct.z12.file.storage.azure.net", WEST_EUROPE, None),
        (
            "acct.z12.blob.storage.azure.net", [*WEST_EUROPE, "privatelink.blob.storage.azure.net"],
            ("privatelink.blob.storage.azure.net", "acct.z12"),
        ),
        ("a.b.example.com", ["example.com", "b.example.com"], ("b.example.com", "a")),
        ("a.example.com", ["privatelink.example.com", "example.com"], ("example.com", "a")),
        ("example.com", ["example.com"], None),
        ("notexample.com", ["example.com"], None),
    ],
)  # fmt: skip
def test_zone_and_record(fqdn: str, zones: t.Sequence[str], expected: tuple[str, str] | None) -> None:
    assert zone_and_record(fqdn, zones) == expected


def test_geo_code_is_read_from_a_backup_zone() -> None:
    assert geo_code_of([SITE_RECOVERY, *backup_zones("WUS2", PUBLIC)]) == "wus2"
    assert geo_code_of([SITE_RECOVERY]) == ""


@pytest.mark.parametrize("check_mode", [False, True])
def test_the_capabilities_api_is_asked_first(cloud: Cloud, check_mode: bool) -> None:
    cloud.mark()
    found = cloud.run(
        MODULE,
        check_mode=check_mode,
        location="West Europe",
        sub_resources=["azurebackup", "AzureSiteRecovery", "blob"],
    )
    assert set(found["zones"]) == {*WEST_EUROPE, SITE_RECOVERY} and len(found["zones"]) == 4
    assert found["source"] == {"AzureBackup": "capabilities", "AzureSiteRecovery": "capabilities", "blob": "cloud"}
    assert (found["geo_code"], found["location"], found["changed"]) == ("we", "westeurope", False)
    assert len(cloud.requests()) == 1 and cloud.writes() == []


@pytest.mark.parametrize(
    ("options", "source"),
    [
        ({"vault": VAULT}, "private_link_resources"),
        ({"location": "westeurope"}, "geo_code_table"),
        ({"location": "westeurope", "geo_code": "we"}, "geo_code"),
        ({"location": "westeurope", "zone_names": {"azurebackup": list(WEST_EUROPE)}}, "zone_names"),
    ],
)
def test_without_the_capabilities_api(
    make_cloud: t.Callable[..., Cloud], options: dict[str, t.Any], source: str
) -> None:
    cloud = make_cloud(vaults=[EMPTY_VAULT], settings={"capabilities_available": False})
    found = cloud.run(MODULE, sub_resources=["AzureBackup"], **options)
    assert set(found["zones"]) == set(WEST_EUROPE)
    assert found["source"] == {"AzureBackup": source}
    assert "capabilities API" in found["warnings"][0]


def test_regional_site_recovery_zone_of_a_vault_is_made_the_one(make_cloud: t.Callable[..., Cloud]) -> None:
    cloud = make_cloud(vaults=[EMPTY_VAULT], settings={"capabilities_available": False})
    found = cloud.run(MODULE, sub_resources=["AzureSiteRecovery"], vault=VAULT)
    assert found["zones_by_sub_resource"] == {"AzureSiteRecovery": [SITE_RECOVERY]}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"location": "chinaeast2"}, "Wrong cloud"),
        ({"location": "westeurope", "zone_names": {"blob": ["a.b"]}}, "not among sub_resources"),
        ({"location": "westeurope", "zone_names": {"AzureBackup": "a.b"}}, "needs a list"),
        ({"location": "westeurope", "geo_code": "w e"}, "geo_code"),
        ({"vault": "vault-backup"}, "vault is not the id"),
    ],
)
def test_what_is_refused_before_any_request(cloud: Cloud, options: dict[str, t.Any], words: str) -> None:
    cloud.mark()
    failed = cloud.run(MODULE, sub_resources=["AzureBackup"], **options)
    assert failed["failed"] and words in failed["msg"]
    assert cloud.requests() == []


def test_operator_against_api(cloud: Cloud) -> None:
    options: dict[str, t.Any] = {
        "location": "westeurope",
        "sub_resources": ["AzureBackup"],
        "zone_names": {"AzureBackup": list(OWN)},
    }
    failed = cloud.run(MODULE, **options)
    assert failed["failed"] and OWN[0] in failed["msg"] and WEST_EUROPE[0] in failed["msg"]
    assert cloud.run(MODULE, override=True, **options)["zones"] == list(OWN)
