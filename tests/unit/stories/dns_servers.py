"""Short stories of the role dns_servers, each with what must hold: of a role that lacks a step, the story that misses it fails.

The servers are files, zones in memory and the local Azure's own resolvers; ``tests/unit/dns_servers`` has real ones.
"""

from __future__ import annotations

import base64
import copy
import json
import re
import typing as t
from pathlib import Path

from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.updates import Zone

from ..conftest import GROUPS, NETWORK, WORLD, Cloud
from ..dns_servers.conftest import BLOB, BLOB_ZONE, FIRST, KNOWN, SECOND, VAULT_ZONE, Azure
from ..dns_servers.updated_zone import UpdatedZone
from ..worlds.migrate import ask_host
from . import sequence
from .dpm_mabs import good
from .sequence import ROLES, Deed, Sequence, read

JSON = dict[str, t.Any]
#: Makes servers and a role for them: its variables.
Make = t.Callable[..., "tuple[Site, Sequence]"]
CONFIGURE = "Change the server's configuration, and have it loaded"
SPOKE = NETWORK.replace("vnet-app", "vnet-hub")
#: Rendered when they are used: they go by what a run has found out.
LATE = ("dns_servers_all_targets", "dns_servers_targets_known")
TARGETS = [{"address": "10.0.0.4"}]
HOSTS: JSON = {"ns1": {}, "client": {}, "winclient": {"ansible_connection": "winrm"}}
DELEGATED = ["Microsoft.Network/dnsResolvers"]
SUBNETS = [
    {"name": "inbound", "address_prefix": "10.1.9.0/28", "delegations": DELEGATED},
    {"name": "outbound", "address_prefix": "10.1.9.32/28", "delegations": DELEGATED},
]
RESOLVERS = f"{GROUPS}/rg-network/providers/Microsoft.Network/dnsResolvers"


class Site:
    """A local Azure with names, and what stands in for servers and for the programs that the role starts on hosts."""

    def __init__(self, folder: Path) -> None:
        world = copy.deepcopy(WORLD)
        world["virtual_networks"][0]["subnets"] += SUBNETS
        self.cloud = Cloud(world)
        self.azure = Azure(self.cloud)
        self.report = folder / "handed-over.json"
        self.hand_over(FIRST, SECOND, BLOB)
        self.main, self.directory = folder / "resolved.conf", folder / "resolved.conf.d"
        self.main.write_text("[Resolve]\n")
        self.zones = {zone: UpdatedZone(zone) for zone in (VAULT_ZONE, BLOB_ZONE)}
        #: What a Windows server has, and what was started on hosts.
        self.windows: JSON = {"zones": [], "targets": []}
        self.started: list[str] = []
        self.programs: dict[str, t.Callable[[t.Any], JSON]] = {
            "ansible.builtin.command": self._start,
            "ansible.builtin.raw": self._start,
            "ansible.builtin.script": self._script,
            "community.general.nsupdate": self._update,
        }

    def hand_over(self, *names: str) -> None:
        """A report of somebody who may touch Azure."""
        rows = [{"endpoint": "pe-app", "fqdn": name, "ip_addresses": [KNOWN[name]]} for name in names]
        self.report.write_text(json.dumps({"scenario": "backup", "names": rows}))

    @property
    def configured(self) -> str:
        """What systemd-resolved of the host was given."""
        return "".join(path.read_text() for path in sorted(self.directory.glob("*")))

    def examine(self, asked: t.Iterable[t.Any], _reach: t.Any) -> list[JSON]:
        """What a host's own resolver says of names: Azure's private addresses, once it forwards the zones."""
        rows = [{"fqdn": one.fqdn, "ip_addresses": list(one.addresses)} for one in asked]
        return ask_host(self.cloud, rows, NETWORK if f"~{VAULT_ZONE}" in self.configured else SPOKE)

    def read_zone(self, _primary: t.Any, zone: str, _wanted: t.Any) -> Zone:
        """What a server has whose zones take updates."""
        return self.zones[zone].read()

    def _start(self, command: str) -> JSON:
        self.started.append(command)
        return {"rc": 0, "stdout": ""}

    def _update(self, update: JSON) -> JSON:
        assert (update["key_name"], update["key_secret"]) == ("ddns", "c2VjcmV0")
        self.zones[update["zone"]].take(update)
        return {"changed": True}

    def _script(self, given: JSON) -> JSON:
        """The script on Windows: it reads the state first and writes nothing with ``-Check``."""
        encoded, check = re.findall(r"^windows\.ps1 -Wanted (\S+)( -Check)?$", given["cmd"])[0]
        asked = json.loads(base64.b64decode(encoded))
        wanted = {"zones": asked["zones"], "targets": asked["targets"]}
        changed = wanted != self.windows
        self.windows = self.windows if check else wanted
        answer = {"changed": changed, "failed": False, "changes": [f"zones {asked['zones']}"] if changed else []}
        return {"rc": 0, "stdout": json.dumps(answer, separators=(",", ":"))}


