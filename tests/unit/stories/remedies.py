"""Every gate brought to refuse (or to warn, where that is all it does), and what its remedy says to do.

Variables are named by their suffix, so that a case is one for every role that has the gate.
"""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, field

from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.authorization import Authorization
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.management_locks import (
    ManagementLocks,
)
from ansible_collections.privatelink.recovery.plugins.modules.role_definition import MODULE as ROLE_DEFINITION

from .. import conftest
from ..conftest import GROUPS, SUBSCRIPTION, Cloud
from ..worlds import dpm_mabs, site_recovery
from .settings import PROTECTED, RECOVERY
from .support import DESIRED, UNREGISTERED, forbid

JSON = dict[str, t.Any]
OTHER_SERVICE = {"AzureBackup": "AzureSiteRecovery", "AzureSiteRecovery": "AzureBackup"}
RECORD_ZONE = "privatelink.queue.core.windows.net"


@dataclass(frozen=True)
class Base:
    """A role with variables that pass every gate of a world. ``desired`` is by suffix; its first endpoint is in ``network``."""

    role: str
    world: JSON
    desired: JSON
    service: str
    network: str
    zone: str

    @property
    def first(self) -> JSON:
        """The first endpoint."""
        return dict(self.desired["endpoints"][0])

    @property
    def location(self) -> str:
        """The region of the vault."""
        return str(self.desired["vault_location"])

    @property
    def network_id(self) -> str:
        """The network of the first endpoint."""
        return str(self.first["subnet"]).partition("/subnets/")[0]

    @property
    def vault_group(self) -> str:
        """The id of the vault's resource group."""
        return f"{GROUPS}/{self.desired['vault_resource_group']}"

    @property
    def vault_id(self) -> str:
        """The vault."""
        return f"{self.vault_group}/providers/Microsoft.RecoveryServices/vaults/{self.desired['vault_name']}"

    @property
    def zone_group(self) -> str:
        """The resource group of the first endpoint's zones."""
        return str(self.first.get("dns_zone_resource_group") or self.desired["dns_zone_resource_group"])

    def endpoints(self, **changes: t.Any) -> JSON:
        """All endpoints, the first one changed."""
        return {"endpoints": [{**self.first, **changes}, *self.desired["endpoints"][1:]]}

    def vault(self, **more: t.Any) -> JSON:
        """A vault that a run made an hour ago."""
        entry = {
            "name": self.desired["vault_name"],
            "resource_group": self.desired["vault_resource_group"],
            "location": self.location,
            "identity": "SystemAssigned",
            "created_days_ago": 0.04,
        }
        return {"vaults": [{**entry, **more}]}

    def endpoint(self, name: str, **more: t.Any) -> JSON:
        """An endpoint of the vault in the first network, for a world."""
        network = next(item for item in self.world["virtual_networks"] if item["name"] == self.network)
        return {
            "name": name, "resource_group": self.desired["vault_resource_group"], "virtual_network": self.network,
            "subnet": self.first["subnet"].rsplit("/", 1)[-1], "target": self.vault_id, "group_id": self.service,
            "location": network["location"], **more,
        }  # fmt: skip

    def networks(self, change: t.Callable[[JSON], None]) -> JSON:
        """The networks, the first endpoint's one changed."""
        made = copy.deepcopy(self.world["virtual_networks"])
        change(next(network for network in made if network["name"] == self.network))
        return {"virtual_networks": made}

    def subnets(self, **changes: t.Any) -> JSON:
        """The networks, the subnet of the first endpoint changed."""
        name = self.first["subnet"].rsplit("/", 1)[-1]
        return self.networks(
            lambda network: next(one for one in network["subnets"] if one["name"] == name).update(changes)
        )


def _base(role: str, world: JSON, desired: JSON, service: str, network: str, zone: str) -> Base:
    suffixes = {name.removeprefix(f"{role}_"): value for name, value in desired.items()}
    return Base(role, world, suffixes, service, network, zone)


BASES = {
    base.role: base
    for base in (
        _base("backup", conftest.WORLD, DESIRED, "AzureBackup", "vnet-app", "privatelink.we.backup.windowsazure.com"),
        _base(
            "site_recovery",
            site_recovery.WORLD,
            {**RECOVERY, "site_recovery_vault_location": "northeurope"},
            "AzureSiteRecovery",
            "vnet-source",
            site_recovery.ZONE,
        ),
        _base(
            "dpm_mabs",
            dpm_mabs.WORLD,
            dpm_mabs.DESIRED,
            "AzureBackup",
            "vnet-backup",
            "privatelink.we.backup.windowsazure.com",
        ),
    )
}


