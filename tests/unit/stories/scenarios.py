"""Plays the scenarios of the rehearsal in this process: the same rows of data, held to the same promises, in a tenth of the time."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.template import trust_as_template
from ansible_collections.privatelink.recovery.extensions.emulator.faults import Faults
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.admin import Admin
from ansible_collections.privatelink.recovery.extensions.rehearsal.played import Played as Rehearsed
from ansible_collections.privatelink.recovery.extensions.rehearsal.promises import judge
from ansible_collections.privatelink.recovery.extensions.rehearsal.scenario import Run, Scenario
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.pipeline import is_write

from ..conftest import SIGN_IN, Cloud
from .sequence import Sequence, read

JSON = dict[str, t.Any]
Resolving = t.Callable[[Cloud], list[JSON]]
#: Entry points by the playbook of their own; every other playbook is the sequence itself.
ENTRY_POINTS = {**{name: name for name in ("preflight", "verify", "drift", "teardown")}, "backup_to_v2": "to_v2"}


def rehearse(
    scenario: Scenario, directory: Path, resolving: Resolving, left_out: tuple[str, str] | None = None
) -> list[tuple[str, str]]:
    """The runs of a scenario until one breaks its promise: the name of each, and what is broken about it.

    ``left_out`` is a task of a role that is not there: its file and its name.
    """
    world = {**_read(scenario.world), **scenario.more_world}
    variables = {**_read(scenario.variables), **_trusted(scenario.more_variables)}
    cloud = Cloud(world)
    closes = variables.get(f"{scenario.prefix}public_network_access", "after_verify") != "unchanged"
    role = Sequence(cloud, directory, scenario.role, **variables)
    role.left_out = left_out
    role.variables[scenario.dns_servers] = resolving(cloud)
    done: list[Rehearsed] = []
    verdicts: list[tuple[str, str]] = []
    for run in scenario.runs:
        one = _play(cloud, role, scenario, run)
        why = judge(run, one, done, closes=closes)
        verdicts.append((run.name, f"{why}: {one.failure}" if why and one.failure else why))
        done.append(one)
        if verdicts[-1][1]:
            break
    return verdicts


def broken(verdicts: t.Iterable[tuple[str, str]]) -> str:
    """Which run broke its promise and how; empty when all were kept."""
    return "; ".join(f"{name}: {why}" for name, why in verdicts if why)


def _play(cloud: Cloud, role: Sequence, scenario: Scenario, run: Run) -> Rehearsed:
    for event in run.events:
        given = {key: value for key, value in event.items() if key != "event"}
        cloud.event(event["event"], **{"vault": role.variables[scenario.vault], **given})
    faults: Faults = cloud.arm.service(Admin).faults
    for fault in run.faults:
        faults.add(fault)
    before = len(cloud.arm.log)
    over = _read(scenario.folder / f"{run.overlay}.yml") if run.overlay else {}
    entry = ENTRY_POINTS.get(run.playbook, "main")
    played = role.play(entry, check_mode=run.check, **{**over, **_trusted(run.variables)})
    faults.clear()
    cloud.arm.scheduler.settle()
    made = [one for one in cloud.arm.log[before:] if not SIGN_IN.search(one["path"])]
    changes = [_line(deed) for deed in played.deeds if deed.result.get("changed")]
    return Rehearsed(
        name=run.name,
        playbook=run.playbook,
        check=run.check,
        expect=run.expect,
        changed=len(changes),
        failed=int(bool(played.failure)),
        requests=len(made),
        writes=sum(is_write(one["method"], one["path"]) for one in made),
        failure=played.failure,
        changes=changes,
        handed={"localhost": played.report} if played.report else {},
        requested=made,
        state=[resource.document for resource in cloud.arm.store.all()],
    )


def _line(deed: t.Any) -> JSON:
    return {"host": "localhost", "task": deed.task, "item": deed.item, "diff": deed.result.get("diff")}


def _trusted(value: t.Any) -> t.Any:
    """Variables whose texts are templates, as those of a variables file are."""
    if isinstance(value, dict):
        return {key: _trusted(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_trusted(item) for item in value]
    return trust_as_template(value) if isinstance(value, str) else value


def _read(path: Path) -> JSON:
    return t.cast(JSON, read(path))
