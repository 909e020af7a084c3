#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Storage accounts that are made for private endpoints."""

from __future__ import annotations

DOCUMENTATION = r"""
module: storage_account
short_description: Manage a general-purpose v2 storage account that is reached over private endpoints
version_added: 1.0.0
description:
  - Creates a general-purpose v2 account, or brings one to the wanted state. Its keys are never asked for.
  - A new one is Standard_LRS and hot, takes https and TLS 1.2 only, and lets no blob be read without signing in, unless said otherwise.
  - It is deleted only when O(confirm) repeats its name, when no private endpoint leads to it and when it carries O(ownership_tags).
author: privatelink.recovery maintainers (@privatelink)
options:
  resource_group:
    description: Resource group of the storage account.
    type: str
    required: true
  name:
    description: Name of the storage account, 3 to 24 lower-case letters and digits. It is unique across Azure.
    type: str
    required: true
  state:
    description: Whether the storage account should exist.
    type: str
    choices: [present, absent]
    default: present
  existing:
    description:
      - What to do with a storage account that is there and does not carry O(ownership_tags).
      - V(change) brings it to what is given, V(keep) leaves it exactly as it is.
    type: str
    choices: [change, keep]
    default: change
  location:
    description: Region of the storage account. The resource group's region when one is created without it. Cannot be changed.
    type: str
  sku:
    description: Redundancy and performance; V(Standard_LRS) for a new one without it.
    type: str
    choices: [Standard_LRS, Standard_ZRS, Standard_GRS, Standard_RAGRS, Premium_LRS]
  minimum_tls_version:
    description: The oldest TLS it takes; V(TLS1_2) for a new one without it.
    type: str
    choices: [TLS1_2, TLS1_3]
  https_only:
    description: Take no plain HTTP; on for a new one without it.
    type: bool
  blob_public_access:
    description: Let containers be opened to everybody; off for a new one without it.
    type: bool
  public_network_access:
    description: Whether the storage account can be reached from public networks at all.
    type: str
    choices: [Enabled, Disabled]
  network_acls:
    description: The firewall. What is not given stays as it is, rules for virtual networks too.
    type: dict
    suboptions:
      default_action:
        description: What becomes of a request that no rule names.
        type: str
        choices: [Allow, Deny]
      bypass:
        description: Whether trusted Microsoft services are let through.
        type: str
        choices: [AzureServices, None]
      ip_rules:
        description: Addresses and ranges that are let through, in place of those that are there.
        type: list
        elements: str
  tags:
    description: Tags as a dictionary of strings, at most 50.
    type: dict
  append_tags:
    description: Keep the tags that are not named in O(tags).
    type: bool
    default: true
  ownership_tags:
    description:
      - Tags put on a storage account that this task creates. With O(state=absent) one that does not carry them is left, with a warning.
    type: dict
  confirm:
    description: The name once more. Needed with O(state=absent).
    type: str
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.waiting
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.storage_account_info
  - module: privatelink.recovery.storage_account_access
  - name: Migrate servers to Azure by using Private Link
    description: What the accounts of a migration have to be.
    link: https://learn.microsoft.com/azure/migrate/migrate-servers-to-azure-using-private-link
"""

EXAMPLES = r"""
- name: A storage account for a private Azure Migrate project
  privatelink.recovery.storage_account:
    resource_group: rg-migrate
    name: contoso1234usa
    network_acls: {default_action: Deny, bypass: AzureServices}
    ownership_tags: {managed-by: privatelink.recovery}

- name: Delete one that this made
  privatelink.recovery.storage_account:
    resource_group: rg-migrate
    name: contoso1234usa
    state: absent
    confirm: contoso1234usa
    ownership_tags: {managed-by: privatelink.recovery}
"""

RETURN = r"""
differences:
  description: What changes, or would in check mode, as C(resource) and C(changes), as text; empty when nothing does.
  returned: success
  type: list
  elements: dict
  sample:
    - resource: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-migrate/providers/Microsoft.Storage/storageAccounts/contoso1234usa
      changes: ['properties.publicNetworkAccess: Enabled to Disabled']
id:
  description: Id of the storage account.
  returned: success
  type: str
  sample: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-migrate/providers/Microsoft.Storage/storageAccounts/contoso1234usa
left:
  description: Why a storage account that was to be deleted was left; empty otherwise.
  returned: success
  type: str
  sample: ''
state:
  description: The account as Azure answers it, in snake case with its properties lifted to the top; empty when it does not exist.
  returned: success
  type: dict
  sample: {name: contoso1234usa, location: westeurope, kind: StorageV2}
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.owned_resource import OWNED
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.storage_account import manage_account
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.firewalls import firewall
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.storage_account_rules import OPTIONS

MODULE = Module(
    run=manage_account,
    options={**OWNED, **OPTIONS, "network_acls": Option(type="dict", options=firewall())},
    waiting=True,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
