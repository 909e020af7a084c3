"""Azure DNS Private Resolver: what is made, what is refused before it, and that its inbound endpoint answers."""

from __future__ import annotations

import threading
import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.dns import DnsListeners
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.query import lookup
from ansible_collections.privatelink.recovery.plugins.modules.dns_resolver import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_records import MODULE as RECORDS
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone import MODULE as ZONE

from ...conftest import GROUPS, NETWORK, WORLD, ZONES, Cloud, four_times

JSON = dict[str, t.Any]
DELEGATED = ["Microsoft.Network/dnsResolvers"]
SUBNETS = [
    *WORLD["virtual_networks"][0]["subnets"],
    {"name": "inbound", "address_prefix": "10.1.9.0/28", "delegations": DELEGATED},
    {"name": "outbound", "address_prefix": "10.1.9.32/28", "delegations": DELEGATED},
    {"name": "tiny", "address_prefix": "10.1.9.64/29", "delegations": DELEGATED},
]
RESOLVER = f"{GROUPS}/rg-network/providers/Microsoft.Network/dnsResolvers/resolver-hub"
INBOUND = {"name": "inbound", "subnet": f"{NETWORK}/subnets/inbound"}
WANTED: JSON = {
    "name": "resolver-hub",
    "resource_group": "rg-network",
    "virtual_network": NETWORK,
    "inbound_endpoints": [INBOUND],
}


@pytest.fixture
def hub(make_cloud: t.Callable[..., Cloud]) -> Cloud:
    """A network with subnets for endpoints of a resolver."""
    first, *others = WORLD["virtual_networks"]
    return make_cloud(virtual_networks=[{**first, "subnets": SUBNETS}, *others])


def test_a_resolver_with_its_endpoints_four_times(hub: Cloud) -> None:
    outbound = [{"name": "outbound", "subnet": f"{NETWORK}/subnets/outbound"}]
    done = four_times(hub, MODULE, **WANTED, outbound_endpoints=outbound, tags={"owner": "dns"})
    assert done["id"].lower() == RESOLVER.lower()
    assert done["targets"] == [{"address": "10.1.9.4", "port": 53}]
    made = hub.document(RESOLVER)
    assert (made["location"], made["tags"]) == ("westeurope", {"owner": "dns"})
    assert made["properties"]["virtualNetwork"]["id"] == NETWORK
    assert hub.document(f"{RESOLVER}/outboundEndpoints/outbound")["properties"]["subnet"]["id"] == outbound[0]["subnet"]
    assert hub.run(MODULE, **WANTED)["targets"] == [{"address": "10.1.9.4", "port": 53}]


def test_a_fixed_address_and_no_move(hub: Cloud) -> None:
    fixed = {**WANTED, "inbound_endpoints": [{**INBOUND, "private_ip_address": "10.1.9.9"}]}
    assert hub.run(MODULE, **fixed)["targets"] == [{"address": "10.1.9.9", "port": 53}]
    hub.mark()
    moved = hub.run(MODULE, **{**WANTED, "inbound_endpoints": [{**INBOUND, "private_ip_address": "10.1.9.10"}]})
    assert "private_ip_address" in moved["msg"] and "let them forward there" in moved["msg"], moved
    assert hub.writes() == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"inbound_endpoints": [{"name": "a", "subnet": f"{NETWORK}/subnets/endpoints"}]}, "is not delegated to Microsoft.Network/dnsResolvers"),
        ({"inbound_endpoints": [{"name": "a", "subnet": f"{NETWORK}/subnets/tiny"}]}, "between /24 and /28"),
        ({"inbound_endpoints": [{"name": "a", "subnet": f"{NETWORK}/subnets/none"}]}, "does not exist"),
        ({"inbound_endpoints": [{"name": "a", "subnet": NETWORK.replace("vnet-app", "vnet-hub") + "/subnets/endpoints"}]}, "is not in the resolver's network"),
        ({"inbound_endpoints": [INBOUND, {**INBOUND, "name": "b"}]}, "Two endpoints have the same subnet"),
        ({"virtual_network": None}, "virtual_network is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_before_a_write(hub: Cloud, change: JSON, words: str) -> None:
    wanted = {key: value for key, value in {**WANTED, **change}.items() if value is not None}
    for check_mode in (True, False):
        refused = hub.run(MODULE, check_mode=check_mode, **wanted)
        assert refused["failed"] and words in refused["msg"], refused
    assert hub.writes() == []


def test_a_network_takes_one_resolver(hub: Cloud) -> None:
    assert hub.run(MODULE, **{**WANTED, "inbound_endpoints": []})["changed"]
    hub.mark()
    second = hub.run(MODULE, **{**WANTED, "name": "another"})
    assert "resolver-hub already, and a network takes one" in second["msg"], second
    assert hub.writes() == []


def test_removal_takes_what_was_named_and_nothing_else(hub: Cloud) -> None:
    hub.run(MODULE, **WANTED)
    hub.mark()
    refused = hub.run(MODULE, name="resolver-hub", resource_group="rg-network", state="absent")
    assert "has endpoints that were not named" in refused["msg"] and hub.writes() == [], refused
    four_times(hub, MODULE, **WANTED, state="absent")
    assert not hub.exists(RESOLVER) and not hub.exists(f"{RESOLVER}/inboundEndpoints/inbound")


def test_an_inbound_endpoint_answers_as_its_network_does(hub: Cloud) -> None:
    zone = "privatelink.we.backup.windowsazure.com"
    hub.run(ZONE, zones=[{"name": zone, "resource_group": "rg-dns"}], virtual_networks=[NETWORK])
    hub.run(
        RECORDS, zones=[f"{ZONES}/{zone}"], names=[{"fqdn": f"a.{zone}", "ip_addresses": ["10.1.1.4"]}], owner="a test"
    )
    listeners = DnsListeners(hub.arm, threading.Lock(), 0, inbound=1)
    listeners.start()
    try:
        address, port = listeners.inbound[0]
        assert lookup(f"a.{zone}", address, port, 0.3).failure != ""
        assert hub.run(MODULE, **WANTED)["changed"]
        assert lookup(f"a.{zone}", address, port).addresses == ("10.1.1.4",)
    finally:
        listeners.stop()
