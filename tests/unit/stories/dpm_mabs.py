"""Short stories of the role dpm_mabs, each with what must hold: of a role that lacks a step, the story that misses it fails."""

from __future__ import annotations

import copy
import json
import typing as t
from pathlib import Path

from ..conftest import Cloud
from ..worlds import dpm_mabs as world
from .sequence import Played, Sequence
from .support import UNREGISTERED

JSON = dict[str, t.Any]
#: Makes servers and a role: the world of Azure, then variables.
Make = t.Callable[..., tuple[world.Site, Sequence]]
FIRST, SECOND = world.SERVERS
TEARDOWN: dict[str, t.Any] = {
    "dpm_mabs_teardown_confirm": "vault-dpm",
    "dpm_mabs_teardown_public_network_access": "Enabled",
}
INSTALLER = "C:\\Install\\MARSAgentInstaller.exe"
ANSWERS = (
    f"[OPTIONS]\nSQLMachineName=mabs01\nSqlAccountPassword=sql-secret-4711\nSecurityPassphrase={world.PASSPHRASE}\n"
)


def maker(patch: t.Callable[[world.Site], None], directory: Path, left_out: tuple[str, str] | None = None) -> Make:
    """A role against an Azure with two networks and two servers that know nothing of it yet; it lacks a step, if one is named.

    ``patch`` leads the modules to the servers.
    """
    made: list[world.Site] = []

    def make(azure: JSON | None = None, **variables: t.Any) -> tuple[world.Site, Sequence]:
        site = world.Site(Cloud(copy.deepcopy(azure or world.WORLD)))
        patch(site)
        made.append(site)
        role = Sequence(site.cloud, directory / str(len(made)), "dpm_mabs", **{**world.DESIRED, **variables})
        role.left_out = left_out
        return site, role

    return make


def good(played: Played) -> Played:
    """A run that ended well."""
    assert not played.failure, played.failure
    return played


def left(directory: Path) -> list[str]:
    """Credential files that are still there, finished or not."""
    return [str(path) for path in directory.rglob("*.VaultCredentials*")]


def nothing(site: world.Site, role: Sequence, entry: str) -> None:
    """A run that finds everything as it is wanted."""
    site.jobs.clear()
    site.cloud.mark()
    assert (good(role.play(entry)).changes, site.changed(), site.cloud.writes()) == ({}, [], [])


def verdicts(played: Played) -> set[tuple[str, str]]:
    """The gates of a report and what they said."""
    return {(gate["name"], gate["verdict"]) for gate in played.report["gates"]}


def private(make: Make) -> None:
    """The vault comes first and is closed first; a report says that it may be used."""
    site, role = make(
        {**world.WORLD, "subscriptions": [UNREGISTERED]}, dpm_mabs_provider_registration="register", dpm_mabs_servers=[]
    )
    made = good(role.play())
    assert made.report["ready_to_protect"] is True and ("private_route", "ok") in verdicts(made)
    assert made.report["result"] == "converged"
    tags = site.cloud.document(world.VAULT)["tags"]
    assert site.cloud.document(world.VAULT)["properties"]["publicNetworkAccess"] == "Disabled"
    assert tags["privatelink-born-azurebackup"] == "true"
    nothing(site, role, "main")


def refused(make: Make) -> None:
    """A closed gate ends the run before anything is made, and the report says so."""
    site, role = make(dpm_mabs_data_sources=81)
    run = role.play()
    assert "takes 80" in run.failure and site.cloud.writes() == []
    assert run.report["result"] == "refused"


def failed(make: Make) -> None:
    """A run that ends in the middle says so in its report."""
    _site, role = make()
    good(role.play())
    fails = role.play("register", dpm_mabs_servers=[FIRST], dpm_mabs_staging_folder="X:\\none")
    assert "X:\\none does not exist" in fails.failure
    assert fails.report["result"] == "failed"
    assert {("server_clock", "ok"), ("server_registration", "ok")} <= verdicts(fails)


def read_only(make: Make) -> None:
    """preflight, verify and check_variables say what they found."""
    site, role = make()
    assert ("data_sources", "ok") in verdicts(good(role.play("preflight")))
    assert site.cloud.writes() == []
    assert "dpm_mabs_data_source" in role.play("check_variables", dpm_mabs_data_source=1).failure
    good(role.play())
    site.cloud.mark()
    verified = good(role.play("verify"))
    assert (verified.report["result"], site.cloud.writes()) == ("unchanged", [])


