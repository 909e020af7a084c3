#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The private DNS zones an endpoint needs."""

from __future__ import annotations

DOCUMENTATION = r"""
module: required_dns_zones
short_description: Find the private DNS zones that private endpoints need
version_added: 1.0.0
description:
  - Says which private DNS zones the names of a private endpoint belong in, for a sub-resource, a region and a cloud.
  - >-
    Order of trust: the capabilities API of Microsoft.RecoveryServices, which needs no vault; O(zone_names) or O(geo_code);
    the private link resources of O(vault); the public lists of geo codes. Nothing is guessed: when no source knows, the task fails.
  - Zones of storage, key vault and Azure Migrate depend on the cloud only and come from Microsoft's published list.
author: privatelink.recovery maintainers (@privatelink)
options:
  location:
    description: Region of the vault. The region of O(vault) when not given.
    type: str
  sub_resources:
    description:
      - Sub-resources (group ids) of the endpoints.
      - V(AzureBackup), V(AzureBackup_secondary) and V(AzureSiteRecovery) of a vault; V(blob), V(queue) and the others of a storage
        account; V(vault) of a key vault; V(Default) of Azure Migrate.
      - Give V(AzureBackup_secondary) in a task of its own, with the paired region as O(location).
    type: list
    elements: str
    required: true
  zone_names:
    description:
      - Zones to use, as a dictionary of lists by sub-resource, where Azure does not say them, as in China.
      - When the capabilities API names other zones the task fails, unless O(override=true).
      - A Site Recovery zone with a region in it is refused; there is one for all regions.
    type: dict
  geo_code:
    description:
      - Geo code of the region for the zones of V(AzureBackup), such as V(we) for West Europe, for regions newer than this collection.
      - It is checked against the capabilities API as O(zone_names) is.
    type: str
  override:
    description: Let O(zone_names) and O(geo_code) win over what the capabilities API says.
    type: bool
    default: false
  vault:
    description: Id of an existing vault, to be asked for its private link resources and its region.
    type: str
extends_documentation_fragment:
  - privatelink.recovery.connection
  - privatelink.recovery.attributes.info
  - privatelink.recovery.attributes.actiongroup
notes:
  - The capabilities API is asked with a POST that only reads; it is sent in check mode too.
  - >-
    Names of partitioned storage accounts (C(account.z12.blob.storage.azure.net)) are recorded in the cloud's blob zone as
    C(account.z12). Public reports disagree about a zone V(privatelink.blob.storage.azure.net): list it among O(zone_names) to have it.
seealso:
  - name: Azure Private Endpoint private DNS zone values
    description: The published list of zones.
    link: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
"""

EXAMPLES = r"""
- name: Which zones will a vault in West Europe need
  privatelink.recovery.required_dns_zones:
    location: westeurope
    sub_resources: [AzureBackup, AzureSiteRecovery]

- name: The zones are known to the operator
  privatelink.recovery.required_dns_zones:
    location: westeurope
    sub_resources: [AzureBackup]
    zone_names:
      AzureBackup:
        - privatelink.we.backup.windowsazure.com
        - privatelink.blob.core.windows.net
        - privatelink.queue.core.windows.net
"""

RETURN = r"""
zones:
  description: All zones, each once.
  returned: success
  type: list
  elements: str
  sample: [privatelink.we.backup.windowsazure.com, privatelink.blob.core.windows.net, privatelink.queue.core.windows.net]
zones_by_sub_resource:
  description: The zones of each sub-resource.
  returned: success
  type: dict
  sample: {AzureSiteRecovery: [privatelink.siterecovery.windowsazure.com]}
source:
  description:
    - Where the zones of each sub-resource come from.
    - V(capabilities), V(zone_names), V(geo_code), V(private_link_resources), V(geo_code_table) or V(cloud).
  returned: success
  type: dict
  sample: {AzureSiteRecovery: capabilities}
geo_code:
  description: Geo code of the region, from the zones or from the public lists; empty when neither has it.
  returned: success
  type: str
  sample: we
location:
  description: The region as Azure writes it.
  returned: success
  type: str
  sample: westeurope
"""

from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import main as run
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option
from ansible_collections.privatelink.recovery.plugins.module_utils.procedures.required_dns_zones import required_zones

MODULE = Module(
    run=required_zones,
    options={
        "location": Option(),
        "sub_resources": Option(type="list", elements="str", required=True),
        "zone_names": Option(type="dict"),
        "geo_code": Option(),
        "override": Option(type="bool", default=False),
        "vault": Option(),
    },
    required_one_of=(("location", "vault"),),
)


def main() -> None:
    """Run as an ordinary module."""
    run(MODULE)


if __name__ == "__main__":
    main()
