#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read Azure Migrate projects."""

from __future__ import annotations

DOCUMENTATION = r"""
module: migrate_project_info
short_description: Read Azure Migrate projects
version_added: 1.0.0
description:
  - Reads one project, the projects of a resource group or those of a subscription, with connectivity method, connections and solutions.
  - A project that does not exist gives an empty list, not an error.
author: privatelink.recovery maintainers (@privatelink)
options:
  resource_group:
    description: Only the projects of this resource group.
    type: str
  name:
    description: Only this project; needs O(resource_group).
    type: str
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes.info
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.migrate_project
"""

EXAMPLES = r"""
- name: Read one project
  privatelink.recovery.migrate_project_info:
    resource_group: rg-migrate
    name: contoso
  register: found
"""

RETURN = r"""
migrate_projects:
  description:
    - The projects in snake case with their properties lifted to the top. The name of the project's endpoint is in C(service_endpoint), whose
      geo code is not that of the project's region.
    - Besides C(connectivity) (V(private) or V(public)), C(subnet) (what the portal was given), C(connections) and C(solutions).
  returned: success
  type: list
  elements: dict
  sample:
    - name: contoso
      location: westeurope
      connectivity: private
      public_network_access: Enabled
      service_endpoint: https://7fb0f5ad-isv.neu.hub.privatelink.prod.migration.windowsazure.com/resources/7fb0f5ad
      connections:
        - private_endpoint: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-migrate/providers/Microsoft.Network/privateEndpoints/pe-p
          status: Approved
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.migrate_project import list_projects

MODULE = Module(run=list_projects, options={"resource_group": Option(), "name": Option()})


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
