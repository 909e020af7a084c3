#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Key vaults that are made for private endpoints."""

from __future__ import annotations

DOCUMENTATION = r"""
module: key_vault
short_description: Manage a key vault that is reached over private endpoints
version_added: 1.0.0
description:
  - Creates a key vault, or brings one to the wanted state. Secrets are never asked for.
  - A deleted vault keeps its name until it is purged. One of the subscription is reported before anything is written, with what to type;
    nothing is ever purged.
  - It is deleted only when O(confirm) repeats its name, when no private endpoint leads to it and when it carries O(ownership_tags).
author: privatelink.recovery maintainers (@privatelink)
options:
  resource_group:
    description: Resource group of the key vault.
    type: str
    required: true
  name:
    description: Name of the key vault, 3 to 24 letters, digits and hyphens, a letter first, no hyphen last and no two in a row. It is unique across Azure.
    type: str
    required: true
  state:
    description: Whether the key vault should exist.
    type: str
    choices: [present, absent]
    default: present
  existing:
    description:
      - What to do with a key vault that is there and does not carry O(ownership_tags).
      - V(change) brings it to what is given, V(keep) leaves it exactly as it is.
    type: str
    choices: [change, keep]
    default: change
  location:
    description: Region of the key vault. The resource group's region when one is created without it. Cannot be changed.
    type: str
  sku:
    description: Kind of key vault; V(standard) for a new one without it.
    type: str
    choices: [standard, premium]
  rbac_authorization:
    description: Let role assignments count for its contents in place of access policies.
    type: bool
  access_policies:
    description:
      - Access policies that have to be there; more than that stays as it is. They count only without O(rbac_authorization).
    type: list
    elements: dict
    suboptions:
      object_id:
        description: Object id of the identity.
        type: str
        required: true
      secrets:
        description: What it may do with secrets.
        type: list
        elements: str
      keys:
        description: What it may do with keys.
        type: list
        elements: str
      certificates:
        description: What it may do with certificates.
        type: list
        elements: str
  soft_delete_retention_days:
    description: How long the vault is kept after it was deleted, 7 to 90 days (90 when not given). Azure takes it once and for all.
    type: int
  purge_protection:
    description: Let nobody purge it before that. Azure never takes it back, so V(false) is refused where it is on.
    type: bool
  public_network_access:
    description: Whether the key vault can be reached from public networks at all.
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
      - Tags put on a key vault that this task creates. With O(state=absent) one that does not carry them is left, with a warning.
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
  - module: privatelink.recovery.key_vault_info
  - module: privatelink.recovery.private_endpoint
  - name: Azure Key Vault soft-delete overview
    description: What becomes of a deleted vault.
    link: https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview
"""

EXAMPLES = r"""
- name: A key vault for a private Azure Migrate project
  privatelink.recovery.key_vault:
    resource_group: rg-migrate
    name: contoso1234kv
    rbac_authorization: true
    public_network_access: Disabled
    ownership_tags: {managed-by: privatelink.recovery}

- name: Delete one that this made
  privatelink.recovery.key_vault:
    resource_group: rg-migrate
    name: contoso1234kv
    state: absent
    confirm: contoso1234kv
    ownership_tags: {managed-by: privatelink.recovery}
"""

RETURN = r"""
differences:
  description: What changes, or would in check mode, as C(resource) and C(changes), as text; empty when nothing does.
  returned: success
  type: list
  elements: dict
  sample:
    - resource: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-migrate/providers/Microsoft.KeyVault/vaults/contoso1234kv
      changes: ['properties.publicNetworkAccess: Enabled to Disabled']
id:
  description: Id of the key vault.
  returned: success
  type: str
  sample: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-migrate/providers/Microsoft.KeyVault/vaults/contoso1234kv
left:
  description: Why a key vault that was to be deleted was left; empty otherwise.
  returned: success
  type: str
  sample: ''
added_policies:
  description: Object ids of the identities whose access policies were added or completed.
  returned: success
  type: list
  elements: str
  sample: []
state:
  description: The key vault as Azure answers it, in snake case with its properties lifted to the top; empty when it does not exist.
  returned: success
  type: dict
  sample: {name: contoso1234kv, location: westeurope, public_network_access: Disabled}
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.key_vault import manage_key_vault
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.owned_resource import OWNED
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.firewalls import firewall
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.key_vault_rules import OPTIONS, PERMISSIONS

MODULE = Module(
    run=manage_key_vault,
    options={
        **OWNED,
        **OPTIONS,
        "access_policies": Option(
            type="list",
            elements="dict",
            options={
                "object_id": Option(required=True),
                **{name: Option(type="list", elements="str", no_secret=True) for name in PERMISSIONS},
            },
        ),
        "network_acls": Option(type="dict", options=firewall()),
    },
    waiting=True,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
