"""``python -m tools TARGET``: what the Makefile calls."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor

from .commands import with_tools
from .environments import RUN, EnvironmentFailed
from .paths import BUILD, CACHE, ROOT, link_tree
from .steps import OTHERS, TESTS, Step

_USAGE = 2
_LANES = 2
_STARTED = time.monotonic()


def main(arguments: t.Sequence[str]) -> int:
    """Run a target. Returns 0 when it passed, 1 when it failed, 2 when there is no such target."""
    target, rest = (arguments[0], arguments[1:]) if arguments else ("", ())
    os.chdir(ROOT)
    steps = TESTS if target == "test" else tuple(step for step in (*TESTS, *OTHERS) if step.name == target)
    if target == "clean":
        return _clean()
    link_tree()
    if target == "rehearse":
        _rehearse(rest)
    if not steps:
        print(f"There is no target '{target}'; see make help.", file=sys.stderr)
        return _USAGE
    if target == "test":
        return _report(_side_by_side(steps))
    return _report([(step.name, *_timed(step)) for step in steps])


def _timed(step: Step) -> tuple[bool, float]:
    """Run a step and say how it went and how many seconds it took."""
    print(f"\n== {step.name}", flush=True)
    start, passed = time.monotonic(), False
    try:
        for environment in step.needs:
            environment.prepare()
        passed = step.run()
    except EnvironmentFailed as error:
        print(f"   {error}", flush=True)
    seconds = time.monotonic() - start
    print(f"== {step.name}: {'passed' if passed else 'FAILED'} in {seconds:.1f} s", flush=True)
    return passed, seconds


def _side_by_side(steps: t.Sequence[Step]) -> list[tuple[str, bool, float]]:
    """Run steps in two lanes, each step in a process of its own: many of them keep one processor busy and leave another idle.

    What a step says is shown when it has ended.
    """
    logs, alone = BUILD / "logs", threading.Lock()
    logs.mkdir(parents=True, exist_ok=True)

    def run(step: Step) -> tuple[str, bool, float]:
        start, log = time.monotonic(), logs / f"{step.name}.log"
        print(f"== {step.name}: started", flush=True)
        with log.open("wb") as file:
            command = (sys.executable, "-m", "tools", step.name)
            code = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, check=False).returncode
        with alone:
            print(log.read_text(encoding="utf-8", errors="replace"), flush=True)
        return step.name, code == 0, time.monotonic() - start

    with ThreadPoolExecutor(_LANES) as lanes:
        return list(lanes.map(run, steps))


def _report(results: list[tuple[str, bool, float]]) -> int:
    failed = [name for name, passed, _seconds in results if not passed]
    if len(results) > 1:
        print("\n== summary")
        for name, passed, seconds in results:
            print(f"   {name:<15}{'passed' if passed else 'FAILED':<8}{seconds:7.1f} s")
        print(
            f"== {len(failed)} failed, {len(results) - len(failed)} passed in {time.monotonic() - _STARTED:.1f} s",
            flush=True,
        )
    return 1 if failed else 0


def _rehearse(arguments: t.Sequence[str]) -> t.NoReturn:
    """Hand over to the rehearsal, in the caller's own surroundings: playbook and variables are the caller's."""
    try:
        RUN.prepare()
    except EnvironmentFailed as error:
        sys.exit(str(error))
    environment = {**os.environ, **with_tools(RUN), "PYTHONPATH": str(ROOT / "extensions")}
    # Container images often set it; every run would then compile the Azure packages anew, for three seconds.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [str(RUN.python), "-m", "rehearsal", *arguments, "--build", str(BUILD / "rehearsal")]
    sys.stdout.flush()
    os.execve(command[0], command, environment)


def _clean() -> int:
    for path in (*ROOT.glob(".venv*"), *ROOT.glob(".*_cache"), CACHE, BUILD):
        shutil.rmtree(path, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
