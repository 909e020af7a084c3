"""Forwarding rulesets, their rules and the networks that follow them.

Source: Azure/bicep-types-az ``generated/dnsresolver/microsoft.network/2022-07-01`` (bodies and documents); the operations of
azure-rest-api-specs ``dnsresolver/stable/2022-07-01`` (rules answer at once, rulesets and links are long operations);
https://learn.microsoft.com/azure/dns/private-resolver-endpoints-rulesets (outbound endpoints in the ruleset's region, the longest
matching suffix decides, a rule that leads back to the network it is linked to is a loop). Codes and texts of refusals are
unverified.
"""

from __future__ import annotations

import ipaddress
import typing as t

from ...arm import Arm, Call, Route
from ...store import Resource
from ...wire import JSON, Response, fold, location, parent
from ..network import operations
from .documents import conditional, keep, lay
from .service import INBOUND, OUTBOUND, DnsResolvers

RULESET = "Microsoft.Network/dnsForwardingRulesets"
RULE, LINK = f"{RULESET}/forwardingRules", f"{RULESET}/virtualNetworkLinks"
NETWORK = "Microsoft.Network/virtualNetworks"


class ForwardingRulesets:
    """The service."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def load(self, world: JSON) -> None:
        """No world has any to begin with."""

    def routes(self) -> list[Route]:
        """GET, lists, PUT, DELETE of rulesets, rules and links."""
        store, path = self._arm.store, operations.GROUP_PATH + "/dnsForwardingRulesets"
        one = path + "/{ruleset}"
        rules, links = one + "/forwardingRules", one + "/virtualNetworkLinks"
        found = [
            Route("GET", path, lambda call: operations.listed(store.below(operations.group_of(call), RULESET))),
            Route("PUT", one, self._put_ruleset),
            Route("DELETE", one, lambda call: operations.delete(call, "dns_ruleset", self._refuse_in_use)),
            Route("PUT", rules + "/{rule}", self._put_rule),
            Route("DELETE", rules + "/{rule}", self._delete_rule),
            Route("PUT", links + "/{link}", self._put_link),
            Route(
                "DELETE", links + "/{link}", lambda call: operations.delete(call, "dns_ruleset_link", lambda _one: None)
            ),
        ]
        for below, kind in ((rules, RULE), (links, LINK)):
            found.append(Route("GET", below, self._lister(kind)))
            found.append(Route("GET", below + "/{item}", lambda call: operations.shown(store.get(call.id).document)))
        found.append(Route("GET", one, lambda call: operations.shown(store.get(call.id).document)))
        return conditional(self._arm, found)

    def asked_instead(self, network: str, name: str) -> str | None:
        """The network whose resolver answers a name asked in ``network``; None when no rule leads away.

        An empty text stands for a server that is not in this local Azure, or that no rule's address reaches.
        """
        best: Resource | None = None
        for link in self._arm.store.below("", LINK):
            if fold(link.properties["virtualNetwork"]["id"]) != fold(network):
                continue
            for rule in self._arm.store.below(parent(link.id), RULE):
                domain = rule.properties["domainName"].lower()
                matches = f".{name.lower().rstrip('.')}.".endswith("." + domain.lstrip("."))
                if matches and (best is None or len(domain) > len(best.properties["domainName"])):
                    best = rule
        if best is None or best.properties["forwardingRuleState"] != "Enabled":
            return None
        addresses = {row["ipAddress"] for row in best.properties["targetDnsServers"]}
        for endpoint in self._arm.store.below("", INBOUND):
            if endpoint.properties["ipConfigurations"][0]["privateIpAddress"] in addresses:
                return self._arm.service(DnsResolvers).network_of(endpoint)
        return ""

    def _lister(self, kind: str) -> t.Callable[[Call], Response]:
        return lambda call: operations.listed(
            self._arm.store.below(self._arm.store.get(parent(call.id + "/x")).id, kind)
        )

    def _put_ruleset(self, call: Call) -> Response:
        region = location(call.body["location"])
        for row in call.body["properties"]["dnsResolverOutboundEndpoints"]:
            endpoint = self._arm.store.find(str(row["id"]))
            if endpoint is None or endpoint.document["type"] != OUTBOUND or endpoint.document["location"] != region:
                raise operations.invalid_reference(str(row["id"]), call.id)
        properties = {"dnsResolverOutboundEndpoints": call.body["properties"]["dnsResolverOutboundEndpoints"]}
        return lay(self._arm, call, RULESET, "dns_ruleset.create", region, properties)

    def _put_rule(self, call: Call) -> Response:
        self._arm.store.get(parent(call.id))
        sent = call.body["properties"]
        if not str(sent["domainName"]).endswith("."):
            raise operations.invalid(f"Domain name {sent['domainName']} must end with a dot.", "InvalidDomainName")
        for row in sent["targetDnsServers"]:
            try:
                ipaddress.ip_address(row["ipAddress"])
            except ValueError as error:
                raise operations.invalid(f"{row['ipAddress']} is not an IP address.", "InvalidIPAddress") from error
        current = self._arm.store.find(call.id)
        properties = {
            "domainName": sent["domainName"],
            "forwardingRuleState": sent.get("forwardingRuleState") or "Enabled",
            "targetDnsServers": [
                {"ipAddress": row["ipAddress"], "port": row.get("port") or 53} for row in sent["targetDnsServers"]
            ],
        }
        kept = keep(self._arm, current.id if current else call.id, RULE, "", properties)
        return Response(200 if current else 201, kept.document)

    def _delete_rule(self, call: Call) -> Response:
        if self._arm.store.find(call.id) is None:
            return Response(204)
        self._arm.store.remove(call.id)
        return Response(200)

    def _put_link(self, call: Call) -> Response:
        self._arm.store.get(parent(call.id))
        network = self._arm.store.find(str(call.body["properties"]["virtualNetwork"]["id"]))
        if network is None or network.document["type"] != NETWORK:
            raise operations.invalid_reference(str(call.body["properties"]["virtualNetwork"]["id"]), call.id)
        operations.require_join(call, f"{LINK}/write", f"{NETWORK}/join/action", network.id)
        return lay(self._arm, call, LINK, "dns_ruleset_link.create", "", {"virtualNetwork": {"id": network.id}})

    def _refuse_in_use(self, ruleset: Resource) -> None:
        if self._arm.store.below(ruleset.id, LINK):
            raise operations.invalid(
                f"DNS forwarding ruleset {ruleset.name} has virtual network links and cannot be deleted.",
                "CannotDeleteResource",
            )
