"""What a sequence wants, names resolved to ids, before anything is read."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, field

from ..dns.modes import TABLE as MODE_TABLE
from ..dns.modes import Mode
from ..dns.private_dns import NETWORK
from ..errors import InputError
from ..ids import build_id, group_id, parse_id, refuse_name, region, same_id, unique_ids
from ..resources.endpoint_names import ENDPOINT_TYPE
from ..resources.endpoints import SUBNET_TYPE
from ..resources.storage_accounts import CLASSIC_TYPE
from ..resources.storage_accounts import TYPE as STORAGE_TYPE
from ..resources.subnets import NEEDS, Need
from ..resources.targets import KEY_VAULT_TARGET, STORAGE_TARGET, Target
from ..wire import JSON
from .desired_checks import check_desired
from .public_access import DENIALS, Denial
from .sequence import Sequence

#: Stands for a subscription that only the credentials name.
ANY_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Endpoint:
    """One private endpoint as the operator wants it, to the sequence's target, a storage account or a key vault.

    ``target`` is the id of what it leads to and ``kind`` its row of the table of targets. ``zone_group_id`` is the resource
    group its zones are in, ``row`` that of the option it came from; of another target's endpoint
    it has what proves its names, and nothing that only an endpoint of the sequence's target can be asked for.
    """

    id: str
    name: str
    target: str
    kind: Target
    sub_resource: str
    subnet: str
    network: str
    zone_group_id: str
    virtual_networks: tuple[str, ...]
    location: str = ""
    row: t.Mapping[str, t.Any] = field(default_factory=dict, repr=False)

    @property
    def manual(self) -> bool:
        """Whether the owner of the target is asked for approval in any case."""
        return bool(self.row.get("manual"))

    @property
    def group_id(self) -> str:
        """The id of the endpoint's resource group."""
        return parse_id(self.id).group_id


@dataclass(frozen=True)
class Desired:
    """One sequence as the operator wants it, names resolved to ids, nothing read yet.

    ``endpoints`` lead to the target, ``storage_endpoints`` to ``storage_accounts`` and key vaults. ``tags`` are those the target
    is to have, ``migration`` is what a migration with the target is to be.
    Times are in seconds.
    """

    sequence: Sequence
    vault_id: str
    location: str
    endpoints: tuple[Endpoint, ...]
    storage_endpoints: tuple[Endpoint, ...]
    storage_accounts: tuple[JSON, ...]
    dns_mode: str
    dns_servers: tuple[JSON, ...]
    zone_names: tuple[str, ...]
    geo_code: str
    public_network_access: str
    identity: bool
    storage_redundancy: str
    cross_region_restore: str
    freshness_attested: bool
    accept_zone_overwrite: bool
    accepted_network_policies: tuple[str, ...]
    provider_registration: str
    approve: bool
    permission_timeout: float
    variant: str
    extra_sub_resources: tuple[str, ...]
    disk_model: str
    storage_roles: bool
    trusted_services: bool
    role_assignments: tuple[JSON, ...]
    protected_machines: tuple[JSON, ...]
    source_location: str
    removes: tuple[str, ...]
    data_sources: int = 0
    private_route: str = ""
    servers: tuple[str, ...] = ()
    tags: t.Mapping[str, t.Any] | None = None
    grants: str = ""
    removable_endpoints: tuple[str, ...] = ()
    migration: t.Mapping[str, t.Any] = field(default_factory=dict)

    @property
    def classic(self) -> bool:
        """Whether the vault's identity makes endpoints of storage beside ours."""
        return self.variant in self.sequence.classic

    @property
    def sub_resource(self) -> str:
        """The sub-resource the endpoints of the target are for."""
        return self.sequence.sub_resource

    @property
    def mode(self) -> Mode:
        """How names are resolved."""
        return MODE_TABLE[self.dns_mode]

    @property
    def denial(self) -> Denial:
        """When public network access is denied."""
        return DENIALS[self.public_network_access]

    @property
    def one_for_all(self) -> bool:
        """Whether one endpoint serves all consumers."""
        return self.variant in self.sequence.one_for_all

    @property
    def all_endpoints(self) -> list[Endpoint]:
        """The endpoints of the target and those of storage accounts and key vaults."""
        return [*self.endpoints, *self.storage_endpoints]

    def need(self, endpoint: Endpoint) -> Need:
        """Addresses an endpoint takes."""
        if endpoint.kind is not self.sequence.target:
            return NEEDS[endpoint.sub_resource]
        return self.sequence.addresses[self.variant].grown(self.data_sources * self.sequence.addresses_per_data_source)


