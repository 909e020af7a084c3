"""Reports as runs hand them over, made up, with as many endpoints as wanted."""

from __future__ import annotations

import typing as t

from ansible_collections.privatelink.recovery.plugins.module_utils.report.document import build
from ansible_collections.privatelink.recovery.plugins.module_utils.report.sheets import (
    dns_rows,
    firewall_rows,
    named_roles,
    role_definitions,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.checklists import rows

from ...conftest import GROUPS

JSON = dict[str, t.Any]
ZONE = "privatelink.siterecovery.windowsazure.com"
VAULT = f"{GROUPS}/rg-recovery-production-westeurope/providers/Microsoft.RecoveryServices/vaults/vault-recovery-production-01"
NETWORKS = f"{GROUPS}/rg-network-production-westeurope/providers/Microsoft.Network/virtualNetworks"
SERVICES = ("id1", "prot2", "rcm1", "srs1", "tel1", "rcm2", "srs2")


def options(endpoints: int) -> JSON:
    """The options of the report of a run that was refused: all kinds of rows, the worst not first."""
    made: JSON = {key: [] for key in ("gates", "names", "records", "links", "resources", "changes")}
    made["resources"].append(
        {
            "kind": "vault",
            "id": VAULT,
            "name": VAULT.rsplit("/", 1)[-1],
            "state": "succeeded",
            "object_id": "55555555-5555-4555-8555-555555555555",
            "detail": "identity SystemAssigned, public network access Enabled",
        }
    )
    for number in range(endpoints):
        name, network = f"pe-recovery-production-{number + 1:02d}", f"{NETWORKS}/vnet-production-{number + 1:02d}"
        zone = f"{GROUPS}/rg-dns-production-{number + 1:02d}/providers/Microsoft.Network/privateDnsZones/{ZONE}"
        good = number > 0
        made["resources"].append(
            {
                "kind": "private endpoint",
                "id": f"{VAULT.partition('/providers')[0]}/providers/Microsoft.Network/privateEndpoints/{name}",
                "name": name,
                "state": "succeeded" if good else "failed",
                "detail": f"connection {'Approved' if good else 'Pending'} on the endpoint, Approved on the vault",
                "connection": "Approved" if good else "Pending, Approved",
                "target": VAULT,
                "virtual_network": network,
                "zones": [zone],
            }
        )
        made["links"].append(
            {
                "zone": zone,
                "virtual_network": network,
                "state": "Completed" if good else "InProgress",
                "resolution_policy": "Default",
            }
        )
        made["gates"].append(
            {
                "name": "permissions",
                "verdict": "ok",
                "subject": network,
                "message": f"14 action(s) granted at {network}/subnets/endpoints.",
                "remedy": "",
                "evidence": [],
            }
        )
        for place, service in enumerate(SERVICES):
            record = f"8721663953301549357-asr-pod01-{service}.we"
            row = {
                "endpoint": name,
                "fqdn": f"{record}.{ZONE}",
                "ip_addresses": [f"10.{number + 1}.1.{place + 4}"],
                "zone": ZONE,
                "record_name": record,
                "record": "ok",
                "asked": True,
            }
            made["names"].append({**row, "resolved": number != 1 or place != 3, "answers": row["ip_addresses"]})
            made["records"].append({"zone": zone, "name": record, "ip_addresses": row["ip_addresses"]})
        made["records"].append({"zone": zone, "name": "of-somebody-else", "ip_addresses": ["10.99.99.99"]})
    made["gates"] += [
        {
            "name": "encryption",
            "verdict": "warning",
            "subject": VAULT,
            "message": f"{VAULT} uses a key of the customer's.",
            "remedy": "Keep the key vault reachable.",
            "evidence": [],
        },
        {
            "name": "freshness",
            "verdict": "refused",
            "subject": VAULT,
            "message": f"{VAULT}: The vault is or was in use.",
            "remedy": "Use a new vault, or set site_recovery_freshness_attested: true if nothing was ever protected with it.",
            "evidence": ["protected item sql01", "backup engine"],
        },
    ]
    endpoints_of_plan = [
        {**row, "virtual_networks": [row["virtual_network"]], "dns_server": "10.1.9.4"}
        for row in made["resources"]
        if row.get("target")
    ]
    access: list[JSON] = [
        {
            "role": "Storage Blob Data Contributor",
            "scope": f"{GROUPS}/rg-recovery-production-westeurope/providers/Microsoft.Storage/storageAccounts/cacheproduction",
            "principal": "identity of the vault",
            "principal_id": "55555555-5555-4555-8555-555555555555",
            "reason": "The vault reaches storage with its own identity.",
        },
        {
            "scope": f"{GROUPS}/rg-recovery-production-westeurope",
            "principal": "who runs the sequence",
            "principal_id": "44444444-4444-4444-8444-444444444444",
            "actions": [
                "Microsoft.RecoveryServices/vaults/read",
                "Microsoft.RecoveryServices/vaults/privateEndpointConnectionsApproval/action",
                "Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write",
            ],
            "reason": "What the run reads and writes there.",
        },
    ]
    return {
        **made,
        "firewall": firewall_rows(made["names"], endpoints_of_plan),
        "dns": dns_rows(made["names"], endpoints_of_plan, 10),
        "access": named_roles(access, role_definitions(access, "vault-recovery-production-01")),
        "scenario": "site_recovery",
        "result": "refused",
        "ready_to_protect": False,
        "subject": {"vault": VAULT, "location": "westeurope", "dns_mode": "zone_group", "zones": [ZONE]},
        "manual_steps": rows("site_recovery", ready=False),
        "warnings": [{"task": "Vault", "message": "The vault shows its connections some minutes late."}],
        "changes": [
            {
                "task": "Vault",
                "resource": VAULT,
                "changed": True,
                "diff": "properties.publicNetworkAccess: Enabled to Disabled",
            }
        ],
    }


def sample(endpoints: int) -> JSON:
    """The report itself."""
    return build(options(endpoints), "2026-01-31T12:00:00Z")
