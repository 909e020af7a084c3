"""How a vault leaves its classic (v1) endpoints: what goes, in which state the vault is, told from what Azure shows alone.

https://learn.microsoft.com/azure/backup/backup-azure-private-endpoints-configure-manage: all classic endpoints are deleted before
v2 ones can be made. A tag of the vault keeps how far it is, so that a run that was interrupted anywhere goes on.
"""

from __future__ import annotations

import typing as t

from ..dns.private_dns import ours
from ..ids import parse_id
from ..resources.classic_endpoints import CLASSIC, CURRENT, EXPERIENCE_TAG, LEAVING, storage_endpoints
from ..resources.endpoint_connections import endpoint_of, of_group
from ..resources.endpoints import target_of
from ..resources.vault_contents import contents
from ..resources.vaults import connections
from ..wire import JSON
from .gates.experience import seen
from .grants import custom_roles
from .inspection import Inspection
from .marks import noted_experience
from .rows import ClassicRow, StorageEndpointRow, SwitchRows


class Leaving(t.NamedTuple):
    """What goes: ``rows`` of endpoints with the ``storage`` ones beside each, ``connections`` whose endpoint is gone already.

    ``unclear`` are endpoints of which nothing shows whether they are classic.
    """

    rows: list[ClassicRow]
    connections: list[str]
    unclear: list[str]


def leaving(inspection: Inspection) -> Leaving:
    """The classic endpoints of the vault; none once its tag says that they are gone, or where they are v2 ones."""
    found: Leaving = inspection.once("leaving", lambda: _leaving(inspection))
    return found


def _leaving(inspection: Inspection) -> Leaving:
    attached = [item for item in connections(inspection.vault) if of_group(item, inspection.desired.sub_resource)]
    ids = [endpoint_of(item) for item in attached if endpoint_of(item).count("/") > 6]
    shown = seen(inspection, names=True)
    if not ids or shown.noted == CURRENT or (shown.current and not shown.classic):
        return Leaving([], [], [])
    if not shown.classic and shown.noted not in (CLASSIC, LEAVING):
        return Leaving([], [], ids)
    rows = [row for one in ids if (row := _row(inspection, one))]
    there = {row["id"].lower() for row in rows}
    return Leaving(rows, [one for one in ids if one.lower() not in there], [])


def _row(inspection: Inspection, endpoint_id: str) -> ClassicRow | None:
    document = inspection.endpoint(endpoint_id)
    if document is None:
        return None
    beside = storage_endpoints(str(document["name"]), inspection.endpoints_in(parse_id(endpoint_id).group_id))
    return {**_named(document), "ours": ours(document.get("tags")), "storage": [_named(item) for item in beside]}


def _named(document: JSON) -> StorageEndpointRow:
    place = parse_id(document["id"])
    return {
        "id": place.text,
        "name": document["name"],
        "resource_group": place.resource_group,
        "subscription_id": place.subscription_id,
        "target": target_of(document),
    }


def leaves(inspection: Inspection) -> bool:
    """Whether the vault has classic endpoints, or is on its way from them."""
    found = leaving(inspection)
    return bool(found.rows or found.connections) or noted_experience(inspection) == LEAVING


def switch_plan(inspection: Inspection) -> SwitchRows:
    """What the steps of the switch take: tags before and after, what goes in order, and who has to register again."""
    found, vault = leaving(inspection), inspection.vault is not None
    return {
        "leaves": leaves(inspection),
        "tags_before": {inspection.mark: "true", EXPERIENCE_TAG: LEAVING},
        "tags_after": {inspection.mark: "true", EXPERIENCE_TAG: CURRENT},
        "endpoints": found.rows,
        "storage": [one for row in found.rows for one in row["storage"]],
        "connections": [row["id"] for row in found.rows] + found.connections,
        "definitions": [
            {"role_name": role.name, "subscription_id": parse_id(scopes[0]).subscription_id}
            for role, scopes in custom_roles(inspection.desired)
        ],
        "must_register": contents(inspection.azure, inspection.desired.vault_id) if vault else [],
    }
