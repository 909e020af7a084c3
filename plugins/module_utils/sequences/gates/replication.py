"""The gates of the Site Recovery sequence: those of Backup that apply, and what only replication needs."""

from __future__ import annotations

import typing as t

from ...errors import AzureError
from ...ids import parse_id, region, same_id, unique_ids
from ...resources.machines import READ
from ...resources.storage_accounts import Account
from ...resources.vault_contents import item_of
from ...wire import JSON, get_path
from ..gate import Gate, ok, refused, warning
from ..inspection import Inspection
from ..machines import machine_of, networks_of
from .endpoints import another

#: The side of an endpoint that serves all networks.
SERVES_ALL = "shared"


def sides(inspection: Inspection) -> t.Iterator[Gate]:
    """Source and recovery networks are known before the first endpoint, or reprotection will be stuck.

    https://learn.microsoft.com/azure/site-recovery/azure-to-azure-how-to-enable-replication-private-endpoints: two
    endpoints, one in the source network and one in the recovery network, before anything is protected. In a
    hub-and-spoke network, and for on-premises machines through a bypass network, one endpoint serves all.
    """
    named = [str(item.row.get("side") or "unnamed") for item in inspection.desired.endpoints]
    shared, hybrid = inspection.desired.mode.one_set, inspection.desired.one_for_all
    # The modes that only say who writes the records take one endpoint that is named as serving all.
    if len(named) == 1 and (shared or hybrid or (inspection.desired.mode.zone_sets is None and named == [SERVES_ALL])):
        yield ok("sides", inspection.desired.vault_id, "One endpoint serves all networks.")
    elif shared:
        yield refused(
            "sides", inspection.desired.vault_id, f"{len(named)} endpoints are planned where one serves all networks.",
            "Plan one endpoint in sequence.endpoints, in the hub network.",
        )  # fmt: skip
    elif hybrid:
        yield warning(
            "sides", inspection.desired.vault_id,
            f"{len(named)} endpoints are planned; on-premises machines need the one of their bypass network only.",
        )  # fmt: skip
    elif set(named) != {"recovery", "source"}:
        yield refused(
            "sides", inspection.desired.vault_id,
            f"Site Recovery needs endpoints with side source and with side recovery, planned are: {', '.join(named)}.",
            "Name both sides in sequence.endpoints now: an endpoint added after replication started leaves reprotection stuck.",
        )  # fmt: skip
    else:
        yield from _networks_apart(inspection)


def _networks_apart(inspection: Inspection) -> t.Iterator[Gate]:
    """Each endpoint is in a network of its own, and neither a recovery network nor the vault is in the region of a source network.

    https://learn.microsoft.com/azure/site-recovery/azure-to-azure-tutorial-enable-replication: the vault can be in any region
    except the source region. A side may have several networks: each gets an endpoint and a zone of its own.
    """
    endpoints = inspection.desired.endpoints
    networks = [endpoint.network for endpoint in endpoints]
    twice = [network for network in unique_ids(networks) if sum(same_id(network, other) for other in networks) > 1]
    for network in twice:
        there = [endpoint.name for endpoint in endpoints if same_id(endpoint.network, network)]
        yield refused(
            "sides", network, f"{' and '.join(there)} are both in {network}.",
            "Use the network of each side (sequence.endpoints.subnet).",
        )  # fmt: skip
    if twice:
        return
    where = {side: _regions_of(inspection, side) for side in ("source", "recovery")}
    shared = [place for place in where["source"] if place in where["recovery"]]
    for place in shared:
        yield refused(
            "sides", where["recovery"][place],
            f"{where['source'][place]} of the source side and {where['recovery'][place]} of the recovery side are both in {place}.",
            "Name a recovery network of another region (sequence.endpoints.subnet).",
        )  # fmt: skip
    if not shared and inspection.location in where["source"]:
        yield refused(
            "sides", inspection.desired.vault_id,
            f"{inspection.desired.vault_id} is in {inspection.location}, the region of the source side: it cannot protect "
            "machines there.",
            "Use a vault of another region (sequence.vault.location), usually that of the recovery side.",
        )  # fmt: skip
    elif len(where["recovery"]) > 1 and inspection.desired.protected_machines:
        yield refused(
            "sides", inspection.desired.vault_id,
            f"Machines are named, and the recovery side is in several regions: {', '.join(where['recovery'])}.",
            "Name the recovery networks of one region (sequence.endpoints.subnet); use another run for machines that fail over elsewhere.",
        )  # fmt: skip
    elif not shared:
        yield ok("sides", inspection.desired.vault_id, "Source and recovery network are both known.")


