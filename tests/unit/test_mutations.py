"""``tests/mutations/table.yml`` fits the collection and its requirements, and what tries it is not fooled."""

from __future__ import annotations

import ast
import functools
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.privatelink.recovery.tests.mutations import table
from ansible_collections.privatelink.recovery.tests.mutations.runs import Broken, Case, Copy, survived, unmutated
from ansible_collections.privatelink.recovery.tests.mutations.table import Change, Row, fails_of

ROOT = Path(__file__).parents[2]
TABLE = table.read()
REQUIREMENTS = yaml.safe_load((ROOT / "docs" / "requirements.yml").read_text(encoding="utf-8"))
NAMES = list(dict.fromkeys(row.name for row in TABLE.rows))
pytestmark = pytest.mark.xdist_group("mutations")


@functools.cache
def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@functools.cache
def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TABLE.ids)
def test_every_test_that_shows_a_requirement_fails_for_a_row_of_it(name: str) -> None:
    rows = [row for row in TABLE.rows if row.name == name]
    shown = {one for one in REQUIREMENTS[name].get("shown_by", ()) if not one.startswith("molecule:")}
    if any(row.reason for row in rows):
        assert len(rows) == 1 and not shown
    else:
        assert {one.shown_by.partition("[")[0] for row in rows for one in row.fails} == shown


def test_each_requirement_is_listed_once() -> None:
    assert len(set(TABLE.ids)) == len(TABLE.ids) == 39
    assert {row.name for row in TABLE.rows if row.name in REQUIREMENTS} == {*TABLE.ids}


@pytest.mark.parametrize("name", NAMES)
def test_what_a_row_replaces_is_there_once_and_its_tests_are_there(name: str) -> None:
    for row in TABLE.rows:
        if row.name != name:
            continue
        for change in row.changes:
            mutated = change.mutated(text_of(change.file))
            # Code that cannot be read would fail every test.
            readable = ast.parse if change.file.endswith(".py") else yaml.safe_load
            readable(mutated)
            assert change.file.split("/")[0] in ("plugins", "roles", "extensions")
        for one in row.fails:
            path, _colons, test = one.test.partition("::")
            assert test.partition("[")[0] in functions(path), one.shown_by


ROW: dict[str, t.Any] = {"name": "x", "deed": "A.", "file": "f", "replace": "a", "by": "b", "fails": ["t.py::test_a"]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fails": []}, "no test fails"),
        ({"why": "because"}, "unknown or missing: why"),
        ({"by": None}, "unknown or missing: by"),
        ({"also": [{"file": "f", "replace": "c"}]}, "unknown or missing: by"),
        ({"reason": "none"}, "unknown or missing: by, fails, file, replace"),
    ],
)
def test_a_row_that_is_not_whole_is_refused(change: dict[str, t.Any], words: str, tmp_path: Path) -> None:
    row = {key: value for key, value in {**ROW, **change}.items() if value is not None}
    written = tmp_path / "table.yml"
    written.write_text(yaml.safe_dump({"ids": [], "rows": [row]}))
    with pytest.raises(ValueError, match=words):
        table.read(written)


def test_rows_are_chosen_by_name() -> None:
    assert {row.name for row in TABLE.of(["R-BKP-14"])} == {"R-BKP-14"}
    assert TABLE.of([]) == [*TABLE.rows]
    with pytest.raises(ValueError, match="no row for R-BKP-99"):
        TABLE.of(["R-BKP-14", "R-BKP-99"])


@pytest.mark.parametrize(("text", "words"), [("b", "0 times"), ("aa", "2 times")])
def test_a_text_that_is_not_there_once_is_not_replaced(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Change("f", "a", "c").mutated(text)


A = "t.py::test_a"
PASSED, ASSERTED = Case(A, "", False), Case(A, "AssertionError: assert 1 == 2", True)


@pytest.mark.parametrize(
    ("shown_by", "cases", "words"),
    [
        (A, [ASSERTED], ""),
        (A, [PASSED], "passes without the deed"),
        (A, [Case("t.py::test_ab", ASSERTED.why, True)], "passes without the deed"),
        (A, [Case(f"{A}[one]", "", False), Case(f"{A}[two]", ASSERTED.why, True)], ""),
        (f"{A}[one]", [Case(f"{A}[one]", "", False), Case(f"{A}[two]", ASSERTED.why, True)], "passes without the deed"),
        (A, [Case(A, "KeyError: 'a'", False)], "breaks down without looking: KeyError"),
        ("rehearsal:backup/drift", [Case(f"{table.SCENARIOS}[backup]", "assert 'drift: it' == ''", True)], ""),
        ("rehearsal:backup/drift", [Case(f"{table.SCENARIOS}[backup]", "assert 'again: it' == ''", True)], "elsewhere"),
    ],
)
def test_whether_a_test_noticed(shown_by: str, cases: list[Case], words: str) -> None:
    found = survived(fails_of(shown_by), cases)
    assert words in found and bool(found) is bool(words)


def test_a_test_must_pass_while_everything_is_there() -> None:
    assert unmutated(fails_of(A), [PASSED]) == ""
    assert "did not run" in unmutated(fails_of(A), [])
    assert "fails while everything is there" in unmutated(fails_of(A), [ASSERTED])


CODE = "def answer() -> int:\n    return 42\n"
TEST = """
import pytest
from code_of_mine import answer

def test_a():
    assert answer() == 42

@pytest.fixture
def broken():
    assert answer() == 42

def test_b(broken):
    pass

def test_c():
    {42: "x"}[answer()]
"""


def test_a_deed_is_taken_out_and_put_back(tmp_path: Path) -> None:
    code, tests = tmp_path / "code_of_mine.py", [f"test_mine.py::test_{name}" for name in "abc"]
    code.write_text(CODE)
    (tmp_path / "test_mine.py").write_text(TEST)
    copy, before = Copy(tmp_path, tmp_path), code.stat().st_mtime
    assert [case.why for case in copy.test(tests)] == ["", "", ""]
    fails = tuple(map(fails_of, tests))
    cases = copy.without(Row("x", "It answers.", (Change("code_of_mine.py", "42", "43"),), fails))
    # Only what a test itself asserts says that it looked.
    assert [survived(one, cases).partition(":")[0] for one in fails] == ["", "test_mine.py", "test_mine.py"]
    assert [case.asserted for case in cases] == [True, False, False]
    assert (code.read_text(), code.stat().st_mtime) == (CODE, before)
    unread = Row("x", "It answers.", (Change("code_of_mine.py", "def answer", "def other"),), fails)
    with pytest.raises(Broken, match="cannot import name 'answer'"):
        copy.without(unread)
    assert code.read_text() == CODE
