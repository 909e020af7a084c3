"""The Azure CLI in this process, and as a process of its own."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import typing as t
from pathlib import Path

from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess

from ..evidence import reported

if t.TYPE_CHECKING:
    from azure.cli.core import AzCli


def settings(folder: Path, emulated: EmulatorProcess) -> dict[str, str]:
    """Variables that the CLI reads when it is imported: a home of its own, and no errands of its own."""
    return {
        "HOME": str(folder),
        "AZURE_CONFIG_DIR": str(folder / "azure"),
        "AZURE_EXTENSION_DIR": str(folder / "extensions"),
        "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no",
        "AZURE_CORE_INSTANCE_DISCOVERY": "false",
        "AZURE_CORE_COLLECT_TELEMETRY": "no",
        "AZURE_CORE_LOGIN_EXPERIENCE_V2": "off",
        "AZURE_CORE_NO_COLOR": "yes",
        "REQUESTS_CA_BUNDLE": emulated.ready["ca_file"],
    }


class Ended(t.NamedTuple):
    """How a command ended: exit code, what it printed, what it said about trouble."""

    code: int
    output: str
    said: str


class AzureCli:
    """Commands without their ``az``. Words are separated by blanks; what has blanks in it follows as ``more``.

    They share one process, as in the CLI's own shell: loading the commands takes longer than running them.
    """

    def __init__(self, emulated: EmulatorProcess) -> None:
        self._emulated, self._said = emulated, _Said()
        logging.getLogger("cli").addHandler(self._said)
        self._cli = _made()

    def begin_again(self) -> None:
        """Read the clouds anew: the CLI does that once."""
        self._cli = _made()

    def run(self, command: str, *more: str) -> Ended:
        """Run a command, whatever comes of it."""
        self._emulated.mark()
        self._said.records.clear()
        output = io.StringIO()
        try:
            code = self._cli.invoke([*command.split(), *more], out_file=output)
        except SystemExit as ended:
            code = int(ended.code or 0)
        return Ended(code, output.getvalue(), "\n".join(self._said.records))

    def __call__(self, command: str, *more: str) -> t.Any:
        """Run a command that has to succeed. Returns the JSON that it prints, or nothing."""
        ended = self.run(command, *more)
        assert ended.code == 0, f"az {command}: {ended.code} {ended.said}"
        return json.loads(ended.output) if ended.output.strip() else None

    def refused(self, command: str, *more: str) -> tuple[int, str]:
        """Run a command that has to fail. Returns its exit code and the code of Azure's error."""
        ended = self.run(command, *more)
        assert ended.code != 0, f"az {command}: {ended.output}"
        return ended.code, ended.said.partition("(")[2].partition(")")[0]

    def sent(self) -> list[str]:
        """The requests of the last command in short."""
        return [reported(entry) for entry in self._emulated.requests()]


def started(*words: str) -> subprocess.Popen[str]:
    """A command as the program ``az`` begins it, in a process of its own."""
    command = [sys.executable, "-m", "azure.cli", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _made() -> AzCli:
    # Not earlier: it reads its settings when it is imported.
    from azure.cli.core import get_default_cli

    return get_default_cli()


class _Said(logging.Handler):
    """Keeps what the CLI would show in red and yellow."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record.getMessage())
