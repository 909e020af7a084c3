#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What DPM and MABS servers protect, judged."""

from __future__ import annotations

DOCUMENTATION = r"""
module: server_protection
short_description: Which backups of DPM and MABS servers are due, and what became of them?
version_added: 1.0.0
description:
  - Judges what servers answered to the job C(protection) of M(privatelink.recovery.dpm_server).
  - A data source without an online recovery point is due; after a registration was renewed every data source is, on disk and online.
  - A data source that had online recovery points before the registration was renewed and shows none any more closes a gate, because most
    likely the passphrase was not the one of the first registration.
  - Needs no Azure connection and sends nothing.
author: privatelink.recovery maintainers (@privatelink)
options:
  servers:
    description: Names of the servers.
    type: list
    elements: str
    required: true
  results:
    description: Registered results of M(privatelink.recovery.dpm_server), loops included, for the jobs C(protection) and C(clock).
    type: list
    elements: dict
    default: []
  before:
    description: The same from before registrations were renewed.
    type: list
    elements: dict
    default: []
  renewed:
    description: Names of the servers whose registration was renewed in this run.
    type: list
    elements: str
    default: []
  start:
    description: Whether online backups are started. Otherwise the schedule of the protection group makes them.
    type: bool
    default: false
  judge:
    description: Also judge what became of the backups.
    type: bool
    default: false
  enforce:
    description: Fail when a gate is closed; otherwise only return what the gates say.
    type: bool
    default: true
extends_documentation_fragment:
  - privatelink.recovery.attributes.info
seealso:
  - module: privatelink.recovery.dpm_server
"""

EXAMPLES = r"""
- name: Which backups are due?
  privatelink.recovery.server_protection:
    servers: [dpm01.corp.example]
    results: ["{{ asked }}"]
    start: true
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
  sample: []
servers:
  description: >-
    For each server the data sources that need a recovery point on C(disk) and C(online), its own time C(since) which the run goes on,
    and the least C(moment) of an online recovery point that proves a backup.
  returned: success
  type: list
  elements: dict
  sample:
    - {server: dpm01.corp.example, since: '2026-11-30T09:00:00Z', moment: '0', disk: [], online: [ds1]}
data_sources:
  description: How many data sources the servers have.
  returned: success
  type: int
  sample: 1
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.server_protection import judge_protection

MODULE = Module(
    run=judge_protection,
    connected=False,
    options={
        "servers": Option(type="list", elements="str", required=True),
        "results": Option(type="list", elements="dict", default=[]),
        "before": Option(type="list", elements="dict", default=[]),
        "renewed": Option(type="list", elements="str", default=[]),
        "start": Option(type="bool", default=False),
        "judge": Option(type="bool", default=False),
        "enforce": Option(type="bool", default=True),
    },
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
