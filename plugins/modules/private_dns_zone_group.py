#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Private DNS zone groups of private endpoints."""

from __future__ import annotations

DOCUMENTATION = r"""
module: private_dns_zone_group
short_description: Let Azure write the names of a private endpoint into private DNS zones
version_added: 1.0.0
description:
  - Manages the private DNS zone group of a private endpoint, through which Azure writes the endpoint's names into zones and adds those that
    come later.
  - The zones of the group become exactly O(zones).
  - Azure reports success even when no name fits a zone. This module fails before writing when a name fits none of the zones, and afterwards
    when a name of the endpoint has no record set in the group.
  - Two endpoints of one target publish the same names. A group that would overwrite the records of another endpoint is refused.
author: privatelink.recovery maintainers (@privatelink)
options:
  private_endpoint:
    description: Id of the private endpoint. It must exist and its connection be approved.
    type: str
  groups:
    description:
      - The groups of several endpoints, instead of O(private_endpoint) and O(zones). All are judged before the first is written.
      - They are begun one after the other, and then waited for. None takes records of another.
    type: list
    elements: dict
    suboptions:
      private_endpoint:
        description: As O(private_endpoint).
        type: str
        required: true
      zones:
        description: As O(zones).
        type: list
        elements: str
        required: true
  pending:
    description: Ids of endpoints whose connection is known to wait for approval, so that they publish no names. Of O(groups), theirs are left out.
    type: list
    elements: str
  name:
    description:
      - Name of the group. An endpoint can have one group only.
      - A group of another name with other zones is refused; one that has the wanted zones is left as it is, with a warning.
      - With O(state=absent) only a group of this name is deleted, no matter who made it, since groups carry no tags.
    type: str
    default: default
  zones:
    description: Ids of the private DNS zones, five at most. Required with O(state=present) and O(private_endpoint).
    type: list
    elements: str
  accept_zone_overwrite:
    description:
      - Go on although the zones hold records with these names and other addresses, which do not come from this endpoint.
      - The other endpoint can then no longer be reached by name.
    type: bool
    default: false
  state:
    description: Whether the group should exist. Deleting it deletes its records.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.waiting
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.private_dns_zone
  - module: privatelink.recovery.private_dns_records
  - name: Azure private endpoint DNS integration
    description: Zone groups, and what happens when two endpoints share a zone.
    link: https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration
"""

EXAMPLES = r"""
- name: Azure keeps the records of the endpoint
  privatelink.recovery.private_dns_zone_group:
    private_endpoint: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Network/privateEndpoints/pe-backup
    zones:
      - "{{ zones_id }}/privatelink.we.backup.windowsazure.com"
      - "{{ zones_id }}/privatelink.blob.core.windows.net"
      - "{{ zones_id }}/privatelink.queue.core.windows.net"
  vars:
    zones_id: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Network/privateDnsZones

- name: No records by Azure any more
  privatelink.recovery.private_dns_zone_group:
    private_endpoint: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Network/privateEndpoints/pe-backup
    state: absent
"""

RETURN = r"""
groups:
  description: The result of each of several groups, as C(id), C(state), C(record_sets) and so on.
  returned: with O(groups)
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
  description: Id of the group.
  returned: without O(groups)
  type: str
  sample: "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup\
    /providers/Microsoft.Network/privateEndpoints/pe-backup/privateDnsZoneGroups/default"
state:
  description: The group as Azure answers it, in snake case with its properties lifted to the top; empty when it does not exist.
  returned: without O(groups)
  type: dict
  sample:
    name: default
    provisioning_state: Succeeded
record_sets:
  description: The records Azure has written through the group.
  returned: without O(groups)
  type: list
  elements: dict
  sample:
    - fqdn: 1132794570626989392-ab-pod01-fc1.privatelink.we.backup.windowsazure.com
      zone_id: "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup\
        /providers/Microsoft.Network/privateDnsZones/privatelink.we.backup.windowsazure.com"
      record_name: 1132794570626989392-ab-pod01-fc1
      ip_addresses: [10.1.1.4]
      ttl: 10
zones_without_records:
  description: Zones of the group into which no name of the endpoint fits yet.
  returned: without O(groups)
  type: list
  elements: str
  sample: []
overwritten:
  description: Records of others that O(accept_zone_overwrite) gave up, with their addresses before.
  returned: success
  type: list
  elements: dict
  sample:
    - zone_id: "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup\
        /providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"
      record_name: account
      fqdn: account.blob.core.windows.net
      ip_addresses: [10.2.1.4]
      new_ip_addresses: [10.1.1.4]
      owner: 'creator: created by private endpoint pe-other with resource guid 66666666-6666-4666-8666-666666666666'
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.dns.zone_groups import DEFAULT_NAME
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.private_dns_zone_group import (
    manage_zone_group,
)

EACH = {"private_endpoint": Option(required=True), "zones": Option(type="list", elements="str", required=True)}

MODULE = Module(
    run=manage_zone_group,
    options={
        "private_endpoint": Option(),
        "groups": Option(type="list", elements="dict", options=EACH),
        "pending": Option(type="list", elements="str"),
        "name": Option(default=DEFAULT_NAME),
        "zones": Option(type="list", elements="str"),
        "accept_zone_overwrite": Option(type="bool", default=False),
        "state": Option(choices=("present", "absent"), default="present"),
    },
    waiting=True,
    required_one_of=(("private_endpoint", "groups"),),
    required_if=(("state", "present", ("zones", "groups"), True),),
    mutually_exclusive=(("groups", "private_endpoint"), ("groups", "zones")),
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
