"""What Azure DNS Private Resolver brings to the local Azure."""

from __future__ import annotations

from ...arm import Part
from ...shapes import Shape
from ...world_schema import PLACED, Keys, Many
from .rulesets import ForwardingRulesets
from .service import DnsResolvers

#: No recording is known; a resolver and its endpoints take some minutes in public walkthroughs.
SECONDS = {
    f"{part}.{deed}": seconds
    for part, made in (
        ("dns_resolver", 60),
        ("dns_resolver_endpoint", 120),
        ("dns_ruleset", 15),
        ("dns_ruleset_link", 15),
    )
    for deed, seconds in (("create", made), ("delete", made))
}

_NEEDED: Shape = {"id!": "text"}

_ENDPOINTS = Many(Keys({"name!": "text", "subnet!": "text"}))
WORLD = Keys(
    {
        "dns_resolvers": Many(
            Keys(
                {
                    **PLACED,
                    "virtual_network!": "text",
                    "inbound_endpoints": _ENDPOINTS,
                    "outbound_endpoints": _ENDPOINTS,
                }
            )
        )
    }
)

PART = Part(
    services=(DnsResolvers, ForwardingRulesets),
    seconds=SECONDS,
    ask_again={"dns_resolver": 10, "dns_ruleset": 10},
    world=WORLD,
    bodies={
        "microsoft.network/dnsresolvers": {"virtualNetwork!": _NEEDED},
        "microsoft.network/dnsresolvers/inboundendpoints": {
            "ipConfigurations!": [{"subnet!": _NEEDED, "privateIpAddress": "text", "privateIpAllocationMethod": "text"}]
        },
        "microsoft.network/dnsresolvers/outboundendpoints": {"subnet!": _NEEDED},
        "microsoft.network/dnsforwardingrulesets": {"dnsResolverOutboundEndpoints!": [_NEEDED]},
        "microsoft.network/dnsforwardingrulesets/forwardingrules": {
            "domainName!": "text",
            "targetDnsServers!": [{"ipAddress!": "text", "port": "number"}],
            "forwardingRuleState": "text",
        },
        "microsoft.network/dnsforwardingrulesets/virtualnetworklinks": {"virtualNetwork!": _NEEDED},
    },
)
