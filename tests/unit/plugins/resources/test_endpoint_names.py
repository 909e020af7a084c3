"""The names an endpoint publishes, read from three places."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import Forbidden, NotFound
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.endpoint_names import (
    bare,
    merge_names,
    read_names,
)
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone_group import MODULE as ZONE_GROUP

from ...conftest import BACKUP_ZONES, ENDPOINT, VAULT, Cloud

JSON = dict[str, t.Any]


def configs(*names: tuple[str, list[str]]) -> JSON:
    return {"properties": {"customDnsConfigs": [{"fqdn": fqdn, "ipAddresses": ips} for fqdn, ips in names]}}


def interface(*rows: tuple[str | None, list[str], str, str]) -> JSON:
    return {
        "properties": {
            "ipConfigurations": [
                {
                    "properties": {
                        "privateIPAddress": address,
                        "privateLinkConnectionProperties": {
                            "fqdns": fqdns,
                            "groupId": group,
                            "requiredMemberName": member,
                        },
                    }
                }
                for address, fqdns, group, member in rows
            ]
        }
    }


def zone_group(*names: tuple[str, list[str]]) -> JSON:
    records = [{"fqdn": fqdn, "ipAddresses": ips} for fqdn, ips in names]
    return {"properties": {"privateDnsZoneConfigs": [{"properties": {"recordSets": records}}]}}


LABELLED, PLAIN = "a.privatelink.we.backup.windowsazure.com", "a.we.backup.windowsazure.com"


@pytest.mark.parametrize(
    ("endpoint", "interfaces", "groups", "expected"),
    [
        ({}, [], [], []),
        (configs((LABELLED, ["10.0.0.4"])), [], [], [(LABELLED, ["10.0.0.4"], "", "")]),
        (
            {},
            [interface(("10.0.0.4", [PLAIN], "AzureBackup", "id1"))],
            [],
            [(PLAIN, ["10.0.0.4"], "AzureBackup", "id1")],
        ),
        ({}, [], [zone_group((LABELLED, ["10.0.0.4"]))], [(LABELLED, ["10.0.0.4"], "", "")]),
        # One name in two spellings and three places.
        (
            configs((LABELLED.upper() + ".", ["10.0.0.4"])),
            [interface(("10.0.0.4", [PLAIN], "AzureBackup", "id1"))],
            [zone_group((LABELLED, ["10.0.0.4"]))],
            [(LABELLED, ["10.0.0.4"], "AzureBackup", "id1")],
        ),
        # One name with two addresses, sorted; names sorted.
        (
            configs(("b.x", ["10.0.0.9", "10.0.0.10"]), ("a.x", ["10.0.0.1"])),
            [interface(("10.0.0.8", ["b.x"], "", ""), (None, ["c.x"], "g", ""))],
            [],
            [("a.x", ["10.0.0.1"], "", ""), ("b.x", ["10.0.0.10", "10.0.0.8", "10.0.0.9"], "", ""), ("c.x", [], "g", "")],
        ),
        # Places that are there and empty.
        (
            {"properties": {"customDnsConfigs": None}},
            [{"properties": {"ipConfigurations": [{"properties": {"privateIPAddress": "10.0.0.4"}}]}}],
            [{"properties": {"privateDnsZoneConfigs": [{"properties": {"recordSets": None}}]}}],
            [],
        ),
    ],
)  # fmt: skip
def test_three_places_are_merged(
    endpoint: JSON, interfaces: list[JSON], groups: list[JSON], expected: list[tuple[str, list[str], str, str]]
) -> None:
    found = merge_names(endpoint, interfaces, groups)
    assert [(name["fqdn"], name["ip_addresses"], name["group_id"], name["member"]) for name in found] == expected


@pytest.mark.parametrize(
    ("fqdn", "expected"),
    [
        (LABELLED, PLAIN),
        (PLAIN, PLAIN),
        (LABELLED.upper() + ".", PLAIN),
        ("privatelink.example", "privatelink.example"),
        ("account.privatelink.blob.core.windows.net", "account.blob.core.windows.net"),
    ],
)
def test_two_spellings_are_one_name(fqdn: str, expected: str) -> None:
    assert bare(fqdn) == expected


@pytest.fixture
def connected(make_cloud: t.Callable[..., Cloud]) -> Cloud:
    """A vault with an endpoint, and zones for it."""
    return make_cloud(
        vaults=[{"name": "vault-backup", "resource_group": "rg-backup", "location": "westeurope"}],
        private_dns_zones=[{"name": zone.rsplit("/", 1)[-1], "resource_group": "rg-dns"} for zone in BACKUP_ZONES],
        private_endpoints=[
            {
                "name": "pe-backup",
                "resource_group": "rg-backup",
                "virtual_network": "vnet-app",
                "subnet": "endpoints",
                "target": VAULT,
                "group_id": "AzureBackup",
                "location": "westeurope",
                "status": "Approved",
            }
        ],
    )


def test_a_complete_interface_spares_reading_zone_groups(connected: Cloud) -> None:
    azure = connected.connection.azure
    connected.mark()
    found = read_names(azure, ENDPOINT)
    assert found and all(name["ip_addresses"] and name["group_id"] == "AzureBackup" for name in found)
    assert [entry["path"] for entry in connected.requests() if "privateDnsZoneGroups" in entry["path"]] == []


def test_names_are_the_same_with_a_zone_group(connected: Cloud) -> None:
    azure = connected.connection.azure
    before = read_names(azure, ENDPOINT)
    done = connected.run(ZONE_GROUP, private_endpoint=ENDPOINT, zones=BACKUP_ZONES)
    assert not done.get("failed"), done
    assert {bare(name["fqdn"]): name["ip_addresses"] for name in read_names(azure, ENDPOINT)} == {
        bare(name["fqdn"]): name["ip_addresses"] for name in before
    }


def test_an_absent_endpoint(cloud: Cloud) -> None:
    with pytest.raises(NotFound):
        read_names(cloud.connection.azure, ENDPOINT)


def test_what_may_not_be_read_is_not_left_out(connected: Cloud) -> None:
    service = next(one for one in connected.arm.services if hasattr(one, "faults"))
    service.faults.add({"match": {"path": "/networkInterfaces/"}, "nth": "every", "action": {"status": 403}})
    with pytest.raises(Forbidden):
        read_names(connected.connection.azure, ENDPOINT)
