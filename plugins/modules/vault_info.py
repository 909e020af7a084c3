#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read Recovery Services vaults."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_info
short_description: Read Recovery Services vaults
version_added: 1.0.0
description:
  - Reads one vault, the vaults of a resource group or those of a subscription, with identity, public access and private endpoint connections.
  - A vault that does not exist gives an empty list, not an error.
  - Azure's lists say less of each vault than the vault itself. Redundancy, security settings and storage version are there with O(name) only.
author: privatelink.recovery maintainers (@privatelink)
options:
  resource_group:
    description: Only the vaults of this resource group.
    type: str
  name:
    description: Only this vault; needs O(resource_group).
    type: str
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes.info
  - privatelink.recovery.attributes.actiongroup
"""

EXAMPLES = r"""
- name: Read one vault
  privatelink.recovery.vault_info:
    resource_group: rg-backup
    name: vault-backup
  register: found

- name: Read every vault of the subscription
  privatelink.recovery.vault_info: {}
"""

RETURN = r"""
vaults:
  description: The vaults in snake case with their properties lifted to the top.
  returned: success
  type: list
  elements: dict
  sample:
    - name: vault-backup
      location: westeurope
      identity: {type: SystemAssigned, principal_id: 55555555-5555-4555-8555-555555555555}
      public_network_access: Disabled
      private_endpoint_state_for_backup: Enabled
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.vault import list_vaults

MODULE = Module(run=list_vaults, options={"resource_group": Option(), "name": Option()})


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
