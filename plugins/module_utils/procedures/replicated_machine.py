"""The ``replicated_machine`` module."""

from __future__ import annotations

from functools import partial

from ..engine.plan import Plan
from ..engine.runner import Task
from ..engine.work import Work
from ..errors import InputError, Refusal
from ..ids import parse_id, region
from ..resources.endpoint_connections import endpoint_of
from ..resources.endpoint_names import NETWORK_API_VERSION
from ..resources.endpoints import connection_of
from ..resources.replication import Part, check_machine, item_name, parts, trouble
from ..resources.vault_contents import SITE_RECOVERY_API_VERSION, item_of, replicated_items
from ..resources.vaults import TYPE as VAULT_TYPE
from ..resources.vaults import connections, read_vault
from ..wire import JSON, facts, get_path


def enable_replication(task: Task) -> JSON:
    """Serve the ``replicated_machine`` module."""
    options = task.options
    vault_id = parse_id(options["vault"], VAULT_TYPE, option="vault").text
    machine = check_machine(options)
    source, recovery = region(options["source_location"]), region(options["recovery_location"])
    if source == recovery:
        raise InputError(f"source_location and recovery_location are both {source}.")
    items = replicated(task, vault_id)
    existing = item_of(items, machine)
    if existing is not None:
        judge(task, existing, machine)
        return {"changed": False, "diff": [], "id": existing["id"], "state": facts(existing), "created": []}
    refuse_without_endpoints(task, vault_id)
    made = parts(vault_id, machine, source, recovery, {**options, "name": item_name(items, machine)})
    missing = [part for part in made if task.azure.find(part.id, SITE_RECOVERY_API_VERSION) is None]
    plans = [Plan("create", part.id, {}, part.body, part.body) for part in missing]
    document: JSON | None = None
    if not task.check_mode:
        waits = {part.id: task.options["wait"] or part is not missing[-1] for part in missing}
        Work().do([(part.what, partial(create, task, part, wait=waits[part.id])) for part in missing])
        document = task.azure.find(made[-1].id, SITE_RECOVERY_API_VERSION)
        if document is not None and task.options["wait"]:
            judge(task, document, machine)
    return {
        "changed": bool(missing),
        "diff": [plan.diff() for plan in plans],
        "id": made[-1].id,
        "state": facts(document),
        "created": [part.what for part in missing],
    }


def create(task: Task, part: Part, *, wait: bool) -> None:
    """Create one part. All but the last are to be waited for: the next one needs it."""
    task.context.progress(f"creating the {part.what}")
    task.azure.put(part.id, SITE_RECOVERY_API_VERSION, part.body, wait=wait)


def replicated(task: Task, vault_id: str) -> list[JSON]:
    """The replicated items of the vault, whoever made them."""
    if read_vault(task.azure, vault_id) is None:
        if task.check_mode:
            return []
        raise Refusal(f"{vault_id} does not exist.", remedy="Run the Site Recovery role first.")
    return replicated_items(task.azure, vault_id)


def judge(task: Task, item: JSON, machine: str) -> None:
    """Raise Refusal for a machine whose replication could not be switched on; warn of other trouble.

    Such an item stays and looks like any other until somebody removes it.
    """
    state, wrong = str(get_path(item, "properties.protectionState") or "").lower(), trouble(item)
    if state.endswith("failed") and state.startswith(("enabl", "initialreplication")):
        raise Refusal(
            f"{machine} is not protected: {wrong} ({item['id']}).",
            remedy="Look at the vault's Site Recovery jobs, disable replication of the machine, and run again.",
        )
    if wrong:
        task.warn(f"{machine} is replicated, but {wrong} ({item['id']}). Look at the vault's Site Recovery jobs.")


def refuse_without_endpoints(task: Task, vault_id: str) -> None:
    """Protecting first would close the vault to private endpoints for good, so an Approved endpoint must be there.

    What an endpoint itself says counts: the vault's copy may be older. One that is not Approved yet is reported as a warning;
    in check mode, in which earlier tasks wrote nothing, that there is none, too.
    """
    vault = read_vault(task.azure, vault_id)
    if vault is None:
        return
    mine = [
        endpoint_of(item)
        for item in connections(vault)
        if "azuresiterecovery" in [str(group).lower() for group in get_path(item, "properties.groupIds") or []]
    ]
    statuses = {
        endpoint: connection_of(task.azure.find(endpoint, NETWORK_API_VERSION))["status"]
        for endpoint in mine
        if endpoint
    }
    may_come = not statuses or "Pending" in statuses.values()
    if "Approved" not in statuses.values() and may_come and task.check_mode:
        task.warn(
            f"{vault_id} has no Approved private endpoint for AzureSiteRecovery yet; the real run refuses unless an earlier task "
            "brings one about."
        )
        return
    if "Approved" not in statuses.values():
        raise Refusal(
            f"{vault_id} has no Approved private endpoint for AzureSiteRecovery; replication is not switched on.",
            remedy="Create and approve the endpoints first: a vault protected before can never use private endpoints.",
        )
    waiting = [endpoint for endpoint, status in statuses.items() if status == "Pending"]
    if waiting:
        task.warn(
            f"{', '.join(waiting)} is Pending: without it failover and reprotection find no private way on its side."
        )
