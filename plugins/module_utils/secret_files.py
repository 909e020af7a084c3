"""Files that hold a secret: made for their owner only, replaced as a whole, and overwritten before they are removed."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat

from .errors import InputError

#: What a run that was killed leaves of the file it was writing: one fixed name, so that the next run finds it.
PART = ".part"


def check_place(path: str, option: str = "path") -> None:
    """Raise :class:`InputError` unless a file can be made at the path. Nothing is written."""
    folder = os.path.dirname(path)
    if not os.path.isabs(path):
        raise InputError(f"{option} must be absolute, got {path}.")
    while not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{option}: the directory {folder} cannot be written to.")
    for each in (path, path + PART):
        if os.path.lexists(each) and not stat.S_ISREG(os.lstat(each).st_mode):
            raise InputError(f"{option}: {each} is there and is no ordinary file.", remedy="Name another path.")


def there(path: str) -> list[str]:
    """Which of the file and its unfinished part exist."""
    return [each for each in (path, path + PART) if os.path.lexists(each)]


def content_of(path: str, most: int = 65536) -> bytes | None:
    """The content of a file that only its owner may read, up to ``most`` bytes; None for any other."""
    try:
        with open(path, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            return file.read(most + 1) if stat.S_ISREG(mode) and not mode & 0o077 else None
    except OSError:
        return None


def write(path: str, content: bytes) -> None:
    """Make the file with mode 0600, as a whole or not at all, and a missing directory with 0700.

    Raises :class:`InputError` when the disk refuses.
    """
    part = path + PART
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        shred(part)
        shred(path)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        except OSError:
            with contextlib.suppress(OSError):
                shred(part)
            raise
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from None


def shred(path: str) -> None:
    """Overwrite a file and remove it; one that is not there is fine.

    Disks and file systems that write elsewhere (SSDs, journals, snapshots) may keep the old blocks all the same.
    """
    if not os.path.lexists(path):
        return
    if stat.S_ISREG(os.lstat(path).st_mode):
        with open(path, "r+b", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            file.write(secrets.token_bytes(size))
            os.fsync(file.fileno())
    os.unlink(path)
