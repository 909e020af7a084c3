"""What has to be installed and imported."""

from __future__ import annotations

import json
import subprocess
import typing as t
from pathlib import Path

from .results import Budget, Figure, Row
from .rows_tasks import Sides

PACKAGES, MEGABYTES = 25, 80
_HERE, _ROOT = Path(__file__).parent, Path(__file__).resolve().parents[2]
_TIMED = "import time; begun = time.perf_counter(); {}; print(time.perf_counter() - begun)"
_OURS = "ansible_collections.privatelink.recovery.plugins"
OUR_IMPORT = f"import {_OURS}.action.private_endpoint, {_OURS}.action.private_dns_records"
PEER_IMPORT = "import ansible_collections.azure.azcollection.plugins.module_utils.azure_rm_common"


def packages(sides: Sides) -> t.Iterator[Row]:
    """Packages and disk added to ansible-core, from what is installed."""
    ours = _added(sides.ours.python, _ROOT / "requirements.txt")
    peer = _added(sides.peer.python, _peer_requirements(sides.peer.python)) if sides.peer else None
    for name, unit, limit, value in (
        ("packages added to ansible-core", "packages", PACKAGES, lambda found: len(found["packages"])),
        ("disk added to ansible-core", "MB", MEGABYTES, lambda found: found["bytes"] / 1e6),
    ):
        mine = Figure.of([value(ours)])
        other = Figure.of([value(peer)]) if peer else None
        yield Row(name, unit, mine, other, (Budget(limit, mine.median, "ours"),))


def imports(sides: Sides, rounds: int, tree: Path) -> t.Iterator[Row]:
    """Importing the engine with its Azure packages, once in a run of ours and once in a task of the peer's."""
    ours, peer = [], []
    for number in range(rounds + 1):
        mine = _seconds(sides.ours.python, OUR_IMPORT, tree)
        other = _seconds(sides.peer.python, PEER_IMPORT, tree) if sides.peer else 0.0
        if number:
            ours.append(mine)
            peer.append(other)
    note = "ours once a run, with ansible-core's action base; the peer's in each task"
    yield Row("import of engine and SDKs", "s", Figure.of(ours), Figure.of(peer) if sides.peer else None, notes=(note,))


def _added(python: Path, requirements: Path) -> dict[str, t.Any]:
    command = [str(python), str(_HERE / "packages.py"), str(requirements)]
    found: dict[str, t.Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def _peer_requirements(python: Path) -> Path:
    code = "import ansible_collections.azure.azcollection as found; print(list(found.__path__)[0])"
    done = subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True)
    return Path(done.stdout.strip()) / "requirements.txt"


def _seconds(python: Path, statement: str, tree: Path) -> float:
    command = [str(python), "-c", _TIMED.format(statement)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={"PYTHONPATH": str(tree), "HOME": str(tree)}
    )
    return float(done.stdout)
