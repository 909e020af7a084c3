"""DNS forwarding rulesets of Azure DNS Private Resolver: documents of rulesets, rules and links.

Sources: https://learn.microsoft.com/azure/templates/microsoft.network/dnsforwardingrulesets,
https://learn.microsoft.com/azure/dns/private-resolver-endpoints-rulesets (what a rule is, and the loop that a link to the
network of its own target makes), https://learn.microsoft.com/rest/api/dnsresolver/forwarding-rules/create-or-update (``If-Match``
and ``If-None-Match``, of rulesets and links likewise).
"""

from __future__ import annotations

import typing as t

from ..engine.resource import Kind
from ..engine.spec import Option, a_region, an_id, caseless
from ..engine.tags import tags
from ..wire import JSON, get_path
from .dns_resolvers import API_VERSION

RULESET = "Microsoft.Network/dnsForwardingRulesets"
RULE, LINK = f"{RULESET}/forwardingRules", f"{RULESET}/virtualNetworkLinks"
_READ_ONLY = (
    "id",
    "name",
    "type",
    "etag",
    "systemData",
    "properties.provisioningState",
    "properties.resourceGuid",
)


def _endpoints(value: t.Any) -> t.Any:
    return sorted(str(item.get("id") or "").lower() for item in value or [])


def _servers(value: t.Any) -> t.Any:
    """The order counts: Azure asks the servers in it."""
    return [(str(item.get("ipAddress")), int(item.get("port") or 53)) for item in value or []]


RULESET_KIND = Kind(
    RULESET,
    API_VERSION,
    {
        "location": Option(to="location", fold=a_region, immutable=True),
        "outbound_endpoints": Option(to="properties.dnsResolverOutboundEndpoints", type="list", fold=_endpoints),
        "tags": tags("tags"),
    },
    read_only=_READ_ONLY,
    if_none_match=True,
    if_match=True,
    recreate="A ruleset stays in its region: name another one.",
)
RULE_KIND = Kind(
    RULE,
    API_VERSION,
    {
        "domain_name": Option(to="properties.domainName", fold=caseless, immutable=True),
        "targets": Option(to="properties.targetDnsServers", type="list", fold=_servers),
        "state": Option(to="properties.forwardingRuleState", fold=caseless),
    },
    read_only=_READ_ONLY,
    if_none_match=True,
    if_match=True,
    recreate="A rule keeps its domain: name another rule, and remove this one.",
)
LINK_KIND = Kind(
    LINK,
    API_VERSION,
    {"virtual_network": Option(to="properties.virtualNetwork.id", fold=an_id, immutable=True)},
    read_only=_READ_ONLY,
    if_none_match=True,
    if_match=True,
    recreate="A link keeps its network: remove it, then make another.",
)


def domain(name: str) -> str:
    """A domain as rules have it: lower case, with a dot at its end."""
    return name.lower().rstrip(".") + "."


def rule_values(row: JSON) -> JSON:
    """The values of one row of the option ``rules``."""
    return {
        "domain_name": domain(row["domain_name"]),
        "targets": [{"ipAddress": one["address"], "port": one["port"]} for one in row["targets"]],
        "state": "Enabled" if row["enabled"] else "Disabled",
    }


def network_of(link: JSON) -> str:
    """Id of the network a link leads to."""
    return str(get_path(link, "properties.virtualNetwork.id") or "")
