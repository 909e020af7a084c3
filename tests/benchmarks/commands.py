"""Whole ``ansible-playbook`` commands: run, timed, and refused as a measurement when anything failed or changed."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from ansible_collections.privatelink.recovery.extensions.emulator.report import writes

from . import memory

JSON = dict[str, t.Any]

#: A command that takes longer hangs; one that Azure throttles is given its own limit.
_LONGEST_SECONDS = 900.0
_RECAP = re.compile(r"^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)
_INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR")


class BenchmarkError(RuntimeError):
    """A run was not what it should measure."""


@dataclass(frozen=True)
class Side:
    """A collection as installed: the virtual environment's Python and what its processes find in the environment."""

    name: str
    python: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def playbook(self) -> Path:
        """The command; not resolved, for a link out of the virtual environment would leave it."""
        return self.python.parent / "ansible-playbook"


@dataclass(frozen=True)
class Run:
    """What one command took. ``processor_seconds`` is that of the command with all its children.

    ``peak_megabytes`` is the memory of all its processes at one moment, shared pages counted once; 0 when not asked for.
    ``entries`` are the requests as the emulator has logged them.
    """

    seconds: float
    processor_seconds: float
    peak_megabytes: float
    requests: int
    entries: tuple[JSON, ...] = ()


class Taken(t.NamedTuple):
    """How a command ended, and what it took; the figures are those of :class:`Run`."""

    code: int
    seconds: float
    processor_seconds: float
    peak_megabytes: float


def timed(
    command: t.Sequence[str],
    environment: t.Mapping[str, str],
    output: Path,
    *,
    longest: float = _LONGEST_SECONDS,
    measure_memory: bool = False,
) -> Taken:
    """Run a command in the folder of the file that takes its output. It is ended after ``longest`` seconds."""
    with output.open("wb") as stream:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT, env=environment, cwd=output.parent)
        limit = threading.Timer(longest, process.kill)
        limit.start()
        sampler = memory.Sampler(process.pid) if measure_memory else None
        _process, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - started
        limit.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = sampler.stop() if sampler else 0.0
    return Taken(process.returncode, taken, usage.ru_utime + usage.ru_stime, peak)


def inherited() -> dict[str, str]:
    """What a measured command has of this process's environment."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


class Commands:
    """Runs plays against one emulator; everything Ansible writes stays below ``directory``."""

    def __init__(self, directory: Path, emulated: EmulatorProcess) -> None:
        self._directory, self._emulated = directory, emulated
        directory.mkdir(parents=True, exist_ok=True)

    def play(self, name: str, tasks: list[JSON], hosts: t.Sequence[str] = ("bench",), **variables: t.Any) -> Path:
        """A play of these tasks and the inventory it runs on."""
        common = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        inventory = {"all": {"hosts": dict.fromkeys(hosts), "vars": {**common, **variables}}}
        play = [{"name": name, "hosts": "all", "gather_facts": False, "tasks": tasks}]
        path = self._directory / f"{name}.yml"
        path.write_text(yaml.safe_dump(play, sort_keys=False), encoding="utf-8")
        path.with_suffix(".inventory.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
        return path

    def unchanged(self, side: Side, play: Path, *, forks: int = 5, measure_memory: bool = False) -> Run:
        """Run a play that finds nothing to do.

        Raises :class:`BenchmarkError` when it fails, does not run on every host, changes something or sends a write.
        """
        run, recap, entries = self.run(side, play, forks=forks, measure_memory=measure_memory)
        changed = {host for host, counts in recap.items() if counts["changed"]}
        if changed or writes(entries):
            raise BenchmarkError(f"{side.name}, {play.name}: changed {sorted(changed)}, sent {writes(entries)[:5]}")
        return run

    def run(
        self,
        side: Side,
        play: Path,
        *,
        forks: int = 5,
        measure_memory: bool = False,
        longest: float = _LONGEST_SECONDS,
    ) -> tuple[Run, dict[str, dict[str, int]], list[JSON]]:
        """Run a play: what it took, the counts of each host and the requests sent. It must not fail on any host.

        It is ended after ``longest`` seconds.
        """
        self._emulated.mark()
        output = self._directory / f"{play.stem}.{side.name.replace(' ', '-')}.log"
        inventory = play.with_suffix(".inventory.yml")
        command = [str(side.playbook), "-i", str(inventory), "--forks", str(forks), str(play)]
        taken = timed(command, self.environment(side), output, longest=longest, measure_memory=measure_memory)
        entries = self._emulated.requests()
        recap = self._recap(side, play, output, taken.code)
        run = Run(taken.seconds, taken.processor_seconds, taken.peak_megabytes, len(entries), tuple(entries))
        return run, recap, entries

    def _recap(self, side: Side, play: Path, output: Path, code: int) -> dict[str, dict[str, int]]:
        text = output.read_text(encoding="utf-8", errors="replace")
        names = ("ok", "changed", "unreachable", "failed")
        recap = {host: dict(zip(names, map(int, counts))) for host, *counts in _RECAP.findall(text)}
        inventory = yaml.safe_load(play.with_suffix(".inventory.yml").read_text(encoding="utf-8"))
        missing = set(inventory["all"]["hosts"]) - {host for host, counts in recap.items() if counts["ok"]}
        if code != 0 or missing or any(counts["failed"] or counts["unreachable"] for counts in recap.values()):
            raise BenchmarkError(f"{side.name}, {play.name}: failed ({code}), see {output}\n{text[-3000:]}")
        return recap

    def environment(self, side: Side) -> dict[str, str]:
        """What the processes of a side find in their environment: the way to the emulator and its credentials."""
        facts = self._emulated.ready
        home = self._directory / f"home-{side.name.replace(' ', '-')}"
        home.mkdir(exist_ok=True)
        return {
            **inherited(),
            "HOME": str(home),
            "ANSIBLE_NOCOLOR": "1",
            "AZURE_CLIENT_ID": facts["client_id"],
            "AZURE_SECRET": facts["client_secret"],
            "AZURE_TENANT": facts["tenant_id"],
            "AZURE_SUBSCRIPTION_ID": facts["subscription_id"],
            "NO_PROXY": "127.0.0.1,localhost",
            **side.environment,
        }
