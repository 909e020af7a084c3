"""Virtual environments, each made from requirement lists and made again only when these change.

One of them has pip, which brings uv; all else is installed by uv, in a tenth of the time.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from .paths import CACHE, ROOT
from .pip_settings import uv_variables

_LISTS = ROOT / "tests" / "requirements"


class EnvironmentFailed(Exception):
    """An environment could not be made; the message is that of the program that installs."""


@dataclass(frozen=True)
class Environment:
    """A folder of the repository and the requirement lists installed into it, one after the other.

    A list is a file of ``tests/requirements``, or one that an earlier list has brought into ``site-packages``. With
    ``compiled`` everything is compiled at once, as pip does it for an operator. ``installer`` is the environment whose
    programs install into this one; without it, it has them itself. The first of ``pythons`` that can be run makes it, or
    else the interpreter of this process.
    """

    folder: str
    lists: tuple[str, ...]
    compiled: bool = False
    installer: Environment | None = None
    pythons: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The folder."""
        return ROOT / self.folder

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.path / "bin" / "python"

    @property
    def _installing(self) -> Path:
        """The interpreter with the programs that install into it."""
        return (self.installer or self).python

    @functools.cached_property
    def _maker(self) -> str:
        """The interpreter that makes it. A name on PATH may be a stub of a version manager, so each is tried."""
        for name in self.pythons:
            kept = sorted(Path.home().glob(f".pyenv/versions/{name.removeprefix('python')}*/bin/python"))
            for path in [shutil.which(name), *map(str, kept)]:
                if (
                    path
                    and not subprocess.run([path, "-c", "import venv"], capture_output=True, check=False).returncode
                ):
                    return path
        return sys.executable

    def prepare(self) -> None:
        """Make it, complete it or leave it, whatever its stamps ask for. Raises :class:`EnvironmentFailed`."""
        if self.installer:
            self.installer.prepare()
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
        made_by = sys.version if self._maker == sys.executable else self._maker
        digest = hashlib.sha256(f"{self.path}\0{made_by}\0".encode())
        for path in (source, ROOT / "requirements.txt"):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def _make(self) -> None:
        own = self._maker == sys.executable
        print(f"   making {self.folder} with {f'Python {sys.version.split()[0]}' if own else self._maker}", flush=True)
        shutil.rmtree(self.path, ignore_errors=True)
        if self.installer:
            _quietly(self._maker, "-m", "venv", "--without-pip", str(self.path))
        else:
            _quietly(sys.executable, "-m", "venv", str(self.path))
            _tried("uv cannot be had, pip will do", self._by_pip, _LISTS / "installer.txt", "--only-binary=:all:")
        self._stamp_folder.mkdir()

    def _install(self, name: str) -> None:
        source = self._locate(name)
        if source is None:
            raise EnvironmentFailed(f"{self.folder} has no {name} to install.")
        print(f"   installing {name} into {self.folder}", flush=True)
        # uv has no program for every platform, and does not know every way in which pip finds packages.
        if not _tried("uv could not, now pip tries", self._by_uv, source):
            self._by_pip(source)
        self._stamp(name).write_text(self._fingerprint(source), encoding="utf-8")

    def _by_uv(self, source: Path) -> None:
        options = ["--quiet", "--compile-bytecode"] if self.compiled else ["--quiet"]
        command = ("uv", "pip", "install", *options, "--python", str(self.python), "--requirement", str(source))
        _quietly(str(self._installing), "-m", *command, **uv_variables(self._installing))

    def _by_pip(self, source: Path, *more: str) -> None:
        # --no-user: a configuration that asks for user installs does not fit a virtual environment. --no-compile: Python
        # compiles what is imported when it is imported, and most of the Azure packages never is.
        options = ["--no-user", "--no-input", "--disable-pip-version-check", "--quiet", *more]
        options += [] if self.compiled else ["--no-compile"]
        pip = (str(self._installing), "-m", "pip", "--python", str(self.python))
        _quietly(*pip, "install", *options, "--requirement", str(source))


INSTALLER = Environment(".venv", ())
RUN = Environment(".venv", ("run.txt",))
DEVELOPMENT = Environment(".venv", ("run.txt", "development.txt"))
OLDEST = Environment(".venv-oldest", ("oldest.txt",), installer=INSTALLER)
# Newer releases of ansible-core want newer Pythons.
NEWEST = Environment(
    ".venv-newest", ("newest.txt",), installer=INSTALLER, pythons=("python3.14", "python3.13", "python3.12")
)
IMPORTER = Environment(".venv-importer", ("importer.txt",), installer=INSTALLER)
CONFORMANCE = Environment(".venv-conformance", ("conformance.txt",), installer=INSTALLER)
# Modules in processes of their own compile nothing for the next one: what is measured must not pay for that.
PEER = Environment(
    ".venv-peer",
    ("peer.txt", "ansible_collections/azure/azcollection/requirements.txt"),
    compiled=True,
    installer=INSTALLER,
)


@contextlib.contextmanager
def _alone(folder: str) -> t.Iterator[None]:
    """One process at a time: two targets started together must not write into the same environment."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _tried(otherwise: str, install: t.Callable[..., None], *arguments: t.Any) -> bool:
    """Whether it could be installed; if not, what is said of it is told with what comes of that."""
    try:
        install(*arguments)
    except EnvironmentFailed as error:
        print(f"   {otherwise}: {error}", flush=True)
        return False
    return True


def _quietly(*command: str, **variables: str) -> None:
    """Run a command and keep its output for the case that it fails. It sees the caller's own settings.

    ``variables`` are for what the caller has not set.
    """
    hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**variables, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EnvironmentFailed(f"{' '.join(command)}\n{done.stdout}{done.stderr}".rstrip())
