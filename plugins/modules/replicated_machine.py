#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Azure-to-Azure replication of a machine."""

from __future__ import annotations

DOCUMENTATION = r"""
module: replicated_machine
short_description: Switch Azure-to-Azure replication on for a machine
version_added: 1.0.0
description:
  - Creates what replication needs and does not exist yet (fabrics, containers, policy, mappings) and protects one machine.
  - It is refused while the vault has no Approved private endpoint for Site Recovery, because a vault protected before that can never use private endpoints.
  - What exists is used as it is. A machine that is replicated already is left as it is. Nothing is ever removed.
author: privatelink.recovery maintainers (@privatelink)
options:
  vault:
    description: Id of the Recovery Services vault.
    type: str
    required: true
  machine:
    description: Id of the virtual machine.
    type: str
    required: true
  disks:
    description: Ids of its managed disks that are replicated.
    type: list
    elements: str
    required: true
  source_location:
    description: Region of the machine.
    type: str
    required: true
  recovery_location:
    description: Region it fails over to.
    type: str
    required: true
  recovery_resource_group_id:
    description: Id of the resource group it fails over to.
    type: str
    required: true
  cache_storage_account:
    description: Id of the cache account in the source region.
    type: str
    required: true
  policy:
    description: Name of the replication policy.
    type: str
    default: privatelink-24-hours
  recovery_point_minutes:
    description: How long recovery points are kept, in minutes.
    type: int
    default: 1440
  application_consistent_minutes:
    description: Interval of application-consistent snapshots, in minutes.
    type: int
    default: 240
  fabric_prefix:
    description: Beginning of the names of fabrics and containers that are created.
    type: str
    default: privatelink-a2a
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.waiting
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
"""

EXAMPLES = r"""
- name: Replicate one machine
  privatelink.recovery.replicated_machine:
    vault: "{{ vault_id }}"
    machine: "{{ machine_id }}"
    disks: ["{{ disk_id }}"]
    source_location: westeurope
    recovery_location: northeurope
    recovery_resource_group_id: "{{ recovery_group_id }}"
    cache_storage_account: "{{ cache_account_id }}"
"""

RETURN = r"""
differences:
  description: What changes, or would in check mode, as C(resource) and C(changes), as text; empty when nothing does.
  returned: success
  type: list
  elements: dict
  sample:
    - resource: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
      changes: ['properties.publicNetworkAccess: Enabled to Disabled']
id:
  description: Id of the replicated item.
  returned: success
  type: str
  sample: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v/replicationProtectedItems/vm01
created:
  description: What was created, in order.
  returned: success
  type: list
  elements: str
  sample: [fabric of westeurope, fabric of northeurope]
state:
  description: The replicated item in snake case; empty when it does not exist.
  returned: success
  type: dict
  sample: {name: vm01}
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.replicated_machine import (
    enable_replication,
)

MODULE = Module(
    run=enable_replication,
    options={
        "vault": Option(required=True),
        "machine": Option(required=True),
        "disks": Option(type="list", elements="str", required=True),
        "source_location": Option(required=True),
        "recovery_location": Option(required=True),
        "recovery_resource_group_id": Option(required=True),
        "cache_storage_account": Option(required=True),
        "policy": Option(default="privatelink-24-hours"),
        "recovery_point_minutes": Option(type="int", default=1440, least=0),
        "application_consistent_minutes": Option(type="int", default=240, least=0),
        "fabric_prefix": Option(default="privatelink-a2a"),
    },
    waiting=True,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
