"""An operator: a folder, a shell without the caller's settings, and the collection installed in a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

#: Settings of the caller that would lead an operator elsewhere.
_HIDDEN = ("ANSIBLE_", "AZURE_", "ARM_", "PYTHON", "MAKE", "MFLAGS", "REQUESTS_", "VIRTUAL_ENV", "XDG_")
_MINUTES = 10
COLLECTIONS = Path(".ansible", "collections", "ansible_collections")


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit code, and what it printed."""

    code: int
    output: str


@dataclass(frozen=True)
class Operator:
    """Types commands in ``folder``. ``home`` has the installed collection, ``variables`` lead to the local Azure."""

    folder: Path
    home: Path
    variables: t.Mapping[str, str]

    @property
    def collection(self) -> Path:
        """The installed collection."""
        return self.home / COLLECTIONS / "privatelink" / "recovery"

    def type(self, command: str) -> Ended:
        """Run a line of a shell. A command that does not end is ended, with a line that says so."""
        try:
            done = subprocess.run(
                ["/bin/sh", "-c", command],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=_MINUTES * 60,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            said = error.stdout.decode(errors="replace") if isinstance(error.stdout, bytes) else str(error.stdout or "")
            return Ended(-1, f"{said}\nIt did not end within {_MINUTES} minutes.")
        return Ended(done.returncode, done.stdout)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_HIDDEN)}
        tools = [str(Path(sys.executable).parent), kept.get("PATH", os.defpath), "/usr/sbin", "/sbin"]
        return {
            **kept,
            "PATH": os.pathsep.join(tools),
            "PWD": str(self.folder),
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_NOCOLOR": "1",
            # Nothing is fetched: the archive must be enough.
            "ANSIBLE_GALAXY_SERVER": "https://127.0.0.1:9",
            **self.variables,
        }
