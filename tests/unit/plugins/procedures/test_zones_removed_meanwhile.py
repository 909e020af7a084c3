"""Zones that another run removes while they are read or removed: what vaults share is torn down by several hosts at once."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.arm import Proceed
from ansible_collections.privatelink.recovery.extensions.emulator.wire import Request, Response
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.zones import read_zones
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone import MODULE

from ...conftest import BACKUP_ZONES, NETWORK, SIGN_IN, SUBSCRIPTION, Cloud

JSON = dict[str, t.Any]
ZONES = [{"name": zone.rsplit("/", 1)[-1], "resource_group": "rg-dns"} for zone in BACKUP_ZONES[:2]]


def removed_before(cloud: Cloud, number: int) -> None:
    """Another run removes the zones right before a request of ours is answered."""
    seen = 0

    def race(request: Request, entry: JSON, proceed: Proceed) -> Response:
        nonlocal seen
        seen += not SIGN_IN.search(request.path)
        if seen == number and race in cloud.arm.around:
            cloud.arm.around.remove(race)
            done = cloud.run(MODULE, zones=ZONES, state="absent")
            assert done["changed"], done
        return proceed(request, entry)

    cloud.arm.around.append(race)


def made() -> Cloud:
    """Both zones, linked."""
    cloud = Cloud()
    assert cloud.run(MODULE, zones=ZONES, virtual_networks=[NETWORK])["changed"]
    cloud.mark()
    return cloud


def asked(**options: t.Any) -> int:
    """How many requests a run sends that nobody disturbs."""
    cloud = made()
    assert not cloud.run(MODULE, zones=ZONES, **options).get("failed")
    return len(cloud.requests())


def test_removed_by_two_runs_at_once() -> None:
    for number in range(1, asked(state="absent") + 1):
        cloud = made()
        removed_before(cloud, number)
        done = cloud.run(MODULE, zones=ZONES, state="absent")
        assert not done.get("failed"), (number, done)
        assert not any(map(cloud.exists, BACKUP_ZONES[:2]))


@pytest.mark.parametrize("number", [1, 2])
def test_removed_while_it_is_read_is_made_again(number: int) -> None:
    cloud = made()
    removed_before(cloud, number)
    done = cloud.run(MODULE, zones=ZONES[:1], virtual_networks=[NETWORK])
    assert not done.get("failed") and done["changed"], done
    assert cloud.exists(BACKUP_ZONES[0])


def test_removed_after_it_was_listed_is_left_out() -> None:
    cloud = made()
    removed_before(cloud, 2)
    assert read_zones(cloud.connection.azure, SUBSCRIPTION, [zone["name"] for zone in ZONES]) == []
