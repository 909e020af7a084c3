"""What a person has to do or decide in a sequence, as rows of its report: what no API can do is never left unsaid."""

from __future__ import annotations

import typing as t

from ..wire import JSON

BACKUP_ARTICLE = "https://learn.microsoft.com/azure/backup/private-endpoints"
V2_ARTICLE = "https://learn.microsoft.com/azure/backup/backup-azure-private-endpoints-configure-manage"

SITE_RECOVERY_ARTICLE = (
    "https://learn.microsoft.com/azure/site-recovery/azure-to-azure-how-to-enable-replication-private-endpoints"
)
HYBRID_ARTICLE = "https://learn.microsoft.com/azure/site-recovery/hybrid-how-to-enable-replication-private-endpoints"


class Row(t.NamedTuple):
    """One duty: a stable id, what to do, who does it, why, and how to show that it was done.

    ``after_proof`` marks what must not be done before everything is proved.
    """

    id: str
    what: str
    who: str
    why: str
    evidence: str
    after_proof: bool = False


CHECKLISTS: dict[str, tuple[Row, ...]] = {
    "backup": (
        Row(
            "entra-outbound",
            "Allow outbound TCP 443 to Microsoft Entra ID from every protected machine and MARS server "
            "(service tag AzureActiveDirectory in the network security group, or the firewall's tag).",
            "network team",
            f"Entra ID has no private endpoint. {BACKUP_ARTICLE}",
            "Test-NetConnection login.microsoftonline.com -Port 443 from one machine of each network",
        ),
        Row(
            "provider-age",
            "If Microsoft.RecoveryServices was registered before 1 May 2020, register it again (backup_provider_registration: reregister).",
            "subscription owner",
            f"An old registration does not know private endpoints, and its date cannot be read. {BACKUP_ARTICLE}",
            "provider operations in the activity log, or the answer of the owner",
        ),
        Row(
            "route-and-proxy",
            "Make sure on-premises servers reach the endpoints' addresses (peering, VPN or ExpressRoute private peering), "
            "and that proxies pass or bypass the private names.",
            "network team",
            f"All traffic of the MARS agent goes through the private endpoint. {BACKUP_ARTICLE}",
            "privatelink.recovery.name_resolution with port: 443 from one server of each site",
        ),
        Row(
            "protect",
            "Configure protection now, not before: this report proves endpoint, approval and records.",
            "backup operator",
            f"A protection attempt before that would have ruined the vault for private endpoints. {BACKUP_ARTICLE}",
            "the first backup job",
            after_proof=True,
        ),
        Row(
            "drift",
            "Schedule playbooks/drift.yml (hourly until the first backup, daily after it).",
            "automation owner",
            f"Azure Backup adds storage names after registration and after the first backup. {V2_ARTICLE}",
            "the schedule; its last report",
        ),
        Row(
            "file-recovery",
            "Tell operators that file recovery of Azure VMs works only from networks with an endpoint of this vault, and that "
            "unmanaged disks behind a storage firewall need its exception for trusted Microsoft services.",
            "backup operator",
            f"Azure VM and Azure Files backup need no private endpoint, their file recovery does. {BACKUP_ARTICLE}",
            "runbook updated",
        ),
    ),
    "site_recovery": (
        Row(
            "entra-outbound",
            "Allow outbound TCP 443 to Microsoft Entra ID from source and recovery network (service tag AzureActiveDirectory).",
            "network team",
            f"Entra ID has no private endpoint. {SITE_RECOVERY_ARTICLE}",
            "Test-NetConnection login.microsoftonline.com -Port 443 from a machine of each network",
        ),
        Row(
            "automation-account",
            "Switch automatic updates of the Mobility agent through an Automation account off, and plan manual updates.",
            "replication operator",
            f"Jobs of an Automation account cannot reach a vault behind private endpoints. {SITE_RECOVERY_ARTICLE}",
            "extension update settings of the vault; the calendar entry",
        ),
        Row(
            "enable-replication",
            "Enable replication for the machines now, not before (or name them in site_recovery_protected_machines).",
            "replication operator",
            f"A vault that ever held a protected machine can never use private endpoints. {SITE_RECOVERY_ARTICLE}",
            "replicated items show as Protected",
            after_proof=True,
        ),
        Row(
            "drift-after-replication",
            "Run playbooks/drift.yml with recovery_role site_recovery after replication is on, and schedule it daily.",
            "automation owner",
            f"Two more names appear on both endpoints once replication is on. {SITE_RECOVERY_ARTICLE}",
            "seven names on each endpoint in the drift report",
        ),
        Row(
            "reprotect-storage",
            "Before reprotecting, create a cache account in the recovery region and its endpoint in the recovery network.",
            "replication operator",
            f"Without it replication back uses the account's public endpoint. {SITE_RECOVERY_ARTICLE}",
            "second account listed in site_recovery_storage_accounts",
        ),
        Row(
            "public-fallback",
            "If storage has no private endpoint, allow the storage, Event Hub and Site Recovery service tags of the region outbound.",
            "network team",
            "https://learn.microsoft.com/azure/site-recovery/azure-to-azure-troubleshoot-network-connectivity",
            "effective security rules of one machine",
        ),
        Row(
            "test-failover",
            "Run a test failover into a network that is linked to the recovery side's zones, and repeat it on schedule.",
            "replication operator",
            "A failover finds the vault only where its names resolve to the recovery endpoint. "
            "https://learn.microsoft.com/azure/site-recovery/azure-to-azure-tutorial-dr-drill",
            "the test failover's job; name_resolution on the machine that came up",
        ),
    ),
    "site_recovery_hybrid": (
        Row(
            "private-connection",
            "Connect the machines' site with the bypass network (VPN or ExpressRoute private peering), and have its DNS servers "
            "forward the zones to a resolver in that network.",
            "network team",
            f"An endpoint cannot be on premises. {HYBRID_ARTICLE}",
            "privatelink.recovery.name_resolution with port: 443 from the appliance",
        ),
        Row(
            "agent-version",
            "Use Site Recovery 9.35 or newer everywhere, and plan upgrades by hand.",
            "replication operator",
            f"Older versions do not know private endpoints, and automatic upgrades are not supported with them. {HYBRID_ARTICLE}",
            "versions of appliance and agents; the calendar entry",
        ),
        Row(
            "install-after-endpoint",
            "Install the configuration server, appliance or Hyper-V provider only now; a configuration server needs MySQL installed "
            "by hand first.",
            "replication operator",
            f"The endpoint must exist before the first registration. {HYBRID_ARTICLE}",
            "date of the installation, after that of this report",
        ),
        Row(
            "public-urls",
            "Allow outbound TCP 443 to the URLs that stay public (in other clouds than the public one, those the article lists): "
            "portal.azure.com, management.azure.com, *.windows.net, *.microsoft.com, "
            "*.microsoftonline.com, *.microsoftonline-p.com, *.msauth.net, *.msftauth.net, *.live.com, *.office.com. A proxy must follow "
            "the aliases of the private names or leave them alone.",
            "network team",
            f"Sign-in and management have no private endpoint. {HYBRID_ARTICLE}",
            "the appliance's own connectivity check",
        ),
        Row(
            "enable-replication",
            "Enable replication for the machines now, not before.",
            "replication operator",
            f"A vault that ever held a protected machine can never use private endpoints. {HYBRID_ARTICLE}",
            "replicated items show as Protected",
            after_proof=True,
        ),
    ),
    "site_recovery_teardown": (
        Row(
            "public-path",
            "Decide how the vault is reached from now on: open public network access, or create new endpoints.",
            "vault owner",
            f"Removing endpoints does not open the vault by itself. {V2_ARTICLE}",
            "public network access of the vault",
        ),
    ),
    "backup_teardown": (
        Row(
            "register-again",
            "Register SQL, SAP HANA and MARS servers of this vault again; protection need not be stopped.",
            "backup operator",
            f"Containers registered through a removed endpoint lose their way to the vault. {BACKUP_ARTICLE}",
            "each container shows as registered; its next backup succeeds",
        ),
        Row(
            "public-path",
            "Decide how the vault is reached from now on: open public network access, or create new endpoints.",
            "vault owner",
            f"Removing endpoints does not open the vault by itself. {V2_ARTICLE}",
            "public network access of the vault",
        ),
    ),
}


#: In place of what must wait, while a report does not prove that the vault is ready.
NOT_YET = Row(
    "not-yet",
    "Protect nothing with this vault yet; register no server and no machine.",
    "everyone who may protect something",
    "This report does not prove that the vault is reached privately; an attempt before its endpoint exists would close the "
    f"vault to private endpoints for good. {BACKUP_ARTICLE}",
    "a later report that says: ready to protect",
)


def rows(name: str, *, ready: bool = True) -> list[JSON]:
    """The rows of a checklist as the report takes them; unless everything is ready, what must wait is not among them."""
    found = [row if ready or not row.after_proof else NOT_YET for row in CHECKLISTS[name]]
    return [
        {**{key: value for key, value in row._asdict().items() if key != "after_proof"}, "done": False} for row in found
    ]
