"""The classic (v1) experience of Backup: the vault's identity makes endpoints of storage accounts beside the vault's own.

Sources: MicrosoftDocs/azure-docs ``articles/backup/private-endpoints.md`` (2020 and 2023: which rights the identity needs on which
resource groups, the names ``<endpoint>_ecs..._blob``, ``..._queue`` and ``<endpoint>_prot..._blob``, and when they come)
and ``articles/backup/private-endpoints-overview.md`` (the vault looks for zones and writes records where it may). What a
missing right looks like is in neither but for its consequence, ``UserErrorVMInternetConnectivityIssue``.
"""

from __future__ import annotations

import typing as t

from ...arm import Arm
from ...private_link import Name
from ...store import Resource
from ...wire import ArmError, fold, parent
from .documents import connection_status, connections, endpoint_id
from .history import BACKUP, is_classic
from .names import Label, fqdn_of, storage_labels, zone
from .settings import setting

MAKE = "Microsoft.Network/privateEndpoints/write"
DELETE = "Microsoft.Network/privateEndpoints/delete"
JOIN = "Microsoft.Network/virtualNetworks/subnets/join/action"
READ_INTERFACE = "Microsoft.Network/networkInterfaces/read"
WRITE_RECORD = "Microsoft.Network/privateDnsZones/A/write"
DELETE_RECORD = "Microsoft.Network/privateDnsZones/A/delete"
READ_LINKS = "Microsoft.Network/privateDnsZones/virtualNetworkLinks/read"
_ZONE = "Microsoft.Network/privateDnsZones"
_TIME_TO_LIVE = 10


class BackupStorage:
    """One of Backup's own storage accounts, in a subscription of Microsoft's, as the target of an endpoint."""

    def __init__(self, arm: Arm, vault: Resource, label: Label) -> None:
        self._arm, self._vault, self._label = arm, vault, label

    def check(self, target_id: str, group_id: str, endpoint_id: str) -> None:
        """A client cannot connect to it: its id is not known before the vault has made an endpoint."""

    def connect(self, target_id: str, group_id: str, endpoint: Resource, *, approved: bool, message: str) -> None:
        """Nobody but Microsoft sees its side of the connection."""

    def names(self, target_id: str, group_id: str, endpoint: Resource) -> list[Name]:
        """The one name of the service."""
        return [Name(fqdn_of(self._arm, self._label), group_id, group_id)]

    def disconnect(self, target_id: str, endpoint_id: str) -> None:
        """The endpoint is gone: the vault takes its records back, where it may and a setting says so."""
        if setting(self._arm, "classic_records_outlive_endpoint"):
            return
        principal = _principal(self._vault)
        for zone_id, name in self._vault.hidden.get("classic_records", {}).pop(fold(endpoint_id), []):
            if _may(self._arm, principal, DELETE_RECORD, f"{zone_id}/A/{name}"):
                _records(self._arm).withdraw(zone_id, name)


def complete(arm: Arm, vault: Resource) -> list[str]:
    """Make what is missing beside each approved classic endpoint; what the vault's identity lacks for that, in order.

    The vault tries with every approval, registration and backup; whether it does so in between is unverified. A record
    that it cannot write is no obstacle: somebody else may write it.
    """
    lacking: list[str] = []
    for endpoint in _endpoints(arm, vault) if is_classic(arm, vault) else ():
        for label in storage_labels(arm, vault):
            lacking += _complete_one(arm, vault, endpoint, label)
    return list(dict.fromkeys(lacking))


def withdraw(arm: Arm, vault: Resource, gone: str) -> None:
    """An endpoint of the vault is gone. Whether those beside it go as well is unverified; by default they stay."""
    if setting(arm, "classic_children_outlive_endpoint"):
        return
    principal, maker = _principal(vault), arm.private_link.maker
    for child in arm.store.below(parent(gone), "Microsoft.Network/privateEndpoints"):
        beside = fold(child.hidden.get("classic_parent", "")) == fold(gone)
        if maker is not None and beside and _may(arm, principal, DELETE, child.id):
            maker.remove(child)


def _endpoints(arm: Arm, vault: Resource) -> t.Iterator[Resource]:
    """The approved endpoints of the vault for Backup."""
    for connection in connections(arm, vault):
        found = arm.store.find(endpoint_id(connection))
        if (
            found is not None
            and connection_status(connection) == "Approved"
            and BACKUP in connection.properties["groupIds"]
        ):
            yield found