class Run(sequence.Run):
    """A run of the role. ``programs`` take the place of modules that are not of this collection."""

    about = sequence.Run.about | {"become", "throttle", "check_mode"}

    def __init__(self, programs: t.Mapping[str, t.Callable[[t.Any], JSON]], *given: t.Any) -> None:
        super().__init__(*given)
        self._programs = programs
        late = read(ROLES / "dns_servers" / "vars" / "main.yml")
        self._base = {**self._base, **{name: late[name] for name in LATE}}

    def _task(self, task: JSON, path: Path, variables: JSON, conditions: list[t.Any]) -> None:
        before = self._check_mode
        if "check_mode" in task:
            self._check_mode = bool(self._templar(variables).template(task["check_mode"]))
        try:
            super()._task(task, path, variables, conditions)
        finally:
            self._check_mode = before

    def _once(self, task: JSON, action: str, variables: JSON, conditions: list[t.Any], label: str) -> JSON:
        program = self._programs.get(action)
        if program is None or not self._holds(conditions, variables):
            return super()._once(task, action, variables, conditions, label)
        if self._check_mode:
            # As Ansible does with commands and scripts.
            return {"changed": False, "skipped": True}
        result: JSON = {"msg": "It failed.", **program(self._arguments(task[action], variables))}
        self._register({"register": task["register"]} if "register" in task else {}, result, variables)
        for key, name in (("changed_when", "changed"), ("failed_when", "failed")):
            if key in task:
                result[name] = self._holds([task[key]], variables)
        self.played.deeds.append(Deed(str(task["name"]), label, action, result, len(self._sequence.cloud.arm.log)))
        return result


def maker(patch: t.Callable[[Site], None], directory: Path, left_out: tuple[str, str] | None = None) -> Make:
    """The role with a site; it lacks a step, if one is named. ``patch`` leads the modules to the site."""
    made: list[Site] = []

    def make(server: str, **variables: t.Any) -> tuple[Site, Sequence]:
        folder = directory / str(len(made))
        folder.mkdir()
        site = Site(folder)
        made.append(site)
        patch(site)
        given: JSON = {
            "dns_servers_server": server,
            "dns_servers_report": str(site.report),
            "dns_servers_targets": TARGETS,
            "dns_servers_check_targets": False,
            "dns_servers_wait_timeout": 0,
            "inventory_hostname": "ns1",
            "hostvars": HOSTS,
            **variables,
        }
        role = Sequence(site.cloud, folder / "runs", "dns_servers", **given)
        role.run = lambda *arguments: Run(site.programs, *arguments)
        role.left_out = left_out
        return site, role

    return make


def answering(place: tuple[str, int]) -> JSON:
    """Variables of a server that answers there."""
    return {"dns_servers_address": place[0], "dns_servers_port": place[1]}