@dataclass(frozen=True)
class Case:
    """``world`` and ``desired`` lead to the verdict of the gate. One thing opens it again: values that the remedy itself spells
    out (``typed``: the names of their variables), variables that it names and the operator fills (``chosen``), or a deed in
    Azure that it names by the words ``says`` (the world as it is after it, or something done to the cloud)."""

    world: JSON = field(default_factory=dict)
    desired: JSON = field(default_factory=dict)
    typed: tuple[str, ...] = ()
    chosen: JSON = field(default_factory=dict)
    says: str = ""
    mended: JSON | None = None
    before: t.Callable[[Cloud], t.Any] | None = None
    deed: t.Callable[[Cloud], t.Any] | None = None
    #: Verdicts of one row may have a name of their own, and some gates never refuse.
    name: str = ""
    warns: bool = False


Make = t.Callable[[Base], Case]


def may_only_read(base: Base) -> Case:
    principal = {
        "object_id": "44444444-4444-4444-8444-444444444444",
        "roles": [{"role": "Reader", "scope": f"/subscriptions/{SUBSCRIPTION}"}],
    }
    return Case({"principals": [principal]}, {"permission_timeout": 0}, says="Grant", mended={})


def no_group(base: Base) -> Case:
    left = [row for row in base.world["resource_groups"] if row["name"] != base.desired["vault_resource_group"]]
    return Case({"resource_groups": left}, says="Create the resource group", mended={})


def unregistered(base: Base) -> Case:
    return Case({"subscriptions": [UNREGISTERED]}, typed=("provider_registration",))


def registered_by_the_module(base: Base) -> Case:
    return Case({"subscriptions": [UNREGISTERED]}, says="privatelink.recovery.provider_registration", mended={})


def unknown_role(base: Base) -> Case:
    row = {"scope": base.vault_group, "role": "Vault Poet"}
    return Case({}, {"role_assignments": [row]}, chosen={"role_assignments": [{**row, "role": "Reader"}]})


def other_cloud(base: Base) -> Case:
    return Case({}, {"vault_location": "usgovvirginia"}, chosen={"vault_location": base.location})


def old_vault(base: Base) -> Case:
    return Case(base.vault(created_days_ago=400), typed=("freshness_attested",))


def used_vault(base: Base) -> Case:
    return Case(base.vault(history={"protected_items": ["sql01"]}), chosen={"vault_name": "vault-new"})


def classic_endpoints(base: Base) -> Case:
    there = [
        base.endpoint("pe-old"),
        base.endpoint(
            "pe-old_ecs_blob",
            target=f"{base.vault_group}/providers/Microsoft.Storage/storageAccounts/oldblobs",
            group_id="blob",
        ),
    ]
    account = {"name": "oldblobs", "resource_group": base.desired["vault_resource_group"], "location": base.location}
    world = {**base.vault(), "private_endpoints": there, "storage_accounts": [account]}
    return Case(world, says="Delete all classic endpoints", mended=base.vault())


def twelve_endpoints(base: Base) -> Case:
    def world(count: int) -> JSON:
        return {**base.vault(), "private_endpoints": [base.endpoint(f"pe{number}") for number in range(count)]}

    return Case(world(12), says="Remove endpoints", mended=world(3))


def name_taken(base: Base) -> Case:
    other = base.endpoint(base.first["name"], resource_group=base.zone_group)
    return Case({**base.vault(), "private_endpoints": [other]}, chosen=base.endpoints(name="pe-other"))


def no_network_to_link(base: Base) -> Case:
    return Case({}, base.endpoints(virtual_networks=[base.network_id + "-none"]), chosen=base.endpoints())


def network_without_a_path(base: Base) -> Case:
    far: JSON = {
        "name": "vnet-far", "resource_group": "rg-network", "location": base.location,
        "address_prefixes": ["10.201.0.0/16"], "subnets": [],
    }  # fmt: skip
    desired = base.endpoints(
        virtual_networks=[f"{GROUPS}/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-far"]
    )
    joined = base.networks(lambda network: network.update(peerings=[{"virtual_network": "vnet-far"}]))
    back = {**far, "peerings": [{"virtual_network": base.network}]}
    return Case(
        {"virtual_networks": [*base.world["virtual_networks"], far]}, desired, says="Peer the two networks from both sides",
        mended={"virtual_networks": [*joined["virtual_networks"], back]}, warns=True,
    )  # fmt: skip


