#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Verification of Azure Migrate over private endpoints."""

from __future__ import annotations

DOCUMENTATION = r"""
module: migrate_verification
short_description: Find what is wrong with Azure Migrate over private endpoints
version_added: 1.0.0
description:
  - The troubleshooting chapter of Azure Migrate with private endpoints as one read-only task. Every endpoint approved and in the project's
    network or a connected one, the private DNS zones there and linked, the A records right, and the answers of the appliance's host.
  - Each cause is named once, with what mends it. What follows from a cause that is named is not named again.
  - Works without the appliance (no O(answers)) and without rights on Azure (O(names) and O(answers) only); what was not looked at is said.
author: privatelink.recovery maintainers (@privatelink)
options:
  resource_group:
    description: Resource group of the project. Without project only O(names) are judged.
    type: str
  project_subscription_id:
    description: Subscription of the project; that of the task when empty.
    type: str
  name:
    description: Name of the project; goes with O(resource_group).
    type: str
  key_vaults:
    description: Ids of key vaults that belong to the project besides those its appliances name.
    type: list
    elements: str
  storage_accounts:
    description: Ids of storage accounts that belong to it besides those it names, such as cache and replication accounts.
    type: list
    elements: str
  vaults:
    description: Ids of Recovery Services vaults that belong to it besides the one its migration solution names.
    type: list
    elements: str
  names:
    description:
      - The names to judge without a project, as dictionaries with C(fqdn) and C(ip_addresses). They are on the project's properties pages
        in the portal (Download DNS settings).
    type: list
    elements: dict
  answers:
    description:
      - The rows C(names) of M(privatelink.recovery.name_resolution), asked on the appliance's host with port 443. Leave out when it was not asked.
    type: list
    elements: dict
  proxy:
    description: The proxy of the appliance's host, to see whether private names go through it.
    type: dict
    suboptions:
      address:
        description: Address of the proxy; empty without one.
        type: str
      bypass:
        description: What goes past it, with C(*) for any text.
        type: list
        elements: str
  host:
    description: How messages call the appliance's host.
    type: str
    default: the appliance's host
  enforce:
    description: Fail when RV(verdict) is V(blocked), and with O(strict=true) when it is not V(ok). With V(false) the result says so.
    type: bool
    default: true
  strict:
    description: Let V(drift) and V(unknown) fail too.
    type: bool
    default: false
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes.info
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.name_resolution
  - module: privatelink.recovery.migrate_project_info
  - name: Troubleshoot network connectivity
    description: The chapter this task carries out.
    link: https://learn.microsoft.com/azure/migrate/troubleshoot-network-connectivity
"""

EXAMPLES = r"""
- name: Which names are there
  privatelink.recovery.migrate_verification:
    resource_group: rg-migrate
    name: contoso
    enforce: false
  register: azure

- name: What the appliance's host says of them
  privatelink.recovery.name_resolution:
    names: "{{ azure.names }}"
    port: 443
    fail_on_mismatch: false
  delegate_to: appliance
  register: host

- name: Judge both
  privatelink.recovery.migrate_verification:
    resource_group: rg-migrate
    name: contoso
    answers: "{{ host.names }}"
"""

RETURN = r"""
verdict:
  description:
    - V(ok) when everything was looked at and is right, V(drift) for what should be mended, V(blocked) for what stops Azure Migrate, V(unknown) when
      nothing wrong was found and something was not looked at.
  returned: always
  type: str
  sample: blocked
passed:
  description: Whether the task would pass with O(enforce=true).
  returned: success
  type: bool
  sample: false
faults:
  description: Each cause once, with C(code), C(band), C(subject), C(message), C(remedy) and C(evidence).
  returned: always
  type: list
  elements: dict
  sample:
    - code: connection_pending
      band: blocked
      subject: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-migrate/providers/Microsoft.Network/privateEndpoints/contoso5675pe
      message: The connection of contoso5675pe to the project contoso is Pending.
      remedy: Have the owner of the project contoso approve it.
      evidence: []
checks:
  description: The faults, and what was not looked at, as rows that M(privatelink.recovery.report) takes for gates.
  returned: always
  type: list
  elements: dict
  sample: []
not_looked_at:
  description: What the verdict does not speak of.
  returned: always
  type: list
  elements: str
  sample: [resolution and connections from the appliance's host]
message:
  description: The outcome in sentences.
  returned: always
  type: str
  sample: Everything is right.
names:
  description: The names that have to resolve, as C(fqdn), C(ip_addresses) and C(part).
  returned: always
  type: list
  elements: dict
  sample:
    - fqdn: contoso1234kv.vault.azure.net
      ip_addresses: [10.1.0.5]
      part: key_vault
hosts_lines:
  description: The same as lines of a hosts file, for tests only.
  returned: always
  type: list
  elements: str
  sample: [10.1.0.5 contoso1234kv.vault.azure.net]
repairs:
  description:
    - The records to replace as a whole, as C(zone), C(endpoint) and C(names) in the way M(privatelink.recovery.private_dns_records) takes them.
    - Left out where a resource has two approved endpoints, since whose address is right cannot be said then.
  returned: always
  type: list
  elements: dict
  sample: []
resources:
  description: What belongs to the project, as C(kind), C(id), C(exists) and C(endpoints).
  returned: always
  type: list
  elements: dict
  sample: []
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.migrate_verification import verify_project

MODULE = Module(
    run=verify_project,
    options={
        "resource_group": Option(),
        "project_subscription_id": Option(),
        "name": Option(),
        "key_vaults": Option(type="list", elements="str", no_secret=True),
        "storage_accounts": Option(type="list", elements="str"),
        "vaults": Option(type="list", elements="str"),
        "names": Option(type="list", elements="dict"),
        "answers": Option(type="list", elements="dict"),
        "proxy": Option(
            type="dict", options={"address": Option(), "bypass": Option(type="list", elements="str", no_secret=True)}
        ),
        "host": Option(default="the appliance's host"),
        "enforce": Option(type="bool", default=True),
        "strict": Option(type="bool", default=False),
    },
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
