"""Every module: its table, its documentation, its twin in the controller and its place in the action group agree."""

from __future__ import annotations

import importlib
import typing as t

import pytest
import yaml
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.connection_options import CONNECTION
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.spec import Option

from ...modules import JSON, NAMES, PACKAGE, ROOT, documentation

PREFIX = "privatelink.recovery."


def table(name: str) -> Module:
    found: Module = importlib.import_module(f"{PACKAGE}.modules.{name}").MODULE
    return found


def fragment(reference: str) -> JSON:
    file, _dot, part = reference.removeprefix(PREFIX).partition(".")
    source = importlib.import_module(f"{PACKAGE}.doc_fragments.{file}").ModuleDocFragment
    content: JSON = yaml.safe_load(getattr(source, part.upper() or "DOCUMENTATION"))
    return content


def documented(name: str) -> JSON:
    """Options with those of the fragments."""
    document = documentation(name)
    options: JSON = {}
    for reference in document["extends_documentation_fragment"]:
        options.update(fragment(reference).get("options") or {})
    return {**options, **(document.get("options") or {})}


def disagreements(rows: t.Mapping[str, Option], options: JSON, where: str = "") -> list[str]:
    found = [f"{where}{name}: in one of the two only" for name in sorted(rows.keys() ^ options.keys())]
    for name in sorted(rows.keys() & options.keys()):
        row, reported = rows[name], options[name]
        pairs = (
            ("type", row.type, reported.get("type", "str")),
            ("required", row.required, bool(reported.get("required"))),
            ("default", row.argument().get("default"), reported.get("default")),
            ("choices", list(row.choices), [str(choice) for choice in reported.get("choices") or []]),
            ("elements", row.elements, reported.get("elements", "")),
            ("aliases", list(row.aliases), reported.get("aliases") or []),
            ("description", True, bool(reported.get("description"))),
        )
        found += [
            f"{where}{name}: {what} is {ours!r} and {told_as!r}" for what, ours, told_as in pairs if ours != told_as
        ]
        found += disagreements(row.options, reported.get("suboptions") or {}, f"{where}{name}.")
    return found


def action_group() -> list[str]:
    names: list[str] = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]["all"]
    return names


def test_there_are_modules() -> None:
    assert "vault" in NAMES and len(NAMES) > 5


@pytest.mark.parametrize("name", NAMES)
def test_options_are_those_of_the_table(name: str) -> None:
    assert disagreements(table(name).rows(), documented(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_action_runs_the_same_table(name: str) -> None:
    action = importlib.import_module(f"{PACKAGE}.action.{name}").ActionModule
    assert action.MODULE is table(name)


@pytest.mark.parametrize("name", NAMES)
def test_documentation_names_itself_and_its_fragments(name: str) -> None:
    document, rows = documentation(name), table(name).rows()
    assert document["module"] == name
    fragments = document["extends_documentation_fragment"]
    connected = rows.keys() >= CONNECTION.keys()
    assert (f"{PREFIX}attributes.actiongroup" in fragments) is connected
    assert (f"{PREFIX}connection" in fragments) is connected
    attributes: JSON = {}
    for reference in fragments:
        attributes.update(fragment(reference).get("attributes") or {})
    attributes.update(document.get("attributes") or {})
    assert attributes.keys() >= {"check_mode", "diff_mode", "idempotent", "action", "async"}
    assert ("action_group" in attributes) is connected


@pytest.mark.parametrize("name", NAMES)
def test_examples_are_tasks_of_the_module_with_its_options(name: str) -> None:
    module = importlib.import_module(f"{PACKAGE}.modules.{name}")
    tasks = yaml.safe_load(module.EXAMPLES)
    own = [task[PREFIX + name] for task in tasks if PREFIX + name in task]
    assert own, "no example uses the module"
    assert [key for options in own for key in options or {} if key not in table(name).rows()] == []
    assert [task for task in tasks if not task.get("name")] == []


@pytest.mark.parametrize("name", NAMES)
def test_results_have_descriptions(name: str) -> None:
    results = yaml.safe_load(importlib.import_module(f"{PACKAGE}.modules.{name}").RETURN)
    assert [key for key, value in results.items() if not {"description", "returned", "type"} <= value.keys()] == []


def test_the_action_group_has_every_module_with_a_connection_and_no_other() -> None:
    """Defaults of the group are connection options: a module that has none refuses them."""
    assert action_group() == [name for name in NAMES if table(name).rows().keys() >= CONNECTION.keys()]


def test_a_disagreement_would_be_seen() -> None:
    rows = {"a": Option(type="int", default=1), "b": Option()}
    options = {"a": {"type": "int", "default": 2, "description": "x"}, "c": {"description": "x"}}
    assert disagreements(rows, options) == [
        "b: in one of the two only",
        "c: in one of the two only",
        "a: default is 1 and 2",
    ]
