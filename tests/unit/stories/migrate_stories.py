"""Short stories of the role migrate, each with what must hold: of a role that lacks a step, the story that misses it fails."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import typing as t
from pathlib import Path

from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.management_locks import (
    ManagementLocks,
)
from ansible_collections.privatelink.recovery.extensions.local_appliance.host import LocalHost

from ..conftest import Cloud
from ..worlds import migrate as worlds
from ..worlds.migrate import MAKE, entry, none_there, set_endpoint, to_be_made, world_with
from .sequence import Played, Sequence
from .support import LOST, fault

JSON = dict[str, t.Any]
#: Makes an Azure with Windows hosts and the role for it: the world's changes, then variables.
Make = t.Callable[..., "tuple[Site, Sequence]"]
CACHE = worlds.STORAGE.replace("lsa1234usa", "cache")
SPOKE = worlds.NETWORK.replace("vnet-hub", "vnet-spoke")
PACKAGES = {
    "appliance": ("C:\\Install\\AzureMigrateInstaller.zip", "AzureMigrateInstaller.ps1"),
    "replication": ("C:\\Install\\DRAppliance.zip", "DRInstaller.ps1"),
}
CHECKSUMS = {name: hashlib.sha256(script.encode()).hexdigest() for name, (_path, script) in PACKAGES.items()}
INSTALL: JSON = {"migrate_appliance_host": "appliance", "migrate_installer_checksum": CHECKSUMS["appliance"]}
REPLICATE: JSON = {
    "migrate_subnet": worlds.SUBNET,
    "migrate_replication_accounts": [{"id": CACHE, "purpose": "replication", "endpoint": True, "subnet": ""}],
    "migrate_replication_host": "replication",
    "migrate_replication_installer_checksum": CHECKSUMS["replication"],
    "migrate_role_settle_seconds": 0,
}
CONFIRMED: JSON = {"migrate_teardown_confirm": "contoso"}
PROXY: JSON = {"migrate_proxy": "proxy.corp.example:8080"}


class Site:
    """An Azure and the Windows hosts beside it. A host gets the addresses that the network's DNS has, while ``resolving``."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.resolving = cloud, True
        self.hosts: dict[str, JSON] = {name: {"files": {path: script}} for name, (path, script) in PACKAGES.items()}
        #: What was asked of the hosts: host and job.
        self.jobs: list[tuple[str, str]] = []

    def ask(self, request: t.Any) -> str:
        """What a host answers to a job."""
        self.jobs.append((request.server, request.job))
        state = self.hosts.setdefault(request.server, {})
        if request.job == "connectivity":
            rows = [{"fqdn": name, "ip_addresses": ["192.0.2.1"]} for name in request.parameters["names"]]
            found = worlds.ask_host(self.cloud, rows) if self.resolving else []
            state["names"] = {row["fqdn"]: row["answers"] for row in found}
        host = LocalHost(request.server, state, lambda: dt.datetime.now(dt.timezone.utc))
        return json.dumps(host.answer(request.job, request.parameters))

    def resources(self) -> dict[str, JSON]:
        """Every resource, by its id in lower case."""
        self.cloud.arm.scheduler.settle()
        return {one.id.lower(): copy.deepcopy(one.document) for one in self.cloud.arm.store.all()}

    def named(self, kind: str) -> list[str]:
        """The names of the resources of a kind."""
        return sorted(key.rsplit("/", 1)[1] for key in self.resources() if key.split("/")[-2] == kind)

    def roles(self, scope: str) -> list[str]:
        """The role definitions that were assigned on a resource."""
        return sorted(
            one["properties"]["roleDefinitionId"].rsplit("/", 1)[1]
            for key, one in self.resources().items()
            if "/roleassignments/" in key and one["properties"]["scope"].lower() == scope.lower()
        )


def maker(patch: t.Callable[[Site], None], directory: Path, left_out: tuple[str, str] | None = None) -> Make:
    """A role against an Azure with two Windows hosts; it lacks a step, if one is named. ``patch`` leads the modules to the hosts."""
    made: list[Site] = []

    def make(*changes: t.Callable[[JSON], None], latency: str = "instant", **variables: t.Any) -> tuple[Site, Sequence]:
        site = Site(Cloud(world_with(*changes), latency))
        patch(site)
        made.append(site)
        given = {
            "migrate_project_name": "contoso", "migrate_resource_group": worlds.GROUP, "migrate_stand_in": "hosts", **variables,
        }  # fmt: skip
        role = Sequence(site.cloud, directory / str(len(made)), "migrate", **given)
        role.left_out = left_out
        return site, role

    return make


