#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""All gates of a sequence in one read-only task."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
short_description: Run all gates of a sequence, read-only, before its first write
version_added: 1.0.0
description:
  - Reads everything that decides whether a sequence can succeed and do no harm, and returns a verdict for each gate.
  - All gates are run, so one look shows everything that stands in the way. A gate that cannot be judged is closed.
  - The result also holds the plan of the sequence, ids of vault, endpoints and zones, for the steps that follow.
author: privatelink.recovery maintainers (@privatelink)
options:
  stage:
    description:
      - V(all) gates; V(before_endpoint), those that are asked again right before an endpoint is created; V(teardown), those
        that are asked before anything is removed; V(switch), those before a classic vault goes over to V(v2); or none, to read the V(plan) only.
      - With V(providers) the plan says which resource providers must be registered in which subscriptions; nothing is read.
    type: str
    choices: [all, before_endpoint, teardown, switch, plan, providers]
    default: all
  wait_timeout:
    description: How long to ask again, in seconds, while Azure says that another operation holds what is read.
    type: int
    default: 1800
  wait_for_grants:
    description: Wait for grants that are still spreading, at most O(sequence.permission_timeout) seconds. With V(false) what is missing is refused at once.
    type: bool
    default: true
  enforce:
    description: Fail when a gate is closed. With V(false) the verdicts are only returned.
    type: bool
    default: true
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.sequence
  - privatelink.recovery.attributes.info
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.sequence_variables
"""

EXAMPLES = r"""
- name: Everything that could go wrong, before anything is written
  privatelink.recovery.preflight:
    sequence:
      name: backup
      vault:
        name: vault-backup
        resource_group: rg-backup
        location: westeurope
      endpoints:
        - name: pe-backup
          subnet: "{{ subnet_id }}"
      dns_zones:
        resource_group: rg-dns
"""

RETURN = r"""
passed:
  description: Whether every gate is open.
  returned: success
  type: bool
  sample: true
gates:
  description: The verdict of each gate.
  returned: success
  type: list
  elements: dict
  sample:
    - name: freshness
      verdict: ok
      subject: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
      message: The vault does not exist yet and will be created fresh.
      remedy: ''
      evidence: []
message:
  description: All closed gates, a line each; empty when the way is free.
  returned: success
  type: str
  sample: ''
plan:
  description:
    - Ids of what the sequence will make or use, and what its steps take as it is.
    - C(settled) says of C(endpoints), C(zones), C(dns) and C(public_access) whether all is as wanted already, so that their
      step has nothing to do. It is given when no gate is closed, with O(stage=all), and for C(dns) with O(stage=plan).
  returned: success
  type: dict
  sample:
    vault_id: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
    location: westeurope
    zone_names: [privatelink.we.backup.windowsazure.com, privatelink.queue.core.windows.net, privatelink.blob.core.windows.net]
    settled:
      endpoints: true
      zones: true
      dns: false
      public_access: false
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import WAITING, Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.preflight import run_preflight
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.options import SEQUENCE
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.role_variables import in_words_of

MODULE = Module(
    run=run_preflight,
    options={
        "stage": Option(choices=("all", "before_endpoint", "teardown", "switch", "plan", "providers"), default="all"),
        "sequence": SEQUENCE,
        "wait_timeout": WAITING["wait_timeout"],
        "wait_for_grants": Option(type="bool", default=True),
        "enforce": Option(type="bool", default=True),
    },
    wording=in_words_of,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
