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
    type: str
    choices: [all, before_endpoint, teardown, plan]
    default: all
  public_network_access:
    description: What the sequence will do with public access.
    type: str
    choices: [after_verify, before_endpoint, unchanged]
    default: after_verify
  cross_region_restore:
    description: Whether the sequence will enable cross-region restore.
    type: str
    choices: [Enabled, Disabled]
  identity:
    description: Whether the sequence wants the vault's system-assigned identity on. With V(false), a vault that has it on is refused.
    type: bool
    default: true
  freshness_attested:
    description: The operator attests that nothing was ever protected with the vault, where Azure's records do not reach back far enough.
    type: bool
    default: false
  accept_zone_overwrite:
    description: Accept that endpoints of one vault share a zone and overwrite each other's records.
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
  role_assignment_scopes:
    description: Ids of scopes at which the sequence assigns roles; the right to do so is needed there.
    type: list
    elements: str
    default: []
  storage_roles:
    description: Whether the sequence assigns roles on the storage accounts.
    type: bool
    default: false
  trusted_services:
    description: Whether the sequence lets trusted Microsoft services through the storage accounts' firewalls.
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
  returned: always
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

from ansible_collections.privatelink.recovery.plugins.module_utils.preflight import run_preflight
from ansible_collections.privatelink.recovery.plugins.module_utils.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.sequence_options import SEQUENCE
from ansible_collections.privatelink.recovery.plugins.module_utils.spec import Option

MODULE = Module(
    run=run_preflight,
    options={
        "stage": Option(choices=("all", "before_endpoint", "teardown", "plan"), default="all"),
        **SEQUENCE,
        "public_network_access": Option(
            choices=("after_verify", "before_endpoint", "unchanged"), default="after_verify"
        ),
        "cross_region_restore": Option(choices=("Enabled", "Disabled")),
        "identity": Option(type="bool", default=True),
        "freshness_attested": Option(type="bool", default=False),
        "accept_zone_overwrite": Option(type="bool", default=False),
        "accepted_network_policies": Option(type="list", elements="str", default=["Disabled"]),
        "provider_registration": Option(choices=("refuse", "register", "reregister"), default="refuse"),
        "approve": Option(type="bool", default=False),
        "role_assignment_scopes": Option(type="list", elements="str", default=[]),
        "storage_roles": Option(type="bool", default=False),
        "trusted_services": Option(type="bool", default=False),
        "permission_timeout": Option(type="int", default=600, least=0),
        "wait_timeout": Option(type="int", default=1800, least=1),
        "enforce": Option(type="bool", default=True),
    },
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
