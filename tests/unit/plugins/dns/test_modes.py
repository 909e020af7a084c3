"""The choice of zones and writers, and the files for other people's DNS servers."""

from __future__ import annotations

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.modes import MODES, Facts, choose
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.modes import TABLE as TABLE_OF_MODES
from ansible_collections.privatelink.recovery.plugins.module_utils.report.record_files import files

TABLE = [
    ("per_endpoint", Facts(2), "per_endpoint", "zone_group", False),
    ("per_endpoint", Facts(1), "per_endpoint", "zone_group", False),
    ("shared", Facts(1), "shared", "zone_group", False),
    ("shared", Facts(2), "shared", "zone_group", True),
    ("shared", Facts(1, existing=1), "shared", "zone_group", True),
    ("shared", Facts(2, accepted=True), "shared", "zone_group", True),
    ("shared", Facts(1, existing=1, accepted=True), "shared", "zone_group", False),
    ("records", Facts(2), "per_endpoint", "records", False),
    ("records", Facts(1), "shared", "records", False),
    ("zone_group", Facts(2), "per_endpoint", "zone_group", False),
    ("policy", Facts(2), "per_endpoint", "policy", False),
    ("custom", Facts(2), "per_endpoint", "custom", False),
    ("zone_group", Facts(1, one_for_all=True), "shared", "zone_group", False),
]


@pytest.mark.parametrize(("mode", "facts", "zone_sets", "writer", "refused"), TABLE)
def test_choice(mode: str, facts: Facts, zone_sets: str, writer: str, refused: bool) -> None:
    choice = choose(mode, facts)
    assert (choice.zone_sets, choice.writer, bool(choice.refusal)) == (zone_sets, writer, refused)
    assert choice.reason
    assert mode in MODES


def test_who_makes_zones() -> None:
    assert [TABLE_OF_MODES[name].makes_zones for name in ("zone_group", "records", "policy", "custom")] == [
        True,
        True,
        False,
        False,
    ]


def test_files_for_each_endpoint() -> None:
    zone = "privatelink.siterecovery.windowsazure.com"
    names = [
        {"endpoint": "pe-a", "fqdn": f"1-asr-pod01-rcm1.we.{zone}", "record_name": "1-asr-pod01-rcm1.we", "zone": zone, "ip_addresses": ["10.1.1.4"]},
        {"endpoint": "pe-b", "fqdn": f"1-asr-pod01-rcm1.we.{zone}", "record_name": "1-asr-pod01-rcm1.we", "zone": zone, "ip_addresses": ["10.2.1.4"]},
    ]  # fmt: skip
    made, _unwritten = files(names, 60)
    assert f"10.1.1.4 1-asr-pod01-rcm1.we.{zone}\n" in made["pe-a.hosts"]
    assert "10.2.1.4" not in made["pe-a.hosts"]
    assert "1-asr-pod01-rcm1.we\t60\tIN\tA\t10.2.1.4" in made[f"pe-b.{zone}.zone"]
    assert f"-ZoneName '{zone}'" in made["pe-b.ps1.txt"]
    assert len(made) == 10


def test_a_hosts_file_has_both_spellings_of_a_name() -> None:
    blob = "privatelink.blob.core.windows.net"
    names = [{"endpoint": "pe", "fqdn": "cache.blob.core.windows.net", "zone": blob, "ip_addresses": ["10.1.1.9"]}]
    made, _unwritten = files(names, 10)
    assert f"10.1.1.9 cache.blob.core.windows.net cache.{blob}\n" in made["pe.hosts"]
    assert "cache\t10\tIN\tA\t10.1.1.9" in made[f"pe.{blob}.zone"]


def test_a_name_of_no_zone_is_for_hosts_files_only() -> None:
    made, _unwritten = files([{"fqdn": "a.example.com", "zone": "", "ip_addresses": ["10.1.1.9"]}], 10)
    assert sorted(made) == ["endpoint.dnsmasq.conf", "endpoint.hosts", "endpoint.ps1.txt", "endpoint.unbound.conf"]
    assert "10.1.1.9 a.example.com\n" in made["endpoint.hosts"]
    assert "Add-DnsServerResourceRecordA" not in made["endpoint.ps1.txt"]
