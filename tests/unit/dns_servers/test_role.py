"""The role, played by ansible-playbook on hosts whose DNS servers are real."""

from __future__ import annotations

import base64
import json
import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.modules.dns_server_plan import MODULE as PLAN

from ..conftest import Cloud
from ..playbooks_support import PREFIX, Playbooks
from .conftest import BLOB, FIRST, KNOWN, SECOND, VAULT_ZONE, Azure
from .plays import REMOVE, Site, changes, differences
from .real import Server

JSON = dict[str, t.Any]
pytestmark = pytest.mark.xdist_group("dns_servers")
Start = t.Callable[..., Server]


@pytest.fixture
def site(start: Start, azure_dns: Azure, playbooks: Playbooks, tmp_path: Path) -> Site:
    """Three servers of one site."""
    servers = {f"site-{kind}": start(kind, azure_dns.other) for kind in ("bind", "unbound", "dnsmasq")}
    return Site(playbooks, servers, azure_dns, tmp_path)


def test_a_report_makes_every_server_of_a_site_resolve(site: Site) -> None:
    origin = {name: server.snapshot() for name, server in site.servers.items()}
    verified = site.play("verify", dns_servers_wait_timeout=0)
    assert verified.code != 0
    assert "expected 10.1.1.4" in verified.output and "site-bind" in verified.output
    for looked in (site.play("preflight"), site.play("main", "--check", "--diff")):
        assert looked.code == 0, looked.output
        assert changes(looked) == [True] * 3
        assert {name: server.snapshot() for name, server in site.servers.items()} == origin

    done = site.play("main", "--diff")
    assert done.code == 0, done.output
    assert changes(done) == [True] * 3
    assert differences(done) == differences(looked)
    for server in site.servers.values():
        assert {name: server.ask(name).addresses for name in KNOWN} == {
            name: (address,) for name, address in KNOWN.items()
        }
    again = site.play()
    assert again.code == 0, again.output
    assert not any(line["result"].get("changed") for line in again.results)
    assert changes(again) == [False] * 3
    assert site.play("verify").code == 0
    assert (
        site.play("verify", dns_servers_asked_from="localhost", dns_servers_other_names=["www.corp.example"]).code == 0
    )
    others = site.play("verify", dns_servers_other_names=["nobody.corp.example.com"])
    assert others.code != 0 and "must go on being resolved" in others.output
    consumer = site.play("verify", dns_servers_wait_timeout=0, dns_servers_consumers=["site-bind"])
    assert consumer.code != 0 and "has no address at the system's resolver" in consumer.output

    gone = site.play("teardown")
    assert gone.code == 0, gone.output
    assert changes(gone, REMOVE) == [True] * 3
    assert {name: server.snapshot() for name, server in site.servers.items()} == origin


def test_servers_answer_themselves_and_drift_adds_what_came_later(site: Site) -> None:
    origin = {name: server.snapshot() for name, server in site.servers.items()}
    site.hand_over({FIRST: KNOWN[FIRST]})
    done = site.play(dns_servers_mode="answer", dns_servers_targets=[])
    assert done.code == 0, done.output
    site.hand_over(KNOWN)
    drifted = site.play("drift", dns_servers_mode="answer", dns_servers_targets=[])
    assert drifted.code == 0, drifted.output
    assert changes(drifted) == [True] * 3
    for server in site.servers.values():
        assert [server.ask(name).addresses for name in (FIRST, SECOND, BLOB)] == [
            ("10.1.1.4",),
            ("10.1.1.5",),
            ("10.1.1.6",),
        ]
    assert site.play("teardown").code == 0
    assert {name: server.snapshot() for name, server in site.servers.items()} == origin


REFUSED: list[tuple[JSON, str]] = [
    ({"dns_servers_targets": [{"address": "168.63.129.16"}]}, "only machines inside a virtual network"),
    ({"dns_servers_targets": []}, "would be forwarded to nobody"),
    ({"dns_servers_names": [{"fqdn": "x'; evil", "ip_addresses": ["10.1.1.1"]}]}, "is no host name"),
    ({"dns_servers_names": [{"fqdn": "a.corp.example", "ip_addresses": ["10.1.1.1"]}]}, "add its zone to extra_zones"),
    ({"dns_servers_endpoints": ["pe-other"]}, "endpoints with names: pe-app"),
    (
        {"dns_servers_names": [{"fqdn": FIRST, "ip_addresses": ["10.9.1.4"], "endpoint": "pe-two"}]},
        "has different addresses at pe-app and pe-two",
    ),
    ({"dns_servers_report": "/nowhere/report.json"}, "report /nowhere/report.json cannot be read"),
    ({"dns_servers_report": "", "dns_servers_sequences": ["backup"]}, "geo_codes and locations are empty"),
]


@pytest.mark.parametrize(("variables", "words"), REFUSED)
def test_what_cannot_be_is_refused(variables: JSON, words: str, tmp_path: Path, cloud: Cloud) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"names": [{"fqdn": FIRST, "ip_addresses": [KNOWN[FIRST]], "endpoint": "pe-app"}]}))
    wanted = {"dns_servers_report": str(report), "dns_servers_targets": [{"address": "10.0.0.4"}], **variables}
    refused = cloud.run(PLAN, **{name.removeprefix("dns_servers_"): value for name, value in wanted.items()})
    assert words in refused["msg"], refused


