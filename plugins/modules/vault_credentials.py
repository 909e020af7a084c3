#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The file with which a server registers with a Recovery Services vault."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_credentials
short_description: Fetch and shred the registration file of a Recovery Services vault
version_added: 1.0.0
description:
  - Fetches the vault credential file with which the MARS agent, Data Protection Manager (DPM) or Azure Backup Server (MABS) registers
    with a vault, and shreds it afterwards. With O(agent=site_recovery) it is the registration key of Azure Site Recovery instead.
  - The file is a credential. It is written with mode 0600 to O(path) and nowhere else; what it holds is in no result, diff, message or log.
  - A certificate is asked for only when the file at O(path) cannot be used. Several servers registered one after the other use one file.
  - Whether every version of the agents accepts a file that was not made by Microsoft's own tools is not documented by Microsoft.
    If yours does not, try O(certificate=service), or download the file in the Azure portal.
author: privatelink.recovery maintainers (@privatelink)
requirements:
  - cryptography, which comes with azure-identity
options:
  vault:
    description: Id of the vault.
    type: str
    required: true
  agent:
    description:
      - For whom the file is. Its certificate is the same, its XML is another.
      - V(backup) is for the MARS agent, DPM and MABS.
      - V(site_recovery) is for the Azure Site Recovery Provider on Hyper-V hosts, with O(hyperv_site), and on servers of
        System Center Virtual Machine Manager (VMM), without. The appliance with which VMware and physical machines are replicated
        needs no such file; it brings a key of its own.
      - For V(site_recovery) the vault's channel integrity key is read (C(Microsoft.RecoveryServices/vaults/extendedInformation/read))
        and goes into the file. A vault without a key is given none; the element is empty then.
    type: str
    choices: [backup, site_recovery]
    default: backup
  hyperv_site:
    description:
      - Name of the Hyper-V site, a replication fabric of the vault, in which the hosts register. Only with O(agent=site_recovery).
      - It has to be there. It is read only when a file is fetched.
    type: str
  path:
    description:
      - Absolute path of the file on the machine where the task runs. A directory that is missing is made with mode 0700.
      - While it is written it is called so with C(.part) at the end. What a killed run has left of either is shredded by the next one.
    type: path
    required: true
  state:
    description: V(present) has a file that can be used now, V(absent) overwrites and removes it.
    type: str
    choices: [present, absent]
    default: present
  certificate:
    description:
      - With V(own) a new key and a self-signed certificate are made here, and the vault is given the certificate; the key never leaves
        the file.
      - With V(service) the service issues certificate and key, as current Azure PowerShell has it do.
    type: str
    choices: [own, service]
    default: own
  validity_hours:
    description:
      - How long a certificate of our own is valid. Microsoft's tools ask for 48 hours, for Site Recovery for 120.
      - A server that is registered does not need the file any more.
    type: int
    default: 48
  most_age_minutes:
    description: A file that is there is used again when its certificate was made at most so long ago; an older one is fetched anew.
    type: int
    default: 60
  force:
    description: Fetch a new file although there is one that can be used. Every such run asks for a certificate and reports a change.
    type: bool
    default: false
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
attributes:
  diff_mode:
    support: partial
    description: With C(--diff) the result says that the file was made or removed.
    details: What the file holds is never shown.
  idempotent:
    support: partial
    details: With O(force=true) a new file is fetched at each run.
seealso:
  - name: Deploy and manage backup to Azure with PowerShell
    description: What the file is for, and how a server registers with it.
    link: https://learn.microsoft.com/azure/backup/backup-client-automation
  - name: Set up disaster recovery of Hyper-V machines with PowerShell
    description: What the registration key of Site Recovery is for.
    link: https://learn.microsoft.com/azure/site-recovery/hyper-v-azure-powershell-resource-manager
  - module: privatelink.recovery.vault
"""

EXAMPLES = r"""
- name: Fetch the registration file, just before servers register
  privatelink.recovery.vault_credentials:
    vault: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
    path: /run/user/1000/vault-backup.VaultCredentials

- name: Fetch the registration key for Hyper-V hosts that Site Recovery is to protect
  privatelink.recovery.vault_credentials:
    vault: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-recovery/providers/Microsoft.RecoveryServices/vaults/vault-recovery
    agent: site_recovery
    hyperv_site: site-berlin
    path: /run/user/1000/vault-recovery.VaultCredentials

- name: Shred it, in the always section of the same block
  privatelink.recovery.vault_credentials:
    vault: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
    path: /run/user/1000/vault-backup.VaultCredentials
    state: absent
"""

RETURN = r"""
differences:
  description: What changes, or would in check mode, as C(resource) and C(changes), as text; empty when nothing does.
  returned: success
  type: list
  elements: dict
  sample:
    - resource: /run/user/1000/vault-backup.VaultCredentials
      changes: ['file: not usable to registration file, content not shown']
path:
  description: Where the file is, or was.
  returned: success
  type: str
  sample: /run/user/1000/vault-backup.VaultCredentials
fetched:
  description: Whether a new file was fetched, or would be in check mode.
  returned: success
  type: bool
  sample: true
reason:
  description: Why a new file was needed; empty when the one that was there can be used.
  returned: success
  type: str
  sample: there is no file that can be used
vault_number:
  description:
    - The number by which agents know the vault, a text because it is larger than what JSON numbers hold.
    - Empty with O(state=absent), and in check mode when a file would be fetched.
  returned: success
  type: str
  sample: "4611686018427387905"
valid_from:
  description: Begin of the certificate's validity.
  returned: success
  type: str
  sample: "2026-11-30T09:00:00+00:00"
valid_to:
  description: End of the certificate's validity.
  returned: success
  type: str
  sample: "2026-12-02T09:00:00+00:00"
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.vault_credentials import (
    manage_credentials,
)

MODULE = Module(
    run=manage_credentials,
    options={
        "vault": Option(required=True),
        "agent": Option(choices=("backup", "site_recovery"), default="backup"),
        "hyperv_site": Option(),
        "path": Option(type="path", required=True),
        "state": Option(choices=("present", "absent"), default="present"),
        "certificate": Option(choices=("own", "service"), default="own"),
        "validity_hours": Option(type="int", default=48, least=1, most=240),
        "most_age_minutes": Option(type="int", default=60, least=1, most=14400),
        "force": Option(type="bool", default=False),
    },
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
