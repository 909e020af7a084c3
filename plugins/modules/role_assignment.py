#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Role assignments."""

from __future__ import annotations

DOCUMENTATION = r"""
module: role_assignment
short_description: Manage role assignments and wait until they count
version_added: 1.0.0
description:
  - Gives roles to identities at scopes, many in one task. An assignment of the same role to the same identity at the same scope
    counts as done whatever its name.
  - New assignments get a GUID that follows from scope, role and identity, so that a repeated or parallel run makes no second one.
  - An identity that the directory does not know yet is waited for.
author: privatelink.recovery maintainers (@privatelink)
options:
  assignments:
    description: The assignments.
    type: list
    elements: dict
    required: true
    suboptions:
      scope:
        description: Id of the subscription, resource group or resource.
        type: str
        required: true
      role:
        description: Role by name, GUID or id of its definition.
        type: str
        required: true
      principal_id:
        description: Object id of the identity; O(principal_id) by default.
        type: str
      principal_type:
        description: Kind of the identity. Azure then does not look a young identity up before it has spread.
        type: str
        choices: [ServicePrincipal, User, Group, ForeignGroup, Device]
        default: ServicePrincipal
      description:
        description: Why the assignment is there. Written when it is made; an existing assignment keeps its own.
        type: str
  principal_id:
    description: Object id of the identity of every assignment that names none. In check mode it may be of one that is still to be made (empty).
    type: str
  state:
    description: Whether the assignments should exist. With V(absent) exactly these are removed, nothing inherited and no other role.
    type: str
    choices: [present, absent]
    default: present
  only_made_here:
    description:
      - With O(state=absent), leave an assignment that somebody else made. One that this module made is known by its name,
        which follows from scope, role and identity.
    type: bool
    default: false
  wait_effective:
    description:
      - Wait until assignments made in this run count.
      - An assignment to the signed-in identity is proved by asking Azure for its permissions at the scope.
      - No API shows what another identity may do, so for others O(settle_seconds) must pass. Only the deed that needs the role
        proves it; a task that depends on it should still be retried.
    type: bool
    default: true
  settle_seconds:
    description: How long to wait after the assignments of other identities were made, in seconds. V(0) does not wait.
    type: int
    default: 60
  wait_timeout:
    description: How long to wait at most for the directory to know an identity, and for a role to count, in seconds.
    type: int
    default: 1800
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes
  - privatelink.recovery.attributes.actiongroup
notes:
  - In check mode a custom role that does not exist yet is taken to be made by an earlier task, with a warning.
seealso:
  - module: privatelink.recovery.role_definition
  - name: Troubleshoot Azure RBAC
    description: How long an assignment takes to spread, and what PrincipalNotFound means.
    link: https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
"""

EXAMPLES = r"""
- name: The vault's identity may manage the endpoints and their zones
  privatelink.recovery.role_assignment:
    assignments:
      - scope: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup
        role: Contributor
        principal_id: 55555555-5555-4555-8555-555555555555
      - scope: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup
        role: Private DNS Zone Contributor
        principal_id: 55555555-5555-4555-8555-555555555555
    settle_seconds: 0

- name: And no longer
  privatelink.recovery.role_assignment:
    state: absent
    assignments:
      - scope: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup
        role: Contributor
        principal_id: 55555555-5555-4555-8555-555555555555
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
assignments:
  description: The assignments, each once.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the assignment; in check mode of the one that would be made.
      type: str
      returned: success
    scope:
      description: Where it holds.
      type: str
      returned: success
    role:
      description: The role as it was asked for.
      type: str
      returned: success
    role_definition_id:
      description: Id of the role definition.
      type: str
      returned: success
    principal_id:
      description: Object id of the identity.
      type: str
      returned: success
    principal_type:
      description: Kind of the identity.
      type: str
      returned: success
    changed:
      description: Whether this assignment was made or removed, or would be in check mode.
      type: bool
      returned: success
    effective:
      description:
        - V(proven) when Azure says the signed-in identity has the permissions, V(settled) when the time has passed,
          V(made) when it was not waited for, V(present) when it was there before, V(removed) or V(absent) with O(state=absent);
          V(present) is then one that somebody else made.
      type: str
      returned: success
  sample:
    - id: >-
        /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup/providers/Microsoft.Authorization/roleAssignments/1d1ff3a5-0c44-5d0d-8a8f-2c1f2f3e9f10
      scope: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-backup
      role: Contributor
      principal_id: 55555555-5555-4555-8555-555555555555
      principal_type: ServicePrincipal
      changed: true
      effective: settled
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import WAITING, Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.role_assignment import (
    manage_role_assignments,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.options import ASSIGNMENT

MODULE = Module(
    run=manage_role_assignments,
    options={
        "assignments": Option(
            type="list",
            elements="dict",
            required=True,
            options={**ASSIGNMENT, "principal_id": Option()},
        ),
        "principal_id": Option(),
        "state": Option(choices=("present", "absent"), default="present"),
        "only_made_here": Option(type="bool", default=False),
        "wait_effective": Option(type="bool", default=True),
        "settle_seconds": Option(type="int", default=60, least=0),
        "wait_timeout": WAITING["wait_timeout"],
    },
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
