"""The scenarios of the rehearsal and their variants keep their promises; a role that lacks a step breaks one."""

from __future__ import annotations

import importlib
import inspect
import os
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleError
from ansible_collections.privatelink.recovery.extensions.rehearsal.scenario import load, names, variants

from ..conftest import SUBNET, Cloud
from .conftest import Tell
from .scenarios import Resolving, broken, rehearse
from .sequence import ROLES, Sequence, read
from .steps import SEEN_BY, SHOWN_ELSEWHERE
from .support import ENDPOINT_WISH

#: Played as processes only: with DNS servers or backup servers beside the local Azure, or by a role with steps of its own.
ELSEWHERE = ("dns_servers", "dpm_mabs", "migrate")
ENTRIES = ("main", "preflight", "verify", "drift", "teardown", "check_variables")
#: Their tests play processes, in which no step can be left out.
PROCESSES = ("test_processes.py", "test_module_defaults.py")
PLACES = [(path, task, name) for path, tasks in SEEN_BY.items() for task, name in tasks.items()]
TESTS = Path(__file__).parents[3]


@pytest.mark.parametrize("name", [name for name in [*names(), *variants()] if name.partition(".")[0] not in ELSEWHERE])
def test_a_scenario_keeps_its_promises(name: str, tmp_path: Path, resolving: Resolving) -> None:
    verdicts = rehearse(load(name), tmp_path, resolving)
    assert broken(verdicts) == ""
    assert len(verdicts) == len(load(name).runs)


@pytest.mark.parametrize(
    ("path", "task", "name"),
    [pytest.param(*one, id=f"{one[0]}, {one[1]}"[:90]) for one in PLACES],
)
def test_a_role_that_lacks_a_step_breaks_a_promise(
    path: str, task: str, name: str, tmp_path: Path, resolving: Resolving
) -> None:
    try:
        why = broken(rehearse(load(name), tmp_path, resolving, (path, task)))
    except (AnsibleError, AssertionError) as error:
        # What a later step says of what the missing one would have found out.
        why = str(error)
    assert why, f"nobody misses {task!r} of {path} in {name}"


def reachable(path: Path) -> t.Iterator[tuple[str, str]]:
    """Every task that a task file leads to: its file and its name."""
    for task in read(path):
        yield from _of(task, path)


def _of(task: t.Any, path: Path) -> t.Iterator[tuple[str, str]]:
    yield str(path.relative_to(ROLES)), str(task["name"])
    for part in ("block", "rescue", "always"):
        for inner in task.get(part) or ():
            yield from _of(inner, path)
    for role in (task.get("ansible.builtin.import_role"), task.get("ansible.builtin.include_role")):
        if role:
            yield from reachable(ROLES / role["name"].rsplit(".", 1)[-1] / "tasks" / f"{role['tasks_from']}.yml")
    for name in (task.get("ansible.builtin.import_tasks"), task.get("ansible.builtin.include_tasks")):
        for found in sorted(path.parent.glob(name.replace("{{ common_preflight.plan.writer }}", "*"))) if name else ():
            yield from reachable(found)


def test_every_step_of_the_roles_is_missed_somewhere() -> None:
    """In a scenario, or in a test that says so by name."""
    steps = {
        place
        for role in ("backup", "site_recovery")
        for entry in ENTRIES
        for place in reachable(ROLES / role / "tasks" / f"{entry}.yml")
    }
    seen = {(path, task) for path, task, _name in PLACES}
    assert steps - seen - {*SHOWN_ELSEWHERE} == set()
    assert (seen | {*SHOWN_ELSEWHERE}) - steps == set()
    for shown in SHOWN_ELSEWHERE.values():
        path, _colon, test = shown.partition("::")
        assert f"def {test.partition('[')[0]}(" in (TESTS / path).read_text(encoding="utf-8"), shown


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        pytest.param(place, shown, id=", ".join(place)[:90])
        for place, shown in SHOWN_ELSEWHERE.items()
        if not any(file in shown for file in PROCESSES)
    ],
)
def test_a_test_elsewhere_fails_without_the_step_it_shows(
    place: tuple[str, str], shown: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _colon, test = shown.rstrip("]").partition("::")
    name, _bracket, value = test.partition("[")
    function = getattr(importlib.import_module(f".{Path(path).stem}", __package__), name)
    given: dict[str, t.Any] = {}
    for mark in getattr(function, "pytestmark", ()):
        argument, values = mark.args
        (given[argument],) = [one for one in values if str(one) == value]
    for argument in inspect.signature(function).parameters.keys() - given.keys():
        given[argument] = request.getfixturevalue(argument)
    monkeypatch.setattr(Sequence, "left_out", place)
    with pytest.raises((AnsibleError, AssertionError, LookupError, ValueError)):
        function(**given)


def test_a_run_says_what_it_is_about_to_do_and_where_its_report_is(cloud: Cloud, tell: Tell) -> None:
    confirmed: dict[str, t.Any] = {"backup_teardown_confirm": "vault-backup"}
    for entry, more in (("main", {}), ("preflight", {}), ("teardown", confirmed)):
        plan, report = tell(cloud).play(entry, **more).said
        assert plan.endswith(f"{os.sep}plan.md") and ";" in plan
        assert report.endswith(f"{os.sep}report.md") and ": " in report


def test_zone_groups_of_new_endpoints_are_begun_side_by_side(make_cloud: t.Callable[..., Cloud], tell: Tell) -> None:
    """Each takes Azure its time: the second is begun before the first is waited for."""
    hub = {"name": "pe-hub", "subnet": SUBNET.replace("vnet-app", "vnet-hub"), "dns_zone_resource_group": "rg-dns-hub"}
    cloud = make_cloud("realistic")
    assert not tell(cloud, backup_endpoints=[ENDPOINT_WISH, hub]).play().failure
    writes = [
        number
        for number, one in enumerate(cloud.requests())
        if one["method"] == "PUT" and "/privateDnsZoneGroups/" in one["path"]
    ]
    between = cloud.requests()[writes[0] : writes[1]]
    assert not [one["path"] for one in between if "/operations/" in one["path"]]
