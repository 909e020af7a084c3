"""Where the configuration of a server is, which of its files are ours, and the line by which the main file reads them."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass

from ...errors import Refusal
from . import texts
from .blocks import with_block
from .transaction import Contents, read_bytes

OURS = "privatelink-recovery"
JOURNAL = f".{OURS}.pending"


@dataclass(frozen=True)
class Place:
    """Where a server's configuration is: its own main file, and the directory our files go to.

    ``include``: whether its main file needs a line of ours: ``auto``, ``always``, ``never``.
    """

    main: str
    directory: str
    include: str = "auto"

    def ours(self, name: str) -> str:
        """The path of a file of ours."""
        return os.path.join(self.directory, name)

    @property
    def journal(self) -> str:
        """The path of the journal."""
        return self.ours(JOURNAL)


def text_of(path: str) -> str | None:
    """A file as text, whatever its bytes are; None when there is none."""
    content = None if os.path.isdir(path) else read_bytes(path)
    return None if content is None else content.decode("utf-8", "surrogateescape")


def content_of(text: str) -> bytes:
    """The inverse of :func:`text_of`."""
    return text.encode("utf-8", "surrogateescape")


def is_ours(path: str, text: str | None) -> bool:
    """Whether a file is one that this collection wrote."""
    return os.path.basename(path).startswith(OURS) and texts.MARK in (text or "").split("\n", 1)[0]


def refuse_foreign(place: Place, wanted: t.Iterable[str]) -> None:
    """Raise :class:`Refusal` when a file of our name is somebody else's."""
    for path in wanted:
        text = text_of(path)
        if text is not None and os.path.basename(path).startswith(OURS) and not is_ours(path, text):
            raise Refusal(
                f"{path} is there, and was not written by this collection; nothing was written.",
                remedy=f"Move it away, or name another directory than {place.directory}, and run again.",
            )


def with_leftovers(place: Place, files: t.Mapping[str, str], edits: t.Mapping[str, str | None]) -> Contents:
    """Our files, then edited files of the operator, then those of ours that are not wanted any more."""
    after: Contents = {path: content_of(text) for path, text in files.items()}
    for path, text in edits.items():
        if text is not None:
            after[path] = content_of(text)
    for path in siblings(place):
        if path not in after and is_ours(path, text_of(path)):
            after[path] = None
    return after


def siblings(place: Place) -> list[str]:
    """The paths of the files in our files' directory."""
    if not os.path.isdir(place.directory):
        return []
    return [path for name in sorted(os.listdir(place.directory)) if os.path.isfile(path := place.ours(name))]


def with_include(
    place: Place, comment: str, line: str, read_already: t.Callable[[str], bool], *, wanted: bool
) -> str | None:
    """The main file with the line that includes ours, where it is needed; None when the file is not there."""
    main = text_of(place.main)
    if main is None:
        return None
    bare = with_block(main, comment, [])
    needed = wanted and (place.include == "always" or (place.include == "auto" and not read_already(bare)))
    return with_block(main, comment, [line] if needed else [])
