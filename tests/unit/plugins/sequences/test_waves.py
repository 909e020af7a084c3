"""Reading ahead: a part is asked as soon as what it rests on is answered, and nothing is asked twice."""

from __future__ import annotations

import copy
import typing as t
from collections import Counter

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.connection import Context
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Task, execute
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.catalog import SEQUENCES
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.waves import STEPS
from ansible_collections.privatelink.recovery.plugins.modules.preflight import MODULE as PREFLIGHT
from ansible_collections.privatelink.recovery.plugins.modules.verification import MODULE as VERIFICATION

from ...conftest import CREDENTIALS
from ...meeting import meeting
from ...worlds.backup import BACKUP_WANTED, backup_cloud

JSON = dict[str, t.Any]


def ask(module: t.Any, context: Context, **more: t.Any) -> JSON:
    """Run a module on the finished Backup sequence."""
    options = {name: value for name, value in BACKUP_WANTED.items() if name != "enforce"}
    given = {**CREDENTIALS, "sequence": options, "enforce": False, **more}
    validation = ArgumentSpecValidator(**module.arguments()).validate(copy.deepcopy(given))
    assert not validation.error_messages, validation.error_messages
    result = execute(module, Task(dict(validation.validated_parameters), context))
    assert result["passed"], result
    return result


@pytest.mark.parametrize(
    ("module", "pattern", "size"),
    [
        # The zones' names rest on the vault; permissions, groups and interfaces on the endpoint alone.
        (PREFLIGHT, r"/capabilities$|/permissions$|/privateDnsZoneGroups$|/networkInterfaces/", 7),
        (VERIFICATION, r"/capabilities$|/networkInterfaces/", 2),
    ],
    ids=["preflight", "verification"],
)
def test_what_rests_on_different_answers_is_asked_together(module: t.Any, pattern: str, size: int) -> None:
    cloud = backup_cloud()
    adapter, context = meeting(cloud, pattern, size)
    ask(module, context)
    assert adapter.met == size


@pytest.mark.parametrize("module", [PREFLIGHT, VERIFICATION], ids=["preflight", "verification"])
def test_what_is_known_is_not_asked_again(module: t.Any) -> None:
    cloud = backup_cloud()
    _adapter, context = meeting(cloud, "/vaults/vault-backup$", 1)
    cloud.mark()
    ask(module, context)
    asked = Counter((entry["method"], entry["path"], str(entry.get("query"))) for entry in cloud.requests())
    assert [question for question, times in asked.items() if times > 1] == []


@pytest.mark.parametrize("module", [PREFLIGHT, VERIFICATION], ids=["preflight", "verification"])
def test_side_by_side_and_one_by_one_end_alike(module: t.Any) -> None:
    results = []
    for number in (1, 12):
        cloud = backup_cloud()
        _adapter, context = meeting(cloud, "/vaults/vault-backup$", 1)
        result = ask(module, context, concurrency=number)
        result.get("plan", {}).pop("settled", None)
        results.append(result)
    assert results[0] == results[1]


@pytest.mark.parametrize("name", SEQUENCES)
@pytest.mark.parametrize("stage", STEPS)
def test_every_part_can_come_to_its_turn(stage: str, name: str) -> None:
    """A part that waited for one that the stage does not ask, or for itself, would never be asked."""
    answered: set[t.Any] = set()
    waiting = [*STEPS[stage], *SEQUENCES[name].reads.get(stage, ())]
    while ready := [step for step in waiting if answered.issuperset(step.after)]:
        answered |= {step.part for step in ready}
        waiting = [step for step in waiting if step not in ready]
    assert waiting == []
