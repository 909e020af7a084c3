#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Judge whether a subnet can take private endpoints."""

from __future__ import annotations

DOCUMENTATION = r"""
module: subnet_capacity
short_description: Judge whether a subnet can take private endpoints
version_added: 1.0.0
description:
  - Counts the free addresses of a subnet and compares them with what the planned endpoints need, and looks at its private endpoint network policies.
  - Azure keeps five addresses of every subnet for itself; they are not counted as free.
author: privatelink.recovery maintainers (@privatelink)
options:
  subnet:
    description: Id of the subnet.
    type: str
    required: true
  sub_resource:
    description:
      - What the endpoints are for, which decides how many addresses each takes.
      - V(AzureBackup) 10 (25 advised), V(AzureBackup_v1) 11 (25 advised), V(AzureSiteRecovery) 9, V(AzureSiteRecovery_hybrid) 5, V(blob) and V(vault) 1.
    type: str
    choices: [AzureBackup, AzureBackup_v1, AzureBackup_secondary, AzureSiteRecovery, AzureSiteRecovery_hybrid, blob, vault]
    default: AzureBackup
  endpoints:
    description: How many such endpoints are planned in this subnet.
    type: int
    default: 1
  data_sources:
    description: Data sources protected by DPM or MABS; each takes one more address.
    type: int
    default: 0
  addresses:
    description: Addresses needed, in place of what O(sub_resource), O(endpoints) and O(data_sources) say.
    type: int
  accepted_network_policies:
    description: Values of C(privateEndpointNetworkPolicies) that are accepted.
    type: list
    elements: str
    default: [Disabled]
  enforce:
    description: Fail when the subnet cannot take the endpoints. With V(false) the verdict is only returned.
    type: bool
    default: true
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes.info
  - privatelink.recovery.attributes.actiongroup
"""

EXAMPLES = r"""
- name: Enough room for one Backup endpoint
  privatelink.recovery.subnet_capacity:
    subnet: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-app/subnets/endpoints
"""

RETURN = r"""
exists:
  description: Whether the subnet exists.
  returned: success
  type: bool
  sample: true
enough:
  description: Whether the endpoints may be placed here.
  returned: success
  type: bool
  sample: true
message:
  description: What stands in the way, empty when nothing does.
  returned: success
  type: str
  sample: ''
free:
  description: Addresses nobody holds.
  returned: when the subnet exists
  type: int
  sample: 251
usable:
  description: Addresses of the subnet less those Azure keeps.
  returned: when the subnet exists
  type: int
  sample: 251
used:
  description: Addresses in use.
  returned: when the subnet exists
  type: int
  sample: 0
required:
  description: Addresses needed.
  returned: when the subnet exists
  type: int
  sample: 10
advised:
  description: Addresses advised, because the need grows.
  returned: when the subnet exists
  type: int
  sample: 25
network_policies:
  description: The subnet's private endpoint network policies.
  returned: when the subnet exists
  type: str
  sample: Disabled
delegations:
  description: The services the subnet is delegated to. Azure may refuse private endpoints in such a subnet, which is a warning.
  returned: when the subnet exists
  type: list
  elements: str
  sample: []
location:
  description: Region of the virtual network.
  returned: when the subnet exists
  type: str
  sample: westeurope
address_prefixes:
  description: The subnet's prefixes.
  returned: when the subnet exists
  type: list
  elements: str
  sample: [10.1.1.0/24]
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.subnet_capacity import judge_subnet
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.subnets import NEEDS

MODULE = Module(
    run=judge_subnet,
    options={
        "subnet": Option(required=True),
        "sub_resource": Option(choices=tuple(NEEDS), default="AzureBackup"),
        "endpoints": Option(type="int", default=1, least=0),
        "data_sources": Option(type="int", default=0, least=0),
        "addresses": Option(type="int", least=0),
        "accepted_network_policies": Option(type="list", elements="str", default=["Disabled"]),
        "enforce": Option(type="bool", default=True),
    },
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