def _complete_one(arm: Arm, vault: Resource, endpoint: Resource, label: Label) -> list[str]:
    principal, maker = _principal(vault), arm.private_link.maker
    child_id = f"{endpoint.id}_{_middle(arm, label)}_{label.kind}"
    subnet = str(endpoint.properties["subnet"]["id"])
    child = arm.store.find(child_id)
    if child is not None:
        _write_records(arm, vault, child, label)
        return []
    needed = ((MAKE, child_id), (JOIN, subnet))
    lacking = [f"{action} at {scope}" for action, scope in needed if not _may(arm, principal, action, scope)]
    if lacking or maker is None:
        return lacking
    account = _account(arm, vault, label)
    arm.private_link.owned[fold(account)] = BackupStorage(arm, vault, label)
    try:
        made = maker.make(
            child_id, subnet, str(endpoint.document["location"]), account, label.kind,
            lambda ready: _write_records(arm, vault, ready, label),
        )  # fmt: skip
    except ArmError as error:
        return [f"{error.code}: {error.message}"]
    made.hidden["classic_parent"] = endpoint.id
    return []


def _account(arm: Arm, vault: Resource, label: Label) -> str:
    """The id of an account that Microsoft keeps for the vault; what it looks like is unverified."""
    place = vault.hidden.setdefault("storage_place", f"/subscriptions/{arm.guid()}/resourceGroups/backup-storage")
    return f"{place}/providers/Microsoft.Storage/storageAccounts/{label.label}"


def _write_records(arm: Arm, vault: Resource, child: Resource, label: Label) -> None:
    """Write the record of a ready endpoint into the zones that the vault finds, where it may read and write all it needs."""
    principal = _principal(vault)
    interface = str(child.properties["networkInterfaces"][0]["id"])
    published = child.hidden.get("published") or []
    if not published or not _may(arm, principal, READ_INTERFACE, interface):
        return
    name = label.label
    for found in _zones(arm, child, label):
        record_id = f"{found.id}/A/{name}"
        if not _may(arm, principal, WRITE_RECORD, record_id) or not _may(arm, principal, READ_LINKS, found.id):
            continue
        written = vault.hidden.setdefault("classic_records", {}).setdefault(fold(child.id), [])
        if arm.store.find(record_id) is None:
            _records(arm).publish(found.id, name, published[0]["ipAddresses"], _TIME_TO_LIVE, {})
            written.append((found.id, name))


def _zones(arm: Arm, child: Resource, label: Label) -> t.Iterator[Resource]:
    """The zones in which the vault looks: linked to the endpoint's network, in the endpoint's subscription.

    Integration with zones of another subscription is unsupported. By ``private-endpoints-overview.md`` it looks in the resource
    groups of network and endpoint, by the article of 2020 in that of the zones, on which it is given rights as well.
    """
    network = parent(str(child.properties["subnet"]["id"]))
    scopes = {
        "granted": ["/".join(child.id.split("/")[:3])],
        "own_groups": ["/".join(child.id.split("/")[:5]), "/".join(network.split("/")[:5])],
    }[setting(arm, "classic_zone_search")]
    wanted = zone(arm, label.kind)
    for found in {one.id: one for scope in scopes for one in arm.store.below(scope, _ZONE)}.values():
        links = arm.store.below(found.id, f"{_ZONE}/virtualNetworkLinks")
        if fold(found.name)[1:] == wanted and any(
            fold(link.properties["virtualNetwork"]["id"]) == fold(network) for link in links
        ):
            yield found


def _middle(arm: Arm, label: Label) -> str:
    """What stands between the endpoint's name and the service: the end of the account's name."""
    return label.label.partition(str(setting(arm, "pod")))[2]


def _principal(vault: Resource) -> str:
    return str((vault.document.get("identity") or {}).get("principalId") or "")


def _may(arm: Arm, principal: str, action: str, scope: str) -> bool:
    from ..platform.authorization import Authorization

    return bool(principal) and bool(arm.service(Authorization).allowed(principal, action, scope))


def _records(arm: Arm) -> t.Any:
    from ..network.private_dns import PrivateDns

    return arm.service(PrivateDns).records
