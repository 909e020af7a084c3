"""What a sequence wants, and what Azure has: read once, shared by all gates of one run."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from functools import cached_property

from .dns_topology import Facts, Writer, choose
from .dns_zones import known_zones
from .errors import InputError
from .freshness import BORN_TAG, replicated_items, says_so
from .gates import Gate
from .ids import build_id, fold_id, group_id, parse_id, region, same_id, unique_ids
from .inventory import ENDPOINT_TYPE, NETWORK_API_VERSION, PublishedName, read_names
from .private_dns import NETWORK, a_records
from .private_dns_zones import read_zones
from .required_dns_zones import NO_ANSWER, NOT_THERE, find_required_zones
from .runner import Task
from .storage_accounts import Account, read_account
from .subnets import NEEDS, Capacity, Need, capacity
from .vaults import RESOURCE_GROUP_API_VERSION, connections, read_vault
from .vaults import TYPE as VAULT_TYPE
from .wire import JSON
from .wish_checks import refuse_impossible
from .zone_groups import groups_of

ZONE_TYPE = "Microsoft.Network/privateDnsZones"
SUBNET_TYPE = "Microsoft.Network/virtualNetworks/subnets"


@dataclass(frozen=True)
class EndpointWish:
    """One private endpoint as the operator wants it.

    ``zone_group_id`` is the resource group its zones are in, ``asked`` the row of the option it came from.
    """

    id: str
    name: str
    subnet: str
    network: str
    location: str
    zone_group_id: str
    virtual_networks: tuple[str, ...]
    asked: t.Mapping[str, t.Any] = field(repr=False)

    @property
    def manual(self) -> bool:
        """Whether the owner of the vault is asked for approval in any case."""
        return bool(self.asked.get("manual"))

    @property
    def resource_group(self) -> str:
        """The endpoint's resource group."""
        return parse_id(self.id).resource_group

    @property
    def subscription_id(self) -> str:
        """The endpoint's subscription."""
        return parse_id(self.id).subscription_id


@dataclass(frozen=True)
class Wish:
    """One sequence as the operator wants it, names resolved to ids, nothing read yet."""

    vault_id: str
    location: str
    sub_resource: str
    endpoints: tuple[EndpointWish, ...]
    dns_mode: str
    public_network_access: str = "unchanged"
    freshness_attested: bool = False
    accept_zone_overwrite: bool = False
    accepted_network_policies: tuple[str, ...] = ("Disabled",)
    provider_registration: str = "refuse"
    zone_names: tuple[str, ...] = ()
    geo_code: str = ""
    permission_timeout: float = 600.0
    variant: str = "azure_to_azure"
    extra_sub_resources: tuple[str, ...] = ()
    storage_accounts: tuple[JSON, ...] = ()
    options: t.Mapping[str, t.Any] = field(default_factory=dict, repr=False)

    @property
    def writer(self) -> Writer:
        """Who writes the records."""
        return choose(self.dns_mode, Facts(len(self.endpoints))).writer

    @property
    def need(self) -> Need:
        """Addresses one endpoint of this sequence takes."""
        return NEEDS[f"{self.sub_resource}_hybrid" if self.variant == "hybrid" else self.sub_resource]


def wish_of(task: Task) -> Wish:
    """The wish of a task. The vault's own subscription, where it is named, leaves the connection's unasked."""
    return make_wish(task.options, task.options["vault"].get("subscription_id") or task.subscription_id)


def make_wish(options: t.Mapping[str, t.Any], subscription_id: str) -> Wish:
    """Resolve the options of the ``preflight`` module. Raises :class:`InputError` for what cannot be meant."""
    vault = options["vault"]
    vault_id = build_id(
        vault.get("subscription_id") or subscription_id, vault["resource_group"], VAULT_TYPE, vault["name"]
    )
    endpoints = tuple(_endpoint(item, options, subscription_id, vault) for item in options["endpoints"])
    storage_accounts = tuple(_storage(item) for item in options.get("storage_accounts") or ())
    of_storage = [
        storage_endpoint_id(item["endpoint"], vault["resource_group"])
        for item in storage_accounts
        if item.get("endpoint")
    ]
    refuse_impossible(options, [*(endpoint.id for endpoint in endpoints), *of_storage])
    return Wish(
        vault_id=vault_id,
        location=region(vault.get("location")),
        sub_resource=options["sub_resource"],
        endpoints=endpoints,
        dns_mode=options["dns_mode"],
        public_network_access=options.get("public_network_access", "unchanged"),
        freshness_attested=bool(options.get("freshness_attested")),
        accept_zone_overwrite=bool(options.get("accept_zone_overwrite")),
        accepted_network_policies=tuple(options.get("accepted_network_policies") or ("Disabled",)),
        provider_registration=options.get("provider_registration", "refuse"),
        zone_names=tuple(options.get("zone_names") or ()),
        geo_code=options.get("geo_code") or "",
        permission_timeout=float(options.get("permission_timeout", 600)),
        variant=options.get("variant") or "azure_to_azure",
        extra_sub_resources=tuple(options.get("extra_sub_resources") or ()),
        storage_accounts=storage_accounts,
        options=options,
    )


