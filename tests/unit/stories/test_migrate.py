"""The role ``migrate`` in processes of its own, over TLS, with stand-ins for the Windows hosts."""

from __future__ import annotations

import hashlib
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.pipeline import is_write

from ..conftest import SIGN_IN
from ..playbooks_support import AzureProcess, Playbooks, Played, defaults
from ..worlds import migrate as worlds
from ..worlds.migrate import MAKE, entry, none_there, to_be_made, world_with

JSON = dict[str, t.Any]
STAND_IN = str(Path(__file__).parents[3] / "extensions" / "local_appliance" / "__main__.py")
pytestmark = pytest.mark.xdist_group("migrate")
ZIP = "AzureMigrateInstaller.ps1"
CHECKSUM = hashlib.sha256(ZIP.encode()).hexdigest()


class Story:
    """One Azure, one directory, and the role played in it again and again."""

    def __init__(self, azure: AzureProcess, playbooks: Playbooks, world: JSON, **hosts: JSON) -> None:
        self.azure, self.playbooks = azure, playbooks
        azure.start_over(**world)
        self.directory = playbooks.directory
        self.hosts = self.directory / "hosts.json"
        self.hosts.write_text(json.dumps({"hosts": hosts}))
        self._seen = 0

    def play(self, entry_point: str, *arguments: str, **variables: t.Any) -> Played:
        """Play an entry point; the writes since are those of this play."""
        self._seen = len(self.azure.ask("requests")["value"])
        given = {
            "migrate_project_name": "contoso",
            "migrate_resource_group": worlds.GROUP,
            "migrate_report_directory": str(self.directory / "report"),
            "migrate_stand_in": STAND_IN,
            **variables,
        }
        play = {
            "hosts": "localhost", "gather_facts": False, "module_defaults": defaults(self.azure.options()), "vars": given,
            "tasks": [{"name": "Run", "ansible.builtin.include_role": {"name": "privatelink.recovery.migrate", "tasks_from": entry_point}}],
        }  # fmt: skip
        return self.playbooks.play(play, *arguments, LOCAL_APPLIANCE=str(self.hosts))

    def writes(self) -> list[str]:
        """What the last play wrote."""
        rows = self.azure.ask("requests")["value"][self._seen :]
        return [
            f"{row['method']} {row['path']}"
            for row in rows
            if is_write(row["method"], row["path"]) and not SIGN_IN.search(row["path"])
        ]

    def resources(self) -> dict[str, JSON]:
        return {row["id"].lower(): row for row in self.azure.ask("state")["resources"]}

    def host(self, name: str = "appliance") -> JSON:
        found: JSON = json.loads(self.hosts.read_text())["hosts"][name]
        return found

    def report(self) -> JSON:
        found: JSON = json.loads((self.directory / "report" / "latest" / "report.json").read_text())
        return found


@pytest.fixture
def story(azure: AzureProcess, playbooks: Playbooks) -> t.Callable[..., Story]:
    return lambda world, **hosts: Story(azure, playbooks, world, **hosts)


def resolving(story: Story) -> JSON:
    """A host that resolves every name of the project rightly."""
    names: JSON = {}
    for resource in story.resources().values():
        for zone in worlds.ZONE_NAMES.values():
            if f"/privatednszones/{zone}/a/" in resource["id"].lower():
                suffix = {"privatelink.vaultcore.azure.net": "vault.azure.net"}.get(zone, zone)
                public = suffix.removeprefix("privatelink.") if "core" in suffix else suffix
                names[f"{resource['name']}.{public}"] = [
                    row["ipv4Address"] for row in resource["properties"]["aRecords"]
                ]
    return names


