"""Plays the task files of a role in this process, against an emulator in this process.

Nothing about the role is repeated here: its own YAML is read and templated by Ansible, and each module task runs through
the module's own table. What this player does not understand in a task file is an error, so the role cannot drift away
from it; ``test_processes.py`` holds it against ``ansible-playbook`` itself.
"""

from __future__ import annotations

import functools
import importlib
import json
import typing as t
from dataclasses import dataclass, field, replace
from pathlib import Path

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.connection import Context
from ansible_collections.privatelink.recovery.plugins.module_utils.engine.runner import Module, Task, execute
from ansible_collections.privatelink.recovery.plugins.plugin_utils.local import untagged

from ..conftest import CREDENTIALS, Cloud
from .looked_up import looked_up

JSON = dict[str, t.Any]
ROLES = Path(__file__).parents[3] / "roles"
COLLECTION = "privatelink.recovery."
ABOUT = {"name", "when", "loop", "loop_control", "register", "vars", "delegate_to", "rescue", "failed_when"}
#: Keywords of tasks that run elsewhere, which nothing does here.
ABOUT |= {"connection", "ignore_unreachable", "tags"}
#: Keywords of tasks that are tried again, whose pauses take no time here.
ABOUT |= {"always", "until", "retries", "delay", "changed_when"}


@functools.cache
def read(path: Path) -> t.Any:
    """A YAML file of a role, trusted as templates are."""
    return DataLoader().load_from_file(str(path), trusted_as_template=True)


@functools.cache
def table(name: str) -> Module:
    """The table of a module."""
    module = importlib.import_module(f"ansible_collections.privatelink.recovery.plugins.modules.{name}")
    return t.cast(Module, module.MODULE)


@dataclass(frozen=True)
class Deed:
    """One task that was run, or one item of its loop. ``began`` is how many requests had been made before it."""

    task: str
    item: str
    module: str
    result: JSON
    began: int


@dataclass
class Played:
    """What one run did, in order. ``failure`` is the message that ended it, ``report`` what it handed over."""

    deeds: list[Deed] = field(default_factory=list)
    failure: str = ""
    report: JSON = field(default_factory=dict)
    #: What it printed.
    said: list[str] = field(default_factory=list)

    @property
    def changes(self) -> dict[tuple[str, str], t.Any]:
        """The diff of each task (and item) that changed something."""
        return {(deed.task, deed.item): deed.result.get("diff") for deed in self.deeds if deed.result.get("changed")}

    @property
    def warnings(self) -> list[str]:
        """All warnings."""
        return [text for deed in self.deeds for text in deed.result.get("warnings") or []]

    def of(self, module: str) -> list[JSON]:
        """The results of a module."""
        return [deed.result for deed in self.deeds if deed.module == module]


class Stopped(Exception):
    """A task failed. ``result`` is what it registered."""

    def __init__(self, task: str, result: JSON) -> None:
        super().__init__(f"{task}: {result['msg']}")
        self.result = result


class Sequence:
    """A role against one emulated Azure. ``variables`` are the operator's; every :meth:`play` is a run of its own."""

    #: A task that the role lacks: its file, below the roles, and its name.
    left_out: tuple[str, str] | None = None

    def __init__(self, cloud: Cloud, directory: Path, role: str = "backup", **variables: t.Any) -> None:
        self.cloud, self.directory, self.role = cloud, directory, role
        self.variables: JSON = {f"{role}_report_directory": str(directory / "report"), **variables}
        self.connection: JSON = dict(CREDENTIALS)
        #: What a person answers to a question; without a terminal, nothing.
        self.typed = ""
        #: The tasks that were reached, in this form.
        self.reached: set[tuple[str, str]] = set()
        self.run: t.Callable[..., Run] = Run
        self._runs = 0
        self._rendered: dict[str, JSON] = {}

    def rendered(self, given: JSON, render: t.Callable[[], JSON]) -> JSON:
        """Variables rendered: once for as long as they are the same, the mode aside, which no variable of a role reads."""
        key = json.dumps({**given, "ansible_check_mode": None}, sort_keys=True, default=str)
        if key not in self._rendered:
            self._rendered[key] = render()
        return {**self._rendered[key], "ansible_check_mode": given["ansible_check_mode"]}

    def play(self, entry: str = "main", *, check_mode: bool = False, **variables: t.Any) -> Played:
        """Run an entry point as ``ansible-playbook --diff`` would. A failed task ends it; anything else propagates."""
        self._runs += 1
        cache = self.directory / f"run{self._runs}"
        cache.mkdir(parents=True)
        report = self.directory / "report" / "latest" / "report.json"
        (self.directory / "report" / "latest").unlink(missing_ok=True)
        run = self.run(self, {**self.variables, **variables}, cache, check_mode)
        try:
            run.tasks(ROLES / self.role / "tasks" / f"{entry}.yml", {}, [])
        except Stopped as stopped:
            run.played.failure = str(stopped)
        if report.exists():
            run.played.report = json.loads(report.read_text())
        return run.played


