"""The ``vault_freshness`` module."""

from __future__ import annotations

from ..engine.runner import Task
from ..errors import Refusal
from ..ids import parse_id
from ..resources.vault_freshness import examine
from ..resources.vaults import TYPE, read_vault
from ..wire import JSON
from .vault import vault_id


def judge_vault(task: Task) -> JSON:
    """Serve the ``vault_freshness`` module."""
    resource_id = parse_id(task.options.get("vault") or vault_id(task), TYPE, option="vault").text
    verdict = examine(
        task.azure,
        resource_id,
        task.options["sub_resource"],
        read_vault(task.azure, resource_id),
        attested=task.options["freshness_attested"],
    )
    if task.options["enforce"] and not verdict.allowed:
        raise Refusal(f"{resource_id}: {verdict.reason}", remedy=verdict.remedy)
    return {
        "changed": False,
        "id": resource_id,
        "freshness": verdict.state,
        "allowed": verdict.allowed,
        "reason": verdict.reason,
        "remedy": verdict.remedy,
        "evidence": list(verdict.evidence),
    }