def _regions_of(inspection: Inspection, side: str) -> dict[str, str]:
    """The regions of a side, each with a network that is there."""
    networks = [endpoint.network for endpoint in inspection.desired.endpoints if endpoint.row.get("side") == side]
    found = {region((inspection.network(network) or {}).get("location")): network for network in networks}
    return {place: network for place, network in found.items() if place}


def storage(inspection: Inspection) -> t.Iterator[Gate]:
    """Every account exists, and one with an endpoint is General Purpose v2."""
    for account in inspection.desired.storage_accounts:
        found = inspection.storage_account(account["id"])
        if found is None:
            yield refused("storage", account["id"], f"{account['id']} does not exist.", "Create the account first.")
            continue
        if account.get("endpoint") and not found.supports_private_endpoint:
            yield refused(
                "storage", account["id"], f"{account['id']} cannot have a private endpoint: {found.reason}.",
                "Use a General Purpose v2 account.",
            )  # fmt: skip
        else:
            yield ok("storage", account["id"], f"{parse_id(account['id']).name} is {found.kind} {found.sku}.")
    for endpoint in inspection.desired.storage_endpoints:
        problem = another(inspection, endpoint)
        if problem:
            yield refused("storage", endpoint.id, *problem)
    yield from _cache_networks(inspection)
    if not inspection.desired.storage_endpoints:
        yield warning(
            "storage",
            inspection.desired.vault_id,
            "No storage account gets an endpoint: replication data goes to the accounts' public endpoints.",
        )


def _cache_networks(inspection: Inspection) -> t.Iterator[Gate]:
    """The endpoint of a cache account is in the network of the machines that write to it, of one side or the other."""
    sides = [endpoint.network for endpoint in inspection.desired.endpoints]
    caches = {account["id"] for account in inspection.desired.storage_accounts if account["use"] == "cache"}
    for endpoint in inspection.desired.storage_endpoints:
        if endpoint.target in caches and not any(same_id(endpoint.network, side) for side in sides):
            yield warning(
                "storage", endpoint.id,
                f"{endpoint.name}, the endpoint of the cache account {parse_id(endpoint.target).name}, is in {endpoint.network}, "
                "which has no endpoint of the vault: machines reach it through a peering only.",
                "Use a subnet of the machines' network, unless that is what you want.",
            )  # fmt: skip


def machines(inspection: Inspection) -> t.Iterator[Gate]:
    """What the machines to be replicated need is there: another region, the group they fail over to, a cache account.

    https://learn.microsoft.com/azure/site-recovery/azure-to-azure-support-matrix: source and target are different
    regions, and the cache account is one of the source region. The vault may be anywhere but in the source region
    (https://learn.microsoft.com/azure/site-recovery/azure-to-azure-tutorial-enable-replication).
    """
    source, recovery = region(inspection.desired.source_location), inspection.recovery_location
    yield from _source_region(inspection, source)
    for machine in inspection.desired.protected_machines:
        name, group = parse_id(machine["id"]).name, machine["recovery_resource_group_id"]
        taken = {inspection.location: "the vault's own region", recovery: "the region of the recovery side's network"}
        if source in taken:
            yield refused(
                "machines", machine["id"], f"{name} would be replicated from {source}, {taken[source]}.",
                "Correct source_location: vault and recovery side are in another region than the machines.",
            )  # fmt: skip
        elif inspection.group(group) is None:
            yield refused(
                "machines", group, f"{group}, where {name} fails over to, does not exist.", "Create it first."
            )
        elif all(
            not same_id(account["id"], machine["cache_storage_account_id"])
            for account in inspection.desired.storage_accounts
        ):
            yield refused(
                "machines", machine["id"],
                f"{machine['cache_storage_account_id']}, the cache of {name}, is not among the storage accounts: the vault's "
                "identity would have no role on it.",
                "Name it in storage_accounts, with use: cache.",
            )  # fmt: skip
        else:
            yield from _place(inspection, machine["id"], source)
            yield from _cache(inspection, machine, source)


def _place(inspection: Inspection, machine: str, source: str) -> t.Iterator[Gate]:
    """A machine that is not replicated yet is in the source region, in a network that is to use the source side's endpoints.

    The machine names its network interfaces, and these their subnets. Where they may not be read, that is a warning.
    """
    if item_of(inspection.replicated, machine) is not None:
        return
    name = parse_id(machine).name
    try:
        found, networks = machine_of(inspection, machine), networks_of(inspection, machine)
    except AzureError as error:
        if error.status != 403:
            raise
        yield warning(
            "machines", machine, f"Where {name} is could not be read: {error.answer or error.code}.",
            f"Make sure that its network uses the source side's endpoints, or have {' and '.join(READ)} granted.",
        )  # fmt: skip
        return
    using = unique_ids(
        network
        for endpoint in inspection.desired.endpoints
        if endpoint.row.get("side") != "recovery"
        for network in endpoint.virtual_networks
    )
    if found is None:
        yield refused(
            "machines", machine, f"{machine} does not exist.", "Correct its id in sequence.protected_machines."
        )
    elif region(found.get("location")) != source:
        yield refused(
            "machines", machine, f"{name} is in {found.get('location')}, and is to be replicated from {source}.",
            "Correct sequence.source_location, or leave the machine out of sequence.protected_machines.",
        )  # fmt: skip
    elif networks and not any(same_id(network, other) for network in networks for other in using):
        yield warning(
            "machines", machine,
            f"{name} is in {', '.join(networks)}, and none of the source side's endpoints is used by that network: they are for "
            f"{', '.join(using)}.",
            "Name that network in virtual_networks of a source endpoint (sequence.endpoints), or give it an endpoint of its own.",
        )  # fmt: skip


