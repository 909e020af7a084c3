"""How long Azure's long operations take, and how fast emulated time runs."""

from __future__ import annotations

import re
import typing as t

#: Emulated seconds by operation kind. Vaults: Succeeded at the first poll after 60 seconds (azure-powershell recording
#: ``TestAzureVaultPublicNetworkAccess.json``), but deleted within two (azure-cli ``test_vault_soft_delete_basic.yaml``).
#: Endpoints, zone groups, subnets, virtual networks: azure-cli recording
#: ``test_network_private_endpoint_private_dns_zone_group.yaml``. Zones took 30 to 60 seconds in azure-cli's privatedns
#: recordings, and a precondition was found to be unmet after 11. No recording is known of the others (changes of zones and
#: links, connections, group deletion, accounts, Site Recovery's smaller writes): they follow their nearest neighbour.
#: Enabling replication takes 15 to 30 minutes in a public lab script.
REALISTIC: dict[str, float] = {
    "vault.create": 60,
    "vault.update": 60,
    "vault.delete": 2,
    "vault.undelete": 60,
    "connection.update": 30,
    "connection.delete": 30,
    "private_endpoint.create": 11,
    "private_endpoint.update": 11,
    "private_endpoint.delete": 10,
    "zone_group.create": 10,
    "zone_group.delete": 10,
    "private_dns_zone.create": 45,
    "private_dns_zone.update": 45,
    "private_dns_zone.delete": 30,
    "virtual_network_link.create": 30,
    "virtual_network_link.update": 30,
    "virtual_network_link.delete": 30,
    "private_dns.refused": 11,
    "application_security_group.create": 10,
    "virtual_network.create": 4,
    "subnet.update": 3,
    "resource_group.delete": 90,
    "storage_account.create": 17,
    "replication.write": 30,
    "replication.remove": 30,
    "replication.enable": 1200,
}

#: Seconds after which Azure wants to be asked about an operation again, by the beginning of its kind. Recordings of azure-cli
#: tell nothing of it: its tests leave ``retry-after`` out (``azure/cli/testsdk/scenario_tests/base.py``). azure-powershell's
#: keep it: ``TestAzureVaultPublicNetworkAccess.json`` (vaults), ``TestZoneRemoveEtagMismatch.json`` (private DNS, groups),
#: ``TestPrivateEndpointApplicationSecurityGroup.json`` (3 for networks, 10 for what private link makes of them). Connections:
#: azure-rest-api-specs ``PutPrivateEndpointConnection.json``. Accounts and Site Recovery are inferred from their durations.
ASK_AGAIN: dict[str, int] = {
    "vault.": 60,
    "connection.": 60,
    "virtual_network.": 3,
    "subnet.": 3,
    "private_endpoint.": 10,
    "network_interface.": 10,
    "application_security_group.": 10,
    "zone_group.": 10,
    "private_dns": 30,
    "virtual_network_link.": 30,
    "resource_group.": 15,
    "storage_account.": 17,
    "replication.": 30,
}


class Latency(t.NamedTuple):
    """``seconds`` by operation kind (``None``: no operation takes any time) and the speed of emulated time."""

    seconds: dict[str, float] | None
    speed: float


def parse(text: str) -> Latency:
    """Read ``instant``, ``realistic`` or ``realisticx20`` (20 emulated seconds in a real one).

    Raises ``ValueError`` for anything else.
    """
    if text == "instant":
        return Latency(None, 1.0)
    match = re.fullmatch(r"realistic(?:x(\d+(?:\.\d+)?))?", text)
    speed = float(match.group(1) or 1) if match else 0.0
    if speed <= 0:
        raise ValueError(f"latency must be 'instant', 'realistic' or 'realisticxSPEED', not {text!r}")
    return Latency(dict(REALISTIC), speed)
