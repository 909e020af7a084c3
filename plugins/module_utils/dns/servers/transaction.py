"""Files of a server's configuration changed as a whole: all of them, or byte for byte none.

What the files were is kept beside them in a journal until the server has loaded what they are. A run that was killed in
between leaves the journal, from which the next one knows that the server has to load them, and what to go back to.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import stat
import tempfile
import typing as t
from dataclasses import dataclass, field

from ...errors import InputError, Refusal

Contents = dict[str, "bytes | None"]
MODE = 0o644
_TEMPORARY = ".privatelink-recovery-"


def read_bytes(path: str) -> bytes | None:
    """What a file holds; None when there is none. Raises :class:`InputError` when it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror or error}.",
            remedy="Run the task as a user who may read it (become).",
        ) from error


@dataclass
class Transaction:
    """Changes to files. ``after`` has their contents, None for a file that goes; ``before`` what was there.

    ``journal`` is the path of the journal, in a directory that exists.
    """

    journal: str
    after: Contents
    before: Contents = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = {path: read_bytes(path) for path in self.after}
        self._left = self._read_journal()

    @property
    def changes(self) -> list[str]:
        """The files that would change: new and other contents first, then what goes."""
        other = [path for path, content in self.after.items() if content != self.before[path]]
        return sorted(other, key=lambda path: self.after[path] is None)

    @property
    def interrupted(self) -> bool:
        """Whether an earlier change was written and never confirmed as loaded."""
        return os.path.exists(self.journal)

    def refuse_read_only(self) -> None:
        """Raise :class:`Refusal` for a file that somebody has made read-only; root could write it all the same."""
        for path in self.changes:
            try:
                mode = os.stat(path).st_mode
            except FileNotFoundError:
                continue
            if not mode & 0o222:
                raise Refusal(
                    f"{path} is read-only (mode {stat.S_IMODE(mode):04o}). Somebody wants it to stay as it is; nothing was written.",
                    remedy=f"chmod u+w {path}, once you know why, and run again.",
                )

    def write(self) -> None:
        """Write everything. Raises :class:`Refusal`, with every file as it was, when one cannot be written."""
        waiting: list[tuple[str, str]] = []
        done: list[str] = []
        self._sweep()
        try:
            for path in self.changes:
                content = self.after[path]
                if content is not None:
                    waiting.append((_beside(path, content), path))
            self._write_journal()
            for temporary, path in list(waiting):
                os.replace(temporary, path)
                waiting.remove((temporary, path))
                done.append(path)
            for path in self.changes:
                if self.after[path] is None:
                    os.unlink(path)
                    done.append(path)
        except OSError as error:
            for temporary, _path in waiting:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
            self._put_back(done, self.before)
            if not self._left:
                self.confirm()
            raise Refusal(
                f"The configuration could not be written: {error.filename or self.journal}: {error.strerror or error}. "
                "Every file is as it was, and the server goes on answering as before.",
                remedy="Make room or give the right to write, and run again.",
            ) from error

    def restore(self) -> None:
        """Put back what was there before, also before a run that was killed. Raises ``OSError`` when that fails."""
        origin: Contents = {**self.before, **self._left}
        self._put_back(list(origin), origin)

    def confirm(self) -> None:
        """The server runs with what the files hold: nothing has to be gone back to any more."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.journal)

    def _sweep(self) -> None:
        """Remove the temporary files of a run that was killed."""
        for folder in {os.path.dirname(path) for path in (self.journal, *self.after)}:
            for name in os.listdir(folder):
                if name.startswith(_TEMPORARY) and name.endswith("~"):
                    os.unlink(os.path.join(folder, name))

    def _put_back(self, paths: t.Iterable[str], contents: Contents) -> None:
        for path in paths:
            content = contents[path]
            if content == read_bytes(path):
                continue
            if content is None:
                os.unlink(path)
            else:
                os.replace(_beside(path, content), path)

    def _write_journal(self) -> None:
        kept: Contents = {**{path: self.before[path] for path in self.changes}, **self._left}
        document = {path: _entry(content, self.after.get(path)) for path, content in kept.items()}
        # The operator's files may hold keys.
        os.replace(_beside(self.journal, json.dumps(document).encode(), mode=0o600), self.journal)

    def _read_journal(self) -> Contents:
        """What files were before a run that was killed, for those that still are as it left them."""
        content = read_bytes(self.journal)
        try:
            document = json.loads(content or b"{}")
            return {
                path: None if entry["before"] is None else base64.b64decode(entry["before"])
                for path, entry in document.items()
                if entry["after"] == _digest(read_bytes(path))
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            return {}


def _entry(before: bytes | None, after: bytes | None) -> dict[str, str | None]:
    return {"before": None if before is None else base64.b64encode(before).decode(), "after": _digest(after)}


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def _beside(path: str, content: bytes, mode: int = MODE) -> str:
    """A file with this content beside ``path``, with the rights of the one that is there; its path.

    Its name begins with a point and ends with a tilde: no server takes it for a file of its configuration.
    """
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=_TEMPORARY, suffix="~")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            there = os.stat(path)
            os.chown(temporary, there.st_uid, there.st_gid)
            mode = stat.S_IMODE(there.st_mode)
        except FileNotFoundError:
            pass
        os.chmod(temporary, mode)
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary
