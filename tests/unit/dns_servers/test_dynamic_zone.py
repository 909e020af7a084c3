"""A real BIND server whose zone takes signed updates, and the role that writes records into it."""

from __future__ import annotations

import json
import os
import sys
import typing as t
from pathlib import Path

import dns.query
import dns.tsigkeyring
import dns.zone
import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers import dynamic_zone
from ansible_collections.privatelink.recovery.plugins.modules.dns_server_updates import MODULE

from ..conftest import Cloud
from ..playbooks_support import PREFIX, TREE, Playbooks, Played
from .conftest import BLOB_ZONE, FIRST, SECOND, VAULT_ZONE, Azure
from .real import Server

JSON = dict[str, t.Any]
Start = t.Callable[..., Server]
pytestmark = pytest.mark.xdist_group("dns_servers")
ROOT = Path(__file__).parents[3]
SECRET = "c2VjcmV0IG9mIGFub3RoZXIgdGVzdA=="
FIND, SEND = "Find out which records have to change", "Send each update"
# The documented interface of community.general.nsupdate, for where that collection is not installed: what a zone becomes is
# judged by asking the server, so this only has to send what it is given.
STAND_IN = """#!/usr/bin/python
import dns.query, dns.tsigkeyring, dns.update
from ansible.module_utils.basic import AnsibleModule

def main():
    texts = ("server", "key_name", "key_algorithm", "zone", "record", "type", "state")
    spec = {name: {"type": "str"} for name in texts}
    spec.update(key_secret={"type": "str", "no_log": True}, port={"type": "int"}, ttl={"type": "int"}, value={"type": "list", "elements": "str"})
    module = AnsibleModule(spec)
    given = module.params
    keys = dns.tsigkeyring.from_text({given["key_name"]: given["key_secret"]}) if given["key_name"] else None
    update = dns.update.Update(given["zone"] + ".", keyring=keys, keyalgorithm=given["key_algorithm"])
    update.delete(given["record"], given["type"])
    for value in given["value"] if given["state"] == "present" else []:
        update.add(given["record"], given["ttl"], given["type"], value)
    answer = dns.query.tcp(update, given["server"], 10, given["port"])
    if answer.rcode():
        module.fail_json(msg="update failed: %d" % answer.rcode())
    module.exit_json(changed=True)

main()
"""


def installed() -> list[Path]:
    """Where the package ansible, which brings community.general, is: the environment of ``make conformance-peer``."""
    python = os.environ.get("PEER_PYTHON") or str(ROOT / ".venv-peer" / "bin" / "python")
    return sorted(Path(python).parents[1].glob("lib/*/site-packages/ansible_collections/community/general"))


