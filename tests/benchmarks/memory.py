"""The memory of a process and all its children at one moment (Linux)."""

from __future__ import annotations

import threading
from pathlib import Path

_PAUSE_SECONDS = 0.1


class Sampler:
    """Looks at a process tree again and again until stopped."""

    def __init__(self, process: int) -> None:
        self._process, self._peak, self._end = process, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._end.wait(_PAUSE_SECONDS):
            self._peak = max(self._peak, megabytes(self._process))

    def stop(self) -> float:
        """The greatest sum seen, in megabytes."""
        self._end.set()
        self._thread.join()
        return self._peak


def megabytes(process: int) -> float:
    """Proportional set size of a process and its children: each shared page counts once over all of them."""
    return sum(_proportional_kilobytes(each) for each in _tree(process)) / 1024


def _tree(process: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            parent = _parent(folder)
            children.setdefault(parent, []).append(int(folder.name))
    found = [process]
    for each in found:
        found.extend(children.get(each, []))
    return found


def _parent(folder: Path) -> int:
    try:
        # The command's name, in brackets, may hold anything; the parent is the second field after it.
        return int((folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _proportional_kilobytes(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
