#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Azure Migrate projects with private connectivity."""

from __future__ import annotations

DOCUMENTATION = r"""
module: migrate_project
short_description: Manage an Azure Migrate project that is reached over private endpoints
version_added: 1.0.0
description:
  - Creates a project with its system-assigned identity and the four solutions that the portal makes, or brings one to the wanted state.
  - Microsoft documents the portal for this; the requests are those that public exports of private projects show. Treat it as experimental.
  - The endpoint itself is made with M(privatelink.recovery.private_endpoint) (O(privatelink.recovery.private_endpoint#module:sub_resource=Default)).
  - A project that was made with the public endpoint method is refused, since Azure cannot change the method of a project.
  - A project is deleted only when O(confirm) repeats its name, and when neither endpoints nor replications hold it.
author: privatelink.recovery maintainers (@privatelink)
options:
  resource_group:
    description: Resource group of the project.
    type: str
    required: true
  name:
    description: Name of the project, 3 to 24 letters, digits and hyphens.
    type: str
    required: true
  state:
    description: Whether the project should exist.
    type: str
    choices: [present, absent]
    default: present
  location:
    description: Region of the project. The resource group's region when a project is created without it. Cannot be changed.
    type: str
  public_network_access:
    description:
      - Whether the project can be reached from public networks.
      - With V(Disabled) other tools and those of independent vendors cannot upload their usage data to the project.
    type: str
    choices: [Enabled, Disabled]
  identity:
    description: Give the project a system-assigned identity, which needs permissions on the storage account. It is never switched off.
    type: bool
    default: true
  solutions:
    description: Make those of the four solutions that are not there. Details that tools keep in them are never changed.
    type: bool
    default: true
  subnet:
    description:
      - Id of the subnet for the endpoints that the portal makes later (Generate key). Written into a new discovery solution, as the portal does.
    type: str
  skip_zones:
    description: Keep the portal from making private DNS zones of its own for those endpoints.
    type: bool
    default: true
  tags:
    description:
      - Tags as a dictionary of strings, at most 50. A new project gets the tag C(Migrate Project) besides, as from the portal.
    type: dict
  append_tags:
    description: Keep the tags that are not named in O(tags).
    type: bool
    default: true
  ownership_tags:
    description:
      - Tags put on a project that this task creates. One that carries them is known to be made for private endpoints before it has any.
    type: dict
  confirm:
    description: The project's name once more. Needed with O(state=absent).
    type: str
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.waiting
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.migrate_project_info
  - module: privatelink.recovery.migrate_verification
  - name: Discover and assess servers for migration using Private Link
    description: What a private project is, and that its method cannot be changed.
    link: https://learn.microsoft.com/azure/migrate/discover-and-assess-using-private-endpoints
"""

EXAMPLES = r"""
- name: A project for private endpoints
  privatelink.recovery.migrate_project:
    resource_group: rg-migrate
    name: contoso
    location: westeurope
    subnet: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-hub/subnets/endpoints

- name: Delete a project that nothing holds any more
  privatelink.recovery.migrate_project:
    resource_group: rg-migrate
    name: contoso
    state: absent
    confirm: contoso
"""

RETURN = r"""
differences:
  description: What changes, or would in check mode, as C(resource) and C(changes), as text; empty when nothing does.
  returned: success
  type: list
  elements: dict
  sample:
    - resource: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-migrate/providers/Microsoft.Migrate/migrateProjects/contoso
      changes: ['properties.publicNetworkAccess: Enabled to Disabled']
id:
  description: Id of the project.
  returned: success
  type: str
  sample: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-migrate/providers/Microsoft.Migrate/migrateProjects/contoso
solutions:
  description: Names of the solutions a project has.
  returned: success
  type: list
  elements: str
  sample: [Servers-Discovery-ServerDiscovery]
added_solutions:
  description: Those of them that were not there.
  returned: success
  type: list
  elements: str
  sample: []
state:
  description: The project as Azure answers it, in snake case with its properties lifted to the top; empty when it does not exist.
  returned: success
  type: dict
  sample: {name: contoso, location: westeurope, public_network_access: Enabled}
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.tags import tags
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.migrate_project import manage_project
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.migrate_projects import OPTIONS

MODULE = Module(
    run=manage_project,
    options={
        "resource_group": Option(required=True),
        "name": Option(required=True),
        "state": Option(choices=("present", "absent"), default="present"),
        "identity": Option(type="bool", default=True),
        "solutions": Option(type="bool", default=True),
        "subnet": Option(),
        "skip_zones": Option(type="bool", default=True),
        "append_tags": Option(type="bool", default=True),
        "ownership_tags": tags(),
        "confirm": Option(),
        **OPTIONS,
    },
    waiting=True,
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
