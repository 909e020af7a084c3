"""What Azure has of what a sequence wants: read once, shared by all gates of one run."""

from __future__ import annotations

import typing as t
from functools import partial

from ..azure.connection import Connection
from ..dns.private_dns import ZONE, a_records
from ..dns.required_zones import NO_ANSWER, NOT_THERE, Capabilities, find_required_zones, read_capabilities
from ..dns.required_zones import Question as ZoneQuestion
from ..dns.zone_choice import known_zones
from ..dns.zone_groups import groups_of
from ..dns.zone_groups import zones_of as zones_of_group
from ..dns.zones import links_of, with_names, zones_of_subscription
from ..errors import NotFound, Refusal
from ..ids import fold_id, parse_id, region, same_id
from ..resources.classic_endpoints import storage_endpoints
from ..resources.endpoint_names import ENDPOINT_TYPE, NETWORK_API_VERSION, PublishedName, read_names
from ..resources.locks import Lock, read_locks
from ..resources.providers import find_registered, read_provider, registered
from ..resources.roles import assignments_at, find_definition, granted
from ..resources.storage_accounts import Account, is_classic, keeps_deleted_blobs, read_account
from ..resources.subnets import Capacity, capacity
from ..resources.targets import STORAGE_TARGET, target_kind
from ..resources.vault_contents import replicated_items
from ..resources.vault_freshness import BORN_TAG, says_so
from ..resources.vaults import RESOURCE_GROUP_API_VERSION, connections
from ..wire import JSON, get_path
from .desired import Desired, Endpoint
from .memory import Memory
from .zone_refusals import of_a_sequence