def good(played: Played) -> Played:
    """A run that ended well, and said where its report is."""
    assert not played.failure, played.failure
    assert any(text.count("report.md") for text in played.said), played.said
    return played


def noted(played: Played) -> set[str]:
    """What a report says was done."""
    return {str(row["task"]) for row in played.report["changes"]}


def gates(played: Played) -> set[tuple[str, str]]:
    """The gates of a report and what they said."""
    return {(gate["name"], gate["verdict"]) for gate in played.report["gates"]}


def connection(site: Site, target: str, name: str) -> str:
    """The state of an endpoint's connection to a target."""
    rows = site.cloud.document(target)["properties"]["privateEndpointConnections"]
    (found,) = [row["properties"] for row in rows if row["properties"]["privateEndpoint"]["id"].endswith(f"/{name}")]
    return str(found["privateLinkServiceConnectionState"]["status"])


def made(make: Make) -> None:
    """A project is made with all that belongs to it and looked at afterwards; the report says what was done."""
    site, role = make(to_be_made, none_there, **MAKE)
    done = good(role.play("project"))
    found = site.resources()
    for one in (worlds.KEY_VAULT, worlds.STORAGE):
        assert found[one.lower()]["properties"]["networkAcls"]["defaultAction"] == "Deny"
    assert found[worlds.PROJECT.lower()]["tags"]["managed-by"] == "privatelink.recovery"
    assert site.named("privateendpoints") == ["contoso-pe", "contoso1234kv-pe", "lsa1234usa-pe"]
    assert (len(site.roles(worlds.STORAGE)), len(site.roles(worlds.KEY_VAULT))) == (1, 3)
    said = {"Resource providers", "Key vault", "Storage account", "Project", "Storage role", "Key vault roles"}
    assert noted(done) >= said
    assert (done.report["result"], done.report["subject"]["verdict"]) == ("waiting", "unknown")
    assert done.report["names"] and ("not_looked_at", "warning") in gates(done)


def let_in(make: Make) -> None:
    """A key vault that counts access policies gets one for the project's identity."""
    site, role = make(to_be_made, none_there, **MAKE, migrate_key_vault_uses_roles=False)
    good(role.play())
    identity = site.cloud.document(worlds.PROJECT)["identity"]["principalId"]
    policies = site.cloud.document(worlds.KEY_VAULT)["properties"]["accessPolicies"]
    assert [row["objectId"] for row in policies] == [identity]


def subnetless(make: Make) -> None:
    """Without a subnet nothing is made."""
    site, role = make(to_be_made, none_there, **{**MAKE, "migrate_subnet": ""})
    assert "needs migrate_subnet" in role.play().failure and site.cloud.writes() == []


def refused(make: Make) -> None:
    """A closed gate ends a run, and an entry point that only asks, before anything is written; the report says so."""
    site, role = make(to_be_made, **{**MAKE, "migrate_source": "VMware"})
    for entry_point in ("main", "preflight"):
        run = role.play(entry_point)
        assert "public control-plane names" in run.failure and site.cloud.writes() == []
        assert (run.report["result"], run.report["entry_point"]) == ("refused", entry_point)
    assert not make(to_be_made, **MAKE)[1].play("preflight").failure


def portals(make: Make) -> None:
    """The portal's project is looked at from the host, and what is wrong there ends the run."""
    site, role = make(migrate_appliance_host="appliance")
    assert good(role.play()).report["subject"]["verdict"] == "ok"
    site.resolving = False
    run = role.play()
    assert "gets no address" in run.failure
    assert (run.report["result"], run.report["subject"]["verdict"]) == ("failed", "blocked")
    assert site.cloud.writes() == []


