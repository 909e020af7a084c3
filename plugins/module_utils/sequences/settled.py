"""What a run need not touch, because what was read of it is as wanted: judged by the modules' own decisions."""

from __future__ import annotations

import typing as t

from ..dns.private_dns import ZONE
from ..dns.zone_decisions import DesiredLinks, ZoneState, plan_links, plan_zone
from ..dns.zone_groups import DEFAULT_NAME, group_settled
from ..engine.plan import Plan
from ..engine.resource import ENDED, wanted_tags
from ..errors import NotFound, Refusal
from ..ids import build_id, fold_id
from ..resources.endpoints import connection_of, plan_endpoint
from ..resources.providers import registration_state
from ..resources.roles import matching, stated_guid
from ..resources.storage_accounts import by_perimeter
from ..resources.storage_decisions import trusts_azure
from ..resources.vaults import VAULT, denied, identity_body
from ..wire import get_path, provisioning
from .gates.access import RENEW, registrations
from .held import holds
from .inspection import Inspection
from .marks import noted
from .rows import EndpointRow, ZoneRow
from .rows import Plan as Known

#: Judges by what was read and by the plan.
Judge = t.Callable[[Inspection, Known], bool]


def endpoints_settled(inspection: Inspection, plan: Known) -> bool:
    """Whether every endpoint of a plan is as its row says, ready and approved."""
    return all(_endpoint(inspection, row) for row in plan["all_endpoints"])


def zones_settled(inspection: Inspection, plan: Known) -> bool:
    """Whether every zone of a plan is there and linked to the networks its row names."""
    return all(_zone(inspection, row) for row in plan["zones"])


def dns_settled(inspection: Inspection, plan: Known) -> bool:
    """Whether no record is left to be brought about: always where others write them, never where we write them.

    Ours are compared one by one, no matter who changed them. Azure writes them for a zone group that has its zones.
    """
    mode = inspection.desired.mode
    if not mode.makes_zones:
        return True
    return mode.makes_groups and all(_zone_group(inspection, row) for row in plan["all_endpoints"])


def public_access_settled(inspection: Inspection, plan: Known) -> bool:
    """Whether the vault says that it was private from the start, and denies public access where that is wanted by now."""
    return noted(inspection) and not (plan["denied"] and not denied(inspection.vault))


def vault_settled(inspection: Inspection, plan: Known) -> bool:
    """Whether the vault is as its own step would make it; public network access denied at last is another's business."""
    desired, current, vault_id = inspection.desired, inspection.vault, plan["vault_id"]
    if desired.sequence.settled:
        return desired.sequence.settled(inspection, plan)
    if current is None or provisioning(current) != "succeeded":
        return False
    values = {
        "location": plan["location"],
        "storage_redundancy": desired.storage_redundancy or None,
        "cross_region_restore": desired.cross_region_restore or None,
        "public_network_access": plan["access_first"] or None,
        "tags": wanted_tags(current, desired.tags, True),
    }
    return not _changes(
        lambda: [
            VAULT.plan(vault_id, current, values, extra=identity_body(plan["identity"] or None, current, vault_id))
        ]
    )


def roles_settled(inspection: Inspection, plan: Known) -> bool:
    """Whether the vault's identity has the roles that were asked for."""
    return _hold(inspection, inspection.desired.role_assignments)


def grants_settled(inspection: Inspection, plan: Known) -> bool:
    """Whether the identity of a classic vault has what it needs for its storage endpoints."""
    return bool(inspection.principal) and all(holds(inspection, row) for row in plan["grants"])


def storage_roles_settled(inspection: Inspection, plan: Known) -> bool:
    """Whether the vault's identity has its roles on the storage accounts."""
    return _hold(inspection, plan["storage_roles"])


def storage_access_settled(inspection: Inspection, plan: Known) -> bool:
    """Whether every account lets trusted Microsoft services through, and no perimeter makes that a thing to warn of."""
    documents = [account.document for account in map(inspection.storage_account, plan["trusted_accounts"]) if account]
    return len(documents) == len(plan["trusted_accounts"]) and all(
        trusts_azure(get_path(document, "properties.networkAcls.bypass")) and not by_perimeter(document)
        for document in documents
    )


