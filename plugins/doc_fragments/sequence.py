"""Documentation of the options that describe a sequence."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of ``module_utils.sequence_options.SEQUENCE``."""

    DOCUMENTATION = r"""
options:
  sequence:
    description: Which sequence.
    type: str
    choices: [backup, site_recovery]
    default: backup
  variant:
    description: Whether Site Recovery replicates Azure machines, or on-premises machines through a bypass network.
    type: str
    choices: [azure_to_azure, hybrid]
    default: azure_to_azure
  vault:
    description: The vault.
    type: dict
    required: true
    suboptions:
      name:
        description: Name.
        type: str
        required: true
      resource_group:
        description: Resource group.
        type: str
        required: true
      subscription_id:
        description: Subscription, when it is not the task's.
        type: str
      location:
        description: Region; the resource group's by default.
        type: str
      tags:
        description: Tags of the vault; judged by themselves, not compared with those it has.
        type: dict
  sub_resource:
    description: Sub-resource of the endpoints.
    type: str
    choices: [AzureBackup, AzureSiteRecovery]
    default: AzureBackup
  endpoints:
    description: The private endpoints, one for each virtual network.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name, unique among all endpoints of the vault.
        type: str
        required: true
      resource_group:
        description: Resource group; the vault's by default.
        type: str
      subscription_id:
        description: Subscription; must be that of the subnet, which is the default.
        type: str
      subnet:
        description: Id of the subnet.
        type: str
        required: true
      location:
        description: Region; that of the virtual network by default.
        type: str
      dns_zone_resource_group:
        description: Resource group of this endpoint's zones; that of O(dns_zones) by default.
        type: str
      dns_zone_subscription_id:
        description: Subscription of this endpoint's zones; that of O(dns_zones) by default.
        type: str
      virtual_networks:
        description: Ids of further virtual networks to link to this endpoint's zones; the endpoint's own is always linked.
        type: list
        elements: str
      manual:
        description: Ask the vault's owner for approval.
        type: bool
        default: false
      request_message:
        description: Message to the owner with O(endpoints[].manual=true).
        type: str
      tags:
        description: Tags of the endpoint; judged by themselves, not compared with those it has.
        type: dict
      dns_server:
        description: Address of a DNS server to prove resolution with; not judged here.
        type: str
      dns_port:
        description: Port of that DNS server; not judged here.
        type: int
      side:
        description: Which side of a replication this endpoint serves.
        type: str
        choices: [source, recovery, shared]
      consumers:
        description: Inventory hosts that prove resolution; not judged here.
        type: list
        elements: str
  dns_mode:
    description:
      - V(per_endpoint) gives each endpoint zones of its own, V(shared) one endpoint and one set of zones to all networks; Azure writes the records.
      - V(zone_group) and V(records) say who writes them, Azure or the role, into each endpoint's zones.
      - With V(policy) somebody else attaches the zone group, with V(custom) the names are served by other DNS servers; nothing is made here, only verified.
    type: str
    choices: [per_endpoint, shared, zone_group, records, policy, custom]
    default: zone_group
  extra_sub_resources:
    description: Sub-resources of other services whose zones the endpoints' names are in too; V(default) is that of Azure Migrate.
    type: list
    elements: str
    choices: [default]
    default: []
  disk_model:
    description: Disks of the machines, which decides on which storage accounts the vault's identity needs roles.
    type: str
    choices: [managed, unmanaged]
    default: managed
  storage_accounts:
    description: Storage accounts that replication uses.
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description: Id of the account.
        type: str
        required: true
      use:
        description: What replication uses it for.
        type: str
        choices: [cache, source, target]
        default: cache
      endpoint:
        description: A private endpoint of the account, for V(blob).
        type: dict
        suboptions:
          name:
            description: Name.
            type: str
            required: true
          subnet:
            description: Id of the subnet.
            type: str
            required: true
          resource_group:
            description: Resource group; the vault's by default.
            type: str
          dns_zone_resource_group:
            description: Resource group of the blob zone; that of O(dns_zones) by default.
            type: str
  dns_zones:
    description: Where the zones are.
    type: dict
    default: {}
    suboptions:
      resource_group:
        description: Resource group of the zones; the endpoint's by default.
        type: str
      subscription_id:
        description: Subscription of the zones; the endpoint's by default.
        type: str
      virtual_networks:
        description: Ids of further virtual networks to link.
        type: list
        elements: str
  dns_servers:
    description: DNS servers that resolve for a virtual network, used to prove resolution where an endpoint names none.
    type: list
    elements: dict
    suboptions:
      virtual_network:
        description: Id of the virtual network.
        type: str
        required: true
      address:
        description: Address of the server.
        type: str
        required: true
      port:
        description: Port of the server.
        type: int
        default: 53
  zone_names:
    description: Zones the operator names, where Azure does not answer for the region.
    type: list
    elements: str
  geo_code:
    description: Geo code of the region, where neither Azure nor the table knows it.
    type: str
  public_network_access:
    description: What the sequence will do with public access.
    type: str
    choices: [after_verify, before_endpoint, unchanged]
    default: after_verify
  identity:
    description: Whether the sequence wants the vault's system-assigned identity on. With V(false), a vault that has it on is refused.
    type: bool
    default: true
  role_assignments:
    description: Roles the sequence gives the vault's identity; they must exist, and the right to assign is needed at their scopes.
    type: list
    elements: dict
    default: []
    suboptions:
      scope:
        description: Id of the scope.
        type: str
        required: true
      role:
        description: Name, GUID or id of the role.
        type: str
        required: true
      principal_type:
        description: What the identity is.
        type: str
        choices: [ServicePrincipal, User, Group, ForeignGroup, Device]
        default: ServicePrincipal
      description:
        description: Shown with the assignment.
        type: str
  storage_roles:
    description: Whether the sequence assigns roles on the storage accounts.
    type: bool
    default: false
  trusted_services:
    description: Whether the sequence lets trusted Microsoft services through the storage accounts' firewalls.
    type: bool
    default: false
"""