def test_a_project_is_made_once_predicted_and_taken_down(story: t.Callable[..., Story]) -> None:
    here = story(world_with(to_be_made))
    checked = here.play("project", "--check", "--diff", **MAKE)
    assert checked.code == 0, checked.output
    assert here.writes() == []
    made = here.play("project", **MAKE)
    assert made.code == 0, made.output
    found = here.resources()
    project = found[worlds.PROJECT.lower()]
    assert project["tags"]["managed-by"] == "privatelink.recovery"
    for name, zone in (("contoso-pe", "migration"), ("contoso1234kv-pe", "key_vault"), ("lsa1234usa-pe", "blob")):
        endpoint = found[worlds.endpoint_id(name).lower()]
        (connection,) = endpoint["properties"]["privateLinkServiceConnections"]
        assert connection["properties"]["privateLinkServiceConnectionState"]["status"] == "Approved"
        assert any(key.startswith(f"{worlds.ZONES[zone]}/a/".lower()) for key in found), zone
    assert here.report()["result"] == "waiting", "a person generates the key"
    assert [row["id"] for row in here.report()["manual_steps"]] == ["generate-key"]
    again = here.play("project", **MAKE)
    assert again.code == 0, again.output
    assert here.writes() == []
    unconfirmed = here.play("teardown", **MAKE)
    assert unconfirmed.code == 2 and "Nothing was written" in unconfirmed.output and here.writes() == []
    names = {"migrate_teardown_key_vault": "contoso1234kv", "migrate_teardown_storage_account": "lsa1234usa"}
    gone = here.play("teardown", migrate_teardown_confirm="contoso", migrate_teardown_project=True, **names, **MAKE)
    assert gone.code == 0, gone.output
    assert "was not made by this and is left" in gone.output
    left = here.resources()
    assert worlds.PROJECT.lower() not in left
    assert not [key for key in left if "/privateendpoints/" in key or "/privatednszones/" in key]
    assert worlds.KEY_VAULT.lower() in left and worlds.STORAGE.lower() in left


def test_key_vault_and_account_are_made_and_deleted_only_by_their_names(story: t.Callable[..., Story]) -> None:
    here = story(world_with(to_be_made, none_there))
    made = here.play("project", **MAKE)
    assert made.code == 0, made.output
    found = here.resources()
    vault, account = found[worlds.KEY_VAULT.lower()], found[worlds.STORAGE.lower()]
    for one in (vault, account):
        assert one["tags"]["managed-by"] == "privatelink.recovery"
        assert one["properties"]["networkAcls"]["defaultAction"] == "Deny"
        assert one["properties"]["networkAcls"]["bypass"] == "AzureServices"
    assert account["kind"] == "StorageV2" and account["properties"]["minimumTlsVersion"] == "TLS1_2"
    assert vault["properties"]["enableRbacAuthorization"] is True
    identity = found[worlds.PROJECT.lower()]["identity"]["principalId"]
    given = [
        row["properties"]["scope"].lower()
        for row in found.values()
        if row["type"].lower() == "microsoft.authorization/roleassignments"
        and row["properties"]["principalId"] == identity
    ]
    assert sorted(given) == sorted([worlds.STORAGE.lower(), *[worlds.KEY_VAULT.lower()] * 3])
    wrong = {
        "migrate_teardown_confirm": "contoso",
        "migrate_teardown_key_vault": "other",
        "migrate_teardown_project": True,
    }
    refused = here.play("teardown", **{**MAKE, **wrong})
    assert refused.code == 2 and "not deleted without confirmation" in refused.output
    names = {"migrate_teardown_key_vault": "contoso1234kv", "migrate_teardown_storage_account": "lsa1234usa"}
    gone = here.play("teardown", migrate_teardown_confirm="contoso", **names, **MAKE)
    assert gone.code == 0, gone.output
    left = here.resources()
    assert worlds.KEY_VAULT.lower() not in left and worlds.STORAGE.lower() not in left
    assert any("/deletedvaults/contoso1234kv" in key for key in left), "it is never purged"
    once_more = here.play("project", **MAKE)
    assert once_more.code == 2 and "az keyvault recover --name contoso1234kv" in once_more.output
    assert here.writes() == []


