"""Wrong variables files: how long an operator waits to read what is wrong, and how long the very first time."""

from __future__ import annotations

import json
import typing as t
from functools import partial
from pathlib import Path

from ansible_collections.privatelink.recovery.extensions.emulator.process import EmulatorProcess
from ansible_collections.privatelink.recovery.extensions.emulator.report import writes

from ..unit.stories.wrong_variables import CASES
from .commands import JSON, BenchmarkError, Commands, Side, Taken, inherited, timed
from .results import Budget, Figure, Row
from .rows_tasks import Sides

#: An operator reads what is wrong with a variables file within this.
SECONDS = 3.0
#: Of the files one in so many is played through the role itself too: it reads Azure for what only Azure knows.
EVERY = 8


class Case(t.NamedTuple):
    """A file that is wrong in one way."""

    role: str
    variables: JSON
    words: tuple[str, ...]


def variables(directory: Path, emulated: EmulatorProcess, sides: Sides, rounds: int) -> t.Iterator[Row]:
    """The slowest of all files with ``check_variables``, the slowest of some with the role, and the first run of all."""
    files = Files(directory, sides.ours)
    cases = [Case(*case) for case in CASES]
    # Python has nothing compiled yet, not even its own library: the worst that a first run can be.
    first = files.checked(cases[0])
    yield Row(
        "a wrong variables file, check_variables, the first run of all", "s", Figure.of([first.seconds]),
        notes=(f"{first.processor_seconds:.1f} CPU s, most of them to compile Python's own library, ansible-core and the collection",),
    )  # fmt: skip
    checked = [least(partial(files.checked, case), rounds) for case in cases]
    yield _slowest(f"{len(cases)} wrong variables files, check_variables, the slowest", checked, SECONDS)
    yield from _by_the_role(files, cases[::EVERY], emulated, rounds)


def _by_the_role(files: Files, cases: t.Sequence[Case], emulated: EmulatorProcess, rounds: int) -> t.Iterator[Row]:
    """Rows of the files that the role refuses without a question to Azure, and of those whose fault only Azure knows."""
    environment = files.beside(emulated)
    files.refused(cases[0].role, cases[0], environment)
    alone, asking = list[Taken](), list[Taken]()
    for case in cases:
        emulated.mark()
        taken = least(partial(files.refused, case.role, case, environment), rounds)
        entries = emulated.requests()
        if written := writes(entries):
            raise BenchmarkError(f"a run with a wrong variables file wrote: {written[:5]}")
        asked = any(str(entry["path"]).lower().startswith("/subscriptions/") for entry in entries)
        if not asked:
            files.require_words(case)
        (asking if asked else alone).append(taken)
    if alone:
        yield _slowest(f"{len(alone)} wrong variables files, the role itself, no request, the slowest", alone, SECONDS)
    if asking:
        yield _slowest(f"{len(asking)} wrong variables files, the role itself, which asks Azure, the slowest", asking)


def least(run: t.Callable[[], Taken], rounds: int) -> Taken:
    """What a file takes: the least of its runs, of which only one that is over the budget has a second."""
    best = run()
    for _round in range(rounds - 1):
        if best.seconds <= SECONDS:
            break
        best = min(best, run(), key=lambda taken: taken.seconds)
    return best


class Files:
    """Variables files and the plays that refuse them; everything Ansible and Python write stays below ``directory``."""

    def __init__(self, directory: Path, side: Side) -> None:
        self._directory, self._side, self._output = directory, side, directory / "output.log"
        directory.mkdir(parents=True)
        #: Without any Azure, and with bytecode of its own.
        self.alone: dict[str, str] = {
            **inherited(),
            "HOME": str(directory),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_COLLECTIONS_PATH": side.environment["ANSIBLE_COLLECTIONS_PATH"],
            "PYTHONPYCACHEPREFIX": str(directory / "bytecode"),
        }

    def beside(self, emulated: EmulatorProcess) -> dict[str, str]:
        """The same with the way to an emulator."""
        leading = Commands(self._directory / "role", emulated).environment(self._side)
        return {**leading, **self.alone}

    def refused(self, playbook: str, case: Case, environment: t.Mapping[str, str]) -> Taken:
        """Play a file. Raises :class:`BenchmarkError` when it is not refused."""
        path = self._directory / "wrong.json"
        path.write_text(json.dumps(case.variables), encoding="utf-8")
        chosen = ["-e", f"@{path}", "-e", f"recovery_role={case.role}"]
        command = [str(self._side.playbook), f"privatelink.recovery.{playbook}", *chosen]
        taken = timed(command, environment, self._output)
        if taken.code == 0 or "failed=1" not in self._said():
            raise BenchmarkError(f"{playbook}: {case.words} was not refused:\n{self._said()[-3000:]}")
        return taken

    def checked(self, case: Case) -> Taken:
        """Judge a file without Azure. Raises :class:`BenchmarkError` also when what is said is not what is wrong."""
        taken = self.refused("check_variables", case, self.alone)
        self.require_words(case)
        return taken

    def require_words(self, case: Case) -> None:
        """Raise :class:`BenchmarkError` when the last file's refusal lacks the case's words."""
        said = self._said()
        if missing := [word for word in case.words if word not in said]:
            raise BenchmarkError(f"{case.variables} was refused without {missing}:\n{said[-3000:]}")

    def _said(self) -> str:
        # Results are printed as JSON.
        return self._output.read_text(encoding="utf-8", errors="replace").replace('\\"', '"')


def _slowest(name: str, taken: t.Sequence[Taken], limit: float | None = None) -> Row:
    """``limit`` is the budget of the slowest."""
    seconds = Figure.of([one.seconds for one in taken])
    processor = Figure.of([one.processor_seconds for one in taken])
    budgets = () if limit is None else (Budget(limit, seconds.maximum, "slowest"),)
    note = f"{processor.text()} CPU s; a file that takes more than {SECONDS:g} s is played again, and its least counts"
    return Row(name, "s", seconds, budgets=budgets, notes=(note,))