def resolve(options: t.Mapping[str, t.Any], sequence: Sequence, subscription_id: str) -> Desired:
    """Resolve the options that describe a sequence. Raises :class:`InputError` for what cannot be meant."""
    vault = options["vault"]
    with _of("sequence.vault.name"):
        refuse_name(sequence.target.type, vault["name"])
    for place in ("vault", "dns_zones"):
        for part in ("subscription_id", "resource_group"):
            if options[place].get(part):
                with _of(f"sequence.{place}.{part}"):
                    group_id(
                        **{"subscription_id": ANY_SUBSCRIPTION, "resource_group": "any", part: options[place][part]}
                    )
    vault_id = build_id(
        vault.get("subscription_id") or subscription_id, vault["resource_group"], sequence.target.type, vault["name"]
    )
    with _of("sequence.endpoints"):
        endpoints = tuple(_endpoint(item, options, vault_id, sequence) for item in options["endpoints"])
    accounts = tuple(_storage(item) for item in options.get("storage_accounts") or ())
    others = [(STORAGE_TARGET, "storage_accounts", account) for account in accounts]
    others += [(KEY_VAULT_TARGET, "key_vaults", _key_vault(item)) for item in options.get("key_vaults") or ()]
    storage = tuple(
        _other_endpoint(kind, option, item, endpoints, options["dns_zones"], vault["resource_group"])
        for kind, option, item in others
        if item.get("endpoint")
    )
    check_desired(options, [endpoint.id for endpoint in (*endpoints, *storage)], optional=sequence.optional)
    variant = _variant(options.get("variant"), sequence)
    if variant in sequence.classic and options.get("identity") is False:
        raise InputError(
            f"sequence.identity is false, but with sequence.variant {variant} it is the vault's identity that makes the storage endpoints.",
            remedy="Leave it out, or set it to true.",
        )
    return Desired(
        sequence=sequence,
        vault_id=vault_id,
        location=region(vault.get("location")),
        endpoints=endpoints,
        storage_endpoints=storage,
        storage_accounts=accounts,
        dns_mode=options["dns_mode"],
        dns_servers=tuple(options.get("dns_servers") or ()),
        zone_names=tuple(options.get("zone_names") or ()),
        geo_code=options.get("geo_code") or "",
        public_network_access=options.get("public_network_access") or "unchanged",
        identity=options.get("identity") is not False,
        storage_redundancy=options.get("storage_redundancy") or "",
        cross_region_restore=options.get("cross_region_restore") or "",
        freshness_attested=bool(options.get("freshness_attested")),
        accept_zone_overwrite=bool(options.get("accept_zone_overwrite")),
        accepted_network_policies=tuple(options.get("accepted_network_policies") or ("Disabled",)),
        provider_registration=options.get("provider_registration") or "refuse",
        approve=bool(options.get("approve")),
        permission_timeout=float(options.get("permission_timeout", 600)),
        variant=variant,
        extra_sub_resources=tuple(options.get("extra_sub_resources") or ()),
        disk_model=options.get("disk_model") or "managed",
        storage_roles=bool(options.get("storage_roles")),
        trusted_services=bool(options.get("trusted_services")),
        role_assignments=tuple(options.get("role_assignments") or ()),
        protected_machines=tuple(options.get("protected_machines") or ()),
        source_location=options.get("source_location") or "",
        removes=tuple(options.get("removes") or ()),
        data_sources=int(options.get("data_sources") or 0),
        private_route=options.get("private_route") or "express_route",
        servers=tuple(options.get("servers") or ()),
        tags=vault.get("tags"),
        grants=options.get("grants") or "least_privilege",
        removable_endpoints=tuple(options.get("removable_endpoints") or ()),
        migration=options.get("migration") or {},
    )