@pytest.fixture(params=["stand-in", "community.general"])
def collections(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A path of collections that has community.general.nsupdate, or one of the same interface."""
    if request.param == "stand-in":
        module = tmp_path / "collections/ansible_collections/community/general/plugins/modules/nsupdate.py"
        module.parent.mkdir(parents=True)
        module.write_text(STAND_IN)
        return f"{TREE}:{tmp_path / 'collections'}"
    found = installed()
    if not found:
        pytest.skip("community.general is not installed (make conformance-peer brings it)")
    return f"{TREE}:{found[0].parents[2]}"


@pytest.fixture
def primary(start: Start, azure_dns: Azure) -> Server:
    """A BIND server whose two zones take updates of one key."""
    server = start("bind", azure_dns.other)
    server.stop()
    zones = server.folder / "zones"
    zones.mkdir()
    text = f'key "ddns" {{ algorithm hmac-sha256; secret "{SECRET}"; }};\nkey "reader" {{ algorithm hmac-sha256; secret "{SECRET}"; }};\n'
    for zone in (VAULT_ZONE, BLOB_ZONE):
        (zones / zone).write_text(
            "$TTL 300\n@ SOA ns h (1 60 60 60 60)\n@ NS ns\nns A 10.9.9.53\nwww A 10.9.9.9\nftp CNAME www\n"
        )
        text += (
            f'zone "{zone}" {{ type primary; file "{zones / zone}"; allow-update {{ key "ddns"; }}; '
            'allow-query { any; }; allow-transfer { key "ddns"; }; };\n'
        )
    local = server.etc / "named.conf.local"
    local.write_text(local.read_text() + text)
    server.start()
    return server


def records(server: Server, zone: str = VAULT_ZONE) -> set[str]:
    """Every record of a zone but its serial number, from a transfer."""
    ring = dns.tsigkeyring.from_text({"ddns": SECRET})
    transfer = dns.query.xfr("127.0.0.1", zone, port=server.port, keyring=ring, keyalgorithm="hmac-sha256")
    lines = dns.zone.from_xfr(transfer).to_text().splitlines()
    return {line for line in lines if " SOA " not in line}


class Site:
    """The role on one server whose zones take updates."""

    def __init__(self, playbooks: Playbooks, server: Server, folder: Path, collections: str) -> None:
        self.playbooks, self.server, self.collections = playbooks, server, collections
        self.report = folder / "report.json"

    def play(self, entry_point: str, *arguments: str, names: dict[str, str], **variables: t.Any) -> Played:
        rows = [
            {"endpoint": "pe-app", "fqdn": fqdn, "zone": VAULT_ZONE, "ip_addresses": [address]}
            for fqdn, address in names.items()
        ]
        self.report.write_text(json.dumps({"scenario": "backup", "names": rows}))
        task = {"ansible.builtin.include_role": {"name": f"{PREFIX}dns_servers", "tasks_from": entry_point}}
        play = {
            "hosts": "site",
            "gather_facts": False,
            "vars": {
                "dns_servers_server": "nsupdate",
                "dns_servers_mode": "answer",
                "dns_servers_report": str(self.report),
                "dns_servers_port": self.server.port,
                "dns_servers_update_zones": [VAULT_ZONE, BLOB_ZONE],
                "dns_servers_update_key_name": "ddns",
                "dns_servers_update_key_secret": SECRET,
                **variables,
            },
            "tasks": [{"name": "Run", **task}],
        }
        inventory = "[site]\nns1 ansible_connection=local"
        played = self.playbooks.play(play, *arguments, inventory=inventory, ANSIBLE_COLLECTIONS_PATH=self.collections)
        assert SECRET not in played.output and SECRET not in json.dumps(played.results)
        return played


def test_records_are_written_by_signed_updates_and_taken_back(
    primary: Server, playbooks: Playbooks, tmp_path: Path, collections: str
) -> None:
    site = Site(playbooks, primary, tmp_path, collections)
    origin = records(primary)
    names = {FIRST: "10.1.1.4", SECOND: "10.1.1.5"}
    for arguments in (("preflight",), ("main", "--check", "--diff")):
        looked = site.play(*arguments, "-v", names=names)
        assert looked.code == 0 and records(primary) == origin, looked.output
        assert looked[FIND]["changed"], looked.output
    assert f"+{FIRST} 60 IN A 10.1.1.4" in looked.output.replace("\r", ""), looked.output
    done = site.play("main", "--diff", names=names)
    assert done.code == 0 and done[FIND]["diff"] == looked[FIND]["diff"], done.output
    assert (primary.ask(FIRST).addresses, primary.ask(FIRST).time_to_live) == (("10.1.1.4",), 60)
    assert primary.ask(SECOND).addresses == ("10.1.1.5",)
    again = site.play("main", names=names)
    assert again.code == 0 and not any(line["result"].get("changed") for line in again.results), again.output

    # The endpoint was made again: its old record goes whole, its new ones come. Somebody else's stay.
    later = {FIRST: "10.1.2.4", f"9999-new.{VAULT_ZONE}": "10.1.2.9"}
    assert site.play("drift", names=later).code == 0
    assert [primary.ask(name).addresses for name in (FIRST, SECOND, f"9999-new.{VAULT_ZONE}")] == [
        ("10.1.2.4",),
        (),
        ("10.1.2.9",),
    ]
    assert site.play("verify", names=later).code == 0
    wrong = site.play("verify", names=names, dns_servers_wait_timeout=0)
    assert wrong.code != 0 and "expected 10.1.1.4" in wrong.output
    predicted = site.play("teardown", "--check", names=later)
    assert predicted[FIND]["changed"] and records(primary) != origin, predicted.output
    gone = site.play("teardown", names=later)
    assert gone.code == 0 and records(primary) == origin, gone.output
    assert site.play("teardown", names=later)[FIND]["changed"] is False


def test_without_the_collection_nothing_is_read(
    primary: Server, playbooks: Playbooks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(playbooks, primary, tmp_path, str(TREE))
    origin = records(primary)
    for arguments in (("preflight",), ("main",), ("teardown",)):
        refused = site.play(*arguments, names={FIRST: "10.1.1.4"})
        assert refused.code != 0 and "ansible-galaxy collection install community.general" in refused.output
    assert records(primary) == origin


def test_forwarding_and_names_outside_of_the_zones_are_refused(
    primary: Server, playbooks: Playbooks, tmp_path: Path
) -> None:
    site = Site(playbooks, primary, tmp_path, str(TREE))
    forward = site.play(
        "main", names={FIRST: "10.1.1.4"}, dns_servers_mode="forward", dns_servers_targets=[{"address": "10.0.0.4"}]
    )
    assert forward.code != 0 and "in its configuration, which no update reaches" in forward.output
    outside = site.play("main", names={"a.corp.example": "10.1.1.4"})
    assert (
        outside.code != 0
        and "is in none of the zones" in outside.output
        and "dns_servers_update_zones" in outside.output
    )


def found(cloud: Cloud, server: Server, **more: t.Any) -> JSON:
    """What the module finds, signed with the right key."""
    options = {
        "address": "127.0.0.1",
        "port": server.port,
        "zones": [VAULT_ZONE],
        "key_name": "ddns",
        "key_secret": SECRET,
    }
    answers = [{"fqdn": FIRST, "ip_addresses": ["10.1.1.4"]}]
    return cloud.run(MODULE, **{"answers": answers, **options, **more})


REFUSED: list[tuple[JSON, str]] = [
    ({"key_secret": "d3Jvbmc="}, "does not take the key ddns"),
    ({"key_name": "nobody"}, "does not take the key nobody"),
    ({"key_name": "reader"}, f"takes no update of the zone {VAULT_ZONE} from here: it answers REFUSED"),
    ({"key_name": None, "key_secret": None}, "allow-update or update-policy of that zone) for no key"),
    ({"key_secret": "no base64"}, "is not base64"),
    ({"key_secret": None}, "belong together"),
    ({"zones": ["nobody.example"], "answers": []}, "does not answer for the zone nobody.example itself"),
    ({"zones": []}, "zones is empty"),
    ({"address": "ns1"}, "is not an IP address"),
    ({"port": 1}, "gave no usable answer"),
    ({"answers": [{"fqdn": "a.corp.example", "ip_addresses": ["10.1.1.4"]}]}, "is no name inside one of the zones"),
    (
        {"answers": [{"fqdn": f"www.{VAULT_ZONE}", "ip_addresses": ["10.1.1.4"]}]},
        "has the addresses 10.9.9.9 and was not written",
    ),
    ({"answers": [{"fqdn": f"ftp.{VAULT_ZONE}", "ip_addresses": ["10.1.1.4"]}]}, f"has an alias to www.{VAULT_ZONE}"),
]


def test_what_cannot_be_written_is_refused_before_a_write(primary: Server, cloud: Cloud) -> None:
    origin = records(primary)
    for change, words in REFUSED:
        refused = found(cloud, primary, **change)
        assert refused.get("failed") and words in refused["msg"], (change, refused)
        assert SECRET not in json.dumps(refused) and records(primary) == origin


def test_reading_writes_nothing(primary: Server, cloud: Cloud) -> None:
    origin = records(primary)
    read = found(cloud, primary)
    assert read["changed"] and [row["type"] for row in read["updates"]] == ["TXT", "A"], read
    assert records(primary) == origin
    assert found(cloud, primary, state="absent")["updates"] == []


def test_without_dnspython_the_command_that_installs_it_is_shown(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dns.query", None)
    refused = cloud.run(MODULE, address="127.0.0.1", zones=[VAULT_ZONE], answers=[])
    assert "pip install dnspython" in refused["msg"], refused
    monkeypatch.undo()
    dynamic_zone.require_dnspython()