def _storage(item: JSON) -> JSON:
    account = parse_id(item["id"], option="storage_accounts.id")
    if account.type not in ("microsoft.storage/storageaccounts", "microsoft.classicstorage/storageaccounts"):
        raise InputError(
            f"storage_accounts.id must be the id of a storage account, got one of {account.kind}: {account.text}"
        )
    return item


def storage_endpoint_id(wanted: JSON, resource_group: str) -> str:
    """The id of a storage account's endpoint; ``resource_group`` is that of the vault."""
    subnet = parse_id(wanted["subnet"], SUBNET_TYPE, option="storage_accounts.endpoint.subnet")
    group = wanted.get("resource_group") or resource_group
    return build_id(subnet.subscription_id, group, ENDPOINT_TYPE, wanted["name"])


def _endpoint(item: JSON, options: t.Mapping[str, t.Any], subscription_id: str, vault: JSON) -> EndpointWish:
    subnet = parse_id(item["subnet"], SUBNET_TYPE, option="endpoints.subnet")
    own_subscription = item.get("subscription_id") or subnet.subscription_id
    if own_subscription.lower() != subnet.subscription_id.lower():
        raise InputError(
            f"endpoint {item['name']} would be in subscription {own_subscription}, its subnet is in {subnet.subscription_id}; "
            "Azure wants an endpoint in the subscription of its virtual network."
        )
    group = item.get("resource_group") or vault["resource_group"]
    zones = options["dns_zones"]
    zone_group = item.get("dns_zone_resource_group") or zones.get("resource_group") or group
    zone_subscription = item.get("dns_zone_subscription_id") or zones.get("subscription_id") or own_subscription
    own_networks = item.get("virtual_networks")
    extra = (zones.get("virtual_networks") or []) if own_networks is None else own_networks
    for network in extra:
        parse_id(network, NETWORK, option="virtual_networks")
    return EndpointWish(
        id=build_id(own_subscription, group, ENDPOINT_TYPE, item["name"]),
        name=item["name"],
        subnet=subnet.text,
        network=subnet.ancestor(),
        location=region(item.get("location")),
        zone_group_id=group_id(zone_subscription, zone_group),
        virtual_networks=tuple(unique_ids([subnet.ancestor(), *extra])),
        asked=item,
    )


@dataclass(frozen=True)
class StorageEndpoint:
    """The private endpoint of a storage account as the operator wants it; its one zone is the blob zone.

    ``asked`` is empty: its option has none of what only an endpoint of the vault can be asked for.
    """

    account: str
    id: str
    name: str
    subnet: str
    network: str
    zone_id: str
    virtual_networks: tuple[str, ...]
    asked: t.Mapping[str, t.Any] = field(default_factory=dict, repr=False)

    @property
    def zone_group_id(self) -> str:
        """The resource group of the zone."""
        return parse_id(self.zone_id).group_id


