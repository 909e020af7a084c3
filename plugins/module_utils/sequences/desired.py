"""What a sequence wants, names resolved to ids, before anything is read."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..dns.modes import Facts, Writer, choose
from ..dns.private_dns import NETWORK
from ..errors import InputError
from ..ids import build_id, group_id, parse_id, region, same_id, unique_ids
from ..resources.endpoint_names import ENDPOINT_TYPE
from ..resources.subnets import NEEDS, Need
from ..resources.vaults import TYPE as VAULT_TYPE
from ..wire import JSON
from .desired_checks import check_desired

ZONE_TYPE = "Microsoft.Network/privateDnsZones"
SUBNET_TYPE = "Microsoft.Network/virtualNetworks/subnets"


@dataclass(frozen=True)
class DesiredEndpoint:
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
class Desired:
    """One sequence as the operator wants it, names resolved to ids, nothing read yet."""

    vault_id: str
    location: str
    sub_resource: str
    endpoints: tuple[DesiredEndpoint, ...]
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


def resolve(options: t.Mapping[str, t.Any], subscription_id: str) -> Desired:
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
    check_desired(options, [*(endpoint.id for endpoint in endpoints), *of_storage])
    return Desired(
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


def _endpoint(item: JSON, options: t.Mapping[str, t.Any], subscription_id: str, vault: JSON) -> DesiredEndpoint:
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
    return DesiredEndpoint(
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


def storage_endpoint(desired: Desired, account: JSON, zone: str) -> StorageEndpoint:
    """The endpoint wanted for an account; ``zone`` is the name of its one zone. It shares what an endpoint in its network has."""
    wanted = account["endpoint"]
    subnet = parse_id(wanted["subnet"], SUBNET_TYPE)
    vault = parse_id(desired.vault_id)
    beside = next((item for item in desired.endpoints if same_id(item.network, subnet.ancestor())), None)
    asked = desired.options["dns_zones"]
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
