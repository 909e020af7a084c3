#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Private DNS zones and their virtual network links."""

from __future__ import annotations

DOCUMENTATION = r"""
module: private_dns_zone
short_description: Manage private DNS zones and their links to virtual networks
version_added: 1.0.0
description:
  - Creates a list of private DNS zones and links each of them to a list of virtual networks.
  - Missing zones are started together and then waited for; so are the links.
  - A link is recognized by its virtual network, whatever its name.
  - Zones and links made by this module carry the tag C(managed-by) with the value C(privatelink.recovery). Only what carries it is ever
    deleted; what others made is used, left, and reported in RV(left) when it would have been deleted.
author: privatelink.recovery maintainers (@privatelink)
options:
  zones:
    description: The zones.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the zone, such as V(privatelink.blob.core.windows.net).
        type: str
        required: true
      resource_group:
        description: Resource group of the zone.
        type: str
        required: true
      subscription_id:
        description: Subscription of the zone. That of the task when not set.
        type: str
      virtual_networks:
        description: Ids of the virtual networks to link to this zone, in place of O(virtual_networks).
        type: list
        elements: str
  virtual_networks:
    description:
      - Ids of the virtual networks to link to every zone.
      - With O(state=absent) only the links to these networks are removed, and all links of the module when not set. An empty list removes
        nothing, not even an empty zone.
    type: list
    elements: str
  registration_enabled:
    description: Whether machines of the networks register themselves in the zones. A link with another value is changed.
    type: bool
    default: false
  resolution_policy:
    description:
      - What a name that is not in the zone resolves to.
      - V(NxDomainRedirect) asks the public name servers, V(Default) answers that there is no such name.
      - For C(privatelink) zones only. A link keeps its policy when this is not set.
    type: str
    choices: [Default, NxDomainRedirect]
  link_name:
    description: Name of a new link. When not set, made of the network's name and a digest of its id. Only with one virtual network.
    type: str
  endpoints_removed:
    description:
      - Ids of private endpoints whose records earlier tasks remove, with their zone groups or as M(privatelink.recovery.private_dns_records)
        wrote them.
      - Only check mode with O(state=absent) goes by it. These records are still there then, and their zone will be empty all the same.
    type: list
    elements: str
    default: []
  purge_links:
    description: Remove the links of this module to networks that are not in O(virtual_networks).
    type: bool
    default: false
  tags:
    description:
      - Tags of the zones and links this module makes, added to those they have. What others made keeps its tags.
      - Private DNS keeps 15 tags, one of which is this module's own. It leaves out, without an error, tags whose names have spaces, colons,
        parentheses or letters beyond ASCII or begin with a digit; they are refused here, because every run would miss them again.
    type: dict
  state:
    description:
      - Whether the zones and links should exist.
      - V(absent) removes links, and then the zones in which nothing is left but the SOA record.
      - A zone of this module that holds other record sets keeps its links, because names resolve through them; O(purge_links) removes those.
      - Empty zones of the same task in its resource group stay as well, with their links, because names that come later belong there.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.waiting
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
notes:
  - With O(wait=false) a new zone is waited for all the same when links to it follow, because a link needs its zone.
seealso:
  - module: privatelink.recovery.required_dns_zones
  - module: privatelink.recovery.private_dns_zone_group
  - module: privatelink.recovery.private_dns_records
  - name: What is a virtual network link?
    description: A virtual network can be linked to one zone of a name only.
    link: https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links
"""

EXAMPLES = r"""
- name: The zones of Azure Backup in West Europe, linked to the network of the machines
  privatelink.recovery.private_dns_zone:
    zones:
      - {name: privatelink.we.backup.windowsazure.com, resource_group: rg-backup}
      - {name: privatelink.blob.core.windows.net, resource_group: rg-backup}
      - {name: privatelink.queue.core.windows.net, resource_group: rg-backup}
    virtual_networks:
      - /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-app

- name: Accounts with an endpoint elsewhere still resolve publicly
  privatelink.recovery.private_dns_zone:
    zones:
      - {name: privatelink.blob.core.windows.net, resource_group: rg-backup}
    virtual_networks:
      - /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-app
    resolution_policy: NxDomainRedirect

- name: Take away what the tasks above made
  privatelink.recovery.private_dns_zone:
    zones:
      - {name: privatelink.we.backup.windowsazure.com, resource_group: rg-backup}
      - {name: privatelink.blob.core.windows.net, resource_group: rg-backup}
      - {name: privatelink.queue.core.windows.net, resource_group: rg-backup}
    state: absent
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
zones:
  description: The zones that exist, as Azure answers them, in snake case with their properties lifted to the top. In check mode also planned ones.
  returned: success
  type: list
  elements: dict
  sample:
    - id: "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup\
        /providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"
      name: privatelink.blob.core.windows.net
      location: global
      number_of_record_sets: 1
      tags: {managed-by: privatelink.recovery}
links:
  description: The links of these zones. C(state) is Azure's C(virtualNetworkLinkState), V(Missing) for a link that is only planned.
  returned: success
  type: list
  elements: dict
  sample:
    - id: "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup\
        /providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net/virtualNetworkLinks/vnet-app-6f0c2d1e"
      zone: "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup\
        /providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"
      virtual_network: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-app
      state: Completed
left:
  description: What should go by O(state=absent) or O(purge_links) and stays, with the reason and what would free it.
  returned: success
  type: list
  elements: dict
  sample:
    - id: "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup\
        /providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"
      reason: it holds 3 record sets
      remedy: They serve an endpoint somebody else made, or are somebody's own. Once they are removed, run the teardown again.
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.dns.zones import LINK_KIND
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.private_dns_zone import manage_zones

MODULE = Module(
    run=manage_zones,
    options={
        "zones": Option(
            type="list",
            elements="dict",
            required=True,
            options={
                "name": Option(required=True),
                "resource_group": Option(required=True),
                "subscription_id": Option(),
                "virtual_networks": Option(type="list", elements="str"),
            },
        ),
        "virtual_networks": Option(type="list", elements="str"),
        **{name: LINK_KIND.options[name] for name in ("registration_enabled", "resolution_policy", "tags")},
        "link_name": Option(),
        "purge_links": Option(type="bool", default=False),
        "endpoints_removed": Option(type="list", elements="str", default=[]),
        "state": Option(choices=("present", "absent"), default="present"),
    },
    waiting=True,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
