"""The files for whoever owns the DNS servers: each one is accepted by its server's own checker."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.forward_zones import zones_of_names
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.wanted import make_wanted
from ansible_collections.privatelink.recovery.plugins.module_utils.report.record_files import files, forwarder_files

from .powershell import commands, errors
from .programs import check

VAULT_ZONE = "privatelink.we.backup.windowsazure.com"
BLOB = "privatelink.blob.core.windows.net"
ROWS = [
    {"endpoint": "pe-app", "fqdn": f"1-ab_c-pod01-id1.{VAULT_ZONE}", "zone": VAULT_ZONE, "ip_addresses": ["10.1.1.4"]},
    {"endpoint": "pe-app", "fqdn": "x.blob.core.windows.net", "zone": BLOB, "ip_addresses": ["10.1.1.5", "10.1.1.6"]},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of two names and their forwarders, as a report has them."""
    made, unwritten = files(ROWS, 60)
    assert unwritten == []
    zones = zones_of_names(str(row["fqdn"]) for row in ROWS)
    made.update(forwarder_files(make_wanted({"forward_zones": zones, "targets": ["10.0.0.4", "fd00::4"]})))
    assert len(made) == 11
    for name, text in made.items():
        (tmp_path / name).write_text(text, newline="")
    return tmp_path


@pytest.mark.parametrize("zone", [VAULT_ZONE, BLOB])
def test_bind_takes_the_records(folder: Path, zone: str) -> None:
    master = folder / "master"
    records = folder / f"pe-app.{zone}.zone"
    master.write_text(
        f"$TTL 60\n@ IN SOA @ hostmaster (1 3600 600 604800 60)\n@ IN NS @\n@ IN A 10.0.0.53\n$INCLUDE {records}\n"
    )
    code, said = check("named-checkzone", "-k", "ignore", "-D", "-o", "-", zone, master)
    assert code == 0, said
    assert f"{zone}." in said and "10.1.1." in said


def test_bind_takes_the_forwarders(folder: Path) -> None:
    main = folder / "named.conf"
    main.write_text(
        f'options {{ directory "{folder}"; dnssec-validation auto; include "{folder}/_forwarders.bind.options.conf"; }};\n'
        f'include "{folder}/_forwarders.bind.conf";\n'
    )
    code, said = check("named-checkconf", "-p", main)
    assert code == 0, said
    assert said.count("type forward;") == 4
    assert "validate-except" in said


@pytest.mark.parametrize("name", ["pe-app.unbound.conf", "_forwarders.unbound.conf"])
def test_unbound_takes_its_files(folder: Path, name: str) -> None:
    main = folder / "unbound.conf"
    main.write_text(
        f'server:\n    chroot: ""\n    username: ""\n    directory: "{folder}"\ninclude: "{folder / name}"\n'
    )
    code, said = check("unbound-checkconf", main)
    assert code == 0, said


@pytest.mark.parametrize("name", ["pe-app.dnsmasq.conf", "_forwarders.dnsmasq.conf"])
def test_dnsmasq_takes_its_files(folder: Path, name: str) -> None:
    code, said = check("dnsmasq", "--test", f"--conf-file={folder / name}")
    assert code == 0, said


@pytest.mark.parametrize(
    ("name", "command", "count"),
    [
        ("pe-app.ps1.txt", "Add-DnsServerResourceRecordA", 3),
        ("_forwarders.ps1.txt", "Add-DnsServerConditionalForwarderZone", 4),
    ],
)
def test_powershell_takes_its_lines(folder: Path, name: str, command: str, count: int) -> None:
    # The grammar knows no parameter with a digit inside; PowerShell does, and this one is Microsoft's.
    text = (folder / name).read_text().replace("-IPv4Address ", "-IPvAddress ")
    assert errors(text) == []
    assert commands(text).count(command) == count


def test_the_grammar_sees_an_error() -> None:
    assert errors("Add-DnsServerResourceRecordA -Name 'x") != []


def test_the_checkers_see_an_error(folder: Path) -> None:
    broken = folder / "broken"
    broken.write_text("server=/x/not-an-address\n")
    assert check("dnsmasq", "--test", f"--conf-file={broken}")[0] != 0
    broken.write_text("forward-zone:\n  nonsense: x\n")
    assert check("unbound-checkconf", broken)[0] != 0
    assert check("named-checkconf", broken)[0] != 0
