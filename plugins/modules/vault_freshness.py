#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Judge whether a vault may still be given private endpoints."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_freshness
short_description: Judge whether a vault may still be given its first private endpoint
version_added: 1.0.0
description:
  - A vault on which protection was ever attempted, even in vain, can never use private endpoints. This module looks before anything is created.
  - It reads protected items (soft-deleted ones included), registered containers of every kind, backup management servers, jobs, replication fabrics
    and items, usage counters, and the activity log of the last 90 days.
  - A vault that already has private endpoints of the sub-resource may take more, whatever it holds.
  - What cannot be known is not fresh. An attestation by the operator counts only where nothing speaks against the vault.
author: privatelink.recovery maintainers (@privatelink)
options:
  vault:
    description: Id of the vault. Give this, or O(resource_group) and O(name).
    type: str
  resource_group:
    description: Resource group of the vault.
    type: str
  name:
    description: Name of the vault.
    type: str
  sub_resource:
    description: Sub-resource the endpoint would be for.
    type: str
    choices: [AzureBackup, AzureBackup_secondary, AzureSiteRecovery]
    default: AzureBackup
  freshness_attested:
    description: The operator knows that nothing was ever protected or registered with this vault, where Azure's records do not reach back far enough.
    type: bool
    default: false
  enforce:
    description: Fail when a private endpoint must not be created. With V(false) the verdict is only returned.
    type: bool
    default: true
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes.info
  - privatelink.recovery.attributes.actiongroup
seealso:
  - name: Create and use private endpoints for Azure Backup
    description: The rule this module guards, in the article's frequently asked questions.
    link: https://learn.microsoft.com/azure/backup/private-endpoints
"""

EXAMPLES = r"""
- name: Stop unless the vault may get its first endpoint
  privatelink.recovery.vault_freshness:
    resource_group: rg-backup
    name: vault-backup

- name: Only look
  privatelink.recovery.vault_freshness:
    resource_group: rg-backup
    name: vault-backup
    enforce: false
  register: verdict
"""

RETURN = r"""
id:
  description: Id of the vault.
  returned: success
  type: str
  sample: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
freshness:
  description: V(absent), V(private) (has endpoints of the group), V(fresh), V(used) or V(unknown).
  returned: success
  type: str
  sample: fresh
allowed:
  description: Whether a private endpoint may be created.
  returned: success
  type: bool
  sample: true
reason:
  description: Why, in one sentence.
  returned: success
  type: str
  sample: Nothing was ever protected or registered, nor was it attempted.
remedy:
  description: What can be done, empty when nothing need be.
  returned: success
  type: str
  sample: ''
evidence:
  description: What was found.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.vault_freshness import judge_vault

MODULE = Module(
    run=judge_vault,
    options={
        "vault": Option(),
        "resource_group": Option(),
        "name": Option(),
        "sub_resource": Option(
            choices=("AzureBackup", "AzureBackup_secondary", "AzureSiteRecovery"), default="AzureBackup"
        ),
        "freshness_attested": Option(type="bool", default=False),
        "enforce": Option(type="bool", default=True),
    },
    required_one_of=(("vault", "name"),),
    required_together=(("resource_group", "name"),),
    mutually_exclusive=(("vault", "name"),),
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
