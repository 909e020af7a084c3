"""Running one playbook of a rehearsal and keeping what it did."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import typing as t
from dataclasses import asdict, dataclass, field
from pathlib import Path

import yaml
from emulator.process import EmulatorProcess

from . import dns_servers, own_variables, surroundings
from .scenario import Run, Scenario

JSON = dict[str, t.Any]
EXTENSIONS = Path(__file__).resolve().parent.parent
COLLECTION = EXTENSIONS.parent


@dataclass
class Played:
    """What one run did. ``changed`` and ``failed`` count tasks, ``broken`` says which promise was not kept."""

    name: str
    playbook: str
    check: bool
    expect: str
    changed: int
    failed: int
    requests: int
    writes: int
    seconds: float
    longest_chain_seconds: float
    log: str
    broken: str = ""
    changes: list[JSON] = field(default_factory=list, repr=False)
    failure: str = ""
    handed: JSON = field(default_factory=dict, repr=False)

    def as_dict(self) -> JSON:
        """Plain data for the report."""
        return {key: value for key, value in asdict(self).items() if key not in ("changes", "handed")}


def _failure(failed: t.Sequence[JSON]) -> str:
    """Which task failed, and why: a role's last word says it, that of a loop only that there was something."""
    return f"{failed[0]['task']}: {failed[-1]['message']}" if failed else ""


class Player:
    """Runs the playbooks of a scenario against a local Azure, with everything in one folder."""

    def __init__(
        self,
        scenario: Scenario,
        azure: EmulatorProcess,
        folder: Path,
        variables: Path,
        quiet: bool,
        servers: t.Sequence[dns_servers.Server] = (),
    ) -> None:
        self._scenario, self._azure, self._folder = scenario, azure, folder
        self._variables, self._quiet, self._servers = variables, quiet, servers
        self._values = own_variables.read(variables)
        self._last: JSON = {}
        self._begun = False
        self.report_directory = folder / "role-report"

    def play(self, run: Run) -> Played:
        """Play one run: events first, then the playbook in a process of its own."""
        for event in run.events:
            self._azure.ask("events", {**event, "vault": self._vault()})
        record = self._folder / f"{run.name}.jsonl"
        # What an earlier rehearsal left is not of this run.
        for stale in (record, self.report_directory / "latest"):
            stale.unlink(missing_ok=True)
        before = len(self._azure.ask("requests")["value"])
        started = time.monotonic()
        status = self._ansible(run, record)
        seconds = time.monotonic() - started
        lines = [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []
        figures = self._azure.ask(f"report?since={before}")
        speed = self._azure.ask("clock")["speed"]
        return Played(
            name=run.name,
            playbook=run.playbook,
            check=run.check,
            expect=run.expect,
            changed=sum(line["changed"] for line in lines),
            failed=sum(line["status"] == "failed" for line in lines) or int(status != 0),
            requests=figures["requests"],
            writes=figures["writes"],
            seconds=round(seconds, 2),
            # Azure's clock may run faster than ours.
            longest_chain_seconds=round(figures["longest_chain_seconds"] / speed, 2),
            log=str(self._folder / f"{run.name}.log"),
            changes=[line for line in lines if line["changed"]],
            failure=_failure([line for line in lines if line["status"] == "failed"]),
            handed=self._handed(),
        )

    def _handed(self) -> JSON:
        """The report the role handed over in the run that just ended."""
        path = self.report_directory / "latest" / "report.json"
        if not path.exists():
            return {}
        self._last = json.loads(path.read_text())
        (self._folder / "handed-over.json").write_text(json.dumps(self._last))
        return self._last

    def _ansible(self, run: Run, record: Path) -> int:
        command = [sys.executable, "-m", "ansible", "playbook"]
        command += [str(COLLECTION / "playbooks" / f"{run.playbook}.yml"), "-i", "localhost,", "--diff"]
        command += ["-i", str(self._inventory())] if self._servers else []
        command += ["-e", f"@{self._variables}"]
        if run.wish:
            command += ["-e", f"@{self._scenario.folder / (run.wish + '.yml')}"]
        given = {
            **run.variables,
            "recovery_role": self._scenario.role,
            "ansible_python_interpreter": sys.executable,
            # With custom nobody enters the records into the local Azure's DNS: nobody there can prove them.
            self._scenario.dns_servers: [] if self._mode() == "custom" else self._azure.ready["dns"],
            self._scenario.report_directory: str(self.report_directory),
            **self._of_servers(),
            **self._stand_in(),
        }
        extra = self._folder / f"{run.name}.extra.json"
        extra.write_text(json.dumps(given))
        command += ["-e", f"@{extra}"]
        if run.check:
            command.append("--check")
        environment = {
            **surroundings.without_foreign(os.environ),
            **self._azure.environment(),
            **surroundings.settings(self._folder / "surroundings"),
            **self._settings(record),
            "LOCAL_SERVER": str(self._folder / "local-servers.json"),
        }
        with (self._folder / f"{run.name}.log").open("w") as log:
            process = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            try:
                for line in process.stdout or ():
                    log.write(line)
                    if not self._quiet:
                        print(line, end="", flush=True)
                return process.wait()
            except KeyboardInterrupt:
                process.terminate()
                process.wait()
                raise

    def _stand_in(self) -> JSON:
        """The program that takes the place of backup servers; its state is made before the first run and kept from then on."""
        wanted = self._scenario.local_servers
        if not wanted:
            return {}
        state = self._folder / "local-servers.json"
        if not self._begun:
            world = yaml.safe_load((self._scenario.folder / "servers.yml").read_text())
            address, port = dns_servers.resolver(self._azure.ready["dns"], wanted["network"])
            azure = {"url": self._azure.base_url, "ca_file": self._azure.ready["ca_file"]}
            state.write_text(json.dumps({**world, "azure": azure, "dns": {"address": address, "port": port}}))
        self._begun = True
        return {wanted["variable"]: str(EXTENSIONS / "local_server" / "__main__.py")}

    def _inventory(self) -> Path:
        """The DNS servers as hosts."""
        hosts = {server.kind: {"ansible_connection": "local", **server.variables()} for server in self._servers}
        path = self._folder / "servers.json"
        path.write_text(json.dumps({"dns_servers": {"hosts": hosts}}))
        return path

    def _of_servers(self) -> JSON:
        if not self._servers:
            return {}
        target = dns_servers.resolver(self._azure.ready["dns"], self._scenario.dns["target"])
        return {
            "dns_servers_report": str(self._folder / "handed-over.json"),
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
        home = self._folder / "collections"
        link = home / "ansible_collections" / "privatelink" / "recovery"
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(COLLECTION)
        return home

    def _mode(self) -> str:
        return own_variables.plain(self._values, self._scenario.dns_mode)

    def _vault(self) -> str:
        """The vault's name, or its id as the last run knew it where the name is a template."""
        subject = self._last.get("subject") or {}
        return own_variables.plain(self._values, self._scenario.vault) or str(subject.get("vault") or "")