def variables_rendered(sequence: Sequence) -> JSON:
    """The variables of a role as a run has them, rendered; nothing is run."""
    return Run(sequence, sequence.variables, sequence.directory, check_mode=False).variables


class Run:
    """One run of a role. ``about`` are the keywords of tasks that are understood."""

    about = ABOUT

    def __init__(self, sequence: Sequence, variables: JSON, cache: Path, check_mode: bool) -> None:
        self._sequence, self._cache, self._check_mode = sequence, cache, check_mode
        self._base: JSON = {}
        self._facts: JSON = {}
        self._given: JSON = {}
        self.played = Played()
        role = ROLES / sequence.role
        given = {
            **read(role / "defaults" / "main.yml"),
            **read(role / "vars" / "main.yml"),
            "playbook_dir": str(sequence.directory),
            "groups": {"all": ["localhost"]},
            "ansible_check_mode": check_mode,
            **variables,
        }
        # Rendered once: a role's variables do not depend on what a run finds out, and Ansible would render it in every task.
        self._base = sequence.rendered(given, lambda: self._templar(given).template(given))

    @property
    def variables(self) -> JSON:
        """The operator's and the role's own, rendered."""
        return self._base

    def tasks(self, path: Path, variables: JSON, conditions: list[t.Any]) -> None:
        for task in read(path):
            self._task(task, path, {**variables, **(task.get("vars") or {})}, conditions)

    def _task(self, task: JSON, path: Path, variables: JSON, conditions: list[t.Any]) -> None:
        # An operator's own file of tasks is no file of a role.
        place = (str(path.relative_to(ROLES) if path.is_relative_to(ROLES) else path), str(task["name"]))
        self._sequence.reached.add(place)
        if place == self._sequence.left_out:
            return
        when = task.get("when", [])
        conditions = [*conditions, *(when if isinstance(when, list) else [when])]
        (action,) = set(task) - self.about
        if action == "block":
            self._block(task, path, variables, conditions)
        elif action in ("ansible.builtin.import_role", "ansible.builtin.include_role"):
            role = str(task[action]["name"]).removeprefix(COLLECTION)
            step = ROLES / role / "tasks" / f"{task[action].get('tasks_from', 'main')}.yml"
            if action.endswith("import_role"):
                self.tasks(step, variables, conditions)
            else:
                self._include(task, lambda _here: step, variables, conditions)
        elif action == "ansible.builtin.import_tasks":
            self.tasks(path.parent / str(task[action]), variables, conditions)
        elif action == "ansible.builtin.include_tasks":
            name = task[action]
            self._include(
                task, lambda here: path.parent / str(self._templar(here).template(name)), variables, conditions
            )
        else:
            self._register(task, self._act(task, action, variables, conditions), variables)

    def _include(self, task: JSON, where: t.Callable[[JSON], Path], variables: JSON, conditions: list[t.Any]) -> None:
        name = task.get("loop_control", {}).get("loop_var", "item")
        items = self._items(task, variables, conditions) if "loop" in task else None
        # Without items the conditions do not hold.
        for here in [{}] if items is None else [{name: item} for item in items]:
            if not self._holds(conditions, {**variables, **here}):
                continue
            # As in Ansible: what an inclusion is given wins over facts, what an import is given does not.
            before, self._given = self._given, {**self._given, **(task.get("vars") or {})}
            self.tasks(where({**variables, **here}), {**variables, **here}, [])
            self._given = before

    def _block(self, task: JSON, path: Path, variables: JSON, conditions: list[t.Any]) -> None:
        def run(tasks: list[JSON]) -> None:
            for inner in tasks:
                self._task(inner, path, {**variables, **(inner.get("vars") or {})}, conditions)

        def run_rescued() -> None:
            try:
                run(task["block"])
            except Stopped as stopped:
                self._facts["ansible_failed_result"] = stopped.result
                if "rescue" not in task:
                    raise
                run(task["rescue"])

        try:
            run_rescued()
        except Stopped:
            run(task.get("always", []))
            raise
        # Nothing more is run by a process that was killed.
        run(task.get("always", []))

    def _register(self, task: JSON, result: JSON, variables: JSON) -> None:
        if "register" in task:
            self._facts[task["register"]] = result
        conditions = task.get("failed_when", [])
        conditions = conditions if isinstance(conditions, list) else [conditions]
        if result.get("failed") and self._holds(conditions, variables):
            raise Stopped(str(task["name"]), result)

    def _act(self, task: JSON, action: str, variables: JSON, conditions: list[t.Any]) -> JSON:
        if "loop" not in task:
            return self._once(task, action, variables, conditions, "")
        items = self._items(task, variables, conditions)
        if items is None:
            return {"changed": False, "skipped": True}
        results = []
        for item in items:
            here = {**variables, task.get("loop_control", {}).get("loop_var", "item"): item}
            label = str(self._templar(here).template(task.get("loop_control", {}).get("label", item)))
            results.append({**self._once(task, action, here, conditions, label), "item": item})
        failed = [str(result["msg"]) for result in results if result.get("failed")]
        return {
            # As Ansible does: an item that fails does not keep the others from being done. Its words are added here.
            **({"failed": True, "msg": f"One or more items failed: {' '.join(failed)}"} if failed else {}),
            "results": results,
            "changed": any(result.get("changed") for result in results),
            "skipped": all(result.get("skipped") for result in results),
        }

    def _items(self, task: JSON, variables: JSON, conditions: list[t.Any]) -> list[t.Any] | None:
        """As Ansible does: what a loop runs over need not exist (None) when the conditions do not hold."""
        try:
            return t.cast(list[t.Any], self._templar(variables).template(task["loop"]))
        except Exception:
            if self._holds(conditions, variables):
                raise
            return None

    def _once(self, task: JSON, action: str, variables: JSON, conditions: list[t.Any], label: str) -> JSON:
        if not self._holds(conditions, variables):
            return {"changed": False, "skipped": True}
        arguments = self._arguments(task[action], variables)
        if action == "ansible.builtin.set_fact":
            self._facts.update(untagged(arguments))
            return {"changed": False}
        if action == "ansible.builtin.debug":
            self.played.said.append(str(arguments["msg"]))
            return {"changed": False}
        if action == "ansible.builtin.pause":
            return {"changed": False, "user_input": self._sequence.typed}
        if action == "ansible.builtin.fail":
            return {"failed": True, "msg": str(arguments["msg"])}
        if action == "ansible.builtin.assert":
            # Not templated above: its conditions are expressions.
            that = task[action]["that"]
            holds = self._holds(that if isinstance(that, list) else [that], variables)
            return {"changed": False} if holds else {"failed": True, "msg": str(arguments["fail_msg"])}
        if not action.startswith(COLLECTION):
            raise NotImplementedError(f"{action} in {task.get('name')}")
        name, given = action.removeprefix(COLLECTION), untagged(arguments)
        result = self._module(task, name, given, label)
        if "until" in task and not result.get("failed"):
            tried = {**variables, task["register"]: result}
            attempts = int(self._templar(variables).template(task.get("retries", 3)))
            while not (done := self._holds([task["until"]], tried)) and attempts:
                attempts -= 1
                tried[task["register"]] = result = self._module(task, name, given, label)
            if not done:
                return {**result, "failed": True, "msg": "It did not come to be."}
        if "changed_when" in task:
            result = {**result, "changed": self._holds([task["changed_when"]], variables)}
            self.played.deeds[-1] = replace(self.played.deeds[-1], result=result)
        return result

    def _module(self, task: JSON, name: str, arguments: JSON, label: str) -> JSON:
        module, cloud = table(name), self._sequence.cloud
        given = {**(self._sequence.connection if module.connected else {}), **arguments}
        validation = ArgumentSpecValidator(**module.arguments()).validate(given)
        assert not validation.error_messages, validation.error_messages
        context: Context = cloud.context(self._check_mode)
        context.cache_directory = str(self._cache)
        began = len(cloud.arm.log)
        result = execute(module, Task(dict(validation.validated_parameters), context, diff_mode=True))
        self.played.deeds.append(Deed(str(task["name"]), label, name, result, began))
        return result

    def _arguments(self, given: t.Any, variables: JSON) -> t.Any:
        """The arguments of a task. What only names a value is looked up, which is ten times as fast as rendering it."""
        if not isinstance(given, dict):
            return self._templar(variables).template(given)
        # These are rendered already; a task's own variables need not be, and those of an inclusion win over facts.
        known = {**self._facts, **({"item": variables["item"]} if "item" in variables else {})}
        known = {name: value for name, value in known.items() if name not in self._given}
        found: JSON = {}
        rest: JSON = {}
        for name, value in given.items():
            try:
                found[name] = looked_up(value, known)
            except LookupError:
                rest[name] = value
        return {**found, **(self._templar(variables).template(rest) if rest else {})}

    def _holds(self, conditions: list[t.Any], variables: JSON) -> bool:
        templar = self._templar(variables)
        return all(templar.evaluate_conditional(condition) for condition in conditions)

    def _templar(self, variables: JSON) -> Templar:
        return Templar(DataLoader(), {**self._base, **variables, **self._facts, **self._given})
