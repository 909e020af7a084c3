"""Options in, result out. The only reader of check mode and diff, and the only caller of exit_json and fail_json."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..azure.connection import Connection, Context, connect
from ..errors import InputError, RecoveryError
from ..texts import visible, visibly
from ..wire import JSON, facts
from .connection_options import CONNECTION
from .differences import differences
from .plan import Plan
from .spec import Option, argument_spec, unacceptable

WAITING: dict[str, Option] = {
    "wait": Option(type="bool", default=True),
    "wait_timeout": Option(type="int", default=1800, least=1),
}


@dataclass
class Task:
    """One task on its way. ``azure`` and ``subscription_id`` open the connection when first used."""

    options: JSON
    context: Context
    diff_mode: bool = False
    warnings: list[str] = field(default_factory=list)
    _connection: Connection | None = field(default=None, repr=False)

    @property
    def check_mode(self) -> bool:
        """Whether nothing may be written."""
        return self.context.check_mode

    @property
    def connection(self) -> Connection:
        """The connection the options describe."""
        if self._connection is None:
            self._connection = connect(self.options, self.context)
        return self._connection

    @property
    def azure(self) -> t.Any:
        """Azure by resource id."""
        return self.connection.azure

    @property
    def subscription_id(self) -> str:
        """The subscription that names without one are in."""
        return self.connection.subscription(self.options)

    def warn(self, text: str) -> None:
        """Tell the operator, once."""
        if text not in self.warnings:
            self.warnings.append(text)


@dataclass(frozen=True)
class Module:
    """A module as a table: its options, the rules between them, and the procedure that serves it.

    ``wording`` says a failure in the words of whoever gave the options.
    """

    run: t.Callable[[Task], JSON]
    options: t.Mapping[str, Option]
    connected: bool = True
    waiting: bool = False
    required_if: tuple[tuple[t.Any, ...], ...] = ()
    required_one_of: tuple[tuple[str, ...], ...] = ()
    required_together: tuple[tuple[str, ...], ...] = ()
    mutually_exclusive: tuple[tuple[str, ...], ...] = ()
    wording: t.Callable[[JSON, str], str] | None = None

    def rows(self) -> dict[str, Option]:
        """All options, those of the connection and of waiting included."""
        return {**self.options, **(WAITING if self.waiting else {}), **(CONNECTION if self.connected else {})}

    def arguments(self) -> JSON:
        """The keyword arguments of AnsibleModule and of ArgumentSpecValidator, less check mode."""
        rules = ("required_if", "required_one_of", "required_together", "mutually_exclusive")
        return {
            "argument_spec": argument_spec(self.rows()),
            **{rule: [list(row) for row in getattr(self, rule)] for rule in rules if getattr(self, rule)},
        }


def execute(module: Module, task: Task) -> JSON:
    """Run a module and return the task's result: ``failed`` and ``msg`` on error, never an exception of ours.

    What people read of it (warnings, diff, and all of a failure) is shown with nothing in it that a terminal would obey.
    """
    try:
        wrong = unacceptable(module.rows(), task.options)
        if wrong:
            raise InputError(" ".join(wrong))
        result = module.run(task)
    except ImportError as error:
        from ansible.module_utils.basic import missing_required_lib

        result = {"failed": True, "msg": missing_required_lib(library_of(error)), "exception": str(error)}
    except RecoveryError as error:
        result = {"failed": True, "changed": False, "msg": error.sentence(), **error.facts()}
        if module.wording is not None:
            result |= {name: module.wording(task.options, result[name]) for name in ("msg", "remedy") if name in result}
    if module.connected and "diff" in result:
        result["differences"] = differences(result["diff"])
    if not task.diff_mode:
        result.pop("diff", None)
    elif "diff" in result:
        result["diff"] = visibly(result["diff"])
    if task.warnings:
        result["warnings"] = [visible(text) for text in task.warnings]
    return t.cast(JSON, visibly(result)) if result.get("failed") else result


def library_of(error: ImportError) -> str:
    """The PyPI package that brings a module that could not be imported."""
    missing = error.name or ""
    for prefix, package in (
        ("azure.mgmt.network", "azure-mgmt-network"),
        ("azure.mgmt.privatedns", "azure-mgmt-privatedns"),
        ("azure.identity", "azure-identity"),
        ("azure.mgmt", "azure-mgmt-network"),
        ("azure", "azure-identity"),
    ):
        if missing.startswith(prefix):
            return package
    return missing or str(error)


def main(module: Module) -> None:
    """The front end of an ordinary module: one AnsibleModule, one exit."""
    from ansible.module_utils.basic import AnsibleModule

    ansible = AnsibleModule(supports_check_mode=True, **module.arguments())
    task = Task(
        dict(ansible.params),
        Context(check_mode=ansible.check_mode, progress=ansible.debug),
        # The module cannot know whether the operator asked for --diff unless Ansible says so.
        diff_mode=bool(ansible._diff),
    )
    result = execute(module, task)
    for warning in result.pop("warnings", []):
        ansible.warn(warning)
    if result.get("failed"):
        ansible.fail_json(**result)
    ansible.exit_json(**result)


def outcome(plan: Plan, document: JSON | None, **more: t.Any) -> JSON:
    """The result of a task about one resource."""
    return {"changed": plan.changed, "diff": plan.diff(), "id": plan.resource_id, "state": facts(document), **more}