def verified(make: Make) -> None:
    """Names are asked from the host, and from one with Python; what is wrong fails the run, whose report says so."""
    site, role = make(migrate_appliance_host="appliance")
    seen = good(role.play("verify"))
    assert (seen.report["result"], seen.report["subject"]["verdict"]) == ("checked", "ok")
    assert any("contoso1234kv.vault.azure.net" in text for text in seen.said), "lines for the hosts file"
    asked = len(site.jobs)
    other = good(role.play("verify", migrate_appliance_host="", migrate_resolver_host="localhost"))
    assert other.report["subject"]["verdict"] == "ok" and len(site.jobs) == asked
    site.resolving = False
    run = role.play("verify")
    assert "gets no address" in run.failure
    assert (run.report["result"], run.report["subject"]["verdict"]) == ("failed", "blocked")
    assert "gets no address" in run.report["failure"]
    assert site.cloud.writes() == []


def wrong_record(world: JSON) -> None:
    """The key vault's record has somebody's address, and no zone group puts it right."""
    wrong = {"name": "contoso1234kv", "ip_addresses": ["10.9.9.9"], "time_to_live": 3600, "metadata": {"creator": "me"}}
    entry(world, "private_dns_zones", worlds.ZONE_NAMES["key_vault"])["records"] = [wrong]
    set_endpoint("contoso1234kvpe", zone_group=None)(world)


def repaired(make: Make) -> None:
    """A wrong record is replaced, the host forgets what it has seen, and the whole is verified; else the run fails."""
    site, role = make(wrong_record, migrate_appliance_host="appliance")
    done = good(role.play("drift"))
    record = worlds.zone_records(site.cloud, "key_vault")["contoso1234kv"]
    assert record["properties"]["aRecords"] != [{"ipv4Address": "10.9.9.9"}]
    assert site.hosts["appliance"]["flushed"] == 1
    assert noted(done) == {"Records"} and done.report["subject"]["verdict"] == "ok"
    site.resolving = False
    run = role.play("drift")
    assert "gets no address" in run.failure and run.report["result"] == "failed"


def installed(make: Make) -> None:
    """The appliance is installed once, follows a change of its own updates, and says what a person does."""
    site, role = make(**INSTALL)
    done = good(role.play("appliance", **PROXY))
    host = site.hosts["appliance"]
    assert [row[0] for row in host["ran"]] == ["AzureMigrateInstaller.ps1"]
    assert noted(done) == {"Installer package", "Installer", "Proxy"}
    assert host["proxy"]["server"] == PROXY["migrate_proxy"]
    assert "contoso1234kv.vault.azure.net" in host["proxy"]["bypass"]
    assert done.report["result"] == "waiting"
    assert [row["id"] for row in done.report["manual_steps"]] == ["licence", "prerequisites", "register", "discover"]
    again = good(role.play("appliance", migrate_auto_update=False))
    assert host["auto_update"] == "0" and len(host["ran"]) == 1
    assert noted(again) == {"Updates"}


def unnamed(make: Make) -> None:
    """Without the hash of the installer nothing is asked of the host."""
    site, role = make(**{**INSTALL, "migrate_installer_checksum": ""})
    run = role.play("appliance")
    assert "The appliance needs migrate_appliance_host" in run.failure and site.jobs == []
    assert run.report["result"] == "failed"


def chosen(world: JSON) -> None:
    """An account with a closed firewall, to which nothing leads yet."""
    closed = {"network_acls": {"defaultAction": "Deny", "bypass": "None"}}
    world["storage_accounts"].append({"name": "cache", **worlds.PLACE, **closed})


def endpoint_there(**values: str) -> t.Callable[[JSON], None]:
    """After :func:`chosen`: the account has its endpoint already."""
    place = {**worlds.PLACE, "virtual_network": "vnet-hub", "subnet": "endpoints"}
    row = {"name": "cache-pe", **place, "target": CACHE, "group_id": "blob", **values}
    return lambda world: world.update(private_endpoints=[*world["private_endpoints"], row])


def replicated(make: Make) -> None:
    """An account is made ready for a replication, then the appliance is installed; the report says what was done."""
    site, role = make(chosen, **REPLICATE, migrate_dns_virtual_networks=[SPOKE])
    done = good(role.play("replication", **PROXY))
    assert site.cloud.document(CACHE)["properties"]["networkAcls"]["bypass"] == "AzureServices"
    assert len(site.roles(CACHE)) == 2
    assert site.cloud.exists(f"{worlds.endpoint_id('cache-pe')}/privateDnsZoneGroups/default")
    host = site.hosts["replication"]
    assert host["ran"] == [["DRInstaller.ps1"]]
    assert "cache.blob.core.windows.net" in host["proxy"]["bypass"]
    steps = {"Storage roles", "Storage access", "Private endpoints", "Zones and links", "Zone groups"}
    assert noted(done) == {*steps, "Proxy", "Installer package", "Installer"}
    assert "start-execution" in [row["id"] for row in done.report["manual_steps"]]
    assert (done.report["result"], done.report["subject"]["verdict"]) == ("waiting", "ok")


