"""The Backup sequence."""

from __future__ import annotations

from ..resources.subnets import NEEDS
from ..resources.targets import VAULT_TARGET
from .gates import switch
from .gates.grants import grants
from .sequence import GateRow, Names, Row, Sequence, Step, with_own
from .vault_rows import BACKUP_GATES, BACKUP_TEARDOWN_GATES, VAULT_CHECKS, VAULT_LATE_CHECKS
from .waves import endpoint_lists, vault

BACKUP_ARTICLE = "https://learn.microsoft.com/azure/backup/private-endpoints"
V2_ARTICLE = "https://learn.microsoft.com/azure/backup/backup-azure-private-endpoints-configure-manage"

_DUTIES = (
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
        "If Microsoft.RecoveryServices was registered before 1 May 2020, register it again "
        "(backup_provider_registration: reregister).",
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
)
_REGISTER_TWICE = Row(
    "register-twice",
    "Run playbooks/drift.yml after the first registration, and again after the first backup; try either again if it failed.",
    "backup operator",
    "The vault's identity makes the storage endpoints only then, and until their records are there a first attempt may fail with "
    f"UserErrorVMInternetConnectivityIssue. {BACKUP_ARTICLE}",
    "three storage endpoints in the drift report, and the first successful backup",
    after_proof=True,
)

BACKUP = Sequence(
    name="backup",
    target=VAULT_TARGET,
    sub_resource="AzureBackup",
    addresses={"v2": NEEDS["AzureBackup"], "v1": NEEDS["AzureBackup_v1"]},
    # The article's sample has eight names of the vault and three of storage; it says eleven addresses, not how they divide.
    least_names={"v1": Names(at_first=8, in_use=8, certain=False)},
    classic=frozenset({"v1"}),
    one_region=True,
    gates=with_own(BACKUP_GATES, experience=(GateRow("grants", grants),)),
    teardown_gates=BACKUP_TEARDOWN_GATES,
    switch_gates=(
        GateRow("experience", switch.what_goes),
        GateRow("ownership", switch.ours_or_named),
        GateRow("permissions", switch.permissions),
        GateRow("locks", switch.locks),
        GateRow("register_again", switch.register_again),
    ),
    reads={"all": (Step(endpoint_lists, (vault,)),)},
    checks=VAULT_CHECKS,
    late_checks=VAULT_LATE_CHECKS,
    checklists={
        "backup": _DUTIES,
        "backup_v1": (*_DUTIES, _REGISTER_TWICE),
        "backup_to_v2": (
            Row(
                "register-again",
                "Register the servers in the gate register_again with the vault again, once the run that made v2 endpoints says that it is "
                "ready; protection need not be stopped.",
                "backup operator",
                f"Containers registered through a removed endpoint lose their way to the vault. {BACKUP_ARTICLE}",
                "each container shows as registered; its next backup succeeds",
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
    },
)
