#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Custom roles."""

from __future__ import annotations

DOCUMENTATION = r"""
module: role_definition
short_description: Manage a custom role
version_added: 1.0.0
description:
  - Creates a custom Azure role or brings an existing one of that name to the wanted state.
  - A new role gets a GUID that follows from scope and name, so that two runs at once make one role.
  - Roles built into Azure are never changed. A role that is assigned is not deleted.
author: privatelink.recovery maintainers (@privatelink)
options:
  role_name:
    description: Name of the role, unique in the directory.
    type: str
    required: true
  state:
    description: Whether the role should exist.
    type: str
    choices: [present, absent]
    default: present
  description:
    description: What the role is for.
    type: str
  actions:
    description: Allowed operations; order does not matter. An option that is not given is left as it is.
    type: list
    elements: str
  not_actions:
    description: Operations taken out of O(actions).
    type: list
    elements: str
  data_actions:
    description: Allowed operations on data.
    type: list
    elements: str
  not_data_actions:
    description: Operations taken out of O(data_actions).
    type: list
    elements: str
  assignable_scopes:
    description: Ids of the scopes at which the role can be assigned. A new role gets O(scope) when not given.
    type: list
    elements: str
  scope:
    description: Id of the subscription or resource group where the role is looked up and made; the subscription when not given.
    type: str
  only_made_here:
    description: With O(state=absent), leave a role that has not the GUID which this module gives it at O(scope).
    type: bool
    default: false
  keep_assigned:
    description: With O(state=absent), leave a role that is assigned to anybody. Otherwise the task fails.
    type: bool
    default: false
  taken_back_from:
    description:
      - Object id of an identity whose assignments made by M(privatelink.recovery.role_assignment) an earlier task takes back. In check mode,
        in which they are still there, they do not keep the role.
    type: str
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.role_assignment
  - name: Azure custom roles
    description: What a role may hold.
    link: https://learn.microsoft.com/azure/role-based-access-control/custom-roles
"""

EXAMPLES = r"""
- name: A role that may manage private endpoints
  privatelink.recovery.role_definition:
    role_name: PrivateEndpointContributor
    description: Allows management of Private Endpoint
    actions:
      - Microsoft.Network/privateEndpoints/*

- name: The role is gone
  privatelink.recovery.role_definition:
    role_name: PrivateEndpointContributor
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
id:
  description: Id of the role definition.
  returned: success
  type: str
  sample: >-
    /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/roleDefinitions/0b5b2a0c-7f2a-5d3e-9f59-0f4a3a0f5a11
state:
  description: The role as Azure answers it, in snake case with its properties lifted to the top; empty when it does not exist.
  returned: success
  type: dict
  sample:
    name: 0b5b2a0c-7f2a-5d3e-9f59-0f4a3a0f5a11
    role_name: PrivateEndpointContributor
    assignable_scopes: [/subscriptions/22222222-2222-4222-8222-222222222222]
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.role_definition import (
    OPTIONS,
    manage_role_definition,
)

MODULE = Module(
    run=manage_role_definition,
    options={
        "state": Option(choices=("present", "absent"), default="present"),
        "scope": Option(),
        "only_made_here": Option(type="bool", default=False),
        "keep_assigned": Option(type="bool", default=False),
        "taken_back_from": Option(),
        **OPTIONS,
    },
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