def unreached(make: Make) -> None:
    """Where the names are not reached nothing is installed; what Azure has to have is there, with records of the role's own."""
    site, role = make(chosen, **REPLICATE, migrate_dns_mode="records")
    site.resolving = False
    run = role.play("replication")
    assert "gets no address" in run.failure and site.hosts["replication"]["ran"] == []
    assert "cache" in worlds.zone_records(site.cloud, "blob")
    assert run.report["result"] == "failed"


def closed(make: Make) -> None:
    """A replication whose gates are closed writes nothing."""
    site, role = make(chosen, **REPLICATE)
    run = role.play("replication", migrate_vault=worlds.VAULT + "x")
    assert "Nothing was written. 1 gate is closed" in run.failure, run.failure
    assert site.cloud.writes() == []
    assert run.report["result"] == "refused"


def pending(make: Make) -> None:
    """An endpoint that is there and waits for its approval is approved."""
    site, role = make(chosen, endpoint_there(status="Pending"), **REPLICATE)
    assert connection(site, CACHE, "cache-pe") == "Pending"
    good(role.play("replication"))
    assert connection(site, CACHE, "cache-pe") == "Approved"


def torn(make: Make) -> None:
    """An endpoint that Azure takes on and cannot make is named, with what Azure said of it."""
    site, role = make(chosen, latency="realistic", **REPLICATE)
    fault(site.cloud, LOST, times=0, method="PUT", path="/privateEndpoints/cache-pe$")
    assert "The fabric is torn" in role.play("replication").failure


def removed(make: Make) -> None:
    """What was made is removed after its name was given again; project, key vault and account each by a decision of its own."""
    site, role = make(to_be_made, none_there, **MAKE)
    good(role.play())
    site.cloud.mark()
    assert "Set migrate_teardown_confirm" in role.play("teardown").failure and site.cloud.requests() == []
    names: JSON = {"migrate_teardown_key_vault": "contoso1234kv", "migrate_teardown_storage_account": "lsa1234usa"}
    gone = good(role.play("teardown", migrate_teardown_project=True, **names, **CONFIRMED))
    assert site.named("privateendpoints") == site.named("privatednszones") == []
    assert not any(map(site.cloud.exists, (worlds.PROJECT, worlds.KEY_VAULT, worlds.STORAGE)))
    assert noted(gone) >= {"Project", "Key vault", "Storage account", "Private endpoints"}
    assert (gone.report["result"], gone.report["entry_point"]) == ("converged", "teardown")


def kept(make: Make) -> None:
    """Of the portal's project only the endpoint goes that was made here, in whatever subnet it is; a lock refuses all of it."""
    site, role = make(chosen, endpoint_there(), migrate_replication_accounts=[{"id": CACHE}])
    site.cloud.arm.store.get(worlds.endpoint_id("cache-pe")).document["tags"] = {"managed-by": "privatelink.recovery"}
    before = site.named("privateendpoints")
    lock = {"scope": worlds.endpoint_id("cache-pe"), "level": "CanNotDelete", "name": "keep"}
    site.cloud.arm.service(ManagementLocks).load({"locks": [lock]})
    run = role.play("teardown", **CONFIRMED)
    assert "has the lock keep" in run.failure and site.cloud.writes() == []
    assert run.report["result"] == "refused"
    site.cloud.arm.store.remove(f"{lock['scope']}/providers/Microsoft.Authorization/locks/keep")
    good(role.play("teardown", **CONFIRMED))
    assert [name for name in before if name not in site.named("privateendpoints")] == ["cache-pe"]


STORIES: dict[str, t.Callable[[Make], None]] = {
    story.__name__: story
    for story in (
        *(made, let_in, subnetless, refused, portals, verified, repaired, installed, unnamed),
        *(replicated, unreached, closed, pending, torn, removed, kept),
    )
}
