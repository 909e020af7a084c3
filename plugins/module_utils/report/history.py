"""The folders of a report directory: one for each run, links to the newest, and how many are kept.

A run has a folder of its own, named by its UTC time, what was run and a random id, so that no run overwrites what another
one handed over. Only folders with such a name that hold nothing but files of ours are ever removed.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
import time
import typing as t
from pathlib import Path

#: What can be run. A run in check mode is filed as ``check``, whatever it checks.
ENTRY_POINTS = (
    "main",
    "preflight",
    "verify",
    "drift",
    "teardown",
    "register",
    "reregister",
    "to_v2",
    "appliance",
    "replication",
)
CHECK = "check"
#: Link to the newest run's folder.
LATEST = "latest"
_RUN = re.compile(rf"\d{{4}}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{{3}}Z_({'|'.join((*ENTRY_POINTS, CHECK))})_[0-9a-f]{{8}}")


def new_run(entry_point: str, *, check_mode: bool, now: float | None = None) -> str:
    """The name of a new run: ``2026-01-31T12-00-00-000Z_main_0badcafe``. ``now`` is seconds since the epoch."""
    seconds = time.time() if now is None else now
    moment = time.strftime("%Y-%m-%dT%H-%M-%S", time.gmtime(seconds))
    kind = CHECK if check_mode else entry_point
    return f"{moment}-{int(seconds * 1000) % 1000:03d}Z_{kind}_{secrets.token_hex(4)}"


def kind_of(name: str) -> str:
    """What a run's folder is of, by its name; empty for a name that is no run's."""
    found = _RUN.fullmatch(name)
    return found[1] if found else ""


def write(folder: Path, name: str, text: str) -> None:
    """Write a file of a run's folder (``name`` may have folders of its own), readable by its owner only. Raises OSError."""
    path = folder / name
    # One after the other: the mode is that of the last folder made only.
    for place in (folder.parent, folder, path.parent):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".report-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise


def point(directory: Path, link: str, to: str) -> bool:
    """Make a link of the directory lead to a folder below it; False where something that is no link has its name.

    Raises OSError where links cannot be made.
    """
    path = directory / link
    if path.exists() and not path.is_symlink():
        return False
    temporary = directory / f".{link}-{secrets.token_hex(4)}"
    temporary.symlink_to(to, target_is_directory=True)
    os.replace(temporary, path)
    return True


def prune(directory: Path, keep: int, ours: t.Callable[[str], bool]) -> list[str]:
    """Remove all but the newest ``keep`` runs of each kind (0: none is removed), and return the names of those removed.

    ``ours`` says of a path within a run's folder whether a report writes such a file: a folder that holds anything else
    stays, and so does one that a link of the directory leads to.
    """
    linked = {path.resolve().relative_to(directory.resolve()).parts[0] for path in _links(directory)}
    kinds: dict[str, list[Path]] = {}
    for path in sorted(directory.iterdir(), reverse=True):
        if kind_of(path.name) and path.is_dir() and not path.is_symlink():
            kinds.setdefault(kind_of(path.name), []).append(path)
    gone = []
    for runs in kinds.values():
        for path in runs[keep:] if keep else ():
            files = [str(file.relative_to(path)) for file in path.rglob("*") if not file.is_dir() or file.is_symlink()]
            if path.name not in linked and all(map(ours, files)):
                shutil.rmtree(path, ignore_errors=True)
                gone.append(path.name)
    return gone


def _links(directory: Path) -> t.Iterator[Path]:
    """The links of a directory that lead to something below it."""
    home = directory.resolve()
    return (path for path in directory.iterdir() if path.is_symlink() and home in path.resolve().parents)
