"""The ``preflight`` module: all gates of a sequence, and the plan its steps follow."""

from __future__ import annotations

import typing as t
from functools import partial

from ..dns.modes import owns_zones
from ..dns.private_dns import ours
from ..engine.runner import Task
from ..errors import Refusal
from ..ids import fold_id, parse_id, unique_ids
from ..resources.storage_accounts import is_classic
from ..resources.storage_decisions import accounts_needing_roles
from ..sequences.desired import EndpointWish, StorageEndpoint, wish_of
from ..sequences.gate import Gate, run_gates, summary
from ..sequences.gates.access import FOUNDATION, registrations
from ..sequences.gates.locks import teardown_locks
from ..sequences.gates.proof import unproven
from ..sequences.gates.replication import SITE_RECOVERY_GATES, replication
from ..sequences.gates.teardown import in_use, permissions
from ..sequences.gates.vault import BACKUP_GATES, BEFORE_ENDPOINT
from ..sequences.inspection import Check, Inspection
from ..sequences.settled import JUDGES
from ..wire import JSON, get_path

GATES: dict[str, tuple[tuple[str, Check], ...]] = {"backup": BACKUP_GATES, "site_recovery": SITE_RECOVERY_GATES}
TEARDOWN_GATES: dict[str, tuple[tuple[str, Check], ...]] = {
    "backup": (("permissions", permissions), ("in_use", in_use), ("locks", teardown_locks)),
    "site_recovery": (("permissions", permissions), ("replication", replication), ("locks", teardown_locks)),
}


#: What can be said of a run whose gates are closed, by the stage that asked them.
NOTHING = "Nothing was written."
SAFE = {"before_endpoint": "No private endpoint was made."}


class GatesClosed(Refusal):
    """At least one gate is closed; the verdicts go with the error."""

    def __init__(self, message: str, gates: list[JSON]) -> None:
        super().__init__(message)
        self.gates = gates

    def facts(self) -> dict[str, t.Any]:
        """The verdicts, for rescue blocks and reports."""
        return {"gates": self.gates}


def run_preflight(task: Task) -> JSON:
    """Serve the ``preflight`` module."""
    look = Inspection(task, wish_of(task))
    stage = task.options["stage"]
    if stage == "providers":
        providers = {"providers": registrations(look)}
        return {"changed": False, "passed": True, "message": "", "gates": [], "plan": providers}
    gates: list[Gate] = []
    for row in FOUNDATION if stage == "all" else ():
        if not blind(gates):
            gates += run_gates(_bound([row], look))
    if not blind(gates):
        gates += run_gates(_bound(_chosen(stage, task.options["sequence"]), look))
    for gate in gates:
        if gate.verdict == "warning" and stage in ("all", "teardown"):
            task.warn(f"[{gate.name}] {gate.message} {gate.remedy}".strip())
    message = summary(gates)
    verdicts = [gate.as_dict() for gate in gates]
    if message and task.options["enforce"]:
        raise GatesClosed(f"{SAFE.get(stage, NOTHING)} {message}", verdicts)
    known = plan(look, proving=stage == "all") if stage in ("plan", "teardown") or _plannable(gates) else {}
    if known and not message:
        known["settled"] = {name: judge(look, known) for name, judge in JUDGES.get(stage, {}).items()}
    return {"changed": False, "passed": not message, "message": message, "gates": verdicts, "plan": known}


def _chosen(stage: str, sequence: str) -> list[tuple[str, Check]]:
    """The gates that a stage asks, in order."""
    if stage == "teardown":
        return list(TEARDOWN_GATES[sequence])
    return [
        row for row in GATES[sequence] if stage == "all" or (stage == "before_endpoint" and row[0] in BEFORE_ENDPOINT)
    ]