def _source_region(inspection: Inspection, source: str) -> t.Iterator[Gate]:
    """A machine's network is in the machine's region, and an endpoint of the source side should be in that network."""
    there = _regions_of(inspection, "source") if inspection.desired.protected_machines else {}
    if there and source not in there:
        place, network = min(there.items())
        yield warning(
            "machines", network,
            f"The machines are in {source}, and {network} of the source side in {place}: machines of "
            "another network must reach the endpoint through a peering.",
            "Correct sequence.source_location, or name the network of the machines as source side.",
        )  # fmt: skip


def _cache(inspection: Inspection, machine: JSON, source: str) -> t.Iterator[Gate]:
    """The cache account of a machine is one that Site Recovery takes.

    Soft delete for blobs makes enabling replication fail with error 28177
    (MicrosoftLearning/AZ-304-Microsoft-Azure-Architect-Design#106, MicrosoftDocs/azure-docs#85570); that it needs the
    account's keys is reported (MicrosoftDocs/azure-docs#113915), for private vaults unverified.
    """
    name, cache = parse_id(machine["id"]).name, machine["cache_storage_account_id"]
    account, reported = inspection.storage_account(cache), f"{cache}, the cache of {name},"
    if account is None:
        yield refused("machines", cache, f"{reported} does not exist.", "Create the account first.")
        return
    if inspection.keeps_deleted_blobs(account) and item_of(inspection.replicated, machine["id"]) is None:
        yield refused(
            "machines", cache, f"{reported} keeps deleted blobs, and Site Recovery refuses accounts with soft delete.",
            "Switch off soft delete for blobs in the account's data protection settings, or use another account.",
        )  # fmt: skip
        return
    if _shuts_out(inspection, account) and item_of(inspection.replicated, machine["id"]) is None:
        yield refused(
            "machines", cache, f"The firewall of {reported} does not let trusted Microsoft services through, and nobody opens it here.",
            "Set sequence.trusted_services: true, or have the account's owner allow trusted Microsoft services.",
        )  # fmt: skip
        return
    doubts = []
    if region(account.document.get("location")) != source:
        doubts.append(
            (f"is in {account.document.get('location')} and the machine in {source}", "Use one in the machine's region")
        )
    if get_path(account.document, "properties.allowSharedKeyAccess") is False:
        doubts.append(("does not let its keys be used, which replication may need", "Allow storage account key access"))
    for doubt, remedy in doubts:
        yield warning("machines", cache, f"{reported} {doubt}.", f"{remedy}.")
    if not doubts:
        yield ok("machines", machine["id"], f"{name} has a group to fail over to and a cache account.")


def _shuts_out(inspection: Inspection, account: Account) -> bool:
    """Whether the firewall of an account keeps Site Recovery out once a run has done what it is to do.

    https://learn.microsoft.com/azure/site-recovery/azure-to-azure-how-to-enable-replication-private-endpoints: an account
    behind a firewall needs the exception for trusted Microsoft services.
    """
    denies = str(account.network_acls.get("defaultAction") or "Allow").lower() == "deny"
    private = str(get_path(account.document, "properties.publicNetworkAccess") or "").lower() == "disabled"
    return (denies or private) and not account.trusted_services and not inspection.desired.trusted_services


def replication(inspection: Inspection) -> t.Iterator[Gate]:
    """No machine is replicated: replication goes through the endpoints that a teardown removes."""
    if inspection.replicated:
        names = [str(get_path(item, "properties.friendlyName") or item.get("name")) for item in inspection.replicated]
        yield refused(
            "replication", inspection.desired.vault_id,
            f"{inspection.desired.vault_id} replicates {len(names)} machine(s): {', '.join(names)}. "
            "They replicate through these endpoints.",
            "Disable replication of every machine first.", [str(item.get("id")) for item in inspection.replicated],
        )  # fmt: skip
    else:
        yield ok("replication", inspection.desired.vault_id, "No machine is replicated.")
