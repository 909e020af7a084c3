"""Whether a vault may still be given its first private endpoint.

A vault on which protection was ever attempted, even in vain, can never use private endpoints
(https://learn.microsoft.com/azure/backup/private-endpoints, FAQ). So emptiness is necessary, not sufficient, and what
cannot be known is not fresh.
"""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial

from ..azure.client import Azure
from ..errors import Forbidden
from ..ids import fold_id, parse_id
from ..wire import JSON, get_path, parse_time
from .vault_contents import BACKUP_API_VERSION, contents, counters, gather, listed
from .vaults import TYPE, connections

ACTIVITY_API_VERSION = "2015-04-01"
RESOURCES_API_VERSION = "2021-04-01"
# https://learn.microsoft.com/azure/azure-monitor/essentials/activity-log: events are kept for 90 days.
ACTIVITY_DAYS = 89
# A vault once given private endpoints while fresh may take more later, even after all were removed.
# Followed by the sub-resource in lower case; its value is ``true``.
BORN_TAG = "privatelink-born-"

STATES = {"AzureBackup": "privateEndpointStateForBackup", "AzureSiteRecovery": "privateEndpointStateForSiteRecovery"}

# Jobs are history, not contents: they show attempts, and do not keep a vault from being deleted.
HISTORY: tuple[tuple[str, str, str, str], ...] = (("backup job", "backupJobs", BACKUP_API_VERSION, ""),)

# Operations below a vault that attempt protection or registration, and those that certainly do not.
ATTEMPTS = (
    "/backupfabrics", "/backupjobs", "/backupprotectionintent", "/registeredidentities", "/replicationfabrics",
    "/replicationprotecteditems", "/replicationmigrationitems", "/backupvalidateoperation", "/backupprotectionintents",
)  # fmt: skip
HARMLESS = (
    "/write", "/delete", "/read", "/privateendpointconnection", "/extendedinformation", "/backupconfig",
    "/backupstorageconfig", "/backuppolicies", "/backupencryptionconfigs", "/backupresourceguardproxies", "/monitoring",
    "/providers/microsoft.insights", "/operationstatus", "/operationresults", "/joinprivate", "/certificates/read",
    "/replicationvaultsettings", "/replicationalertsettings", "/replicationpolicies", "/usages", "/tokeninfo",
)  # fmt: skip


@dataclass(frozen=True)
class Freshness:
    """The verdict on one vault and sub-resource.

    ``state``: ``absent`` (will be created), ``private`` (has or had endpoints of the group, may take more), ``fresh``,
    ``used`` or ``unknown``. ``evidence`` lists what was found, ``reason`` says why in one sentence.
    """

    vault_id: str
    state: t.Literal["absent", "private", "fresh", "used", "unknown"]
    reason: str
    evidence: tuple[str, ...] = ()
    attested: bool = False

    @property
    def allowed(self) -> bool:
        """Whether a private endpoint may be created."""
        return self.state in ("absent", "private", "fresh") or (self.state == "unknown" and self.attested)

    @property
    def remedy(self) -> str:
        """What the operator can do."""
        if self.state == "used":
            return (
                "This cannot be undone: create a new vault and its private endpoints before protecting anything there."
            )
        if self.state == "unknown":
            return (
                "If you know for certain that nothing was ever protected or registered with this vault, attest it "
                "(freshness_attested: true); otherwise use a new vault."
            )
        return ""


@dataclass(frozen=True)
class History:
    """What the activity log shows. ``complete`` means it reaches back to the vault's creation."""

    complete: bool
    why: str = ""
    attempts: tuple[str, ...] = ()
    unclear: tuple[str, ...] = field(default=())


def examine(azure: Azure, resource_id: str, sub_resource: str, vault: JSON | None, *, attested: bool) -> Freshness:
    """Read everything the verdict on ``vault`` (None: absent) needs, GET only, and judge. Errors propagate."""
    early = judge_connections(resource_id, vault, sub_resource)
    if early is not None:
        return early
    questions: list[t.Callable[[], t.Any]] = [
        partial(contents, azure, resource_id),
        partial(gather, azure, resource_id, HISTORY),
        partial(counters, azure, resource_id),
        partial(read_history, azure, resource_id),
    ]
    held, jobs, counted, history = azure.together(questions)
    return judge(resource_id, [*held, *jobs, *counted], history, attested=attested)


