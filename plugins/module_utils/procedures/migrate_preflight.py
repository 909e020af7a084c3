"""The ``migrate_preflight`` module: every gate of a replication with Azure Migrate, read-only, and the plan its steps follow."""

from __future__ import annotations

from functools import partial

from ..engine.runner import Task
from ..errors import Refusal
from ..ids import region
from ..resources import migrate_projects as migrate
from ..resources.storage_accounts import BLOB
from ..sequences import migrate_rules as rules
from ..sequences.gate import run_gates, summary
from ..sequences.migrate_gates import STAGES, Look
from ..wire import JSON, get_path


def check_project(task: Task) -> JSON:
    """Serve the module."""
    options = task.options
    if options["stage"] == "replication":
        rules.refuse_retired(
            options["experience"] if options["starts"] else "simplified", options["accept_retired"] or ""
        )
    subscription = options["project_subscription_id"] or task.subscription_id
    look = Look(task.azure, task.connection.cloud.name, options, subscription)
    gates = run_gates([(name, partial(check, look)) for name, check in STAGES[options["stage"]]])
    closed = summary(gates)
    result: JSON = {
        "changed": False,
        "passed": not closed,
        "message": closed,
        "gates": [gate.as_dict() for gate in gates],
        "plan": _plan(look),
    }
    if closed and options["enforce"]:
        raise Closed(f"{closed}\nNothing was written.", result)
    return result


class Closed(Refusal):
    """A gate is closed; the verdicts go with the error."""

    def __init__(self, message: str, result: JSON) -> None:
        super().__init__(message)
        self.result = result

    def facts(self) -> JSON:
        """The verdicts, for rescue blocks and reports."""
        return {"gates": self.result["gates"], "plan": self.result["plan"]}


def _plan(look: Look) -> JSON:
    options = look.options
    return {
        "subscription_id": look.subscription,
        "project_id": look.project_id,
        "project_exists": look.project is not None,
        "location": region((look.project or {}).get("location") or ""),
        "identity": str(get_path(look.project, "identity.principalId") or ""),
        "vault_id": str((look.vault or {}).get("id") or ""),
        "vault_identity": str(get_path(look.vault, "identity.principalId") or ""),
        "storage_roles": look.roles,
        "endpoints": _endpoints(look),
        "accounts": [{"id": each.id, "purpose": each.purpose, "tier": each.tier} for each in look.accounts],
        "checklist": rules.checklist(options["experience"], options["source"], options["stage"]),
    }


def _endpoints(look: Look) -> list[JSON]:
    """The endpoints this stage makes, each with what it leads to and the subnet it is put into."""
    options = look.options
    subnet = options["subnet"] or migrate.wanted_subnet(look.solutions)
    rows = [row for row in options["accounts"] or [] if row["endpoint"] and options["stage"] == "replication"]
    return [
        {
            "name": f"{row['id'].rsplit('/', 1)[-1]}-pe",
            "target": row["id"],
            "sub_resource": BLOB,
            "subnet": row["subnet"] or subnet,
        }
        for row in rows
    ]
