"""Real ``ansible-playbook`` processes against a real emulator process over TLS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess

JSON = dict[str, t.Any]
TESTS = Path(__file__).parent
TREE = next(entry for entry in sys.path if (Path(entry) / "ansible_collections" / "privatelink" / "recovery").is_dir())
LOCALHOST = f"localhost ansible_connection=local ansible_python_interpreter={sys.executable}"
PREFIX = "privatelink.recovery."


class AzureProcess(EmulatorProcess):
    """An emulator whose tests begin in one usual world."""

    def __init__(self, folder: Path, world: JSON, latency: str = "instant") -> None:
        super().__init__(folder, world, latency)
        self._usual = world

    def start_over(self, **world: t.Any) -> None:
        """Begin again in the usual world, with ``world`` laid over it."""
        self.reset({**self._usual, **world})

    def options(self) -> JSON:
        """Connection options of a task, the secret included."""
        return {
            "client_id": self.ready["client_id"],
            "secret": self.ready["client_secret"],
            "tenant": self.ready["tenant_id"],
            **self.place(),
        }

    def place(self) -> JSON:
        """Connection options that say where Azure is, but not who asks."""
        return {
            "subscription_id": self.ready["subscription_id"],
            "cloud_environment": self.base_url,
            "ca_file": self.ready["ca_file"],
        }


@dataclass(frozen=True)
class Played:
    """A finished ``ansible-playbook``: its exit code, what it printed, and the recorded results in order."""

    code: int
    output: str
    results: list[JSON]

    def __getitem__(self, task: str) -> JSON:
        """The only result of a task."""
        return t.cast(JSON, self._line(task)["result"])

    def outcome(self, task: str) -> str:
        """``ok``, ``failed``, ``skipped`` or ``unreachable``."""
        return str(self._line(task)["outcome"])

    def _line(self, task: str) -> JSON:
        (found,) = [line for line in self.results if line["task"] == task]
        return found


class Playbooks:
    """Starts ``ansible-playbook`` in a directory of its own, with nothing of the developer's environment."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.home = directory / "home"
        self.temporary = directory / "controller"
        for made in (self.home, self.temporary):
            made.mkdir()
        (directory / "ansible.cfg").write_text("[defaults]\n")
        self._count = 0

    def foreign_interpreter(self) -> str:
        """A Python that is not the controller's by name, so that tasks run as ordinary modules."""
        script = self.directory / "python-elsewhere"
        if not script.exists():
            script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
            script.chmod(0o755)
        return str(script)

    def play(self, plays: list[JSON] | JSON, *arguments: str, inventory: str = LOCALHOST, **environment: str) -> Played:
        """Run plays and return what came of them."""
        process = self.start(plays, *arguments, inventory=inventory, **environment)
        output, _errors = process.communicate(timeout=600)
        results = [json.loads(line) for line in self._record.read_text().splitlines()]
        return Played(process.returncode, output, results)

    def start(
        self, plays: list[JSON] | JSON, *arguments: str, inventory: str = LOCALHOST, **environment: str
    ) -> subprocess.Popen[str]:
        """Start plays, in a process group of their own; output and errors come through one pipe."""
        self._count += 1
        book, hosts = self.directory / f"play{self._count}.yml", self.directory / f"hosts{self._count}"
        self._record = self.directory / f"record{self._count}"
        book.write_text(json.dumps(plays if isinstance(plays, list) else [plays]))
        hosts.write_text(inventory + "\n")
        self._record.touch()
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("AZURE_", "ANSIBLE_", "ARM_"))}
        return subprocess.Popen(
            [sys.executable, "-m", "ansible", "playbook", "-i", str(hosts), str(book), *arguments],
            cwd=self.directory,
            env={
                **clean,
                "PWD": str(self.directory),
                "ANSIBLE_CONFIG": str(self.directory / "ansible.cfg"),
                "ANSIBLE_COLLECTIONS_PATH": str(TREE),
                "ANSIBLE_CALLBACK_PLUGINS": str(TESTS / "playbook_callbacks"),
                "ANSIBLE_CALLBACKS_ENABLED": "record",
                "ANSIBLE_LOCAL_TEMP": str(self.temporary),
                "ANSIBLE_REMOTE_TEMP": str(self.directory / "remote"),
                "ANSIBLE_ASYNC_DIR": str(self.directory / "async"),
                "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_RETRY_FILES_ENABLED": "0",
                "HOME": str(self.home),
                "RECORD_FILE": str(self._record),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def local_play(tasks: list[JSON], **more: t.Any) -> JSON:
    """A play of the collection's tasks on localhost."""
    return {"hosts": "localhost", "gather_facts": False, "tasks": tasks, **more}


def defaults(options: JSON) -> JSON:
    """``module_defaults`` with the connection options for every module of the collection."""
    return {f"group/{PREFIX}all": options}
