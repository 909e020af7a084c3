"""What Azure DNS Private Resolver brings to the local Azure."""

from __future__ import annotations

from ...arm import Part
from ...shapes import Shape
from .service import DnsResolvers

#: No recording is known; a resolver and its endpoints take some minutes in public walkthroughs.
SECONDS = {
    f"dns_resolver{part}.{deed}": seconds
    for part, made in (("", 60), ("_endpoint", 120))
    for deed, seconds in (("create", made), ("delete", made))
}

_NEEDED: Shape = {"id!": "text"}

PART = Part(
    services=(DnsResolvers,),
    seconds=SECONDS,
    ask_again={"dns_resolver": 10},
    bodies={
        "microsoft.network/dnsresolvers": {"virtualNetwork!": _NEEDED},
        "microsoft.network/dnsresolvers/inboundendpoints": {
            "ipConfigurations!": [{"subnet!": _NEEDED, "privateIpAddress": "text", "privateIpAllocationMethod": "text"}]
        },
        "microsoft.network/dnsresolvers/outboundendpoints": {"subnet!": _NEEDED},
    },
)
