#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""DNS forwarding rulesets of Azure DNS Private Resolver."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_forwarding_ruleset
short_description: Manage a DNS forwarding ruleset of an Azure DNS Private Resolver
version_added: 1.0.0
description:
  - Makes a ruleset for outbound endpoints, its rules, and its links to the networks that follow them. A machine in a linked network that asks for
    a name in the domain of a rule is answered by the servers of that rule, unless a private DNS zone that is linked to its network has the name.
  - With it a network that is not linked to the private DNS zones asks the inbound endpoint of one that is.
  - Rules and links that are not named stay as they are.
  - A link to the network whose own inbound endpoint is a target is refused before anything is written, because each name would be asked in a loop.
author: privatelink.recovery maintainers (@privatelink)
options:
  name:
    description: Name of the ruleset.
    type: str
    required: true
  resource_group:
    description: Resource group of the ruleset.
    type: str
    required: true
  outbound_endpoints:
    description: Ids of the outbound endpoints that ask, all of one region. Needed to make the ruleset.
    type: list
    elements: str
  rules:
    description: Rules of the ruleset.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the rule.
        type: str
        required: true
      domain_name:
        description: Domain whose names are forwarded, with or without the dot at its end. It cannot be changed afterwards.
        type: str
        required: true
      targets:
        description: The servers to ask, in their order.
        type: list
        elements: dict
        required: true
        suboptions:
          address:
            description: IP address.
            type: str
            required: true
          port:
            description: Port.
            type: int
            default: 53
      enabled:
        description: Whether the rule is followed.
        type: bool
        default: true
  domains:
    description: Domains that are all forwarded to O(targets), each by a rule that is named after it; besides O(rules).
    type: list
    elements: str
    default: []
  targets:
    description: The servers that O(domains) are forwarded to, in their order.
    type: list
    elements: dict
    default: []
    suboptions:
      address:
        description: IP address.
        type: str
        required: true
      port:
        description: Port.
        type: int
        default: 53
  virtual_networks:
    description:
      - Ids of the networks that follow the rules.
      - With O(state=absent), the networks that may lose them; a ruleset that serves another one is not removed.
    type: list
    elements: str
    default: []
  tags:
    description: Tags of the ruleset, added to those it has.
    type: dict
  state:
    description: With V(absent) the links to O(virtual_networks) and the ruleset with its rules are removed.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
  - privatelink.recovery.connection
seealso:
  - module: privatelink.recovery.dns_resolver
  - name: Azure DNS Private Resolver endpoints and rulesets
    description: What rules do, and which links make loops.
    link: https://learn.microsoft.com/azure/dns/private-resolver-endpoints-rulesets
"""

EXAMPLES = r"""
- name: Have a spoke ask the hub for the names of its vault
  privatelink.recovery.dns_forwarding_ruleset:
    name: rules-spoke
    resource_group: rg-network
    outbound_endpoints: ["{{ resolver.id }}/outboundEndpoints/outbound"]
    rules:
      - name: backup
        domain_name: privatelink.we.backup.windowsazure.com
        targets: "{{ resolver.targets }}"
    virtual_networks: ["{{ spoke }}"]
"""

RETURN = r"""
id:
  description: Id of the ruleset.
  returned: success
  type: str
  sample: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-network/providers/Microsoft.Network/dnsForwardingRulesets/rules-spoke
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option, port
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.dns_forwarding_ruleset import (
    manage_ruleset,
)

_TARGET = {"address": Option(required=True), "port": port(53)}
_RULE = {
    "name": Option(required=True),
    "domain_name": Option(required=True),
    "targets": Option(type="list", elements="dict", required=True, options=_TARGET),
    "enabled": Option(type="bool", default=True),
}
MODULE = Module(
    run=manage_ruleset,
    options={
        "name": Option(required=True),
        "resource_group": Option(required=True),
        "outbound_endpoints": Option(type="list", elements="str"),
        "rules": Option(type="list", elements="dict", default=[], options=_RULE),
        "domains": Option(type="list", elements="str", default=[]),
        "targets": Option(type="list", elements="dict", default=[], options=_TARGET),
        "virtual_networks": Option(type="list", elements="str", default=[]),
        "tags": Option(type="dict"),
        "state": Option(choices=("present", "absent"), default="present"),
    },
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