class Inspection:
    """Everything the gates read, each thing once."""

    def __init__(
        self,
        connection: Connection,
        desired: Desired,
        *,
        check_mode: bool = False,
        warn: t.Callable[[str], None] = lambda text: None,
    ) -> None:
        self.connection, self.azure, self.desired = connection, connection.azure, desired
        self.check_mode, self.warn = check_mode, warn
        self.memory = Memory(self.azure)
        self.once = self.memory.once

    @property
    def vault(self) -> JSON | None:
        """What the endpoints lead to, or None when it does not exist yet."""
        desired = self.desired
        return t.cast("JSON | None", self.once("vault", lambda: desired.sequence.find(self.azure, desired.vault_id)))

    def forget_vault(self) -> None:
        """Have the vault read anew by the next question."""
        self.memory.forget("vault")

    @property
    def mark(self) -> str:
        """The name of the tag that says of the vault that it was private from the start; its value is ``true``."""
        return BORN_TAG + self.desired.sub_resource.lower()

    @property
    def marked(self) -> bool:
        """Whether the vault has that tag; Azure compares names of tags without case. What bears none has nothing to note."""
        return not self.desired.sequence.marked or says_so((self.vault or {}).get("tags"), self.mark)

    @property
    def location(self) -> str:
        """The vault's region: what it has, what is wanted, or its resource group's."""
        if self.vault is not None:
            return region(self.vault.get("location"))
        if self.desired.location:
            return self.desired.location
        group = self.group(parse_id(self.desired.vault_id).group_id)
        return region((group or {}).get("location"))

    @property
    def recovery_location(self) -> str:
        """The region machines fail over to: that of the recovery side's network, or else the vault's."""
        sides = {str(endpoint.row.get("side") or ""): endpoint for endpoint in self.desired.endpoints}
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

    def usages(self, network_id: str) -> list[JSON]:
        """How many addresses of each subnet of a virtual network are taken."""
        return t.cast(
            "list[JSON]",
            self.once(
                f"usages {fold_id(network_id)}", lambda: self.azure.list(f"{network_id}/usages", NETWORK_API_VERSION)
            ),
        )

    def capacity(self, endpoint: Endpoint) -> Capacity | None:
        """The capacity of an endpoint's subnet, or None when it does not exist."""
        network = self.network(endpoint.network)
        return None if network is None else capacity(endpoint.subnet, network, self.usages(endpoint.network))

    def provider(self, subscription_id: str, namespace: str) -> JSON:
        """A resource provider as a subscription shows it."""
        return t.cast(
            JSON,
            self.once(
                f"provider {subscription_id} {namespace}",
                lambda: read_provider(self.azure, subscription_id, namespace),
            ),
        )

    def locks(self, group: str) -> list[Lock]:
        """Every lock at, above and below a resource group."""
        return t.cast("list[Lock]", self.once(f"locks {fold_id(group)}", lambda: read_locks(self.azure, group)))

    def granted(self, scope: str) -> list[JSON]:
        """What the signed-in identity may do at a scope. Raises NotFound where there is none."""
        return t.cast("list[JSON]", self.once(f"granted {fold_id(scope)}", lambda: granted(self.azure, scope)))

    def endpoints_in(self, group: str) -> list[JSON]:
        """The private endpoints of a resource group, anybody's."""
        return t.cast(
            "list[JSON]",
            self.once(
                f"endpoints {fold_id(group)}",
                lambda: self.azure.list(f"{group}/providers/{ENDPOINT_TYPE}", NETWORK_API_VERSION),
            ),
        )

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
        return t.cast(
            "list[JSON]",
            self.once(f"records {fold_id(zone_id)}", lambda: _unless_absent(lambda: a_records(self.azure, zone_id))),
        )

    def links(self, zone_id: str) -> list[JSON]:
        """The virtual network links of a zone; none while it does not exist."""
        return t.cast(
            "list[JSON]",
            self.once(f"links {fold_id(zone_id)}", lambda: _unless_absent(lambda: links_of(self.azure, zone_id))),
        )

    def connections_to(self, target: str) -> list[JSON]:
        """The private endpoint connections that what an endpoint leads to lists; none while it does not exist."""
        return connections(self.led_to(target))

    def led_to(self, target: str) -> JSON | None:
        """What an endpoint leads to: the sequence's target, a storage account or a key vault; None when it does not exist."""
        if same_id(target, self.desired.vault_id):
            return self.vault
        kind = STORAGE_TARGET if is_classic(target) else target_kind(target)
        if kind is STORAGE_TARGET:
            return getattr(registered(lambda: self.storage_account(target), None), "document", None)
        key, version = f"target {fold_id(target)}", kind.api_version
        return t.cast("JSON | None", self.once(key, lambda: find_registered(self.azure, target, version)))

    def names(self, endpoint_id: str) -> list[PublishedName]:
        """What an endpoint publishes; nothing while it does not exist."""
        document = self.endpoint(endpoint_id)
        if document is None:
            return []
        return t.cast(
            "list[PublishedName]",
            self.once(f"names {fold_id(endpoint_id)}", lambda: read_names(self.azure, endpoint_id, document)),
        )

    def beside(self, endpoint: Endpoint) -> list[JSON]:
        """The storage endpoints that a classic vault's identity has made beside an endpoint; none of any other vault."""
        if not self.desired.classic or endpoint.kind is not self.desired.sequence.target:
            return []
        return storage_endpoints(endpoint.name, self.endpoints_in(endpoint.group_id))

    def names_beside(self, endpoint: Endpoint) -> dict[str, list[PublishedName]]:
        """What each of these publishes, by its id."""
        found = self.beside(endpoint)
        reads = [partial(read_names, self.azure, item["id"], item) for item in found]
        names = self.once(f"names beside {fold_id(endpoint.id)}", lambda: self.azure.together(reads))
        return dict(zip((str(item["id"]) for item in found), names))

    def capabilities(self, location: str) -> Capabilities:
        """What the capabilities API says of the zones of a region."""
        desired = self.desired
        # What may not be asked is known only from the operator: a run that writes does not go by a table then.
        no_answer = NO_ANSWER if desired.zone_names or desired.geo_code else NOT_THERE
        subscription = parse_id(desired.vault_id).subscription_id
        return t.cast(
            Capabilities,
            self.once(
                f"capabilities {location}",
                lambda: read_capabilities(self.azure, subscription, location, [desired.sub_resource], no_answer),
            ),
        )

    @property
    def zone_names(self) -> list[str]:
        """The zones the sub-resource needs in the vault's region. Raises Refusal when they cannot be known."""
        return t.cast("list[str]", self.once("zone names", self._zone_names))

    @property
    def zones_known(self) -> bool:
        """Whether :attr:`zone_names` is known; the gate of that name says why not."""
        try:
            return bool(self.zone_names)
        except Refusal:
            return False

    def _zone_names(self) -> list[str]:
        desired, cloud = self.desired, self.connection.cloud
        question = ZoneQuestion(
            sub_resources=(desired.sub_resource,),
            location=self.location,
            vault=desired.vault_id if desired.sequence.target.names_zones and self.vault is not None else "",
            zone_names={desired.sub_resource: list(desired.zone_names)} if desired.zone_names else {},
            geo_code=desired.geo_code,
        )
        try:
            found = find_required_zones(
                self.azure, cloud, lambda location, _sub_resources: self.capabilities(location), question, self.warn
            )["zones"]
        except Refusal as refusal:
            raise of_a_sequence(refusal, self.location, desired.sub_resource) from None
        extra = [known_zones(name, self.location, cloud) for name in desired.extra_sub_resources]
        return list(dict.fromkeys([*found, *(zone for choice in extra for zone in choice.zones)]))

    def storage_account(self, account_id: str) -> Account | None:
        """A storage account of either model, or None."""
        return t.cast(
            "Account | None",
            self.once(f"account {fold_id(account_id)}", lambda: read_account(self.azure, account_id)),
        )

    def zone_names_of(self, endpoint: Endpoint) -> list[str]:
        """The names of an endpoint's zones. Raises Refusal when they cannot be known."""
        if endpoint.kind is self.desired.sequence.target:
            return self.zone_names
        return list(known_zones(endpoint.sub_resource, self.desired.location, self.connection.cloud).zones)

    @property
    def planned_zones(self) -> list[tuple[str, tuple[str, ...]]]:
        """The id of each endpoint's zones with the networks that are to resolve its names; zones may repeat."""
        return [
            (zone, endpoint.virtual_networks)
            for endpoint in self.desired.all_endpoints
            for zone in self.zone_ids(endpoint)
        ]

    def zone(self, zone_id: str) -> JSON | None:
        """A zone as ``read_zones`` gives it, or None."""
        known = self.existing_zones(parse_id(zone_id).subscription_id)
        return next((zone for zone in known if same_id(zone["id"], zone_id)), None)

    def zones_in(self, subscription_id: str) -> list[JSON]:
        """The zones of a subscription, whatever their names."""
        return t.cast(
            "list[JSON]",
            self.once(f"zones {subscription_id.lower()}", lambda: zones_of_subscription(self.azure, subscription_id)),
        )

    def matching_zones(self, subscription_id: str) -> list[str]:
        """The ids of the zones of a subscription with any name that matters to this run."""
        others = (name for endpoint in self.desired.storage_endpoints for name in self.zone_names_of(endpoint))
        names = list(dict.fromkeys([*self.zone_names, *others]))
        return [zone["id"] for zone in with_names(self.zones_in(subscription_id), names)]

    def existing_zones(self, subscription_id: str) -> list[JSON]:
        """The zones of a subscription with any name that matters to this run: ``{id, document, links}``."""
        wanted = self.matching_zones(subscription_id)
        found = [zone for zone in self.zones_in(subscription_id) if zone["id"] in wanted]
        return [{"id": zone["id"], "document": zone, "links": self.links(zone["id"])} for zone in found]

    @property
    def principal(self) -> str:
        """The object id of the vault's identity; empty when it has none, or does not exist."""
        return str(get_path(self.vault, "identity.principalId") or "")

    def role_definition(self, scope: str, name: str) -> JSON | None:
        """The custom role of a name that can be given at a scope, or None."""
        return t.cast(
            "JSON | None",
            self.once(f"role {fold_id(scope)} {name.lower()}", lambda: find_definition(self.azure, scope, name)),
        )

    def assignments(self, scope: str) -> list[JSON]:
        """The role assignments of the vault's identity at a scope."""
        return t.cast(
            "list[JSON]",
            self.once(f"assignments {scope.lower()}", lambda: assignments_at(self.azure, scope, self.principal)),
        )

    def keeps_deleted_blobs(self, account: Account) -> bool:
        """Whether soft delete for blobs is on for an account."""
        return t.cast(
            bool, self.once(f"deleted blobs {fold_id(account.id)}", lambda: keeps_deleted_blobs(self.azure, account))
        )

    @property
    def replicated(self) -> list[JSON]:
        """The machines that are replicated with the vault; none without one."""
        if self.vault is None:
            return []
        return t.cast(
            "list[JSON]", self.once("replicated", lambda: replicated_items(self.azure, self.desired.vault_id))
        )

    def zone_ids(self, endpoint: Endpoint) -> list[str]:
        """The ids of an endpoint's zones."""
        return [f"{endpoint.zone_group_id}/providers/{ZONE}/{name}" for name in self.zone_names_of(endpoint)]


def _unless_absent(read: t.Callable[[], list[JSON]]) -> list[JSON]:
    try:
        return read()
    except NotFound:
        return []


def zones_of(inspection: Inspection, endpoint_id: str) -> set[str]:
    """The folded ids of the zones an endpoint's zone groups write to; empty when it cannot be found."""
    return {zone for group in inspection.zone_groups(endpoint_id) for zone in zones_of_group(group)}
