"""Virtual environments, each made from requirement lists and made again only when these change."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from .paths import CACHE, ROOT

_LISTS = ROOT / "tests" / "requirements"


class EnvironmentFailed(Exception):
    """An environment could not be made; the message is pip's own."""


@dataclass(frozen=True)
class Environment:
    """A folder of the repository and the requirement lists installed into it, one after the other.

    A list is a file of ``tests/requirements``, or one that an earlier list has brought into ``site-packages``. With
    ``compiled`` everything is compiled at once, as pip does it for an operator.
    """

    folder: str
    lists: tuple[str, ...]
    compiled: bool = False

    @property
    def path(self) -> Path:
        """The folder."""
        return ROOT / self.folder

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.path / "bin" / "python"

    def prepare(self) -> None:
        """Make it, complete it or leave it, whatever its stamps ask for. Raises :class:`EnvironmentFailed`."""
        with _alone(self.folder):
            if not self.python.exists() or any(self._stamped(name) is False for name in self._stamps()):
                self._make()
            for name in self.lists:
                if not self._stamped(name):
                    self._install(name)

    def _stamps(self) -> list[str]:
        return [path.name.replace("!", "/") for path in self._stamp_folder.glob("*")]

    @property
    def _stamp_folder(self) -> Path:
        return self.path / ".installed"

    def _stamp(self, name: str) -> Path:
        return self._stamp_folder / name.replace("/", "!")

    def _stamped(self, name: str) -> bool | None:
        """Whether a list is installed as it reads now; None when it never was."""
        stamp, source = self._stamp(name), self._locate(name)
        if not stamp.exists():
            return None
        return source is not None and stamp.read_text(encoding="utf-8") == self._fingerprint(source)

    def _locate(self, name: str) -> Path | None:
        path = _LISTS / name
        return path if path.exists() else next(self.path.glob(f"lib/*/site-packages/{name}"), None)

    def _fingerprint(self, source: Path) -> str:
        """Changes with the lists, the interpreter and the place: an environment cannot be moved."""
        digest = hashlib.sha256(f"{self.path}\0{sys.version}\0".encode())
        for path in (source, ROOT / "requirements.txt"):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def _make(self) -> None:
        print(f"   making {self.folder} with Python {sys.version.split()[0]}", flush=True)
        shutil.rmtree(self.path, ignore_errors=True)
        _quietly(sys.executable, "-m", "venv", str(self.path))
        self._stamp_folder.mkdir()

    def _install(self, name: str) -> None:
        source = self._locate(name)
        if source is None:
            raise EnvironmentFailed(f"{self.folder} has no {name} to install.")
        print(f"   installing {name} into {self.folder}", flush=True)
        # --no-user: a configuration that asks for user installs does not fit a virtual environment. --no-compile: Python
        # compiles what is imported when it is imported, and most of the Azure packages never is.
        options = ["--no-user", "--no-input", "--disable-pip-version-check", "--quiet"]
        options += [] if self.compiled else ["--no-compile"]
        _quietly(str(self.python), "-m", "pip", "install", *options, "--requirement", str(source))
        self._stamp(name).write_text(self._fingerprint(source), encoding="utf-8")


RUN = Environment(".venv", ("run.txt",))
DEVELOPMENT = Environment(".venv", ("run.txt", "development.txt"))
OLDEST = Environment(".venv-oldest", ("oldest.txt",))
IMPORTER = Environment(".venv-importer", ("importer.txt",))
# Modules in processes of their own compile nothing for the next one: what is measured must not pay for that.
PEER = Environment(".venv-peer", ("peer.txt", "ansible_collections/azure/azcollection/requirements.txt"), compiled=True)


@contextlib.contextmanager
def _alone(folder: str) -> t.Iterator[None]:
    """One process at a time: two targets started together must not write into the same environment."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _quietly(*command: str) -> None:
    """Run a command and keep its output for the case that it fails. pip sees the caller's own configuration."""
    hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise EnvironmentFailed(f"{' '.join(command)}\n{done.stdout}{done.stderr}".rstrip())