def test_a_closed_gate_writes_nothing(story: t.Callable[..., Story]) -> None:
    here = story(world_with(to_be_made))
    refused = here.play("project", **{**MAKE, "migrate_source": "VMware"})
    assert refused.code == 2 and "public control-plane names" in refused.output
    assert here.writes() == []
    assert here.report()["result"] == "refused"


def test_verify_of_a_healthy_project_is_all_green_and_of_a_broken_one_names_the_cause(
    story: t.Callable[..., Story],
) -> None:
    here = story(worlds.healthy(), appliance={})
    names = resolving(here)
    here.hosts.write_text(json.dumps({"hosts": {"appliance": {"names": names}}}))
    green = here.play("verify", migrate_appliance_host="appliance")
    assert green.code == 0, green.output
    assert here.writes() == []
    assert here.report()["subject"]["verdict"] == "ok" and here.report()["entry_point"] == "verify"
    name = sorted(names)[0]
    here.hosts.write_text(json.dumps({"hosts": {"appliance": {"names": names, "unreachable": [name]}}}))
    broken = here.play("verify", migrate_appliance_host="appliance")
    assert broken.code == 2 and "no connection to port 443" in broken.output and name in broken.output
    assert here.writes() == []
    alone = here.play("verify")
    assert alone.code == 0 and here.report()["subject"]["verdict"] == "unknown"


def test_drift_replaces_a_wrong_record_flushes_and_verifies(story: t.Callable[..., Story]) -> None:
    wrong = {
        "name": "contoso1234kv",
        "ip_addresses": ["10.9.9.9"],
        "time_to_live": 3600,
        "metadata": {"creator": "somebody"},
    }

    def change(world: JSON) -> None:
        entry(world, "private_dns_zones", worlds.ZONE_NAMES["key_vault"])["records"] = [wrong]
        del entry(world, "private_endpoints", "contoso1234kvpe")["zone_group"]

    here = story(world_with(change), appliance={})
    names = {**resolving(here), "contoso1234kv.vault.azure.net": ["10.2.1.7"]}
    endpoint = here.resources()[worlds.endpoint_id("contoso1234kvpe").lower()]
    (right,) = endpoint["properties"]["customDnsConfigs"]
    names["contoso1234kv.vault.azure.net"] = right["ipAddresses"]
    here.hosts.write_text(json.dumps({"hosts": {"appliance": {"names": names}}}))
    repaired = here.play("drift", migrate_appliance_host="appliance")
    assert repaired.code == 0, repaired.output
    record = here.resources()[f"{worlds.ZONES['key_vault']}/A/contoso1234kv".lower()]
    assert [row["ipv4Address"] for row in record["properties"]["aRecords"]] == right["ipAddresses"]
    assert "creator" not in record["properties"]["metadata"], "nothing of the old record is left"
    assert here.host()["flushed"] == 1
    assert here.report()["subject"]["verdict"] == "ok" and here.report()["entry_point"] == "drift"
    again = here.play("drift", migrate_appliance_host="appliance")
    assert again.code == 0 and here.writes() == [] and here.host()["flushed"] == 1


INSTALL: JSON = {
    "migrate_appliance_host": "appliance",
    "migrate_installer_checksum": CHECKSUM.upper(),
    "migrate_source": "VMware",
}


def test_the_appliance_is_installed_once_and_a_person_is_told_the_rest(story: t.Callable[..., Story]) -> None:
    zip_path = "C:\\Install\\AzureMigrateInstaller.zip"
    here = story(worlds.healthy(), appliance={"files": {zip_path: ZIP}})
    given = {**INSTALL, "migrate_auto_update": False, "migrate_proxy": "proxy.corp.example:8080"}
    done = here.play("appliance", **given)
    assert done.code == 0, done.output
    assert here.host()["proxy"]["server"] == "proxy.corp.example:8080"
    assert set(here.host()["proxy"]["bypass"]) == set(resolving(here)), "every private name, and nothing else"
    assert len(here.host()["ran"]) == 1 and here.host()["auto_update"] == "0"
    rows = {row["id"]: row["what"] for row in here.report()["manual_steps"]}
    assert list(rows) == ["licence", "prerequisites", "vddk", "register", "discover"]
    assert "44368" in rows["licence"] and "devicelogin" in rows["register"]
    again = here.play("appliance", **given)
    assert again.code == 0 and len(here.host()["ran"]) == 1
    assert here.writes() == []


