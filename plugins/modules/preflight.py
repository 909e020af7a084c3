#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""All gates of a sequence in one read-only task."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
short_description: Run all gates of a sequence, read-only, before its first write
version_added: 1.0.0
description:
  - Reads everything that decides whether a sequence can succeed and do no harm, and returns a verdict for each gate.
  - All gates are run, so one look shows everything that stands in the way. A gate that cannot be judged is closed.
  - The result also holds the plan of the sequence, ids of vault, endpoints and zones, for the steps that follow.
author: privatelink.recovery maintainers (@privatelink)
options:
  stage:
    description:
      - V(all) gates; V(before_endpoint), those that are asked again right before an endpoint is created; V(teardown), those
        that are asked before anything is removed; or none, to read the V(plan) only.
      - With V(providers) the plan tells which resource providers must be registered in which subscriptions; nothing is read.
    type: str
    choices: [all, before_endpoint, teardown, plan, providers]
    default: all
  cross_region_restore:
    description: Whether the sequence will enable cross-region restore.
    type: str
    choices: [Enabled, Disabled]
  storage_redundancy:
    description: The redundancy the sequence will give the vault's storage.
    type: str
    choices: [LocallyRedundant, ZoneRedundant, GeoRedundant]
  freshness_attested:
    description: The operator attests that nothing was ever protected with the vault, where Azure's records do not reach back far enough.
    type: bool
    default: false
  accept_zone_overwrite:
    description: Accept that the planned endpoints overwrite the records of another endpoint of the vault, which is no longer needed.
    type: bool
    default: false
  accepted_network_policies:
    description: Values of C(privateEndpointNetworkPolicies) that are accepted.
    type: list
    elements: str
    default: [Disabled]
  provider_registration:
    description: What the sequence does about an unregistered resource provider.
    type: str
    choices: [refuse, register, reregister]
    default: refuse
  approve:
    description: Whether the sequence approves pending connections; with an endpoint that asks for approval, the right to do so is needed.
    type: bool
    default: false
  permission_timeout:
    description: How long to wait, in seconds, for a role assignment of the last ten minutes to spread.
    type: int
    default: 600
  wait_timeout:
    description: How long to ask again, in seconds, while Azure says that another operation holds what is read.
    type: int
    default: 1800
  protected_machines:
    description: Azure machines the sequence will enable replication for; looked at for what could never be carried out.
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description: Id of the virtual machine.
        type: str
        required: true
      disks:
        description: Ids of its managed disks.
        type: list
        elements: str
        required: true
      recovery_resource_group_id:
        description: Id of the resource group the machine fails over to.
        type: str
        required: true
      cache_storage_account_id:
        description: Id of the cache account in the source region.
        type: str
        required: true
  source_location:
    description: Region of these machines.
    type: str
  removes:
    description: What a teardown is to remove or change beyond endpoints, connections and records, for O(stage=teardown).
    type: list
    elements: str
    choices: [zones, roles, trusted_services, public_access]
    default: []
  unknown_consumers:
    description:
      - Hosts that are to prove the names, but that the inventory does not have; the caller knows the inventory. Any is refused before
        any request.
    type: list
    elements: str
    default: []
  settle_seconds:
    description: How long the sequence lets fresh roles spread, in seconds. Here and below, what cannot be is refused before a step needs it.
    type: int
    default: 0
  time_to_live:
    description: Time to live of the records the sequence writes, in seconds.
    type: int
    default: 10
  resolution_timeout:
    description: How long the sequence waits for names to resolve, in seconds.
    type: int
    default: 0
  resolution_port:
    description: TCP port the sequence reaches the names at; V(0) for none.
    type: int
    default: 0
  enforce:
    description: Fail when a gate is closed. With V(false) the verdicts are only returned.
    type: bool
    default: true
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.sequence
  - privatelink.recovery.attributes.info
  - privatelink.recovery.attributes.actiongroup
"""

EXAMPLES = r"""
- name: Everything that could go wrong, before anything is written
  privatelink.recovery.preflight:
    vault:
      name: vault-backup
      resource_group: rg-backup
      location: westeurope
    endpoints:
      - name: pe-backup
        subnet: "{{ subnet_id }}"
    dns_zones:
      resource_group: rg-dns
"""

RETURN = r"""
passed:
  description: Whether every gate is open.
  returned: success
  type: bool
  sample: true
gates:
  description: The verdict of each gate.
  returned: success
  type: list
  elements: dict
  sample:
    - name: freshness
      verdict: ok
      subject: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
      message: The vault does not exist yet and will be created fresh.
      remedy: ''
      evidence: []
message:
  description: All closed gates, a line each; empty when the way is free.
  returned: success
  type: str
  sample: ''
plan:
  description:
    - Ids of what the sequence will make or use.
    - C(settled) tells of C(endpoints), C(zones), C(dns) and C(public_access) whether all is as wanted already, so that their
      step has nothing to do. It is given when no gate is closed, with O(stage=all), and for C(dns) with O(stage=plan).
  returned: success
  type: dict
  sample:
    vault_id: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
    location: westeurope
    zone_names: [privatelink.we.backup.windowsazure.com, privatelink.queue.core.windows.net, privatelink.blob.core.windows.net]
    settled:
      endpoints: true
      zones: true
      dns: false
      public_access: false
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import WAITING, Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.preflight import run_preflight
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.gates.teardown import REMOVES
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.options import SEQUENCE, TIME_TO_LIVE

MODULE = Module(
    run=run_preflight,
    options={
        "stage": Option(choices=("all", "before_endpoint", "teardown", "plan", "providers"), default="all"),
        **SEQUENCE,
        "cross_region_restore": Option(choices=("Enabled", "Disabled")),
        "storage_redundancy": Option(choices=("LocallyRedundant", "ZoneRedundant", "GeoRedundant")),
        "freshness_attested": Option(type="bool", default=False),
        "accept_zone_overwrite": Option(type="bool", default=False),
        "accepted_network_policies": Option(type="list", elements="str", default=["Disabled"]),
        "provider_registration": Option(choices=("refuse", "register", "reregister"), default="refuse"),
        "approve": Option(type="bool", default=False),
        "permission_timeout": Option(type="int", default=600, least=0),
        "wait_timeout": WAITING["wait_timeout"],
        "protected_machines": Option(
            type="list",
            elements="dict",
            default=[],
            options={
                "id": Option(required=True),
                "disks": Option(type="list", elements="str", required=True),
                "recovery_resource_group_id": Option(required=True),
                "cache_storage_account_id": Option(required=True),
            },
        ),
        "source_location": Option(),
        "removes": Option(type="list", elements="str", choices=REMOVES, default=[]),
        "unknown_consumers": Option(type="list", elements="str", default=[]),
        "settle_seconds": Option(type="int", default=0, least=0),
        "time_to_live": TIME_TO_LIVE,
        "resolution_timeout": Option(type="int", default=0, least=0),
        "resolution_port": Option(type="int", default=0, least=0, most=65535),
        "enforce": Option(type="bool", default=True),
    },
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
