"""``python -m tools TARGET``: what the Makefile calls."""

from __future__ import annotations

import os
import shutil
import sys
import time
import typing as t

from .commands import with_tools
from .environments import RUN, EnvironmentFailed
from .paths import BUILD, CACHE, ROOT, link_tree
from .steps import OTHERS, TESTS, Step

_USAGE = 2


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


def _report(results: list[tuple[str, bool, float]]) -> int:
    failed = [name for name, passed, _seconds in results if not passed]
    if len(results) > 1:
        print("\n== summary")
        for name, passed, seconds in results:
            print(f"   {name:<15}{'passed' if passed else 'FAILED':<8}{seconds:7.1f} s")
        total = sum(seconds for _name, _passed, seconds in results)
        print(f"== {len(failed)} failed, {len(results) - len(failed)} passed in {total:.1f} s", flush=True)
    return 1 if failed else 0


def _rehearse(arguments: t.Sequence[str]) -> t.NoReturn:
    """Hand over to the rehearsal, in the caller's own surroundings: playbook and variables are the caller's."""
    try:
        RUN.prepare()
    except EnvironmentFailed as error:
        sys.exit(str(error))
    environment = {**os.environ, **with_tools(RUN), "PYTHONPATH": str(ROOT / "extensions")}
    command = [str(RUN.python), "-m", "rehearsal", *arguments, "--build", str(BUILD / "rehearsal")]
    sys.stdout.flush()
    os.execve(command[0], command, environment)


def _clean() -> int:
    for path in (*ROOT.glob(".venv*"), *ROOT.glob(".*_cache"), CACHE, BUILD):
        shutil.rmtree(path, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
