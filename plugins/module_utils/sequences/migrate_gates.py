"""The gates of Azure Migrate over private endpoints, before a project and before a replication. Only reads."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

from ..azure.client import Azure
from ..errors import AzureError, Forbidden, NotFound
from ..ids import build_id, group_id, parse_id
from ..resources import migrate_projects as migrate
from ..resources.endpoint_names import NETWORK_API_VERSION
from ..resources.policies import assignments, denies_public_access
from ..resources.roles import granted, missing_actions
from ..resources.storage_accounts import read_account
from ..resources.subnets import capacity, policies_refused
from ..resources.vault_freshness import ACTIVITY_API_VERSION, ACTIVITY_DAYS
from ..resources.vaults import RESOURCE_GROUP_API_VERSION, read_vault
from ..wire import JSON, get_path
from . import migrate_rules as rules
from .gate import Gate, ok, refused, warning
from .gates.backing import backing
from .gates.replication_networks import account_networks


class Look:
    """What the gates read, each thing once."""

    def __init__(self, azure: Azure, cloud: str, options: JSON, subscription: str) -> None:
        self.azure, self.cloud, self.options, self.subscription = azure, cloud, options, subscription
        self.project_id = build_id(
            self.subscription, self.options["resource_group"], migrate.PROJECT, self.options["name"]
        )
        self.project: JSON | None = None
        self.solutions: list[JSON] = []
        self.vault: JSON | None = None
        self.accounts: list[rules.Chosen] = []
        self.roles: list[JSON] = []


def permissions(look: Look) -> t.Iterator[Gate]:
    """Contributor with User Access Administrator, or Owner, on the subscription."""
    scope = f"/subscriptions/{look.subscription}"
    missing = missing_actions(granted(look.azure, scope), migrate.NEEDED_ACTIONS)
    if missing:
        yield refused(
            "permissions", scope, f"The signed-in identity may not do {', '.join(missing)} at {scope}.",
            "Grant it Contributor and User Access Administrator, or Owner, on the subscription.", missing,
        )  # fmt: skip
    else:
        yield ok("permissions", scope, "The signed-in identity has what a project needs.")


def scenario(look: Look) -> t.Iterator[Gate]:
    """What works over private endpoints, and what needs more."""
    options = look.options
    return rules.scenario_gates(
        options["source"], options["method"] or "", options["experience"], look.cloud,
        outside=options["public_control_plane"], agent_dependencies=options["agent_dependencies"],
    )  # fmt: skip


def project(look: Look) -> t.Iterator[Gate]:
    """No public project of that name; where it is to be made, or looked at, it fits."""
    options = look.options
    try:
        look.project = look.azure.find(look.project_id, migrate.API_VERSION)
    except AzureError as error:
        # Of a provider that was never registered there is nothing.
        if error.code.lower() != "missingsubscriptionregistration":
            raise
    if look.project is None:
        if options["create"]:
            yield ok("project", look.project_id, f"There is no project {options['name']} yet.")
        else:
            yield warning(
                "project", look.project_id, f"There is no project {options['name']} yet.",
                "Make it in the portal as the checklist says, or set migrate_project_create: true (experimental).",
            )  # fmt: skip
        return
    look.solutions = look.azure.list(f"{look.project_id}/solutions", migrate.SOLUTION_API_VERSION)
    ours = str((look.project.get("tags") or {}).get("managed-by") or "") == "privatelink.recovery"
    if not migrate.is_private(look.project, look.solutions) and not ours:
        yield refused(
            "project", look.project_id, f"{options['name']} is a public project; its connectivity method cannot be changed.",
            "Choose another name.",
        )  # fmt: skip
    else:
        yield ok("project", look.project_id, f"{options['name']} is a private project.")


def network(look: Look) -> t.Iterator[Gate]:
    """Room for about 15 addresses, accepted network policies, a gateway in the network or one it uses."""
    subnet = look.options["subnet"] or migrate.wanted_subnet(look.solutions)
    if not subnet:
        yield warning(
            "subnet",
            look.project_id,
            "No subnet is named, so room and gateway were not looked at.",
            "Name migrate_subnet.",
        )
        return
    network_id = parse_id(subnet, migrate.SUBNET_TYPE, option="subnet").ancestor()
    document = look.azure.find(network_id, NETWORK_API_VERSION)
    usages = look.azure.list(f"{network_id}/usages", NETWORK_API_VERSION) if document else []
    found = capacity(subnet, document, usages) if document else None
    if document is None or found is None:
        yield refused("subnet", subnet, f"{subnet} does not exist.", "Create network and subnet first.")
        return
    exists = bool(migrate.connections(look.project))
    if not exists and found.free < rules.LEAST_ADDRESSES:
        yield refused(
            "subnet", subnet, f"{subnet} has {found.free} free addresses, at least {rules.LEAST_ADDRESSES} are needed.",
            "Use a larger subnet, or free addresses.",
        )  # fmt: skip
    elif not exists and found.free < rules.ADVISED_ADDRESSES:
        yield warning(
            "subnet",
            subnet,
            f"{subnet} has {found.free} free addresses; about {rules.ADVISED_ADDRESSES} may be needed.",
        )
    else:
        yield ok("subnet", subnet, f"{subnet} has {found.free} free addresses.")
    policies = policies_refused(found, ("Disabled",))
    if policies and not exists:
        yield refused(
            "network_policies", subnet, f"{policies}.", "Set privateEndpointNetworkPolicies of the subnet to Disabled."
        )
    yield gateway(network_id, document)


def gateway(network_id: str, document: JSON) -> Gate:
    """Whether a gateway is in the network, or in one that a peering uses. Without one nothing on premises finds the way."""
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


def taken_names(look: Look) -> t.Iterator[Gate]:
    """Names of assessment projects that were deleted: a new one of the name fails with DataPreconditionFailed.

    Nothing lists them; the activity log of the last 90 days shows their deletion.
    """
    group, wanted = look.options["resource_group"], str(look.options["assessment_project"] or "")
    since = datetime.fromtimestamp(datetime.now(timezone.utc).timestamp() - ACTIVITY_DAYS * 86400, timezone.utc)
    query = f"eventTimestamp ge '{since.strftime('%Y-%m-%dT%H:%M:%SZ')}' and resourceGroupName eq '{group}'"
    path = f"/subscriptions/{look.subscription}/providers/Microsoft.Insights/eventtypes/management/values"
    try:
        events = look.azure.list(
            path, ACTIVITY_API_VERSION, **{"$filter": query, "$select": "operationName,status,resourceId"}
        )
    except Forbidden as error:
        said = f"The activity log cannot be read ({error.code}): names of deleted assessment projects are not known."
        yield warning("assessment_names", group, said)
        return
    kind = migrate.ASSESSMENT_PROJECT.lower()
    gone = sorted(
        {
            parse_id(str(event["resourceId"])).name
            for event in events
            if str(get_path(event, "operationName.value") or "").lower() == f"{kind}/delete"
            and str(get_path(event, "status.value")).lower() in ("succeeded", "")
        }
    )
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


def policies(look: Look) -> t.Iterator[Gate]:
    """Policies that deny resources with public network access: the portal's Generate key makes some, for a moment."""
    scope = group_id(look.subscription, look.options["resource_group"])
    try:
        rows = assignments(look.azure, scope)
    except (Forbidden, NotFound) as error:
        yield warning("policies", scope, f"Policy assignments cannot be read ({error.code}).")
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


