"""What can be decided about a migration before anything is asked: experience, scenario, storage accounts. Pure.

Public sources: https://learn.microsoft.com/azure/migrate/simplified-experience-for-azure-migrate (end of the classic experience),
https://learn.microsoft.com/azure/migrate/discover-and-assess-using-private-endpoints (scenarios),
https://learn.microsoft.com/azure/migrate/migrate-servers-to-azure-using-private-link (storage, Hyper-V).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import Refusal
from .gate import Gate, ok, refused, warning

RETIREMENT = "https://learn.microsoft.com/azure/migrate/simplified-experience-for-azure-migrate"
#: Source of machines -> how they are replicated by default, over private endpoints.
METHODS = {
    "VMware": ("agentless_vmware", "agent_based"),
    "HyperV": ("hyperv", "agent_based"),
    "Physical": ("agent_based",),
}
WAYS = tuple(dict.fromkeys(way for ways in METHODS.values() for way in ways))
EXPERIENCES = ("simplified", "classic")
#: Addresses the endpoints of a project take; the article says that about 15 may be needed.
ADVISED_ADDRESSES, LEAST_ADDRESSES = 15, 6


def refuse_retired(experience: str, accepted: str) -> None:
    """Refuse to start the classic agent-based experience, unless it is accepted by name. Raises :class:`Refusal`."""
    if experience != "classic" or accepted == "classic":
        return
    raise Refusal(
        "The classic agent-based replication is retired: no machine could be enabled since 31 March 2026, and it is gone since "
        f"30 September 2026 ({RETIREMENT}, published 11 November 2025). Nothing was written.",
        remedy="Use migrate_experience: simplified. Whoever still has it sets migrate_accept_retired: classic; verifying, storage, roles "
        "and teardown of what exists need no acceptance.",
    )


def scenario_gates(
    source: str, method: str, experience: str, cloud: str, *, outside: bool, agent_dependencies: bool
) -> t.Iterator[Gate]:
    """What works over private endpoints, and what needs the internet or Microsoft peering besides: said before anything is made.

    ``outside``: the appliance reaches the public endpoints of the control plane.
    """
    methods = METHODS.get(source, ())
    if method and method not in methods:
        yield refused(
            "scenario", source, f"{method} is no way to migrate {source} machines; there is {', '.join(methods)}.",
            "Correct migrate_method.",
        )  # fmt: skip
        return
    chosen = method or methods[0]
    if cloud == "AzureChinaCloud":
        yield refused(
            "scenario", source, "The appliance's installer refuses private endpoints in Azure operated by 21Vianet (China).",
            "Only the public endpoint method can be used there.",
        )  # fmt: skip
        return
    yield ok("scenario", source, f"Discovery and assessment of {source} machines are supported over private endpoints.")
    if chosen == "agentless_vmware" and not outside:
        yield refused(
            "scenario", source,
            "Agentless VMware migration moves its data over private endpoints, but its control plane is reached at public addresses "
            "only: it needs the internet or ExpressRoute Microsoft peering.",
            "Open the public control-plane names to the appliance and set migrate_public_control_plane: true.",
        )  # fmt: skip
    if chosen == "agent_based" and experience == "simplified":
        yield warning(
            "scenario", source,
            "No source says whether the simplified experience is allowed in a private project.",
            "Verify it: run migrate_verify.yml after the appliance is registered, and replicate one machine that does not matter first.",
        )  # fmt: skip
    if agent_dependencies:
        yield warning(
            "scenario", source, "Agent-based dependency analysis needs the internet, or Azure Monitor Private Link Scope.",
            "Use agentless dependency analysis, which private endpoints support.",
        )  # fmt: skip
    if source != "VMware":
        yield warning(
            "scenario", source, "Software inventory over private endpoints is documented for VMware machines only."
        )


@dataclass(frozen=True)
class Chosen:
    """An account chosen for replication. ``purpose`` is replication or cache."""

    id: str
    purpose: str
    kind: str
    tier: str
    endpoint: bool
    classic: bool = False

    @property
    def name(self) -> str:
        """The account's name."""
        return self.id.rsplit("/", 1)[-1]


def account_gates(source: str, method: str, accounts: t.Sequence[Chosen]) -> t.Iterator[Gate]:
    """The accounts fit: general-purpose v2, and for Hyper-V a standard cache beside a premium replication account, both with endpoints."""
    chosen = method or METHODS[source][0]
    if not accounts:
        yield refused(
            "accounts", source, "No storage account is chosen; it cannot be changed once replication is on.",
            "Create a general-purpose v2 account in advance and name it in migrate_replication_accounts.",
        )  # fmt: skip
        return
    for account in accounts:
        if account.classic or account.kind != "StorageV2":
            yield refused(
                "accounts", account.id, f"{account.name} is of kind {account.kind}; private endpoints need general-purpose v2.",
                "Choose or create a StorageV2 account.",
            )  # fmt: skip
        elif not account.endpoint:
            yield refused(
                "accounts", account.id, f"{account.name} gets no private endpoint, so replication would go over the public network.",
                "Set endpoint: true for it.",
            )  # fmt: skip
        else:
            yield ok("accounts", account.id, f"{account.name} is a {account.tier} general-purpose v2 account.")
    if chosen == "hyperv":
        yield from _hyperv(accounts)


