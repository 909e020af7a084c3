"""Documentation of the options that describe a sequence."""

from __future__ import annotations


class ModuleDocFragment:
    """The option of ``module_utils.sequences.options.SEQUENCE``."""

    DOCUMENTATION = r"""
options:
  sequence:
    description: The sequence, the same for every stage and for verification. An empty text counts as not given.
    type: dict
    required: true
    suboptions:
      name:
        description: Which sequence.
        type: str
        choices: [backup, site_recovery, dpm_mabs, migrate]
        default: backup
      variant:
        description:
          - The variant of the sequence; the first of its own by default. Site Recovery replicates Azure machines, or
            on-premises machines through a bypass network (V(hybrid)). Backup has V(v2) and the classic V(v1), in which the vault's
            identity makes storage endpoints by itself. Azure Migrate has V(private_endpoint) only.
        type: str
        choices: [v2, v1, azure_to_azure, hybrid, private_endpoint]
      vault:
        description: The vault; of Azure Migrate the project.
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
      endpoints:
        description:
          - The private endpoints, one for each virtual network. Those of an Azure Migrate project may be left to the portal; the list is
            empty then.
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
          subnet_prefix:
            description: Address range of the subnet, such as V(10.1.2.0/27), where it is known; room for the endpoints is then judged without asking Azure.
            type: str
          location:
            description: Region; that of the virtual network by default.
            type: str
          dns_zone_resource_group:
            description: Resource group of this endpoint's zones; that of O(sequence.dns_zones) by default.
            type: str
          dns_zone_subscription_id:
            description: Subscription of this endpoint's zones; that of O(sequence.dns_zones) by default.
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
            description: Message to the owner with O(sequence.endpoints[].manual=true).
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
                description: Resource group of the blob zone; that of O(sequence.dns_zones) by default.
                type: str
              dns_server:
                description: Address of a DNS server to prove resolution with; that of the vault's endpoint in the same network by default.
                type: str
              dns_port:
                description: Port of that DNS server.
                type: int
              consumers:
                description: Inventory hosts that prove resolution; those of the vault's endpoint in the same network by default.
                type: list
                elements: str
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
        description:
          - DNS servers that resolve for a virtual network, and machines in it, asked to prove resolution there.
          - A network with DNS servers of its own is proved only by an answer there, whether it is an endpoint's or only linked.
        type: list
        elements: dict
        suboptions:
          virtual_network:
            description: Id of the virtual network.
            type: str
            required: true
          address:
            description: Address of the server; needed unless there are consumers.
            type: str
          port:
            description: Port of the server.
            type: int
            default: 53
          consumers:
            description: Inventory hosts in the network that prove resolution; not judged here.
            type: list
            elements: str
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
      grants:
        description:
          - How the identity of a classic vault is given what it needs, V(least_privilege) by the three custom roles of Microsoft's article and
            Private DNS Zone Contributor, V(contributor) by that role on the resource groups of endpoints, networks and zones.
        type: str
        choices: [least_privilege, contributor]
        default: least_privilege
      removable_endpoints:
        description: Ids of classic endpoints that were not made by the sequence and may be deleted where a vault goes over to V(v2).
        type: list
        elements: str
        default: []
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
      cross_region_restore:
        description: Whether the sequence will enable cross-region restore.
        type: str
        choices: ["", Enabled, Disabled]
      storage_redundancy:
        description: The redundancy the sequence will give the vault's storage.
        type: str
        choices: ["", LocallyRedundant, ZoneRedundant, GeoRedundant]
      freshness_attested:
        description: The operator attests that nothing was ever protected with the vault, where Azure's records do not reach back far enough.
        type: bool
        default: false
      accept_zone_overwrite:
        description: Accept that the planned endpoints overwrite the records of another endpoint of the vault, which is no longer needed.
        type: bool
        default: false
      accepted_network_policies:
        description: Values of C(privateEndpointNetworkPolicies) that are accepted.
        type: list
        elements: str
        default: [Disabled]
      provider_registration:
        description: What the sequence does about an unregistered resource provider.
        type: str
        choices: [refuse, register, reregister]
        default: refuse
      approve:
        description: Whether the sequence approves pending connections; with an endpoint that asks for approval, the right to do so is needed.
        type: bool
        default: false
      permission_timeout:
        description: How long to wait, in seconds, for a role assignment of the last ten minutes to spread.
        type: int
        default: 600
      protected_machines:
        description: Azure machines the sequence will enable replication for; looked at for what could never be carried out.
        type: list
        elements: dict
        default: []
        suboptions:
          id:
            description: Id of the virtual machine.
            type: str
            required: true
          disks:
            description: Ids of its managed disks.
            type: list
            elements: str
            required: true
          recovery_resource_group_id:
            description: Id of the resource group the machine fails over to.
            type: str
            required: true
          cache_storage_account_id:
            description: Id of the cache account in the source region.
            type: str
            required: true
      data_sources:
        description: How many data sources DPM and MABS servers are to protect; each takes an address.
        type: int
        default: 0
      key_vaults:
        description: Key vaults that get a private endpoint beside an Azure Migrate project.
        type: list
        elements: dict
        default: []
        suboptions:
          id:
            description: Id of the key vault.
            type: str
            required: true
          endpoint:
            description: A private endpoint of the key vault.
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
                description: Resource group of the endpoint; the project's by default.
                type: str
              dns_zone_resource_group:
                description: Resource group of its zone, when it is not that of the other endpoints.
                type: str
              dns_server:
                description: Address of a DNS server of its network, asked to prove resolution.
                type: str
              dns_port:
                description: Port of that server.
                type: int
              consumers:
                description: Inventory hosts in its network that prove resolution; not judged here.
                type: list
                elements: str
      migration:
        description: What is to be migrated with an Azure Migrate project, and how.
        type: dict
        suboptions:
          source:
            description: Where the machines are. V(Physical) is also for AWS, GCP and others.
            type: str
            choices: [VMware, HyperV, Physical]
            default: Physical
          method:
            description: How they are migrated; the first that the source has by default.
            type: str
            choices: ['', agentless_vmware, agent_based, hyperv]
          experience:
            description: The experience of agent-based replication.
            type: str
            choices: [simplified, classic]
            default: simplified
          public_control_plane:
            description: Whether the appliance reaches the public endpoints of the control plane, by the internet or Microsoft peering.
            type: bool
            default: false
          agent_dependencies:
            description: Whether agent-based dependency analysis is wanted.
            type: bool
            default: false
          assessment_project:
            description: Name of the assessment project that is to be made, to see whether it is taken.
            type: str
          subnet:
            description: Id of the subnet in which the portal is to make the endpoints, where O(sequence.endpoints) is empty.
            type: str
          public_network_access:
            description: Public network access of a project that is made; unchanged by default.
            type: str
            choices: ['', Enabled, Disabled]
      private_route:
        description: How DPM and MABS servers reach the endpoints; anything but ExpressRoute is accepted by name only.
        type: str
        choices: [express_route, vpn, azure, attested]
        default: express_route
      servers:
        description: The DPM and MABS servers by name; data sources of others are counted beside theirs.
        type: list
        elements: str
        default: []
      source_location:
        description: Region of these machines.
        type: str
      role:
        description: Prefix of the variables this was made of, such as V(backup); messages then name these instead of options.
        type: str
        default: ''
      variables:
        description: Variables that are set and begin with the prefix of O(sequence.role). Any that the role does not have is refused.
        type: list
        elements: str
        default: []
      unknown_consumers:
        description:
          - Hosts that are to prove the names, but that the inventory does not have; the caller knows the inventory. Any is refused before
            any request.
        type: list
        elements: str
        default: []
      settle_seconds:
        description: How long the sequence lets fresh roles spread, in seconds. Here and below, what cannot be is refused before a step needs it.
        type: int
        default: 0
      time_to_live:
        description: Time to live of the records the sequence writes, in seconds.
        type: int
        default: 10
      resolution_timeout:
        description: How long the sequence waits for names to resolve, in seconds.
        type: int
        default: 0
      resolution_port:
        description: TCP port the sequence reaches the names at; V(0) for none.
        type: int
        default: 0
      teardown:
        description: What a teardown removes or changes beyond endpoints, connections and records; nothing when not given.
        type: dict
        suboptions:
          zones:
            description: Zones and links that this collection made, where they are empty.
            type: bool
            default: true
          roles:
            description: Roles that were given to the vault's identity here.
            type: bool
            default: true
          trusted_services:
            description: The exception for trusted Microsoft services in the storage accounts' firewalls.
            type: bool
            default: false
          target:
            description: The project of Azure Migrate itself, once its endpoints are gone; a vault is never deleted.
            type: bool
            default: false
          public_network_access:
            description: What becomes of public network access of the vault.
            type: str
            choices: [unchanged, Enabled]
            default: unchanged
"""
