#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Azure DNS Private Resolver."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_resolver
short_description: Manage an Azure DNS Private Resolver that DNS servers of your own can forward to
version_added: 1.0.0
description:
  - Makes a resolver in a virtual network and its endpoints. DNS servers outside Azure forward to the address of an inbound endpoint, which
    knows every private DNS zone that is linked to the network.
  - Before anything is written, each subnet is looked at. It must be in that network, between /28 and /24, delegated to
    C(Microsoft.Network/dnsResolvers), and used by nobody else. A network takes one resolver.
  - The link from the zones to the network is made by M(privatelink.recovery.private_dns_zone).
author: privatelink.recovery maintainers (@privatelink)
options:
  name:
    description: Name of the resolver.
    type: str
    required: true
  resource_group:
    description: Resource group of the resolver.
    type: str
    required: true
  virtual_network:
    description: Id of the virtual network. Needed to make the resolver; it cannot be changed afterwards.
    type: str
  inbound_endpoints:
    description: Inbound endpoints.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the endpoint.
        type: str
        required: true
      subnet:
        description: Id of its subnet. It cannot be changed afterwards.
        type: str
        required: true
      private_ip_address:
        description: A fixed address in the subnet; Azure chooses one when it is not given.
        type: str
  outbound_endpoints:
    description: Outbound endpoints. Their forwarding rulesets are not managed by this module.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the endpoint.
        type: str
        required: true
      subnet:
        description: Id of its subnet. It cannot be changed afterwards.
        type: str
        required: true
  tags:
    description: Tags of the resolver, added to those it has.
    type: dict
  state:
    description:
      - With V(absent) the endpoints that are named and the resolver are removed. A resolver with other endpoints is refused, because servers
        may forward to them.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
  - privatelink.recovery.connection
seealso:
  - name: Azure DNS Private Resolver
    description: What it is, and what its subnets must be like.
    link: https://learn.microsoft.com/azure/dns/dns-private-resolver-overview
"""

EXAMPLES = r"""
- name: A resolver that the site's DNS servers forward to
  privatelink.recovery.dns_resolver:
    name: resolver-hub
    resource_group: rg-network
    virtual_network: "{{ network }}"
    inbound_endpoints:
      - name: inbound
        subnet: "{{ network }}/subnets/dns-inbound"
        private_ip_address: 10.2.9.4
  register: resolver

- name: Forward there
  ansible.builtin.include_role:
    name: privatelink.recovery.dns_servers
  vars:
    dns_servers_targets: "{{ resolver.targets }}"
"""

RETURN = r"""
id:
  description: Id of the resolver.
  returned: success
  type: str
  sample: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-network/providers/Microsoft.Network/dnsResolvers/resolver-hub
targets:
  description:
    - Where servers can forward to, one for each inbound endpoint with an address, with C(address) and C(port).
    - In check mode an endpoint that is not there yet has only the address that was asked for.
  returned: success
  type: list
  elements: dict
  sample: [{address: 10.2.9.4, port: 53}]
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.dns_resolver import manage_resolver

_ENDPOINT = {"name": Option(required=True), "subnet": Option(required=True)}
MODULE = Module(
    run=manage_resolver,
    options={
        "name": Option(required=True),
        "resource_group": Option(required=True),
        "virtual_network": Option(),
        "inbound_endpoints": Option(
            type="list", elements="dict", options={**_ENDPOINT, "private_ip_address": Option()}
        ),
        "outbound_endpoints": Option(type="list", elements="dict", options=_ENDPOINT),
        "tags": Option(type="dict"),
        "state": Option(choices=("present", "absent"), default="present"),
    },
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
