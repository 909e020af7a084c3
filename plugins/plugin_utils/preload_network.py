"""azure-mgmt-network, imported once in the parent process before workers fork (see ``preload``)."""

from __future__ import annotations

import typing as t

from .preload import load
from .warm import warm

load(("azure.mgmt.network", "azure.mgmt.network.models", "azure.mgmt.network.operations"))

REFERENCE: dict[str, t.Any] = {"id": "/"}
# One document of each kind the operation groups read, with every list filled.
SAMPLES: dict[str, dict[str, t.Any]] = {
    "PrivateEndpoint": {
        "tags": {},
        "properties": {
            "subnet": REFERENCE,
            "networkInterfaces": [REFERENCE],
            "customDnsConfigs": [{"fqdn": "", "ipAddresses": [""]}],
            "privateLinkServiceConnections": [{"properties": {"privateLinkServiceConnectionState": {"status": ""}}}],
            "manualPrivateLinkServiceConnections": [{"properties": {"privateLinkServiceConnectionState": {}}}],
        },
    },
    "NetworkInterface": {
        "properties": {
            "privateEndpoint": REFERENCE,
            "ipConfigurations": [
                {"properties": {"subnet": REFERENCE, "privateLinkConnectionProperties": {"fqdns": [""]}}}
            ],
        }
    },
    "VirtualNetwork": {
        "properties": {
            "addressSpace": {"addressPrefixes": [""]},
            "subnets": [{"properties": {"ipConfigurations": [REFERENCE], "privateEndpoints": [REFERENCE]}}],
        }
    },
    "VirtualNetworkUsage": {"name": {"value": ""}},
    "PrivateDnsZoneGroup": {
        "properties": {"privateDnsZoneConfigs": [{"properties": {"recordSets": [{"ipAddresses": [""]}]}}]}
    },
}
warm("azure.mgmt.network.models", SAMPLES)
