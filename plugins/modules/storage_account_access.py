#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The storage firewall's exception for trusted Microsoft services."""

from __future__ import annotations

DOCUMENTATION = r"""
module: storage_account_access
short_description: Let trusted Microsoft services through the firewall of storage accounts
version_added: 1.0.0
description:
  - Adds or removes the exception for trusted Microsoft services, which Site Recovery and Azure Migrate need on an account whose firewall is on.
  - Every other exception, rule and the default action stay as they are.
  - Azure replaces the firewall as a whole, so the module reads it and sends it back complete.
author: privatelink.recovery maintainers (@privatelink)
options:
  resource_group:
    description: Resource group of the account; needs O(name).
    type: str
  name:
    description: Name of the account; needs O(resource_group).
    type: str
  ids:
    description: Ids of the accounts. Nothing is done when empty.
    type: list
    elements: str
    aliases: [id]
  state:
    description: Whether trusted Microsoft services get through. V(absent) removes this one exception only.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.waiting
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.storage_account_info
  - name: Configure Azure Storage firewalls and virtual networks
    description: What the exception lets in.
    link: https://learn.microsoft.com/azure/storage/common/storage-network-security
"""

EXAMPLES = r"""
- name: Let Site Recovery reach the cache storage account
  privatelink.recovery.storage_account_access:
    resource_group: rg-backup
    name: cachewesteurope

- name: Let it reach both accounts
  privatelink.recovery.storage_account_access:
    ids:
      - /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Storage/storageAccounts/cachewesteurope
      - /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Storage/storageAccounts/cachenortheurope
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
storage_accounts:
  description: The accounts in the order in which they were named.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the account.
      returned: success
      type: str
      sample: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Storage/storageAccounts/cachewesteurope
    changed:
      description: Whether its firewall was changed.
      returned: success
      type: bool
      sample: true
    bypass:
      description: The exceptions of its firewall.
      returned: success
      type: list
      elements: str
      sample: [AzureServices, Metrics]
    default_action:
      description: What its firewall does with everything else, empty when the account does not exist.
      returned: success
      type: str
      sample: Deny
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.storage_account_access import (
    manage_access,
)

MODULE = Module(
    run=manage_access,
    options={
        "resource_group": Option(),
        "name": Option(),
        "ids": Option(type="list", elements="str", aliases=("id",)),
        "state": Option(choices=("present", "absent"), default="present"),
    },
    required_one_of=(("name", "ids"),),
    required_together=(("resource_group", "name"),),
    mutually_exclusive=(("ids", "resource_group"), ("ids", "name")),
    waiting=True,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
