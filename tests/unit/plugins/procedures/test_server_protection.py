"""Which backups of servers are due, and whether a renewed registration has kept what was there."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.server_protection import MODULE

from ...conftest import Cloud

JSON = dict[str, t.Any]


def source(name: str, **changes: t.Any) -> JSON:
    """A data source whose replica is complete and which has no online recovery point."""
    return {"id": name, "replica_ready": True, "online": True, "online_points": 0, "latest_online": "", **changes}


def results(*sources: JSON, jobs: t.Sequence[JSON] = ()) -> list[JSON]:
    """What the tasks registered for one server."""
    clock = {"server": "dpm01", "job": "clock", "answer": {"utc": "2026-11-30T09:00:00.123Z"}}
    reported = {"server": "dpm01", "job": "protection", "answer": {"data_sources": list(sources), "jobs": list(jobs)}}
    return [{"results": [clock, reported]}]


def ask(cloud: Cloud, found: list[JSON], **options: t.Any) -> JSON:
    """The module for that server."""
    return cloud.run(MODULE, **copy.deepcopy({"servers": ["dpm01"], "results": found, **options}))


@pytest.mark.parametrize(
    ("found", "options", "online", "disk", "moment"),
    [
        ([source("a")], {"start": True}, ["a"], [], "0"),
        ([source("a", online_points=2)], {"start": True}, [], [], "0"),
        ([source("a", replica_ready=False)], {"start": True}, [], [], "0"),
        ([source("a", online=False)], {"start": True}, [], [], "0"),
        ([source("a")], {}, [], [], "0"),
        ([source("a", online_points=2)], {"start": True, "renewed": ["dpm01"]}, ["a"], ["a"], "2026-11-30T09:00:00"),
        ([source("a", online_points=2)], {"renewed": ["dpm01"]}, [], ["a"], "0"),
    ],
)
def test_what_is_due(
    cloud: Cloud, found: list[JSON], options: JSON, online: list[str], disk: list[str], moment: str
) -> None:
    (row,) = ask(cloud, results(*found), **options)["servers"]
    assert (row["online"], row["disk"], row["moment"], row["since"]) == (online, disk, moment, "2026-11-30T09:00:00Z")


def test_recovery_points_are_told(cloud: Cloud) -> None:
    reported = ask(cloud, results(source("a", online_points=1), source("b", online_points=1)), judge=True)
    assert (reported["passed"], reported["changed"], reported["data_sources"]) == (True, False, 2)
    assert [gate["message"] for gate in reported["gates"]] == ["dpm01: 2 data source(s) have online recovery points."]
    missing = ask(cloud, results(source("a")), judge=True)
    assert (
        missing["passed"]
        and missing["gates"][0]["verdict"] == "warning"
        and "a have no online" in missing["warnings"][0]
    )


def test_a_failed_backup_stops(cloud: Cloud) -> None:
    jobs = [{"type": "CloudBackup", "status": "Failed", "error": "no way"}, {"status": "Succeeded"}]
    failed = ask(cloud, results(source("a", online_points=1), jobs=jobs), judge=True)
    assert failed["failed"] and "[server_backup] dpm01: 1 job(s) failed: no way." in failed["msg"]
    assert ask(cloud, results(source("a", online_points=1), jobs=jobs))["passed"]


def test_hidden_recovery_points_stop_a_renewed_registration(cloud: Cloud) -> None:
    before, after = results(source("a", online_points=3), source("b")), results(source("a"), source("b"))
    failed = ask(cloud, after, before=before, renewed=["dpm01"], judge=True)
    assert failed["failed"] and "dpm01: a had online recovery points before" in failed["msg"]
    assert "passphrase" in failed["msg"]
    assert ask(cloud, before, before=before, renewed=["dpm01"], judge=True)["passed"]
    assert ask(cloud, after, before=before, judge=True)["passed"]


def test_a_silent_server_is_told(cloud: Cloud) -> None:
    failed = ask(cloud, [{"item": ["dpm01", "protection"], "msg": "timed out"}])
    assert failed["failed"] and "dpm01 did not answer: protection: timed out" in failed["msg"]
    assert not ask(cloud, [{"item": ["dpm01", "protection"], "msg": "x"}], enforce=False)["passed"]
