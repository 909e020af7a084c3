#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The gates of Azure Migrate over private endpoints."""

from __future__ import annotations

DOCUMENTATION = r"""
module: migrate_preflight
short_description: Ask every gate of a replication with Azure Migrate, and plan what follows
version_added: 1.0.0
description:
  - Reads only. Says before anything is made what is in the way, and what needs the internet or Microsoft peering besides private endpoints.
  - The gates of a project itself are those of M(privatelink.recovery.preflight) with O(privatelink.recovery.preflight#module:sequence.name=migrate).
  - The classic agent-based replication is refused with the date of its end, unless it is accepted by name; what already exists needs no acceptance.
author: privatelink.recovery maintainers (@privatelink)
options:
  resource_group:
    description: Resource group of the project.
    type: str
    required: true
  project_subscription_id:
    description: Subscription of the project; that of the task when empty.
    type: str
  name:
    description: Name of the project.
    type: str
    required: true
  stage:
    description:
      - Which gates. V(replication) before storage and roles of a replication; V(appliance) has none, and answers what a person does there.
    type: str
    choices: [appliance, replication]
    default: replication
  subnet:
    description: Id of the subnet of the endpoints.
    type: str
  source:
    description: Where the machines are. V(Physical) is also for AWS, GCP and others.
    type: str
    choices: [VMware, HyperV, Physical]
    default: Physical
  method:
    description: How they are migrated; the first that the source has by default.
    type: str
    choices: ['', agentless_vmware, hyperv, agent_based]
  experience:
    description: The experience of agent-based replication.
    type: str
    choices: [simplified, classic]
    default: simplified
  starts:
    description: Whether something new is started; false for what exists.
    type: bool
    default: true
  accept_retired:
    description: V(classic) accepts that the classic experience is retired.
    type: str
    choices: ['', classic]
  public_control_plane:
    description: Whether the appliance reaches the public endpoints of the control plane, by the internet or Microsoft peering.
    type: bool
    default: false
  agent_dependencies:
    description: Whether agent-based dependency analysis is wanted.
    type: bool
    default: false
  vault:
    description: Id of the project's vault, when its migration solution does not name it.
    type: str
  accounts:
    description: The storage accounts chosen for replication.
    type: list
    elements: dict
    suboptions:
      id:
        description: Id of the account.
        type: str
        required: true
      purpose:
        description: What it is for. Hyper-V needs both.
        type: str
        choices: [replication, cache]
        default: cache
      endpoint:
        description: Whether it gets a private endpoint.
        type: bool
        default: true
      subnet:
        description: Subnet of that endpoint; O(subnet) when not given.
        type: str
  enforce:
    description: Fail when a gate is closed. With V(false) the result says so.
    type: bool
    default: true
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes.info
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.migrate_verification
  - name: Simplified experience for Azure Migrate
    description: Since when the classic experience is retired.
    link: https://learn.microsoft.com/azure/migrate/simplified-experience-for-azure-migrate
"""

EXAMPLES = r"""
- name: Every gate before a replication
  privatelink.recovery.migrate_preflight:
    resource_group: rg-migrate
    name: contoso
    source: HyperV
    accounts:
      - id: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-migrate/providers/Microsoft.Storage/storageAccounts/cache
"""

RETURN = r"""
passed:
  description: Whether no gate is closed.
  returned: success
  type: bool
  sample: true
message:
  description: The closed gates, a line each.
  returned: success
  type: str
  sample: ''
gates:
  description: Each gate with C(name), C(verdict), C(subject), C(message), C(remedy) and C(evidence).
  returned: always
  type: list
  elements: dict
  sample: []
plan:
  description: What the steps of the role follow, with C(storage_roles), C(vault_id) and C(checklist) among others.
  returned: always
  type: dict
  sample: {location: westeurope, project_exists: true}
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.migrate_preflight import check_project

MODULE = Module(
    run=check_project,
    options={
        "resource_group": Option(required=True),
        "project_subscription_id": Option(),
        "name": Option(required=True),
        "stage": Option(choices=("appliance", "replication"), default="replication"),
        "subnet": Option(),
        "source": Option(choices=("VMware", "HyperV", "Physical"), default="Physical"),
        "method": Option(choices=("", "agentless_vmware", "hyperv", "agent_based")),
        "experience": Option(choices=("simplified", "classic"), default="simplified"),
        "starts": Option(type="bool", default=True),
        "accept_retired": Option(choices=("", "classic")),
        "public_control_plane": Option(type="bool", default=False),
        "agent_dependencies": Option(type="bool", default=False),
        "vault": Option(),
        "accounts": Option(
            type="list",
            elements="dict",
            options={
                "id": Option(required=True),
                "purpose": Option(choices=("replication", "cache"), default="cache"),
                "endpoint": Option(type="bool", default=True),
                "subnet": Option(),
            },
        ),
        "enforce": Option(type="bool", default=True),
    },
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