def drifted(make: Make) -> None:
    """Names that came later are completed."""
    site, role = make(dpm_mabs_dns_mode="records", dpm_mabs_protection="none")
    good(role.play())
    good(role.play("register"))
    assert site.cloud.event("data_source_added", vault="vault-dpm", machine=FIRST, item="sql/late")["succeeded"]
    assert good(role.play("drift")).changes


def removed(make: Make) -> None:
    """What was made is removed."""
    site, role = make()
    good(role.play())
    assert good(role.play("teardown", **TEARDOWN)).report["result"] == "converged"
    assert not site.cloud.exists(world.ENDPOINT)


def registered(make: Make) -> None:
    """Servers are registered and see their first online backups; of the names that came with them nothing is missing."""
    site, role = make(dpm_mabs_dns_mode="records", dpm_mabs_work_hours={"days": ["Monday"], "start": "09:00:00"})
    good(role.play())
    done = good(role.play("register"))
    assert [job for _server, job in site.changed()] == ["register"] * 2 + ["settings"] * 2 + ["backup"] * 2
    expected = ("server_names", "server_registration", "server_recovery_points", "data_sources")
    assert {(name, "ok") for name in expected} <= verdicts(done)
    assert len([row for row in done.report["names"] if ".blob." in row["fqdn"]]) == 4
    assert (done.report["result"], done.report["entry_point"]) == ("converged", "register")
    assert all(server["leftovers"] == 0 for server in site.servers.values())
    assert left(role.directory.parent) == []
    nothing(site, role, "register")


def unregistered(make: Make) -> None:
    """What is not right is found out before anything on a server changes."""
    refusals: tuple[tuple[JSON, JSON, str], ...] = (
        ({"vault_number": "17"}, {}, "registered to the vault with number 17"),
        ({"unreachable": [world.ENTRA[0]]}, {}, "does not reach Microsoft Entra"),
        ({}, {"dpm_mabs_servers": []}, "names no server"),
    )
    site, role = make()
    good(role.play())
    before = copy.deepcopy(site.servers)
    for harm, variables, says in refusals:
        site.servers[FIRST].update(harm)
        site.cloud.mark()
        run = role.play("register", **variables)
        assert says in run.failure and (site.cloud.writes(), site.changed()) == ([], [])
        if not variables:
            assert run.report["result"] == "refused" and ("server_clock", "ok") in verdicts(run)
        site.servers[FIRST].update({key: before[FIRST].get(key, []) for key in ("unreachable", "data_sources")})
        site.servers[FIRST]["vault_number"] = ""


def unproved(make: Make) -> None:
    """Without a link no server is asked anything."""
    site, role = make()
    good(role.play())
    links = [each for each in site.cloud.arm.store.all() if each.id.lower().split("/")[-2] == "virtualnetworklinks"]
    site.cloud.arm.store.remove(links[0].id)
    assert "link" in role.play("register").failure.lower() and site.jobs == []


def unconfirmed(make: Make) -> None:
    """What a server says of its registration is read back, not believed."""
    site, role = make()
    good(role.play())
    answers = site.ask

    def forgets(program: str, request: t.Any, *, check_mode: bool) -> str:
        answer = answers(program, request, check_mode=check_mode)
        if request.job == "settings":
            site.servers[request.server]["vault_number"] = ""
        return answer

    site.ask = forgets  # type: ignore[method-assign]
    assert "is not registered" in role.play("register").failure
    assert "backup" not in [job for _server, job in site.changed()]


def interrupted(make: Make) -> None:
    """Names that came with a registration that was interrupted are completed by the next run, whose report says so."""
    site, role = make(dpm_mabs_dns_mode="records", dpm_mabs_protection="none")
    good(role.play())
    for server in site.servers.values():
        server["dies_after"] = "registered"
    assert "the server went away" in role.play("register").failure
    done = good(role.play("register"))
    kinds = [deed.module for deed in done.deeds if deed.result.get("changed")]
    assert kinds.index("private_dns_records") < kinds.index("dpm_server")
    assert any(".blob." in json.dumps(row) for row in done.report["changes"]), done.report["changes"]


