"""A role that lacks a step fails a story: dpm_mabs and dns_servers with servers, migrate with hosts, and the way of a vault to v2.

The steps of the roles backup and site_recovery are held to the promises of the rehearsal in ``test_scenarios.py``.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleError
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures import (
    dns_server_updates,
    migrate_appliance,
    name_resolution,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures import dpm_server as procedure

from ..worlds.migrate import ask_host
from . import dns_servers, dns_servers_steps, dpm_mabs, dpm_mabs_steps, migrate_steps, migrate_stories, steps, to_v2
from .conftest import Tell
from .sequence import ROLES, Sequence, read

Places = dict[str, dict[str, str]]
#: What a step that is missing brings about later on.
MISSED = (AnsibleError, AssertionError, LookupError)


def places(seen: Places) -> list[t.Any]:
    """The steps, each with its story."""
    return [
        pytest.param(path, task, story, id=f"{path}, {task}"[:90])
        for path, tasks in seen.items()
        for task, story in tasks.items()
    ]


def written(folder: str) -> set[tuple[str, str]]:
    """Every task of the task files of a role: its file and its name."""
    files = sorted((ROLES / folder).glob("*.yml"))
    return {(str(file.relative_to(ROLES)), str(task["name"])) for file in files for task in _all(read(file))}


def _all(tasks: t.Iterable[t.Any]) -> t.Iterator[t.Any]:
    for task in tasks:
        yield task
        for part in ("block", "rescue", "always"):
            yield from _all(task.get(part) or ())


def listed(seen: Places) -> set[tuple[str, str]]:
    return {(path, task) for path, tasks in seen.items() for task in tasks}


def test_every_step_of_every_role_is_in_a_table() -> None:
    tables = (dns_servers_steps, dpm_mabs_steps, migrate_steps, steps, to_v2)
    seen = set().union(*(listed(table.SEEN_BY) for table in tables)) | set(steps.SHOWN_ELSEWHERE)
    roles = [role.name for role in ROLES.iterdir() if (role / "tasks").is_dir()]
    assert set().union(*(written(f"{role}/tasks") for role in roles)) == seen


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> t.Callable[[tuple[str, str] | None], dpm_mabs.Make]:
    """The role dpm_mabs with servers in this process, less a step."""

    def patch(site: t.Any) -> None:
        # Looked up at each call, so that a story can have a server answer something else.
        def ask(*given: t.Any, **named: t.Any) -> t.Any:
            return site.ask(*given, **named)

        monkeypatch.setattr(procedure, "ask_stand_in", ask)

    return lambda left_out: dpm_mabs.maker(patch, tmp_path, left_out)


@pytest.mark.parametrize("story", dpm_mabs.STORIES)
def test_a_story_of_dpm_mabs_holds(story: str, make: t.Callable[..., dpm_mabs.Make]) -> None:
    dpm_mabs.STORIES[story](make(None))


@pytest.mark.parametrize(("path", "task", "story"), places(dpm_mabs_steps.SEEN_BY))
def test_dpm_mabs_without_a_step_fails_a_story(
    path: str, task: str, story: str, make: t.Callable[..., dpm_mabs.Make]
) -> None:
    with pytest.raises(MISSED):
        dpm_mabs.STORIES[story](make((path, task)))


@pytest.fixture
def make_project(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> t.Callable[[tuple[str, str] | None], migrate_stories.Make]:
    """The role migrate with Windows hosts in this process, less a step."""

    def patch(site: migrate_stories.Site) -> None:
        def examine(asked: t.Any, _reach: t.Any) -> t.Any:
            rows = [{"fqdn": one.fqdn, "ip_addresses": list(one.addresses)} for one in asked]
            return ask_host(site.cloud, rows)

        monkeypatch.setattr(migrate_appliance, "ask_stand_in", lambda _program, request, **_mode: site.ask(request))
        monkeypatch.setattr(name_resolution, "examine", examine)

    return lambda left_out: migrate_stories.maker(patch, tmp_path, left_out)


@pytest.mark.parametrize("story", migrate_stories.STORIES)
def test_a_story_of_migrate_holds(story: str, make_project: t.Callable[..., migrate_stories.Make]) -> None:
    migrate_stories.STORIES[story](make_project(None))


@pytest.mark.parametrize(("path", "task", "story"), places(migrate_steps.SEEN_BY))
def test_migrate_without_a_step_fails_a_story(
    path: str, task: str, story: str, make_project: t.Callable[..., migrate_stories.Make]
) -> None:
    with pytest.raises(MISSED):
        migrate_stories.STORIES[story](make_project((path, task)))


@pytest.fixture
def make_servers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> t.Iterator[t.Callable[[tuple[str, str] | None], dns_servers.Make]]:
    """The role dns_servers with what stands in for servers, less a step."""
    sites: list[dns_servers.Site] = []

    def patch(site: dns_servers.Site) -> None:
        sites.append(site)
        monkeypatch.setattr(name_resolution, "examine", site.examine)
        monkeypatch.setattr(dns_server_updates, "read_zone", site.read_zone)

    yield lambda left_out: dns_servers.maker(patch, tmp_path, left_out)
    for site in sites:
        site.azure.listeners.stop()


@pytest.mark.parametrize("story", dns_servers.STORIES)
def test_a_story_of_dns_servers_holds(story: str, make_servers: t.Callable[..., dns_servers.Make]) -> None:
    dns_servers.STORIES[story](make_servers(None))


@pytest.mark.parametrize(("path", "task", "story"), places(dns_servers_steps.SEEN_BY))
def test_dns_servers_without_a_step_fails_a_story(
    path: str, task: str, story: str, make_servers: t.Callable[..., dns_servers.Make]
) -> None:
    with pytest.raises(MISSED):
        dns_servers.STORIES[story](make_servers((path, task)))


@pytest.mark.parametrize("story", to_v2.STORIES)
def test_a_story_of_the_way_to_v2_holds(story: str, tell: Tell) -> None:
    to_v2.STORIES[story](tell)


@pytest.mark.parametrize(("path", "task", "story"), places(to_v2.SEEN_BY))
def test_the_way_to_v2_without_a_step_fails_a_story(path: str, task: str, story: str, tell: Tell) -> None:
    def without(*given: t.Any, **named: t.Any) -> Sequence:
        made = tell(*given, **named)
        made.left_out = (path, task)
        return made

    with pytest.raises(MISSED):
        to_v2.STORIES[story](without)
