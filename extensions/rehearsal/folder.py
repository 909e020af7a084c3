"""The folder a rehearsal keeps everything in: empty when it begins, and never one that somebody else filled."""

from __future__ import annotations

import shutil
from pathlib import Path

MARK = ".rehearsal"
#: What rehearsals left before they had a mark.
_LOG = "emulator.log"


class Foreign(ValueError):
    """The folder holds what no rehearsal put there; the message says so and what to do."""


def prepare(folder: Path) -> Path:
    """Make the folder, with nothing of an earlier rehearsal in it. Raises :class:`Foreign` rather than empty another's."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).is_file() and not (folder / _LOG).is_file():
            raise Foreign(
                f"{folder} is not empty and was not made by a rehearsal. Name another directory with --build."
            )
        for left in folder.iterdir():
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            else:
                left.unlink()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / MARK).write_text("Made by a rehearsal; the next one empties this folder.\n", encoding="utf-8")
    return folder
