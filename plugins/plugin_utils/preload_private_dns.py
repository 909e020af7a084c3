"""azure-mgmt-privatedns, imported once in the parent process before workers fork (see ``preload``)."""

# Nothing here is used: it is imported to have been imported.
# pylint: disable=unused-import

from __future__ import annotations

import contextlib
import typing as t

from . import preload  # noqa: F401 - what every task needs comes with it
from .warm import warm

with contextlib.suppress(ImportError):
    import azure.mgmt.privatedns
    import azure.mgmt.privatedns.models
    import azure.mgmt.privatedns.operations  # noqa: F401

SAMPLES: dict[str, dict[str, t.Any]] = {
    "PrivateZone": {"tags": {}, "properties": {"numberOfRecordSets": 1}},
    "VirtualNetworkLink": {"properties": {"virtualNetwork": {"id": "/"}}},
    "RecordSet": {"properties": {"ttl": 10, "metadata": {}, "aRecords": [{"ipv4Address": ""}]}},
}
warm("azure.mgmt.privatedns.models", SAMPLES)