@contextlib.contextmanager
def _of(option: str) -> t.Iterator[None]:
    """Say which option an error speaks of, unless it does itself."""
    try:
        yield
    except InputError as error:
        named = error.message.startswith("sequence.")
        raise InputError(error.message if named else f"{option}: {error.message}", remedy=error.remedy) from None


def _variant(wanted: str | None, sequence: Sequence) -> str:
    """The variant that was asked for, or the sequence's default. Raises :class:`InputError` for one of another sequence."""
    if wanted and wanted not in sequence.variants:
        raise InputError(f"variant {wanted} is none of {sequence.name}: {', '.join(sequence.variants)}.")
    return wanted or sequence.variants[0]


def _storage(item: JSON) -> JSON:
    account = parse_id(item["id"], option="storage_accounts.id")
    if account.type not in (STORAGE_TYPE.lower(), CLASSIC_TYPE.lower()):
        raise InputError(
            f"storage_accounts.id must be the id of a storage account, got one of {account.kind}: {account.text}"
        )
    return item


def _key_vault(item: JSON) -> JSON:
    parse_id(item["id"], KEY_VAULT_TARGET.type, option="key_vaults.id")
    return item


def _endpoint(item: JSON, options: t.Mapping[str, t.Any], target: str, sequence: Sequence) -> Endpoint:
    subnet = parse_id(item["subnet"], SUBNET_TYPE, option="sequence.endpoints.subnet")
    own_subscription = item.get("subscription_id") or subnet.subscription_id
    if own_subscription.lower() != subnet.subscription_id.lower():
        raise InputError(
            f"endpoint {item['name']} would be in subscription {own_subscription}, its subnet is in {subnet.subscription_id}; "
            "Azure wants an endpoint in the subscription of its virtual network."
        )
    group = item.get("resource_group") or options["vault"]["resource_group"]
    zones = options["dns_zones"]
    zone_group = item.get("dns_zone_resource_group") or zones.get("resource_group") or group
    zone_subscription = item.get("dns_zone_subscription_id") or zones.get("subscription_id") or own_subscription
    own_networks = item.get("virtual_networks")
    extra = (zones.get("virtual_networks") or []) if own_networks is None else own_networks
    for network in extra:
        parse_id(network, NETWORK, option="virtual_networks")
    return Endpoint(
        id=build_id(own_subscription, group, ENDPOINT_TYPE, item["name"]),
        name=item["name"],
        target=target,
        kind=sequence.target,
        sub_resource=sequence.sub_resource,
        subnet=subnet.text,
        network=subnet.ancestor(),
        zone_group_id=group_id(zone_subscription, zone_group),
        virtual_networks=tuple(unique_ids([subnet.ancestor(), *extra])),
        location=region(item.get("location")),
        row=item,
    )


def _other_endpoint(
    kind: Target, option: str, item: JSON, endpoints: t.Sequence[Endpoint], zones: JSON, target_group: str
) -> Endpoint:
    """The endpoint wanted for a storage account or a key vault. It shares zones and networks of an endpoint in its network.

    ``option`` is where it was named, ``target_group`` the resource group of the sequence's target.
    """
    wanted = item["endpoint"]
    subnet = parse_id(wanted["subnet"], SUBNET_TYPE, option=f"{option}.endpoint.subnet")
    beside = next((item for item in endpoints if same_id(item.network, subnet.ancestor())), None)
    default_zones = (
        beside.zone_group_id
        if beside
        else group_id(
            zones.get("subscription_id") or subnet.subscription_id, zones.get("resource_group") or target_group
        )
    )
    networks = beside.virtual_networks if beside else zones.get("virtual_networks") or ()
    zone_group = wanted.get("dns_zone_resource_group")
    return Endpoint(
        id=build_id(
            subnet.subscription_id, wanted.get("resource_group") or target_group, ENDPOINT_TYPE, wanted["name"]
        ),
        name=wanted["name"],
        target=item["id"],
        kind=kind,
        sub_resource=kind.sub_resources[0],
        subnet=subnet.text,
        network=subnet.ancestor(),
        zone_group_id=group_id(parse_id(default_zones).subscription_id, zone_group) if zone_group else default_zones,
        virtual_networks=tuple(unique_ids([subnet.ancestor(), *networks])),
        row={name: wanted.get(name) for name in ("dns_server", "dns_port", "consumers")},
    )