def _hyperv(accounts: t.Sequence[Chosen]) -> t.Iterator[Gate]:
    replication = [each for each in accounts if each.purpose == "replication"]
    caches = [each for each in accounts if each.purpose == "cache"]
    for account in replication:
        if account.tier == "Premium" and not any(each.tier == "Standard" for each in caches):
            yield refused(
                "cache_account", account.id,
                f"{account.name} is premium: Hyper-V replication needs another, standard account for its cache.",
                "Add a standard general-purpose v2 account with purpose: cache, with an endpoint of its own.",
            )  # fmt: skip
    for account in caches:
        if account.tier != "Standard":
            yield refused(
                "cache_account", account.id, f"{account.name} is {account.tier}; the cache must be a standard account.",
                "Choose a standard account for the cache.",
            )  # fmt: skip


def checklist(experience: str, source: str, stage: str) -> list[dict[str, t.Any]]:
    """What a person does, in order, with where to copy what. ``stage`` is project, appliance or replication."""
    rows = [row for row in ROWS if row[0] == stage and row[1] in ("", experience) and row[2] in ("", source)]
    return [
        {"id": row_id, "what": what, "who": "operator", "why": why, "evidence": evidence, "done": False}
        for _stage, _experience, _source, row_id, what, why, evidence in rows
    ]


#: Stage, experience and source (empty: all), id, what, why, evidence.
ROWS: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    ("project", "", "", "create-project",
     "Azure Migrate > Create project > Advanced: connectivity method Private endpoint; Disable public endpoint access No; virtual network "
     "subscription, network and subnet as in the variables. Choose Create. KEEP THE PAGE OPEN until it is done.",
     "The portal makes project, endpoint, zone and record one after the other; an existing project cannot be converted.",
     "migrate_verify.yml finds the project with an Approved connection"),
    ("project", "", "", "generate-key",
     "Discover machines > Are your machines virtualized: the server type; name the appliance (letters and digits, at most 14); "
     "Generate key. KEEP THE PAGE OPEN. Copy the key into your password safe: the appliance asks for it.",
     "It makes key vault, storage account, master site, site and assessment project, each with its endpoint. A policy that denies public "
     "network access blocks it (the portal writes the vault without that property): have it exempted for that time. The appliance's name "
     "must be new: the name of a deleted assessment project stays taken (DataPreconditionFailed).",
     "migrate_verify.yml finds all of them Approved"),
    ("appliance", "", "", "licence",
     "Open https://<appliance>:44368, read the third-party information and accept the licence terms.", "Only a person can accept them.",
     "the configuration manager shows Set up prerequisites"),
    ("appliance", "", "", "prerequisites",
     "Set up prerequisites: connectivity green, time in sync, updates installed; a proxy (HTTP only) with address, port, credentials "
     "and the private names on its bypass list, then Save (it keeps a proxy of its own "
     "beside that of the host's services, migrate_proxy). Without internet to aka.ms switch auto update off (migrate_auto_update: false).",
     "The checks run in the configuration manager.", "all prerequisites green"),
    ("appliance", "", "VMware", "vddk",
     "Download the VMware Virtual Disk Development Kit (6.7, 7 or 8) from Broadcom and unpack it where the installation instructions say.",
     "Its licence does not let anybody else hand it out.", "Install VDDK is green"),
    ("appliance", "", "", "register",
     "Paste the project key, choose Login, copy the device code and sign in with it "
     "at https://microsoft.com/devicelogin in a browser that may.",
     "Key and sign-in are a person's.", "step look of migrate_appliance says registered"),
    ("appliance", "", "", "discover",
     "Add credentials (friendly names of letters and digits) and sources, choose Start discovery; then assess, or import by CSV.",
     "Credentials of the source are nobody else's.", "machines appear in the project"),
    ("replication", "simplified", "", "start-execution",
     "Execute > Migrations > Start execution: choose the target region, Generate key, copy it; the project needs its managed identity on.",
     "The first replication of a project is begun in the portal.", "the appliance is listed as registered"),
    ("replication", "simplified", "", "register-replication",
     "On the replication appliance open the configuration manager, paste the key, sign in with the device code; choose FQDN or NAT address "
     "of the mobility agents with care: it cannot be changed.", "Key and sign-in are a person's.", "step look says registered"),
    ("replication", "classic", "", "create-resources",
     "Discover machines > Are your machines virtualized: Not virtualized/Other > Target region: choose and confirm it > Create resources. "
     "KEEP THE PAGE OPEN.", "It makes the vault with its identity, the endpoint with five names, the zone and its records.",
     "migrate_verify.yml finds the vault with five names"),
    ("replication", "classic", "", "register-replication",
     "Download setup and key file, run the setup on the replication appliance, register it; install the mobility service on each machine.",
     "Registering works only after the vault's names are reached from there, which this run has verified.", "the appliance is listed"),
    ("replication", "", "", "replicate",
     "Replicate > Target settings: choose exactly the storage accounts of this run (Cache/Replication storage account); review, start, "
     "run a test migration, migrate.", "The account cannot be changed once replication is on.", "initial replication is healthy"),
    ("replication", "", "", "finish",
     "Complete the migration: stop replication of migrated machines, follow the post-migration practices "
     "(https://learn.microsoft.com/azure/migrate/tutorial-migrate-physical-virtual-machines#complete-the-migration).",
     "Replication costs until it is stopped.", "no replicated machine is left"),
)  # fmt: skip
