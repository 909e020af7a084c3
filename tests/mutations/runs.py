"""Runs tests in a copy of the collection, and says how each of them ended."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from .table import Fails, Row

#: How the failure of a test begins that looked and found something else than it must.
_ASSERTIONS = ("AssertionError", "assert ", "Failed: DID NOT RAISE")
_PASSED, _FAILED = 0, 1
#: Seconds after which a run of tests is given up: without its deed, code may wait for ever.
_PATIENCE = 900
#: Seconds between the ages that files are given: compiled code of another age is not used.
_LATER = 10


@dataclass(frozen=True)
class Case:
    """One case of a test: ``why`` is empty when it passed; ``asserted`` says that it failed because of what it looked at."""

    test: str
    why: str
    asserted: bool


class Broken(Exception):
    """Tests could not be run: not collected, not found, or never at an end."""


class Copy:
    """A copy of the collection below a folder that Python and Ansible search for collections."""

    def __init__(self, root: Path, search: Path) -> None:
        self.root, self._search, self._changed = root, search, 0

    def test(self, names: t.Iterable[str]) -> list[Case]:
        """Run tests and say how each case ended. Raises :class:`Broken`."""
        report = self._search / "report.xml"
        report.unlink(missing_ok=True)
        options = ("-p", "no:cacheprovider", "-o", "junit_family=xunit1", f"--junitxml={report}", "--tb=short")
        command = [sys.executable, "-m", "pytest", *options, *dict.fromkeys(names)]
        surroundings = {**os.environ, "PYTHONPATH": str(self._search), "ANSIBLE_COLLECTIONS_PATH": str(self._search)}
        try:
            done = subprocess.run(
                command, cwd=self.root, env=surroundings, capture_output=True, text=True, timeout=_PATIENCE, check=False
            )
        except subprocess.TimeoutExpired:
            raise Broken(f"the tests are not at an end after {_PATIENCE} s") from None
        if done.returncode not in (_PASSED, _FAILED):
            raise Broken((done.stdout + done.stderr).strip()[-2000:])
        return list(_cases(report))

    def without(self, row: Row) -> list[Case]:
        """Take a row's deed out, run its tests, and put the deed back. Raises :class:`Broken`, ValueError for a replacement."""
        kept: dict[Path, tuple[str, os.stat_result]] = {}
        self._changed += 1
        try:
            for change in row.changes:
                path = self.root / change.file
                text = path.read_text(encoding="utf-8")
                kept.setdefault(path, (text, path.stat()))
                path.write_text(change.mutated(text), encoding="utf-8")
                os.utime(path, (kept[path][1].st_atime, kept[path][1].st_mtime + self._changed * _LATER))
            return self.test(one.test for one in row.fails)
        finally:
            for path, (text, status) in kept.items():
                path.write_text(text, encoding="utf-8")
                os.utime(path, (status.st_atime, status.st_mtime))


def _cases(report: Path) -> t.Iterator[Case]:
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        test = f"{case.get('file')}::{case.get('name')}"
        failure, error = case.find("failure"), case.find("error")
        found = failure if failure is not None else error
        if found is None:
            yield Case(test, "", False)
            continue
        message = str(found.get("message"))
        yield Case(test, message, failure is not None and message.startswith(_ASSERTIONS))


def belongs(case: Case, test: str) -> bool:
    """Whether a case is one of a test that is named with its parameters, or without."""
    return case.test == test or ("[" not in test and case.test.partition("[")[0] == test)


def unmutated(fails: Fails, cases: t.Sequence[Case]) -> str:
    """What is wrong with a test while everything is there, as text."""
    own = [case for case in cases if belongs(case, fails.test)]
    wrong = next((case for case in own if case.why), None)
    if wrong:
        return f"{wrong.test} fails while everything is there: {_first_line(wrong.why)}"
    return "" if own else f"{fails.test} did not run"


def survived(fails: Fails, cases: t.Sequence[Case]) -> str:
    """Why it cannot be said that a test noticed the loss of a deed, as text; empty when it did."""
    failed = [case for case in cases if belongs(case, fails.test) and case.why]
    if not failed:
        return f"{fails.named} passes without the deed"
    seen = [case for case in failed if case.asserted]
    if not seen:
        return f"{fails.named} breaks down without looking: {_first_line(failed[0].why)}"
    if not any(fails.says in case.why for case in seen):
        return f"{fails.named} fails elsewhere: {_first_line(seen[0].why)}"
    return ""


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:300]
