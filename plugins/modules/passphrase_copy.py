#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A copy of the encryption passphrase, off the servers."""

from __future__ import annotations

DOCUMENTATION = r"""
module: passphrase_copy
short_description: Keep a copy of the encryption passphrase of DPM or MABS servers
version_added: 1.0.0
description:
  - Without the passphrase nobody can read the online recovery points of a server that is lost, Microsoft included.
  - Writes the passphrase to a file with mode 0600 when there is none. A file that is there is never replaced; when it holds another
    passphrase, the task fails.
  - Needs no Azure connection and sends nothing.
author: privatelink.recovery maintainers (@privatelink)
options:
  path:
    description: Absolute path of the file, on a machine that is none of the servers. A directory that is missing is made with mode 0700.
    type: path
    required: true
  passphrase:
    description: The passphrase, from a vaulted variable.
    type: str
    required: true
extends_documentation_fragment:
  - privatelink.recovery.attributes
attributes:
  diff_mode:
    support: partial
    description: With C(--diff) the result says that the file was written.
    details: What it holds is never shown.
"""

EXAMPLES = r"""
- name: Keep the passphrase off the servers
  privatelink.recovery.passphrase_copy:
    path: /srv/escrow/vault-backup.passphrase
    passphrase: "{{ vaulted_passphrase }}"
"""

RETURN = r"""
path:
  description: Where the copy is.
  returned: success
  type: str
  sample: /srv/escrow/vault-backup.passphrase
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.passphrase_copy import keep_copy

MODULE = Module(
    run=keep_copy,
    connected=False,
    options={
        "path": Option(type="path", required=True),
        "passphrase": Option(required=True, secret=True),
    },
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
