#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read key vaults."""

from __future__ import annotations

DOCUMENTATION = r"""
module: key_vault_info
short_description: Read key vaults and who gets in
version_added: 1.0.0
description:
  - Reads key vaults with their firewall, public access and private endpoint connections.
  - Secrets, keys and certificates are never asked for.
author: privatelink.recovery maintainers (@privatelink)
options:
  resource_group:
    description: Only the key vaults of this resource group.
    type: str
  name:
    description: Only this key vault; needs O(resource_group).
    type: str
  ids:
    description: Only these key vaults, by id; none when empty. Those that do not exist are named in RV(missing).
    type: list
    elements: str
    aliases: [id]
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes.info
  - privatelink.recovery.attributes.actiongroup
seealso:
  - module: privatelink.recovery.migrate_project_info
  - name: Integrate Key Vault with Azure Private Link
    description: What a firewall and private endpoints of a key vault do.
    link: https://learn.microsoft.com/azure/key-vault/general/private-link-service
"""

EXAMPLES = r"""
- name: Read the key vault of a Migrate project
  privatelink.recovery.key_vault_info:
    resource_group: rg-migrate
    name: contoso1234kv
  register: key_vault
"""

RETURN = r"""
key_vaults:
  description: The key vaults that were found.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the key vault.
      returned: success
      type: str
      sample: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-migrate/providers/Microsoft.KeyVault/vaults/contoso1234kv
    name:
      description: Name of the key vault.
      returned: success
      type: str
      sample: contoso1234kv
    location:
      description: Region of the key vault.
      returned: success
      type: str
      sample: westeurope
    vault_uri:
      description: URL of the key vault.
      returned: success
      type: str
      sample: https://contoso1234kv.vault.azure.net/
    public_network_access:
      description: Whether the public endpoint is open at all.
      returned: success
      type: str
      sample: Disabled
    network_acls:
      description: The firewall; empty while nothing is restricted.
      returned: success
      type: dict
      sample: {bypass: AzureServices, default_action: Deny, ip_rules: [], virtual_network_rules: []}
    denies_public_access:
      description: Whether nobody gets in from the public network, by either of the two.
      returned: success
      type: bool
      sample: true
    rbac_authorization:
      description: Whether role assignments count for its contents, and access policies do not.
      returned: success
      type: bool
      sample: false
    private_endpoint_connections:
      description: Its connections, as C(private_endpoint) and C(status).
      returned: success
      type: list
      elements: dict
      sample:
        - private_endpoint: /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-migrate/providers/Microsoft.Network/privateEndpoints/pe-kv
          status: Approved
    state:
      description: The key vault in snake case with its properties lifted to the top.
      returned: success
      type: dict
      sample: {provisioning_state: Succeeded}
missing:
  description: Ids of key vaults that were named and do not exist.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.key_vault_info import list_vaults

MODULE = Module(
    run=list_vaults,
    options={
        "resource_group": Option(),
        "name": Option(),
        "ids": Option(type="list", elements="str", aliases=("id",)),
    },
    mutually_exclusive=(("ids", "resource_group"), ("ids", "name")),
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
