"""Running one playbook of a rehearsal and keeping what it did."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from emulator.process import EmulatorProcess

from . import dns_servers, inventory, name_servers, own_variables, surroundings
from .played import Played
from .scenario import Run, Scenario

JSON = dict[str, t.Any]
EXTENSIONS = Path(__file__).resolve().parent.parent
COLLECTION = EXTENSIONS.parent
LOCAL = "localhost"


@dataclass
class Part:
    """A scenario as it is to be played: ``variables`` of all hosts, ``hosts`` with their own where there is an inventory."""

    scenario: Scenario
    runs: tuple[Run, ...]
    folder: Path
    variables: JSON
    hosts: inventory.Inventory | None = None

    def of_hosts(self) -> list[JSON]:
        """The variables of each host; an inventory's lie under those of a file, as ``-e`` has it."""
        return [{**own, **self.variables} for own in self.hosts.variables.values()] if self.hosts else [self.variables]


@dataclass
class Player:
    """Runs the playbooks of a scenario against a local Azure, with everything in one folder."""

    part: Part
    azure: EmulatorProcess
    verbose: bool
    servers: t.Sequence[dns_servers.Server] = ()
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        part, scenario = self.part, self.part.scenario
        resources = self.azure.ask("state")["resources"]
        asked = [row for values in part.of_hosts() for row in name_servers.named(values, scenario.prefix)]
        modes = {own_variables.plain(values, scenario.dns_mode) for values in part.of_hosts()}
        mode = "custom" if modes == {"custom"} else ""
        self._begun = False
        chosen = name_servers.choose(self.azure.ready["dns"], resources, asked, mode)
        self.notes, self._resolvers = chosen.notes, chosen.given
        self._last: JSON = {}
        self._report_directory = part.folder / "role-report"
        self._variables = part.folder / "variables.yml"
        own_variables.write(name_servers.without(part.variables, scenario.prefix), self._variables)
        self._inventory = f"{LOCAL},"
        if part.hosts:
            left = {host: name_servers.without(own, scenario.prefix) for host, own in part.hosts.variables.items()}
            path = part.folder / "inventory.json"
            path.write_text(json.dumps(inventory.Inventory(left, part.hosts.groups).document()), encoding="utf-8")
            self._inventory = str(path)

    def play(self, run: Run) -> Played:
        """Play one run: events first, then the playbook in a process of its own."""
        for event in run.events:
            for vault in self._vaults():
                self.azure.ask("events", {**self._placed(event), "vault": vault})
        record = self.part.folder / f"{run.name}.jsonl"
        before = len(self.azure.ask("requests")["value"])
        started = time.monotonic()
        for fault in run.faults:
            self.azure.ask("faults", fault)
        status = self._ansible(run, record)
        if run.faults:
            self.azure.ask("faults", method="DELETE")
        seconds = time.monotonic() - started
        lines = [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []
        failed = [line for line in lines if line["status"] == "failed"]
        log = self.part.folder / f"{run.name}.log"
        figures = self.azure.ask(f"report?since={before}")
        speed = self.azure.ask("clock")["speed"]
        handed = _handed(lines)
        self._last = handed or self._last
        if len(handed) == 1:
            (self.part.folder / "handed-over.json").write_text(json.dumps(next(iter(handed.values()))))
        return Played(
            name=run.name,
            playbook=run.playbook,
            check=run.check,
            expect=run.expect,
            changed=sum(line["changed"] for line in lines),
            failed=len(failed) or int(status != 0),
            requests=figures["requests"],
            writes=figures["writes"],
            seconds=round(seconds, 2),
            # Azure's clock may run faster than ours.
            longest_chain_seconds=round(figures["longest_chain_seconds"] / speed, 2),
            log=str(log),
            changes=[line for line in lines if line["changed"]],
            failure=_failure(failed) or (_last_words(log) if status else ""),
            handed=handed,
            reports=[line["report"]["html"] for line in lines if line.get("report")],
            requested=self.azure.ask(f"requests?since={before}")["value"],
            state=self.azure.ask("state")["resources"],
        )

    def _ansible(self, run: Run, record: Path) -> int:
        part, scenario = self.part, self.part.scenario
        command = [sys.executable, "-m", "ansible", "playbook"]
        command += [str(COLLECTION / "playbooks" / f"{run.playbook}.yml"), "-i", self._inventory, "--diff"]
        command += ["-i", str(self._servers_inventory())] if self.servers else []
        command += ["-e", f"@{self._variables}"]
        if run.overlay:
            command += ["-e", f"@{scenario.folder / (run.overlay + '.yml')}"]
        given = {
            **run.variables,
            "recovery_role": scenario.role,
            "ansible_python_interpreter": sys.executable,
            scenario.dns_servers: self._resolvers,
            scenario.report_directory: f"{self._report_directory}{'/{{ inventory_hostname }}' if part.hosts else ''}",
            **({"recovery_hosts": "all"} if part.hosts else {}),
            **self._of_servers(),
            **self._stand_in(),
        }
        extra = part.folder / f"{run.name}.extra.json"
        extra.write_text(json.dumps(given))
        command += ["-e", f"@{extra}"]
        if run.check:
            command.append("--check")
        environment = {
            **surroundings.without_foreign(os.environ),
            **self.azure.environment(),
            **surroundings.settings(part.folder / "surroundings"),
            **self._settings(record),
            "LOCAL_SERVER": str(part.folder / "local-servers.json"),
        }
        with (part.folder / f"{run.name}.log").open("w") as log:
            process = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            try:
                for line in process.stdout or ():
                    log.write(line)
                    if self.verbose:
                        print(line, end="", flush=True)
                return process.wait()
            except KeyboardInterrupt:
                process.terminate()
                process.wait()
                raise

    def _stand_in(self) -> JSON:
        """The program that takes the place of backup servers; its state is made before the first run and kept from then on."""
        scenario = self.part.scenario
        wanted = scenario.local_servers
        if not wanted:
            return {}
        state = self.part.folder / "local-servers.json"
        if not self._begun:
            world = yaml.safe_load((scenario.folder / "servers.yml").read_text())
            address, port = dns_servers.resolver(self.azure.ready["dns"], wanted["network"])
            azure = {"url": self.azure.base_url, "ca_file": self.azure.ready["ca_file"]}
            state.write_text(json.dumps({**world, "azure": azure, "dns": {"address": address, "port": port}}))
        self._begun = True
        return {wanted["variable"]: str(EXTENSIONS / "local_server" / "__main__.py")}

    def _servers_inventory(self) -> Path:
        """The DNS servers as hosts."""
        hosts = {server.kind: {"ansible_connection": "local", **server.variables()} for server in self.servers}
        path = self.part.folder / "servers.json"
        path.write_text(json.dumps({"dns_servers": {"hosts": hosts}}))
        return path

    def _of_servers(self) -> JSON:
        if not self.servers:
            return {}
        target = dns_servers.resolver(self.azure.ready["dns"], self.part.scenario.dns["target"])
        return {
            "dns_servers_report": str(self.part.folder / "handed-over.json"),
            "dns_servers_targets": [{"address": target[0], "port": target[1]}],
            "dns_servers_become": False,
        }

    def _settings(self, record: Path) -> dict[str, str]:
        settings = {
            "ANSIBLE_CALLBACK_PLUGINS": str(EXTENSIONS / "rehearsal" / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "rehearsal_record",
            "REHEARSAL_RECORD": str(record),
            "ANSIBLE_LOCALHOST_WARNING": "False",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
            "ANSIBLE_DISPLAY_OK_HOSTS": "False",
            "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "False",
            "ANSIBLE_RETRY_FILES_ENABLED": "False",
            "ANSIBLE_NOCOLOR": os.environ.get("ANSIBLE_NOCOLOR", "1"),
        }
        installed = COLLECTION.parts[-3:] == ("ansible_collections", "privatelink", "recovery")
        settings["ANSIBLE_COLLECTIONS_PATH"] = str(COLLECTION.parents[2] if installed else self._tree())
        return settings

    def _tree(self) -> Path:
        """A folder in which a plain checkout is found as a collection."""
        home = self.part.folder / "collections"
        link = home / "ansible_collections" / "privatelink" / "recovery"
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(COLLECTION)
        return home

    def _vaults(self) -> list[str]:
        """The vaults' names, or their ids as the last run knew them where a name is a template."""
        named = [own_variables.plain(values, self.part.scenario.vault) for values in self.part.of_hosts()]
        known = [str((report.get("subject") or {}).get("vault") or "") for report in self._last.values()]
        return list(dict.fromkeys([*filter(None, named), *([] if all(named) else filter(None, known))]))

    def _placed(self, event: JSON) -> JSON:
        """An event with the region of the source machines, where it needs one and names none."""
        if event.get("event") != "replication_enabled" or event.get("source_location"):
            return event
        name = f"{self.part.scenario.prefix}source_location"
        notes = [own_variables.plain(values, name) for values in self.part.of_hosts()]
        source = next(filter(None, notes), "") or _source_region(self.azure.ask("state")["resources"])
        return {**event, "source_location": source}


def _source_region(resources: t.Sequence[JSON]) -> str:
    """The region of endpoints that are not in a vault's own region, or else of any: machines are on the source side."""
    vaults = {str(one.get("location")) for one in resources if _of_type(one, "recoveryservices/vaults")}
    found = [str(one.get("location")) for one in resources if _of_type(one, "network/privateendpoints")]
    return next((region for region in found if region not in vaults), next(iter([*found, *vaults]), "westeurope"))


def _of_type(resource: JSON, kind: str) -> bool:
    return str(resource.get("type", "")).lower() == f"microsoft.{kind}"


def _handed(lines: t.Iterable[JSON]) -> dict[str, JSON]:
    """The reports the role handed over, by host."""
    paths = {line["host"]: Path(line["report"]["json"]) for line in lines if line.get("report")}
    return {host: json.loads(path.read_text(encoding="utf-8")) for host, path in paths.items() if path.is_file()}


def _failure(failed: t.Sequence[JSON]) -> str:
    """Which task failed, and why: a role's last word says it, that of a loop only that there was something."""
    return f"{failed[0]['task']}: {failed[-1]['message']}" if failed else ""


def _last_words(log: Path) -> str:
    """What Ansible said when it ended without a failed task."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
    said = [line for line in lines if "ERROR" in line]
    return "Ansible ended: " + (said or lines or ["without a word"])[0 if said else -1]
