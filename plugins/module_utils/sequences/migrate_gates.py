"""The gates of a replication with Azure Migrate over private endpoints; those of a project are in :mod:`.gates.migrate`. Only reads."""

from __future__ import annotations

import typing as t

from ..azure.client import Azure
from ..ids import build_id, parse_id
from ..resources import migrate_projects as migrate
from ..resources.storage_accounts import read_account
from ..resources.vaults import read_vault
from ..wire import JSON, get_path
from . import migrate_rules as rules
from .gate import Gate, ok, refused, warning
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


def scenario(look: Look) -> t.Iterator[Gate]:
    """What works over private endpoints, and what needs more."""
    options = look.options
    return rules.scenario_gates(
        options["source"], options["method"] or "", options["experience"], look.cloud,
        outside=options["public_control_plane"], agent_dependencies=options["agent_dependencies"],
    )  # fmt: skip


def project(look: Look) -> t.Iterator[Gate]:
    """The project, where it is there, is a private one."""
    options = look.options
    look.project = migrate.find_project(look.azure, look.project_id)
    if look.project is None:
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


def endpoint_networks(look: Look) -> t.Iterable[Gate]:
    """Where the endpoints of the accounts come: the project's network, or one connected with it."""
    home = migrate.wanted_subnet(look.solutions)
    return account_networks(look.azure, look.options["accounts"] or [], look.options["subnet"] or "", home)


NamedGate = tuple[str, t.Callable[[Look], t.Iterable[Gate]]]
STAGES: dict[str, tuple[NamedGate, ...]] = {
    "appliance": (),
    "replication": (
        ("scenario", scenario), ("project", project), ("vault", vault), ("accounts", accounts), ("endpoint_network", endpoint_networks),
    ),
}  # fmt: skip
