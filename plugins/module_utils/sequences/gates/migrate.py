"""The gates that only a project of Azure Migrate has: what works over private endpoints, what the portal makes and what stays taken."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone
from functools import partial

from ...dns.private_dns import ours
from ...errors import AzureError, Forbidden, NotFound
from ...ids import fold_id, parse_id, unique_ids
from ...resources import migrate_projects as migrate
from ...resources.policies import assignments, denies_public_access
from ...resources.subnets import capacity, policies_refused
from ...resources.vault_freshness import ACTIVITY_API_VERSION, ACTIVITY_DAYS
from ...wire import JSON, get_path
from .. import migrate_rules as rules
from ..gate import Gate, ok, refused, warning
from ..inspection import Inspection


def solutions(inspection: Inspection) -> list[JSON]:
    """The solutions of the project; none while it does not exist."""
    if inspection.vault is None:
        return []
    path = f"{inspection.desired.vault_id}/solutions"
    return t.cast(
        "list[JSON]",
        inspection.once("solutions", lambda: inspection.azure.list(path, migrate.SOLUTION_API_VERSION)),
    )


def scenario(inspection: Inspection) -> t.Iterator[Gate]:
    """What works over private endpoints, and what needs more."""
    wanted = inspection.desired.migration
    return rules.scenario_gates(
        wanted["source"], wanted.get("method") or "", wanted["experience"], inspection.connection.cloud.name,
        outside=wanted["public_control_plane"], agent_dependencies=wanted["agent_dependencies"],
    )  # fmt: skip


def project(inspection: Inspection) -> t.Iterator[Gate]:
    """No public project of that name: the connectivity method of one cannot be changed."""
    subject, name = inspection.desired.vault_id, parse_id(inspection.desired.vault_id).name
    found = inspection.vault
    if found is None:
        if inspection.desired.endpoints:
            yield ok("project", subject, f"There is no project {name} yet.")
        else:
            yield warning(
                "project", subject, f"There is no project {name} yet.",
                "Make it in the portal as the checklist says, or set migrate_project_create: true (experimental).",
            )  # fmt: skip
    elif not migrate.is_private(found, solutions(inspection)) and not ours(found.get("tags")):
        yield refused(
            "project", subject, f"{name} is a public project; its connectivity method cannot be changed.",
            "Choose another name (sequence.vault.name).",
        )  # fmt: skip
    else:
        yield ok("project", subject, f"{name} is a private project.")


def subnet_of_the_portal(inspection: Inspection) -> str:
    """The subnet in which the portal puts the endpoints of a project that it makes; empty when none is known, or we make them."""
    if inspection.desired.endpoints:
        return ""
    return inspection.desired.migration.get("subnet") or migrate.wanted_subnet(solutions(inspection))


def room_of_the_portal(inspection: Inspection) -> t.Iterator[Gate]:
    """Room for about 15 addresses and accepted network policies, where the portal is to make the endpoints."""
    if inspection.desired.endpoints:
        return  # the gate of subnets judges it
    subnet, project_id = subnet_of_the_portal(inspection), inspection.desired.vault_id
    if not subnet:
        yield warning(
            "subnet", project_id, "No subnet is named, so room and gateway were not looked at.", "Name sequence.migration.subnet.",
        )  # fmt: skip
        return
    network_id = parse_id(subnet, migrate.SUBNET_TYPE, option="migration.subnet").ancestor()
    document = inspection.network(network_id)
    found = capacity(subnet, document, inspection.usages(network_id)) if document else None
    if found is None:
        yield refused("subnet", subnet, f"{subnet} does not exist.", "Create the virtual network and subnet first.")
        return
    there = bool(migrate.connections(inspection.vault))
    if not there and found.free < rules.LEAST_ADDRESSES:
        yield refused(
            "subnet", subnet, f"{subnet} has {found.free} free addresses, at least {rules.LEAST_ADDRESSES} are needed.",
            "Use a larger subnet (sequence.migration.subnet), or free addresses.",
        )  # fmt: skip
    elif not there and found.free < rules.ADVISED_ADDRESSES:
        yield warning(
            "subnet", subnet, f"{subnet} has {found.free} free addresses; about {rules.ADVISED_ADDRESSES} may be needed."
        )  # fmt: skip
    else:
        yield ok("subnet", subnet, f"{subnet} has {found.free} free addresses.")
    policies = policies_refused(found, inspection.desired.accepted_network_policies)
    if policies and not there:
        yield refused(
            "network_policies", subnet, f"{policies}.", "Set privateEndpointNetworkPolicies of the subnet to Disabled."
        )


def networks(inspection: Inspection) -> list[str]:
    """The networks of the project's endpoints, whoever makes them."""
    portal = subnet_of_the_portal(inspection)
    subnets = [endpoint.subnet for endpoint in inspection.desired.all_endpoints] + ([portal] if portal else [])
    return unique_ids(parse_id(subnet, migrate.SUBNET_TYPE, option="migration.subnet").ancestor() for subnet in subnets)


