"""Azure as it will be once a vault has left its classic (v1) endpoints: what the gates of its v2 endpoints are asked of."""

from __future__ import annotations

import typing as t
from functools import partial

from ..dns.private_dns import addresses
from ..ids import fold_id
from ..resources.classic_endpoints import CURRENT, EXPERIENCE_TAG
from ..resources.endpoint_connections import endpoint_of
from ..resources.endpoint_names import read_names
from ..resources.subnets import Capacity
from ..resources.vaults import connections
from ..wire import JSON, get_path
from .desired import Desired, Endpoint
from .inspection import Inspection
from .switch import leaving


class Afterwards(Inspection):
    """The same Azure, without what goes: endpoints, their connections, addresses and records. Nothing is asked twice.

    The vault has the tags that it has at the end of its way. What else could change in between is not foreseen, and is asked
    again when the endpoints have gone.
    """

    def __init__(self, before: Inspection, desired: Desired) -> None:
        super().__init__(before.connection, desired, check_mode=before.check_mode, warn=before.warn)
        self._before, self.memory, self.once = before, before.memory, before.memory.once
        found = leaving(before)
        ids = [one["id"] for row in found.rows for one in (*row["storage"], row)]
        self._ids, self._gone = ids, {fold_id(one) for one in (*ids, *found.connections)}

    @property
    def vault(self) -> JSON | None:
        """The vault without the connections that go, with the tags of the end."""
        vault = self._before.vault
        if vault is None:
            return None
        kept = [one for one in connections(vault) if fold_id(endpoint_of(one)) not in self._gone]
        tags = {**(vault.get("tags") or {}), self._before.mark: "true", EXPERIENCE_TAG: CURRENT}
        return {
            **vault,
            "tags": tags,
            "properties": {**(vault.get("properties") or {}), "privateEndpointConnections": kept},
        }

    def endpoint(self, endpoint_id: str) -> JSON | None:
        """A private endpoint, or None, also where it goes."""
        return None if fold_id(endpoint_id) in self._gone else self._before.endpoint(endpoint_id)

    def endpoints_in(self, group: str) -> list[JSON]:
        """The private endpoints of a resource group that stay."""
        return [one for one in self._before.endpoints_in(group) if fold_id(one["id"]) not in self._gone]

    def zone_groups(self, endpoint_id: str) -> list[JSON]:
        """The zone groups of an endpoint that stays."""
        return [] if fold_id(endpoint_id) in self._gone else self._before.zone_groups(endpoint_id)

    def records(self, zone_id: str) -> list[JSON]:
        """The A records of a zone that lead anywhere else than to what goes."""
        freed = {address for addresses_of in self._freed.values() for address in addresses_of}
        return [one for one in self._before.records(zone_id) if not set(addresses(one)) or set(addresses(one)) - freed]

    def capacity(self, endpoint: Endpoint) -> Capacity | None:
        """The capacity of an endpoint's subnet, with the addresses that become free."""
        found = self._before.capacity(endpoint)
        if found is None:
            return None
        return found.without(len(self._freed.get(fold_id(endpoint.subnet), ())))

    @property
    def _freed(self) -> dict[str, set[str]]:
        """The addresses that become free, by the folded id of their subnet."""
        return t.cast("dict[str, set[str]]", self.once("addresses that become free", self._read_freed))

    def _read_freed(self) -> dict[str, set[str]]:
        documents = [document for one in self._ids if (document := self._before.endpoint(one))]
        names = self.azure.together([partial(read_names, self.azure, one["id"], one) for one in documents])
        found: dict[str, set[str]] = {}
        for document, published in zip(documents, names):
            freed = {address for name in published for address in name["ip_addresses"]}
            found.setdefault(fold_id(str(get_path(document, "properties.subnet.id") or "")), set()).update(freed)
        return found