def plan(look: Inspection, *, proving: bool) -> JSON:
    """What the steps of a sequence need: ids, zones with the networks to link, endpoints in order.

    ``proving`` also tells whose names nobody proves, for which the networks are looked at.
    """
    vault = parse_id(look.wish.vault_id)
    endpoints = [_endpoint(look, endpoint, look.wish.sub_resource) for endpoint in look.wish.endpoints]
    storage = [_endpoint(look, endpoint, "blob") for endpoint in look.storage_endpoints]
    nobody_asks = unproven(look) if proving else {}
    wanted = look.wish.public_network_access
    return {
        "vault_id": look.wish.vault_id,
        "vault_exists": look.vault is not None,
        "subscription_id": vault.subscription_id,
        "principal_id": str(get_path(look.vault, "identity.principalId") or ""),
        "location": look.location,
        "recovery_location": look.recovery_location if proving else "",
        "zone_names": look.zone_names,
        "writer": look.wish.writer,
        "zones": zones(look) if owns_zones(look.wish.writer) else [],
        "storage_roles": storage_roles(look),
        "trusted_accounts": [account["id"] for account in look.wish.storage_accounts if not is_classic(account["id"])],
        "endpoints": endpoints,
        "all_endpoints": [*endpoints, *storage],
        "mark": look.mark,
        "marked": look.marked,
        "unproven": list(nobody_asks),
        "denied": wanted == "before_endpoint" or (wanted == "after_verify" and not nobody_asks),
        "denial_waits": wanted == "after_verify" and bool(nobody_asks),
    }


def zones(look: Inspection) -> list[JSON]:
    """The zones of all endpoints, each once, with the networks that are to resolve its names."""
    wanted = look.planned_zones
    networks: dict[str, list[str]] = {}
    for zone, more in wanted:
        networks[fold_id(zone)] = unique_ids([*networks.get(fold_id(zone), ()), *more])
    return [
        {
            "name": zone.name,
            "resource_group": zone.resource_group,
            "subscription_id": zone.subscription_id,
            "virtual_networks": networks[fold_id(zone.text)],
        }
        for zone in map(parse_id, unique_ids(zone for zone, _networks in wanted))
    ]


def storage_roles(look: Inspection) -> list[JSON]:
    """The roles the vault's identity needs, account by account: ``{scope, role}``; accounts that are absent have none."""
    accounts = look.wish.storage_accounts
    if not accounts:
        return []
    named = {
        use: [account["id"] for account in accounts if account["use"] == use] for use in ("cache", "source", "target")
    }
    needed = accounts_needing_roles(look.wish.options["disk_model"], **named)
    found = [(scope, look.storage_account(scope)) for scope in needed]
    return [{"scope": scope, "role": role} for scope, account in found if account for role in account.roles_needed]


def _endpoint(look: Inspection, endpoint: EndpointWish | StorageEndpoint, sub_resource: str) -> JSON:
    """What the steps need of one endpoint, whatever it leads to; what was not asked for is None."""
    place, found, asked = parse_id(endpoint.id), look.endpoint(endpoint.id), endpoint.asked
    return {
        "id": endpoint.id,
        "name": endpoint.name,
        "resource_group": place.resource_group,
        "subscription_id": place.subscription_id,
        "subnet": endpoint.subnet,
        "target": look.target_of(endpoint),
        "sub_resource": sub_resource,
        "zone_ids": look.zone_ids(endpoint) if owns_zones(look.wish.writer) else [],
        "virtual_networks": list(endpoint.virtual_networks),
        "exists": found is not None,
        "ours": ours((found or {}).get("tags")),
        **{name: asked.get(name) for name in ("tags", "consumers", "side")},
        **{name: asked.get(name) or None for name in ("manual", "request_message")},
        **look.dns_server(endpoint),
    }


def blind(gates: t.Iterable[Gate]) -> bool:
    """Whether a closed gate keeps the others from being judged: nothing can be read, or nothing is there."""
    return any(
        not gate.passed and (gate.name != "permissions" or any(item.endswith("/read") for item in gate.evidence))
        for gate in gates
    )


def _bound(
    gates: t.Iterable[tuple[str, Check]], look: Inspection
) -> list[tuple[str, t.Callable[[], t.Iterable[Gate]]]]:
    return [(name, partial(check, look)) for name, check in gates]


def _plannable(gates: t.Iterable[Gate]) -> bool:
    return any(gate.name == "zone_names" and gate.passed for gate in gates)