def gateways(inspection: Inspection) -> t.Iterator[Gate]:
    """A gateway is in each network, or in one that a peering uses. Without one nothing on premises finds the way."""
    for network_id in networks(inspection):
        document = inspection.network(network_id)
        if document is not None:
            yield _gateway(network_id, document)


def _gateway(network_id: str, document: JSON) -> Gate:
    for item in get_path(document, "properties.subnets") or []:
        held = [str(each.get("id")) for each in get_path(item, "properties.ipConfigurations") or []]
        if any("/virtualnetworkgateways/" in text.lower() for text in held):
            return ok("gateway", network_id, f"{network_id} has a virtual network gateway.")
    for peering in get_path(document, "properties.virtualNetworkPeerings") or []:
        state = str(get_path(peering, "properties.peeringState"))
        if get_path(peering, "properties.useRemoteGateways") and state == "Connected":
            remote = get_path(peering, "properties.remoteVirtualNetwork.id")
            return ok("gateway", network_id, f"{network_id} uses the gateway of {remote}.")
    return warning(
        "gateway", network_id, f"Neither {network_id} nor a network whose gateway it uses has a virtual network gateway.",
        "Connect it by ExpressRoute private peering or a site-to-site VPN, unless the appliance is in Azure or comes another way.",
    )  # fmt: skip


def deleted(inspection: Inspection) -> list[str]:
    """The names of the assessment projects that were deleted in the resource group in the last 90 days, as its activity log shows."""
    home = parse_id(inspection.desired.vault_id)
    since = datetime.fromtimestamp(datetime.now(timezone.utc).timestamp() - ACTIVITY_DAYS * 86400, timezone.utc)
    query = (
        f"eventTimestamp ge '{since.strftime('%Y-%m-%dT%H:%M:%SZ')}' and resourceGroupName eq '{home.resource_group}'"
    )
    path = f"/subscriptions/{home.subscription_id}/providers/Microsoft.Insights/eventtypes/management/values"
    asked = {"$filter": query, "$select": "operationName,status,resourceId"}
    events: list[JSON] = inspection.once(
        "deleted assessment projects", lambda: inspection.azure.list(path, ACTIVITY_API_VERSION, **asked)
    )
    return sorted(
        {
            parse_id(str(event["resourceId"])).name
            for event in events
            if str(get_path(event, "operationName.value") or "").lower()
            == f"{migrate.ASSESSMENT_PROJECT}/delete".lower()
            and str(get_path(event, "status.value")).lower() in ("succeeded", "")
        }
    )


