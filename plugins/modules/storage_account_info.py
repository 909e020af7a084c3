#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read storage accounts."""

from __future__ import annotations

DOCUMENTATION = r"""
module: storage_account_info
short_description: Read storage accounts and what replication through them needs
version_added: 1.0.0
description:
  - Reads storage accounts, classic ones included, with kind, tier and firewall.
  - Says of each whether it can be the target of a private endpoint and which roles the identity of a Recovery Services vault needs on it.
  - The keys of an account are never asked for.
author: privatelink.recovery maintainers (@privatelink)
options:
  resource_group:
    description: Only the accounts of this resource group.
    type: str
  name:
    description: Only this account; needs O(resource_group).
    type: str
  ids:
    description: Only these accounts, by id; none when empty. Accounts that do not exist are named in RV(missing).
    type: list
    elements: str
    aliases: [id]
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes.info
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.storage_account_access
  - module: privatelink.recovery.role_assignment
  - name: Replicate machines with private endpoints
    description: Which accounts need which roles.
    link: https://learn.microsoft.com/azure/site-recovery/azure-to-azure-how-to-enable-replication-private-endpoints
"""

EXAMPLES = r"""
- name: Read the cache storage account
  privatelink.recovery.storage_account_info:
    resource_group: rg-backup
    name: cachewesteurope
  register: cache

- name: Read two accounts at once
  privatelink.recovery.storage_account_info:
    ids:
      - /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Storage/storageAccounts/cachewesteurope
      - /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Storage/storageAccounts/cachenortheurope
"""

RETURN = r"""
storage_accounts:
  description: The accounts that were found.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the account.
      returned: success
      type: str
      sample: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Storage/storageAccounts/cachewesteurope
    name:
      description: Name of the account.
      returned: success
      type: str
      sample: cachewesteurope
    location:
      description: Region of the account.
      returned: success
      type: str
      sample: westeurope
    kind:
      description: Kind of the account in Azure's words, or V(classic).
      returned: success
      type: str
      sample: StorageV2
    sku:
      description: Name of the SKU; the account type of a classic account.
      returned: success
      type: str
      sample: Standard_LRS
    tier:
      description: V(Standard) or V(Premium), or what else Azure calls it.
      returned: success
      type: str
      sample: Standard
    is_classic:
      description: Whether the account is of the classic deployment model.
      returned: success
      type: bool
      sample: false
    network_acls:
      description: The firewall, its exceptions as a list; empty for a classic account.
      returned: success
      type: dict
      sample: {bypass: [AzureServices], default_action: Deny, ip_rules: [], virtual_network_rules: []}
    public_network_access:
      description: Whether the public endpoint is open, empty when it was never set.
      returned: success
      type: str
      sample: Disabled
    trusted_services:
      description: Whether the firewall lets trusted Microsoft services in.
      returned: success
      type: bool
      sample: true
    supports_private_endpoint:
      description: Whether replication can use a private endpoint to the account.
      returned: success
      type: bool
      sample: true
    reason:
      description: Why it cannot, and why the roles it needs are not known; empty when it can and they are.
      returned: success
      type: str
      sample: ''
    roles_needed:
      description: Roles the vault's identity needs on the account; empty when they are not known.
      returned: success
      type: list
      elements: str
      sample: [Contributor, Storage Blob Data Contributor]
    state:
      description: The account in snake case with its properties lifted to the top.
      returned: success
      type: dict
      sample: {provisioning_state: Succeeded}
missing:
  description: Ids of accounts that were named and do not exist.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.storage_account_info import list_accounts

MODULE = Module(
    run=list_accounts,
    options={
        "resource_group": Option(),
        "name": Option(),
        "ids": Option(type="list", elements="str", aliases=("id",)),
    },
    mutually_exclusive=(("ids", "resource_group"), ("ids", "name")),
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
