"""The floors of ``plugins/module_utils``: what may import what, and where things have their place."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.modes import MODES
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.catalog import SEQUENCES

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "plugins" / "module_utils"
TESTS = ROOT / "tests" / "unit"
#: From the ground up: an import points down, or stays in its folder.
FLOORS = ("ground", "azure", "engine", "resources", "dns", "sequences", "report", "procedures")
FILES = sorted(path for path in ENGINE.rglob("*.py") if path.stem != "__init__")
MOST_LINES = 350


def imports(path: Path) -> t.Iterator[tuple[int, str]]:
    """The line and the file (``sequences/plan``) of each relative import of a file of the engine."""
    here = path.relative_to(ENGINE).parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = [*here[: len(here) - node.level], *filter(None, (node.module or "").split("."))]
            for name in node.names:
                whole = "/".join([*folder, name.name])
                yield node.lineno, whole if (ENGINE / f"{whole}.py").exists() else "/".join(folder)


def floor(file: str) -> str:
    """The floor of a file: its first folder."""
    return file.split("/")[0] if "/" in file else "ground"


def upward(path: Path) -> list[str]:
    """The imports of a file that point up."""
    here = FLOORS.index(floor(str(path.relative_to(ENGINE))))
    return [
        f"{path.relative_to(ROOT)}:{line} imports {file}"
        for line, file in imports(path)
        if FLOORS.index(floor(file)) > here
    ]


def test_an_import_points_down_or_stays_in_its_folder() -> None:
    assert [row for path in FILES for row in upward(path)] == []


def test_an_upward_import_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ENGINE", tmp_path)
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    for folder in ("azure", "sequences"):
        (tmp_path / folder).mkdir()
    (tmp_path / "sequences" / "plan.py").write_text("from ..azure.client import Azure\n")
    client = tmp_path / "azure" / "client.py"
    client.write_text("from ..sequences.plan import plan\n")
    assert upward(tmp_path / "sequences" / "plan.py") == []
    assert upward(client) == ["azure/client.py:1 imports sequences/plan"]


def test_no_circle_of_files() -> None:
    uses = {str(path.relative_to(ENGINE))[:-3]: {file for _line, file in imports(path)} for path in FILES}
    while loose := [file for file, needed in uses.items() if not needed & uses.keys()]:
        for file in loose:
            del uses[file]
    assert uses == {}


def test_files_are_short() -> None:
    long = [path for path in FILES if len(path.read_text().splitlines()) > MOST_LINES]
    assert [str(path.relative_to(ROOT)) for path in long] == []


def test_a_task_is_known_only_where_a_module_is_served() -> None:
    allowed = {"engine/runner.py"}
    named = [
        str(path.relative_to(ENGINE))
        for path in FILES
        if floor(str(path.relative_to(ENGINE))) != "procedures" and re.search(r"(?<!\")\bTask\b", path.read_text())
    ]
    assert set(named) <= allowed


def test_a_module_is_served_by_the_procedure_of_its_own_name() -> None:
    for path in sorted((ROOT / "plugins" / "modules").glob("[a-z]*.py")):
        served = re.findall(r"module_utils\.procedures\.(\w+) import", path.read_text())
        assert path.stem in served or path.stem.removesuffix("_info") in served, path.name


def test_tests_stand_where_the_code_does() -> None:
    folders = {path.parent.relative_to(ENGINE).parts[0] for path in FILES if path.parent != ENGINE}
    assert {path.parent.name for path in (TESTS / "plugins").glob("*/test_*.py")} == folders


def test_no_test_imports_from_a_test() -> None:
    pattern = re.compile(r"^\s*from (?:\.\S*|tests\S*)\btest_\w+ import|^\s*from \.+ import .*\btest_\w+", re.MULTILINE)
    assert [str(path.relative_to(ROOT)) for path in TESTS.rglob("*.py") if pattern.search(path.read_text())] == []


RESOURCE_TYPE = re.compile(r"^(/subscriptions/.*)?Microsoft\.\w+/[\w/]+$")
API_VERSION = re.compile(r"^20\d\d-\d\d-\d\d(-preview)?$")
#: Names that tables know: what differs between them is an attribute of their row, not a comparison elsewhere.
NAMES = {
    *SEQUENCES,
    *(sequence.sub_resource for sequence in SEQUENCES.values()),
    *(variant for sequence in SEQUENCES.values() for variant in sequence.variants),
    *MODES,
}


def texts_of(node: ast.AST) -> set[str]:
    """The texts that stand in an expression."""
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def literals(tree: ast.AST) -> set[str]:
    """The resource types, actions and API versions that stand in code."""
    return {text for text in texts_of(tree) if RESOURCE_TYPE.match(text) or API_VERSION.match(text)}


def compared(tree: ast.AST) -> set[str]:
    """The names of tables that code compares something with."""
    return {text for node in ast.walk(tree) if isinstance(node, ast.Compare) for text in texts_of(node)} & NAMES


def test_types_and_versions_stand_with_the_resources() -> None:
    above = [path for path in FILES if floor(str(path.relative_to(ENGINE))) in ("sequences", "report", "procedures")]
    found = {str(path.relative_to(ENGINE)): literals(ast.parse(path.read_text())) for path in above}
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_nothing_is_compared_with_the_name_of_a_row_of_a_table() -> None:
    others = [path for path in FILES if path != ENGINE / "dns" / "modes.py"]
    found = {str(path.relative_to(ENGINE)): compared(ast.parse(path.read_text())) for path in others}
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_a_literal_and_a_comparison_would_be_seen() -> None:
    assert literals(ast.parse('azure.get(x + "Microsoft.Network/privateEndpoints", "2024-05-01")')) == {
        "Microsoft.Network/privateEndpoints",
        "2024-05-01",
    }
    assert compared(ast.parse('if mode == "custom" or name in ("backup", "x"): pass')) == {"custom", "backup"}
