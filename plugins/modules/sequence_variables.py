#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The options of a sequence, judged without Azure."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sequence_variables
short_description: Judge the options of a sequence without Azure
version_added: 1.0.0
description:
  - Refuses options with which a sequence can never succeed, as names, ids, addresses, combinations, a cloud that is none, a region of
    another cloud and subnets that are too small.
  - Needs no credentials and sends no request. Of the connection only O(cloud_environment) is looked at.
  - A region that no public list has is a warning with the nearest name, because it may be new.
author: privatelink.recovery maintainers (@privatelink)
options:
  wait_timeout:
    description: How long the steps of the sequence are to wait, in seconds. It is judged like the rest, nothing waits here.
    type: int
    default: 1800
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.sequence
  - privatelink.recovery.attributes.info
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.preflight
"""

EXAMPLES = r"""
- name: Is anything wrong that can be seen without Azure
  privatelink.recovery.sequence_variables:
    sequence:
      name: backup
      vault:
        name: vault-backup
        resource_group: rg-backup
        location: westeurope
      endpoints:
        - name: pe-backup
          subnet: "{{ subnet_id }}"
          subnet_prefix: 10.1.2.0/27
      dns_zones:
        resource_group: rg-dns
"""

RETURN = r"""
vault_id:
  description: Id of the vault or project. A subscription that only the credentials name is all zeros in it.
  returned: success
  type: str
  sample: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
endpoints:
  description: Ids of the private endpoints, those of storage accounts included.
  returned: success
  type: list
  elements: str
  sample:
    - /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Network/privateEndpoints/pe-backup
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import WAITING, Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.sequence_variables import judge_variables
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.options import SEQUENCE
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.role_variables import in_words_of

MODULE = Module(
    run=judge_variables,
    options={"sequence": SEQUENCE, "wait_timeout": WAITING["wait_timeout"]},
    wording=in_words_of,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