def on_resolved(site: Site) -> JSON:
    """Variables of a host whose systemd-resolved is configured."""
    return {
        "dns_servers_main_file": str(site.main),
        "dns_servers_directory": str(site.directory),
        "dns_servers_control_command": ["true"],
    }


def verified(make: Make) -> None:
    """Each name is asked for, on the server's host or from another one; a server that does not know it is found out."""
    for asked_from, task in (("", "Ask the server for every name"), ("elsewhere", "from another host")):
        site, role = make("unbound", dns_servers_asked_from=asked_from)
        done = good(role.play("verify", **answering(site.azure.linked)))
        asked = [deed for deed in done.deeds if deed.module == "dns_server_verification"]
        assert [(one.task.endswith(task), len(one.result["names"])) for one in asked] == [(True, len(KNOWN))]
        wrong = role.play("verify", **answering(site.azure.other))
        assert f"expected {KNOWN[FIRST]}" in wrong.failure and not wrong.changes
        # In check mode it is reported and stops nothing.
        assert good(role.play("verify", check_mode=True, **answering(site.azure.other))).of("dns_server_verification")


def viewed(make: Make) -> None:
    """Each view is asked by a client of its own; one that nobody can ask is named."""
    views = [{"name": "site-a", "endpoints": ["pe-app"], "source_address": "127.0.0.1"}]
    site, role = make("bind", dns_servers_views=views)
    done = good(role.play("verify", **answering(site.azure.linked)))
    assert [len(one["names"]) for one in done.of("dns_server_verification")] == [len(KNOWN)] and done.said == []
    wrong = role.play("verify", **answering(site.azure.other))
    assert "ns1, view site-a" in wrong.failure
    unasked = good(role.play("verify", dns_servers_views=[{**views[0], "source_address": ""}]))
    assert "The view site-a was not asked" in " ".join(unasked.said)


def refused(make: Make) -> None:
    """What a server cannot do is refused before anything is changed or asked."""
    views = [{"name": "site-a", "endpoints": ["pe-app"]}]
    for server, variables, words in (
        ("unbound", {"dns_servers_views": views}, "unbound has no views that this role knows"),
        ("nsupdate", {"dns_servers_update_zones": [VAULT_ZONE]}, "which no update reaches"),
    ):
        site, role = make(server, **variables)
        played = role.play()
        assert words in played.failure and not played.deeds and site.started == []


def configured(make: Make) -> None:
    """A server's files are written and proved, caches emptied after a change only, and all of it taken out again."""
    site, role = make("resolved", dns_servers_consumers=["client", "winclient"])
    role.variables.update(on_resolved(site))
    foreseen = good(role.play("preflight"))
    assert (CONFIGURE, "") in foreseen.changes and site.configured == "" and not foreseen.of("name_resolution")
    foreseen = good(role.play(check_mode=True))
    assert foreseen.changes and (site.configured, site.started) == ("", [])
    done = good(role.play())
    assert f"DNS={TARGETS[0]['address']}" in site.configured and f"~{VAULT_ZONE}" in site.configured
    assert site.started == ["resolvectl flush-caches", "ipconfig /flushdns"]
    # The host itself and the consumer that has Python; the other one is named.
    assert [one["resolved"] for one in done.of("name_resolution")] == [True, True]
    assert "winclient was not asked" in " ".join(done.said) and KNOWN[FIRST] in " ".join(done.said)
    assert not good(role.play()).changes and len(site.started) == 2
    text = site.configured
    for path in site.directory.iterdir():
        path.unlink()
    assert f"{len(KNOWN)} of {len(KNOWN)} names" in role.play("verify").failure
    repaired = good(role.play("drift"))
    assert (CONFIGURE, "") in repaired.changes and site.configured == text
    assert len(repaired.of("name_resolution")) == 2
    foreseen = good(role.play("teardown", check_mode=True))
    assert foreseen.changes and site.configured == text
    assert good(role.play("teardown")).changes and site.configured == ""