class Inspection:
    """Everything the gates read, each thing once."""

    def __init__(self, task: Task, wish: Wish) -> None:
        self.task, self.wish = task, wish
        self.connection, self.azure = task.connection, task.connection.azure
        self._read: dict[str, t.Any] = {}

    def once(self, key: str, read: t.Callable[[], t.Any]) -> t.Any:
        """The value of ``read``, which is called for the first question only."""
        if key not in self._read:
            self._read[key] = read()
        return self._read[key]

    @cached_property
    def vault(self) -> JSON | None:
        """The vault, or None when it does not exist yet."""
        return read_vault(self.azure, self.wish.vault_id)

    def forget_vault(self) -> None:
        """Have the vault read anew by whoever asks next."""
        self.__dict__.pop("vault", None)

    @property
    def mark(self) -> str:
        """The name of the tag that says of the vault that it was private from the start; its value is ``true``."""
        return BORN_TAG + self.wish.sub_resource.lower()

    @property
    def marked(self) -> bool:
        """Whether the vault has that tag; Azure does not tell names of tags apart by case."""
        return says_so((self.vault or {}).get("tags"), self.mark)

    @cached_property
    def location(self) -> str:
        """The vault's region: what it has, what is wanted, or its resource group's."""
        if self.vault is not None:
            return region(self.vault.get("location"))
        if self.wish.location:
            return self.wish.location
        group = self.group(parse_id(self.wish.vault_id).group_id)
        return region((group or {}).get("location"))

    @property
    def recovery_location(self) -> str:
        """The region machines fail over to: that of the recovery side's network, or else the vault's."""
        sides = {str(endpoint.asked.get("side") or ""): endpoint for endpoint in self.wish.endpoints}
        network = self.network(sides["recovery"].network) if "recovery" in sides else None
        return region(network.get("location")) if network else self.location

    def group(self, resource_group_id: str) -> JSON | None:
        """A resource group, or None."""
        key = fold_id(resource_group_id)
        return t.cast(
            "JSON | None",
            self.once(f"group {key}", lambda: self.azure.find(resource_group_id, RESOURCE_GROUP_API_VERSION)),
        )

    def network(self, network_id: str) -> JSON | None:
        """A virtual network, or None."""
        return t.cast(
            "JSON | None",
            self.once(f"network {fold_id(network_id)}", lambda: self.azure.find(network_id, NETWORK_API_VERSION)),
        )

    def capacity(self, endpoint: EndpointWish | StorageEndpoint) -> Capacity | None:
        """The capacity of an endpoint's subnet, or None when it does not exist."""
        network = self.network(endpoint.network)
        if network is None:
            return None
        usages = self.once(
            f"usages {fold_id(endpoint.network)}",
            lambda: self.azure.list(f"{endpoint.network}/usages", NETWORK_API_VERSION),
        )
        return capacity(endpoint.subnet, network, usages)

    def endpoint(self, endpoint_id: str) -> JSON | None:
        """A private endpoint, or None."""
        return t.cast(
            "JSON | None",
            self.once(f"endpoint {fold_id(endpoint_id)}", lambda: self.azure.find(endpoint_id, NETWORK_API_VERSION)),
        )

    def zone_groups(self, endpoint_id: str) -> list[JSON]:
        """The zone groups of an endpoint, anybody's; none while it does not exist."""
        return t.cast(
            "list[JSON]",
            self.once(f"zone groups {fold_id(endpoint_id)}", lambda: groups_of(self.azure, parse_id(endpoint_id).text)),
        )

    def records(self, zone_id: str) -> list[JSON]:
        """The A records of a zone; none while it does not exist."""
        if self.zone(zone_id) is None:
            return []
        return t.cast("list[JSON]", self.once(f"records {fold_id(zone_id)}", lambda: a_records(self.azure, zone_id)))

    def target_of(self, endpoint: EndpointWish | StorageEndpoint) -> str:
        """The id of what an endpoint leads to."""
        return endpoint.account if isinstance(endpoint, StorageEndpoint) else self.wish.vault_id

    def connections_to(self, target: str) -> list[JSON]:
        """The private endpoint connections that the vault, or a storage account, lists; none while it does not exist."""
        if same_id(target, self.wish.vault_id):
            return connections(self.vault)
        account = self.storage_account(target)
        return connections(account.document) if account else []

    def names(self, endpoint_id: str) -> list[PublishedName]:
        """What an endpoint publishes; nothing while it does not exist."""
        document = self.endpoint(endpoint_id)
        if document is None:
            return []
        return t.cast(
            "list[PublishedName]",
            self.once(f"names {fold_id(endpoint_id)}", lambda: read_names(self.azure, endpoint_id, document)),
        )

    @cached_property
    def zone_names(self) -> list[str]:
        """The zones the sub-resource needs in the vault's region. Raises Refusal when they cannot be known."""
        named = {self.wish.sub_resource: list(self.wish.zone_names)} if self.wish.zone_names else {}
        question = {
            **self.task.options,
            "subscription_id": parse_id(self.wish.vault_id).subscription_id,
            "location": self.location,
            "sub_resources": [self.wish.sub_resource],
            "zone_names": named,
            "geo_code": self.wish.geo_code,
            "vault": self.wish.vault_id if self.vault is not None else "",
            "override": False,
        }
        # What may not be asked is known only from the operator: a run that writes does not go by a table then.
        no_answer = NO_ANSWER if named or self.wish.geo_code else NOT_THERE
        found = find_required_zones(replace(self.task, options=question), no_answer)["zones"]
        extra = [known_zones(name, self.location, self.connection.cloud) for name in self.wish.extra_sub_resources]
        return list(dict.fromkeys([*found, *(zone for choice in extra for zone in choice.zones)]))

    def storage_account(self, account_id: str) -> Account | None:
        """A storage account of either model, or None."""
        return t.cast(
            "Account | None",
            self.once(f"account {fold_id(account_id)}", lambda: read_account(self.azure, account_id)),
        )

    @cached_property
    def storage_endpoints(self) -> list[StorageEndpoint]:
        """The endpoints of storage accounts, their blob zone resolved for the cloud."""
        wanted = [account for account in self.wish.storage_accounts if account.get("endpoint")]
        if not wanted:
            return []
        zone = known_zones("blob", self.wish.location, self.connection.cloud).zones[0]
        return [self._storage_endpoint(account, zone) for account in wanted]

    @property
    def planned_zones(self) -> list[tuple[str, tuple[str, ...]]]:
        """The id of each endpoint's zones with the networks that are to resolve its names; zones may repeat."""
        return [
            (zone, endpoint.virtual_networks) for endpoint in self.all_endpoints for zone in self.zone_ids(endpoint)
        ]

    def zone(self, zone_id: str) -> JSON | None:
        """A zone as ``read_zones`` gives it, or None."""
        known = self.existing_zones(parse_id(zone_id).subscription_id)
        return next((zone for zone in known if same_id(zone["id"], zone_id)), None)

    def existing_zones(self, subscription_id: str) -> list[JSON]:
        """The zones of a subscription with any name that matters to this run, as ``read_zones`` gives them."""
        names = [*self.zone_names, *(parse_id(item.zone_id).name for item in self.storage_endpoints)]
        return t.cast(
            "list[JSON]",
            self.once(f"zones {subscription_id.lower()}", lambda: read_zones(self.azure, subscription_id, names)),
        )

    @cached_property
    def replicated(self) -> list[JSON]:
        """The machines that are replicated with the vault; none without one."""
        return replicated_items(self.azure, self.wish.vault_id) if self.vault is not None else []

    @property
    def all_endpoints(self) -> list[EndpointWish | StorageEndpoint]:
        """The vault's endpoints and those of storage accounts."""
        return [*self.wish.endpoints, *self.storage_endpoints]

    def dns_server(self, endpoint: EndpointWish | StorageEndpoint) -> JSON:
        """The DNS server that proves an endpoint's names: its own, or that of its network; an empty one when there is none."""
        asked = endpoint.asked
        if asked.get("dns_server"):
            return {"dns_server": asked["dns_server"], "dns_port": asked.get("dns_port") or 53}
        servers = self.wish.options.get("dns_servers") or []
        found = next((server for server in servers if same_id(server["virtual_network"], endpoint.network)), None)
        return {"dns_server": found["address"] if found else "", "dns_port": found["port"] if found else 53}

    def _storage_endpoint(self, account: JSON, zone: str) -> StorageEndpoint:
        wanted = account["endpoint"]
        subnet = parse_id(wanted["subnet"], SUBNET_TYPE)
        vault = parse_id(self.wish.vault_id)
        beside = next((item for item in self.wish.endpoints if same_id(item.network, subnet.ancestor())), None)
        asked = self.wish.options["dns_zones"]
        default_zones = (
            beside.zone_group_id
            if beside
            else group_id(
                asked.get("subscription_id") or subnet.subscription_id,
                asked.get("resource_group") or vault.resource_group,
            )
        )
        networks = beside.virtual_networks if beside else asked.get("virtual_networks") or ()
        zone_group = wanted.get("dns_zone_resource_group")
        zones = group_id(parse_id(default_zones).subscription_id, zone_group) if zone_group else default_zones
        return StorageEndpoint(
            account=account["id"],
            id=storage_endpoint_id(wanted, vault.resource_group),
            name=wanted["name"],
            subnet=subnet.text,
            network=subnet.ancestor(),
            zone_id=f"{zones}/providers/{ZONE_TYPE}/{zone}",
            virtual_networks=tuple(unique_ids([subnet.ancestor(), *networks])),
        )

    def zone_ids(self, endpoint: EndpointWish | StorageEndpoint) -> list[str]:
        """The ids of an endpoint's zones."""
        if isinstance(endpoint, StorageEndpoint):
            return [endpoint.zone_id]
        return [f"{endpoint.zone_group_id}/providers/{ZONE_TYPE}/{name}" for name in self.zone_names]


#: A gate: what it finds in an inspection, one verdict for each subject.
Check = t.Callable[[Inspection], t.Iterable[Gate]]
