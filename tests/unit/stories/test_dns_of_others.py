"""The role backup where others own the DNS: their servers, or a policy that attaches zone groups."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone import MODULE as ZONES
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone_group import MODULE as ZONE_GROUP

from ..conftest import BACKUP_ZONES, ENDPOINT, NETWORK, VAULT, Cloud
from .conftest import Tell
from .sequence import Played

JSON = dict[str, t.Any]


def steps(played: Played) -> set[str]:
    """The ids of what a person still has to do."""
    return {row["id"] for row in played.report["manual_steps"]}


def access(cloud: Cloud) -> str:
    return str(cloud.document(VAULT)["properties"]["publicNetworkAccess"])


@pytest.mark.parametrize("mode", ["custom", "policy"])
def test_no_zone_is_touched(mode: str, cloud: Cloud, tell: Tell) -> None:
    story = tell(cloud, backup_dns_mode=mode)
    predicted = story.play(check_mode=True)
    assert (predicted.failure, cloud.writes()) == ("", [])
    story.play()
    assert cloud.exists(ENDPOINT)
    assert not [write for write in cloud.writes() if "DnsZone" in write]
    assert access(cloud) == "Enabled"


def test_custom_hands_the_records_over_and_waits_for_the_proof(cloud: Cloud, tell: Tell) -> None:
    story = tell(cloud, backup_dns_mode="custom")
    done = story.play()
    assert not done.failure
    assert done.report["result"] == "waiting" and done.report["ready_to_protect"] is False
    assert {"hand-over-records", "prove-then-deny", "not-yet"} <= steps(done)
    assert "records/pe-backup.hosts" in {row["path"] for row in done.report["record_files"]}
    cloud.mark()
    again = story.play()
    assert (again.failure, again.changes, cloud.writes()) == ("", {}, [])


def test_custom_drift_hands_over_the_names_that_come_later(cloud: Cloud, tell: Tell) -> None:
    story = tell(cloud, backup_dns_mode="custom")
    before = story.play().report["names"]
    cloud.event("machine_registered", vault=VAULT, machine="sql01")
    cloud.mark()
    drift = story.play("drift")
    assert (drift.failure, cloud.writes()) == ("", [])
    assert len(drift.report["names"]) > len(before)


def test_policy_ends_well_once_somebody_attached_the_zone_group(cloud: Cloud, tell: Tell) -> None:
    story = tell(cloud, backup_dns_mode="policy")
    early = story.play()
    assert "pe-backup has no zone group yet" in early.failure
    assert early.report["result"] == "failed" and "not-yet" in steps(early)
    zones = [{"name": zone.rsplit("/", 1)[-1], "resource_group": "rg-dns"} for zone in BACKUP_ZONES]
    assert not cloud.run(ZONES, zones=zones, virtual_networks=[NETWORK]).get("failed")
    group = cloud.run(ZONE_GROUP, private_endpoint=ENDPOINT, name="deployedByPolicy", zones=BACKUP_ZONES)
    assert not group.get("failed"), group
    cloud.mark()
    done = story.play()
    assert not done.failure
    assert done.report["ready_to_protect"] is True
    assert not [write for write in cloud.writes() if "DnsZone" in write]
    assert access(cloud) == "Disabled"
    cloud.mark()
    again = story.play()
    assert (again.failure, again.changes, cloud.writes()) == ("", {}, [])
    assert again.report["result"] == "unchanged"


@pytest.mark.parametrize("mode", ["custom", "policy"])
def test_a_teardown_leaves_the_zones_of_others(mode: str, cloud: Cloud, tell: Tell) -> None:
    story = tell(cloud, backup_dns_mode=mode)
    story.play()
    cloud.mark()
    gone = story.play("teardown", backup_teardown_confirm="vault-backup")
    assert not gone.failure
    assert not cloud.exists(ENDPOINT)
    assert not [write for write in cloud.writes() if "DnsZone" in write]


def test_a_policy_that_may_not_see_the_endpoint_is_told(cloud: Cloud, tell: Tell) -> None:
    desired: JSON = {
        "backup_endpoints": [{"name": "pe-backup", "subnet": f"{NETWORK}/subnets/endpoints", "manual": True}]
    }
    checked = tell(cloud, backup_dns_mode="policy", **desired).play("preflight")
    (gate,) = [gate for gate in checked.report["gates"] if gate["name"] == "dns_mode"]
    assert gate["verdict"] == "warning" and "manual approval" in gate["message"]
