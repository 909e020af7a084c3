#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Private endpoints."""

from __future__ import annotations

DOCUMENTATION = r"""
module: private_endpoint
short_description: Manage a private endpoint
version_added: 1.0.0
description:
  - Creates a private endpoint to a Recovery Services vault, storage account, key vault or Azure Migrate resource, and returns the names it publishes.
  - An endpoint cannot be moved or pointed elsewhere; a difference in subnet, target, sub-resource or region is refused before anything is written.
  - Addresses are always assigned dynamically, which vaults demand.
author: privatelink.recovery maintainers (@privatelink)
options:
  resource_group:
    description: Resource group of the endpoint.
    type: str
  name:
    description: Name of the endpoint.
    type: str
  endpoints:
    description:
      - Several endpoints, instead of O(name) and what describes one. All are judged before the first is written.
      - They are begun one after the other, and then waited for.
    type: list
    elements: dict
    suboptions:
      subscription_id:
        description: Subscription of the endpoint; that of the task by default.
        type: str
      resource_group:
        description: Resource group of the endpoint.
        type: str
        required: true
      name:
        description: Name of the endpoint.
        type: str
        required: true
      location:
        description: As O(location).
        type: str
      subnet:
        description: As O(subnet).
        type: str
        required: true
      target:
        description: As O(target).
        type: str
        required: true
      sub_resource:
        description: As O(sub_resource).
        type: str
        required: true
      manual:
        description: As O(manual).
        type: bool
      request_message:
        description: As O(request_message).
        type: str
      tags:
        description: As O(tags).
        type: dict
  state:
    description: Whether the endpoint should exist.
    type: str
    choices: [present, absent]
    default: present
  location:
    description: Region of the endpoint, which must be that of its virtual network; that is also the default.
    type: str
  subnet:
    description: Id of the subnet. Required with O(state=present).
    type: str
  target:
    description: Id of the resource the endpoint leads to. Required with O(state=present); with O(state=absent) only an endpoint that leads there is deleted.
    type: str
  sub_resource:
    description: Sub-resource (group id) of the target, for example V(AzureBackup), V(AzureSiteRecovery) or V(blob). Required with O(state=present).
    type: str
  manual:
    description: Ask the target's owner for approval even when this identity could approve. Only for a new endpoint.
    type: bool
  request_message:
    description: Message to the owner with O(manual=true), at most 140 characters.
    type: str
  connection_name:
    description: Name of the connection inside a new endpoint; the endpoint's name by default.
    type: str
  network_interface_name:
    description: Name of the network interface of a new endpoint.
    type: str
  tags:
    description:
      - Tags as a dictionary of strings, at most 50.
      - The case of their names does not count, as with Azure; a tag that is there keeps the spelling of its name.
    type: dict
  append_tags:
    description: Keep the tags that are not named in O(tags).
    type: bool
    default: true
  ownership_tags:
    description:
      - Tags put on an endpoint that this task creates, never on one that was there before. They stay with O(append_tags=false) too.
      - With O(state=absent) only an endpoint that carries them is deleted; any other is left, with a warning.
    type: dict
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.waiting
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.private_endpoint_connection
  - module: privatelink.recovery.vault_freshness
"""

EXAMPLES = r"""
- name: An endpoint for Azure Backup
  privatelink.recovery.private_endpoint:
    resource_group: rg-backup
    name: pe-backup
    subnet: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-app/subnets/endpoints
    target: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
    sub_resource: AzureBackup
"""

RETURN = r"""
endpoints:
  description: The result of each of several endpoints, as C(id), C(state), C(names) and C(connection).
  returned: with O(endpoints)
  type: list
  elements: dict
  sample: []
ready:
  description: Whether each of several endpoints is made. In check mode they are foreseen to be.
  returned: with O(endpoints)
  type: bool
  sample: true
pending:
  description: The ids of those of several endpoints whose connection waits for approval.
  returned: with O(endpoints)
  type: list
  elements: str
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
  description: Id of the endpoint.
  returned: without O(endpoints)
  type: str
  sample: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Network/privateEndpoints/pe-backup
state:
  description: The endpoint in snake case with its properties lifted to the top; empty when it does not exist.
  returned: without O(endpoints)
  type: dict
  sample: {name: pe-backup, location: westeurope, provisioning_state: Succeeded}
left:
  description: Why an endpoint was not deleted.
  returned: with O(state=absent), when it was left
  type: str
  sample: it was not made by this and is left
names:
  description: The names the endpoint publishes and their addresses, merged from all places where Azure shows them; empty while it has none.
  returned: without O(endpoints)
  type: list
  elements: dict
  sample:
    - fqdn: 1132794570626989392-ab-pod01-rec2.privatelink.we.backup.windowsazure.com
      ip_addresses: [10.1.1.4]
      group_id: AzureBackup
      member: backup-rec2
connection:
  description: The connection as the endpoint sees it.
  returned: without O(endpoints)
  type: dict
  sample: {status: Approved, description: Auto-Approved, actions_required: None}
"""

from dataclasses import replace

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.tags import tags
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.private_endpoint import manage_endpoint

NAME = {"resource_group": Option(), "name": Option()}
DESCRIBED = {
    "location": Option(),
    "subnet": Option(),
    "target": Option(),
    "sub_resource": Option(),
    "manual": Option(type="bool"),
    "request_message": Option(),
    "tags": tags(),
}
NEEDED = ("resource_group", "name", "subnet", "target", "sub_resource")
EACH = {
    "subscription_id": Option(),
    **{name: replace(row, required=name in NEEDED) for name, row in {**NAME, **DESCRIBED}.items()},
}

MODULE = Module(
    run=manage_endpoint,
    options={
        **NAME,
        **DESCRIBED,
        "endpoints": Option(type="list", elements="dict", options=EACH),
        "state": Option(choices=("present", "absent"), default="present"),
        "connection_name": Option(),
        "network_interface_name": Option(),
        "append_tags": Option(type="bool", default=True),
        "ownership_tags": tags(),
    },
    waiting=True,
    required_one_of=(("name", "endpoints"),),
    required_together=(("resource_group", "name"),),
    mutually_exclusive=tuple(
        ("endpoints", name) for name in ("name", *DESCRIBED, "connection_name", "network_interface_name")
    ),
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