def network_that_overlaps(base: Base) -> Case:
    other = {
        "name": "vnet-twin", "resource_group": "rg-network", "location": base.location,
        "address_prefixes": ["10.1.0.0/16", "10.200.0.0/16"], "subnets": [],
    }  # fmt: skip
    desired = base.endpoints(
        virtual_networks=[f"{GROUPS}/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-twin"]
    )
    apart = {**other, "address_prefixes": ["10.200.0.0/16"]}
    return Case(
        {"virtual_networks": [*base.world["virtual_networks"], other]}, desired, says="another address space",
        mended={"virtual_networks": [*base.world["virtual_networks"], apart]},
    )  # fmt: skip


def no_subnet(base: Base) -> Case:
    name = base.first["subnet"].rsplit("/", 1)[-1]
    gone = base.networks(
        lambda network: network.update(subnets=[one for one in network["subnets"] if one["name"] != name])
    )
    return Case(gone, says="Create the virtual network and subnet", mended={})


def subnet_too_small(base: Base) -> Case:
    return Case(base.subnets(addresses_in_use=250), says="free addresses", mended={})


def network_policies(base: Base) -> Case:
    closed = base.subnets(private_endpoint_network_policies="Enabled")
    return Case(closed, typed=("accepted_network_policies",), name="network_policies")


def network_policies_off(base: Base) -> Case:
    closed = base.subnets(private_endpoint_network_policies="Enabled")
    return Case(closed, says="Set privateEndpointNetworkPolicies", mended={}, name="network_policies")


def vault_elsewhere(base: Base) -> Case:
    there = base.vault(location="francecentral" if base.role == "site_recovery" else base.location)
    wanted = base.location if base.role == "site_recovery" else "francecentral"
    return Case(there, {"vault_location": wanted}, chosen={"vault_location": there["vaults"][0]["location"]})


def endpoint_elsewhere(base: Base) -> Case:
    return Case({}, base.endpoints(location="francecentral"), chosen=base.endpoints())


def unknown_region(base: Base) -> Case:
    moved = base.networks(lambda network: network.update(location="atlantis"))
    settings = {"settings": {"capabilities_available": False, "geo_codes": {"atlantis": "at"}}}
    zones = [base.zone, "privatelink.blob.core.windows.net", RECORD_ZONE]
    return Case({**moved, **settings}, {"vault_location": "atlantis"}, chosen={"dns_zone_names": zones})


def one_set_for_two(base: Base) -> Case:
    two = base.desired["endpoints"][:2]
    if len(two) == 1:
        two = [base.first, {**base.first, "name": "pe-two", "dns_zone_resource_group": "rg-network"}]
    return Case({}, {"dns_mode": "shared", "endpoints": two}, typed=("dns_mode",))


def one_set_for_both_sides(base: Base) -> Case:
    one = [{**base.first, "side": "shared"}]
    return Case({}, {"dns_mode": "shared"}, chosen={"endpoints": one}, says="Plan one endpoint")


def linked_elsewhere(base: Base) -> Case:
    links = [{"name": "theirs", "virtual_network": base.network_id}]
    theirs = {"name": base.zone, "resource_group": "rg-network", "virtual_network_links": links}
    return Case({"private_dns_zones": [theirs]}, chosen=base.endpoints(dns_zone_resource_group="rg-network"))


def unlinked(base: Base) -> Case:
    case = linked_elsewhere(base)
    (zone,) = case.world["private_dns_zones"]
    return Case(
        case.world, says="unlink the network", mended={"private_dns_zones": [{**zone, "virtual_network_links": []}]}
    )


def zones_of_another(base: Base) -> Case:
    zone = {"name": base.zone, "resource_group": base.zone_group}
    group = {
        "name": "default",
        "zones": [f"{GROUPS}/{base.zone_group}/providers/Microsoft.Network/privateDnsZones/{base.zone}"],
    }
    world = {
        **base.vault(),
        "private_dns_zones": [zone],
        "private_endpoints": [base.endpoint("pe-theirs", zone_group=group)],
    }
    return Case(world, typed=("accept_zone_overwrite",))


