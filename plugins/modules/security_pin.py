#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The security PIN of a Recovery Services vault."""

from __future__ import annotations

DOCUMENTATION = r"""
module: security_pin
short_description: Fetch and shred a security PIN of a Recovery Services vault
version_added: 1.0.0
description:
  - Azure asks for a security PIN where somebody changes the passphrase of a registered server or deletes its backups.
  - Has Azure make a PIN, writes it to O(path) with mode 0600 and nowhere else, and shreds the file afterwards. The PIN is in no result,
    diff, message or log.
  - No role of the collection changes a passphrase; recovery points that are there cannot be read with another one.
author: privatelink.recovery maintainers (@privatelink)
options:
  vault:
    description: Id of the vault.
    type: str
    required: true
  path:
    description: Absolute path of the file on the machine where the task runs. A directory that is missing is made with mode 0700.
    type: path
    required: true
  state:
    description: V(present) has Azure make a PIN at each run, V(absent) overwrites and removes the file.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
attributes:
  diff_mode:
    support: partial
    description: With C(--diff) the result says that the file was made or removed.
    details: The PIN is never shown.
  idempotent:
    support: partial
    details: A PIN is valid for minutes, so each run with O(state=present) fetches a new one.
"""

EXAMPLES = r"""
- name: Fetch a PIN
  privatelink.recovery.security_pin:
    vault: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
    path: /run/user/1000/vault-backup.pin
"""

RETURN = r"""
differences:
  description: What changes, or would in check mode, as C(resource) and C(changes), as text; empty when nothing does.
  returned: success
  type: list
  elements: dict
  sample:
    - resource: /run/user/1000/vault-backup.pin
      changes: [created]
path:
  description: Where the file is, or was.
  returned: success
  type: str
  sample: /run/user/1000/vault-backup.pin
expires:
  description: Until when the PIN is valid; empty when none was fetched.
  returned: success
  type: str
  sample: "2026-11-30T09:05:00+00:00"
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.security_pin import manage_pin

MODULE = Module(
    run=manage_pin,
    options={
        "vault": Option(required=True),
        "path": Option(type="path", required=True),
        "state": Option(choices=("present", "absent"), default="present"),
    },
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