def judge_connections(resource_id: str, vault: JSON | None, sub_resource: str) -> Freshness | None:
    """The verdict that needs no further reading: no vault yet, or one that already has endpoints of the group.

    An endpoint for cross-region restore (``AzureBackup_secondary``) may be made after protection, so it asks for nothing,
    and having one says nothing about the others:
    https://learn.microsoft.com/azure/backup/backup-azure-private-endpoints-configure-manage.
    """
    if vault is None:
        return Freshness(resource_id, "absent", "The vault does not exist yet and will be created fresh.")
    group = sub_resource.lower()
    if group.endswith("_secondary"):
        return Freshness(
            resource_id, "private", f"An endpoint for {sub_resource} may be made before and after protection."
        )
    known = [
        item
        for item in connections(vault)
        if group in [str(value).lower() for value in get_path(item, "properties.groupIds") or []]
    ]
    state = next((key for name, key in STATES.items() if name.lower() == group), "")
    if known and str(get_path(vault, f"properties.{state}") or "").lower() == "enabled":
        return Freshness(
            resource_id,
            "private",
            f"The vault already has {len(known)} private endpoint(s) for {sub_resource} and may take more.",
        )
    if says_so(vault.get("tags"), BORN_TAG + group):
        return Freshness(
            resource_id,
            "private",
            f"The vault's tag {BORN_TAG}{group} says it had private endpoints for {sub_resource} from the start.",
        )
    return None


def says_so(tags: t.Mapping[str, t.Any] | None, name: str) -> bool:
    """Whether a tag is ``true``.

    Azure compares tag names without case: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
    """
    return any(key.lower() == name and str(value).lower() == "true" for key, value in (tags or {}).items())


def judge(resource_id: str, evidence: t.Sequence[str], history: History, *, attested: bool) -> Freshness:
    """The verdict on an existing vault without endpoints of the group."""
    found = [*evidence, *history.attempts]
    if found:
        return Freshness(
            resource_id,
            "used",
            f"The vault is or was in use: {listed(found)}; it can never use private endpoints.",
            tuple(found),
        )
    if history.unclear:
        return Freshness(
            resource_id, "unknown", f"The activity log shows operations of unknown effect: {listed(history.unclear)}.",
            history.unclear, attested,
        )  # fmt: skip
    if not history.complete:
        return Freshness(resource_id, "unknown", f"Nothing speaks against the vault, but {history.why}.", (), attested)
    return Freshness(resource_id, "fresh", "Nothing was ever protected or registered, nor was it attempted.")


def read_history(azure: Azure, resource_id: str) -> History:
    """What the activity log of the last 90 days shows of the vault. A log that may not be read is not complete."""
    parsed = parse_id(resource_id, TYPE)
    since = datetime.fromtimestamp(time.time() - ACTIVITY_DAYS * 86400, timezone.utc)
    query = (
        f"eventTimestamp ge '{since.strftime('%Y-%m-%dT%H:%M:%SZ')}' and resourceGroupName eq '{parsed.resource_group}'"
    )
    log = f"/subscriptions/{parsed.subscription_id}/providers/Microsoft.Insights/eventtypes/management/values"
    chosen = {"$filter": query, "$select": "operationName,status,resourceId,eventTimestamp"}
    questions: list[t.Callable[[], t.Any]] = [
        partial(azure.list, log, ACTIVITY_API_VERSION, **chosen),
        partial(_created, azure, resource_id),
    ]
    try:
        events, created = azure.together(questions)
    except Forbidden as error:
        return History(False, f"the activity log cannot be read ({error.code})")
    attempts, unclear = classify(events, resource_id, created)
    if created is None:
        return History(False, "its age is not known", attempts, unclear)
    complete = created >= since
    return History(complete, f"it was created on {created:%Y-%m-%d}, before the activity log begins", attempts, unclear)


def classify(
    events: t.Iterable[JSON], resource_id: str, created: datetime | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split a group's events into (attempts at protection, operations of unknown effect) on one vault.

    What is older than the vault happened to one of the same name that was deleted; with its age unknown, all counts.
    """
    prefix, kind = fold_id(resource_id), TYPE.lower()
    attempts: dict[str, None] = {}
    unclear: dict[str, None] = {}
    for event in events:
        operation = str(get_path(event, "operationName.value") or "").lower()
        where = fold_id(str(event.get("resourceId") or ""))
        if not (where == prefix or where.startswith(prefix + "/")) or not operation.startswith(kind):
            continue
        happened = parse_time(str(event.get("eventTimestamp") or ""))
        if created and happened and happened < created:
            continue
        rest = operation[len(kind) :]
        phrase = f"{get_path(event, 'operationName.value')} ({get_path(event, 'status.value') or 'unknown status'})"
        if rest.startswith(ATTEMPTS):
            attempts[phrase] = None
        elif not (rest.startswith(HARMLESS) or rest.endswith("/read")):
            unclear[phrase] = None
    return tuple(attempts), tuple(unclear)


def _created(azure: Azure, resource_id: str) -> datetime | None:
    parsed = parse_id(resource_id, TYPE)
    items = azure.list(
        f"{parsed.group_id}/resources",
        RESOURCES_API_VERSION,
        **{"$filter": f"resourceType eq '{TYPE}'", "$expand": "createdTime"},
    )
    mine = next((item for item in items if fold_id(item.get("id")) == fold_id(resource_id)), {})
    return parse_time(str(mine.get("createdTime") or ""))
