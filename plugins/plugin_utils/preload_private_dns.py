"""azure-mgmt-privatedns, imported once in the parent process before workers fork (see ``preload``)."""

from __future__ import annotations

import typing as t

from .preload import load
from .warm import warm

load(("azure.mgmt.privatedns", "azure.mgmt.privatedns.models", "azure.mgmt.privatedns.operations"))

SAMPLES: dict[str, dict[str, t.Any]] = {
    "PrivateZone": {"tags": {}, "properties": {"numberOfRecordSets": 1}},
    "VirtualNetworkLink": {"properties": {"virtualNetwork": {"id": "/"}}},
    "RecordSet": {"properties": {"ttl": 10, "metadata": {}, "aRecords": [{"ipv4Address": ""}]}},
}
warm("azure.mgmt.privatedns.models", SAMPLES)