def updated(make: Make) -> None:
    """Records are written by updates, after the state was read, and taken out again."""
    site, role = make(
        "nsupdate",
        dns_servers_mode="answer",
        dns_servers_targets=[],
        dns_servers_update_zones=[VAULT_ZONE, BLOB_ZONE],
        dns_servers_update_key_name="ddns",
        dns_servers_update_key_secret="c2VjcmV0",
    )
    role.variables.update(answering(site.azure.linked))
    for entry, check in (("preflight", False), ("main", True)):
        assert good(role.play(entry, check_mode=check)).changes
        assert site.zones[VAULT_ZONE].addresses() == {}
    done = good(role.play())
    assert {f"{name}.{zone.name}" for zone in site.zones.values() for name in zone.addresses()} == KNOWN.keys()
    assert len(done.of("dns_server_verification")) == 1
    assert not good(role.play("drift")).changes
    assert good(role.play("teardown", check_mode=True)).changes and site.zones[VAULT_ZONE].addresses()
    good(role.play("teardown"))
    assert not any(zone.addresses() or zone.texts for zone in site.zones.values())


def on_windows(make: Make) -> None:
    """A Windows server is given everything in one argument, what changes is shown, and all of it is taken out again."""
    site, role = make("windows", dns_servers_mode="forward")
    role.variables.update(answering(site.azure.linked))
    for entry, check in (("preflight", False), ("main", True)):
        assert "zones" in " ".join(good(role.play(entry, check_mode=check)).said)
        assert site.windows["zones"] == []
    done = good(role.play())
    assert VAULT_ZONE in site.windows["zones"] and site.windows["targets"] == [TARGETS[0]["address"]]
    assert len(done.of("dns_server_verification")) == 1
    assert not good(role.play()).changes
    assert good(role.play("teardown", check_mode=True)).changes and site.windows["zones"]
    assert good(role.play("teardown")).changes and site.windows == {"zones": [], "targets": []}


def followed(make: Make) -> None:
    """The resolver is made first, the server forwards to its address, and other networks follow it."""
    resolver: JSON = {
        "name": "resolver-hub",
        "resource_group": "rg-network",
        "virtual_network": NETWORK,
        "inbound_endpoints": [{"name": "inbound", "subnet": f"{NETWORK}/subnets/inbound"}],
        "outbound_endpoints": [{"name": "outbound", "subnet": f"{NETWORK}/subnets/outbound"}],
    }
    ruleset = {
        "name": "rules-spoke",
        "resource_group": "rg-network",
        "outbound_endpoints": [f"{RESOLVERS}/resolver-hub/outboundEndpoints/outbound"],
        "virtual_networks": [SPOKE],
    }
    site, role = make("resolved", dns_servers_targets=[], dns_servers_resolver=resolver, dns_servers_ruleset=ruleset)
    role.variables.update(on_resolved(site))
    site.cloud.mark()
    unknown = good(role.play(check_mode=True))
    assert "no private_ip_address is given" in " ".join(unknown.said)
    assert (site.cloud.writes(), site.configured) == ([], "")
    good(role.play())
    written = [one.split("?")[0].rsplit("/providers/", 1)[-1] for one in site.cloud.writes()]
    assert written[0].endswith("/dnsResolvers/resolver-hub")
    assert written[-1].endswith("/dnsForwardingRulesets/rules-spoke/virtualNetworkLinks/vnet-hub")
    assert "DNS=10.1.9.4" in site.configured
    site.cloud.mark()
    assert not good(role.play()).changes and not good(role.play("verify")).changes
    assert site.cloud.writes() == []


STORIES: dict[str, t.Callable[[Make], None]] = {
    story.__name__: story for story in (verified, viewed, refused, configured, updated, on_windows, followed)
}
