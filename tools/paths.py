"""Where things are, and which files belong to the collection."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
HOME = CACHE / "home"
BUILD = ROOT / "build"
#: Contains the collection as a symbolic link: for everything that imports it or looks it up by name.
TREE = CACHE / "tree"
COLLECTION = Path("ansible_collections", "privatelink", "recovery")
LINK = TREE / COLLECTION

_NOT_OURS = {".git", ".cache", ".ansible", "build", "collections", "__pycache__", "output", ".hypothesis"}
_NOT_OURS_ENDINGS = (".pyc", "_cache")


def link_tree() -> None:
    """Make :data:`LINK` when it is not there yet."""
    LINK.parent.mkdir(parents=True, exist_ok=True)
    if not LINK.is_symlink() or Path(os.readlink(LINK)) != ROOT:
        LINK.unlink(missing_ok=True)
        LINK.symlink_to(ROOT)


@contextlib.contextmanager
def copied_tree() -> t.Iterator[Path]:
    """A copy of the collection's files, for as long as it is used.

    ansible-test resolves symbolic links, insists on a real path that ends in the collection's name, and reads the
    first Git repository above it, which must not be this one: it ignores ``.cache``.
    """
    with tempfile.TemporaryDirectory(prefix="collection-") as folder:
        copy = Path(folder).resolve() / COLLECTION
        for name in collection_files():
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
        yield copy


def collection_files() -> list[str]:
    """Files of the collection: those git knows or would add, or, without git, all that these tools did not make."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = []
    if "galaxy.yml" not in listed:  # no git, no repository, or one that is not ours
        listed = [str(path) for path in _walk()]
    return sorted(name for name in listed if name and (ROOT / name).is_file())


def _walk() -> list[Path]:
    found: list[Path] = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if _is_ours(name)]
        found += [Path(folder, name).relative_to(ROOT) for name in files if _is_ours(name)]
    return found


def _is_ours(name: str) -> bool:
    return (
        name not in _NOT_OURS and not name.endswith(_NOT_OURS_ENDINGS) and not name.startswith((".venv", ".coverage"))
    )