def test_a_wrong_hash_stops_the_role(story: t.Callable[..., Story]) -> None:
    here = story(worlds.healthy(), appliance={"files": {"C:\\Install\\AzureMigrateInstaller.zip": "other"}})
    refused = here.play("appliance", **INSTALL)
    assert refused.code == 2 and CHECKSUM.upper() in refused.output
    assert hashlib.sha256(b"other").hexdigest().upper() in refused.output
    assert here.host()["files"] == {} and here.host()["ran"] == []


def replicating(world: JSON) -> None:
    """An account nobody gave an endpoint or a role."""
    world["storage_accounts"].append(
        {"name": "cache", **worlds.PLACE, "network_acls": {"defaultAction": "Deny", "bypass": "None"}}
    )


CACHE = worlds.STORAGE.replace("lsa1234usa", "cache")
REPLICATE: JSON = {
    "migrate_source": "Physical",
    "migrate_subnet": worlds.SUBNET,
    "migrate_replication_accounts": [{"id": CACHE}],
    "migrate_replication_host": "replication",
    "migrate_replication_installer_checksum": hashlib.sha256(b"DRInstaller.ps1").hexdigest(),
    "migrate_role_settle_seconds": 0,
}


def test_replication_is_prepared_and_its_names_are_reached_before_the_appliance(story: t.Callable[..., Story]) -> None:
    package = {"files": {"C:\\Install\\DRAppliance.zip": "DRInstaller.ps1"}}
    here = story(world_with(replicating), replication=package)
    unreached = here.play("replication", **REPLICATE)
    assert unreached.code == 2 and "gets no address" in unreached.output
    assert here.host("replication")["ran"] == [], "nothing is installed where the names are not reached"
    names = resolving(here)
    here.hosts.write_text(json.dumps({"hosts": {"replication": {**package, "names": names}}}))
    done = here.play("replication", **REPLICATE)
    assert done.code == 0, done.output
    assert here.host("replication")["ran"] == [["DRInstaller.ps1"]]
    found = here.resources()
    account = found[CACHE.lower()]["properties"]["networkAcls"]
    assert "AzureServices" in account["bypass"]
    roles = [
        row
        for row in found.values()
        if row["type"].lower() == "microsoft.authorization/roleassignments"
        and row["properties"]["scope"].lower() == CACHE.lower()
    ]
    assert len(roles) == 2
    assert [row["id"] for row in here.report()["manual_steps"]] == [
        "start-execution",
        "register-replication",
        "replicate",
        "finish",
    ]
    again = here.play("replication", **REPLICATE)
    assert again.code == 0 and here.writes() == []


def test_a_classic_start_is_refused_with_its_date_and_runs_when_accepted_by_name(story: t.Callable[..., Story]) -> None:
    here = story(world_with(replicating), replication={})
    refused = here.play("replication", **REPLICATE, migrate_experience="classic")
    assert refused.code == 2 and "31 March 2026" in refused.output
    assert here.writes() == []
    here.hosts.write_text(json.dumps({"hosts": {"replication": {"names": resolving(here)}}}))
    here.play("replication", **REPLICATE, migrate_experience="classic", migrate_accept_retired="classic")
    here.hosts.write_text(json.dumps({"hosts": {"replication": {"names": resolving(here)}}}))
    accepted = here.play("replication", **REPLICATE, migrate_experience="classic", migrate_accept_retired="classic")
    assert accepted.code == 0, accepted.output
    assert here.report()["manual_steps"][0]["id"] == "create-resources"
    assert here.host("replication")["ran"] == [], "the classic appliance has a setup of its own"
