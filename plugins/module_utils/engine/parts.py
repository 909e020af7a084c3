"""Several resources of one task: what is to be done with each, and the result of all."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..wire import JSON
from .plan import Plan
from .resource import Kind


@dataclass
class Part:
    """One resource of a task: what is there (``document``, None when absent or not kept), and what is to be done with it."""

    kind: Kind
    resource_id: str
    plan: Plan
    document: JSON | None = None

    @property
    def words(self) -> str:
        """For messages."""
        return f"{self.plan.action} {self.resource_id}"


def outcome(parts: t.Iterable[Part]) -> JSON:
    """``changed`` and ``diff`` of all parts, by id of those that change."""
    changing = [part.plan for part in parts if part.plan.changed]
    return {
        "changed": bool(changing),
        "diff": {
            "before": {plan.resource_id: plan.before for plan in changing},
            "after": {plan.resource_id: plan.after for plan in changing},
        },
    }


def rows_of(options: JSON, name: str) -> list[JSON]:
    """The options of each item of the list option ``name``, over those of the task; without the list, the task's own."""
    items = options.get(name)
    return [options] if items is None else [{**options, **item} for item in items]


def joined(name: str, results: t.Sequence[JSON]) -> JSON:
    """The result of a task from those of its items, which stand in it as ``name``; its diff is a list of theirs."""
    return {
        "changed": any(result["changed"] for result in results),
        "diff": [result["diff"] for result in results if result["changed"]],
        name: [{key: value for key, value in result.items() if key != "diff"} for result in results],
    }
