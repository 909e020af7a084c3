#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A records of private endpoints in private DNS zones."""

from __future__ import annotations

DOCUMENTATION = r"""
module: private_dns_records
short_description: Make the A records of private DNS zones those of private endpoints
version_added: 1.0.0
description:
  - Adds the missing records and repairs the wrong ones, for all names of endpoints in all zones in one task. Each zone is read once.
  - The names come from the endpoints themselves, from O(names), or from both.
  - The module writes and removes its own records only, which it knows by their metadata. A record of someone else with the right addresses is
    fine; one with other addresses is refused.
  - A name that fits none of the zones fails the task before anything is written.
author: privatelink.recovery maintainers (@privatelink)
options:
  zones:
    description: Ids of the private DNS zones; no two of the same name.
    type: list
    elements: str
    required: true
  private_endpoints:
    description:
      - Ids of the private endpoints whose names are wanted.
      - With O(state=absent) they are not read. An empty list removes nothing, unless O(names) has some.
    type: list
    elements: str
  names:
    description:
      - Names and addresses that are wanted.
      - With O(state=absent) and without O(private_endpoints), only the records of these names are removed. An empty list removes nothing.
    type: list
    elements: dict
    suboptions:
      fqdn:
        description: The name, with or without its C(privatelink) label.
        type: str
        required: true
      ip_addresses:
        description: Its IPv4 addresses.
        type: list
        elements: str
        required: true
  owner:
    description:
      - Text by which the records of this task are distinguished from those of other tasks, kept in their metadata as C(private-endpoint).
      - A digest of the ids in O(private_endpoints) when not set; required without them.
      - It must stay the same from run to run.
    type: str
  time_to_live:
    description: How long resolvers may keep an answer, in seconds.
    type: int
    default: 10
  remove_orphans:
    description: Remove the records of this task's owner whose names are no longer wanted. Otherwise they are only reported.
    type: bool
    default: false
  accept_overwrite:
    description: Take over records of others that have other addresses.
    type: bool
    default: false
  storage_endpoints:
    description:
      - What becomes of the endpoints of storage that the identity of a classic (v1) vault has made beside those in O(private_endpoints).
        They are looked for in the same resource group, by their names.
      - With V(also) their names are wanted besides, with V(only) in place of those of O(private_endpoints), which somebody else writes.
      - One that publishes no names yet is passed over with a warning.
    type: str
    choices: [ignore, also, only]
    default: ignore
  state:
    description: Whether the records should exist. V(absent) removes the records of this task's owner and no others.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.private_endpoint_info
  - module: privatelink.recovery.private_dns_zone_group
  - name: Create and use private endpoints for Azure Backup
    description: Which records are needed, and when further ones appear.
    link: https://learn.microsoft.com/azure/backup/private-endpoints
"""

EXAMPLES = r"""
- name: The records of an endpoint in zones of our own
  privatelink.recovery.private_dns_records:
    zones:
      - "{{ zones_id }}/privatelink.we.backup.windowsazure.com"
      - "{{ zones_id }}/privatelink.blob.core.windows.net"
      - "{{ zones_id }}/privatelink.queue.core.windows.net"
    private_endpoints:
      - /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Network/privateEndpoints/pe-backup
  vars:
    zones_id: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Network/privateDnsZones

- name: Records that are known already
  privatelink.recovery.private_dns_records:
    zones:
      - "{{ zones_id }}/privatelink.blob.core.windows.net"
    names:
      - {fqdn: account.blob.core.windows.net, ip_addresses: [10.1.1.20]}
    owner: cache-storage
  vars:
    zones_id: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Network/privateDnsZones
"""

RETURN = r"""
differences:
  description: What changes, or would in check mode, as C(resource) and C(changes), as text; empty when nothing does.
  returned: success
  type: list
  elements: dict
  sample:
    - resource: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault-backup
      changes: ['properties.publicNetworkAccess: Enabled to Disabled']
records:
  description:
    - Every wanted record and every orphan, with what was done, or would be in check mode.
    - C(action) is V(none), V(add), V(repair), V(foreign) (right, but someone else's), V(orphan) (no longer wanted, left) or V(remove).
  returned: success
  type: list
  elements: dict
  sample:
    - zone: privatelink.blob.core.windows.net
      zone_id: "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup\
        /providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"
      name: account
      fqdn: account.privatelink.blob.core.windows.net
      ip_addresses: [10.1.1.20]
      action: add
counts:
  description: How many records there are of each action.
  returned: success
  type: dict
  sample: {none: 12, add: 2, repair: 0, foreign: 0, orphan: 0, remove: 0}
drift:
  description: Whether the zones were not as wanted when the task began. An orphan is drift too.
  returned: success
  type: bool
  sample: true
owner:
  description: The owner in the metadata of the records.
  returned: success
  type: str
  sample: cache-storage
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.private_dns_records import (
    STORAGE_ENDPOINTS,
    manage_records,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.options import TIME_TO_LIVE

MODULE = Module(
    run=manage_records,
    options={
        "zones": Option(type="list", elements="str", required=True),
        "private_endpoints": Option(type="list", elements="str"),
        "names": Option(
            type="list",
            elements="dict",
            options={
                "fqdn": Option(required=True),
                "ip_addresses": Option(type="list", elements="str", required=True),
            },
        ),
        "owner": Option(),
        "time_to_live": TIME_TO_LIVE,
        "remove_orphans": Option(type="bool", default=False),
        "accept_overwrite": Option(type="bool", default=False),
        "storage_endpoints": Option(choices=STORAGE_ENDPOINTS, default="ignore"),
        "state": Option(choices=("present", "absent"), default="present"),
    },
    required_if=(("state", "present", ("names", "private_endpoints"), True),),
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
