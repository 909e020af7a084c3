"""Generate key of the portal, as far as it leaves something in Azure Resource Manager."""

from __future__ import annotations

import typing as t

import pytest

from ...conftest import Cloud
from ...worlds import migrate as worlds
from ...worlds.migrate import entry, verify, world_with

JSON = dict[str, t.Any]
EMPTY = (
    "assessment_projects",
    "master_sites",
    "migrate_sites",
    "key_vaults",
    "storage_accounts",
    "vaults",
    "role_assignments",
)


def fresh(world: JSON) -> None:
    """The project and its endpoint, as after Create project; no key was generated."""
    for section in EMPTY:
        world[section] = []
    world["private_endpoints"] = [entry(world, "private_endpoints", "contoso5675pe")]
    world["private_dns_zones"] = [entry(world, "private_dns_zones", worlds.ZONE_NAMES["migration"])]
    entry(world, "migrate_projects", "contoso").pop("solution_details")


def generate(cloud: Cloud, **payload: t.Any) -> JSON:
    answer: JSON = cloud.arm.events["key_generated"]({"project": "contoso", "appliance": "lsa", **payload})
    cloud.arm.scheduler.settle()
    return answer


def of_type(cloud: Cloud, kind: str) -> list[JSON]:
    return [one.document for one in cloud.arm.store.all() if one.document.get("type", "").lower() == kind.lower()]


@pytest.mark.parametrize("kind", ["VMware", "HyperV", "Physical"])
def test_everything_is_made_with_endpoints_and_zones_and_verification_is_green(kind: str) -> None:
    cloud = Cloud(world_with(fresh))
    assert generate(cloud, kind=kind)["succeeded"] is True
    for made in ("Microsoft.KeyVault/vaults", "Microsoft.Storage/storageAccounts", "Microsoft.OffAzure/MasterSites",
                 "Microsoft.Migrate/assessmentProjects"):  # fmt: skip
        assert len(of_type(cloud, made)) == 1, made
    assert len(of_type(cloud, "Microsoft.Network/privateEndpoints")) == 5
    zones = {one["name"] for one in of_type(cloud, "Microsoft.Network/privateDnsZones")}
    assert zones == {worlds.ZONE_NAMES[key] for key in ("migration", "key_vault", "blob")}
    assert verify(cloud)["verdict"] == "ok"


def test_where_others_make_the_zones_the_portal_makes_none() -> None:
    def skipped(world: JSON) -> None:
        fresh(world)
        details = (
            f'{{"subnetId":"{worlds.SUBNET}","virtualNetworkLocation":"westeurope","skipPrivateDnsZoneCreation":true}}'
        )
        row = entry(world, "migrate_projects", "contoso")
        row.pop("subnet")
        row["solution_details"] = {"Servers-Discovery-ServerDiscovery": {"privateEndpointDetails": details}}

    cloud = Cloud(world_with(skipped))
    assert generate(cloud)["succeeded"] is True
    assert [one["name"] for one in of_type(cloud, "Microsoft.Network/privateDnsZones")] == [
        worlds.ZONE_NAMES["migration"]
    ]
    faults = verify(cloud, host=False)["faults"]
    assert {fault["code"] for fault in faults} == {"zone_missing", "record_missing"}


def test_a_second_key_of_an_appliance_makes_nothing_again_and_one_of_another_does() -> None:
    cloud = Cloud(world_with(fresh))
    generate(cloud)
    before = len(cloud.arm.store.all())
    assert generate(cloud)["succeeded"] is True and len(cloud.arm.store.all()) == before
    assert generate(cloud, appliance="second")["succeeded"] is True and len(cloud.arm.store.all()) > before


@pytest.mark.parametrize(
    ("payload", "words"), [({"project": "other"}, "no project 'other'"), ({"kind": "Cloud"}, "no kind of machine")]
)
def test_what_cannot_happen_is_said(payload: JSON, words: str) -> None:
    from ansible_collections.privatelink.recovery.extensions.emulator.wire import ArmError

    with pytest.raises(ArmError, match=words):
        generate(Cloud(world_with(fresh)), **payload)


def test_a_public_project_has_no_place_for_endpoints() -> None:
    from ansible_collections.privatelink.recovery.extensions.emulator.wire import ArmError

    def public(world: JSON) -> None:
        fresh(world)
        entry(world, "migrate_projects", "contoso").update(connectivity="public")
        entry(world, "migrate_projects", "contoso").pop("subnet")
        world["private_endpoints"] = []

    with pytest.raises(ArmError, match="not a private project"):
        generate(Cloud(world_with(public)))