def taken_names(inspection: Inspection) -> t.Iterator[Gate]:
    """Names of assessment projects that were deleted: a new one of the name fails with DataPreconditionFailed.

    Nothing lists them; the activity log of the last 90 days shows their deletion.
    """
    group = parse_id(inspection.desired.vault_id).resource_group
    wanted = str(inspection.desired.migration.get("assessment_project") or "")
    try:
        gone = deleted(inspection)
    except Forbidden as error:
        yield warning(
            "assessment_names", group,
            f"The activity log cannot be read ({error.code}): names of deleted assessment projects are not known.",
            "Choose an appliance name that was never used in this resource group.",
        )  # fmt: skip
        return
    if wanted.lower() in [name.lower() for name in gone]:
        yield refused(
            "assessment_names", group,
            f"The assessment project {wanted} was deleted lately; its name stays taken (DataPreconditionFailed).",
            "Choose another name, with a suffix that is new.",
        )  # fmt: skip
    elif gone:
        yield warning(
            "assessment_names", group, f"Assessment projects were deleted lately, and their names stay taken: {', '.join(gone)}.",
            "Choose an appliance name that does not lead to one of them.",
        )  # fmt: skip
    else:
        yield ok("assessment_names", group, "No assessment project was deleted in the last 90 days.")


def assigned(inspection: Inspection) -> list[JSON]:
    """The policies assigned at the project's resource group, or above it."""
    scope = parse_id(inspection.desired.vault_id).group_id
    return t.cast("list[JSON]", inspection.once("policies", lambda: assignments(inspection.azure, scope)))


def policies(inspection: Inspection) -> t.Iterator[Gate]:
    """Policies that deny resources with public network access: the portal's Generate key makes some, for a moment."""
    scope = parse_id(inspection.desired.vault_id).group_id
    try:
        rows = assigned(inspection)
    except (Forbidden, NotFound) as error:
        yield warning(
            "policies", scope, f"Policy assignments cannot be read ({error.code}).", "Have their owner look for what denies public access."
        )  # fmt: skip
        return
    denying = [
        str(get_path(row, "properties.displayName") or row.get("name")) for row in rows if denies_public_access(row)
    ]
    if denying:
        yield warning(
            "policies", scope, f"Policies may deny what Generate key makes: {', '.join(denying)}.",
            "Have a temporary policy exemption made for Generate key, which writes resources without publicNetworkAccess.",
        )  # fmt: skip
    else:
        yield ok("policies", scope, "No policy is seen that denies public network access.")


def in_use(inspection: Inspection) -> t.Iterator[Gate]:
    """Whose appliances reach the project through what is to be removed is named."""
    subject, group = inspection.desired.vault_id, parse_id(inspection.desired.vault_id).group_id
    sites: list[JSON] = []
    for kind in migrate.SITES:
        try:
            sites += inspection.azure.list(f"{group}/providers/{kind}", migrate.OFFAZURE_API_VERSION)
        except AzureError as error:
            if error.code.lower() not in ("missingsubscriptionregistration", "resourcegroupnotfound"):
                raise
    found = [str(site["name"]) for site in migrate.sites_of(sites, subject)]
    if found:
        yield warning(
            "in_use", subject, f"The project serves the appliances of the sites {', '.join(found)}.",
            "Stop their replications first; an appliance needs another way to the project then.",
        )  # fmt: skip
    else:
        yield ok("in_use", subject, "No appliance has a site of the project.")


def asked_ahead(inspection: Inspection) -> t.Iterator[t.Callable[[], t.Any]]:
    """What the gates of a project ask that can be named at once."""
    yield lambda: deleted(inspection)
    yield lambda: assigned(inspection)
    for endpoint in inspection.desired.storage_endpoints:
        yield partial(inspection.led_to, endpoint.target)
    known = {fold_id(endpoint.network) for endpoint in inspection.desired.all_endpoints}
    subnet = str(inspection.desired.migration.get("subnet") or "")
    if subnet and not inspection.desired.endpoints:
        network = parse_id(subnet, migrate.SUBNET_TYPE, option="migration.subnet").ancestor()
        if fold_id(network) not in known:
            yield lambda: inspection.network(network)
            yield lambda: inspection.usages(network)


def solutions_ahead(inspection: Inspection) -> t.Iterator[t.Callable[[], t.Any]]:
    """The solutions of a project that is there."""
    yield lambda: solutions(inspection)
