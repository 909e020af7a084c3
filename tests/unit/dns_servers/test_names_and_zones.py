"""Names, zones and targets: what is taken, what is refused, and what each server is told."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.forward_zones import (
    covering,
    geo_codes_of,
    zones_of_names,
    zones_to_forward,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.host_names import (
    host_name,
    ip_address,
    ipv4_address,
    published,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers import texts
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.wanted import (
    AZURE_RESOLVER,
    Target,
    make_targets,
    make_wanted,
    refuse_unreachable_resolver,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import InputError, Refusal

LONG = ".".join(["a" * 63] * 3)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A-b_c.We.backup.windowsazure.com.", "a-b_c.we.backup.windowsazure.com"),
        (f"{LONG}.com", f"{LONG}.com"),
        ("one", ""),
        ("a..b", ""),
        (".a.b", ""),
        ("a.b..", ""),
        ("a.b\n", ""),
        ("a b.c", ""),
        ("-a.b", ""),
        ("a-.b", ""),
        ("a" * 64 + ".b", ""),
        (f"{LONG}.{LONG}", ""),
        ("a.b'", ""),
        ("a\u2019.b", ""),
        ("ä.b", ""),
        ("a٣.b", ""),
        ("$INCLUDE.b", ""),
        ("*.b", ""),
        ("10.1.1.4", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_what_is_a_host_name(text: t.Any, name: str) -> None:
    assert host_name(text) == name


def test_what_is_an_address() -> None:
    assert [ipv4_address(text) for text in ("10.1.1.4", "10.1.1.4 x", "10.1.1.400", "::1", "", None)] == [
        "10.1.1.4",
        *[""] * 5,
    ]
    assert [ip_address(text) for text in ("10.1.1.4", "FD00::1", "fe80::1%eth0", "x")] == [
        "10.1.1.4",
        "fd00::1",
        "",
        "",
    ]


def test_rows_of_one_name_are_one_and_bad_rows_are_all_named() -> None:
    rows = [{"fqdn": "a.b", "ip_addresses": ["10.0.0.1"]}, {"fqdn": "A.b.", "ip_addresses": ["10.0.0.2", "10.0.0.1"]}]
    (one,) = published(rows, "answers")
    assert (one.name, one.addresses) == ("a.b", ("10.0.0.1", "10.0.0.2"))
    with pytest.raises(InputError) as refused:
        published(
            [{"fqdn": "a;b"}, {"fqdn": "c.d", "ip_addresses": ["x"]}, {"fqdn": "e.f", "ip_addresses": []}], "answers"
        )
    assert [word in str(refused.value) for word in ("'a;b'", "'x'", "e.f has no address")] == [True] * 3


BACKUP = [
    "we.backup.windowsazure.com",
    "privatelink.we.backup.windowsazure.com",
    "blob.core.windows.net",
    "privatelink.blob.core.windows.net",
    "queue.core.windows.net",
    "privatelink.queue.core.windows.net",
    "blob.storage.azure.net",
    "privatelink.blob.storage.azure.net",
]


@pytest.mark.parametrize(
    ("sequences", "cloud", "form", "zones"),
    [
        (["backup"], "AzureCloud", "both", BACKUP),
        (["dpm_mabs"], "azurecloud", "both", BACKUP),
        (["backup"], "AzureCloud", "public", BACKUP[::2]),
        (["backup"], "AzureCloud", "privatelink", BACKUP[1::2]),
        (["site_recovery"], "AzureCloud", "privatelink", ["privatelink.siterecovery.windowsazure.com"]),
        (["site_recovery"], "AzureUSGovernment", "both", ["we.siterecovery.windowsazure.us", "privatelink.siterecovery.windowsazure.us"]),
        (
            ["migrate"], "AzureCloud", "privatelink",
            ["privatelink.prod.migration.windowsazure.com", "privatelink.vaultcore.azure.net",
             "privatelink.blob.core.windows.net", "privatelink.siterecovery.windowsazure.com"],
        ),
        (["migrate"], "AzureUSGovernment", "public",
         ["prod.migration.windowsazure.us", "vault.usgovcloudapi.net", "blob.core.usgovcloudapi.net", "we.siterecovery.windowsazure.us"]),
        (["backup"], "AzureUSGovernment", "public", ["we.backup.windowsazure.us", "blob.core.usgovcloudapi.net", "queue.core.usgovcloudapi.net"]),
    ],
)  # fmt: skip
def test_the_zones_of_a_sequence_in_a_cloud(sequences: list[str], cloud: str, form: str, zones: list[str]) -> None:
    assert zones_to_forward(sequences, cloud, geo_codes=["WE"], form=form) == zones


def test_names_say_which_zones_they_need() -> None:
    names = ["1-ab-pod01-id1.privatelink.neu.backup.windowsazure.com", "ecs1.z12.blob.storage.azure.net"]
    zones = zones_to_forward(["site_recovery"], "AzureCloud", names=names)
    assert {"neu.backup.windowsazure.com", "blob.storage.azure.net", "neu.siterecovery.windowsazure.com"} <= set(zones)
    assert "queue.core.windows.net" not in zones
    assert zones_of_names(["a.vault.azure.cn"]) == ["vault.azure.cn", "privatelink.vaultcore.azure.cn"]
    assert covering(names[0], zones) == "privatelink.neu.backup.windowsazure.com"
    assert covering("corp.example", zones) == ""


@pytest.mark.parametrize(
    ("sequences", "cloud", "words"),
    [
        (["backup"], "AzureCloud", "geo_codes and locations are empty"),
        (["backup"], "AzureChinaCloud", "no public source has the names of backup in AzureChinaCloud"),
        (["files"], "AzureCloud", "'files' is none of"),
        (["backup"], "Azure", "'Azure' is none of"),
    ],
)
def test_zones_that_nobody_knows_are_not_guessed(sequences: list[str], cloud: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        zones_to_forward(sequences, cloud)


def test_geo_codes_of_regions() -> None:
    assert geo_codes_of(["West Europe", "northeurope"]) == ["we", "ne"]
    with pytest.raises(InputError, match="no public list"):
        geo_codes_of(["atlantis"])


def test_azures_resolver_is_for_servers_in_a_network_only() -> None:
    refuse_unreachable_resolver([Target("10.0.0.4")], inside_virtual_network=False)
    refuse_unreachable_resolver([Target(AZURE_RESOLVER)], inside_virtual_network=True)
    with pytest.raises(Refusal, match="only machines inside a virtual network"):
        refuse_unreachable_resolver([Target("10.0.0.4"), Target(AZURE_RESOLVER)], inside_virtual_network=False)


@pytest.mark.parametrize(
    "targets", [["10.0.0"], [{"address": "10.0.0.4", "port": 0}], [{"address": "10.0.0.4", "port": "x"}], [None]]
)
def test_targets_that_are_none(targets: list[t.Any]) -> None:
    with pytest.raises(InputError, match="targets"):
        make_targets(targets)


def test_zones_without_targets_and_zones_that_are_none() -> None:
    with pytest.raises(InputError, match="forwarded to nobody"):
        make_wanted({"forward_zones": ["a.b"]})
    with pytest.raises(InputError, match="is not a DNS zone name"):
        make_wanted({"forward_zones": ['a.b"; };'], "targets": ["10.0.0.4"]})


WANTED = make_wanted(
    {
        "forward_zones": ["blob.core.windows.net"],
        "targets": ["10.0.0.5", {"address": "10.0.0.4", "port": 5353}, "fd00::4"],
        "answers": [{"fqdn": "x.privatelink.we.backup.windowsazure.com", "ip_addresses": ["10.1.1.4", "10.1.1.5"]}],
        "time_to_live": 30,
    }
)


def lines(text: str) -> list[str]:
    """Without the header, indentation and empty lines."""
    return [line.strip() for line in text.splitlines() if not line.startswith(("#", "//", ";"))]


def test_each_server_in_its_own_language_with_the_order_of_the_targets() -> None:
    assert lines(texts.bind_zones(WANTED, lambda name: f"/z/{name}")) == [
        'zone "blob.core.windows.net" { type forward; forward only; forwarders { 10.0.0.5; 10.0.0.4 port 5353; fd00::4; }; };',
        'zone "x.privatelink.we.backup.windowsazure.com" { type primary; check-names ignore; '
        'file "/z/x.privatelink.we.backup.windowsazure.com"; };',
    ]
    assert lines(texts.bind_options(WANTED)) == ['validate-except { "blob.core.windows.net"; };']
    assert lines(texts.unbound(WANTED)) == [
        "server:",
        'domain-insecure: "blob.core.windows.net."',
        'private-domain: "blob.core.windows.net."',
        'local-data: "x.privatelink.we.backup.windowsazure.com. 30 IN A 10.1.1.4"',
        'local-data: "x.privatelink.we.backup.windowsazure.com. 30 IN A 10.1.1.5"',
        "forward-zone:",
        'name: "blob.core.windows.net."',
        "forward-first: no",
        "forward-addr: 10.0.0.5@53",
        "forward-addr: 10.0.0.4@5353",
        "forward-addr: fd00::4@53",
    ]
    assert lines(texts.dnsmasq(WANTED)) == [
        "server=/blob.core.windows.net/10.0.0.5#53",
        "server=/blob.core.windows.net/10.0.0.4#5353",
        "server=/blob.core.windows.net/fd00::4#53",
        "rebind-domain-ok=/blob.core.windows.net/",
        "host-record=x.privatelink.we.backup.windowsazure.com,10.1.1.4,30",
        "host-record=x.privatelink.we.backup.windowsazure.com,10.1.1.5,30",
    ]
    assert lines(texts.resolved(WANTED)) == [
        "[Resolve]",
        "DNS=10.0.0.5 10.0.0.4:5353 fd00::4",
        "Domains=~blob.core.windows.net",
    ]
    assert texts.hosts(WANTED.answers) == [
        "10.1.1.4 x.privatelink.we.backup.windowsazure.com", "10.1.1.5 x.privatelink.we.backup.windowsazure.com",
    ]  # fmt: skip
    assert texts.powershell_forwarders(WANTED) == [
        "Add-DnsServerConditionalForwarderZone -Name 'blob.core.windows.net' -MasterServers @('10.0.0.5', '10.0.0.4', 'fd00::4')"
    ]


def test_the_serial_of_a_zone_goes_up_only_when_something_changes() -> None:
    answer = WANTED.answers[0]
    first = texts.bind_zone(answer, 30, None)
    assert " (1 " in first
    assert texts.bind_zone(answer, 30, first) == first
    second = texts.bind_zone(answer, 60, first)
    assert " (2 " in second and "$TTL 60" in second
    assert texts.bind_zone(answer, 60, second) == second
    last = second.replace("(2 ", "(4294967295 ")
    assert " (1 " in texts.bind_zone(answer, 30, last)


def test_powershell_takes_every_kind_of_quote_literally() -> None:
    assert (
        texts.quoted("a'b\u2018c\u2019d\u201ae\u201bf") == "'a''b\u2018\u2018c\u2019\u2019d\u201a\u201ae\u201b\u201bf'"
    )


def test_the_file_of_a_zone_has_a_name_that_every_file_system_takes() -> None:
    names = [".".join(["a" * 63] * 3) + f".{number}.example" for number in range(2)]
    made = {texts.zone_file_name(name) for name in names}
    assert len(made) == 2 and max(map(len, made)) < 200