def group(look: Look) -> t.Iterator[Gate]:
    """The resource group exists."""
    scope = group_id(look.subscription, look.options["resource_group"])
    found = look.azure.find(scope, RESOURCE_GROUP_API_VERSION)
    if found is None:
        yield refused("resource_group", scope, f"{scope} does not exist.", "Create it first.")
    elif not look.options["location"]:
        look.options["location"] = str(found.get("location") or "")


def accounts(look: Look) -> t.Iterator[Gate]:
    """The accounts chosen beforehand fit the way of migrating; their roles go into the plan."""
    for row in look.options["accounts"] or []:
        account = read_account(look.azure, parse_id(row["id"], option="accounts.id").text)
        if account is None:
            yield refused("accounts", row["id"], f"{row['id']} does not exist.", "Create the account in advance.")
            continue
        chosen = rules.Chosen(
            account.id, row["purpose"], account.kind, account.tier, row["endpoint"], account.is_classic
        )
        look.accounts.append(chosen)
        if not account.is_classic:
            look.roles += [{"scope": account.id, "role": role} for role in account.roles_needed]
    yield from rules.account_gates(look.options["source"], look.options["method"] or "", look.accounts)


def vault(look: Look) -> t.Iterator[Gate]:
    """The project's vault: that of its migration solution, or the one that is named; with identity and private endpoint."""
    named = look.options["vault"] or migrate.extended(look.solutions, migrate.MIGRATION).get("vaultId") or ""
    if not named:
        yield refused(
            "vault", look.project_id, "The project has no Recovery Services vault yet.",
            "Do the rows of the checklist that make it in the portal, then run again; or name it in migrate_vault.",
        )  # fmt: skip
        return
    look.vault = read_vault(look.azure, named)
    if look.vault is None:
        yield refused("vault", named, f"{named} does not exist.", "Name the project's vault in migrate_vault.")
        return
    if "systemassigned" not in str(get_path(look.vault, "identity.type") or "").lower():
        yield refused(
            "vault", named, f"{named} has no system-assigned identity, so it can be given no role.", "Enable its managed identity first.",
        )  # fmt: skip
        return
    private = str(get_path(look.vault, "properties.privateEndpointStateForSiteRecovery") or "None")
    chosen = look.options["method"] or rules.METHODS[look.options["source"]][0]
    if private.lower() != "enabled" and chosen != "agentless_vmware":
        yield refused(
            "vault", named, f"{named} has no private endpoint for Site Recovery ({private}).",
            "The vault of a private project gets its endpoint when it is made; look whether this is the project's vault.",
        )  # fmt: skip
        return
    yield ok("vault", named, f"{named} has its identity and its private endpoint.")


def named_resources(look: Look) -> t.Iterable[Gate]:
    """Key vault and storage account of a project that is made."""
    options = look.options
    if not options["create"]:
        return []
    return backing(look.azure, filter(None, (options["key_vault"], options["storage_account"])))


def endpoint_networks(look: Look) -> t.Iterable[Gate]:
    """Where the endpoints of the accounts come: the project's network, or one connected with it."""
    home = migrate.wanted_subnet(look.solutions)
    return account_networks(look.azure, look.options["accounts"] or [], look.options["subnet"] or "", home)


NamedGate = tuple[str, t.Callable[[Look], t.Iterable[Gate]]]
STAGES: dict[str, tuple[NamedGate, ...]] = {
    "project": (
        ("resource_group", group), ("permissions", permissions), ("scenario", scenario), ("project", project),
        ("network", network), ("backing", named_resources), ("assessment_names", taken_names), ("policies", policies),
    ),
    "appliance": (),
    "replication": (
        ("scenario", scenario), ("project", project), ("vault", vault), ("accounts", accounts), ("endpoint_network", endpoint_networks),
    ),
}  # fmt: skip
