"""The steps of the role that need Azure: the resolver that servers forward to, and the rules by which other networks follow it."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ..conftest import GROUPS, NETWORK, WORLD
from ..playbooks_support import LOCALHOST, PREFIX, AzureProcess, Playbooks, Played, defaults
from .conftest import Azure
from .real import Server

JSON = dict[str, t.Any]
pytestmark = pytest.mark.xdist_group("dns_servers")
Start = t.Callable[..., Server]
DELEGATED = ["Microsoft.Network/dnsResolvers"]
RESOLVERS = f"{GROUPS}/rg-network/providers/Microsoft.Network/dnsResolvers"
SPOKE = NETWORK.replace("vnet-app", "vnet-hub")
SUBNETS = [
    *WORLD["virtual_networks"][0]["subnets"],
    {"name": "inbound", "address_prefix": "10.1.9.0/28", "delegations": DELEGATED},
    {"name": "outbound", "address_prefix": "10.1.9.32/28", "delegations": DELEGATED},
]
INBOUND = {"name": "inbound", "subnet": f"{NETWORK}/subnets/inbound"}
VARIABLES: JSON = {
    "dns_servers_sequences": ["backup"],
    # Those of the sequence's own role: the region is not said twice.
    "backup_vault_location": "westeurope",
    # Nobody answers at the address that the local Azure gives.
    "dns_servers_check_targets": False,
    "dns_servers_wait_timeout": 0,
    "dns_servers_resolver": {
        "name": "resolver-hub",
        "resource_group": "rg-network",
        "virtual_network": NETWORK,
        "inbound_endpoints": [INBOUND],
        "outbound_endpoints": [{"name": "outbound", "subnet": f"{NETWORK}/subnets/outbound"}],
    },
    "dns_servers_ruleset": {
        "name": "rules-spoke",
        "resource_group": "rg-network",
        "outbound_endpoints": [f"{RESOLVERS}/resolver-hub/outboundEndpoints/outbound"],
        "virtual_networks": [SPOKE],
    },
}


def test_the_resolver_is_made_then_forwarded_to_and_followed(
    start: Start, azure_dns: Azure, playbooks: Playbooks, tmp_path: Path
) -> None:
    server = start("unbound", azure_dns.other)
    first, *others = WORLD["virtual_networks"]
    with AzureProcess(tmp_path, {**WORLD, "virtual_networks": [{**first, "subnets": SUBNETS}, *others]}) as azure:

        def play(entry_point: str, *arguments: str, **more: t.Any) -> Played:
            task = {"ansible.builtin.include_role": {"name": f"{PREFIX}dns_servers", "tasks_from": entry_point}}
            own = {f"dns_servers_{key}": value for key, value in server.place().items()}
            play = {
                "hosts": "localhost",
                "gather_facts": False,
                "module_defaults": defaults(azure.options()),
                "vars": {**VARIABLES, **own, **more},
                "tasks": [{"name": "Run", **task}],
            }
            return playbooks.play(play, *arguments, inventory=LOCALHOST)

        unknown = play("main", "--check")
        assert unknown.code == 0 and "no private_ip_address is given" in unknown.output, unknown.output
        assert azure.writes() == [] and "forward" not in str(server.snapshot().keys())
        fixed = {**INBOUND, "private_ip_address": "10.1.9.7"}
        known = {**VARIABLES["dns_servers_resolver"], "inbound_endpoints": [fixed]}
        foreseen = play("preflight", "--diff", dns_servers_resolver=known)
        assert foreseen.code == 0 and "10.1.9.7" in foreseen.output, foreseen.output
        assert azure.writes() == []

        # The proof asks the server, whose target answers nobody here.
        done = play(
            "main", "--diff", dns_servers_names=[{"fqdn": "a.we.backup.windowsazure.com", "ip_addresses": ["10.1.1.4"]}]
        )
        assert done.code != 0 and "a.we.backup.windowsazure.com" in done.output
        assert "10.1.9.4" in "".join(content.decode() for content, _mode in server.snapshot().values())
        written = [request.split(" ")[1].rsplit("/providers/", 1)[-1].split("?")[0] for request in azure.writes()]
        rules = sorted(path.rsplit("/", 1)[-1] for path in written if "/forwardingRules/" in path)
        assert written[0].endswith("dnsResolvers/resolver-hub")
        assert written[-1].endswith("dnsForwardingRulesets/rules-spoke/virtualNetworkLinks/vnet-hub")
        assert "privatelink-we-backup-windowsazure-com" in rules and "we-backup-windowsazure-com" in rules
        azure.mark()
        again = play("main")
        assert azure.writes() == [], again.output
        assert play("verify").code == 0 and azure.writes() == []