def completed(make: Make) -> None:
    """What became of the endpoint's names while servers registered is read anew, not remembered."""
    site, role = make(dpm_mabs_protection="none")
    good(role.play())
    answers = site.ask

    def loses(program: str, request: t.Any, *, check_mode: bool) -> str:
        answer = answers(program, request, check_mode=check_mode)
        if request.job == "settings":
            for one in site.cloud.arm.store.below(
                world.ENDPOINT, "Microsoft.Network/privateEndpoints/privateDnsZoneGroups"
            ):
                site.cloud.arm.store.remove(one.id)
        return answer

    site.ask = loses  # type: ignore[method-assign]
    good(role.play("register"))
    assert site.cloud.exists(f"{world.ENDPOINT}/privateDnsZoneGroups/default")


def died(make: Make) -> None:
    """What a server has left of a credential file is shredded, also when it died."""
    site, role = make()
    good(role.play())
    site.servers[FIRST]["dies_after"] = "credentials"
    assert "the server went away" in role.play("register").failure
    assert left(role.directory.parent) == [] and site.servers[FIRST]["leftovers"] == 0


def installed(make: Make) -> None:
    """MABS is installed where there is none, and its agent brought to the version that is wanted."""
    variables = {
        "dpm_mabs_install": {"setup_path": "D:\\MABS\\Setup.exe"},
        "dpm_mabs_install_answer_file": ANSWERS,
        "dpm_mabs_agent_version": "2.0.9270.0",
        "dpm_mabs_agent_installer": INSTALLER,
        "dpm_mabs_protection": "none",
    }
    site, role = make(**variables)
    site.servers[SECOND].update(product="", product_version="", agent_version="")
    good(role.play())
    good(role.play("register"))
    assert [job for server, job in site.changed() if server == FIRST] == ["agent", "register"]
    assert [job for server, job in site.changed() if server == SECOND] == ["install_mabs", "agent", "register"]


def renewed(make: Make) -> None:
    """After endpoints were removed, servers register again with the same passphrase and lose nothing."""
    site, role = make()
    good(role.play())
    good(role.play("register"))
    good(role.play("teardown", **TEARDOWN))
    site.jobs.clear()
    done = good(role.play("reregister"))
    # Seen to have kept everything, each is noted; then disk and online.
    assert [job for _server, job in site.changed()] == ["register"] * 4 + ["backup"] * 4
    assert ("server_recovery_points", "ok") in verdicts(done)
    nothing(site, role, "reregister")


def other_passphrase(make: Make) -> None:
    """Another passphrase is found out: from the copy before anything changes, from the recovery points before anything more."""
    site, role = make()
    copied = role.directory / "escrow" / "vault-dpm.passphrase"
    good(role.play())
    good(role.play("register", dpm_mabs_passphrase_copy=str(copied)))
    good(role.play("teardown", **TEARDOWN))
    site.jobs.clear()
    other: dict[str, t.Any] = {"dpm_mabs_passphrase": "not the one of the first time"}
    saved = role.play("reregister", dpm_mabs_passphrase_copy=str(copied), **other)
    assert "is not the one that was saved" in saved.failure and site.changed() == []
    assert "show none now" in role.play("reregister", **other).failure
    assert [job for _server, job in site.changed()] == ["register", "register"]


def hooked(make: Make) -> None:
    """The operator's own tasks run where protection groups are made, and not in check mode."""
    site, role = make(dpm_mabs_protection="wait")
    good(role.play())
    own = role.directory / "groups.yml"
    own.write_text("- name: Make the groups\n  ansible.builtin.debug:\n    msg: groups are made\n", encoding="utf-8")
    for server in site.servers.values():
        server["data_sources"] = []
    assert "groups are made" in good(role.play("register", dpm_mabs_protection_tasks=str(own))).said
    assert (
        "groups are made" not in good(role.play("register", check_mode=True, dpm_mabs_protection_tasks=str(own))).said
    )


def broken_backup(make: Make) -> None:
    """A job that failed stops the run, and the report says which gate it was."""
    site, role = make()
    good(role.play())
    good(role.play("register", dpm_mabs_protection="none"))
    real = site.cloud.event
    site.cloud.event = lambda name, **payload: (  # type: ignore[method-assign]
        {"succeeded": False, "message": "no room"} if "backup" in name or "source" in name else real(name, **payload)
    )
    assert "job(s) failed: no room" in role.play("register").failure


STORIES: dict[str, t.Callable[[Make], None]] = {
    story.__name__: story
    for story in (
        *(
            refused,
            private,
            read_only,
            removed,
            unproved,
            unregistered,
            failed,
            unconfirmed,
            died,
            hooked,
            broken_backup,
        ),
        *(completed, interrupted, registered, drifted, installed, renewed, other_passphrase),
    )
}
