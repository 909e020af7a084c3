"""The sequence of Data Protection Manager (DPM) and Azure Backup Server (MABS)."""

from __future__ import annotations

from ..resources.subnets import Need
from ..resources.targets import VAULT_TARGET
from .gates.on_premises import check_data_sources, data_sources, gateways, hubs, private_route, protection
from .sequence import GateRow, Row, Sequence, Step, with_own
from .vault_rows import BACKUP_GATES, BACKUP_TEARDOWN_GATES, VAULT_CHECKS, VAULT_LATE_CHECKS
from .waves import endpoint_lists, networks, vault

ARTICLE = "https://learn.microsoft.com/azure/backup/private-endpoint-configure-vault-backup-server"
CONFIGURE = "https://learn.microsoft.com/azure/backup/backup-azure-private-endpoints-configure-manage"

_OUTBOUND = Row(
    "entra-outbound",
    "Allow outbound TCP 443 from every DPM and MABS server to the names of Microsoft Entra in sections 56 and 59 of "
    "https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges (in Azure: service tag AzureActiveDirectory).",
    "network team",
    f"Entra has no private endpoint, and the MARS agent signs in there. {ARTICLE}",
    "the gate server_entra of a later register",
)
_ROUTE = Row(
    "private-route",
    "Keep the private way from the servers to the endpoints (ExpressRoute private peering) and all backup traffic on it.",
    "network team",
    f"All backup data goes to private addresses of the virtual network. {ARTICLE}",
    "the gates private_route and server_names",
)
_RESTORE = Row(
    "test-restore",
    "Restore one item of each server from an online recovery point.",
    "backup operator",
    f"Only a restore proves a backup; it needs a target that only you know. {ARTICLE}",
    "the restored item, and the job in Monitoring > Jobs",
)
_DRIFT = Row(
    "drift",
    "Schedule playbooks/drift.yml with recovery_role=dpm_mabs (hourly until the first online backups, daily after them).",
    "automation owner",
    f"Azure Backup allocates a storage account with each data source, and its name appears on the endpoint. {ARTICLE}",
    "the schedule; its last report",
)

DPM_MABS = Sequence(
    name="dpm_mabs",
    target=VAULT_TARGET,
    sub_resource="AzureBackup",
    addresses={"v2": Need(10, 25, f"DPM and MABS: ten addresses, and one for each data source, {ARTICLE}")},
    addresses_per_data_source=1,
    one_region=True,
    gates=with_own(
        BACKUP_GATES,
        quota=(GateRow("data_sources", data_sources, again=True),),
        peering=(GateRow("private_route", private_route),),
    ),
    teardown_gates=BACKUP_TEARDOWN_GATES,
    reads={
        "all": (
            Step(endpoint_lists, (vault,)),
            Step(protection, (vault,)),
            Step(hubs, (networks,)),
            Step(gateways, (hubs,)),
        )
    },
    checks=VAULT_CHECKS,
    late_checks=(*VAULT_LATE_CHECKS, GateRow("data_sources", check_data_sources)),
    checklists={
        "dpm_mabs": (
            _OUTBOUND,
            _ROUTE,
            Row(
                "vault-group",
                "Keep the vault in the resource group of what is backed up, where that is in Azure.",
                "vault owner",
                f"Microsoft's article makes it there; of servers on premises nobody but you knows where they belong. {ARTICLE}",
                "the resource group of the vault",
            ),
            Row(
                "proxy",
                "Let the servers' proxies pass the private names, or bypass them (dpm_mabs_proxy).",
                "network team",
                f"Names that a proxy resolves publicly never reach the endpoint. {ARTICLE}",
                "the gate server_names of a later register",
            ),
            Row(
                "register",
                "Register the servers now, not before: privatelink.recovery.dpm_mabs_register.",
                "backup operator",
                f"A registration before the endpoint is there would have ruined the vault for private endpoints. {ARTICLE}",
                "the report of dpm_mabs_register",
                after_proof=True,
            ),
            _DRIFT,
        ),
        "dpm_mabs_register": (
            Row(
                "protection-groups",
                "Enable protection on disk and online in protection groups, and wait for the initial replicas; or have your own tasks "
                "do it (dpm_mabs_protection_tasks) and the role wait (dpm_mabs_protection).",
                "backup operator",
                f"What is worth protecting, how often and for how long nobody but you knows. {ARTICLE}",
                "Protection view of the console: replica OK, online recovery points",
            ),
            Row(
                "passphrase-escrow",
                "Keep the passphrase where it survives the servers (dpm_mabs_passphrase_copy, or a safe).",
                "security officer",
                "Without it nobody can read the recovery points of a lost server. "
                "https://learn.microsoft.com/azure/backup/backup-azure-file-folder-backup-faq",
                "where it is kept",
            ),
            _RESTORE,
            _DRIFT,
        ),
        "dpm_mabs_reregister": (_RESTORE, _DRIFT),
        "dpm_mabs_teardown": (
            Row(
                "register-again",
                "Have the servers register again: privatelink.recovery.dpm_mabs_reregister, with the passphrase of the first registration. "
                "Protection need not be stopped.",
                "backup operator",
                f"Servers registered over a removed endpoint lose their way to the vault. {ARTICLE}",
                "the report of dpm_mabs_reregister",
            ),
            Row(
                "public-path",
                "Decide how the vault is reached from now on: open public network access (dpm_mabs_teardown_public_network_access: "
                "Enabled), or make new endpoints first.",
                "vault owner",
                f"Removing endpoints does not open the vault by itself. {CONFIGURE}",
                "public network access of the vault",
            ),
        ),
    },
)
