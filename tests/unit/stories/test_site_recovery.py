"""The role site_recovery where others own the DNS: what it leaves behind, hands over, and never writes."""

from __future__ import annotations

import re
import stat
import typing as t
from pathlib import Path

import pytest

from ..conftest import Cloud
from ..worlds.site_recovery import (
    BLOB,
    FRESH_VAULT,
    RECOVERY_ENDPOINT,
    SOURCE_ENDPOINT,
    SOURCE_WISH,
    SPOKE,
    VAULT,
    ZONE,
    both,
    endpoint,
    make,
    private_world,
)
from .sequence import Played, Sequence
from .settings import PROTECTED
from .settings import RECOVERY as DESIRED
from .settings import RECOVERY_CUSTOM as CUSTOM

JSON = dict[str, t.Any]


def sequence(cloud: Cloud, directory: Path, desired: JSON) -> Sequence:
    return Sequence(cloud, directory, "site_recovery", **desired)


def records(directory: Path) -> dict[str, str]:
    """The files for the owner of the DNS servers."""
    return {path.name: path.read_text() for path in (directory / "report" / "records").iterdir()}


def steps(played: Played) -> set[str]:
    """The ids of what a person still has to do."""
    return {row["id"] for row in played.report["manual_steps"]}


def test_custom_hands_the_records_over_and_touches_no_zone(tmp_path: Path) -> None:
    cloud = make()
    story = sequence(cloud, tmp_path, CUSTOM)
    predicted = story.play(check_mode=True)
    assert (predicted.failure, cloud.writes()) == ("", [])
    assert not (tmp_path / "report" / "records").exists()

    done = story.play()
    assert not done.failure
    assert not [write for write in cloud.writes() if "DnsZone" in write]
    assert cloud.document(VAULT)["properties"]["privateEndpointStateForSiteRecovery"] == "Enabled"
    made = records(tmp_path)
    assert sorted(made) == sorted(
        [
            *(
                f"{name}{ending}"
                for name in ("pe-cache", "pe-recovery", "pe-source")
                for ending in (".hosts", ".ps1.txt", ".unbound.conf", ".dnsmasq.conf")
            ),
            f"pe-cache.{BLOB}.zone",
            f"pe-recovery.{ZONE}.zone",
            f"pe-source.{ZONE}.zone",
        ]
    )
    for name, prefix in (("pe-source", "10.1.1."), ("pe-recovery", "10.2.1.")):
        lines = [line for line in made[f"{name}.{ZONE}.zone"].splitlines() if "\tA\t" in line]
        assert len(lines) == 5
        assert all(line.split("\t")[1] == "10" and line.split("\t")[4].startswith(prefix) for line in lines)
        assert made[f"{name}.ps1.txt"].count(f"-ZoneName '{ZONE}'") == 5
        assert made[f"{name}.hosts"].count(prefix) == 5
    assert "cachewest.blob.core.windows.net cachewest.privatelink.blob.core.windows.net" in made["pe-cache.hosts"]
    for path in (tmp_path / "report" / "records").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {row["path"] for row in done.report["record_files"]} == {f"records/{name}" for name in made}
    assert "records/pe-source.hosts" in (tmp_path / "report" / "latest" / "report.md").read_text()
    assert {"hand-over-records", "prove-then-deny"} <= steps(done)
    assert cloud.document(VAULT)["properties"]["publicNetworkAccess"] == "Enabled"

    cloud.mark()
    again = story.play()
    assert (again.failure, again.changes, cloud.writes()) == ("", {}, [])
    assert again.report["result"] == "waiting"
    assert records(tmp_path) == made


def test_custom_drift_brings_the_two_names_of_replication(tmp_path: Path) -> None:
    cloud = make()
    story = sequence(cloud, tmp_path, CUSTOM)
    assert not story.play().failure
    before = records(tmp_path)
    cloud.event("replication_enabled", vault="vault-recovery", machine="vm01", source_location="westeurope")
    cloud.mark()
    drift = story.play("drift")
    assert (drift.failure, cloud.writes()) == ("", [])
    after = records(tmp_path)
    for name in ("pe-source", "pe-recovery"):
        more = set(after[f"{name}.{ZONE}.zone"].splitlines()) - set(before[f"{name}.{ZONE}.zone"].splitlines())
        # They carry the code of the other region.
        assert len(more) == 2 and all(".we\t" in line for line in more)


def test_a_refused_run_leaves_the_records_of_the_last_one(tmp_path: Path) -> None:
    cloud = make()
    story = sequence(cloud, tmp_path, CUSTOM)
    assert not story.play().failure
    before = records(tmp_path)
    refused = story.play(site_recovery_endpoints=[SOURCE_WISH])
    assert refused.report["result"] == "refused"
    assert records(tmp_path) == before


