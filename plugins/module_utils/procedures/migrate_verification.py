"""The ``migrate_verification`` module: the troubleshooting chapter of Azure Migrate over private endpoints, read-only."""

from __future__ import annotations

import typing as t

from ..dns.zone_choice import fold_name
from ..engine.runner import Task
from ..errors import InputError, Refusal
from ..ids import build_id
from ..resources.migrate_projects import PROJECT
from ..sequences.troubleshooting.answers import hosts_lines, judge_answers, judge_proxy
from ..sequences.troubleshooting.facts import Facts
from ..sequences.troubleshooting.faults import Fault, diagnose
from ..sequences.troubleshooting.reading import Reader
from ..sequences.troubleshooting.verdict import as_checks, message, shown, verdict
from ..wire import JSON

HOST = "resolution and connections from the appliance's host"
AZURE = "endpoints, zones, links and records in Azure"


class Unverified(Refusal):
    """A verification that found something; the faults go with the error."""

    def __init__(self, text: str, result: JSON) -> None:
        super().__init__(text)
        self.result = result

    def facts(self) -> dict[str, t.Any]:
        """What a rescue or a report needs."""
        return {key: value for key, value in self.result.items() if key not in ("changed", "diff")}


def verify_project(task: Task) -> JSON:
    """Serve the ``migrate_verification`` module."""
    options = task.options
    group, name = options.get("resource_group"), options.get("name")
    if bool(group) != bool(name):
        raise InputError("resource_group and name go together: they name the project.")
    if not name and not options.get("names"):
        raise InputError(
            "nothing to verify: give resource_group and name of the project, or names to verify without rights on Azure.",
            remedy="names are on the project's properties page (Download DNS settings).",
        )
    facts = _read(task, str(group), str(name)) if name else None
    faults: list[Fault] = diagnose(facts) if facts else []
    names = _names(facts, options.get("names") or [])
    answers, host = options.get("answers"), options["host"]
    if answers is not None:
        asked = {str(row.get("fqdn") or "").lower() for row in answers}
        faults += judge_answers(answers, faults, host)
        faults += judge_proxy(options.get("proxy"), [row["fqdn"] for row in names], host)
    not_looked_at = [*(facts.unread if facts else (AZURE,))]
    if answers is None:
        not_looked_at.append(HOST)
    else:
        left = [row["fqdn"] for row in names if row["fqdn"].lower() not in asked]
        not_looked_at += [f"{HOST} of {', '.join(left)}"] if left else []
    found = verdict(faults, not_looked_at)
    result: JSON = {
        "changed": False,
        "verdict": found,
        "passed": found == "ok"
        or (found == "unknown" and not options["strict"])
        or (found == "drift" and not options["strict"]),
        "message": message(found, faults, not_looked_at),
        "faults": shown(faults),
        "checks": as_checks(faults, not_looked_at),
        "not_looked_at": not_looked_at,
        "names": names,
        "hosts_lines": hosts_lines(names),
        "repairs": _repairs(facts, faults),
        "resources": _resources(facts),
    }
    if options["enforce"] and not result["passed"]:
        raise Unverified(result["message"], result)
    return result


def _read(task: Task, group: str, name: str) -> Facts:
    extra = {
        "key_vault": task.options.get("key_vaults") or [],
        "storage_account": task.options.get("storage_accounts") or [],
        "vault": task.options.get("vaults") or [],
    }
    subscription = task.options["project_subscription_id"] or task.subscription_id
    project = build_id(subscription, group, PROJECT, name)
    return Reader(task.azure, task.connection.cloud, project, extra).read()


def _names(facts: Facts | None, given: list[JSON]) -> list[JSON]:
    """The names to ask for: those the endpoints publish, then the operator's."""
    if facts is None:
        return [
            {"fqdn": str(row["fqdn"]), "ip_addresses": list(row.get("ip_addresses") or []), "part": ""} for row in given
        ]
    return [
        {"fqdn": name["fqdn"], "ip_addresses": list(name["ip_addresses"]), "part": part.kind}
        for part, _endpoint, name in facts.names
    ]


def _resources(facts: Facts | None) -> list[JSON]:
    return [
        {
            "kind": part.kind,
            "id": part.id,
            "exists": part.document is not None,
            "endpoints": [{"id": each.id, "status": each.there, "network": each.network} for each in part.endpoints],
        }
        for part in (facts.parts if facts else ())
    ]


def _repairs(facts: Facts | None, faults: list[Fault]) -> list[JSON]:
    """The records to replace, each as a whole. Where a part has two approved endpoints, whose address is right cannot be said."""
    found = []
    for fault in faults:
        if facts is None or fault.code not in ("record_missing", "record_wrong", "record_duplicate"):
            continue
        for part, endpoint, name in facts.names:
            alone = sum(each.approved for each in part.endpoints) == 1
            if fold_name(name["fqdn"]) in fault.covers and alone:
                row = {"fqdn": name["fqdn"], "ip_addresses": list(name["ip_addresses"])}
                found.append({"zone": fault.subject, "endpoint": endpoint.id, "names": [row]})
    return found
