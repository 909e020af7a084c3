"""How Azure DNS resolves a name for one virtual network: linked private zones, then forwarding rules, then public DNS.

Source: Microsoft Learn "What is a private Azure DNS zone", "Azure private endpoint DNS integration" and "Fallback to
internet for Azure Private DNS zones" (``NxDomainRedirect``); MicrosoftDocs/azure-docs#69061 (no public record for
Backup's names); "What is Azure DNS Private Resolver" (rulesets are consulted when no linked private zone matches).
"""

from __future__ import annotations

import hashlib
import typing as t

from . import dns_packet as dns
from .arm import Arm
from .dns_packet import Answer, Record
from .services.dns_resolver.rulesets import ForwardingRulesets
from .services.network.private_dns_names import PRIVATE_LINK, alias
from .services.network.private_dns_zones import SOA
from .store import Resource
from .wire import JSON, fold, parent

_LINK = "Microsoft.Network/privateDnsZones/virtualNetworkLinks"
_ENDPOINT = "Microsoft.Network/privateEndpoints"
_LONGEST_CHAIN = 8
_PUBLIC_TIME_TO_LIVE = 60
_NEGATIVE_TIME_TO_LIVE = 300
_UNPUBLISHED = (".backup.windowsazure.", ".siterecovery.windowsazure.")
_PRIVATE_TYPES = {dns.A: "A", dns.AAAA: "AAAA", dns.CNAME: "CNAME", dns.SOA: "SOA"}


class Resolver:
    """Azure DNS as one virtual network sees it."""

    def __init__(self, arm: Arm, virtual_network_id: str, passed: frozenset[str] = frozenset()) -> None:
        """``passed`` are the networks whose rules have led here: a rule that leads back to one of them is a loop."""
        self._arm, self._network = arm, fold(virtual_network_id)
        self._passed = passed | {self._network}

    def resolve(self, name: str, kind: int) -> Answer:
        """Answer a question, following aliases through private zones and public DNS."""
        records: list[Record] = []
        for _step in range(_LONGEST_CHAIN):
            answer = self._step(name, kind)
            records += answer.records
            aliases = [record for record in answer.records if record.kind == dns.CNAME]
            if kind == dns.CNAME or not aliases:
                return Answer(answer.code, records, answer.authority)
            name = _decode(aliases[-1].data)
        return Answer(dns.SERVER_FAILURE)

    def _step(self, name: str, kind: int) -> Answer:
        link = self._link(name)
        if link is None:
            elsewhere = self._arm.service(ForwardingRulesets).asked_instead(self._network, name)
            return self._public(name, kind) if elsewhere is None else self._forwarded(elsewhere, name, kind)
        answer = self._private(self._arm.store.get(parent(link.id)), name, kind)
        fall_back = link.properties.get("resolutionPolicy") == "NxDomainRedirect"
        return self._public(name, kind) if answer.code == dns.NAME_ERROR and fall_back else answer

    def _forwarded(self, network: str, name: str, kind: int) -> Answer:
        if not network or fold(network) in self._passed:
            return Answer(dns.SERVER_FAILURE)
        return Resolver(self._arm, network, self._passed).resolve(name, kind)

    def _link(self, name: str) -> Resource | None:
        """The link of this network to the zone with the longest matching name."""
        links = [
            link
            for link in self._arm.store.below("", _LINK)
            if fold(link.properties["virtualNetwork"]["id"]) == self._network
            and link.properties["virtualNetworkLinkState"] == "Completed"
            and _inside(name, _zone_name(link))
        ]
        return max(links, key=lambda link: len(_zone_name(link)), default=None)

    def _private(self, zone: Resource, name: str, kind: int) -> Answer:
        relative = name[: -len(zone.name)].rstrip(".") or "@"
        authority = [Record(zone.name.lower(), dns.SOA, int(SOA["minimumTtl"]), dns.start_of_authority(SOA))]
        found = self._arm.store.find(f"{zone.id}/{_PRIVATE_TYPES.get(kind, '-')}/{relative}")
        found = found or self._arm.store.find(f"{zone.id}/CNAME/{relative}")
        records = _records(name, found) if found else []
        if records:
            return Answer(records=records)
        exists = relative == "@" or any(
            other.name.lower() == relative or other.name.lower().endswith("." + relative)
            for other in self._arm.store.below(zone.id)
            if "isAutoRegistered" in other.properties
        )
        return Answer(dns.NO_ERROR if exists else dns.NAME_ERROR, authority=authority)

    def _public(self, name: str, kind: int) -> Answer:
        """Public DNS: the world's ``public_names``, and the names of resources that have endpoints.

        A resource's public name is an alias of its ``privatelink`` name, which public DNS resolves to a public
        address (here one of the documentation range of RFC 5737). Backup and Site Recovery have no public names.
        """
        authority = [Record(_registered(name), dns.SOA, _NEGATIVE_TIME_TO_LIVE, dns.start_of_authority(SOA))]
        given = {key.lower().rstrip("."): values for key, values in _public_names(self._arm).items()}
        addresses: list[str] = given.get(name, [])
        if not addresses:
            aliases = {public: alias(public) for public in self._published()}
            if name in aliases:
                target = Record(name, dns.CNAME, _PUBLIC_TIME_TO_LIVE, dns.encode(aliases[name]))
                return Answer(records=[target])
            if name not in aliases.values():
                return Answer(dns.NAME_ERROR, authority=authority)
            addresses = [_documentation_address(name)]
        kinds = {4: dns.A, 16: dns.AAAA}
        data = [dns.address(text) for text in addresses]
        records = [Record(name, kind, _PUBLIC_TIME_TO_LIVE, item) for item in data if kinds[len(item)] == kind]
        return Answer(records=records, authority=[] if records else authority)

    def _published(self) -> set[str]:
        """The public names of resources with endpoints."""
        return {
            item["fqdn"].lower()
            for endpoint in self._arm.store.below("", _ENDPOINT)
            for item in endpoint.hidden.get("published", [])
            if PRIVATE_LINK not in item["fqdn"].lower()
            and not any(part in item["fqdn"].lower() for part in _UNPUBLISHED)
        }


def _records(name: str, found: Resource) -> list[Record]:
    properties = found.properties
    time_to_live = int(properties["ttl"])

    def record(kind: int, data: bytes) -> Record:
        return Record(name, kind, time_to_live, data)

    if "cnameRecord" in properties:
        return [record(dns.CNAME, dns.encode(properties["cnameRecord"]["cname"]))]
    if "soaRecord" in properties:
        return [record(dns.SOA, dns.start_of_authority(properties["soaRecord"]))]
    return [
        *(record(dns.A, dns.address(item["ipv4Address"])) for item in properties.get("aRecords", [])),
        *(record(dns.AAAA, dns.address(item["ipv6Address"])) for item in properties.get("aaaaRecords", [])),
    ]


def _public_names(arm: Arm) -> JSON:
    return t.cast(JSON, arm.settings.get("public_names") or {})


def _documentation_address(name: str) -> str:
    return f"203.0.113.{hashlib.sha256(name.encode()).digest()[0] % 254 + 1}"


def _zone_name(link: Resource) -> str:
    return parent(link.id).rsplit("/", 1)[-1].lower()


def _inside(name: str, zone: str) -> bool:
    return name == zone or name.endswith("." + zone)


def _registered(name: str) -> str:
    return ".".join(name.split(".")[-2:])


def _decode(data: bytes) -> str:
    labels, position = [], 0
    while data[position]:
        labels.append(data[position + 1 : position + 1 + data[position]])
        position += 1 + data[position]
    return b".".join(labels).decode("ascii").lower()
