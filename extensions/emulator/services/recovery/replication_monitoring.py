"""What Site Recovery says about itself: health, jobs, alerts, supported systems, and the lists that stay empty between Azure regions.

Source: azure-cli-extensions recording ``test_siterecovery_vault_scenarios.yaml`` (2022-08-01), where each of these is asked of a new
vault. Of the jobs only that of a refresh is recorded: other operations leave none here, and ``replicationEvents`` stays empty.
"""

from __future__ import annotations

import csv
import functools
from pathlib import Path

from ...arm import Call, Route
from ...operations import Operation
from ...store import Resource
from ...wire import JSON, Response, not_found
from . import replication_records as replication
from .documents import VAULT, VAULT_TYPE, find_vault
from .history import add, records
from .replication_operations import accepted

_DATA = Path(__file__).parents[2] / "data"
_HEALTH_COUNTS = (
    "testFailoverApplicableProtectedItemsCount",
    "testFailoverInProgressProtectedItemsCount",
    "testFailoverWaitingProtectedItemsCount",
    "protectedItemsCriticalCount",
    "protectedItemsWarningCount",
    "protectedItemsNeutralCount",
    "protectedItemsTestFailoverCriticalCount",
    "protectedItemsTestFailoverWarningCount",
    "protectedItemsConfigurationCriticalCount",
    "protectedItemsConfigurationWarningCount",
    "protectedItemsFailoverHealthCriticalCount",
    "protectedItemsFailoverHealthWarningCount",
)


def routes() -> list[Route]:
    """The routes of what is asked about a whole vault; its lists are among those of ``lists``."""
    health = f"{VAULT}/replicationVaultHealth"
    jobs = f"{VAULT}/replicationJobs"
    alert = f"{VAULT}/replicationAlertSettings/{{alert}}"
    return [
        Route("GET", health, _health),
        Route("POST", f"{health}/{{health}}/refresh", _refresh),
        Route("POST", f"{jobs}/export", _export),
        Route("GET", f"{jobs}/{{job}}", _job),
        Route("GET", alert, _alert),
        Route("PUT", alert, _set_alert),
        Route("GET", f"{VAULT}/replicationSupportedOperatingSystems", _systems),
    ]


def listed_job(job: JSON) -> JSON:
    """A job as the list of them shows it: without its tasks and details."""
    return {**job, "properties": {**job["properties"], "activityId": None, "tasks": [], "customDetails": None}}


def _health(call: Call) -> Response:
    vault = find_vault(call)

    def summary(kind: str, counts: JSON | None = None) -> JSON:
        return {"resourceCount": len(records(vault, kind)), "issues": [], "categorizedResourceCounts": counts}

    properties = {
        "vaultErrors": [],
        "protectedItemsHealth": summary("replication_protected_items", dict.fromkeys(_HEALTH_COUNTS, 0)),
        "fabricsHealth": summary("fabrics"),
        "containersHealth": summary("replication_containers"),
    }
    return Response(200, _document(vault, "replicationVaultHealth", "Default", properties))


def _refresh(call: Call) -> Response:
    vault, arm = find_vault(call), call.arm

    def done(operation: Operation) -> None:
        started, ended = arm.clock.iso(operation.started), arm.clock.iso(operation.due)
        outcome = {"state": "Succeeded", "stateDescription": "Completed", "startTime": started, "endTime": ended}
        task: JSON = {
            "taskId": "RefreshFailoverHealthTask",
            "name": "RefreshFailoverHealthTask",
            "friendlyName": "Refreshing failover health",
            "allowedActions": [],
            "taskType": "TaskDetails",
            "customDetails": {"instanceType": "TaskDetails"},
            "groupTaskCustomDetails": None,
            "errors": [],
            **outcome,
        }
        properties: JSON = {
            "activityId": f"{arm.guid()} ActivityId: {arm.guid()}",
            "scenarioName": "RefreshVaultHealth",
            "friendlyName": "Refresh vault health",
            "tasks": [task],
            "errors": [],
            "allowedActions": [],
            "targetObjectId": str(arm.random.getrandbits(60)),
            "targetObjectName": "",
            "targetInstanceType": "Vault",
            "customDetails": {"instanceType": "AsrJobDetails", "affectedObjectDetails": {}},
            **outcome,
        }
        add(vault, "replication_jobs", operation.id, properties)

    return accepted(call, vault, "replication.write", done, call.id.rpartition("/")[0])


def _export(call: Call) -> Response:
    return accepted(call, find_vault(call), "replication.write", lambda operation: None, call.id.rpartition("/")[0])


def _job(call: Call) -> Response:
    found = replication.find_record(find_vault(call), "replication_jobs", call.id)
    if found is None:
        raise not_found(call.id)
    return Response(200, found)


def _alert(call: Call) -> Response:
    found = replication.find_record(find_vault(call), "alert_settings", call.id)
    if found is None:
        raise not_found(call.id)
    return Response(200, found)


def _set_alert(call: Call) -> Response:
    """Whom Site Recovery writes to. Done at once, and 200 for a new one too."""
    vault, given = find_vault(call), call.body.get("properties") or {}
    properties = {
        "sendToOwners": given.get("sendToOwners"),
        "customEmailAddresses": given.get("customEmailAddresses") or [],
        "locale": given.get("locale"),
    }
    known = replication.find_record(vault, "alert_settings", call.id)
    if known is None:
        known = add(vault, "alert_settings", call["alert"], properties)
    known["properties"] = properties
    return Response(200, known)


def _systems(call: Call) -> Response:
    properties = {"supportedOsList": [{"instanceType": replication.AZURE_TO_AZURE, "supportedOs": _supported()}]}
    return Response(200, _document(find_vault(call), "replicationSupportedOperatingSystems", "Default", properties))


@functools.cache
def _supported() -> list[JSON]:
    """Systems and versions of ``data/replicated_systems.csv``; a version may name a service pack after a ``+``."""
    found: list[JSON] = []
    with (_DATA / "replicated_systems.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            versions = [dict(zip(("version", "servicePack"), each.split("+"))) for each in row["versions"].split()]
            found.append({"osName": row["name"], "osType": row["type"], "osVersions": versions})
    return found


def _document(vault: Resource, kind: str, name: str, properties: JSON) -> JSON:
    return {"id": f"{vault.id}/{kind}/{name}", "name": name, "type": f"{VAULT_TYPE}/{kind}", "properties": properties}
