#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Private endpoint connections on the target's side."""

from __future__ import annotations

DOCUMENTATION = r"""
module: private_endpoint_connection
short_description: Approve, reject, disconnect or remove a private endpoint connection
version_added: 1.0.0
description:
  - Works on the side of the resource an endpoint leads to, a Recovery Services vault or a storage account.
  - The connection is found by the endpoint's id, never by name, and the task waits until both sides agree.
  - A rejected or disconnected connection is final for its endpoint; approving it is refused with the advice to create the endpoint anew.
author: privatelink.recovery maintainers (@privatelink)
options:
  target:
    description: Id of the resource the endpoint leads to.
    type: str
  private_endpoint:
    description: Id of the private endpoint.
    type: str
  connections:
    description: Several connections, instead of O(target) and O(private_endpoint). All are judged before the first is written.
    type: list
    elements: dict
    suboptions:
      target:
        description: As O(target).
        type: str
        required: true
      private_endpoint:
        description: As O(private_endpoint).
        type: str
        required: true
      manual:
        description: As O(manual).
        type: bool
        default: false
  state:
    description: What the connection should be. V(absent) removes it from the target; the endpoint itself stays and must be deleted as well.
    type: str
    choices: [approved, rejected, disconnected, absent]
    default: approved
  description:
    description: Why, shown beside the state.
    type: str
  manual:
    description:
      - Whether an endpoint that does not exist yet is to be made with O(privatelink.recovery.private_endpoint#module:manual).
      - Only check mode goes by it, which then foresees the approval. Other connections are approved by Azure when they are made, by whoever
        may approve them.
    type: bool
    default: false
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.waiting
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
notes:
  - The target may list a connection some time after its endpoint has it, which is waited for. With O(wait=false) the task fails as long as the
    target does not list one that has to be changed. Check mode goes by the endpoint then.
"""

EXAMPLES = r"""
- name: Approve the connection of an endpoint
  privatelink.recovery.private_endpoint_connection:
    target: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
    private_endpoint: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Network/privateEndpoints/pe-backup
    state: approved
    description: Change 4711
"""

RETURN = r"""
connections:
  description: The result of each of several connections, as C(id), C(name), C(status) and C(state).
  returned: with O(connections)
  type: list
  elements: dict
  sample: []
differences:
  description: What changes, or would in check mode, as C(resource) and C(changes), as text; empty when nothing does.
  returned: success
  type: list
  elements: dict
  sample:
    - resource: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
      changes: ['properties.publicNetworkAccess: Enabled to Disabled']
id:
  description: Id of the connection on the target.
  returned: without O(connections)
  type: str
  sample: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v/privateEndpointConnections/c
name:
  description: Name of the connection, empty when there is none.
  returned: without O(connections)
  type: str
  sample: pe-backup.1132794570626989392.backup.66666666-6666-4666-8666-666666666666
status:
  description: V(Approved), V(Pending), V(Rejected), V(Disconnected) or V(Absent).
  returned: without O(connections)
  type: str
  sample: Approved
state:
  description: The connection in snake case with its properties lifted to the top.
  returned: without O(connections)
  type: dict
  sample: {provisioning_state: Succeeded, group_ids: [AzureBackup]}
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.private_endpoint_connection import (
    manage_connection,
)

MANUAL = Option(type="bool", default=False)
EACH = {"target": Option(required=True), "private_endpoint": Option(required=True), "manual": MANUAL}

MODULE = Module(
    run=manage_connection,
    options={
        "target": Option(),
        "private_endpoint": Option(),
        "connections": Option(type="list", elements="dict", options=EACH),
        "state": Option(choices=("approved", "rejected", "disconnected", "absent"), default="approved"),
        "description": Option(),
        "manual": MANUAL,
    },
    waiting=True,
    required_one_of=(("target", "connections"),),
    required_together=(("target", "private_endpoint"),),
    mutually_exclusive=(("connections", "target"),),
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
