"""What a run is about to do, on one page, judged by the modules' own decisions before the first write.

What was not looked at is called ``decide``: its step compares it when it comes, and may leave it as it is.
"""

from __future__ import annotations

import typing as t

from ..dns.private_dns import LINK, ZONE
from ..dns.zone_decisions import DesiredLinks, ZoneState, plan_links, plan_zone
from ..dns.zone_groups import DEFAULT_NAME, group_settled
from ..engine.plan import Plan
from ..engine.resource import wanted_tags
from ..errors import Refusal
from ..ids import build_id, fold_id
from ..resources.endpoints import connection_of, plan_endpoint
from ..resources.storage_decisions import bypass_set, with_trusted_services
from ..resources.vaults import VAULT, denied, identity_body
from ..wire import get_path, provisioning
from .inspection import Inspection
from .rows import EndpointRow, OutlookRow, ZoneRow
from .rows import Plan as Known

#: What may become of a thing, in the order in which it is reported.
ACTIONS = ("create", "change", "remove", "decide", "leave")
_BY_PLAN = {"create": "create", "update": "change", "delete": "remove", "none": "leave"}


def outlook(inspection: Inspection, plan: Known) -> list[OutlookRow]:
    """The rows of a run that sets up: ``action``, ``kind``, ``name``, ``id`` and why."""
    rows = [_vault(inspection, plan), *_roles(inspection, plan)]
    for endpoint in plan["all_endpoints"]:
        rows += [_endpoint(inspection, endpoint), *_names(inspection, endpoint)]
    for zone in plan["zones"]:
        rows += _zone(inspection, zone)
    return [*rows, *_accounts(inspection, plan), *_machines(inspection)]


def outlook_of_teardown(plan: Known, word: str = "vault") -> list[OutlookRow]:
    """The rows of a teardown of a sequence whose target has this ``word``."""
    vault, removes = plan["vault_id"], plan["removes"]
    opened = ("public_access" in removes or plan["notes_private"]) and plan["vault_exists"]
    why = "opened to public networks" if "public_access" in removes else "a tag notes that it was private"
    kept = "a teardown never deletes it" if word == "vault" else "kept; deleting it is a separate decision"
    rows = [_row("change" if opened else "leave", word, vault, why if opened else kept)]
    if "target" in removes and plan["vault_exists"]:
        rows = [_row("remove", word, vault, "once its endpoints are gone, with all that is in it")]
    removed = {row["id"] for row in plan["to_remove"]}
    for endpoint in plan["all_endpoints"]:
        if endpoint["id"] in removed:
            rows.append(_row("remove", "private endpoint", endpoint["id"], "with its connection, names and records"))
        elif endpoint["exists"]:
            rows.append(_row("leave", "private endpoint", endpoint["id"], "it was not made here"))
    for zone in plan["zones"] if "zones" in removes else ():
        zone_id = build_id(zone["subscription_id"], zone["resource_group"], ZONE, zone["name"])
        rows.append(_row("decide", "private DNS zone", zone_id, "removed with its links where made here and empty"))
    rows += [
        _row("remove", "private endpoint", one["id"], "of storage, made by the vault's identity beside one of ours")
        for one in plan["storage_to_remove"]
    ]
    rows += [
        _row("decide", "role assignment", role["scope"], f"{role['role']}: taken back where it was given here")
        for role in plan["roles_to_remove"]
    ]
    rows += [
        _row("decide", "custom role", role["role_name"], "removed where it was made here and nobody has it")
        for role in plan["definitions_to_remove"]
    ]
    if "trusted_services" in removes:
        rows += [
            _row("decide", "storage account", account, "exception for trusted services")
            for account in plan["trusted_accounts"]
        ]
    return rows


def outlook_of_switch(plan: Known) -> list[OutlookRow]:
    """The rows of a vault's way from classic endpoints to v2 ones, up to the run that makes these."""
    steps = plan["switch"]
    rows = [
        _row(
            "change" if steps["leaves"] else "leave",
            "vault",
            plan["vault_id"],
            "tags keep how far it is" if steps["leaves"] else "",
        )
    ]
    rows += [
        _row("remove", "private endpoint", one["id"], "classic, as all of this vault's")
        for one in (*steps["storage"], *steps["endpoints"])
    ]
    return rows


def _vault(inspection: Inspection, plan: Known) -> OutlookRow:
    desired, current = inspection.desired, inspection.vault
    if desired.sequence.outlook:
        return t.cast(OutlookRow, desired.sequence.outlook(inspection, plan))
    denies = plan["denied"]
    values = {
        "location": plan["location"],
        "storage_redundancy": desired.storage_redundancy or None,
        "cross_region_restore": desired.cross_region_restore or None,
        "public_network_access": "Disabled" if denies else None,
        "tags": wanted_tags(current, {**(desired.tags or {}), **plan["mark_tags"]}, True),
    }
    identity = identity_body(plan["identity"] or None, current, plan["vault_id"])
    # What is denied already is not denied by this run.
    when = "before there are endpoints" if desired.denial.at_once else "once everything is proved"
    why = f"public network access is denied {when}" if denies and not denied(current) else ""
    return _judged(
        "vault", plan["vault_id"], lambda: VAULT.plan(plan["vault_id"], current, values, extra=identity), why
    )


