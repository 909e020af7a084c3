"""What the steps of a run answered, as its report takes it: what it is about, how it ended and what a person has to do."""

from __future__ import annotations

import typing as t

from ..wire import JSON
from .catalog import SEQUENCES
from .checklists import CHECKLISTS
from .public_access import DENIALS

#: The task of the report's results that enables replication.
PROTECTION = "Protection"


def handed_over(options: t.Mapping[str, t.Any], *, check_mode: bool) -> JSON:
    """The report's options that follow from ``sequence``, ``preflight`` and ``verification``; none without a sequence.

    A run waits when a person has to approve, to prove, or both before what was asked for can be done.
    """
    sequence = options.get("sequence")
    if not sequence:
        return {}
    preflight, verification = options.get("preflight") or {}, options.get("verification") or {}
    plan, names = preflight.get("plan") or {}, verification.get("names") or []
    entry, pending = options["entry_point"], options.get("pending") or []
    unproven = verification.get("unproven", plan.get("unproven")) or []
    result = "checked" if entry == "preflight" and options["result"] == "auto" else options["result"]
    ready = result == "auto" and bool(verification.get("ready_to_protect"))
    lacking = verification.get("storage_lacks") or []
    table, checklist = (
        SEQUENCES[sequence["name"]],
        _checklist(str(sequence.get("name")), str(sequence.get("variant") or ""), entry),
    )
    waits = pending or lacking or plan.get("denial_waits") or _unprotected(sequence, options.get("results") or [])
    waits = waits or any(row.waited_for for row in CHECKLISTS[checklist])
    vault = sequence.get("vault") or {}
    return {
        "result": "waiting" if waits and result == "auto" and not check_mode else result,
        "ready_to_protect": None if entry == "teardown" or not table.protects else ready,
        "subject": {
            "vault": plan.get("vault_id", vault.get("name")),
            "location": plan.get("location", vault.get("location")),
            "dns_mode": sequence.get("dns_mode"),
            "zones": plan.get("zone_names", []),
            **({} if table.target.word == "vault" else {"kind": table.target.word}),
            **({"verdict": verification["verdict"]} if "verdict" in verification else {}),
        },
        "gates": [*(preflight.get("gates") or ()), *(verification.get("checks") or ())],
        "names": names,
        "endpoints": plan.get("all_endpoints") or [],
        "plan": plan.get("outlook") or [],
        "access": _access(sequence, plan),
        **{name: verification.get(name) or [] for name in ("resources", "records", "links")},
        "checklist": checklist,
        "target_made": bool(plan.get("vault_exists") or sequence.get("endpoints")),
        "manual_steps": [
            *([_approve(pending)] if pending else ()),
            *([HAND_OVER] if options.get("record_files") and names else ()),
            *([_prove(unproven, denies=_denies_after_proof(sequence))] if unproven else ()),
            *([_give(lacking)] if lacking else ()),
        ],
    }


def _access(sequence: t.Mapping[str, t.Any], plan: t.Mapping[str, t.Any]) -> list[JSON]:
    """Who needs which role, or which actions, at which scope."""
    vault, principal = str((sequence.get("vault") or {}).get("name") or ""), plan.get("principal_id") or ""
    roles = [
        *(sequence.get("role_assignments") or ()),
        *((plan.get("storage_roles") or ()) if sequence.get("storage_roles") else ()),
    ]
    return [
        *(
            {
                "role": role.get("role"),
                "scope": role.get("scope"),
                "principal": f"identity of the vault {vault}",
                "principal_id": principal,
                "reason": "The vault reaches storage and networks with its own identity.",
            }
            for role in roles
        ),
        *(
            {
                "scope": row["scope"],
                "principal": "who runs the sequence",
                "principal_id": plan.get("operator") or "",
                "actions": row["actions"],
                "reason": "What the run reads and writes there.",
            }
            for row in plan.get("required_actions") or ()
        ),
    ]


def _checklist(name: str, variant: str, entry: str) -> str:
    if f"{name}_{entry}" in CHECKLISTS:
        return f"{name}_{entry}"
    return f"{name}_{variant}" if f"{name}_{variant}" in CHECKLISTS else name


def _unprotected(sequence: t.Mapping[str, t.Any], results: t.Iterable[t.Mapping[str, t.Any]]) -> bool:
    """Whether machines were named and the step that enables their replication was left out."""
    left_out = any(row.get("task") == PROTECTION and (row.get("result") or {}).get("skipped") for row in results)
    return bool(sequence.get("protected_machines")) and left_out


def _give(lacking: t.Sequence[str]) -> JSON:
    return {
        "id": "storage-roles",
        "what": f"Replication lacks {'; '.join(lacking)}. Name the accounts (site_recovery_storage_accounts), and let the role give the "
        "roles (site_recovery_storage_roles) or give them yourself, then run again.",
        "who": "operator",
        "why": "Without these roles the vault's identity cannot reach the storage, and enabling replication fails after it has begun. "
        "https://learn.microsoft.com/azure/site-recovery/azure-to-azure-how-to-enable-replication-private-endpoints",
        "evidence": "a later report that says: ready to protect",
        "done": False,
    }


def _denies_after_proof(sequence: t.Mapping[str, t.Any]) -> bool:
    return DENIALS[str(sequence.get("public_network_access") or "unchanged")].proof_first


def _prove(endpoints: t.Sequence[str], *, denies: bool) -> JSON:
    cut = "denying public network access now could cut every consumer off, and " if denies else ""
    return {
        "id": "prove-then-deny" if denies else "prove-names",
        "what": f"Give {', '.join(endpoints)} a dns_server or consumers and run again, once the DNS servers there have the records: "
        "every name is proved then, and what waits for that is done.",
        "who": "operator",
        "why": f"Nobody has asked the DNS servers of these networks for the names yet: {cut}what is protected now may not find the vault.",
        "evidence": "every name resolved in a later report",
        "done": False,
    }


def _approve(connections: t.Sequence[str]) -> JSON:
    return {
        "id": "approve-connections",
        "what": f"Approve the pending connections of {', '.join(connections)}, then run again.",
        "who": "owner of the vault",
        "why": "Names, records and proof follow only once the connections are Approved.",
        "evidence": "the connections' state on the vault",
        "done": False,
    }


HAND_OVER: JSON = {
    "id": "hand-over-records",
    "what": "Have the records of each endpoint's files (directory records, beside this report) entered into the DNS servers of that "
    "endpoint's network, and of no other, then run verify.",
    "who": "owner of the DNS servers",
    "why": "With dns_mode custom nobody else writes them, and the same names have another address on the other side.",
    "evidence": "every name resolved in the report of verify, once its endpoint has a DNS server or consumers to ask",
    "done": False,
}