def test_other_modes_write_no_files(tmp_path: Path) -> None:
    played = sequence(make(), tmp_path, DESIRED).play()
    assert not played.failure
    assert not (tmp_path / "report" / "records").exists()
    assert played.report["record_files"] == []
    assert "hand-over-records" not in steps(played)


def test_policy_stops_until_somebody_attached_the_zone_groups(tmp_path: Path) -> None:
    cloud = make()
    story = sequence(cloud, tmp_path, {**DESIRED, "site_recovery_dns_mode": "policy"})
    waiting = story.play()
    assert "has no zone group yet" in waiting.failure
    assert waiting.report["result"] == "failed"
    assert not [write for write in cloud.writes() if "DnsZone" in write]
    assert cloud.exists(SOURCE_ENDPOINT) and cloud.exists(RECOVERY_ENDPOINT)
    # Public access is denied only after the proof.
    assert cloud.document(VAULT)["properties"]["publicNetworkAccess"] == "Enabled"


def test_a_machine_is_protected_once_everything_holds(tmp_path: Path) -> None:
    cloud = make()
    story = sequence(cloud, tmp_path, {**DESIRED, **PROTECTED})
    done = story.play()
    assert not done.failure
    order = [deed.module for deed in done.deeds]
    assert "replicated_machine" in order
    assert order.index("replicated_machine") > order.index("verification")
    assert order.index("verification") > max(place for place, name in enumerate(order) if name == "private_endpoint")
    cloud.mark()
    again = story.play()
    assert (again.failure, again.changes, cloud.writes()) == ("", {}, [])
    assert {row["endpoint"]: 7 for row in again.report["names"] if row["endpoint"] != "pe-cache"} == {
        name: sum(row["endpoint"] == name for row in again.report["names"]) for name in ("pe-source", "pe-recovery")
    }


@pytest.mark.parametrize("more", [{"site_recovery_storage_accounts": []}, {"site_recovery_storage_roles": False}])
def test_without_roles_on_its_accounts_a_vault_is_not_ready(more: JSON, tmp_path: Path) -> None:
    """The identity must have them before replication is switched on."""
    done = sequence(make(), tmp_path, {**DESIRED, **more}).play()
    assert (done.failure, done.report["result"], done.report["ready_to_protect"]) == ("", "waiting", False)
    assert {"storage-roles", "not-yet"} <= steps(done) and "enable-replication" not in steps(done)


def test_the_endpoint_of_the_source_side_is_asked_for_first(tmp_path: Path) -> None:
    """Both take Azure their time side by side; that of the recovery side is not begun before the other."""
    cloud = make()
    assert not sequence(cloud, tmp_path, DESIRED).play().failure
    made = [
        write.rsplit("/", 1)[-1] for write in cloud.writes() if re.search(r"^PUT .*/privateEndpoints/[^/]+$", write)
    ]
    assert made.index("pe-source") < made.index("pe-recovery")


@pytest.mark.parametrize("endpoints", [[], [endpoint("pe-source")]])
def test_a_check_of_an_interrupted_run_is_no_refusal(tmp_path: Path, endpoints: list[JSON]) -> None:
    """The vault is there, not yet every endpoint: replication is not judged, because the run would make them first."""
    cloud = make(vaults=[FRESH_VAULT], private_endpoints=endpoints)
    predicted = sequence(cloud, tmp_path, {**DESIRED, **PROTECTED}).play(check_mode=True)
    assert (predicted.failure, cloud.writes()) == ("", [])
    assert predicted.report["result"] == "check"


def test_two_source_networks_for_one_vault(tmp_path: Path) -> None:
    spoke = {
        "name": "pe-spoke",
        "subnet": f"{SPOKE}/subnets/endpoints",
        "side": "source",
        "dns_zone_resource_group": "rg-dns-spoke",
    }
    cloud = make()
    story = sequence(
        cloud, tmp_path, {**DESIRED, "site_recovery_endpoints": [*DESIRED["site_recovery_endpoints"], spoke]}
    )
    done = story.play()
    assert (done.failure, done.report["ready_to_protect"]) == ("", True)
    assert {row["endpoint"] for row in done.report["names"]} == {"pe-source", "pe-recovery", "pe-spoke", "pe-cache"}
    for link in done.report["links"]:
        assert link["state"] == "Completed"
    cloud.mark()
    again = story.play()
    assert (again.failure, again.changes, cloud.writes()) == ("", {}, [])


def test_consumers_of_a_network_are_asked_for_the_names_of_storage_too(tmp_path: Path) -> None:
    cloud = make(**private_world())
    desired = {**DESIRED, "site_recovery_endpoints": both({"consumers": ["localhost"]})}
    played = sequence(cloud, tmp_path, desired).play(check_mode=True)
    asked = [deed.item for deed in played.deeds if deed.module == "name_resolution"]
    assert asked == ["pe-source on localhost", "pe-cache on localhost"]
