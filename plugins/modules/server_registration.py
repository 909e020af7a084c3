#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The gates of servers that are to register with a vault."""

from __future__ import annotations

DOCUMENTATION = r"""
module: server_registration
short_description: May DPM and MABS servers register with a vault, and what is to be done?
version_added: 1.0.0
description:
  - Judges what servers answered to M(privatelink.recovery.dpm_server) together with what Azure shows of the vault, before anything is changed.
  - Gates are version, PowerShell, MARS agent, clock, every private name with its port, Microsoft Entra, the vault a server is registered
    to, the way to the vault, the passphrase and a registration file of your own.
  - A server that is registered to another vault is refused, and never touched.
author: privatelink.recovery maintainers (@privatelink)
options:
  vault:
    description: Id of the vault.
    type: str
    required: true
  servers:
    description: Names of the servers.
    type: list
    elements: str
    required: true
  results:
    description:
      - Registered results of M(privatelink.recovery.dpm_server), loops included, for the jobs C(versions), C(clock), C(connectivity)
        and C(registration) of each server. A failed or unreachable result closes the gate of its server.
    type: list
    elements: dict
    default: []
  names:
    description:
      - Names of the vault's endpoints with C(fqdn) and C(ip_addresses), as M(privatelink.recovery.verification) returns them.
      - Without any, as after the endpoints were removed, no private name is asked for.
    type: list
    elements: dict
    default: []
  mode:
    description:
      - V(register) registers what is not registered. V(reregister) also registers again what is registered over endpoints that are no
        more. V(verify) only judges.
    type: str
    choices: [register, reregister, verify]
    default: register
  public_names:
    description: Names of Microsoft Entra that must answer; it has no private endpoint.
    type: list
    elements: str
    default: [login.microsoftonline.com, login.microsoft.com, login.windows.net]
  least_dpm_version:
    description: The oldest Data Protection Manager that knows private endpoints.
    type: str
    default: 10.22.123.0
  least_mabs_version:
    description: The oldest Azure Backup Server that knows private endpoints.
    type: str
    default: 14.0.30.0
  least_agent_version:
    description: The oldest MARS agent that is accepted. Empty accepts any.
    type: str
    default: ''
  setup:
    description:
      - Path of the Setup of MABS on the servers. With O(mode=register) a server that has neither DPM nor MABS is then one to C(install).
    type: str
  answer_file:
    description: Text of the answer file that O(setup) is run with. Its passphrase must be O(passphrase) where Setup registers the server.
    type: str
  agent_installer:
    description: Path of the agent's installer on the servers. With it an agent that is missing or old closes no gate.
    type: str
  most_clock_skew:
    description: How many seconds a server's clock may differ from the controller's.
    type: int
    default: 180
  passphrase:
    description: The encryption passphrase, from a vaulted variable. It is needed when a server is to be registered.
    type: str
  passphrase_copy:
    description: The copy that was saved at the first registration. When it is there, another passphrase is refused.
    type: path
  credentials_file:
    description: A registration file of your own. Without it one is fetched when it is needed.
    type: path
  enforce:
    description: Fail when a gate is closed; otherwise only return what the gates say.
    type: bool
    default: true
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes.info
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.dpm_server
  - module: privatelink.recovery.vault_credentials
"""

EXAMPLES = r"""
- name: Ask the servers
  privatelink.recovery.dpm_server:
    server: "{{ item.0 }}"
    job: "{{ item.1 }}"
  delegate_to: "{{ item.0 }}"
  loop: "{{ servers | product(['versions', 'clock', 'registration']) }}"
  register: asked

- name: Judge them
  privatelink.recovery.server_registration:
    vault: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
    servers: "{{ servers }}"
    results: ["{{ asked }}"]
    passphrase: "{{ vaulted_passphrase }}"
"""

RETURN = r"""
passed:
  description: Whether every gate is open.
  returned: success
  type: bool
  sample: true
message:
  description: The closed gates with their remedies, a line each; empty when all are open.
  returned: success
  type: str
  sample: ''
gates:
  description: Each gate with C(name), C(verdict), C(subject), C(message), C(remedy) and C(evidence).
  returned: always
  type: list
  elements: dict
  sample:
    - {name: server_clock, verdict: ok, subject: dpm01, message: The clock of dpm01 is 0 s ahead of the controller's., remedy: '', evidence: []}
vault_number:
  description: The number by which servers know the vault, as its endpoints' names show it; empty when there are none.
  returned: success
  type: str
  sample: "4611686018427387905"
over:
  description: A short text for the way to the vault; it changes when its endpoints do.
  returned: success
  type: str
  sample: 9f86d081884c7d65
servers:
  description: >-
    Each server with C(name), C(action) (none, register or reregister), whether it is C(registered) as it should be, and the
    C(vault_number) it has or is to have, where that is known.
  returned: success
  type: list
  elements: dict
  sample:
    - {name: dpm01, action: register, registered: false, vault_number: ''}
needs_credentials:
  description: Whether a registration file is needed.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.server_registration import judge_servers

MODULE = Module(
    run=judge_servers,
    options={
        "vault": Option(required=True),
        "servers": Option(type="list", elements="str", required=True),
        "results": Option(type="list", elements="dict", default=[]),
        "names": Option(type="list", elements="dict", default=[]),
        "mode": Option(choices=("register", "reregister", "verify"), default="register"),
        "public_names": Option(
            type="list",
            elements="str",
            default=["login.microsoftonline.com", "login.microsoft.com", "login.windows.net"],
        ),
        "least_dpm_version": Option(default="10.22.123.0"),
        "least_mabs_version": Option(default="14.0.30.0"),
        "least_agent_version": Option(default=""),
        "agent_installer": Option(),
        "setup": Option(),
        "answer_file": Option(secret=True),
        "most_clock_skew": Option(type="int", default=180, least=1, most=300),
        "passphrase": Option(secret=True),
        "passphrase_copy": Option(type="path"),
        "credentials_file": Option(type="path"),
        "enforce": Option(type="bool", default=True),
    },
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
