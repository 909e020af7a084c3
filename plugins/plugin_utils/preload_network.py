"""azure-mgmt-network, imported once in the parent process before workers fork (see ``preload``)."""

# Nothing here is used: it is imported to have been imported.
# pylint: disable=unused-import

from __future__ import annotations

import contextlib
import typing as t

from . import preload  # noqa: F401 - what every task needs comes with it
from .warm import warm

with contextlib.suppress(ImportError):
    import azure.mgmt.network
    import azure.mgmt.network.models
    import azure.mgmt.network.operations  # noqa: F401

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
