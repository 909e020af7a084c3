#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read private endpoints."""

from __future__ import annotations

DOCUMENTATION = r"""
module: private_endpoint_info
short_description: Read private endpoints with the names they publish
version_added: 1.0.0
description:
  - Reads one endpoint, those of a resource group or those of a subscription, each with its names, addresses and connection state.
author: privatelink.recovery maintainers (@privatelink)
options:
  resource_group:
    description: Only the endpoints of this resource group.
    type: str
  name:
    description: Only this endpoint; needs O(resource_group).
    type: str
  target:
    description: Only endpoints that lead to the resource with this id.
    type: str
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes.info
  - privatelink.recovery.attributes.actiongroup
"""

EXAMPLES = r"""
- name: Names and addresses of one endpoint
  privatelink.recovery.private_endpoint_info:
    resource_group: rg-backup
    name: pe-backup
"""

RETURN = r"""
private_endpoints:
  description: The endpoints in snake case, each with RV(ignore:names), RV(ignore:connection), RV(ignore:target) and RV(ignore:sub_resource).
  returned: success
  type: list
  elements: dict
  sample:
    - name: pe-backup
      provisioning_state: Succeeded
      sub_resource: AzureBackup
      names:
        - fqdn: 1132794570626989392-ab-pod01-rec2.privatelink.we.backup.windowsazure.com
          ip_addresses: [10.1.1.4]
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.private_endpoint import list_endpoints

MODULE = Module(run=list_endpoints, options={"resource_group": Option(), "name": Option(), "target": Option()})


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
