"""Forwarding rulesets: what is made, what is refused before it, and that a network that follows a rule is answered by its target."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.dns_packet import A
from ansible_collections.privatelink.recovery.extensions.emulator.dns_resolution import Resolver
from ansible_collections.privatelink.recovery.extensions.emulator.services.dns_resolver.documents import keep
from ansible_collections.privatelink.recovery.extensions.emulator.services.dns_resolver.rulesets import (
    RULE as RULE_TYPE,
)
from ansible_collections.privatelink.recovery.plugins.modules.dns_forwarding_ruleset import MODULE
from ansible_collections.privatelink.recovery.plugins.modules.dns_resolver import MODULE as RESOLVERS
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_records import MODULE as RECORDS
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone import MODULE as ZONE

from ...conftest import GROUPS, NETWORK, WORLD, ZONES, Cloud, four_times
from .meanwhile import just_before

JSON = dict[str, t.Any]
DELEGATED = ["Microsoft.Network/dnsResolvers"]
SUBNETS = [
    *WORLD["virtual_networks"][0]["subnets"],
    {"name": "inbound", "address_prefix": "10.1.9.0/28", "delegations": DELEGATED},
    {"name": "outbound", "address_prefix": "10.1.9.32/28", "delegations": DELEGATED},
]
NETWORK_GROUP = f"{GROUPS}/rg-network/providers/Microsoft.Network"
RULESET = f"{NETWORK_GROUP}/dnsForwardingRulesets/rules-spoke"
OUTBOUND = f"{NETWORK_GROUP}/dnsResolvers/resolver-hub/outboundEndpoints/outbound"
SPOKE = NETWORK.replace("vnet-app", "vnet-hub")
SUFFIX = "privatelink.we.backup.windowsazure.com"
RULE: JSON = {"name": "backup", "domain_name": SUFFIX, "targets": [{"address": "10.1.9.4"}]}
WANTED: JSON = {
    "name": "rules-spoke",
    "resource_group": "rg-network",
    "outbound_endpoints": [OUTBOUND],
    "rules": [RULE],
    "virtual_networks": [SPOKE],
}


@pytest.fixture
def hub(make_cloud: t.Callable[..., Cloud]) -> Cloud:
    """A network with a resolver that has both endpoints, and another network beside it."""
    first, *others = WORLD["virtual_networks"]
    cloud = make_cloud(virtual_networks=[{**first, "subnets": SUBNETS}, *others])
    made = cloud.run(
        RESOLVERS,
        name="resolver-hub",
        resource_group="rg-network",
        virtual_network=NETWORK,
        inbound_endpoints=[{"name": "inbound", "subnet": f"{NETWORK}/subnets/inbound"}],
        outbound_endpoints=[{"name": "outbound", "subnet": f"{NETWORK}/subnets/outbound"}],
    )
    assert made["changed"], made
    cloud.mark()
    return cloud


def asked(cloud: Cloud, network: str, name: str) -> tuple[str, ...]:
    """What the resolver of a network answers."""
    found = Resolver(cloud.arm, network).resolve(name, A)
    return tuple(".".join(map(str, record.data)) for record in found.records)


def test_a_ruleset_with_its_rule_and_link_four_times(hub: Cloud) -> None:
    done = four_times(hub, MODULE, **WANTED, tags={"owner": "dns"})
    assert done["id"].lower() == RULESET.lower()
    made = hub.document(RULESET)
    assert (made["location"], made["tags"]) == ("westeurope", {"owner": "dns"})
    rule = hub.document(f"{RULESET}/forwardingRules/backup")["properties"]
    assert rule["domainName"] == SUFFIX + "."
    assert (rule["targetDnsServers"], rule["forwardingRuleState"]) == (
        [{"ipAddress": "10.1.9.4", "port": 53}],
        "Enabled",
    )
    assert hub.document(f"{RULESET}/virtualNetworkLinks/vnet-hub")["properties"]["virtualNetwork"]["id"] == SPOKE


def test_azure_shows_a_guid_of_rulesets_and_endpoints_but_none_of_rules_and_links(hub: Cloud) -> None:
    hub.run(MODULE, **WANTED)
    shown = [RULESET, OUTBOUND, f"{RULESET}/forwardingRules/backup", f"{RULESET}/virtualNetworkLinks/vnet-hub"]
    assert ["resourceGuid" in hub.document(one)["properties"] for one in shown] == [True, True, False, False]
    assert {hub.document(one)["properties"]["provisioningState"] for one in shown} == {"Succeeded"}


def test_a_rule_changes_in_place_and_others_stay(hub: Cloud) -> None:
    other = {"name": "corp", "domain_name": "corp.example.", "targets": [{"address": "10.9.9.9", "port": 5353}]}
    hub.run(MODULE, **{**WANTED, "rules": [RULE, other]})
    hub.mark()
    changed = {**RULE, "targets": [{"address": "10.1.9.4"}, {"address": "10.1.9.5"}], "enabled": False}
    four_times(hub, MODULE, **{**WANTED, "rules": [changed]})
    rule = hub.document(f"{RULESET}/forwardingRules/backup")["properties"]
    assert [row["ipAddress"] for row in rule["targetDnsServers"]] == ["10.1.9.4", "10.1.9.5"]
    assert rule["forwardingRuleState"] == "Disabled"
    assert hub.document(f"{RULESET}/forwardingRules/corp")["properties"]["targetDnsServers"][0]["port"] == 5353


def test_a_network_that_follows_the_rule_is_answered_by_its_target(hub: Cloud) -> None:
    name = f"a.{SUFFIX}"
    hub.run(ZONE, zones=[{"name": SUFFIX, "resource_group": "rg-dns"}], virtual_networks=[NETWORK])
    hub.run(RECORDS, zones=[f"{ZONES}/{SUFFIX}"], names=[{"fqdn": name, "ip_addresses": ["10.1.1.4"]}], owner="a test")
    assert (asked(hub, NETWORK, name), asked(hub, SPOKE, name)) == (("10.1.1.4",), ())
    assert hub.run(MODULE, **WANTED)["changed"]
    assert (asked(hub, NETWORK, name), asked(hub, SPOKE, name)) == (("10.1.1.4",), ("10.1.1.4",))
    hub.run(MODULE, **{**WANTED, "rules": [{**RULE, "enabled": False}]})
    assert asked(hub, SPOKE, name) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"virtual_networks": [NETWORK]}, "would be asked in a loop"),
        ({"outbound_endpoints": None}, "outbound_endpoints is missing"),
        ({"outbound_endpoints": [NETWORK]}, "outbound_endpoints"),
        ({"rules": [{**RULE, "domain_name": "no name"}]}, "is not a domain name"),
        ({"rules": [{**RULE, "targets": [{"address": "hub"}]}]}, "is not an IP address"),
        ({"rules": [{**RULE, "targets": []}]}, "has no targets"),
        ({"rules": [RULE, {**RULE, "name": "again"}]}, "a ruleset has one rule for a domain"),
    ],
)
def test_what_cannot_be_is_refused_before_a_write(hub: Cloud, change: JSON, words: str) -> None:
    wanted = {key: value for key, value in {**WANTED, **change}.items() if value is not None}
    for check_mode in (True, False):
        refused = hub.run(MODULE, check_mode=check_mode, **wanted)
        assert refused["failed"] and words in refused["msg"], refused
    assert hub.writes() == []


def test_removal_takes_the_networks_that_were_named_and_nothing_else(hub: Cloud) -> None:
    hub.run(MODULE, **WANTED)
    hub.mark()
    refused = hub.run(MODULE, name="rules-spoke", resource_group="rg-network", state="absent")
    assert "serves" in refused["msg"] and "which was not named" in refused["msg"] and hub.writes() == [], refused
    four_times(hub, MODULE, name="rules-spoke", resource_group="rg-network", virtual_networks=[SPOKE], state="absent")
    assert not hub.exists(RULESET) and not hub.exists(f"{RULESET}/virtualNetworkLinks/vnet-hub")
    assert hub.exists(OUTBOUND)


RULE_ID = f"{RULESET}/forwardingRules/backup"
MOVED: JSON = {**WANTED, "rules": [{**RULE, "targets": [{"address": "10.1.9.5"}]}]}


def redirected(document: JSON) -> None:
    document["properties"]["targetDnsServers"] = [{"ipAddress": "10.7.7.7", "port": 53}]


@pytest.mark.parametrize(
    ("method", "path", "options"), [("PUT", RULE_ID, MOVED), ("DELETE", RULESET, {**WANTED, "state": "absent"})]
)
def test_what_somebody_changes_before_it_is_written_stays(method: str, path: str, options: JSON, hub: Cloud) -> None:
    assert hub.run(MODULE, **WANTED)["changed"]
    change = redirected if path == RULE_ID else lambda document: document.update(tags={"owner": "another team"})
    met = just_before(hub, method, path, change)
    refused = hub.run(MODULE, **options)
    assert refused["failed"] and "was changed by somebody else while this task ran" in refused["msg"], refused
    assert met[0]["if-match"] and met[0]["entry"]["status"] == 412 and hub.exists(path)


@pytest.mark.parametrize(
    ("method", "path", "options"), [("PUT", RULE_ID, MOVED), ("DELETE", RULESET, {**WANTED, "state": "absent"})]
)
def test_what_only_got_another_etag_is_written(method: str, path: str, options: JSON, hub: Cloud) -> None:
    assert hub.run(MODULE, **WANTED)["changed"]
    met = just_before(hub, method, path, lambda document: None)
    assert hub.run(MODULE, **options)["changed"]
    assert [one["entry"]["status"] >= 400 for one in met] == [True, False]


def test_a_rule_that_somebody_made_meanwhile_is_not_written_over(hub: Cloud) -> None:
    assert hub.run(MODULE, **{**WANTED, "rules": []})["changed"]
    met: list[JSON] = []

    def around(request: t.Any, entry: JSON, proceed: t.Any) -> t.Any:
        if (request.method, request.path.lower()) == ("PUT", RULE_ID.lower()) and not met:
            met.append(dict(request.headers))
            keep(
                hub.arm,
                RULE_ID,
                RULE_TYPE,
                "",
                {"domainName": SUFFIX + ".", "forwardingRuleState": "Disabled", "targetDnsServers": []},
            )
        return proceed(request, entry)

    hub.arm.around.insert(0, around)
    refused = hub.run(MODULE, **WANTED)
    assert refused["failed"] and met[0]["if-none-match"] == "*", refused
    assert hub.document(RULE_ID)["properties"]["forwardingRuleState"] == "Disabled"
