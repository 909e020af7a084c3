"""The checks of what belongs to the vault: that it shows its endpoints, its identity, roles, storage and public access."""

from __future__ import annotations

import typing as t

from ...errors import RecoveryError
from ...resources.endpoint_connections import FINAL, connection_to, status_of
from ...resources.endpoints import connection_of
from ...resources.replication import trouble
from ...resources.storage_accounts import is_classic
from ...resources.storage_decisions import bypass_set, with_trusted_services
from ...resources.vault_freshness import STATES
from ...resources.vaults import denied, vault_detail
from ...wire import facts, get_path, provisioning
from ..gate import Gate, ok, refused, warning
from ..gates.proof import unproven
from ..grants import as_rows, grants_of
from ..held import holds
from ..inspection import Inspection
from ..plan import storage_roles
from ..rows import PlanRows
from .findings import Findings

#: How long the vault's copy of what its endpoints say is waited for, in seconds. Nobody has published how far it lags.
LAG = 300.0
RUN = "Run the sequence: it sets right what is not as wanted."


def await_vault(inspection: Inspection) -> None:
    """Wait until the vault shows what its Approved endpoints say; it learns of them later than they do.

    Without success the checks say what is missing, and so they do with what cannot be read.
    """

    def agreed() -> bool:
        approved = [
            endpoint.id
            for endpoint in inspection.desired.endpoints
            if connection_of(inspection.endpoint(endpoint.id) or {})["status"] == "Approved"
        ]
        if inspection.vault is None or not approved or not _lags(inspection, approved):
            return True
        inspection.forget_vault()
        return False

    if not inspection.check_mode:
        try:
            inspection.azure.until("the vault to show its private endpoints", agreed, timeout=LAG)
        except RecoveryError:
            return


def _shows_endpoints(inspection: Inspection) -> bool:
    """Whether the target says that it has private endpoints; true of one that has no property to say it with."""
    state = STATES.get(inspection.desired.sub_resource)
    return state is None or str(get_path(inspection.vault, f"properties.{state}") or "None").lower() == "enabled"


def _lags(inspection: Inspection, approved: t.Iterable[str]) -> bool:
    """Whether the vault may yet come to show these connections as Approved: one that it shows as over stays so."""
    shown = {status_of(connection_to(inspection.vault, endpoint_id)) for endpoint_id in approved}
    return not shown & set(FINAL) and (shown != {"Approved"} or not _shows_endpoints(inspection))


def check_vault(inspection: Inspection, public_access: str | None, found: Findings) -> t.Iterator[Gate]:
    """The vault exists, says it has private endpoints, and public access is as expected."""
    vault, subject = inspection.vault, inspection.desired.vault_id
    if vault is None:
        yield refused("vault", subject, f"{subject} does not exist.")
        return
    access = str(get_path(vault, "properties.publicNetworkAccess") or "Enabled")
    found.resources.append(
        {
            "kind": "vault",
            "id": subject,
            "name": vault["name"],
            "state": provisioning(vault),
            "detail": vault_detail(facts(vault)),
            "object_id": str(get_path(vault, "identity.principalId") or ""),
        }
    )
    if not _shows_endpoints(inspection):
        state = STATES[inspection.desired.sub_resource]
        yield refused("vault", subject, f"{subject} does not show private endpoints ({state} is not Enabled).")
    elif public_access and access.lower() != public_access.lower():
        yield refused(
            "vault", subject, f"Public network access of {subject} is {access}, expected {public_access}.", RUN
        )
    else:
        expected = f"; public network access is {access}, as expected" if public_access else ""
        shown = (
            "The vault has private endpoints"
            if inspection.desired.sub_resource in STATES
            else f"{vault['name']} exists"
        )
        yield ok("vault", subject, f"{shown}{expected}.")


def check_public_access(inspection: Inspection) -> t.Iterator[Gate]:
    """A vault that a run has finished denies public access where that was wanted.

    One without the mark is not finished yet, and while names are unproved the denial itself waits.
    """
    subject, open_ends = inspection.desired.vault_id, [*unproven(inspection), *(() if inspection.marked else ("mark",))]
    if inspection.vault is None or not inspection.desired.denial.due(open_ends):
        return
    if denied(inspection.vault):
        yield ok("public_access", subject, "The vault denies public network access, as wanted.")
    else:
        yield refused("public_access", subject, f"{subject} allows public network access, which is to be denied.", RUN)


