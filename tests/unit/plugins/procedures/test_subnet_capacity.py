"""Whether a subnet can take endpoints."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.subnet_capacity import needed
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.subnets import (
    NEEDS,
    Capacity,
    capacity,
    policies_refused,
    shortage,
)
from ansible_collections.privatelink.recovery.plugins.modules.subnet_capacity import MODULE

from ...conftest import NETWORK, SUBNET, WORLD, Cloud

JSON = dict[str, t.Any]


def network(**properties: t.Any) -> JSON:
    return {"location": "westeurope", "properties": {"subnets": [{"id": SUBNET.upper(), "properties": properties}]}}


def usage(current: float, limit: float) -> list[JSON]:
    return [
        {"id": SUBNET, "currentValue": current, "limit": limit},
        {"id": SUBNET + "2", "currentValue": 99, "limit": 9},
    ]


SIZE_24, SIZE_28 = {"addressPrefix": "10.1.1.0/24"}, {"addressPrefix": "10.1.1.0/28"}


@pytest.mark.parametrize(
    ("properties", "usages", "usable", "used", "free"),
    [
        (SIZE_24, [], 251, 0, 251),
        (SIZE_28, [], 11, 0, 11),
        (SIZE_24, usage(3, 251), 251, 3, 248),
        # Azure's limit may or may not leave the five reserved addresses out: the smaller number counts.
        (SIZE_24, usage(3, 256), 251, 3, 248),
        (SIZE_24, usage(3, 200), 200, 3, 197),
        (SIZE_24, usage(3.0, -1.0), 251, 3, 248),
        (SIZE_28, usage(20, 11), 11, 20, 0),
        ({**SIZE_24, "ipConfigurations": [{}, {}]}, [], 251, 2, 249),
        ({"addressPrefixes": ["10.1.1.0/28", "10.1.2.0/28"]}, [], 22, 0, 22),
        ({"addressPrefixes": ["10.1.1.0/28", "fd00::/64"]}, [], 11, 0, 11),
        ({}, [], 0, 0, 0),
        ({"addressPrefix": None, "addressPrefixes": []}, usage(0, 251), 0, 0, 0),
    ],
)
def test_capacity(properties: JSON, usages: list[JSON], usable: int, used: int, free: int) -> None:
    found = capacity(SUBNET, network(**properties), usages)
    assert found is not None
    assert (found.usable, found.used, found.free) == (usable, used, free)
    assert (found.location, found.policies) == ("westeurope", "Disabled")


def test_a_subnet_the_network_does_not_have() -> None:
    assert capacity(SUBNET + "2", network(**SIZE_24), []) is None
    assert capacity(SUBNET, {"properties": {}}, []) is None


def test_a_subnet_without_a_prefix_is_named() -> None:
    found = capacity(SUBNET, network(), [])
    assert found is not None
    assert shortage(found, 1).startswith(f"{SUBNET} (without an address prefix) has 0 free addresses, 1 are needed")


def having(free: int = 10, policies: str = "Disabled") -> Capacity:
    return Capacity(SUBNET, "westeurope", ("10.1.1.0/28",), 11, 11 - free, policies)


@pytest.mark.parametrize(("free", "required", "short"), [(10, 10, False), (10, 11, True), (0, 0, False), (0, 1, True)])
def test_shortage(free: int, required: int, short: bool) -> None:
    reported = shortage(having(free), required)
    assert bool(reported) is short
    if short:
        assert f"has {free} free addresses, {required} are needed" in reported


@pytest.mark.parametrize(
    ("policies", "accepted", "refused"),
    [
        ("Disabled", ["Disabled"], False),
        ("Enabled", ["Disabled"], True),
        ("RouteTableEnabled", ["Disabled", "RouteTableEnabled"], False),
    ],
)
def test_policies(policies: str, accepted: list[str], refused: bool) -> None:
    assert bool(policies_refused(having(policies=policies), accepted)) is refused


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"sub_resource": "AzureBackup"}, (11, 25)),
        ({"sub_resource": "AzureBackup", "endpoints": 2, "data_sources": 3}, (25, 53)),
        ({"sub_resource": "AzureBackup", "endpoints": 0, "data_sources": 3}, (3, 3)),
        ({"sub_resource": "AzureBackup", "endpoints": None}, (11, 25)),
        ({"sub_resource": "AzureSiteRecovery"}, (9, 10)),
        ({"sub_resource": "AzureBackup", "addresses": 4}, (4, 4)),
        ({"sub_resource": "AzureBackup", "addresses": 0}, (0, 0)),
    ],
)
def test_needed(options: JSON, expected: tuple[int, int]) -> None:
    assert needed(options) == expected


def test_every_need_has_a_source() -> None:
    assert all(need.source and 1 <= need.required <= need.advised for need in NEEDS.values())


def test_enough(cloud: Cloud) -> None:
    cloud.mark()
    found = cloud.run(MODULE, subnet=SUBNET)
    assert (found["enough"], found["free"], found["required"], found["changed"]) == (True, 251, 11, False)
    assert "warnings" not in found
    assert [entry["method"] for entry in cloud.requests()] == ["GET", "GET"]


def test_enough_for_now_is_warned_of(cloud: Cloud) -> None:
    found = cloud.run(MODULE, subnet=SUBNET.replace("endpoints", "small"))
    assert found["enough"] is True
    assert "25 are advised" in found["warnings"][0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"subnet": SUBNET.replace("endpoints", "small"), "endpoints": 2}, "11 free addresses, 22 are needed"),
        ({"subnet": SUBNET.replace("endpoints", "policed")}, "network policies Enabled; accepted is Disabled"),
        ({"subnet": SUBNET + "2"}, "does not exist"),
        ({"subnet": SUBNET.replace("vnet-app", "vnet-none")}, "does not exist"),
        ({"subnet": NETWORK}, "subnet must be the id"),
    ],
)
def test_refusals(cloud: Cloud, options: JSON, words: str) -> None:
    result = cloud.run(MODULE, **options)
    assert result["failed"] and words in result["msg"]


def test_told_without_failing(cloud: Cloud) -> None:
    found = cloud.run(MODULE, subnet=SUBNET.replace("endpoints", "small"), endpoints=2, enforce=False)
    assert not found.get("failed") and found["enough"] is False
    missing = cloud.run(MODULE, subnet=SUBNET + "2", enforce=False)
    assert (missing["exists"], missing["enough"]) == (False, False)


def test_a_delegated_subnet_is_doubtful(make_cloud: t.Callable[..., Cloud]) -> None:
    networks = copy.deepcopy(WORLD["virtual_networks"])
    networks[0]["subnets"][0]["delegations"] = ["Microsoft.Web/serverFarms"]
    cloud = make_cloud(virtual_networks=networks)
    found = cloud.run(MODULE, subnet=SUBNET)
    assert (found["enough"], found["delegations"]) == (True, ["Microsoft.Web/serverFarms"])
    assert "is delegated to Microsoft.Web/serverFarms" in found["warnings"][0]
    assert "warnings" not in cloud.run(MODULE, subnet=SUBNET.replace("vnet-app", "vnet-hub"))
