"""What is asked before anything is removed: whether all of it may be, and who still uses it."""

from __future__ import annotations

import typing as t

from ...dns.private_dns import LINK, RECORD, ZONE, ours
from ...ids import parse_id
from ...resources.endpoint_connections import endpoint_of
from ...resources.endpoint_names import ENDPOINT_TYPE
from ...resources.roles import ASSIGNMENT_TYPE, DEFINITION_TYPE, actions
from ...resources.storage_accounts import TYPE as STORAGE_ACCOUNT
from ...resources.storage_accounts import is_classic
from ...resources.vault_contents import contents, listed
from ...resources.vaults import TYPE as VAULT
from ...resources.vaults import connections, denied
from ..desired import Endpoint
from ..gate import Gate, ok, warning
from ..grants import custom_roles, grants_of
from ..inspection import Inspection
from .permissions import Needed, missing_permissions


def permissions(inspection: Inspection) -> t.Iterator[Gate]:
    """The signed-in identity may do everything that follows: rejecting a connection, the first of it, is final."""
    yield from missing_permissions(inspection, removing_actions(inspection))


def removing_actions(inspection: Inspection) -> Needed:
    """What a teardown will do, as actions by scope."""
    needed, mode, removes = Needed(), inspection.desired.mode, inspection.desired.removes
    for endpoint in to_remove(inspection):
        needed.want(endpoint.target, *endpoint.kind.on_connections("write", "delete"))
        needed.want(endpoint.group_id, *actions(ENDPOINT_TYPE, "delete"), *mode.endpoint_removal_actions)
    for endpoint in inspection.desired.all_endpoints if mode.makes_zones else ():
        if mode.zone_removal_actions:
            needed.want(endpoint.zone_group_id, *mode.zone_removal_actions)
        if inspection.desired.classic:
            needed.want(endpoint.zone_group_id, *actions(RECORD, "delete"))
        if "zones" in removes:
            needed.want(endpoint.zone_group_id, *actions(ZONE, "delete"), *actions(LINK, "delete"))
    if "roles" in removes:
        for scope in _assigned(inspection):
            needed.want(scope, *actions(ASSIGNMENT_TYPE, "delete"))
        for role, scopes in custom_roles(inspection.desired):
            if inspection.role_definition(scopes[0], role.name):
                needed.want(scopes[0], *actions(DEFINITION_TYPE, "delete"))
    if "trusted_services" in removes:
        for account in inspection.desired.storage_accounts:
            if not is_classic(account["id"]):
                needed.want(account["id"], *actions(STORAGE_ACCOUNT, "write"))
    if inspection.vault is not None and "target" in removes:
        needed.want(inspection.desired.vault_id, *actions(inspection.desired.sequence.target.type, "delete"))
    if inspection.vault is not None and (
        "public_access" in removes or (to_remove(inspection) and not inspection.marked)
    ):
        needed.want(inspection.desired.vault_id, *actions(VAULT, "write"))
    return needed


def in_use(inspection: Inspection) -> t.Iterator[Gate]:
    """Who reaches the vault through what is to be removed is named, and whether any way to it is left."""
    going = to_remove(inspection)
    if inspection.vault is None or not going:
        yield ok("in_use", inspection.desired.vault_id, "Nobody reaches the vault through what is to be removed.")
        return
    staying = [
        item
        for item in connections(inspection.vault)
        if endpoint_of(item).lower() not in {one.id.lower() for one in going}
    ]
    opened = "public_access" in (inspection.desired.removes)
    way = (
        "nobody reaches the vault then, because public network access is denied and no endpoint is left"
        if denied(inspection.vault) and not opened and not staying
        else "they have to reach it another way then"
    )
    users = contents(inspection.azure, inspection.desired.vault_id)
    if users:
        yield warning(
            "in_use", inspection.desired.vault_id, f"The vault serves {listed(users, 20)}; {way}.",
            "Have servers register again over the way that is left; protection need not be stopped.",
        )  # fmt: skip
    else:
        yield ok("in_use", inspection.desired.vault_id, f"Nothing is registered with the vault; {way}.")


def to_remove(inspection: Inspection) -> list[Endpoint]:
    """The endpoints a teardown deletes: those that exist and were made by this collection."""
    return [
        endpoint
        for endpoint in inspection.desired.all_endpoints
        if ours((inspection.endpoint(endpoint.id) or {}).get("tags"))
    ]


def _assigned(inspection: Inspection) -> list[str]:
    """The scopes at which the sequence gives the vault's identity roles."""
    accounts = [account["id"] for account in inspection.desired.storage_accounts if inspection.desired.storage_roles]
    return [
        *accounts,
        *(parse_id(row["scope"]).text for row in inspection.desired.role_assignments),
        *(grant.scope for grant in grants_of(inspection.desired)),
    ]