def group_of_a_policy(base: Base) -> Case:
    hub = {"name": base.zone, "resource_group": "rg-network"}
    group = {
        "name": "deployedByPolicy",
        "zones": [f"{GROUPS}/rg-network/providers/Microsoft.Network/privateDnsZones/{base.zone}"],
    }
    world = {
        **base.vault(),
        "private_dns_zones": [hub],
        "private_endpoints": [base.endpoint(base.first["name"], zone_group=group)],
    }
    return Case(world, typed=("dns_mode",))


def nobody_to_ask(base: Base) -> Case:
    own = base.networks(lambda network: network.update(dns_servers=["10.1.0.4"]))
    servers = [{"virtual_network": base.network_id, "address": "10.1.0.4"}]
    return Case(own, chosen={"dns_servers": servers}, warns=True)


def locked(base: Base) -> Case:
    lock = {"scope": base.vault_group, "level": "ReadOnly", "name": "frozen"}
    return Case({"locks": [lock]}, says="Have the lock removed", mended={})


def cross_region_and_denied(base: Base) -> Case:
    return Case({}, {"vault_cross_region_restore": "Enabled"}, typed=("public_network_access",))


def cross_region_of_local_storage(base: Base) -> Case:
    desired = {
        "vault_cross_region_restore": "Enabled",
        "vault_storage_redundancy": "LocallyRedundant",
        "public_network_access": "unchanged",
    }
    return Case({}, desired, typed=("vault_storage_redundancy",))


def serves_others(base: Base) -> Case:
    world = {
        **base.vault(),
        "private_endpoints": [base.endpoint("pe-there", subnet=base.first["subnet"].rsplit("/", 1)[-1])],
    }

    def use(cloud: Cloud) -> None:
        if base.service == "AzureBackup":
            name = base.desired["vault_name"]
            cloud.event("replication_enabled", vault=name, machine="vm01", source_location="northeurope")
        else:
            kind = "AzureWorkload"
            cloud.event(
                "machine_registered", vault=base.desired["vault_name"], machine="sql01", backup_management_type=kind
            )

    return Case(world, before=use, typed=("public_network_access",))


def identity_off(base: Base) -> Case:
    return Case(base.vault(), {"vault_identity": False}, typed=("vault_identity",))


def key_in_a_key_vault(base: Base) -> Case:
    keyed = base.vault(encryption_key_vault="https://kv.vault.azure.net/keys/backup")
    return Case(keyed, says="Make sure that key vault is not restricted", mended=base.vault(), warns=True)


def too_many_data_sources(base: Base) -> Case:
    return Case({}, {"data_sources": 81}, chosen={"data_sources": 3})


def no_gateway(base: Base) -> Case:
    alone = base.networks(lambda network: network.update(peerings=[]))
    return Case(alone, typed=("private_route",))


def one_side(base: Base) -> Case:
    return Case({}, {"endpoints": [base.first]}, chosen={"endpoints": base.desired["endpoints"]})


def no_account(base: Base) -> Case:
    return Case({"storage_accounts": base.world["storage_accounts"][1:]}, says="Create the account", mended={})


def account_of_an_old_kind(base: Base) -> Case:
    accounts = [{**base.world["storage_accounts"][0], "kind": "Storage"}, *base.world["storage_accounts"][1:]]
    return Case({"storage_accounts": accounts}, says="General Purpose v2", mended={})


def cache_not_named(base: Base) -> Case:
    return Case(
        {}, {**machine(), "storage_accounts": []}, chosen={"storage_accounts": base.desired["storage_accounts"]}
    )


def machines_in_the_vaults_region(base: Base) -> Case:
    return Case({}, {**machine(), "source_location": "northeurope"}, chosen={"source_location": "westeurope"})


def no_group_to_fail_over_to(base: Base) -> Case:
    row = {**machine()["protected_machines"][0], "recovery_resource_group_id": f"{GROUPS}/rg-later"}
    groups = [*base.world["resource_groups"], {"name": "rg-later", "location": "northeurope"}]
    return Case({}, {**machine(), "protected_machines": [row]}, says="Create", mended={"resource_groups": groups})


def cache_with_soft_delete(base: Base) -> Case:
    kept = site_recovery.of_account(site_recovery.CACHE, blob_soft_delete_days=7)
    return Case(kept, machine(), says="Switch off soft delete", mended={})


def machine() -> JSON:
    """Variables of a machine that is to be replicated."""
    return {name.removeprefix("site_recovery_"): value for name, value in PROTECTED.items()}


