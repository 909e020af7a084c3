#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Recovery Services vaults."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vault
short_description: Manage a Recovery Services vault
version_added: 1.0.0
description:
  - Creates a Recovery Services vault, or brings an existing one to the wanted state, changing only what was asked for.
  - The system-assigned identity of a vault is never switched off; a task that would do so is refused before anything is written.
  - A vault is deleted only when it is empty.
author: privatelink.recovery maintainers (@privatelink)
options:
  resource_group:
    description: Resource group of the vault.
    type: str
    required: true
  name:
    description: Name of the vault.
    type: str
    required: true
  state:
    description: Whether the vault should exist.
    type: str
    choices: [present, absent]
    default: present
  location:
    description: Region of the vault. The resource group's region when a vault is created without it. Cannot be changed.
    type: str
  identity:
    description:
      - Managed identity of the vault. When not given, a new vault gets V(SystemAssigned) and an existing one keeps what it has.
    type: dict
    suboptions:
      type:
        description: Kind of identity. V(None) is accepted for a new vault only.
        type: str
        choices: [SystemAssigned, UserAssigned, 'SystemAssigned, UserAssigned', None]
        default: SystemAssigned
      user_assigned_identities:
        description:
          - User-assigned identities. A new vault gets them by a second write, once it exists; Azure loses those it is created with.
        type: dict
        suboptions:
          id:
            description: Ids of the identities.
            type: list
            elements: str
          append:
            description: Keep the user-assigned identities the vault already has.
            type: bool
            default: true
  public_network_access:
    description:
      - Whether the vault can be reached from public networks.
      - V(Disabled) is refused while cross-region restore is on, which Azure does not support.
    type: str
    choices: [Enabled, Disabled]
  storage_redundancy:
    description: Redundancy of the backup storage. Azure allows a change only before the first backup is configured.
    type: str
    choices: [LocallyRedundant, ZoneRedundant, GeoRedundant]
  cross_region_restore:
    description: Restore in the paired region. It cannot be switched off once it is on.
    type: str
    choices: [Enabled, Disabled]
  tags:
    description:
      - Tags as a dictionary of strings, at most 50.
      - The case of their names does not count, as with Azure; a tag that is there keeps the spelling of its name.
    type: dict
  append_tags:
    description: Keep the tags that are not named in O(tags).
    type: bool
    default: true
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.waiting
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.vault_freshness
  - name: Create and use private endpoints for Azure Backup
    description: Why the identity must stay on and the order of steps matters.
    link: https://learn.microsoft.com/azure/backup/private-endpoints
"""

EXAMPLES = r"""
- name: A vault with its identity on
  privatelink.recovery.vault:
    resource_group: rg-backup
    name: vault-backup
    location: westeurope
    tags:
      environment: production

- name: No access from public networks
  privatelink.recovery.vault:
    resource_group: rg-backup
    name: vault-backup
    public_network_access: Disabled
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
  description: Id of the vault.
  returned: success
  type: str
  sample: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
state:
  description: The vault as Azure answers it, in snake case with its properties lifted to the top; empty when it does not exist.
  returned: success
  type: dict
  sample:
    name: vault-backup
    location: westeurope
    identity: {type: SystemAssigned, principal_id: 55555555-5555-4555-8555-555555555555}
    provisioning_state: Succeeded
    public_network_access: Enabled
    private_endpoint_state_for_backup: None
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.vault import manage_vault
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.vaults import OPTIONS

MODULE = Module(
    run=manage_vault,
    options={
        "resource_group": Option(required=True),
        "name": Option(required=True),
        "state": Option(choices=("present", "absent"), default="present"),
        "identity": Option(
            type="dict",
            options={
                "type": Option(
                    choices=("SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned", "None"),
                    default="SystemAssigned",
                ),
                "user_assigned_identities": Option(
                    type="dict",
                    options={"id": Option(type="list", elements="str"), "append": Option(type="bool", default=True)},
                ),
            },
        ),
        "append_tags": Option(type="bool", default=True),
        **OPTIONS,
    },
    waiting=True,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
