"""The Site Recovery sequence."""

from __future__ import annotations

from ..resources.subnets import NEEDS
from ..resources.targets import VAULT_TARGET
from .backup import V2_ARTICLE
from .checks.vault import check_replication
from .gates.locks import teardown_locks
from .gates.replication import machines, replication, sides, storage
from .gates.teardown import permissions
from .sequence import GateRow, Names, Row, Sequence, Step, with_own
from .vault_rows import VAULT_CHECKS, VAULT_GATES, VAULT_LATE_CHECKS
from .waves import replicated, vault

SITE_RECOVERY_ARTICLE = (
    "https://learn.microsoft.com/azure/site-recovery/azure-to-azure-how-to-enable-replication-private-endpoints"
)
HYBRID_ARTICLE = "https://learn.microsoft.com/azure/site-recovery/hybrid-how-to-enable-replication-private-endpoints"

SITE_RECOVERY = Sequence(
    name="site_recovery",
    target=VAULT_TARGET,
    sub_resource="AzureSiteRecovery",
    addresses={"azure_to_azure": NEEDS["AzureSiteRecovery"], "hybrid": NEEDS["AzureSiteRecovery_hybrid"]},
    # SITE_RECOVERY_ARTICLE: {Vault-ID}-asr-pod01-{type}-.{target-geo-code}, which the pages do not call fixed.
    name_pattern=r"\d+-asr-pod\d+-[a-z0-9]+-?\.[a-z0-9]+\.",
    least_names={"azure_to_azure": Names(at_first=5, in_use=7), "hybrid": Names(at_first=5, in_use=5)},
    one_for_all=frozenset({"hybrid"}),
    needs_accounts=True,
    gates=with_own(
        VAULT_GATES,
        cloud=(GateRow("sides", sides),),
        locks=(GateRow("storage", storage), GateRow("machines", machines)),
    ),
    teardown_gates=(
        GateRow("permissions", permissions),
        GateRow("replication", replication),
        GateRow("locks", teardown_locks),
    ),
    reads={stage: (Step(replicated, (vault,)),) for stage in ("verification", "teardown")},
    checks=VAULT_CHECKS,
    late_checks=with_own(VAULT_LATE_CHECKS, capacity=(GateRow("replication", check_replication),)),
    checklists={
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
                "*.microsoftonline.com, *.microsoftonline-p.com, *.msauth.net, *.msftauth.net, *.live.com, *.office.com. "
                "A proxy must follow "
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
    },
)