def check_identity(inspection: Inspection) -> t.Iterator[Gate]:
    """The vault has its system-assigned identity, where the sequence wants it."""
    subject, kinds = inspection.desired.vault_id, str(get_path(inspection.vault, "identity.type") or "None")
    if inspection.vault is None or not inspection.desired.identity:
        return
    if "systemassigned" in kinds.lower():
        yield ok("identity", subject, "The vault has its system-assigned identity.")
    else:
        yield refused("identity", subject, f"{subject} has no system-assigned identity (identity is {kinds}).", RUN)


def check_roles(inspection: Inspection) -> t.Iterator[Gate]:
    """The vault's identity has the roles the sequence gives it."""
    desired, principal = inspection.desired, str(get_path(inspection.vault, "identity.principalId") or "")
    wanted: list[t.Mapping[str, t.Any]] = [
        *desired.role_assignments,
        *as_rows(grants_of(desired)),
        *(storage_roles(inspection) if desired.storage_roles else []),
    ]
    if not wanted or not principal:
        return
    missing = [f"{row['role']} at {row['scope']}" for row in wanted if not holds(inspection, row)]
    if missing:
        yield refused(
            "roles",
            inspection.desired.vault_id,
            f"The vault's identity ({principal}) lacks {', '.join(missing)}.",
            RUN,
            missing,
        )
    else:
        yield ok("roles", inspection.desired.vault_id, f"The vault's identity has its {len(wanted)} role assignments.")


def missing_storage_roles(inspection: Inspection) -> list[str]:
    """What replication lacks on storage accounts, as text: an account, or roles of the vault's identity on one.

    https://learn.microsoft.com/azure/site-recovery/azure-to-azure-how-to-enable-replication-private-endpoints: the identity
    needs them before replication is enabled. In check mode what the run is to give is not missing.
    """
    desired = inspection.desired
    if not desired.sequence.needs_accounts:
        return []
    if not desired.storage_accounts:
        return ["the cache storage account: none is named (storage_accounts)"]
    if inspection.check_mode and desired.storage_roles:
        return []
    principal = str(get_path(inspection.vault, "identity.principalId") or "")
    rows = storage_roles(inspection)
    return [f"{row['role']} at {row['scope']}" for row in rows if not principal or not holds(inspection, row)]


def foresees_protection(inspection: Inspection, plan: PlanRows) -> bool:
    """Whether a run that goes as check mode shows it comes to replicate the machines that were named."""
    named = bool(inspection.desired.protected_machines)
    return named and not plan["unproven"] and not missing_storage_roles(inspection)


def check_replication(inspection: Inspection) -> t.Iterator[Gate]:
    """No machine the vault replicates is in trouble."""
    for item in inspection.replicated:
        wrong, name = trouble(item), get_path(item, "properties.friendlyName") or item.get("name")
        if wrong:
            # A machine that is switched off is in trouble too: that is no proof of a way that is closed.
            yield warning(
                "replication", str(item["id"]), f"{name} is replicated, but {wrong}.",
                "Look at the vault's Site Recovery jobs: a way that is not open shows there too.",
            )  # fmt: skip
        else:
            yield ok("replication", str(item["id"]), f"{name} is replicated and healthy.")


def check_trusted_services(inspection: Inspection) -> t.Iterator[Gate]:
    """The firewalls of the storage accounts let trusted Microsoft services through, where the sequence sees to that."""
    if not inspection.desired.trusted_services:
        return
    for wanted in inspection.desired.storage_accounts:
        account = None if is_classic(wanted["id"]) else inspection.storage_account(wanted["id"])
        if account is None:
            continue
        held = bypass_set(get_path(account.document, "properties.networkAcls.bypass"))
        if with_trusted_services(held, wanted=True) == held:
            yield ok("trusted_services", wanted["id"], "Trusted Microsoft services may pass the account's firewall.")
        else:
            yield refused(
                "trusted_services", wanted["id"],
                f"The firewall of {wanted['id']} does not let trusted Microsoft services through.", RUN,
            )  # fmt: skip
