"""``python -m …tests.documented --build FOLDER``: run every documented command with this interpreter's ansible-core."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from ansible_collections.privatelink.recovery.tools.paths import copied_tree

from .collecting import Shown, collect
from .running import ROOT, Outcome, run
from .table import Left, Story, load, misfits

_LANES = 2
#: What a make that runs this hands down would change what another one says.
_WITHOUT_MAKE = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}


def main(arguments: t.Sequence[str] | None = None) -> int:
    """0 when every documented command did what the table says of it, and the table and the documentation fit."""
    options = _options(arguments)
    table, shown = load(), collect(ROOT)
    wrong = misfits(shown, table, [path.stem for path in (ROOT / "playbooks").glob("*.yml")])
    for line in wrong:
        print(f"   {line}", flush=True)
    print(f"-- with ansible-core {version('ansible-core')} on Python {sys.version.split()[0]}", flush=True)
    build = Path(options.build).resolve()
    _archive(build)
    first, *rest = [story for story in table.stories if not options.story or story.name in options.story]
    good = _passed(first, shown, build)
    if good or first.name in options.story:
        with ThreadPoolExecutor(_LANES) as lanes:
            good = all(list(lanes.map(lambda story: _passed(story, shown, build), rest))) and good
    if not options.story:
        said = [_dry(row) if row.dry else _left(row) for row in table.left]
        good = all(said) and good
    return int(bool(wrong) or not good)


def _archive(build: Path) -> None:
    """The archive where ``make build`` leaves it, made with this ansible-core, below the folder of the first story."""
    with copied_tree() as copy:
        command = [str(Path(sys.executable).with_name("ansible-galaxy")), "collection", "build", str(copy), "--force"]
        subprocess.run([*command, "--output-path", str(build / "archive")], check=True, stdout=subprocess.DEVNULL)


def _passed(story: Story, shown: t.Sequence[Shown], build: Path) -> bool:
    begun, outcomes = time.monotonic(), list[Outcome]()
    try:
        for outcome in run(story, shown, build):
            outcomes.append(outcome)
    except (OSError, RuntimeError, ValueError, LookupError) as error:
        outcomes.append(Outcome("the story", "", 0, [f"{type(error).__name__}: {error}"], ""))
    lines = [line for outcome in outcomes for line in outcome.lines()]
    # In one piece: two stories are run side by side.
    print("\n".join([f"-- {story.name}: {time.monotonic() - begun:.1f} s", *lines]), flush=True)
    return not any(outcome.wrong for outcome in outcomes)


def _dry(row: Left) -> bool:
    """Whether make knows each of these commands, and what it would run."""
    print(f"-- asked with make -n: {row.because}", flush=True)
    good = True
    for name in row.names:
        done = subprocess.run(
            [*name.split(), "-n"], cwd=ROOT, env=_WITHOUT_MAKE, capture_output=True, text=True, check=False
        )
        # A folder of the target's name would do for a make that knows no such target.
        known = not done.returncode and "is up to date" not in done.stdout
        good &= known
        print(f"   {'ok' if known else 'FAILED':6} {name}: {(done.stderr or done.stdout).strip()}", flush=True)
    return good


def _left(row: Left) -> bool:
    print(f"-- not run: {row.because}", flush=True)
    for name in row.names:
        print(f"   {name}", flush=True)
    return True


def _options(arguments: t.Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="documented", description=__doc__)
    parser.add_argument("--build", default="build/documented", help="folder of the runs")
    parser.add_argument("--story", action="append", default=[], help="this story only, of a build that is there")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