def _endpoint(inspection: Inspection, row: EndpointRow) -> OutlookRow:
    document = inspection.endpoint(row["id"])
    if document is None:
        return _row("create", "private endpoint", row["id"], f"in {row['subnet']}")
    found = _judged("private endpoint", row["id"], lambda: plan_endpoint(row["id"], document, row)[1])
    status = connection_of(document)["status"]
    if found["action"] == "leave" and (status != "Approved" or provisioning(document) != "succeeded"):
        approves = status == "Pending" and inspection.desired.approve
        return _row(
            "change" if approves else "decide", "private endpoint", row["id"],
            "its connection is approved" if approves else f"its connection is {status}, its state {provisioning(document)}",
        )  # fmt: skip
    return found


def _names(inspection: Inspection, row: EndpointRow) -> t.Iterator[OutlookRow]:
    """Who writes an endpoint's names, where we have it done."""
    mode, document = inspection.desired.mode, inspection.endpoint(row["id"])
    if mode.makes_groups:
        group_id = f"{row['id']}/privateDnsZoneGroups/{DEFAULT_NAME}"
        groups = inspection.zone_groups(row["id"]) if document is not None else []
        group = next((one for one in groups if str(one["name"]).lower() == DEFAULT_NAME), None)
        if group is None:
            yield _row("create", "zone group", group_id, "Azure writes the records")
        elif group_settled(group, inspection.names(row["id"]), row["zone_ids"]):
            yield _row("leave", "zone group", group_id)
        else:
            yield _row("decide", "zone group", group_id, "it has not all names yet")
    elif mode.writes_records:
        why = "its names are compared one by one" if document is not None else "its names are known once it is approved"
        yield _row("decide", "records of", row["id"], why)


def _zone(inspection: Inspection, row: ZoneRow) -> list[OutlookRow]:
    zone_id = build_id(row["subscription_id"], row["resource_group"], ZONE, row["name"])
    zone = inspection.zone(zone_id) or {"document": None, "links": ()}
    state = ZoneState(zone_id, zone["document"], tuple(zone["links"]))
    desired = DesiredLinks({fold_id(zone_id): tuple(row["virtual_networks"])})
    rows = [_judged("private DNS zone", zone_id, lambda: plan_zone(state, desired.tags))]
    try:
        links = plan_links(state, desired)
    except Refusal as refusal:
        return [*rows, _row("decide", LINK.rsplit("/", 1)[-1], zone_id, refusal.message)]
    return [*rows, *(_row(_BY_PLAN[one.action], "virtual network link", one.resource_id, "") for one in links)]


def _roles(inspection: Inspection, plan: Known) -> t.Iterator[OutlookRow]:
    desired = inspection.desired
    for made in plan["role_definitions"]:
        yield _row(
            "create", "custom role", f"{made['assignable_scopes'][0]}/{made['role_name']}", "for the vault's identity"
        )
    for role in (*desired.role_assignments, *(plan["storage_roles"] if desired.storage_roles else ()), *plan["grants"]):
        new = not plan["principal_id"]
        why = f"{role['role']}{'' if new else ': compared when its step comes'}"
        yield _row("create" if new else "decide", "role assignment", role["scope"], why)


def _accounts(inspection: Inspection, plan: Known) -> t.Iterator[OutlookRow]:
    for account_id in plan["trusted_accounts"] if inspection.desired.trusted_services else ():
        account = inspection.storage_account(account_id)
        held = bypass_set(get_path(account.document, "properties.networkAcls.bypass")) if account else None
        if held is None or with_trusted_services(held, wanted=True) == held:
            yield _row("leave", "storage account", account_id)
        else:
            yield _row("change", "storage account", account_id, "trusted Microsoft services may pass its firewall")


def _machines(inspection: Inspection) -> t.Iterator[OutlookRow]:
    for machine in inspection.desired.protected_machines:
        yield _row("decide", "replication of", machine["id"], "enabled once everything is proved")


def _judged(kind: str, resource_id: str, decide: t.Callable[[], Plan], why: str = "") -> OutlookRow:
    """A row by a module's own decision; what that refuses, its step refuses in its own words."""
    try:
        action = _BY_PLAN[decide().action]
    except Refusal as refusal:
        return _row("decide", kind, resource_id, refusal.message)
    return _row(action, kind, resource_id, why if action in ("create", "change") else "")


def _row(action: str, kind: str, resource_id: str, why: str = "") -> OutlookRow:
    return {"action": action, "kind": kind, "name": resource_id.rsplit("/", 1)[-1], "id": resource_id, "why": why}