def current_endpoints(base: Base) -> Case:
    used = base.vault(history={"containers": [{"name": "sql01", "backup_management_type": "AzureWorkload"}]})
    world = {**used, "private_endpoints": [base.endpoint("theirs")]}
    return Case(world, {"experience": "v1", "accept_zone_overwrite": True}, typed=("experience",))


def role_of_another(base: Base) -> Case:
    def make(cloud: Cloud) -> None:
        made = cloud.run(
            ROLE_DEFINITION,
            role_name="NetworkInterfaceReader",
            actions=["Microsoft.Network/networkInterfaces/join/action"],
        )
        assert not made.get("failed"), made

    return Case({"settings": {"backup_experience": "v1"}}, {"experience": "v1"}, typed=("grants",), before=make)


def _allow(cloud: Cloud) -> None:
    vars(cloud.arm.service(Authorization))["_forbidden"].clear()


def may_not_remove(base: Base) -> Case:
    return Case(
        before=lambda cloud: forbid(cloud, "Microsoft.Network/privateEndpoints/delete"), says="Grant", deed=_allow
    )


def vault_with_users(base: Base) -> Case:
    def use(cloud: Cloud) -> None:
        name, kind = base.desired["vault_name"], "AzureWorkload"
        cloud.event("machine_registered", vault=name, machine="sql01", backup_management_type=kind)

    # What it asks for comes after the removal: the gate never refuses.
    return Case(before=use, says="register again", warns=True)


def locked_against_deletion(base: Base) -> Case:
    lock = {"scope": base.vault_id, "level": "CanNotDelete", "name": "keep"}
    return Case(
        before=lambda cloud: cloud.arm.service(ManagementLocks).load({"locks": [lock]}),
        says="Have the lock removed",
        deed=lambda cloud: cloud.arm.store.remove(f"{base.vault_id}/providers/Microsoft.Authorization/locks/keep"),
    )


def machines_replicated(base: Base) -> Case:
    name = base.desired["vault_name"]

    def replicate(cloud: Cloud) -> None:
        cloud.event("replication_enabled", vault=name, machine="vm01", source_location="westeurope")

    def stop(cloud: Cloud) -> None:
        cloud.event("items_removed", vault=name, purge=True)

    return Case(before=replicate, says="Disable replication", deed=stop)


#: By the name of a row, the cases of its gate; those of one role only say so by its name before them.
FORWARD: dict[str, tuple[Make, ...]] = {
    "permissions": (may_only_read,),
    "resource_group": (no_group,),
    "provider": (unregistered, registered_by_the_module),
    "roles": (unknown_role,),
    "cloud": (other_cloud,),
    "freshness": (old_vault, used_vault),
    "experience": (classic_endpoints, current_endpoints),
    "grants": (role_of_another,),
    "quota": (twelve_endpoints,),
    "endpoint_name": (name_taken,),
    "virtual_network": (no_network_to_link, network_that_overlaps),
    "peering": (network_without_a_path,),
    "subnet": (no_subnet, subnet_too_small, network_policies, network_policies_off),
    "region": (vault_elsewhere, endpoint_elsewhere),
    "zone_names": (unknown_region, other_cloud),
    "dns_mode": (one_set_for_two,),
    "zones": (linked_elsewhere, unlinked, zones_of_another, group_of_a_policy),
    "resolution": (nobody_to_ask,),
    "locks": (locked,),
    "cross_region_restore": (cross_region_and_denied, cross_region_of_local_storage),
    "other_users": (serves_others,),
    "identity": (identity_off,),
    "encryption": (key_in_a_key_vault,),
    "data_sources": (too_many_data_sources,),
    "private_route": (no_gateway,),
    "sides": (one_side, one_set_for_both_sides),
    "storage": (no_account, account_of_an_old_kind),
    "machines": (cache_not_named, machines_in_the_vaults_region, no_group_to_fail_over_to, cache_with_soft_delete),
}
TEARDOWN: dict[str, tuple[Make, ...]] = {
    "permissions": (may_not_remove,),
    "in_use": (vault_with_users,),
    "locks": (locked_against_deletion,),
    "replication": (machines_replicated,),
}
#: Cases that a sequence does not have: the zone of Site Recovery depends on the cloud alone.
NOT_OF: dict[str, set[str]] = {"unknown_region": {"site_recovery"}, "current_endpoints": {"dpm_mabs"}}
