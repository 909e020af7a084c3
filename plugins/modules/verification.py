#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Whether what a sequence made holds."""

from __future__ import annotations

DOCUMENTATION = r"""
module: verification
short_description: Verify, read-only, that what a sequence made holds
version_added: 1.0.0
description:
  - Checks that vault and endpoints agree on an Approved connection, that every name an endpoint publishes has its record with the endpoint's
    address, and that every zone is linked to the networks that must resolve it.
  - It asks Azure only; use M(privatelink.recovery.name_resolution) on a consumer to prove that names resolve there.
author: privatelink.recovery maintainers (@privatelink)
options:
  stage:
    description:
      - V(connections), what must hold before public access is denied.
      - V(all) also judges what a run settles besides. The vault's identity and its roles, the firewalls of the storage accounts, and
        public network access of a vault that a run has finished.
    type: str
    choices: [connections, all]
    default: connections
  expected_public_network_access:
    description: What public network access of the vault must be; not judged when not given.
    type: str
    choices: [Enabled, Disabled]
  enforce:
    description: Fail when a check fails. With V(false) the verdicts are only returned.
    type: bool
    default: true
  foreseen_by:
    description:
      - The entry point in whose check mode this is asked. Its steps before this one have written nothing, so only what they would not set
        right fails, such as a record that somebody deleted from under a zone group. V(drift) sets records right, V(main) the rest as well.
    type: str
    choices: [main, drift]
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.sequence
  - privatelink.recovery.attributes.info
  - privatelink.recovery.attributes.actiongroup
"""

EXAMPLES = r"""
- name: Everything is as it should be
  privatelink.recovery.verification:
    sequence:
      name: backup
      vault:
        name: vault-backup
        resource_group: rg-backup
      endpoints:
        - name: pe-backup
          subnet: "{{ subnet_id }}"
      dns_zones:
        resource_group: rg-dns
    expected_public_network_access: Disabled
"""

RETURN = r"""
passed:
  description: Whether every check passed.
  returned: success
  type: bool
  sample: true
ready_to_protect:
  description:
    - Whether something may be protected with the vault as far as Azure shows it. Every check passed, and no name is left that only a
      DNS server of the network's own can prove while nobody asks it.
    - Use M(privatelink.recovery.name_resolution) for the answers of those that are asked.
  returned: success
  type: bool
  sample: true
unproven:
  description: Endpoints whose names only an answer can prove and for which neither a DNS server nor a consumer is named.
  returned: success
  type: list
  elements: str
  sample: []
message:
  description: The checks that failed, a line each; empty when all passed.
  returned: success
  type: str
  sample: ''
checks:
  description: The verdict of each check.
  returned: success
  type: list
  elements: dict
  sample:
    - name: connection
      verdict: ok
      subject: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Network/privateEndpoints/pe-backup
      message: The connection of pe-backup is Approved on both sides.
      remedy: ''
      evidence: []
names:
  description: >-
    Every name of every endpoint with its addresses, zone and record, and whether a DNS server or consumer is named that can be asked for it.
  returned: success
  type: list
  elements: dict
  sample:
    - fqdn: 1132794570626989392-ab-pod01-rec2.privatelink.we.backup.windowsazure.com
      ip_addresses: [10.1.1.4]
      zone: privatelink.we.backup.windowsazure.com
      record_name: 1132794570626989392-ab-pod01-rec2
      record: ok
      endpoint: pe-backup
      asked: true
      resolved: null
dns_questions:
  description:
    - What to ask the DNS servers of O(sequence.dns_servers) and O(sequence.endpoints), as O(privatelink.recovery.name_resolution#module:names) takes it.
    - Names of endpoints without such a server are not in it.
  returned: success
  type: list
  elements: dict
  sample:
    - fqdn: 1132794570626989392-ab-pod01-rec2.privatelink.we.backup.windowsazure.com
      ip_addresses: [10.1.1.4]
      dns_server: 10.1.0.4
      dns_port: 53
consumer_questions:
  description:
    - What the consumers of O(sequence.dns_servers) and O(sequence.endpoints) are to resolve, as C(consumer), C(endpoint) and C(names).
    - C(names) are those of the endpoint, as O(privatelink.recovery.name_resolution#module:names) takes them.
  returned: success
  type: list
  elements: dict
  sample: []
links:
  description: Every link of the zones to the planned networks, with its state.
  returned: success
  type: list
  elements: dict
  sample: []
records:
  description: Every A record of the zones.
  returned: success
  type: list
  elements: dict
  sample: []
resources:
  description: Vault and endpoints with their state.
  returned: success
  type: list
  elements: dict
  sample: []
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.verification import verify
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.options import SEQUENCE
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.role_variables import in_words_of

MODULE = Module(
    run=verify,
    options={
        "stage": Option(choices=("connections", "all"), default="connections"),
        "sequence": SEQUENCE,
        "expected_public_network_access": Option(choices=("Enabled", "Disabled")),
        "enforce": Option(type="bool", default=True),
        "foreseen_by": Option(choices=("main", "drift")),
    },
    wording=in_words_of,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