def providers_settled(inspection: Inspection, plan: Known) -> bool:
    """Whether every resource provider that takes part is registered; renewing one is never seen to be done."""
    return inspection.desired.provider_registration != RENEW and all(
        registration_state(inspection.provider(row["subscription_id"], row["namespace"])) == "Registered"
        for row in registrations(inspection)
    )


def roles_comparable(inspection: Inspection) -> bool:
    """Whether assignments alone say that roles are held: the name of a custom role is looked up by the step."""
    return all(stated_guid(row["role"]) for row in inspection.desired.role_assignments)


def _hold(inspection: Inspection, rows: t.Sequence[t.Mapping[str, t.Any]]) -> bool:
    principal = inspection.principal
    try:
        return bool(principal) and all(
            (guid := stated_guid(row["role"])) and matching(inspection.assignments(row["scope"]), principal, guid)
            for row in rows
        )
    except NotFound:
        return False  # the scope is yet to be made


def _endpoint(inspection: Inspection, row: EndpointRow) -> bool:
    document = inspection.endpoint(row["id"])
    ready = provisioning(document) == "succeeded" and connection_of(document)["status"] == "Approved"
    return ready and not _changes(lambda: [plan_endpoint(row["id"], document, row)[1]])


def _zone(inspection: Inspection, row: ZoneRow) -> bool:
    zone_id = build_id(row["subscription_id"], row["resource_group"], ZONE, row["name"])
    zone = inspection.zone(zone_id)
    if zone is None or any(provisioning(found) not in ENDED for found in (zone["document"], *zone["links"])):
        return False
    state = ZoneState(zone_id, zone["document"], tuple(zone["links"]))
    desired = DesiredLinks({fold_id(zone_id): tuple(row["virtual_networks"])})
    return not _changes(lambda: [plan_zone(state, desired.tags), *plan_links(state, desired)])


def _zone_group(inspection: Inspection, row: EndpointRow) -> bool:
    if inspection.endpoint(row["id"]) is None:
        return False
    group = next(
        (found for found in inspection.zone_groups(row["id"]) if str(found["name"]).lower() == DEFAULT_NAME), None
    )
    return group is not None and group_settled(group, inspection.names(row["id"]), row["zone_ids"])


def _changes(decide: t.Callable[[], t.Iterable[Plan]]) -> bool:
    """Whether a step would write, or refuse: that it does in its own words."""
    try:
        return any(plan.changed for plan in decide())
    except Refusal:
        return True


def _unless_one_by_one(judge: Judge) -> Judge:
    """What is read ahead for a judge costs no answer more; asked one by one it would cost what its step costs."""
    return lambda inspection, plan: not inspection.azure.one_by_one and judge(inspection, plan)


#: What each stage judges, by the name its steps ask for. Each takes requests, so none that nobody asks for.
JUDGES: dict[str, dict[str, Judge]] = {
    "all": {
        "providers": providers_settled,
        "vault": _unless_one_by_one(vault_settled),
        "roles": _unless_one_by_one(roles_settled),
        "grants": _unless_one_by_one(grants_settled),
        "storage_roles": _unless_one_by_one(storage_roles_settled),
        "storage_access": _unless_one_by_one(storage_access_settled),
        "endpoints": endpoints_settled,
        "zones": zones_settled,
        "dns": dns_settled,
        "public_access": public_access_settled,
    },
    "plan": {"dns": dns_settled},
}


def judged(inspection: Inspection, plan: Known, stage: str) -> dict[str, bool]:
    """What each step of a stage has left to do: by its name, whether that is nothing."""
    own = inspection.desired.sequence.judges if stage == "all" else {}
    return {name: judge(inspection, plan) for name, judge in {**JUDGES.get(stage, {}), **own}.items()}