@pytest.mark.parametrize(
    ("text", "words"), [('{"names": []}', "knows no name"), ("{", "is no report.json"), ("[]", "is no report.json")]
)
def test_a_report_that_is_none(text: str, words: str, tmp_path: Path, cloud: Cloud) -> None:
    report = tmp_path / "report.json"
    report.write_text(text)
    assert words in cloud.run(PLAN, report=str(report))["msg"]


def test_what_cannot_be_is_refused_before_a_server_is_touched(
    playbooks: Playbooks, azure_dns: Azure, start: Start, tmp_path: Path
) -> None:
    site = Site(playbooks, {"one": start("dnsmasq", azure_dns.other)}, azure_dns, tmp_path)
    origin = site.servers["one"].snapshot()
    refused = site.play(dns_servers_targets=[{"address": "168.63.129.16"}])
    assert refused.code != 0 and "only machines inside a virtual network" in refused.output
    assert changes(refused) == [] and site.servers["one"].snapshot() == origin


def test_a_hosts_file_and_resolved(playbooks: Playbooks, tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_bytes(b"127.0.0.1 localhost\n\xff no end")
    before = hosts.read_bytes()
    task = {
        "name": "Hosts", f"{PREFIX}dns_server_configuration": {
            "server": "hosts", "main_file": str(hosts), "directory": str(tmp_path), "answers": [{"fqdn": FIRST, "ip_addresses": ["10.1.1.4"]}],
        },
    }  # fmt: skip
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [task]}
    assert playbooks.play(play, "--check")["Hosts"]["changed"] and hosts.read_bytes() == before
    assert playbooks.play(play)["Hosts"]["changed"]
    assert f"\n10.1.1.4 {FIRST}\n".encode() in hosts.read_bytes()
    assert playbooks.play(play)["Hosts"]["changed"] is False
    task[f"{PREFIX}dns_server_configuration"] = {
        "server": "hosts",
        "main_file": str(hosts),
        "directory": str(tmp_path),
        "state": "absent",
    }
    assert playbooks.play(play)["Hosts"]["changed"] and hosts.read_bytes() == before

    (tmp_path / "resolved.conf").write_text("[Resolve]\nDNS=192.0.2.1\nDNSSEC=yes\n")
    options = {
        "server": "resolved", "main_file": str(tmp_path / "resolved.conf"), "directory": str(tmp_path / "resolved.conf.d"),
        "forward_zones": [VAULT_ZONE], "targets": [{"address": "10.0.0.4"}], "check_targets": False, "control_command": ["true"],
    }  # fmt: skip
    play["tasks"] = [{"name": "Resolved", f"{PREFIX}dns_server_configuration": options}]
    done = playbooks.play(play)
    assert done["Resolved"]["changed"], done.output
    made = (tmp_path / "resolved.conf.d" / "privatelink-recovery.conf").read_text()
    assert made.endswith(f"[Resolve]\nDNS=10.0.0.4\nDomains=~{VAULT_ZONE}\n")
    assert "cannot leave out for the forwarded suffixes alone" in str(done["Resolved"]["warnings"])
    assert playbooks.play(play)["Resolved"]["changed"] is False
    play["tasks"] = [{"name": "Gone", f"{PREFIX}dns_server_configuration": {**options, "state": "absent"}}]
    assert playbooks.play(play)["Gone"]["changed"]
    assert list((tmp_path / "resolved.conf.d").iterdir()) == []


def test_a_windows_server_is_told_everything_in_one_argument(playbooks: Playbooks) -> None:
    variables = {
        "dns_servers_server": "windows", "dns_servers_sequences": ["site_recovery"], "dns_servers_form": "privatelink",
        "dns_servers_targets": [{"address": "10.0.0.4"}],
    }  # fmt: skip
    for entry_point, state in (("main", "present"), ("preflight", "present"), ("teardown", "absent")):
        role = {
            "name": "Run",
            "ansible.builtin.include_role": {"name": f"{PREFIX}dns_servers", "tasks_from": entry_point},
        }
        play = {"hosts": "localhost", "gather_facts": False, "tasks": [role], "vars": variables}
        played = playbooks.play(play, "-vvv")
        # No Windows here: the script is found, and what runs it is no PowerShell.
        assert played.code != 0
        reported, checks = re.findall(r"windows\.ps1 -Wanted ([A-Za-z0-9+/=]+)( -Check)?", played.output)[0]
        wanted = json.loads(base64.b64decode(reported))
        assert (wanted["state"], bool(checks)) == (state, entry_point == "preflight")
        present = state == "present"
        assert wanted["zones"] == (["privatelink.siterecovery.windowsazure.com"] if present else [])
        assert wanted["targets"] == (["10.0.0.4"] if present else [])
        assert int(wanted["time_to_live"]) == 60 and wanted["replication"] == "none"
